// Package documents is the law as values: what licences, refusals and the other
// documents say, in Kazakh and in Russian, how they are numbered, which
// statuses they pass through, and what makes their content complete.
//
// A newcomer starts with [Licence] and [Refusal], the contents of the two
// documents of order № 159 of 2012, annex 3, and with [Draft], which is one of
// these or of the other documents before it has a number. [Draft.Validate]
// names every field that is missing or cannot be printed. What happens to a
// document after it was issued is its [Life].
//
// The package is pure: it reads no clock, no file, no network and no database.
// How a document looks is the business of documents/pdf; in which order things
// happen to it, of documents/registry.
package documents

import (
	"fmt"
	"time"

	"tamga/certs"
	"tamga/language"
)

// Text is one statement in the two languages in which every document is
// issued. Both are needed: a document has a Kazakh and a Russian page.
type Text struct {
	KK string `json:"kk"`
	RU string `json:"ru"`
}

// In returns the statement in a language, "kk" or "ru".
func (t Text) In(lang Lang) string {
	if lang == RU {
		return t.RU
	}
	return t.KK
}

// OnPaper returns the Kazakh and the Russian of a statement, which documents print.
func OnPaper(l Label) Text { return Text{KK: l.KK, RU: l.RU} }

// Lang is a language of a document's page.
type Lang = language.Lang

// The languages of the documents, in the order of their pages.
const (
	KK = language.KK
	RU = language.RU
)

// Date is a civil date, as the documents print it, without a time of day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the civil date of an instant in its own location.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// ParseDate reads "2006-01-02" and refuses days that no calendar has.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %q is not of the form 2006-01-02", s)
	}
	return DateOf(t), nil
}

// IsZero reports whether the date was never set.
func (d Date) IsZero() bool { return d == Date{} }

// String returns the date as "2006-01-02".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// Printed returns the date as the documents print it, "02.01.2006".
func (d Date) Printed() string { return fmt.Sprintf("%02d.%02d.%04d", d.Day, int(d.Month), d.Year) }

// MarshalText writes "2006-01-02", and nothing for a date never set.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	var err error
	*d, err = ParseDate(string(b))
	return err
}

// Holder is the person a document is issued to or refused to: a legal entity
// with its БСН/БИН, or a natural person with an ЖСН/ИИН; one of another country that
// has none, with what that country gave. Exactly one of Legal and Natural is set
// (order № 159, annex 3, row «Берілді»).
type Holder struct {
	Legal   *LegalEntity   `json:"legal,omitempty"`
	Natural *NaturalPerson `json:"natural,omitempty"`
}

// LegalEntity is a holder that is an organisation. Exactly one of BIN and
// Registration is given.
type LegalEntity struct {
	Name    Text      `json:"name"`
	Address Text      `json:"address"`
	BIN     certs.BIN `json:"bin,omitempty"`

	Registration *Registration `json:"registration,omitempty"`
}

// NaturalPerson is a holder that is a human being. Patronymic may be empty:
// not everyone has one. Exactly one of IIN and Document is given.
type NaturalPerson struct {
	Surname    string    `json:"surname"`
	GivenName  string    `json:"given_name"`
	Patronymic string    `json:"patronymic,omitempty"`
	IIN        certs.IIN `json:"iin,omitempty"`

	Document *IdentityDocument `json:"identity_document,omitempty"`
}

