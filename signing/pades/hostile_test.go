package pades

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"
)

type fileCase struct {
	name string
	file []byte
	err  string // part of the error, or
	want string // codes of Unreadable
}

// syntaxCases cannot be read in one way only.
func syntaxCases() []fileCase {
	good := string(sample{}.build())
	xref := strings.LastIndex(good, "xref\n0")
	return []fileCase{
		{name: "empty", file: nil, err: "not a PDF"},
		{name: "garbage", file: bytes.Repeat([]byte("garbage "), 1000), err: "not a PDF"},
		{name: "header too far", file: append(bytes.Repeat([]byte(" "), 1020), good...), err: "not a PDF"},
		{name: "header only", file: []byte("%PDF-1.7\n"), err: "startxref"},
		{name: "encrypted", file: trailered("/Encrypt<</Filter/Standard>>"), err: "encrypted"},
		{name: "encrypted in an older revision", file: encryptedOnce(), err: "encrypted"},
		{name: "startxref into nothing", file: []byte(mustReplace(good, fmt.Sprint("startxref\n", xref), "startxref\n99999999")), err: "cannot be here"},
		{name: "startxref beside the table", file: patched("startxref\n"+fmt.Sprint(xref), "startxref\n"+fmt.Sprint(xref+1)), err: "no object begins here"},
		{name: "rollback to the first revision", file: rolledBack(), err: "last startxref does not follow"},
		{name: "object moved", file: patched("4 0 obj", "5 0 obj"), err: "the cross-reference says object 4 0, the file says 5 0"},
		{name: "wrong generation", file: patched("4 0 obj", "4 1 obj"), err: "the file says 4 1"},
		{name: "offset beside the object", file: patched("\n4 0 obj", "4 0 obj "), err: "no object begins here"},
		{name: "offset beyond the revision", file: futureObject(), err: "outside its revision"},
		{name: "entry of 19 bytes", file: patched("65535 f \n", "65535 f\n\n"), err: "malformed cross-reference entry"},
		{name: "entry with a letter", file: patched("65535 f", "65x35 f"), err: "malformed cross-reference entry"},
		{name: "no Root", file: patched("/Root 1 0 R", "/Boot 1 0 R"), err: "names no catalog"},
		{name: "Size too small", file: patched("/Size 8", "/Size 7"), err: "beyond the /Size"},
		{name: "no Size", file: patched("/Size 8", "/Sise 8"), err: "no /Size"},
		{name: "Root twice", file: trailered("/Root 2 0 R"), err: "duplicate key /Root"},
		{name: "Prev to itself", file: trailered(fmt.Sprintf("/Prev %d", xref)), err: "circular"},
		{name: "Prev forward", file: trailered(fmt.Sprintf("/Prev %d", xref+10)), err: "goes forward"},
		{name: "Prev circle of two", file: circularPrev(), err: "goes forward"},
		{name: "Prev negative", file: trailered("/Prev -1"), err: "/Prev is not an offset"},
		{name: "Prev outside", file: trailered("/Prev 123456789"), err: "/Prev is not an offset"},
		{name: "Prev indirect", file: trailered("/Prev 7 0 R"), err: "/Prev is not an offset"},
		{name: "XRefStm is no stream", file: trailered("/XRefStm 15"), err: "cross-reference section expected"},
		{name: "object listed twice", file: listedTwice(), err: "listed twice"},
		{name: "hybrid entries that disagree", file: hybridClash(), err: "listed twice"},
		{name: "a million entries in a small file", file: hugeSubsection(), err: "impossible cross-reference subsection"},
		{name: "object stream in an object stream", file: nestedObjectStream(), err: "not a top-level object"},
		{name: "object stream redefined", file: redefinedObjectStream(), err: "is redefined while"},
		{name: "object stream bomb", file: bomb(), err: "inflates beyond"},
		{name: "xref stream too short", file: shortXRefStream(), err: "shorter than it says"},
		{name: "objects that read each other again and again", file: sharedParent(), err: "too long"},
	}
}

// trailered is the sample with something added to its trailer.
func trailered(more string) []byte {
	b := sample{}.start()
	b.table(more)
	return b.out
}

