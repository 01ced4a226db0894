package documents

import (
	"strings"
	"time"
)

// Letter is what every letter of an authority carries: who writes, and who
// signs.
type Letter struct {
	Authority  Text   `json:"authority"`
	Requisites Text   `json:"requisites"` // address and telephone of the authority
	Position   Text   `json:"position"`   // of the person who signs
	Signatory  string `json:"signatory"`
}

func (l *Letter) normalise() {
	l.Authority = l.Authority.each(NormaliseKazakh)
	l.Requisites = l.Requisites.each(NormaliseKazakh)
	l.Position = l.Position.each(NormaliseKazakh)
	l.Signatory = NormaliseKazakh(l.Signatory)
}

// letter checks a letter; what a program makes by itself may name nobody who
// signs.
func (c *checker) letter(l Letter, bySomebody bool) {
	c.both("/authority", l.Authority, rule{max: maxName})
	c.both("/requisites", l.Requisites, rule{max: maxAddress})
	nobody := !bySomebody && l.Position == Text{} && l.Signatory == ""
	c.both("/position", l.Position, rule{max: maxPlace, optional: nobody})
	c.text("/signatory", l.Signatory, rule{max: maxPerson, optional: nobody})
}

// Application is what every answer says of the application that it answers.
type Application struct {
	ApplicationNumber string `json:"application_number"`
	ApplicationDate   Date   `json:"application_date"`
}

func (a *Application) normalise() { a.ApplicationNumber = NormaliseKazakh(a.ApplicationNumber) }

func (c *checker) application(a Application, issuedOn Date) {
	c.text("/application_number", a.ApplicationNumber, rule{max: maxNumberText})
	c.earlier("/application_date", a.ApplicationDate, issuedOn)
}

// earlier checks the date of something that came before the document.
func (c *checker) earlier(pointer string, d, issuedOn Date) {
	if d.IsZero() {
		c.fail(pointer, CodeRequired, "is empty")
		return
	}
	c.date(pointer, d)
	if !issuedOn.IsZero() && issuedOn.before(d) {
		c.fail(pointer, CodeDate, "is later than the date of issue")
	}
}

// Approval is the content of «КЕЛІСІМ / СОГЛАСОВАНИЕ» of restoration work on a
// monument of local importance (decree № 105-1613, service 2). The form is
// ours: the regulation says only that there is one.
type Approval struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Applicant        Holder `json:"applicant"`
	ApplicantAddress Text   `json:"applicant_address"` // of an organisation its own when left out
	Application
	Monument        Text   `json:"monument"`
	MonumentAddress Text   `json:"monument_address"`
	Project         Text   `json:"project"`
	ProjectNumber   string `json:"project_number,omitempty"`
	Conditions      Text   `json:"conditions"`
	// Reconsiders is the number of the decision that this one is given in the place of,
	// when that was to be reconsidered.
	Reconsiders string `json:"reconsiders,omitempty"`
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

func (a *Approval) kind() Kind             { return KindApproval }
func (a *Approval) head() (*string, *Date) { return &a.Number, &a.IssuedOn }

func (a *Approval) normalise() {
	a.Letter.normalise()
	a.Applicant = a.Applicant.normalise()
	a.ApplicantAddress = a.ApplicantAddress.each(NormaliseKazakh)
	if a.ApplicantAddress == (Text{}) && a.Applicant.Legal != nil {
		a.ApplicantAddress = a.Applicant.Legal.Address
	}
	a.Application.normalise()
	a.Monument = a.Monument.each(NormaliseKazakh)
	a.MonumentAddress = a.MonumentAddress.each(NormaliseKazakh)
	a.Project = a.Project.each(NormaliseKazakh)
	a.ProjectNumber = NormaliseKazakh(a.ProjectNumber)
	a.Conditions = a.Conditions.each(normaliseLines)
}

func (a *Approval) check(c *checker) {
	c.checkCorrections(a.Corrections)
	c.letter(a.Letter, true)
	c.holder("/applicant", a.Applicant)
	c.checkReconsiders(a.Reconsiders, false)
	c.both("/applicant_address", a.ApplicantAddress, rule{max: maxAddress})
	c.application(a.Application, a.IssuedOn)
	c.both("/monument", a.Monument, rule{max: maxName})
	c.both("/monument_address", a.MonumentAddress, rule{max: maxAddress})
	c.both("/project", a.Project, rule{max: maxName})
	c.text("/project_number", a.ProjectNumber, rule{max: maxNumberText, optional: true})
	c.both("/conditions", a.Conditions, rule{max: maxReason, lines: true, optional: a.Conditions == Text{}})
}

