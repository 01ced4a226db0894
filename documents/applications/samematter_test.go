package applications_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
)

// about opens an application about a monument.
func (w *walker) about(h documents.Holder, form string) applications.Application {
	w.t.Helper()
	a, _, err := w.book.Open(w.t.Context(), applications.OpenRequest{
		Client: "portal", IdempotencyKey: w.key(), Service: "SRA", Channel: regulation.Provider, Applicant: h, Form: json.RawMessage(form),
	})
	must(w.t, err)
	return a
}

// to lets an application walk until it stands at a step.
func (w *walker) to(id, step string) {
	w.t.Helper()
	for range 100 {
		c := w.kase(id)
		moves := c.Walk.Moves(c.Place())
		if len(moves) == 0 {
			w.t.Fatalf("the way does not pass %s", step)
		}
		if moves[0].Step.ID == step {
			return
		}
		w.walk(id, []act{{Move: moves[0]}})
	}
}

func (w *walker) kase(id string) applications.Case {
	w.t.Helper()
	a, err := w.book.Application(w.t.Context(), id)
	must(w.t, err)
	c, err := w.book.Case(w.t.Context(), a)
	must(w.t, err)
	return c
}

// twins are the names of what an application is shown beside.
func (w *walker) twins(id string) []string {
	w.t.Helper()
	all, err := w.book.Twins(w.t.Context(), w.kase(id))
	must(w.t, err)
	var names []string
	for _, t := range all {
		names = append(names, t.Name)
	}
	slices.Sort(names)
	return names
}

// approvalOf asks for the step that hands an approval of a monument up.
func (w *walker) approvalOf(id, monument string) applications.EnterRequest {
	w.t.Helper()
	c := w.kase(id)
	d := draft(w.t, applications.Issues{Kind: documents.KindApproval}, facts{})
	d.Approval.Monument = documents.Text{KK: monument, RU: monument}
	d.Approval.MonumentAddress = d.Approval.Monument
	return applications.EnterRequest{
		Client: "portal", IdempotencyKey: w.key(), Application: id, Last: len(c.Entries), Document: d,
		Act: applications.Act{Actor: applications.Actor{Role: "EXECUTOR", Person: person("EXECUTOR")}, Step: "S-aU3", Outcome: "prepared"},
	}
}

// handsUp hands an approval up, signed.
func (w *walker) handsUp(id, monument string) error {
	w.t.Helper()
	req := w.approvalOf(id, monument)
	if _, err := w.book.ActOf(w.t.Context(), req); err != nil {
		return err
	}
	w.sign(&req)
	_, _, err := w.book.Enter(w.t.Context(), req)
	return err
}

// decide enters a decision on the same matter.
func (w *walker) decide(id, outcome, values string) error {
	w.t.Helper()
	req := w.plain(id, "EXECUTOR", string(regulation.SameMatter), outcome)
	req.Values = json.RawMessage(values)
	if _, err := w.book.ActOf(w.t.Context(), req); err != nil {
		return err
	}
	w.sign(&req)
	_, _, err := w.book.Enter(w.t.Context(), req)
	return err
}

func considered(reason string, names ...string) string {
	raw, _ := json.Marshal(map[string]any{"reason": reason, "considered": names}) // texts only
	return string(raw)
}

func wantReason(t testing.TB, what string, err error, want applications.Reason) {
	t.Helper()
	if got := refusedFor(err); got != want {
		t.Errorf("%s: %s, want %s", what, got, want)
	}
}

