package changes

import (
	"fmt"
	"regexp"

	"tamga/signing/pades"
)

// vriKey is the form of a key of /VRI (EN 319 142-1, 5.4.2.3).
var vriKey = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)

// dss compares the document security stores (ISO 32000-2, 12.8.4.3): evidence may
// be added; what is filed for a signature stays.
func (s *step) dss(old, new value) error {
	if _, there := old.dict().Lookup("DSS"); !there {
		if _, there = new.dict().Lookup("DSS"); !there {
			return nil
		}
	}
	before, after, err := s.pair(old, new, "DSS")
	if err != nil {
		return err
	}
	store, ok := after.object.(pades.Dict)
	if !ok {
		s.find(after.ref, CodeDSSChanged, Never, "the document security store becomes %s", typeName(after.object))
		return nil
	}
	at := len(s.claimed)
	changed := !s.equal(before.object, after.object) || before.ref != after.ref
	for _, e := range store {
		switch e.Key {
		case "Type", "VRI":
		case "Certs", "CRLs", "OCSPs":
			if err := s.evidence(before, after, e.Key, "the store"); err != nil {
				return err
			}
		default:
			if s.equal(before.dict().Get(e.Key), e.Value) {
				continue
			}
			if !private(e.Key) {
				s.find(after.ref, CodeDSSChanged, Never, "/%s in the document security store", e.Key)
				continue
			}
			if err := s.privateEntry(after.ref, e.Key, e.Value); err != nil {
				return err
			}
		}
	}
	for _, key := range []pades.Name{"Certs", "CRLs", "OCSPs", "VRI"} {
		if before.dict().Get(key) != nil && store.Get(key) == nil {
			s.find(after.ref, CodeDSSChanged, Never, "/%s of the document security store is removed", key)
		}
	}
	if err := s.vri(before, after); err != nil {
		return err
	}
	if changed || len(s.claimed) > at {
		s.find(after.ref, CodeDSS, LTV, "the document security store changes")
	}
	return nil
}

// evidence compares one array of streams. Which of them it names is free: EN 319
// 142-1 lets a store be written anew without what has become superfluous.
func (s *step) evidence(old, new value, key pades.Name, where string) error {
	if s.untouched(old.get(key).object, new.get(key).object) {
		return nil
	}
	_, after, err := s.pair(old, new, key)
	if err != nil {
		return err
	}
	list, ok := after.object.(pades.Array)
	if !ok {
		s.find(after.ref, CodeDSSChanged, Never, "/%s of %s is not an array", key, where)
		return nil
	}
	for _, o := range list {
		if err := s.evidenceStream(o, key, where); err != nil {
			return err
		}
	}
	return nil
}

// evidenceStream judges one entry of such an array: a stream that is new, or one
// that was there and stays as it was. One that is replaced is left unclaimed.
func (s *step) evidenceStream(o pades.Object, key pades.Name, where string) error {
	ref, ok := o.(pades.Ref)
	if !ok {
		s.find(pades.Ref{}, CodeDSSChanged, Never, "/%s of %s holds something other than references", key, where)
		return nil
	}
	if !s.isNew(ref) || s.claimed[ref.Number] {
		return nil
	}
	o, err := s.object(s.new, ref)
	if err != nil {
		return err
	}
	stream, ok := o.(*pades.Stream)
	if !ok {
		s.find(ref, CodeDSSChanged, Never, "/%s of %s names an object that is no stream", key, where)
		return nil
	}
	s.claim(ref)
	for _, e := range stream.Dict {
		switch e.Key {
		case "Type", "Length", "Filter", "DecodeParms":
		default:
			s.find(ref, CodeDSSChanged, Never, "a stream of %s has /%s", where, e.Key)
		}
	}
	return s.adopt(stream)
}

// vri compares the entries for single signatures: those that were there stay, new
// ones are judged like a store.
func (s *step) vri(old, new value) error {
	if s.untouched(old.get("VRI").object, new.get("VRI").object) && !s.changesBelow(old.get("VRI").object) {
		return nil
	}
	before, after, err := s.pair(old, new, "VRI")
	if err != nil || before.object == nil && after.object == nil {
		return err
	}
	if _, ok := after.object.(pades.Dict); !ok {
		s.find(after.ref, CodeDSSChanged, Never, "/VRI is not a dictionary")
		return nil
	}
	for _, e := range before.dict() {
		if _, there := after.dict().Lookup(e.Key); !there {
			s.find(after.ref, CodeDSSChanged, Never, "the evidence for signature %s is removed", e.Key)
		}
	}
	for _, e := range after.dict() {
		if e.Key == "Type" {
			continue
		}
		if !vriKey.MatchString(string(e.Key)) {
			s.find(after.ref, CodeDSSChanged, Never, "/VRI has a key that is no digest of a signature")
		}
		if err := s.vriEntry(before, after, e.Key); err != nil {
			return err
		}
	}
	return nil
}

func (s *step) vriEntry(old, new value, key pades.Name) error {
	if s.untouched(old.get(key).object, new.get(key).object) && !s.changesBelow(old.get(key).object) {
		return nil
	}
	before, after, err := s.pair(old, new, key)
	if err != nil {
		return err
	}
	entry, ok := after.object.(pades.Dict)
	if !ok {
		s.find(after.ref, CodeDSSChanged, Never, "an entry of /VRI is not a dictionary")
		return nil
	}
	where := fmt.Sprintf("the entry %s of /VRI", key)
	for _, e := range entry {
		switch e.Key {
		case "Type", "TU":
		case "TS":
			if err := s.evidenceStream(e.Value, e.Key, where); err != nil {
				return err
			}
		case "Cert", "CRL", "OCSP":
			if err := s.evidence(before, after, e.Key, where); err != nil {
				return err
			}
		default:
			s.find(after.ref, CodeDSSChanged, Never, "/%s in %s", e.Key, where)
		}
	}
	for _, e := range before.dict() {
		if _, there := entry.Lookup(e.Key); !there {
			s.find(after.ref, CodeDSSChanged, Never, "/%s of %s is removed", e.Key, where)
		}
	}
	return nil
}

// changesBelow says whether the object that o refers to refers in turn to one
// that changes.
func (s *step) changesBelow(o pades.Object) bool {
	ref, ok := o.(pades.Ref)
	if !ok {
		return true
	}
	for _, r := range s.uses.out[ref.Number] {
		if _, changed := s.changes[r.target]; changed {
			return true
		}
	}
	return false
}
