// Package diagram draws a route of the regulation as SVG, from its data alone,
// with the symbols of the legends of the regulations: those of information
// systems (decree № 105-1613, «Шартты белгілер» of the diagrams of functional
// interaction), and those of actions (of the reference books of business
// processes). [Draw] is all that there is.
//
// Time runs downwards. A route of systems has a lane for each system, a route of
// actions one for each who acts. What is a proposal of ours has a broken outline.
package diagram

import (
	"fmt"
	"slices"
	"strings"

	"tamga/documents/regulation"
	"tamga/language"
	"tamga/language/words"
)

// Options are what a drawing shows besides the route.
type Options struct {
	Language language.Lang
	// Made are the exits that an application has made, and At is the step at which it
	// stands; both may be empty. Neither is told by colour alone: what was passed has
	// a tick and heavy lines, and where it stands has a double outline and a pointer.
	Made []regulation.WalkedExit
	At   string
}

// passed reports whether an application has made an exit of a step; of an empty
// outcome, any.
func (o Options) passed(step, on string) bool {
	return slices.ContainsFunc(o.Made, func(x regulation.WalkedExit) bool { return x.Step == step && (on == "" || x.On == on) })
}

// lit reports whether the drawing is of an application.
func (o Options) lit() bool { return o.At != "" || len(o.Made) > 0 }

// Draw returns a route of an edition as an SVG file.
func Draw(e *regulation.Edition, r *regulation.Route, opt Options) []byte {
	d := &drawing{e: e, r: r, opt: opt, plan: plan(e, r)}
	d.begin()
	d.lanes()
	for _, edge := range d.plan.edges {
		d.edge(edge)
	}
	for i, n := range d.plan.nodes {
		d.node(i, n)
	}
	d.legend()
	d.out.close("svg")
	return d.out.Bytes()
}

// drawing is a drawing under way.
type drawing struct {
	e    *regulation.Edition
	r    *regulation.Route
	opt  Options
	plan layout
	out  canvas
}

// say chooses the language of a text.
func (d *drawing) say(t language.Text) string { return t.In(d.opt.Language) }

// The measures of a drawing, in pixels.
const (
	laneWide  = 350.0
	rowHigh   = 124.0
	boxWide   = 196.0
	boxHigh   = 86.0
	headHigh  = 108.0 // title and names of the lanes
	startHigh = 10.0  // above the first step
	diamond   = 27.0  // from its centre to each corner
	margin    = 16.0
	laneHead  = 44.0
	fontSize  = 11.5
	lineHigh  = 14.0
	smallSize = 10.5
	smallLine = 12.5
)

// The colours of a drawing.
const (
	ink     = "#1d2b3a"
	quiet   = "#5b6b7b"
	paper   = "#ffffff"
	laneInk = "#c9d3dd"
	shade   = "#f3f6f9"
	bad     = "#a4262c"
	good    = "#1b6e3c"
	passed  = "#dcefe2"
	walked  = "#14532d"
	here    = "#ffe7a3"
	hereInk = "#b06a00"
)

func (d *drawing) width() float64 { return 2*margin + laneWide*float64(len(d.plan.lanes)) }

func (d *drawing) bottom() float64 {
	return headHigh + startHigh + rowHigh*float64(len(d.plan.nodes)) + margin
}

// centre is the middle of a step.
func (d *drawing) centre(row int) (x, y float64) {
	lane := d.plan.nodes[row].lane
	return margin + laneWide*(float64(lane)+0.5), headHigh + startHigh + rowHigh*(float64(row)+0.5)
}

func (d *drawing) begin() {
	w, h := d.width(), d.bottom()+legendHigh(d)
	d.out.open("svg", "xmlns", "http://www.w3.org/2000/svg", "viewBox", fmt.Sprintf("0 0 %s %s", px(w), px(h)), "width", px(w), "height", px(h),
		"role", "img", "aria-labelledby", "diagram-title diagram-desc", "font-family", "Noto Sans, DejaVu Sans, Arial, sans-serif", "font-size", px(fontSize), "fill", ink, "lang", string(d.opt.Language))
	title := d.r.ID + ". " + d.say(d.r.Title)
	d.out.text("title", title, "id", "diagram-title")
	d.out.text("desc", d.described(), "id", "diagram-desc")
	d.out.open("defs")
	for _, m := range []struct{ id, fill string }{{"arrow", ink}, {"open", paper}} {
		d.out.open("marker", "id", m.id, "viewBox", "0 0 10 10", "refX", "9", "refY", "5", "markerUnits", "userSpaceOnUse", "markerWidth", "10", "markerHeight", "10", "orient", "auto")
		d.out.empty("path", "d", "M0 0 L10 5 L0 10 z", "fill", m.fill, "stroke", ink)
		d.out.close("marker")
	}
	d.out.close("defs")
	d.out.empty("rect", "width", px(w), "height", px(h), "fill", paper)
	d.out.line(margin, 30, title, "font-size", "17", "font-weight", "bold")
	edition := d.say(d.e.Title)
	if d.r.Seed != "" {
		edition += "; " + d.r.Seed
	}
	if d.e.Draft || d.r.Source.Draft() {
		edition += " — " + d.say(regulation.DraftLabel())
	}
	for i, text := range wrap(edition, w-2*margin, fontSize) {
		if i < 2 {
			d.out.line(margin, 47+lineHigh*float64(i), text, "fill", quiet)
		}
	}
}

// described says for who does not see it what the drawing is of: the edition and, of an
// application, what it has passed and where it stands.
func (d *drawing) described() string {
	said := []string{d.say(d.e.Title)}
	var done []string
	for _, n := range d.plan.nodes {
		if d.opt.passed(n.step.ID, "") {
			done = append(done, n.step.ID+" "+d.say(n.step.Name))
		}
	}
	if len(done) > 0 {
		said = append(said, d.say(words.Of("diagram.passed"))+": "+strings.Join(done, "; "))
	}
	if s, ok := d.r.Step(d.opt.At); ok {
		said = append(said, d.say(words.Of("diagram.stands"))+": "+s.ID+" "+d.say(s.Name))
	}
	return strings.Join(said, ". ")
}

func (d *drawing) lanes() {
	top := headHigh - laneHead
	for i, ids := range d.plan.lanes {
		x := margin + laneWide*float64(i)
		d.out.empty("rect", "x", px(x), "y", px(top), "width", px(laneWide), "height", px(d.bottom()-top), "fill", "none", "stroke", laneInk)
		d.out.empty("rect", "x", px(x), "y", px(top), "width", px(laneWide), "height", px(laneHead), "fill", shade, "stroke", laneInk)
		if d.r.Kind == regulation.SystemRoute {
			d.system(x+22, top+laneHead/2)
		}
		d.out.centred(x+laneWide/2, top+laneHead/2, 13, wrap(d.names(ids), laneWide-80, 13), "font-weight", "bold")
	}
}

// names are those of actors, of which one acts.
func (d *drawing) names(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = d.say(d.e.NameOf(id))
	}
	return strings.Join(names, " / ")
}
