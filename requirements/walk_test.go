package requirements_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"tamga/api/walk"
	"tamga/documents"
	"tamga/documents/regulation"
)

// What is read of an application, of its entries and of documents.
type (
	place struct {
		Step   string         `json:"step"`
		Action string         `json:"action"`
		End    regulation.End `json:"end"`
	}
	named struct {
		ID string `json:"id"`
	}
	move struct {
		Step    string   `json:"step"`
		Outcome string   `json:"outcome"`
		By      named    `json:"by"`
		Signs   []string `json:"signs"`
		Issues  string   `json:"issues"`
		Ground  string   `json:"ground"`
		HandsUp string   `json:"hands_up"`
		Drafted bool     `json:"drafted"`
		Needed  bool     `json:"needs_document"`
		To      place    `json:"to"`
	}
	due struct {
		Of          string            `json:"of"`
		Step        string            `json:"step"`
		At          time.Time         `json:"at"`
		Explanation []json.RawMessage `json:"explanation"`
	}
	application struct {
		ID           string         `json:"id"`
		Number       string         `json:"number"`
		RegisteredAt time.Time      `json:"registered_at"`
		Position     place          `json:"position"`
		Due          []due          `json:"due"`
		Next         []move         `json:"next"`
		Ended        regulation.End `json:"ended"`
		Documents    []string       `json:"documents"`
		Last         int            `json:"last"`
	}
	entry struct {
		Step         string           `json:"step"`
		Outcome      string           `json:"outcome"`
		Under        string           `json:"under"`
		UnderOutcome string           `json:"under_outcome"`
		Role         string           `json:"role"`
		Person       string           `json:"person"`
		Failed       regulation.Check `json:"failed"`
		Document     string           `json:"document"`
		TookSeconds  float64          `json:"took_seconds"`
		Norm         *regulation.Norm `json:"norm"`
	}
	document struct {
		Kind   documents.Kind `json:"kind"`
		Status struct {
			Code documents.Status `json:"code"`
		} `json:"status"`
		Content documents.Draft `json:"content"`
	}
)

func written(t testing.TB) walk.Contents {
	t.Helper()
	c, err := walk.Written()
	must(t, err)
	return c
}

func letter() documents.Letter {
	return documents.Letter{
		Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Requisites: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
		Position:   documents.Text{KK: "Төраға", RU: "Председатель"}, Signatory: "Әбдіғали Ж.С.",
	}
}

// opens asks for a new application of the museum, or of whoever is named.
func (o *office) opens(service string, c regulation.Channel, by ...documents.Holder) answer {
	o.t.Helper()
	applicant := written(o.t).Applicant
	if len(by) > 0 {
		applicant = by[0]
	}
	return o.post("/v1/applications", "", map[string]any{
		"service": service, "channel": c, "applicant": filled(o.t, applicant), "form": map[string]string{"text": "Рұқсат беруіңізді сұраймын."},
	})
}

// open opens an application.
func (o *office) open(service string, c regulation.Channel, by ...documents.Holder) application {
	o.t.Helper()
	a := o.opens(service, c, by...)
	if a.status != http.StatusCreated {
		o.t.Fatalf("%s %s: %d %s", service, c, a.status, a.body)
	}
	var app application
	must(o.t, json.Unmarshal(a.body, &app))
	return app
}

func (o *office) app(id string) application {
	o.t.Helper()
	var a application
	o.get("/v1/applications/"+id, &a)
	return a
}

func (o *office) entries(id string) []entry {
	o.t.Helper()
	var all struct {
		Entries []entry `json:"entries"`
	}
	o.get("/v1/applications/"+id+"/entries", &all)
	return all.Entries
}

func (o *office) document(number string) document {
	o.t.Helper()
	var d document
	o.get("/v1/documents/"+number, &d)
	return d
}

// act is what somebody does at a step.
type act struct {
	step, outcome string
	failed        regulation.Check
	role, person  string           // whoever does the step, when empty
	draft         *documents.Draft // what is issued, when it is nothing usual
}

