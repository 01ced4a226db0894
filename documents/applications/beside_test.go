package applications_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// beside does something beside the steps, signed where that is signed.
func (w *walker) beside(id, role, act string, values any) error {
	w.t.Helper()
	w.clock.advance(time.Second)
	req := w.plain(id, role, act, "done")
	var err error
	req.Values, err = json.Marshal(values)
	must(w.t, err)
	c, err := w.book.Case(w.t.Context(), w.app(id))
	must(w.t, err)
	if m, err := c.May(req.Act); err == nil && c.Signs(m, role) {
		if _, err := w.book.ActOf(w.t.Context(), req); err != nil {
			return err
		}
		w.sign(&req)
	}
	_, _, err = w.book.Enter(w.t.Context(), req)
	return err
}

func (w *walker) tasks(q applications.TasksQuery) []applications.Task {
	w.t.Helper()
	list, err := w.book.Tasks(w.t.Context(), q)
	must(w.t, err)
	return list
}

// What cannot be signed goes back to whoever drafted it, who hands up anew; nobody else
// returns it, and nothing that was not handed up.
func TestDraftIsReturned(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU3").ID
		if got := refusedFor(w.beside(id, "HEAD", "return", map[string]string{"reason": "x"})); got != applications.ReasonPosition {
			t.Errorf("before it is handed up: %s", got)
		}
		hand := func(name string) error {
			req := w.plain(id, "EXECUTOR", "S-aU3", "prepared")
			req.Document = draft(t, applications.Issues{Kind: documents.KindApproval}, facts{})
			req.Document.Approval.Signatory = name
			w.sign(&req)
			_, _, err := w.book.Enter(t.Context(), req)
			return err
		}
		must(t, hand("Бөтенов Б.Б."))
		sign := w.plain(id, "HEAD", "S-aU4", "signed")
		w.sign(&sign)
		var invalid *documents.InvalidError
		if _, _, err := w.book.Enter(t.Context(), sign); !errors.As(err, &invalid) || invalid.Fields[0].Code != documents.CodeSigner {
			t.Fatalf("signed for another: %v", err)
		}
		for name, f := range map[string]struct {
			role   string
			values map[string]string
			want   applications.Reason
		}{
			"without a reason": {"HEAD", map[string]string{}, applications.ReasonOutcome},
			"by the executor":  {"EXECUTOR", map[string]string{"reason": "x"}, applications.ReasonActor},
		} {
			if got := refusedFor(w.beside(id, f.role, "return", f.values)); got != f.want {
				t.Errorf("%s: %s", name, got)
			}
		}
		must(t, w.beside(id, "HEAD", "return", map[string]string{"reason": "Қол қоюшы қате көрсетілген."}))
		if a := w.app(id); a.Place().Action != "S-aU3" && a.Place().Step != "S-aU3" {
			t.Fatalf("it stands at %v", a.Place())
		}
		must(t, hand(letter().Signatory))
		sign = w.plain(id, "HEAD", "S-aU4", "signed")
		w.sign(&sign)
		e, _, err := w.book.Enter(t.Context(), sign)
		must(t, err)
		if rec, err := w.book.Register.Document(t.Context(), e.Document); err != nil || rec.Status != documents.StatusInForce {
			t.Errorf("the result is %s %v", rec.Status, err)
		}
		must(t, w.book.Register.VerifyLog(t.Context()))
	})
}

// An application is withdrawn by the applicant alone, signed, and not after the result.
func TestWithdraw(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU3").ID
		if got := refusedFor(w.beside(id, "HEAD", "withdraw", map[string]string{})); got != applications.ReasonActor {
			t.Errorf("by the head: %s", got)
		}
		unsigned := w.plain(id, "APPLICANT", "withdraw", "done")
		if _, _, err := w.book.Enter(t.Context(), unsigned); refusedFor(err) != applications.ReasonSignature {
			t.Errorf("unsigned: %v", err)
		}
		must(t, w.beside(id, "APPLICANT", "withdraw", map[string]string{"reason": "Енді керек емес."}))
		if a := w.app(id); a.Ended != regulation.EndWithdrawn {
			t.Errorf("ended %q", a.Ended)
		}
		if got := refusedFor(w.enter(id, "HEAD", "S-aU2", "done")); got != applications.ReasonEnded {
			t.Errorf("after that: %s", got)
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"HEAD", "EXECUTOR", "REGISTRAR"}}); len(list) != 0 {
			t.Errorf("tasks: %+v", list)
		}
		issued := w.lead("SRA", regulation.Provider, "S-aU5").ID
		if got := refusedFor(w.beside(issued, "APPLICANT", "withdraw", map[string]string{})); got != applications.ReasonResult {
			t.Errorf("after the result: %s", got)
		}
	})
}

