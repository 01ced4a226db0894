package pades

import (
	"fmt"
	"slices"
)

// hybridEntry says how a reader that knows no cross-reference streams sees an
// entry of a hybrid section (7.5.8.4).
type hybridEntry uint8

const (
	inTable      hybridEntry = iota
	onlyInStream             // such a reader goes by the older sections
	freeInTable              // such a reader takes the object for none
)

// join adds the entries of the stream at an offset to those of the table. Where
// both list an object in use, only the same place is one reading.
func (s *section) join(stream *section, at int64) error {
	for _, key := range []Name{"Root", "Prev"} {
		if e, ok := stream.trailer.Lookup(key); ok && !alike(e.Value, s.trailer.Get(key)) {
			return syntaxError(at, "/%s of the stream of a hybrid section is not that of its trailer", key)
		}
	}
	table := make(map[uint32]int, len(s.entries))
	for i, e := range s.entries {
		table[e.number] = i
	}
	for _, e := range stream.entries {
		i, listed := table[e.number]
		switch {
		case !listed:
			e.hybrid = onlyInStream
			s.entries = append(s.entries, e)
		case s.entries[i] == e || s.entries[i].kind == entryFree && e.kind == entryFree:
		case s.entries[i].kind == entryFree && s.entries[i].hybrid == inTable:
			e.hybrid = freeInTable
			s.entries[i] = e
		default:
			s.entries = append(s.entries, e) // refused as listed twice
		}
	}
	return nil
}

// classic is find for a reader that knows no cross-reference streams.
func (d *Document) classic(number uint32, revision int) int {
	i := d.find(number, revision)
	for i >= 0 && d.versions[i].number == number && d.versions[i].hybrid == onlyInStream {
		i--
	}
	if i < 0 || d.versions[i].number != number || d.versions[i].hybrid == freeInTable {
		return -1
	}
	return i
}

// readTwice says whether the two readings of a revision have an object at two
// places, or only one of them has it.
func (d *Document) readTwice(number uint32, revision int) bool {
	full, classic := d.find(number, revision), d.classic(number, revision)
	for _, i := range []*int{&full, &classic} {
		if *i >= 0 && d.versions[*i].kind == entryFree {
			*i = -1
		}
	}
	if full < 0 || classic < 0 {
		return full != classic
	}
	a, b := d.versions[full], d.versions[classic]
	return a.origin != b.origin && !d.samePlace(a, b)
}

// HybridAdds says whether the hybrid section of a revision has objects that only
// readers of cross-reference streams see, besides those that are the mechanics of
// such streams.
func (d *Document) HybridAdds(revision int) bool {
	for i, v := range d.versions {
		if int(v.revision) != revision || v.hybrid == inTable || !d.readTwice(v.number, revision) {
			continue
		}
		o, err := d.body(i)
		s, ok := o.(*Stream)
		if err != nil || !ok || s.Dict.Name("Type") != "XRef" && s.Dict.Name("Type") != "ObjStm" {
			return true
		}
	}
	return false
}

// hybrids compares the two readings of every revision that counts: those that a
// signature covers, and the newest.
func (r *reader) hybrids() {
	count := 0
	for _, revision := range r.d.Revisions {
		if _, ok := revision.Trailer.Lookup("XRefStm"); ok && revision.Trailer.Name("Type") != "XRef" {
			count++
		}
	}
	if count == 0 {
		return
	}
	counts := map[int]bool{r.newest: true}
	for _, s := range r.d.Signatures {
		counts[s.Revision] = true
	}
	h := r.newHybridReading()
	for revision := range r.d.Revisions {
		if h.advance(revision); !counts[revision] {
			continue
		}
		if number, differs := h.differs(revision); differs {
			r.d.Hybrid = []Problem{{Code: CodeHybridDiffers, Detail: fmt.Sprintf(
				"object %d of revision %d is another one, or none, for programs that know no cross-reference streams", number, revision)}}
			return
		}
	}
	r.d.Hybrid = []Problem{{CodeHybrid, fmt.Sprintf("%d hybrid cross-references, and both ways to read them show one document", count), Tolerated}}
}

// hybridReading knows what the references from the trailer lead to, revision by
// revision; what was reached once stays reached.
type hybridReading struct {
	d       *Document
	reached map[uint32]bool
	listed  map[int][]uint32 // what each revision lists
	streams []uint32         // what the streams of hybrid sections list
}

func (r *reader) newHybridReading() *hybridReading {
	h := &hybridReading{d: r.d, reached: map[uint32]bool{}, listed: map[int][]uint32{}}
	for i, v := range r.d.versions {
		if int(v.origin) == i { // else it is listed again where it was
			h.listed[int(v.revision)] = append(h.listed[int(v.revision)], v.number)
		}
		if v.hybrid != inTable && (len(h.streams) == 0 || h.streams[len(h.streams)-1] != v.number) {
			h.streams = append(h.streams, v.number)
		}
	}
	return h
}

// advance follows the references that a revision brings. The structure tree is
// left out: word processors keep it in object streams, and nothing of it is shown.
func (h *hybridReading) advance(revision int) {
	trailer := h.d.Revisions[revision].Trailer
	root, _ := trailer.Get("Root").(Ref)
	var stack []Ref
	follow := func(ref Ref) {
		if !h.reached[ref.Number] {
			h.reached[ref.Number] = true
			stack = append(stack, ref)
		}
	}
	eachRef(Array{trailer.Get("Root"), trailer.Get("Info")}, follow)
	for _, n := range h.listed[revision] {
		if i := h.d.find(n, revision); h.reached[n] {
			stack = append(stack, h.d.versions[i].ref())
		}
	}
	for len(stack) > 0 {
		ref := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		o, err := h.d.Object(revision, ref)
		if err != nil {
			continue // which the scan has reported
		}
		if catalog, ok := o.(Dict); ok && ref == root {
			o = slices.DeleteFunc(slices.Clone(catalog), func(e Entry) bool { return e.Key == "StructTreeRoot" })
		}
		eachRef(o, follow)
	}
}

// differs returns an object that is reached and not the same for both readings.
func (h *hybridReading) differs(revision int) (uint32, bool) {
	const work = 32 // as if so many bytes were read
	h.d.meter.parse -= work * int64(len(h.streams))
	if h.d.meter.parse < 0 {
		return 0, false // and Read fails
	}
	for _, n := range h.streams {
		if h.reached[n] && h.d.readTwice(n, revision) {
			return n, true
		}
	}
	return 0, false
}

// eachRef calls f for every reference in an object.
func eachRef(o Object, f func(Ref)) {
	switch o := o.(type) {
	case Ref:
		f(o)
	case Array:
		for _, e := range o {
			eachRef(e, f)
		}
	case Dict:
		for _, e := range o {
			eachRef(e.Value, f)
		}
	case *Stream:
		eachRef(o.Dict, f)
	}
}
