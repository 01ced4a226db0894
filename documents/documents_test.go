package documents_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"tamga/documents"
	"tamga/language"
)

func describe(n documents.Number) string {
	return fmt.Sprintf("%s %d %d %s", n.Kind, n.Year, n.Seq, n.String)
}

// licence returns a complete licence to a legal entity.
func licence() documents.Licence {
	return documents.Licence{
		Holder: documents.Holder{Legal: &documents.LegalEntity{
			Name:    documents.Text{KK: "«Көне Қала» ЖШС", RU: "ТОО «Көне Қала»"},
			Address: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
			BIN:     "120741000014",
		}},
		Activity:          documents.Text{KK: "археологиялық жұмыстар", RU: "археологические работы"},
		SpecialConditions: documents.Text{KK: "жоқ", RU: "нет"},
		Licensor:          documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Head:              "Сейітқали А.Б.",
		Place:             documents.Text{KK: "Астана қ.", RU: "г. Астана"},
	}
}

// refusal returns a complete refusal to a natural person.
func refusal() documents.Refusal {
	return documents.Refusal{
		Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Requisites: documents.Text{KK: "Астана қ.", RU: "г. Астана"},
		Applicant: documents.Holder{Natural: &documents.NaturalPerson{
			Surname: "Сейітқали", GivenName: "Айгүл", Patronymic: "Бекқызы", IIN: "850101400011",
		}},
		ApplicationNumber: "KZ65RLA00000001",
		ApplicationDate:   documents.Date{Year: 2026, Month: time.March, Day: 2},
		Ground:            documents.GroundDocuments,
		Reason:            documents.Text{KK: "Бірінші.\nЕкінші.", RU: "Первое.\nВторое."},
		Position:          documents.Text{KK: "Төраға", RU: "Председатель"},
		Signatory:         "Әбдіғали Ж.",
	}
}

func TestHolderNames(t *testing.T) {
	legal, natural := licence().Holder, refusal().Applicant
	without := documents.Holder{Natural: &documents.NaturalPerson{
		Surname: "Ким", GivenName: "әлия", IIN: "850101400011",
	}}
	for _, c := range []struct{ name, got, want string }{
		{"legal full kk", legal.FullName(documents.KK), "«Көне Қала» ЖШС"},
		{"legal full ru", legal.FullName(documents.RU), "ТОО «Көне Қала»"},
		{"legal public", legal.PublicName(documents.RU), "ТОО «Көне Қала»"},
		{"legal requisites kk", legal.Requisites(documents.KK),
			"«Көне Қала» ЖШС, Астана қ., Орынбор к-сі, 8, БСН 120741000014"},
		{"legal requisites ru", legal.Requisites(documents.RU),
			"ТОО «Көне Қала», г. Астана, ул. Орынбор, 8, БИН 120741000014"},
		{"natural full", natural.FullName(documents.KK), "Сейітқали Айгүл Бекқызы"},
		{"natural public", natural.PublicName(documents.RU), "Сейітқали\u00a0А.\u00a0Б."},
		{"natural requisites kk", natural.Requisites(documents.KK), "Сейітқали Айгүл Бекқызы, ЖСН 850101400011"},
		{"natural requisites ru", natural.Requisites(documents.RU), "Сейітқали Айгүл Бекқызы, ИИН 850101400011"},
		{"no patronymic full", without.FullName(documents.KK), "Ким әлия"},
		{"no patronymic public", without.PublicName(documents.KK), "Ким\u00a0Ә."},
		{"nobody", documents.Holder{}.Requisites(documents.KK), ""},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, c.got, c.want)
		}
	}
}

func TestValidateAcceptsComplete(t *testing.T) {
	l, r := licence(), refusal()
	if err := (documents.Draft{Licence: &l}).Validate(); err != nil {
		t.Errorf("licence: %v", err)
	}
	if err := (documents.Draft{Refusal: &r}).Validate(); err != nil {
		t.Errorf("refusal: %v", err)
	}
	l.SpecialConditions = documents.Text{}
	l.Number, l.IssuedOn = "26000001", documents.Date{Year: 2026, Month: time.May, Day: 5}
	if err := l.Validate(); err != nil {
		t.Errorf("numbered licence without special conditions: %v", err)
	}
}

