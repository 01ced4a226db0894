package changes

import (
	"slices"
	"strings"

	"tamga/signing/pades"
)

// Permission is what a signature permits to be changed after it.
type Permission struct {
	Level Level
	// Locks are the fields that must stay as they are.
	Locks []Lock
	// Certified says that the signature has a DocMDP transform, after which no
	// visible field may be added.
	Certified bool

	known bool
}

// Lock is a FieldMDP transform (12.8.2.4) or the /Lock of a signature field
// (12.7.4.5).
type Lock struct {
	// Action is All, Include or Exclude; anything else locks all.
	Action string
	Fields []string
}

// covers says whether the lock holds for a field by its full name. A name stands
// for the fields under it too.
func (l Lock) covers(name string) bool {
	named := slices.ContainsFunc(l.Fields, func(f string) bool {
		return name == f || strings.HasPrefix(name, f+".")
	})
	switch l.Action {
	case "Include":
		return named
	case "Exclude":
		return !named
	}
	return true
}

func (p Permission) locked(name string) bool {
	return slices.ContainsFunc(p.Locks, func(l Lock) bool { return l.covers(name) })
}

var allFields = Lock{Action: "All"}

// PermissionOf returns what the signature itself permits: /P of its DocMDP
// transform (12.8.2.2), else FormFilling; lowered by /P in the /Lock of its field
// (ISO 32000-2, 12.7.5.5); with the fields locked by either. Everything is read
// as the signed revision has it. What is malformed is taken in its strictest
// sense.
func PermissionOf(doc *pades.Document, s *pades.Signature) Permission {
	p := Permission{Level: FormFilling, known: true}
	if s.DocMDP != 0 {
		p.Level, p.Certified = accessLevel(s.DocMDP), true
	}
	revision := max(s.Revision, s.DictRevision)
	if revision < 0 || revision >= len(doc.Revisions) {
		return Permission{Locks: []Lock{allFields}, known: true}
	}
	p.readReferences(doc, s, revision)
	p.readFieldLock(doc, s, revision)
	return p
}

// accessLevel returns the level of /P.
func accessLevel(p int) Level {
	switch p {
	case 2:
		return FormFilling
	case 3:
		return Annotations
	}
	return LTV
}

// readReferences adds the FieldMDP transforms of the signature.
func (p *Permission) readReferences(doc *pades.Document, s *pades.Signature, revision int) {
	o, err := doc.Resolve(revision, s.Dict.Get("Reference"))
	list, ok := o.(pades.Array)
	if err != nil || !ok && o != nil {
		p.Locks = append(p.Locks, allFields)
		return
	}
	for _, o := range list {
		reference, err := doc.ResolveDict(revision, o)
		if err != nil || reference == nil {
			p.Locks = append(p.Locks, allFields)
			continue
		}
		method, err := doc.Resolve(revision, reference.Get("TransformMethod"))
		switch {
		case err == nil && slices.Contains(otherMethods, method):
		case err == nil && method == pades.Object(pades.Name("FieldMDP")):
			params, err := doc.ResolveDict(revision, reference.Get("TransformParams"))
			if err != nil {
				params = nil
			}
			p.Locks = append(p.Locks, readLock(doc, params, revision))
		default:
			p.Locks = append(p.Locks, allFields)
		}
	}
}

// otherMethods are the transforms that lock no field: the reader reads DocMDP,
// and the others (table 253, and of older versions) say what is digested.
var otherMethods = []pades.Object{pades.Name("DocMDP"), pades.Name("UR"), pades.Name("UR3"), pades.Name("Identity")}

// readFieldLock adds the /Lock of the signature's field.
func (p *Permission) readFieldLock(doc *pades.Document, s *pades.Signature, revision int) {
	o, err := doc.Object(revision, s.FieldID)
	field, ok := o.(pades.Dict)
	if err != nil || !ok {
		p.Level, p.Locks = min(p.Level, LTV), append(p.Locks, allFields)
		return
	}
	e, ok := field.Lookup("Lock")
	if !ok || e.Value == nil {
		return
	}
	// A lock that is nowhere was meant to lock something.
	dict, err := doc.ResolveDict(revision, e.Value)
	if err != nil {
		dict = nil
	}
	p.Locks = append(p.Locks, readLock(doc, dict, revision))
	if dict == nil {
		p.Level = min(p.Level, LTV)
		return
	}
	if e, ok := dict.Lookup("P"); ok {
		o, err := doc.Resolve(revision, e.Value)
		n, _ := o.(pades.Integer)
		if err != nil || n < 1 || n > 3 {
			n = 1
		}
		p.Level = min(p.Level, accessLevel(int(n)))
	}
}

// readLock reads /Action and /Fields.
func readLock(doc *pades.Document, dict pades.Dict, revision int) Lock {
	if _, twice := dict.Duplicate(); twice || dict == nil {
		return allFields
	}
	action, err := doc.Resolve(revision, dict.Get("Action"))
	name, _ := action.(pades.Name)
	l := Lock{Action: string(name)}
	if err != nil || l.Action != "Include" && l.Action != "Exclude" {
		return allFields
	}
	o, err := doc.Resolve(revision, dict.Get("Fields"))
	list, ok := o.(pades.Array)
	if err != nil || !ok {
		return allFields
	}
	for _, o := range list {
		o, err := doc.Resolve(revision, o)
		name, ok := o.(pades.String)
		if err != nil || !ok || name.Malformed {
			return allFields
		}
		l.Fields = append(l.Fields, name.Text())
	}
	return l
}
