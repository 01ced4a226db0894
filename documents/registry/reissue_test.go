package registry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
)

// reissueDraft replaces a licence.
func reissueDraft(number string) documents.Draft {
	d := licenceDraft(7)
	d.Licence.Replaces = number
	return d
}

func TestReissue(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		old := issue(t, r, "a", licenceDraft(1))
		file, err := r.PDF(t.Context(), old.Number)
		must(t, err)
		c.advance(24 * time.Hour)
		fresh := issue(t, r, "b", reissueDraft(old.Number))
		if got := fresh.Content.Licence.FirstIssuedOn.String(); got != "2026-06-22" || fresh.IssuedOn().String() != "2026-06-23" {
			t.Errorf("first issued on %s, issued on %s", got, fresh.IssuedOn())
		}
		for number, want := range map[string]documents.Status{old.Number: "reissued", fresh.Number: "in_force"} {
			if got, err := r.StatusAt(t.Context(), number, c.now()); got != want {
				t.Errorf("%s is %s, %v; want %s", number, got, err, want)
			}
		}
		// In one unit: no moment without a licence in force, none with two.
		was, err := r.StatusAt(t.Context(), old.Number, c.now().Add(-time.Microsecond))
		is, err2 := r.StatusAt(t.Context(), fresh.Number, c.now().Add(-time.Microsecond))
		if was != "in_force" || err != nil || is == "in_force" || (err2 != nil && !errors.Is(err2, ErrNotFound)) {
			t.Errorf("a moment before: %s, %v and %s, %v", was, err, is, err2)
		}
		events, err := r.Events(t.Context(), old.Number)
		must(t, err)
		if last := events[len(events)-1]; last.Kind != documents.EventReissued || last.Other != fresh.Number || last.Copy != 0 {
			t.Errorf("the last event of the old licence: %+v", last)
		}
		events, err = r.Events(t.Context(), fresh.Number)
		must(t, err)
		if events[1].Other != old.Number {
			t.Errorf("the new licence was issued with %+v", events[1])
		}
		again, err := r.PDF(t.Context(), old.Number)
		if err != nil || !bytes.Equal(file, again) {
			t.Errorf("the old file is another now: %v", err)
		}
		// The same request once more, and the next one in the chain.
		replay, replayed, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "b", Draft: reissueDraft(old.Number)})
		if err != nil || !replayed || replay.Number != fresh.Number {
			t.Errorf("replay: %s, %v, %v", replay.Number, replayed, err)
		}
		third := issue(t, r, "c", reissueDraft(fresh.Number))
		if got := third.Content.Licence.FirstIssuedOn.String(); got != "2026-06-22" {
			t.Errorf("the third licence was first issued on %s", got)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

func TestReissueRefuses(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		suspended := issue(t, r, "a", licenceDraft(1)).Number
		record(t, r, suspended, 2, suspension())
		replaced := issue(t, r, "b", licenceDraft(2)).Number
		issue(t, r, "c", reissueDraft(replaced))
		pending := issue(t, r, "d", licenceDraft(3)).Number
		req := IssueRequest{Client: "portal", IdempotencyKey: "e", Draft: reissueDraft(pending).Normalise()}
		must(t, second(reserve(t, r, req)))
		size, _, err := r.Head(t.Context())
		must(t, err)
		for number, want := range map[string]string{
			suspended: "rule status", replaced: "rule status", pending: "rule pending",
			"26000999": "/licence/replaces unknown",
		} {
			_, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: "f", Draft: reissueDraft(number)})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %v, want %s", number, err, want)
			}
		}
		if now, _, _ := r.Head(t.Context()); now != size {
			t.Errorf("refused re-issues have left %d records", now-size)
		}
		// What becomes impossible while the file is being made is not entered,
		// and given up in the end.
		record(t, r, pending, 2, suspension())
		c.advance(2 * time.Minute)
		done, err := r.Recover(t.Context())
		must(t, err)
		if len(done.Waiting) != 1 || !strings.Contains(fmt.Sprint(done.Waiting[0].Err), "rule status") {
			t.Errorf("recovered %+v", done)
		}
		c.advance(25 * time.Hour)
		done, err = r.Recover(t.Context())
		must(t, err)
		if len(done.Voided) != 1 {
			t.Errorf("recovered %+v", done)
		}
		if got, err := r.StatusAt(t.Context(), pending, c.now()); got != "suspended" {
			t.Errorf("the old licence is %s, %v", got, err)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// Of many who replace the same licence at once one does, and nobody waits for
// ever.
func TestConcurrentReissue(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		old := issue(t, r, "a", licenceDraft(1)).Number
		var wg sync.WaitGroup
		outcomes := make([]error, 8)
		for i := range outcomes {
			wg.Go(func() {
				if i%4 == 3 {
					_, _, outcomes[i] = r.Record(t.Context(), EventRequest{
						Client: "portal", IdempotencyKey: fmt.Sprint("event", i), Number: old, Last: 2,
						Event: order(documents.EventTerminated),
					})
					return
				}
				_, _, outcomes[i] = r.Issue(t.Context(), IssueRequest{
					Client: "portal", IdempotencyKey: fmt.Sprint("reissue", i), Draft: reissueDraft(old),
				})
			})
		}
		wg.Wait()
		won := 0
		for _, err := range outcomes {
			var rule *documents.RuleError
			if err == nil {
				won++
			} else if !errors.As(err, &rule) && !errors.Is(err, ErrChanged) {
				t.Errorf("a loser: %v", err)
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 have ended the licence", won)
		}
		c.advance(48 * time.Hour)
		must(t, second(r.Recover(t.Context())))
		life, err := r.History(t.Context(), old)
		must(t, err)
		if got := life.StatusAt(c.now()); len(life.Events) != 3 || (got != "reissued" && got != "terminated") {
			t.Errorf("the licence is %s after %d events", got, len(life.Events))
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// A crash at any step leaves either the old licence in force alone, or the new
// one, and Recover brings the second about.
func TestReissueCrashes(t *testing.T) {
	for _, step := range []string{"reserved", "signed", "entering"} {
		t.Run(step, func(t *testing.T) {
			cluster.EachEngine(t, func(t *testing.T, dsn string) {
				r, c := open(t, dsn)
				old := issue(t, r, "a", licenceDraft(1)).Number
				held, err := reserve(t, r, IssueRequest{Client: "portal", IdempotencyKey: "b", Draft: reissueDraft(old).Normalise()})
				must(t, err)
				if step != "reserved" {
					made, err := r.produce(context.Background(), held)
					must(t, err)
					if step == "entering" && r.enter(canceled(t), made) == nil {
						t.Fatal("entered all the same")
					}
				}
				if got, err := r.StatusAt(t.Context(), old, c.now()); got != "in_force" {
					t.Errorf("after the crash the old licence is %s, %v", got, err)
				}
				c.advance(2 * time.Minute)
				done, err := r.Recover(t.Context())
				must(t, err)
				if len(done.Finished) != 1 {
					t.Fatalf("recovered %+v", done)
				}
				if got, err := r.StatusAt(t.Context(), old, c.now()); got != "reissued" {
					t.Errorf("after recovery the old licence is %s, %v", got, err)
				}
				must(t, r.VerifyLog(t.Context()))
			})
		})
	}
}

// A statement of history tells all that has happened to the document, but for
// the reservation, and whose it is.
func TestStatementTellsAllEvents(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r, c := open(t, dsn)
		number := issue(t, r, "a", licenceDraft(1)).Number
		want := "[issued"
		for i, kind := range []documents.EventKind{
			documents.EventSuspended, documents.EventResumed, documents.EventDuplicate, documents.EventCertified, documents.EventTerminated,
		} {
			c.advance(time.Minute)
			switch kind {
			case documents.EventDuplicate:
				issue(t, r, "copy", documents.Draft{Duplicate: &documents.Duplicate{Of: number}})
			case documents.EventCertified:
				issue(t, r, "print", documents.Draft{PaperCopy: &documents.PaperCopy{
					Of: number, Authority: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"}, Head: "Әбдіғали Ж.С.",
				}})
			default:
				record(t, r, number, 2+i, order(kind))
			}
			want += " " + string(kind)
		}
		draft := fromSamples(t, "history")
		draft.History.Of = number
		told := issue(t, r, "history", draft).Content.History.Told
		var kinds []documents.EventKind
		var copies []int
		for _, e := range told.Events {
			kinds = append(kinds, e.Kind)
			copies = append(copies, e.Copy)
		}
		if fmt.Sprint(kinds) != want+"]" {
			t.Errorf("told %v, want %s]", kinds, want)
		}
		if fmt.Sprint(copies) != "[0 0 0 1 2 0]" { // the duplicate and the certified copy are counted together
			t.Errorf("the events have the copies %v", copies)
		}
		if told.Kind != documents.KindLicence || told.Status != documents.StatusTerminated || !told.At.Equal(c.now()) ||
			told.Holder != (documents.Text{KK: "«Көне Қала 1» ЖШС", RU: "ТОО «Көне Қала 1»"}) {
			t.Errorf("told %+v", told)
		}
		life, err := r.History(t.Context(), number)
		must(t, err)
		if fmt.Sprint(told.Events) != fmt.Sprint(life.Events[1:]) {
			t.Errorf("told\n%+v\nhappened\n%+v", told.Events, life.Events[1:])
		}
	})
}
