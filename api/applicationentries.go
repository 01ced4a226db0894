package api

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
	"tamga/documents/regulation/diagram"
	"tamga/documents/store"
	"tamga/language"
)

// entryRequest asks to write down that a step was done.
type entryRequest struct {
	Step     string            `json:"step"`
	Outcome  string            `json:"outcome"`
	Role     string            `json:"role"`   // in which it is done, or the information system at which
	Person   string            `json:"person"` // who acts
	Failed   regulation.Check  `json:"failed"` // the check by which a condition of several fails
	Values   strictjson.Object `json:"values"`
	Document *documents.Draft  `json:"document"` // that the step issues
	// Signature is that of the person over what POST …/act answers (CMS, attached or
	// detached).
	Signature strictjson.Bytes `json:"signature"`
	// ResultCMS is that of the signer over what POST …/result/prepare answers.
	ResultCMS strictjson.Bytes `json:"result_cms"`
}

// enterStep answers POST /v1/applications/{application}/entries.
func (v *service) enterStep(c echo.Context) error {
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
	req, err := v.askedEntry(c, who, seen)
	if err != nil {
		return err
	}
	req.IdempotencyKey = key
	e, replayed, err := v.Applications.Enter(contextOf(c), req)
	if err != nil {
		return notAllowed(err)
	}
	v.goOn(c, req.Application)
	return v.enteredAnswer(c, req.Application, e, replayed)
}

// askedEntry reads what somebody wants to enter, and whether he may.
func (v *service) askedEntry(c echo.Context, who asker, seen states) (req applications.EnterRequest, err error) {
	var body entryRequest
	if err := v.readJSON(c, &body); err != nil {
		return req, err
	}
	return v.requested(c, asking{who, seen, body})
}

// asking is who asks for an entry, on which state.
type asking struct {
	who  asker
	seen states
	body entryRequest
}

// requested is the entry that somebody asks for who may see the application.
func (v *service) requested(c echo.Context, q asking) (req applications.EnterRequest, err error) {
	who, seen, body := q.who, q.seen, q.body
	a, err := v.askedBy(c, who)
	if err != nil {
		return req, err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return req, err
	}
	actor, err := v.actor(who, kase, body)
	return applications.EnterRequest{
		Client: who.client, Application: a.ID, AnyState: seen.any, Last: seen.lastOf(len(a.Entries)),
		Act:    applications.Act{Actor: actor, Step: body.Step, Outcome: body.Outcome},
		Failed: body.Failed, Values: json.RawMessage(body.Values), Document: body.Document, Signature: body.Signature,
		ResultCMS: body.ResultCMS,
	}, err
}

// applicationMatch is [ifMatch] of an application.
func applicationMatch(c echo.Context) (states, error) {
	seen, err := ifMatch(c)
	if err != nil && len(c.Request().Header.Values("If-Match")) > 0 && err != errNoIfMatch {
		err = applications.ErrChanged
	}
	return seen, err
}

// lastOf is the state that the client says it acts on: of several, the one that the
// application is in; -1 for none that it ever had.
func (s states) lastOf(now int) int {
	for _, last := range s.last {
		if last == now {
			return now
		}
	}
	return -1
}

// enteredView is the body of 201: the entry, and the application with it.
type enteredView struct {
	Entry       entryView       `json:"entry"`
	Application applicationView `json:"application"`
}

func (v *service) enteredAnswer(c echo.Context, id string, e applications.Entry, replayed bool) error {
	v.Log.InfoContext(contextOf(c), "step entered", "trace_id", traceID(c), "application", id,
		"step", e.Step, "outcome", e.Outcome, "seq", e.Seq, "document", e.Document, "replayed", replayed)
	a, err := v.Applications.Application(contextOf(c), id)
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Location", v.applicationLinks(a).Entries)
	h.Set("ETag", applicationTag(a))
	if replayed {
		h.Set("Idempotency-Replayed", "true")
	}
	return personal(c, http.StatusCreated, enteredView{v.entryViewOf(kase, e), v.viewOfCase(kase)})
}

