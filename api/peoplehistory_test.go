package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/api"
	"tamga/api/walk"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/people/cast"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// organisation is the company of the cast as an applicant.
func organisation() map[string]any {
	return map[string]any{"legal": map[string]any{
		"name": map[string]any{"kk": "«Ұлы дала мұрасы» ЖШС", "ru": "ТОО «Улы дала мурасы»"}, "address": map[string]any{"kk": "Астана қ.", "ru": "г. Астана"}, "bin": string(cast.CompanyBIN),
	}}
}

// natural is a member of the cast as an applicant.
func natural(p ca.Person) map[string]any {
	return map[string]any{"natural": map[string]any{"surname": p.Surname, "given_name": p.GivenName, "patronymic": p.Patronymic, "iin": string(p.IIN)}}
}

// applied opens an application by a program, and returns its id.
func (w *town) applied(applicant map[string]any) string {
	w.t.Helper()
	a := w.ask("POST", "/v1/applications", w.values["key.apply"], map[string]any{"service": "TEC", "channel": "portal", "applicant": applicant})
	if a.code != http.StatusCreated {
		w.t.Fatalf("open: %d %v", a.code, a.body)
	}
	return a.text("id")
}

// cabinet is what a list says of each application: its id, for whom it is seen and what
// may be done.
func (w *town) cabinet(path, list, token string) []string {
	w.t.Helper()
	a := w.ask("GET", path, token, nil)
	if a.code != http.StatusOK {
		w.t.Fatalf("%s: %d %v", path, a.code, a.body)
	}
	all := []string{}
	for _, one := range a.body[list].([]any) {
		m := one.(map[string]any)
		whom := m["for_whom"].(map[string]any)
		all = append(all, fmt.Sprint(m["id"], " ", whom["name"].(map[string]any)["kk"], " ", whom["ground"], " ", whom["may"]))
	}
	return all
}

// A cabinet has one's own applications and those of whom one may act for, and says for
// whom, by what, and whether one may sign.
func TestCabinet(t *testing.T) {
	w := openTown(t)
	own, company := w.applied(natural(castMember(t, "applicant"))), w.applied(organisation())
	stranger := w.applied(natural(castMember(t, "stranger")))
	w.registered("applicant", "stranger", "company-head", "company-signer", "company-employee", "representative", "registrar")
	tokens := map[string]string{}
	for _, m := range []string{"applicant", "stranger", "company-head", "company-signer", "company-employee", "representative", "registrar"} {
		tokens[m] = w.session(m)
	}
	const name = " «Ұлы дала мұрасы» ЖШС "
	want := map[string][]string{
		"applicant":        {own + " ӨМІРЗАҚОВ ЕРЖАН БОЛАТҰЛЫ self [sign fill_in]"},
		"stranger":         {stranger + " ІЗТІЛЕУОВ ҒАНИ СЕРІКҰЛЫ self [sign fill_in]"},
		"company-head":     {company + name + "head [sign fill_in]"},
		"company-signer":   {company + name + "right_to_sign [sign fill_in]"},
		"company-employee": {company + name + "employee [fill_in]"},
		"representative":   {},
		"registrar":        {}, // what he has to do is no application of his
	}
	see := func(when string) {
		t.Helper()
		for member, list := range want {
			for path, key := range map[string]string{"/v1/me/applications": "applications", "/v1/me/history": "history"} {
				if got := w.cabinet(path, key, tokens[member]); !slices.Equal(got, list) {
					t.Errorf("%s, %s of %s: %q, want %q", when, path, member, got, list)
				}
			}
		}
	}
	see("at first")

	power := map[string]any{
		"principal": organisation(), "representative": map[string]any{"iin": string(castMember(t, "representative").IIN)},
		"kind": "document", "number": "7", "issued_on": "2026-05-01", "valid_until": "2026-06-02", "may": "fill_in",
	}
	if a := w.ask("POST", "/v1/powers", tokens["company-head"], power); a.code != 201 {
		t.Fatalf("%v", a.body)
	}
	want["representative"] = []string{company + name + "power [fill_in]"}
	see("with a power of attorney")

	w.ahead.Add(int64(48 * time.Hour)) // it is over
	for member := range tokens {
		tokens[member] = w.session(member)
	}
	want["representative"] = []string{}
	see("after its last day")

	w.refused("a program", w.ask("GET", "/v1/me/applications", w.values["key.apply"], nil), 401, "session_required")
	w.refused("nobody", w.ask("GET", "/v1/me/history", "", nil), 401, "unauthorized")
	w.refused("some of them", w.ask("GET", "/v1/me/applications?going=false", tokens["applicant"], nil), 400, "invalid_parameter")
}

