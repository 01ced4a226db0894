package documents_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// sample reads a complete draft of testdata.
func sample(t *testing.T, name string) documents.Draft {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var d documents.Draft
	decoder := json.NewDecoder(strings.NewReader(string(raw)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return d.Normalise()
}

func TestEveryKindHasAWholeSample(t *testing.T) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[documents.Kind]bool{}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		d := sample(t, name)
		seen[d.Kind()] = true
		if err := d.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !reflect.DeepEqual(d.Normalise(), d) {
			t.Errorf("%s: normalising twice is not normalising once", name)
		}
		if d.IssuedOn() != (documents.Date{}) || d.Number() != "" {
			t.Errorf("%s has a number or date of its own", name)
		}
		on := documents.Date{Year: 2026, Month: time.June, Day: 1}
		number, err := documents.NumberOf(d.Kind(), 2026, 7)
		if err != nil {
			t.Fatal(err)
		}
		numbered := d.Numbered(number, on)
		if numbered.Number() != number || numbered.IssuedOn() != on || d.Number() != "" {
			t.Errorf("%s: Numbered gives %s of %s, and leaves %q", name, numbered.Number(), numbered.IssuedOn(), d.Number())
		}
		if err := numbered.Validate(); err == nil || !strings.Contains(err.Error(), "/number not_accepted") {
			t.Errorf("%s: a number of its own: %v", name, err)
		}
		if n, err := documents.ParseNumber(number); err != nil || n.Kind != d.Kind() || n.Seq != 7 {
			t.Errorf("%s: %s is read as %+v, %v", name, number, n, err)
		}
		title := d.Kind().Title()
		for _, words := range []string{title.KK, title.RU, title.EN} {
			if words == "" {
				t.Errorf("%s has no title in some language", name)
			}
		}
	}
	// Every field of a Draft is a kind and has a sample here or elsewhere.
	draft := reflect.TypeFor[documents.Draft]()
	for i := range draft.NumField() {
		kind, option, _ := strings.Cut(draft.Field(i).Tag.Get("json"), ",")
		if option != "omitempty" {
			t.Errorf("%s would change the JSON of old requests", kind)
		}
		elsewhere := kind == "refusal"
		if !seen[documents.Kind(kind)] && !elsewhere {
			t.Errorf("no sample of %s", kind)
		}
	}
}

// Old requests are known by their JSON: it never changes.
func TestOldRequestsKeepTheirJSON(t *testing.T) {
	l, r := licence(), refusal()
	for _, c := range []struct {
		draft documents.Draft
		want  string
	}{
		{documents.Draft{Licence: &l}, `{"licence":{"issued_on":"","holder":{"legal":{"name":{"kk":"«Көне Қала» ЖШС","ru":"ТОО «Көне Қала»"},"address":{"kk":"Астана қ., Орынбор к-сі, 8","ru":"г. Астана, ул. Орынбор, 8"},"bin":"120741000014"}},"activity":{"kk":"археологиялық жұмыстар","ru":"археологические работы"},"special_conditions":{"kk":"жоқ","ru":"нет"},"licensor":{"kk":"Мәдениет комитеті","ru":"Комитет культуры"},"head":"Сейітқали А.Б.","place":{"kk":"Астана қ.","ru":"г. Астана"}}}`},
		{documents.Draft{Refusal: &r}, `{"refusal":{"issued_on":"","authority":{"kk":"Мәдениет комитеті","ru":"Комитет культуры"},"requisites":{"kk":"Астана қ.","ru":"г. Астана"},"applicant":{"natural":{"surname":"Сейітқали","given_name":"Айгүл","patronymic":"Бекқызы","iin":"850101400011"}},"application_number":"KZ65RLA00000001","application_date":"2026-03-02","ground":"RF-DOCS","reason":{"kk":"Бірінші.\nЕкінші.","ru":"Первое.\nВторое."},"position":{"kk":"Төраға","ru":"Председатель"},"signatory":"Әбдіғали Ж."}}`},
	} {
		got, err := json.Marshal(c.draft.Normalise())
		if err != nil || string(got) != c.want {
			t.Errorf("got %s, %v\nwant %s", got, err, c.want)
		}
	}
}

