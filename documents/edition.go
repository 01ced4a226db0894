package documents

import (
	"slices"
	"time"
)

// Edition is what an edition of the rules says of documents, on the days of a
// part of its time: what they print, and what they may be.
type Edition struct {
	Name string // with the digest of its content, such as 2026-draft@91c0
	// From is the first day, and Until the day after the last; zero is open.
	From, Until Date
	Texts       map[string]Text // the sentences by their keys
	// Kinds are the kinds of documents that the edition knows.
	Kinds map[Kind]KindRules
	// Hearing is when applicants are heard before a refusal; nil for never.
	Hearing *HearingRules
	// Specimen says that the edition is not in force on these days: what is printed
	// by it says that it is a specimen.
	Specimen bool
}

// KindRules are what an edition says of documents of a kind.
type KindRules struct {
	// Events are those by order, and the copies, that the documents may have,
	// besides what every document may: its record is corrected, its content erased.
	Events []EventKind
	// Subtypes are those of the licensed activity; nil where the edition names none,
	// and then any will do.
	Subtypes []Subtype
	// Correctable are the members whose mistakes of writing may be corrected, as pointers
	// with * for any name or place.
	Correctable []string
	// Term is how long a document is in force, and ReissueTerm one that replaces
	// another; zero is without end, and what the other had left.
	Term, ReissueTerm Period
}

// Period is a civil term: of years, months and days.
type Period struct{ Years, Months, Days int }

// LastDay returns the last day of a period that begins on a day: that of the same
// number, or the last of a month that has none.
func (p Period) LastDay(from Date) Date {
	first := time.Date(from.Year+p.Years, from.Month+time.Month(p.Months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DateOf(first.AddDate(0, 0, min(from.Day, last)-1+p.Days))
}

// CheckEdition reports, as an *[InvalidError], what the document says and the
// edition that rules it does not know.
func (d Draft) CheckEdition(e Edition) error {
	c := &checker{at: "/" + string(d.Kind())}
	if l := d.Licence; l != nil && l.Annex != nil {
		known := e.Kinds[KindLicence].Subtypes
		if known != nil && !slices.Contains(known, l.Annex.Subtype) {
			c.fail("/annex/subtype", CodeEdition, "is no sub-type of the activity in the edition "+e.Name)
		}
	}
	if what, ok := d.decision(); ok && e.Texts[noticeText+what.ground] == (Text{}) {
		c.fail("/ground", CodeEdition, "is no ground in the edition "+e.Name)
	}
	return c.result()
}

// noticeText is before the name of a ground in the keys of an edition's texts.
const noticeText = "notice."

// Ruled returns a copy with the term that an edition gives a numbered document. One
// that replaces another keeps the other's, unless the edition says otherwise.
func (d Draft) Ruled(e Edition) Draft {
	if d.Licence == nil {
		return d
	}
	d = d.clone()
	term := e.Kinds[KindLicence].Term
	if d.Licence.Replaces != "" {
		term = e.Kinds[KindLicence].ReissueTerm
	}
	if term != (Period{}) {
		d.Licence.ValidUntil = term.LastDay(d.Licence.IssuedOn)
	}
	return d
}

// Within reports whether a day is from one on and before another; zero is open.
func (d Date) Within(from, until Date) bool {
	return (from.IsZero() || !d.before(from)) && (until.IsZero() || d.before(until))
}
