package documents

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tamga/certs"
)

// FieldError says what is wrong with one field of a document's content. It
// never repeats the value, which may be personal data.
type FieldError struct {
	Pointer string `json:"pointer"` // JSON pointer (RFC 6901) into the Draft
	Code    string `json:"code"`    // one of the Code constants
	Detail  string `json:"detail"`  // in English, for developers; pages translate the code
}

// The codes of a FieldError.
const (
	CodeRequired    = "required"     // the field is missing or empty
	CodeTooLong     = "too_long"     // more characters than the form takes
	CodeCharacter   = "character"    // a character that cannot be printed
	CodeEncoding    = "encoding"     // not UTF-8
	CodeExactlyOne  = "exactly_one"  // one of several fields must be set, and only one
	CodeDigits      = "digits"       // an identification number is not twelve digits
	CodeCheckDigit  = "check_digit"  // an identification number is mistyped
	CodeUnknown     = "unknown"      // not one of the known values
	CodeDate        = "date"         // no such day, or out of range
	CodeEdition     = "edition"      // the edition of the rules in force has no such value
	CodeNotAccepted = "not_accepted" // the field is the register's to fill
	CodeNumber      = "number"       // not a number of this kind and year
	CodeDigest      = "digest"       // not a SHA-256
	CodeRange       = "range"        // a number too small or too large
)

// InvalidError lists everything that keeps a content from being a document.
type InvalidError struct {
	Fields []FieldError `json:"errors"`
}

// Error names the fields and the codes.
func (e *InvalidError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "document is not complete: %d field(s)", len(e.Fields))
	for _, f := range e.Fields {
		b.WriteString("; " + f.Pointer + " " + f.Code)
	}
	return b.String()
}

// Longest texts, in characters. They are generous: a form takes more than any
// real text needs, and still no request can make a document without end.
const (
	maxNumberText = 100
	maxPerson     = 200
	maxPlace      = 300
	maxName       = 500
	maxAddress    = 1000
	maxActivity   = 2000
	maxReason     = 60000
)

// Validate reports every field of the licence that is missing or cannot be
// printed, as an *[InvalidError] whose pointers begin with /licence. The
// special conditions may be empty, in both languages together; so may number
// and date, which the register gives.
func (l Licence) Validate() error { return validate(&l, l.Number != "") }

// Validate reports every field of the refusal that is missing or cannot be
// printed, as an *[InvalidError] whose pointers begin with /refusal. Number
// and date may be empty: the register gives them.
func (r Refusal) Validate() error { return validate(&r, r.Number != "") }

// Validate reports whether the draft is one complete document that has no
// number yet and nothing else that the register gives. Call it on what
// [Draft.Normalise] returns.
func (d Draft) Validate() error { return d.validate(false) }

// ValidateNumbered reports whether the draft is one complete document with its
// number, date, and all else that the register gives.
func (d Draft) ValidateNumbered() error { return d.validate(true) }

func (d Draft) validate(complete bool) error {
	b := d.body()
	if b == nil {
		return &InvalidError{Fields: []FieldError{{
			Pointer: "", Code: CodeExactlyOne, Detail: "exactly one document must be given",
		}}}
	}
	err := validate(b, complete)
	if number, _ := b.head(); !complete && *number != "" {
		invalid := &InvalidError{}
		errors.As(err, &invalid)
		c := &checker{at: "/" + string(b.kind()), fields: invalid.Fields}
		c.fail("/number", CodeNotAccepted, "the register gives the number")
		return c.result()
	}
	return err
}

func validate(b body, complete bool) error {
	c := &checker{at: "/" + string(b.kind()), complete: complete}
	number, issuedOn := b.head()
	c.numberAndDate(b.kind(), *number, *issuedOn)
	b.check(c)
	return c.result()
}

