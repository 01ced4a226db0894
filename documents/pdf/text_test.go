package pdf

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"tamga/documents"
)

// texts are the texts of one page, kind by kind, that the reader must find.
func licencePage(d documents.Licence, lang documents.Lang) []string {
	t := licenceTexts[lang]
	all := []string{t.title, t.date, d.IssuedOn.Printed(), t.number, d.Number}
	values := []string{d.Holder.Requisites(lang), d.Activity.In(lang), d.SpecialConditions.In(lang),
		d.Licensor.In(lang), d.Head, d.Place.In(lang)}
	for i, r := range t.rows {
		all = append(all, r.label, values[i], r.caption)
	}
	all = append(all, t.paperNote)
	for _, r := range t.paperRows {
		all = append(all, r.label, r.caption)
	}
	return append(all, t.stamp, t.paperDate, t.paperGround, equivalence.In(lang), checkAt.In(lang), checkAddress(d.Number))
}

func refusalPage(d documents.Refusal, lang documents.Lang) []string {
	t := refusalTexts[lang]
	return []string{d.Authority.KK, d.Authority.RU, d.Requisites.In(lang), t.title, t.number, d.Number, t.date, d.IssuedOn.Printed(),
		d.Applicant.FullName(lang), d.Authority.In(lang), t.opening, d.ApplicationDate.Printed(), t.middle, d.ApplicationNumber, t.end,
		d.Reason.In(lang), d.Position.In(lang), d.Signatory, equivalence.In(lang), checkAt.In(lang), checkAddress(d.Number)}
}

// TestNothingIsLost checks that the long documents show every character of
// their long texts, in order.
func TestNothingIsLost(t *testing.T) {
	l := compiled(t)
	licence, refusal := longLicence(), longRefusal()
	text := func(doc any) string {
		p, err := parse(render(t, l, doc))
		if err != nil {
			t.Fatal(err)
		}
		var flow strings.Builder // without what stands on every page
		for i, page := range p.pages {
			page, _, ok := strings.Cut(page, checkAddress(sampleNumber(doc)))
			if !ok {
				t.Errorf("page %d has no address", i+1)
			}
			flow.WriteString(page)
		}
		return solid(flow.String())
	}
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		if !strings.Contains(text(refusal), solid(refusal.Reason.In(lang))) {
			t.Errorf("%s: the reason is not complete", lang)
		}
		if got, want := solid(text(licence)), solid(licence.Activity.In(lang)); !strings.Contains(got, want) {
			t.Errorf("%s: the activity is not complete", lang)
		}
	}
	last := pagesOf(t, render(t, l, refusal))
	if n := len(last); !strings.Contains(last[n-1], refusal.Signatory) || len(solid(last[n-1])) < 300 {
		t.Error("the signature stands alone on its page")
	}
}

func pagesOf(t *testing.T, file []byte) []string {
	t.Helper()
	p, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	return p.pages
}

// TestLabels compares the fixed Kazakh texts with the form of order № 159,
// annex 3, as data: exact, in order, in Cyrillic.
func TestLabels(t *testing.T) {
	l := licenceTexts[documents.KK]
	got := []string{l.title, l.date, l.number}
	for _, r := range l.rows {
		got = append(got, r.label)
	}
	got = append(got, l.paperRows[0].label, l.paperRows[1].label, l.stamp, l.paperDate, l.paperGround)
	want := []string{
		"МЕМЛЕКЕТТІК ЛИЦЕНЗИЯ",
		"Лицензияның берілген күні",
		"Лицензия нөмірі",
		"Берілді",
		"Қызмет түрі",
		"Лицензия қолданылуының айырықша жағдайлары",
		"Лицензиар",
		"Басшы (уәкілетті тұлға)",
		"Берілген жері",
		"Құжатты қағаз тасымалдаушысында растаған мемлекеттік орган",
		"Құжатты қағаз тасымалдаушысында растаған басшы (уәкілетті адам)",
		"Мөр орны",
		"Лицензияның расталған күні: «___» _________________20__г.",
		"Берілген құжат 2012 жылдың 10 шілдесіндегі ҚР «Лицензиялау туралы» Заңының 10-бабы негізінде лицензиармен расталған",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("labels of the licence:\n got %q\nwant %q", got, want)
	}
	r := refusalTexts[documents.KK]
	if r.title != "НЕГІЗДЕЛГЕН БАС ТАРТУ" || r.number != "Нөмері" || r.date != "Берілген күні:" {
		t.Errorf("labels of the refusal: %+v", r)
	}
}

