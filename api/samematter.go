package api

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/people"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// twinView is what else the same party has pending or in force about the same matter,
// beside the application that is shown.
type twinView struct {
	Name      string         `json:"name"` // what a decision names it by
	Number    string         `json:"number,omitempty"`
	Kind      documents.Kind `json:"kind"`
	Service   *namedView     `json:"service,omitempty"`
	Status    string         `json:"status"` // where an application stands, or how a document does
	Since     time.Time      `json:"since"`
	Elsewhere bool           `json:"issued_elsewhere,omitempty"`
	Same      []comparedView `json:"same"`
	Differs   []comparedView `json:"differs"`
	Decided   *decidedView   `json:"decided,omitempty"` // nothing yet
	Link      string         `json:"link"`
}

// comparedView is in what two agree or differ, as each has written it.
type comparedView struct {
	ID    string        `json:"id"`
	Name  language.Text `json:"name"`
	Here  []string      `json:"here"`
	There []string      `json:"there"`
}

// decidedView is what was decided on the same matter.
type decidedView struct {
	Seq      int       `json:"seq"`
	Decision string    `json:"decision"`
	Reason   string    `json:"reason"`
	Ground   string    `json:"ground,omitempty"`
	Role     string    `json:"role"`
	Person   string    `json:"person"`
	At       time.Time `json:"at"`
}

// decides reports whether somebody is told of the same matter: a program that may enter
// steps, and a person with a duty that serves the application. The applicant is not.
func (v *service) decides(c echo.Context, who asker, kase applications.Case) bool {
	if !who.isPerson() {
		_, err := v.authorise(c, store.ScopeEnter)
		return err == nil
	}
	return slices.ContainsFunc(who.duties, func(d people.Duty) bool { return serves(kase, d) })
}

// sameMatter is what an official is shown beside an application.
func (v *service) sameMatter(c echo.Context, who asker, a applications.Application) ([]twinView, error) {
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil || !v.decides(c, who, kase) {
		return nil, err
	}
	twins, err := v.Applications.Twins(contextOf(c), kase)
	if err != nil {
		return nil, err
	}
	var all []twinView
	for _, t := range twins {
		if err := v.lookedBeside(c, who, t); err != nil {
			return nil, err
		}
		all = append(all, v.twinViewOf(kase, t))
	}
	return all, nil
}

// lookedBeside writes down that an official is shown what another application says of the
// same matter.
func (v *service) lookedBeside(c echo.Context, who asker, t applications.Twin) error {
	if t.Kind != documents.KindApplication {
		return nil
	}
	other, err := v.Applications.Application(contextOf(c), t.Name)
	if err != nil {
		return err
	}
	return v.visited(c, other, who, "same_matter")
}

func (v *service) twinViewOf(c applications.Case, t applications.Twin) twinView {
	view := twinView{
		Name: t.Name, Number: t.Number, Kind: t.Kind, Status: t.Status, Since: t.Since, Elsewhere: t.Elsewhere,
		Same: comparedViews(t.Same), Differs: comparedViews(t.Differs), Link: v.BaseURL + "/v1/documents/" + t.Name,
	}
	if t.Kind == documents.KindApplication {
		view.Link = v.BaseURL + "/v1/applications/" + t.Name
		if s, ok := c.Rules.Service(t.Service); ok {
			view.Service = &namedView{s.ID, s.Name}
		}
	}
	if d := t.Decided; d != nil {
		view.Decided = &decidedView{d.Seq, d.Outcome, d.Reason, d.Ground, d.Actor.Role, d.Actor.Person, d.At}
	}
	return view
}

func comparedViews(all []applications.Compared) []comparedView {
	views := []comparedView{}
	for _, one := range all {
		views = append(views, comparedView{one.Test, one.Name, slices.Concat([]string{}, one.Here), slices.Concat([]string{}, one.There)})
	}
	return views
}

// undecided counts what nobody has decided on.
func (v *service) undecided(c echo.Context, kase applications.Case) (n int, err error) {
	twins, err := v.Applications.Twins(contextOf(c), kase)
	for _, t := range twins {
		if t.Decided == nil {
			n++
		}
	}
	return n, err
}

// twinNames name what is shown beside an application, and how it stands.
func twinNames(all []twinView) []string {
	var names []string
	for _, t := range all {
		names = append(names, fmt.Sprintf("%s %s %s", t.Name, t.Number, t.Status))
	}
	return names
}

// sameMatterRequest decides on the same matter.
type sameMatterRequest struct {
	Decision   string           `json:"decision"` // goes_on, refuse or withdraw
	Reason     string           `json:"reason"`
	Considered []string         `json:"considered"` // the names of all that is shown beside the application
	Ground     string           `json:"ground"`     // of the refusal that it leads to
	Role       string           `json:"role"`
	Person     string           `json:"person"`
	Signature  strictjson.Bytes `json:"signature"` // over what POST …/act answers for the same step, outcome and values
}

// decideSameMatter answers POST /v1/applications/{application}/same-matter: what is
// decided on what else the party has about the same matter. It is an entry.
func (v *service) decideSameMatter(c echo.Context) error {
	who, err := v.asker(c, store.ScopeEnter)
	if err != nil {
		return err
	}
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	seen, err := applicationMatch(c)
	if err != nil {
		return err
	}
	var body sameMatterRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	values, err := body.values()
	if err != nil {
		return err
	}
	req, err := v.requested(c, asking{who, seen, entryRequest{
		Step: string(regulation.SameMatter), Outcome: body.Decision, Role: body.Role, Person: body.Person, Values: values, Signature: body.Signature,
	}})
	if err != nil {
		return err
	}
	req.IdempotencyKey = key
	e, replayed, err := v.Applications.Enter(contextOf(c), req)
	if err != nil {
		return notAllowed(err)
	}
	return v.enteredAnswer(c, req.Application, e, replayed)
}

// values are what the entry of a decision says.
func (r sameMatterRequest) values() (strictjson.Object, error) {
	said := map[string]any{"reason": r.Reason, "considered": r.Considered}
	if r.Ground != "" {
		said["ground"] = r.Ground
	}
	raw, err := json.Marshal(said)
	return strictjson.Object(raw), err
}
