package rulebook

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// The kinds of rows.
const (
	KindEdition  = "edition"  // an edition of the regulation, as documents/regulation reads it
	KindCalendar = "calendar" // days, hours and years, as documents/calendar reads them
	KindIndex    = "index"    // the monthly calculation index (МРП) of a year
)

// kinds is read only.
var kinds = []string{KindEdition, KindCalendar, KindIndex}

// Errors about what a row says, wrapped in a [RowError].
var (
	// ErrKind means that there is no such kind.
	ErrKind = errors.New("is no kind of row")
	// ErrDigest means that the content is not what was entered.
	ErrDigest = errors.New("the content is not what was entered")
	// ErrName means that a row is not named as its content is, or has no name.
	ErrName = errors.New("the row is not named as its content is")
	// ErrPeriod means that a row is not of the time that its content is of, or ends
	// before it begins.
	ErrPeriod = errors.New("the row is not of the time that its content is of")
)

// entries is what rows say, in the order in which they count.
type entries struct {
	days     []calendar.Data
	editions []regulation.Edition
}

// compile makes the rules of rows, and refuses with a *[RowError] what cannot be. What
// an earlier compilation printed by the same rows is used again.
func (b *Book) compile(rows []store.Rule, before *Rules) (*Rules, error) {
	rows = counting(rows)
	said, err := b.parse(rows)
	if err != nil {
		return nil, err
	}
	now := &Rules{printed: printedBy(rows)}
	if now.Calendar, err = calendar.Compile(said.days...); err != nil {
		return nil, b.culprit(rows, err)
	}
	if now.Law, err = regulation.Compile(said.editions...); err != nil {
		return nil, refusal(rows, err)
	}
	switch {
	case b.Pages == nil:
	case before != nil && before.printed == now.printed:
		now.Layouts = before.Layouts
	default:
		if now.Layouts, err = b.print(now.Law); err != nil {
			return nil, refusal(rows, err)
		}
	}
	return now, nil
}

func (b *Book) print(law *regulation.Law) (*pdf.Layouts, error) {
	pages := *b.Pages
	if b.Printing != nil {
		pages.Editions = b.Printing(law)
	} else {
		pages.Editions = law.Printing()
	}
	return pdf.Compile(pages)
}

// counting leaves out the rows that gave way to a later one of their name.
func counting(rows []store.Rule) []store.Rule {
	var all []store.Rule
	for i, r := range rows {
		if !slices.ContainsFunc(rows[i+1:], func(later store.Rule) bool { return supersedes(later, r) }) {
			all = append(all, r)
		}
	}
	return all
}

// supersedes reports whether an earlier row gives way to a later one.
func supersedes(later, earlier store.Rule) bool {
	return later.Kind == earlier.Kind && later.Name == earlier.Name
}

// parse reads what rows say, above what is carried.
func (b *Book) parse(rows []store.Rule) (entries, error) {
	carried, err := b.carried()
	if err != nil {
		return entries{}, err
	}
	said := entries{days: carried.Calendar, editions: carried.Editions}
	for _, r := range rows {
		if err := said.take(r); err != nil {
			return said, &RowError{ErrUnusable, r.ID, r.Kind, r.Name, err}
		}
	}
	for _, r := range rows {
		if r.Kind == KindIndex {
			if err := said.place(r); err != nil {
				return said, &RowError{ErrUnusable, r.ID, r.Kind, r.Name, err}
			}
		}
	}
	return said, nil
}

// place gives the index of a row to the editions that are in force in its year.
func (s *entries) place(r store.Rule) error {
	m, err := regulation.ParseMCI(r.Content)
	if err != nil {
		return err
	}
	placed := false
	for i, e := range s.editions {
		if inForceIn(e, m.Year) {
			s.editions[i], placed = withIndex(e, m), true
		}
	}
	if !placed {
		return fmt.Errorf("%w: no edition is in force in %d", ErrPeriod, m.Year)
	}
	return nil
}

