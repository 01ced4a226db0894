package changes_test

import (
	"bytes"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

// FuzzSince asks for an answer to any file.
func FuzzSince(f *testing.F) {
	for _, c := range cases() {
		if len(c.File) < 64<<10 {
			f.Add(c.File)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		doc, err := pades.Read(file)
		if err != nil {
			return
		}
		for i := range doc.Signatures {
			checkSince(t, doc, &doc.Signatures[i])
		}
	})
}

// FuzzUpdate writes objects of a signed file anew, which changing bytes of a whole
// file hardly ever does.
func FuzzUpdate(f *testing.F) {
	base := caseFile(f, "honest: the visible empty field signed")
	f.Add(uint8(3), "<</Type/Page/Parent 2 0 R/Contents 7 0 R>>", uint8(60), "null")
	f.Add(uint8(1), "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R/DSS 60 0 R>>", uint8(60), "<</Certs[61 0 R]>>")
	f.Add(uint8(12), "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(New)/Rect[50 500 250 520]/F 4/P 3 0 R/DA(/F1 12 Tf)/AP<</N 60 0 R>>>>",
		uint8(60), "<</Subtype/Form/BBox[0 0 1 1]/Length 1>>stream\n0\nendstream")
	f.Add(uint8(21), "[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 20 0 R 60 0 R]", uint8(60), "<</Subtype/Text/Rect[0 0 9 9]>>")
	f.Add(uint8(10), "<</Fields[11 0 R 60 0 R]>>", uint8(60), "<</FT/Sig/T(x)>>")
	f.Fuzz(func(t *testing.T, n uint8, body string, m uint8, more string) {
		if n == 0 || m == 0 || n == m || n > 99 || m > 99 {
			return
		}
		doc, err := pades.Read(appendRevision(base, map[int]string{int(n): body, int(m): more}))
		if err != nil || len(doc.Unreadable) > 0 {
			return
		}
		for i := range doc.Signatures {
			checkSince(t, doc, &doc.Signatures[i])
		}
	})
}

// checkSince holds what every allowed report promises: whatever happened, the
// pages show the same.
func checkSince(t *testing.T, doc *pades.Document, s *pades.Signature) {
	report, err := changes.Since(doc, s, changes.Annotations)
	if err != nil {
		if report.Allowed() {
			t.Error("an error that allows")
		}
		return
	}
	if !report.Allowed() || report.Revisions == 0 || len(doc.Unreadable) > 0 {
		return
	}
	last := len(doc.Revisions) - 1
	before, err1 := doc.Pages(s.Revision)
	after, err2 := doc.Pages(last)
	if err1 != nil || err2 != nil || len(before) != len(after) {
		t.Fatalf("pages %v and %v, %v, %v", before, after, err1, err2)
	}
	for i, page := range before {
		if after[i] != page {
			t.Errorf("page %d is %v and becomes %v", i, page, after[i])
		}
		for _, key := range []pades.Name{"Contents", "Resources", "Parent"} {
			was, _ := doc.Object(s.Revision, page)
			is, _ := doc.Object(last, page)
			old, _ := was.(pades.Dict)
			new, _ := is.(pades.Dict)
			if !same(doc, s.Revision, last, old.Get(key), new.Get(key), 0) {
				t.Errorf("/%s of page %v differs", key, page)
			}
		}
	}
}

// same compares objects and what they refer to as two revisions have it, by its
// own and slower means.
func same(doc *pades.Document, before, after int, a, b pades.Object, depth int) bool {
	if depth > 40 {
		return true
	}
	a, err1 := doc.Resolve(before, a)
	b, err2 := doc.Resolve(after, b)
	if err1 != nil || err2 != nil {
		return (err1 == nil) == (err2 == nil)
	}
	switch a := a.(type) {
	case pades.Array:
		b, ok := b.(pades.Array)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !same(doc, before, after, a[i], b[i], depth+1) {
				return false
			}
		}
		return true
	case pades.Dict:
		b, ok := b.(pades.Dict)
		return ok && sameDicts(doc, before, after, a, b, depth)
	case *pades.Stream:
		b, ok := b.(*pades.Stream)
		return ok && bytes.Equal(doc.RawStream(a), doc.RawStream(b)) && sameDicts(doc, before, after, a.Dict, b.Dict, depth)
	case pades.String:
		b, ok := b.(pades.String)
		return ok && bytes.Equal(a.Value, b.Value)
	}
	if _, bad := b.(pades.String); bad {
		return false
	}
	return !composite(b) && a == b
}

func composite(o pades.Object) bool {
	switch o.(type) {
	case pades.Array, pades.Dict, *pades.Stream:
		return true
	}
	return false
}

// sameDicts leaves out what leads out of the page: its annotations and kids.
func sameDicts(doc *pades.Document, before, after int, a, b pades.Dict, depth int) bool {
	if len(a) != len(b) {
		return false
	}
	for _, e := range a {
		if e.Key == "Annots" || e.Key == "Kids" || e.Key == "P" {
			continue
		}
		if !same(doc, before, after, e.Value, b.Get(e.Key), depth+1) {
			return false
		}
	}
	return true
}
