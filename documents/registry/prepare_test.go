package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// desk is a register whose documents persons sign, with keys of their own.
type desk struct {
	*Registry
	clock *clock
	t     testing.TB
	pki   *signtest.PKI
	head  creation.Key
}

func newDesk(t testing.TB, dsn string, family ca.Family) *desk {
	t.Helper()
	r, c := open(t, dsn)
	pki := signtest.New(t, family)
	c.advance(signtest.Now().Sub(start))
	r.Key, r.Verifier = pki.Person(signtest.Head()), pki.Verifier
	r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, creation.Services{Verifier: r.Verifier}, o)
	}
	return &desk{r, c, t, pki, r.Key}
}

// draft is a licence that the head signs; n makes it different from others.
func (d *desk) draft(n int) documents.Draft {
	draft := licenceDraft(n)
	draft.Licence.Head = "Әбілов Ғ.Ү."
	draft.Licence.Licensor = documents.Text{KK: "Демо мәдениет комитеті", RU: "Демо-комитет культуры"}
	return draft
}

func (d *desk) request(key string, n int, e Elsewhere) PrepareRequest {
	return PrepareRequest{IssueRequest{"portal", key, d.draft(n)}, e}
}

func (d *desk) prepare(key string, n int, e Elsewhere) Preparation {
	d.t.Helper()
	p, err := d.Prepare(d.t.Context(), d.request(key, n, e))
	must(d.t, err)
	return p
}

// sign is what a token or a browser returns for what was prepared.
func (d *desk) sign(p Preparation, key creation.Key, more ...cms.Attribute) []byte {
	d.t.Helper()
	return signedBy(d.t, p, key, more...)
}

func signedBy(t testing.TB, p Preparation, key creation.Key, more ...cms.Attribute) []byte {
	t.Helper()
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	must(t, err)
	file, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(p.ToSign), Attributes: more})
	must(t, err)
	return file
}

// refused asserts the reason of a refusal.
func refused(t testing.TB, what string, err error, reason string) {
	t.Helper()
	if !errors.Is(err, ErrSignature) || !errors.Is(err, &SignatureError{Reason: reason}) {
		t.Errorf("%s: %v, want the reason %s", what, err, reason)
	}
}

// A document is prepared, signed elsewhere and in force, in every form that a signature
// comes in, with every kind of key, and what the register then has is what was signed.
func TestPrepareAndComplete(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		cluster.EachEngine(t, func(t *testing.T, dsn string) {
			d := newDesk(t, dsn, family)
			known := Elsewhere{Certificate: d.head.Certificate, Chain: d.head.Chain}
			cades := Elsewhere{Form: pdf.SubFilterCAdES}
			for i, c := range []struct {
				e     Elsewhere
				attr  []cms.Attribute
				form  string
				level string
			}{
				{Elsewhere{}, nil, pdf.SubFilterCMS, ""},
				{known, []cms.Attribute{cms.SigningTime(d.now())}, pdf.SubFilterCMS, ""},
				{cades, nil, pdf.SubFilterCAdES, "PAdES-B-B"},
			} {
				p := d.prepare(fmt.Sprint(i), i, c.e)
				if p.Number != fmt.Sprintf("%02d%06d", d.now().Year()%100, i+1) || p.Round != 1 || p.SubFilter != c.form || p.IssuedOn != documents.CivilDate(d.now()) ||
					p.Issued || !p.Until.Equal(p.IssuedOn.Midnight().AddDate(0, 0, 1)) {
					t.Errorf("%d: prepared %+v", i, p)
				}
				expectStatus(t, d.Registry, p.Number, documents.StatusReserved)
				signature := d.sign(p, d.head, c.attr...)
				rec, replayed, err := d.CompleteSigned(t.Context(), p.Number, signature)
				if err != nil || replayed || rec.Status != documents.StatusInForce || rec.IssuedOn() != p.IssuedOn {
					t.Fatalf("%d: completed %v %t %v", i, rec.Status, replayed, err)
				}
				file, err := d.PDF(t.Context(), p.Number)
				must(t, err)
				doc, err := pades.Read(file)
				must(t, err)
				signed := doc.Signatures[0]
				if signed.SubFilter != c.form || !bytes.Equal(bytes.Join(slices.Collect(partsOf(file, signed)), nil), p.ToSign) {
					t.Errorf("%d: the file is not what was signed, under %s", i, signed.SubFilter)
				}
				verdict, err := d.Verifier.VerifyPDF(t.Context(), file, signing.Question{At: d.now()})
				if err != nil || !verdict.Passed() || c.level != "" && verdict.Signers[0].Level != c.level || strings.HasPrefix(verdict.Signers[0].Level, "PAdES") != (c.level != "") {
					t.Errorf("%d: %v %+v", i, err, verdict.Signers[0].Level)
				}
				again, replayed, err := d.CompleteSigned(t.Context(), p.Number, signature)
				if err != nil || !replayed || again.FileSHA256 != rec.FileSHA256 {
					t.Errorf("%d: again: %t %v", i, replayed, err)
				}
				_, _, err = d.CompleteSigned(t.Context(), p.Number, d.sign(p, d.head))
				if family != ca.RSA { // whose signatures are the same each time
					refused(t, "another signature", err, ReasonIssued)
				}
				if p := d.prepare(fmt.Sprint(i), i, c.e); !p.Issued || p.Number != rec.Number {
					t.Errorf("%d: prepared when issued: %+v", i, p)
				}
			}
			if got := column(t, d.Registry, `SELECT state FROM preparations WHERE held = '' AND length(file) = 0`); len(got) != 3 {
				t.Errorf("what the preparations held is still there: %v", got)
			}
			must(t, d.VerifyLog(t.Context()))
		})
	}
}

