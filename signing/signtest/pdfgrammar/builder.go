package pdfgrammar

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// The objects that every file has.
const (
	catalog = iota + 1
	pageTree
	firstPage
	secondPage
	signature
	acroForm
	signedField
	font
	info
	firstFree
)

// builder draws one file.
type builder struct {
	*rand.Rand
	objects map[int]*object
	next    int
	taken   map[int]bool // numbers in use
	turns   [2]int       // of the pages, clockwise quarters
	twin    bool         // both have the same annotations
	moved   bool         // a later revision has moved what the pages show
	places  []Area       // of the first page where nothing lies yet
	story   []string
	odd     bool

	theme theme
	permission
	carriers   []*carrier
	twists     []twist
	surfaces   []*surface
	annots     [2][]string // what the pages list
	fields     []string    // what the form lists
	allowances []allowance
	filled     []*field // fields to be filled
	empty      []*field // signature fields to be signed
	dss, xmp   int      // the security store and the metadata, 0 without
	ocgs       []string // layers, and those that are not shown
	off        []string
	config     int    // of the layers, 0 without
	unsure     []Area // fields that viewers draw as they like
	fonts      bool   // the form got fonts, which may be those of such fields
	missing    []int  // numbers that are referred to, of no object
	doubled    int    // the object that has a key twice, 0 without
	root       int    // of the structure tree, 0 without
	elements   []int  // of the tree, besides its root
	parents    int    // the tree of structural parents
	parent     int    // the next key of it

	anyLook int // the appearance of some field

	// Of the revision being written:
	changed map[int]*object
	freed   []int
	person  bool // it has the signature of a person
	signs   bool // it has its signature
	streams bool // in object and cross-reference streams
	hybrid  bool // in a table, and a stream beside it

	identifier string // of the file, "" for the usual one
}

func newBuilder(r *rand.Rand) *builder {
	b := &builder{Rand: r, objects: map[int]*object{}, next: firstFree, taken: map[int]bool{}, permission: permission{locked: map[string]bool{}}}
	for x := 0.0; x < Size; x += 50 {
		for y := 0.0; y < Size; y += 50 {
			b.places = append(b.places, Area{Left: x + 5, Bottom: y + 5, Right: x + 45, Top: y + 45})
		}
	}
	b.Shuffle(len(b.places), func(i, j int) { b.places[i], b.places[j] = b.places[j], b.places[i] })
	return b
}

// chance is true once in n times.
func (b *builder) chance(n int) bool { return b.IntN(n) == 0 }

func pick[T any](b *builder, list ...T) T { return list[b.IntN(len(list))] }

// place takes a part of the first page for something of its own.
func (b *builder) place() Area {
	if len(b.places) == 0 {
		return Area{Left: 80, Bottom: 80, Right: 120, Top: 120}
	}
	p := b.places[0]
	b.places = b.places[1:]
	return p
}

func (a Area) String() string {
	return fmt.Sprintf("[%g %g %g %g]", a.Left, a.Bottom, a.Right, a.Top)
}

// areaOf reads a rectangle of the first page.
func areaOf(rect string) (a Area, ok bool) {
	_, err := fmt.Sscanf(rect, "[%g %g %g %g]", &a.Left, &a.Bottom, &a.Right, &a.Top)
	return a, err == nil
}

// unused is the next number of no object.
func (b *builder) unused() int {
	for b.taken[b.next] || slices.Contains(b.missing, b.next) {
		b.next++
	}
	b.taken[b.next] = true
	b.next++
	return b.next - 1
}

// add gives an object the next number.
func (b *builder) add(o *object) int {
	n := b.unused()
	b.objects[n] = o
	if b.changed != nil {
		b.changed[n] = o
	}
	return n
}

func (b *builder) ref(o *object) string { return ref(b.add(o)) }

// loose writes a value in an object of its own now and then.
func (b *builder) loose(value string) string {
	if b.theme == plain || !b.chance(12) || strings.HasSuffix(value, " R") && !b.chance(3) {
		return value
	}
	b.odd = true
	n := b.add(bare(value))
	b.carry("a value", n, formLevel)
	return ref(n)
}

// inline writes a dictionary directly or as an object of its own.
func (b *builder) inline(o *object) string {
	if o.data != nil || b.chance(2) {
		return b.ref(o)
	}
	return o.String()
}

// edit is an object of the revision being written, to be changed.
func (b *builder) edit(n int) *object {
	if o := b.changed[n]; o != nil {
		return o
	}
	o := b.objects[n].clone()
	b.objects[n], b.changed[n] = o, o
	return o
}

func array(values []string) string { return "[" + strings.Join(values, " ") + "]" }

// write writes a revision.
func (b *builder) write(w *pdfattack.Writer, freed []int, objects map[int]*object) []byte {
	for _, n := range freed {
		w.Free(n)
	}
	w.Identify(b.identifier)
	if b.hybrid {
		return b.writeHybrid(w, objects)
	}
	inside := map[int]string{}
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		o := objects[n]
		if b.streams && o.data == nil && !strings.Contains(o.String(), "/ByteRange") {
			inside[n] = o.String()
		} else {
			w.Put(n, o.String())
		}
	}
	trailer := "/Info " + ref(info)
	if !b.streams {
		return w.End(trailer)
	}
	if len(inside) > 0 {
		w.Pack(b.unused(), inside)
	}
	return w.EndStream(b.unused(), trailer)
}
