package regulation

import (
	"slices"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/language"
	"tamga/language/words"
)

// Edition is the rules of a time: in force from From until the day before Until;
// zero is open. A draft one is ours, of rules that could not be read.
type Edition struct {
	ID        string         `json:"id"`
	From      documents.Date `json:"from"`
	Until     documents.Date `json:"until,omitzero"`
	Draft     bool           `json:"draft,omitempty"`
	DatesNote string         `json:"dates_note,omitempty"`
	Title     language.Text  `json:"title"`
	Acts      []Act          `json:"acts"`

	Systems []System `json:"systems"`
	Roles   []Role   `json:"roles"`
	Forms   []Form   `json:"forms"`
	// FourEyes are the roles that one person may not have on one application.
	FourEyes []Apart `json:"four_eyes,omitempty"`
	// Beside is what may be done on an application beside the steps of its route.
	Beside []Beside `json:"beside,omitempty"`
	// Manual is when an official enters what a system cannot be asked; nil for never.
	Manual *Manual `json:"manual,omitempty"`

	Services []Service `json:"services"`
	// Rights are what may happen to documents that are issued, kind by kind.
	Rights []Rights `json:"rights"`
	// MCI is the monthly calculation index (МРП) of the years.
	MCI       []MCI      `json:"mci"`
	Notices   []Notice   `json:"notices"`
	Appeal    Appeal     `json:"appeal"`
	Hearing   *Hearing   `json:"hearing,omitempty"`
	Sentences []Sentence `json:"sentences"`
	Routes    []Route    `json:"routes"`

	// Attachments are the rules about files, and Messages which event tells whom; of an
	// edition that says nothing those that hold in every one.
	Attachments *Attachments  `json:"attachments,omitempty"`
	Messages    []MessageRule `json:"messages,omitempty"`
	// Corrections are the mistakes of writing that may be corrected, kind by kind; of an
	// edition that says nothing those that hold in every one.
	Corrections []Corrections `json:"corrections,omitempty"`
	// Elsewhere is who enters licences that were issued elsewhere; of an edition that says
	// nothing those who do in every one.
	Elsewhere *Elsewhere `json:"elsewhere,omitempty"`
	// Questionnaire is what those are asked who have got a service; nil for nothing.
	Questionnaire *Questionnaire `json:"questionnaire,omitempty"`
	// Consent is what a person is asked before state systems are asked about him; nil for
	// nothing.
	Consent *Consent `json:"consent,omitempty"`
	// Erasing is who may take the personal content of applications away; of an edition that
	// says nothing what holds in every one.
	Erasing *Erasing `json:"erasing,omitempty"`

	version string
}

// Version names the content of an edition by its digest, so that what was decided
// under it can say so.
func (e *Edition) Version() string { return e.ID + "@" + e.version }

// InForce reports whether an edition is in force on a day.
func (e *Edition) InForce(on documents.Date) bool { return on.Within(e.From, e.Until) }

// Act is a law, decree or order that an edition rests on.
type Act struct {
	ID     string        `json:"id"`
	Cite   language.Text `json:"cite"`
	Seed   string        `json:"seed,omitempty"`
	Source Source        `json:"source,omitempty"`
}

// System is an information system that takes part.
type System struct {
	ID     string        `json:"id"`
	Short  language.Text `json:"short"`
	Name   language.Text `json:"name"`
	Seed   string        `json:"seed,omitempty"`
	Source Source        `json:"source,omitempty"`
}

// Role is who acts.
type Role struct {
	ID string `json:"id"`
	// Acts is for whom: [ForApplicant], [ForCentre], or empty for the provider.
	Acts string        `json:"acts,omitempty"`
	Name language.Text `json:"name"`
	Seed string        `json:"seed,omitempty"`
}

// For whom a role acts that does not act for the provider. Whoever applies is in no
// one's service, and a service centre serves all providers.
const (
	ForApplicant = "applicant"
	ForCentre    = "centre"
)

// Apart says that whoever has acted on an application in one of the roles acts on it in
// none of the others, nor the other way round.
type Apart struct {
	Roles     []string `json:"roles"`
	ApartFrom []string `json:"apart_from"`
	Note      string   `json:"note,omitempty"`
	Source    Source   `json:"source,omitempty"`
}

// Between reports whether one person may not act in both roles.
func (a Apart) Between(one, other string) bool {
	return slices.Contains(a.Roles, one) && slices.Contains(a.ApartFrom, other) ||
		slices.Contains(a.Roles, other) && slices.Contains(a.ApartFrom, one)
}

