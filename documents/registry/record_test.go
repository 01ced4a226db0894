package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

// suspension is an order that suspends.
func suspension() documents.NewEvent { return order(documents.EventSuspended) }

func order(kind documents.EventKind) documents.NewEvent {
	return documents.NewEvent{
		Kind: kind, OrderNumber: "64", OrderDate: documents.Date{Year: 2026, Month: time.June, Day: 20},
		Reason:    documents.Text{KK: "есеп ұсынылмаған", RU: "не представлен отчёт"},
		Signatory: "Әбдіғали Ж.С.", Position: documents.Text{KK: "Төраға", RU: "Председатель"},
	}
}

// record records an event that must come out well.
func record(t testing.TB, r *Registry, number string, last int, e documents.NewEvent) documents.Event {
	t.Helper()
	done, _, err := r.Record(t.Context(), EventRequest{
		Client: "portal", IdempotencyKey: fmt.Sprintf("%s %d %s", number, last, e.Kind), Number: number, Last: last, Event: e,
	})
	if err != nil {
		t.Fatalf("Record(%s, %s): %v", number, e.Kind, err)
	}
	return done
}

func TestRecord(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		file, err := r.PDF(t.Context(), rec.Number)
		must(t, err)
		c.advance(24 * time.Hour)
		e := suspension()
		e.Until = documents.Date{Year: 2026, Month: time.July, Day: 1}
		e.EffectiveAt = start.Add(48 * time.Hour) // to come
		done := record(t, r, rec.Number, 2, e)
		if done.Seq != 3 || !done.RecordedAt.Equal(c.now()) || !done.EffectiveAt.Equal(e.EffectiveAt) {
			t.Errorf("recorded %+v", done)
		}
		c.advance(24 * time.Hour)
		e = order(documents.EventTerminated)
		e.EffectiveAt = start.Add(time.Hour) // backdated
		record(t, r, rec.Number, 3, e)
		e = order(documents.EventCorrected)
		e.Corrects = 4
		record(t, r, rec.Number, 4, e)
		for _, q := range []struct {
			after time.Duration
			want  documents.Status
		}{
			{-time.Second, ""}, {0, "in_force"}, {2 * time.Hour, "in_force"}, {47 * time.Hour, "in_force"},
			{48 * time.Hour, "suspended"}, {8 * 24 * time.Hour, "suspended"}, {9 * 24 * time.Hour, "in_force"},
		} {
			got, err := r.StatusAt(t.Context(), rec.Number, start.Add(q.after))
			if got != q.want || (q.want == "" && !errors.Is(err, ErrNotFound)) {
				t.Errorf("after %v: %q, %v; want %q", q.after, got, err, q.want)
			}
		}
		life, err := r.History(t.Context(), rec.Number)
		must(t, err)
		if len(life.Events) != 5 || life.Events[3].Signatory != "Әбдіғали Ж.С." || life.Events[3].Reason.RU == "" {
			t.Errorf("events %+v", life.Events)
		}
		again, err := r.PDF(t.Context(), rec.Number)
		must(t, err)
		if !bytes.Equal(file, again) {
			t.Error("an event has changed the file")
		}
		must(t, r.VerifyLog(t.Context()))
		proof, err := r.Prove(t.Context(), rec.Number)
		must(t, err)
		must(t, proof.Check())
		if !strings.Contains(proof.Record, `"corrected"`) || strings.Contains(proof.Record, "отчёт") {
			t.Errorf("the last record of the log is %s", proof.Record)
		}
	})
}

