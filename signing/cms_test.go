package signing_test

import (
	"bytes"
	"context"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

func verify(t testing.TB, v *signing.Verifier, cms []byte, q signing.Question) *signing.Verdict {
	t.Helper()
	got, err := v.VerifyCMS(context.Background(), cms, q)
	if err != nil {
		t.Fatal(err)
	}
	if err := signtest.CheckConclusions(got); err != nil {
		t.Error(err)
	}
	return got
}

// explain lists the checks that did not pass, for failure messages.
func TestRoundTripInEveryFamily(t *testing.T) {
	content := []byte("Өтініш: археологиялық жұмыстарға лицензия")
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			pki := signtest.New(t, family)
			key := pki.Person(signtest.Applicant())
			q := signing.Question{IIN: "900701300108"}
			attached := pki.Signed(content, key)
			for name, cms := range armours(attached) {
				if got := verify(t, pki.Verifier, cms, q); !got.Passed() {
					t.Errorf("%s: %s", name, signtest.Explain(got))
				}
			}
			got := verify(t, pki.Verifier, attached, q)
			s := got.Signers[0]
			if s.Identity.Surname != "СЕЙІТҚАЛИ" || s.Identity.GivenName != "АЙГҮЛ" || s.Identity.Patronymic != "БОЛАТҚЫЗЫ" || !s.ClaimedTime.Equal(signtest.Now()) {
				t.Errorf("signed by %+v at %v", s.Identity, s.ClaimedTime)
			}
			want := signing.Facts{ValidityPeriod: signing.FactEstablished, NotRevoked: signing.FactEstablished, IdentityMatch: signing.FactEstablished}
			if s.Facts != want {
				t.Errorf("facts %+v", s.Facts)
			}
			detached := pki.Detached(content, key)
			q.Content = content
			if got := verify(t, pki.Verifier, detached, q); !got.Passed() {
				t.Errorf("detached: %s", signtest.Explain(got))
			}
			q.Content = append([]byte("x"), content...)
			if got := verify(t, pki.Verifier, detached, q); got.SubIndication != signing.HashFailure {
				t.Errorf("detached, other content: %s", signtest.Explain(got))
			}
			if got := verify(t, pki.Verifier, attached, q); got.SubIndication != signing.HashFailure {
				t.Errorf("attached, other content beside it: %s", signtest.Explain(got))
			}
		})
	}
}

// armours returns a CMS in every form in which it may arrive.
func armours(cms []byte) map[string][]byte {
	text := base64.StdEncoding.EncodeToString(cms)
	var lines strings.Builder
	for rest := text; rest != ""; {
		n := min(64, len(rest))
		lines.WriteString(rest[:n] + "\r\n")
		rest = rest[n:]
	}
	return map[string][]byte{
		"DER":             cms,
		"BER":             indefinite(cms),
		"PEM CMS":         pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: cms}),
		"PEM PKCS7":       pem.EncodeToMemory(&pem.Block{Type: "PKCS7", Bytes: cms}),
		"base64":          []byte(text),
		"base64 in lines": []byte(lines.String()),
		"PEM in one line": []byte("-----BEGIN CMS-----" + text + "-----END CMS-----"),
		"base64 of PEM":   []byte(base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: cms}))),
		"base64url":       []byte(base64.RawURLEncoding.EncodeToString(cms)),
		"no padding":      []byte(strings.TrimRight(text, "=")),
		"data address":    []byte("data:application/pkcs7-signature;base64, " + text),
		"mark, DOS lines": []byte("\ufeff\r\n-----BEGIN CMS-----\r\n" + lines.String() + "-----END CMS-----\r\n"),
	}
}

// indefinite rewrites DER the way Java libraries stream it: constructed
// elements of indefinite length, the content in pieces. What is inside the
// certificates and the signed attributes stays as it is.
func indefinite(b []byte) []byte {
	wrap := func(tag byte, parts ...[]byte) []byte {
		return append(append([]byte{tag, 0x80}, bytes.Join(parts, nil)...), 0, 0)
	}
	outer, _ := der.NewReader(b).Enter(der.SequenceTag)
	oid, _ := outer.Next()
	explicit, _ := outer.Enter(der.ContextConstructed(0))
	sd, _ := explicit.Enter(der.SequenceTag)
	var parts [][]byte
	for !sd.Empty() {
		e, _ := sd.Next()
		switch {
		case e.Tag == der.SequenceTag: // encapContentInfo
			in := der.NewReader(e.Body)
			typ, _ := in.Next()
			var content []byte
			if c, ok, _ := in.Optional(der.ContextConstructed(0)); ok {
				octets, _ := der.One(c.Body)
				half := len(octets.Body) / 2
				content = wrap(0xa0, wrap(0x24, der.Octets(octets.Body[:half]), der.Octets(octets.Body[half:])))
			}
			parts = append(parts, wrap(0x30, typ.Raw, content))
		case e.Tag == der.ContextConstructed(0):
			parts = append(parts, wrap(0xa0, e.Body))
		default:
			parts = append(parts, e.Raw)
		}
	}
	return wrap(0x30, oid.Raw, wrap(0xa0, wrap(0x30, parts...)))
}