// Form is a document that the edition prescribes, by the kind of document that
// prints it.
type Form struct {
	ID     documents.Kind `json:"id"`
	Name   language.Text  `json:"name"`
	Seed   string         `json:"seed,omitempty"`
	Source Source         `json:"source,omitempty"`
	Note   string         `json:"note,omitempty"`
}

// Service is a state service: who gives it, how it is asked for, and what comes
// of it.
type Service struct {
	ID       string        `json:"id"`
	Name     language.Text `json:"name"`
	Provider language.Text `json:"provider"`
	// ProviderID names the provider in the duties of people, and is the same in all
	// editions; in one that was entered before it had a name, nobody has any.
	ProviderID string `json:"provider_id,omitempty"`
	// Routes are the routes of the information systems by channel.
	Routes map[Channel]string `json:"routes"`
	Result documents.Kind     `json:"result"`
	// Forms are how the result is given: "electronic", "paper".
	Forms          []string  `json:"forms"`
	PaperOnRequest bool      `json:"paper_on_request,omitempty"`
	Signers        []string  `json:"signers"` // the roles that may sign the result
	Term           Term      `json:"term"`
	Fee            *Fee      `json:"fee,omitempty"`
	Subtypes       []Subtype `json:"subtypes,omitempty"`
	// Replaces says that the result takes the place of the document that is re-issued.
	Replaces bool `json:"replaces,omitempty"`
	// Validity is how long the result is in force; nil for one without end, or, of
	// one that replaces another, for as long as that one.
	Validity  *Term           `json:"validity,omitempty"`
	Checklist []ChecklistItem `json:"checklist"`
	// Checklists take its place in their time: see [Service.ChecklistOn].
	Checklists []Checklist `json:"checklists,omitempty"`
	Grounds    []string    `json:"grounds"` // the notices that refuse it by decision
	// Matter is what applications are about, so that a second about the same is seen; nil:
	// nothing is compared.
	Matter *Matter `json:"matter,omitempty"`
	// Form and Contact are how it is asked for, and where people ask about it; nil for
	// what holds in every edition: see [Service.FormOf], [Service.ContactOf].
	Form       []FormField `json:"form,omitempty"`
	FormSource Source      `json:"form_source,omitempty"`
	Contact    *Contact    `json:"contact,omitempty"`
	Seed       string      `json:"seed,omitempty"`
}

// Channel is how a service is asked for.
type Channel string

// The channels.
const (
	Portal   Channel = "portal"
	Provider Channel = "provider"
	Centre   Channel = "centre" // service centre (ХҚКО, ЦОН)
)

// Label names a channel; an unknown one has no name.
func (c Channel) Label() language.Text { return words.Of("regulation.channel." + string(c)) }

// Term is how long something may take. Without a value it is the sum of the
// actions.
type Term struct {
	Value  calendar.Term `json:"value,omitzero"`
	Source Source        `json:"source,omitempty"`
	Note   string        `json:"note,omitempty"`
}

// Fee is what a service costs: hundredths of the monthly calculation index, or a
// share of another service's fee, at most so many hundredths.
type Fee struct {
	MCIHundredths     int    `json:"mci_hundredths,omitempty"`
	PercentOf         string `json:"percent_of,omitempty"`
	Percent           int    `json:"percent,omitempty"`
	MostMCIHundredths int    `json:"most_mci_hundredths,omitempty"`
	Source            Source `json:"source,omitempty"`
}

// MCI is the monthly calculation index (МРП) of a year, in tenge.
type MCI struct {
	Year   int    `json:"year"`
	Tenge  int    `json:"tenge"`
	Source Source `json:"source,omitempty"`
	Note   string `json:"note,omitempty"`
}

// Subtype is a sub-type of the licensed activity.
type Subtype struct {
	ID   documents.Subtype `json:"id"`
	Name language.Text     `json:"name"`
}

// ChecklistItem is a document of an application: of holders of one kind ("legal",
// "natural") and of some channels only, where these are named.
type ChecklistItem struct {
	ID       string        `json:"id"`
	Name     language.Text `json:"name"`
	Holder   string        `json:"holder,omitempty"`
	Channels []Channel     `json:"channels,omitempty"`
	Source   Source        `json:"source,omitempty"`
	Note     string        `json:"note,omitempty"`
}

