package documents

import (
	"slices"
	"strconv"

	"tamga/language/words"
)

// Notice is the message of a negative branch of the regulations that is no
// signed reasoned refusal. Its text is that of its ground in the edition of the
// rules; the form is ours.
type Notice struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Ground    NoticeGround `json:"ground"`
	Applicant Holder       `json:"applicant"` // of a failed login of staff, the member of staff
	Service   Text         `json:"service"`
	// Both are empty where the branch comes before the registration.
	ApplicationNumber string `json:"application_number,omitempty"`
	ApplicationDate   Date   `json:"application_date,omitzero"`
	Detail            Text   `json:"detail"` // may be empty
	// FailedCheck is the fact that did not hold; of RF-SIG only.
	FailedCheck FailedCheck `json:"failed_check,omitempty"`
	// The conclusion of the commission; of RF-NOVALUE only.
	ConclusionNumber string `json:"conclusion_number,omitempty"`
	ConclusionDate   Date   `json:"conclusion_date,omitzero"`
	// Hearing is the preliminary decision; of the notice of a hearing only.
	Hearing *PreliminaryDecision `json:"hearing,omitempty"`
	// The hearing before what the notice decides, where the edition has one.
	Heard
	// Reconsiders is the number of the decision that this one is given in the place of,
	// when that was to be reconsidered.
	Reconsiders string `json:"reconsiders,omitempty"`
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

// NoticeGround names the branch of the regulation that ends in a notice.
type NoticeGround string

// The grounds of notices. RF-QUAL and RF-DOCS always end in a signed
// [Refusal]; an incomplete package may end in either.
const (
	NoticeAuthorisation NoticeGround = "RF-AUTH"       // 000 ¶6(4); 003 ¶9(4)
	NoticeStaff         NoticeGround = "RF-AUTH-STAFF" // 000 ¶7(3)
	NoticePayment       NoticeGround = "RF-PAY"        // 000 ¶6(8)
	NoticeSignature     NoticeGround = "RF-SIG"        // 000 ¶6(11); 003 ¶9(7)
	NoticeNoData        NoticeGround = "RF-NODATA"     // 000 ¶7(7), ¶8(5); 003 ¶11(5)
	NoticeIncomplete    NoticeGround = "RF-INCOMPLETE" // Law on licensing of 2007, article 42 ¶4
	NoticeNoValue       NoticeGround = "RF-NOVALUE"    // 003/1, action 4
	// NoticeHearing refuses nothing yet: it tells of a preliminary decision and of the
	// hearing before the decision. Only editions that have a hearing know it.
	NoticeHearing NoticeGround = "HEARING"
)

// signed reports whether somebody signs the notice with name and position:
// what people have decided, and not a program.
func (g NoticeGround) signed() bool { return g.decides() || g == NoticeHearing }

// decides reports whether the notice is the answer to an application.
func (g NoticeGround) decides() bool { return g == NoticeIncomplete || g == NoticeNoValue }

// known reports whether the ground is one of those above. Its text is that of the
// edition of the rules by which the notice is printed.
func (g NoticeGround) known() bool { return slices.Contains(noticeGrounds, g) }

// noticeGrounds is read only.
var noticeGrounds = []NoticeGround{
	NoticeAuthorisation, NoticeStaff, NoticePayment, NoticeSignature, NoticeNoData, NoticeIncomplete, NoticeNoValue,
	NoticeHearing,
}

// FailedCheck names which of the three facts about a signature did not hold
// (000 ¶6(9)).
type FailedCheck string

// The three facts.
const (
	FailedPeriod   FailedCheck = "validity_period"
	FailedRevoked  FailedCheck = "revoked"
	FailedIdentity FailedCheck = "identity"
)

// Label returns the words for the fact. An unknown one has none.
func (f FailedCheck) Label() Label { return words.Of("failed_check." + string(f)) }

// LabelOf returns the words for the fact about an applicant: nobody is told of an
// ЖСН who has none.
func (f FailedCheck) LabelOf(applicant Holder) Label {
	if f == FailedIdentity && applicant.Foreign() {
		return words.Of("holder.identity_differs")
	}
	return f.Label()
}

func (n *Notice) kind() Kind             { return KindNotice }
func (n *Notice) head() (*string, *Date) { return &n.Number, &n.IssuedOn }

func (n *Notice) normalise() {
	n.Letter.normalise()
	n.Applicant = n.Applicant.normalise()
	n.Service = n.Service.each(NormaliseKazakh)
	n.ApplicationNumber = NormaliseKazakh(n.ApplicationNumber)
	n.Detail = n.Detail.each(normaliseLines)
	n.ConclusionNumber = trimNumber(n.ConclusionNumber)
	n.Hearing = n.Hearing.normalise()
	n.Heard.normalise()
}