// While an application is paused nothing is done and no term runs; what was left of the
// term runs from the end of the pause, and how it was counted says so. A pause has a
// reason, an end within its longest time, and is there only where the edition has it.
func TestPause(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU3").ID
		before, _ := w.due(id, applications.DueStep)
		until := func(s string) map[string]string {
			return map[string]string{"reason": "Сараптама күтілуде.", "until": civil(t, s).UTC().Format(time.RFC3339)}
		}
		for name, values := range map[string]map[string]string{
			"without a reason": {"until": civil(t, "2026-06-26T10:00").UTC().Format(time.RFC3339)},
			"without an end":   {"reason": "x"},
			"in the past":      until("2026-06-22T09:00"),
			"too long":         until("2026-09-22T09:00"),
		} {
			if got := refusedFor(w.beside(id, "EXECUTOR", "pause", values)); got != applications.ReasonOutcome {
				t.Errorf("%s: %s", name, got)
			}
		}
		must(t, w.beside(id, "EXECUTOR", "pause", until("2026-06-26T10:00")))
		if got := refusedFor(w.enter(id, "EXECUTOR", "S-aU3", "prepared")); got != applications.ReasonPaused {
			t.Errorf("while it is paused: %s", got)
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"EXECUTOR"}}); len(list) != 1 || list[0].State != applications.TaskPaused || !list[0].PausedUntil.Equal(civil(t, "2026-06-26T10:00")) {
			t.Errorf("tasks: %+v", list)
		}
		after, _ := w.due(id, applications.DueStep)
		ends, _ := before.Ends()
		later, _ := after.Ends()
		if !after.Paused || len(after.Counts) != len(before.Counts)+1 || !later.After(ends) {
			t.Errorf("due %v, and with the pause %v: %+v", ends, later, after)
		}
		w.clock.set(civil(t, "2026-06-26T10:00").Add(time.Second))
		_, err := w.book.Retry(t.Context())
		must(t, err)
		list := w.tasks(applications.TasksQuery{Roles: []string{"EXECUTOR"}})
		if len(list) != 1 || list[0].State == applications.TaskPaused || !list[0].Due.Equal(later) {
			t.Errorf("after the pause: %+v, due %v", list, later)
		}
		must(t, w.beside(id, "EXECUTOR", "pause", until("2026-06-29T10:00")))
		must(t, w.beside(id, "EXECUTOR", "resume", map[string]string{}))
		if got := refusedFor(w.beside(id, "EXECUTOR", "resume", map[string]string{})); got != applications.ReasonPosition {
			t.Errorf("resumed twice: %s", got)
		}
		w.walk(id, []act{{Move: w.first(id)}})
	})
	onBoth(t, "2015-04-14T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU3").ID
		if got := refusedFor(w.beside(id, "EXECUTOR", "pause", map[string]string{})); got != applications.ReasonStep {
			t.Errorf("in 2015: %s", got)
		}
	})
}

// first is the first move of where an application stands.
func (w *walker) first(id string) regulation.Move {
	w.t.Helper()
	a := w.app(id)
	c, err := w.book.Case(w.t.Context(), a)
	must(w.t, err)
	return c.Walk.Moves(a.Place())[0]
}

// An application that was handed to another executor is his task, and nobody else's.
func TestReassign(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		id := w.lead("SRA", regulation.Provider, "S-aU3").ID
		must(t, w.beside(id, "HEAD", "reassign", map[string]string{"reason": "Еңбек демалысы.", "person": "Second Executor of OFFICE"}))
		if got := refusedFor(w.enter(id, "EXECUTOR", "S-aU3", "prepared")); got != applications.ReasonAssigned {
			t.Errorf("the first one: %s", got)
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"EXECUTOR"}, Person: "Person of EXECUTOR"}); len(list) != 0 {
			t.Errorf("the first one has %+v", list)
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"EXECUTOR"}, Person: "Second Executor of OFFICE"}); len(list) != 1 || list[0].Application != id {
			t.Errorf("the second one has %+v", list)
		}
	})
}

// Tasks are of a role and a service, overdue first and then by their due times, in pages
// of which none tells an application twice or leaves one out.
func TestTasks(t *testing.T) {
	onBoth(t, "2026-06-22T10:00", func(t *testing.T, w *walker) {
		var ids []string
		for n := range 5 {
			service, step := "SRA", "S-aU3"
			if n%2 == 1 {
				service, step = "TEC", "T-aU3"
			}
			ids = append(ids, w.lead(service, regulation.Provider, step).ID)
			w.clock.advance(24 * time.Hour)
		}
		q := applications.TasksQuery{Roles: []string{"EXECUTOR", "HEAD"}, Limit: 2}
		var seen []applications.Task
		for {
			page := w.tasks(q)
			if len(page) == 0 {
				break
			}
			seen = append(seen, page...)
			q.After = page[len(page)-1].After
		}
		told := map[string]int{}
		for i, task := range seen {
			told[task.Application]++
			if i > 0 && task.Due.Before(seen[i-1].Due) {
				t.Errorf("%v after %v", task.Due, seen[i-1].Due)
			}
			if want := !w.clock.now().Before(task.Due); want != (task.State == applications.TaskOverdue) {
				t.Errorf("due %v is %s", task.Due, task.State)
			}
			if due, ok := w.earliest(task.Application); !ok || !due.Equal(task.Due) {
				t.Errorf("%s is due %v, and is told as %v", task.Application, due, task.Due)
			}
		}
		for _, id := range ids {
			if told[id] != 1 {
				t.Errorf("%s is told %d times", id, told[id])
			}
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"EXECUTOR"}, Services: []string{"TEC"}}); len(list) != 2 || list[0].Service != "TEC" {
			t.Errorf("of TEC: %+v", list)
		}
		if list := w.tasks(applications.TasksQuery{Roles: []string{"AUTH_SIGNER"}}); len(list) != 0 {
			t.Errorf("of the signer: %+v", list)
		}
		if _, err := w.book.Tasks(t.Context(), applications.TasksQuery{Roles: []string{"HEAD"}, After: "nonsense"}); err != applications.ErrCursor {
			t.Errorf("a cursor of nobody: %v", err)
		}
	})
}

// earliest is when the first of what is due of an application is due.
func (w *walker) earliest(id string) (at time.Time, ok bool) {
	w.t.Helper()
	c, err := w.book.Case(w.t.Context(), w.app(id))
	must(w.t, err)
	for _, d := range c.Due() {
		if end, missing := d.Ends(); missing == 0 && (!ok || end.Before(at)) {
			at, ok = end, true
		}
	}
	return at, ok
}
