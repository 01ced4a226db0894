package documents_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
)

var correctable = []string{
	"/licence/holder/legal/name/*", "/licence/holder/natural/surname", "/licence/holder/natural/patronymic", "/licence/place/*", "/licence/head",
	"/export_certificate/objects/*/name/*", "/export_certificate/objects/*/inventory",
}

func because(changes ...documents.Change) documents.NewCorrection {
	return documents.NewCorrection{
		Changes: changes, Reason: documents.Text{KK: "Ұйымның атауында әріп қате жазылған.", RU: "В названии организации ошибочно написана буква."},
	}
}

func numbered(d documents.Draft) documents.Draft {
	n, err := documents.NumberOf(d.Kind(), 2026, 17)
	if err != nil {
		panic(err)
	}
	return d.Normalise().Numbered(n, documents.Date{Year: 2026, Month: 6, Day: 1})
}

// A correction changes what it names and nothing else, and the document says it.
func TestCorrect(t *testing.T) {
	l := licence()
	before := numbered(documents.Draft{Licence: &l})
	on := documents.Date{Year: 2026, Month: 6, Day: 22}
	after, err := before.Correct(because(documents.Change{Pointer: "/licence/holder/legal/name/kk", Value: "  «Көне  Тараз» ЖШС "}), correctable, on)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.Licence.Holder.Legal.Name.KK; got != "«Көне Тараз» ЖШС" {
		t.Errorf("it says %q", got)
	}
	if got := after.Corrections(); len(got) != 1 || got[0].On != on || got[0].What.RU != "В названии организации ошибочно написана буква." {
		t.Errorf("corrections %+v", got)
	}
	if before.Licence.Holder.Legal.Name.KK == "«Көне Тараз» ЖШС" || len(before.Corrections()) != 0 {
		t.Error("the content before was changed")
	}
	undone := after
	undoneLicence := *after.Licence
	legal := *after.Licence.Holder.Legal
	legal.Name.KK = before.Licence.Holder.Legal.Name.KK
	undoneLicence.Holder.Legal, undoneLicence.Corrections = &legal, nil
	undone.Licence = &undoneLicence
	if a, b := encoded(t, undone), encoded(t, before); a != b {
		t.Errorf("more was changed:\n%s\n%s", a, b)
	}
	again, err := after.Correct(because(documents.Change{Pointer: "/licence/place/ru", Value: "г. Тараз"}), correctable, on)
	if err != nil || len(again.Corrections()) != 2 {
		t.Errorf("a second time: %v, %+v", err, again.Corrections())
	}
}