func encryptedOnce() []byte {
	b := sample{}.start()
	b.table("/Encrypt<</Filter/Standard>>")
	b.table("")
	return b.out
}

// rolledBack ends with the startxref of the first revision.
func rolledBack() []byte {
	b := sample{}.start()
	b.table("")
	first := b.prev
	b.table("")
	return fmt.Appendf(b.out, "startxref\n%d\n%%%%EOF\n", first)
}

// futureObject lists, in the signed revision, an object that comes after it.
func futureObject() []byte {
	b := sample{}.start()
	b.at(8, len(b.out)+600)
	b.table("")
	b.out = append(b.out, strings.Repeat(" ", 600)...)
	b.table("")
	return b.out
}

func circularPrev() []byte {
	b := sample{}.start()
	at := len(b.out)
	b.table("/Prev @@@@@")
	b.prev = at
	second := len(b.out)
	b.table("")
	return bytes.Replace(b.out, []byte("@@@@@"), fmt.Appendf(nil, "%-5d", second), 1)
}

func listedTwice() []byte {
	b := sample{}.start()
	entry := b.offsets[3]
	b.table("")
	return bytes.Replace(b.out, []byte("trailer\n"), []byte("3 1\n"+entry+"trailer\n"), 1)
}

// hybridClash has object 4 in the table and in the stream of one section.
func hybridClash() []byte {
	b := sample{}.start()
	b.objectStream(8, map[int]string{4: "<</Hidden true>>"})
	at := len(b.out)
	row := deflate([]byte{2, 8, 0})
	b.out = fmt.Appendf(b.out, "9 0 obj\n<</Type/XRef/W[1 1 1]/Size 10/Index[4 1]/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n",
		len(row), row)
	b.at(9, at)
	b.table(fmt.Sprintf("/XRefStm %d", at))
	return b.out
}

func hugeSubsection() []byte {
	return []byte(mustReplace(string(sample{}.build()), "xref\n0 8\n", "xref\n0 1000000\n"))
}

func nestedObjectStream() []byte {
	b := sample{4: ""}.start()
	b.objectStream(8, map[int]string{10: "<</Type/ObjStm/N 1/First 4>>"})
	b.packed[4] = [2]int{10, 0}
	b.stream(9, "")
	return b.out
}

// redefinedObjectStream changes compressed objects without listing them.
func redefinedObjectStream() []byte {
	b := newBuilder()
	b.out = packedFile()
	b.prev = bytes.LastIndex(b.out, []byte("9 0 obj"))
	b.objectStream(8, map[int]string{3: "<</Type/Page/Parent 2 0 R>>"})
	delete(b.packed, 3)
	b.stream(9, "")
	return b.out
}

func bomb() []byte {
	b := sample{}.start()
	b.objectStream(8, map[int]string{10: "[" + strings.Repeat("null ", 2<<20) + "]"})
	b.stream(9, "")
	return b.out
}

func shortXRefStream() []byte {
	b := newBuilder()
	at := len(b.out)
	b.out = fmt.Appendf(b.out, "1 0 obj\n<</Type/XRef/W[1 1 1]/Size 8000000/Root 1 0 R/Length 3>>stream\nabc\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", at)
	return b.out
}