// A signature that lasts, with responses among its revocation information, is
// read as BER too, though the second reader does not know them.
func TestLastingAsBER(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	file := pki.Extended(pki.Signed([]byte("өтініш"), pki.Person(signtest.Applicant())), creation.BaselineLT, pki.TSA(), pki.Responding())
	if sd, err := cms.Read(file); err != nil || len(sd.OCSPs) == 0 {
		t.Fatalf("no responses inside: %v", err)
	}
	alone := *pki.Verifier
	alone.Revocation = nil
	got := verify(t, &alone, indefinite(file), signing.Question{})
	if !got.Passed() || got.Signers[0].Level != signing.LevelCAdESLT {
		t.Errorf("%s, %s", signtest.Explain(got), got.Signers[0].Level)
	}
}

// However many elements a file has, it is read as long as that takes no memory: a
// content in pieces of one byte, and an attribute that nobody knows.
func TestManyElements(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	content := bytes.Repeat([]byte("x"), 300_000)
	file := pki.Signed(content, pki.Person(signtest.Applicant()))
	pieces := make([][]byte, len(content))
	for i := range pieces {
		pieces[i] = der.Octets(content[i : i+1])
	}
	whole := der.Octets(content)
	streamed := indefinite(file)
	half := len(content) / 2
	two := append(der.Octets(content[:half]), der.Octets(content[half:])...)
	ber := bytes.Replace(streamed, two, bytes.Join(pieces, nil), 1)
	if bytes.Equal(ber, streamed) || len(ber) < 3*len(content) || !bytes.Contains(file, whole) {
		t.Fatal("the content is not in pieces")
	}
	if got := verify(t, pki.Verifier, ber, signing.Question{}); !got.Passed() {
		t.Errorf("BER: %s", signtest.Explain(got))
	}
	d, err := cms.Edit(file)
	if err != nil {
		t.Fatal(err)
	}
	d.Signers[0].AddUnsigned(cms.Attribute{ID: idUnknownDigest, Values: [][]byte{der.Sequence(bytes.Repeat(der.NullValue(), len(content)))}})
	if got := verify(t, pki.Verifier, d.DER(), signing.Question{}); !got.Passed() {
		t.Errorf("DER: %s", signtest.Explain(got))
	}
}

// One bit flipped anywhere must never give another content, signer or message
// a passing verdict, and must never panic.
func TestFlippedBitsNeverForge(t *testing.T) {
	for _, family := range []ca.Family{ca.ECDSA, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			pki := signtest.New(t, family)
			content := []byte("content")
			cms := pki.Signed(content, pki.Person(signtest.Applicant()))
			stillPassing := 0
			for i := rand.IntN(4); i < len(cms); i += 4 {
				bad := bytes.Clone(cms)
				bad[i] ^= 1 << rand.IntN(8)
				got := verify(t, pki.Verifier, bad, signing.Question{IIN: "900701300108"})
				if !got.Passed() {
					continue
				}
				stillPassing++
				c, err := signing.ReadCMS(bad)
				if err != nil || !bytes.Equal(c.Content, content) || len(got.Signers) != 1 {
					t.Fatalf("byte %d: passes with content %q", i, c.Content)
				}
			}
			// The authority's certificate in the bag, which the verifier has
			// already, and version numbers and the digest list, which nobody
			// signs, are about a third of the file.
			if stillPassing > len(cms)/8 {
				t.Errorf("%d of %d flips pass", stillPassing, len(cms)/4)
			}
		})
	}
}

