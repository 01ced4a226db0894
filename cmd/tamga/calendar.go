package main

import (
	"fmt"
	"strconv"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/language"
	"tamga/language/words"
)

// calendarCommands count in the working time of Kazakhstan.
type calendarCommands struct {
	Add  calendarAddCommand  `cmd:"" help:"Count a term from a moment, and say how it was counted."`
	Days calendarDaysCommand `cmd:"" help:"List the days off of a year, and the days of weekends that are worked."`
}

// calendarFlags say what is counted with.
type calendarFlags struct {
	Data string `placeholder:"FILE" help:"Days, hours and years (JSON) that are added to the calendar that the program carries."`
	Lang string `default:"en" enum:"kk,ru,en" help:"Language of the answer: kk, ru or en."`
}

// maxLawFile is above any calendar and edition that people write.
const maxLawFile = 8 << 20

// compile reads the calendar.
func (f calendarFlags) compile(c *console) (*calendar.Calendar, error) {
	all, err := f.data(c)
	if err != nil {
		return nil, err
	}
	return calendar.Compile(all...)
}

// data reads the calendar that the program carries, and that of the file.
func (f calendarFlags) data(c *console) ([]calendar.Data, error) {
	shipped, err := calendar.Shipped()
	if err != nil || f.Data == "" {
		return []calendar.Data{shipped}, err
	}
	b, err := c.read(f.Data, maxLawFile)
	if err != nil {
		return nil, err
	}
	added, err := calendar.Parse(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Data, err)
	}
	return []calendar.Data{shipped, added}, nil
}

// say chooses the language of a text.
func (f calendarFlags) say(t language.Text) string { return t.In(language.Lang(f.Lang)) }

// calendarAddCommand counts.
type calendarAddCommand struct {
	calendarFlags
	Moment string   `arg:"" help:"When something was filed: 2014-11-24T09:00 in civil time, or RFC 3339."`
	Terms  []string `arg:"" name:"term" help:"Terms, each from the end of the one before: \"3 WD\", PT15M, PT3H, same-day, P5Y, P30D."`
}

// Help is shown below the flags' list.
func (calendarAddCommand) Help() string {
	return `What is filed outside working time counts as received at the next working moment. A year whose calendar is not entered is an answer: exit code 2.

Example:
  tamga calendar add 2014-11-24T09:00 "3 WD"
  tamga calendar add 2014-11-24T09:00 PT15M PT3H PT1H "3 WD" PT30M PT15M PT15M`
}

// Run prints each term with its count.
func (cmd calendarAddCommand) Run(c *console) error {
	from, err := calendar.ParseMoment(cmd.Moment)
	if err != nil {
		return usageError{err}
	}
	var terms []calendar.Term
	for _, text := range cmd.Terms {
		term, err := calendar.ParseTerm(text)
		if err != nil {
			return usageError{err}
		}
		terms = append(terms, term)
	}
	days, err := cmd.compile(c)
	if err != nil {
		return err
	}
	p := &printer{}
	at, missing := days.Registered(from)
	if missing == 0 && !at.Equal(from) {
		p.line("%s", cmd.say(registered(at)))
	}
	for _, term := range terms {
		count := days.Add(at, term)
		for _, line := range count.Explain() {
			p.line("%s", cmd.say(line))
		}
		at, missing = count.Due, count.Missing
		if missing != 0 {
			break
		}
	}
	if err := p.flush(c.out); err != nil || missing == 0 {
		return err
	}
	return verdictCode(exitIndeterminate)
}

// registered says when something counts as received.
func registered(at time.Time) language.Text {
	return words.Of("cli.received").Put("at", language.Same(documents.PrintedTime(at)))
}

// calendarDaysCommand lists.
type calendarDaysCommand struct {
	calendarFlags
	Year string `arg:"" help:"The year."`
}

// Run prints the days that are not what their weekday says.
func (cmd calendarDaysCommand) Run(c *console) error {
	year, err := strconv.Atoi(cmd.Year)
	if err != nil {
		return usagef("%q is no year", cmd.Year)
	}
	days, err := cmd.compile(c)
	if err != nil {
		return err
	}
	p := &printer{}
	found, known := days.Unusual(year)
	if !known {
		p.line("%s", cmd.say(calendar.MissingYear(year)))
		if err := p.flush(c.out); err != nil {
			return err
		}
		return verdictCode(exitIndeterminate)
	}
	for _, y := range days.Years() {
		if y.Year == year && y.Note != "" {
			p.line("# %s", y.Note)
		}
	}
	for _, d := range found {
		mark := "-"
		if d.Working {
			mark = "+"
		}
		p.line("%s %s  %s", mark, d.Date, cmd.say(d.Why.Label()))
	}
	return p.flush(c.out)
}
