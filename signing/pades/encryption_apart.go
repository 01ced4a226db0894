package pades

// Some programs decrypt every stream alike, and others ask what a stream says of
// itself: its type, or a crypt filter of its own. Where these differ, whoever holds the
// key can write bytes that are one text as they stand and another one decrypted. So
// what is encrypted apart from all other streams may be metadata or an embedded file,
// which no page shows, and nothing else (ISO 32000-1, 7.6.5).

// apart is what a look for streams that are encrypted in a way of their own finds.
type apart struct {
	numbers map[uint32]bool // of such streams
	chosen  map[uint32]bool // dictionaries whose keys are names that the file has chosen
	files   map[uint32]bool // dictionaries of embedded files
	uses    []streamUse
}

// streamUse is a reference to such a stream.
type streamUse struct {
	stream    Ref
	container uint32 // the object that it stands in
	key       Name   // in a dictionary, "" elsewhere
	parent    Name   // the key of that dictionary, "" of an object's own
}

// resourceKeys lead to dictionaries whose keys are chosen by the file (7.8.3, 9.6.5,
// 12.5.5).
var resourceKeys = map[Name]bool{
	"XObject": true, "Pattern": true, "CharProcs": true, "Font": true, "Shading": true, "Properties": true, "ColorSpace": true, "ExtGState": true,
	"N": true, "D": true, "R": true,
}

// fileKeys are those of a dictionary of embedded files (7.11.3, table 44).
var fileKeys = map[Name]bool{"F": true, "UF": true, "DOS": true, "Mac": true, "Unix": true}

// differs reports whether a stream is encrypted otherwise than all others.
func (d *Document) differs(i int, s *Stream) bool {
	if d.encryption == nil {
		return false
	}
	if s.sealed == nil { // which a cross-reference stream has not
		v := d.versions[i]
		for _, r := range d.Revisions {
			if r.section == v.offset {
				return false
			}
		}
		return true
	}
	return s.sealed.unknown || s.sealed.method != d.encryption.streams
}

// encryptedApart looks for what refers to the streams that the scan found to be
// encrypted in a way of their own.
func (r *reader) encryptedApart() {
	if len(r.apart) == 0 {
		return
	}
	a := &apart{numbers: map[uint32]bool{}, chosen: map[uint32]bool{}, files: map[uint32]bool{}}
	for _, i := range r.apart {
		a.numbers[r.d.versions[i].number] = true
		if s, err := r.d.body(i); err == nil && s.(*Stream).Dict.Name("Type") == "ObjStm" {
			r.report(CodeEncryptedApart, "object stream %s is encrypted otherwise than other streams", r.d.versions[i].ref())
		}
	}
	for i, v := range r.d.versions {
		if v.kind == entryFree || int(v.origin) != i {
			continue
		}
		o, err := r.d.body(i)
		if err != nil {
			continue // which the scan has told
		}
		switch top := o.(type) {
		case *Stream:
			o = top.Dict
		case Ref: // what has it may have chosen the keys of what it leads to
			a.chosen[top.Number] = true
		}
		a.walk(o, streamUse{container: v.number})
	}
	for _, u := range a.uses {
		if !a.permits(u) {
			r.report(CodeEncryptedApart, "stream %s is encrypted otherwise than other streams, and is used as more than metadata or an embedded file", u.stream)
			return
		}
	}
}

// walk gathers the references in an object.
func (a *apart) walk(o Object, at streamUse) {
	switch o := o.(type) {
	case Ref:
		if resourceKeys[at.key] {
			a.chosen[o.Number] = true
		}
		if at.key == "EF" {
			a.files[o.Number] = true
		}
		if a.numbers[o.Number] {
			at.stream = o
			a.uses = append(a.uses, at)
		}
	case Array:
		for _, e := range o {
			a.walk(e, streamUse{container: at.container})
		}
	case Dict:
		for _, e := range o {
			a.walk(e.Value, streamUse{container: at.container, key: e.Key, parent: at.key})
		}
	}
}

// permits reports whether a use is one that nothing is painted by.
func (a *apart) permits(u streamUse) bool {
	if resourceKeys[u.parent] || u.parent == "" && a.chosen[u.container] {
		return false
	}
	return u.key == "Metadata" || fileKeys[u.key] && (u.parent == "EF" || u.parent == "" && a.files[u.container])
}
