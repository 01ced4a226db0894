package forms

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
)

var update = flag.Bool("update", false, "write the snapshot of the forms anew")

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// samples are the drafts of documents/testdata by name.
func samples(t testing.TB) map[string]documents.Draft {
	t.Helper()
	files, err := filepath.Glob("../../testdata/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	all := map[string]documents.Draft{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		must(t, err)
		var d documents.Draft
		must(t, json.Unmarshal(raw, &d))
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = d
	}
	return all
}

// Specimens are documents that the register could have issued.
func TestSpecimensAreGood(t *testing.T) {
	drafts, _ := specimenDrafts()
	kinds := map[documents.Kind]bool{}
	for name, d := range drafts {
		kinds[d.Kind()] = true
		if err := d.ValidateNumbered(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n, err := documents.ParseNumber(d.Number()); err != nil || n.Kind != d.Kind() {
			t.Errorf("%s has the number %s: %v", name, d.Number(), err)
		}
	}
	for name, d := range samples(t) {
		if !kinds[d.Kind()] {
			t.Errorf("no specimen of %s", name)
		}
	}
}

// What is empty is not printed as nothing: conditions are a dash, photographs that
// are not there are not counted, an address is not repeated, and nobody asks a member
// of staff which service was meant.
func TestEmptyAndRepeated(t *testing.T) {
	drafts, _ := specimenDrafts()
	licence := *drafts["licence-both"].Licence
	licence.SpecialConditions = documents.Text{}
	c := Of(documents.Draft{Licence: &licence}, nil)
	if got := c.Fields["special_conditions"]; got != pdf.Same("—") {
		t.Errorf("no conditions are %+v", got)
	}
	if got := c.Fields["holder_name"]; strings.Contains(got.KK, "Шымкент") || !strings.HasSuffix(got.KK, "БСН 120741000014") {
		t.Errorf("the annex names the holder %+v", got)
	}
	if got := c.Fields["holder"].KK; !strings.Contains(got, "Шымкент") {
		t.Errorf("the licence is given to %q", got)
	}
	if _, ok := Of(drafts["notice-auth-staff"], nil).Fields["service"]; ok {
		t.Error("the notice to a member of staff names a service")
	}
	paper := Of(drafts["licence-paper"], nil)
	if got := paper.Fields["paper_number"].KK; got != drafts["licence-paper"].Number() {
		t.Errorf("the copy has the number %q", got)
	}
}

// Every layout is filled in by a form, which gives all that the layout has a
// place for, and nothing that it has none for.
func TestFormsFitTheirLayouts(t *testing.T) {
	layouts, all := compiled(t), Specimens()
	given := map[string]fields{}
	for name, c := range all {
		if given[c.Layout] == nil {
			given[c.Layout] = fields{"detail": {}, "position": {}, "signatory": {}, "service": {}, "corrected": {}} // of the bases that layouts share
		}
		maps.Copy(given[c.Layout], c.Fields)
		required, optional := layouts.Fields(c.Layout)
		for field, text := range c.Fields {
			if text != (documents.Text{}) && !slices.Contains(append(required, optional...), field) && !elsewhere[field] {
				t.Errorf("%s: the layout %s has no %s", name, c.Layout, field)
			}
		}
	}
	for _, name := range layouts.Names() {
		required, optional := layouts.Fields(name)
		for _, field := range append(required, optional...) {
			if _, ok := given[name][field]; !ok {
				t.Errorf("no form fills in %s of %s", field, name)
			}
		}
	}
}

// elsewhere are values that only some of the layouts of a form print.
var elsewhere = map[string]bool{"application_date": true, "application_dated": true, "conclusion_date": true, "conclusion_dated": true, "application_number": true}

// What a sheet says in one language it says in the other, and nothing that its
// kind has is forgotten: every text of a sample is found on its sheet.
func TestSheetsSayAll(t *testing.T) {
	specimens, _ := specimenDrafts()
	first, told := specimens["licence"], *specimens["history"].History.Told
	for name, draft := range samples(t) {
		number, err := documents.NumberOf(draft.Kind(), 2026, 5)
		must(t, err)
		content := draft.Normalise().Numbered(number, documents.Date{Year: 2026, Month: time.June, Day: 22}).Completed(first, told).
			ObjectionUntil(documents.Date{Year: 2026, Month: time.June, Day: 24})
		must(t, content.ValidateNumbered())
		s := Of(content, nil)
		if s.Layout == "" || s.Layout != Layout(draft.Normalise()) {
			t.Errorf("%s: the layout is %q, and %q before it has a number", name, s.Layout, Layout(draft.Normalise()))
		}
		var all strings.Builder
		for field, text := range s.Fields {
			if (text.KK == "") != (text.RU == "") {
				t.Errorf("%s: %s is in one language: %+v", name, field, text)
			}
			all.WriteString(text.KK + "\n" + text.RU + "\n")
		}
		for _, list := range s.Tables {
			for _, row := range list.Rows {
				if len(row) != len(list.Columns) {
					t.Errorf("%s: a row of %d cells under %d columns", name, len(row), len(list.Columns))
				}
				for _, cell := range row {
					all.WriteString(cell.KK + "\n" + cell.RU + "\n")
				}
			}
		}
		raw, err := json.Marshal(draft.Normalise())
		must(t, err)
		for _, text := range texts(t, raw) {
			// The reason for a duplicate stands in the register only.
			if !strings.Contains(all.String(), text) && draft.Kind() != documents.KindDuplicate {
				t.Errorf("%s: the sheet does not say %q", name, text)
			}
		}
	}
}

// texts returns the values of a JSON document that hold Cyrillic.
func texts(t *testing.T, raw []byte) []string {
	t.Helper()
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, member := range v {
				if name != "address" { // some letters name the applicant without it
					walk(member)
				}
			}
		case []any:
			for _, member := range v {
				walk(member)
			}
		case string:
			if strings.ContainsAny(v, "аәеиоыі") {
				all = append(all, v)
			}
		}
	}
	var v any
	must(t, json.Unmarshal(raw, &v))
	walk(v)
	return all
}