// TestOneScript checks that no Latin letter hides in a Kazakh or Russian text.
func TestOneScript(t *testing.T) {
	var all []string
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		all = append(all, licencePage(documents.Licence{}, lang)...)
		all = append(all, refusalPage(documents.Refusal{}, lang)...)
	}
	for _, s := range all {
		if strings.HasPrefix(s, "https:") {
			continue
		}
		s = strings.NewReplacer("QR-код", "", "№ 370-II", "").Replace(s)
		if i := strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Latin, r) }); i >= 0 {
			t.Errorf("Latin letter at %d of %q", i, s)
		}
	}
}

func TestWrap(t *testing.T) {
	f := compiled(t).faces
	tests := []struct {
		name, text string
		column     string // the column is as wide as this text
		want       []string
	}{
		{"short", "бір екі", "бір екі", []string{"бір екі"}},
		{"empty", "", "бір", []string{""}},
		{"at spaces", "Тарих және мәдениет", "Тарих және мәдени", []string{"Тарих және", "мәдениет"}},
		{"after a hyphen", "ғылыми-реставрациялау", "ғылыми-реставрац", []string{"ғылыми-", "реставрациялау"}},
		{"not after a no-break hyphen", "бір 2003\u2011жыл", "бір 2003-ж", []string{"бір", "2003\u2011жыл"}},
		{"by force", "12345678901234567890", "00000000", []string{"12345678", "90123456", "7890"}},
		{"not after №", "заявление № 12345", "заявление № 123", []string{"заявление", "№ 12345"}},
		{"not after initials", "Председатель Ә. Ғ. Сейітқали", "Председатель Ә. Ғ. Сейіт", []string{"Председатель", "Ә. Ғ. Сейітқали"}},
		{"not after «г.»", "Республика, г. Астана", "Республика, г. Ас", []string{"Республика,", "г. Астана"}},
		{"not after «О", "закон «О лицензировании»", "закон «О лицензиров", []string{"закон", "«О лицензировании»"}},
		{"not before a dash", "Страна Казахстан — одна", "Страна Казахстан ", []string{"Страна", "Казахстан — одна"}},
		{"not at a no-break space", "слово сто\u00A0тысяч", "слово сто тыс", []string{"слово", "сто\u00A0тысяч"}},
		{"rather ugly than by force", "№ 12345678901234567", "12345678901234567", []string{"№", "12345678901234567"}},
		{"paragraphs", "бір\nекі", "бір екі", []string{"бір", "екі"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			text, err := f.clean("", test.text, true)
			if err != nil {
				t.Fatal(err)
			}
			width := f.width(regular, test.column)
			var got []string
			for _, l := range f.wrap(nil, text, measure{face: regular, width: width}) {
				if l.width > width {
					t.Errorf("%q is wider than the column", l.text)
				}
				got = append(got, l.text)
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestClean(t *testing.T) {
	f := compiled(t).faces
	tests := []struct {
		in, want   string
		paragraphs bool
	}{
		{"Әділ", "Әділ", false},
		{"  екі   сөз ", "екі сөз", false},
		{"и\u0306од", "йод", false}, // й as two characters
		{"100\u202F000", "100\u00A0000", false},
		{"бір\r\n\r\n  екі\n", "бір\nекі", true},
		{"", "", false},
	}
	for _, test := range tests {
		got, err := f.clean("/f", test.in, test.paragraphs)
		if err != nil || got != test.want {
			t.Errorf("clean(%q) = %q, %v; want %q", test.in, got, err, test.want)
		}
	}
}

func ExampleMissingGlyphError() {
	fmt.Println(&MissingGlyphError{Field: "/licence/head", Rune: '\u202E'})
	fmt.Println(&MissingGlyphError{Field: "/refusal/reason/kk", Rune: '漢'})
	// Output:
	// /licence/head: character U+202E cannot be printed
	// /refusal/reason/kk: character '漢' (U+6F22) cannot be printed
}
