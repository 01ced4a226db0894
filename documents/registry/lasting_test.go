package registry

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// A register can issue at the highest level; while that cannot be reached
// nothing is issued, and the reservation is finished later under its number.
func TestLastingDocuments(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, clock := open(t, dsn)
		pki := signtest.New(t, ca.ECDSA)
		clock.advance(signtest.Now().Sub(start))
		r.Key, r.Verifier = pki.Person(official()), pki.Verifier
		r.Level = creation.BaselineLTA
		with, stamp := pki.Services(pki.TSA()), error(creation.ErrTimestamp)
		r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
			with := with
			if stamp != nil {
				with.Stamp = func(context.Context, tsp.Imprint) (*tsp.Token, error) { return nil, stamp }
			}
			return creation.Make(ctx, with, o)
		}
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if !errors.Is(err, creation.ErrTimestamp) {
			t.Fatalf("with the authority down: %v", err)
		}
		stamp = nil
		rec := issue(t, r, "a", licenceDraft(1))
		if rec.Number != "26000001" {
			t.Errorf("number %s", rec.Number)
		}
		file, err := r.PDF(t.Context(), rec.Number)
		must(t, err)
		verdict, err := r.Verifier.VerifyPDF(context.Background(), file, signing.Question{At: signtest.Now()})
		if err != nil || !verdict.Passed() || verdict.Signers[0].Level != signing.LevelLTA {
			t.Errorf("%v %+v", err, verdict)
		}
		var stored signing.Verdict
		if err := json.Unmarshal(rec.Evidence, &stored); err != nil || stored.Signers[0].Level != signing.LevelLTA {
			t.Errorf("the evidence says %+v, %v", stored, err)
		}
	})
}
