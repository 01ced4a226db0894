package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents/messages"
	"tamga/documents/store"
	"tamga/language"
)

func (v *service) messageRoutes(e *echo.Echo, get func(string, echo.HandlerFunc)) {
	get("/v1/applications/:application/messages", v.messagesOf)
	get("/v1/applications/:application/contact", v.contactOf)
	e.PUT("/v1/applications/:application/contact", v.setContact)
	if v.DemoMessages != nil {
		for _, path := range []string{"/demo/messages", "/demo/messages/*"} {
			e.Any(path, echo.WrapHandler(v.DemoMessages))
		}
	}
}

// contactView is where an applicant is reached.
type contactView struct {
	Language language.Lang `json:"language"`
	Email    string        `json:"email,omitempty"`
	Phone    string        `json:"phone,omitempty"`
	GivenAt  time.Time     `json:"given_at,omitzero"`
}

// contactRequest says where an applicant is reached from now on.
type contactRequest struct {
	Language language.Lang `json:"language"`
	Email    string        `json:"email"`
	Phone    string        `json:"phone"`
}

// messageView is a message as its application's parties see it. Whom it went to is told
// as far as its owner needs it to know it again.
type messageView struct {
	ID       string         `json:"id"`
	Event    string         `json:"event"`
	Document string         `json:"document,omitempty"`
	Channel  string         `json:"channel"`
	To       string         `json:"to,omitempty"`
	Language language.Lang  `json:"language"`
	Text     string         `json:"text"`
	State    messages.State `json:"state"`
	Detail   string         `json:"detail,omitempty"`
	QueuedAt time.Time      `json:"queued_at"`
	SentAt   time.Time      `json:"sent_at,omitzero"`
	EndedAt  time.Time      `json:"ended_at,omitzero"` // when it was delivered, or how else it ended
}

// messagesOf answers GET /v1/applications/{application}/messages.
func (v *service) messagesOf(c echo.Context) error {
	a, err := v.shown(c, "messages")
	if err != nil {
		return err
	}
	all, err := v.Messages.Of(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	answer := struct {
		Messages []messageView `json:"messages"`
	}{[]messageView{}}
	for _, m := range all {
		answer.Messages = append(answer.Messages, viewOfMessage(m))
	}
	return personal(c, http.StatusOK, answer)
}

func viewOfMessage(m messages.Message) messageView {
	return messageView{
		ID: m.ID, Event: m.Event, Document: m.Document, Channel: m.Channel, To: masked(m.Address), Language: m.Language, Text: m.Text,
		State: m.State, Detail: m.Detail, QueuedAt: m.QueuedAt, SentAt: m.SentAt, EndedAt: m.EndedAt,
	}
}

// toldView is a message in a cabinet, with the application that it is about.
type toldView struct {
	messageView
	Application string `json:"application"`
	Number      string `json:"number,omitempty"`
}

// myMessages answers GET /v1/me/messages: what was told on the applications of whoever is
// signed in, and of those for whom he may act. A page is one of applications, each with
// all its messages in their order.
func (v *service) myMessages(c echo.Context) error {
	own, err := v.cabinetOf(c, false)
	if err != nil {
		return err
	}
	answer := struct {
		Messages []toldView `json:"messages"`
		Next     string     `json:"next,omitempty"`
	}{Messages: []toldView{}}
	for _, a := range own.list {
		all, err := v.Messages.Of(contextOf(c), a.ID)
		if err != nil {
			return err
		}
		for _, m := range all {
			answer.Messages = append(answer.Messages, toldView{viewOfMessage(m), a.ID, a.Number})
		}
	}
	if own.next != "" {
		answer.Next = v.BaseURL + "/v1/me/messages?after=" + own.next
	}
	return personal(c, http.StatusOK, answer)
}

// masked hides the middle of an address: +7•••4567, m•••@example.kz.
func masked(address string) string {
	letters := []rune(address)
	if at := strings.LastIndexByte(address, '@'); at > 0 {
		return string(letters[:1]) + "•••" + address[at:]
	}
	if len(letters) < 8 {
		return ""
	}
	return string(letters[:2]) + "•••" + string(letters[len(letters)-4:])
}

// contactOf answers GET /v1/applications/{application}/contact.
func (v *service) contactOf(c echo.Context) error {
	a, who, err := v.asked(c)
	if err != nil {
		return err
	}
	if err := v.looked(c, a, who, "contact"); err != nil {
		return err
	}
	contact, err := v.Messages.Contact(contextOf(c), a.ID)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, contactView(contact))
}

// setContact answers PUT /v1/applications/{application}/contact: what is told from now on
// goes there.
func (v *service) setContact(c echo.Context) error {
	if _, err := v.asker(c, store.ScopeApply); err != nil {
		return err
	}
	var body contactRequest
	if err := v.readJSON(c, &body); err != nil {
		return err
	}
	a, _, err := v.asked(c)
	if err != nil {
		return err
	}
	contact, err := v.Messages.SetContact(contextOf(c), a.ID, messages.Contact{Language: body.Language, Email: body.Email, Phone: body.Phone})
	if err != nil {
		return err
	}
	v.Log.InfoContext(contextOf(c), "contact kept", "trace_id", traceID(c), "application", a.ID)
	return personal(c, http.StatusOK, contactView(contact))
}
