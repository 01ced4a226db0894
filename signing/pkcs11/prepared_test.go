//go:build pkcs11

package pkcs11

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// A document that the register has prepared is signed by a key in a token, which the
// register never sees, and comes into force under both forms; a token of somebody else
// is told apart.
func TestTokenSignsPrepared(t *testing.T) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	layouts, err := pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
	if err != nil {
		t.Fatal(err)
	}
	for label, family := range map[string]ca.Family{"rsa": ca.RSA, "p256": ca.ECDSA, "p384": ca.ECDSA} {
		pki := signtest.New(t, family)
		db, err := registry.Open(t.Context(), filepath.Join(t.TempDir(), "tamga.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.Now = signtest.Now
		r := &registry.Registry{Store: db, Layouts: layouts, Verifier: pki.Verifier, Address: registry.Address{Base: "https://tamga.example"},
			Make: func(ctx context.Context, o creation.Order) (creation.Made, error) {
				return creation.Make(ctx, pki.Services(pki.TSA()), o)
			}}
		token := func(person ca.Person) creation.Key {
			k := open(t, options(t, label))
			person.Key = k // only its public part is used
			h, err := pki.Authority.Issue(person)
			if err != nil {
				t.Fatal(err)
			}
			return creation.NewKey(k, h.Certificate, []*certs.Certificate{pki.Authority.Issuing()})
		}
		head, other := token(signtest.Head()), token(signtest.Applicant())
		for form, timed := range map[string]bool{pdf.SubFilterCMS: true, pdf.SubFilterCAdES: false} {
			p, err := r.Prepare(t.Context(), registry.PrepareRequest{
				IssueRequest: registry.IssueRequest{Client: "portal", IdempotencyKey: form, Draft: licence()},
				Elsewhere:    registry.Elsewhere{Certificate: head.Certificate, Chain: head.Chain, Form: form, Level: creation.BaselineT},
			})
			if err != nil {
				t.Fatal(err)
			}
			sign := func(key creation.Key) []byte {
				b, err := signtest.Sign(creation.CMS{Content: p.ToSign, Detached: true, Claim: timed}, key, signtest.Now())
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			if _, _, err := r.CompleteSigned(t.Context(), p.Number, sign(other)); !errors.Is(err, &registry.SignatureError{Reason: registry.ReasonSigner}) {
				t.Errorf("%s, %s: the token of somebody else: %v", label, form, err)
			}
			if _, _, err := r.CompleteSigned(t.Context(), p.Number, sign(head)); err != nil {
				t.Fatalf("%s, %s: %v", label, form, err)
			}
			file, err := r.PDF(t.Context(), p.Number)
			if err != nil {
				t.Fatal(err)
			}
			v, err := pki.Verifier.VerifyPDF(t.Context(), file, signing.Question{At: signtest.Now()})
			if err != nil || !v.Passed() || v.Signers[0].Steps() != 1 {
				t.Errorf("%s, %s: %+v, %v", label, form, v, err)
			}
		}
	}
}

func licence() documents.Draft {
	return documents.Draft{Licence: &documents.Licence{
		Holder: documents.Holder{Natural: &documents.NaturalPerson{
			Surname: "Сейітқали", GivenName: "Айгүл", Patronymic: "Бекқызы", IIN: "850101400011",
		}},
		Activity: documents.Text{KK: "археологиялық жұмыстар", RU: "археологические работы"},
		Licensor: documents.Text{KK: "Демо мәдениет комитеті", RU: "Демо-комитет культуры"},
		Head:     "Әбілов Ғ.Ү.", Place: documents.Text{KK: "Астана қ.", RU: "г. Астана"},
	}}
}