// What the same party has pending about the same matter is shown, however it is
// written, and nothing is granted before it was decided on record; what appears after
// the decision asks again. Others' matters, other matters and other parties are passed
// over.
func TestSameMatterIsDecidedFirst(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		first := w.about(museum(), `{"monument": "Көпес Кубриннің дүкені"}`)
		second := w.about(museum(), `{"monument": {"kk": "  көпес КУБРИННIҢ «дүкені» ", "ru": "Магазин купца"}}`)
		w.about(museum(), `{"monument": "Көпес Кубриннің үйі"}`)
		other := museum()
		other.Legal.BIN = "250040999988"
		w.about(other, `{"monument": "Көпес Кубриннің дүкені"}`)
		if got := w.twins(second.ID); !slices.Equal(got, []string{first.ID}) {
			t.Fatalf("it is shown beside %v, not beside %s", got, first.ID)
		}
		w.to(second.ID, "S-aU3")
		const ours = "Көпес Кубриннің дүкені"
		wantReason(t, "undecided", w.handsUp(second.ID, ours), applications.ReasonSameMatter)

		wantReason(t, "no reason", w.decide(second.ID, "goes_on", considered(" ", first.ID)), applications.ReasonOutcome)
		wantReason(t, "nothing considered", w.decide(second.ID, "goes_on", `{"reason": "себеп"}`), applications.ReasonOutcome)
		wantReason(t, "no ground", w.decide(second.ID, "refuse", considered("себеп", first.ID)), applications.ReasonOutcome)
		wantReason(t, "as done", w.decide(second.ID, "done", considered("себеп", first.ID)), applications.ReasonOutcome)
		wantReason(t, "another than there is", w.decide(second.ID, "goes_on", considered("себеп", second.ID)), applications.ReasonSameMatter)
		unsigned := w.plain(second.ID, "EXECUTOR", string(regulation.SameMatter), "goes_on")
		unsigned.Values = json.RawMessage(considered("себеп", first.ID))
		_, _, err := w.book.Enter(t.Context(), unsigned)
		wantReason(t, "unsigned", err, applications.ReasonSignature)
		wantReason(t, "by another role", w.enter(second.ID, "APPLICANT", string(regulation.SameMatter), "goes_on"), applications.ReasonActor)

		against := fmt.Sprintf(`{"reason": "екінші өтініш", "considered": [%q], "ground": "RF-DOCS"}`, first.ID)
		must(t, w.decide(second.ID, "refuse", against))
		wantReason(t, "decided against", w.handsUp(second.ID, ours), applications.ReasonMatterAgainst)
		must(t, w.decide(second.ID, "goes_on", considered("басқа жұмыстар", first.ID)))
		third := w.about(museum(), `{"monument": "КӨПЕС КУБРИННІҢ ДҮКЕНІ"}`)
		wantReason(t, "one that has appeared since", w.handsUp(second.ID, ours), applications.ReasonSameMatter)
		wantReason(t, "one of two", w.decide(second.ID, "goes_on", considered("басқа жұмыстар", first.ID)), applications.ReasonSameMatter)
		must(t, w.decide(second.ID, "goes_on", considered("басқа жұмыстар", first.ID, third.ID)))
		must(t, w.handsUp(second.ID, ours))
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// A document in force of the same party is shown as one that is pending is, whoever has
// issued it; one that is no more is passed over, and so is the application that has
// ended. What a draft is about asks too, where the form was silent.
func TestSameMatterInForce(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		w.book.Register.Rulebook = &rulebook.Book{Store: w.book.Register.Store, Pages: pages()}
		const ours = "Сарыарқа обасы"
		d := *draft(t, applications.Issues{Kind: documents.KindApproval}, facts{})
		d.Approval.Monument, d.Approval.MonumentAddress = documents.Text{KK: ours, RU: ours}, documents.Text{KK: ours, RU: ours}
		d.Approval.ApplicationNumber, d.Approval.ApplicationDate = "KZ65RLA00000001", documents.CivilDate(w.clock.now())
		d.Approval.ProjectNumber = ""
		issued, _, err := w.book.Register.Issue(t.Context(), registry.IssueRequest{Client: "portal", IdempotencyKey: w.key(), Draft: d})
		must(t, err)
		a := w.about(museum(), `{}`)
		if got := w.twins(a.ID); len(got) != 0 {
			t.Fatalf("a form that says nothing is shown beside %v", got)
		}
		w.to(a.ID, "S-aU3")
		wantReason(t, "a draft about what is in force", w.handsUp(a.ID, "«САРЫАРҚА» обасы"), applications.ReasonSameMatter)
		must(t, w.decide(a.ID, "goes_on", considered("екінші кезең", issued.Number)))
		must(t, w.handsUp(a.ID, "«САРЫАРҚА» обасы"))
		all, err := w.book.Twins(t.Context(), w.kase(a.ID))
		must(t, err)
		if len(all) != 1 || all[0].Number != issued.Number || all[0].Status != "in_force" || all[0].Decided == nil || all[0].Decided.Reason != "екінші кезең" ||
			len(all[0].Same) != 2 || !slices.Contains(all[0].Same[0].There, ours) {
			t.Fatalf("it is shown beside %+v", all)
		}

		w.edit(`DELETE FROM matters`) // as of a register that is older than the index
		w.edit(`UPDATE matters_filled SET done = 0`)
		b := *w.book.Register
		w.book = &applications.Book{Register: &b, Rulebook: w.book.Rulebook}
		if got := w.twins(a.ID); !slices.Equal(got, []string{issued.Number}) {
			t.Fatalf("filled anew, it is shown beside %v", got)
		}
		again := w.about(museum(), fmt.Sprintf(`{"monument": %q}`, ours))
		if got := w.twins(again.ID); len(got) != 2 {
			t.Fatalf("another is shown beside %v", got)
		}
		withdrawn := w.plain(a.ID, "APPLICANT", string(regulation.Withdraw), "done")
		w.sign(&withdrawn)
		_, _, err = w.book.Enter(t.Context(), withdrawn)
		must(t, err)
		w.clock.advance(time.Second)
		_, _, err = w.book.Register.Record(t.Context(), registry.EventRequest{
			Client: "portal", IdempotencyKey: w.key(), Number: issued.Number, AnyState: true,
			Event: documents.NewEvent{
				Kind: documents.EventTerminated, OrderNumber: "1", OrderDate: documents.CivilDate(w.clock.now()),
				Reason:    documents.Text{KK: "өтініш", RU: "заявление"},
				Signatory: letter().Signatory, Position: letter().Position,
			},
		})
		must(t, err)
		if got := w.twins(again.ID); len(got) != 0 {
			t.Fatalf("after both have ended it is shown beside %v", got)
		}
	})
}