func (l *Licence) check(c *checker) {
	c.holder("/holder", l.Holder)
	c.both("/activity", l.Activity, rule{max: maxActivity})
	c.both("/special_conditions", l.SpecialConditions, rule{
		max: maxReason, lines: true, optional: l.SpecialConditions == Text{},
	})
	c.both("/licensor", l.Licensor, rule{max: maxName})
	c.text("/head", l.Head, rule{max: maxPerson})
	c.both("/place", l.Place, rule{max: maxPlace})
	if l.Annex != nil {
		c.annex(*l.Annex)
	}
	if !l.ValidUntil.IsZero() {
		c.given("/valid_until", true)
		c.later("/valid_until", l.ValidUntil, l.IssuedOn)
	}
	c.checkReconsiders(l.Reconsiders, l.Replaces != "")
	c.checkCorrections(l.Corrections)
	c.absent("/elsewhere", l.Elsewhere == nil, "belongs to a licence that was issued elsewhere, which is entered and not issued")
	c.absent("/replaced_elsewhere", l.ReplacedElsewhere == nil || c.complete, "the register gives it")
	if l.Replaces != "" {
		c.number("/replaces", l.Replaces, KindLicence)
		c.given("/first_issued_on", !l.FirstIssuedOn.IsZero())
		if l.ReissueGround != "" && !l.ReissueGround.known() {
			c.fail("/reissue_ground", CodeUnknown, "is none of reorganisation, activity_name, licensor, identification")
		}
	} else if l.ReissueGround != "" {
		c.fail("/reissue_ground", CodeNotAccepted, "belongs to a licence that replaces another")
	} else if !l.FirstIssuedOn.IsZero() {
		c.fail("/first_issued_on", CodeNotAccepted, "belongs to a licence that replaces another")
	}
}

func (c *checker) annex(a Annex) {
	if n, err := strconv.Atoi(a.Number); err != nil || len(a.Number) != 3 || n < 1 {
		c.fail("/annex/number", CodeNumber, "is not three digits from 001")
	}
	if (a.Subtype.Label() == Label{}) {
		c.fail("/annex/subtype", CodeUnknown, "is none of the sub-types of the activity")
	}
	c.both("/annex/ground", a.Ground, rule{max: maxName})
	c.both("/annex/holder_address", a.HolderAddress, rule{max: maxAddress})
}

func (r *Refusal) check(c *checker) {
	c.both("/authority", r.Authority, rule{max: maxName})
	c.both("/requisites", r.Requisites, rule{max: maxAddress})
	c.holder("/applicant", r.Applicant)
	c.text("/application_number", r.ApplicationNumber, rule{max: maxNumberText})
	c.earlier("/application_date", r.ApplicationDate, r.IssuedOn)
	if !slices.Contains(refusalGrounds, r.Ground) {
		c.fail("/ground", CodeUnknown, "is none of RF-QUAL, RF-DOCS, RF-INCOMPLETE")
	}
	c.both("/reason", r.Reason, rule{max: maxReason, lines: true})
	c.both("/position", r.Position, rule{max: maxPlace})
	c.text("/signatory", r.Signatory, rule{max: maxPerson})
	c.heard(r.Heard, r.IssuedOn)
	c.checkCorrections(r.Corrections)
	c.checkReconsiders(r.Reconsiders, false)
}

// checker gathers the errors of one document.
type checker struct {
	at       string
	complete bool // with all that the register gives
	fields   []FieldError
}

func (c *checker) result() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &InvalidError{Fields: c.fields}
}

// mostErrors is how many errors are told at once: a list of thousands of empty
// objects has one mistake.
const mostErrors = 100

func (c *checker) fail(pointer, code, detail string) {
	if len(c.fields) >= mostErrors {
		return
	}
	c.fields = append(c.fields, FieldError{Pointer: c.at + pointer, Code: code, Detail: detail})
}

// rule is what a text must keep to.
type rule struct {
	max      int
	lines    bool // line breaks are allowed
	optional bool
}

func (c *checker) both(pointer string, t Text, r rule) {
	c.text(pointer+"/kk", t.KK, r)
	c.text(pointer+"/ru", t.RU, r)
}

func (c *checker) text(pointer, s string, r rule) {
	switch {
	case strings.TrimSpace(s) == "":
		if !r.optional || s != "" {
			c.fail(pointer, CodeRequired, "is empty")
		}
	case !utf8.ValidString(s):
		c.fail(pointer, CodeEncoding, "is not UTF-8")
	case utf8.RuneCountInString(s) > r.max:
		c.fail(pointer, CodeTooLong, fmt.Sprintf("has more than %d characters", r.max))
	default:
		if why := unprintable(s, r.lines); why != "" {
			c.fail(pointer, CodeCharacter, why)
		}
	}
}

