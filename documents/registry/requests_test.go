package registry

import (
	"encoding/json"
	"errors"
	"testing"

	"tamga/documents"
	"tamga/documents/store"
)

// A key whose request an older program has written down still knows it.
func TestRequestsOfBefore(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		sum, err := store.SumOf(licenceDraft(1).Normalise())
		must(t, err)
		before, err := json.Marshal(licenceDraft(1).Normalise())
		must(t, err)
		stored := column(t, r, `SELECT body_sha256 FROM requests`)
		if len(stored) != 1 || stored[0] != sum.String() || sum.String() == store.HexSum(before) {
			t.Fatalf("stored %v, want %s", stored, sum)
		}
		must(t, run(t, r, `UPDATE requests SET body_sha256 = $1`, store.HexSum(before)))
		again, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if err != nil || !replayed || again.Number != rec.Number {
			t.Errorf("the same request: %s, %v, %v", again.Number, replayed, err)
		}
		other := licenceDraft(1)
		other.Licence.Place = documents.Text{KK: "Алматы қ.", RU: "г. Алматы"}
		if _, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: other}); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another request: %v", err)
		}
	})
}