// matrixCase is a signature or a verifier with one thing wrong.
type matrixCase struct {
	name          string
	indication    signing.Indication
	refused       bool // though ETSI calls it INDETERMINATE
	subIndication signing.SubIndication
	check         signing.CheckName // the check that must say so
	person        func(*ca.Person)
	verifier      func(*signing.Verifier, *signtest.PKI)
	question      signing.Question
	after         func(*signtest.PKI, creation.Key) // between signing and verifying
}

func matrix() []matrixCase {
	now := signtest.Now()
	return []matrixCase{
		{name: "all is well", indication: signing.TotalPassed},
		{name: "no anchors", indication: signing.Indeterminate, subIndication: signing.NoCertificateChainFound, check: signing.CheckChain,
			verifier: func(v *signing.Verifier, _ *signtest.PKI) { v.Trust = nil }},
		{name: "no revocation lists", indication: signing.Indeterminate, subIndication: signing.TryLater, check: signing.CheckRevocation,
			verifier: func(v *signing.Verifier, _ *signtest.PKI) { v.Revocation = nil }},
		{name: "another authority of the same name", indication: signing.Indeterminate, subIndication: signing.NoCertificateChainFound, check: signing.CheckChain,
			verifier: func(v *signing.Verifier, pki *signtest.PKI) {
				other, err := ca.New(ca.ECDSA, now, ca.Options{NotBefore: now.AddDate(-1, 0, 0)})
				if err != nil {
					panic(err)
				}
				v.Trust = &certs.Pool{}
				v.Trust.AddAnchor(other.Root())
				v.Trust.AddIntermediate(other.Issuing())
			}},
		{name: "revoked before", indication: signing.Indeterminate, subIndication: signing.RevokedNoPOE, check: signing.CheckRevocation,
			after: func(p *signtest.PKI, k creation.Key) {
				p.Authority.Revoke(k.Certificate.Serial, now.Add(-48*time.Hour), revocation.KeyCompromise)
			}},
		{name: "on hold", indication: signing.Indeterminate, subIndication: signing.RevokedNoPOE, check: signing.CheckRevocation,
			after: func(p *signtest.PKI, k creation.Key) {
				p.Authority.Revoke(k.Certificate.Serial, now.Add(-48*time.Hour), revocation.CertificateHold)
			}},
		{name: "authority revoked", indication: signing.Indeterminate, subIndication: signing.RevokedCANoPOE, check: signing.CheckRevocation,
			after: func(p *signtest.PKI, _ creation.Key) {
				p.Authority.Revoke(p.Authority.Issuing().Serial, now.Add(-48*time.Hour), revocation.CACompromise)
			}},
		{name: "revoked after receipt", indication: signing.TotalPassed,
			question: signing.Question{At: now.Add(-72 * time.Hour)},
			after: func(p *signtest.PKI, k creation.Key) {
				p.Authority.Revoke(k.Certificate.Serial, now.Add(-48*time.Hour), revocation.AffiliationChanged)
			}},
		{name: "lists stale", indication: signing.Indeterminate, subIndication: signing.TryLater, check: signing.CheckRevocation,
			question: signing.Question{At: now.Add(25 * time.Hour)}},
		{name: "expired", indication: signing.Indeterminate, subIndication: signing.OutOfBoundsNoPOE, check: signing.CheckValidityPeriod,
			question: signing.Question{At: now.AddDate(0, 7, 0)}},
		{name: "not yet valid", indication: signing.TotalFailed, subIndication: signing.NotYetValid, check: signing.CheckValidityPeriod,
			question: signing.Question{At: now.AddDate(0, -7, 0)}},
		{name: "other IIN", indication: signing.Indeterminate, refused: true, subIndication: signing.SigConstraintsFailure, check: signing.CheckIdentity,
			question: signing.Question{IIN: "851231401208"}},
		{name: "BIN of none", indication: signing.Indeterminate, refused: true, subIndication: signing.SigConstraintsFailure, check: signing.CheckIdentity,
			question: signing.Question{IIN: "900701300108", BIN: "120741000014"}},
		{name: "right IIN", indication: signing.TotalPassed, question: signing.Question{IIN: "900701300108"}},
		{name: "role not held", indication: signing.Indeterminate, refused: true, subIndication: signing.SigConstraintsFailure, check: signing.CheckRole,
			question: signing.Question{Role: certs.RoleHead}},
		{name: "role held", indication: signing.TotalPassed, question: signing.Question{Role: certs.RoleIndividual}},
		{name: "treasury key", indication: signing.Indeterminate, refused: true, subIndication: signing.ChainConstraintsFailure, check: signing.CheckPolicy,
			person: func(p *ca.Person) { p.Roles = []certs.Role{certs.RoleTreasury} }},
		{name: "unknown critical extension", indication: signing.Indeterminate, subIndication: signing.ChainConstraintsFailure, check: signing.CheckChain,
			person: func(p *ca.Person) {
				p.Template = func(t *ca.Template) {
					t.Set(certs.Extension{ID: []int{1, 2, 398, 99}, Critical: true, Value: der.NullValue()})
				}
			}},
	}
}