func (c *checker) holder(pointer string, h Holder) {
	if (h.Legal == nil) == (h.Natural == nil) {
		c.fail(pointer, CodeExactlyOne, "exactly one of legal and natural must be given")
		return
	}
	if h.Legal != nil {
		c.both(pointer+"/legal/name", h.Legal.Name, rule{max: maxName})
		c.both(pointer+"/legal/address", h.Legal.Address, rule{max: maxAddress})
		c.legalNumber(pointer+"/legal", *h.Legal)
		return
	}
	c.text(pointer+"/natural/surname", h.Natural.Surname, rule{max: maxPerson})
	c.text(pointer+"/natural/given_name", h.Natural.GivenName, rule{max: maxPerson})
	c.text(pointer+"/natural/patronymic", h.Natural.Patronymic, rule{max: maxPerson, optional: true})
	c.naturalNumber(pointer+"/natural", *h.Natural)
}

func (c *checker) legalNumber(pointer string, e LegalEntity) {
	switch _, err := certs.ParseBIN(string(e.BIN)); {
	case e.Registration == nil:
		c.identification(pointer+"/bin", string(e.BIN), err)
	case e.BIN != "":
		c.fail(pointer, CodeExactlyOne, "exactly one of bin and registration must be given")
	default:
		c.registration(pointer+"/registration", *e.Registration)
	}
}

func (c *checker) naturalNumber(pointer string, p NaturalPerson) {
	switch _, err := certs.ParseIIN(string(p.IIN)); {
	case p.Document == nil:
		c.identification(pointer+"/iin", string(p.IIN), err)
	case p.IIN != "":
		c.fail(pointer, CodeExactlyOne, "exactly one of iin and identity_document must be given")
	default:
		c.identityDocument(pointer+"/identity_document", *p.Document)
	}
}

func (c *checker) identification(pointer, value string, err error) {
	switch {
	case value == "":
		c.fail(pointer, CodeRequired, "is empty")
	case errors.Is(err, certs.ErrCheckDigit):
		c.fail(pointer, CodeCheckDigit, "has a wrong check digit")
	case err != nil:
		c.fail(pointer, CodeDigits, "is not twelve digits")
	}
}

func (c *checker) numberAndDate(kind Kind, number string, issuedOn Date) {
	if !issuedOn.IsZero() {
		c.date("/issued_on", issuedOn)
	}
	if number == "" {
		return
	}
	n, err := ParseNumber(number)
	if err != nil || n.String != number || n.Kind != kind || n.Year != issuedOn.Year {
		c.fail("/number", CodeNumber, "is not a number of this kind of document and of the year of issue")
	}
}

// number checks the number of another document, of one of these kinds or, if
// none is named, of any that the register has.
func (c *checker) number(pointer, number string, kinds ...Kind) {
	if number == "" {
		c.fail(pointer, CodeRequired, "is empty")
		return
	}
	n, err := ParseNumber(number)
	ours := slices.Contains(kinds, n.Kind) || (len(kinds) == 0 && n.Kind != KindApplication)
	if err != nil || n.String != number || !ours {
		c.fail(pointer, CodeNumber, "is not the number of a document of this kind")
	}
}

// given checks what the register gives, and nobody else.
func (c *checker) given(pointer string, is bool) {
	switch {
	case c.complete && !is:
		c.fail(pointer, CodeRequired, "is missing")
	case !c.complete && is:
		c.fail(pointer, CodeNotAccepted, "the register gives it")
	}
}

// list checks the length of a list.
func (c *checker) list(pointer string, length, longest int, required bool) {
	switch {
	case required && length == 0:
		c.fail(pointer, CodeRequired, "is empty")
	case length > longest:
		c.fail(pointer, CodeTooLong, fmt.Sprintf("has more than %d entries", longest))
	}
}

// date refuses days that no calendar has and years no number can name.
func (c *checker) date(pointer string, d Date) {
	if _, err := ParseDate(d.String()); err != nil {
		c.fail(pointer, CodeDate, "is no day of the calendar")
		return
	}
	if d.Year < firstYear || d.Year > lastYear {
		c.fail(pointer, CodeDate, fmt.Sprintf("is not between the years %d and %d", firstYear, lastYear))
	}
}