// edits break one thing each, and say which errors that must give.
func TestValidateLicence(t *testing.T) {
	natural := &documents.NaturalPerson{Surname: "Ким", GivenName: "Алия", IIN: "850101400011"}
	for name, c := range map[string]struct {
		edit func(*documents.Licence)
		want string
	}{
		"no name":        {func(l *documents.Licence) { l.Holder.Legal.Name.RU = " " }, "/licence/holder/legal/name/ru required"},
		"no holder":      {func(l *documents.Licence) { l.Holder = documents.Holder{} }, "/licence/holder exactly_one"},
		"two holders":    {func(l *documents.Licence) { l.Holder.Natural = natural }, "/licence/holder exactly_one"},
		"no bin":         {func(l *documents.Licence) { l.Holder.Legal.BIN = "" }, "/licence/holder/legal/bin required"},
		"short bin":      {func(l *documents.Licence) { l.Holder.Legal.BIN = "12074100001" }, "/licence/holder/legal/bin digits"},
		"mistyped bin":   {func(l *documents.Licence) { l.Holder.Legal.BIN = "120741000015" }, "/licence/holder/legal/bin check_digit"},
		"one language":   {func(l *documents.Licence) { l.SpecialConditions.KK = "" }, "/licence/special_conditions/kk required"},
		"too long":       {func(l *documents.Licence) { l.Licensor.KK = strings.Repeat("ә", 501) }, "/licence/licensor/kk too_long"},
		"longest":        {func(l *documents.Licence) { l.Licensor.KK = strings.Repeat("ә", 500) }, ""},
		"control":        {func(l *documents.Licence) { l.Head = "Ким\x00А." }, "/licence/head character"},
		"line break":     {func(l *documents.Licence) { l.Head = "Ким\nА." }, "/licence/head character"},
		"bidi":           {func(l *documents.Licence) { l.Place.RU = "г. \u202eАстана" }, "/licence/place/ru character"},
		"zero width":     {func(l *documents.Licence) { l.Place.RU = "г.\u200b Астана" }, "/licence/place/ru character"},
		"emoji":          {func(l *documents.Licence) { l.Activity.KK = "жұмыс 🙂" }, "/licence/activity/kk character"},
		"not utf-8":      {func(l *documents.Licence) { l.Activity.RU = "работы \xff" }, "/licence/activity/ru encoding"},
		"no such day":    {func(l *documents.Licence) { l.IssuedOn = documents.Date{Year: 2026, Month: 2, Day: 30} }, "/licence/issued_on date"},
		"no such year":   {func(l *documents.Licence) { l.IssuedOn = documents.Date{Year: 1026, Month: 2, Day: 3} }, "/licence/issued_on date"},
		"number given":   {func(l *documents.Licence) { l.Number = "26000001" }, "/licence/number not_accepted,/licence/number number"},
		"several wrongs": {func(l *documents.Licence) { l.Head, l.Place.KK = "", "" }, "/licence/head required,/licence/place/kk required"},
	} {
		l := licence()
		c.edit(&l)
		expect(t, name, documents.Draft{Licence: &l}.Validate(), c.want)
	}
}

