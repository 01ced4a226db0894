package registry

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/signtest"
)

// A register can issue at the highest level; while that cannot be reached
// nothing is issued, and the reservation is finished later under its number.
func TestLastingDocuments(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, clock := open(t, dsn)
		pki := signtest.New(t, ca.ECDSA)
		clock.advance(signtest.Now().Sub(start))
		r.Key, r.Verifier = pki.Person(official()), pki.Verifier
		down := true
		r.Lasting = func(_ context.Context, file []byte, at time.Time) ([]byte, error) {
			if down {
				return nil, signing.ErrTimestamp
			}
			return signing.ExtendPDF(file, signing.BaselineLTA, signing.ExtendOptions{
				Time: at, Gather: pki.Gatherer().Gather, Timestamping: signing.Timestamping{Stamp: pki.TSA().Stamper()},
			})
		}
		_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if !errors.Is(err, signing.ErrTimestamp) {
			t.Fatalf("with the authority down: %v", err)
		}
		down = false
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