// sharedParent has many pages that keep their annotations in one huge array.
func sharedParent() []byte {
	b := newBuilder()
	var fields strings.Builder
	for i := range 500 {
		fmt.Fprintf(&fields, "%d 0 R ", 10+i)
		b.object(10+i, "<</T(x)/Kids 4 0 R>>")
	}
	shared := sample{4: "[" + strings.Repeat("1 ", 50000) + "]", 1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[" + fields.String() + "]>>>>"}
	for n, body := range shared.objects() {
		b.object(n, body)
	}
	b.table("")
	return b.out
}

// hiddenCases are read, and have something that must fail the file.
func hiddenCases() []fileCase {
	objects := sample{}.objects()
	catalog := func(old, changed string) sample { return sample{1: mustReplace(objects[1], old, changed)} }
	with := func(n int, body string) []byte { return sample{n: body}.build() }
	return []fileCase{
		{name: "header not at the start", file: shifted(), want: CodeHeaderOffset},
		{name: "bytes after the end", file: append(sample{}.build(), "9 0 obj\n<<>>\nendobj\n"...), want: CodeTrailingBytes},
		{name: "broken object", file: with(10, "<</A (>>"), want: CodeObjectUnreadable},
		{name: "object that is a keyword", file: with(10, "true false"), want: CodeObjectUnreadable},
		{name: "broken number", file: with(10, "[1 --5]"), want: CodeObjectUnreadable},
		{name: "broken name", file: with(10, "/a#4x"), want: CodeObjectUnreadable},
		{name: "broken hexadecimal string", file: with(10, "[<12xy>]"), want: CodeObjectUnreadable},
		{name: "wrong stream length", file: with(10, "<</Length 5>>stream\n1234567\nendstream"), want: CodeObjectUnreadable},
		{name: "length of itself", file: with(10, "<</Length 10 0 R>>stream\n1234567\nendstream"), want: CodeObjectUnreadable},
		{name: "length of nothing", file: with(10, "<</Length 99 0 R>>stream\n1234567\nendstream"), want: CodeObjectUnreadable},
		{name: "arrays nested 10 000 deep", file: with(10, strings.Repeat("[", 10000)+strings.Repeat("]", 10000)), want: CodeObjectUnreadable},
		{name: "dictionaries nested 10 000 deep", file: with(10, strings.Repeat("<</A", 10000)), want: CodeObjectUnreadable},
		{name: "overlapping objects", file: overlapping(), want: CodeObjectUnreadable},
		{name: "stream length redefined", file: redefinedLength(), want: CodeLengthRedefined},

		{name: "signature without a field", file: with(10, signatureBody), want: CodeOrphanSignature},
		{name: "field removed from the form", file: catalog("/Fields[4 0 R]", "/Fields[]").build(), want: CodeOrphanSignature + " " + CodeOrphanField},
		{name: "no AcroForm", file: catalog("/AcroForm<</SigFlags 3/Fields[4 0 R]>>", "").build(), want: CodeOrphanSignature + " " + CodeOrphanField},
		{name: "signature inside another object", file: with(10, "<</A["+objects[5]+"]>>"), want: CodeOrphanSignature},
		{name: "signature without a type", file: with(10, "<</ByteRange[0 1 2 3]/Contents<00>>>"), want: CodeOrphanSignature},
		{name: "signature in an object stream without a field", file: packedWith(10, "<</Type/Sig>>"), want: CodeOrphanSignature},
		{name: "signature in an object stream by escape", file: packedWith(10, "<</Type/#53ig>>"), want: CodeOrphanSignature},
		{name: "field in an object stream", file: packedWith(10, "<</FT/Sig/T(Other)>>"), want: CodeOrphanField},
		{name: "two objects in one place of an object stream", file: packedWith(10, "1 2"), want: CodeObjectUnreadable},
		{name: "broken object in an object stream", file: packedWith(10, "<</A[1>>"), want: CodeObjectUnreadable},
		{name: "broken hexadecimal string in an object stream", file: packedWith(10, "[<12xy>]"), want: CodeObjectUnreadable},
		{name: "stream in an object stream", file: packedWith(10, "<</Length 1>>stream\n1\nendstream"), want: CodeObjectUnreadable},
		{name: "signature between objects", file: betweenObjects(), want: CodeOrphanSignature},
		{name: "signature removed later", file: removedSignature(), want: CodeOrphanSignature},
		{name: "signature replaced later", file: replacedSignature(), want: CodeOrphanSignature},
		{name: "usage rights", file: catalog("/DocMDP 5 0 R", "/UR3 10 0 R").with(10, signatureBody).build(), want: CodeUsageRights},
		{name: "Perms of nothing", file: catalog("/DocMDP 5 0 R", "/DocMDP 11 0 R").build(), want: CodeOrphanSignature},
		{name: "Perms is not a dictionary", file: catalog("/Perms<</DocMDP 5 0 R>>", "/Perms[5 0 R]").build(), want: CodeCatalogUnreadable},
		{name: "widget outside of the form", file: with(10, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Other)>>"), want: CodeOrphanField},
		{name: "widget that inherits", file: sample{10: "<</Subtype/Widget/Parent 11 0 R>>", 11: "<</FT/Sig>>"}.build(), want: CodeOrphanField},
		{name: "circular parents", file: sample{10: "<</Subtype/Widget/Parent 11 0 R>>", 11: "<</Parent 10 0 R>>"}.build(), want: CodeFieldLoop},
		{name: "circular fields", file: sample{4: mustReplace(objects[4], "/FT", "/Kids[10 0 R]/FT"), 10: "<</Kids[4 0 R]>>"}.build(), want: CodeFieldLoop},
		{name: "field listed twice", file: catalog("[4 0 R]", "[4 0 R 4 0 R]").build(), want: CodeFieldLoop},
		{name: "one signature in two fields", file: catalog("[4 0 R]", "[4 0 R 10 0 R]").with(10, "<</FT/Sig/V 5 0 R>>").build(), want: CodeSignatureShared},
		{name: "field with another parent", file: with(4, mustReplace(objects[4], "/FT", "/Parent 7 0 R/FT")), want: CodeFieldUnreadable},
		{name: "direct field", file: catalog("[4 0 R]", "[4 0 R <</FT/Sig>>]").build(), want: CodeFieldUnreadable + " " + CodeOrphanField},
		{name: "field that is no dictionary", file: catalog("[4 0 R]", "[4 0 R 7 0 R]").build(), want: CodeFieldUnreadable},
		{name: "value of nothing", file: with(4, mustReplace(objects[4], "5 0 R", "99 0 R")), want: CodeSignatureUnreadable + " " + CodeOrphanSignature},
		{name: "value of another generation", file: with(4, mustReplace(objects[4], "5 0 R", "5 1 R")), want: CodeSignatureUnreadable + " " + CodeOrphanSignature},
		{name: "value that is a number", file: with(4, mustReplace(objects[4], "5 0 R", "7 0 R")), want: CodeSignatureUnreadable + " " + CodeOrphanSignature},
		{name: "value that cannot be read", file: with(5, "<</Type/Sig/Contents<00"), want: CodeSignatureUnreadable + " " + CodeObjectUnreadable + " " + CodeOrphanSignature},
		{name: "AcroForm twice", file: catalog("/AcroForm", "/AcroForm<<>>/AcroForm").build(), want: CodeDuplicateKey},
		{name: "V twice", file: with(4, mustReplace(objects[4], "/V", "/V null/V")), want: CodeDuplicateKey},
		{name: "circular page tree", file: with(2, "<</Type/Pages/Kids[3 0 R 2 0 R]>>"), want: CodePageTree},
		{name: "circular reference", file: sample{2: "10 0 R", 10: "2 0 R"}.build(), want: CodePageTree},
		{name: "page with children", file: with(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Kids[]>>"), want: CodePageTree},
		{name: "node without children", file: with(3, "<</Type/Pages/Parent 2 0 R/MediaBox[0 0 9 9]>>"), want: CodePageTree},
		{name: "page without a type", file: with(3, "<</Parent 2 0 R/MediaBox[0 0 9 9]>>")},
		{name: "catalog is not there", file: with(1, "null"), want: CodeCatalogUnreadable + " " + CodePageTree + " " + CodeOrphanSignature + " " + CodeOrphanField},
	}
}

func (s sample) with(number int, body string) sample {
	s[number] = body
	return s
}

// shifted has two bytes before its header, and offsets that count them.
func shifted() []byte {
	b := newBuilder()
	b.out = append([]byte("\n\n"), b.out...)
	for n, body := range (sample{}).objects() {
		b.object(n, body)
	}
	b.table("")
	return b.out
}

func packedWith(number int, body string) []byte {
	b := sample{}.start()
	b.objectStream(8, map[int]string{number: body})
	b.stream(9, "")
	return b.out
}

// overlapping lists an object that lies in the string of another.
func overlapping() []byte {
	b := sample{}.start()
	b.object(10, "(outer\n11 0 obj\nnull\nendobj\n)")
	b.at(11, bytes.Index(b.out, []byte("11 0 obj")))
	b.table("")
	return b.out
}

func redefinedLength() []byte {
	b := sample{}.start()
	b.table("")
	b.object(7, "24")
	b.table("")
	return b.out
}

func betweenObjects() []byte {
	b := sample{}.start()
	b.out = append(b.out, "10 0 obj\n<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>\nendobj\n"...)
	b.table("")
	return b.out
}

func removedSignature() []byte {
	b := sample{}.start()
	b.table("")
	b.object(1, "<</Type/Catalog/Pages 2 0 R>>")
	b.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>")
	b.offsets[4] = "0000000000 00001 f \n"
	b.offsets[5] = "0000000000 00001 f \n"
	b.table("")
	return b.out
}

func replacedSignature() []byte {
	b := sample{}.start()
	b.table("")
	b.object(5, signatureBody)
	b.table("")
	return b.out
}

// TestPositions holds signatures that are not where offsets can be checked.
func TestPositions(t *testing.T) {
	objects := sample{}.objects()
	direct := sample{4: mustReplace(objects[4], "5 0 R", objects[5]), 5: ""}
	objects[5] = mustReplace(objects[5], rangeHole, "[0 1 2 3]")
	packed := newBuilder()
	for _, n := range []int{6, 7} {
		packed.object(n, objects[n])
	}
	delete(objects, 6)
	delete(objects, 7)
	packed.objectStream(8, objects)
	packed.stream(9, "")
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"in an object stream", packed.out, CodeInObjectStream},
		{"inside the field", direct.build(), CodeNotIndirect},
	} {
		d := mustRead(t, c.file)
		if len(d.Signatures) != 1 || !d.Signatures[0].Has(c.want) {
			t.Errorf("%s: %+v", c.name, d.Signatures)
		}
	}
}

// TestCertificationRemoved finds a certification that a later catalog hides.
func TestCertificationRemoved(t *testing.T) {
	b := sample{}.start()
	b.table("")
	b.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>>>")
	b.table("")
	s := mustRead(t, b.out).Signatures[0]
	if !s.Certification || s.DocMDP != 1 || !s.Has(CodePermsChanged) {
		t.Errorf("certification %v, level %d, %v", s.Certification, s.DocMDP, s.Problems)
	}
}

// TestLargeHostileFiles reads thirty megabytes of the worst kinds; the deadline
// of the test binary is what would notice one that is not linear.
func TestLargeHostileFiles(t *testing.T) {
	const size = 30 << 20
	fill := func(text string) string { return strings.Repeat(text, size/len(text)) }
	var nested strings.Builder
	b := sample{}.start()
	for i := range 20000 {
		b.at(10+i, len(b.out)+nested.Len())
		fmt.Fprintf(&nested, "%d 0 obj (", 10+i)
	}
	b.out = append(b.out, nested.String()...)
	b.table("")
	packed := sample{}.start()
	inside := map[int]string{}
	for n := 10; n < 40000; n++ {
		inside[n] = "<</A[" + strings.Repeat(fmt.Sprint(n, " ", n*n, ".5/N", n, "(s)"), 40) + "]>>"
	}
	packed.objectStream(8, inside)
	packed.out = append(packed.out, strings.Repeat("%\n", 200000)...)
	packed.stream(9, "")
	for name, file := range map[string][]byte{
		"packed objects":    packed.out,
		"unclosed strings":  b.out,
		"one array":         sample{10: "[" + fill("0 ") + "]"}.build(),
		"one dictionary":    sample{10: "<<" + fill("/A 0") + ">>"}.build(),
		"open dictionaries": sample{10: fill("<</A")}.build(),
		"one string":        sample{10: "(" + fill("\\(") + ")"}.build(),
		"white space":       sample{10: fill(" \n%x\n") + "1"}.build(),
		"references":        sample{10: "[" + fill("1 0 R ") + "]"}.build(),
		"numbers":           sample{10: "[" + fill("11 0  ") + "]"}.build(),
		"end markers":       append(sample{}.build(), fill("startxref\n0\n%%EOF\n")...),
	} {
		started := time.Now()
		d, err := Read(file)
		if err == nil && len(d.Unreadable) == 0 && name != "packed objects" && name != "one string" && name != "white space" {
			t.Errorf("%s: nothing noticed", name)
		}
		t.Logf("%s: %d bytes in %v, error %v", name, len(file), time.Since(started), err)
	}
}