func TestValidateRefusal(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(*documents.Refusal)
		want string
	}{
		"mistyped iin":     {func(r *documents.Refusal) { r.Applicant.Natural.IIN = "850101400012" }, "/refusal/applicant/natural/iin check_digit"},
		"no given name":    {func(r *documents.Refusal) { r.Applicant.Natural.GivenName = "" }, "/refusal/applicant/natural/given_name required"},
		"no patronymic":    {func(r *documents.Refusal) { r.Applicant.Natural.Patronymic = "" }, ""},
		"unknown ground":   {func(r *documents.Refusal) { r.Ground = "RF-AUTH" }, "/refusal/ground unknown"},
		"no application":   {func(r *documents.Refusal) { r.ApplicationDate = documents.Date{} }, "/refusal/application_date required"},
		"refused too soon": {func(r *documents.Refusal) { r.IssuedOn = documents.Date{Year: 2026, Month: 3, Day: 1} }, "/refusal/application_date date"},
		"same day":         {func(r *documents.Refusal) { r.IssuedOn = r.ApplicationDate }, ""},
		"longest reason":   {func(r *documents.Refusal) { r.Reason.KK = strings.Repeat("ә ", 30000)[:90000-1] }, ""},
		"endless reason":   {func(r *documents.Refusal) { r.Reason.KK = strings.Repeat("ә", 60001) }, "/refusal/reason/kk too_long"},
	} {
		r := refusal()
		c.edit(&r)
		expect(t, name, documents.Draft{Refusal: &r}.Validate(), c.want)
	}
	l, r := licence(), refusal()
	expect(t, "nothing", documents.Draft{}.Validate(), " exactly_one")
	expect(t, "both", documents.Draft{Licence: &l, Refusal: &r}.Validate(), " exactly_one")
	expect(t, "empty", documents.Draft{Refusal: &documents.Refusal{}}.Validate(),
		"/refusal/applicant exactly_one,/refusal/application_date required,/refusal/application_number required,"+
			"/refusal/authority/kk required,/refusal/authority/ru required,/refusal/ground unknown,"+
			"/refusal/position/kk required,/refusal/position/ru required,/refusal/reason/kk required,"+
			"/refusal/reason/ru required,/refusal/requisites/kk required,/refusal/requisites/ru required,"+
			"/refusal/signatory required")
}

// expect compares an error with "pointer code,pointer code", sorted; and the
// message with the law that no personal number is repeated.
func expect(t *testing.T, name string, err error, want string) {
	t.Helper()
	if err == nil {
		if want != "" {
			t.Errorf("%s: accepted, want %s", name, want)
		}
		return
	}
	var invalid *documents.InvalidError
	if !errors.As(err, &invalid) {
		t.Fatalf("%s: %v is not an InvalidError", name, err)
	}
	var got []string
	for _, f := range invalid.Fields {
		got = append(got, f.Pointer+" "+f.Code)
		if f.Detail == "" {
			t.Errorf("%s: %s has no detail", name, f.Pointer)
		}
		if strings.Contains(f.Detail+err.Error(), "85010140001") {
			t.Errorf("%s: the message holds an IIN", name)
		}
	}
	slices.Sort(got)
	if s := strings.Join(got, ","); s != want {
		t.Errorf("%s:\n got %s\nwant %s", name, s, want)
	}
}

func TestNormaliseKazakh(t *testing.T) {
	for in, want := range map[string]string{
		"iс-әрекет":             "іс-әрекет",  // Latin i at the beginning
		"Iс-әрекет":             "Іс-әрекет",  // Latin capital
		"тiлi":                  "тілі",       // in the middle and at the end
		"іc-қимыл":              "іс-қимыл",   // Latin c
		"ИC ПЭП":                "ИС ПЭП",     // Latin C
		"a\u00a0 b\t\nв":        "a b в",      // spaces
		"  бос  ":               "бос",        //
		"XIX ғасыр":             "XIX ғасыр",  // Roman numerals stay
		"web-портал":            "web-портал", // Latin words stay
		"COVIDке":               "COVIDке",    // so do words with a letter of no twin
		"и\u0306од, Е\u0308лка": "йод, Ёлка",  // two-part letters
		"www.elicense.kz сайты": "www.elicense.kz сайты",
		"ә ғ қ ң ө ұ ү һ і":     "ә ғ қ ң ө ұ ү һ і",
		"":                      "",
		"\u00a0":                "",
		"жауhар":                "жауһар", // Latin h
	} {
		got := documents.NormaliseKazakh(in)
		if got != want {
			t.Errorf("NormaliseKazakh(%q) = %q, want %q", in, got, want)
		}
		if again := documents.NormaliseKazakh(got); again != got {
			t.Errorf("NormaliseKazakh(%q) changes its own result to %q", in, again)
		}
	}
	// Every twin is a Cyrillic letter.
	for _, r := range documents.NormaliseKazakh("жiIaceopxhABCEHKMOPTX") {
		if !unicode.Is(unicode.Cyrillic, r) {
			t.Errorf("%q (%U) is not Cyrillic", r, r)
		}
	}
}

