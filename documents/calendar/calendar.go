// Package calendar counts terms in the working time of Kazakhstan: working days
// and hours, lunch, holidays and their transfers, days off that the Government
// has exchanged. All of that is dated data, shipped and added to by an operator.
//
// A newcomer starts with [Shipped] and [Compile], asks [Calendar.Registered]
// when something filed counts as received and [Calendar.Add] when a [Term] that
// begins there ends. The answer is a [Count], which says day by day how it was
// counted.
//
// A year without data is an answer, never an error: the Count says which year
// is missing, and the term is counted when it is entered. The package reads no
// clock; the civil time of an instant is that of documents.CivilTime.
package calendar

import (
	"fmt"
	"strconv"
	"time"

	"tamga/documents"
	"tamga/language"
	"tamga/language/words"
)

// Calendar is compiled data. Make it with [Compile]; it does not change.
type Calendar struct {
	hours   []week // in the order of their beginnings
	years   map[int]Year
	off     map[day]Reason // days off that are not so by their weekday alone
	worked  map[day]Reason // days off by their weekday that are worked
	version string
}

// Kind says why a day is off, or worked against its weekday.
type Kind string

// The kinds.
const (
	Weekend   Kind = "weekend"
	Public    Kind = "holiday"
	Transfer  Kind = "transfer" // of a holiday that fell on a day off
	Religious Kind = "religious"
	Exchanged Kind = "exchange" // by the Government
)

// Reason is why a day is off, or worked against its weekday. Of is the day
// that it stands for, of a transfer and an exchange.
type Reason struct {
	Kind Kind           `json:"kind"`
	Name language.Text  `json:"name"`
	Of   documents.Date `json:"of,omitzero"`
}

// Day is what a calendar says of one day.
type Day struct {
	Date    documents.Date `json:"date"`
	Working bool           `json:"working"`
	Why     *Reason        `json:"why,omitempty"` // nil on ordinary working days
}

// Day returns what is known of a day; false when its year is not entered.
func (c *Calendar) Day(d documents.Date) (Day, bool) {
	at := dayOf(d)
	if _, ok := c.years[d.Year]; !ok || c.weekOf(at) == nil {
		return Day{}, false
	}
	working, why := c.ask(at)
	return Day{Date: d, Working: working, Why: why}, true
}

// Unusual returns the days of a year that are not what their weekday says:
// holidays, transfers and exchanges, with the days of weekends that are worked;
// false when the year is not entered.
func (c *Calendar) Unusual(year int) ([]Day, bool) {
	if _, ok := c.years[year]; !ok {
		return nil, false
	}
	var all []Day
	for at := dayOf(documents.Date{Year: year, Month: time.January, Day: 1}); at.year() == year; at++ {
		if working, why := c.ask(at); why != nil && why.Kind != Weekend {
			all = append(all, Day{Date: at.date(), Working: working, Why: why})
		}
	}
	return all, true
}

// ask tells about a day of a year that is entered.
func (c *Calendar) ask(d day) (working bool, why *Reason) {
	if r, ok := c.worked[d]; ok {
		return true, &r
	}
	if r, ok := c.off[d]; ok {
		return false, &r
	}
	if w := c.weekOf(d); w != nil && w.days[d.weekday()] {
		return true, nil
	}
	return false, &Reason{Kind: Weekend, Name: words.Of("calendar.weekday." + strconv.Itoa(1+int(d.weekday())))}
}

// Version names the data by its digest, so that what was counted with it can
// say so.
func (c *Calendar) Version() string { return c.version }

// Years returns the years that are entered, in their order.
func (c *Calendar) Years() []Year {
	var all []Year
	for year := range c.years {
		all = append(all, c.years[year])
	}
	sortYears(all)
	return all
}

// week is compiled hours.
type week struct {
	from  day
	days  [7]bool // by the weekday, Monday 0
	spans []span
}

type span struct{ begin, end time.Duration } // since midnight

func (w *week) closing() time.Duration { return w.spans[len(w.spans)-1].end }

// weekOf returns the hours in force on a day; nil before the first.
func (c *Calendar) weekOf(d day) *week {
	var found *week
	for i := range c.hours {
		if c.hours[i].from <= d {
			found = &c.hours[i]
		}
	}
	return found
}

// ParseMoment reads an instant: "2026-11-24T09:00" in the civil time of
// Kazakhstan, or RFC 3339 with its offset; of the years for which a calendar can
// be entered.
func ParseMoment(s string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		var clock time.Time
		if clock, err = time.Parse("2006-01-02T15:04", s); err == nil && len(s) == len("2006-01-02T15:04") {
			date := documents.DateOf(clock)
			at = date.Midnight().Add(clock.Sub(dayOf(date).utc()))
		} else {
			at = time.Time{}
		}
	}
	if year := documents.CivilDate(at).Year; year < firstYear || year > lastYear {
		return time.Time{}, fmt.Errorf("%q is no moment such as 2026-11-24T09:00, of the years %d to %d", s, firstYear, lastYear)
	}
	return at, nil
}

// day is a civil date as the number of days since 1970-01-01.
type day int

func dayOf(d documents.Date) day {
	return day(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60))
}

func (d day) utc() time.Time       { return time.Unix(int64(d)*24*60*60, 0).UTC() }
func (d day) date() documents.Date { return documents.DateOf(d.utc()) }
func (d day) year() int            { return d.utc().Year() }
func (d day) weekday() int         { return (int(d.utc().Weekday()) + 6) % 7 } // Monday 0

// at returns the instant of a time of day.
func (d day) at(sinceMidnight time.Duration) time.Time { return d.date().Midnight().Add(sinceMidnight) }

// split tells the civil day of an instant and the time since its midnight.
func split(t time.Time) (day, time.Duration) {
	date := documents.CivilDate(t)
	return dayOf(date), t.Sub(date.Midnight())
}
