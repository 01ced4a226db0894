package regulation

import (
	"slices"

	"tamga/documents/calendar"
	"tamga/language"
)

// Contact is where people ask about a service and complain of it.
type Contact struct {
	Address    language.Text   `json:"address"`
	Phones     []string        `json:"phones"`
	Complaints language.Text   `json:"complaints"`
	Needs      []language.Text `json:"needs"` // what whoever asks for it through the portal must have
	Seed       string          `json:"seed,omitempty"`
	Source     Source          `json:"source,omitempty"`
	Note       string          `json:"note,omitempty"`
}

// FormField is a field of the form by which a service is asked for. Its value is a text,
// under its name in the form of the application.
type FormField struct {
	ID       string        `json:"id"`
	Kind     FieldKind     `json:"kind"`
	Label    language.Text `json:"label"`
	Help     language.Text `json:"help"`
	Required bool          `json:"required,omitempty"`
	Holder   string        `json:"holder,omitempty"` // of which applicants alone: "legal", "natural"
	Choices  []FieldChoice `json:"choices,omitempty"`
	Most     int           `json:"most,omitempty"` // characters
}

// FieldChoice is a value of a field that is chosen.
type FieldChoice struct {
	ID   string        `json:"id"`
	Name language.Text `json:"name"`
}

// FieldKind is how a field is filled in.
type FieldKind string

// The kinds of fields.
const (
	FieldLine    FieldKind = "line"    // one line
	FieldText    FieldKind = "text"    // several lines
	FieldDate    FieldKind = "date"    // a day: 2026-11-29
	FieldEmail   FieldKind = "email"   // where the applicant is reached
	FieldPhone   FieldKind = "phone"   // likewise
	FieldChosen  FieldKind = "choice"  // one of Choices
	FieldSubtype FieldKind = "subtype" // one of the service's sub-types
	FieldLicence FieldKind = "licence" // the number of a document that was issued before
)

// known reports whether the kind is one of those above.
func (k FieldKind) known() bool {
	return slices.Contains([]FieldKind{FieldLine, FieldText, FieldDate, FieldEmail, FieldPhone, FieldChosen, FieldSubtype, FieldLicence}, k)
}

// asked is how a service is asked for in every edition that does not say otherwise.
type asked struct {
	ID         string      `json:"id"`
	Contact    Contact     `json:"contact"`
	Form       []FormField `json:"form"`
	FormSource Source      `json:"form_source"`
}

func commonlyAsked(service string) asked {
	all := commonRules().Services
	if n := slices.IndexFunc(all, func(a asked) bool { return a.ID == service }); n >= 0 {
		return all[n]
	}
	return asked{}
}

// FormOf returns the fields by which the service is asked for: those of its edition, or
// those that hold where an edition says nothing; and how sure they are. Of the latter a
// service without sub-types asks for none.
func (s *Service) FormOf() ([]FormField, Source) {
	if s.Form != nil {
		return s.Form, s.FormSource
	}
	common := commonlyAsked(s.ID)
	if len(s.Subtypes) > 0 {
		return common.Form, common.FormSource
	}
	var form []FormField
	for _, f := range common.Form {
		if f.Kind != FieldSubtype {
			form = append(form, f)
		}
	}
	return form, common.FormSource
}

// ContactOf is likewise where people ask about the service; nil where nothing says it.
func (s *Service) ContactOf() *Contact {
	if s.Contact != nil {
		return s.Contact
	}
	if common := commonlyAsked(s.ID); common.ID != "" {
		return &common.Contact
	}
	return nil
}

// Planned are the terms of the numbered actions of a walk, in their order.
func (w *Walk) Planned() []calendar.Term {
	var terms []calendar.Term
	for _, r := range w.Routes() {
		for _, s := range r.Steps {
			if s.Kind == Action && s.Number != 0 && s.Norm != nil && s.Norm.Term != (calendar.Term{}) {
				terms = append(terms, s.Norm.Term)
			}
		}
	}
	return terms
}

// TermOf is how long the service takes that is asked for by a channel: its own term, or
// that of its actions one after another.
func (e *Edition) TermOf(s *Service, c Channel) calendar.Term {
	w, ok := e.Walk(s.Routes[c])
	if s.Term.Value != (calendar.Term{}) || !ok {
		return s.Term.Value
	}
	var all calendar.Term
	for _, t := range w.Planned() {
		all.WorkingDays += t.WorkingDays
		if all.Working += t.Working; t.SameDay {
			all.Working = 0 // all of it on the day of receipt, which is not counted
		}
	}
	return all
}

// checkForm refuses fields that nobody can fill in, and a contact that is not whole.
func (e *Edition) checkForm(s *Service) error {
	form, source := s.FormOf()
	seen := map[string]bool{}
	for _, f := range form {
		chosen := f.Kind == FieldChosen
		if f.ID == "" || !f.Kind.known() || !f.Label.Whole() || !f.Help.Whole() || f.Most < 0 || chosen != (len(f.Choices) > 0) ||
			f.Holder != "" && f.Holder != "legal" && f.Holder != "natural" || f.Kind == FieldSubtype && len(s.Subtypes) == 0 {
			return e.bad(RuleValue, "service %s: field %q of the form", s.ID, f.ID)
		}
		if seen[f.ID] {
			return e.bad(RuleDuplicate, "service %s: field %s of the form stands twice", s.ID, f.ID)
		}
		seen[f.ID] = true
		if slices.ContainsFunc(f.Choices, func(c FieldChoice) bool { return c.ID == "" || !c.Name.Whole() }) {
			return e.bad(RuleValue, "service %s: field %s has a choice without a name", s.ID, f.ID)
		}
	}
	c := s.ContactOf()
	if !source.known() || c != nil && (!c.Address.Whole() || !c.Complaints.Whole() || len(c.Phones) == 0 || !c.Source.known()) {
		return e.bad(RuleValue, "service %s: where people ask about it", s.ID)
	}
	return nil
}
