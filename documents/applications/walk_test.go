package applications_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
	"tamga/documents/rulebook"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// walker lets applications walk ways of the plan through the engine.
type walker struct {
	t     testing.TB
	book  *applications.Book
	clock *clock
	asked int
	// values are what every person writes down; nil for nothing.
	values json.RawMessage
}

func (w *walker) key() string {
	w.asked++
	return fmt.Sprint("walk ", w.asked)
}

// open opens an application.
func (w *walker) open(service string, c regulation.Channel) applications.Application {
	w.t.Helper()
	a, _, err := w.book.Open(w.t.Context(), applications.OpenRequest{
		Client: "portal", IdempotencyKey: w.key(), Service: service, Channel: c, Applicant: museum(),
	})
	must(w.t, err)
	return a
}

// person is who acts in a role.
func person(role string) string { return "Person of " + role }

// request asks for an act on an application as it is, with the document that it issues.
func (w *walker) request(id string, a act) applications.EnterRequest {
	w.t.Helper()
	app, err := w.book.Application(w.t.Context(), id)
	must(w.t, err)
	c, err := w.book.Case(w.t.Context(), app)
	must(w.t, err)
	req := applications.EnterRequest{
		Client: "portal", IdempotencyKey: w.key(), Application: id, Last: len(app.Entries), Failed: a.Failed,
		Act: applications.Act{Actor: applications.Actor{Role: a.Step.Actor, Person: person(a.Step.Actor)}, Step: a.Step.ID, Outcome: a.Exit.On},
	}
	req.Values = w.values
	issues := c.Issues(a.Move)
	if up := c.HandsUp(a.Move); up.Needed {
		issues = up
	}
	if issues.Kind != "" && c.Drafted(a.Move) == nil {
		req.Document = draft(w.t, issues, w.facts(c, a))
		ownMatter(w.t, req.Document, id)
		if k := req.Document.Conclusion; k != nil {
			k.Recognised = a.Exit.On != "no_value"
		}
	}
	if c.Signs(a.Move, req.Actor.Role) {
		w.sign(&req)
	}
	return req
}

// ownMatter makes the result of an application one about a matter of its own: the museum
// applies again and again.
func ownMatter(t testing.TB, d *documents.Draft, id string) {
	t.Helper()
	n, err := strconv.ParseUint(id, 16, 64)
	must(t, err)
	own := func(text documents.Text) documents.Text {
		return documents.Text{KK: fmt.Sprintf("%s (%d)", text.KK, n), RU: fmt.Sprintf("%s (%d)", text.RU, n)}
	}
	switch {
	case d.Licence != nil:
		d.Licence.Activity = own(d.Licence.Activity)
	case d.Approval != nil:
		d.Approval.Monument, d.Approval.MonumentAddress = own(d.Approval.Monument), own(d.Approval.MonumentAddress)
	}
}

// sign signs a request as its person does, with the content in the signature or beside
// it.
func (w *walker) sign(req *applications.EnterRequest) {
	w.t.Helper()
	sign(w.t, w.book, req)
}

func sign(t testing.TB, b *applications.Book, req *applications.EnterRequest) {
	t.Helper()
	act, err := b.ActOf(t.Context(), *req)
	must(t, err)
	key, err := keyOf(req.Actor.Person)
	must(t, err)
	req.Signature, err = signtest.Sign(creation.CMS{Content: act, Claim: true, Detached: len(act)%2 == 0}, key, b.Register.Store.Moment())
	must(t, err)
}

// vote lets as many vote for an outcome as must.
func (w *walker) vote(id string, a act) {
	w.t.Helper()
	if a.Step.Quorum == nil || a.Exit.Votes != "" {
		return
	}
	for _, x := range a.Step.Exits {
		for n := 0; x.Votes == a.Exit.On && n < a.Step.Quorum.Members; n++ {
			req := w.plain(id, a.Step.Actor, a.Step.ID, x.On)
			req.Actor.Person = fmt.Sprintf("Member of COMMISSION %c", 'A'+n)
			w.sign(&req)
			_, _, err := w.book.Enter(w.t.Context(), req)
			must(w.t, err)
		}
	}
}

