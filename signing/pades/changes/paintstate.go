package changes

import (
	"math"

	"tamga/signing/pades"
)

// single is how much of a number may be lost in each step of a program that
// calculates with single precision.
const single = 1.0 / (1 << 22)

// transform goes on in other coordinates. How far programs may be from where they
// should be is drift, besides skew for every unit of the place.
func (g *graphics) transform(m matrix) error {
	g.drift += single * (math.Abs(m[4]) + math.Abs(m[5])) * g.ctm.norm()
	g.ctm = m.times(g.ctm)
	g.drift += single * (math.Abs(g.ctm[4]) + math.Abs(g.ctm[5]))
	g.skew += single
	return g.ctm.check()
}

// hit ends the search when r, or what programs make of it, comes near the target.
func (k *pen) hit(r rectangle) error {
	reach := math.Abs(k.ctm[4]) + math.Abs(k.ctm[5]) + math.Abs(k.target.right) + math.Abs(k.target.top)
	return k.painter.hit(r.grown(k.drift + k.skew*reach + k.slip))
}

// parameters applies a graphics state parameter dictionary (8.4.5).
func (k *pen) parameters(name operand) error {
	states, err := k.wholeDict(k.step.new, k.resources.Get("ExtGState"))
	if err != nil || name.kind != nameOperand {
		return errContent
	}
	dict, err := k.wholeDict(k.step.new, states.Get(pades.Name(name.name)))
	if err != nil || dict == nil {
		return errContent
	}
	for _, e := range dict {
		if err := k.parameter(e.Key, k.entry(k.step.new, dict, e.Key)); err != nil {
			return err
		}
	}
	return nil
}

// parameter applies one of its entries.
func (k *pen) parameter(key pades.Name, o pades.Object) error {
	n, isNumber := number(o)
	switch key {
	case "Type", "LC", "LJ", "D", "RI", "OP", "op", "OPM", "FL", "SM", "SA", "CA", "ca", "AIS", "TK":
		return nil
	case "LW", "ML":
		if !isNumber {
			return errContent
		}
		return k.set(map[pades.Name]string{"LW": "w", "ML": "M"}[key], []operand{{number: n}})
	case "Font":
		return k.setFont(o)
	case "BM":
		k.mixed = k.mixed || o != pades.Object(pades.Name("Normal")) && o != pades.Object(pades.Name("Compatible"))
	case "SMask":
		k.mixed = k.mixed || o != pades.Object(pades.Name("None"))
	default:
		k.mixed = true
	}
	return nil
}

// setFont sets the font of a graphics state parameter dictionary.
func (k *pen) setFont(o pades.Object) error {
	list, _ := o.(pades.Array)
	if len(list) != 2 {
		return errContent
	}
	size, err := k.whole(k.step.new, list[1])
	n, ok := number(size)
	if err != nil || !ok || math.Abs(n) > maxCoordinate {
		return errContent
	}
	k.size = n
	k.font, err = k.fontOf(list[0])
	return err
}

// matrixOf reads a matrix.
func (k *pen) matrixOf(o pades.Object) (m matrix, err error) {
	list, _ := o.(pades.Array)
	if len(list) != len(m) {
		return m, errContent
	}
	for i, o := range list {
		o, err := k.whole(k.step.new, o)
		n, ok := number(o)
		if err != nil || !ok || math.Abs(n) > maxCoordinate {
			return m, errContent
		}
		m[i] = n
	}
	return m, nil
}

// whites are the colours of white fill.
var whites = map[string][]float64{"g": {1}, "rg": {1, 1, 1}, "k": {0, 0, 0, 0}}

// colour notes whether the fill is white, which a default colour space (8.6.5.6)
// can make any colour.
func (k *pen) colour(operator string, args []operand) {
	want := whites[operator]
	k.white = len(want) > 0 && len(want) == len(args)
	for i, w := range want {
		k.white = k.white && args[i].kind == numberOperand && args[i].number == w
	}
	if !k.white {
		return
	}
	spaces, err := k.wholeDict(k.step.new, k.resources.Get("ColorSpace"))
	for _, key := range []pades.Name{"DefaultGray", "DefaultRGB", "DefaultCMYK"} {
		k.white = k.white && err == nil && spaces.Get(key) == nil
	}
}
