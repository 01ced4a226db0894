package people_test

import (
	"bytes"
	"context"
	"encoding/asn1"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/signtest"
)

const password = "жеті қат көк 2026"

// A person registers by the certificate, sets a password, signs in by both, and is known
// in the session until it ends.
func TestSignIn(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		s := open(t, dsn, ca.GOST2015)
		key := s.pki.Person(signtest.Applicant())
		if _, _, err := s.SignInByKey(t.Context(), s.proof(people.ForSignIn, key)); !errors.Is(err, people.ErrNotRegistered) {
			t.Fatalf("before the registration: %v", err)
		}
		p := s.registered(key, password)
		if p.Natural.IIN != "900701300108" || p.Natural.Surname != "СЕЙІТҚАЛИ" || len(p.ID) != 16 {
			t.Fatalf("the certificate made %+v", p)
		}
		_, err := s.Register(t.Context(), people.Enrolment{Proof: s.proof(people.ForRegistration, key)})
		refusedAs(t, "a second registration", err, people.ErrRegistered)

		byKey, keyToken, err := s.SignInByKey(t.Context(), s.proof(people.ForSignIn, key))
		must(t, err)
		byPassword, token, err := s.SignInByPassword(t.Context(), "900701 300108", password)
		must(t, err)
		if byKey.Level != people.ByKey || byPassword.Level != people.ByPassword || byKey.Person.ID != p.ID || byPassword.Person.ID != p.ID {
			t.Errorf("sessions %+v and %+v", byKey, byPassword)
		}
		for _, token := range []string{keyToken, token} {
			if strings.Contains(dump(t, s.Store), token[len("tamga_session_"):]) {
				t.Error("the database has the token itself")
			}
			got, err := s.Session(t.Context(), token)
			must(t, err)
			if got.Person.ID != p.ID {
				t.Errorf("the session is of %s", got.Person.ID)
			}
		}
		must(t, s.SignOut(t.Context(), byKey.ID))
		_, err = s.Session(t.Context(), keyToken)
		refusedAs(t, "a session that was ended", err, people.ErrNoSession)
		_, err = s.Session(t.Context(), token)
		must(t, err)
	})
}

// dump is all that the tables of sessions and accounts say.
func dump(t *testing.T, db *store.DB) string {
	t.Helper()
	var all strings.Builder
	for _, query := range []string{`SELECT id || ' ' || sum FROM sessions`, `SELECT login || ' ' || password FROM accounts`} {
		rows, err := db.QueryContext(t.Context(), query)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var text string
			must(t, rows.Scan(&text))
			all.WriteString(text + "\n")
		}
		must(t, rows.Err())
	}
	return all.String()
}

// A session ends when nobody uses it, and after its time whoever uses it.
func TestSessionsEnd(t *testing.T) {
	s := sqlite(t)
	s.registered(s.pki.Person(signtest.Applicant()), password)
	open := func() string {
		_, token, err := s.SignInByPassword(t.Context(), "900701300108", password)
		must(t, err)
		return token
	}
	idle := open()
	s.advance(30*time.Minute - time.Microsecond)
	_, err := s.Session(t.Context(), idle)
	must(t, err)
	s.advance(30 * time.Minute)
	_, err = s.Session(t.Context(), idle)
	refusedAs(t, "unused for half an hour", err, people.ErrNoSession)

	long := open()
	for range 24*2 - 1 {
		s.advance(15 * time.Minute)
		_, err := s.Session(t.Context(), long)
		must(t, err)
	}
	s.advance(15*time.Minute - time.Microsecond)
	_, err = s.Session(t.Context(), long)
	must(t, err)
	s.advance(time.Microsecond)
	_, err = s.Session(t.Context(), long)
	refusedAs(t, "after twelve hours", err, people.ErrNoSession)

	for _, token := range []string{"", "tamga_session_", open() + "0", strings.Replace(open(), "session_", "session_0", 1), "tamga_0011223344556677_ab"} {
		_, err := s.Session(t.Context(), token)
		refusedAs(t, "another token", err, people.ErrNoSession)
	}
}