// partsOf are the bytes that a signature covers.
func partsOf(file []byte, s pades.Signature) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for i := 0; i+1 < len(s.ByteRange); i += 2 {
			if !yield(file[s.ByteRange[i] : s.ByteRange[i]+s.ByteRange[i+1]]) {
				return
			}
		}
	}
}

// Who must not sign is told why, before a number is taken where the certificate is known
// and when the signature comes where it is not. Nothing changes by it.
func TestPrepareRefusesSigners(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		person := func(change func(*ca.Person)) creation.Key {
			p := signtest.Head()
			change(&p)
			return d.pki.Person(p)
		}
		revoked := person(func(*ca.Person) {})
		d.pki.Authority.Revoke(revoked.Certificate.Serial, d.now().Add(-time.Hour), revocation.KeyCompromise)
		d.pki.Refresh()
		d.Verifier = d.pki.Verifier
		stranger := signtest.New(t, ca.ECDSA).Person(signtest.Head())
		i := 0
		for name, c := range map[string]struct {
			key    creation.Key
			reason string
		}{
			"a log-in key":         {person(func(p *ca.Person) { p.Use = certs.UseLogin }), ReasonLoginKey},
			"an expired one":       {person(func(p *ca.Person) { p.NotAfter = d.now().Add(-time.Second) }), ReasonExpired},
			"one of tomorrow":      {person(func(p *ca.Person) { p.NotBefore = d.now().Add(time.Hour) }), ReasonNotYetValid},
			"a revoked one":        {revoked, ReasonRevoked},
			"of no authority":      {stranger, ReasonUntrusted},
			"another person's":     {person(func(p *ca.Person) { p.Surname = "ӘБЕНОВ" }), ReasonSigner},
			"another body's":       {person(func(p *ca.Person) { p.Organisation = "БАСҚА КОМИТЕТ" }), ReasonSigner},
			"an employee's":        {person(func(p *ca.Person) { p.Roles = []certs.Role{certs.RoleEmployee} }), ReasonRight},
			"a signer of money's":  {person(func(p *ca.Person) { p.Roles = []certs.Role{certs.RoleFinanceSignRight} }), ReasonRight},
			"somebody's privately": {person(func(p *ca.Person) { p.Roles, p.BIN = []certs.Role{certs.RoleIndividual}, "" }), ReasonRight},
		} {
			i++
			_, err := d.Prepare(t.Context(), d.request("known "+name, i, Elsewhere{Certificate: c.key.Certificate, Chain: c.key.Chain}))
			refused(t, name+", known before", err, c.reason)
			p := d.prepare(name, i, Elsewhere{})
			_, _, err = d.CompleteSigned(t.Context(), p.Number, d.sign(p, c.key))
			refused(t, name, err, c.reason)
			expectStatus(t, d.Registry, p.Number, documents.StatusReserved)
			if _, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(p, d.head)); err != nil {
				t.Errorf("after %s the right one: %v", name, err)
			}
		}
		right := person(func(p *ca.Person) { p.Roles = []certs.Role{certs.RoleEmployee, certs.RoleSignRight} })
		p := d.prepare("right", 90, Elsewhere{Certificate: right.Certificate, Chain: right.Chain})
		if _, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(p, right)); err != nil {
			t.Errorf("who has the right to sign: %v", err)
		}
		if got := column(t, d.Registry, `SELECT number FROM documents`); len(got) != i+1 {
			t.Errorf("%d numbers are taken for %d documents", len(got), i+1)
		}
		must(t, d.VerifyLog(t.Context()))
	})
}