func encoded(t *testing.T, d documents.Draft) string {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// A person whose patronymic was forgotten gets it, and objects of a list are corrected
// one by one.
func TestCorrectWhatWasForgotten(t *testing.T) {
	l := licence()
	l.Holder = documents.Holder{Natural: &documents.NaturalPerson{Surname: "Сейітқали", GivenName: "Айгүл", IIN: "850101400011"}}
	on := documents.Date{Year: 2026, Month: 6, Day: 22}
	after, err := numbered(documents.Draft{Licence: &l}).Correct(because(documents.Change{Pointer: "/licence/holder/natural/patronymic", Value: "Бекқызы"}), correctable, on)
	if err != nil || after.Licence.Holder.Natural.Patronymic != "Бекқызы" {
		t.Errorf("%v, %+v", err, after.Licence)
	}
	c := sample(t, "export_certificate")
	last := len(c.ExportCertificate.Objects) - 1
	other := c.ExportCertificate.Objects[0].Name
	pointer := "/export_certificate/objects/" + string(rune('0'+last)) + "/name/ru"
	after, err = numbered(c).Correct(because(documents.Change{Pointer: pointer, Value: "Кувшин глиняный"}), correctable, on)
	if err != nil || after.ExportCertificate.Objects[last].Name.RU != "Кувшин глиняный" || last > 0 && after.ExportCertificate.Objects[0].Name != other {
		t.Errorf("%v, %+v", err, after.ExportCertificate.Objects)
	}
}

// What a correction must not do is refused by its reason, at its place.
func TestCorrectRefused(t *testing.T) {
	l := licence()
	content := numbered(documents.Draft{Licence: &l})
	same := content.Licence.Place.RU
	name := documents.Change{Pointer: "/licence/holder/legal/name/kk", Value: "«Көне Тараз» ЖШС"}
	for what, c := range map[string]struct {
		n             documents.NewCorrection
		pointer, code string
		detail        string
	}{
		"no change":                  {because(), "/changes", documents.CodeRequired, ""},
		"no reason in Russian":       {documents.NewCorrection{Changes: []documents.Change{name}, Reason: documents.Text{KK: "Қате."}}, "/reason/ru", documents.CodeRequired, ""},
		"no reason in Kazakh":        {documents.NewCorrection{Changes: []documents.Change{name}, Reason: documents.Text{RU: "Ошибка."}}, "/reason/kk", documents.CodeRequired, ""},
		"a member twice":             {because(name, name), "/changes/1/pointer", documents.CodeExactlyOne, ""},
		"the same text":              {because(documents.Change{Pointer: "/licence/place/ru", Value: same}), "/changes/0/value", documents.CodeNotAccepted, ""},
		"the same text with a space": {because(documents.Change{Pointer: "/licence/place/ru", Value: " " + same}), "/changes/0/value", documents.CodeNotAccepted, ""},
		"the number":                 {because(documents.Change{Pointer: "/licence/number", Value: "26000018"}), "/changes/0/pointer", documents.CodeNotCorrectable, "the register gives it"},
		"the date of issue":          {because(documents.Change{Pointer: "/licence/issued_on", Value: "2026-06-02"}), "/changes/0/pointer", documents.CodeNotCorrectable, "the register gives it"},
		"the holder's BIN":           {because(documents.Change{Pointer: "/licence/holder/legal/bin", Value: "120741000014"}), "/changes/0/pointer", documents.CodeNotCorrectable, "who the holder is"},
		"the activity":               {because(documents.Change{Pointer: "/licence/activity/kk", Value: "басқа"}), "/changes/0/pointer", documents.CodeNotCorrectable, "re-issued"},
		"the term":                   {because(documents.Change{Pointer: "/licence/valid_until", Value: "2036-01-01"}), "/changes/0/pointer", documents.CodeNotCorrectable, "is a term"},
		"what no edition lets":       {because(documents.Change{Pointer: "/licence/licensor/kk", Value: "басқа"}), "/changes/0/pointer", documents.CodeNotCorrectable, "edition"},
		"another kind's member":      {because(documents.Change{Pointer: "/export_certificate/objects/0/name/kk", Value: "басқа"}), "/changes/0/pointer", documents.CodeUnknown, ""},
		"a person of a company":      {because(documents.Change{Pointer: "/licence/holder/natural/surname", Value: "Омарова"}), "/changes/0/pointer", documents.CodeUnknown, ""},
		"a third language":           {because(documents.Change{Pointer: "/licence/place/en", Value: "Astana"}), "/changes/0/pointer", documents.CodeUnknown, ""},
		"a star":                     {because(documents.Change{Pointer: "/licence/place/*", Value: "Астана"}), "/changes/0/pointer", documents.CodeNotCorrectable, ""},
		"no pointer":                 {because(documents.Change{Value: "Астана"}), "/changes/0/pointer", documents.CodeNotCorrectable, ""},
		"nothing in its place":       {because(documents.Change{Pointer: "/licence/holder/legal/name/kk"}), "/licence/holder/legal/name/kk", documents.CodeRequired, ""},
		"what cannot be printed":     {because(documents.Change{Pointer: "/licence/place/ru", Value: "Аст\u202eана"}), "/licence/place/ru", documents.CodeCharacter, ""},
	} {
		_, err := content.Correct(c.n.Normalise(), correctable, documents.Date{Year: 2026, Month: 6, Day: 22})
		var invalid *documents.InvalidError
		if !errors.As(err, &invalid) || !slices.ContainsFunc(invalid.Fields, func(f documents.FieldError) bool {
			return f.Pointer == c.pointer && f.Code == c.code && strings.Contains(f.Detail, c.detail)
		}) {
			t.Errorf("%s: %+v, want %s %s", what, invalid, c.pointer, c.code)
		}
	}
}

// An edition cannot let a correction change who the holder is, what is permitted or how
// long; nor what is no text.
func TestCorrectableMembers(t *testing.T) {
	for _, c := range []struct {
		kind    documents.Kind
		pattern string
		is      bool
	}{
		{documents.KindLicence, "/licence/holder/legal/name/*", true},
		{documents.KindLicence, "/licence/holder/legal/name/kk", true},
		{documents.KindLicence, "/licence/holder/legal/bin", false},
		{documents.KindLicence, "/licence/holder/natural/iin", false},
		{documents.KindLicence, "/licence/holder/natural/identity_document/number", false},
		{documents.KindLicence, "/licence/activity/*", false},
		{documents.KindLicence, "/licence/annex/ground/*", true},
		{documents.KindLicence, "/licence/annex/subtype", false},
		{documents.KindLicence, "/licence/number", false},
		{documents.KindLicence, "/licence/issued_on", false},
		{documents.KindLicence, "/licence/valid_until", false},
		{documents.KindLicence, "/licence/replaces", false},
		{documents.KindLicence, "/licence/corrections/*/what/*", false},
		{documents.KindLicence, "/licence/holder", false},
		{documents.KindLicence, "/refusal/reason/*", false},
		{documents.KindRefusal, "/refusal/reason/*", true},
		{documents.KindRefusal, "/refusal/ground", false},
		{documents.KindExportCertificate, "/export_certificate/objects/*/name/*", true},
		{documents.KindExportCertificate, "/export_certificate/requisites/*", true},
		{documents.KindExportCertificate, "/export_certificate/objects/name/*", false},
		{documents.KindExportCertificate, "/export_certificate/return_by", false},
		{documents.KindExportCertificate, "/export_certificate/photographs/*/caption/*", false},
		{documents.KindDuplicate, "/duplicate/reason/*", false},
		{documents.KindHistory, "/history/signatory", false},
	} {
		if err := c.kind.Correctable(c.pattern); (err == nil) != c.is {
			t.Errorf("%s %s: %v, want %t", c.kind, c.pattern, err, c.is)
		}
	}
}

// A draft that says that it was corrected is refused: the register says so.
func TestDraftWithCorrections(t *testing.T) {
	l := licence()
	l.Corrections = []documents.Correction{{On: documents.Date{Year: 2026, Month: 6, Day: 1}, What: documents.Text{KK: "қате", RU: "ошибка"}}}
	approval := sample(t, "approval")
	approval.Approval.Corrections = l.Corrections
	for _, d := range []documents.Draft{{Licence: &l}, approval} {
		var invalid *documents.InvalidError
		if err := d.Normalise().Validate(); !errors.As(err, &invalid) || len(invalid.Fields) != 1 ||
			invalid.Fields[0].Pointer != "/"+string(d.Kind())+"/corrections" || invalid.Fields[0].Code != documents.CodeNotAccepted {
			t.Errorf("%s: %v", d.Kind(), err)
		}
	}
}
