package changes

import (
	"errors"
	"math"

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
// rectangle. It errs on the side of yes: clipping is left out, letters are taken
// as wide as they are high. White fill is no content.
type painter struct {
	*step
	target rectangle
	forms  int
}

// shownAt says whether the content of a page paints within a rectangle, or cannot
// be read.
func (s *step) shownAt(page pades.Dict, target rectangle) (bool, error) {
	p := &painter{step: s, target: target}
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
		err = p.paint(data, resources, identity, 0)
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
			return p.doc.ResolveDict(p.new, o)
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
	ctm                   matrix
	width                 float64 // of lines
	white                 bool    // fill is white
	size, leading         float64
	char, word, stretched float64
}

// pen is a content stream being followed.
type pen struct {
	*painter
	graphics
	stack      []graphics
	path       rectangle
	text, line matrix
	resources  pades.Dict
	depth      int
}

var noPath = rectangle{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1), true}

func (p *painter) paint(data []byte, resources pades.Dict, ctm matrix, depth int) error {
	k := &pen{painter: p, resources: resources, depth: depth, path: noPath}
	k.graphics = graphics{ctm: ctm, width: 1, stretched: 1}
	return scanContent(data, k.operate)
}

// hit ends the search when r comes near the target.
func (p *painter) hit(r rectangle) error {
	if r.left <= r.right && r.overlaps(p.target) || !r.known {
		return errCovered
	}
	return nil
}

// numbers returns the last n operands.
func numbers(args []operand, n int) ([]float64, error) {
	if len(args) < n {
		return nil, errContent
	}
	list := make([]float64, n)
	for i, a := range args[len(args)-n:] {
		list[i] = a.number
	}
	return list, nil
}

// What the operators take, and which colours are white.
var (
	pathPoints = map[string]int{"m": 1, "l": 1, "c": 3, "v": 2, "y": 2}
	whites     = map[string][]float64{"g": {1}, "rg": {1, 1, 1}, "k": {0, 0, 0, 0}}
)

func (k *pen) operate(operator string, args []operand) error {
	switch operator {
	case "q":
		if len(k.stack) > 1000 {
			return errContent
		}
		k.stack = append(k.stack, k.graphics)
	case "Q":
		if len(k.stack) > 0 {
			k.graphics, k.stack = k.stack[len(k.stack)-1], k.stack[:len(k.stack)-1]
		}
	case "cm":
		n, err := numbers(args, 6)
		if err != nil {
			return err
		}
		k.ctm = matrix(n).times(k.ctm)
	case "w":
		n, err := numbers(args, 1)
		if err != nil {
			return err
		}
		k.width = n[0]
	case "g", "rg", "k", "sc", "scn", "cs":
		k.colour(operator, args)
	case "gs":
		k.white = false
	case "Do":
		if len(args) == 0 {
			return errContent
		}
		return k.object(pades.Name(args[len(args)-1].name))
	case "sh":
		return errCovered
	case "m", "l", "c", "v", "y", "re", "S", "s", "f", "F", "f*", "B", "B*", "b", "b*", "n":
		return k.draw(operator, args)
	default:
		return k.write(operator, args)
	}
	return nil
}

// colour notes whether the fill is white.
func (k *pen) colour(operator string, args []operand) {
	want := whites[operator]
	k.white = len(want) > 0 && len(want) == len(args)
	for i, w := range want {
		k.white = k.white && args[i].number == w
	}
}

// draw follows paths (8.5).
func (k *pen) draw(operator string, args []operand) error {
	points := pathPoints[operator]
	if operator == "re" {
		n, err := numbers(args, 4)
		if err != nil {
			return err
		}
		k.path.add(k.ctm.apply(n[0], n[1]))
		k.path.add(k.ctm.apply(n[0]+n[2], n[1]))
		k.path.add(k.ctm.apply(n[0], n[1]+n[3]))
		k.path.add(k.ctm.apply(n[0]+n[2], n[1]+n[3]))
		return nil
	}
	if points > 0 {
		n, err := numbers(args, 2*points)
		for i := 0; i < len(n); i += 2 {
			k.path.add(k.ctm.apply(n[i], n[i+1]))
		}
		return err
	}
	path := k.path
	k.path = noPath
	switch operator {
	case "n":
		return nil
	case "f", "F", "f*":
		if k.white {
			return nil
		}
		return k.hit(path)
	}
	thick := k.width * (math.Abs(k.ctm[0]) + math.Abs(k.ctm[1]) + math.Abs(k.ctm[2]) + math.Abs(k.ctm[3]))
	thick = max(thick, 1)
	path.left, path.bottom, path.right, path.top = path.left-thick, path.bottom-thick, path.right+thick, path.top+thick
	return k.hit(path)
}

// object paints an XObject (8.8).
func (k *pen) object(name pades.Name) error {
	objects, err := k.doc.ResolveDict(k.step.new, k.resources.Get("XObject"))
	if err != nil {
		return err
	}
	v, err := k.resolve(k.step.new, value{object: objects.Get(name)}, func(pades.Ref) {})
	if err != nil {
		return err
	}
	stream, ok := v.object.(*pades.Stream)
	if !ok {
		return errContent
	}
	if stream.Dict.Name("Subtype") == "Image" {
		return k.hit(k.ctm.box(0, 0, 1, 1))
	}
	if k.forms++; k.forms > maxForms || k.depth > maxFormDepth {
		return errContent
	}
	ctm := k.ctm
	if list, ok := stream.Dict.Get("Matrix").(pades.Array); ok {
		var m matrix
		if len(list) != len(m) {
			return errContent
		}
		for i, o := range list {
			if m[i], ok = number(o); !ok {
				return errContent
			}
		}
		ctm = m.times(ctm)
	}
	resources := k.resources
	if own := stream.Dict.Get("Resources"); own != nil {
		if resources, err = k.doc.ResolveDict(k.step.new, own); err != nil {
			return err
		}
	}
	data, err := k.data(stream)
	if err != nil {
		return err
	}
	return k.paint(data, resources, ctm, k.depth+1)
}
