package rulebook_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// enters reports whether a calendar has a year.
func enters(t *testing.T, b *rulebook.Book, year int) bool {
	t.Helper()
	_, known := current(t, b).Calendar.Unusual(year)
	return known
}

// TestRowsAreConfirmedByAnother takes a row through its life, on two instances of one
// database: it counts when another person has confirmed it, until another has
// confirmed that it is taken out.
func TestRowsAreConfirmedByAnother(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		one, two := open(t, dsn), open(t, dsn)
		counts := func(want bool) {
			t.Helper()
			for i, b := range []*rulebook.Book{one, two} {
				if got := enters(t, b, 2029); got != want {
					t.Errorf("instance %d has 2029 entered: %t", i+1, got)
				}
			}
		}
		refused := func(err, want error) {
			t.Helper()
			if !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		ctx := t.Context()
		counts(false)
		row := enter(t, one, days(`{"years": [{"year": 2029}], "days_off": {"dates": ["2029-04-24"]}}`))
		if row.Name != "2029" || row.From != "2029-01-01" || row.Until != "2030-01-01" {
			t.Errorf("the row is %q, from %s until %s", row.Name, row.From, row.Until)
		}
		counts(false)
		for _, name := range []string{asel, " " + strings.ToUpper(asel), strings.ReplaceAll(asel, " ", "  ")} {
			refused(two.Confirm(ctx, row.ID, name), store.ErrSamePerson)
		}
		refused(two.Confirm(ctx, row.ID, ""), store.ErrBadName)
		refused(two.Confirm(ctx, "0123456789abcdef", botan), store.ErrNoRule)
		counts(false)
		must(t, two.Confirm(ctx, row.ID, botan))
		counts(true)
		refused(one.Confirm(ctx, row.ID, asel), store.ErrNotWaiting)

		must(t, one.Withdraw(ctx, row.ID, botan))
		counts(true)
		refused(one.Withdraw(ctx, row.ID, asel), store.ErrNotWaiting)
		refused(one.Confirm(ctx, row.ID, botan), store.ErrSamePerson)
		counts(true)
		must(t, two.Confirm(ctx, row.ID, asel))
		counts(false)
		refused(one.Confirm(ctx, row.ID, botan), store.ErrNotWaiting)
		refused(one.Withdraw(ctx, row.ID, botan), store.ErrNotWaiting)

		never := enter(t, one, days(`{"years": [{"year": 2030}]}`))
		must(t, one.Withdraw(ctx, never.ID, asel)) // nothing counted
		refused(one.Confirm(ctx, never.ID, botan), store.ErrNotWaiting)
		refused(one.Withdraw(ctx, "nothing", botan), store.ErrNoRule)
		rows, err := two.Rows(ctx)
		if err != nil || len(rows) != 2 || rows[0].EndedBy != asel || rows[0].ConfirmedBy != botan || rows[0].EnteredBy != asel || rows[1].Place != 0 {
			t.Errorf("%+v %v", rows, err)
		}
		verified(t, one)
	})
}

