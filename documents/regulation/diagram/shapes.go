package diagram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tamga/documents/regulation"
	"tamga/language"
	"tamga/language/words"
)

// node draws a step, and what stands beside it: a beginning, an end, a document.
func (d *drawing) node(row int, n node) {
	x, y := d.centre(row)
	d.out.open("g", "id", n.step.ID)
	fill, stroke, wide := paper, ink, "1.4"
	switch {
	case n.step.ID == d.opt.At:
		fill, stroke, wide = here, hereInk, "3"
	case d.opt.passed(n.step.ID, ""):
		fill, stroke, wide = passed, walked, "2.4"
	}
	outline := []string{"fill", fill, "stroke", stroke, "stroke-width", wide}
	if n.step.Source.Draft() {
		outline = append(outline, "stroke-dasharray", "5 3")
	}
	if n.step.Kind == regulation.Condition {
		d.condition(row, outline)
	} else {
		d.box(row, outline)
	}
	if slices.Contains(d.r.Begins, n.step.ID) {
		d.beginning(x, y)
	}
	d.ending(x+boxWide/2+40, y, n.step)
	d.mark(row, n.step)
	d.out.close("g")
}

// mark draws what tells without colour where an application stands and what it has
// passed.
func (d *drawing) mark(row int, s *regulation.Step) {
	x, y := d.centre(row)
	left, top := x-boxWide/2, y-boxHigh/2
	done := [2]float64{x + boxWide/2 - 13, y + boxHigh/2 - 9} // where nothing is written
	if s.Kind == regulation.Condition {
		left, top = x-diamond-4, y-10
		done = [2]float64{x + diamond - 8, y - diamond + 4}
	}
	switch {
	case s.ID == d.opt.At:
		if s.Kind == regulation.Condition {
			r := diamond + 6.0
			d.out.empty("path", "d", fmt.Sprintf("M%s %s L%s %s L%s %s L%s %s z", px(x), px(y-r), px(x+r), px(y), px(x), px(y+r), px(x-r), px(y)),
				"fill", "none", "stroke", hereInk, "stroke-width", "2")
		} else {
			d.out.empty("rect", "x", px(left-5), "y", px(top-5), "width", px(boxWide+10), "height", px(boxHigh+10), "fill", "none", "stroke", hereInk, "stroke-width", "2")
		}
		d.pointer(left-8, top+10)
	case d.opt.passed(s.ID, ""):
		d.tick(done[0], done[1])
	}
}

// pointer draws a filled arrowhead that points at a step from the left.
func (d *drawing) pointer(x, y float64) {
	d.out.empty("path", "d", fmt.Sprintf("M%s %s l-16 -8 v16 z", px(x), px(y)), "fill", hereInk, "stroke", ink)
}

// tick draws the sign of what was passed.
func (d *drawing) tick(x, y float64) {
	d.out.empty("path", "d", fmt.Sprintf("M%s %s l4 4 l7 -9", px(x-5), px(y)), "fill", "none", "stroke", walked, "stroke-width", "2.6")
}

// box draws a process or an action.
func (d *drawing) box(row int, outline []string) {
	s := d.plan.nodes[row].step
	x, y := d.centre(row)
	corner := "10"
	if d.r.Kind == regulation.ActionRoute {
		corner = "0"
	}
	place := []string{"x", px(x - boxWide/2), "y", px(y - boxHigh/2), "width", px(boxWide), "height", px(boxHigh), "rx", corner}
	d.out.empty("rect", append(place, outline...)...)
	heading := fit(d.heading(row, s), boxWide-10, 10, 2)
	for i, text := range heading {
		d.out.middle(x, y-boxHigh/2+13+11*float64(i), text, "font-size", "10", "fill", quiet)
	}
	name := wrap(d.say(s.Name), boxWide-20, fontSize)
	if len(name) > 4 { // rather near the outline than cut
		name = fit(d.say(s.Name), boxWide-14, fontSize, 4)
	}
	d.out.centred(x, y+2+5*float64(len(heading)), fontSize, name)
	if len(s.Exits) > 1 {
		d.choice(x, y+boxHigh/2, 8)
	}
	if len(s.Systems) > 1 && d.r.Kind == regulation.SystemRoute {
		d.message(x-boxWide/2, y-boxHigh/2, 10, 1.2, true)
	}
}

