package registry

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// erase erases a document whose last event is the one given.
func erase(t testing.TB, r *Registry, number string, last int) documents.Event {
	t.Helper()
	done, _, err := r.Erase(t.Context(), erasure(number, last))
	if err != nil {
		t.Fatalf("Erase(%s): %v", number, err)
	}
	return done
}

func erasure(number string, last int) EventRequest {
	return EventRequest{
		Client: "portal", IdempotencyKey: "erase " + number, Number: number, Last: last, Event: order(documents.EventErased),
	}
}

func erasureAt(at time.Time) documents.NewEvent {
	e := order(documents.EventErased)
	e.EffectiveAt = at
	return e
}

func correction(seq int) documents.NewEvent {
	e := order(documents.EventCorrected)
	e.Corrects = seq
	return e
}

// expectErased checks that nothing is told of a document but its life, and that
// the register is whole.
func expectErased(t testing.TB, r *Registry, number string) {
	t.Helper()
	if _, err := r.Document(t.Context(), number); !errors.Is(err, ErrErased) {
		t.Errorf("the document: %v", err)
	}
	life, err := r.History(t.Context(), number)
	must(t, err)
	if last := life.Events[len(life.Events)-1]; last.Kind != documents.EventErased {
		t.Errorf("the last event is %+v", last)
	}
	for _, e := range life.Events[:len(life.Events)-1] {
		if e.Reason != (documents.Text{}) || e.Detail != "" || e.Record != nil {
			t.Errorf("event %d still says %+v", e.Seq, e)
		}
	}
	must(t, r.VerifyLog(t.Context()))
}

func TestErase(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		rec, err := r.Document(t.Context(), number)
		must(t, err)
		size, head, err := r.Head(t.Context())
		must(t, err)
		c.advance(time.Hour)
		e := suspension()
		e.Until = documents.Date{Year: 2026, Month: time.July, Day: 1}
		record(t, r, number, 2, e)
		c.advance(time.Hour)
		// While somebody may need it, it stays.
		_, _, err = r.Erase(t.Context(), erasure(number, 3))
		if rule := (*documents.RuleError)(nil); !errors.As(err, &rule) || rule.Rule != documents.RuleStatus {
			t.Errorf("suspended: %v", err)
		}
		record(t, r, number, 3, order(documents.EventTerminated))
		c.advance(time.Hour)
		done := erase(t, r, number, 4)
		if done.Seq != 5 || !done.EffectiveAt.Equal(c.now()) || done.OrderNumber != "64" {
			t.Errorf("recorded %+v", done)
		}
		expectErased(t, r, number)
		if _, err := r.PDF(t.Context(), number); !errors.Is(err, ErrErased) {
			t.Errorf("its file: %v", err)
		}
		if _, _, err := r.ByFile(t.Context(), rec.FileSHA256); !errors.Is(err, ErrErased) {
			t.Errorf("by its file: %v", err)
		}
		for after, want := range map[time.Duration]documents.Status{
			0: "in_force", 90 * time.Minute: "suspended", 2 * time.Hour: "terminated", 5000 * time.Hour: "terminated",
		} {
			if got, err := r.StatusAt(t.Context(), number, start.Add(after)); got != want {
				t.Errorf("after %v: %q, %v; want %q", after, got, err, want)
			}
		}
		must(t, r.CheckHead(t.Context(), size, head))
		proof, err := r.Prove(t.Context(), number)
		must(t, err)
		must(t, proof.Check())
		// Nothing is left from which the content could be told or guessed.
		for _, query := range []string{
			`SELECT content FROM documents`, `SELECT data FROM events WHERE seq < 5`, `SELECT record FROM log_entries`,
			`SELECT body_sha256 FROM requests WHERE event < 5`, `SELECT evidence FROM documents`,
		} {
			for _, text := range column(t, r, query) {
				if strings.Contains(text, "Қала") || strings.Contains(text, "отчёт") || strings.Contains(text, rec.ContentSHA256) {
					t.Errorf("%s: %s", query, text)
				}
			}
		}
		if got := column(t, r, `SELECT number FROM files`); len(got) != 0 {
			t.Errorf("files: %v", got)
		}
		if got := column(t, r, `SELECT body_sha256 FROM requests WHERE event < 5`); strings.Join(got, "") != "" {
			t.Errorf("sums of requests: %v", got)
		}
		if got := column(t, r, `SELECT COUNT(*) FROM log_salts`); got[0] != "1" {
			t.Errorf("%s salts are left", got[0])
		}
		list, err := r.List(t.Context(), "", 0)
		if err != nil || len(list) != 1 || !list[0].ErasedAt.Equal(c.now()) || list[0].Content.Licence.Holder.Legal != nil {
			t.Errorf("listed as %+v, %v", list, err)
		}
		status, err := r.StatusList(t.Context())
		if err != nil || len(status.Entries) != 2 || status.Entries[1].Status != documents.StatusTerminated {
			t.Errorf("the status list says %+v, %v", status.Entries, err)
		}
	})
}

