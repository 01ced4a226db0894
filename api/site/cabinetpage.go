package site

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"tamga/language"
)

// entry is a step that was done on an application.
type entry struct {
	Seq         int           `json:"seq"`
	Step        string        `json:"step"`
	Name        language.Text `json:"name"`
	Outcome     string        `json:"outcome"`
	OutcomeName language.Text `json:"outcome_name"`
	Role        string        `json:"role"`
	RoleName    language.Text `json:"role_name"`
	Person      string        `json:"person"`
	At          moment        `json:"at"`
	Document    string        `json:"document"`
	Failed      string        `json:"failed"`
	Found       []struct {
		Check    string `json:"check"`
		Holds    bool   `json:"holds"`
		Evidence struct {
			Detail string `json:"detail"`
		} `json:"evidence"`
	} `json:"found"`
	Values json.RawMessage `json:"values"`
}

// fact is one of the three facts that are asked of the certificate of an applicant.
type fact struct {
	Name  string // a key of words
	Told  bool   // whether it could be told
	Holds bool
	Mend  string // what to do, a key of words
}

// threeFacts are the checks of the condition, with the ends of their keys of words. It is
// read only.
var threeFacts = []struct{ check, key string }{{"signature.period", "period"}, {"signature.revoked", "revoked"}, {"signature.identity", "identity"}}

// facts are the three facts as a condition of an application has found them last; nil where
// none has.
func facts(entries []entry) (all []fact) {
	for _, e := range entries {
		found := map[string]bool{}
		for _, f := range e.Found {
			found[f.Check] = f.Holds
		}
		var here []fact
		for _, f := range threeFacts {
			holds, told := found[f.check]
			here = append(here, fact{"cabinet.fact_" + f.key, told, holds, "cabinet.mend_" + f.key})
		}
		if slices.ContainsFunc(here, func(f fact) bool { return f.Told }) {
			all = here
		}
	}
	return all
}

// waitKeys are likewise the ends of the keys for what is waited for. It is read only.
var waitKeys = map[string]string{
	"payment": "payment", "person known": "person", "signature.period": "signature", "signature.revoked": "signature",
	"signature.identity": "signature", "document": "document",
}

// waitFor is what an application waits for, in plain words.
type waitFor struct {
	Key    string // of words
	Since  moment
	NextAt moment
	ByHand bool
}

func (a application) waitsFor() []waitFor {
	var all []waitFor
	for _, w := range a.Waits {
		key := waitKeys[w.Check]
		if key == "" {
			key = "step"
		}
		all = append(all, waitFor{"cabinet.wait_" + key, w.Since, w.NextAt, w.ByHand})
	}
	return all
}

// consentState is how a consent stands.
type consentState struct {
	State string `json:"state"`
	Text  []byte `json:"text"`
	Until moment `json:"until"`
}

// applicationPageView is the page of an application.
type applicationPageView struct {
	application
	Errors      []Wrong
	Tasks       []task // of a draft
	Entries     []entry
	Documents   []issued
	Attachments []attachment
	Facts       []fact
	WaitsFor    []waitFor
	Consent     *consentState
	Asked       bool // the questionnaire may be answered
	Renewable   bool
	Filled      []input
}

func (v *visit) applicationPage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	return v.showApplication(http.StatusOK, a, nil)
}

