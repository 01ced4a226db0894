package documents

import (
	"strconv"

	"tamga/language"
	"tamga/language/words"
)

// The forms of the month in a date: Kazakh has a case for each, and the words say
// which form Russian and English have there.
const (
	monthNamed = "date.month."       // қараша, ноября
	monthDated = "date.month_dated." // қарашадағы
	monthOn    = "date.month_on."    // қарашада
	monthUntil = "date.month_until." // қарашаға
)

// Written returns the date with the name of its month: «2026 жылғы 28 қараша»,
// «28 ноября 2026 года», "28 November 2026". A date never set, or of no month, is
// nothing; so it is for the functions below.
func (d Date) Written() Label { return d.written("date.written", monthNamed) }

// Dated returns the date as it stands before what it dates: «2026 жылғы 28
// қарашадағы (бұйрық)», «(приказ от) 28 ноября 2026 года».
func (d Date) Dated() Label { return d.written("date.written", monthDated) }

// On returns the date on which something happened: «2026 жылғы 28 қарашада», «28
// ноября 2026 года».
func (d Date) On() Label { return d.written("date.written", monthOn) }

// Until returns the date up to which something lasts: «2026 жылғы 28 қарашаға
// дейін», «до 28 ноября 2026 года», "until 28 November 2026".
func (d Date) Until() Label { return d.written("date.until", monthUntil) }

func (d Date) written(phrase, form string) Label {
	month := words.Of(form + strconv.Itoa(int(d.Month)))
	if !month.Whole() {
		return Label{}
	}
	return words.Of(phrase).Put("day", language.Same(strconv.Itoa(d.Day))).Put("month", month).
		Put("year", language.Same(strconv.Itoa(d.Year)))
}
