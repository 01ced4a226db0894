package site

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"tamga/language"
	"tamga/language/words"
)

func (s *Site) licenceRoutes() map[string]page {
	return map[string]page{
		"GET /licences":  (*visit).licencesPage,
		"POST /licences": (*visit).findLicences,
	}
}

// licencesAsked are the fields of the form, as /v1/licences calls them. It is read only.
var licencesAsked = []string{"bin", "name", "activity", "region", "status", "issued_from", "issued_to"}

// licencesView is the register of licences of organisations, with its form.
type licencesView struct {
	Errors   []Wrong
	Retry    string
	Asked    map[string]string
	Regions  []option
	Statuses []option
	Found    []licenceRow
	Next     string // after which the next page begins
	Searched bool
}

// option is a choice of a list.
type option struct {
	Value, Name string
	Chosen      bool
}

// licenceRow is a licence of the list.
type licenceRow struct {
	Number, Tone, Status, Holder, BIN, Region, Activity, IssuedOn, ValidUntil, Source string
}

// listedLicence is one of /v1/licences.
type listedLicence struct {
	Number string `json:"number"`
	Status struct {
		Code string `json:"code"`
	} `json:"status"`
	IssuedOn   string `json:"issued_on"`
	ValidUntil string `json:"valid_until"`
	Holder     struct {
		Name         language.Text `json:"name"`
		BIN          string        `json:"bin"`
		Registration *struct {
			Number string `json:"number"`
		} `json:"registration"`
	} `json:"holder"`
	Region    string        `json:"region"`
	Activity  language.Text `json:"activity"`
	Elsewhere *struct {
		Name language.Text `json:"name"`
	} `json:"elsewhere"`
}

// licencesPage shows the licences that were issued last.
func (v *visit) licencesPage() error {
	if err := v.known(); err != nil {
		return err
	}
	return v.listLicences(url.Values{})
}

// findLicences answers the form, whose fields stand in no address: people type numbers of
// persons anywhere.
func (v *visit) findLicences() error {
	if err := v.known(); err != nil {
		return err
	}
	return v.listLicences(v.form.Values)
}

// listLicences asks for what was typed and shows it with the form.
func (v *visit) listLicences(typed url.Values) error {
	view, query := licencesView{Asked: map[string]string{}}, url.Values{}
	for _, name := range append([]string{"after"}, licencesAsked...) {
		if value := strings.TrimSpace(typed.Get(name)); value != "" {
			query.Set(name, value)
			view.Asked[name] = value
			view.Searched = view.Searched || name != "after"
		}
	}
	for _, code := range []string{"71", "75", "79", "10", "11", "15", "19", "23", "27", "31", "33", "35", "39", "43", "47", "55", "59", "61", "62", "63"} {
		view.Regions = append(view.Regions, option{code, v.region(code), view.Asked["region"] == code})
	}
	for _, code := range []string{"in_force", "suspended", "terminated", "reissued", "expired", "annulled"} {
		view.Statuses = append(view.Statuses, option{code, words.Of("status." + code).In(v.lang), view.Asked["status"] == code})
	}
	var list struct {
		Licences []listedLicence `json:"licences"`
		Next     string          `json:"next"`
	}
	path := "/v1/licences"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	status := http.StatusOK
	if given := v.get(path, &list); given != nil {
		var err error
		if view.Errors, err = wrongs(given); err != nil {
			return err
		}
		var p *Problem
		if errors.As(given, &p) {
			view.Retry, status = v.again(p), p.Status
		}
	}
	for _, l := range list.Licences {
		view.Found = append(view.Found, v.licenceRow(l))
	}
	view.Next = list.Next
	return v.show(status, "licences", view, broad)
}

func (v *visit) region(code string) string { return words.Of("region." + code).In(v.lang) }

// licenceTones are the colours of what a licence is worth. It is read only.
var licenceTones = map[string]string{"in_force": "good", "suspended": "paused", "terminated": "bad", "annulled": "bad", "reissued": "info", "expired": "past"}

// licenceRow words a licence. No licence is issued in English: its readers see the Kazakh
// name, and how it is read.
func (v *visit) licenceRow(l listedLicence) licenceRow {
	row := licenceRow{
		Number: l.Number, Tone: licenceTones[l.Status.Code], Status: words.Of("status." + l.Status.Code).In(v.lang), Holder: v.readable(onPaper(l.Holder.Name, v.lang)), BIN: l.Holder.BIN,
		Activity: v.readable(onPaper(l.Activity, v.lang)), IssuedOn: dotted(l.IssuedOn), ValidUntil: dotted(l.ValidUntil),
	}
	if l.Region != "" {
		row.Region = v.region(l.Region)
	}
	if l.Holder.Registration != nil {
		row.BIN = l.Holder.Registration.Number
	}
	if l.Elsewhere != nil {
		row.Source = v.readable(onPaper(l.Elsewhere.Name, v.lang))
	}
	return row
}

// onPaper is a text that exists in Kazakh and Russian alone.
func onPaper(t language.Text, lang language.Lang) string {
	if lang == language.RU {
		return t.RU
	}
	return t.KK
}

// dotted writes a day, 2006-01-02, as pages tell it; empty for none.
func dotted(day string) string {
	parts := strings.Split(day, "-")
	if len(parts) != 3 {
		return day
	}
	return parts[2] + "." + parts[1] + "." + parts[0]
}
