package diagram

import (
	"fmt"
	"slices"

	"tamga/documents/regulation"
	"tamga/language/words"
)

// symbol is a line of a legend.
type symbol struct {
	draw func(d *drawing, x, y float64)
	text string // key of its words
}

// systemLegend is that of the diagrams of functional interaction.
var systemLegend = []symbol{
	{func(d *drawing, x, y float64) { d.message(x, y, 11, 1.2, false) }, "diagram.legend.initial"},
	{func(d *drawing, x, y float64) { d.message(x, y, 11, 3, false) }, "diagram.legend.final"},
	{func(d *drawing, x, y float64) { d.message(x, y, 11, 1.2, true) }, "diagram.legend.between"},
	{func(d *drawing, x, y float64) { d.plain(x, y) }, "diagram.legend.plain"},
	{func(d *drawing, x, y float64) { d.failure(x, y) }, "diagram.legend.error"},
	{func(d *drawing, x, y float64) { d.system(x, y) }, "diagram.legend.system"},
	{func(d *drawing, x, y float64) { d.sample(x, y, "6") }, "diagram.legend.process"},
	{func(d *drawing, x, y float64) { d.choice(x, y, 12) }, "diagram.legend.condition"},
	{func(d *drawing, x, y float64) { d.flow(x, y, "6 4", "url(#open)") }, "diagram.legend.messages"},
	{func(d *drawing, x, y float64) { d.flow(x, y, "none", "url(#arrow)") }, "diagram.legend.control"},
	{func(d *drawing, x, y float64) { d.document(x-9, y-12) }, "diagram.legend.document"},
}

// actionLegend is that of the reference books of business processes.
var actionLegend = []symbol{
	{func(d *drawing, x, y float64) { d.pill(x, y, 16) }, "diagram.legend.ends"},
	{func(d *drawing, x, y float64) { d.sample(x, y, "0") }, "diagram.legend.procedure"},
	{func(d *drawing, x, y float64) { d.choice(x, y, 12) }, "diagram.legend.choice"},
	{func(d *drawing, x, y float64) { d.flow(x, y, "none", "url(#arrow)") }, "diagram.legend.next"},
}

// ownLegend explains what the legends of the regulations do not have.
var ownLegend = []symbol{
	{func(d *drawing, x, y float64) {
		d.out.empty("rect", "x", px(x-16), "y", px(y-9), "width", "32", "height", "18", "fill", paper, "stroke", ink, "stroke-dasharray", "5 3")
	}, "regulation.draft"},
}

// litLegend explains what is shown of an application.
var litLegend = []symbol{
	{func(d *drawing, x, y float64) { d.tick(x, y) }, "diagram.passed"},
	{func(d *drawing, x, y float64) { d.pointer(x+8, y) }, "diagram.stands"},
}

const legendRow = 32.0

func (d *drawing) symbols() []symbol {
	all := slices.Clone(systemLegend)
	if d.r.Kind == regulation.ActionRoute {
		all = slices.Clone(actionLegend)
	}
	all = append(all, ownLegend...)
	if d.opt.lit() {
		all = append(all, litLegend...)
	}
	return all
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
	d.out.line(margin, top, d.say(words.Of("diagram.legend")), "font-weight", "bold")
	for i, s := range d.symbols() {
		x := margin + 22 + 300*float64(i%d.columns())
		y := top + 24 + legendRow*float64(i/d.columns())
		s.draw(d, x, y)
		lines := fit(d.say(words.Of(s.text)), 220, smallSize, 3)
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
