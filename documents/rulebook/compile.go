package rulebook

import (
	"encoding/json"
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
	KindEdition   = "edition"   // an edition of the regulation, as documents/regulation reads it
	KindCalendar  = "calendar"  // days, hours and years, as documents/calendar reads them
	KindIndex     = "index"     // the monthly calculation index (МРП) of a year
	KindChecklist = "checklist" // what an application for a service holds, from a day until another
	KindLayout    = "layout"    // how a document looks, from a day until another, as documents/pdf reads it
)

// kinds is read only.
var kinds = []string{KindEdition, KindCalendar, KindIndex, KindChecklist, KindLayout}

// Errors about what a row says, wrapped in a [RowError].
var (
	// ErrKind means that there is no such kind.
	ErrKind = errors.New("is no kind of row")
	// ErrDigest means that the content is not what was entered.
	ErrDigest = errors.New("the content is not what was entered")
	// ErrName means that a row is not named as its content is, or has no name.
	ErrName = errors.New("the row is not named as its content is")
	// ErrNowhere means that no edition is in force in the time of an index or a
	// checklist that has what it is about.
	ErrNowhere = errors.New("no edition that is in force then has it")
	// ErrPeriod means that a row is not of the time that its content is of, or ends
	// before it begins.
	ErrPeriod = errors.New("the row is not of the time that its content is of")
)

// entries is what rows say, in the order in which they count.
type entries struct {
	days     []calendar.Data
	editions []regulation.Edition
	layouts  []pdf.DatedLayout
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
		if now.Layouts, err = b.print(now.Law, said.layouts); err != nil {
			return nil, refusal(rows, err)
		}
	}
	return now, nil
}

func (b *Book) print(law *regulation.Law, dated []pdf.DatedLayout) (*pdf.Layouts, error) {
	pages := *b.Pages
	pages.Dated = dated
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

// supersedes reports whether an earlier row gives way to a later one, as a whole. Of
// checklists and layouts those of other days stand beside it, and the last one counts on each.
func supersedes(later, earlier store.Rule) bool {
	if later.Kind != earlier.Kind || later.Name != earlier.Name {
		return false
	}
	return later.Kind != KindChecklist && later.Kind != KindLayout || later.From == earlier.From && later.Until == earlier.Until
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
		if err := said.place(r); err != nil {
			return said, &RowError{ErrUnusable, r.ID, r.Kind, r.Name, err}
		}
	}
	return said, nil
}

// place gives an index and a checklist to the editions that are in force in their
// time, and that have the service.
func (s *entries) place(r store.Rule) error {
	var put func(e *regulation.Edition) bool
	switch r.Kind {
	case KindIndex:
		m, err := regulation.ParseMCI(r.Content)
		if err != nil {
			return err
		}
		put = func(e *regulation.Edition) bool { return putIndex(e, m) }
	case KindChecklist:
		l, err := regulation.ParseChecklist(r.Content)
		if err != nil {
			return err
		}
		put = func(e *regulation.Edition) bool { return putChecklist(e, l) }
	default:
		return nil
	}
	placed := false
	for i := range s.editions {
		placed = put(&s.editions[i]) || placed
	}
	if !placed {
		return fmt.Errorf("%w: %s", ErrNowhere, r.Name)
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
	case KindChecklist:
		l, err := regulation.ParseChecklist(r.Content)
		return store.Rule{Name: l.Service, From: day(l.From), Until: day(l.Until)}, err
	case KindLayout:
		l, err := layoutOf(r)
		s.layouts = append(s.layouts, l)
		return store.Rule{Name: l.Name, From: r.From, Until: r.Until}, err
	}
	return store.Rule{}, fmt.Errorf("%q %w; there are %s", r.Kind, ErrKind, strings.Join(kinds, ", "))
}

// layoutOf reads the layout of a row, whose time is that of the row. What it says is
// judged when it is compiled.
func layoutOf(r store.Rule) (pdf.DatedLayout, error) {
	var head struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(r.Content, &head); err != nil {
		return pdf.DatedLayout{}, err
	}
	from, until, err := period(r)
	return pdf.DatedLayout{Name: head.Name, From: from, Until: until, JSON: r.Content}, err
}

// day writes a day as rows have it; nothing where it is open.
func day(d documents.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// putIndex gives an edition the index of a year, if it is in force in it.
func putIndex(e *regulation.Edition, m regulation.MCI) bool {
	first, next := documents.Date{Year: m.Year, Month: 1, Day: 1}, documents.Date{Year: m.Year + 1, Month: 1, Day: 1}
	if !overlap(e, first, next) {
		return false
	}
	e.MCI = append(slices.DeleteFunc(slices.Clone(e.MCI), func(o regulation.MCI) bool { return o.Year == m.Year }), m)
	slices.SortFunc(e.MCI, func(a, b regulation.MCI) int { return a.Year - b.Year })
	return true
}

// putChecklist gives an edition a checklist, if it has the service and is in force
// while the list is.
func putChecklist(e *regulation.Edition, l regulation.Checklist) bool {
	if !overlap(e, l.From, l.Until) {
		return false
	}
	i := slices.IndexFunc(e.Services, func(s regulation.Service) bool { return s.ID == l.Service })
	if i < 0 {
		return false
	}
	e.Services = slices.Clone(e.Services)
	s := &e.Services[i]
	l.Service = ""
	s.Checklists = append(slices.Clip(s.Checklists), l)
	return true
}

// overlap reports whether an edition is in force at some time from a day until
// another; zero is open.
func overlap(e *regulation.Edition, from, until documents.Date) bool {
	begins := until.IsZero() || e.From.Midnight().Before(until.Midnight())
	ends := !from.IsZero() && !e.Until.IsZero() && !from.Midnight().Before(e.Until.Midnight())
	return begins && !ends
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