func TestDraftNormalise(t *testing.T) {
	r := refusal()
	r.Reason = documents.Text{KK: "  Бiрiншi  себеп.\r\n\r\n Екінші. ", RU: "Первая."}
	r.Applicant.Natural.Surname = " Сейiтқали "
	before := documents.Draft{Refusal: &r}
	after := before.Normalise()
	if got, want := after.Refusal.Reason.KK, "Бірінші себеп.\nЕкінші."; got != want {
		t.Errorf("reason: got %q, want %q", got, want)
	}
	if got, want := after.Refusal.Applicant.Natural.Surname, "Сейітқали"; got != want {
		t.Errorf("surname: got %q, want %q", got, want)
	}
	if r.Applicant.Natural.Surname != " Сейiтқали " {
		t.Error("Normalise changed the draft it was called on")
	}
	l := licence()
	if got := (documents.Draft{Licence: &l}).Normalise(); *got.Licence.Holder.Legal != *l.Holder.Legal {
		t.Errorf("a clean licence was changed to %+v", got.Licence.Holder.Legal)
	}
}

func TestCivilDate(t *testing.T) {
	for in, want := range map[string]string{
		"2014-10-08T17:59:59Z":      "2014-10-08",
		"2014-10-08T18:00:00Z":      "2014-10-09", // UTC+6
		"2024-02-29T17:59:59Z":      "2024-02-29",
		"2024-02-29T18:00:00Z":      "2024-02-29", // 23:00 again
		"2024-02-29T19:00:00Z":      "2024-03-01",
		"2025-12-31T18:59:59Z":      "2025-12-31", // UTC+5
		"2025-12-31T19:00:00Z":      "2026-01-01",
		"2026-01-01T00:00:00+14:00": "2025-12-31", // whatever zone the clock is in
	} {
		at, err := time.Parse(time.RFC3339, in)
		if err != nil {
			t.Fatal(err)
		}
		if got := documents.CivilDate(at).String(); got != want {
			t.Errorf("CivilDate(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	all := map[string]documents.Label{}
	for _, s := range []documents.Status{documents.StatusReserved, documents.StatusInForce, documents.StatusVoid} {
		all[string(s)] = s.Label()
	}
	for _, k := range []documents.Kind{documents.KindLicence, documents.KindRefusal} {
		all[string(k)] = k.Title()
	}
	for name, l := range all {
		for _, lang := range []documents.Lang{documents.KK, documents.RU, language.EN} {
			text := l.In(lang)
			if text == "" {
				t.Errorf("%s has no text in %s", name, lang)
			}
			for _, r := range text {
				if unicode.Is(unicode.Latin, r) != (lang == language.EN) && unicode.IsLetter(r) {
					t.Errorf("%s in %s: %q is of the wrong script", name, lang, r)
				}
			}
		}
	}
	if got := documents.StatusInForce.Label().In(documents.KK); got != "қолданыста" {
		t.Errorf("in force is %q in Kazakh", got)
	}
}

func TestDraftJSON(t *testing.T) {
	r := refusal()
	first, err := json.Marshal(documents.Draft{Refusal: &r})
	if err != nil {
		t.Fatal(err)
	}
	var back documents.Draft
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	second, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if string(first) != string(second) {
		t.Errorf("a draft does not survive JSON:\n%s\n%s", first, second)
	}
	if !strings.Contains(string(first), `"iin":"850101400011"`) || !strings.Contains(string(first), `"issued_on":""`) {
		t.Errorf("unexpected JSON: %s", first)
	}
}
