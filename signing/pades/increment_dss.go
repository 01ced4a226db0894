package pades

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// AppendDSS adds a revision with the evidence of add to the document security
// store, which is made when there is none. What the store holds is kept, and
// nothing is stored twice. The keys of add.VRI are those that VRIKeys gives;
// evidence about one signature is in the store too, as EN 319 142-1 wants it. A
// store that holds everything already gets no new revision: the file is returned
// as it is.
//
// The errors are ErrUnsound, ErrNotDER, and ErrRevision for a key that is no
// signature of the file.
func (d *Document) AppendDSS(add DSS) ([]byte, error) {
	for key := range add.VRI {
		if !slices.ContainsFunc(d.Signatures, func(s Signature) bool {
			whole, trimmed := d.VRIKeys(s)
			return key != "" && (key == whole || key == trimmed)
		}) {
			return nil, fmt.Errorf("%w: evidence about no signature of the file", ErrRevision)
		}
	}
	u, err := d.extend(64 << 10)
	if err != nil {
		return nil, err
	}
	if _, err := d.DSS(u.newest); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	place := u.catalogEntry("DSS")
	s := &store{increment: u, old: u.dictAt(place)}
	if s.dict = u.spelled(s.old); s.old == nil {
		s.dict = Dict{{Key: "Type", Value: Name("DSS")}}
	}
	if err := s.merge(add); err != nil {
		return nil, err
	}
	if !s.changed {
		return d.file, nil
	}
	if ref, ok := place.(Ref); ok && s.old != nil {
		u.write(ref, s.dict)
	} else {
		u.setCatalog("DSS", u.add(s.dict))
	}
	if err := u.finish(); err != nil {
		return nil, err
	}
	return u.out, nil
}

// dictAt resolves a dictionary of what has been read without error before.
func (u *increment) dictAt(o Object) Dict {
	dict, _ := u.resolved(o).(Dict)
	return dict
}

// store is a document security store in the making.
type store struct {
	*increment
	old, dict Dict
	changed   bool
}

// merge adds what is new, kind by kind.
func (s *store) merge(add DSS) error {
	keys := slices.Sorted(maps.Keys(add.VRI))
	entries := make([]Dict, len(keys))
	for _, kind := range []struct {
		inStore, inVRI Name
		all            [][]byte
		of             func(VRI) [][]byte
	}{
		{"Certs", "Cert", add.Certs, func(v VRI) [][]byte { return v.Certs }},
		{"CRLs", "CRL", add.CRLs, func(v VRI) [][]byte { return v.CRLs }},
		{"OCSPs", "OCSP", add.OCSPs, func(v VRI) [][]byte { return v.OCSPs }},
	} {
		list, err := s.list(s.old.Get(kind.inStore))
		if err != nil {
			return err
		}
		before := len(list.refs)
		if _, err := s.hold(list, kind.all); err != nil {
			return err
		}
		for i, key := range keys {
			refs, err := s.hold(list, kind.of(add.VRI[key]))
			if err != nil {
				return err
			}
			if len(refs) > 0 {
				entries[i] = append(entries[i], Entry{Key: kind.inVRI, Value: refs})
			}
		}
		if len(list.refs) > before {
			s.dict, s.changed = s.dict.with(kind.inStore, list.refs), true
		}
	}
	return s.mergeVRI(add, keys, entries)
}

// mergeVRI joins the new entries with those that are there.
func (s *store) mergeVRI(add DSS, keys []string, entries []Dict) error {
	old := s.dictAt(s.old.Get("VRI"))
	merged, added := s.spelled(old), false
	for i, key := range keys {
		entry, longer, err := s.mergeEntry(s.dictAt(old.Get(Name(key))), entries[i], add.VRI[key])
		if err != nil {
			return err
		}
		if longer {
			merged, added = merged.with(Name(key), entry), true
		}
	}
	if added {
		s.dict, s.changed = s.dict.with("VRI", merged), true
	}
	return nil
}

// mergeEntry joins the references of one entry with those that it has, and says
// whether it grows.
func (s *store) mergeEntry(old, add Dict, v VRI) (entry Dict, longer bool, err error) {
	entry = s.spelled(old)
	for _, e := range add {
		known, err := s.references(old.Get(e.Key))
		if err != nil {
			return nil, false, fmt.Errorf("%w: %w", ErrUnsound, err)
		}
		refs := Array{}
		for _, ref := range known {
			refs = append(refs, ref)
		}
		for _, ref := range e.Value.(Array) {
			if !slices.Contains(refs, ref) {
				refs = append(refs, ref)
			}
		}
		if len(refs) > len(known) {
			entry, longer = entry.with(e.Key, refs), true
		}
	}
	if v.TS != nil && old.Get("TS") == nil {
		if derSize(v.TS) != len(v.TS) {
			return nil, false, ErrNotDER
		}
		entry, longer = entry.with("TS", s.add(Content{Data: v.TS})), true
	}
	if (longer || old == nil) && !v.TU.IsZero() {
		tu, err := dateString(v.TU)
		if err != nil {
			return nil, false, err
		}
		entry = entry.with("TU", tu)
	}
	return entry, longer || old == nil, nil
}

// evidenceList is one array of the store, with what its streams hold.
type evidenceList struct {
	refs  Array
	known map[[32]byte]Ref
}

func (s *store) list(o Object) (*evidenceList, error) {
	refs, err := s.references(o)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	list := &evidenceList{known: map[[32]byte]Ref{}}
	for _, ref := range refs {
		list.refs = append(list.refs, ref)
		if stream, ok := s.resolved(ref).(*Stream); ok {
			if data, err := s.doc.StreamData(stream); err == nil {
				list.known[sha256.Sum256(data)] = ref
			}
		}
	}
	return list, nil
}

// hold writes what the list does not hold yet and returns the references of all
// elements.
func (s *store) hold(list *evidenceList, elements [][]byte) (Array, error) {
	var refs Array
	for _, element := range elements {
		if derSize(element) != len(element) {
			return nil, ErrNotDER
		}
		sum := sha256.Sum256(element)
		ref, ok := list.known[sum]
		if !ok {
			ref = s.add(Content{Data: element})
			list.known[sum] = ref
			list.refs = append(list.refs, ref)
		}
		if !slices.Contains(refs, Object(ref)) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}