// What is no right answer to a challenge opens nothing, each by its reason.
func TestProofs(t *testing.T) {
	s := sqlite(t)
	holder := func(change func(*ca.Person)) ca.Person {
		p := signtest.Applicant()
		change(&p)
		return p
	}
	key := s.pki.Person(signtest.Applicant())
	s.registered(key, "")
	// A second authority, of RSA keys, is trusted too.
	rsa := signtest.New(t, ca.RSA)
	s.Verifier.Trust.AddAnchor(rsa.Authority.Root())
	s.Verifier.Trust.AddIntermediate(rsa.Authority.Issuing())
	addLists(t, s, rsa)
	revoked := s.pki.Person(signtest.Applicant())
	s.pki.Authority.Revoke(revoked.Certificate.Serial, signtest.Now().AddDate(0, 0, -1), revocation.Superseded)
	s.pki.Refresh()
	addLists(t, s, s.pki)
	unknown := signtest.New(t, ca.GOST2015).Person(signtest.Applicant())

	sign := func(key func() []byte) func(c people.Challenge) []byte {
		return func(people.Challenge) []byte { return key() }
	}
	for name, c := range map[string]struct {
		file       func(c people.Challenge) []byte
		identifier string
		check      signing.CheckName
		sub        signing.SubIndication
		undecided  bool
	}{
		"another content": {file: sign(func() []byte { return s.signed([]byte(`{"step": "signed"}`), key) }), check: signing.CheckSignatureValue, sub: signing.HashFailure},
		"a signing key":   {file: func(c people.Challenge) []byte { return s.signed(c.Text, rsa.Person(signtest.Applicant())) }, check: signing.CheckKeyUsage, sub: signing.ChainConstraintsFailure},
		"revoked":         {file: func(c people.Challenge) []byte { return s.signed(c.Text, revoked) }, check: signing.CheckRevocation, sub: signing.RevokedNoPOE},
		"run out": {file: func(c people.Challenge) []byte {
			return s.signed(c.Text, s.pki.Person(holder(func(p *ca.Person) { p.NotAfter = signtest.Now().AddDate(0, 0, -1) })))
		}, check: signing.CheckValidityPeriod, sub: signing.OutOfBoundsNoPOE},
		"an unknown authority": {file: func(c people.Challenge) []byte { return s.signed(c.Text, unknown) }, check: signing.CheckChain, sub: signing.NoCertificateChainFound, undecided: true},
		"another's":            {file: func(c people.Challenge) []byte { return s.signed(c.Text, s.pki.Person(signtest.Head())) }, identifier: "900701300108", check: signing.CheckIdentity, sub: signing.SigConstraintsFailure},
		"no signature":         {file: sign(func() []byte { return []byte("өтініш") }), sub: signing.FormatFailure},
	} {
		t.Run(name, func(t *testing.T) {
			challenge, err := s.Challenge(t.Context(), people.ForSignIn)
			must(t, err)
			_, _, err = s.SignInByKey(t.Context(), people.Proof{Challenge: challenge.ID, CMS: c.file(challenge), Identifier: c.identifier})
			var refused *people.ProofError
			switch {
			case !errors.As(err, &refused):
				t.Fatalf("%v", err)
			case refused.Check != c.check || refused.Sub != c.sub || refused.Undecided != c.undecided:
				t.Errorf("%+v", refused)
			case strings.Contains(err.Error(), "900701300108"):
				t.Error("the error has a personal number")
			}
			// What was refused has used nothing up.
			_, _, err = s.SignInByKey(t.Context(), people.Proof{Challenge: challenge.ID, CMS: s.signed(challenge.Text, key), Identifier: "900701-300108"})
			must(t, err)
		})
	}
	// A key that is for logging in alone opens a session.
	login := rsa.Person(holder(func(p *ca.Person) { p.Use = certs.UseLogin }))
	_, _, err := s.SignInByKey(t.Context(), s.proof(people.ForSignIn, login))
	must(t, err)
}

// addLists gives the verifier of a scene the lists of an authority besides its own.
func addLists(t *testing.T, s *scene, pki *signtest.PKI) {
	t.Helper()
	for _, issue := range []func(this, next time.Time) ([]byte, error){pki.Authority.CRL, pki.Authority.RootCRL} {
		raw, err := issue(signtest.Now().Add(-time.Minute), signtest.Now().Add(24*time.Hour))
		must(t, err)
		l, err := revocation.ParseCRL(raw)
		must(t, err)
		s.Verifier.Revocation.Add(l)
	}
}