func TestRecordIsIdempotentAndConcurrent(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		req := EventRequest{Client: "portal", IdempotencyKey: "k", Number: rec.Number, Last: 2, Event: suspension()}
		first, replayed, err := r.Record(t.Context(), req)
		if err != nil || replayed {
			t.Fatalf("first: %v, %v", replayed, err)
		}
		// Typed a little otherwise, and although the state has moved on.
		req.Event.Reason.KK = " есеп  ұсынылмаған"
		again, replayed, err := r.Record(t.Context(), req)
		if err != nil || !replayed || fmt.Sprint(again) != fmt.Sprint(first) {
			t.Errorf("again: %+v, %v, %v; want %+v", again, replayed, err, first)
		}
		other := req
		other.Event.OrderNumber = "65"
		if _, _, err := r.Record(t.Context(), other); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("another event under the key: %v", err)
		}
		if _, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "k", Draft: licenceDraft(2)}); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("a document under the key of an event: %v", err)
		}
		other = req
		other.IdempotencyKey = "a"
		if _, _, err := r.Record(t.Context(), other); !errors.Is(err, store.ErrKeyReused) {
			t.Errorf("an event under the key of a document: %v", err)
		}
		other.IdempotencyKey = "l"
		if _, _, err := r.Record(t.Context(), other); !errors.Is(err, ErrChanged) {
			t.Errorf("on an old state: %v", err)
		}
		// What was refused has not used up its key.
		other.Last, other.Event = 3, order(documents.EventResumed)
		must(t, third(r.Record(t.Context(), other)))

		// Of many who have seen the same state one may act.
		var wg sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			wg.Go(func() {
				_, _, outcomes[i] = r.Record(t.Context(), EventRequest{
					Client: "portal", IdempotencyKey: fmt.Sprint("race", i), Number: rec.Number, Last: 4, Event: suspension(),
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range outcomes {
			if err == nil {
				won++
			} else if !errors.Is(err, ErrChanged) {
				t.Errorf("a loser: %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 have recorded", won)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// third drops the first two values of a call that is made for its error.
func third[T, U any](_ T, _ U, err error) error { return err }

func TestRecordRefuses(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		rec := issue(t, r, "a", licenceDraft(1))
		refusal := issue(t, r, "b", refusalDraft())
		voidOne(t, r)
		for name, c := range map[string]struct {
			number, key string
			last        int
			event       documents.NewEvent
			want        string
		}{
			"no key":        {rec.Number, "", 2, suspension(), store.ErrBadKey.Error()},
			"never taken":   {"26000999", "k", 2, suspension(), ErrNotFound.Error()},
			"impossible":    {"x'; DROP", "k", 2, suspension(), ErrNotFound.Error()},
			"void":          {"26000002", "k", 2, suspension(), ErrNotFound.Error()},
			"incomplete":    {rec.Number, "k", 2, documents.NewEvent{Kind: documents.EventSuspended}, "/order_number required"},
			"not in force":  {rec.Number, "k", 2, order(documents.EventResumed), "rule status"},
			"not this kind": {refusal.Number, "k", 2, suspension(), "rule kind"},
			"not by order":  {rec.Number, "k", 2, order(documents.EventReissued), "/event unknown"},
		} {
			_, _, err := r.Record(t.Context(), EventRequest{
				Client: "portal", IdempotencyKey: c.key, Number: c.number, Last: c.last, Event: c.event,
			})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
		for _, number := range []string{rec.Number, refusal.Number} {
			if events, err := r.Events(t.Context(), number); err != nil || len(events) != 2 {
				t.Errorf("%s has %d events, %v", number, len(events), err)
			}
		}
	})
}

// Every number that is given up has a statement that anyone can verify.
func TestVoidIsSigned(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		voidOne(t, r)
		events, err := r.Events(t.Context(), "26000001")
		must(t, err)
		last := events[len(events)-1]
		verdict, err := r.Verifier.VerifyCMS(context.Background(), last.Record, signing.Question{At: c.now()})
		if err != nil || !verdict.Passed() {
			t.Fatalf("the statement does not verify: %v, %v", verdict, err)
		}
		if !bytes.Contains(last.Record, []byte(`"number":"26000001"`)) || !bytes.Contains(last.Record, []byte("for the test")) {
			t.Errorf("the statement does not say what was given up")
		}
	})
}

// No two documents have the same check code, and a new register's documents
// all have one.
func TestCheckCodes(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		seen := map[string]bool{}
		for i := range 5 {
			rec := issue(t, r, fmt.Sprint(i), licenceDraft(i))
			if parsed, ok := documents.ParseCheckCode(rec.CheckCode); !ok || parsed != rec.CheckCode || seen[rec.CheckCode] {
				t.Errorf("check code %q", rec.CheckCode)
			}
			seen[rec.CheckCode] = true
			if proof, err := r.Prove(t.Context(), rec.Number); err != nil || strings.Contains(proof.Record, rec.CheckCode) {
				t.Errorf("the log shows the check code, %v", err)
			}
			if found, _, err := r.ByFile(t.Context(), rec.FileSHA256); err != nil || found.Number != rec.Number {
				t.Errorf("by its file: %s, %v", found.Number, err)
			}
		}
		for _, sum := range []string{"", "x", strings.Repeat("0", 64)} {
			if _, _, err := r.ByFile(t.Context(), sum); !errors.Is(err, ErrNotFound) {
				t.Errorf("%q: %v", sum, err)
			}
		}
	})
}

// grey returns a small picture.
func grey() []byte {
	var picture bytes.Buffer
	_ = png.Encode(&picture, image.NewGray(image.Rect(0, 0, 3, 2))) // never fails
	return picture.Bytes()
}

func TestPhotographs(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		picture := bytes.NewBuffer(grey())
		sum, err := r.AddPhotograph(t.Context(), "portal", picture.Bytes())
		must(t, err)
		again, err := r.AddPhotograph(t.Context(), "other", picture.Bytes())
		if err != nil || again != sum || sum != store.HexSum(picture.Bytes()) {
			t.Errorf("kept as %s, then as %s, %v", sum, again, err)
		}
		content := documents.Draft{ExportCertificate: &documents.ExportCertificate{Photographs: []documents.Photograph{{SHA256: sum}}}}
		files, err := r.photographs(t.Context(), r.Store, content)
		if err != nil || !bytes.Equal(files[sum], picture.Bytes()) {
			t.Errorf("the picture is not what was kept: %v", err)
		}
		change(t, r, `UPDATE photographs SET sha256 = '`+strings.Repeat("0", 64)+`'`)
		content.ExportCertificate.Photographs[0].SHA256 = strings.Repeat("0", 64)
		if _, err := r.photographs(t.Context(), r.Store, content); !errors.Is(err, errDamaged) {
			t.Errorf("a damaged picture: %v", err)
		}
		for name, c := range map[string]struct {
			file []byte
			says string
		}{
			"bomb": {pictureOf(1<<16, 1<<16, 0), "65536 x 65536"}, "empty": {nil, "neither JPEG nor PNG"},
			"text": {[]byte("<svg/>"), "neither JPEG nor PNG"}, "large": {make([]byte, MaxPhotograph+1), "more than"},
		} {
			if _, err := r.AddPhotograph(t.Context(), "portal", c.file); !errors.Is(err, ErrBadPhotograph) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// eventTampering is done to a licence with a suspension (log record 1) that
// was then replaced by 26000002.
var eventTampering = []struct{ name, edit, want string }{
	{"order", `UPDATE events SET data = replace(data, '"64"', '"65"') WHERE seq = 3`, "what the event says was changed"},
	{"no data", `UPDATE events SET data = '' WHERE seq = 3`, "what the event says was changed"},
	{"effective", `UPDATE events SET effective_at = effective_at - 1000000 WHERE seq = 3`, "the time of the event was changed"},
	{"recorded", `UPDATE events SET recorded_at = recorded_at - 1 WHERE seq = 3`, "the time of the event was changed"},
	{"kind", `UPDATE events SET kind = 'resumed' WHERE seq = 3`, "the event is missing or was changed"},
	{"deleted", `DELETE FROM events WHERE number = '26000001' AND seq = 3`, "event 3 is missing"},
	{"last deleted", `DELETE FROM events WHERE number = '26000001' AND seq = 5`, "the event is missing or was changed"},
	{"swapped", `UPDATE events SET seq = 9 WHERE number = '26000001' AND seq = 3; ` +
		`UPDATE events SET seq = 3 WHERE number = '26000001' AND seq = 4; UPDATE events SET seq = 4 WHERE seq = 9`, "the event is not at its place 4"},
	{"records swapped", `UPDATE events SET log_idx = -1 WHERE log_idx = 2; ` +
		`UPDATE events SET log_idx = 2 WHERE log_idx = 3; UPDATE events SET log_idx = 3 WHERE log_idx = -1`, "the event is not at its place 4"},
	{"detail", `UPDATE events SET detail = 'x' WHERE number = '26000001' AND seq = 3`, "what the event says was changed"},
	{"moved", `UPDATE events SET number = '26000002', seq = 9 WHERE number = '26000001' AND seq = 3`, "event 3 is missing"},
	{"invented", `INSERT INTO events (number, seq, kind, effective_at, recorded_at, log_idx, data)
		VALUES ('26000002', 9, 'terminated', 0, 0, NULL, '')`, ""}, // the table itself refuses
	{"replaced by another", `UPDATE events SET data = replace(data, '26000002', '26000003') WHERE kind = 'reissued'`, "what the event says was changed"},
	{"client", `UPDATE documents SET client = 'x' WHERE number = '26000001'`, "the client of the document was changed"},
	{"reserved at", `UPDATE documents SET reserved_at = reserved_at + 1 WHERE number = '26000002'`, "the reserved at of the document was changed"},
	{"content sum", `UPDATE documents SET content_sha256 = '' WHERE number = '26000001'`, "the content sha256 of the document was changed"},
	{"about", `UPDATE documents SET about = '' WHERE number = '26000002'`, "the about of the document was changed"},
	{"erased", `UPDATE documents SET erased_at = 1 WHERE number = '26000001'`, "the erased at of the document was changed"},
	{"check code", `UPDATE documents SET check_code = '0000-0000-0000' WHERE number = '26000001'`, "the check code of the document was changed"},
	{"no check code", `UPDATE documents SET check_code = '' WHERE number = '26000001'`, "the check code of the document was changed"},
}

// Two events of one document change places, and with them what was corrected: a
// licence that was terminated is in force again.
func TestSwappedEvents(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		record(t, r, number, 2, suspension())
		record(t, r, number, 3, order(documents.EventTerminated))
		e := order(documents.EventCorrected)
		e.Corrects = 3
		record(t, r, number, 4, e)
		expect := func(want documents.Status) {
			t.Helper()
			if got, err := r.StatusAt(t.Context(), number, c.now()); got != want {
				t.Errorf("the licence is %s, %v; want %s", got, err, want)
			}
		}
		expect(documents.StatusTerminated)
		must(t, r.VerifyLog(t.Context()))
		change(t, r, `UPDATE events SET seq = 9 WHERE seq = 3`, `UPDATE events SET seq = 3 WHERE seq = 4`,
			`UPDATE events SET seq = 4 WHERE seq = 9`)
		expect(documents.StatusSuspended)
		err := r.VerifyLog(t.Context())
		if !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), "log record 3, document 26000001: the event is not at its place 4") {
			t.Errorf("the exchange is not seen: %v", err)
		}
	})
}

func TestVerifyLogNamesTamperedEvents(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, _ := open(t, dsn)
		issue(t, r, "a", licenceDraft(1))
		record(t, r, "26000001", 2, suspension())
		record(t, r, "26000001", 3, order(documents.EventResumed))
		issue(t, r, "b", reissueDraft("26000001"))
		must(t, r.VerifyLog(t.Context()))
		for _, c := range eventTampering {
			t.Run(c.name, func(t *testing.T) {
				if c.want == "" {
					if err := run(t, r, c.edit); err == nil || !strings.Contains(strings.ToLower(err.Error()), "constraint") {
						t.Errorf("done: %v", err)
					}
					return
				}
				if err := afterEdits(t, r, strings.Split(c.edit, "; ")...); !errors.Is(err, ErrTampered) || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %s", err, c.want)
				}
			})
		}
		must(t, r.VerifyLog(t.Context()))
	})
}
