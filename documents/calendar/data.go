package calendar

import (
	_ "embed"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/jsonfile"
	"tamga/language"
)

// Data is what a calendar is made of: the shipped one, or what an operator adds
// to it. Every part may be empty.
type Data struct {
	Hours     []Hours    `json:"hours,omitempty"`
	Holidays  []Holiday  `json:"holidays,omitempty"`
	DaysOff   DaysOff    `json:"days_off,omitzero"`
	Exchanges []Exchange `json:"exchanges,omitempty"`
	Years     []Year     `json:"years,omitempty"`
}

// Hours are the working hours of a week from a day on, until others follow.
// Weekdays are numbered as ISO 8601 does, Monday 1 to Sunday 7; a span is
// [begin, end) in civil time, "09:00" to "13:00", and the pause between two is
// lunch.
type Hours struct {
	From     documents.Date `json:"from"`
	Weekdays []int          `json:"weekdays"`
	Spans    [][2]string    `json:"spans"`
	Source   string         `json:"source,omitempty"`
}

// Holiday is days of every year that are off, "01-31", in the years from From
// until Until, both included; zero is open. One that is transferred and falls on
// a day off makes the next working day off.
type Holiday struct {
	Name        language.Text `json:"name"`
	Days        []string      `json:"days"`
	From        int           `json:"from,omitempty"`
	Until       int           `json:"until,omitempty"`
	Transferred bool          `json:"transferred"`
	Source      string        `json:"source,omitempty"`
}

// DaysOff are single days off whose date follows no rule of ours, never
// transferred: the first day of Kurban Ait.
type DaysOff struct {
	Name  language.Text    `json:"name"`
	Dates []documents.Date `json:"dates"`
}

// Exchange is a day off that the Government has moved: Worked, a day of a
// weekend, is a working day instead of Off.
type Exchange struct {
	Worked documents.Date `json:"worked"`
	Off    documents.Date `json:"off"`
	Source string         `json:"source,omitempty"`
}

// Year says that a year is entered. A provisional one is made by rule before
// the year's own days are known; entering it again without that word replaces
// its single days off and exchanges by those entered with it.
type Year struct {
	Year        int    `json:"year"`
	Provisional bool   `json:"provisional,omitempty"`
	Note        string `json:"note,omitempty"`
}

//go:embed calendar.json
var shipped []byte

// Shipped returns the calendar that the program carries, 2012 to 2028.
func Shipped() (Data, error) { return Parse(shipped) }

// Parse reads data as an operator enters it: JSON without unknown names.
func Parse(b []byte) (Data, error) {
	var d Data
	if err := jsonfile.Read(b, &d); err != nil {
		return Data{}, fmt.Errorf("calendar: %w", err)
	}
	return d, nil
}

// clock reads "09:00" as the time since midnight.
func clock(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, fmt.Errorf("%q is no time of day such as 09:00", s)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// monthDay reads "01-31" in a year.
func monthDay(year int, s string) (day, error) {
	d, err := documents.ParseDate(fmt.Sprintf("%04d-%s", year, s))
	if err != nil {
		return 0, fmt.Errorf("%q is no day of every year such as 01-31", s)
	}
	return dayOf(d), nil
}
