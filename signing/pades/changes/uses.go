package changes

import (
	"cmp"
	"fmt"
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
	// that refer to those: what is in one has the part of what refers to it.
	tracked map[uint32]bool
	in      map[uint32]map[use]int
	// out is the inverse of in: what an object refers to.
	out   map[uint32][]reference
	total int
	pages map[pades.Ref]bool
}

// reference is a use seen from its holder.
type reference struct {
	target uint32
	way    string
}

// link is a reference without its way. The highest bit of the target says that it
// is from something to its page or to what is above it, by /P or /Pg.
type link struct{ holder, target uint32 }

const upwards = 1 << 31

// maxTracking is how far references are followed back from what changes: through
// an appearance, its dictionary and its field to the array that lists the field.
const maxTracking = 5

func (c *comparison) newUses(base int) (*uses, error) {
	u := &uses{tracked: map[uint32]bool{}, in: map[uint32]map[use]int{}, out: map[uint32][]reference{}, pages: c.pages}
	for r := base + 1; r < len(c.doc.Revisions); r++ {
		for _, change := range c.doc.Changed(r) {
			u.tracked[change.Ref.Number] = true
		}
	}
	links, err := c.links(base)
	if err != nil || len(u.tracked) == 0 {
		return u, err
	}
	u.track(links)
	holders := map[uint32]bool{}
	for _, l := range links {
		if u.tracked[l.target&^upwards] {
			holders[l.holder] = true
		}
	}
	if err := u.add(0, c.doc.Revisions[base].Trailer); err != nil {
		return nil, err
	}
	for _, ref := range c.doc.Objects(base) {
		if !holders[ref.Number] {
			continue
		}
		o, err := c.object(base, ref)
		if err != nil {
			return nil, err
		}
		if err = u.add(ref.Number, o); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// links reads every object of a revision.
func (c *comparison) links(revision int) ([]link, error) {
	var links []link
	for _, ref := range c.doc.Objects(revision) {
		o, err := c.object(revision, ref)
		if err != nil {
			return nil, err
		}
		c.checkListed(ref, o)
		links = appendLinks(links, ref.Number, o, 0)
		if len(links) > maxUses {
			return nil, ErrTooComplex
		}
	}
	return links, nil
}

// checkListed reports a reference to what no cross-reference has an entry for. A
// program that meets one after an update, and not before, looks through the whole
// file for it, and takes other objects than those that are listed.
func (c *comparison) checkListed(holder pades.Ref, o pades.Object) {
	if c.unlisted {
		return
	}
	eachRef(o, func(ref pades.Ref) {
		if !c.unlisted && !c.doc.Listed(ref) {
			c.unlisted = true
			c.add(Finding{Revision: len(c.doc.Revisions) - 1, Ref: holder, Code: CodeUnlisted, Needs: Never,
				Detail: fmt.Sprintf("object %s refers to %s, which no cross-reference lists or which was removed", holder, ref)})
		}
	})
}

func appendLinks(links []link, holder uint32, o pades.Object, bit uint32) []link {
	switch o := o.(type) {
	case pades.Ref:
		return append(links, link{holder, o.Number | bit})
	case pades.Array:
		for _, e := range o {
			links = appendLinks(links, holder, e, 0)
		}
	case pades.Dict:
		for _, e := range o {
			bit := uint32(0)
			if e.Key == "P" || e.Key == "Pg" {
				bit = upwards
			}
			links = appendLinks(links, holder, e.Value, bit)
		}
	case *pades.Stream:
		return appendLinks(links, holder, o.Dict, 0)
	}
	return links
}

// track adds what refers to what is tracked, as far as it is asked about. Pages
// are not, unless they change themselves: what lists their annotations is nothing
// else by its type.
func (u *uses) track(links []link) {
	for range maxTracking {
		fresh := map[uint32]bool{}
		for _, l := range links {
			if u.tracked[l.target] && !u.tracked[l.holder] && !u.pages[pades.Ref{Number: l.holder}] {
				fresh[l.holder] = true
			}
		}
		for n := range fresh {
			u.tracked[n] = true
		}
	}
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

func (u *uses) add(holder uint32, o pades.Object) error {
	u.walk(o, "", func(ref pades.Ref, way string) {
		if part := last(way); u.pages[ref] && (part == "P" || part == "Pg") {
			return // which every page has from all that stands on it
		}
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
	})
	if u.total > maxUses {
		return ErrTooComplex
	}
	return nil
}

// walk calls f for every reference in o to a tracked object, with the way to it.
func (u *uses) walk(o pades.Object, way string, f func(ref pades.Ref, way string)) {
	switch o := o.(type) {
	case pades.Ref:
		if u.tracked[o.Number] {
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
			if u.leads(e) {
				u.walk(e, onward(way, part), f)
			}
		}
	case pades.Dict:
		for _, e := range o {
			if u.leads(e.Value) {
				u.walk(e.Value, onward(way, string(e.Key)), f)
			}
		}
	case *pades.Stream:
		u.walk(o.Dict, way, f)
	}
}

// leads says whether an object is or may hold a reference to a tracked one.
func (u *uses) leads(o pades.Object) bool {
	switch o := o.(type) {
	case pades.Ref:
		return u.tracked[o.Number]
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
	if err := u.add(0, s.doc.Revisions[s.new].Trailer); err != nil {
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
		s.checkListed(change.Ref, o)
		if err = u.add(n, o); err != nil {
			return err
		}
	}
	return nil
}
