package pdf

import (
	"fmt"
	"image"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tamga/documents"
)

// certificate is one with so many objects and photographs.
func certificate(t testing.TB, rows, photographs int) Content {
	c := specimens(t)["export-certificate"]
	c.Tables = map[string]Table{"objects": objects(t, rows)}
	usual := c.Photographs
	c.Photographs = nil
	for i := range photographs {
		c.Photographs = append(c.Photographs, usual[i%len(usual)])
	}
	return c
}

// A long list stands on pages in landscape with a foot of two lines: five hundred
// objects took 65 pages in portrait. The pages are tagged as all others, and say
// where the document is checked.
func TestListsAreWide(t *testing.T) {
	file := render(t, compiled(t), certificate(t, 500, 0))
	if err := conforms(file); err != nil {
		t.Error(err)
	}
	p, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.pages) > 32 {
		t.Errorf("500 objects take %d pages", len(p.pages))
	}
	wide := 0
	for i, text := range p.pages {
		list := strings.Contains(text, "КП-1")
		if got := p.paper(t, i).right > pageWidth; got != list {
			t.Errorf("page %d is in landscape: %v, and has objects: %v", i+1, got, list)
		}
		if list {
			wide++
			if head := both("Мүкәммал нөмірі", "Инвентарный номер"); !strings.Contains(text, head.KK) && !strings.Contains(text, head.RU) {
				t.Errorf("page %d does not repeat the head of the table", i+1)
			}
		}
		if !strings.Contains(solid(text), solid("https://tamga.example/check/KZ45RTC26000012")) {
			t.Errorf("page %d does not say where the document is checked", i+1)
		}
	}
	if wide < 20 {
		t.Errorf("%d pages have objects", wide)
	}
}

// A certificate says how many sheets are attached to it, counted, and a short list
// is not attached but stands on the sheet itself.
func TestSheetsAreCounted(t *testing.T) {
	l := compiled(t)
	for _, c := range []struct{ rows, photographs int }{{1, 0}, {2, 0}, {1, 1}, {12, 0}, {60, 4}, {170, 13}} {
		pages := pagesOf(t, render(t, l, certificate(t, c.rows, c.photographs)))
		first, n := map[bool]string{}, map[bool]int{}
		for _, text := range pages {
			russian := strings.Contains(text, "СВИДЕТЕЛЬСТВО № ")
			if russian || strings.Contains(text, "КУӘЛІК № ") {
				first[russian] = text
				n[russian]--
			}
			n[first[true] != ""]++
		}
		attached := both(fmt.Sprintf("парақ саны — %d\n", n[false]), fmt.Sprintf("листов — %d\n", n[true]))
		here := both("тізбе төменде келтірілген", "перечень приведён ниже")
		for russian, text := range first {
			lang := map[bool]documents.Lang{false: documents.KK, true: documents.RU}[russian]
			if want := n[russian] > 0; strings.Contains(text, attached.In(lang)) != want {
				t.Errorf("%+v, %s: %d sheets are attached, and the first says\n%s", c, lang, n[russian], text)
			}
			if want := c.rows < 3; strings.Contains(text, "КП-10000") != want || strings.Contains(text, here.In(lang)) != (want && c.photographs == 0) {
				t.Errorf("%+v, %s: the list stands on the first sheet: want %v", c, lang, want)
			}
		}
	}
}

// A conclusion has a short list in itself, and a longer one on pages in landscape that
// are attached, and counted.
func TestListOfConclusion(t *testing.T) {
	l := compiled(t)
	for n, most := range map[int]int{20: 6, 21: 4, 500: 28} {
		file := render(t, l, longer(t, n)["objects of a conclusion"])
		if err := conforms(file); err != nil {
			t.Error(err)
		}
		p, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		wide := 0
		for i := range p.pages {
			if p.paper(t, i).right > pageWidth {
				wide++
			}
		}
		if len(p.pages) > most || wide > 0 != (n > 20) {
			t.Errorf("%d objects take %d pages, %d in landscape", n, len(p.pages), wide)
		}
		text := strings.ReplaceAll(strings.Join(p.pages, ""), "\n", " ")
		for _, want := range []string{fmt.Sprintf("(парақ саны — %d)", wide/2), fmt.Sprintf("(листов — %d)", wide/2)} {
			if strings.Contains(text, want) != (n > 20) {
				t.Errorf("%d objects: the conclusion says %q: %v", n, want, n <= 20)
			}
		}
	}
}