// That nobody knows whether a certificate was revoked is not that it is bad: the same
// signature completes the document when the list is there again.
func TestPrepareUndecided(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		p := d.prepare("a", 1, Elsewhere{})
		signature := d.sign(p, d.head)
		known := d.Verifier
		unknowing := *known
		unknowing.Revocation = &revocation.Lists{}
		d.Verifier = &unknowing
		_, _, err := d.CompleteSigned(t.Context(), p.Number, signature)
		refused(t, "without a list", err, ReasonUndecided)
		if !errors.Is(err, creation.ErrKeyStatus) {
			t.Errorf("without a list: %v", err)
		}
		_, err = d.Prepare(t.Context(), d.request("b", 2, Elsewhere{Certificate: d.head.Certificate, Chain: d.head.Chain}))
		refused(t, "to prepare without a list", err, ReasonUndecided)
		d.Verifier = known
		if _, _, err := d.CompleteSigned(t.Context(), p.Number, signature); err != nil {
			t.Errorf("with the list: %v", err)
		}
	})
}

// What is no signature of this file says what is wrong with it.
func TestCompleteRefusesSignatures(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		p, other := d.prepare("a", 1, Elsewhere{}), d.prepare("b", 2, Elsewhere{})
		baseline := d.prepare("c", 3, Elsewhere{Form: pdf.SubFilterCAdES})
		m, err := cms.NewMaker(d.head.Signer, d.head.Certificate, d.head.Chain, cms.Options{})
		must(t, err)
		bare, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(p.ToSign), OmitCertificates: true})
		must(t, err)
		wrong := d.sign(p, creation.Key{Signer: faultySigner{d.head.Signer}, Certificate: d.head.Certificate, Chain: d.head.Chain})
		yesterday := cms.SigningTime(d.now().AddDate(0, 0, -1))
		for name, c := range map[string]struct {
			number, reason string
			file           []byte
		}{
			"nothing":              {p.Number, ReasonNoCertificate, nil},
			"text":                 {p.Number, ReasonNoCertificate, []byte("text")},
			"another document's":   {p.Number, ReasonOtherContent, d.sign(other, d.head)},
			"no certificate":       {p.Number, ReasonNoCertificate, bare},
			"a broken value":       {p.Number, ReasonUnverified, wrong},
			"of yesterday":         {p.Number, ReasonClaimedDay, d.sign(p, d.head, yesterday)},
			"a time under PAdES":   {baseline.Number, ReasonForm, d.sign(baseline, d.head, cms.SigningTime(d.now()))},
			"larger than the hole": {p.Number, ReasonTooLarge, d.sign(p, d.head, cms.Attribute{ID: cms.OIDContentHints, Values: [][]byte{large(signatureRoom)}})},
		} {
			_, _, err := d.CompleteSigned(t.Context(), c.number, c.file)
			refused(t, name, err, c.reason)
		}
		for _, number := range []string{"26000077", "x", ""} {
			if _, _, err := d.CompleteSigned(t.Context(), number, bare); !errors.Is(err, ErrNotFound) {
				t.Errorf("%q: %v", number, err)
			}
		}
		if _, err := d.Prepare(t.Context(), d.request("d", 4, Elsewhere{Form: "adbe.x509.rsa_sha1"})); !errors.Is(err, &SignatureError{Reason: ReasonForm}) {
			t.Errorf("another form: %v", err)
		}
		held := Elsewhere{Certificate: d.head.Certificate, Chain: d.head.Chain}
		p, err = d.PrepareAgain(t.Context(), p.Number, held)
		must(t, err)
		bare, err = m.Make(cms.ToSign{MessageDigest: p.Digest, OmitCertificates: true})
		must(t, err)
		if _, _, err := d.CompleteSigned(t.Context(), p.Number, bare); err != nil {
			t.Errorf("without certificates, which were told before: %v", err)
		}
	})
}

