package changes

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"tamga/signing/pades"
)

const (
	// workFactor times the length of the file may be read in objects.
	workFactor = 8
	minWork    = 64 << 20
	// maxFindings bounds what one revision reports.
	maxFindings = 200
)

// comparison is one call of Compare.
type comparison struct {
	doc      *pades.Document
	base     int
	findings []Finding
	work     int64
	// read is Object of the document.
	read func(revision int, ref pades.Ref) (pades.Object, error)
	// unlisted says that a reference to nothing at all was reported.
	unlisted bool
	// failed is the first error of what answers without one, see entry.
	failed error

	// What follows describes the older revision of the step being made.
	uses  *uses
	form  *form
	pages map[pades.Ref]bool
}

// step compares one revision with the one before.
type step struct {
	*comparison
	old, new int
	changes  map[uint32]pades.Change
	order    []uint32

	// claimed holds the changed objects whose part in the newer revision has
	// been recognised and judged.
	claimed map[uint32]bool
	// roles holds the part in which each of them was judged.
	roles map[uint32]role
	// walked and walkedAfter hold the references of the older and the newer
	// revision by which the comparison came to an object.
	walked, walkedAfter map[walk]bool
	// catalogs and forms are the objects that are the catalog and the form of
	// either revision.
	catalogs, forms map[uint32]bool
	// widgets holds the widgets of new signature fields.
	widgets map[pades.Ref]*newField
	// signed holds the fields that receive their signature in this step.
	signed map[pades.Ref]bool
	paged  map[pades.Ref]bool
	// brought holds the names that the form's default resources get, defaulted
	// says that it gets a default appearance.
	brought   map[string]bool
	defaulted bool
	// found is how many findings there are, never how many of them nothing
	// permits, highest what any of them needs.
	found, never int
	highest      Level
	// tree is the object that is the root of the structure, 0 when there is none.
	tree uint32
	// told holds the codes of what is odd and told of once.
	told map[string]bool
}

// walk is a use with what it refers to.
type walk struct {
	use
	target uint32
}

func newComparison(doc *pades.Document, base int) *comparison {
	return &comparison{doc: doc, base: base, work: minWork + workFactor*doc.Len(), read: doc.Object}
}

// begin reads the oldest revision.
func (c *comparison) begin() error {
	err := c.forget(c.base)
	if err == nil {
		c.uses, err = c.newUses(c.base)
	}
	return cmp.Or(err, c.failed)
}

// forget reads the form and the pages of a revision anew.
func (c *comparison) forget(revision int) error {
	form, err := c.readForm(revision)
	if err != nil {
		return err
	}
	pages, err := c.doc.Pages(revision)
	if err != nil {
		return err
	}
	c.form, c.pages = form, make(map[pades.Ref]bool, len(pages))
	for _, p := range pages {
		c.work -= c.doc.Size(revision, p)
		c.pages[p] = true
	}
	if c.work < 0 {
		return ErrTooComplex
	}
	return nil
}

// object reads an object within the bound of the work.
func (c *comparison) object(revision int, ref pades.Ref) (pades.Object, error) {
	if c.work -= c.doc.Size(revision, ref) + 32; c.work < 0 {
		return nil, ErrTooComplex
	}
	return c.read(revision, ref)
}

func (c *comparison) add(f Finding) { c.findings = append(c.findings, f) }

// find reports a change of this step.
func (s *step) find(ref pades.Ref, code string, needs Level, format string, args ...any) {
	s.found++
	if needs == Never {
		s.never++
	}
	// What raises the level that is needed is always kept.
	if s.found <= maxFindings || needs > s.highest {
		s.add(Finding{Revision: s.new, Ref: ref, Code: code, Needs: needs, Detail: fmt.Sprintf(format, args...)})
	}
	s.highest = max(s.highest, needs)
}

// odd is find for a change that is permitted and is told of.
func (s *step) odd(ref pades.Ref, code string, needs Level, format string, args ...any) {
	s.found++
	s.highest = max(s.highest, needs)
	s.add(Finding{Revision: s.new, Ref: ref, Code: code, Needs: needs, Odd: true, Detail: fmt.Sprintf(format, args...)})
}

// oddOnce is odd for what needs evidence only and may be there often.
func (s *step) oddOnce(ref pades.Ref, code string, format string, args ...any) {
	if !s.told[code] {
		s.told[code] = true
		s.odd(ref, code, LTV, format, args...)
	}
}

// findField reports a change of a field, which a lock may forbid. It is always
// kept, as each field may have a lock of its own.
func (s *step) findField(ref pades.Ref, f *field, visible bool, code string, needs Level, verb string) {
	s.found++
	s.highest = max(s.highest, needs)
	change := Finding{Revision: s.new, Ref: ref, Code: code, Needs: needs, visible: visible, field: f.name,
		Detail: fmt.Sprintf("field %q is %s", f.name, verb)}
	if needs == LTV {
		change.field = "" // evidence hurts no lock
	}
	if needs == Never {
		s.never++
	}
	s.add(change)
}

