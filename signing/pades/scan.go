package pades

import (
	"bytes"
	"maps"
	"slices"
)

// scan reads every object of every revision once, in the order of the file. An
// object that is not where the cross-reference says is an error; one whose body
// cannot be read is a problem, as it may have been a signature.
func (r *reader) scan(order []int) error {
	d := r.d
	last, end := -1, int64(0)
	for _, i := range order {
		v := d.versions[i]
		p := d.parserAt(v)
		want := v.ref()
		if err := p.header(&want); err != nil {
			return err
		}
		if last >= 0 && d.versions[last].offset == v.offset {
			r.scanAgain(last, i)
			continue
		}
		last = i
		r.scanGap(end, v.offset)
		end = v.limit
		if after, plain := r.skim(v); plain && d.spend(v.limit-v.offset, v.offset) == nil {
			end = after
			continue
		}
		o, after, err := d.indirect(i)
		if err != nil {
			r.failed(CodeObjectUnreadable, "object "+v.ref().String()+": ", err)
			continue
		}
		end = after
		r.scanObject(i, o)
	}
	r.scanGap(end, int64(len(d.file)))
	for i, v := range d.versions {
		if v.kind == entryCompressed {
			if err := r.scanCompressed(i); err != nil {
				r.failed(CodeObjectUnreadable, "object "+v.ref().String()+": ", err)
			}
		}
	}
	return nil
}

// scanCompressed builds only the objects that may be or hold a signature or a
// field, or that something is wrong with.
func (r *reader) scanCompressed(i int) error {
	text, err := r.d.compressedText(i)
	if err != nil {
		return err
	}
	p := &parser{data: text, compressed: true, discard: true, scratch: r.d.scratch}
	if _, err := r.d.onlyObject(i, p); err == nil && !p.matters && !r.buildAll {
		return r.d.spend(int64(len(text)), -1)
	}
	o, err := r.d.compressed(i)
	if err == nil {
		r.scanObject(i, o)
	}
	return err
}

// skim checks the syntax of an object without building it, and returns the offset
// after it. It declines what may be or hold a signature or a field, streams, and all
// that something is wrong with.
func (r *reader) skim(v version) (after int64, plain bool) {
	p := r.d.parserAt(v)
	p.discard = true
	_, after, err := p.indirect(v.ref(), nil)
	return after, err == nil && !p.matters && !r.buildAll // a name alone may matter too
}

// scanAgain handles an object that a later revision lists once more at the same
// place: what was found in it may now be what is in force.
func (r *reader) scanAgain(first, again int) {
	if !r.inForce(again) {
		return
	}
	for k := len(r.widgets) - 1; k >= 0; k-- {
		if w := r.widgets[k]; w.version == first {
			w.version = again
			r.widgets = append(r.widgets, w)
		}
	}
}

// scanGap looks for a signature in bytes that belong to no object: a program
// that repairs files could find it there. A file whose header is elsewhere is
// repaired by some, so that no object at all may be there.
func (r *reader) scanGap(from, to int64) {
	if at := bytes.Index(r.d.file[from:to], []byte(" obj")); r.shifted && at >= 0 {
		r.shifted = false // told once
		r.report(CodeHeaderOffset, "the header is not at offset 0, and an object at offset %d is listed by no cross-reference", from+int64(at))
	}
	for from < to {
		at := bytes.Index(r.d.file[from:to], []byte("/ByteRange"))
		if at < 0 {
			return
		}
		if !r.authenticates(from + int64(at)) {
			r.report(CodeOrphanSignature, "a /ByteRange at offset %d belongs to no object", from+int64(at))
		}
		from += int64(at) + 1
		if len(r.d.Unreadable) > maxProblems {
			return
		}
	}
}

// authenticates reports whether an offset is in the message authentication code that
// the trailer of an encrypted file may have (ISO/TS 32004): its range is no signature's.
func (r *reader) authenticates(offset int64) bool {
	for _, revision := range r.d.Revisions {
		e, _ := revision.Trailer.Lookup("AuthCode")
		code, ok := e.Value.(Dict)
		if r.d.encryption == nil || !ok || offset < e.Start || offset >= e.End {
			continue
		}
		return !slices.ContainsFunc(code, func(e Entry) bool {
			return !slices.Contains([]Name{"MACLocation", "ByteRange", "MAC", "SigObjRef"}, e.Key)
		})
	}
	return false
}

func (r *reader) scanObject(i int, o Object) {
	if s, ok := o.(*Stream); ok {
		r.scanLength(i, s)
		if r.d.differs(i, s) {
			r.apart = append(r.apart, i)
		}
		if s.padded && !r.padded {
			r.padded = true
			r.tolerate(CodeStreamPadding, "two ends of line before endstream in object %s", r.d.versions[i].ref())
		}
		o = s.Dict
	}
	if !r.walk(i, o, false) {
		r.report(CodeObjectUnreadable, "object %s: malformed hexadecimal string", r.d.versions[i].ref())
	}
}

