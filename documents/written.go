package documents

import (
	"fmt"
	"strings"
)

// month is the name of a month as sentences need it.
type month struct {
	kk, at, to string // nominative, locative «қаңтарда», dative «қаңтарға»
	ru, en     string // Russian in the genitive
}

// months is read only.
var months = [...]month{
	{"қаңтар", "қаңтарда", "қаңтарға", "января", "January"},
	{"ақпан", "ақпанда", "ақпанға", "февраля", "February"},
	{"наурыз", "наурызда", "наурызға", "марта", "March"},
	{"сәуір", "сәуірде", "сәуірге", "апреля", "April"},
	{"мамыр", "мамырда", "мамырға", "мая", "May"},
	{"маусым", "маусымда", "маусымға", "июня", "June"},
	{"шілде", "шілдеде", "шілдеге", "июля", "July"},
	{"тамыз", "тамызда", "тамызға", "августа", "August"},
	{"қыркүйек", "қыркүйекте", "қыркүйекке", "сентября", "September"},
	{"қазан", "қазанда", "қазанға", "октября", "October"},
	{"қараша", "қарашада", "қарашаға", "ноября", "November"},
	{"желтоқсан", "желтоқсанда", "желтоқсанға", "декабря", "December"},
}

// Written returns the date with the name of its month: «2026 жылғы 28 қараша»,
// «28 ноября 2026 года», "28 November 2026". A date never set, or of no month, is
// nothing; so it is for the functions below.
func (d Date) Written() Label { return d.written(func(m month) string { return m.kk }) }

// Dated returns the date as it stands before what it dates: «2026 жылғы 28
// қарашадағы (бұйрық)», «(приказ от) 28 ноября 2026 года».
func (d Date) Dated() Label {
	return d.written(func(m month) string {
		if strings.HasSuffix(m.at, "е") {
			return m.at + "гі"
		}
		return m.at + "ғы"
	})
}

// On returns the date on which something happened: «2026 жылғы 28 қарашада», «28
// ноября 2026 года».
func (d Date) On() Label { return d.written(func(m month) string { return m.at }) }

// Until returns the date up to which something lasts: «2026 жылғы 28 қарашаға
// дейін», «до 28 ноября 2026 года», "until 28 November 2026".
func (d Date) Until() Label {
	l := d.written(func(m month) string { return m.to + " дейін" })
	if l != (Label{}) {
		l.RU, l.EN = "до "+l.RU, "until "+l.EN
	}
	return l
}

func (d Date) written(kk func(month) string) Label {
	if d.Month < 1 || int(d.Month) > len(months) {
		return Label{}
	}
	m := months[d.Month-1]
	return Label{
		KK: fmt.Sprintf("%d жылғы %d %s", d.Year, d.Day, kk(m)),
		RU: fmt.Sprintf("%d %s %d года", d.Day, m.ru, d.Year),
		EN: fmt.Sprintf("%d %s %d", d.Day, m.en, d.Year),
	}
}
