package pades

import (
	"fmt"
	"slices"
	"strings"
)

const (
	maxFieldDepth = 64
	maxFieldName  = 32767
)

// form walks the field tree of the newest revision (12.7).
func (r *reader) form() {
	catalog, err := r.d.Catalog(r.newest)
	if err != nil {
		r.failed(CodeCatalogUnreadable, "", err)
		return
	}
	acroform, err := r.d.ResolveDict(r.newest, catalog.Get("AcroForm"))
	if err != nil {
		r.failed(CodeCatalogUnreadable, "/AcroForm: ", err)
		return
	}
	r.checkKeys(catalog, "the catalog")
	r.checkKeys(acroform, "the AcroForm")
	for _, ref := range r.refs(acroform.Get("Fields"), "/AcroForm /Fields") {
		r.field(node{ref: ref})
	}
	r.checkPerms(catalog)
}

// refs reads an array of references.
func (r *reader) refs(o Object, what string) []Ref {
	o, err := r.d.Resolve(r.newest, o)
	if err != nil {
		r.failed(CodeFieldUnreadable, what+": ", err)
		return nil
	}
	list, ok := o.(Array)
	if !ok && o != nil {
		r.report(CodeFieldUnreadable, "%s is not an array", what)
		return nil
	}
	refs := make([]Ref, 0, len(list))
	for _, o := range list {
		ref, ok := o.(Ref)
		if !ok {
			r.report(CodeFieldUnreadable, "%s holds something other than references", what)
			continue
		}
		refs = append(refs, ref)
	}
	return refs
}

// node is a field on the way down the tree, with what it inherits.
type node struct {
	ref       Ref
	parent    *node
	depth     int
	signature bool // /FT is /Sig, its own or inherited
	name      String
}

func (r *reader) field(n node) {
	if r.fields[n.ref] {
		r.report(CodeFieldLoop, "field %s is reached twice", n.ref)
		return
	}
	r.fields[n.ref] = true
	if n.depth > maxFieldDepth {
		r.report(CodeFieldUnreadable, "fields nested deeper than %d", maxFieldDepth)
		return
	}
	o, err := r.d.Object(r.newest, n.ref)
	if err != nil {
		r.failed(CodeFieldUnreadable, "field "+n.ref.String()+": ", err)
		return
	}
	dict, ok := o.(Dict)
	if !ok {
		r.report(CodeFieldUnreadable, "field %s is not a dictionary", n.ref)
		return
	}
	if ft, ok := dict.Lookup("FT"); ok {
		t, _ := r.resolve(ft.Value).(Name)
		n.signature = t == "Sig"
	}
	n.name, _ = r.resolve(dict.Get("T")).(String)
	if n.signature {
		r.checkField(n, dict)
		if value, ok := dict.Lookup("V"); ok && value.Value != nil {
			r.value(n, value.Value)
		}
	}
	for _, kid := range r.refs(dict.Get("Kids"), "/Kids of field "+n.ref.String()) {
		r.field(node{ref: kid, parent: &n, depth: n.depth + 1, signature: n.signature})
	}
}

// checkField reports what would let another program see another field.
func (r *reader) checkField(n node, dict Dict) {
	r.checkKeys(dict, "signature field "+n.ref.String())
	parent, has := dict.Lookup("Parent")
	ref, _ := parent.Value.(Ref)
	if has && (n.parent == nil || ref != n.parent.ref) {
		r.report(CodeFieldUnreadable, "signature field %s names another parent than the one it belongs to", n.ref)
	}
}

// fullName joins the names on the way down (12.7.3.2).
func (n *node) fullName() string {
	var parts []string
	size := 0
	for ; n != nil; n = n.parent {
		if n.name.Value == nil {
			continue
		}
		if size += len(n.name.Value); size > maxFieldName {
			break
		}
		parts = append(parts, n.name.Text())
	}
	slices.Reverse(parts)
	return strings.Join(parts, ".")
}