// large is an OCTET STRING of so many bytes.
func large(n int) []byte { return append([]byte{4, 0x82, byte(n >> 8), byte(n)}, make([]byte, n)...) }

// When the day in Kazakhstan has passed, the number stays, the date is that of the
// signature, and what was to be signed before is good for nothing, however it is tried.
func TestPreparedAnewNextDay(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		p := d.prepare("a", 1, Elsewhere{})
		old := d.sign(p, d.head)
		made, err := d.Signed(t.Context(), p.Number, old)
		must(t, err)
		d.clock.advance(p.Until.Sub(d.now()) - time.Microsecond)
		if again := d.prepare("a", 1, Elsewhere{}); again.Round != 1 || !bytes.Equal(again.ToSign, p.ToSign) {
			t.Errorf("on the same day round %d", again.Round)
		}
		d.clock.advance(time.Microsecond) // midnight in Kazakhstan, 19:00 UTC
		_, _, err = d.CompleteSigned(t.Context(), p.Number, old)
		refused(t, "the day after", err, ReasonDayPassed)
		refused(t, "what was judged the day before", d.enter(t.Context(), made), ReasonDayPassed)
		if got, err := d.Prepared(t.Context(), p.Number); err != nil || got.Round != 1 || got.Until.After(d.now()) {
			t.Errorf("the first round: %+v, %v", got, err)
		}
		next := d.prepare("a", 1, Elsewhere{})
		if next.Number != p.Number || next.Round != 2 || next.IssuedOn == p.IssuedOn || next.IssuedOn != documents.CivilDate(d.now()) || bytes.Equal(next.ToSign, p.ToSign) {
			t.Errorf("prepared anew: %+v", next)
		}
		_, _, err = d.CompleteSigned(t.Context(), p.Number, old)
		refused(t, "over the old bytes", err, ReasonReplaced)
		rec, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(next, d.head))
		if err != nil || rec.IssuedOn() != next.IssuedOn || rec.Number != p.Number {
			t.Errorf("completed with %s on %s: %v", rec.Number, rec.IssuedOn(), err)
		}
		_, _, err = d.CompleteSigned(t.Context(), p.Number, old)
		refused(t, "over the old bytes when issued", err, ReasonIssued)
		if d.prepare("b", 2, Elsewhere{}).Number == p.Number {
			t.Error("the number was taken twice")
		}
		must(t, d.VerifyLog(t.Context()))
	})
}

