package diagram

import (
	"fmt"

	"tamga/documents/regulation"
	"tamga/language"
)

// symbol is a line of a legend.
type symbol struct {
	draw func(d *drawing, x, y float64)
	text language.Text
}

// systemLegend is that of the diagrams of functional interaction.
var systemLegend = []symbol{
	{func(d *drawing, x, y float64) { d.message(x, y, 11, 1.2, false) }, language.Text{KK: "Бастапқы хабарлама", RU: "Начальное сообщение", EN: "Initial message"}},
	{func(d *drawing, x, y float64) { d.message(x, y, 11, 3, false) }, language.Text{KK: "Аяқталу хабарламасы", RU: "Завершающее сообщение", EN: "Final message"}},
	{func(d *drawing, x, y float64) { d.message(x, y, 11, 1.2, true) }, language.Text{KK: "Аралық хабарлама", RU: "Промежуточное сообщение", EN: "Message on the way"}},
	{func(d *drawing, x, y float64) { d.plain(x, y) }, language.Text{KK: "Қарапайым аяқталу оқиғалары", RU: "Простые события завершения", EN: "Simple end"}},
	{func(d *drawing, x, y float64) { d.failure(x, y) }, language.Text{KK: "Қате", RU: "Ошибка", EN: "Error"}},
	{func(d *drawing, x, y float64) { d.system(x, y) }, language.Text{KK: "Ақпараттық жүйе", RU: "Информационная система", EN: "Information system"}},
	{func(d *drawing, x, y float64) { d.sample(x, y, "6") }, language.Text{KK: "Үдеріс", RU: "Процесс", EN: "Process"}},
	{func(d *drawing, x, y float64) { d.choice(x, y, 12) }, language.Text{KK: "Шарт", RU: "Условие", EN: "Condition"}},
	{func(d *drawing, x, y float64) { d.flow(x, y, "6 4", "url(#open)") }, language.Text{KK: "Хабарлама ағымы", RU: "Поток сообщений", EN: "Flow of messages"}},
	{func(d *drawing, x, y float64) { d.flow(x, y, "none", "url(#arrow)") }, language.Text{KK: "Басқару ағымы", RU: "Поток управления", EN: "Flow of control"}},
	{func(d *drawing, x, y float64) { d.document(x-9, y-12) }, language.Text{KK: "Соңғы тұтынушыға ұсынылатын электрондық құжат", RU: "Электронный документ, предоставляемый услугополучателю", EN: "Electronic document for the applicant"}},
}

// actionLegend is that of the reference books of business processes.
var actionLegend = []symbol{
	{func(d *drawing, x, y float64) { d.pill(x, y, 16) }, language.Text{KK: "мемлекеттік қызмет көрсетудің басы немесе аяғы", RU: "начало или завершение оказания государственной услуги", EN: "beginning or end of the service"}},
	{func(d *drawing, x, y float64) { d.sample(x, y, "0") }, language.Text{KK: "көрсетілетін қызметті беруші рәсімінің (іс-қимылының) атауы", RU: "наименование процедуры (действия) услугодателя", EN: "name of the provider's procedure (action)"}},
	{func(d *drawing, x, y float64) { d.choice(x, y, 12) }, language.Text{KK: "таңдау нұсқасы", RU: "вариант выбора", EN: "choice"}},
	{func(d *drawing, x, y float64) { d.flow(x, y, "none", "url(#arrow)") }, language.Text{KK: "келесі рәсімге (іс-қимылға) ауысу", RU: "переход к следующей процедуре (действию)", EN: "on to the next procedure (action)"}},
}

// ownLegend explains what the legends of the regulations do not have.
var ownLegend = []symbol{
	{func(d *drawing, x, y float64) {
		d.out.empty("rect", "x", px(x-16), "y", px(y-9), "width", "32", "height", "18", "fill", paper, "stroke", ink, "stroke-dasharray", "5 3")
	}, regulation.DraftLabel()},
}

const legendRow = 32.0

func (d *drawing) symbols() []symbol {
	if d.r.Kind == regulation.ActionRoute {
		return append(append([]symbol{}, actionLegend...), ownLegend...)
	}
	return append(append([]symbol{}, systemLegend...), ownLegend...)
}

// columns is how many symbols stand side by side.
func (d *drawing) columns() int { return max(1, int((d.width()-2*margin)/300)) }

func legendHigh(d *drawing) float64 {
	n, columns := len(d.symbols()), d.columns()
	return 40 + legendRow*float64((n+columns-1)/columns)
}

// legend explains the symbols below the drawing.
func (d *drawing) legend() {
	top := d.bottom() + 20
	d.out.line(margin, top, d.say(language.Text{KK: "Шартты белгілер", RU: "Условные обозначения", EN: "Legend"}), "font-weight", "bold")
	for i, s := range d.symbols() {
		x := margin + 22 + 300*float64(i%d.columns())
		y := top + 24 + legendRow*float64(i/d.columns())
		s.draw(d, x, y)
		lines := fit(d.say(s.text), 220, smallSize, 3)
		for j, text := range lines {
			d.out.line(x+28, y+4+12*(float64(j)-float64(len(lines)-1)/2), text, "font-size", px(smallSize))
		}
	}
}

// sample draws a small box.
func (d *drawing) sample(x, y float64, corner string) {
	d.out.empty("rect", "x", px(x-16), "y", px(y-9), "width", "32", "height", "18", "rx", corner, "fill", paper, "stroke", ink, "stroke-width", "1.4")
}

// choice draws a small diamond.
func (d *drawing) choice(x, y, half float64) {
	d.out.empty("path", "d", fmt.Sprintf("M%s %s l%[3]s %[3]s l-%[3]s %[3]s l-%[3]s -%[3]s z", px(x), px(y-half), px(half)), "fill", paper, "stroke", ink, "stroke-width", "1.4")
}

// flow draws a short arrow.
func (d *drawing) flow(x, y float64, dashes, end string) {
	d.out.empty("path", "d", fmt.Sprintf("M%s %s h34", px(x-17), px(y)), "fill", "none", "stroke", ink, "stroke-width", "1.3", "stroke-dasharray", dashes, "marker-end", end)
}
