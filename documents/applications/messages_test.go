package applications_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/messages"
	"tamga/documents/messages/demo"
	"tamga/documents/messages/gateway"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/language"
)

// post is the messages of a book with a gateway over HTTP.
func post(t *testing.T, b *applications.Book) (*messages.Book, *demo.Gateway) {
	t.Helper()
	g := &demo.Gateway{Prefix: "/messages"}
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	return &messages.Book{Store: b.Register.Store, Gateway: gateway.Client{Address: server.URL + "/messages"}}, g
}

// reached opens an application whose applicant is reached by all channels, in Russian.
func reached(t *testing.T, b *applications.Book, m *messages.Book, key string) applications.Application {
	t.Helper()
	a := filed(t, b, key)
	_, err := m.SetContact(t.Context(), a.ID, messages.Contact{Language: language.RU, Email: "museum@example.kz", Phone: "8 (701) 123-45-67"})
	must(t, err)
	return a
}

// goes lets an application walk the first way of every step until it has come so far.
func goes(w *walker, id string, far func(applications.Application) bool) applications.Application {
	w.t.Helper()
	for range 60 {
		if a := w.app(id); far(a) {
			return a
		}
		w.clock.advance(time.Second)
		w.next(id)
	}
	w.t.Fatal("the application does not get there")
	return applications.Application{}
}

func hasNumber(a applications.Application) bool { return a.Number != "" }

// resultOf is the number of the last document that an application got.
func resultOf(a applications.Application) (number string) {
	for _, e := range a.Entries {
		if e.Document != "" {
			number = e.Document
		}
	}
	return number
}

func isIssued(a applications.Application) bool { return a.Ended == regulation.EndIssued }

func told(t *testing.T, m *messages.Book, id string) (lines []string) {
	t.Helper()
	all, err := m.Of(t.Context(), id)
	must(t, err)
	for _, one := range all {
		lines = append(lines, fmt.Sprintf("%s by %s: %s", one.Event, one.Channel, one.State))
	}
	slices.Sort(lines)
	return lines
}

func want(t *testing.T, got []string, lines ...string) {
	t.Helper()
	if !slices.Equal(got, lines) {
		t.Errorf("got %q, want %q", got, lines)
	}
}

