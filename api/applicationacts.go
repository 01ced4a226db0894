package api

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents/applications"
	"tamga/documents/store"
	"tamga/signing"
)

// actText answers POST /v1/applications/{application}/act: what a person signs before the
// entry that the body asks for. Nothing is entered.
func (v *service) actText(c echo.Context) error {
	who, err := v.asker(c, store.ScopeEnter)
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
	req.IdempotencyKey = "act" // of a request that is not kept
	text, err := v.Applications.ActOf(contextOf(c), req)
	if err != nil {
		return notAllowed(err)
	}
	return personal(c, http.StatusOK, struct {
		Text []byte `json:"text"` // in base64; what is signed
	}{text})
}

// goOn lets the systems do their steps after an entry. What fails is tried again, and
// takes nothing back.
func (v *service) goOn(c echo.Context, application string) {
	if v.Applications.Ask == nil {
		return
	}
	if _, err := v.Applications.Advance(contextOf(c), application); err != nil {
		v.Log.WarnContext(contextOf(c), "the systems have not gone on", "trace_id", traceID(c), "application", application, "error", store.Reason(err))
	}
}

// advanceApplication answers POST /v1/applications/{application}/advance: the systems try
// again now what an application waits for.
func (v *service) advanceApplication(c echo.Context) error {
	a, err := v.shown(c, "application")
	if err != nil {
		return err
	}
	if _, err := v.Applications.Advance(contextOf(c), a.ID); err != nil {
		return err
	}
	if a, err = v.Applications.Application(contextOf(c), a.ID); err != nil {
		return err
	}
	view, err := v.viewed(c, a)
	if err != nil {
		return err
	}
	c.Response().Header().Set("ETag", applicationTag(a))
	return personal(c, http.StatusOK, view)
}

// signatureView is what a person has signed with an entry.
type signatureView struct {
	Act     []byte           `json:"act"` // in base64, as the CMS
	CMS     []byte           `json:"cms"`
	Verdict *signing.Verdict `json:"verdict"`
	At      time.Time        `json:"at"`
}

// entrySignature answers GET /v1/applications/{application}/entries/{seq}/signature.
func (v *service) entrySignature(c echo.Context) error {
	a, err := v.shown(c, "signature")
	if err != nil {
		return err
	}
	seq, err := strconv.Atoi(c.Param("seq"))
	if err != nil || seq < 1 || seq > len(a.Entries) {
		return errNoRoute
	}
	all, err := v.Applications.Signatures(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Entry == a.Entries[seq-1].ID {
			return personal(c, http.StatusOK, signatureView{s.Act, s.CMS, s.Verdict, s.At})
		}
	}
	return errNoRoute
}

// taskView is what somebody has to do, until when, and how that was counted.
type taskView struct {
	Application string                 `json:"application"`
	Number      string                 `json:"number,omitempty"`
	Service     namedView              `json:"service"`
	Step        namedView              `json:"step"`
	Role        namedView              `json:"role"`
	Handed      bool                   `json:"handed_to_you,omitempty"`
	Since       time.Time              `json:"since"`
	DueAt       time.Time              `json:"due_at,omitzero"`
	Due         []dueView              `json:"due"`
	PausedUntil time.Time              `json:"paused_until,omitzero"`
	State       applications.TaskState `json:"state"`
	// SameMatter is how many of what else the party has about the same matter nobody has
	// decided on.
	SameMatter int              `json:"same_matter_undecided,omitempty"`
	Links      applicationLinks `json:"links"`
}

// tasks answers GET /v1/tasks: what the person who is signed in has to do in the roles of
// his duties, what is overdue first.
func (v *service) tasks(c echo.Context) error {
	if _, err := v.signedIn(c); err != nil {
		return err
	}
	who, err := v.asker(c, "")
	if err != nil {
		return err
	}
	limit, err := limitOf(c)
	if err != nil {
		return err
	}
	q := applications.TasksQuery{Person: who.person.ID, After: c.QueryParam("after"), Limit: limit}
	chosen := c.QueryParam("role")
	for _, d := range who.duties {
		if !slices.Contains(q.Roles, d.Role) && (chosen == "" || chosen == d.Role) { // which he may have at several providers
			q.Roles = append(q.Roles, d.Role)
		}
	}
	if service := c.QueryParam("service"); service != "" {
		q.Services = []string{service}
	}
	answer := struct {
		Tasks []taskView `json:"tasks"`
		Next  string     `json:"next,omitempty"`
	}{Tasks: []taskView{}}
	list, err := v.Applications.Tasks(contextOf(c), q)
	if err != nil {
		return err
	}
	for _, t := range list {
		view, mine, err := v.taskView(c, who, t)
		if err != nil {
			return err
		}
		if mine {
			answer.Tasks = append(answer.Tasks, view)
		}
	}
	if n := len(list); n > 0 && (n == limit || limit == 0 && n == usualTasks) {
		answer.Next = v.BaseURL + "/v1/tasks?after=" + list[n-1].After
	}
	return personal(c, http.StatusOK, answer)
}

// usualTasks is how many are listed at once when nobody says it.
const usualTasks = 50

// taskView is a task with its application; false when it is of another provider.
func (v *service) taskView(c echo.Context, who asker, t applications.Task) (view taskView, mine bool, err error) {
	a, err := v.Applications.Application(contextOf(c), t.Application)
	if err != nil {
		return view, false, err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return view, false, err
	}
	for _, d := range who.duties {
		mine = mine || d.Role == t.Role && serves(kase, d)
	}
	service, _ := kase.Rules.Service(kase.Service)
	view = taskView{
		Application: t.Application, Number: t.Number, Service: namedView{service.ID, service.Name}, Role: namedView{t.Role, kase.Rules.NameOf(t.Role)},
		Step: namedView{ID: t.Step}, Handed: t.Person != "", Since: t.Since, DueAt: t.Due, Due: []dueView{}, PausedUntil: t.PausedUntil, State: t.State,
		Links: v.applicationLinks(a),
	}
	if s, ok := kase.Walk.Step(t.Step); ok {
		view.Step.Name = s.Name
	}
	if mine {
		if view.SameMatter, err = v.undecided(c, kase); err != nil {
			return view, false, err
		}
	}
	for _, d := range kase.Due() {
		view.Due = append(view.Due, v.dueViewOf(d))
	}
	return view, mine, nil
}