// A signer who declines leaves nothing that could be completed; the number stays.
func TestDecline(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		p := d.prepare("a", 1, Elsewhere{})
		old := d.sign(p, d.head)
		made, err := d.Signed(t.Context(), p.Number, old)
		must(t, err)
		must(t, d.Decline(t.Context(), p.Number))
		must(t, d.Decline(t.Context(), p.Number))
		if got, err := d.Prepared(t.Context(), p.Number); err != nil || !got.Declined || got.ToSign != nil || got.Digest != nil {
			t.Errorf("declined: %+v, %v", got, err)
		}
		refused(t, "what was judged before", d.enter(t.Context(), made), ReasonDeclined)
		_, _, err = d.CompleteSigned(t.Context(), p.Number, old)
		refused(t, "declined", err, ReasonDeclined)
		d.clock.advance(time.Second) // /M differs
		next, err := d.PrepareAgain(t.Context(), p.Number, Elsewhere{})
		if err != nil || next.Round != 2 || next.Number != p.Number {
			t.Fatalf("prepared anew: %+v, %v", next, err)
		}
		_, _, err = d.CompleteSigned(t.Context(), p.Number, old)
		refused(t, "over the old bytes", err, ReasonReplaced)
		// Prepared twice in one second they are the same bytes, which are good.
		same, err := d.PrepareAgain(t.Context(), p.Number, Elsewhere{})
		if err != nil || same.Round != 3 || !bytes.Equal(same.ToSign, next.ToSign) {
			t.Fatalf("prepared anew: %+v, %v", same, err)
		}
		if _, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(next, d.head)); err != nil {
			t.Error(err)
		}
		refused(t, "to decline what is in force", d.Decline(t.Context(), p.Number), ReasonIssued)
		_, err = d.PrepareAgain(t.Context(), p.Number, Elsewhere{})
		refused(t, "to prepare what is in force", err, ReasonIssued)
		issued, _, err := d.Issue(t.Context(), IssueRequest{"portal", "k", d.draft(9)})
		must(t, err)
		refused(t, "to decline what the service has signed", d.Decline(t.Context(), issued.Number), ReasonIssued)
		must(t, d.VerifyLog(t.Context()))
	})
}

// Nothing of the service takes a document over that waits for a person: not the same
// request to issue, not Recover, not its retry.
func TestPreparedIsNotTakenOver(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		p := d.prepare("a", 1, Elsewhere{})
		d.clock.advance(2 * time.Hour)
		if _, _, err := d.Issue(t.Context(), d.request("a", 1, Elsewhere{}).IssueRequest); !errors.Is(err, store.ErrInProgress) {
			t.Errorf("issued: %v", err)
		}
		if err := d.Resume(t.Context(), p.Number); !errors.Is(err, store.ErrInProgress) {
			t.Errorf("resumed: %v", err)
		}
		if _, err := d.Prepare(t.Context(), d.request("a", 2, Elsewhere{})); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another draft: %v", err)
		}
		expectRecovered(t, d.Registry, recovery{})
		if _, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(p, d.head)); err != nil {
			t.Error(err)
		}
		must(t, second(reserve(t, d.Registry, IssueRequest{"portal", "b", d.draft(3)})))
		if _, err := d.Prepare(t.Context(), d.request("b", 3, Elsewhere{})); !errors.Is(err, store.ErrInProgress) {
			t.Errorf("prepared what is being issued: %v", err)
		}
	})
}

// Nobody signs: the number is kept for as long as the register is told to, and for no
// longer than its year, then it is void, on record.
func TestPreparedLapses(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		d.PreparedFor = 72 * time.Hour
		d.Key = d.pki.Person(func() ca.Person { p := signtest.Head(); p.NotAfter = d.now().AddDate(2, 0, 0); return p }())
		p, declined := d.prepare("a", 1, Elsewhere{}), d.prepare("b", 2, Elsewhere{})
		must(t, d.Decline(t.Context(), declined.Number))
		d.clock.advance(72*time.Hour - time.Microsecond)
		d.Verifier = refreshed(d)
		expectRecovered(t, d.Registry, recovery{})
		again, err := d.PrepareAgain(t.Context(), p.Number, Elsewhere{})
		must(t, err)
		d.clock.advance(time.Microsecond)
		expectRecovered(t, d.Registry, recovery{voided: declined.Number})
		if _, _, err := d.CompleteSigned(t.Context(), declined.Number, d.sign(declined, d.head)); !errors.Is(err, ErrVoid) {
			t.Errorf("completed when void: %v", err)
		}
		if _, err := d.Prepare(t.Context(), d.request("b", 2, Elsewhere{})); !errors.Is(err, ErrVoid) {
			t.Errorf("prepared when void: %v", err)
		}
		events, err := d.Events(t.Context(), declined.Number)
		must(t, err)
		if last := events[len(events)-1]; last.Kind != documents.EventVoid || last.Detail != reasonUnsigned || last.Record == nil {
			t.Errorf("the last event is %+v", last)
		}
		d.PreparedFor = 10000 * time.Hour
		last := time.Date(d.now().Year(), time.December, 31, 18, 59, 59, 0, time.UTC)
		d.clock.advance(last.Sub(d.now()))
		d.Verifier = refreshed(d)
		expectRecovered(t, d.Registry, recovery{})
		d.clock.advance(time.Second)
		_, err = d.PrepareAgain(t.Context(), again.Number, Elsewhere{})
		refused(t, "in the new year", err, ReasonYearPassed)
		expectRecovered(t, d.Registry, recovery{voided: again.Number})
		if left := column(t, d.Registry, `SELECT id FROM preparations WHERE held <> ''`); len(left) > 0 {
			t.Errorf("what %v held is still there", left)
		}
		must(t, d.VerifyLog(t.Context()))
	})
}

