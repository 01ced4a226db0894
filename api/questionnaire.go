package api

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/questionnaire"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// Errors of the questionnaire, for the table.
var (
	errNoQuestionnaire = errors.New("nobody is asked about this service")
	errNoResult        = errors.New("the application has no result yet")
)

func (v *service) questionnaireRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	v.surveys = newLimiter(v.Limits.Checks/10+1, v.Limits.Window, v.Now)
	get("/v1/questionnaire", v.questionnaire)
	e.POST("/v1/questionnaire", v.answerQuestionnaire)
	get("/v1/questionnaire/results", v.questionnaireResults)
	e.POST("/v1/applications/:application/questionnaire", v.invite)
}

// surveyView is a questionnaire to be filled in.
type surveyView struct {
	Service   string         `json:"service"`
	Edition   string         `json:"edition"`
	Title     language.Text  `json:"title"`
	Questions []questionView `json:"questions"`
}

// questionView is a question with its answers, from 1 on.
type questionView struct {
	ID      string          `json:"id"` // the member of the answer
	Text    language.Text   `json:"text"`
	Answers []language.Text `json:"answers"`
}

// questionnaire answers GET /v1/questionnaire?service=…: what is asked, by the edition in
// force.
func (v *service) questionnaire(c echo.Context) error {
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return err
	}
	id := c.QueryParam("service")
	e, ok := rules.Law.InForce(id, documents.CivilDate(v.now()))
	if !ok || !e.Questionnaire.Asks(id) {
		return errNoQuestionnaire
	}
	return uncached(c, surveyOf(e, id))
}

func surveyOf(e *regulation.Edition, service string) surveyView {
	view := surveyView{Service: service, Edition: e.ID, Title: e.Questionnaire.Title}
	for i, q := range e.Questionnaire.Questions {
		view.Questions = append(view.Questions, questionView{[]string{"quality", "accessibility"}[i], q.Text, q.Answers})
	}
	return view
}

// invite answers POST /v1/applications/{application}/questionnaire: hands out the token of
// an application that has its result, once. It is not kept, and asked with it nobody is
// known by.
func (v *service) invite(c echo.Context) error {
	if _, err := v.asker(c, store.ScopeApply); err != nil {
		return err
	}
	a, err := v.shown(c, "questionnaire")
	if err != nil {
		return err
	}
	kase, err := v.Applications.Case(contextOf(c), a)
	if err != nil {
		return err
	}
	switch {
	case !kase.Rules.Questionnaire.Asks(a.Service):
		return errNoQuestionnaire
	case a.Ended != regulation.EndIssued && a.Ended != regulation.EndRefused:
		return errNoResult
	}
	token, err := v.questionnaires().Invite(contextOf(c), a.ID, questionnaire.About{Edition: kase.Rules.ID, Service: a.Service})
	if err != nil {
		return err
	}
	return personal(c, http.StatusCreated, struct {
		Token         string     `json:"token"`
		Questionnaire surveyView `json:"questionnaire"`
	}{token, surveyOf(kase.Rules, a.Service)})
}

func (v *service) questionnaires() *questionnaire.Book {
	return &questionnaire.Book{Store: v.Registry.Store}
}

// answerRequest is an answer. It has no name, and needs no key.
type answerRequest struct {
	Token         string           `json:"token"`
	Quality       documents.Answer `json:"quality"`
	Accessibility documents.Answer `json:"accessibility"`
}

// answerQuestionnaire answers POST /v1/questionnaire. Nothing is logged of it.
func (v *service) answerQuestionnaire(c echo.Context) error {
	if wait, ok := v.surveys.take(clientName(c.RealIP())); !ok {
		return tooMany(wait)
	}
	var body answerRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	if err := v.questionnaires().Answer(contextOf(c), body.Token, body.Quality, body.Accessibility); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// resultsView counts the answers of a year.
type resultsView struct {
	Service  string         `json:"service"`
	Year     int            `json:"year"`
	Until    string         `json:"until,omitempty"`    // the last month that is counted
	Withheld bool           `json:"withheld,omitempty"` // there are too few
	Fewest   int            `json:"fewest"`
	Answers  int            `json:"answers,omitempty"`
	Counts   []resultCounts `json:"counts"`
}

type resultCounts struct {
	Question string            `json:"question"`
	Counts   documents.Answers `json:"counts"`
}

// questionnaireResults answers GET /v1/questionnaire/results?service=…&year=….
func (v *service) questionnaireResults(c echo.Context) error {
	year := documents.CivilDate(v.now()).Year
	if asked := c.QueryParam("year"); asked != "" {
		n, err := strconv.Atoi(asked)
		if err != nil || n < 2012 || n > 9999 {
			return badField("/year", "range", "is a year from 2012 on")
		}
		year = n
	}
	if c.QueryParam("service") == "" {
		return badField("/service", "required", "is missing")
	}
	r, err := v.questionnaires().Results(contextOf(c), c.QueryParam("service"), year)
	if err != nil {
		return err
	}
	view := resultsView{Service: r.Service, Year: r.Year, Until: r.Until, Withheld: r.Withheld, Fewest: questionnaire.Fewest, Counts: []resultCounts{}}
	if !r.Withheld {
		view.Answers = r.Quality.Total()
		view.Counts = append(view.Counts, resultCounts{"quality", r.Quality}, resultCounts{"accessibility", r.Access})
	}
	return uncached(c, view)
}
