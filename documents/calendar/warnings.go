package calendar

import (
	"time"

	"tamga/documents"
	"tamga/language"
)

// warnAhead is how many days before a year begins its calendar must be there.
const warnAhead = 90

// Warning is what whoever keeps the calendar must do soon.
type Warning struct {
	Year int           `json:"year"`
	Code string        `json:"code"` // "missing" or "provisional"
	Text language.Text `json:"text"`
}

// Warnings returns what is missing at a moment or will be within 90 days: years
// that are not entered, and provisional ones that are not confirmed.
func (c *Calendar) Warnings(at time.Time) []Warning {
	var all []Warning
	now := documents.CivilDate(at)
	for year := now.Year; year <= now.Year+1; year++ {
		if begins := dayOf(documents.Date{Year: year, Month: time.January, Day: 1}); dayOf(now)+warnAhead < begins {
			continue
		}
		switch y, ok := c.years[year]; {
		case !ok:
			all = append(all, Warning{Year: year, Code: "missing", Text: MissingYear(year)})
		case y.Provisional:
			all = append(all, Warning{Year: year, Code: "provisional", Text: ofYear("calendar.not_confirmed", year)})
		}
	}
	return all
}