func (n *Notice) check(c *checker) {
	c.checkCorrections(n.Corrections)
	c.letter(n.Letter, n.Ground.signed())
	if !n.Ground.known() {
		c.fail("/ground", CodeUnknown, "is none of the grounds of a notice")
	}
	c.holder("/applicant", n.Applicant)
	c.checkReconsiders(n.Reconsiders, false)
	c.both("/service", n.Service, rule{max: maxName})
	if n.ApplicationNumber != "" || !n.ApplicationDate.IsZero() {
		c.application(Application{n.ApplicationNumber, n.ApplicationDate}, n.IssuedOn)
	}
	c.both("/detail", n.Detail, rule{max: maxReason, lines: true, optional: n.Detail == Text{}})
	switch {
	case n.Ground == NoticeSignature && (n.FailedCheck.Label() == Label{}):
		c.fail("/failed_check", CodeUnknown, "is none of the three facts about a signature")
	case n.Ground != NoticeSignature && n.FailedCheck != "":
		c.fail("/failed_check", CodeNotAccepted, "belongs to RF-SIG only")
	}
	if n.Ground == NoticeNoValue {
		c.number("/conclusion_number", n.ConclusionNumber, KindConclusion)
		c.earlier("/conclusion_date", n.ConclusionDate, n.IssuedOn)
	} else if n.ConclusionNumber != "" || !n.ConclusionDate.IsZero() {
		c.fail("/conclusion_number", CodeNotAccepted, "belongs to RF-NOVALUE only")
	}
	c.preliminary(n)
	if n.Ground.decides() {
		c.heard(n.Heard, n.IssuedOn)
	} else if n.Heard != (Heard{}) {
		c.fail(FieldHearing, CodeNotAccepted, "belongs to a decision")
	}
}

// Conclusion is what the expert commission found: that the objects are
// cultural objects, or that they have no cultural value («признание либо
// отсутствие культурной ценности», decree № 105-1613, service 1, action 4).
// The form is ours.
type Conclusion struct {
	Number   string `json:"number,omitempty"`
	IssuedOn Date   `json:"issued_on"`
	Letter
	Applicant Holder `json:"applicant"`
	Application
	Place      Text      `json:"place"`
	Recognised bool      `json:"recognised"`
	Grounds    Text      `json:"grounds"`
	Objects    []Finding `json:"objects"`
	Members    []Member  `json:"members"`
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

// Finding is what the commission found about one object.
type Finding struct {
	Name      Text   `json:"name"` // and description
	Date      Text   `json:"date"`
	Inventory string `json:"inventory"` // may be empty
	Finding   Text   `json:"finding"`
}

// Member is a member of the commission.
type Member struct {
	Role     Text   `json:"role"`
	Name     string `json:"name"`
	Position Text   `json:"position"`
}

const maxMembers = 100

func (k *Conclusion) kind() Kind             { return KindConclusion }
func (k *Conclusion) head() (*string, *Date) { return &k.Number, &k.IssuedOn }

func (k *Conclusion) normalise() {
	k.Letter.normalise()
	k.Applicant = k.Applicant.normalise()
	k.Application.normalise()
	k.Place = k.Place.each(NormaliseKazakh)
	k.Grounds = k.Grounds.each(normaliseLines)
	k.Objects = slices.Clone(k.Objects)
	for i := range k.Objects {
		o := &k.Objects[i]
		for _, t := range []*Text{&o.Name, &o.Date, &o.Finding} {
			*t = t.each(NormaliseKazakh)
		}
		o.Inventory = NormaliseKazakh(o.Inventory)
	}
	k.Members = slices.Clone(k.Members)
	for i := range k.Members {
		m := &k.Members[i]
		m.Role, m.Name, m.Position = m.Role.each(NormaliseKazakh), NormaliseKazakh(m.Name), m.Position.each(NormaliseKazakh)
	}
}

func (k *Conclusion) check(c *checker) {
	c.checkCorrections(k.Corrections)
	c.letter(k.Letter, true)
	c.holder("/applicant", k.Applicant)
	c.application(k.Application, k.IssuedOn)
	c.both("/place", k.Place, rule{max: maxPlace})
	c.both("/grounds", k.Grounds, rule{max: maxReason, lines: true})
	c.list("/objects", len(k.Objects), maxObjects, true)
	for i, o := range k.Objects[:min(len(k.Objects), maxObjects)] {
		at := "/objects/" + strconv.Itoa(i)
		c.both(at+"/name", o.Name, rule{max: maxCell})
		c.both(at+"/date", o.Date, rule{max: maxCell})
		c.text(at+"/inventory", o.Inventory, rule{max: maxNumberText, optional: true})
		c.both(at+"/finding", o.Finding, rule{max: maxCell})
	}
	c.list("/members", len(k.Members), maxMembers, true)
	for i, m := range k.Members[:min(len(k.Members), maxMembers)] {
		at := "/members/" + strconv.Itoa(i)
		c.both(at+"/role", m.Role, rule{max: maxCell})
		c.text(at+"/name", m.Name, rule{max: maxPerson})
		c.both(at+"/position", m.Position, rule{max: maxCell})
	}
}