// TestRowsAreRefused enters what cannot be: by the reasons of the start of the
// program. Nothing of it is kept.
func TestRowsAreRefused(t *testing.T) {
	b := open(t, t.TempDir()+"/register.sqlite")
	break1 := func(change func(*regulation.Edition)) rulebook.Entry {
		return order159(t, func(e *regulation.Edition) { e.ID, e.Until = "2027-new", documents.Date{}; change(e) })
	}
	route := func(e *regulation.Edition) *regulation.Route {
		for i := range e.Routes {
			if e.Routes[i].ID == "L-P" {
				return &e.Routes[i]
			}
		}
		t.Fatal("no L-P")
		return nil
	}
	entry := func(kind, content string) rulebook.Entry { return rulebook.Entry{Kind: kind, Content: []byte(content)} }
	index := entry(rulebook.KindIndex, `{"year": 2029, "tenge": 4900}`)
	misnamed, elsewhere := index, index
	misnamed.Name, elsewhere.From = "2030", on(2030)
	unnamed := days(`{"exchanges": [{"worked": "2027-02-06", "off": "2027-02-08"}]}`)
	for name, c := range map[string]struct {
		entry  rulebook.Entry
		is     error
		rule   string // of a *regulation.DataError
		reason string
	}{
		"an unknown step":         {break1(func(e *regulation.Edition) { route(e).Steps[0].Exits[0].To = "L-a9" }), nil, regulation.RuleUnknown, "L-a9"},
		"an unreachable step":     {break1(func(e *regulation.Edition) { s := &route(e).Steps; *s = append(*s, lost((*s)[0])) }), nil, regulation.RuleUnreachable, "lost"},
		"a dead end":              {break1(func(e *regulation.Edition) { loop(route(e)) }), nil, regulation.RuleDeadEnd, "L-P"},
		"no route":                {break1(func(e *regulation.Edition) { e.Routes = nil }), nil, regulation.RuleValue, "0 routes"},
		"no edition":              {entry(rulebook.KindEdition, `{"id": "x", "steps": []}`), nil, "", "unknown field"},
		"hours twice":             {days(`{"hours": [{"from": "2012-01-01", "weekdays": [1], "spans": [["09:00", "18:00"]]}], "years": [{"year": 2029}]}`), nil, "", "hours from 2012-01-01 stand twice"},
		"a day off exchanged":     {days(`{"years": [{"year": 2029}], "exchanges": [{"worked": "2029-02-05", "off": "2029-02-06"}]}`), nil, "", "must be a working day"},
		"a year not entered":      {days(`{"days_off": {"dates": ["2031-04-24"]}}`), rulebook.ErrName, "", ""},
		"a year too early":        {days(`{"years": [{"year": 1899}]}`), nil, "", "is not between"},
		"days without a name":     {unnamed, rulebook.ErrName, "", ""},
		"an index of nothing":     {entry(rulebook.KindIndex, `{"year": 2029, "tenge": 0}`), nil, regulation.RuleValue, "index 0 of 2029"},
		"an index of no law":      {entry(rulebook.KindIndex, `{"year": 2017, "tenge": 2269}`), rulebook.ErrNowhere, "", "2017"},
		"an index with more":      {entry(rulebook.KindIndex, `{"year": 2029, "tenge": 4900} {}`), nil, "", "more than one value"},
		"an index told twice":     {entry(rulebook.KindIndex, `{"year": 2029, "tenge": 4900, "tenge": 4901}`), nil, "", `"tenge" stands twice`},
		"an index misnamed":       {misnamed, rulebook.ErrName, "", `"2030"`},
		"an index of another":     {elsewhere, rulebook.ErrPeriod, "", "2030-06-15"},
		"a list of no service":    {entry(rulebook.KindChecklist, `{"service": "LIC", "items": [`+item+`]}`), rulebook.ErrNowhere, "", "LIC"},
		"a list of no time":       {entry(rulebook.KindChecklist, `{"service": "TEC", "from": "2014-11-01", "until": "2014-11-08", "items": [`+item+`]}`), rulebook.ErrNowhere, "", "TEC"},
		"a list that ends first":  {entry(rulebook.KindChecklist, `{"service": "TEC", "from": "2027-02-01", "until": "2027-02-01", "items": [`+item+`]}`), nil, regulation.RuleValue, "TEC"},
		"a list of nothing":       {entry(rulebook.KindChecklist, `{"service": "TEC", "from": "2027-01-01", "items": []}`), nil, regulation.RuleMissing, "has no items"},
		"an item twice":           {entry(rulebook.KindChecklist, `{"service": "TEC", "from": "2027-01-01", "items": [`+item+`, `+item+`]}`), nil, regulation.RuleDuplicate, "photo"},
		"an item of no channel":   {entry(rulebook.KindChecklist, `{"service": "TEC", "from": "2027-01-01", "items": [`+strings.Replace(item, "}}", `}, "channels": ["post"]}`, 1)+`]}`), nil, regulation.RuleUnknown, "post"},
		"an item in one language": {entry(rulebook.KindChecklist, `{"service": "TEC", "from": "2027-01-01", "items": [{"id": "photo", "name": {"kk": "Фото"}}]}`), nil, regulation.RuleValue, "photo"},
		"a kind that is none":     {entry("law", `{}`), rulebook.ErrKind, "", `"law"`},
	} {
		c.entry.By = asel
		_, err := b.Enter(t.Context(), c.entry)
		var data *regulation.DataError
		switch {
		case !errors.Is(err, rulebook.ErrRefused) || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(fmt.Sprint(err), c.reason):
			t.Errorf("%s: %v", name, err)
		case c.rule != "" && (!errors.As(err, &data) || data.Rule != c.rule):
			t.Errorf("%s: %v, want the rule %q", name, err, c.rule)
		}
	}
	if _, err := b.Enter(t.Context(), rulebook.Entry{Kind: rulebook.KindIndex, Content: index.Content, By: "\n"}); !errors.Is(err, store.ErrBadName) {
		t.Errorf("entered by nobody: %v", err)
	}
	if rows, err := b.Rows(t.Context()); err != nil || len(rows) != 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for _, good := range []rulebook.Entry{index, break1(func(*regulation.Edition) {}), days(`{"years": [{"year": 2029}], "exchanges": [{"worked": "2029-02-03", "off": "2029-02-05"}]}`)} {
		enter(t, b, good)
	}
}

