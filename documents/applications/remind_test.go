package applications_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/messages"
	"tamga/documents/registry"
	"tamga/language"
)

// remindedOf is what became of the days of a document.
func remindedOf(t *testing.T, b *applications.Book, number string) (all []string) {
	t.Helper()
	found, err := b.Register.Reminders(t.Context(), number)
	must(t, err)
	for _, r := range found {
		all = append(all, fmt.Sprintf("%s %s %s", r.Event, r.Coming.Day, r.State))
	}
	return all
}

// issuedTo issues a licence that no application asks for.
func issuedTo(t *testing.T, b *applications.Book, bin string) string {
	t.Helper()
	d := *draft(t, applications.Issues{Kind: documents.KindLicence}, facts{})
	d.Licence.Holder.Legal.BIN = certs.BIN(bin)
	rec, _, err := b.Register.Issue(t.Context(), registry.IssueRequest{Client: "portal", IdempotencyKey: bin, Draft: d})
	must(t, err)
	return rec.Number
}

// A document that no application has asked for is told of by what its holder has said with
// another one that is registered: in his language, once, also when a process dies between.
// Where nobody has said anything nothing is sent, and the document says so.
func TestRemindersWithoutApplication(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		m, _ := post(t, b)
		number, unknown := issuedTo(t, b, "120741000014"), issuedTo(t, b, "980540000129")
		a := goes(w, reached(t, b, m, "1").ID, hasNumber)
		clock.advance(time.Hour)
		later := filed(t, b, "2") // by whoever says that he is the holder
		_, err := m.SetContact(t.Context(), later.ID, messages.Contact{Language: language.KK, Phone: "8 (701) 000-00-00"})
		must(t, err)
		before := len(told(t, m, a.ID))
		ends := documents.Date{Year: 2031, Month: time.September, Day: 1}
		clock.set(ends.Midnight().AddDate(0, 0, -30).Add(-time.Microsecond))
		if n, err := b.Remind(t.Context()); n != 0 || err != nil {
			t.Errorf("31 days before: %d, %v", n, err)
		}
		clock.advance(time.Microsecond)
		dying, die := context.WithCancel(t.Context())
		b.Register.Store.Point = func(step string) {
			if step == "reminder queued" {
				die()
			}
		}
		if n, err := b.Remind(dying); n != 0 || err == nil {
			t.Errorf("one that dies: %d, %v", n, err)
		}
		b.Register.Store.Point = nil
		if got := told(t, m, a.ID); len(got) != before {
			t.Errorf("one that dies has told %q", got)
		}
		errs := make(chan error, 2)
		for range 2 { // two processes at once
			go func() { _, err := b.Remind(t.Context()); errs <- err }()
		}
		must(t, <-errs)
		must(t, <-errs)
		all, err := m.Of(t.Context(), a.ID)
		must(t, err)
		var texts []string
		for _, one := range all {
			if one.Document == number && one.Event == "document_ends" {
				texts = append(texts, one.Channel)
				if one.Text != "Срок действия документа № "+number+" скоро истекает. Последний день: 1 сентября 2031 года" || strings.Contains(one.Text, "120741000014") {
					t.Errorf("he is told %q", one.Text)
				}
			}
		}
		if slices.Sort(texts); !slices.Equal(texts, []string{"cabinet", "email", "sms"}) {
			t.Errorf("he is told by %q", texts)
		}
		if got := told(t, m, later.ID); len(got) != 0 {
			t.Errorf("who has only filled in a form is told %q", got)
		}
		want(t, remindedOf(t, b, number), "document_ends 2031-09-01 told")
		want(t, remindedOf(t, b, unknown), "document_ends 2031-09-01 unreached")
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// What changes before a day changes what is told of it; a day that was over when the
// service came back is not told of.
func TestRemindersAfterChanges(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		m, _ := post(t, b)
		number := issuedTo(t, b, "120741000014")
		a := goes(w, reached(t, b, m, "1").ID, hasNumber)
		order := func(kind documents.EventKind, until documents.Date) {
			t.Helper()
			e := destruction()
			e.Kind, e.Until = kind, until
			_, _, err := b.Register.Record(t.Context(), registry.EventRequest{Client: "x", IdempotencyKey: string(kind) + until.String(), Number: number, AnyState: true, Event: e})
			must(t, err)
		}
		remind := func(at documents.Date, want int) {
			t.Helper()
			clock.set(at.Midnight().Add(time.Hour))
			if n, err := b.Remind(t.Context()); n != want || err != nil {
				t.Errorf("on %s: %d, want %d (%v)", at, n, want, err)
			}
		}
		day := func(m time.Month, d int) documents.Date { return documents.Date{Year: 2026, Month: m, Day: d} }
		order(documents.EventSuspended, day(time.October, 1))
		order(documents.EventSuspended, day(time.November, 1))
		remind(day(time.October, 1), 0)
		remind(day(time.November, 1), 1)
		order(documents.EventSuspended, day(time.December, 1))
		remind(day(time.November, 30), 0)
		remind(day(time.December, 20), 0) // nobody was there for more than a week
		order(documents.EventTerminated, documents.Date{})
		clock.set(documents.Date{Year: 2031, Month: time.August, Day: 20}.Midnight())
		if n, err := b.Remind(t.Context()); n != 0 || err != nil {
			t.Errorf("of what was terminated before: %d, %v", n, err)
		}
		want(t, remindedOf(t, b, number), "suspension_ends 2026-11-01 told", "suspension_ends 2026-12-01 late")
		for _, line := range told(t, m, a.ID) {
			if strings.HasPrefix(line, "document_ends") {
				t.Error(line)
			}
		}
		must(t, b.Register.VerifyLog(t.Context()))
	})
}
