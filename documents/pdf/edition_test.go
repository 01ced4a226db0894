package pdf

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// printedOn is the text of a paper copy of a licence that is signed on a day.
func printedOn(t *testing.T, l *Layouts, on documents.Date) string {
	t.Helper()
	p, err := l.Prepare(specimens(t)["licence-paper"], Meta{SignedAt: on.Midnight()})
	if err != nil {
		t.Fatal(err)
	}
	return textOf(t, p.File)
}

// textOf is all that the pages of a file show, without the room between words.
func textOf(t *testing.T, file []byte) string {
	t.Helper()
	p, err := parseObjects(file)
	if err == nil {
		err = p.readPages()
	}
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for i := range p.pages {
		text.WriteString(p.background(t, i) + p.pages[i])
	}
	return solid(text.String())
}

// TestSentencesOfTheLaw prints licences under the law of the day of their signing,
// with layouts that were compiled once: one of today cites no law that is repealed,
// one of 2013 its own, and the sentence changes at midnight.
func TestSentencesOfTheLaw(t *testing.T) {
	l := compiled(t)
	then := printedOn(t, l, underOrder159)
	before := printedOn(t, l, documents.Date{Year: 2026, Month: time.July, Day: 10})
	today := printedOn(t, l, documents.Date{Year: 2026, Month: time.July, Day: 11})
	for _, c := range []struct {
		text                string
		then, before, today bool
	}{
		{"«Лицензиялау туралы»", true, false, false}, {"«О лицензировании»", true, false, false}, {"10 июля 2012 года", true, false, false},
		{"«Рұқсаттар және хабарламалар туралы»", false, true, true}, {"№ 370-II", true, true, false}, {"Цифрлық кодексіне", false, false, true},
	} {
		want := solid(c.text)
		if strings.Contains(then, want) != c.then || strings.Contains(before, want) != c.before || strings.Contains(today, want) != c.today {
			t.Errorf("%s is printed in 2013: %t, on 10.07.2026: %t, on 11.07.2026: %t", c.text, strings.Contains(then, want), strings.Contains(before, want), strings.Contains(today, want))
		}
	}
}

// TestWithoutEdition prints nothing between editions, nor a form for which the one
// in force has no sentence; its neighbours are printed.
func TestWithoutEdition(t *testing.T) {
	l, all := compiled(t), specimens(t)
	for _, c := range []struct {
		document string
		on       documents.Date
		edition  string // that has no sentence for it
		printed  bool
	}{
		{"licence", documents.Date{Year: 2014, Month: time.March, Day: 28}, "", true},
		{"licence", documents.Date{Year: 2014, Month: time.March, Day: 29}, "", false},
		{"refusal", documents.Date{Year: 2018, Month: time.May, Day: 20}, "", false},
		{"licence", documents.Date{Year: 2025, Month: time.December, Day: 31}, "", false},
		{"licence", documents.Date{Year: 2026, Month: time.January, Day: 1}, "", true},
		{"licence", documents.Date{Year: 2015, Month: time.May, Day: 20}, "2014-105-1613@", false},
		{"refusal", documents.Date{Year: 2015, Month: time.May, Day: 20}, "", true},
	} {
		_, err := l.Prepare(all[c.document], Meta{SignedAt: c.on.Midnight()})
		var wrong *NoEditionError
		switch {
		case c.printed && err != nil:
			t.Errorf("%s on %s: %v", c.document, c.on, err)
		case !c.printed && (!errors.Is(err, ErrNoEdition) || !errors.As(err, &wrong) || wrong.On != c.on || !strings.HasPrefix(wrong.Edition, c.edition) || (wrong.Edition == "") != (c.edition == "")):
			t.Errorf("%s on %s: %v", c.document, c.on, err)
		}
	}
	if _, err := Compile(Options{CheckURL: checkAddress}); err == nil || !strings.Contains(err.Error(), "no edition of the rules") {
		t.Errorf("compiled without editions: %v", err)
	}
}

// TestSpecimenMark prints by an edition that is not in force: every page says so,
// to readers and to listeners, and by one in force no page does.
func TestSpecimenMark(t *testing.T) {
	law := editions()
	for i := range law {
		law[i].Specimen = law[i].Until.IsZero()
	}
	l, all := compiledWith(t, law), specimens(t)
	mark := solid(specimenMark().KK + " / " + specimenMark().RU)
	for _, name := range []string{"licence", "export-certificate", "refusal", "conclusion"} {
		file := render(t, l, all[name])
		p, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range p.pages {
			if strings.Count(solid(p.background(t, i)), mark) != 1 {
				t.Errorf("%s: page %d is not marked", name, i+1)
			}
		}
		if err := conforms(file); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(textOf(t, render(t, compiled(t), all[name])), mark) {
			t.Errorf("%s is marked although its edition is in force", name)
		}
	}
	one, err := l.Info("licence", documents.CivilDate(signedAt))
	two, other := compiled(t).Info("licence", documents.CivilDate(signedAt))
	if err != nil || other != nil || one.Digest == two.Digest {
		t.Errorf("a specimen has the digest of what it is a specimen of: %+v %+v %v %v", one, two, err, other)
	}
}