// refreshed is the verifier with the lists of the day.
func refreshed(d *desk) *signing.Verifier {
	lists := &revocation.Lists{}
	for _, list := range []func(time.Time, time.Time) ([]byte, error){d.pki.Authority.CRL, d.pki.Authority.RootCRL} {
		raw, err := list(d.now().Add(-time.Hour), d.now().AddDate(0, 1, 0))
		must(d.t, err)
		crl, err := revocation.ParseCRL(raw)
		must(d.t, err)
		lists.Add(crl)
	}
	v := *d.Verifier
	v.Revocation = lists
	return &v
}

// Several bring signatures at the same time, while the number is prepared anew and
// declined: at most one comes into force, none of them over bytes that were replaced.
func TestPreparedRaces(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		for round := range 8 {
			p := d.prepare(fmt.Sprint(round), round, Elsewhere{})
			var wg sync.WaitGroup
			var mu sync.Mutex
			fresh, completed := 0, map[string]bool{}
			var newer Preparation
			for range 3 {
				file := d.sign(p, d.head)
				wg.Go(func() {
					rec, replayed, err := d.CompleteSigned(t.Context(), p.Number, file)
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil && !replayed:
						fresh++
						completed[rec.FileSHA256] = true
					case err == nil:
						completed[rec.FileSHA256] = true
					case !errors.Is(err, &SignatureError{Reason: ReasonIssued}) && !errors.Is(err, &SignatureError{Reason: ReasonReplaced}) &&
						!errors.Is(err, &SignatureError{Reason: ReasonOtherContent}):
						t.Errorf("%d: completed: %v", round, err)
					}
				})
			}
			wg.Go(func() {
				again, err := d.PrepareAgain(t.Context(), p.Number, Elsewhere{Form: pdf.SubFilterCAdES})
				if err != nil && !errors.Is(err, &SignatureError{Reason: ReasonIssued}) {
					t.Errorf("%d: prepared anew: %v", round, err)
				}
				newer = again
			})
			wg.Wait()
			anew := newer.Number != ""
			if fresh > 1 || len(completed) > 1 || anew == (fresh == 1) {
				t.Errorf("%d: %d came into force, and prepared anew: %t", round, fresh, anew)
			}
			if anew {
				if _, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(newer, d.head)); err != nil {
					t.Errorf("%d: the newer one: %v", round, err)
				}
			}
			expectStatus(t, d.Registry, p.Number, documents.StatusInForce)
		}
		must(t, d.VerifyLog(t.Context()))
	})
}