func TestOneThingWrong(t *testing.T) {
	for _, c := range matrix() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			pki := signtest.New(t, ca.ECDSA)
			person := signtest.Applicant()
			if c.person != nil {
				c.person(&person)
			}
			key := pki.Person(person)
			cms := pki.Signed([]byte("content"), key)
			if c.after != nil {
				c.after(pki, key)
				pki.Refresh()
			}
			if c.verifier != nil {
				c.verifier(pki.Verifier, pki)
			}
			got := verify(t, pki.Verifier, cms, c.question)
			if got.Indication != c.indication || got.SubIndication != c.subIndication {
				t.Fatalf("%s\nwant %s %s", signtest.Explain(got), c.indication, c.subIndication)
			}
			want := map[signing.Indication]signing.Acceptance{
				signing.TotalPassed: signing.Accepted, signing.Indeterminate: signing.Undecided, signing.TotalFailed: signing.Refused,
			}[c.indication]
			if c.refused {
				want = signing.Refused
			}
			if got.Acceptance != want || got.Signers[0].Acceptance != want {
				t.Errorf("%s %s, want %s", got.Acceptance, got.Signers[0].Acceptance, want)
			}
			if want != signing.Accepted && (len(got.Reasons) == 0 || got.Reasons[0].Signer != 1 || got.Reasons[0].Check == "" || got.Reasons[0].Text.KK == "") ||
				want == signing.Accepted && len(got.Reasons) > 0 {
				t.Errorf("reasons %+v", got.Reasons)
			}
			for _, check := range got.Signers[0].Checks {
				if check.Name == c.check && check.SubIndication != c.subIndication {
					t.Errorf("check %s says %q", c.check, check.SubIndication)
				}
			}
		})
	}
}

// A key whose certificate does not say what it is for, or names nothing, is not
// for signing, and the answer says so.
func TestKeyWithoutUsage(t *testing.T) {
	for _, c := range []struct {
		usage func(*ca.Template)
		want  string
	}{
		{func(t *ca.Template) { t.Remove(asn1.ObjectIdentifier{2, 5, 29, 15}) }, "the key is not for signing: its certificate has no key usage"},
		{func(t *ca.Template) {
			t.Set(certs.Extension{ID: asn1.ObjectIdentifier{2, 5, 29, 15}, Critical: true, Value: der.Encode(der.BitString, []byte{0})})
		}, "the key is not for signing: its key usage names nothing"},
	} {
		pki := signtest.New(t, ca.ECDSA)
		person := signtest.Applicant()
		person.Template = c.usage
		got := verify(t, pki.Verifier, signedByAll(t, []creation.Key{pki.Person(person)}), signing.Question{})
		if usage := got.Signers[0].Check(signing.CheckKeyUsage); usage.Detail != c.want || got.Acceptance != signing.Refused {
			t.Errorf("%s, want %q", signtest.Explain(got), c.want)
		}
	}
}

// Whether a certificate must have a key usage is a question of policy, as RFC 5280
// asks for none; what says that the key is for something else counts all the same.
func TestKeyUsageMissingIsPolicy(t *testing.T) {
	const soft, strict = signing.LevelWarn, signing.LevelFail
	serverAuth := ca.ExtKeyUsage(false, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1})
	for _, c := range []struct {
		name   string
		level  signing.Level
		change func(*ca.Template)
		want   signing.CheckStatus
		says   string
	}{
		{"none wanted", soft, func(*ca.Template) {}, signing.CheckWarning, "its certificate has no key usage, which the policy kz lets pass"},
		{"no usage at all", soft, func(t *ca.Template) { t.Remove(serverAuth.ID) }, signing.CheckWarning, "its certificate has no key usage"},
		{"wanted", strict, func(*ca.Template) {}, signing.CheckFailed, "its certificate has no key usage"},
		{"for servers", soft, func(t *ca.Template) { t.Set(serverAuth) }, signing.CheckFailed, "its certificate has no key usage"},
	} {
		pki := signtest.New(t, ca.ECDSA)
		person := signtest.Applicant()
		person.Template = func(t *ca.Template) {
			t.Remove(asn1.ObjectIdentifier{2, 5, 29, 15})
			c.change(t)
		}
		policy, err := signing.DefaultPolicy()
		if err != nil {
			t.Fatal(err)
		}
		policy.KeyUsageMissing = c.level
		pki.Verifier.Policy = policy
		got := verify(t, pki.Verifier, signedByAll(t, []creation.Key{pki.Person(person)}), signing.Question{})
		usage := got.Signers[0].Check(signing.CheckKeyUsage)
		if usage.Status != c.want || !strings.Contains(usage.Detail, c.says) || got.Passed() != (c.want == signing.CheckWarning) {
			t.Errorf("%s: %s", c.name, signtest.Explain(got))
		}
	}
}

