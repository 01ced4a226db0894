package site

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"tamga/language"
	"tamga/language/words"
)

func (s *Site) applyRoutes() map[string]page {
	const one = "/cabinet/applications/{application}"
	return map[string]page{
		"GET /cabinet/apply/{service}":                 inside((*visit).applyPage),
		"POST /cabinet/apply/{service}":                inside((*visit).apply),
		"GET " + one + "/form":                         inside((*visit).formPage),
		"POST " + one + "/form":                        inside((*visit).keepForm),
		"GET " + one + "/files":                        inside((*visit).filesPage),
		"POST " + one + "/files":                       inside((*visit).attach),
		"GET " + one + "/files/{attachment}":           inside((*visit).attachedFile),
		"POST " + one + "/files/{attachment}/take-out": inside((*visit).detach),
		"GET " + one + "/payment":                      inside((*visit).paymentPage),
		"POST " + one + "/payment":                     inside((*visit).askBill),
		"GET " + one + "/gateway":                      inside((*visit).gatewayPage),
		"POST " + one + "/gateway":                     inside((*visit).pay),
		"POST " + one + "/ready":                       inside((*visit).ready),
		"GET " + one + "/sign":                         inside((*visit).signPage),
		"POST " + one + "/sign":                        inside((*visit).signStep),
	}
}

// actingFor is for whom somebody may apply.
type actingFor struct {
	Value  string // of the choice: "self", "organisation", or "power-" with the id of a power of attorney
	Name   language.Text
	Ground string // a key of words
	Signs  bool
}

// applyView is the page on which an application begins.
type applyView struct {
	Errors  []Wrong
	Service offered
	For     []actingFor
	Chosen  string
	Number  string // of whoever gave a power of attorney
	Name    string // of the organisation
	Address string
	From    string // the application whose form is taken
	Once    string
}

func (v *visit) applyPage() error {
	s, err := v.service(v.r.PathValue("service"))
	if err != nil {
		return err
	}
	view := applyView{Service: s, Chosen: "self", Once: newTrace(), From: v.r.URL.Query().Get("from")}
	if before, err := v.lastFor(func(a application) bool { return a.Applicant.Legal != nil }); err != nil {
		return err
	} else if before != nil {
		view.Name, view.Address = before.Applicant.Legal.Name.KK, before.Applicant.Legal.Address.KK
	}
	if view.From != "" {
		if before, err := v.earlier(view.From); err != nil {
			return err
		} else if before.Applicant.Legal != nil {
			view.Chosen = "organisation"
		}
	}
	return v.showApply(http.StatusOK, view)
}

func (v *visit) showApply(status int, view applyView) error {
	for _, a := range v.who.ActsFor {
		one := actingFor{Name: a.Name.Text(), Ground: "cabinet.ground_" + a.Ground, Signs: slices.Contains(a.May, "sign")}
		switch {
		case a.Ground == "self":
			one.Value = "self"
		case a.BIN != "":
			one.Value, one.Name = "organisation", same(a.BIN)
		default:
			one.Value = "power-" + a.Power
		}
		view.For = append(view.For, one)
	}
	return v.show(status, "apply", view)
}

// earlier is an application of the cabinet from which another takes what it can.
func (v *visit) earlier(id string) (application, error) {
	var a application
	name, err := segment(id)
	if err == nil {
		err = v.get("/v1/applications/"+name, &a)
	}
	return a, err
}

// lastFor is the last application of the cabinet of which something holds; nil for none.
func (v *visit) lastFor(holds func(application) bool) (*application, error) {
	var answer struct {
		Applications []application `json:"applications"`
	}
	if err := v.get("/v1/me/applications?limit=200", &answer); err != nil {
		return nil, err
	}
	for _, a := range slices.Backward(answer.Applications) {
		if holds(a) {
			return &a, nil
		}
	}
	return nil, nil
}

