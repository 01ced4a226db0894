package calendar

import (
	"slices"
	"time"

	"tamga/documents"
)

// Span returns the first day that data speaks of, and the day after the last; zero
// where it is open, as of hours until others follow and of holidays of every year.
func (d Data) Span() (from, until documents.Date) {
	var first, next []documents.Date
	add := func(begins, ends documents.Date) { first, next = append(first, begins), append(next, ends) }
	january := func(year int) documents.Date {
		if year == 0 {
			return documents.Date{}
		}
		return documents.Date{Year: year, Month: time.January, Day: 1}
	}
	for _, h := range d.Hours {
		add(h.From, documents.Date{})
	}
	for _, h := range d.Holidays {
		end := 0
		if h.Until != 0 {
			end = h.Until + 1
		}
		add(january(h.From), january(end))
	}
	for _, y := range d.Years {
		add(january(y.Year), january(y.Year+1))
	}
	for _, date := range d.DaysOff.Dates {
		add(date, (dayOf(date) + 1).date())
	}
	for _, e := range d.Exchanges {
		add(e.Off, (dayOf(e.Off) + 1).date())
		add(e.Worked, (dayOf(e.Worked) + 1).date())
	}
	if len(first) == 0 {
		return documents.Date{}, documents.Date{}
	}
	compare := func(a, b documents.Date) int { return int(dayOf(a) - dayOf(b)) }
	if !slices.ContainsFunc(first, documents.Date.IsZero) {
		from = slices.MinFunc(first, compare)
	}
	if !slices.ContainsFunc(next, documents.Date.IsZero) {
		until = slices.MaxFunc(next, compare)
	}
	return from, until
}
