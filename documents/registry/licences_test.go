package registry

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tamga/documents"
)

// found are the numbers on all pages of what a question finds.
func found(t testing.TB, l *Licences, q LicencesQuery) (numbers []string) {
	t.Helper()
	for {
		page, next, err := l.Find(t.Context(), q)
		must(t, err)
		if len(page) > q.Limit {
			t.Errorf("%d on a page of %d", len(page), q.Limit)
		}
		for _, f := range page {
			numbers = append(numbers, f.Record.Number)
		}
		if next == "" {
			return numbers
		}
		q.After = next
	}
}

// Licences of organisations are found by what they say, those issued last first, and page
// by page.
func TestFindLicences(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		var ours []string
		for n := range 5 {
			d := licenceDraft(n)
			if n == 3 {
				d.Licence.Holder.Legal.BIN = "250040999988"
				d.Licence.Holder.Legal.Address = documents.Text{KK: "Алматы облысы, Қонаев қ.", RU: "Алматинская область"}
				d.Licence.Holder.Legal.Name = documents.Text{KK: "«100%_ӨНЕР» ҚБ", RU: "ОФ «100%_ӨНЕР»"}
			}
			ours = append([]string{issue(t, r, fmt.Sprint(n), d).Number}, ours...)
		}
		old := entered(t, r, oldLicence(9))
		all := append(slices.Clone(ours), old)
		l := &Licences{Registry: r}
		for name, c := range map[string]struct {
			q    LicencesQuery
			want []string
		}{
			"all":             {LicencesQuery{Limit: 50}, all},
			"by pages":        {LicencesQuery{Limit: 2}, all},
			"bin":             {LicencesQuery{BIN: "250040999988"}, ours[1:2]},
			"another bin":     {LicencesQuery{BIN: "120741000015"}, nil},
			"name":            {LicencesQuery{Name: "  көне   ҚАЛА 4»"}, ours[:1]},
			"name in RU":      {LicencesQuery{Name: "тоо «көне қала 4"}, ours[:1]},
			"signs":           {LicencesQuery{Name: "100%_"}, ours[1:2]},
			"signs of others": {LicencesQuery{Name: "_"}, ours[1:2]},
			"activity":        {LicencesQuery{Activity: "реставрационные"}, all},
			"no activity":     {LicencesQuery{Activity: "торговля"}, nil},
			"region":          {LicencesQuery{Region: "19"}, ours[1:2]},
			"another region":  {LicencesQuery{Region: "63"}, nil},
			"in force":        {LicencesQuery{Status: documents.StatusInForce}, all},
			"suspended":       {LicencesQuery{Status: documents.StatusSuspended}, nil},
			"from":            {LicencesQuery{IssuedFrom: documents.CivilDate(start)}, ours},
			"until":           {LicencesQuery{IssuedTo: documents.Date{Year: 2020, Month: time.January, Day: 1}}, []string{old}},
			"that day":        {LicencesQuery{IssuedFrom: documents.Date{Year: 2014, Month: time.October, Day: 9}, IssuedTo: documents.Date{Year: 2014, Month: time.October, Day: 9}}, []string{old}},
		} {
			if c.q.Limit == 0 {
				c.q.Limit = 20
			}
			if got := found(t, l, c.q); !slices.Equal(got, c.want) {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		if _, _, err := l.Find(t.Context(), LicencesQuery{After: "26999999", Limit: 1}); !errors.Is(err, ErrNotFound) {
			t.Errorf("after what is in no list: %v", err)
		}
		suspend := order(documents.EventSuspended)
		record(t, r, ours[2], 2, suspend)
		if got := found(t, l, LicencesQuery{Status: documents.StatusSuspended, Limit: 1}); !slices.Equal(got, ours[2:3]) {
			t.Errorf("suspended: %q", got)
		}
		change(t, r, `DELETE FROM organisation_licences`)
		if got := found(t, &Licences{Registry: r}, LicencesQuery{Limit: 3}); !slices.Equal(got, all) {
			t.Errorf("of an older program: %q", got)
		}
	})
}

// A natural person is in no list, however the licence came into the register and whatever
// the index says; what is erased is in none any more.
func TestPersonsAreInNoList(t *testing.T) {
	eachRegister(t, func(t *testing.T, r *Registry) {
		holder := documents.Holder{Natural: &documents.NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", IIN: "850101400011"}}
		d := licenceDraft(1)
		d.Licence.Holder = holder
		issued := issue(t, r, "person", d).Number
		e := oldLicence(2)
		e.Holder = holder
		elsewhere := entered(t, r, e)
		organisation := issue(t, r, "organisation", licenceDraft(3)).Number
		l := &Licences{Registry: r}
		alone := func(what string) {
			t.Helper()
			for name, q := range map[string]LicencesQuery{
				"all": {}, "by the number": {BIN: "850101400011"}, "by the name": {Name: "Сейітқали"}, "by status": {Status: documents.StatusInForce},
			} {
				q.Limit = 10
				got := found(t, l, q)
				if slices.Contains(got, issued) || slices.Contains(got, elsewhere) {
					t.Errorf("%s, %s: %q", what, name, got)
				}
			}
			if got := column(t, r, `SELECT number FROM organisation_licences WHERE name LIKE '%сейітқали%' OR bin = '850101400011'`); what != "planted" && len(got) > 0 {
				t.Errorf("%s: rows of %q", what, got)
			}
		}
		alone("issued and entered")
		l = &Licences{Registry: r}
		alone("of an older program")
		for _, number := range []string{issued, elsewhere} {
			change(t, r, `INSERT INTO organisation_licences (number, bin, name, activity, region, issued_on)
				VALUES ('`+number+`', '850101400011', 'сейітқали айгүл', '', '', '2026-06-22')`)
		}
		alone("planted")
		if got := found(t, l, LicencesQuery{Limit: 10}); !slices.Equal(got, []string{organisation}) {
			t.Errorf("%q", got)
		}
		record(t, r, organisation, 2, order(documents.EventTerminated))
		erase(t, r, organisation, 3)
		if got := found(t, &Licences{Registry: r}, LicencesQuery{Limit: 10}); len(got) != 0 {
			t.Errorf("erased, and listed: %q", got)
		}
	})
}