// What is missing from an application is a list, of an item for each document.
func TestMissingDocumentsAreAList(t *testing.T) {
	c := specimens(t)["notice-incomplete"].with(map[string]documents.Text{
		"detail": both("1. Заттардың тізімі\n2. Фотосуреттер\n3. Төлем туралы түбіртек", "1. Перечень\n2. Фотографии\n3. Квитанция об оплате"),
	})
	file := render(t, compiled(t), c)
	if err := conforms(file); err != nil {
		t.Error(err)
	}
	p, err := parse(file)
	if err != nil {
		t.Fatal(err)
	}
	outline := p.outline(t)
	item := "   LI\n    LBody\n"
	if n := strings.Count(outline, "  L\n"+strings.Repeat(item, 3)); n != 2 {
		t.Errorf("%d lists of three items:\n%s", n, outline)
	}
	for i, head := range []string{"Жетіспейтін құжаттар:", "Недостающие документы:"} {
		if !strings.Contains(p.pages[i], head+"\n1. ") {
			t.Errorf("page %d has no list under %q", i+1, head)
		}
	}
}

// As many photographs as there may be are printed, each with its number.
func TestMostPhotographs(t *testing.T) {
	c := certificate(t, 20, MaxPhotographs)
	for i := range c.Photographs {
		c.Photographs[i].Data = pngFile(t, image.NewGray(image.Rect(0, 0, 40, 30))) // large ones take long to pack
	}
	file := render(t, compiled(t), c)
	if err := conforms(file); err != nil {
		t.Error(err)
	}
	text := strings.Join(pagesOf(t, file), "")
	for i := range MaxPhotographs {
		if n := strings.Count(text, fmt.Sprintf("\n%d. Кер", i+1)); n != 2 {
			t.Errorf("photograph %d is there in %d languages", i+1, n)
		}
	}
}

// The title of a questionnaire stands once on its sheet.
func TestTitleOnce(t *testing.T) {
	for i, page := range pagesOf(t, render(t, compiled(t), specimens(t)["questionnaire"])) {
		words := [][2]string{{"мақсатындағы", "Анкета для"}, {"«қолжетімділік»", "«доступность»"}}
		for _, w := range words {
			if n := strings.Count(strings.ReplaceAll(page, "\n", " "), w[i]); n != 1 {
				t.Errorf("page %d says %q %d times", i+1, w[i], n)
			}
		}
	}
}

// A paper copy has its own number, says which of the copies it is, and how many sheets
// it has.
func TestPaperCopiesSayTheirSheets(t *testing.T) {
	l, all := compiled(t), specimens(t)
	for name, copy := range map[string]string{"licence-paper": "2", "export-certificate-paper": "1", "approval-paper": "1"} {
		pages := pagesOf(t, render(t, l, all[name]))
		said := 0
		for _, text := range pages {
			number, n := all[name].Fields["paper_number"].KK, itoa(len(pages))
			for _, want := range []string{
				"Көшірме № " + number + ", " + copy + "-дана, парақ саны — " + n + "\n",
				"Копия № " + number + ", экземпляр № " + copy + ", листов — " + n + "\n",
			} {
				said += strings.Count(text, want)
			}
		}
		if said != 2 {
			t.Errorf("%s: %d languages say which copy it is, of %d sheets", name, said, len(pages))
		}
	}
}

