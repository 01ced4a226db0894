package api

import (
	"encoding/json"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
	"tamga/documents/regulation/diagram"
	"tamga/language"
)

// applicationView is an application for whom it concerns: where it stands, until when
// it must go on and how that was counted, and who may do what next.
type applicationView struct {
	ID           string             `json:"id"`
	Number       string             `json:"number,omitempty"` // given by the registration
	Edition      string             `json:"edition"`
	Service      namedView          `json:"service"`
	Channel      regulation.Channel `json:"channel"`
	Route        string             `json:"route"`
	Applicant    documents.Holder   `json:"applicant"`
	Form         json.RawMessage    `json:"form,omitempty"`
	OpenedAt     time.Time          `json:"opened_at"`
	RegisteredAt time.Time          `json:"registered_at,omitzero"`
	Position     positionView       `json:"position"`
	Due          []dueView          `json:"due"`
	Next         []moveView         `json:"next"`            // what may be done now, and by whom
	Waits        []waitView         `json:"waits,omitempty"` // what no program could tell or make yet
	Ended        regulation.End     `json:"ended,omitempty"`
	Documents    []string           `json:"documents,omitempty"`   // numbers, in the order of the entries
	SameMatter   []twinView         `json:"same_matter,omitempty"` // to officials: what else the party has about the same
	Last         int                `json:"last"`                  // the number of the last entry
	Links        applicationLinks   `json:"links"`
}

// namedView is something of the rules with its name.
type namedView struct {
	ID   string        `json:"id"`
	Name language.Text `json:"name"`
}

// positionView is where an application stands.
type positionView struct {
	Step   string         `json:"step,omitempty"` // of the information systems
	Action string         `json:"action,omitempty"`
	End    regulation.End `json:"end,omitempty"`
	Name   *language.Text `json:"name,omitempty"`
	// Checks are what a condition asks that stands there.
	Checks []regulation.Check `json:"checks,omitempty"`
}

// dueView is until when something must be done, and how that was counted.
type dueView struct {
	Of          applications.DueOf `json:"of"`
	Step        string             `json:"step,omitempty"`
	At          time.Time          `json:"at,omitzero"`
	MissingYear int                `json:"missing_year,omitempty"` // whose calendar is not entered
	Overdue     bool               `json:"overdue,omitempty"`
	How         []calendar.Count   `json:"how"` // one term after another, day by day
	Explanation []language.Text    `json:"explanation"`
}

// waitView is why an application waits, and until when.
type waitView struct {
	Step     string           `json:"step"`
	Check    regulation.Check `json:"check"` // or "document": one that cannot be made yet
	Reason   string           `json:"reason"`
	ByHand   bool             `json:"by_hand,omitempty"` // an official enters the answer
	Since    time.Time        `json:"since"`
	NextAt   time.Time        `json:"next_at"` // of the next attempt
	Attempts int              `json:"attempts"`
}

// moveView is one thing that may be done.
type moveView struct {
	Step         string             `json:"step"`
	Under        string             `json:"under,omitempty"` // the step of the systems that it performs
	Name         language.Text      `json:"name"`
	By           namedView          `json:"by"`
	Outcome      string             `json:"outcome"`
	OutcomeName  language.Text      `json:"outcome_name"`
	Checks       []regulation.Check `json:"checks,omitempty"`
	Signs        []string           `json:"signs,omitempty"` // the roles of which one signs here
	Issues       string             `json:"issues,omitempty"`
	Ground       string             `json:"ground,omitempty"`
	HandsUp      string             `json:"hands_up,omitempty"`       // the kind of document whose content goes to whoever signs it next
	Drafted      bool               `json:"drafted,omitempty"`        // the content of what is issued was handed up
	NeedsContent bool               `json:"needs_document,omitempty"` // it is not done without the content, in the request
	To           positionView       `json:"to"`
}

