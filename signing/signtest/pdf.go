package signtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/tsp"
)

// PDF writes a file of one revision with a table from the bodies of its
// objects, numbered from 1; the first is the catalog. trailer is added to the
// trailer.
func PDF(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, start)
	return b.Bytes()
}

// OnePage is an unsigned file of about size bytes; catalog is added to the
// catalog, and more objects to the file.
func OnePage(size int, catalog string, more ...string) []byte {
	content := strings.Repeat("BT (text) Tj ET\n", size/16+1)
	objects := append(PageObjects(catalog), fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
	for _, m := range more {
		objects = append(objects, fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(m), m))
	}
	return PDF("", objects...)
}

// PageObjects are those of an unsigned file of one page, numbered from 1, but for
// its content, number 4; catalog is added to the catalog.
func PageObjects(catalog string) []string {
	return []string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Contents 4 0 R>>",
	}
}

// Prepared is the smallest certified PDF with a hole for a signature: one
// empty page, one field. room is the size of the hole in bytes.
func Prepared(room int) []byte {
	objects := []string{
		`<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> /Perms << /DocMDP 5 0 R >> >>`,
		`<< /Type /Pages /Kids [3 0 R] /Count 1 >>`,
		`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Annots [4 0 R] >>`,
		`<< /Type /Annot /Subtype /Widget /FT /Sig /T (Signature) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 5 0 R >>`,
		`<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (D:20260601170000+05'00') ` +
			`/Reference [ << /Type /SigRef /TransformMethod /DocMDP /TransformParams << /Type /TransformParams /P 1 /V /1.2 >> >> ] ` +
			`/ByteRange [0 ########## ########## ##########] /Contents <` + strings.Repeat("0", 2*room) + `> >>`,
	}
	file := PDF("", objects...)
	from := bytes.Index(file, []byte("/Contents <")) + len("/Contents ")
	to := from + 2*room + 2
	for _, n := range []int{from, to, len(file) - to} {
		file = bytes.Replace(file, []byte("##########"), fmt.Appendf(nil, "%-10d", n), 1)
	}
	return file
}

// SignHole fills the hole of a prepared file of one revision with a signature.
func SignHole(file []byte, key creation.Key, at time.Time) ([]byte, error) {
	parts, _, err := pades.Hole(file)
	if err != nil {
		return nil, err
	}
	from, to := len(parts[0]), len(file)-len(parts[1])
	return Sign(creation.Prepared{
		File: bytes.Clone(file), ByteRange: [4]int{0, from, to, len(parts[1])}, SHA256: sha256.Sum256(slices.Concat(parts[0], parts[1])),
	}, key, at)
}

// AddDSS adds any evidence to a PDF in a revision of its own, whatever it is worth.
func AddDSS(file []byte, add pades.DSS) ([]byte, error) {
	doc, err := pades.Read(file)
	if err != nil {
		return nil, err
	}
	return doc.AppendDSS(add)
}

// AddDocTimestamp adds a document timestamp to a PDF in a revision of its own,
// whatever it is worth.
func AddDocTimestamp(file []byte, stamp func(tsp.Imprint) (token []byte, err error)) ([]byte, error) {
	doc, err := pades.Read(file)
	if err != nil {
		return nil, err
	}
	prepared, err := doc.PrepareTimestamp(16 << 10)
	if err != nil {
		return nil, err
	}
	parts := prepared.SignedBytes()
	token, err := stamp(tsp.NewImprint(certs.SHA256, parts[0], parts[1]))
	if err != nil {
		return nil, err
	}
	return prepared.Fill(token)
}

// StampedInside adds a signature timestamp to the CMS of the last signature of a
// PDF, whose place must have room for it.
func StampedInside(t testing.TB, file []byte, stamp func(tsp.Imprint) ([]byte, error)) []byte {
	t.Helper()
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	s := doc.Signatures[len(doc.Signatures)-1]
	stamped := hex.EncodeToString(StampedOver(t, s.Contents, certs.SHA256, stamp))
	out := bytes.Clone(file)
	hole := out[s.ByteRange[0]+s.ByteRange[1]+1 : s.ByteRange[2]-1]
	if len(stamped) > len(hole) {
		t.Fatalf("a place of %d bytes for %d", len(hole)/2, len(stamped)/2)
	}
	for i := range hole {
		hole[i] = '0'
	}
	copy(hole, stamped)
	return out
}