// A challenge counts once, for one purpose, in its time, at its service.
func TestChallenges(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		s := open(t, dsn, ca.GOST2015)
		key := s.pki.Person(signtest.Applicant())
		s.registered(key, "")
		signIn := func(p people.Proof) error {
			_, _, err := s.SignInByKey(t.Context(), p)
			return err
		}
		used := s.proof(people.ForSignIn, key)
		must(t, signIn(used))
		refusedAs(t, "used before", signIn(used), people.ErrChallenge)
		refusedAs(t, "for a registration", signIn(s.proof(people.ForRegistration, key)), people.ErrChallenge)
		_, err := s.Register(t.Context(), people.Enrolment{Proof: s.proof(people.ForSignIn, key)})
		refusedAs(t, "for signing in", err, people.ErrChallenge)
		refusedAs(t, "never given", signIn(people.Proof{Challenge: "0011223344556677", CMS: used.CMS}), people.ErrChallenge)
		refusedAs(t, "no name", signIn(people.Proof{Challenge: "' OR 1=1", CMS: used.CMS}), people.ErrChallenge)

		last := s.proof(people.ForSignIn, key)
		s.advance(5*time.Minute - time.Microsecond)
		late := s.proof(people.ForSignIn, key)
		must(t, signIn(last))
		s.advance(5 * time.Minute)
		refusedAs(t, "late", signIn(late), people.ErrChallenge)

		elsewhere := &people.Book{Store: s.Store, Verifier: s.Verifier, Address: "https://other.example"}
		c, err := elsewhere.Challenge(t.Context(), people.ForSignIn)
		must(t, err)
		refusedAs(t, "of another service", signIn(people.Proof{Challenge: c.ID, CMS: s.signed(c.Text, key)}), people.ErrChallenge)
		var text struct {
			Address, Purpose, Challenge string
			IssuedAt                    time.Time `json:"issued_at"`
			ExpiresAt                   time.Time `json:"expires_at"`
		}
		must(t, json.Unmarshal(c.Text, &text))
		if text.Address != "https://other.example" || text.Purpose != "sign-in" || len(text.Challenge) != 64 || !text.ExpiresAt.Equal(c.ExpiresAt) {
			t.Errorf("the challenge says %s", c.Text)
		}

		// Of several who answer one at the same time one is signed in.
		p := s.proof(people.ForSignIn, key)
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() { errs[i] = signIn(p) })
		}
		wait.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else {
				refusedAs(t, "at the same time", err, people.ErrChallenge)
			}
		}
		if in != 1 {
			t.Errorf("%d were signed in by one answer", in)
		}
	})
}

// A signature that has opened a session is none under a document, also by a key that is
// for both: what it is over is the challenge.
func TestLoginSignsNoDocument(t *testing.T) {
	s := sqlite(t)
	key := s.pki.Person(signtest.Applicant())
	s.registered(key, "")
	p := s.proof(people.ForSignIn, key)
	_, _, err := s.SignInByKey(t.Context(), p)
	must(t, err)
	verdict, err := s.Verifier.VerifyCMS(t.Context(), p.CMS, signing.Question{Content: []byte("өтініш: лицензия беруіңізді сұраймын"), IIN: "900701300108"})
	must(t, err)
	if verdict.Acceptance != signing.Refused || verdict.Reasons[0].SubIndication != signing.HashFailure {
		t.Errorf("the log-in under a document: %s %v", verdict.Acceptance, verdict.Reasons)
	}
	rsa := signtest.New(t, ca.RSA)
	login := signtest.Applicant()
	login.Use = certs.UseLogin
	content := []byte("өтініш")
	verdict, err = rsa.Verifier.VerifyCMS(t.Context(), s.signed(content, rsa.Person(login)), signing.Question{Content: content})
	must(t, err)
	if verdict.Acceptance != signing.Refused || verdict.Reasons[0].Check != signing.CheckKeyUsage {
		t.Errorf("a document signed with a key to log in with: %s %v", verdict.Acceptance, verdict.Reasons)
	}
}