// edits break one thing each, and say which error that must give.
func TestValidateKinds(t *testing.T) {
	long := func(n int) string { return strings.Repeat("ә", n) }
	for _, c := range []struct {
		sample string
		edit   func(*documents.Draft)
		want   string
	}{
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Subtype = "alchemy" }, "/licence/annex/subtype unknown"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Number = "1" }, "/licence/annex/number number"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Annex.Ground.KK = "" }, "/licence/annex/ground/kk required"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Replaces = "KZ43RLR26000001" }, "/licence/replaces number"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.FirstIssuedOn = onDay(0) }, "/licence/first_issued_on not_accepted"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Replaces, d.Licence.FirstIssuedOn = "14014826", onDay(0) }, "/licence/first_issued_on not_accepted"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.ReissueGround = documents.ReissueLicensor }, "/licence/reissue_ground not_accepted"},
		{"licence_annex", func(d *documents.Draft) { d.Licence.Replaces, d.Licence.ReissueGround = "14014826", "gift" }, "/licence/reissue_ground unknown"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Purpose = "sale" }, "/export_certificate/purpose unknown"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Objects = nil }, "/export_certificate/objects required"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Objects[2].Size.RU = "\u202e" }, "/export_certificate/objects/2/size/ru character"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Objects[1].Name.KK = long(501) }, "/export_certificate/objects/1/name/kk too_long"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Objects = make([]documents.Object, 5001) }, "/export_certificate/objects too_long"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.ReturnBy = documents.Date{} }, "/export_certificate/return_by required"},
		{"export_certificate", func(d *documents.Draft) {
			d.ExportCertificate.IssuedOn = documents.Date{Year: 2026, Month: time.June, Day: 2}
			d.ExportCertificate.ReturnBy = documents.Date{Year: 2026, Month: time.June, Day: 2}
		}, "/export_certificate/return_by date"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.ReturnBy.Year = 2100 }, "/export_certificate/return_by date"},
		{"export_certificate", func(d *documents.Draft) {
			d.ExportCertificate.ConclusionDate.Day = 31
			d.ExportCertificate.ConclusionDate.Month = 2
		}, "/export_certificate/conclusion_date date"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Photographs = []documents.Photograph{{SHA256: "AB"}} }, "/export_certificate/photographs/0/sha256 digest"},
		{"export_certificate", func(d *documents.Draft) { d.ExportCertificate.Signatory = "" }, "/export_certificate/signatory required"},
		{"approval", func(d *documents.Draft) { d.Approval.ApplicantAddress = documents.Text{} }, "/approval/applicant_address/kk required"},
		{"approval", func(d *documents.Draft) { d.Approval.Monument.RU = "😀" }, "/approval/monument/ru character"},
		{"approval", func(d *documents.Draft) { d.Approval.ApplicationDate = documents.Date{} }, "/approval/application_date required"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.IncomingNumber = long(61) }, "/application_copy/incoming_number too_long"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.ApplicationDate.Day = 21 }, "/application_copy/application_date date"},
		{"application_copy", func(d *documents.Draft) { d.ApplicationCopy.Position.RU = "" }, "/application_copy/position/ru required"},
		{"acceptance", func(d *documents.Draft) { d.Acceptance.ReceivedAt = time.Time{} }, "/acceptance/received_at required"},
		{"application_copy", func(d *documents.Draft) {
			d.ApplicationCopy.IncomingAt = d.ApplicationCopy.IncomingAt.AddDate(0, 0, -1)
		}, "/application_copy/incoming_at date"},
		{"acceptance", func(d *documents.Draft) { d.Acceptance.ResultDate.Month = time.April }, "/acceptance/result_date date"},
		{"notice", func(d *documents.Draft) { d.Notice.Ground = "RF-DOCS" }, "/notice/ground unknown"},
		{"notice", func(d *documents.Draft) { d.Notice.FailedCheck = "" }, "/notice/failed_check unknown"},
		{"notice", func(d *documents.Draft) { d.Notice.Ground = documents.NoticePayment }, "/notice/failed_check not_accepted"},
		{"notice", func(d *documents.Draft) { d.Notice.ConclusionNumber = "1" }, "/notice/conclusion_number not_accepted"},
		{"notice", func(d *documents.Draft) { d.Notice.ApplicationNumber = "1" }, "/notice/application_date required"},
		{"notice_no_value", func(d *documents.Draft) { d.Notice.ConclusionNumber = "" }, "/notice/conclusion_number required"},
		{"notice_no_value", func(d *documents.Draft) { d.Notice.Signatory = "" }, "/notice/signatory required"},
		{"conclusion", func(d *documents.Draft) { d.Conclusion.Members = nil }, "/conclusion/members required"},
		{"conclusion", func(d *documents.Draft) { d.Conclusion.Members[0].Name = "a\x00b" }, "/conclusion/members/0/name character"},
		{"conclusion", func(d *documents.Draft) { d.Conclusion.Objects[0].Finding.KK = " " }, "/conclusion/objects/0/finding/kk required"},
		{"questionnaire", func(d *documents.Draft) { d.Questionnaire.Quality = 4 }, "/questionnaire/quality unknown"},
		{"questionnaire", func(d *documents.Draft) { d.Questionnaire.Access = 0 }, "/questionnaire/accessibility unknown"},
		{"questionnaire_summary", func(d *documents.Draft) { d.Summary.Year = 1999 }, "/questionnaire_summary/year date"},
		{"questionnaire_summary", func(d *documents.Draft) { d.Summary.Quality.Satisfied = -1 }, "/questionnaire_summary/quality/satisfied range"},
		{"questionnaire_summary", func(d *documents.Draft) { d.Summary.Access.Satisfied++ }, "/questionnaire_summary/accessibility range"},
		{"duplicate", func(d *documents.Draft) { d.Duplicate.Of = "" }, "/duplicate/of required"},
		{"duplicate", func(d *documents.Draft) { d.Duplicate.Of = "KZ43RLR26000001" }, "/duplicate/of number"},
		{"duplicate", func(d *documents.Draft) { l := licence(); d.Duplicate.Licence = &l }, "/duplicate/licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) { l := licence(); d.PaperCopy.Licence = &l }, "/paper_copy/licence not_accepted"},
		{"paper_copy", func(d *documents.Draft) { d.PaperCopy.Head = "" }, "/paper_copy/head required"},
		{"history", func(d *documents.Draft) { d.History.Told = &documents.Told{} }, "/history/told not_accepted"},
		{"history", func(d *documents.Draft) { d.History.Of = "KZ65RLA00000001" }, "/history/of number"},
		{"history", func(d *documents.Draft) { d.Notice = sample(t, "notice").Notice }, " exactly_one"},
	} {
		d := sample(t, c.sample)
		c.edit(&d)
		err := d.Validate()
		var invalid *documents.InvalidError
		if !errors.As(err, &invalid) {
			t.Errorf("%s: got %v, want %s", c.sample, err, c.want)
			continue
		}
		found := false
		for _, f := range invalid.Fields {
			found = found || f.Pointer+" "+f.Code == c.want
		}
		if !found {
			t.Errorf("%s: got %v, want %s", c.sample, err, c.want)
		}
	}
}