// facts are what the entries of an application say for a document of a step.
func (w *walker) facts(c applications.Case, a act) facts {
	w.t.Helper()
	var f facts
	for _, e := range c.Entries {
		f.failed = e.Data.Failed
		if e.Document == "" {
			continue
		}
		rec, err := w.book.Register.Document(w.t.Context(), e.Document)
		must(w.t, err)
		if rec.Content.Conclusion != nil {
			f.conclusion = rec.Content
		}
		if n := rec.Content.Notice; n != nil && n.Ground == documents.NoticeHearing {
			f.hearing = rec.Content
		}
	}
	// A hearing is held on the fourth working day, and refuses by what it stands before.
	f.held = c.Days.Add(w.clock.now(), calendar.Term{WorkingDays: 4}).Due.Add(-time.Hour)
	for _, at := range paths.Nearest(c.Walk, a.To, func(m regulation.Move) bool {
		return m.Exit.On != regulation.OutcomeOK || m.Step.Kind != regulation.Condition
	}) {
		if at.Exit.End == regulation.EndRefused {
			f.refuses = at.Step.Notice
		}
	}
	return f
}

// walk lets an application go a way.
func (w *walker) walk(id string, way []act) {
	w.t.Helper()
	for _, a := range way {
		w.clock.advance(time.Second)
		w.vote(id, a)
		req := w.request(id, a)
		if _, _, err := w.book.Enter(w.t.Context(), req); err != nil {
			w.t.Fatalf("application %s, %s %s: %v", id, a.Step.ID, a.Exit.On, err)
		}
		if d := req.Document; d != nil && d.Notice != nil && d.Notice.Hearing != nil {
			w.clock.set(d.Notice.Hearing.HeldAt)
		}
	}
}

// times are when each edition is walked: within its time.
var times = map[string]string{"2012-159": "2013-05-20T10:00", "2014-105-1613": "2015-04-14T10:00", "2026-draft": "2026-06-22T10:00"}

// Every step and every exit of all flows of all editions is walked through the engine,
// breadth-first over the outcomes, as the stored entries tell; every document on the
// way is signed and in force.
func TestWalkEveryExit(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, c := book(t, dsn, civil(t, times["2012-159"]))
		w := &walker{t: t, book: b, clock: c}
		services := map[string]string{} // by application
		whole := law(t)
		for _, e := range whole.Editions() {
			at, ok := times[e.ID]
			if !ok {
				t.Fatalf("edition %s is not walked", e.ID)
			}
			c.set(civil(t, at))
			walks(whole, func(of *regulation.Edition, s *regulation.Service, channel regulation.Channel) {
				if of.ID != e.ID {
					return
				}
				walk, _ := e.Walk(s.Routes[channel])
				for _, way := range paths.Plan(walk) {
					a := w.open(s.ID, channel)
					w.walk(a.ID, way)
					services[a.ID] = e.ID + " " + s.ID + " " + string(channel)
				}
			})
		}
		found := stored(t, b)
		steps, all := 0, 0
		flows := map[string]bool{}
		walks(whole, func(e *regulation.Edition, s *regulation.Service, channel regulation.Channel) {
			walk, _ := e.Walk(s.Routes[channel])
			if left := paths.Missing(walk, found[e.ID+" "+s.ID+" "+walk.Routes()[0].ID]); len(left) > 0 {
				t.Errorf("%s, %s, %s: not walked: %v", e.ID, s.ID, channel, left)
			}
			for _, r := range walk.Routes() {
				flows[r.ID] = true
			}
			did, of := paths.Steps(walk, found[e.ID+" "+s.ID+" "+walk.Routes()[0].ID])
			steps, all = steps+did, all+of
		})
		t.Logf("%d of %d steps walked, by %d applications, on %d flows", steps, all, len(services), len(flows))
		if steps != all {
			t.Errorf("%d of %d steps are walked", steps, all)
		}
		inForce(t, b)
		must(t, b.Register.VerifyLog(t.Context()))
	})
}

// stored are the exits in the entries, by edition, service and route.
func stored(t *testing.T, b *applications.Book) map[string]map[regulation.WalkedExit]bool {
	t.Helper()
	rows, err := b.Register.Store.QueryContext(t.Context(), `
		SELECT a.edition, a.service, a.route, e.step, e.outcome, e.under, e.under_outcome
		FROM application_entries e JOIN applications a ON a.id = e.application`)
	must(t, err)
	defer rows.Close()
	found := map[string]map[regulation.WalkedExit]bool{}
	for rows.Next() {
		var edition, service, route, step, on, under, underOn string
		must(t, rows.Scan(&edition, &service, &route, &step, &on, &under, &underOn))
		e := current(t, b, edition[:len(edition)-len("@")-12])
		if e.Version() != edition {
			t.Fatalf("edition %s", edition)
		}
		key := e.ID + " " + service + " " + route
		if found[key] == nil {
			found[key] = map[regulation.WalkedExit]bool{}
		}
		found[key][regulation.WalkedExit{Step: step, On: on}] = true
		if underOn != "" {
			found[key][regulation.WalkedExit{Step: under, On: underOn}] = true
		}
	}
	must(t, rows.Err())
	return found
}