// An applicant is told of the registration by each channel, once, in his language.
func TestMessagesOfAnApplication(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		m, g := post(t, b)
		a := reached(t, b, m, "1")
		a = goes(w, a.ID, hasNumber)
		want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: queued", "registered by sms: queued")
		must(t, g.Set(demo.Fail))
		deliver(t, m, 0)
		want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: away", "registered by sms: away")
		must(t, g.Set(demo.Hold))
		deliver(t, m, 0) // the pause is not over
		want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: away", "registered by sms: away")
		clock.advance(time.Minute)
		deliver(t, m, 0)
		want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: sent", "registered by sms: sent")
		must(t, g.Set(demo.Deliver))
		clock.advance(time.Hour)
		deliver(t, m, 2)
		want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: delivered", "registered by sms: delivered")
		for _, k := range g.Messages() {
			if k.Times != 1 || k.Language != language.RU || k.Text != "Ваше заявление зарегистрировано. Номер: "+a.Number || strings.Contains(k.Text, "120741000014") {
				t.Errorf("the gateway has %+v", k)
			}
		}
		if got := []string{g.Messages()[0].To, g.Messages()[1].To}; !slices.Contains(got, "+77011234567") || !slices.Contains(got, "museum@example.kz") {
			t.Errorf("they went to %q", got)
		}
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// What is done when an answer is lost, and the program with it, is done again under the
// same id: the gateway knows the message.
func TestMessageIsNeverSentTwice(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		m, g := post(t, b)
		a := reached(t, b, m, "1")
		a = goes(w, a.ID, hasNumber)
		must(t, g.Set(demo.Lose)) // it takes the message, and nobody hears of it
		deliver(t, m, 0)
		if got := len(g.Messages()); got != 2 {
			t.Fatalf("the gateway has %d messages, want 2", got)
		}
		must(t, g.Set(demo.Deliver))
		clock.advance(time.Hour)
		other := &messages.Book{Store: m.Store, Gateway: m.Gateway}
		errs := make(chan error, 2)
		for _, book := range []*messages.Book{m, other} { // two processes at once
			go func() { _, err := book.Deliver(t.Context()); errs <- err }()
		}
		must(t, <-errs)
		must(t, <-errs)
		clock.advance(time.Hour)
		deliver(t, m, -1)
		if got := len(g.Messages()); got != 2 {
			t.Errorf("the gateway has %d messages, want 2", got)
		}
		for _, k := range g.Messages() {
			if k.Times != 2 {
				t.Errorf("message %s was handed over %d times, want 2: before and after the answer was lost", k.Channel, k.Times)
			}
		}
		want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: delivered", "registered by sms: delivered")
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// What the gateway refuses is refused, and what no gateway takes expires.
func TestMessagesThatDoNotArrive(t *testing.T) {
	b, clock := book(t, t.TempDir()+"/register.sqlite", civil(t, "2026-09-01T10:00"))
	w := &walker{t: t, book: b, clock: clock}
	m, g := post(t, b)
	must(t, g.Set(demo.Refuse))
	a := reached(t, b, m, "1")
	a = goes(w, a.ID, hasNumber)
	deliver(t, m, 2)
	want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: refused", "registered by sms: refused")
	m.Gateway = nil
	a = reached(t, b, m, "2")
	a = goes(w, a.ID, hasNumber)
	deliver(t, m, 0)
	want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: away", "registered by sms: away")
	clock.advance(7*24*time.Hour + time.Second)
	deliver(t, m, 2)
	want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: expired", "registered by sms: expired")
	// One that was taken is not handed over again, whatever became of the gateway.
	m2, g2 := post(t, b)
	must(t, g2.Set(demo.Hold))
	a = reached(t, b, m2, "3")
	a = goes(w, a.ID, hasNumber)
	deliver(t, m2, 0)
	forgetful, empty := post(t, b)
	clock.advance(time.Hour)
	deliver(t, forgetful, 2)
	if len(empty.Messages()) != 0 {
		t.Error("a message that was taken was handed over again")
	}
	want(t, told(t, m, a.ID), "registered by cabinet: delivered", "registered by email: sent", "registered by sms: sent")
	must(t, b.Register.VerifyLog(t.Context()))
}

// A result is told of when it is there, and never before.
func TestMessageWaitsForItsDocument(t *testing.T) {
	b, clock := book(t, t.TempDir()+"/register.sqlite", civil(t, "2026-09-01T10:00"))
	w := &walker{t: t, book: b, clock: clock}
	m, _ := post(t, b)
	a := reached(t, b, m, "1")
	a = goes(w, a.ID, isIssued)
	setStatus := func(status string) {
		w.edit(`UPDATE documents SET status = $1, file_sha256 = CASE $1 WHEN 'in_force' THEN 'x' ELSE '' END, evidence = CASE $1 WHEN 'in_force' THEN '{}' ELSE '' END WHERE number = $2`,
			status, resultOf(a))
	}
	setStatus("reserved") // as after a crash
	deliver(t, m, -1)
	if got := told(t, m, a.ID); !slices.Contains(got, "issued by cabinet: away") || !slices.Contains(got, "issued by sms: away") {
		t.Errorf("before the document is in force: %q", got)
	}
	setStatus("in_force")
	clock.advance(time.Hour)
	deliver(t, m, -1)
	clock.advance(time.Hour)
	deliver(t, m, -1)
	if got := told(t, m, a.ID); !slices.Contains(got, "issued by cabinet: delivered") || !slices.Contains(got, "issued by sms: delivered") {
		t.Errorf("after it: %q", got)
	}
}

// The end of a term is told of 30 days before it, and the end of a suspension when it is
// there: each once, whatever the clock does.
func TestReminders(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		m, _ := post(t, b)
		a := reached(t, b, m, "1")
		a = goes(w, a.ID, isIssued)
		number := resultOf(a)
		life, err := b.Register.History(t.Context(), number)
		must(t, err)
		if life.ValidUntil.IsZero() {
			t.Fatal("the document has no term")
		}
		until := life.ValidUntil.Midnight()
		remind := func(at time.Time, want int) {
			t.Helper()
			clock.set(at)
			if got, err := b.Remind(t.Context()); err != nil || got != want {
				t.Errorf("at %s: told of %d documents, want %d (%v)", at, got, want, err)
			}
		}
		start := clock.now()
		remind(start, 0)
		order := documents.NewEvent{
			Kind: documents.EventSuspended, Until: documents.CivilDate(start.AddDate(0, 1, 0)), OrderNumber: "1", OrderDate: documents.CivilDate(start),
			Reason: documents.Text{KK: "есеп ұсынылмаған", RU: "не представлен отчёт"}, Signatory: letter().Signatory, Position: letter().Position,
		}
		_, _, err = b.Register.Record(t.Context(), registry.EventRequest{Client: "x", IdempotencyKey: "s", Number: number, Last: len(life.Events), Event: order})
		must(t, err)
		resumes := order.Until.Midnight()
		remind(resumes.Add(-time.Second), 0)
		remind(resumes, 1)
		remind(resumes.Add(time.Hour), 0)
		remind(resumes.Add(-time.Hour), 0)
		remind(until.AddDate(0, 0, -30).Add(-time.Second), 0)
		remind(until.AddDate(0, 0, -30), 1)
		remind(until.AddDate(0, 0, -31), 0) // the clock went back
		remind(until.AddDate(0, 0, -29), 0)
		remind(until.AddDate(0, 0, 1), 0)
		got := told(t, m, a.ID)
		for _, line := range []string{"document_ends by cabinet: queued", "document_ends by sms: queued", "suspension_ends by cabinet: queued", "suspension_ends by email: queued"} {
			if !slices.Contains(got, line) {
				t.Errorf("%q is not among %q", line, got)
			}
		}
		if slices.Contains(got, "suspension_ends by sms: queued") {
			t.Error("the end of a suspension is told by SMS, which the rules do not say")
		}
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

func TestContacts(t *testing.T) {
	b, _ := book(t, t.TempDir()+"/register.sqlite", civil(t, "2026-09-01T10:00"))
	m, _ := post(t, b)
	a := filed(t, b, "1")
	for phone, kept := range map[string]string{
		"+7 701 123 45 67": "+77011234567", "8-701-123-45-67": "+77011234567", "+998 90 123 45 67": "+998901234567", "": "",
		"7011234567": "/phone", "+7701123456": "/phone", "+0123456789": "/phone", "+12345678": "+12345678", "+1234567": "/phone",
		"+123456789012345": "+123456789012345", "+1234567890123456": "/phone", "+7701123456７": "/phone", "701;drop": "/phone",
	} {
		c, err := m.SetContact(t.Context(), a.ID, messages.Contact{Language: language.KK, Phone: phone})
		if got := orPointer(c.Phone, err); got != kept {
			t.Errorf("phone %q: %s, want %s", phone, got, kept)
		}
	}
	for email, kept := range map[string]string{
		"a@example.kz": "a@example.kz", "a.b+c@көлік.қаз": "a.b+c@көлік.қаз", "": "",
		"a": "/email", "A <a@example.kz>": "/email", "a@example.kz\nBcc: b@example.kz": "/email", "a@example.kz, b@example.kz": "/email",
		strings.Repeat("a", 242) + "@example.kz": strings.Repeat("a", 242) + "@example.kz", strings.Repeat("a", 244) + "@example.kz": "/email",
	} {
		c, err := m.SetContact(t.Context(), a.ID, messages.Contact{Language: language.KK, Email: email})
		if got := orPointer(c.Email, err); got != kept {
			t.Errorf("e-mail %q: %s, want %s", email, got, kept)
		}
	}
	_, err := m.SetContact(t.Context(), a.ID, messages.Contact{Language: "de"})
	if got := orPointer("", err); got != "/language" {
		t.Errorf("language de: %s", got)
	}
	must(t, b.Register.VerifyLog(t.Context()))
}

// deliver brings messages to the gateway and looks at how many have ended; -1 for any.
func deliver(t *testing.T, m *messages.Book, want int) {
	t.Helper()
	done, err := m.Deliver(context.WithoutCancel(t.Context()))
	must(t, err)
	if want >= 0 && done != want {
		t.Errorf("%d messages ended, want %d", done, want)
	}
}

// orPointer is a value, or where it is wrong.
func orPointer(value string, err error) string {
	var wrong *documents.InvalidError
	if errors.As(err, &wrong) {
		return wrong.Fields[0].Pointer
	}
	return value
}
