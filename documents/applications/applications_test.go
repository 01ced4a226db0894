package applications_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// onBoth runs a test on both engines, at a moment.
func onBoth(t *testing.T, at string, test func(t *testing.T, w *walker)) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, c := book(t, dsn, civil(t, at))
		test(t, &walker{t: t, book: b, clock: c})
	})
}

// lead lets a new application walk by the first ways until it stands at a step.
func (w *walker) lead(service string, c regulation.Channel, step string) applications.Application {
	w.t.Helper()
	a := w.open(service, c)
	for range 100 {
		app, err := w.book.Application(w.t.Context(), a.ID)
		must(w.t, err)
		kase, err := w.book.Case(w.t.Context(), app)
		must(w.t, err)
		moves := kase.Walk.Moves(app.Place())
		if len(moves) == 0 {
			w.t.Fatalf("the way does not pass %s", step)
		}
		if moves[0].Step.ID == step {
			return app
		}
		w.walk(a.ID, []act{{Move: moves[0]}})
	}
	w.t.Fatalf("the way is too long")
	return a
}

// enter enters a step that issues nothing, by the person of a role.
func (w *walker) enter(id, role, step, on string) error {
	w.t.Helper()
	_, _, err := w.book.Enter(w.t.Context(), w.plain(id, role, step, on))
	return err
}

func (w *walker) plain(id, role, step, on string) applications.EnterRequest {
	return applications.EnterRequest{
		Client: "portal", IdempotencyKey: w.key(), Application: id, AnyState: true,
		Act: applications.Act{Actor: applications.Actor{Role: role, Person: person(role)}, Step: step, Outcome: on},
	}
}

// edit changes the database behind the program's back.
func (w *walker) edit(statement string, args ...any) {
	w.t.Helper()
	must(w.t, w.book.Register.Store.Tx(w.t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	}))
}

func refusedFor(err error) applications.Reason {
	var r *applications.RefusedError
	if errors.As(err, &r) {
		return r.Reason
	}
	return applications.Reason(fmt.Sprint(err))
}

// A step that may not be done is refused by its reason, leaves nothing behind and uses
// up no key; its neighbour is done.
func TestMayRefusesByReason(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		at := w.lead("TEC", regulation.Provider, "T-aU2").ID // registered, before the head
		before, err := w.book.Application(t.Context(), at)
		must(t, err)
		for _, c := range []struct {
			role, step, on string
			want           applications.Reason
		}{
			{"EXECUTOR", "T-aU2", "done", applications.ReasonActor},
			{"APPLICANT", "T-aU2", "done", applications.ReasonActor},
			{"HEAD", "T-aU3", "complete", applications.ReasonPosition},
			{"REGISTRAR", "T-aU1", "done", applications.ReasonPosition}, // done before
			{"HEAD", "T-U-p7", "done", applications.ReasonPosition},
			{"HEAD", "T-aU2", "signed", applications.ReasonOutcome},
			{"HEAD", "T-aU2", "", applications.ReasonOutcome},
			{"HEAD", "T-U-c2", "ok", applications.ReasonOutcome}, // does not end by this action
			{"HEAD", "T-aU9", "done", applications.ReasonStep},
			{"HEAD", "L-P-p1", "done", applications.ReasonStep},
		} {
			if got := refusedFor(w.enter(at, c.role, c.step, c.on)); got != c.want {
				t.Errorf("%s %s %q: %s, want %s", c.role, c.step, c.on, got, c.want)
			}
		}
		after, err := w.book.Application(t.Context(), at)
		must(t, err)
		if len(after.Entries) != len(before.Entries) {
			t.Errorf("%d entries, and %d before", len(after.Entries), len(before.Entries))
		}
		must(t, w.enter(at, "HEAD", "T-aU2", "done"))
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Who examines does not sign, whatever role he takes for it, and the other way round;
// who registers may hand out, and another person may sign.
func TestFourEyes(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU2").ID
		approval := draft(t, applications.Issues{Kind: documents.KindApproval}, facts{})
		as := func(role, name, step, on string) error {
			req := w.plain(id, role, step, on)
			req.Actor.Person = name
			if step == "S-aU3" {
				req.Document = approval
			}
			if act, err := w.book.ActOf(t.Context(), req); err == nil {
				key, err := keyOf(strings.TrimSpace(name))
				must(t, err)
				req.Signature, err = signtest.Sign(creation.CMS{Content: act, Claim: true}, key, w.clock.now())
				must(t, err)
			}
			_, _, err := w.book.Enter(t.Context(), req)
			return err
		}
		must(t, as("HEAD", "Head of OFFICE", "S-aU2", "done"))
		if got := refusedFor(as("EXECUTOR", " Head of OFFICE ", "S-aU3", "prepared")); got != applications.ReasonFourEyes {
			t.Errorf("the head examines: %s", got)
		}
		must(t, as("EXECUTOR", "Executor of OFFICE", "S-aU3", "prepared"))
		if got := refusedFor(as("HEAD", "Executor of OFFICE", "S-aU4", "signed")); got != applications.ReasonFourEyes {
			t.Errorf("the executor signs: %s", got)
		}
		must(t, as("HEAD", "Head of OFFICE", "S-aU4", "signed")) // endorses and signs
	})
}