// After an erasure every request is answered with its reason, the one that
// erased with what it did.
func TestAfterErasure(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		number := issue(t, r, "a", refusalDraft()).Number
		record(t, r, number, 2, order(documents.EventTerminated))
		first := erase(t, r, number, 3)
		again, replayed, err := r.Erase(t.Context(), erasure(number, 3))
		if err != nil || !replayed || fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("once more: %+v, %v, %v", again, replayed, err)
		}
		other := erasure(number, 4)
		other.IdempotencyKey = "b"
		for name, err := range map[string]error{
			"another erasure": third(r.Erase(t.Context(), other)),
			"its own request": third(r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "a", Draft: refusalDraft()})),
			"an event": third(r.Record(t.Context(), EventRequest{
				Client: "portal", IdempotencyKey: "c", Number: number, Last: 4, Event: correction(3)})),
			"the event before": third(r.Record(t.Context(), EventRequest{
				Client: "portal", IdempotencyKey: fmt.Sprintf("%s %d %s", number, 2, documents.EventTerminated),
				Number: number, Last: 2, Event: order(documents.EventTerminated)})),
		} {
			if !errors.Is(err, ErrErased) {
				t.Errorf("%s: %v", name, err)
			}
		}
		// Only the order to erase erases, and only of what is there.
		for name, c := range map[string]struct {
			req  EventRequest
			want string
		}{
			"another event":  {EventRequest{Client: "portal", IdempotencyKey: "d", Number: number, Last: 4, Event: order(documents.EventTerminated)}, "/event unknown"},
			"with a time":    {EventRequest{Client: "portal", IdempotencyKey: "d", Number: number, Last: 4, Event: erasureAt(start)}, "/effective_at not_accepted"},
			"no order":       {EventRequest{Client: "portal", IdempotencyKey: "d", Number: number, Last: 4, Event: documents.NewEvent{Kind: documents.EventErased}}, "/order_number required"},
			"no such number": {erasure("26000077", 4), ErrNotFound.Error()},
			"no key":         {EventRequest{Client: "portal", Number: number, Event: order(documents.EventErased)}, store.ErrBadKey.Error()},
		} {
			if _, _, err := r.Erase(t.Context(), c.req); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
		if _, _, err := r.Record(t.Context(), erasure(number, 4)); err == nil || !strings.Contains(err.Error(), "/event unknown") {
			t.Errorf("recorded as an event: %v", err)
		}
		stale := erasure(issue(t, r, "e", refusalDraft()).Number, 1)
		if _, _, err := r.Erase(t.Context(), stale); !errors.Is(err, ErrChanged) {
			t.Errorf("on an old state: %v", err)
		}
		c.advance(time.Hour)
		must(t, r.VerifyLog(t.Context()))
	})
}

// A void number and an expired certificate keep their answers without their
// content.
func TestEraseVoidAndExpired(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		voidOne(t, r)
		draft := samples(t)["export_certificate"]
		draft.ExportCertificate.Photographs = nil
		number := issue(t, r, "b", resting(t, r, draft)).Number
		until, err := r.Document(t.Context(), number)
		must(t, err)
		end := until.Content.ValidUntil().Midnight().Add(24 * time.Hour)
		c.advance(end.Sub(start) - time.Second)
		if _, _, err := r.Erase(t.Context(), erasure(number, 2)); err == nil || !strings.Contains(err.Error(), "rule status") {
			t.Errorf("a second before its term ends: %v", err)
		}
		c.advance(time.Second)
		erase(t, r, number, 2)
		expectErased(t, r, number)
		if got, err := r.StatusAt(t.Context(), number, end); got != documents.StatusExpired {
			t.Errorf("the certificate is %q, %v", got, err)
		}
		if got, err := r.StatusAt(t.Context(), number, end.Add(-time.Second)); got != documents.StatusInForce {
			t.Errorf("the certificate was %q, %v", got, err)
		}
		erase(t, r, "26000001", 2)
		expectErased(t, r, "26000001")
		if got, err := r.StatusAt(t.Context(), "26000001", c.now()); got != documents.StatusVoid {
			t.Errorf("the void number is %q, %v", got, err)
		}
	})
}

// The file of the database keeps nothing of what was erased, nor does what lies
// beside it: whoever takes the disk finds neither content nor salts.
func TestErasedBytes(t *testing.T) {
	dsn := t.TempDir() + "/register.sqlite"
	r, c := open(t, dsn)
	issue(t, r, "before", licenceDraft(1))
	rec := issue(t, r, "a", licenceDraft(77))
	record(t, r, rec.Number, 2, order(documents.EventTerminated))
	issue(t, r, "after", licenceDraft(2))
	c.advance(time.Hour)
	file, err := r.PDF(t.Context(), rec.Number)
	must(t, err)
	secrets := map[string]string{
		"name": "Көне Қала 77", "check code": rec.CheckCode, "sum": rec.ContentSHA256, "file": string(file[len(file)/2:][:64]),
	}
	salts, err := readValues(t.Context(), r.Store, 2, `
		SELECT s.idx, s.salt FROM log_salts s JOIN log_entries e ON e.idx = s.idx WHERE e.number = $1`, rec.Number)
	must(t, err)
	for i := 0; i < len(salts); i += 2 {
		secrets[fmt.Sprintf("salt %v", salts[i])] = string(salts[i+1].([]byte))
	}
	if len(secrets) != 4+3 {
		t.Fatalf("looking for %d secrets", len(secrets))
	}
	lying := func() string {
		var all []byte
		for _, name := range []string{dsn, dsn + "-wal"} {
			b, err := os.ReadFile(name)
			must(t, err)
			all = append(all, b...)
		}
		return string(all)
	}
	before := lying()
	erase(t, r, rec.Number, 3)
	after := lying()
	for name, secret := range secrets {
		if !strings.Contains(before, secret) {
			t.Errorf("%s was not even there before", name)
		}
		if strings.Contains(after, secret) {
			t.Errorf("%s still lies in the file", name)
		}
	}
	must(t, r.VerifyLog(t.Context()))
}
