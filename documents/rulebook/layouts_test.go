package rulebook_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
)

// layout is one of the built-in layouts with something replaced.
func layout(t *testing.T, name, from, to string) rulebook.Entry {
	t.Helper()
	b, err := fs.ReadFile(pdf.House(), name+".json")
	must(t, err)
	if !strings.Contains(string(b), from) {
		t.Fatalf("%s has no %s", name, from)
	}
	return rulebook.Entry{Kind: rulebook.KindLayout, Content: []byte(strings.ReplaceAll(string(b), from, to)), By: asel}
}

// TestLayoutsOfATime enters a layout from a day until another: on its days documents
// are printed with it and name it, before and after with what they were.
func TestLayoutsOfATime(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		one, two := printing(open(t, dsn)), printing(open(t, dsn))
		day := func(year int, month time.Month, day int) documents.Date {
			return documents.Date{Year: year, Month: month, Day: day}
		}
		days := []documents.Date{day(2026, 12, 31), day(2027, 1, 1), day(2027, 12, 31), day(2028, 1, 1)}
		digests := func(b *rulebook.Book) (all []string) {
			for _, on := range days {
				info, err := current(t, b).Layouts.Info("licence", on)
				must(t, err)
				if info.Name != "licence" || !strings.HasPrefix(info.Edition, "2026-draft@") {
					t.Errorf("%+v", info)
				}
				all = append(all, info.Version+" "+info.Digest)
			}
			return all
		}
		before := digests(one)
		e := layout(t, "licence", `"version": "`, `"version": "9.`)
		e.From, e.Until = day(2027, 1, 1), day(2028, 1, 1)
		row := inEffect(t, one, e)
		for i, b := range []*rulebook.Book{one, two} {
			after := digests(b)
			if after[0] != before[0] || after[3] != before[3] || after[1] == before[1] || after[1] != after[2] || !strings.HasPrefix(after[1], "9.") {
				t.Errorf("instance %d prints %q, and printed %q", i+1, after, before)
			}
		}
		if _, err := current(t, two).Layouts.Prepare(forms.Specimens()["licence"], pdf.Meta{SignedAt: days[1].Midnight()}); err != nil {
			t.Error(err)
		}
		must(t, two.Withdraw(t.Context(), row.ID, botan))
		must(t, two.Confirm(t.Context(), row.ID, asel))
		if after := digests(one); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("taken out: %q", after)
		}
		verified(t, one)
	})
}

// TestLayoutsAreRefused enters layouts that do not compile, or with which documents
// would be printed without something.
func TestLayoutsAreRefused(t *testing.T) {
	b := printing(open(t, t.TempDir()+"/register.sqlite"))
	backwards := layout(t, "licence", `"version"`, `"version"`)
	backwards.From, backwards.Until = on(2028), on(2027)
	empty := backwards
	empty.Until = empty.From
	misnamed := layout(t, "licence", `"version"`, `"version"`)
	misnamed.Name = "refusal"
	unsaid := today(t, func(e *regulation.Edition) {
		e.ID, e.From, e.Sentences = "2027-silent", documents.Date{Year: 2027, Month: 1, Day: 1}, nil
	})
	unsaid.By = asel
	for name, c := range map[string]struct {
		entry  rulebook.Entry
		is     error
		reason string
	}{
		"no JSON":           {rulebook.Entry{Kind: rulebook.KindLayout, Content: []byte("{"), By: asel}, nil, "unexpected end"},
		"an unknown member": {layout(t, "licence", `"version"`, `"colour": "red", "version"`), nil, "colour"},
		"an unknown text":   {layout(t, "licence", "{@licence.activity}", "{@licence.nothing}"), nil, "unknown text {@licence.nothing}"},
		"an unknown base":   {layout(t, "licence", `"base": "`, `"base": "no`), nil, "no base"},
		"no statement":      {layout(t, "licence", "{@licence.activity}", ""), nil, "prints no {@licence.activity}, which the law has the document say, in kk"},
		"no field":          {layout(t, "licence", `"kk": "{holder}"`, `"kk": "—"`), nil, "prints no {holder} in kk"},
		"backwards":         {backwards, rulebook.ErrPeriod, "from 2028-06-15 until 2027-06-15"},
		"of no day":         {empty, rulebook.ErrPeriod, ""},
		"misnamed":          {misnamed, rulebook.ErrName, ""},
	} {
		_, err := b.Enter(t.Context(), c.entry)
		if !errors.Is(err, rulebook.ErrRefused) || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := b.Carried
	shipped, err := regulation.Shipped()
	must(t, err)
	shipped[2].Until = documents.Date{Year: 2027, Month: 1, Day: 1}
	b.Carried.Editions = shipped
	var silent *pdf.NoEditionError
	if _, err := b.Enter(t.Context(), unsaid); !errors.Is(err, rulebook.ErrRefused) || !errors.As(err, &silent) || silent.Text == "" {
		t.Errorf("an edition that lacks a sentence of its licences: %v", err)
	}
	b.Carried = before
	enter(t, b, layout(t, "licence", `"version": "`, `"version": "9.`))
	enter(t, b, today(t, func(e *regulation.Edition) {}))
}