func TestGenitive(t *testing.T) {
	for name, want := range map[string]string{
		"Қазақстан Республикасының Ұлттық музейі": "Қазақстан Республикасының Ұлттық музейінің",
		"Әбдіғаппарұлы Өмірзақ Құныскерейұлы":     "Әбдіғаппарұлы Өмірзақ Құныскерейұлының",
		"Мәдениет басқармасы":                     "Мәдениет басқармасының",
		"«Ұлы дала мұрасы» ЖШС":                   "", "Ким Владимир": "", "": "",
	} {
		if got := genitive(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func compiled(t testing.TB) *pdf.Layouts {
	t.Helper()
	law, err := regulation.ShippedLaw()
	must(t, err)
	l, err := pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
	must(t, err)
	return l
}

// A document in which mistakes were corrected says when and what, in both languages, and
// so do the copies of it; its layout has a place for that.
func TestCorrectionsAreSaid(t *testing.T) {
	layouts := compiled(t)
	drafts, pictures := specimenDrafts()
	printed := map[documents.Kind]bool{}
	for name, d := range drafts {
		said := []documents.Correction{
			{On: documents.Date{Year: 2026, Month: 11, Day: 28}, What: documents.Text{KK: "атауында әріп қате жазылған", RU: "в названии ошибка в букве"}},
			{On: documents.Date{Year: 2026, Month: 12, Day: 1}, What: documents.Text{KK: "мекенжайы қате көрсетілген", RU: "неверно указан адрес"}},
		}
		switch {
		case d.Licence != nil:
			d.Licence.Corrections = said
		case d.Refusal != nil:
			d.Refusal.Corrections = said
		case d.ExportCertificate != nil:
			d.ExportCertificate.Corrections = said
		case d.Approval != nil:
			d.Approval.Corrections = said
		case d.Acceptance != nil:
			d.Acceptance.Corrections = said
		case d.Notice != nil:
			d.Notice.Corrections = said
		case d.Conclusion != nil:
			d.Conclusion.Corrections = said
		case d.Duplicate != nil:
			l := *d.Duplicate.Licence
			l.Corrections, d.Duplicate = said, &documents.Duplicate{Number: d.Duplicate.Number, IssuedOn: d.Duplicate.IssuedOn, Licence: &l}
		default:
			continue
		}
		got := Of(d, pictures)
		want := documents.Text{
			KK: "2026 жылғы 28 қарашада техникалық қате түзетілді: атауында әріп қате жазылған\n2026 жылғы 1 желтоқсанда техникалық қате түзетілді: мекенжайы қате көрсетілген",
			RU: "28 ноября 2026 года исправлена техническая ошибка: в названии ошибка в букве\n1 декабря 2026 года исправлена техническая ошибка: неверно указан адрес",
		}
		if got.Fields["corrected"] != want {
			t.Errorf("%s says %+v", name, got.Fields["corrected"])
		}
		without := got
		without.Fields = maps.Clone(got.Fields)
		delete(without.Fields, "corrected")
		m := pdf.Meta{SignedAt: time.Date(2026, time.November, 28, 7, 0, 0, 0, time.UTC)}
		longer, err := layouts.Render(got, m)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		shorter, err := layouts.Render(without, m)
		if err != nil {
			t.Fatal(err)
		}
		if len(longer) <= len(shorter) {
			t.Errorf("%s prints nothing of it", name)
		}
		printed[d.Kind()] = true
	}
	if len(printed) < 8 {
		t.Errorf("only %v were tried", printed)
	}
}

// The sheet of a duplicate says of a licence that was issued elsewhere by whom and when,
// and that it was entered from a source; so does a paper copy of it. Of our own licences
// no sheet says so.
func TestElsewhereOnSheets(t *testing.T) {
	drafts, _ := specimenDrafts()
	old := drafts["licence-duplicate-elsewhere"].Duplicate.Licence
	want := documents.Text{
		KK: "Түпнұсқа № 14014826 2014 жылғы 9 қазанда берілген, лицензиар — " + old.Licensor.KK + ". Ол тізілімге мына дереккөзден енгізілді: «Е-лицензиялау» АЖ. Бұл қызмет оған қол қоймаған.",
		RU: "Подлинник № 14014826 выдан 9 октября 2014 года, лицензиар — " + old.Licensor.RU + ". Он внесён в реестр из источника: ИС «Е-лицензирование». Этим сервисом он не подписан.",
	}
	for name, draft := range map[string]documents.Draft{
		"duplicate": drafts["licence-duplicate-elsewhere"], "paper copy": {PaperCopy: &documents.PaperCopy{Licence: old}},
	} {
		if got := Of(draft, nil).Fields["elsewhere"]; got != want {
			t.Errorf("the %s says %+v", name, got)
		}
	}
	for name, draft := range drafts {
		if _, ok := Of(draft, nil).Fields["elsewhere"]; ok && name != "licence-duplicate-elsewhere" {
			t.Errorf("%s says that it was issued elsewhere", name)
		}
	}
}
