package calendar

import (
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/language"
)

// unit is a unit of time beside a number: one form in Kazakh, three in Russian,
// two in English.
type unit struct {
	kk     string
	ru     [3]string
	en, es string
}

var (
	unitWorkingDay = unit{"жұмыс күні", [3]string{"рабочий день", "рабочих дня", "рабочих дней"}, "working day", "working days"}
	unitHour       = unit{"сағат", [3]string{"час", "часа", "часов"}, "hour", "hours"}
	unitMinute     = unit{"минут", [3]string{"минута", "минуты", "минут"}, "minute", "minutes"}
	unitYear       = unit{"жыл", [3]string{"год", "года", "лет"}, "year", "years"}
	unitMonth      = unit{"ай", [3]string{"месяц", "месяца", "месяцев"}, "month", "months"}
	unitDay        = unit{"күн", [3]string{"день", "дня", "дней"}, "day", "days"}
)

// count says a number of units.
func (u unit) count(n int) language.Text {
	en := u.es
	if n == 1 {
		en = u.en
	}
	return language.Text{
		KK: fmt.Sprintf("%d %s", n, u.kk), RU: fmt.Sprintf("%d %s", n, u.ru[russianForm(n)]), EN: fmt.Sprintf("%d %s", n, en),
	}
}

// russianForm is which form of a noun stands after a number.
func russianForm(n int) int {
	switch {
	case n%100 >= 11 && n%100 <= 14:
		return 2
	case n%10 == 1:
		return 0
	case n%10 >= 2 && n%10 <= 4:
		return 1
	}
	return 2
}

func join(parts []language.Text, by string) language.Text {
	var kk, ru, en []string
	for _, p := range parts {
		kk, ru, en = append(kk, p.KK), append(ru, p.RU), append(en, p.EN)
	}
	return language.Text{KK: strings.Join(kk, by), RU: strings.Join(ru, by), EN: strings.Join(en, by)}
}

// weekdays are named when they are why a day is off, Monday first.
var weekdays = [7]language.Text{
	{KK: "дүйсенбі", RU: "понедельник", EN: "Monday"},
	{KK: "сейсенбі", RU: "вторник", EN: "Tuesday"},
	{KK: "сәрсенбі", RU: "среда", EN: "Wednesday"},
	{KK: "бейсенбі", RU: "четверг", EN: "Thursday"},
	{KK: "жұма", RU: "пятница", EN: "Friday"},
	{KK: "сенбі", RU: "суббота", EN: "Saturday"},
	{KK: "жексенбі", RU: "воскресенье", EN: "Sunday"},
}

// Label says a reason in words.
func (r Reason) Label() language.Text {
	switch r.Kind {
	case Transfer:
		return language.Text{
			KK: r.Name.KK + ", " + r.Of.Printed() + " күнінен ауыстырылған",
			RU: r.Name.RU + ", перенос с " + r.Of.Printed(),
			EN: r.Name.EN + ", transferred from " + r.Of.Printed(),
		}
	case Exchanged:
		return language.Text{
			KK: r.Name.KK + ", " + r.Of.Printed(), RU: r.Name.RU + ", " + r.Of.Printed(), EN: r.Name.EN + ", " + r.Of.Printed(),
		}
	}
	return r.Name
}

// MissingYear says that a year is not entered.
func MissingYear(year int) language.Text {
	return language.Text{
		KK: fmt.Sprintf("%d жылғы күнтізбе енгізілмеген", year),
		RU: fmt.Sprintf("календарь на %d год не введён", year),
		EN: fmt.Sprintf("calendar of %d not entered", year),
	}
}

// Explain says how a term was counted, a line for each day that decided.
func (n Count) Explain() []language.Text {
	from := documents.PrintedTime(n.From)
	term := n.Term.Label()
	lines := []language.Text{{
		KK: "Есептеу басы: " + from + "; мерзімі: " + term.KK,
		RU: "Начало отсчёта: " + from + "; срок: " + term.RU,
		EN: "Counted from " + from + "; term: " + term.EN,
	}}
	for _, p := range n.Days {
		if line := p.line(); line.Whole() {
			lines = append(lines, line)
		}
	}
	if n.Provisional {
		lines = append(lines, language.Text{
			KK: "Күнтізбе алдын ала жасалған: діни мереке мен ауыстырулар расталмаған",
			RU: "Календарь предварительный: религиозный праздник и переносы не подтверждены",
			EN: "The calendar is provisional: the religious holiday and exchanges are not confirmed",
		})
	}
	if n.Missing != 0 {
		return append(lines, MissingYear(n.Missing))
	}
	due := documents.PrintedTime(n.Due)
	return append(lines, language.Text{KK: "Орындау мерзімі: " + due, RU: "Срок исполнения: " + due, EN: "Due: " + due})
}

// line says what a day counted for; nothing for one that did not matter.
func (p Passed) line() language.Text {
	date := p.Date.Printed()
	var note language.Text
	if p.Why != nil {
		why := p.Why.Label()
		note = language.Text{KK: " (" + why.KK + ")", RU: " (" + why.RU + ")", EN: " (" + why.EN + ")"}
	}
	switch {
	case p.Number != 0:
		return language.Text{
			KK: fmt.Sprintf("%s: %d-жұмыс күні%s", date, p.Number, note.KK),
			RU: fmt.Sprintf("%s: рабочий день %d%s", date, p.Number, note.RU),
			EN: fmt.Sprintf("%s: working day %d%s", date, p.Number, note.EN),
		}
	case p.Minutes != 0:
		minutes := unitMinute.count(p.Minutes)
		return language.Text{KK: date + ": " + minutes.KK + note.KK, RU: date + ": " + minutes.RU + note.RU, EN: date + ": " + minutes.EN + note.EN}
	case p.Why != nil:
		return language.Text{KK: date + ": есепке алынбайды" + note.KK, RU: date + ": не считается" + note.RU, EN: date + ": not counted" + note.EN}
	}
	return language.Text{}
}
