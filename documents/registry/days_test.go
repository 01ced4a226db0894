package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

func dayOf(year int, month time.Month, day int) documents.Date {
	return documents.Date{Year: year, Month: month, Day: day}
}

// daysOf are the days of a document that wait.
func daysOf(t *testing.T, r *Registry, number string) (all []string) {
	t.Helper()
	found, err := r.Reminders(t.Context(), number)
	must(t, err)
	for _, d := range found {
		if d.State == ReminderWaiting {
			all = append(all, fmt.Sprintf("%s %s", d.Event, d.Day.Day))
		}
	}
	return all
}

// The index of days follows the life of a document, whatever happens to it: a suspension
// that begins, is prolonged, lifted, taken back, a replacement, an end before the term, an
// erasure; also of licences that were issued elsewhere.
func TestDaysFollowLives(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		until := func(d documents.Date) documents.NewEvent {
			e := order(documents.EventSuspended)
			e.Until = d
			return e
		}
		want := func(when, number string, days ...string) {
			t.Helper()
			if got := daysOf(t, r, number); !slices.Equal(got, days) {
				t.Errorf("%s: %q, want %q", when, got, days)
			}
		}
		const end = "document_ends 2031-06-22"
		want("a document without a term", issue(t, r, "none", refusalDraft()).Number)
		number := issue(t, r, "a", licenceDraft(1)).Number
		want("issued", number, end)
		record(t, r, number, 2, until(dayOf(2026, time.August, 1)))
		want("suspended", number, "suspension_ends 2026-08-01", end)
		record(t, r, number, 3, until(dayOf(2026, time.September, 1)))
		want("prolonged", number, "suspension_ends 2026-09-01", end)
		record(t, r, number, 4, order(documents.EventResumed))
		want("lifted", number, end)
		record(t, r, number, 5, order(documents.EventTerminated))
		want("terminated", number)
		back := order(documents.EventCorrected)
		back.Corrects = 6
		record(t, r, number, 6, back)
		want("the termination is taken back", number, end)
		fresh := issue(t, r, "b", reissueDraft(number)).Number
		want("replaced", number)
		want("what replaces it", fresh, end)
		record(t, r, fresh, 2, act(documents.EventAnnulled))
		want("annulled", fresh)
		gone := issue(t, r, "c", licenceDraft(3)).Number
		later := order(documents.EventTerminated)
		later.EffectiveAt = dayOf(2026, time.December, 1).Midnight()
		record(t, r, gone, 2, later)
		want("to be terminated before the term", gone)
		erased := issue(t, r, "d", licenceDraft(4)).Number
		record(t, r, erased, 2, order(documents.EventTerminated))
		change(t, r, `INSERT INTO document_days (number, event, at) VALUES ('`+erased+`', 'document_ends', 5)`) // an index that is wrong
		erase(t, r, erased, 3)
		want("erased", erased)
		l := oldLicence(1)
		l.ValidUntil = dayOf(2029, time.October, 9)
		old := entered(t, r, l)
		want("entered", old, "document_ends 2029-10-09")
		l = oldLicence(2)
		l.ValidUntil = dayOf(2019, time.October, 9)
		want("entered when its term was over", entered(t, r, l))
		// Of a register that was made before the index the same days are entered, once.
		before := column(t, r, `SELECT number || event || CAST(at AS TEXT) FROM document_days ORDER BY 1`)
		change(t, r, `DELETE FROM document_days`, `UPDATE document_days_entered SET number = '', whole = 0`)
		must(t, r.EnterDays(t.Context()))
		if after := column(t, r, `SELECT number || event || CAST(at AS TEXT) FROM document_days ORDER BY 1`); !slices.Equal(before, after) || len(after) == 0 {
			t.Errorf("entered anew: %q, want %q", after, before)
		}
		change(t, r, `DELETE FROM document_days`)
		must(t, r.EnterDays(t.Context()))
		if got := column(t, r, `SELECT number FROM document_days`); len(got) != 0 {
			t.Errorf("entered twice: %q", got)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// A day is taken once, and not at all when nothing happens on it any more.
func TestDayIsTakenOnce(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		number := issue(t, r, "a", licenceDraft(1)).Number
		day := Day{number, documents.Coming{Event: documents.TermEnds, Day: dayOf(2031, time.June, 22)}}
		stale := Day{number, documents.Coming{Event: documents.SuspensionEnds, Day: day.Day}}
		change(t, r, fmt.Sprintf(`INSERT INTO document_days (number, event, at) VALUES ('%s', 'suspension_ends', %d)`, number, store.Micros(stale.Day.Midnight())))
		take := func(d Day) (mine bool) {
			t.Helper()
			must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
				if mine, err = TakeDay(ctx, tx, d); err != nil || !mine {
					return err
				}
				return Reminded(ctx, tx, d, ReminderTold, r.now())
			}))
			return mine
		}
		if take(stale) || !take(day) || take(day) {
			t.Error("a day is taken that is not there, or one that is there not once")
		}
		// An index that has it again, whatever became of it, tells nothing again.
		change(t, r, fmt.Sprintf(`INSERT INTO document_days (number, event, at) VALUES ('%s', 'document_ends', %d)`, number, store.Micros(day.Day.Midnight())))
		if take(day) {
			t.Error("a day is taken again")
		}
		all, err := r.Reminders(t.Context(), number)
		if must(t, err); len(all) != 1 || all[0].State != ReminderTold || all[0].At.IsZero() {
			t.Errorf("it has %+v", all)
		}
		must(t, r.VerifyLog(t.Context()))
	})
}

// What is due is found by the index, beside however many days are far away.
func TestDaysAreFoundByTheirIndex(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		const many = 20_000
		must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			return second(tx.ExecContext(ctx, `INSERT INTO document_days (number, event, at)
				WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT CAST(i AS TEXT), 'document_ends', CAST($2 AS BIGINT) + i FROM n`,
				many, store.Micros(start.AddDate(3, 0, 0))))
		}))
		change(t, r, `ANALYZE document_days`)
		args := []any{store.Micros(start.AddDate(0, 0, 30)), int64(0), "", "", 200}
		explain, index := `EXPLAIN QUERY PLAN `, "SEARCH document_days USING COVERING INDEX document_days_in_order"
		if onPostgres(t, r) {
			explain, index = `EXPLAIN (FORMAT JSON) `, `document_days_in_order`
		}
		rows, err := r.Store.QueryContext(t.Context(), explain+listDays, args...)
		must(t, err)
		defer rows.Close()
		columns, err := rows.Columns()
		must(t, err)
		var plan string
		for rows.Next() {
			values, into := targets(len(columns))
			must(t, rows.Scan(into...))
			plan += fmt.Sprintf("%s\n", asText(values[len(values)-1]))
		}
		must(t, rows.Err())
		if !strings.Contains(plan, index) || strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, `"Sort"`) {
			t.Errorf("the plan is\n%s", plan)
		}
		due, err := r.Days(t.Context(), start.AddDate(0, 0, 30), Day{}, 200)
		if must(t, err); len(due) != 0 {
			t.Errorf("%d days are due", len(due))
		}
	})
}
