package pades

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"reflect"
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
	checkSkimming(t, file, d, err)
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

// checkSkimming compares what was read with what a reader finds that builds every
// object.
func checkSkimming(t *testing.T, file []byte, d *Document, err error) {
	t.Helper()
	whole, wholeErr := read(file, true)
	if fmt.Sprint(err) != fmt.Sprint(wholeErr) {
		t.Fatalf("%v, and %v when all objects are built", err, wholeErr)
	}
	if err != nil {
		return
	}
	for _, found := range [][2]any{
		{d.Unreadable, whole.Unreadable}, {d.Signatures, whole.Signatures}, {d.Revisions, whole.Revisions}, {d.Hybrid, whole.Hybrid},
	} {
		if !reflect.DeepEqual(found[0], found[1]) {
			t.Errorf("%v, and %v when all objects are built", found[0], found[1])
		}
	}
}

// TestSkimming finds the same in every sample, whichever objects are built. Of two
// signatures without fields only the name that their /Type refers to tells one.
func TestSkimming(t *testing.T) {
	files := slices.Collect(maps.Values(goodFiles()))
	for _, c := range signatureCases() {
		files = append(files, c.file)
	}
	for _, c := range slices.Concat(syntaxCases(), hiddenCases()) {
		files = append(files, c.file)
	}
	for _, body := range []string{"<</Type 11 0 R>>", "<</Subtype 12 0 R/T(x)>>", "<</Type 13 0 R>>"} {
		s := sample{10: body, 11: "/Sig", 12: "/Widget", 13: "/Page"}
		files = append(files, s.build(), s.packed())
		d, err := Read(s.build())
		if err != nil {
			t.Fatal(err)
		}
		hidden := slices.ContainsFunc(d.Unreadable, func(p Problem) bool { return p.Code == CodeOrphanSignature })
		if want := body == "<</Type 11 0 R>>"; hidden != want {
			t.Errorf("%s: %v", body, d.Unreadable)
		}
	}
	for _, file := range files {
		d, err := Read(file)
		checkSkimming(t, file, d, err)
	}
}