// What has ended takes no step more.
func TestEndedTakesNoStep(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		a := w.open("TEC", regulation.Portal)
		must(t, w.enter(a.ID, "APPLICANT", "T-P-p1", "done"))
		must(t, w.enter(a.ID, "PEP", "T-P-c1", "fail"))
		must(t, w.enter(a.ID, "PEP", "T-P-p2", "done")) // a message that nobody signs needs no document
		for _, step := range []string{"T-P-p2", "T-P-p3"} {
			if got := refusedFor(w.enter(a.ID, "PEP", step, "done")); got != applications.ReasonEnded {
				t.Errorf("%s: %s", step, got)
			}
		}
		a, err := w.book.Application(t.Context(), a.ID)
		must(t, err)
		if a.Ended != regulation.EndRefused || a.Number != "" {
			t.Errorf("ended %q with the number %q", a.Ended, a.Number)
		}
		if s := a.Entries[1].Data.Stated; len(s) != 1 || s[0] != regulation.CheckLogin {
			t.Errorf("the log-in was stated by whoever entered it, and the entry says %v", s)
		}
	})
}

// A condition of three checks fails by one of them, which the entry names.
func TestFailedCheckIsNamed(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Portal, "S-P-c2").ID
		fails := func(on string, by regulation.Check) error {
			req := w.plain(id, "PEP", "S-P-c2", on)
			req.Failed = by
			_, _, err := w.book.Enter(t.Context(), req)
			return err
		}
		for _, c := range []struct {
			on string
			by regulation.Check
		}{{"fail", ""}, {"fail", regulation.CheckPayment}, {"ok", regulation.CheckSignatureRevoked}} {
			if got := refusedFor(fails(c.on, c.by)); got != applications.ReasonCheck {
				t.Errorf("%s by %q: %s", c.on, c.by, got)
			}
		}
		must(t, fails("fail", regulation.CheckSignatureRevoked))
		a, err := w.book.Application(t.Context(), id)
		must(t, err)
		if last := a.Entries[len(a.Entries)-1]; last.Data.Failed != regulation.CheckSignatureRevoked {
			t.Errorf("the entry names %q", last.Data.Failed)
		}
	})
}

// Registration is one entry under both names, gives the number, and takes either name.
func TestRegistrationIsOneEntry(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		for i, step := range []string{"T-aP1", "T-P-p6"} {
			a := w.lead("TEC", regulation.Portal, "T-aP1")
			if a.Number != "" {
				t.Fatalf("the number is %s before the registration", a.Number)
			}
			kase, err := w.book.Case(w.t.Context(), a)
			must(t, err)
			req := w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]})
			req.Step = step
			done, _, err := w.book.Enter(t.Context(), req)
			must(t, err)
			if done.Step != "T-aP1" || done.Under != "T-P-p6" || done.UnderOutcome != "done" {
				t.Errorf("the entry is %+v", done)
			}
			a, err = w.book.Application(t.Context(), a.ID)
			must(t, err)
			want, err := documents.NumberOf(documents.KindApplication, 2026, i+1)
			must(t, err)
			if a.Number != want || !a.RegisteredAt.Equal(done.At) {
				t.Errorf("№ %s of %v, want %s of %v", a.Number, a.RegisteredAt, want, done.At)
			}
			byNumber, err := w.book.Application(t.Context(), strings.ToLower(a.Number[:4])+" "+a.Number[4:])
			if err != nil || byNumber.ID != a.ID {
				t.Errorf("by its number: %s %v", byNumber.ID, err)
			}
			rec, err := w.book.Register.Document(t.Context(), done.Document)
			must(t, err)
			if got := rec.Content.Acceptance; got.ApplicationNumber != a.Number || got.ResultDate.String() != "2026-06-26" {
				t.Errorf("the acceptance says %s, %s", got.ApplicationNumber, got.ResultDate)
			}
		}
	})
}