// entryView is an entry, with what it took beside its norm.
type entryView struct {
	Seq          int                  `json:"seq"`
	Step         string               `json:"step"`
	Name         language.Text        `json:"name"` // of the step, or of what was done beside the steps
	OutcomeName  language.Text        `json:"outcome_name,omitzero"`
	RoleName     language.Text        `json:"role_name,omitzero"`
	Outcome      string               `json:"outcome"`
	Under        string               `json:"under,omitempty"`
	UnderOutcome string               `json:"under_outcome,omitempty"`
	Role         string               `json:"role"`
	Person       string               `json:"person"`
	Edition      string               `json:"edition"`
	At           time.Time            `json:"at"`
	Stated       []regulation.Check   `json:"stated,omitempty"`   // what no program has checked
	Found        []applications.Found `json:"found,omitempty"`    // what programs have found out for a condition
	Unsigned     bool                 `json:"unsigned,omitempty"` // the step is one to sign, and nobody did
	Failed       regulation.Check     `json:"failed,omitempty"`
	Waits        string               `json:"waits,omitempty"`
	Values       json.RawMessage      `json:"values,omitempty"`
	Document     string               `json:"document,omitempty"`
	To           positionView         `json:"to"`
	TookSeconds  float64              `json:"took_seconds"`
	Norm         *regulation.Norm     `json:"norm,omitempty"`
	Proof        string               `json:"proof"` // where the proof is that it stands in the log
}

func (v *service) entryViewOf(c applications.Case, e applications.Entry) entryView {
	took, norm := c.Took(e)
	var name language.Text
	if s, ok := c.Walk.Step(e.Step); ok {
		name = s.Name
	} else if b, ok := c.Rules.BesideOf(regulation.BesideAct(e.Step)); ok {
		name = b.Name
	}
	return entryView{
		Name: name, OutcomeName: diagram.Outcome(e.Outcome), RoleName: c.Rules.NameOf(e.Actor.Role),
		Seq: e.Seq, Step: e.Step, Outcome: e.Outcome, Under: e.Under, UnderOutcome: e.UnderOutcome, Role: e.Actor.Role, Person: e.Actor.Person,
		Edition: e.Edition, At: e.At, Stated: e.Data.Stated, Found: e.Data.Found, Unsigned: e.Data.Unsigned, Failed: e.Data.Failed, Waits: e.Data.Waits, Values: e.Data.Values, Document: e.Document,
		To: positionOf(c, e.To), TookSeconds: took.Seconds(), Norm: norm,
		Proof: v.applicationLinks(c.Application).Entries + "/" + strconv.Itoa(e.Seq) + "/proof",
	}
}

// entries answers GET /v1/applications/{application}/entries. The tag is what If-Match
// takes.
func (v *service) entries(c echo.Context) error {
	a, err := v.shown(c, "entries")
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	if unchanged(c, applicationTag(a), "private, no-cache") {
		return c.NoContent(http.StatusNotModified)
	}
	answer := struct {
		ID      string      `json:"id"`
		Number  string      `json:"number,omitempty"`
		Entries []entryView `json:"entries"`
	}{a.ID, a.Number, []entryView{}}
	for _, e := range a.Entries {
		answer.Entries = append(answer.Entries, v.entryViewOf(kase, e))
	}
	return c.JSON(http.StatusOK, answer)
}

// entryProof answers GET /v1/applications/{application}/entries/{seq}/proof: that the
// entry stands in the log of the register.
func (v *service) entryProof(c echo.Context) error {
	a, _, err := v.asked(c)
	if err != nil {
		return err
	}
	seq, err := strconv.Atoi(c.Param("seq"))
	if err != nil || seq < 1 || seq > len(a.Entries) {
		return errNoRoute
	}
	a.Entries = a.Entries[:seq]
	proof, err := v.Applications.Prove(contextOf(c), a)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, proof)
}