// enter does a step on an application, a second later.
func (o *office) enter(id string, a act) answer {
	o.t.Helper()
	o.clock.Set(o.clock.Now().Add(time.Second))
	before := o.ask(http.MethodGet, "/v1/applications/"+id, o.own(), nil)
	var app application
	must(o.t, json.Unmarshal(before.body, &app))
	body := map[string]any{"step": a.step, "outcome": a.outcome}
	if i := slices.IndexFunc(app.Next, func(m move) bool { return m.Step == a.step && m.Outcome == a.outcome }); i >= 0 {
		if a.role == "" {
			a.role = app.Next[i].By.ID
		}
		m := app.Next[i]
		if m.HandsUp != "" && m.Needed {
			m.Issues = m.HandsUp
		}
		if a.draft == nil && m.Issues != "" && !m.Drafted {
			a.draft = o.draft(app, a, m)
		}
	}
	if a.role == "" {
		_, s := o.step(a.step)
		a.role = s.Actor
	}
	if a.person == "" {
		a.person = "Person of " + a.role
	}
	body["role"], body["person"] = a.role, a.person
	if a.failed != "" {
		body["failed"] = a.failed
	}
	if a.draft != nil {
		body["document"] = filled(o.t, a.draft)
	}
	return o.post("/v1/applications/"+id+"/entries", before.head.Get("ETag"), body)
}

// does does steps that may be done.
func (o *office) does(id string, acts ...act) application {
	o.t.Helper()
	for _, a := range acts {
		o.vote(id, a)
		if got := o.enter(id, a); got.status != http.StatusCreated {
			o.t.Fatalf("%s %s: %d %s", a.step, a.outcome, got.status, got.body)
		}
	}
	return o.app(id)
}

// vote lets as many vote for an outcome as must, before a step ends so.
func (o *office) vote(id string, a act) {
	o.t.Helper()
	_, s := o.step(a.step)
	if s.Quorum == nil {
		return
	}
	for _, x := range s.Exits {
		for n := 0; x.Votes == a.outcome && n < s.Quorum.Members; n++ {
			if got := o.enter(id, act{step: a.step, outcome: x.On, person: fmt.Sprint("Member ", n+1)}); got.status != http.StatusCreated {
				o.t.Fatalf("%s %s: %d %s", a.step, x.On, got.status, got.body)
			}
		}
	}
}

// step finds a step of the law in the edition of today.
func (o *office) step(id string) (*regulation.Edition, *regulation.Step) {
	o.t.Helper()
	for _, e := range o.law.Editions() {
		if !e.InForce(documents.CivilDate(o.clock.Now())) {
			continue
		}
		for i := range e.Routes {
			if s, ok := e.Routes[i].Step(id); ok {
				return e, s
			}
		}
	}
	o.t.Fatalf("there is no step %s", id)
	return nil, nil
}

// lead opens an application and lets it go the shortest way to a step.
func (o *office) lead(service string, c regulation.Channel, step string, by ...documents.Holder) application {
	o.t.Helper()
	return o.leadOn(o.open(service, c, by...), service, c, step)
}

// leadOn lets an application go the shortest way to a step.
func (o *office) leadOn(app application, service string, c regulation.Channel, step string) application {
	o.t.Helper()
	for _, m := range o.way(service, c, app.Position, func(p regulation.Place) bool { return p.Name() == step }) {
		o.does(app.ID, act{step: m.Step.ID, outcome: m.Exit.On})
	}
	return o.app(app.ID)
}

// issue lets an application end with its result.
func (o *office) issue(service string, c regulation.Channel, by ...documents.Holder) application {
	o.t.Helper()
	return o.finish(o.open(service, c, by...), service, c, regulation.EndIssued)
}

// finish lets an application go the shortest way to an end.
func (o *office) finish(app application, service string, c regulation.Channel, end regulation.End) application {
	o.t.Helper()
	for _, m := range o.way(service, c, app.Position, func(p regulation.Place) bool { return p.End == end }) {
		o.does(app.ID, act{step: m.Step.ID, outcome: m.Exit.On})
	}
	return o.app(app.ID)
}

// way is the shortest from a place to one that is wanted.
func (o *office) way(service string, c regulation.Channel, from place, wanted func(regulation.Place) bool) []regulation.Move {
	o.t.Helper()
	e, ok := o.law.InForce(service, documents.CivilDate(o.clock.Now()))
	if !ok {
		o.t.Fatalf("%s is not offered", service)
	}
	s, _ := e.Service(service)
	walk, ok := e.Walk(s.Routes[c])
	if !ok {
		o.t.Fatalf("%s has no route by %s", service, c)
	}
	type path struct {
		at  regulation.Place
		way []regulation.Move
	}
	seen := map[regulation.Place]bool{}
	for queue := []path{{at: regulation.Place{Step: from.Step, Action: from.Action}}}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if wanted(p.at) {
			return p.way
		}
		if seen[p.at] {
			continue
		}
		seen[p.at] = true
		for _, m := range walk.Moves(p.at) {
			queue = append(queue, path{m.To, append(slices.Clone(p.way), m)})
		}
	}
	o.t.Fatalf("no way of %s by %s leads there from %v", service, c, from)
	return nil
}