// The document of a step is of its kind, for the application and its applicant; what
// is refused leaves no entry and no number.
func TestStepTakesItsDocumentOnly(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		a := w.lead("TEC", regulation.Portal, "T-aP1")
		kase, err := w.book.Case(w.t.Context(), a)
		must(t, err)
		good := func() applications.EnterRequest { return w.request(a.ID, act{Move: kase.Walk.Moves(a.Place())[0]}) }
		without := good()
		without.Document = nil
		other := good()
		other.Document = draft(t, applications.Issues{Kind: documents.KindLicence}, facts{})
		for name, req := range map[string]applications.EnterRequest{"none": without, "a licence": other} {
			if _, _, err := w.book.Enter(t.Context(), req); refusedFor(err) != applications.ReasonDocument {
				t.Errorf("%s: %v", name, err)
			}
		}
		stranger := good()
		stranger.Document.Acceptance.Applicant = documents.Holder{Natural: &documents.NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", IIN: "850101400011"}}
		another := good()
		another.Document.Acceptance.ApplicationNumber, another.Document.Acceptance.ApplicationDate = "KZ65RLA00000001", documents.Date{Year: 2026, Month: time.May, Day: 20}
		for name, c := range map[string]struct {
			req           applications.EnterRequest
			pointer, code string
		}{
			"a stranger's":          {stranger, "/acceptance/applicant", documents.CodeHolder},
			"another application's": {another, "/acceptance/application_number", documents.CodeValue},
		} {
			_, _, err := w.book.Enter(t.Context(), c.req)
			var invalid *documents.InvalidError
			if !errors.As(err, &invalid) || invalid.Fields[0].Pointer != c.pointer || invalid.Fields[0].Code != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := w.book.Enter(t.Context(), good()); err != nil {
			t.Fatal(err)
		}
		a, err = w.book.Application(t.Context(), a.ID)
		must(t, err)
		if n, err := documents.ParseNumber(a.Number); err != nil || n.Seq != 1 {
			t.Errorf("the number is %s: what was refused has taken one", a.Number)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// Nothing is entered before what was entered, and no application opened that the rules
// do not have.
func TestRefusedRequests(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		a := w.lead("TEC", regulation.Portal, "T-P-c1")
		w.clock.advance(-time.Hour)
		if err := w.enter(a.ID, "PEP", "T-P-c1", "ok"); !errors.Is(err, applications.ErrClock) {
			t.Errorf("an hour earlier: %v", err)
		}
		w.clock.advance(time.Hour)
		must(t, w.enter(a.ID, "PEP", "T-P-c1", "ok"))
		open := applications.OpenRequest{Client: "portal", IdempotencyKey: "x", Service: "TEC", Channel: regulation.Centre, Applicant: museum()}
		if _, _, err := w.book.Open(t.Context(), open); !errors.Is(err, applications.ErrNoEdition) {
			t.Errorf("a channel that the service does not have: %v", err)
		}
		open.Channel, open.Service = regulation.Portal, "LIBRARY"
		if _, _, err := w.book.Open(t.Context(), open); !errors.Is(err, applications.ErrNoEdition) {
			t.Errorf("a service that nobody gives: %v", err)
		}
		open.Service, open.Applicant = "TEC", documents.Holder{}
		var invalid *documents.InvalidError
		if _, _, err := w.book.Open(t.Context(), open); !errors.As(err, &invalid) || invalid.Fields[0].Pointer != "/applicant" {
			t.Errorf("nobody applies: %v", err)
		}
		open.Applicant, open.Form = museum(), json.RawMessage(`[1]`)
		if _, _, err := w.book.Open(t.Context(), open); !errors.As(err, &invalid) || invalid.Fields[0].Pointer != "/form" {
			t.Errorf("a form that is a list: %v", err)
		}
		open.Form, open.IdempotencyKey = nil, ""
		if _, _, err := w.book.Open(t.Context(), open); !errors.Is(err, store.ErrBadKey) {
			t.Errorf("no key: %v", err)
		}
		nobody := w.plain(a.ID, "APPLICANT", "T-P-p3", "done")
		nobody.Actor.Person = "  "
		if _, _, err := w.book.Enter(t.Context(), nobody); !errors.As(err, &invalid) || invalid.Fields[0].Pointer != "/person" {
			t.Errorf("nobody acts: %v", err)
		}
		for _, name := range []string{"0123456789abcdef", "KZ65RLA00000001", "x", "", "26000001", strings.Repeat("a", 2000)} {
			if _, err := w.book.Application(t.Context(), name); !errors.Is(err, applications.ErrNotFound) {
				t.Errorf("%.20q: %v", name, err)
			}
			if err := w.enter(name, "PEP", "T-P-c1", "ok"); !errors.Is(err, applications.ErrNotFound) {
				t.Errorf("a step of %.20q: %v", name, err)
			}
		}
	})
}

// Numbers grow with time: a clock that went back since another application was
// registered registers none.
func TestClockBehindAnotherRegistration(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		first, second := w.lead("SRA", regulation.Portal, "S-aP1"), w.lead("TEC", regulation.Portal, "T-aP1")
		w.clock.set(civil(t, "2026-06-22T12:00"))
		w.next(first.ID)
		w.clock.set(civil(t, "2026-06-22T11:00"))
		kase, err := w.book.Case(w.t.Context(), second)
		must(t, err)
		req := w.request(second.ID, act{Move: kase.Walk.Moves(second.Place())[0]})
		if _, _, err := w.book.Enter(t.Context(), req); !errors.Is(err, applications.ErrClock) {
			t.Errorf("an hour earlier: %v", err)
		}
		w.clock.set(civil(t, "2026-06-22T12:01"))
		if _, _, err := w.book.Enter(t.Context(), req); err != nil {
			t.Error(err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}