// value reads the signature that a field holds.
func (r *reader) value(n node, value Object) {
	if len(r.d.Signatures) == maxSignatures {
		r.note(Problem{CodeTooMany, fmt.Sprintf("more than %d signatures", maxSignatures), NotRead})
		return
	}
	s := Signature{Field: n.fullName(), FieldID: n.ref, Revision: -1}
	if dict, ok := value.(Dict); ok {
		s.Dict, s.DictRevision = dict, r.newest
		s.report(CodeNotIndirect, "the signature dictionary is written inside its field")
		r.signature(s)
		return
	}
	ref, _ := value.(Ref)
	i := r.d.locate(ref, r.newest)
	if i < 0 {
		r.report(CodeSignatureUnreadable, "the value of signature field %s is nothing", n.ref)
		return
	}
	dict := r.scanned(i)
	if dict == nil {
		o, err := r.d.body(i)
		if err != nil {
			r.failed(CodeSignatureUnreadable, "the value of signature field "+n.ref.String()+": ", err)
			return
		}
		var ok bool
		if dict, ok = o.(Dict); !ok {
			r.report(CodeSignatureUnreadable, "the value of signature field %s is not a dictionary", n.ref)
			return
		}
	}
	if first, ok := r.claimed[r.placeOf(i)]; ok {
		r.report(CodeSignatureShared, "fields %s and %s have the same signature %s", first, n.ref, ref)
		return
	}
	r.claimed[r.placeOf(i)] = n.ref
	origin := r.d.versions[i].origin
	s.ID, s.Dict, s.DictRevision = ref, dict, int(r.d.versions[origin].revision)
	if r.d.versions[i].kind == entryCompressed {
		s.report(CodeInObjectStream, "signature dictionary "+ref.String()+" is compressed")
	}
	r.signature(s)
}

// usageRights says whether an entry of /Perms is a signature that gives usage
// rights (12.8.2.3) and belongs to no field, and takes note of it.
func (r *reader) usageRights(e Entry) bool {
	if !isRights(e.Key) {
		return false
	}
	dict, direct := e.Value.(Dict)
	if direct {
		return r.looksSigned(dict) // see rightsIn
	}
	ref, _ := e.Value.(Ref)
	at := r.placeOf(r.d.locate(ref, r.newest))
	dict, _ = r.resolve(ref).(Dict)
	if _, claimed := r.claimed[at]; claimed || !r.looksSigned(dict) {
		return false
	}
	r.claimed[at] = Ref{}
	return true
}

// isRights says whether an entry of /Perms is one of usage rights.
func isRights(key Name) bool { return key == "UR3" || key == "UR" }

// checkPerms reports every entry of /Perms (12.8.4) that is not the signature of
// a field. Usage rights hang on no field and are the program maker's signature, not
// a person's: they are told of and not judged.
func (r *reader) checkPerms(catalog Dict) {
	perms, err := r.d.ResolveDict(r.newest, catalog.Get("Perms"))
	if err != nil {
		r.failed(CodeCatalogUnreadable, "/Perms: ", err)
		return
	}
	r.checkKeys(perms, "/Perms")
	for _, e := range perms {
		ref, indirect := e.Value.(Ref)
		i := r.d.locate(ref, r.newest)
		switch {
		case e.Value == nil: // as if it were not there
		case indirect && i < 0:
			r.report(CodeOrphanSignature, "/Perms /%s refers to no signature", e.Key)
		case r.usageRights(e):
			r.tolerate(CodeUsageRights, "/Perms /%s has usage rights, which are signed by the maker of a program and are not judged", e.Key)
		case !indirect:
			r.report(CodeOrphanSignature, "/Perms /%s is the signature of no field", e.Key)
		default:
			if _, ok := r.claimed[r.placeOf(i)]; !ok {
				r.report(CodeOrphanSignature, "/Perms /%s is %s, which is the signature of no field", e.Key, ref)
			}
		}
	}
}

// rightsIn counts the usage rights that are written within a version of the catalog
// or of its /Perms.
func (r *reader) rightsIn(i int) (n int) {
	v := r.d.versions[i]
	catalog, err := r.d.Catalog(int(v.revision))
	if err != nil {
		return 0
	}
	root, _ := r.d.Revisions[v.revision].Trailer.Get("Root").(Ref)
	at, apart := catalog.Get("Perms").(Ref)
	if !apart {
		at = root
	}
	if at != v.ref() {
		return 0
	}
	perms, _ := r.d.ResolveDict(int(v.revision), catalog.Get("Perms"))
	for _, e := range perms {
		if dict, direct := e.Value.(Dict); direct && isRights(e.Key) && r.looksSigned(dict) {
			n++
		}
	}
	return n
}
