package changes

import (
	"bytes"
	"fmt"
	"slices"

	"tamga/signing/pades"
)

// equal says whether two objects are written alike: the same values, references
// to the same objects, and for streams the same encoded bytes.
func (c *comparison) equal(a, b pades.Object) bool {
	switch a := a.(type) {
	case pades.String:
		b, ok := b.(pades.String)
		return ok && a.Malformed == b.Malformed && bytes.Equal(a.Value, b.Value)
	case pades.Array:
		b, ok := b.(pades.Array)
		return ok && slices.EqualFunc(a, b, c.equal)
	case pades.Dict:
		b, ok := b.(pades.Dict)
		return ok && c.equalDicts(a, b)
	case *pades.Stream:
		b, ok := b.(*pades.Stream)
		return ok && bytes.Equal(c.doc.RawStream(a), c.doc.RawStream(b)) && c.equalDicts(a.Dict, b.Dict)
	case nil, bool, pades.Integer, pades.Real, pades.Name, pades.Ref:
		return comparable(b) && a == b
	}
	return false
}

// comparable says whether a value can stand on the right of ==.
func comparable(o pades.Object) bool {
	switch o.(type) {
	case nil, bool, pades.Integer, pades.Real, pades.Name, pades.Ref:
		return true
	}
	return false
}

// equalDicts compares two dictionaries whatever the order of their entries.
func (c *comparison) equalDicts(a, b pades.Dict) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.EqualFunc(a, b, func(x, y pades.Entry) bool { return x.Key == y.Key && c.equal(x.Value, y.Value) }) {
		return true
	}
	values := make(map[pades.Name]pades.Object, len(b))
	for _, e := range b {
		values[e.Key] = e.Value
	}
	if len(values) < len(b) {
		return false // a key twice
	}
	for _, e := range a {
		v, ok := values[e.Key]
		if !ok || !c.equal(e.Value, v) {
			return false
		}
		delete(values, e.Key)
	}
	return true
}

// eachRef calls f for every reference in an object, those of a stream's
// dictionary included, as often as it is there.
func eachRef(o pades.Object, f func(pades.Ref)) {
	switch o := o.(type) {
	case pades.Ref:
		f(o)
	case pades.Array:
		for _, e := range o {
			eachRef(e, f)
		}
	case pades.Dict:
		for _, e := range o {
			eachRef(e.Value, f)
		}
	case *pades.Stream:
		// These two are the cross-reference's own: the catalog is no part of it.
		for _, e := range o.Dict {
			if o.Dict.Name("Type") == "XRef" && (e.Key == "Root" || e.Key == "Info") {
				continue
			}
			eachRef(e.Value, f)
		}
	}
}

// duplicate returns the first key that twice finds in a dictionary in o.
func duplicate(o pades.Object, twice func(pades.Dict) (pades.Name, bool)) (pades.Name, bool) {
	switch o := o.(type) {
	case *pades.Stream:
		return duplicate(o.Dict, twice)
	case pades.Array:
		for _, e := range o {
			if key, found := duplicate(e, twice); found {
				return key, true
			}
		}
	case pades.Dict:
		if key, found := twice(o); found {
			return key, true
		}
		for _, e := range o {
			if key, found := duplicate(e.Value, twice); found {
				return key, true
			}
		}
	}
	return "", false
}

// twoValues returns a key that a dictionary names twice, with different values.
func (c *comparison) twoValues(dict pades.Dict) (pades.Name, bool) {
	if _, twice := dict.Duplicate(); !twice {
		return "", false
	}
	first := map[pades.Name]pades.Object{}
	for _, e := range dict {
		if o, twice := first[e.Key]; twice && !c.equal(o, e.Value) {
			return e.Key, true
		}
		first[e.Key] = e.Value
	}
	return "", false
}

func sameType(a, b pades.Object) bool { return typeName(a) == typeName(b) }

func typeName(o pades.Object) string {
	switch o.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case pades.Integer, pades.Real:
		return "a number"
	case pades.String:
		return "a string"
	case pades.Name:
		return "a name"
	case pades.Array:
		return "an array"
	case pades.Dict:
		return "a dictionary"
	case *pades.Stream:
		return "a stream"
	case pades.Ref:
		return "a reference"
	}
	return fmt.Sprintf("%T", o)
}