// condition draws a diamond, with its text to the right.
func (d *drawing) condition(row int, outline []string) {
	s := d.plan.nodes[row].step
	x, y := d.centre(row)
	path := fmt.Sprintf("M%s %s L%s %s L%s %s L%s %s z", px(x), px(y-diamond), px(x+diamond), px(y), px(x), px(y+diamond), px(x-diamond), px(y))
	d.out.empty("path", append([]string{"d", path}, outline...)...)
	if s.Number != 0 {
		d.out.middle(x, y+4, strconv.Itoa(s.Number), "font-weight", "bold")
	}
	room := laneWide/2 - diamond - 14
	lines := fit(d.heading(row, s), room, smallSize, 3)
	heads := len(lines)
	lines = append(lines, fit(d.say(s.Name), room, smallSize, 8-heads)...)
	top := y - smallLine*float64(len(lines))/2 + 9
	for i, text := range lines {
		colour := ink
		if i < heads {
			colour = quiet
		}
		d.out.line(x+diamond+6, top+smallLine*float64(i), text, "font-size", px(smallSize), "fill", colour)
	}
}

// heading says what a step is, how long it takes, and who acts where the lane
// does not.
func (d *drawing) heading(row int, s *regulation.Step) string {
	kind := d.say(words.Of("diagram.step." + string(s.Kind)))
	if s.Number != 0 {
		kind += " " + strconv.Itoa(s.Number)
	}
	if s.Norm != nil && s.Norm.Term.String() != "" {
		kind += ", " + d.say(s.Norm.Term.Label())
	}
	if s.Notice != "" && !slices.ContainsFunc(s.Exits, func(x regulation.Exit) bool { return x.End != "" }) {
		kind += ", " + s.Notice // that of an end stands beside it
	}
	if slices.Contains(d.plan.lanes[d.plan.nodes[row].lane], s.Actor) {
		return kind
	}
	return kind + ", " + d.say(d.e.NameOf(s.Actor))
}

// beginning draws the start beside a step.
func (d *drawing) beginning(x, y float64) {
	side := x - boxWide/2 - 36
	if d.r.Kind == regulation.ActionRoute {
		d.pill(side, y, 17)
	} else {
		d.message(side, y, 13, 1.2, false)
	}
	d.out.empty("path", "d", fmt.Sprintf("M%s %s H%s", px(side+17), px(y), px(x-boxWide/2)), "stroke", ink, "fill", "none", "marker-end", "url(#arrow)")
}

// ending draws how a step ends the route.
func (d *drawing) ending(x, y float64, s *regulation.Step) {
	for _, exit := range s.Exits {
		if exit.End == "" {
			continue
		}
		way := []string{"d", fmt.Sprintf("M%s %s H%s", px(x-40), px(y), px(x-14)), "stroke", ink, "fill", "none", "marker-end", "url(#arrow)"}
		if d.opt.passed(s.ID, exit.On) {
			way = append(way, "stroke-width", "3.2")
			d.out.empty("circle", "cx", px(x+2), "cy", px(y), "r", "20", "fill", "none", "stroke", hereInk, "stroke-width", "2")
			d.out.empty("path", "d", fmt.Sprintf("M%s %s l12 -7 v14 z", px(x+23), px(y)), "fill", hereInk, "stroke", ink) // the pointer, from the right
		}
		d.out.empty("path", way...)
		label := s.Notice
		switch {
		case d.r.Kind == regulation.ActionRoute:
			d.pill(x+3, y, 17)
		case exit.End == regulation.EndRefused:
			d.failure(x, y)
		default:
			d.message(x, y, 13, 3, false)
		}
		if exit.End == regulation.EndIssued {
			d.document(x-9, y-46)
		}
		d.out.middle(x-2, y+29, label, "font-size", "8.5", "fill", bad)
	}
}

// message draws a circle with an envelope: thin for a beginning, thick for an
// end, double on the way.
func (d *drawing) message(x, y, radius, wide float64, double bool) {
	d.out.empty("circle", "cx", px(x), "cy", px(y), "r", px(radius), "fill", paper, "stroke", ink, "stroke-width", px(wide))
	if double {
		d.out.empty("circle", "cx", px(x), "cy", px(y), "r", px(radius-2.5), "fill", "none", "stroke", ink)
	}
	w, h := radius*0.55, radius*0.38
	fill := paper
	if wide > 2 {
		fill = good
	}
	d.out.empty("path", "d", fmt.Sprintf("M%s %s h%s v%s h%s z m0 0 l%s %s l%s %s", px(x-w), px(y-h), px(2*w), px(2*h), px(-2*w), px(w), px(h), px(w), px(-h)), "fill", fill, "stroke", ink)
}

// failure draws the end of what was refused: a thick circle with a broken line.
func (d *drawing) failure(x, y float64) {
	d.out.empty("circle", "cx", px(x), "cy", px(y), "r", "13", "fill", paper, "stroke", bad, "stroke-width", "3")
	d.out.empty("path", "d", fmt.Sprintf("M%s %s l3 -9 l5 6 l4 -8", px(x-6), px(y+6)), "fill", "none", "stroke", bad, "stroke-width", "2")
}

