package changes

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"tamga/signing/pades"
)

// maxUses bounds the references that are kept.
const maxUses = 4 << 20

// use is one reference to an object: who holds it (the number of an object, 0 for
// the trailer) and the way to it within the holder, as step writes it.
type use struct {
	holder uint32
	way    string
}

// The parts of a way besides keys. The first element of an array that a name
// follows may be the page of a destination (12.3.2.2).
const (
	element     = "[]"
	destination = "[@]"
	unknownKey  = "?" // a key that could be mistaken for two parts of a way
)

// onward appends a part to a way.
func onward(way, part string) string {
	if part != element && part != destination && strings.ContainsAny(part, "/[?") {
		part = unknownKey
	}
	if way == "" {
		return part
	}
	return way + "/" + part
}

// last returns the last part of a way.
func last(way string) string { return way[strings.LastIndexByte(way, '/')+1:] }

// uses is the graph of the references to what later revisions change, as of one
// revision: an object that is permitted to change in one part of the document
// must not have another. Every object is read for it, whether it is reached from
// the catalog or not.
type uses struct {
	// tracked holds the numbers that a later revision lists, and the objects
	// that refer to those: an array has the part of what refers to it.
	tracked map[uint32]bool
	in      map[uint32]map[use]int
	// out is the inverse of in: what an object refers to.
	out   map[uint32][]reference
	total int
}

// reference is a use seen from its holder.
type reference struct {
	target uint32
	way    string
}

func (c *comparison) newUses(base int) (*uses, error) {
	u := &uses{tracked: map[uint32]bool{}, in: map[uint32]map[use]int{}, out: map[uint32][]reference{}}
	for r := base + 1; r < len(c.doc.Revisions); r++ {
		for _, change := range c.doc.Changed(r) {
			u.tracked[change.Ref.Number] = true
		}
	}
	if len(u.tracked) == 0 {
		return u, nil
	}
	to := u.tracked
	for more := range maxTracking {
		if err := c.readUses(u, base, to); err != nil {
			return nil, err
		}
		if to = u.untracked(more > 0); len(to) == 0 || more+1 == maxTracking {
			break
		}
		for n := range to {
			u.tracked[n] = true
		}
	}
	return u, nil
}

// maxTracking is how far references are followed back: to what changes, to what
// refers to it, and to the arrays that this stands in.
const maxTracking = 3

// untracked returns what refers to tracked objects and is not tracked itself;
// pages are not asked about by what stands on them.
func (u *uses) untracked(arrays bool) map[uint32]bool {
	holders := map[uint32]bool{}
	for _, in := range u.in {
		for use := range in {
			if use.holder == 0 || u.tracked[use.holder] || last(use.way) == "P" || last(use.way) == "Pg" || arrays && use.way != element {
				continue
			}
			holders[use.holder] = true
		}
	}
	return holders
}

// readUses reads every object of a revision for references to some.
func (c *comparison) readUses(u *uses, revision int, to map[uint32]bool) error {
	if err := u.add(0, c.doc.Revisions[revision].Trailer, to); err != nil {
		return err
	}
	for _, ref := range c.doc.Objects(revision) {
		o, err := c.object(revision, ref)
		if err != nil {
			return err
		}
		if err = u.add(ref.Number, o, to); err != nil {
			return err
		}
	}
	return nil
}

// sorted returns the references to an object in a fixed order.
func (u *uses) sorted(number uint32) []use {
	return slices.SortedFunc(maps.Keys(u.in[number]), func(a, b use) int {
		return cmp.Or(cmp.Compare(a.holder, b.holder), cmp.Compare(a.way, b.way))
	})
}

// of returns how many references to an object there are.
func (u *uses) of(number uint32) int {
	n := 0
	for _, count := range u.in[number] {
		n += count
	}
	return n
}

// unused says whether nothing refers to an object, so that what it refers to has
// no part through it.
func (u *uses) unused(number uint32) bool {
	return number != 0 && u.tracked[number] && len(u.in[number]) == 0
}

func (u *uses) add(holder uint32, o pades.Object, to map[uint32]bool) error {
	u.walk(o, "", func(ref pades.Ref, way string) {
		in := u.in[ref.Number]
		if in == nil {
			in = map[use]int{}
			u.in[ref.Number] = in
		}
		at := use{holder, way}
		if in[at]++; in[at] == 1 {
			u.total++
			u.out[holder] = append(u.out[holder], reference{ref.Number, way})
		}
	}, to)
	if u.total > maxUses {
		return ErrTooComplex
	}
	return nil
}

// walk calls f for every reference in o to one of some objects, with the way to
// it.
func (u *uses) walk(o pades.Object, way string, f func(ref pades.Ref, way string), to map[uint32]bool) {
	switch o := o.(type) {
	case pades.Ref:
		if to[o.Number] {
			f(o, way)
		}
	case pades.Array:
		for i, e := range o {
			part := element
			if i == 0 && len(o) > 1 {
				if _, named := o[1].(pades.Name); named {
					part = destination
				}
			}
			if leads(e, to) {
				u.walk(e, onward(way, part), f, to)
			}
		}
	case pades.Dict:
		for _, e := range o {
			if leads(e.Value, to) {
				u.walk(e.Value, onward(way, string(e.Key)), f, to)
			}
		}
	case *pades.Stream:
		u.walk(o.Dict, way, f, to)
	}
}

// leads says whether an object is or may hold a reference to one of some objects.
func leads(o pades.Object, to map[uint32]bool) bool {
	switch o := o.(type) {
	case pades.Ref:
		return to[o.Number]
	case pades.Array, pades.Dict, *pades.Stream:
		return true
	}
	return false
}

func (u *uses) remove(holder uint32) {
	for _, r := range u.out[holder] {
		delete(u.in[r.target], use{holder, r.way})
		u.total--
	}
	delete(u.out, holder)
}

// advance takes over what a step changes.
func (u *uses) advance(s *step) error {
	u.remove(0)
	if err := u.add(0, s.doc.Revisions[s.new].Trailer, u.tracked); err != nil {
		return err
	}
	for _, n := range s.order {
		u.remove(n)
		change := s.changes[n]
		if change.Freed {
			continue
		}
		o, err := s.object(s.new, change.Ref)
		if err != nil {
			return err
		}
		if err = u.add(n, o, u.tracked); err != nil {
			return err
		}
	}
	return nil
}