// longer returns documents of every kind whose texts and lists have a length, and
// what that is counted in.
func longer(t testing.TB, n int) map[string]Content {
	sentences := func(name, field string, more ...string) Content {
		kk := strings.Repeat("Жұмыстар ескерткіштің қорғау аймағында ғана жүргізіледі, есеп жыл сайын ұсынылады. ", n)
		ru := strings.Repeat("Работы ведутся только в охранной зоне памятника, отчёт представляется ежегодно. ", n)
		return specimens(t)[name].with(map[string]documents.Text{field: both(kk+strings.Join(more, ""), ru+strings.Join(more, ""))})
	}
	paragraphs := func(name, field string) Content {
		return specimens(t)[name].with(map[string]documents.Text{
			field: both(strings.Repeat("Мәдени құндылықтардың тізбесі\n", n), strings.Repeat("Перечень культурных ценностей\n", n)),
		})
	}
	listed := func(name, source string) Content {
		c := specimens(t)[name]
		usual := c.Tables[source]
		many := Table{Columns: usual.Columns}
		for i := range n {
			many.Rows = append(many.Rows, usual.Rows[i%len(usual.Rows)])
		}
		all := map[string]Table{source: many}
		for other, table := range c.Tables {
			if other != source {
				all[other] = table
			}
		}
		c.Tables = all
		return c
	}
	all := map[string]Content{
		"reason": sentences("refusal", "reason"), "paragraphs of a reason": paragraphs("refusal", "reason"),
		"missing documents": paragraphs("notice-incomplete", "detail"), "detail": sentences("notice-no-value", "detail"),
		"text of an application": sentences("application-copy", "application_text"), "attachments": paragraphs("application-copy", "attachments"),
		"conditions of a licence": sentences("licence", "special_conditions"), "conditions with an annex": sentences("licence-both", "special_conditions"),
		"conditions on paper": sentences("licence-paper", "special_conditions"), "conditions of an approval": sentences("approval", "conditions"),
		"grounds": sentences("conclusion", "grounds"), "objects of a conclusion": listed("conclusion", "objects"),
		"grounds of a hearing": sentences("notice-hearing", "detail"), "members": listed("conclusion", "members"), "events": listed("history", "events"),
		"signers": listed("signature-receipt", "signers"), "checks": listed("signature-receipt", "checks"),
		"objects": certificate(t, n, 0),
	}
	if n < 9 { // pictures are packed anew each time
		all["objects and photographs"] = certificate(t, n, 1+n%7)
	}
	paper := listed("export-certificate-paper", "objects")
	paper.Photographs = nil
	all["objects on paper"] = paper
	return all
}

// No page but the first of a language is nearly empty, however long the texts and
// lists are: no signature alone, no line of an annex, no page of nothing.
func TestNoPageIsNearlyEmpty(t *testing.T) {
	l := compiled(t)
	for n := 1; n <= 96; n += 1 + n/12 {
		for what, c := range longer(t, n) {
			p, err := parse(render(t, l, c))
			if err != nil {
				t.Fatal(err)
			}
			for i := range p.pages {
				on := p.paper(t, i)
				high, _ := p.printed(t, l.faces, i)
				if want := (on.top - on.bottom) / 8; high < want && !p.begins(t, i) {
					t.Errorf("%d: %s: page %d of %d has %.0f points of text, want %.0f", n, what, i+1, len(p.pages), high, want)
				}
			}
		}
	}
}

// begins reports whether a page is the first of its language: only of those the
// background is to be read, and not a repetition.
func (p *parsed) begins(t *testing.T, page int) bool {
	t.Helper()
	m := reContents.FindSubmatch(p.objects[p.sheets[page]])
	at, _ := strconv.Atoi(string(m[1]))
	content, err := p.inflate(at)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(content), "MCID")
}

var rePhotograph = regexp.MustCompile(`q [\d.]+ 0 0 ([\d.]+) [\d.]+ ([\d.]+) cm /Im`)

// printed returns how high the texts and photographs of a page are together, without
// its head and foot, and how many lines they have.
func (p *parsed) printed(t *testing.T, f *faces, page int) (high float64, lines int) {
	t.Helper()
	m := reContents.FindSubmatch(p.objects[p.sheets[page]])
	at, _ := strconv.Atoi(string(m[2]))
	content, err := p.inflate(at)
	if err != nil {
		t.Fatal(err)
	}
	low, top := pageHeight, 0.0
	add := func(bottom, over float64) {
		low, top = min(low, bottom), max(top, over)
		lines++
	}
	foot, head := (297-248)*mm, pageHeight-17*mm
	if p.paper(t, page).right > pageWidth {
		foot, head = (210-191.5)*mm, pageWidth-13*mm
	}
	for _, s := range spotsOf(f, content) {
		if s.y > foot && s.y < head {
			add(s.y, s.y+s.size)
		}
	}
	for _, m := range rePhotograph.FindAllSubmatch(content, -1) {
		height, _ := strconv.ParseFloat(string(m[1]), 64)
		y, _ := strconv.ParseFloat(string(m[2]), 64)
		add(y, y+height)
	}
	return max(0, top-low), lines
}