// ApplicationCopy is the copy of an application with the stamp of its
// registration: incoming number, date and hour (decree № 105-1613, action 1 at the
// counter).
type ApplicationCopy struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Applicant Holder `json:"applicant"`
	// ApplicantAddress may be empty; of an organisation it is its own when left out.
	ApplicantAddress Text `json:"applicant_address,omitzero"`
	// Signature is what was found of the signature of an electronic application;
	// nil of one on paper.
	Signature       *SignatureFacts `json:"signature,omitempty"`
	Service         Text            `json:"service"`
	ApplicationText Text            `json:"application_text"`
	ApplicationDate Date            `json:"application_date"`
	Attachments     Text            `json:"attachments"`
	IncomingNumber  string          `json:"incoming_number"`
	IncomingDate    Date            `json:"incoming_date"`
	// IncomingAt is the moment of the registration, on that day; zero where only the day
	// is known. The decree asks for number and day on the stamp, and for the copy within 15
	// minutes: the hour shows that.
	IncomingAt time.Time `json:"incoming_at,omitzero"`
	Registrar  string    `json:"registrar"`
}

func (a *ApplicationCopy) kind() Kind             { return KindApplicationCopy }
func (a *ApplicationCopy) head() (*string, *Date) { return &a.Number, &a.IssuedOn }

func (a *ApplicationCopy) normalise() {
	a.Letter.normalise()
	a.Applicant = a.Applicant.normalise()
	a.ApplicantAddress = a.ApplicantAddress.each(NormaliseKazakh)
	if a.ApplicantAddress == (Text{}) && a.Applicant.Legal != nil {
		a.ApplicantAddress = a.Applicant.Legal.Address
	}
	a.Signature = a.Signature.normalise()
	a.Service = a.Service.each(NormaliseKazakh)
	a.ApplicationText = a.ApplicationText.each(normaliseLines)
	a.Attachments = a.Attachments.each(normaliseLines)
	a.IncomingNumber = NormaliseKazakh(a.IncomingNumber)
	a.IncomingAt = a.IncomingAt.UTC().Truncate(time.Second)
	a.Registrar = NormaliseKazakh(a.Registrar)
}

func (a *ApplicationCopy) check(c *checker) {
	c.letter(a.Letter, false)
	c.holder("/applicant", a.Applicant)
	c.both("/applicant_address", a.ApplicantAddress, rule{max: maxAddress, optional: a.ApplicantAddress == Text{}})
	if a.Signature != nil {
		a.Signature.check(c, a.IncomingDate)
	}
	c.both("/service", a.Service, rule{max: maxName})
	c.both("/application_text", a.ApplicationText, rule{max: maxReason, lines: true})
	c.earlier("/application_date", a.ApplicationDate, a.IncomingDate)
	c.both("/attachments", a.Attachments, rule{max: maxReason, lines: true, optional: a.Attachments == Text{}})
	c.text("/incoming_number", a.IncomingNumber, rule{max: maxShortNumber})
	c.earlier("/incoming_date", a.IncomingDate, a.IssuedOn)
	if !a.IncomingAt.IsZero() && CivilDate(a.IncomingAt) != a.IncomingDate {
		c.fail("/incoming_at", CodeDate, "is on another day than the registration")
	}
	c.text("/registrar", a.Registrar, rule{max: maxPerson})
}

// Acceptance is the notice that a request was accepted, with the date of its
// result: «сұрату қабылданды» (decree № 105-1613, action 1 through the
// portal).
type Acceptance struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Applicant Holder `json:"applicant"`
	Service   Text   `json:"service"`
	Application
	ReceivedAt time.Time `json:"received_at"`
	ResultDate Date      `json:"result_date"` // when the result can be had
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

func (a *Acceptance) kind() Kind             { return KindAcceptance }
func (a *Acceptance) head() (*string, *Date) { return &a.Number, &a.IssuedOn }

func (a *Acceptance) normalise() {
	a.Letter.normalise()
	a.Applicant = a.Applicant.normalise()
	a.Service = a.Service.each(NormaliseKazakh)
	a.Application.normalise()
	a.ReceivedAt = a.ReceivedAt.UTC().Truncate(time.Second)
}

func (a *Acceptance) check(c *checker) {
	c.checkCorrections(a.Corrections)
	c.letter(a.Letter, false)
	c.holder("/applicant", a.Applicant)
	c.both("/service", a.Service, rule{max: maxName})
	c.application(a.Application, a.IssuedOn)
	if a.ReceivedAt.IsZero() {
		c.fail("/received_at", CodeRequired, "is empty")
	} else {
		c.earlier("/received_at", CivilDate(a.ReceivedAt), a.IssuedOn)
	}
	c.later("/result_date", a.ResultDate, CivilDate(a.ReceivedAt))
}

// later checks the date of something that comes on a day or after it.
func (c *checker) later(pointer string, d, notBefore Date) {
	if d.IsZero() {
		c.fail(pointer, CodeRequired, "is empty")
		return
	}
	c.date(pointer, d)
	if !notBefore.IsZero() && d.before(notBefore) {
		c.fail(pointer, CodeDate, "is earlier than it can be")
	}
}

// trimNumber tidies the number of a document of ours, if it is one.
func trimNumber(s string) string {
	if n, err := ParseNumber(s); err == nil {
		return n.String
	}
	return strings.TrimSpace(s)
}