// scanLength reports a stream whose indirect length changes later: the bytes
// signed with one length would be read with another.
func (r *reader) scanLength(i int, s *Stream) {
	if s.length == (Ref{}) {
		return
	}
	v := r.d.versions[i]
	l := r.d.find(s.length.Number, r.newest)
	if origin := r.d.versions[l].origin; r.d.versions[origin].revision > v.revision {
		r.report(CodeLengthRedefined, "object %s keeps the length of stream %s and is redefined later", s.length, v.ref())
	}
}

// walk notes what looks like a signature or a signature field in o, and says
// whether every string in it is well formed.
func (r *reader) walk(i int, o Object, nested bool) bool {
	good := true
	switch o := o.(type) {
	case String:
		return !o.Malformed
	case Array:
		for _, e := range o {
			good = r.walk(i, e, true) && good
		}
	case Dict:
		signature := r.looksSigned(o)
		if signature {
			found := dictionary{version: i, nested: nested}
			if len(r.found) < maxSignatures {
				found.dict = o
			}
			r.found = append(r.found, found)
		}
		if (r.name(o, "Subtype") == "Widget" || r.name(o, "FT") == "Sig") && r.inForce(i) {
			r.widgets = append(r.widgets, fieldRef{i, nested, o})
		}
		for _, e := range o {
			if signature && e.Key == "Contents" {
				continue // judged with the signature
			}
			good = r.walk(i, e.Value, true) && good
		}
	}
	return good
}

// scanned returns the signature dictionary that the scan found in a version, nil
// when it has kept none.
func (r *reader) scanned(i int) Dict {
	for _, s := range r.found[:min(len(r.found), maxSignatures)] {
		if s.version == int(r.d.versions[i].origin) && !s.nested {
			return s.dict
		}
	}
	return nil
}

// looksSigned tells a signature dictionary by its type or by the two entries
// without which there is no signature.
func (r *reader) looksSigned(dict Dict) bool {
	if t := r.name(dict, "Type"); t == "Sig" || t == "DocTimeStamp" {
		return true
	}
	if _, ok := dict.Lookup("ByteRange"); !ok {
		return false
	}
	_, ok := dict.Lookup("Contents")
	return ok
}

func (r *reader) inForce(i int) bool {
	return r.d.find(r.d.versions[i].number, r.newest) == i
}

// orphans reports what the scan found and the field tree did not.
func (r *reader) orphans() {
	nested := map[int]int{}
	for _, s := range r.found {
		if s.nested {
			nested[s.version]++
		}
	}
	maps.DeleteFunc(nested, func(i, n int) bool { return n == r.rightsIn(i) })
	for _, s := range r.found {
		v := r.d.versions[s.version]
		if s.nested {
			if nested[s.version] == 0 {
				continue // usage rights, and nothing else
			}
			r.report(CodeOrphanSignature, "a signature dictionary inside object %s", v.ref())
		} else if _, ok := r.claimed[r.placeOf(s.version)]; !ok {
			r.report(CodeOrphanSignature, "object %s of revision %d is a signature without a field", v.ref(), v.revision)
		}
	}
	for _, w := range r.widgets {
		ref := r.d.versions[w.version].ref()
		if w.nested {
			if r.name(w.dict, "FT") == "Sig" {
				r.report(CodeOrphanField, "a signature field inside object %s", ref)
			}
		} else if !r.fields[ref] && r.climb(ref, w.dict) {
			r.report(CodeOrphanField, "object %s is a signature field outside of the AcroForm", ref)
		}
	}
}

// climb says whether an object is a signature field by its own /FT or one that
// it inherits.
func (r *reader) climb(ref Ref, dict Dict) bool {
	var way []Ref
	result := false
	for {
		if known, ok := r.isSig[ref]; ok {
			result = known
			break
		}
		if len(way) == maxFieldDepth {
			r.report(CodeFieldLoop, "the parents of field %s are circular or too many", way[0])
			break
		}
		way = append(way, ref)
		if ft, ok := dict.Lookup("FT"); ok {
			t, _ := r.resolve(ft.Value).(Name)
			result = t == "Sig"
			break
		}
		parent, ok := dict.Get("Parent").(Ref)
		if !ok {
			break
		}
		ref = parent
		dict, _ = r.resolve(parent).(Dict)
	}
	for _, w := range way {
		r.isSig[w] = result
	}
	return result
}

// resolve follows a reference in the newest revision; what cannot be read is
// null here, as the scan has reported it.
func (r *reader) resolve(o Object) Object {
	o, err := r.d.Resolve(r.newest, o)
	if err != nil {
		return nil
	}
	return o
}

// name returns the name that an entry is, or refers to in the newest revision;
// "" when it is none.
func (r *reader) name(dict Dict, key Name) Name {
	n, _ := r.resolve(dict.Get(key)).(Name)
	return n
}