// TestNoticesOfTheLaw prints notices and a refusal with the text and the sentence
// on appeal of the edition of their day: that of 2012 as it stands in the
// regulation, that of today with its own appeal.
func TestNoticesOfTheLaw(t *testing.T) {
	l, all := compiled(t), specimens(t)
	today := documents.CivilDate(signedAt)
	for _, c := range []struct {
		document string
		on       documents.Date
		has, not documents.Text
	}{
		{"notice-signature", underOrder159,
			both("Алушының ЭЦҚ шынайылығының расталмауымен байланысты сұрау салынған электрондық мемлекеттік қызметтен бас тарту", "Отказ в запрашиваемой электронной государственной услуге в связи с неподтверждением подлинности ЭЦП получателя"),
			both("үш ай ішінде", "в течение трёх месяцев")},
		{"notice-signature", underOrder159, both("жоғары тұрған органға немесе сотқа шағым жасауға болады", "в вышестоящий орган или в суд"), both("кодексінде", "кодекса")},
		{"notice-signature", today, both("ЭЦҚ шынайылығы расталмағандықтан электрондық мемлекеттік қызметті көрсетуден бас тартылды", "Отказано в оказании запрашиваемой электронной государственной услуги"), both("сотқа шағым", "или в суд")},
		{"notice-auth", today, both("бұзушылықтардың болуына байланысты авторландырудан бас тартылды", "В авторизации отказано"), both("болуымен байланысты", "Отказ в авторизации в связи")},
		{"notice-no-value", today, both("мәдени құндылықтың жоқтығы анықталды", "установлено отсутствие культурной ценности"), both("{@", "{@")},
		{"notice-payment", today, both("үш ай ішінде", "в течение трёх месяцев"), both("сотқа шағым", "или в суд")},
		{"refusal", today, both("үш ай ішінде", "в течение трёх месяцев"), both("сотқа шағым", "или в суд")},
		{"refusal", underOrder159, both("жоғары тұрған органға немесе сотқа", "в вышестоящий орган или в суд"), both("үш ай ішінде", "в течение трёх месяцев")},
	} {
		p, err := l.Prepare(all[c.document], Meta{SignedAt: c.on.Midnight()})
		if err != nil {
			t.Errorf("%s on %s: %v", c.document, c.on, err)
			continue
		}
		text := solid(textOf(t, p.File))
		for _, lang := range languages {
			if !strings.Contains(text, solid(c.has.In(lang))) || strings.Contains(text, solid(c.not.In(lang))) {
				t.Errorf("%s on %s: want %q and not %q", c.document, c.on, c.has.In(lang), c.not.In(lang))
			}
		}
	}
}

// TestEveryNoticeOfTheLaw prints every notice with the whole text and the whole
// sentence on appeal, or on the hearing, of today's edition, in both languages.
func TestEveryNoticeOfTheLaw(t *testing.T) {
	l, all := compiled(t), specimens(t)
	e, err := l.edition(documents.CivilDate(signedAt))
	if err != nil {
		t.Fatal(err)
	}
	for name, id := range map[string]string{
		"notice-auth": "RF-AUTH", "notice-auth-staff": "RF-AUTH-STAFF", "notice-signature": "RF-SIG", "notice-payment": "RF-PAY",
		"notice-no-data": "RF-NODATA", "notice-incomplete": "RF-INCOMPLETE", "notice-no-value": "RF-NOVALUE",
		"notice-hearing": "HEARING",
	} {
		text := textOf(t, render(t, l, all[name]))
		after := "appeal"
		if id == "HEARING" {
			after = "hearing" // what is not decided yet is not appealed against
		}
		for _, key := range []string{"notice." + id, after} {
			for _, lang := range languages {
				if want := e.Texts[key].In(lang); want == "" || !strings.Contains(text, solid(want)) {
					t.Errorf("%s does not print %s: %q", name, key, want)
				}
			}
		}
	}
}

// TestCertificationIsOfCopies prints the rows that certify a paper copy on paper
// copies of licences, filled in, and on nothing else.
func TestCertificationIsOfCopies(t *testing.T) {
	l := compiled(t)
	for name, doc := range specimens(t) {
		if doc.Layout != "licence" {
			continue
		}
		text, paper := textOf(t, render(t, l, doc)), name == "licence-paper"
		for _, row := range []string{"(басшының (уәкілетті тұлғаның) Т.А.Ә.)", "Қағаз көшірменің куәландырылған күні: 2026 жылғы", "Мөр орны", "Дата заверения бумажной копии:", "Место печати"} {
			if strings.Contains(text, solid(row)) != paper {
				t.Errorf("%s prints %q: %t", name, row, !paper)
			}
		}
	}
}