// A cabinet is read by pages, also where an older program has opened the applications.
func TestCabinetPages(t *testing.T) {
	w := openTown(t)
	var want []string
	for range 5 {
		want = append(want, w.applied(organisation()))
		w.applied(natural(castMember(t, "stranger")))
		w.ahead.Add(int64(time.Second))
	}
	w.change(t, `DELETE FROM application_applicants WHERE application IN (SELECT id FROM applications ORDER BY opened_at LIMIT 7)`)
	w.registered("company-head")
	token := w.session("company-head")
	var got []string
	for path := "/v1/me/applications?limit=2"; path != ""; {
		a := w.ask("GET", path, token, nil)
		if a.code != 200 {
			t.Fatalf("%v", a.body)
		}
		for _, one := range a.body["applications"].([]any) {
			got = append(got, one.(map[string]any)["id"].(string))
		}
		next := a.text("next")
		path = strings.TrimPrefix(next, "https://tamga.example")
		if path != "" {
			path += "&limit=2"
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("pages have %q, want %q", got, want)
	}
	// An index that was edited shows nobody another's application.
	w.change(t, `UPDATE application_applicants SET party = (SELECT party FROM application_applicants WHERE application = '`+want[0]+`')`)
	if got := w.cabinet("/v1/me/applications", "applications", token); len(got) != 5 {
		t.Errorf("with an edited index: %q", got)
	}
}

// The history of services has what was asked for, for whom, how it has ended, and the
// documents that came of it, as they stand now.
func TestHistory(t *testing.T) {
	w := openTown(t)
	w.server.Limits = api.DefaultLimits()
	w.server.Limits.Checks = 1 << 20
	w.server.Applications = &applications.Book{Register: w.server.Registry, Unsigned: true} // a program walks alone
	w.start(t)
	key, err := w.server.Registry.Store.AddClient(t.Context(), "walker", []string{store.ScopeApply, store.ScopeEnter, store.ScopeRead})
	if err != nil {
		t.Fatal(err)
	}
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	edition, ok := law.Edition("2026-draft")
	if !ok {
		t.Fatal("there is no draft of today's rules")
	}
	walker := walk.Walker{
		URL: w.url, Key: key, Client: http.DefaultClient, Edition: edition, Days: w.server.Registry.Calendar, Now: w.now, Run: "history",
		Wait: func(_ context.Context, until time.Time) error {
			w.ahead.Add(int64(until.Sub(w.now()) + time.Second))
			return nil
		},
		Only: func(s *regulation.Service, c regulation.Channel) bool {
			return s.ID == "SRA" && c == regulation.Provider
		},
		Signer: walk.Signer{
			Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
			Requisites: documents.Text{KK: "Астана қ.", RU: "г. Астана"}, Position: documents.Text{KK: "Төраға", RU: "Председатель"}, Name: "Әбілов Ғ.Ү.",
		},
	}
	report, err := walker.Walk(t.Context())
	if err != nil {
		t.Fatalf("%v: %.1500s", err, strings.Join(report.Failures, "\n"))
	}
	w.registered("company-head", "stranger")
	a := w.ask("GET", "/v1/me/history?limit=200", w.session("company-head"), nil)
	history, _ := a.body["history"].([]any)
	if a.code != 200 || len(history) != report.Applications {
		t.Fatalf("%d applications of %d: %.300v", len(history), report.Applications, a.body)
	}
	issued, ends := map[documents.Kind]int{}, map[string]int{}
	for _, one := range history {
		m := one.(map[string]any)
		ends[fmt.Sprint(m["ended"])]++
		if m["ended_at"] == nil || m["service"].(map[string]any)["id"] != "SRA" || m["channel"] != "provider" {
			t.Errorf("%v", m)
		}
		for _, d := range m["documents"].([]any) {
			document := d.(map[string]any)
			issued[documents.Kind(document["kind"].(string))]++
			if document["issued_on"] == nil || document["status"].(map[string]any)["code"] != "in_force" || !strings.HasSuffix(document["check"].(string), document["number"].(string)) {
				t.Errorf("%v", document)
			}
		}
	}
	if fmt.Sprint(issued) != fmt.Sprint(report.Documents) || issued[documents.KindApproval] == 0 {
		t.Errorf("documents are %v, want %v", issued, report.Documents)
	}
	if ends["refused"] == 0 || len(ends) < 2 {
		t.Errorf("the ends are %v", ends)
	}
	if got := w.cabinet("/v1/me/history", "history", w.session("stranger")); len(got) != 0 {
		t.Errorf("a stranger sees %q", got)
	}
}
