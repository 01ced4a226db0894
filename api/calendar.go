package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents/calendar"
	"tamga/language"
)

// calendarAnswer is the body of an answer about the calendar: what is entered,
// and what was asked.
type calendarAnswer struct {
	Version  string             `json:"version"`
	Years    []calendar.Year    `json:"years"`
	Warnings []calendar.Warning `json:"warnings"`
	Days     []calendarDay      `json:"days,omitempty"` // of the year asked about, that are not what their weekday says
	Count    *countAnswer       `json:"count,omitempty"`
}

// calendarDay is a day with its reason in words.
type calendarDay struct {
	calendar.Day
	Text language.Text `json:"text"`
}

// countAnswer is a term that was counted.
type countAnswer struct {
	Filed      time.Time `json:"filed"`
	Registered time.Time `json:"registered"` // when it counts as received
	calendar.Count
	TermText    language.Text   `json:"term_text"`
	Explanation []language.Text `json:"explanation"`
}

// calendarYears answers GET /v1/calendar: about a ?year, or about a ?term ?from a
// moment. A year that is not entered is an answer.
func (v *service) calendarYears(c echo.Context) error {
	rules, err := v.rules(contextOf(c))
	if err != nil {
		return err
	}
	days := rules.Calendar
	answer := calendarAnswer{Version: days.Version(), Years: days.Years(), Warnings: days.Warnings(v.now())}
	if answer.Warnings == nil {
		answer.Warnings = []calendar.Warning{}
	}
	year, from, term := c.QueryParam("year"), c.QueryParam("from"), c.QueryParam("term")
	if (from == "") != (term == "") {
		return badField("/term", "required", "from and term stand together")
	}
	if year != "" {
		if answer.Days, err = daysOf(days, year); err != nil {
			return err
		}
	}
	if from != "" {
		if answer.Count, err = counted(days, from, term); err != nil {
			return err
		}
	}
	forAnyPage(c, "no-cache")
	return c.JSON(http.StatusOK, answer)
}

// daysOf lists a year; none when it is not entered, which its absence among the
// years says.
func daysOf(in *calendar.Calendar, text string) ([]calendarDay, error) {
	year, err := strconv.Atoi(text)
	if err != nil || len(text) != 4 {
		return nil, badField("/year", "malformed", "is no year such as 2026")
	}
	found, _ := in.Unusual(year)
	days := make([]calendarDay, len(found))
	for i, d := range found {
		days[i] = calendarDay{Day: d, Text: d.Why.Label()}
	}
	return days, nil
}

func counted(in *calendar.Calendar, from, text string) (*countAnswer, error) {
	filed, err := calendar.ParseMoment(from)
	if err != nil {
		return nil, badField("/from", "malformed", "is no moment such as 2026-11-24T09:00")
	}
	term, err := calendar.ParseTerm(text)
	if err != nil {
		return nil, badField("/term", "malformed", "is no term such as 3 WD, PT15M, same-day, P5Y")
	}
	at, missing := in.Registered(filed)
	count := calendar.Count{From: at, Term: term, Missing: missing, Calendar: in.Version()}
	if missing == 0 {
		count = in.Add(at, term)
	}
	return &countAnswer{Filed: filed, Registered: at, Count: count, TermText: term.Label(), Explanation: count.Explain()}, nil
}

// shippedCalendar is the calendar of a service that was given none.
func shippedCalendar() (*calendar.Calendar, error) {
	data, err := calendar.Shipped()
	if err != nil {
		return nil, err
	}
	return calendar.Compile(data)
}