// Notice is what is told where a route does not go on: a reasoned refusal that is
// signed, or a notice.
type Notice struct {
	ID       string         `json:"id"` // such as RF-SIG
	Text     language.Text  `json:"text"`
	Document documents.Kind `json:"document"` // refusal or notice
	// Within is the term of the refusal itself, where it has one of its own.
	Within calendar.Term `json:"within,omitzero"`
	Law    language.Text `json:"law,omitzero"`
	Seed   string        `json:"seed,omitempty"`
	Source Source        `json:"source,omitempty"`
}

// Appeal is what every refusal and notice says about appealing against it.
type Appeal struct {
	Body     language.Text `json:"body"`
	Term     calendar.Term `json:"term,omitzero"`
	How      language.Text `json:"how"`
	Sentence language.Text `json:"sentence"`
	Source   Source        `json:"source,omitempty"`
}

// Hearing is the hearing before a refusal. Its steps are put before every
// refusal by one of the notices Before, on the routes of actions: their exits
// lead to "$grant", where the route goes on, and to "$refuse"; the actor
// "$signer" is that of the refusal.
type Hearing struct {
	Before        []string      `json:"before"`
	NoticeTerm    calendar.Term `json:"notice_term"`    // between the preliminary decision and the decision, in working days
	ObjectionTerm calendar.Term `json:"objection_term"` // from the preliminary decision on, likewise
	Sentence      language.Text `json:"sentence"`
	Source        Source        `json:"source,omitempty"`
	Steps         []Step        `json:"steps"`
}

// Sentence is a text that documents print because the law says so, of its own
// time within the edition.
type Sentence struct {
	Key    string         `json:"key"`
	From   documents.Date `json:"from,omitzero"`
	Until  documents.Date `json:"until,omitzero"`
	Text   language.Text  `json:"text"`
	Seed   string         `json:"seed,omitempty"`
	Source Source         `json:"source,omitempty"`
	Note   string         `json:"note,omitempty"`
}

// Service returns a service by its name.
func (e *Edition) Service(id string) (*Service, bool) {
	for i := range e.Services {
		if e.Services[i].ID == id {
			return &e.Services[i], true
		}
	}
	return nil, false
}

// Route returns a route by its name.
func (e *Edition) Route(id string) (*Route, bool) {
	for i := range e.Routes {
		if e.Routes[i].ID == id {
			return &e.Routes[i], true
		}
	}
	return nil, false
}

// Role returns a role by its name.
func (e *Edition) Role(id string) (Role, bool) {
	for _, r := range e.Roles {
		if r.ID == id {
			return r, true
		}
	}
	return Role{}, false
}

// Notice returns a notice by its name.
func (e *Edition) Notice(id string) (*Notice, bool) {
	for i := range e.Notices {
		if e.Notices[i].ID == id {
			return &e.Notices[i], true
		}
	}
	return nil, false
}

// Sentence returns the text of a key that documents signed on a day print.
func (e *Edition) Sentence(key string, on documents.Date) (Sentence, bool) {
	for _, s := range e.Sentences {
		if s.Key == key && on.Within(s.From, s.Until) {
			return s, true
		}
	}
	return Sentence{}, false
}

// FeeOf returns what a service costs in a year, in tenge, with all known. It is
// false when the service is free, or when the index of the year is not entered:
// then missing is the year.
func (e *Edition) FeeOf(s *Service, year int) (tenge, missing int, ok bool) {
	if s.Fee == nil {
		return 0, 0, false
	}
	for _, m := range e.MCI {
		if m.Year == year {
			return (e.hundredths(s.Fee)*m.Tenge + 50) / 100, 0, true
		}
	}
	return 0, year, false
}

// hundredths is a fee in hundredths of the index.
func (e *Edition) hundredths(f *Fee) int {
	n := f.MCIHundredths
	if of, ok := e.Service(f.PercentOf); ok && of.Fee != nil {
		n = of.Fee.MCIHundredths * f.Percent / 100
	}
	if f.MostMCIHundredths != 0 {
		n = min(n, f.MostMCIHundredths)
	}
	return n
}

// NameOf returns the name of a role or, in short, of an information system.
func (e *Edition) NameOf(actor string) language.Text {
	for _, r := range e.Roles {
		if r.ID == actor {
			return r.Name
		}
	}
	for _, s := range e.Systems {
		if s.ID == actor {
			return s.Short
		}
	}
	return language.Text{}
}