// inForce checks that every document that an entry names is in force, about the
// application and in no other's entry.
func inForce(t *testing.T, b *applications.Book) {
	t.Helper()
	kinds := map[documents.Kind]int{}
	after := ""
	for {
		list, err := b.List(t.Context(), applications.Chosen{After: after, Limit: 200})
		must(t, err)
		if len(list) == 0 {
			break
		}
		for _, a := range list {
			if a.Ended == "" {
				t.Errorf("application %s has not ended", a.ID)
			}
			for _, e := range a.Entries {
				if e.Document == "" {
					continue
				}
				rec, err := b.Register.Document(t.Context(), e.Document)
				if err != nil || rec.Status != documents.StatusInForce {
					t.Errorf("document %s: %s %v", e.Document, rec.Status, err)
				}
				kinds[rec.Kind]++
			}
		}
		after = list[len(list)-1].ID
	}
	t.Logf("issued: %v", kinds)
	for _, k := range []documents.Kind{
		documents.KindLicence, documents.KindRefusal, documents.KindExportCertificate, documents.KindApproval, documents.KindApplicationCopy,
		documents.KindAcceptance, documents.KindNotice, documents.KindConclusion,
	} {
		if kinds[k] == 0 {
			t.Errorf("no %s was issued", k)
		}
	}
}

// What the stored entries miss is told: an exit that was removed from the data, and the
// refusals of a condition that always answers yes.
func TestWalkTellsWhatIsMissing(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, c := book(t, dsn, civil(t, times["2026-draft"]))
		w := &walker{t: t, book: b, clock: c}
		whole, _ := law(t).Edition("2026-draft")
		sra, _ := whole.Walk("S-U")
		for _, way := range paths.Plan(sra) {
			if slices.ContainsFunc(way, func(a act) bool { return a.OutcomeOf("S-U-c1") == regulation.OutcomeFail }) {
				continue // the condition always answers yes
			}
			w.walk(w.open("SRA", regulation.Provider).ID, way)
		}
		left := paths.Missing(sra, stored(t, b)["2026-draft SRA S-U"])
		if !slices.Contains(left, regulation.WalkedExit{Step: "S-U-c1", On: "fail"}) || slices.Contains(left, regulation.WalkedExit{Step: "S-U-c2", On: "fail"}) {
			t.Errorf("a condition answers yes, and missing are %v", left)
		}
		shipped, err := regulation.Shipped()
		must(t, err)
		heard := shipped[2].Hearing.Steps
		for i := range heard {
			heard[i].Exits = slices.DeleteFunc(heard[i].Exits, func(x regulation.Exit) bool { return x.On == "absent" })
		}
		b.Rulebook = &rulebook.Book{Store: b.Register.Store, Carried: rulebook.Carried{Editions: shipped}}
		broken := current(t, b, "2026-draft")
		less, _ := broken.Walk("S-P")
		for _, way := range paths.Plan(less) {
			w.walk(w.open("SRA", regulation.Portal).ID, way)
		}
		portal, _ := whole.Walk("S-P")
		left = paths.Missing(portal, exits(t, b, "S-P"))
		if want := []regulation.WalkedExit{{Step: "S-aP3-fail-h3", On: "absent"}}; !slices.Equal(left, want) {
			t.Errorf("an exit was removed, and missing are %v, want %v", left, want)
		}
	})
}

// exits are the exits in the entries of the applications on a route.
func exits(t *testing.T, b *applications.Book, route string) map[regulation.WalkedExit]bool {
	t.Helper()
	found := map[regulation.WalkedExit]bool{}
	list, err := b.List(t.Context(), applications.Chosen{Limit: 200})
	must(t, err)
	for _, a := range list {
		if a.Route != route {
			continue
		}
		for _, e := range a.Entries {
			found[regulation.WalkedExit{Step: e.Step, On: e.Outcome}] = true
			if e.UnderOutcome != "" {
				found[regulation.WalkedExit{Step: e.Under, On: e.UnderOutcome}] = true
			}
		}
	}
	return found
}
