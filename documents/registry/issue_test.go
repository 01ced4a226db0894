package registry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

func TestIssue(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		for _, want := range []struct {
			draft  documents.Draft
			key    string
			number string
			kind   documents.Kind
		}{
			{licenceDraft(1), "a", "26000001", documents.KindLicence},
			{licenceDraft(2), "b", "26000002", documents.KindLicence},
			{refusalDraft(), "c", "KZ43RLR26000001", documents.KindRefusal},
		} {
			rec := issue(t, r, want.key, want.draft)
			if rec.Number != want.number || rec.Kind != want.kind || rec.Status != documents.StatusInForce {
				t.Errorf("got %s %s %s, want %s %s in force", rec.Number, rec.Kind, rec.Status, want.number, want.kind)
			}
			if rec.IssuedOn().String() != "2026-06-22" || rec.Client != "portal" || !rec.ReservedAt.Equal(c.now()) {
				t.Errorf("%s: issued on %s for %s at %s", rec.Number, rec.IssuedOn(), rec.Client, rec.ReservedAt)
			}
			file, err := r.PDF(t.Context(), rec.Number)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.HasPrefix(file, []byte("%PDF-")) || store.HexSum(file) != rec.FileSHA256 {
				t.Errorf("%s: the file is not the one recorded", rec.Number)
			}
			verdict, err := r.Verifier.VerifyPDF(context.Background(), file, signing.Question{At: c.now()})
			if err != nil || !verdict.Passed() {
				t.Errorf("%s: the stored file does not pass: %v, %v", rec.Number, verdict, err)
			}
			if !json.Valid(rec.Evidence) {
				t.Errorf("%s: the evidence is not JSON: %s", rec.Number, rec.Evidence)
			}
			c.advance(time.Second)
		}
		if err := r.VerifyLog(t.Context()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(column(t, r, `SELECT status FROM documents`), " "); got != "in_force in_force in_force" {
			t.Errorf("statuses: %s", got)
		}
	})
}

func TestReplay(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		first := issue(t, r, "a", licenceDraft(1))
		file, err := r.PDF(t.Context(), first.Number)
		if err != nil {
			t.Fatal(err)
		}
		// A year later, typed with a Latin i and a stray space, it is still
		// the same request.
		c.advance(365 * 24 * time.Hour)
		same := licenceDraft(1)
		same.Licence.Licensor.KK = " Мәдениет\u00a0комитетi"
		again, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: same})
		if err != nil || !replayed || again.Number != first.Number || again.FileSHA256 != first.FileSHA256 {
			t.Errorf("replay: %s, %v, %v; want %s again", again.Number, replayed, err, first.Number)
		}
		later, err := r.PDF(t.Context(), first.Number)
		if err != nil || !bytes.Equal(file, later) {
			t.Errorf("the file has changed: %v", err)
		}
		// The same key means something else to another client.
		other, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "other", IdempotencyKey: "a", Draft: licenceDraft(1)})
		if replayed || other.Number == first.Number {
			t.Errorf("other client: %s, %v, %v", other.Number, replayed, err)
		}
		_, _, err = r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(2)})
		if !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another draft: %v, want store.ErrKeyReused", err)
		}
	})
}

func TestIssueRefusesBadRequests(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		on := func(year int, month time.Month, day int) documents.Draft {
			d := licenceDraft(1)
			d.Licence.IssuedOn = documents.Date{Year: year, Month: month, Day: day}
			return d
		}
		numbered := licenceDraft(1)
		numbered.Licence.Number = "26000001"
		early := refusalDraft()
		early.Refusal.ApplicationDate = documents.Date{Year: 2026, Month: time.June, Day: 23}
		for name, c := range map[string]struct {
			client, key string
			draft       documents.Draft
			want        string // what the error says
		}{
			"no key":       {"portal", "", licenceDraft(1), store.ErrBadKey.Error()},
			"long key":     {"portal", strings.Repeat("k", 256), licenceDraft(1), store.ErrBadKey.Error()},
			"control key":  {"portal", "a\nb", licenceDraft(1), store.ErrBadKey.Error()},
			"no client":    {"", "a", licenceDraft(1), store.ErrBadKey.Error()},
			"empty draft":  {"portal", "a", documents.Draft{}, "exactly_one"},
			"own number":   {"portal", "a", numbered, "/licence/number not_accepted"},
			"tomorrow":     {"portal", "a", on(2026, time.June, 23), "/licence/issued_on date"},
			"yesterday":    {"portal", "a", on(2026, time.June, 21), "/licence/issued_on date"},
			"last year":    {"portal", "a", on(2025, time.December, 31), "/licence/issued_on date"},
			"before asked": {"portal", "a", early, "/refusal/application_date date"},
		} {
			_, again, err := r.Issue(t.Context(), IssueRequest{Client: c.client, IdempotencyKey: c.key, Draft: c.draft})
			if err == nil || again || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
			var invalid *documents.InvalidError
			if !errors.Is(err, store.ErrBadKey) && !errors.As(err, &invalid) {
				t.Errorf("%s: %v is not an InvalidError", name, err)
			}
		}
		// Nothing of that took a number.
		if rec := issue(t, r, "a", on(2026, time.June, 22)); rec.Number != "26000001" {
			t.Errorf("the first document has the number %s", rec.Number)
		}
	})
}

