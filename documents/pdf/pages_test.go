package pdf

import (
	"slices"
	"strings"
	"testing"

	"tamga/documents"
)

// What goes on from the page before says what it is of: the page repeats the label.
func TestLabelsGoOn(t *testing.T) {
	long := strings.Repeat("Жұмыстар ескерткіштің қорғау аймағында ғана жүргізіледі. ", 90)
	c := specimens(t)["licence"].with(map[string]documents.Text{"special_conditions": both(long, strings.ReplaceAll(long, "Жұмыстар", "Работы"))})
	pages := pagesOf(t, render(t, compiled(t), c))
	going := 0
	for i, page := range pages {
		first := strings.Contains(page, "Лицензияның берілген күні") || strings.Contains(page, "Дата выдачи лицензии")
		goesOn := !first && strings.Contains(page, "ескерткіштің")
		want := "Лицензия қолданылуының айрықша шарттары (жалғасы)"
		if strings.Contains(page, "Работы") {
			want = "Особые условия действия лицензии (продолжение)"
		}
		if strings.Contains(page, want) != goesOn {
			t.Errorf("page %d: %v, want %v", i+1, !goesOn, goesOn)
		}
		if goesOn {
			going++
		}
	}
	if going < 3 {
		t.Errorf("%d pages go on", going)
	}
}

// Photographs that are not there are not counted, and no page is for them.
func TestNoPhotographs(t *testing.T) {
	c := specimens(t)["export-certificate"]
	with := strings.Join(pagesOf(t, render(t, compiled(t), c)), "")
	c.Photographs = nil
	without := strings.Join(pagesOf(t, render(t, compiled(t), c)), "")
	if !strings.Contains(with, "7 зат, 4 фотосурет") || !strings.Contains(with, "фотографий — 4") {
		t.Error("the photographs are not counted")
	}
	if strings.Contains(without, "фото") || strings.Contains(without, "Фото") {
		t.Error("a certificate without photographs speaks of them")
	}
}

// The words of a name are never divided, and others are.
func TestNamesStayWhole(t *testing.T) {
	f := compiled(t).faces
	const name = "Мәдениет басқармасының"
	text := "сараптама жүргізген " + name + " қорытындысы"
	for width := 4000; width < 16000; width += 100 {
		lines := f.wrap(nil, text, measure{face: regular, width: width, hyphen: true, whole: []string{name}})
		for i, l := range lines {
			if !l.hyphen {
				continue
			}
			last := l.text[strings.LastIndexByte(l.text, ' ')+1:]
			next, _, _ := strings.Cut(lines[i+1].text, " ")
			if strings.Contains(name, last+next) {
				t.Errorf("%q is divided: %s-%s", name, last, next)
			}
		}
	}
	if divisible("73-бабына", len("73-ба")) || !divisible("бабына", len("ба")) {
		t.Error("a number with an ending is divided")
	}
	divided := func(whole []string) bool {
		lines := f.wrap(nil, text, measure{face: regular, width: 11500, hyphen: true, whole: whole})
		return slices.ContainsFunc(lines, func(l line) bool { return l.hyphen })
	}
	if !divided(nil) {
		t.Error("a text without names is not divided")
	}
}

// The signature never stands alone after a table that keeps with it, and members
// have a place to sign.
func TestSignatureAfterMembers(t *testing.T) {
	usual := specimens(t)["conclusion"]
	members := usual.Tables["members"]
	if !slices.Contains(members.Columns, "signed") {
		t.Fatal("members have no place to sign")
	}
	l := compiled(t)
	for n := 1; n < 14; n++ {
		c := usual
		many := Table{Columns: members.Columns}
		for i := range n {
			many.Rows = append(many.Rows, members.Rows[i%len(members.Rows)])
		}
		c.Tables = map[string]Table{"objects": usual.Tables["objects"], "members": many}
		for i, page := range pagesOf(t, render(t, l, c)) {
			if strings.Contains(page, "Ж. Қ. Әуезханұлы") && !strings.Contains(page, many.Rows[n-1][1].KK) {
				t.Errorf("%d members: page %d has the signature alone", n, i+1)
			}
		}
	}
}

