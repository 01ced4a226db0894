package changes_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest/pdfattack"
)

// cases is the attack set, with stand-ins for signatures.
var cases = sync.OnceValue(func() []pdfattack.Case { return pdfattack.Cases(pdfattack.Signers{}) })

// caseFile returns a file of the attack set.
func caseFile(t testing.TB, name string) []byte {
	for _, c := range cases() {
		if c.Name == name {
			return c.File
		}
	}
	t.Fatalf("no case %q", name)
	return nil
}

// appendRevision writes objects in an incremental update with a table.
func appendRevision(file []byte, objects map[int]string) []byte {
	tail := file[bytes.LastIndex(file, []byte("startxref\n"))+len("startxref\n"):]
	prev, err := strconv.Atoi(string(tail[:bytes.IndexByte(tail, '\n')]))
	if err != nil {
		panic(err)
	}
	out := bytes.Clone(file)
	var table strings.Builder
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(&table, "%d 1\n%010d 00000 n \n", n, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", n, objects[n])
	}
	start := len(out)
	out = fmt.Appendf(out, "xref\n%strailer\n<</Size 100/Root 1 0 R/Info 19 0 R/ID[<31><31>]/Prev %d>>\n", table.String(), prev)
	return fmt.Appendf(out, "startxref\n%d\n%%%%EOF\n", start)
}

// TestEveryObjectIsGuarded replaces each object of a signed file in turn by each
// of a few others. None may pass.
func TestEveryObjectIsGuarded(t *testing.T) {
	file := caseFile(t, "honest: nothing follows")
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	bodies := []string{
		"null", "<<>>", "[]", "1", "(text)", "/Name", "3 0 R", "<</Length 1>>stream\n0\nendstream",
		"<</Type/Page/Contents 6 0 R>>", "<</Type/Annot/Subtype/Text/Rect[0 0 9 9]>>", "[3 0 R]",
		"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 1>>stream\n0\nendstream",
		"<</Type/Font/Subtype/Type1/BaseFont/Symbol>>", "<</FT/Sig/T(x)>>", "<</FT/Tx/T(name)/V(x)>>",
	}
	for _, ref := range doc.Objects(0) {
		for _, body := range bodies {
			changed, err := pades.Read(appendRevision(file, map[int]string{int(ref.Number): body}))
			if err != nil || len(changed.Unreadable) > 0 || len(changed.Signatures) == 0 {
				continue // refused before
			}
			report, err := changes.Since(changed, &changed.Signatures[0], changes.Annotations)
			if err == nil && report.Allowed() {
				t.Errorf("object %s may become %s: %+v", ref, body, report.Findings)
			}
		}
	}
}

// TestNewObjectsAlone adds objects that nothing refers to.
func TestNewObjectsAlone(t *testing.T) {
	file := appendRevision(caseFile(t, "honest: nothing follows"), map[int]string{60: "<</Type/Page>>", 61: "(lost)"})
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	report, err := changes.Since(doc, &doc.Signatures[0], changes.Annotations)
	if err != nil || report.Outcome() != changes.OnlyLTV {
		t.Errorf("%s, %v", report, err)
	}
	if n := len(report.Findings); n != 3 || report.Findings[1].Code != changes.CodeUnreferenced {
		t.Errorf("findings %+v", report.Findings)
	}
}

// TestManyRevisions compares a file of as many revisions as the reader takes; the
// deadline of the test binary is what would notice quadratic work.
func TestManyRevisions(t *testing.T) {
	file := caseFile(t, "honest: certified, nothing follows")
	for i := range 1500 {
		file = appendRevision(file, map[int]string{19: fmt.Sprintf("<</Title(Contract)/ModDate(D:2026060100%04dZ)>>", i)})
	}
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	report, err := changes.Since(doc, &doc.Signatures[0], changes.FormFilling)
	if err != nil || report.Outcome() != changes.OnlyLTV || report.Revisions != 1500 {
		t.Errorf("%s after %d revisions, %v", report, report.Revisions, err)
	}
}

// TestForbiddenRevisions stops comparing when enough is known.
func TestForbiddenRevisions(t *testing.T) {
	file := caseFile(t, "honest: nothing follows")
	for i := range 20 {
		file = appendRevision(file, map[int]string{8: fmt.Sprintf("<</Type/Font/Subtype/Type1/BaseFont/F%d>>", i)})
	}
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	report, err := changes.Since(doc, &doc.Signatures[0], changes.Annotations)
	if err != nil {
		t.Fatal(err)
	}
	if codes := report.Codes(); !slices.Equal(codes, []string{changes.CodeFont, changes.CodeNotCompared}) {
		t.Errorf("codes %v", codes)
	}
}

// TestNoRevision asks about a signature whose range ends nowhere.
func TestNoRevision(t *testing.T) {
	doc, err := pades.Read(caseFile(t, "swa: the range ends inside the revision"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := changes.Since(doc, &doc.Signatures[0], changes.Annotations)
	if err == nil || !strings.Contains(err.Error(), "the signature covers no whole revision") || report.Allowed() {
		t.Errorf("%s, %v", report, err)
	}
}

// TestLateCertification asks about the certification itself, after which nothing
// follows.
func TestLateCertification(t *testing.T) {
	doc, err := pades.Read(caseFile(t, "certified: after another signature"))
	if err != nil {
		t.Fatal(err)
	}
	report, err := changes.Since(doc, &doc.Signatures[1], changes.Annotations)
	if err != nil || !slices.Equal(report.Codes(), []string{changes.CodeCertification}) {
		t.Errorf("%s, %v", report, err)
	}
}

// TestZero holds what a report says that nobody has filled in.
func TestZero(t *testing.T) {
	if report := (changes.Report{}); report.Allowed() || report.Outcome() != changes.Changed {
		t.Errorf("an empty report says %s", report)
	}
	if changes.Level(0) != changes.Nothing {
		t.Error("the zero level permits something")
	}
}