// A crash between two steps leaves what was before: the signature comes again, and the
// number is the same.
func TestPrepareCrashes(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		gone := errors.New("the program has ended")
		crash := func(do func(ctx context.Context, tx *store.Tx) error) {
			t.Helper()
			err := d.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				must(t, do(ctx, tx))
				return gone
			})
			if !errors.Is(err, gone) {
				t.Fatal(err)
			}
		}
		crash(func(ctx context.Context, tx *store.Tx) error {
			_, err := d.PrepareIn(ctx, tx, d.request("a", 1, Elsewhere{}))
			return err
		})
		if got := column(t, d.Registry, `SELECT number FROM documents`); len(got) != 0 {
			t.Errorf("taken: %v", got)
		}
		p := d.prepare("a", 1, Elsewhere{})
		made, err := d.Signed(t.Context(), p.Number, d.sign(p, d.head))
		must(t, err)
		crash(func(ctx context.Context, tx *store.Tx) error { return d.Complete(ctx, tx, made) })
		crash(func(ctx context.Context, tx *store.Tx) error { return d.DeclineIn(ctx, tx, p.Number) })
		crash(func(ctx context.Context, tx *store.Tx) error {
			_, err := d.PrepareAgainIn(ctx, tx, p.Number, Elsewhere{})
			return err
		})
		if got := d.prepare("a", 1, Elsewhere{}); got.Round != 1 || !bytes.Equal(got.ToSign, p.ToSign) {
			t.Errorf("after the crashes: round %d", got.Round)
		}
		must(t, d.enter(t.Context(), made))
		expectStatus(t, d.Registry, p.Number, documents.StatusInForce)
		must(t, d.VerifyLog(t.Context()))
	})
}

// A preview has no number and leaves nothing, and what could not be issued is not
// previewed either.
func TestPreview(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		d := newDesk(t, dsn, ca.ECDSA)
		size := d.Store.QueryRowContext(t.Context(), `SELECT size FROM log_head`)
		var before, after int
		must(t, size.Scan(&before))
		d.Key = creation.Key{} // none is needed
		file, err := d.Preview(t.Context(), d.draft(1))
		if err != nil || !bytes.HasPrefix(file, []byte("%PDF-")) || bytes.Contains(file, []byte("/ByteRange")) {
			t.Errorf("previewed: %v", err)
		}
		var invalid *documents.InvalidError
		if _, err := d.Preview(t.Context(), documents.Draft{}); !errors.As(err, &invalid) {
			t.Errorf("nothing: %v", err)
		}
		old := d.draft(1)
		old.Licence.IssuedOn = documents.Date{Year: 2020, Month: time.May, Day: 5}
		if _, err := d.Preview(t.Context(), old); !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeDate {
			t.Errorf("of another day: %v", err)
		}
		must(t, d.Store.QueryRowContext(t.Context(), `SELECT size FROM log_head`).Scan(&after))
		if got := column(t, d.Registry, `SELECT series FROM counters`); len(got) != 0 || before != after {
			t.Errorf("left: %v, %d records", got, after-before)
		}
	})
}

// The timestamp of the service stands beside a foreign signature, and the level told is
// the verdict's.
func TestPreparedIsTimestamped(t *testing.T) {
	d := newDesk(t, t.TempDir()+"/register.sqlite", ca.RSA)
	d.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, d.pki.Services(d.pki.TSA()), o)
	}
	for form, level := range map[string]string{pdf.SubFilterCMS: "PDF signature, not PAdES", pdf.SubFilterCAdES: "PAdES-B-T"} {
		p := d.prepare(form, len(form), Elsewhere{Form: form, Level: creation.BaselineT})
		rec, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(p, d.head))
		must(t, err)
		file, err := d.PDF(t.Context(), rec.Number)
		must(t, err)
		verdict, err := d.Verifier.VerifyPDF(t.Context(), file, signing.Question{At: d.now().Add(time.Hour)})
		if err != nil || !verdict.Passed() || verdict.Signers[0].Steps() != 1 || !strings.HasPrefix(verdict.Signers[0].Level, level) {
			t.Errorf("%s: %v, %q with %d steps", form, err, verdict.Signers[0].Level, verdict.Signers[0].Steps())
		}
	}
	p := d.prepare("away", 90, Elsewhere{Level: creation.BaselineT})
	d.Make = func(context.Context, creation.Order) (creation.Made, error) {
		return creation.Made{}, creation.ErrTimestamp
	}
	if _, _, err := d.CompleteSigned(t.Context(), p.Number, d.sign(p, d.head)); !errors.Is(err, creation.ErrTimestamp) || errors.Is(err, ErrSignature) {
		t.Errorf("while the authority is away: %v", err)
	}
	expectStatus(t, d.Registry, p.Number, documents.StatusReserved)
}