// Licence is the content of «МЕМЛЕКЕТТІК ЛИЦЕНЗИЯ», order № 159, annex 3,
// part 1, rows 3 to 10. Rows 11 to 15, the certification of a paper copy, are
// no part of it: on the electronic original they stay empty.
type Licence struct {
	Number            string `json:"number,omitempty"` // given by the register
	IssuedOn          Date   `json:"issued_on"`        // given by the register when zero
	Holder            Holder `json:"holder"`
	Activity          Text   `json:"activity"`
	SpecialConditions Text   `json:"special_conditions"`
	Licensor          Text   `json:"licensor"`
	Head              string `json:"head"` // surname and initials of the head or authorised person
	Place             Text   `json:"place"`

	// Annex is the sheet that names the sub-type of the activity; nil without.
	Annex *Annex `json:"annex,omitempty"`
	// Replaces is the number of the licence that this one takes the place of:
	// it is re-issued (қайта ресімдеу), gets a new number and a new date, and
	// keeps the date of first issue, which the register gives.
	Replaces      string `json:"replaces,omitempty"`
	FirstIssuedOn Date   `json:"first_issued_on,omitzero"`
	// ValidUntil is the last day on which the licence is in force, given by the
	// register as the edition of the rules says; zero for one without a term.
	ValidUntil Date `json:"valid_until,omitzero"`
	// ReissueGround is what has changed besides names and addresses since the
	// licence that this one replaces; empty when nothing has.
	ReissueGround ReissueGround `json:"reissue_ground,omitempty"`
	// Reconsiders is the number of the decision that this one is given in the place of,
	// when that was to be reconsidered.
	Reconsiders string `json:"reconsiders,omitempty"`
	// Elsewhere is of a licence that this service has not issued; it is entered, never
	// issued: see [Licence.ValidateElsewhere].
	Elsewhere *Elsewhere `json:"elsewhere,omitempty"`
	// ReplacedElsewhere is where the licence that this one replaces was issued, if not
	// here; given by the register.
	ReplacedElsewhere *Elsewhere `json:"replaced_elsewhere,omitempty"`
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

// ReissueGround is a ground on which a licence is re-issued for another holder, of
// another activity or by another licensor.
type ReissueGround string

// The grounds; a name or an address that has changed needs none of them (Law on
// licensing of 2007, article 42; the third and the fourth are ours, for bodies that
// were reorganised themselves and for foreigners whose passport has ended).
const (
	ReissueReorganisation ReissueGround = "reorganisation" // of the holder: its successor
	ReissueActivity       ReissueGround = "activity_name"  // the activity is called otherwise
	ReissueLicensor       ReissueGround = "licensor"       // the licensor's successor
	// The foreign holder is known by another document, or has an ЖСН or БСН now.
	ReissueIdentification ReissueGround = "identification"
)

// Annex is the annex to a licence («Лицензияға қосымша»). The forms of real
// licences have these rows; order № 159 has no form for it.
type Annex struct {
	Number        string  `json:"number"` // three digits; "001" when left out
	Subtype       Subtype `json:"subtype"`
	Ground        Text    `json:"ground"`         // the order by which it is given
	HolderAddress Text    `json:"holder_address"` // of an organisation its own address when left out
}

// Subtype is the sub-type of the licensed activity: the title of the service
// says «археологиялық және (немесе) ғылыми-реставрациялау», so there are three.
type Subtype string

// The sub-types.
const (
	SubtypeArchaeology Subtype = "archaeological"
	SubtypeRestoration Subtype = "scientific_restoration"
	SubtypeBoth        Subtype = "archaeological_and_scientific_restoration"
)

// Refusal is the content of «НЕГІЗДЕЛГЕН БАС ТАРТУ», order № 159, annex 3,
// part 2.
type Refusal struct {
	Number            string        `json:"number,omitempty"` // given by the register
	IssuedOn          Date          `json:"issued_on"`        // given by the register when zero
	Authority         Text          `json:"authority"`
	Requisites        Text          `json:"requisites"` // address and telephone of the authority
	Applicant         Holder        `json:"applicant"`
	ApplicationNumber string        `json:"application_number"`
	ApplicationDate   Date          `json:"application_date"`
	Ground            RefusalGround `json:"ground"`
	Reason            Text          `json:"reason"`
	Position          Text          `json:"position"` // of the person who signs
	Signatory         string        `json:"signatory"`
	// The hearing before the refusal, where the edition of the rules has one.
	Heard
	// Reconsiders is the number of the decision that this one is given in the place of,
	// when that was to be reconsidered.
	Reconsiders string `json:"reconsiders,omitempty"`
	// Corrections are the clerk's mistakes that were corrected in it; given by the register.
	Corrections []Correction `json:"corrections,omitempty"`
}

// RefusalGround names the branch of the regulation, and the notice of the edition
// that has its words, that ends in a signed
// reasoned refusal.
type RefusalGround string

// The grounds of a signed reasoned refusal.
const (
	// GroundQualification: the qualification requirements or the grounds for
	// issuing are not met (order № 159, ¶6(15), ¶7(11)).
	GroundQualification RefusalGround = "RF-QUAL"
	// GroundDocuments: the documents do not match the Standard (¶8(10)).
	GroundDocuments RefusalGround = "RF-DOCS"
	// GroundIncomplete: the package is incomplete, refused within two working
	// days (Law on licensing of 2007, article 42 ¶4).
	GroundIncomplete RefusalGround = "RF-INCOMPLETE"
)

// refusalGrounds is read only.
var refusalGrounds = []RefusalGround{GroundQualification, GroundDocuments, GroundIncomplete}
