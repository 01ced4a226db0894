package changes

import (
	"strings"

	"tamga/signing/pades"
)

// letters is what is known of a font: how far its letters move the pen, in ems,
// and how its strings are read.
type letters struct {
	narrow, wide float64 // any of them
	measures             // single ones
	// bytes is how many bytes a letter takes, 0 when it varies from one to four.
	bytes int
	// ink is what the outlines of its program take, in ems.
	ink rectangle
	// plain says that a byte of white space is a blank.
	plain bool
}

// count returns how many letters a string has, at the fewest and at the most.
func (f *letters) count(text []byte) (fewest, most float64, err error) {
	n := float64(len(text))
	switch {
	case f.bytes == 0:
		return n / 4, n, nil
	case len(text)%f.bytes != 0:
		return 0, 0, errContent
	}
	n /= float64(f.bytes)
	return n, n, nil
}

// fontNamed finds a font of the resources.
func (k *pen) fontNamed(name operand) (*letters, error) {
	fonts, err := k.wholeDict(k.step.new, k.resources.Get("Font"))
	if err != nil || name.kind != nameOperand {
		return nil, errContent
	}
	return k.fontOf(fonts.Get(pades.Name(name.name)))
}

// fontOf reads a font, each once.
func (k *pen) fontOf(o pades.Object) (*letters, error) {
	ref, indirect := o.(pades.Ref)
	if f := k.fonts[ref]; indirect && f != nil {
		return f, nil
	}
	font, err := k.wholeDict(k.step.new, o)
	if err != nil {
		return nil, errContent
	}
	f, err := k.readFont(font)
	if err == nil && indirect {
		k.fonts[ref] = f
	}
	return f, err
}

// readFont tells the widths of a font (9.6.2, 9.7.4). Letters that are content
// streams of their own, and vertical writing, are not followed.
func (k *pen) readFont(font pades.Dict) (*letters, error) {
	f := &letters{wide: 1.2, bytes: 1, ink: noPath}
	switch k.name(k.step.new, font, "Subtype") {
	case "Type1", "TrueType", "MMType1":
		f.plain = k.plainFont(font)
		if err := k.widths(f, k.entry(k.step.new, font, "Widths")); err != nil {
			return nil, err
		}
		descriptor, err := k.wholeDict(k.step.new, font.Get("FontDescriptor"))
		if err != nil {
			return nil, errContent
		}
		if err := f.take(k.entry(k.step.new, descriptor, "MissingWidth")); err != nil {
			return nil, err
		}
		if err := k.program(f, descriptor); err != nil {
			return nil, err
		}
		if err := k.measure(f, font); err != nil {
			return nil, err
		}
		// Without widths, those of the program count, in each viewer's own way.
		return f, onlyIf(f.ink == noPath || font.Get("Widths") != nil)
	case "Type0":
		return f, k.composite(f, font)
	}
	return nil, errContent
}

// maxWidth bounds widths, in thousandths of an em: some programs take others, and those
// below nothing, for numbers of 16 bits.
const maxWidth = 1<<15 - 1

// take widens what letters may take by a width.
func (f *letters) take(o pades.Object) error {
	if o == nil {
		return nil
	}
	width, ok := number(o)
	if !ok || width < 0 || width > maxWidth {
		return errContent
	}
	f.narrow, f.wide = min(f.narrow, width/1000), max(f.wide, width/1000)
	return nil
}

// widths takes an array of widths.
func (k *pen) widths(f *letters, o pades.Object) error {
	list, ok := o.(pades.Array)
	if !ok && o != nil {
		return errContent
	}
	for _, o := range list {
		o, err := k.whole(k.step.new, o)
		if err != nil || f.take(o) != nil {
			return errContent
		}
	}
	return nil
}

// composite reads a composite font: its encoding is one of the predefined
// horizontal ones (9.7.5.2).
func (k *pen) composite(f *letters, font pades.Dict) error {
	encoding := k.name(k.step.new, font, "Encoding")
	switch {
	case encoding == "Identity-H":
		f.bytes = 2
	case strings.HasSuffix(string(encoding), "-H"):
		f.bytes = 0
	default:
		return errContent
	}
	list, _ := k.entry(k.step.new, font, "DescendantFonts").(pades.Array)
	if len(list) != 1 {
		return errContent
	}
	descendant, err := k.wholeDict(k.step.new, list[0])
	if err != nil {
		return errContent
	}
	if kind := k.name(k.step.new, descendant, "Subtype"); kind != "CIDFontType0" && kind != "CIDFontType2" {
		return errContent
	}
	if err := k.defaultWidth(f, descendant); err != nil {
		return err
	}
	descriptor, err := k.wholeDict(k.step.new, descendant.Get("FontDescriptor"))
	if err != nil {
		return errContent
	}
	if err := k.program(f, descriptor); err != nil {
		return err
	}
	return k.cidWidths(f, k.entry(k.step.new, descendant, "W"))
}

// defaultWidth takes the width of letters that have none of their own, an em when
// nothing is said. One that is no integer is read by some programs only.
func (k *pen) defaultWidth(f *letters, descendant pades.Dict) error {
	o := k.entry(k.step.new, descendant, "DW")
	switch n := o.(type) {
	case nil:
		f.dw = 1000
	case pades.Integer:
		f.dw = float64(n)
	}
	return f.take(o)
}

// cidWidths takes the widths of /W (9.7.4.3): a number and an array of widths, or
// two numbers and a width.
func (k *pen) cidWidths(f *letters, o pades.Object) error {
	list, ok := o.(pades.Array)
	if !ok && o != nil {
		return errContent
	}
	if f.bytes != 2 {
		f.dw = 0 // its letters are not told apart
	}
	for at := 0; at < len(list); {
		if at+1 >= len(list) {
			return errContent
		}
		second, err := k.whole(k.step.new, list[at+1])
		if err != nil {
			return errContent
		}
		if widths, ok := second.(pades.Array); ok {
			if err := k.cidWidth(f, list[at], nil, widths); err != nil {
				return err
			}
			at += 2
			continue
		}
		if at+2 >= len(list) {
			return errContent
		}
		if err := k.cidWidth(f, list[at], second, list[at+2:at+3]); err != nil {
			return err
		}
		at += 3
	}
	return nil
}

// cidWidth takes one entry of it, which ends with the last of its widths or is one
// width up to the last.
func (k *pen) cidWidth(f *letters, first, last pades.Object, widths pades.Array) error {
	if err := k.widths(f, widths); err != nil || len(widths) == 0 {
		return err
	}
	from, err := k.whole(k.step.new, first)
	at, ok := from.(pades.Integer)
	if err != nil || !ok {
		return errContent
	}
	to := at + pades.Integer(len(widths)) - 1
	if last != nil {
		if to, ok = last.(pades.Integer); !ok {
			return errContent
		}
	}
	c := cidSpan{first: int(at), last: int(to)}
	for _, o := range widths {
		o, err := k.whole(k.step.new, o)
		if err != nil {
			return errContent
		}
		n, _ := number(o)
		c.widths = append(c.widths, n)
	}
	f.cids = append(f.cids, c)
	return nil
}
