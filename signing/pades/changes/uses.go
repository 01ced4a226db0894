package changes

import "tamga/signing/pades"

// maxUses bounds the references that are kept.
const maxUses = 4 << 20

// uses knows who refers to the objects that later revisions change, as of one
// revision: an object that is permitted to change in one part of the document
// must not have another. Every object is read for it once, whether it is reached
// from the catalog or not.
type uses struct {
	// interest holds the numbers that a later revision lists.
	interest map[uint32]bool
	// in is by the number referred to, then by the one that refers; out is its
	// inverse.
	in    map[uint32]map[uint32]int
	out   map[uint32][]uint32
	total int
}

func (c *comparison) newUses(base int) (*uses, error) {
	u := &uses{interest: map[uint32]bool{}, in: map[uint32]map[uint32]int{}, out: map[uint32][]uint32{}}
	for r := base + 1; r < len(c.doc.Revisions); r++ {
		for _, change := range c.doc.Changed(r) {
			u.interest[change.Ref.Number] = true
		}
	}
	if len(u.interest) == 0 {
		return u, nil
	}
	for _, ref := range c.doc.Objects(base) {
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

// of returns how many references to an object there are.
func (u *uses) of(number uint32) int {
	n := 0
	for _, count := range u.in[number] {
		n += count
	}
	return n
}

func (u *uses) add(holder uint32, o pades.Object) error {
	eachRef(o, func(ref pades.Ref) {
		if !u.interest[ref.Number] {
			return
		}
		holders := u.in[ref.Number]
		if holders == nil {
			holders = map[uint32]int{}
			u.in[ref.Number] = holders
		}
		if holders[holder] == 0 {
			u.out[holder] = append(u.out[holder], ref.Number)
			u.total++
		}
		holders[holder]++
	})
	if u.total > maxUses {
		return ErrTooComplex
	}
	return nil
}

func (u *uses) remove(holder uint32) {
	for _, target := range u.out[holder] {
		delete(u.in[target], holder)
		u.total--
	}
	delete(u.out, holder)
}

// advance takes over what a step changes.
func (u *uses) advance(s *step) error {
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
		if err = u.add(n, o); err != nil {
			return err
		}
	}
	return nil
}
