package registry

import (
	"errors"
	"testing"

	"tamga/documents"
)

// Requests are the same when they say the same, whatever order or empty members
// they are written with; which document is asked for is said by a member alone.
func TestCanonicalRequests(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"order":               {`{"a":{"x":"1","y":2}}`, `{"a":{"y":2,"x":"1"}}`, true},
		"a field of later":    {`{"a":{"x":"1"}}`, `{"a":{"x":"1","new":"","more":{"kk":"","ru":""},"list":[],"no":null,"off":false,"n":0}}`, true},
		"another value":       {`{"a":{"x":"1"}}`, `{"a":{"x":"2"}}`, false},
		"a number of a text":  {`{"a":{"x":"1"}}`, `{"a":{"x":1}}`, false},
		"another kind":        {`{"a":{}}`, `{"b":{}}`, false},
		"an array is as long": {`{"a":{"x":["",""]}}`, `{"a":{"x":[""]}}`, false},
		"long numbers":        {`{"a":{"x":9007199254740993}}`, `{"a":{"x":9007199254740992}}`, false},
	} {
		a, err1 := canonical([]byte(c.a))
		b, err2 := canonical([]byte(c.b))
		if err1 != nil || err2 != nil || (string(a) == string(b)) != c.same {
			t.Errorf("%s: %s and %s, %v, %v", name, a, b, err1, err2)
		}
	}
	if _, err := canonical([]byte(`[]`)); err == nil {
		t.Error("an array is no request")
	}
}

// A key whose request an older program has written down still knows it.
func TestRequestsOfBefore(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		sum, err := sumOf(licenceDraft(1).Normalise())
		must(t, err)
		stored := column(t, r, `SELECT body_sha256 FROM requests`)
		if len(stored) != 1 || stored[0] != sum.canonical || sum.canonical == sum.old {
			t.Fatalf("stored %v, want %+v", stored, sum)
		}
		must(t, second(r.Store.write.ExecContext(t.Context(), `UPDATE requests SET body_sha256 = $1`, sum.old)))
		again, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if err != nil || !replayed || again.Number != rec.Number {
			t.Errorf("the same request: %s, %v, %v", again.Number, replayed, err)
		}
		other := licenceDraft(1)
		other.Licence.Place = documents.Text{KK: "Алматы қ.", RU: "г. Алматы"}
		if _, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: other}); !errors.Is(err, ErrKeyReused) {
			t.Errorf("another request: %v", err)
		}
	})
}
