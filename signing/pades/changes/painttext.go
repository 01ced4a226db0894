package changes

import "math"

// textState is the part of the graphics state that text is placed by (9.3).
type textState struct {
	font                  *letters // nil when none is chosen
	size, leading, rise   float64
	char, word, stretched float64
	outlined              bool // letters are drawn along their outlines too
}

// write follows text (9.4).
func (k *pen) write(operator string, args []operand) error {
	switch operator {
	case "TJ":
		return k.showAll(args)
	case "Tj", "'":
		return k.showOne(operator, args)
	case "Tf":
		n, err := numbers(args[1:], 1)
		if err != nil {
			return err
		}
		k.size = n[0]
		k.font, err = k.fontNamed(args[0])
		return err
	case "\"":
		n, err := numbers(args[:2], 2)
		if err != nil {
			return err
		}
		k.word, k.char = n[0], n[1]
		return k.showOne(operator, args[2:])
	}
	n, err := numbers(args, len(args))
	if err != nil {
		return err
	}
	switch operator {
	case "BT":
		k.placed = true
		return k.begin(identity)
	case "ET":
		k.placed = false
	case "TL":
		k.leading = n[0]
	case "Tc":
		k.char = n[0]
	case "Tw":
		k.word = n[0]
	case "Tz":
		k.stretched = n[0] / 100
	case "Ts":
		k.rise = n[0]
	case "Tr":
		k.outlined = n[0] != 0 && n[0] != 3
	case "TD":
		k.leading = -n[1]
		return k.next(n[0], n[1])
	case "Td":
		return k.next(n[0], n[1])
	case "T*":
		return k.next(0, -k.leading)
	case "Tm":
		k.placed = true
		return k.begin(matrix(n))
	}
	return nil
}

// begin starts a line.
func (k *pen) begin(line matrix) error {
	k.line, k.low, k.high, k.slip = line, 0, 0, 0
	return line.check()
}

func (k *pen) next(x, y float64) error {
	slip := k.slip + single*(math.Abs(x)+math.Abs(y))*k.line.norm()*k.ctm.norm()
	err := k.begin(matrix{1, 0, 0, 1, x, y}.times(k.line))
	k.slip = slip + single*(math.Abs(k.line[4])+math.Abs(k.line[5]))*k.ctm.norm()
	return err
}

// showOne shows a string, on a new line but for Tj.
func (k *pen) showOne(operator string, args []operand) error {
	if operator != "Tj" {
		if err := k.next(0, -k.leading); err != nil {
			return err
		}
	}
	if args[0].kind != textOperand {
		return errContent
	}
	return k.show(args[0].text)
}

// showAll shows strings with moves between them.
func (k *pen) showAll(args []operand) error {
	for _, a := range args {
		switch a.kind {
		case textOperand:
			if err := k.show(a.text); err != nil {
				return err
			}
		case numberOperand:
			n, err := numbers([]operand{a}, 1)
			if err != nil {
				return err
			}
			move := -n[0] / 1000 * k.size * k.stretched
			k.low, k.high = k.low+move, k.high+move
			k.slip += single * (math.Abs(move) + max(math.Abs(k.low), math.Abs(k.high))) * k.line.norm() * k.ctm.norm()
		default:
			return errContent
		}
	}
	return nil
}

// show paints a string. Where on the line a letter begins is known within low and
// high.
func (k *pen) show(text []byte) error {
	if len(text) == 0 {
		return nil
	}
	f := k.font
	if f == nil || !k.placed {
		return errContent
	}
	fewest, most, err := f.count(text)
	if err != nil {
		return err
	}
	var ink rectangle
	if f.bytes == 0 {
		ink = k.showAny(fewest, most)
	} else if ink, err = k.showEach(text); err != nil {
		return err
	}
	k.slip += single * most * max(math.Abs(k.low), math.Abs(k.high)) * k.line.norm() * k.ctm.norm()
	if ink == noPath {
		return nil
	}
	// An em around what the letters take, as ink leaves their boxes.
	bottom, top := min(-0.4, f.ink.bottom)*k.size, max(1.2, f.ink.top)*k.size
	m := k.line.times(k.ctm)
	r := m.box(ink.left, k.rise+min(bottom, top), ink.right, k.rise+max(bottom, top))
	if k.outlined {
		r = r.grown(k.thickness(true))
	}
	return k.hit(r)
}

// showEach moves the pen from letter to letter of a string and returns from where to
// where on the line they paint.
func (k *pen) showEach(text []byte) (rectangle, error) {
	ink := noPath
	for ; len(text) > 0; text = text[k.font.bytes:] {
		code := reader(text).unsigned(0, k.font.bytes)
		w, err := k.font.span(code, &k.work)
		if err != nil {
			return ink, err
		}
		if !k.font.plain || code != ' ' {
			ink.join(k.inkOf(w.high))
		}
		k.move(w, k.wordAfter(code))
	}
	return ink, nil
}

// showAny is showEach for letters that are not told apart, at the fewest and at the
// most so many.
func (k *pen) showAny(fewest, most float64) rectangle {
	f := k.font
	ink := k.inkOf(f.wide)
	low, high := k.low, k.high
	k.move(span{f.narrow, f.wide}, span{min(k.word, 0), max(k.word, 0)})
	narrow, wide := k.low-low, k.high-high
	k.low, k.high = low+min(fewest*narrow, most*narrow), high+max(fewest*wide, most*wide)
	ink.join(k.inkOf(f.wide))
	return ink
}

// inkOf is from where to where on the line a letter of some width paints that begins
// where the pen is. Programs stretch a letter of another font to its width.
func (k *pen) inkOf(width float64) rectangle {
	f := k.font
	left, right := min(-0.3, f.ink.left)*k.size*k.stretched, max(width+0.3, 1.3, f.ink.right)*k.size*k.stretched
	return rectangle{k.low + min(left, right), 0, k.high + max(left, right), 0, true}
}

// wordAfter is the room that follows a letter when it ends a word (9.3.3): after a
// blank of one byte, and in some programs after one of two.
func (k *pen) wordAfter(code int) span {
	switch {
	case code != ' ':
		return span{}
	case k.font.bytes == 1:
		return span{k.word, k.word}
	}
	return span{min(k.word, 0), max(k.word, 0)}
}

// move moves the pen by the width of a letter and the room after it.
func (k *pen) move(w, word span) {
	narrow, wide := w.low*k.size, w.high*k.size
	narrow, wide = min(narrow, wide)+k.char+word.low, max(narrow, wide)+k.char+word.high
	narrow, wide = narrow*k.stretched, wide*k.stretched
	k.low, k.high = k.low+min(narrow, wide), k.high+max(narrow, wide)
}

// grown returns the rectangle with a margin.
func (r rectangle) grown(by float64) rectangle {
	if math.IsNaN(by) {
		r.known = false
	}
	r.left, r.bottom, r.right, r.top = r.left-by, r.bottom-by, r.right+by, r.top+by
	return r
}