// loop has the first step that ends a route lead back to itself.
func loop(r *regulation.Route) {
	for i := range r.Steps {
		if s := &r.Steps[i]; len(s.Exits) == 1 && s.Exits[0].End != "" {
			s.Exits = []regulation.Exit{{On: s.Exits[0].On, To: s.ID}}
			return
		}
	}
}

// item is a document of an application.
const item = `{"id": "photo", "name": {"kk": "Фотосурет", "ru": "Фотография", "en": "Photograph"}}`

// lost is a step to which nothing leads.
func lost(s regulation.Step) regulation.Step {
	s.ID, s.Number = "lost", 0
	return s
}

// TestRowsAreJudgedTogether confirms what has become impossible since it was entered,
// and takes out what another row needs.
func TestRowsAreJudgedTogether(t *testing.T) {
	b := open(t, t.TempDir()+"/register.sqlite")
	exchange := days(`{"exchanges": [{"worked": "2027-02-06", "off": "2027-02-08"}]}`)
	exchange.Name = "first"
	first := enter(t, b, exchange)
	exchange.Name = "second"
	second := enter(t, b, exchange)
	must(t, b.Confirm(t.Context(), first.ID, botan))
	var wrong *rulebook.RowError
	if err := b.Confirm(t.Context(), second.ID, botan); !errors.Is(err, rulebook.ErrRefused) || !errors.As(err, &wrong) || wrong.ID != second.ID || !strings.Contains(err.Error(), "must be a working day") {
		t.Errorf("confirmed although it contradicts: %v", err)
	}

	model := inEffect(t, b, today(t, func(e *regulation.Edition) { e.ID = "2027-a" }))
	like := inEffect(t, b, today(t, func(e *regulation.Edition) {
		e.ID = "2027-b"
		for i := range e.Routes {
			e.Routes[i] = regulation.Route{ID: e.Routes[i].ID, Like: "2027-a"}
		}
	}))
	err := b.Withdraw(t.Context(), model.ID, asel)
	var data *regulation.DataError
	if !errors.Is(err, rulebook.ErrRefused) || !errors.As(err, &data) || data.Rule != regulation.RuleUnknown || data.Edition != "2027-b" {
		t.Errorf("taken out although another edition is like it: %v", err)
	}
	for _, id := range []string{like.ID, model.ID} {
		must(t, b.Withdraw(t.Context(), id, asel))
		must(t, b.Confirm(t.Context(), id, botan))
	}
	if _, known := current(t, b).Law.Edition("2027-a"); known {
		t.Error("the edition is still there")
	}
}

