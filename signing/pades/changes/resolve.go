package changes

import (
	"cmp"
	"errors"
	"fmt"

	"tamga/signing/pades"
)

// maxRefChain is how many references may follow each other; one is normal.
const maxRefChain = 16

// whole returns o itself, or what it refers to, as many references as it takes.
func (c *comparison) whole(revision int, o pades.Object) (pades.Object, error) {
	for range maxRefChain {
		ref, ok := o.(pades.Ref)
		if !ok {
			return o, nil
		}
		var err error
		if o, err = c.object(revision, ref); err != nil {
			return nil, err
		}
	}
	return nil, errRefChain
}

var errRefChain = errors.New("references refer to each other in a circle")

// wholeDict is whole for a dictionary; null gives nil, another type an error.
func (c *comparison) wholeDict(revision int, o pades.Object) (pades.Dict, error) {
	o, err := c.whole(revision, o)
	if err != nil || o == nil {
		return nil, err
	}
	dict, ok := o.(pades.Dict)
	if !ok {
		return nil, fmt.Errorf("%w: it is %s", errNoDict, typeName(o))
	}
	return dict, nil
}

var errNoDict = errors.New("a dictionary is expected")

// value is an object with the object it was read from (its number, 0 for the
// trailer) and the way to it in there.
type value struct {
	object pades.Object
	use
	ref pades.Ref // zero when it is written directly
}

// valueOf is an object as a whole.
func valueOf(ref pades.Ref, o pades.Object) value {
	return value{object: o, use: use{holder: ref.Number}}
}

func (v value) dict() pades.Dict {
	d, _ := v.object.(pades.Dict)
	return d
}

// get returns the entry of a dictionary, not yet resolved.
func (v value) get(key pades.Name) value {
	return value{object: v.dict().Get(key), use: use{v.holder, onward(v.way, string(key))}}
}

// before resolves a value of the older revision and notes the reference.
func (s *step) before(v value) (value, error) {
	return s.resolve(s.old, v, func(ref pades.Ref) { s.walked[walk{v.use, ref.Number}] = true })
}

// after resolves a value of the newer revision, notes the reference and claims
// its object.
func (s *step) after(v value) (value, error) {
	return s.resolve(s.new, v, func(ref pades.Ref) {
		s.walkedAfter[walk{v.use, ref.Number}] = true
		s.claim(ref)
	})
}

func (s *step) claim(ref pades.Ref) {
	if _, ok := s.changes[ref.Number]; ok {
		s.claimed[ref.Number] = true
	}
}

// resolve follows one reference. A second one behind it does not occur in honest
// files and is left alone: the value is then of the wrong type for its part.
func (s *step) resolve(revision int, v value, note func(pades.Ref)) (value, error) {
	ref, ok := v.object.(pades.Ref)
	if !ok {
		return v, nil
	}
	note(ref)
	o, err := s.object(revision, ref)
	return value{object: o, use: use{holder: ref.Number}, ref: ref}, err
}

// pair resolves the same entry of both revisions.
func (s *step) pair(old, new value, key pades.Name) (before, after value, err error) {
	if before, err = s.before(old.get(key)); err != nil {
		return before, after, err
	}
	after, err = s.after(new.get(key))
	return before, after, err
}

// entry resolves an entry of a dictionary. What cannot be read is nil, and the
// comparison fails for it when the step is done.
func (c *comparison) entry(revision int, dict pades.Dict, key pades.Name) pades.Object {
	return c.resolved(revision, dict.Get(key))
}

func (c *comparison) resolved(revision int, o pades.Object) pades.Object {
	o, err := c.whole(revision, o)
	if err != nil {
		c.failed = cmp.Or(c.failed, err)
	}
	return o
}

// name is entry for a name, "" when it is none.
func (c *comparison) name(revision int, dict pades.Dict, key pades.Name) pades.Name {
	n, _ := c.entry(revision, dict, key).(pades.Name)
	return n
}