// Of two decisions on one state at once one wins; and of two applications whose drafts
// are about the same and come at once, the second sees the first.
func TestSameMatterAtOnce(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		const ours = "Ақтөбе қорғаны"
		var ids []string
		for range 2 {
			a := w.about(museum(), `{}`)
			w.to(a.ID, "S-aU3")
			ids = append(ids, a.ID)
		}
		errs := make([]error, 2)
		var all sync.WaitGroup
		requests := make([]applications.EnterRequest, 2)
		for i, id := range ids {
			requests[i] = w.approvalOf(id, ours)
			w.sign(&requests[i])
		}
		for i, req := range requests {
			all.Go(func() { _, _, errs[i] = w.book.Enter(t.Context(), req) })
		}
		all.Wait()
		won := slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 {
			t.Fatalf("none has won: %v", errs)
		}
		wantReason(t, "the other", errs[1-won], applications.ReasonSameMatter)

		for i := range requests {
			c := w.kase(ids[1-won])
			requests[i] = w.plain(ids[1-won], "EXECUTOR", string(regulation.SameMatter), "goes_on")
			requests[i].AnyState, requests[i].Last = false, len(c.Entries)
			requests[i].Values = json.RawMessage(considered(fmt.Sprint("себеп ", i), ids[won]))
			w.sign(&requests[i])
		}
		for i, req := range requests {
			all.Go(func() { _, _, errs[i] = w.book.Enter(t.Context(), req) })
		}
		all.Wait()
		won = slices.IndexFunc(errs, func(err error) bool { return err == nil })
		if won < 0 || refusedFor(errs[1-won]) != applications.Reason(applications.ErrChanged.Error()) {
			t.Fatalf("one wins and the other is told that it has changed, not %v", errs)
		}
	})
}

// A re-issue is no second licence beside the one that it takes the place of, by whatever
// name the form gives its number; a new licence for the same activity is, and so is a
// re-issue of another.
func TestReissueIsNoSameMatter(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		w.book.Register.Rulebook = &rulebook.Book{Store: w.book.Register.Store, Pages: pages()}
		d := *draft(t, applications.Issues{Kind: documents.KindLicence}, facts{})
		issued, _, err := w.book.Register.Issue(t.Context(), registry.IssueRequest{Client: "portal", IdempotencyKey: w.key(), Draft: d})
		must(t, err)
		for form, want := range map[string][]string{
			fmt.Sprintf(`{"activity": "археологические РАБОТЫ", "licence": %q}`, issued.Number):       nil,
			fmt.Sprintf(`{"activity": "археологические работы", "replaces": %q}`, "№ "+issued.Number): nil,
			`{"activity": "археологические работы", "licence": "26000999"}`:                           {issued.Number},
			`{"activity": "археологические работы"}`:                                                  {issued.Number},
		} {
			service := "LIC-REISSUE"
			if len(want) > 0 && form == `{"activity": "археологические работы"}` {
				service = "LIC-ISSUE"
			}
			a, _, err := w.book.Open(t.Context(), applications.OpenRequest{
				Client: "portal", IdempotencyKey: w.key(), Service: service, Channel: regulation.Provider, Applicant: museum(), Form: json.RawMessage(form),
			})
			must(t, err)
			if got := w.twins(a.ID); !slices.Equal(got, want) {
				t.Errorf("%s by %s: shown beside %v, want %v", service, form, got, want)
			}
			withdrawn := w.plain(a.ID, "APPLICANT", string(regulation.Withdraw), "done")
			w.sign(&withdrawn)
			_, _, err = w.book.Enter(t.Context(), withdrawn)
			must(t, err)
		}
	})
}
