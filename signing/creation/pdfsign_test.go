package creation_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// someDER is what stands for a signature where nobody looks into it.
var someDER = []byte{0x30, 6, 4, 4, 't', 'e', 's', 't'}

// withRevision returns a file with a signature of our own writer.
func withRevision(t testing.TB, file []byte, n pades.NewSignature) []byte {
	t.Helper()
	n.Time, n.Room = signtest.Now(), 4096
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	p, err := doc.PrepareSignature(n)
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.Fill(someDER)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// withField is a one-page file with a text field.
func withField(form string) []byte {
	return signtest.PDF("",
		"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]"+form+">>>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Annots[4 0 R]>>",
		"<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(value)/Rect[10 10 90 30]/P 3 0 R/F 4>>",
	)
}

// withStream is a one-page file with a cross-reference stream.
func withStream() []byte {
	file := signtest.OnePage(100, "")
	var rows, offsets []byte
	at := bytes.Index(file, []byte("xref\n0 "))
	body := file[:at:at]
	for n := 1; n <= 4; n++ {
		o := bytes.Index(body, fmt.Appendf(nil, "\n%d 0 obj", n)) + 1
		offsets = append(offsets, 1, byte(o>>8), byte(o), 0)
	}
	rows = append([]byte{0, 0, 0, 0}, offsets...)
	rows = append(rows, 1, byte(at>>8), byte(at), 0)
	body = fmt.Appendf(body, "5 0 obj\n<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Length %d>>stream\n%s\nendstream\nendobj\n", len(rows), rows)
	return fmt.Appendf(body, "startxref\n%d\n%%%%EOF\n", at)
}

// libraryCases are files and requests that the library gets wrong, each in its
// way, and those that it gets right.
func libraryCases(t *testing.T) []libraryCase {
	plain := signtest.OnePage(1000, "")
	signed := withRevision(t, plain, pades.NewSignature{})
	return []libraryCase{
		{"plain", plain, pades.NewSignature{}, ""},
		{"plain, with texts", plain, pades.NewSignature{Reason: `a (b) \ c`, Name: "N", Location: "L", ContactInfo: "C"}, ""},
		{"catalog of plain values", signtest.OnePage(1000, "/PageLayout/OneColumn/OpenAction[3 0 R/FitH null]/X true/ViewerPreferences<</FitWindow true/N[1 -2]>>"), pades.NewSignature{}, ""},
		{"signed once", signed, pades.NewSignature{}, "unreadable"},
		{"signed twice", withRevision(t, signed, pades.NewSignature{}), pades.NewSignature{}, "unreadable"},
		{"certified", withRevision(t, plain, pades.NewSignature{Certify: 2}), pades.NewSignature{}, "unreadable"},
		{"field", withField(""), pades.NewSignature{}, "fields"},
		{"form with defaults", withField("/DA(/F 0 Tf)/DR<<>>/NeedAppearances true"), pades.NewSignature{}, "form"},
		{"string in the catalog", signtest.OnePage(1000, `/Lang(a\)b)`), pades.NewSignature{}, "unreadable"},
		{"name in the catalog", signtest.OnePage(1000, "/PageMode/Use#20None"), pades.NewSignature{}, "unreadable"},
		{"number in the catalog", signtest.OnePage(1000, "/X 0.0000001"), pades.NewSignature{}, "catalog"},
		{"version in the catalog", signtest.OnePage(1000, "/Version/1.4"), pades.NewSignature{}, ""},
		{"identifier", signtest.PDF("/ID[<31><31>]", signtest.PageObjects("")...), pades.NewSignature{}, "identifier"},
		{"cross-reference stream", withStream(), pades.NewSignature{}, ""},
		{"zeros", signtest.OnePage(1000, "/Z 4 0 R", strings.Repeat("0", 20000)), pades.NewSignature{}, "no place"},
		{"page without type", signtest.PDF("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Parent 2 0 R/MediaBox[0 0 9 9]>>"), pades.NewSignature{}, "error"},
		{"script", plain, pades.NewSignature{Reason: "Шымкент"}, "unreadable"},
		{"script without brackets", plain, pades.NewSignature{Reason: "Алматы"}, ""},
		{"control character", plain, pades.NewSignature{Reason: "a\x00b"}, ""},
	}
}

type libraryCase struct {
	name   string
	file   []byte
	n      pades.NewSignature
	defect string
}

// TestLibraryMeasured says what the library does to files of many kinds, so that
// the rule in pdfsign.go rests on something. When a newer version no longer has a
// defect, the rule may be relaxed.
func TestLibraryMeasured(t *testing.T) {
	for _, c := range libraryCases(t) {
		c.n.Time, c.n.Room = signtest.Now(), 4096
		out, err := creation.RunLibrary(c.file, c.n)
		got := ""
		if err != nil {
			got = "error"
		} else {
			got = defect(t, c.file, out, c.n)
		}
		doc, err := pades.Read(c.file)
		if err != nil {
			t.Fatal(c.name, err)
		}
		plain := creation.PlainEnough(c.file, doc, c.n)
		t.Logf("%-26s %-18s library used: %v", c.name, got, plain)
		if got != c.defect {
			t.Errorf("%s: %q, want %q", c.name, got, c.defect)
		}
		if plain && got != "" {
			t.Errorf("%s: the library is trusted with it, and fails: %s", c.name, got)
		}
	}
}

// defect says in a word what is wrong with what the library made of a file, ""
// when nothing is.
func defect(t *testing.T, file, out []byte, n pades.NewSignature) string {
	t.Helper()
	before, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	after, err := pades.Read(out)
	if err != nil || len(after.Unreadable) > 0 {
		return "unreadable"
	}
	for i, s := range before.Signatures {
		if !bytes.Equal(s.Contents, after.Signatures[i].Contents) || s.ByteRange != after.Signatures[i].ByteRange {
			return "older signature"
		}
	}
	if _, _, err := pades.OpenHole(out); err != nil {
		return "no place"
	}
	s := after.Signatures[len(after.Signatures)-1]
	if s.Reason != n.Reason || s.Name != n.Name || s.Location != n.Location || s.ContactInfo != n.ContactInfo || !s.ClaimedTime.Equal(n.Time) {
		return "texts"
	}
	return carried(before, after)
}

// carried says which part of the document a revision lost.
func carried(before, after *pades.Document) string {
	last := len(after.Revisions) - 1
	was, _ := before.Catalog(last - 1)
	is, _ := after.Catalog(last)
	for _, e := range was {
		if e.Key != "AcroForm" && !reflect.DeepEqual(bare(e.Value), bare(is.Get(e.Key))) {
			return "catalog"
		}
	}
	oldForm, _ := before.ResolveDict(last-1, was.Get("AcroForm"))
	form, _ := after.ResolveDict(last, is.Get("AcroForm"))
	for _, e := range oldForm {
		if e.Key != "Fields" && e.Key != "SigFlags" && !reflect.DeepEqual(bare(e.Value), bare(form.Get(e.Key))) {
			return "form"
		}
	}
	oldFields, _ := oldForm.Get("Fields").(pades.Array)
	fields, _ := form.Get("Fields").(pades.Array)
	for _, o := range oldFields {
		if !slices.Contains(fields, o) {
			return "fields"
		}
	}
	id := func(d *pades.Document, r int) any { return bare(d.Revisions[r].Trailer.Get("ID")) }
	if old := id(before, last-1); old != nil && reflect.DeepEqual(old, id(after, last)) {
		return "identifier"
	}
	return ""
}

// bare returns an object without the places of its entries.
func bare(o pades.Object) pades.Object {
	switch o := o.(type) {
	case pades.Dict:
		m := map[pades.Name]pades.Object{}
		for _, e := range o {
			m[e.Key] = bare(e.Value)
		}
		return m
	case pades.Array:
		list := make([]pades.Object, len(o))
		for i, e := range o {
			list[i] = bare(e)
		}
		return list
	case pades.String:
		return string(o.Value)
	}
	return o
}

// A panic of the library is an error. Its reader is known to panic on malformed
// objects, which signing/pades refuses before.
func TestLibraryPanics(t *testing.T) {
	for _, file := range [][]byte{nil, []byte("%PDF-1.7"), signtest.PDF("", "<</Type/Catalog/Pages 2 0 R>>", "<<("), signtest.OnePage(100, "/Pages 2 0 R/Kids")} {
		if out, err := creation.RunLibrary(file, pades.NewSignature{Time: signtest.Now(), Room: 100}); err == nil {
			if _, err := pades.Read(out); err == nil {
				t.Errorf("%q was accepted", file)
			}
		}
	}
}

// The library is given files of 64 KB, and none that is a byte larger.
func TestLibraryFiles(t *testing.T) {
	sized := func(size int) []byte {
		blanks := 0
		for range 4 { // until the length of the length has settled
			objects := append(signtest.PageObjects(""), fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", blanks, strings.Repeat(" ", blanks)))
			file := signtest.PDF("", objects...)
			if len(file) == size {
				return file
			}
			blanks += size - len(file)
		}
		t.Fatalf("there is no file of %d bytes", size)
		return nil
	}
	for size, want := range map[int]bool{64<<10 - 1: true, 64 << 10: true, 64<<10 + 1: false} {
		file := sized(size)
		doc, err := pades.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		if creation.PlainEnough(file, doc, pades.NewSignature{Time: signtest.Now(), Room: 4096}) != want {
			t.Errorf("%d bytes: %t", size, !want)
		}
	}
}
