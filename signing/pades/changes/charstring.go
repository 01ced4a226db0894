package changes

import "math"

// run follows the outline of a glyph, or a part of it; done says that it has ended.
func (c *cff) run(code reader, calls int) (done bool, err error) {
	for at := 0; at < len(code); {
		if len(c.stack) > maxArguments || calls > maxCalls {
			return true, errContent
		}
		if err := spend(c.work, 1); err != nil {
			return true, err
		}
		var n float64
		switch b := code[at]; {
		case b == 28:
			n, at = float64(code.signed(at+1)), at+3
		case b == 255:
			n, at = float64(int32(code.unsigned(at+1, 4)))/(1<<16), at+5
		case b >= 32:
			n, at = code.small(at)
		case b == 11: // return
			return false, nil
		case b == 10 || b == 29:
			at++
			if done, err := c.call(b == 29, calls); done || err != nil {
				return done, err
			}
			continue
		case b == 14:
			if n := len(c.stack); n >= 4 { // an accent on a letter
				c.accents = append(c.accents, [2]float64{c.stack[n-4], c.stack[n-3]})
			}
			return true, nil
		case b == 12:
			if err := c.flex(code.unsigned(at+1, 1)); err != nil {
				return true, err
			}
			at += 2
			continue
		default:
			skip, err := c.operate(b)
			if err != nil {
				return true, err
			}
			at += 1 + skip
			continue
		}
		c.stack = append(c.stack, n)
	}
	return false, nil
}

// tracer follows outlines.
type tracer struct {
	x, y  float64
	ink   rectangle
	stack []float64
	// accents are where glyphs of the font are set upon others.
	accents [][2]float64
	work    *int64
}

// begin starts a glyph.
func (t *tracer) begin() { t.x, t.y, t.ink, t.stack = 0, 0, noPath, nil }

// accented is what the glyphs of a font take that is scaled, any of them set upon
// others.
func (t *tracer) accented(all rectangle, scaled matrix) rectangle {
	set := all
	x, y := scaled.apply(0, 0)
	for _, by := range t.accents {
		dx, dy := scaled.apply(by[0], by[1])
		set.join(matrix{1, 0, 0, 1, dx - x, dy - y}.boxOf(all))
	}
	return set
}

func onlyIf(ok bool) error {
	if !ok {
		return errContent
	}
	return nil
}

// call runs a subroutine.
func (c *cff) call(global bool, calls int) (done bool, err error) {
	list := c.local
	if global {
		list = c.global
	}
	bias := 107
	switch n := len(list); {
	case n >= 33900:
		bias = 32768
	case n >= 1240:
		bias = 1131
	}
	last := len(c.stack) - 1
	if last < 0 {
		return true, errContent
	}
	n := int(c.stack[last]) + bias
	c.stack = c.stack[:last]
	if n < 0 || n >= len(list) {
		return true, errContent
	}
	return c.run(list[n], calls+1)
}

// operate applies an operator; skip is how many bytes of a mask follow it.
func (c *cff) operate(b byte) (skip int, err error) {
	args := c.stack
	c.stack = c.stack[:0]
	switch b {
	case 1, 3, 18, 23: // hints
		c.hints += len(args) / 2
	case 19, 20: // masks of hints
		c.hints += len(args) / 2
		return (c.hints + 7) / 8, nil
	case 21:
		return 0, c.moves(lastOf(args, 2))
	case 22:
		return 0, c.moves(append(lastOf(args, 1), 0))
	case 4:
		return 0, c.moves(append([]float64{0}, lastOf(args, 1)...))
	case 5, 8, 24, 25: // lines and curves of free directions
		return 0, c.moves(args)
	case 6, 7:
		return 0, c.alternate(args, b == 6)
	case 26, 27:
		return 0, c.parallel(args, b == 27)
	case 30, 31:
		return 0, c.turning(args, b == 31)
	default:
		return 0, errContent
	}
	return 0, nil
}

// lastOf returns the last arguments: a width may stand before them.
func lastOf(args []float64, n int) []float64 {
	return append([]float64{}, args[max(0, len(args)-n):]...)
}

// moves goes through points, each given from the one before. Those that curves bend
// towards count as if they were on them.
func (t *tracer) moves(args []float64) error {
	if len(args)%2 != 0 {
		return errContent
	}
	for i := 0; i < len(args); i += 2 {
		t.x, t.y = t.x+args[i], t.y+args[i+1]
		if math.Abs(t.x) > maxCoordinate || math.Abs(t.y) > maxCoordinate {
			return errContent
		}
		t.ink.add(t.x, t.y)
	}
	return nil
}

// along is one move in one direction.
func (t *tracer) along(by float64, horizontal bool) error {
	if horizontal {
		return t.moves([]float64{by, 0})
	}
	return t.moves([]float64{0, by})
}

// alternate is lines that are horizontal and vertical in turn.
func (c *cff) alternate(args []float64, horizontal bool) error {
	for _, by := range args {
		if err := c.along(by, horizontal); err != nil {
			return err
		}
		horizontal = !horizontal
	}
	return nil
}

// parallel is curves that begin and end in one direction; the first may be moved
// aside.
func (c *cff) parallel(args []float64, horizontal bool) error {
	aside := 0.0
	if len(args)%4 == 1 {
		aside, args = args[0], args[1:]
	}
	if len(args)%4 != 0 {
		return errContent
	}
	for ; len(args) > 0; args = args[4:] {
		first, last := []float64{args[0], aside}, []float64{args[3], 0}
		if !horizontal {
			first, last = []float64{aside, args[0]}, []float64{0, args[3]}
		}
		aside = 0
		if err := c.moves(append(append(first, args[1], args[2]), last...)); err != nil {
			return err
		}
	}
	return nil
}

// turning is curves that begin horizontally and end vertically, and the other way
// round in turn; the last may end in any direction.
func (c *cff) turning(args []float64, horizontal bool) error {
	for len(args) >= 4 {
		rest := 0.0
		if len(args) == 5 {
			rest = args[4]
		}
		points := []float64{args[0], 0, args[1], args[2], rest, args[3]}
		if !horizontal {
			points = []float64{0, args[0], args[1], args[2], args[3], rest}
		}
		if err := c.moves(points); err != nil {
			return err
		}
		if args, horizontal = args[4:], !horizontal; len(args) == 1 {
			return nil
		}
	}
	return onlyIf(len(args) == 0)
}

// flex is two curves that may be drawn as a line. There are no other operators of
// two bytes in what fonts draw today.
func (c *cff) flex(b int) error {
	a := c.stack
	c.stack = nil
	arguments := map[int]int{34: 7, 35: 13, 36: 9, 37: 11}[b]
	if arguments == 0 || len(a) != arguments {
		return errContent
	}
	switch b {
	case 34:
		return c.moves([]float64{a[0], 0, a[1], a[2], a[3], 0, a[4], 0, a[5], -a[2], a[6], 0})
	case 35:
		return c.moves(a[:12])
	case 36:
		return c.moves([]float64{a[0], a[1], a[2], a[3], a[4], 0, a[5], 0, a[6], a[7], a[8], -(a[1] + a[3] + a[7])})
	}
	x, y := a[0]+a[2]+a[4]+a[6]+a[8], a[1]+a[3]+a[5]+a[7]+a[9]
	if math.Abs(x) > math.Abs(y) {
		return c.moves(append(a[:10:10], a[10], -y))
	}
	return c.moves(append(a[:10:10], -x, a[10]))
}
