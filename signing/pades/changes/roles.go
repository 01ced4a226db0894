package changes

import (
	"fmt"

	"tamga/signing/pades"
)

// role is the part of the document in which a changed object was judged. A
// difference that is harmless there may be what a page shows elsewhere, so every
// reference to the object, in both revisions, must give it this part.
type role int

const (
	// walkedRole: an object of one place, to which the comparison came by each
	// reference that there is.
	walkedRole role = iota
	// sameRole: nothing differs, whatever refers to it.
	sameRole
	catalogRole
	pageRole
	fieldRole
	commentRole
	structureRole
)

// judged claims an object in its part. An object with two parts has none in which
// its change could be permitted.
func (s *step) judged(ref pades.Ref, as role) {
	if _, changed := s.changes[ref.Number]; !changed {
		return
	}
	was := s.roles[ref.Number]
	if was == sameRole {
		return
	}
	if was != walkedRole && was != as {
		s.find(ref, CodeShared, Never, "object %d has two parts in the document", ref.Number)
	}
	s.claimed[ref.Number], s.roles[ref.Number] = true, as
}

// same says whether an object is written again as it was.
func (s *step) same(number uint32) bool { return s.roles[number] == sameRole }

// checkUses looks for references to changed objects that give them another part
// than the one they were judged in; walked are those by which the comparison
// came to an object in the revision of the graph.
func (s *step) checkUses(revision int, walked map[walk]bool) error {
	for _, n := range s.order {
		change := s.changes[n]
		if change.Freed || change.New || !s.claimed[n] || s.same(n) {
			continue
		}
		for _, u := range s.uses.sorted(n) {
			known, err := s.known(revision, walk{u, n}, walked)
			if err != nil {
				return err
			}
			if !known {
				s.find(change.Ref, CodeShared, Never, "object %d changes, and %s refers to it in another part", n, u)
				break
			}
		}
	}
	return nil
}

// known says whether a reference to a changed object gives it the part that it was
// judged in.
func (s *step) known(revision int, w walk, walked map[walk]bool) (bool, error) {
	if s.uses.unused(w.holder) {
		return true, nil
	}
	if part := s.roles[w.target]; part != walkedRole {
		return s.gives(revision, w.use, part)
	}
	if !walked[w] || s.uses.in[w.target][w.use] != 1 {
		return false, nil
	}
	return s.only(revision, w.holder, walked, map[uint32]bool{})
}

// only says whether what holds a changed object has, like it, no part but the one
// by which the comparison came to it; asked holds those being asked about.
func (s *step) only(revision int, holder uint32, walked map[walk]bool, asked map[uint32]bool) (bool, error) {
	if asked[holder] {
		return true, nil
	}
	asked[holder] = true
	if holder != 0 && holder == s.tree {
		return true, nil // whose entries are those of no other object
	}
	if holder == 0 || s.isPage(holder) || s.claimed[holder] && !s.same(holder) {
		return true, nil // which are judged by themselves
	}
	if !s.uses.tracked[holder] {
		return false, nil
	}
	for u := range s.uses.in[holder] {
		known, err := s.uses.unused(u.holder) || s.givesSigned(u), error(nil)
		switch {
		case known:
		case s.form.numbers[holder]:
			known, err = s.givesField(revision, u)
		case walked[walk{u, holder}]:
			known, err = s.only(revision, u.holder, walked, asked)
		}
		if err != nil || !known {
			return false, err
		}
	}
	return true, nil
}

// String names a use for people.
func (u use) String() string {
	if u.holder == 0 {
		return "the trailer, under " + u.way + ","
	}
	return fmt.Sprintf("object %d, under %q,", u.holder, u.way)
}

// gives says whether a reference gives its object a part.
func (s *step) gives(revision int, u use, part role) (bool, error) {
	if s.givesSigned(u) {
		return true, nil
	}
	switch part {
	case catalogRole:
		return u.holder == 0 && u.way == "Root", nil
	case pageRole:
		return s.givesPage(u), nil
	case fieldRole:
		return s.givesField(revision, u)
	case commentRole:
		return s.givesComment(revision, u, map[uint32]bool{})
	case structureRole:
		return true, nil // see structure
	}
	return false, nil
}

