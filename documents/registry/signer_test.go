package registry

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// official is whom the documents of the tests print, under any authority.
func official() ca.Person {
	p := signtest.Head()
	p.Surname, p.GivenName, p.Patronymic = "ӘБДІҒАЛИ", "ЖАНАР", "СЕРІКҚЫЗЫ"
	return p
}

// A document that prints another person or office than the certificate of the
// key is refused before it costs a number or a signature, and the refusal names
// the field and nobody.
func TestPrintedSignerIsTheCertificates(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		used := &atomic.Int64{}
		r.Key.Signer = countingSigner{r.Key.Signer, used}
		for name, c := range map[string]struct {
			change func(*documents.Licence)
			want   string
		}{
			"another person":  {func(l *documents.Licence) { l.Head = "Сейітқали Ә. Ғ." }, "/licence/head signer"},
			"another initial": {func(l *documents.Licence) { l.Head = "Әбдіғали Б. С." }, "/licence/head signer"},
			"another office": {func(l *documents.Licence) {
				l.Licensor = documents.Text{KK: "Тіл комитеті", RU: "Комитет языка"}
			}, "/licence/licensor authority"},
			"both are others'": {func(l *documents.Licence) {
				l.Head, l.Licensor.KK, l.Licensor.RU = "Басқа Б.", "Басқа", "Другой"
			}, "/licence/head signer; /licence/licensor authority"},
		} {
			draft := licenceDraft(1)
			c.change(draft.Licence)
			_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: name, Draft: draft})
			var invalid *documents.InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", name, err, c.want)
				continue
			}
			for _, f := range invalid.Fields {
				if id := r.Key.Certificate.Identity(); strings.Contains(f.Detail, id.IIN) || strings.Contains(f.Detail, id.Surname) {
					t.Errorf("%s: the refusal repeats the certificate: %s", name, f.Detail)
				}
			}
		}
		if list, err := r.List(t.Context(), "", 0); err != nil || len(list) > 0 || used.Load() > 0 {
			t.Errorf("refusals cost %d numbers and %d signatures (%v)", len(list), used.Load(), err)
		}
		if rec := issue(t, r, "first", licenceDraft(1)); rec.Number != "26000001" || used.Load() == 0 {
			t.Errorf("the first licence is %s, after %d signatures", rec.Number, used.Load())
		}
	})
}

// A key that changed between the reservation and the signature does not sign
// what was printed for the old one; what was issued already stays.
func TestPrintedSignerWhenTheKeyChanges(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, clock := open(t, dsn)
		issue(t, r, "before", licenceDraft(1))
		restore := onceSigned(r, func(context.Context) error { return creation.ErrTimestamp })
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(2)})
		if !errors.Is(err, creation.ErrTimestamp) {
			t.Fatal(err)
		}
		restore()
		pki := signtest.New(t, ca.ECDSA)
		clock.advance(signtest.Now().Sub(start))
		first, verifier := r.Key, r.Verifier
		r.Key, r.Verifier = pki.Person(signtest.Head()), pki.Verifier // Әбілов
		var invalid *documents.InvalidError
		_, _, err = r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(2)})
		if !errors.As(err, &invalid) || invalid.Fields[0].Pointer != "/licence/head" || invalid.Fields[0].Code != documents.CodeSigner {
			t.Errorf("with another key: %v", err)
		}
		if rec, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "before", Draft: licenceDraft(1)}); err != nil || !replayed || rec.Number != "26000001" {
			t.Errorf("what was issued before: %v %t %v", rec.Number, replayed, err)
		}
		r.Key = creation.Key{}
		if _, _, err = r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(2)}); !errors.Is(err, creation.ErrKeyMismatch) {
			t.Errorf("without a key: %v", err)
		}
		r.Key, r.Verifier = first, verifier
		clock.advance(start.Sub(signtest.Now()))
		if rec := issue(t, r, "a", licenceDraft(2)); rec.Number != "26000002" {
			t.Errorf("with the first key again: %s", rec.Number)
		}
	})
}

// A key that the policy refuses takes no number and signs nothing, although EN
// 319 102-1 calls what it makes INDETERMINATE and not TOTAL-FAILED.
func TestRefusedKeyTakesNoNumber(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, clock := open(t, dsn)
		pki := signtest.New(t, ca.ECDSA)
		clock.advance(signtest.Now().Sub(start))
		person := official()
		person.Roles = append(person.Roles, certs.RoleTreasury)
		used := &atomic.Int64{}
		r.Key, r.Verifier = pki.Person(person), pki.Verifier
		r.Key.Signer = countingSigner{r.Key.Signer, used}
		_, _, err := r.Issue(t.Context(), request())
		if !errors.Is(err, ErrNotVerified) || !strings.Contains(err.Error(), "refused: INDETERMINATE CHAIN_CONSTRAINTS_FAILURE") {
			t.Fatalf("got %v, want ErrNotVerified", err)
		}
		if list, err := r.List(t.Context(), "", 0); err != nil || len(list) > 0 || used.Load() > 0 {
			t.Errorf("the refusal cost %d numbers and %d signatures (%v)", len(list), used.Load(), err)
		}
	})
}

// What comes back signed with another certificate does not enter the register,
// although the verifier confirms it: the name printed was compared with ours.
func TestOutputSignedByAnother(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, clock := open(t, dsn)
		pki := signtest.New(t, ca.ECDSA)
		clock.advance(signtest.Now().Sub(start))
		r.Key, r.Verifier = pki.Person(official()), pki.Verifier
		other := pki.Person(signtest.Applicant())
		r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
			o.Form, o.Key = creation.PDF{File: []byte(plainPDF)}, other
			return creation.Make(ctx, creation.Services{Verifier: pki.Verifier}, o)
		}
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if !errors.Is(err, ErrNotVerified) || !strings.Contains(err.Error(), "another certificate") {
			t.Errorf("%v", err)
		}
	})
}

// What is signed with our own key and is not passed does not enter the register
// either: making asks whether the signature is right, and the register whether it
// is trusted.
func TestOutputNotTrusted(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, clock := open(t, dsn)
		pki, stranger := signtest.New(t, ca.ECDSA), signtest.New(t, ca.ECDSA)
		clock.advance(signtest.Now().Sub(start))
		r.Key, r.Verifier = pki.Person(official()), pki.Verifier
		r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
			return creation.Make(ctx, creation.Services{Verifier: stranger.Verifier}, o)
		}
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if !errors.Is(err, ErrNotVerified) || !strings.Contains(err.Error(), "undecided: INDETERMINATE") {
			t.Errorf("%v", err)
		}
	})
}

// plainPDF has one empty page.
const plainPDF = "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" +
	"1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n" +
	"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
	"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>\nendobj\n" +
	"xref\n0 4\n0000000000 65535 f \n0000000015 00000 n \n0000000060 00000 n \n0000000111 00000 n \n" +
	"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n190\n%%EOF\n"
