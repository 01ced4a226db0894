package rulebook

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// checkPrinting refuses a row by which documents would be printed without something,
// or not at all: beside what compiles, specimens must come out on all its days.
func checkPrinting(row store.Rule, before, now *Rules) error {
	if now.Layouts == nil {
		return nil
	}
	switch row.Kind {
	case KindLayout:
		if err := now.Layouts.Replaces(before.Layouts); err != nil {
			return err
		}
		return printSpecimens(row, now.Layouts, nil)
	case KindEdition:
		e, err := regulation.Parse(row.Content)
		if err != nil {
			return err
		}
		return printSpecimens(row, now.Layouts, results(e))
	}
	return nil
}

// results are the layouts of what the services of an edition end with.
func results(e regulation.Edition) []string {
	all := []string{"refusal"}
	for _, s := range e.Services {
		all = append(all, strings.ReplaceAll(string(s.Result), "_", "-"))
	}
	return all
}

// printSpecimens prints specimens on the days of a row: all that there are, of which
// the law need not have every sentence, or those of some layouts, of which it must.
func printSpecimens(row store.Rule, layouts *pdf.Layouts, of []string) error {
	from, until, err := period(row)
	if err != nil {
		return err
	}
	specimens := forms.SpecimensOf(layouts)
	for _, on := range layouts.Days() {
		if !on.Within(from, until) {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(specimens)) {
			if of != nil && !slices.Contains(of, specimens[name].Layout) {
				continue
			}
			_, err := layouts.Prepare(specimens[name], pdf.Meta{SignedAt: on.Midnight().Add(12 * time.Hour)})
			silent := errors.Is(err, pdf.ErrNoEdition) || errors.As(err, new(*pdf.UnknownLayoutError))
			if err != nil && (of != nil || !silent) {
				return fmt.Errorf("the specimen %s of %s: %w", name, on, err)
			}
		}
	}
	return nil
}

// period is the time of a row.
func period(r store.Rule) (from, until documents.Date, err error) {
	if from, err = dayIn(r.From); err == nil {
		until, err = dayIn(r.Until)
	}
	if err == nil && !from.IsZero() && !until.IsZero() && !from.Midnight().Before(until.Midnight()) {
		err = fmt.Errorf("%w: from %s until %s", ErrPeriod, from, until)
	}
	return from, until, err
}

// dayIn is the reverse of [day].
func dayIn(text string) (documents.Date, error) {
	if text == "" {
		return documents.Date{}, nil
	}
	d, err := documents.ParseDate(text)
	if err != nil {
		return d, fmt.Errorf("%w: %q", ErrPeriod, text)
	}
	return d, nil
}
