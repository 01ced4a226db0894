package pades

import "fmt"

// readDocMDP reads the DocMDP transform among the signature's references
// (12.8.2.2). References are followed in the revision of the dictionary, so that
// a later one cannot change the level.
func (r *reader) readDocMDP(s *Signature) {
	list, err := r.d.Resolve(s.DictRevision, s.Dict.Get("Reference"))
	if err != nil {
		s.report(CodeDocMDP, fmt.Sprintf("/Reference: %v", err))
		return
	}
	references, ok := list.(Array)
	if !ok && list != nil {
		s.report(CodeDocMDP, "/Reference is not an array")
		return
	}
	for _, o := range references {
		reference, err := r.d.ResolveDict(s.DictRevision, o)
		if err != nil || reference == nil {
			s.report(CodeDocMDP, "a signature reference is not a dictionary")
			continue
		}
		s.checkKeys(reference, "a signature reference")
		method, err := r.d.Resolve(s.DictRevision, reference.Get("TransformMethod"))
		if name, ok := method.(Name); err != nil || !ok {
			s.report(CodeDocMDP, "the method of a signature reference is no name")
		} else if name != "DocMDP" {
			continue
		}
		level := r.accessPermission(s.DictRevision, reference)
		if level == 0 || s.DocMDP != 0 {
			s.report(CodeDocMDP, "the DocMDP transform is malformed or given twice")
			// The strictest reading is the safe one.
			level = 1
		}
		s.DocMDP = level
	}
}

// accessPermission reads /TransformParams /P, 2 by default; 0 when malformed.
func (r *reader) accessPermission(revision int, reference Dict) int {
	params, err := r.d.ResolveDict(revision, reference.Get("TransformParams"))
	if err != nil {
		return 0
	}
	if _, differ := params.twoValues(); differ {
		return 0
	}
	e, ok := params.Lookup("P")
	if !ok {
		return 2
	}
	o, err := r.d.Resolve(revision, e.Value)
	p, ok := o.(Integer)
	if err != nil || !ok || p < 1 || p > 3 {
		return 0
	}
	return int(p)
}

// checkCertification compares the signature with /Perms /DocMDP of the catalog,
// both when it came and now: a level that is taken away later still holds.
func (r *reader) checkCertification(s *Signature) {
	if s.ID == (Ref{}) {
		return
	}
	then := r.certified(s.DictRevision) == Object(s.ID)
	now := r.certified(r.newest) == Object(s.ID)
	s.Certification = then || now
	if then != now {
		s.report(CodePermsChanged, "/Perms /DocMDP changed after the signature")
	}
	if s.Certification && s.DocMDP == 0 {
		s.report(CodeDocMDP, "/Perms names a signature without a DocMDP transform")
	}
}

// certified returns the value of /Perms /DocMDP in a revision.
func (r *reader) certified(revision int) Object {
	if o, ok := r.perms[revision]; ok {
		return o
	}
	var ref Object
	if catalog, err := r.d.Catalog(revision); err == nil {
		if perms, err := r.d.ResolveDict(revision, catalog.Get("Perms")); err == nil {
			if v, ok := perms.Get("DocMDP").(Ref); ok {
				ref = v
			}
		}
	}
	r.perms[revision] = ref
	return ref
}
