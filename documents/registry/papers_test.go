package registry

import (
	"context"
	"encoding/base64"
	"testing"

	"tamga/documents"
	"tamga/documents/store"
)

// The paper behind an event is found where the register holds it: as a file of an
// application while that is there, or as a document; the paper that is brought gives its
// digest.
func TestPaperOfEvent(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		other := issue(t, r, "b", refusalDraft())
		applyTwice(t, r)
		attach(t, r)
		var sum string
		must(t, r.Store.QueryRowContext(t.Context(), `SELECT sha256 FROM attachments WHERE id = 'e5f6'`).Scan(&sum))
		file := []byte("сот шешімі")
		for name, c := range map[string]struct {
			p    documents.Paper
			want HeldPaper
		}{
			"a file":          {documents.Paper{SHA256: sum}, HeldPaper{Application: "a1b2", Attachment: "e5f6"}},
			"a document":      {documents.Paper{Number: other.Number}, HeldPaper{Document: other.Number}},
			"the file of one": {documents.Paper{SHA256: other.FileSHA256}, HeldPaper{Document: other.Number}},
			"both":            {documents.Paper{Number: other.Number, SHA256: other.FileSHA256}, HeldPaper{Document: other.Number}},
			"kept elsewhere":  {documents.Paper{SHA256: store.HexSum(file)}, HeldPaper{}},
			"nothing":         {documents.Paper{}, HeldPaper{}},
			"no document's":   {documents.Paper{Number: "26000077"}, HeldPaper{}},
		} {
			if got, err := r.Paper(t.Context(), c.p); err != nil || got != c.want || got.Held() != (c.want != HeldPaper{}) {
				t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
			}
		}
		must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return second(tx.ExecContext(ctx, `UPDATE attachments SET removed_at = 5`))
		}))
		if got, err := r.Paper(t.Context(), documents.Paper{SHA256: sum}); err != nil || got.Held() {
			t.Errorf("a file that is out: %+v, %v", got, err)
		}
		e := act(documents.EventAppealed)
		e.Paper, e.PaperFile = documents.Paper{}, base64.StdEncoding.EncodeToString(file)
		done, _, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: "p", Number: number, AnyState: true, Event: e})
		if err != nil || done.Paper.SHA256 != store.HexSum(file) {
			t.Errorf("by its file: %+v, %v", done.Paper, err)
		}
		e = act(documents.EventAppealed)
		e.Paper = documents.Paper{Number: other.Number, SHA256: other.FileSHA256}
		if _, _, err := r.Record(t.Context(), EventRequest{Client: "portal", IdempotencyKey: "q", Number: number, AnyState: true, Event: e}); err != nil {
			t.Errorf("a document with its digest: %v", err)
		}
	})
}