// givesSigned says whether a reference is /Data of a signature reference (12.8.1,
// table 253), which says what a transform is about, and which is nothing else.
func (s *step) givesSigned(u use) bool {
	if u.way == "Reference/"+element+"/Data" {
		return true
	}
	if u.way != "Data" {
		return false
	}
	for at := range s.uses.in[u.holder] {
		if at.way != "Reference/"+element && (at.way != element || !s.arrayOf(at.holder, func(a use) bool { return a.way == "Reference" })) {
			return false
		}
	}
	return true
}

// givesPage says whether a reference is one of those that pages have: from the
// page tree, what stands on the page, its structure, and destinations.
func (s *step) givesPage(u use) bool {
	switch last(u.way) {
	case "P", "Pg", destination:
		return true
	case element:
		return u.way == "Kids/"+element || u.way == element && s.arrayOf(u.holder, func(a use) bool {
			return a.way == "Kids"
		})
	}
	return false
}

// givesField says whether a reference is one of those that fields and their
// widgets have: from the form, the fields around them, their page, and the
// structure (12.7.3.1, 14.7.4.3).
func (s *step) givesField(revision int, u use) (bool, error) {
	isField := func(number uint32) bool { return s.form.numbers[number] }
	listed := func(u use) bool {
		switch u.way {
		case "Fields", "CO":
			return s.forms[u.holder]
		case "AcroForm/Fields", "AcroForm/CO":
			return s.catalogs[u.holder]
		case "Kids":
			return isField(u.holder)
		case "Annots":
			return s.isPage(u.holder)
		}
		return false
	}
	switch {
	case last(u.way) == "Obj":
		return s.givesStructure(revision, u)
	case u.way == "Parent":
		return isField(u.holder), nil
	case u.way == element:
		return s.arrayOf(u.holder, listed), nil
	case last(u.way) == element:
		return listed(use{u.holder, u.way[:len(u.way)-len("/"+element)]}), nil
	}
	return false, nil
}

// givesComment says whether a reference is one of those that comments have: from
// their page, from other comments, and from the structure. What refers to them
// must be nothing else either; asked holds those being asked about.
func (s *step) givesComment(revision int, u use, asked map[uint32]bool) (bool, error) {
	switch u.way {
	case "Annots/" + element:
		return s.isPage(u.holder), nil
	case element:
		return s.arrayOf(u.holder, func(a use) bool { return a.way == "Annots" && s.isPage(a.holder) }), nil
	case "Popup", "Parent", "IRT":
		if asked[u.holder] {
			return true, nil
		}
		asked[u.holder] = true
		o, err := s.object(revision, pades.Ref{Number: u.holder})
		dict, _ := o.(pades.Dict)
		if err != nil || !s.isComment(revision, dict) {
			return false, err
		}
		for at := range s.uses.in[u.holder] {
			if is, err := s.givesComment(revision, at, asked); err != nil || !is {
				return false, err
			}
		}
		return true, nil
	}
	return s.givesStructure(revision, u)
}

// givesStructure says whether a reference is from an object reference of the
// structure tree (14.7.4.3), which is nothing but that.
func (s *step) givesStructure(revision int, u use) (bool, error) {
	switch u.way {
	case "K/Obj", "K/" + element + "/Obj":
		return true, nil
	case "Obj":
	default:
		return false, nil
	}
	o, err := s.object(revision, pades.Ref{Number: u.holder})
	dict, _ := o.(pades.Dict)
	if err != nil || s.name(revision, dict, "Type") != "OBJR" {
		return false, err
	}
	for at := range s.uses.in[u.holder] {
		if at.way != "K" && at.way != "K/"+element && (at.way != element || !s.arrayOf(at.holder, func(a use) bool { return a.way == "K" })) {
			return false, nil
		}
	}
	return true, nil
}

// arrayOf says whether an array is an object by itself and has one part only.
func (s *step) arrayOf(number uint32, part func(use) bool) bool {
	for u := range s.uses.in[number] {
		if !part(u) && !s.uses.unused(u.holder) {
			return false
		}
	}
	return s.uses.tracked[number]
}

func (s *step) isPage(number uint32) bool { return s.pages[pades.Ref{Number: number}] }
