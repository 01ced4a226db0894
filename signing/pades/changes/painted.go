package changes

import (
	"errors"
	"math"
	"slices"

	"tamga/signing/pades"
)

const (
	maxFormDepth = 12
	// maxForms bounds how often form XObjects are painted for one question.
	maxForms = 2000
)

// errCovered ends a search: something is painted there.
var errCovered = errors.New("covered")

// painter follows what a page paints and looks whether any of it comes near a
// rectangle. It errs on the side of yes: clipping and hidden layers are left out,
// letters are taken as large as any of their font, and an operator, a parameter or
// a resource that it does not follow exactly counts as paint all over the page.
// White fill is no content.
type painter struct {
	*step
	target rectangle
	forms  int
	fonts  map[pades.Ref]*letters
}

func (s *step) newPainter(target rectangle) *painter {
	return &painter{step: s, target: target, fonts: map[pades.Ref]*letters{}}
}

// shownAt says whether the content of a page paints within a rectangle, or cannot
// be read.
func (s *step) shownAt(page pades.Dict, target rectangle) (bool, error) {
	p := s.newPainter(target)
	var data []byte
	list, err := s.resolve(s.new, value{object: page.Get("Contents")}, func(pades.Ref) {})
	if err != nil {
		return false, err
	}
	streams, ok := list.object.(pades.Array)
	if !ok && list.object != nil {
		streams = pades.Array{list.object}
	}
	for _, o := range streams {
		v, err := s.resolve(s.new, value{object: o}, func(pades.Ref) {})
		if err != nil {
			return false, err
		}
		stream, ok := v.object.(*pades.Stream)
		if !ok {
			return true, nil
		}
		part, err := p.data(stream)
		if errors.Is(err, ErrTooComplex) {
			return false, err
		} else if err != nil {
			return true, nil
		}
		data = append(append(data, part...), '\n')
	}
	resources, err := p.inherited(page)
	if err == nil {
		err = p.paint(data, resources, initial, 0)
	}
	if errors.Is(err, ErrTooComplex) {
		return false, err
	}
	return err != nil, nil
}

// data decodes a stream within the bound of the work.
func (p *painter) data(stream *pades.Stream) ([]byte, error) {
	data, err := p.doc.StreamData(stream)
	if p.work -= int64(len(data)); p.work < 0 {
		return nil, ErrTooComplex
	}
	return data, err
}

// inherited returns the resources of a page, its own or of a node above.
func (p *painter) inherited(page pades.Dict) (pades.Dict, error) {
	for range maxFieldDepth {
		if o := page.Get("Resources"); o != nil {
			return p.wholeDict(p.new, o)
		}
		parent, err := p.resolve(p.new, value{object: page.Get("Parent")}, func(pades.Ref) {})
		if err != nil || parent.dict() == nil {
			return nil, err
		}
		page = parent.dict()
	}
	return nil, errContent
}

// graphics is the part of the graphics state (8.4) that places are made of.
type graphics struct {
	ctm          matrix
	width, miter float64 // of lines
	drift, skew  float64 // see transform
	white        bool    // fill is white
	// mixed says that white may come out as something else: blending, masks,
	// transfer functions.
	mixed bool
	textState
}

// initial is the state in which a page begins.
var initial = graphics{ctm: identity, width: 1, miter: 10, textState: textState{stretched: 1}}

// pen is a content stream being followed.
type pen struct {
	*painter
	graphics
	stack     []graphics
	path      rectangle
	segments  int // of the path, without rectangles
	strokes   strokes
	line      matrix
	placed    bool    // every program knows the line
	slip      float64 // how far programs may be from that
	low, high float64 // where on the line the pen may be
	resources pades.Dict
	depth     int
}

var noPath = rectangle{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1), true}

// paint follows a content stream that begins with a graphics state: the initial
// one, or for a form XObject that of where it is painted (8.10.1).
func (p *painter) paint(data []byte, resources pades.Dict, state graphics, depth int) error {
	k := &pen{painter: p, graphics: state, resources: resources, depth: depth, path: noPath, line: identity}
	if err := scanContent(data, k.operate); err != nil {
		return err
	}
	if depth > 0 && k.path != noPath {
		return errContent // some programs paint it with what follows the form
	}
	return nil
}