// The stamped copy of an application says to whom and from whom it is, from where, and
// what was found of its signature; one on paper has none.
func TestStampedCopy(t *testing.T) {
	l, c := compiled(t), specimens(t)["application-copy"]
	words := [][2]string{
		{"Кімге", "Кому"}, {"Кімнен", "От кого"}, {"Мекенжайы", "Адрес"}, {"Сарыарқа даңғылы", "пр. Сарыарқа"},
		{"ӘБДІҒАППАРҰЛЫ ӨМІРЗАҚ ҚҰНЫСКЕРЕЙҰЛЫ", "ӘБДІҒАППАРҰЛЫ ӨМІРЗАҚ ҚҰНЫСКЕРЕЙҰЛЫ"},
		{"1C2FD9AC770A41B6, 03.02.2026 – 03.02.2027", "1C2FD9AC770A41B6, 03.02.2026 – 03.02.2027"},
		{"20.11.2026 09:10 (UTC+5)", "20.11.2026 09:10 (UTC+5)"}, {"20.11.2026 09:11 (UTC+5)", "20.11.2026 09:11 (UTC+5)"},
		{"ЭЦҚ-ның шынайылығы расталды", "подлинность ЭЦП подтверждена"},
	}
	signed := pagesOf(t, render(t, l, c))
	c = c.with(map[string]documents.Text{"signed_by": {}, "certificate": {}, "signed_at": {}, "checked_at": {}})
	unsigned := pagesOf(t, render(t, l, c))
	for i := range languages {
		for n, w := range words {
			if !strings.Contains(signed[i], w[i]) {
				t.Errorf("page %d does not say %q", i+1, w[i])
			}
			if n >= 4 && strings.Contains(unsigned[i], w[i]) {
				t.Errorf("the copy of an application on paper says %q", w[i])
			}
		}
		if strings.Contains(unsigned[i], "ЭЦ") {
			t.Errorf("the copy of an application on paper speaks of a signature:\n%s", unsigned[i])
		}
	}
}

// Words by which bodies are named are never divided, in no text and no cell, and neither
// are the names of persons in lists.
func TestBodiesStayWhole(t *testing.T) {
	l := compiled(t)
	divided := 0
	for n := range 30 {
		pad := strings.Repeat("а", n)
		kk := strings.Repeat(pad+" Мәдениет министрлігінің комитетіне жүгініңіз, басқармасына да хабарлаңыз, музейлердің реставрациялаушылары көрсетілген. ", 6)
		ru := strings.Repeat(pad+" Обратитесь в комитет Министерства культуры, уведомите управление, реставраторами музеев представлены сведения. ", 6)
		c := specimens(t)["refusal"].with(map[string]documents.Text{"reason": both(kk, ru)})
		h := specimens(t)["history"]
		h.Tables = map[string]Table{"events": h.Tables["events"]}
		row := slices.Clone(h.Tables["events"].Rows[0])
		row[len(row)-1] = both(pad+" есеп ұсынылмаған; Сейітқали Ә. Ғ.", pad+" не представлен отчёт; Сейітқали Ә. Ғ.")
		h.Tables["events"] = Table{Columns: h.Tables["events"].Columns, Rows: [][]documents.Text{row}}
		for _, page := range append(pagesOf(t, render(t, l, c)), pagesOf(t, render(t, l, h))...) {
			for rest := page; ; {
				before, after, ok := strings.Cut(rest, string(softHyphen)+"\n")
				if !ok {
					break
				}
				divided++
				start := before[strings.LastIndexAny(before, " \n")+1:]
				end, _, _ := strings.Cut(strings.ReplaceAll(after, "\n", " "), " ")
				for _, stem := range []string{"министр", "комитет", "басқарма", "музей", "музее", "управлени", "сейітқали"} {
					if word := strings.ToLower(start + end); strings.HasPrefix(word, stem) {
						t.Errorf("%q is divided: %s-%s", word, start, end)
					}
				}
				rest = after
			}
		}
	}
	if divided < 20 {
		t.Errorf("only %d words are divided", divided)
	}
}

// A sheet speaks of what is attached only when something is.
func TestAttachedOnlyWhenAttached(t *testing.T) {
	l := compiled(t)
	for name, c := range specimens(t) {
		bare, err := l.Render(c, Meta{SignedAt: signedAt})
		if err != nil {
			t.Fatal(err)
		}
		for attached, file := range map[bool][]byte{false: bare, true: render(t, l, c)} {
			text := strings.Join(pagesOf(t, file), "\n")
			for _, said := range []string{"осы файлға машинамен", "вложены в этот файл"} {
				if got, want := strings.Contains(text, said), attached && c.Layout == "signature-receipt"; got != want {
					t.Errorf("%s, attached %v: says %q: %v", name, attached, said, got)
				}
			}
		}
	}
}