// Passwords: the forgotten one is set by the key, the old one and its sessions end, and a
// number that nobody has is answered like a wrong password.
func TestPasswords(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		s := open(t, dsn, ca.GOST2015)
		key := s.pki.Person(signtest.Applicant())
		set := func(p string) error {
			_, err := s.SetPassword(t.Context(), people.Enrolment{Proof: s.proof(people.ForPassword, key), Password: p})
			return err
		}
		signIn := func(number, p string) error {
			_, _, err := s.SignInByPassword(t.Context(), number, p)
			return err
		}
		refusedAs(t, "before the registration", set(password), people.ErrNotRegistered)
		s.registered(key, "")
		refusedAs(t, "by key alone", signIn("900701300108", ""), people.ErrCredentials)
		must(t, set(password))
		_, token, err := s.SignInByPassword(t.Context(), "900701300108", password)
		must(t, err)
		must(t, set("жаңа құпиясөз 1"))
		_, err = s.Session(t.Context(), token)
		refusedAs(t, "a session of before", err, people.ErrNoSession)
		refusedAs(t, "the old password", signIn("900701300108", password), people.ErrCredentials)
		must(t, signIn("900701300108", "жаңа құпиясөз 1"))
		// Composed and decomposed letters are one password.
		must(t, set("ёлка и сосна"))
		must(t, signIn("900701300108", "ёлка и сосна"))
		for name, number := range map[string]string{"nobody's": "850101010003", "no number": "abc", "empty": "", "a foreigner's": "PASDE-C01X00T47"} {
			refusedAs(t, name, signIn(number, password), people.ErrCredentials)
			if err := signIn(number, password); err.Error() != people.ErrCredentials.Error() {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// A digest keeps its parameters, and is made anew when passwords cost more.
func TestPasswordsGrow(t *testing.T) {
	s := sqlite(t)
	s.registered(s.pki.Person(signtest.Applicant()), password)
	if kept := dump(t, s.Store); !strings.Contains(kept, "$argon2id$v=19$m=8192,t=1,p=1$") {
		t.Fatalf("the digest is %s", kept)
	}
	dearer := &people.Book{Store: s.Store, Verifier: s.Verifier, Address: address, Cost: cheap()}
	dearer.Cost.Memory, dearer.Cost.Passes = 16<<10, 2
	_, _, err := dearer.SignInByPassword(t.Context(), "900701300108", password)
	must(t, err)
	kept := dump(t, s.Store)
	if !strings.Contains(kept, "$argon2id$v=19$m=16384,t=2,p=1$") {
		t.Fatalf("the digest stayed %s", kept)
	}
	_, _, err = s.SignInByPassword(t.Context(), "900701300108", password)
	must(t, err)
	if dump(t, s.Store) != kept && strings.Contains(dump(t, s.Store), "m=8192") {
		t.Error("a digest was made cheaper")
	}
}

// What anybody would guess is no password.
func TestPasswordRules(t *testing.T) {
	s := sqlite(t)
	key := s.pki.Person(signtest.Applicant())
	for text, code := range map[string]string{
		"тоғыз 789":                people.CodeTooShort,
		"900701300108":             people.CodeGuessable,
		"СейітҚали Айгүл":          people.CodeGuessable,
		"ababababababab":           people.CodeGuessable,
		"он екі\tәріп":             documents.CodeCharacter,
		"\xff\xfe қате кодтау":     documents.CodeEncoding,
		strings.Repeat("ұзақ", 40): documents.CodeTooLong,
	} {
		_, err := s.Register(t.Context(), people.Enrolment{Proof: s.proof(people.ForRegistration, key), Password: text})
		var invalid *documents.InvalidError
		if !errors.As(err, &invalid) || invalid.Fields[0].Code != code || invalid.Fields[0].Pointer != "/password" {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err := s.SetPassword(t.Context(), people.Enrolment{Proof: s.proof(people.ForPassword, key)})
	var invalid *documents.InvalidError
	if !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeRequired {
		t.Errorf("none: %v", err)
	}
	s.registered(key, "он әріп 10")
}

// The account of an organisation is its head's, and goes to the next one by his key.
func TestOrganisationAccount(t *testing.T) {
	s := sqlite(t)
	enrol := func(do func(context.Context, people.Enrolment) (people.Person, error), p people.Purpose, who ca.Person) (people.Person, error) {
		return do(t.Context(), people.Enrolment{Proof: s.proof(p, s.pki.Person(who)), Password: password, Organisation: true})
	}
	employee := signtest.Head()
	employee.IIN, employee.Roles = certs.IIN(iin(1)), []certs.Role{certs.RoleSignRight}
	_, err := enrol(s.Register, people.ForRegistration, employee)
	var refused *people.ProofError
	if !errors.As(err, &refused) || refused.Check != signing.CheckRole {
		t.Fatalf("an employee: %v", err)
	}
	first, err := enrol(s.Register, people.ForRegistration, signtest.Head())
	must(t, err)
	session, token, err := s.SignInByPassword(t.Context(), "120741000014", password)
	must(t, err)
	if session.Person.ID != first.ID || session.BIN != "120741000014" || len(session.Roles) == 0 {
		t.Errorf("the session of the organisation is %+v", session)
	}
	_, _, err = s.SignInByPassword(t.Context(), "850101010003", password)
	refusedAs(t, "the head's own number with the password of the organisation", err, people.ErrCredentials)

	second := signtest.Head()
	second.IIN = certs.IIN(iin(2))
	_, err = enrol(s.Register, people.ForRegistration, second)
	refusedAs(t, "a second account", err, people.ErrRegistered)
	s.registered(s.pki.Person(second), "")
	next, err := enrol(s.SetPassword, people.ForPassword, second)
	must(t, err)
	if _, err := s.Session(t.Context(), token); !errors.Is(err, people.ErrNoSession) {
		t.Errorf("the session of the first head: %v", err)
	}
	session, _, err = s.SignInByPassword(t.Context(), "120741000014", password)
	must(t, err)
	if session.Person.ID != next.ID {
		t.Error("the account stayed with the first head")
	}
}

// Passwords are looked at two at a time, a few wait, and the rest is told to come again.
func TestPasswordsTogether(t *testing.T) {
	s := sqlite(t)
	s.registered(s.pki.Person(signtest.Applicant()), password)
	s.Book = &people.Book{Store: s.Store, Address: address, Cost: people.Cost{Passes: 12, Memory: 64 << 10, Threads: 1, Together: 1, WaitMost: 1}}
	const all = 12
	var wait sync.WaitGroup
	errs := make([]error, all)
	for i := range all {
		wait.Go(func() { _, _, errs[i] = s.SignInByPassword(t.Context(), "850101010003", password) })
	}
	wait.Wait()
	looked := 0
	for _, err := range errs {
		switch {
		case errors.Is(err, people.ErrCredentials):
			looked++
		default:
			refusedAs(t, "one too many", err, people.ErrBusy)
		}
	}
	if looked == 0 || looked == all {
		t.Errorf("%d of %d were looked at", looked, all)
	}
}

// A foreigner is known by the passport that the certificate names, and by no other.
func TestForeigner(t *testing.T) {
	s := sqlite(t)
	person := signtest.Applicant()
	person.IIN = ""
	person.Template = func(x *ca.Template) {
		attribute := func(last int, value string) []byte {
			return der.Set(der.Sequence(der.OID(asn1.ObjectIdentifier{2, 5, 4, last}), der.Text(value)))
		}
		x.Subject = der.Sequence(attribute(3, "Hans Müller"), attribute(4, "Müller"), attribute(42, "Hans"), attribute(5, "PASDE-C01X00T47"))
	}
	key := s.pki.Person(person)
	p := s.registered(key, password)
	if p.Name() != "Müller Hans" {
		t.Errorf("the name is %s", p.Name())
	}
	if d := p.Natural.Document; d == nil || d.Kind != documents.Passport || d.Country != "DE" || d.Number != "C01X00T47" {
		t.Fatalf("%+v", p.Natural)
	}
	_, _, err := s.SignInByPassword(t.Context(), "PASDE-C01X00T47", password)
	must(t, err)
	proof := s.proof(people.ForSignIn, key)
	proof.Identifier = "PASDE-C01X00T48"
	_, _, err = s.SignInByKey(t.Context(), proof)
	var refused *people.ProofError
	if !errors.As(err, &refused) || refused.Check != signing.CheckIdentity {
		t.Errorf("another passport: %v", err)
	}
	if bytes.Contains([]byte(err.Error()), []byte("C01X")) {
		t.Error("the error has the number")
	}
}
