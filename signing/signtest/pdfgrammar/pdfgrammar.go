// Package pdfgrammar makes signed PDF files at random, and revisions after the
// signature that are honest, or only seem so. [Generate] draws one: a small form of
// two pages in which one object may have several roles (a form field that is also
// the page's dictionary of XObjects, an array of evidence that is also the
// contents), values stand in objects of their own or have another type than they
// should, and what a page paints lies elsewhere than a simple reader thinks. What
// follows the signature changes such objects as fields, comments and evidence are
// changed.
//
// The file says where the later revisions may paint, so that whoever renders both
// the signed file and the whole can tell whether anything else became different.
// What is drawn follows the literature (the shadow attacks, evil annotation,
// sneaky signature) and the attacks that were found here.
package pdfgrammar

import (
	"math/rand/v2"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// Pair is a signed file and the file that later revisions made of it.
type Pair struct {
	File []byte
	// Views are what each person saw who signed it, in the order of the
	// signatures.
	Views []View
	// Story tells what was drawn, for people.
	Story []string
	// Gaps says that there are references to no object: viewers repair such a file.
	Gaps bool
	// Plain says that nothing in it is odd: what a form's users and their
	// programs do every day, within what the signature permits.
	Plain bool
}

// View is the file as it was when it was signed.
type View struct {
	// Length is how long the file was.
	Length int
	// Free is where the later revisions may paint: the widgets that they fill,
	// the comments and the signatures that they add, as far as the signature
	// permits that. Places are those of the page as it is shown.
	Free []Area
}

// Area is a rectangle of a page, in points from the lower left corner.
type Area struct {
	Page                     int // counted from 0
	Left, Bottom, Right, Top float64
	// Blank says that only what was white may become different: no signature
	// may cover what was there.
	Blank bool
}

// Size is how wide and high a page is, in points.
const Size = 200

// Generate draws a pair. The signers sign it, as they do in package pdfattack.
func Generate(r *rand.Rand, s pdfattack.Signers) Pair {
	b := newBuilder(r)
	b.theme = pick(b, plain, roles, roles, roles, covering, covering, everything)
	b.level = b.IntN(8) / 2
	if b.theme == covering && !b.chance(8) {
		b.level = 0 // after a certification no field may be seen at all
	}
	b.form()
	b.certify()
	b.pages()
	b.tags()
	if b.chance(8) {
		s = s.Streaming()
		b.tell(false, "signatures in BER")
	}
	w := pdfattack.NewWriter(s)
	if b.streams = b.theme != plain && b.chance(6); b.streams {
		b.tell(false, "signed in object streams")
	}
	b.asHybrid(8)
	if b.theme != plain && b.chance(40) {
		w.Understate(firstFree + b.IntN(b.next-firstFree))
		b.tell(true, "fewer objects than there are")
	}
	b.unlisted(w)
	signers := []signer{{len(b.write(w, nil, b.objects)), 0, b.permission, false}}
	pair := Pair{}
	for range 1 + b.IntN(5)/4 {
		pair.File = b.later(w)
		pair.Gaps = pair.Gaps || len(b.freed) > 0
		if b.person {
			signers = append(signers, signer{len(pair.File), len(b.allowances), permission{}, b.moved})
		}
	}
	for _, s := range signers {
		pair.Views = append(pair.Views, View{s.length, b.shown(s)})
	}
	pair.Story, pair.Plain, pair.Gaps = b.story, !b.odd, pair.Gaps || len(b.missing) > 0
	return pair
}

// signer is a person who signs: how long the file is then, how many allowances
// there are, and what the signature permits.
type signer struct {
	length, allowances int
	permission
	moved bool // so that nobody knows where on the pages anything is
}

// shown are the areas that are free after a signature, as the pages show them.
func (b *builder) shown(s signer) (free []Area) {
	if s.moved {
		return []Area{{Page: 0, Right: Size, Top: Size}, {Page: 1, Right: Size, Top: Size}}
	}
	var areas []Area
	if !b.fonts {
		areas = slices.Clone(b.unsure)
	}
	for _, a := range b.allowances[s.allowances:] {
		if s.permits(a.level, a.title) {
			areas = append(areas, a.areas...)
		}
	}
	for _, a := range areas {
		free = append(free, a.turned(b.turns[a.Page]))
		if a.Page = 1 - a.Page; b.twin && !a.Blank {
			free = append(free, a.turned(b.turns[a.Page]))
		}
	}
	return free
}

// turned is where an area is on a page that is shown turned clockwise.
func (a Area) turned(quarters int) Area {
	for range quarters {
		a.Left, a.Bottom, a.Right, a.Top = a.Bottom, Size-a.Right, a.Top, Size-a.Left
	}
	return a
}

// theme is what a pair is about, so that rare things meet often enough.
type theme int

const (
	plain    theme = iota // nothing odd but by accident
	roles                 // objects of two roles
	covering              // what is painted elsewhere than it seems, and fields over it
	everything
)

// tell adds to the story; strange says that the pair is no longer plain.
func (b *builder) tell(strange bool, words ...string) {
	b.story = append(b.story, strings.Join(words, " "))
	b.odd = b.odd || strange
}