// TestLaterRowsCount enters an edition again: the later row counts, and the earlier
// one again when that is taken out.
func TestLaterRowsCount(t *testing.T) {
	b := open(t, t.TempDir()+"/register.sqlite")
	titled := func(text string) rulebook.Entry {
		return today(t, func(e *regulation.Edition) { e.Title.EN = text })
	}
	title := func() string {
		e, _ := current(t, b).Law.Edition("2026-draft")
		return e.Title.EN
	}
	shipped := title()
	inEffect(t, b, titled("first"))
	later := inEffect(t, b, titled("second"))
	if title() != "second" {
		t.Errorf("%q counts", title())
	}
	must(t, b.Withdraw(t.Context(), later.ID, asel))
	must(t, b.Confirm(t.Context(), later.ID, botan))
	if title() != "first" || shipped == "first" {
		t.Errorf("%q counts", title())
	}
}

// TestIndexOfAYear enters the index that is missing: what a service costs in that year
// is known by then, in every edition in force in it, and the version is another.
func TestIndexOfAYear(t *testing.T) {
	b := open(t, t.TempDir()+"/register.sqlite")
	fee := func(edition string, year int) (tenge, missing int, version string) {
		e, ok := current(t, b).Law.Edition(edition)
		if !ok {
			t.Fatal(edition)
		}
		s, ok := e.Service("LIC-ISSUE")
		if !ok {
			t.Fatal("no LIC-ISSUE")
		}
		tenge, missing, _ = e.FeeOf(s, year)
		return tenge, missing, e.Version()
	}
	_, missing, before := fee("2026-draft", 2029)
	_, _, old := fee("2012-159", 2014)
	if missing != 2029 {
		t.Errorf("the index of %d is missing", missing)
	}
	inEffect(t, b, rulebook.Entry{Kind: rulebook.KindIndex, Content: []byte(`{"year": 2029, "tenge": 5000}`)})
	tenge, missing, after := fee("2026-draft", 2029)
	if tenge != 50000 || missing != 0 || after == before {
		t.Errorf("%d tenge, %d missing, by %s", tenge, missing, after)
	}
	if _, _, now := fee("2012-159", 2014); now != old {
		t.Errorf("an edition that was not in force is another: %s", now)
	}
}

