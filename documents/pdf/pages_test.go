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