// plain draws an end of which nothing is told: a thick circle.
func (d *drawing) plain(x, y float64) {
	d.out.empty("circle", "cx", px(x), "cy", px(y), "r", "13", "fill", paper, "stroke", ink, "stroke-width", "3")
}

// pill draws the beginning or end of a service, of routes of actions.
func (d *drawing) pill(x, y, half float64) {
	d.out.empty("rect", "x", px(x-half), "y", px(y-11), "width", px(2*half), "height", "22", "rx", "11", "fill", shade, "stroke", ink, "stroke-width", "1.4")
}

// document draws a sheet with a folded corner: what the applicant is given.
func (d *drawing) document(x, y float64) {
	d.out.empty("path", "d", fmt.Sprintf("M%s %s h12 l6 6 v18 h-18 z m12 0 v6 h6", px(x), px(y)), "fill", paper, "stroke", good, "stroke-width", "1.4")
}

// system draws the sign of an information system.
func (d *drawing) system(x, y float64) {
	d.out.empty("rect", "x", px(x-10), "y", px(y-8), "width", "20", "height", "13", "fill", paper, "stroke", ink)
	d.out.empty("path", "d", fmt.Sprintf("M%s %s h14 M%s %s v4", px(x-7), px(y+9), px(x), px(y+5)), "stroke", ink)
}

// edge draws how one step leads to another: within a lane as the flow of control,
// between systems as a flow of messages.
func (d *drawing) edge(e edge) {
	x1, y1 := d.centre(e.from)
	x2, y2 := d.centre(e.to)
	half1, half2 := d.half(e.from), d.half(e.to)
	var path string
	labelX, labelY := x1+5, y1+half1+12
	gap := y2 - half2 - 14 // the line above the step led to
	switch {
	case !e.passes() && x1 == x2:
		path = fmt.Sprintf("M%s %s V%s", px(x1), px(y1+half1), px(y2-half2))
	case !e.passes():
		path = fmt.Sprintf("M%s %s V%s H%s V%s", px(x1), px(y1+half1), px(gap), px(x2), px(y2-half2))
	default:
		side := x1 - laneWide/2 + 14 + 9*float64(e.track)
		out := x1 - boxWide/2
		if d.plan.nodes[e.from].step.Kind == regulation.Condition {
			out = x1 - diamond
		}
		into := x2 - 16 - 10*float64(e.track)
		if d.plan.nodes[e.to].step.Kind == regulation.Condition {
			into = x2
		}
		level := y1 + 20*float64(e.nth)
		path = fmt.Sprintf("M%s %s H%s V%s H%s V%s", px(out), px(level), px(side), px(gap-4*float64(e.track)), px(into), px(y2-half2))
		labelX, labelY = out-4, level-5
	}
	wide, colour := "1.3", ink
	if slices.ContainsFunc(e.outcomes, func(on string) bool { return d.opt.passed(d.plan.nodes[e.from].step.ID, on) }) {
		wide, colour = "3.2", walked
	}
	line := []string{"d", path, "fill", "none", "stroke", colour, "stroke-width", wide, "marker-end", "url(#arrow)"}
	if x1 != x2 && d.r.Kind == regulation.SystemRoute {
		line = append(line[:len(line)-1], "url(#open)", "stroke-dasharray", "6 4")
	}
	d.out.empty("path", line...)
	d.outcome(e, labelX, labelY)
}

// outcome names the way that was taken, where there are several.
func (d *drawing) outcome(e edge, x, y float64) {
	if len(e.outcomes) == 1 && e.outcomes[0] == "done" {
		return
	}
	said := make([]string, len(e.outcomes))
	for i, o := range e.outcomes {
		said[i] = d.say(Outcome(o))
	}
	text := strings.Join(said, " / ")
	colour := good
	if slices.Contains([]string{"fail", "incomplete", "no_value"}, e.outcomes[0]) {
		colour = bad
	}
	anchor := "start"
	if e.passes() {
		anchor = "end"
	}
	d.out.line(x, y, text, "font-size", "10", "fill", colour, "text-anchor", anchor)
}

// half is half the height of a step's shape.
func (d *drawing) half(row int) float64 {
	if d.plan.nodes[row].step.Kind == regulation.Condition {
		return diamond
	}
	return boxHigh / 2
}

// Outcome says an outcome in words; one that is not known by its name.
func Outcome(on string) language.Text {
	if t := words.Of("diagram.outcome." + on); t.Whole() {
		return t
	}
	return language.Same(on)
}
