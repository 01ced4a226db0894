package pdf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"tamga/documents"
)

// TestNothingIsLost checks that the long documents show every character of
// their long texts, in order.
func TestNothingIsLost(t *testing.T) {
	l := compiled(t)
	licence, refusal := longLicence(t), longRefusal(t)
	text := func(doc Content) string {
		p, err := parse(render(t, l, doc))
		if err != nil {
			t.Fatal(err)
		}
		var flow strings.Builder // without what stands on every page
		for i, page := range p.pages {
			_, page, ok := strings.Cut(page, checkAddress(doc.Number))
			if !ok {
				t.Errorf("page %d has no address", i+1)
			}
			page, _, _ = strings.Cut(page, "№ \n"+doc.Number)
			flow.WriteString(page)
		}
		return solid(flow.String())
	}
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		if !strings.Contains(text(refusal), solid(refusal.Fields["reason"].In(lang))) {
			t.Errorf("%s: the reason is not complete", lang)
		}
		if got, want := solid(text(licence)), solid(licence.Fields["activity"].In(lang)); !strings.Contains(got, want) {
			t.Errorf("%s: the activity is not complete", lang)
		}
	}
	last := pagesOf(t, render(t, l, refusal))
	if n := len(last); !strings.Contains(last[n-1], refusal.Fields["signatory"].KK) || len(solid(last[n-1])) < 300 {
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

// eachText calls back with every text of a layout.
func eachText(spec *layoutSpec, found func(place string, t documents.Text)) {
	var walk func(place string, all []blockSpec)
	walk = func(place string, all []blockSpec) {
		for i, b := range all {
			at := fmt.Sprintf("%s[%d]", place, i)
			for _, t := range []*documents.Text{b.Text, b.Label, b.Value, b.Caption} {
				if t != nil {
					found(at, *t)
				}
			}
			for _, t := range b.Items {
				found(at, t)
			}
			walk(at+".columns", b.Columns)
			walk(at+".blocks", b.Blocks)
		}
	}
	walk("body", spec.Body)
	for name, blocks := range spec.Blocks {
		walk(name, blocks)
	}
	for name, t := range spec.Texts {
		found("texts."+name, t)
	}
	for _, t := range []*documents.Text{spec.Title, spec.Subject, spec.Running} {
		if t != nil {
			found("title, subject, running", *t)
		}
	}
	if spec.Foot != nil {
		found("foot", spec.Foot.Note)
		found("foot", spec.Foot.Check)
		found("foot", spec.Foot.QRAlt)
	}
}

// TestLabels compares the texts of the Kazakh licence and refusal with the form
// of order № 159, annex 3, as data: exact, in order, in Cyrillic, under the edition
// of 2012.
func TestLabels(t *testing.T) {
	l := compiledOn(t, underOrder159)
	for layout, labels := range map[string][]string{
		"licence": {
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
			"Лицензияның расталған күні: {paper_date}",
			"Берілген құжат 2012 жылдың 10 шілдесіндегі ҚР «Лицензиялау туралы» Заңының 10-бабы негізінде лицензиармен расталған",
			"Мөр орны",
		},
		"refusal": {
			"{authority.kk}",
			"{requisites}",
			"НЕГІЗДЕЛГЕН БАС ТАРТУ",
			"Нөмері {number}",
			"Берілген күні: {issued_on}",
			"{applicant}",
			"{reason}",
			"{signatory}",
		},
	} {
		spec := layoutsToday(t, l)[layout].spec
		var got []string
		var walk func(all []blockSpec)
		walk = func(all []blockSpec) {
			for _, b := range all {
				for _, t := range []*documents.Text{b.Text, b.Label} {
					if t != nil {
						got = append(got, ownTexts(spec, t.KK))
					}
				}
				walk(b.Columns)
				walk(b.Blocks)
				walk(spec.Blocks[b.Name])
			}
		}
		walk(spec.Body)
		at := 0
		for _, label := range labels {
			i := slices.Index(got[at:], label)
			if i < 0 {
				t.Fatalf("%s: %q is not after what should precede it in %q", layout, label, got)
			}
			at += i + 1
		}
	}
}

// underOrder159 is a day on which order № 159 was in force.
var underOrder159 = documents.Date{Year: 2013, Month: time.May, Day: 20}

// ownTexts puts the layout's own texts into a Kazakh one.
func ownTexts(spec *layoutSpec, text string) string {
	for name, own := range spec.Texts {
		text = strings.ReplaceAll(text, "{@"+name+"}", own.KK)
	}
	return text
}

// TestOneScript checks that no Latin letter hides in a Kazakh or Russian text
// of any layout.
func TestOneScript(t *testing.T) {
	place := regexp.MustCompile(`\{[^}]*\}`)
	for name, l := range layoutsToday(t, compiled(t)) {
		eachText(l.spec, func(at string, both documents.Text) {
			for _, s := range []string{both.KK, both.RU} {
				s = strings.NewReplacer("QR-код", "", "№ 370-II", "", "SHA-256", "", "PDF", "", "e.gov.kz", "", "egov.kz", "").Replace(place.ReplaceAllString(s, ""))
				if i := strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Latin, r) }); i >= 0 {
					t.Errorf("%s: %s: Latin letter at %d of %q", name, at, i, s)
				}
			}
			if (both.KK == "") != (both.RU == "") {
				t.Errorf("%s: %s: a text in one language only: %+v", name, at, both)
			}
		})
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
		{"not within a date", "тіркелген 2026 жылғы 20 қарашадағы", "тіркелген 2026 жылғы 20", []string{"тіркелген 2026 жылғы", "20 қарашадағы"}},
		{"not within a Russian date", "выдан 9 октября 2014 года", "выдан 9 октября 2014", []string{"выдан 9 октября", "2014 года"}},
		{"not between a number and what it counts", "барлығы 12 зат", "барлығы 12", []string{"барлығы", "12 зат"}},
		{"not between a century and its word", "құмыра XVIII ғ. соңы", "құмыра XVIII ", []string{"құмыра", "XVIII ғ. соңы"}},
		{"but after a longer number", "индексі 010000 қаласы", "индексі 010000", []string{"индексі 010000", "қаласы"}},
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
			if !slices.Equal(got, test.want) {
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
