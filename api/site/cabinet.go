package site

import (
	"net/http"
	"net/url"
	"slices"

	"tamga/language"
)

func (s *Site) cabinetRoutes() map[string]page {
	const one = "/cabinet/applications/{application}"
	return map[string]page{
		"GET /cabinet":                   inside((*visit).cabinetPage),
		"GET /cabinet/history":           inside((*visit).historyPage),
		"GET /cabinet/messages":          inside((*visit).messagesPage),
		"GET " + one:                     inside((*visit).applicationPage),
		"GET " + one + "/diagram.svg":    inside((*visit).applicationDiagram),
		"GET " + one + "/looks":          inside((*visit).looksPage),
		"GET " + one + "/results/{doc}":  inside((*visit).resultFile),
		"POST " + one + "/try":           inside((*visit).tryAgain),
		"GET " + one + "/withdraw":       inside((*visit).withdrawPage),
		"POST " + one + "/withdraw":      inside((*visit).withdraw),
		"GET " + one + "/consent":        inside((*visit).consentPage),
		"POST " + one + "/consent":       inside((*visit).consent),
		"GET " + one + "/questionnaire":  inside((*visit).questionnairePage),
		"POST " + one + "/questionnaire": inside((*visit).questionnaire),
	}
}

// cabinetView is the first page of a cabinet.
type cabinetView struct {
	Going []application
	Ended []application
	More  string // where the list goes on
}

func (v *visit) cabinetPage() error {
	var answer struct {
		Applications []application `json:"applications"`
		Next         string        `json:"next"`
	}
	if err := v.get("/v1/me/applications"+v.paging(), &answer); err != nil {
		return err
	}
	view := cabinetView{More: pageAfter("/cabinet", answer.Next)}
	slices.Reverse(answer.Applications) // the latest first
	for _, a := range answer.Applications {
		if a.Ended == "" {
			view.Going = append(view.Going, a)
		} else {
			view.Ended = append(view.Ended, a)
		}
	}
	return v.show(http.StatusOK, "cabinet", view)
}

// paging is the query that goes on with a list where a page before ended.
func (v *visit) paging() string {
	if after, err := segment(v.r.URL.Query().Get("after")); err == nil {
		return "?after=" + after
	}
	return ""
}

// pageAfter is the address of the next page of a list; empty for none.
func pageAfter(path, next string) string {
	u, err := url.Parse(next)
	if err != nil || next == "" {
		return ""
	}
	return path + "?after=" + url.QueryEscape(u.Query().Get("after"))
}

// received is an application in the history of services.
type received struct {
	ID           string `json:"id"`
	Number       string `json:"number"`
	Service      named  `json:"service"`
	Channel      string `json:"channel"`
	OpenedAt     moment `json:"opened_at"`
	RegisteredAt moment `json:"registered_at"`
	Ended        string `json:"ended"`
	EndedAt      moment `json:"ended_at"`
	For          struct {
		Name   paper  `json:"name"`
		Ground string `json:"ground"`
	} `json:"for_whom"`
	Documents []issued `json:"documents"`
}

// issued is a document that came of an application.
type issued struct {
	Number   string `json:"number"`
	Kind     string `json:"kind"`
	IssuedOn string `json:"issued_on"`
	Status   struct {
		Code string `json:"code"`
		language.Text
	} `json:"status"`
	Erased bool `json:"erased"`
}

// Called is how the application is called in addresses.
func (r received) Called() string { return application{ID: r.ID, Number: r.Number}.Called() }

// Status and Tone are those of the application.
func (r received) Status() string {
	return application{Ended: r.Ended, RegisteredAt: r.RegisteredAt}.Status()
}

// Tone is the class of the tag.
func (r received) Tone() string { return application{Ended: r.Ended}.Tone() }

func (v *visit) historyPage() error {
	var answer struct {
		History []received `json:"history"`
		Next    string     `json:"next"`
	}
	if err := v.get("/v1/me/history"+v.paging(), &answer); err != nil {
		return err
	}
	slices.Reverse(answer.History)
	return v.show(http.StatusOK, "history", struct {
		History []received
		More    string
	}{answer.History, pageAfter("/cabinet/history", answer.Next)})
}

// told is a message.
type told struct {
	Channel     string `json:"channel"`
	To          string `json:"to"`
	Text        string `json:"text"`
	Language    string `json:"language"`
	State       string `json:"state"`
	QueuedAt    moment `json:"queued_at"`
	Application string `json:"application"`
	Number      string `json:"number"`
}

// Called is how the application is called in addresses.
func (m told) Called() string { return application{ID: m.Application, Number: m.Number}.Called() }

func (v *visit) messagesPage() error {
	var answer struct {
		Messages []told `json:"messages"`
		Next     string `json:"next"`
	}
	if err := v.get("/v1/me/messages"+v.paging(), &answer); err != nil {
		return err
	}
	slices.Reverse(answer.Messages)
	return v.show(http.StatusOK, "messages", struct {
		Messages []told
		More     string
	}{answer.Messages, pageAfter("/cabinet/messages", answer.Next)})
}

// look is that somebody looked at the data of an application.
type look struct {
	Person   string        `json:"person"`
	Name     string        `json:"name"`
	Role     string        `json:"role"`
	RoleName language.Text `json:"role_name"`
	Why      string        `json:"why"`
	At       moment        `json:"at"`
}

func (v *visit) looksPage() error {
	a, err := v.application()
	if err != nil {
		return err
	}
	var answer struct {
		Looks []look `json:"looks"`
	}
	if err := v.get(a.of("/looks"), &answer); err != nil {
		return err
	}
	slices.Reverse(answer.Looks)
	return v.show(http.StatusOK, "looks", struct {
		Application application
		Looks       []look
	}{a, answer.Looks})
}
