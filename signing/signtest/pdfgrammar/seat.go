package pdfgrammar

import (
	"fmt"
	"slices"
)

// seat is a role that an object has in what a page shows.
type seat struct {
	name string
	// object is what the role needs; swaps what would show something else: an
	// entry of a dictionary, or a whole object where the key is "".
	object *object
	swaps  []swap
	// use puts the object, by its reference, where it is shown.
	use func(r string)
}

// swap is a later value of an entry; it is made when it is needed, unless it lay
// ready in the signed file.
type swap struct {
	key   string
	value func() string
}

// twist is a change that would show: of the object that a carrier and a seat
// share.
type twist struct {
	carrier *carrier
	seat    string
	swap    swap
}

// seat draws something that is shown, and has an object that may change in
// another role play a part in it.
func (b *builder) seat() {
	s := b.surfaces[b.IntN(len(b.surfaces))]
	kind := pick(b, seats()...)
	key := "K1"
	if c := b.carrier(kind.shape, nil); c != nil && len(c.keys) > 0 && !b.chance(8) {
		key = pick(b, c.keys...)
	}
	x := kind.draw(s, key)
	c := b.carrier(kind.shape, x.swaps)
	if c == nil || b.chance(6) {
		// Nobody but the page uses it.
		c = &carrier{name: x.name + " alone", n: b.add(x.object), level: evidenceLevel}
	} else {
		b.merge(b.objects[c.n], x.object)
		b.tell(true, c.name, "is also", x.name)
	}
	x.use(ref(c.n))
	if at, ok := areaOf(b.objects[c.n].get("Rect")); ok && c.taken {
		c.free = append(c.free, onEither(at)...) // the annotation that both are
	}
	for _, w := range x.swaps {
		b.twists = append(b.twists, twist{c, x.name, w})
	}
}

// onEither is an area on each of the pages: an annotation that has a second role
// may stand on both.
func onEither(at Area) []Area {
	first, second := at, at
	first.Page, second.Page = 0, 1
	return []Area{first, second}
}

// carrier takes one of a shape that has no other role yet, mostly one that may
// change just what would show; nil when there is none. Without swaps it only looks.
func (b *builder) carrier(shape shape, swaps []swap) *carrier {
	var fit, best []*carrier
	for _, c := range b.carriers {
		if c.taken || shapeOf(b.objects[c.n]) != shape || c.n < acroForm {
			continue
		}
		fit = append(fit, c)
		if slices.ContainsFunc(swaps, func(w swap) bool { return slices.Contains(c.keys, w.key) }) {
			best = append(best, c)
		}
	}
	switch {
	case len(best) > 0 && !b.chance(4):
		fit = best
	case len(fit) == 0:
		return nil
	}
	c := pick(b, fit...)
	c.taken = c.taken || swaps != nil
	return c
}

type shape int

const (
	dictionary shape = iota
	streamed
	listed
	scalar
)

func shapeOf(o *object) shape {
	switch {
	case o.data != nil:
		return streamed
	case o.bare == "":
		return dictionary
	case o.bare[0] == '[':
		return listed
	}
	return scalar
}

// merge gives an object a second role. Where both need an entry, either wins.
func (b *builder) merge(o, role *object) {
	switch {
	case shapeOf(o) == listed && b.chance(2):
		o.bare = role.bare[:len(role.bare)-1] + " " + o.bare[1:]
		return
	case o.bare != "":
		o.bare = role.bare
		return
	}
	for _, e := range role.entries {
		if o.get(e.key) == "" || b.chance(2) || slices.Contains([]string{"V", "M", "I", "AS", "AP", "C"}, e.key) {
			o.set(e.key, e.value)
		}
	}
	if role.data != nil && o.data != nil {
		*o = object{entries: o.entries, data: role.data}
	}
}

// ready makes a swap's value: an object that lay ready when the file was signed,
// or one that comes with the change.
func (b *builder) ready(make func() *object) func() string {
	if b.chance(2) {
		value := b.ref(make())
		return func() string { return value }
	}
	return func() string { return b.inline(make()) }
}

func always(value string) func() string { return func() string { return value } }

// kind is a kind of seat.
type kind struct {
	shape shape
	draw  func(s *surface, key string) seat
}

// named is a seat that is a dictionary of things by their names: the key is the
// name under which the page uses the thing.
func named(category string, thing, other func(s *surface) *object, operators string) kind {
	return kind{dictionary, func(s *surface, key string) seat {
		o := dict(key, s.inline(thing(s)))
		if s.chance(5) {
			o = dict() // it is to come
		}
		return seat{
			name: "the dictionary " + category, object: o,
			swaps: []swap{{key, s.ready(func() *object { return other(s) })}, {key, always("null")}},
			use: func(r string) {
				s.shared[category] = number(r)
				s.draw(s.place(), fmt.Sprintf(operators, key))
			},
		}
	}}
}

func number(r string) (n int) {
	fmt.Sscan(r, &n)
	return n
}

// keyed is a seat with entries of its own; the operators use it under a name of
// the category.
func keyed(name, category, operators string, draw func(s *surface) (*object, []swap)) kind {
	return kind{dictionary, func(s *surface, _ string) seat {
		o, swaps := draw(s)
		return seat{name: name, object: o, swaps: swaps, use: func(r string) {
			s.draw(s.place(), fmt.Sprintf(operators, s.resource(category, r)))
		}}
	}}
}