// The number's year is that of the calendar on the wall in Astana, not of UTC.
func TestYearOfIssue(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		c.at = time.Date(2026, time.December, 31, 18, 59, 59, 0, time.UTC)
		if rec := issue(t, r, "a", licenceDraft(1)); rec.Number != "26000001" || rec.IssuedOn().String() != "2026-12-31" {
			t.Errorf("before midnight: %s of %s", rec.Number, rec.IssuedOn())
		}
		c.advance(time.Second)
		if rec := issue(t, r, "b", licenceDraft(1)); rec.Number != "27000001" || rec.IssuedOn().String() != "2027-01-01" {
			t.Errorf("after midnight: %s of %s", rec.Number, rec.IssuedOn())
		}
		if err := r.VerifyLog(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Fifty callers with one key get one document; those who come while it is
// being made are told so.
func TestSameKeyFromManyCallers(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		const callers = 50
		numbers := make([]string, callers)
		fresh := make([]bool, callers)
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				rec, replayed, err := r.Issue(t.Context(),
					IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)})
				if err != nil && !errors.Is(err, store.ErrInProgress) {
					t.Error(err)
				}
				numbers[i], fresh[i] = rec.Number, err == nil && !replayed
			})
		}
		wg.Wait()
		made := 0
		for i := range callers {
			if numbers[i] != "" && numbers[i] != "26000001" {
				t.Errorf("caller %d got %s", i, numbers[i])
			}
			if fresh[i] {
				made++
			}
		}
		if made != 1 {
			t.Errorf("%d callers made the document, want 1", made)
		}
		if got := column(t, r, `SELECT number FROM documents`); len(got) != 1 {
			t.Errorf("documents: %v", got)
		}
		if _, replayed, err := r.Issue(t.Context(),
			IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: licenceDraft(1)}); !replayed || err != nil {
			t.Errorf("afterwards: %v, %v", replayed, err)
		}
	})
}

// Many callers with keys of their own, some of them with requests that fail
// inside the transaction, leave no gap in either series.
func TestNumbersAreGapless(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		const callers, each = 10, 6
		future := licenceDraft(0)
		future.Licence.IssuedOn = documents.Date{Year: 2026, Month: time.December, Day: 31}
		var wg sync.WaitGroup
		for i := range callers {
			wg.Go(func() {
				for j := range each {
					draft, key := licenceDraft(i*each+j), fmt.Sprintf("%d-%d", i, j)
					switch j % 3 {
					case 1:
						draft = refusalOf(i*each + j)
					case 2:
						draft = future
					}
					_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: draft})
					if (err != nil) != (j%3 == 2) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		for _, kind := range []documents.Kind{documents.KindLicence, documents.KindRefusal} {
			numbers := column(t, r, `SELECT number FROM documents WHERE kind = '`+string(kind)+`'`)
			seen := map[int]bool{}
			for _, s := range numbers {
				n, err := documents.ParseNumber(s)
				if err != nil || n.Kind != kind || n.Year != 2026 {
					t.Errorf("number %s: %+v, %v", s, n, err)
				}
				seen[n.Seq] = true
			}
			for seq := 1; seq <= callers*each/3; seq++ {
				if !seen[seq] {
					t.Errorf("%s: no number %d", kind, seq)
				}
			}
			if len(numbers) != callers*each/3 {
				t.Errorf("%s: %d documents, want %d", kind, len(numbers), callers*each/3)
			}
		}
		if err := r.VerifyLog(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
