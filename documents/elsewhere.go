package documents

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Elsewhere says of a licence that another service has issued it, or that it was
// issued on paper: it is in the register because it was entered there, and nothing of
// it is signed by this service.
type Elsewhere struct {
	// Source tells ranges of numbers apart: small Latin letters, digits, full stops and
	// dashes, such as "elicense.kz" or "paper". A number stands for one licence of it.
	Source  string `json:"source"`
	Name    Text   `json:"name"`              // of the source, as people read it
	Number  string `json:"number"`            // the licence's own
	Edition string `json:"edition,omitempty"` // of the rules by which it was given, as the licence or its source names it
}

// SeriesElsewhere names the series of numbers under which the register knows licences
// that were issued elsewhere. They are documents of the kind of a licence.
const SeriesElsewhere = "licence_elsewhere"

// firstElsewhere is the first year of which licences are entered: that of the state.
const firstElsewhere = 1991

// Longest texts of where a licence comes from: a licence in its place prints them in
// one row, and a duplicate the number where that of a licence stands.
const (
	maxOwnNumber  = 40 // in bytes, as layouts have room for
	maxSourceName = 120
	maxOwnEdition = 200
)

// sources are the names that tell sources apart.
var sources = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,39}$`)

// NormaliseElsewhere returns a copy of what is to be entered, as [Draft.Normalise]
// does of what is to be issued. Its number is that of its source.
func (l Licence) NormaliseElsewhere() Licence {
	d := Draft{Licence: &l}.Normalise()
	l = *d.Licence
	if l.Elsewhere != nil {
		from := *l.Elsewhere
		from.Source = strings.ToLower(strings.TrimSpace(from.Source))
		from.Name = from.Name.each(NormaliseKazakh)
		from.Number, from.Edition = NormaliseKazakh(from.Number), NormaliseKazakh(from.Edition)
		l.Elsewhere, l.Number = &from, from.Number
	}
	return l
}

// ValidateElsewhere reports, as an *[InvalidError], what keeps a licence from being
// entered as one that was issued elsewhere. What old licences may not say, such as
// who signed them and where, may be left out.
func (l Licence) ValidateElsewhere(now time.Time) error {
	c := &checker{at: "/" + string(KindLicence)}
	if l.Elsewhere == nil {
		c.fail("/elsewhere", CodeRequired, "is missing")
		return c.result()
	}
	c.elsewhere(*l.Elsewhere)
	switch _, err := ParseDate(l.IssuedOn.String()); {
	case l.IssuedOn.IsZero():
		c.fail("/issued_on", CodeRequired, "is missing")
	case err != nil || l.IssuedOn.Year < firstElsewhere || CivilDate(now).before(l.IssuedOn):
		c.fail("/issued_on", CodeDate, fmt.Sprintf("is no day from %d until today", firstElsewhere))
	}
	c.holder("/holder", l.Holder)
	c.both("/activity", l.Activity, rule{max: maxActivity})
	c.both("/licensor", l.Licensor, rule{max: maxName})
	c.both("/special_conditions", l.SpecialConditions, rule{max: maxReason, lines: true, optional: l.SpecialConditions == Text{}})
	c.both("/place", l.Place, rule{max: maxPlace, optional: l.Place == Text{}})
	c.text("/head", l.Head, rule{max: maxPerson, optional: true})
	if l.Annex != nil {
		c.annex(*l.Annex)
	}
	if !l.ValidUntil.IsZero() {
		c.later("/valid_until", l.ValidUntil, l.IssuedOn)
	}
	if first := l.FirstIssuedOn; !first.IsZero() && (first.Year < firstElsewhere || l.IssuedOn.before(first)) {
		c.fail("/first_issued_on", CodeDate, fmt.Sprintf("is no day from %d until the date of issue", firstElsewhere))
	}
	c.absent("/replaces", l.Replaces == "", "belongs to a licence that this service issues")
	c.absent("/reissue_ground", l.ReissueGround == "", "belongs to a licence that this service issues")
	c.absent("/reconsiders", l.Reconsiders == "", "belongs to a licence that this service issues")
	c.absent("/replaced_elsewhere", l.ReplacedElsewhere == nil, "the register gives it")
	c.absent("/corrections", len(l.Corrections) == 0, "the register gives them")
	return c.result()
}

func (c *checker) elsewhere(from Elsewhere) {
	if !sources.MatchString(from.Source) {
		c.fail("/elsewhere/source", CodeUnknown, "is no name of a source: small Latin letters, digits, full stops and dashes, at most 40")
	}
	c.both("/elsewhere/name", from.Name, rule{max: maxSourceName})
	if c.text("/elsewhere/number", from.Number, rule{max: maxOwnNumber}); len(from.Number) > maxOwnNumber && utf8.RuneCountInString(from.Number) <= maxOwnNumber {
		c.fail("/elsewhere/number", CodeTooLong, "takes more room than 40 Latin letters and digits, of which a Cyrillic letter is two")
	}
	c.text("/elsewhere/edition", from.Edition, rule{max: maxOwnEdition, optional: true})
	if from.Number != "" && strings.Map(plainNumberRune, from.Number) == "" {
		c.fail("/elsewhere/number", CodeNumber, "has neither letters nor digits")
	}
}

// OwnNumberKey returns what licences that were issued elsewhere are found by: the
// number that people type, without what makes no other number.
func OwnNumberKey(number string) string {
	sum := sha256.Sum256([]byte("elsewhere " + strings.Map(plainNumberRune, number)))
	return "elsewhere " + hex.EncodeToString(sum[:])
}

// Cited returns the number of a licence as a document cites it: with its source, if
// that is another.
func (e *Elsewhere) Cited() Text {
	return Text{KK: e.Number + " (" + e.Name.KK + ")", RU: e.Number + " (" + e.Name.RU + ")"}
}