// hit ends the search when r comes near the target.
func (p *painter) hit(r rectangle) error {
	if r.left <= r.right && r.overlaps(p.target) || !r.known {
		return errCovered
	}
	return nil
}

// maxCoordinate bounds the numbers that places are made of: programs differ in
// what they make of larger ones.
const maxCoordinate = 1e6

// numbers returns the operands, which must be n numbers and nothing else.
func numbers(args []operand, n int) ([]float64, error) {
	if len(args) != n {
		return nil, errContent
	}
	list := make([]float64, n)
	for i, a := range args {
		if a.kind != numberOperand || math.Abs(a.number) > maxCoordinate {
			return nil, errContent
		}
		list[i] = a.number
	}
	return list, nil
}

// operands are the operators that are followed, with how many operands they take,
// -1 when that varies.
var operands = map[string]int{
	"q": 0, "Q": 0, "cm": 6, "w": 1, "J": 1, "j": 1, "M": 1, "d": -1, "ri": 1, "i": 1, "gs": 1,
	"m": 2, "l": 2, "c": 6, "v": 4, "y": 4, "h": 0, "re": 4,
	"S": 0, "s": 0, "f": 0, "F": 0, "f*": 0, "B": 0, "B*": 0, "b": 0, "b*": 0, "n": 0, "W": 0, "W*": 0,
	"BT": 0, "ET": 0, "Tc": 1, "Tw": 1, "Tz": 1, "TL": 1, "Tf": 2, "Tr": 1, "Ts": 1, "Td": 2, "TD": 2, "Tm": 6, "T*": 0,
	"Tj": 1, "TJ": -1, "'": 1, "\"": 3,
	"CS": 1, "cs": 1, "SC": -1, "SCN": -1, "sc": -1, "scn": -1, "G": 1, "g": 1, "RG": 3, "rg": 3, "K": 4, "k": 4,
	"sh": 1, "Do": 1, "MP": 1, "DP": -1, "BMC": 1, "BDC": -1, "EMC": 0, "BX": 0, "EX": 0,
}

func (k *pen) operate(operator string, args []operand) error {
	if n, known := operands[operator]; !known || n >= 0 && n != len(args) {
		return errContent
	}
	switch operator {
	case "q", "Q", "cm", "Do":
		if k.path != noPath {
			return errContent // points given before are moved, or forgotten
		}
	}
	switch operator {
	case "q":
		if len(k.stack) > 1000 {
			return errContent
		}
		k.stack = append(k.stack, k.graphics)
	case "Q":
		return k.restore()
	case "cm", "w", "M":
		return k.set(operator, args)
	case "g", "rg", "k", "sc", "scn", "cs":
		k.colour(operator, args)
	case "gs":
		return k.parameters(args[0])
	case "Do":
		k.placed = false // as some programs go on where the form showed text
		return k.object(args[0])
	case "sh":
		return errCovered
	case "m", "l", "c", "v", "y", "h", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n":
		return k.draw(operator, args)
	case "BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Tr", "Ts", "Td", "TD", "Tm", "T*", "Tj", "TJ", "'", "\"":
		return k.write(operator, args)
	}
	return nil
}

// restore returns to a saved state, to which for some programs the place of the
// text belongs. What a form XObject restores that it has not saved, programs differ
// about.
func (k *pen) restore() error {
	k.placed = false
	if len(k.stack) == 0 {
		if k.depth > 0 {
			return errContent
		}
		return nil
	}
	k.graphics, k.stack = k.stack[len(k.stack)-1], k.stack[:len(k.stack)-1]
	return nil
}

// set changes the matrix or how lines are drawn.
func (k *pen) set(operator string, args []operand) error {
	n, err := numbers(args, len(args))
	if err != nil {
		return err
	}
	switch {
	case operator == "cm":
		return k.transform(matrix(n))
	case n[0] < 0:
		return errContent
	case operator == "w":
		k.width = n[0]
	case n[0] < 1:
		k.miter = max(k.miter, initial.miter) // which programs take, or leave as it was
	default:
		k.miter = n[0]
	}
	return nil
}