// TestChecklists enters lists of two times for a service: on each day the last that
// has it counts, on all others that of the edition, and the edition is another version.
func TestChecklists(t *testing.T) {
	b := open(t, t.TempDir()+"/register.sqlite")
	list := func(from, until, id string) {
		t.Helper()
		content := fmt.Sprintf(`{"service": "TEC", "from": %q, "until": %q, "items": [%s]}`, from, until, strings.Replace(item, "photo", id, 1))
		inEffect(t, b, rulebook.Entry{Kind: rulebook.KindChecklist, Content: []byte(content)})
	}
	first := func(service string, on documents.Date) string {
		e, ok := current(t, b).Law.InForce(service, on)
		if !ok {
			t.Fatal("no edition")
		}
		s, _ := e.Service(service)
		return s.ChecklistOn(on)[0].ID
	}
	shipped, other := first("TEC", on(2026)), first("LIC-ISSUE", on(2027))
	e, _ := current(t, b).Law.Edition("2026-draft")
	before := e.Version()
	list("2027-01-01", "2030-01-01", "wide")
	list("2028-01-01", "2029-01-01", "narrow")
	list("2027-01-01", "2030-01-01", "again")
	for year, want := range map[int]string{2026: shipped, 2027: "again", 2028: "again", 2029: "again", 2030: shipped} {
		if got := first("TEC", on(year)); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
	list("2028-01-01", "2029-01-01", "narrow")
	if got := first("TEC", on(2028)) + " " + first("TEC", on(2029)); got != "narrow again" {
		t.Error(got)
	}
	if e, _ := current(t, b).Law.Edition("2026-draft"); e.Version() == before || first("LIC-ISSUE", on(2027)) != other {
		t.Errorf("the version is %s, and was %s", e.Version(), before)
	}
}

// TestUnusableRows reads rows that do not compile, or are not what was entered: nothing
// is gone by, the row is named, and it can be taken out.
func TestUnusableRows(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b := open(t, dsn)
		row := inEffect(t, b, days(`{"years": [{"year": 2029}]}`))
		current(t, b)
		impossible := `{"years": [{"year": 1700}]}`
		for _, c := range []struct{ content, sum, reason string }{
			{`{"years": [{"year": 2028}]}`, row.SHA256, rulebook.ErrDigest.Error()},
			{impossible, store.HexSum([]byte(impossible)), "is not between"},
		} {
			must(t, b.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.ExecContext(ctx, `UPDATE rules SET content = $1, sha256 = $2, valid_from = '1700-01-01', valid_until = '1701-01-01' WHERE id = $3`, []byte(c.content), c.sum, row.ID)
				return err
			}))
			_, err := open(t, dsn).Current(t.Context())
			var wrong *rulebook.RowError
			if !errors.Is(err, rulebook.ErrUnusable) || !errors.As(err, &wrong) || wrong.ID != row.ID || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%s: %v", c.content, err)
			}
		}
		if _, err := b.Current(t.Context()); !errors.Is(err, rulebook.ErrUnusable) {
			t.Errorf("an instance that has read it before: %v", err)
		}
		if _, err := b.Enter(t.Context(), rulebook.Entry{Kind: rulebook.KindIndex, Content: []byte(`{"year": 2029, "tenge": 5000}`), By: asel}); !errors.Is(err, rulebook.ErrUnusable) {
			t.Errorf("another row is blamed: %v", err)
		}
		must(t, b.Withdraw(t.Context(), row.ID, asel))
		must(t, b.Confirm(t.Context(), row.ID, botan))
		current(t, b)
	})
}

// TestRulesWithoutTheDatabase goes on by what was read last; whoever has read nothing
// has none.
func TestRulesWithoutTheDatabase(t *testing.T) {
	dsn := t.TempDir() + "/register.sqlite"
	b, fresh := open(t, dsn), open(t, dsn)
	inEffect(t, b, days(`{"years": [{"year": 2029}]}`))
	before := current(t, b)
	for _, db := range []*store.DB{b.Store, fresh.Store} {
		must(t, db.Close())
	}
	if now := current(t, b); now != before {
		t.Error("other rules than those that were read last")
	}
	if _, err := fresh.Current(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("nothing was read: %v", err)
	}
}

// TestTogether has many confirm and take out at once: each row is confirmed once, and
// the log is whole.
func TestTogether(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		books := []*rulebook.Book{open(t, dsn), open(t, dsn)}
		var ids []string
		for year := 2029; year < 2032; year++ {
			ids = append(ids, enter(t, books[0], days(fmt.Sprintf(`{"years": [{"year": %d}]}`, year))).ID)
		}
		done := make(chan error)
		for _, b := range books {
			for _, id := range ids {
				go func() { done <- b.Confirm(t.Context(), id, botan) }()
			}
		}
		confirmed := 0
		for range len(books) * len(ids) {
			if err := <-done; err == nil {
				confirmed++
			} else if !errors.Is(err, store.ErrNotWaiting) && !errors.Is(err, rulebook.ErrOvertaken) {
				t.Error(err)
			}
		}
		if confirmed != len(ids) {
			t.Errorf("%d rows were confirmed %d times", len(ids), confirmed)
		}
		for year := 2029; year < 2032; year++ {
			if !enters(t, books[1], year) {
				t.Errorf("%d is not entered", year)
			}
		}
		rows, err := books[0].Rows(t.Context())
		must(t, err)
		places := map[int64]bool{}
		for _, r := range rows {
			places[r.Place] = true
		}
		if len(places) != len(ids) {
			t.Errorf("%d places", len(places))
		}
		verified(t, books[0])
	})
}