func (v *visit) showApplication(status int, a application, wrong []Wrong) error {
	view := applicationPageView{application: a, Errors: wrong, WaitsFor: a.waitsFor()}
	var entries struct {
		Entries []entry `json:"entries"`
	}
	var documents struct {
		Documents []issued `json:"documents"`
	}
	if err := errors.Join(v.get(a.of("/entries"), &entries), v.get(a.of("/documents"), &documents)); err != nil {
		return err
	}
	var err error
	if view.Attachments, err = v.attachments(a); err != nil {
		return err
	}
	view.Entries, view.Documents, view.Facts = entries.Entries, documents.Documents, facts(entries.Entries)
	if view.Consent, err = v.consentOf(a); err != nil {
		return err
	}
	if a.Draft() {
		if view.Tasks, err = v.tasks(a, view.Attachments); err != nil {
			return err
		}
	}
	s, err := v.service(a.Service.ID)
	if err != nil && !errors.Is(err, errNotFound) {
		return err
	}
	view.Filled = v.filled(a, s)
	view.Asked = a.Ended == "issued" || a.Ended == "refused"
	view.Renewable = a.Ended != "" && a.Channel == "portal"
	return v.show(status, "application", view, broad)
}

// consentOf is the consent that an application asks for; nil for none.
func (v *visit) consentOf(a application) (*consentState, error) {
	var c consentState
	err := v.get(a.of("/consent"), &c)
	var p *Problem
	if errors.As(err, &p) && p.Status == http.StatusNotFound {
		return nil, nil
	}
	return &c, err
}

func (v *visit) applicationDiagram() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	query := "?language=" + string(v.lang)
	if v.r.URL.Query().Get("route") == "actions" {
		query += "&route=actions"
	}
	return v.pass(question{Path: a.of("/diagram.svg" + query)})
}

func (v *visit) resultFile() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	name, err := segment(v.r.PathValue("doc"))
	if err != nil {
		return err
	}
	return v.pass(question{Path: a.of("/documents/" + name)})
}

// tryAgain has the systems ask again now what an application waits for.
func (v *visit) tryAgain() error {
	a, err := v.application()
	if err == nil {
		err = v.ask(question{Method: http.MethodPost, Path: a.of("/advance")}, nil)
	}
	if err != nil {
		return err
	}
	return v.seeOther(a.Path())
}

// deedOf is a step that somebody wants to do, as POST …/entries takes it.
type deedOf struct {
	Step      string         `json:"step"`
	Outcome   string         `json:"outcome"`
	Role      string         `json:"role,omitempty"`
	Failed    string         `json:"failed,omitempty"`
	Values    map[string]any `json:"values,omitempty"`
	Document  map[string]any `json:"document,omitempty"`
	Signature []byte         `json:"signature,omitempty"`
	ResultCMS []byte         `json:"result_cms,omitempty"`
}

// match is the If-Match for a state of an application.
func match(last int) string { return `"n-` + strconv.Itoa(last) + `"` }

// toSign is what is signed for a deed on an application as it is.
func (v *visit) toSign(a application, d deedOf) ([]byte, error) {
	var act struct {
		Text []byte `json:"text"`
	}
	err := v.ask(question{Method: http.MethodPost, Path: a.of("/act"), Body: d, Match: match(a.Last)}, &act)
	return act.Text, err
}

// enter does a deed on the state that somebody has seen, under the key of his form, and
// returns the application after it.
func (v *visit) enter(a application, d deedOf, once string) (application, error) {
	var done struct {
		Application application `json:"application"`
	}
	err := v.ask(question{Method: http.MethodPost, Path: a.of("/entries"), Body: d, Match: match(a.Last), Key: once}, &done)
	return done.Application, err
}

// seen is the state of an application that the form was made for.
func (v *visit) seen(a application) application {
	if last, err := strconv.Atoi(v.form.Get("last")); err == nil {
		a.Last = last
	}
	return a
}

// filled are the fields of the form with what was filled in, in words.
func (v *visit) filled(a application, s offered) []input {
	var all []input
	for _, f := range s.asksOf(a.Applicant) {
		one := input{formField: f}
		one.Value, _ = a.Form[f.ID].(string)
		for _, c := range append(slices.Clone(f.Choices), s.Subtypes...) {
			if c.ID == one.Value {
				one.Value = c.Name.In(v.lang)
			}
		}
		if one.Value != "" {
			all = append(all, one)
		}
	}
	return all
}