type applicationLinks struct {
	Self    string `json:"self"`
	Entries string `json:"entries"`
	Diagram string `json:"diagram"`
	// What the applicant was told, and who looked at his data.
	Messages string `json:"messages"`
	Looks    string `json:"looks"`
}

// applicationName is how an application is called in addresses: by its number, once it
// has one.
func applicationName(a applications.Application) string {
	if a.Number != "" {
		return a.Number
	}
	return a.ID
}

func (v *service) applicationLinks(a applications.Application) applicationLinks {
	self := v.BaseURL + "/v1/applications/" + applicationName(a)
	return applicationLinks{Self: self, Entries: self + "/entries", Diagram: self + "/diagram.svg", Messages: self + "/messages", Looks: self + "/looks"}
}

// viewed returns the view of an application under its rules.
func (v *service) viewed(c echo.Context, a applications.Application) (applicationView, error) {
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return applicationView{}, err
	}
	return v.viewOfCase(kase), nil
}

func (v *service) viewOfCase(c applications.Case) applicationView {
	service, _ := c.Rules.Service(c.Service) // there when the case was made
	view := applicationView{
		ID: c.ID, Number: c.Number, Edition: c.Edition, Service: namedView{service.ID, service.Name}, Route: c.Route,
		Channel: channelOf(service, c.Route), Applicant: c.Applicant, Form: c.Form, OpenedAt: c.OpenedAt, RegisteredAt: c.RegisteredAt,
		Position: positionOf(c, c.Place()), Due: []dueView{}, Next: []moveView{}, Ended: c.Ended, Last: len(c.Entries), Links: v.applicationLinks(c.Application),
	}
	for _, d := range c.Due() {
		view.Due = append(view.Due, v.dueViewOf(d))
	}
	for _, m := range c.Walk.Moves(c.Place()) {
		view.Next = append(view.Next, moveOf(c, m))
	}
	for _, w := range c.Waits {
		view.Waits = append(view.Waits, waitView{w.Step, w.Asked, w.Reason, w.ByHand, w.Since, w.NextAt, w.Attempts})
	}
	for _, e := range c.Entries {
		if e.Document != "" {
			view.Documents = append(view.Documents, e.Document)
		}
	}
	return view
}

// channelOf returns the channel by which a service is asked for on a route.
func channelOf(s *regulation.Service, route string) regulation.Channel {
	for channel, r := range s.Routes {
		if r == route {
			return channel
		}
	}
	return ""
}

// positionOf says a place; the beginning and ends have no step to name.
func positionOf(c applications.Case, p regulation.Place) positionView {
	view := positionView{Step: p.Step, Action: p.Action, End: p.End}
	if s, ok := c.Walk.Step(p.Name()); ok {
		view.Name, view.Checks = &s.Name, s.Checks
	}
	return view
}

func (v *service) dueViewOf(d applications.Due) dueView {
	view := dueView{Of: d.Of, Step: d.Step, How: d.Counts, Explanation: []language.Text{}}
	view.At, view.MissingYear = d.Ends()
	view.Overdue = !view.At.IsZero() && v.now().After(view.At)
	for _, n := range d.Counts {
		view.Explanation = append(view.Explanation, n.Explain()...)
	}
	return view
}

func moveOf(c applications.Case, m regulation.Move) moveView {
	issues, up := c.Issues(m), c.HandsUp(m)
	drafted := c.Drafted(m) != nil
	view := moveView{
		Step: m.Step.ID, Name: m.Step.Name, By: namedView{m.Step.Actor, c.Rules.NameOf(m.Step.Actor)},
		Outcome: m.Exit.On, OutcomeName: diagram.Outcome(m.Exit.On), Checks: m.Step.Checks, Signs: m.Step.Signs,
		Issues: string(issues.Kind), Ground: issues.Ground, HandsUp: string(up.Kind), Drafted: drafted,
		NeedsContent: up.Needed || issues.Needed && !drafted, To: positionOf(c, m.To),
	}
	if m.Under != nil {
		view.Under = m.Under.ID
	}
	return view
}