// draw follows paths (8.5).
func (k *pen) draw(operator string, args []operand) error {
	n, err := numbers(args, len(args))
	if err != nil {
		return err
	}
	switch operator {
	case "re":
		for _, p := range [][2]float64{{n[0], n[1]}, {n[0] + n[2], n[1]}, {n[0] + n[2], n[1] + n[3]}, {n[0], n[1] + n[3]}} {
			k.path.add(k.ctm.apply(p[0], p[1]))
		}
		k.strokes.rectangle(k.ctm, n)
		if !k.ctm.square() {
			k.segments += 2 // its corners may be sharp
		}
		return nil
	case "m", "l", "c", "v", "y", "h":
		for i := 0; i < len(n); i += 2 {
			k.path.add(k.ctm.apply(n[i], n[i+1]))
		}
		k.strokes.segment(operator, k.ctm, n)
		if operator != "m" {
			k.segments += 1 + len(n)/4 // a curve may bend sharply
		}
		return nil
	}
	path, joined, drawn := k.path, k.segments > 1, k.strokes
	k.path, k.segments, k.strokes = noPath, 0, strokes{}
	switch operator {
	case "n":
		return nil
	case "f", "F", "f*":
		if k.white && !k.mixed {
			return nil
		}
		return k.hit(path)
	case "S", "s":
		if operator == "s" {
			drawn.segment("h", k.ctm, nil)
		}
		for _, edge := range drawn.edges(path) {
			if err := k.hit(edge.grown(k.thickness(joined))); err != nil {
				return err
			}
		}
		return nil
	}
	return k.hit(path.grown(k.thickness(joined)))
}

// thickness is how far from a path its line may reach: half its width, or as far
// as the miter limit lets the corners of a joined path stand out (8.4.3.5).
func (k *pen) thickness(joined bool) float64 {
	reach := math.Sqrt2
	if joined {
		reach = max(reach, k.miter)
	}
	scale := math.Sqrt(k.ctm[0]*k.ctm[0] + k.ctm[1]*k.ctm[1] + k.ctm[2]*k.ctm[2] + k.ctm[3]*k.ctm[3])
	return max(k.width/2*reach*scale, 1)
}

// object paints an XObject (8.8).
func (k *pen) object(name operand) error {
	objects, err := k.wholeDict(k.step.new, k.resources.Get("XObject"))
	if err != nil || name.kind != nameOperand {
		return errContent
	}
	v, err := k.resolve(k.step.new, value{object: objects.Get(pades.Name(name.name))}, func(pades.Ref) {})
	if err != nil {
		return err
	}
	stream, ok := v.object.(*pades.Stream)
	if !ok {
		return errContent
	}
	switch k.name(k.step.new, stream.Dict, "Subtype") {
	case "Image":
		return k.hit(k.ctm.box(0, 0, 1, 1))
	case "Form":
		return k.form(stream)
	}
	return errContent
}

// form paints a form XObject (8.10).
func (k *pen) form(stream *pades.Stream) error {
	if k.forms++; k.forms > maxForms || k.depth > maxFormDepth {
		return errContent
	}
	state := k.graphics
	if o := k.entry(k.step.new, stream.Dict, "Matrix"); o != nil {
		m, err := k.matrixOf(o)
		if err != nil {
			return err
		}
		if err := state.transform(m); err != nil {
			return err
		}
	}
	group, _ := k.entry(k.step.new, stream.Dict, "Group").(pades.Dict)
	if knockout := k.entry(k.step.new, group, "K"); knockout != nil && knockout != false {
		state.mixed = true // programs leave the edges of white
	}
	if stream.Dict.Get("Ref") != nil {
		return errContent // what is shown is in another file
	}
	var err error
	resources := k.resources
	if own := stream.Dict.Get("Resources"); own != nil {
		if resources, err = k.wholeDict(k.step.new, own); err != nil {
			return err
		}
	}
	data, err := k.data(stream)
	if err != nil {
		return err
	}
	for _, state := range begins(state) {
		if err := k.paint(data, resources, state, k.depth+1); err != nil {
			return err
		}
	}
	return nil
}

// begins returns the states in which programs begin a form XObject that is painted
// in a state: that one (8.10.1), without its rise, leading and stretching, and the
// initial one at its place.
func begins(state graphics) []graphics {
	unplaced, anew := state, initial
	unplaced.rise, unplaced.leading, unplaced.stretched = initial.rise, initial.leading, initial.stretched
	anew.ctm, anew.drift, anew.skew, anew.mixed = state.ctm, state.drift, state.skew, state.mixed
	anew.font, anew.size = state.font, state.size // without a font nothing is shown
	return slices.Compact([]graphics{state, unplaced, anew})
}
