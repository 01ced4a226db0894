package pades

// Size returns how many bytes of text [Document.Object] reads for ref in
// revision, its stream included; 0 when the object is null. A caller that follows
// references of strangers' files can bound its work by it.
func (d *Document) Size(revision int, ref Ref) int64 {
	i := d.locate(ref, revision)
	if i < 0 {
		return 0
	}
	if v := d.versions[i]; v.kind == entryInUse {
		return v.limit - v.offset
	}
	text, err := d.compressedText(i)
	if err != nil {
		return 0
	}
	return int64(len(text))
}

// Len returns the length of the file.
func (d *Document) Len() int64 { return int64(len(d.file)) }

// Bytes returns the file itself.
func (d *Document) Bytes() []byte { return d.file }

// Listed says whether a cross-reference of the file has an entry for what ref refers
// to. An entry that frees what was in use before is none: the file still holds it.
// Programs that miss one may read the file anew, without its cross-references.
func (d *Document) Listed(ref Ref) bool {
	i := d.find(ref.Number, len(d.Revisions)-1)
	switch {
	case i < 0:
		return false
	case d.versions[i].kind == entryFree:
		return i == 0 || d.versions[i-1].number != ref.Number
	}
	return d.versions[i].generation == ref.Generation
}