// step compares a revision with the one before it and returns how many of its
// changes nothing permits.
func (c *comparison) step(revision int) (never int, err error) {
	s := &step{
		comparison: c, old: revision - 1, new: revision,
		changes: map[uint32]pades.Change{},
		claimed: map[uint32]bool{}, roles: map[uint32]role{}, walked: map[walk]bool{}, walkedAfter: map[walk]bool{},
		catalogs: map[uint32]bool{}, forms: map[uint32]bool{}, brought: map[string]bool{}, told: map[string]bool{},
		widgets: map[pades.Ref]*newField{}, signed: map[pades.Ref]bool{}, paged: map[pades.Ref]bool{},
	}
	for _, change := range c.doc.Changed(revision) {
		s.changes[change.Ref.Number] = change
		s.order = append(s.order, change.Ref.Number)
	}
	s.find(pades.Ref{}, CodeRevision, LTV, "revision %d lists %d objects", revision, len(s.order))
	for _, judge := range []func() error{
		s.checkNumbers, s.trailer, s.catalog, s.fields, s.pagesChanged, s.annotations, s.structure, s.regenerated, s.overlaps, s.rest,
	} {
		if err := cmp.Or(judge(), s.failed); err != nil {
			return s.never, fmt.Errorf("failed to compare revision %d: %w", revision, err)
		}
	}
	if err := s.uses.advance(s); err != nil {
		return s.never, err
	}
	if s.never > 0 {
		return s.never, nil
	}
	err = s.checkUses(s.new, s.walkedAfter)
	return s.never, cmp.Or(err, s.failed)
}

// checkNumbers judges what is wrong with an object whatever its part: removed,
// renumbered, of another type, or ambiguous.
func (s *step) checkNumbers() error {
	for _, n := range s.order {
		change := s.changes[n]
		switch {
		case change.Freed:
			s.find(change.Ref, CodeFreed, Never, "object %d is removed", n)
			continue
		case change.New:
			if s.uses.of(n) > 0 {
				s.find(change.Ref, CodeDangling, Never, "object %d fills a reference that pointed to nothing", n)
			}
		case !s.sameGeneration(change.Ref):
			s.find(change.Ref, CodeReused, Never, "object %d gets another generation", n)
			continue
		}
		o, err := s.object(s.new, change.Ref)
		if err != nil {
			return err
		}
		if key, differ := duplicate(o, s.twoValues); differ {
			s.find(change.Ref, CodeDuplicateKey, Never, "object %d has two values of /%s in a dictionary", n, key)
		} else if key, twice := duplicate(o, pades.Dict.Duplicate); twice {
			s.oddOnce(change.Ref, CodeDuplicateKey, "object %d has /%s twice, with the same value", n, key)
		}
		if change.New {
			if isStructure(o) {
				s.claimed[n] = true
			}
			continue
		}
		before, err := s.object(s.old, change.Ref)
		if err != nil {
			return err
		}
		if key, twice := duplicate(before, s.twoValues); twice {
			s.find(change.Ref, CodeDuplicateKey, Never, "object %d had two values of /%s in a dictionary", n, key)
		}
		switch {
		case isStructure(o) && isStructure(before) && s.uses.of(n) == 0:
			s.claimed[n] = true
		case before != nil && !sameType(before, o):
			s.find(change.Ref, CodeType, Never, "object %d was %s and becomes %s", n, typeName(before), typeName(o))
		case s.equal(before, o):
			s.claimed[n], s.roles[n] = true, sameRole
			s.find(change.Ref, CodeRewritten, LTV, "object %d is written again", n)
		}
	}
	return nil
}

// sameGeneration says whether the older revision has the object under the very
// same reference.
func (s *step) sameGeneration(ref pades.Ref) bool { return s.doc.Size(s.old, ref) > 0 }

// isStructure says whether an object belongs to the mechanics of the file:
// cross-reference streams and object streams.
func isStructure(o pades.Object) bool {
	stream, ok := o.(*pades.Stream)
	// What these two are is told by a direct name, as the reader asks for it.
	return ok && (stream.Dict.Name("Type") == "XRef" || stream.Dict.Name("Type") == "ObjStm")
}

// untouched says whether both are the same reference to an object that does not
// change.
func (s *step) untouched(old, new pades.Object) bool {
	a, ok := old.(pades.Ref)
	if b, same := new.(pades.Ref); !ok || !same || a != b {
		return false
	}
	_, changed := s.changes[a.Number]
	return !changed
}

// differing returns the keys whose values differ, sorted.
func (s *step) differing(old, new pades.Dict) []pades.Name {
	keys := map[pades.Name]bool{}
	for _, e := range old {
		keys[e.Key] = true
	}
	for _, e := range new {
		keys[e.Key] = true
	}
	maps.DeleteFunc(keys, func(key pades.Name, _ bool) bool { return s.equal(old.Get(key), new.Get(key)) })
	return slices.Sorted(maps.Keys(keys))
}

// adopt claims the new objects that hang on a new, recognised one. References to
// older objects are left alone: these are unchanged or judged by themselves.
func (s *step) adopt(o pades.Object) error {
	for stack := []pades.Object{o}; len(stack) > 0; {
		o := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		var fresh []pades.Ref
		eachRef(o, func(ref pades.Ref) {
			if s.isNew(ref) && !s.claimed[ref.Number] {
				s.claimed[ref.Number] = true
				fresh = append(fresh, ref)
			}
		})
		for _, ref := range fresh {
			o, err := s.object(s.new, ref)
			if err != nil {
				return err
			}
			stack = append(stack, o)
		}
	}
	return nil
}

// isNew says whether a reference is to an object that this revision brings.
func (s *step) isNew(ref pades.Ref) bool {
	change, ok := s.changes[ref.Number]
	return ok && change.New && change.Ref == ref
}