func TestValidWhenReceivedRevokedSince(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	cms := pki.Signed([]byte("content"), key)
	revoked := signtest.Now().Add(-48 * time.Hour)
	pki.Authority.Revoke(key.Certificate.Serial, revoked, revocation.AffiliationChanged)
	pki.Refresh()
	got := verify(t, pki.Verifier, cms, signing.Question{At: signtest.Now().Add(-72 * time.Hour)})
	if !got.Passed() || !got.Signers[0].RevokedSince.Equal(revoked) {
		t.Errorf("%s, revoked since %v", signtest.Explain(got), got.Signers[0].RevokedSince)
	}
}

// Keys that must not sign are refused before they are used.
func TestKeysThatMustNotSign(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	login := signtest.Applicant()
	login.Use = certs.UseLogin
	good := pki.Person(signtest.Applicant())
	other := pki.Person(signtest.Applicant())
	tests := []struct {
		name string
		key  creation.Key
		at   time.Time
		want error
	}{
		{"log-in key", pki.Person(login), signtest.Now(), creation.ErrNotSigningKey},
		{"expired", good, signtest.Now().AddDate(1, 0, 0), creation.ErrOutsideValidity},
		{"not yet valid", good, signtest.Now().AddDate(-1, 0, 0), creation.ErrOutsideValidity},
		{"certificate of another key", creation.Key{Signer: good.Signer, Certificate: other.Certificate}, signtest.Now(), creation.ErrKeyMismatch},
		{"nothing", creation.Key{}, signtest.Now(), creation.ErrKeyMismatch},
	}
	for _, test := range tests {
		if _, err := signtest.Sign(creation.CMS{Content: []byte("x")}, test.key, test.at); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}

// A signature is told by its outline, whatever it carries and in whatever armour,
// and a document by its own beginning.
func TestSniff(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	pdf := signedPDF(t, key)
	cms := pki.Signed(pdf, key)
	armoured := pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: cms})
	xml := pki.Signed([]byte("<?xml version=\"1.0\"?><a/>"), key)
	for name, c := range map[string]struct {
		file []byte
		want signing.FileKind
	}{
		"PDF":                            {pdf, signing.FilePDF},
		"PDF behind something":           {append([]byte("0 junk\n"), pdf...), signing.FilePDF},
		"CMS that carries a PDF":         {cms, signing.FileCMS},
		"CMS in CMS":                     {pki.Signed(cms, key), signing.FileCMS},
		"CMS that carries XML":           {xml, signing.FileCMS},
		"in PEM":                         {armoured, signing.FileCMS},
		"in base64":                      {[]byte(base64.StdEncoding.EncodeToString(cms)), signing.FileCMS},
		"with a byte behind it":          {append(bytes.Clone(cms), 0), signing.FileCMS},
		"cut":                            {cms[:len(cms)-1], signing.FileCMS},
		"certificate":                    {key.Certificate.Raw, signing.FileCertificate},
		"an element that is nothing":     {der.Sequence(der.Text("%PDF-1.7")), signing.FilePDF},
		"an element that is nothing yet": {der.Sequence(der.Text("text")), signing.FileUnknown},
		"nothing":                        {nil, signing.FileUnknown},
	} {
		if got := signing.Sniff(c.file); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for name, file := range map[string][]byte{"DER": cms, "PEM": armoured} {
		got, err := pki.Verifier.Verify(t.Context(), file, signing.Question{})
		if err != nil || got.Kind != "cms" || !got.Passed() {
			t.Errorf("%s: %v %s", name, err, signtest.Explain(got))
		}
	}
}