// apply opens an application, signs in on it as its route has it, and goes on to its form.
func (v *visit) apply() error {
	s, err := v.service(v.r.PathValue("service"))
	if err != nil {
		return err
	}
	view := applyView{
		Service: s, Chosen: v.form.Get("for"), Number: v.form.Get("number"), Name: v.form.Get("name"), Address: v.form.Get("address"),
		From: v.form.Get("from"), Once: v.form.Get("once"),
	}
	h, wrong := v.holderOf(view)
	if wrong != nil {
		view.Errors = wrong
		return v.showApply(http.StatusUnprocessableEntity, view)
	}
	form, err := v.begun(s, view.From)
	if err != nil {
		return err
	}
	var a application
	body := map[string]any{"service": s.ID, "channel": "portal", "applicant": h}
	if len(form) > 0 {
		body["form"] = form
	}
	err = v.ask(question{Method: http.MethodPost, Path: "/v1/applications", Body: body, Key: view.Once}, &a)
	if err == nil {
		a, err = v.signsInOn(a, view.Once)
	}
	if err != nil {
		if view.Errors, err = wrongs(err); err != nil {
			return err
		}
		return v.showApply(http.StatusUnprocessableEntity, view)
	}
	if a.Ended != "" {
		return v.seeOther(a.Path())
	}
	return v.seeOther(a.Path() + "/form")
}

// signsInOn does the steps of an application before its form: whoever has signed in has
// done them.
func (v *visit) signsInOn(a application, once string) (application, error) {
	if a.Last > 0 {
		return a, nil
	}
	for _, m := range a.Next {
		if m.By.ID == applicantRole && !m.signedBy(applicantRole) && slices.Contains(m.To.Checks, "login") {
			return v.enter(a, deedOf{Step: m.Step, Outcome: m.Outcome}, once+"-in")
		}
	}
	return a, nil
}

// holderOf is for whom is applied.
func (v *visit) holderOf(view applyView) (h holder, wrong []Wrong) {
	switch chosen := view.Chosen; {
	case chosen == "self":
		own := v.who.Session.Person.Natural
		return holder{Natural: &own}, nil
	case chosen == "organisation":
		for _, field := range []string{"name", "address"} {
			if strings.TrimSpace(v.form.Get(field)) == "" {
				wrong = append(wrong, v.missing(field))
			}
		}
		return holder{Legal: &legal{Name: samePaper(view.Name), Address: samePaper(view.Address), BIN: v.who.Session.BIN}}, wrong
	case strings.HasPrefix(chosen, "power-"):
		return v.principal(view)
	}
	return h, []Wrong{v.missing("for-self")}
}

// principal is whoever gave a power of attorney; his number is known to who has it.
func (v *visit) principal(view applyView) (h holder, wrong []Wrong) {
	if view.Number == "" {
		return h, []Wrong{v.missing("number")}
	}
	for _, a := range v.who.ActsFor {
		if view.Chosen != "power-"+a.Power {
			continue
		}
		const birth = 4 // the digit that no BIN shares with an IIN: the tens of the day of birth
		if len(view.Number) > birth && view.Number[birth] > '3' {
			return holder{Legal: &legal{Name: a.Name, Address: samePaper(view.Address), BIN: view.Number}}, nil
		}
		parts := append(strings.Fields(a.Name.KK), "", "", "")
		return holder{Natural: &natural{Surname: parts[0], GivenName: parts[1], Patronymic: parts[2], IIN: view.Number}}, nil
	}
	return h, []Wrong{v.missing("for-self")}
}

// begun is the form of a new application: what an earlier one of the service has, or the
// contacts of the last.
func (v *visit) begun(s offered, from string) (map[string]any, error) {
	before := &application{}
	var err error
	if from != "" {
		*before, err = v.earlier(from)
	} else {
		before, err = v.lastFor(func(a application) bool { return len(a.Form) > 0 })
	}
	form := map[string]any{}
	if err != nil || before == nil {
		return form, err
	}
	for _, f := range s.Form {
		personal := slices.Contains([]string{"address", "phone", "email"}, f.ID)
		if text, ok := before.Form[f.ID].(string); ok && (from != "" || personal) {
			form[f.ID] = text
		}
	}
	return form, nil
}

// changedSince says that an application has changed since its page was made.
func (v *visit) changedSince(err error) []Wrong {
	var p *Problem
	if errors.As(err, &p) && p.Status == http.StatusPreconditionFailed {
		return []Wrong{{Text: words.Of("cabinet.changed").In(v.lang)}}
	}
	return nil
}
