package changes

import (
	"slices"

	"tamga/signing/pades"
)

// kind is the type that the value of an entry must have.
type kind func(c *comparison, revision int, o pades.Object) bool

func isText(_ *comparison, _ int, o pades.Object) bool {
	text, ok := o.(pades.String)
	return ok && !text.Malformed
}

func isName(_ *comparison, _ int, o pades.Object) bool {
	_, ok := o.(pades.Name)
	return ok
}

func isInteger(_ *comparison, _ int, o pades.Object) bool {
	_, ok := o.(pades.Integer)
	return ok
}

func isNumber(_ *comparison, _ int, o pades.Object) bool {
	_, ok := number(o)
	return ok
}

func isBoolean(_ *comparison, _ int, o pades.Object) bool {
	_, ok := o.(bool)
	return ok
}

func isDict(_ *comparison, _ int, o pades.Object) bool {
	_, ok := o.(pades.Dict)
	return ok
}

func isNull(_ *comparison, _ int, o pades.Object) bool { return o == nil }

// arrayOf is the kind of an array whose elements are of a kind.
func arrayOf(element kind) kind {
	return func(c *comparison, revision int, o pades.Object) bool {
		list, ok := o.(pades.Array)
		return ok && !slices.ContainsFunc(list, func(e pades.Object) bool {
			return !element(c, revision, c.resolved(revision, e))
		})
	}
}

// either is the kind of a value of one of some kinds.
func either(kinds ...kind) kind {
	return func(c *comparison, revision int, o pades.Object) bool {
		return slices.ContainsFunc(kinds, func(k kind) bool { return k(c, revision, o) })
	}
}

// typed judges an entry that differs: what it was and what it becomes, whatever
// references lead there, must be of its kind or absent. Another part of the
// document could make something else of any other value.
func (s *step) typed(before, after value, key pades.Name, k kind) (bool, error) {
	for _, side := range []struct {
		revision int
		dict     pades.Dict
	}{{s.old, before.dict()}, {s.new, after.dict()}} {
		o, err := s.whole(side.revision, side.dict.Get(key))
		if err != nil {
			return false, err
		}
		if o != nil && !k(s.comparison, side.revision, o) {
			return false, nil
		}
	}
	return true, nil
}