// A list of thousands of empty objects is one mistake, not tens of thousands.
func TestErrorsAreBounded(t *testing.T) {
	d := sample(t, "export_certificate")
	d.ExportCertificate.Objects = make([]documents.Object, 5000)
	var invalid *documents.InvalidError
	if err := d.Validate(); !errors.As(err, &invalid) || len(invalid.Fields) > 100 {
		t.Errorf("%d errors", len(invalid.Fields))
	}
}

func TestOnlySignedNoticesNameASignatory(t *testing.T) {
	for ground, signed := range map[documents.NoticeGround]bool{
		documents.NoticeAuthorisation: false, documents.NoticeStaff: false, documents.NoticePayment: false,
		documents.NoticeNoData: false, documents.NoticeIncomplete: true,
	} {
		d := sample(t, "notice")
		d.Notice.Ground, d.Notice.FailedCheck = ground, ""
		if err := d.Validate(); (err != nil) != signed || signed && !strings.Contains(err.Error(), "/notice/signatory required") {
			t.Errorf("%s without a signatory: %v", ground, err)
		}
	}
}

func TestCompleted(t *testing.T) {
	old := licence()
	old.Number, old.IssuedOn = "14014826", documents.Date{Year: 2014, Month: time.October, Day: 9}
	next := licence()
	next.Replaces = old.Number
	first := documents.Draft{Licence: &next}.Completed(documents.Draft{Licence: &old}, documents.Told{})
	if first.Licence.FirstIssuedOn != old.IssuedOn {
		t.Errorf("first issued on %s", first.Licence.FirstIssuedOn)
	}
	again := licence()
	again.Replaces = "26000001"
	second := documents.Draft{Licence: &again}.Completed(first, documents.Told{})
	if second.Licence.FirstIssuedOn != old.IssuedOn {
		t.Errorf("of the second re-issue: first issued on %s", second.Licence.FirstIssuedOn)
	}
	lacks := map[string]string{"duplicate": "/duplicate/licence required", "paper_copy": "/paper_copy/licence required", "history": "/history/told required"}
	for name, c := range map[string]documents.Draft{
		"duplicate": sample(t, "duplicate"), "paper_copy": sample(t, "paper_copy"), "history": sample(t, "history"),
	} {
		got := c.Completed(documents.Draft{Licence: &old}, documents.Told{Kind: documents.KindLicence})
		if err := got.ValidateNumbered(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := c.ValidateNumbered(); err == nil || !strings.Contains(err.Error(), lacks[name]) {
			t.Errorf("%s is whole without what the register gives: %v", name, err)
		}
		if name != "history" && got.Owner().Legal != old.Holder.Legal {
			t.Errorf("%s has another owner", name)
		}
		if got.About() != "26000001" {
			t.Errorf("%s is about %s", name, got.About())
		}
	}
}

func TestNewEvent(t *testing.T) {
	good := documents.NewEvent{
		Kind: documents.EventSuspended, OrderNumber: "64", OrderDate: onDay(0),
		Reason:    documents.Text{KK: "есеп ұсынылмаған", RU: "не представлен отчёт"},
		Signatory: "Әуезханұлы Ж.Қ.", Position: documents.Text{KK: "Төраға", RU: "Председатель"}, Until: onDay(9),
	}
	if err := good.Normalise().Validate(noon); err != nil {
		t.Fatal(err)
	}
	for want, edit := range map[string]func(*documents.NewEvent){
		"/event unknown":             func(e *documents.NewEvent) { e.Kind = documents.EventReissued },
		"/order_number required":     func(e *documents.NewEvent) { e.OrderNumber = "" },
		"/order_date required":       func(e *documents.NewEvent) { e.OrderDate = documents.Date{} },
		"/order_date date":           func(e *documents.NewEvent) { e.OrderDate = onDay(1) },
		"/reason/kk required":        func(e *documents.NewEvent) { e.Reason.KK = "" },
		"/signatory character":       func(e *documents.NewEvent) { e.Signatory = "\u202eа" },
		"/position/ru required":      func(e *documents.NewEvent) { e.Position.RU = "" },
		"/until not_accepted":        func(e *documents.NewEvent) { e.Kind = documents.EventTerminated },
		"/until date":                func(e *documents.NewEvent) { e.Until.Year = 2200 },
		"/corrects required":         func(e *documents.NewEvent) { e.Kind, e.Until = documents.EventCorrected, documents.Date{} },
		"/corrects not_accepted":     func(e *documents.NewEvent) { e.Corrects = 3 },
		"/effective_at date":         func(e *documents.NewEvent) { e.EffectiveAt = noon.AddDate(30, 0, 0) },
		"/effective_at not_accepted": func(e *documents.NewEvent) { e.Kind, e.Corrects, e.EffectiveAt = documents.EventCorrected, 3, noon },
	} {
		e := good
		edit(&e)
		if err := e.Normalise().Validate(noon); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestCheckCode(t *testing.T) {
	code := documents.CheckCode([8]byte{1, 2, 3, 4, 5, 6, 7, 8})
	if len(code) != 14 || strings.Count(code, "-") != 2 {
		t.Fatalf("code %q", code)
	}
	// Each sign has five bits of its own, the lowest first; four bits are left.
	for n, want := range map[uint64]string{
		0: "0000-0000-0000", 1: "1000-0000-0000", 31: "Z000-0000-0000", 32: "0100-0000-0000",
		1 << 20: "0000-1000-0000", 31 << 55: "0000-0000-000Z", 15 << 60: "0000-0000-0000", 1<<60 - 1: "ZZZZ-ZZZZ-ZZZZ",
	} {
		var random [8]byte
		binary.BigEndian.PutUint64(random[:], n)
		if got := documents.CheckCode(random); got != want {
			t.Errorf("the code of %x is %s, want %s", n, got, want)
		}
	}
	for _, c := range []struct{ in, want string }{
		{code, code},
		{strings.ToLower(strings.ReplaceAll(code, "-", " ")), code},
		{"OIL0-АВСЕ-НКМР", "0110-ABCE-HKMP"}, // Cyrillic look-alikes
		{"", ""}, {"7K2M-Q0ZT-9HX", ""}, {"7K2M-Q0ZT-9HXAA", ""}, {"7K2M-Q0ZT-9HXU", ""},
		{"7K2M-Q0ZT-9HXЖ", ""}, {strings.Repeat("0", 101), ""}, {"\xff", ""},
	} {
		got, ok := documents.ParseCheckCode(c.in)
		if ok != (c.want != "") || (ok && got != c.want) {
			t.Errorf("ParseCheckCode(%q) = %q, %v; want %q", c.in, got, ok, c.want)
		}
	}
}

func FuzzParseCheckCode(f *testing.F) {
	f.Add("7K2M-Q0ZT-9HXA")
	f.Add("ОО11-abcd efgh")
	f.Fuzz(func(t *testing.T, s string) {
		code, ok := documents.ParseCheckCode(s)
		if !ok {
			return
		}
		if again, ok := documents.ParseCheckCode(code); !ok || again != code {
			t.Fatalf("%q is read as %q, and that as %q", s, code, again)
		}
	})
}

func TestMidnight(t *testing.T) {
	for d := (documents.Date{Year: 2024, Month: time.February, Day: 27}); d.String() < "2024-03-05"; d = documents.CivilDate(d.Midnight().Add(30 * time.Hour)) {
		at := d.Midnight()
		if documents.CivilDate(at) != d || documents.CivilDate(at.Add(-time.Second)) == d {
			t.Errorf("%s begins at %s", d, at)
		}
	}
}

// Whatever JSON a stranger sends, it is refused field by field or it is whole:
// normalising it again changes nothing, and with a number it is still whole.
func FuzzDraft(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var d documents.Draft
		if json.Unmarshal(raw, &d) != nil {
			return
		}
		d = d.Normalise()
		err := d.Validate()
		var invalid *documents.InvalidError
		if err != nil {
			if !errors.As(err, &invalid) || len(invalid.Fields) == 0 {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if again := d.Normalise(); !reflect.DeepEqual(again, d) {
			t.Fatalf("normalising twice gives %+v, once %+v", again, d)
		}
		stored, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var read documents.Draft
		if err := json.Unmarshal(stored, &read); err != nil {
			t.Fatalf("what was stored cannot be read: %v", err)
		}
		if twice, err := json.Marshal(read); err != nil || string(twice) != string(stored) {
			t.Fatalf("stored as %s, then as %s, %v", stored, twice, err)
		}
		d.Owner()
		d.About()
		d.ValidUntil()
	})
}

// A letter that cannot be printed is named, so that whoever typed it finds it.
func TestLetterThatCannotBePrintedIsNamed(t *testing.T) {
	for letter, want := range map[string]string{
		"字": "U+5B57 '字', which the fonts of the documents do not have", "\u202e": "U+202E, which nobody sees",
		"א": "U+05D0 'א', which is written from right to left", "ڭ": "U+06AD 'ڭ', which is written from right to left",
		"☎": "U+260E '☎', which cannot be printed", "\u200b": "U+200B, which nobody sees", "\u00ad": "U+00AD, which nobody sees",
		"ɑ": "U+0251 'ɑ', which looks like other letters", "ǀ": "U+01C0 'ǀ', which looks like other letters", "ﬁ": "U+FB01 'ﬁ', which looks like other letters",
		"ϳ": "U+03F3 'ϳ', which looks like other letters", "ᴀ": "U+1D00 'ᴀ', which looks like other letters",
		"Ԥ":       "U+0524 'Ԥ', which the fonts of the documents do not have",
		"x\u0301": "the mark U+0301 on the letter U+0078 'x': the fonts have no such letter in one",
		"ẹ\u0301": "the mark U+0301 on the letter U+1EB9 'ẹ': the fonts have no such letter in one",
	} {
		l := *sample(t, "licence_annex").Licence
		l.Head = "Нг" + letter
		var invalid *documents.InvalidError
		if err := l.Validate(); !errors.As(err, &invalid) || len(invalid.Fields) != 1 || invalid.Fields[0].Code != documents.CodeCharacter ||
			!strings.Contains(invalid.Fields[0].Detail, want) {
			t.Errorf("%q: %+v, want %s", letter, invalid, want)
		}
	}
}
