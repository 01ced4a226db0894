package pades

import (
	"bytes"
	"os"
	"slices"
	"testing"
)

// FuzzRead asks for an answer to any bytes, and for what every answer promises.
func FuzzRead(f *testing.F) {
	for _, file := range goodFiles() {
		f.Add(file)
	}
	f.Add(stored("<</Certs[11 0 R]/VRI<</A<</Cert[11 0 R]/TS 14 0 R>>>>>>", nil))
	for _, c := range signatureCases() {
		f.Add(c.file)
	}
	for _, c := range slices.Concat(syntaxCases(), hiddenCases()) {
		if len(c.file) < 10000 {
			f.Add(c.file)
		}
	}
	encrypted, err := os.ReadFile("../testdata/cases/pdf/encrypted-empty-password.pdf")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encrypted)
	f.Fuzz(checkRead)
}

// FuzzObjects changes the objects of a file whose offsets are right, which
// changing bytes of a whole file hardly ever leaves so.
func FuzzObjects(f *testing.F) {
	objects := sample{}.objects()
	f.Add(objects[1], objects[4], objects[5], objects[6], false)
	for _, more := range []string{
		signatureBody, "<</FT/Sig/Parent 4 0 R>>", "[1 2.5 (a\\(b) <AB> /N#20 null true 7 0 R]",
		"<</Type/ObjStm/N 1/First 4/Length 10>>stream\n11 0 null \nendstream",
	} {
		f.Add(objects[1], objects[4], objects[5], more, true)
	}
	f.Fuzz(func(t *testing.T, catalog, field, signature, more string, packed bool) {
		s := sample{1: catalog, 4: field, 5: signature, 10: more}
		if packed {
			checkRead(t, s.packed())
		} else {
			checkRead(t, s.build())
		}
	})
}

func checkRead(t *testing.T, file []byte) {
	d, err := Read(file)
	if err != nil {
		if d != nil {
			t.Error("a document with an error")
		}
		return
	}
	if len(d.Revisions) == 0 || d.Revisions[len(d.Revisions)-1].End > int64(len(file)) {
		t.Errorf("revisions %v", d.Revisions)
	}
	for _, s := range d.Signatures {
		checkPromises(t, d, s, file)
	}
	for revision := range d.Revisions {
		d.Catalog(revision)
		d.Pages(revision)
		d.Changed(revision)
		d.DSS(revision)
		for _, ref := range d.Objects(revision) {
			if o, err := d.Object(revision, ref); err == nil {
				if s, ok := o.(*Stream); ok {
					d.StreamData(s)
				}
			}
		}
	}
}

func checkPromises(t *testing.T, d *Document, s Signature, file []byte) {
	parts := d.SignedBytes(s)
	if !s.CoversWholeFile {
		return
	}
	gap := file[s.ContentsStart:s.ContentsEnd]
	if whole := slices.Concat(parts[0], gap, parts[1]); !bytes.Equal(whole, file) {
		t.Error("a signature that covers the file covers something else")
	}
	if gap[0] != '<' || gap[len(gap)-1] != '>' {
		t.Errorf("the gap is %q", gap)
	}
	if len(s.Problems) == 0 && derSize(s.Contents) != len(s.Contents) {
		t.Error("the contents are not one element")
	}
}
