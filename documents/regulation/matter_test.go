package regulation_test

import (
	"encoding/json"
	"slices"
	"testing"

	"tamga/documents/regulation"
)

// matterOf is that of a service of an edition as the program carries it.
func matterOf(t *testing.T, edition, service string) *regulation.Matter {
	t.Helper()
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	e, ok := law.Edition(edition)
	if !ok {
		t.Fatalf("there is no edition %s", edition)
	}
	s, ok := e.Service(service)
	if !ok || s.Matter == nil {
		t.Fatalf("service %s says nothing of its matter", service)
	}
	return s.Matter
}

// By which tests a form and a document are about the same matter, in every edition that
// has the service, the one in one edition and the other in another.
func TestSameMatterByData(t *testing.T) {
	const both = "archaeological_and_scientific_restoration"
	editions := map[string][]string{"LIC-ISSUE": {"2012-159", "2026-draft"}, "LIC-REISSUE": {"2012-159", "2026-draft"}, "TEC": {"2014-105-1613", "2026-draft"}, "SRA": {"2014-105-1613", "2026-draft"}}
	for name, c := range map[string]struct {
		service, form, document string
		want                    []string
	}{
		"the same sub-type":         {"LIC-ISSUE", `{"subtype": "archaeological", "activity": "бір"}`, `{"licence": {"activity": {"kk": "екі"}, "annex": {"subtype": "archaeological"}}}`, []string{"subtype"}},
		"one of both sub-types":     {"LIC-ISSUE", `{"subtype": "scientific_restoration"}`, `{"licence": {"annex": {"subtype": "` + both + `"}}}`, []string{"subtype"}},
		"another sub-type":          {"LIC-ISSUE", `{"subtype": "archaeological", "activity": "бір"}`, `{"licence": {"activity": {"kk": "бір"}, "annex": {"subtype": "scientific_restoration"}}}`, nil},
		"an activity of all":        {"LIC-ISSUE", `{"activity": "БІР"}`, `{"licence": {"activity": {"kk": "«бір»", "ru": "один"}, "annex": {"subtype": "archaeological"}}}`, []string{"activity"}},
		"another activity":          {"LIC-ISSUE", `{"activity": "екі"}`, `{"licence": {"activity": {"kk": "бір", "ru": "один"}}}`, nil},
		"the same licence replaced": {"LIC-REISSUE", `{"replaces": "№ 26000001"}`, `{"licence": {"replaces": "26000001"}}`, []string{"replaces"}},
		"as the page asks it":       {"LIC-REISSUE", `{"licence": "26000001"}`, `{"licence": {"replaces": "26000001"}}`, []string{"replaces"}},
		"nothing said":              {"LIC-ISSUE", `{}`, `{"licence": {}}`, nil},
		"the same object":           {"TEC", `{"objects": [{"name": "Сандық"}, {"name": {"ru": "керамический  СОСУД"}}]}`, `{"export_certificate": {"objects": [{"name": {"kk": "Құмыра", "ru": "Керамический сосуд"}, "inventory": "1"}]}}`, []string{"object"}},
		"the same number and route": {"TEC", `{"objects": [{"inventory": "кп-1201 / 1"}], "country": "Франция", "return_by": "2026-12-01"}`,
			`{"export_certificate": {"objects": [{"name": {"kk": "Құмыра"}, "inventory": "КП-1201/1"}], "country": {"kk": "Франция"}, "return_by": "2026-12-01"}}`, []string{"inventory", "route"}},
		"the same country on another day": {"TEC", `{"country": "Франция", "return_by": "2026-12-02"}`, `{"export_certificate": {"country": {"kk": "Франция"}, "return_by": "2026-12-01"}}`, nil},
		"the same photograph":             {"TEC", `{"photographs": [{"sha256": "AB"}]}`, `{"export_certificate": {"photographs": [{"sha256": "ab"}]}}`, []string{"photograph"}},
		"the same address":                {"SRA", `{"monument": "Дүкен", "monument_address": "Кенесары к-сі 65"}`, `{"approval": {"monument": {"kk": "Үй"}, "monument_address": {"kk": "Кенесары к-сі, 65"}}}`, []string{"address"}},
		"a form of another shape":         {"SRA", `{"monument": 7, "monument_address": [{"x": null}]}`, `{"approval": {"monument": {"kk": "7"}}}`, nil},
	} {
		for _, one := range editions[c.service] {
			for _, other := range editions[c.service] {
				here, there := matterOf(t, one, c.service), matterOf(t, other, c.service)
				form, document := here.Says(json.RawMessage(c.form), nil), there.Says(nil, json.RawMessage(c.document))
				var got []string
				for i := range form {
					if form[i].Agrees(document[i]) {
						got = append(got, form[i].Test.ID)
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					t.Errorf("%s: the same by %v, want %v", name, got, c.want)
				}
				found := func(party string) bool {
					return slices.ContainsFunc(here.Digests("iin\n1", form), func(d string) bool { return slices.Contains(there.Digests(party, document), d) })
				}
				if found("iin\n1") != (len(c.want) > 0) || found("iin\n2") {
					t.Errorf("%s: found %t, by another party %t", name, found("iin\n1"), found("iin\n2"))
				}
			}
		}
	}
	m := matterOf(t, "2026-draft", "LIC-REISSUE")
	if got := m.RenewedBy(json.RawMessage(`{"replaces": "26000001"}`), nil); !slices.Equal(got, []string{"26000001"}) {
		t.Errorf("the form renews %v", got)
	}
	if got := m.RenewedBy(json.RawMessage(`{"replaces": "26000001"}`), json.RawMessage(`{"licence": {"replaces": "26000002"}}`)); !slices.Equal(got, []string{"26000002"}) {
		t.Errorf("the document renews %v, whatever the form says", got)
	}
}
