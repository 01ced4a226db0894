package site

import (
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"tamga/language"
)

// moment is a moment of the interface, which pages tell in the time of Kazakhstan.
type moment struct{ time.Time }

func (m moment) String() string { return printed(m.Time) }

// Day is the day of the moment.
func (m moment) Day() string { return printedDay(m.Time) }

// named is something of the rules with its name.
type named struct {
	ID   string        `json:"id"`
	Name language.Text `json:"name"`
}

// holder is for whom is applied: a person or an organisation.
type holder struct {
	Natural *natural `json:"natural,omitempty"`
	Legal   *legal   `json:"legal,omitempty"`
}

type natural struct {
	Surname    string `json:"surname"`
	GivenName  string `json:"given_name"`
	Patronymic string `json:"patronymic,omitempty"`
	IIN        string `json:"iin,omitempty"`
	// Document is that of a foreigner, as the interface has it.
	Document json.RawMessage `json:"identity_document,omitempty"`
}

type legal struct {
	Name    paper  `json:"name"`
	Address paper  `json:"address"`
	BIN     string `json:"bin"`
}

// paper is a text of documents, which are in Kazakh and Russian.
type paper struct {
	KK string `json:"kk"`
	RU string `json:"ru"`
}

// samePaper is a value that reads alike in both.
func samePaper(s string) paper { return paper{s, s} }

// Text is the text for pages.
func (p paper) Text() language.Text { return language.Text{KK: p.KK, RU: p.RU, EN: p.KK} }

// kind is how checklists and forms call holders of the kind.
func (h holder) kind() string {
	if h.Legal != nil {
		return "legal"
	}
	return "natural"
}

// Name is the full name.
func (h holder) Name() language.Text {
	if h.Legal != nil {
		return h.Legal.Name.Text()
	}
	if h.Natural == nil {
		return language.Text{}
	}
	name := h.Natural.Surname + " " + h.Natural.GivenName
	if h.Natural.Patronymic != "" {
		name += " " + h.Natural.Patronymic
	}
	return same(name)
}

// position is where an application stands.
type position struct {
	Step   string         `json:"step"`
	Action string         `json:"action"`
	End    string         `json:"end"`
	Name   *language.Text `json:"name"`
	Checks []string       `json:"checks"`
}

// move is one thing that may be done on an application.
type move struct {
	Step        string        `json:"step"`
	Name        language.Text `json:"name"`
	By          named         `json:"by"`
	Outcome     string        `json:"outcome"`
	OutcomeName language.Text `json:"outcome_name"`
	Signs       []string      `json:"signs"`
	To          position      `json:"to"`
}

// signedBy reports whether a role signs the step.
func (m move) signedBy(role string) bool { return slices.Contains(m.Signs, role) }

// due is until when something must be done, and how that was counted.
type due struct {
	Of          string          `json:"of"`
	Step        string          `json:"step"`
	At          moment          `json:"at"`
	MissingYear int             `json:"missing_year"`
	Overdue     bool            `json:"overdue"`
	Explanation []language.Text `json:"explanation"`
}

// application is an application as GET /v1/applications/{application} says it.
type application struct {
	ID           string         `json:"id"`
	Number       string         `json:"number"`
	Edition      string         `json:"edition"`
	Service      named          `json:"service"`
	Channel      string         `json:"channel"`
	Applicant    holder         `json:"applicant"`
	Form         map[string]any `json:"form"`
	OpenedAt     moment         `json:"opened_at"`
	RegisteredAt moment         `json:"registered_at"`
	Position     position       `json:"position"`
	Due          []due          `json:"due"`
	Next         []move         `json:"next"`
	Waits        []struct {
		Step   string `json:"step"`
		Check  string `json:"check"`
		ByHand bool   `json:"by_hand"`
		Since  moment `json:"since"`
		NextAt moment `json:"next_at"`
	} `json:"waits"`
	Ended string `json:"ended"`
	Last  int    `json:"last"`
	For   struct {
		Name   paper    `json:"name"`
		Ground string   `json:"ground"`
		May    []string `json:"may"`
	} `json:"for_whom"`
}

// applicant is the role in which people apply.
const applicantRole = "APPLICANT"

// Called is how an application is called in addresses: by its number, once it has one.
func (a application) Called() string {
	if a.Number != "" {
		return a.Number
	}
	return a.ID
}

// Path is the page of the application in its applicant's cabinet.
func (a application) Path() string { return "/cabinet/applications/" + url.PathEscape(a.Called()) }

// Draft reports whether the applicant is still filling it in.
func (a application) Draft() bool {
	return a.RegisteredAt.IsZero() && a.Ended == "" && a.own() != nil
}

// own is what the applicant does next; nil for nothing.
func (a application) own() *move {
	for i := range a.Next {
		if a.Next[i].By.ID == applicantRole {
			return &a.Next[i]
		}
	}
	return nil
}

// DueAt is until when the whole service is to be given; of a draft there is none.
func (a application) DueAt() *due {
	for i := range a.Due {
		if a.Due[i].Of == "service" && !a.RegisteredAt.IsZero() {
			return &a.Due[i]
		}
	}
	return nil
}

// Status is a key of words for how the application stands, and Tone the colour of its tag.
func (a application) Status() string {
	switch {
	case a.Ended != "":
		return "cabinet.ended_" + a.Ended
	case len(a.Waits) > 0:
		return "cabinet.waits"
	case a.Draft():
		return "cabinet.draft"
	case a.RegisteredAt.IsZero():
		return "cabinet.sent"
	}
	return "cabinet.going"
}

// Tone is the class of the tag.
func (a application) Tone() string {
	switch {
	case a.Ended == "issued":
		return "good"
	case a.Ended == "refused":
		return "bad"
	case a.Ended != "":
		return "neutral"
	case len(a.Waits) > 0 || a.Draft():
		return "unclear"
	}
	return "info"
}

// application returns an application by the name that the address of the page has.
func (v *visit) application() (application, error) {
	var a application
	name, err := segment(v.r.PathValue("application"))
	if err == nil {
		err = v.get("/v1/applications/"+name, &a)
	}
	return a, err
}

// of is the path in the interface of what belongs to the application.
func (a application) of(what string) string {
	return "/v1/applications/" + url.PathEscape(a.ID) + what
}