// take adds what a row says, and refuses one whose name or time is not that of its
// content.
func (s *entries) take(r store.Rule) error {
	if store.HexSum(r.Content) != r.SHA256 {
		return ErrDigest
	}
	of, err := s.read(r)
	switch {
	case err != nil:
		return err
	case r.Name == "":
		return fmt.Errorf("%w: it has no name", ErrName)
	case of.Name != "" && of.Name != r.Name:
		return fmt.Errorf("%w: %q, and not %q", ErrName, of.Name, r.Name)
	case of.From != r.From || of.Until != r.Until:
		return fmt.Errorf("%w: from %q until %q, and not from %q until %q", ErrPeriod, of.From, of.Until, r.From, r.Until)
	}
	return nil
}

// read adds what a row says, and returns the name and the time that its content has.
func (s *entries) read(r store.Rule) (of store.Rule, err error) {
	switch r.Kind {
	case KindEdition:
		e, err := regulation.Parse(r.Content)
		s.editions = append(s.editions, e)
		return store.Rule{Name: e.ID, From: day(e.From), Until: day(e.Until)}, err
	case KindCalendar:
		d, err := calendar.Parse(r.Content)
		s.days = append(s.days, d)
		from, until := d.Span()
		return store.Rule{From: day(from), Until: day(until)}, err
	case KindIndex:
		m, err := regulation.ParseMCI(r.Content)
		from := documents.Date{Year: m.Year, Month: 1, Day: 1}
		until := documents.Date{Year: m.Year + 1, Month: 1, Day: 1}
		return store.Rule{Name: strconv.Itoa(m.Year), From: day(from), Until: day(until)}, err
	}
	return store.Rule{}, fmt.Errorf("%q %w; there are %s", r.Kind, ErrKind, strings.Join(kinds, ", "))
}

// day writes a day as rows have it; nothing where it is open.
func day(d documents.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// inForceIn reports whether an edition is in force at some time of a year.
func inForceIn(e regulation.Edition, year int) bool {
	first, next := documents.Date{Year: year, Month: 1, Day: 1}, documents.Date{Year: year + 1, Month: 1, Day: 1}
	return e.From.Midnight().Before(next.Midnight()) && (e.Until.IsZero() || first.Midnight().Before(e.Until.Midnight()))
}

// withIndex gives an edition the index of a year.
func withIndex(e regulation.Edition, m regulation.MCI) regulation.Edition {
	e.MCI = append(slices.DeleteFunc(slices.Clone(e.MCI), func(o regulation.MCI) bool { return o.Year == m.Year }), m)
	slices.SortFunc(e.MCI, func(a, b regulation.MCI) int { return a.Year - b.Year })
	return e
}

// printedBy names the rows that change what is printed: all but the calendar's.
func printedBy(rows []store.Rule) string {
	var all strings.Builder
	for _, r := range rows {
		if r.Kind != KindCalendar {
			all.WriteString(r.ID + " " + r.SHA256 + "\n")
		}
	}
	return all.String()
}

// culprit names the first row with which the calendar does not compile.
func (b *Book) culprit(rows []store.Rule, err error) error {
	carried, wrong := b.carried()
	if wrong != nil {
		return wrong
	}
	days := carried.Calendar
	for _, r := range rows {
		if r.Kind != KindCalendar {
			continue
		}
		d, wrong := calendar.Parse(r.Content)
		if wrong != nil {
			return &RowError{ErrUnusable, r.ID, r.Kind, r.Name, wrong}
		}
		days = append(days, d)
		if _, wrong := calendar.Compile(days...); wrong != nil {
			return &RowError{ErrUnusable, r.ID, r.Kind, r.Name, wrong}
		}
	}
	return err
}

// refusal names the row that an error about the law is about, as far as it tells:
// else the last one. Without rows it is not theirs.
func refusal(rows []store.Rule, err error) error {
	var found *store.Rule
	var data *regulation.DataError
	told := errors.As(err, &data)
	for i, r := range rows {
		if r.Kind != KindCalendar && (found == nil || !told || r.Kind == KindEdition && r.Name == data.Edition) {
			found = &rows[i]
		}
	}
	if found == nil {
		return err
	}
	return &RowError{ErrUnusable, found.ID, found.Kind, found.Name, err}
}
