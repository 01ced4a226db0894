package pdf

import (
	"maps"
	"slices"
	"strings"
	"time"

	"tamga/documents"
)

// DatedLayout is a layout that takes the place of the one of its name, or is added,
// from a day until the day before another; zero is open.
type DatedLayout struct {
	Name        string
	From, Until documents.Date
	JSON        []byte // as a file of [Options.Folder]
}

// parts divides the time of the editions so that in each part the same layouts stand.
func (o *Options) parts() []documents.Edition {
	var all []documents.Edition
	for _, e := range o.Editions {
		var days []documents.Date
		for _, d := range o.Dated {
			for _, day := range []documents.Date{d.From, d.Until} {
				if !day.IsZero() && day != e.From && day.Within(e.From, e.Until) {
					days = append(days, day)
				}
			}
		}
		slices.SortFunc(days, func(a, b documents.Date) int { return a.Midnight().Compare(b.Midnight()) })
		for _, day := range slices.Compact(days) {
			before := e
			before.Until, e.From = day, day
			all = append(all, before)
		}
		all = append(all, e)
	}
	return all
}

// on are the dated layouts of a day, in their order.
func (o *Options) on(day documents.Date) (all []DatedLayout) {
	for _, d := range o.Dated {
		if day.Within(d.From, d.Until) {
			all = append(all, d)
		}
	}
	return all
}

// aDay is a day of a part of time.
func aDay(e documents.Edition) documents.Date {
	switch {
	case !e.From.IsZero():
		return e.From
	case !e.Until.IsZero():
		return documents.CivilDate(e.Until.Midnight().Add(-time.Hour))
	}
	return documents.Date{Year: 2000, Month: time.January, Day: 1}
}

// Days returns a day of each part of time in which the same is printed.
func (l *Layouts) Days() []documents.Date {
	var all []documents.Date
	for _, e := range l.editions {
		all = append(all, aDay(e.Edition))
	}
	return all
}

// Replaces reports, as a *[LayoutError], what a layout lacks that the one has in whose
// place it stands among those of before: a statement of the law, a table, or a field
// that every document of the kind fills in. A document would be printed without it,
// and nobody would notice.
func (l *Layouts) Replaces(before *Layouts) error {
	for i := range l.editions {
		e := &l.editions[i]
		old, err := before.edition(aDay(e.Edition))
		if err != nil {
			continue // nothing was printed
		}
		for _, name := range slices.Sorted(maps.Keys(old.layouts)) {
			if err := e.layouts[name].replaces(old.layouts[name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// said is a sentence of the law, or a field, on the pages of a language.
type said struct {
	name string
	lang documents.Lang
}

func (l *layout) replaces(old *layout) error {
	lacks := func(what string) error {
		return &LayoutError{File: l.file, Place: "body", Problem: "prints no " + what}
	}
	for _, lang := range languages {
		for _, s := range slices.SortedFunc(maps.Keys(old.says), func(a, b said) int { return strings.Compare(a.name, b.name) }) {
			if s.lang == lang && !l.says[s] {
				return lacks("{@" + s.name + "}, which the law has the document say, in " + string(lang))
			}
		}
		for _, f := range old.fields {
			s := said{f.Name, lang}
			if !f.Optional && old.prints[s] && !l.prints[s] {
				return lacks("{" + f.Name + "} in " + string(lang))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old.tables)) {
		for _, column := range old.tables[name] {
			if !slices.Contains(l.tables[name], column) {
				return lacks("column " + column + " of the table " + name)
			}
		}
	}
	return nil
}
