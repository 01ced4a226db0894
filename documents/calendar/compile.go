package calendar

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"tamga/language/words"
)

// The years for which anything may be entered.
const (
	firstYear = 2005 // before it the civil time followed other rules
	lastYear  = 2100
)

// maxDataRows bounds what an operator may enter at once.
const maxDataRows = 2000

// Compile makes a calendar of data, what comes later adding to what comes
// before, and refuses what contradicts itself: a day that no calendar has, an
// exchange of a day that is worked anyway, hours that overlap.
func Compile(all ...Data) (*Calendar, error) {
	merged := merge(all)
	c := &Calendar{years: map[int]Year{}, off: map[day]Reason{}, worked: map[day]Reason{}}
	for _, step := range []func(*Calendar, Data) error{(*Calendar).takeYears, (*Calendar).takeHours, (*Calendar).takeHolidays, (*Calendar).takeDaysOff, (*Calendar).transfer, (*Calendar).takeExchanges} {
		if err := step(c, merged); err != nil {
			return nil, fmt.Errorf("calendar: %w", err)
		}
	}
	written, err := json.Marshal(merged)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(written)
	c.version = hex.EncodeToString(sum[:6])
	return c, nil
}

// merge puts data together. A year that is entered again without being
// provisional replaces the single days of what came before.
func merge(all []Data) Data {
	var m Data
	for _, d := range all {
		for _, y := range d.Years {
			if !y.Provisional {
				m.Exchanges = slices.DeleteFunc(slices.Clone(m.Exchanges), func(e Exchange) bool { return e.Off.Year == y.Year })
				m.DaysOff = m.DaysOff.without(y.Year)
			}
			m.Years = append(slices.DeleteFunc(slices.Clone(m.Years), func(o Year) bool { return o.Year == y.Year }), y)
		}
		m.Hours = slices.Concat(m.Hours, d.Hours)
		m.Holidays = slices.Concat(m.Holidays, d.Holidays)
		m.Exchanges = slices.Concat(m.Exchanges, d.Exchanges)
		if !m.DaysOff.Name.Whole() {
			m.DaysOff.Name = d.DaysOff.Name
		}
		m.DaysOff.Dates = slices.Concat(m.DaysOff.Dates, d.DaysOff.Dates)
	}
	return m
}

func (o DaysOff) without(year int) DaysOff {
	left := DaysOff{Name: o.Name}
	for _, d := range o.Dates {
		if d.Year != year {
			left.Dates = append(left.Dates, d)
		}
	}
	return left
}

func (c *Calendar) takeYears(d Data) error {
	if n := len(d.Years) + len(d.Hours) + len(d.Holidays) + len(d.DaysOff.Dates) + len(d.Exchanges); n > maxDataRows {
		return fmt.Errorf("%d rows, and %d are the most", n, maxDataRows)
	}
	for _, y := range d.Years {
		if y.Year < firstYear || y.Year > lastYear {
			return fmt.Errorf("year %d is not between %d and %d", y.Year, firstYear, lastYear)
		}
		c.years[y.Year] = y
	}
	return nil
}

func (c *Calendar) takeHours(d Data) error {
	for _, h := range d.Hours {
		w := week{from: dayOf(h.From)}
		for _, n := range h.Weekdays {
			if n < 1 || n > 7 || w.days[n-1] {
				return fmt.Errorf("hours from %s: weekday %d is none of 1 to 7, or stands twice", h.From, n)
			}
			w.days[n-1] = true
		}
		for _, s := range h.Spans {
			begin, err := clock(s[0])
			if err != nil {
				return err
			}
			end, err := clock(s[1])
			if err != nil {
				return err
			}
			if n := len(w.spans); end <= begin || n > 0 && begin < w.spans[n-1].end {
				return fmt.Errorf("hours from %s: %s to %s ends before it begins, or before what is earlier", h.From, s[0], s[1])
			}
			w.spans = append(w.spans, span{begin, end})
		}
		if h.From.IsZero() || len(h.Weekdays) == 0 || len(w.spans) == 0 {
			return fmt.Errorf("hours without a first day, weekdays or spans")
		}
		if slices.ContainsFunc(c.hours, func(o week) bool { return o.from == w.from }) {
			return fmt.Errorf("hours from %s stand twice", h.From)
		}
		c.hours = append(c.hours, w)
	}
	slices.SortFunc(c.hours, func(a, b week) int { return cmp.Compare(a.from, b.from) })
	return nil
}

func (c *Calendar) takeHolidays(d Data) error {
	for _, h := range d.Holidays {
		if !h.Name.Whole() || len(h.Days) == 0 || h.Until != 0 && h.Until < h.From {
			return fmt.Errorf("holiday %q has no name in every language, no day, or ends before it begins", h.Name.EN)
		}
		for year := range c.years {
			for _, text := range h.Days {
				at, err := monthDay(year, text)
				if err != nil {
					return fmt.Errorf("holiday %q: %w", h.Name.EN, err)
				}
				kind := Public
				if !h.Transferred {
					kind = Religious
				}
				if year >= h.From && (h.Until == 0 || year <= h.Until) {
					c.off[at] = Reason{Kind: kind, Name: h.Name}
				}
			}
		}
	}
	return nil
}

func (c *Calendar) takeDaysOff(d Data) error {
	if len(d.DaysOff.Dates) > 0 && !d.DaysOff.Name.Whole() {
		return fmt.Errorf("days off have no name in every language")
	}
	for _, date := range d.DaysOff.Dates {
		if _, ok := c.years[date.Year]; !ok {
			return fmt.Errorf("day off %s is of a year that is not entered", date)
		}
		if _, taken := c.off[dayOf(date)]; !taken {
			c.off[dayOf(date)] = Reason{Kind: Religious, Name: d.DaysOff.Name}
		}
	}
	return nil
}

func (c *Calendar) takeExchanges(d Data) error {
	for _, e := range d.Exchanges {
		worked, off := dayOf(e.Worked), dayOf(e.Off)
		for _, at := range []day{worked, off} {
			if _, ok := c.years[at.year()]; !ok {
				return fmt.Errorf("exchange of %s for %s is of a year that is not entered", e.Off, e.Worked)
			}
		}
		works, _ := c.ask(worked)
		rests, _ := c.ask(off)
		if works || !rests {
			return fmt.Errorf("exchange of %s for %s: the first must be a working day, the second a day off", e.Off, e.Worked)
		}
		c.worked[worked] = Reason{Kind: Exchanged, Name: words.Of("calendar.exchanged"), Of: e.Off}
		c.off[off] = Reason{Kind: Exchanged, Name: words.Of("calendar.exchanged"), Of: e.Worked}
	}
	return nil
}

// transfer makes the working day after each holiday on a day off a day off, as
// article 5 of the law on holidays has it, in the order of the holidays.
func (c *Calendar) transfer(Data) error {
	var fell []day
	for at, r := range c.off {
		w := c.weekOf(at)
		if r.Kind == Public && w != nil && !w.days[at.weekday()] {
			fell = append(fell, at)
		}
	}
	slices.Sort(fell)
	for _, at := range fell {
		next := at + 1
		for working, _ := c.ask(next); !working; working, _ = c.ask(next) {
			if next++; next.year() != at.year() {
				return fmt.Errorf("no working day is left in %d for the holiday of %s", at.year(), at.date())
			}
		}
		c.off[next] = Reason{Kind: Transfer, Name: c.off[at].Name, Of: at.date()}
	}
	return nil
}

func sortYears(all []Year) {
	slices.SortFunc(all, func(a, b Year) int { return cmp.Compare(a.Year, b.Year) })
}
