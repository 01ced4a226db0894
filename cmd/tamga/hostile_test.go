package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
	"testing"

	"tamga/certs/der"
	"tamga/signing/xmldsig/xmltree"
)

// hostileRequest is a request that costs as much as it can.
type hostileRequest struct {
	name, path, media string
	body              []byte
	heavy             bool // what it needs grows out of little
}

// Sizes of what is sent: those that the service takes at most are for long runs.
type hostileSizes struct {
	json, form, pages int // bytes of a body of JSON, of a file of a form; signatures of a PDF
}

// hostileRequests are the worst that we know, each of another kind.
func hostileRequests(t *testing.T, sizes hostileSizes, cms, detached []byte) []hostileRequest {
	t.Helper()
	attached := func(kind string, file []byte) hostileRequest {
		body := []byte(`{"` + kind + `":"` + base64.StdEncoding.EncodeToString(file) + `"}`)
		return hostileRequest{path: "/v1/verify/" + kind, media: "application/json", body: body}
	}
	binary := sizes.json / 4 * 3 * 99 / 100
	kinds := []struct {
		name, path, media string
		body              []byte
	}{
		{"names in digests", "/v1/verify/cms", "application/json", manyNames(`{"cms":"AAAA","digests":{`, "}}", sizes.json)},
		{"unknown names", "/v1/verify/cms", "application/json", manyNames(`{`, "}", sizes.json)},
		{"elements of evidence", "/v1/verify/cms", "application/json",
			[]byte(`{"cms":"AAAA","evidence":{"certificates":["AA=="` + strings.Repeat(`,"AA=="`, sizes.json/7-20) + `]}}`)},
		{"empty elements", "/v1/verify/xml", "", repeated("<a>", "<a/>", "</a>", sizes.form)},
		{"elements at the limit", "/v1/verify/xml", "", elementsAtTheLimit()},
		{"objects", "/v1/verify/pdf", "", manyObjects("[" + strings.Repeat("0 ", min(1<<20-10, sizes.form/2)) + "]")},
		{"nested objects", "/v1/verify/pdf", "", manyObjects(strings.Repeat("["+strings.Repeat("[", 60)+strings.Repeat("]", 60)+"]", min(1<<20/61-10, sizes.form/130)))},
		{"dictionaries", "/v1/verify/pdf", "", manyObjects("[" + strings.Repeat("<</A 0/B 0>>", min(1<<20/5-10, sizes.form/12)) + "]")},
		{"elements of DER", "/v1/verify/cms", "", elementsOfDER(1<<18 - 20)},
		{"texts and elements", "/v1/verify/xml", "", repeated("<a>", "x<a/>", "</a>", sizes.form)},
		{"attributes", "/v1/verify/xml", "", repeated("<a>", `<a b="" c="" d="" e=""/>`, "</a>", sizes.form)},
		{"namespaces", "/v1/verify/xml", "", repeated("<a>", `<a xmlns:b="b" xmlns:c="c"/>`, "</a>", sizes.form)},
		{"deep elements", "/v1/verify/auto", "", []byte(strings.Repeat("<a>", sizes.form/3))},
		{"deep BER", "/v1/verify/cms", "", bytes.Repeat([]byte{0x24, 0x80}, sizes.form/2)},
		{"elements of BER", "/v1/verify/cms", "", elementsOfBER(sizes.form)},
		{"pieces of BER", "/v1/verify/cms", "", piecesOfBER(sizes.form)},
		{"constructed elements of BER", "/v1/verify/cms", "", append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x30, 0x00}, min(sizes.form/2, 1<<22-1))...)},
		{"signers", "/v1/verify/cms", "", manySigners(t, cms, sizes.form)},
		{"cross-reference entries", "/v1/verify/pdf", "", manyEntries(sizes.form)},
		{"inflated objects", "/v1/verify/pdf", "", manyInflated(t, sizes.form)},
		{"signatures", "/v1/verify/pdf", "", manySignatures(detached, sizes.pages, sizes.form)},
		{"head of a part", "/v1/verify/pdf", "head", []byte(strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 200))},
		{"many parts", "/v1/check", "parts", nil},
		{"line", "/v1/verify/batch", "application/x-ndjson", bytes.Repeat([]byte(`{"cms":"`+strings.Repeat("A", 1000)+`"}`+"\n"), sizes.json/1012)},
		{"long line", "/v1/verify/batch", "application/x-ndjson", manyNames(`{"cms":"AAAA","digests":{`, "}}", sizes.json)},
		{"certificate", "/v1/certificates/inspect", "application/octet-stream", elementsOfBER(sizes.json)},
	}
	var all []hostileRequest
	for _, k := range kinds {
		heavy := slices.Contains([]string{"elements at the limit", "inflated objects", "nested objects", "dictionaries"}, k.name)
		all = append(all, hostileRequest{k.name, k.path, k.media, k.body, heavy})
	}
	xml := attached("xml", repeated("<a>", "<a/>", "</a>", binary))
	xml.name = "empty elements in JSON"
	all = append(all, xml)
	for i := range all {
		all[i].wrap(t)
	}
	return all
}

// wrap puts a file into a form.
func (r *hostileRequest) wrap(t *testing.T) {
	t.Helper()
	name := "file"
	if kind := r.path[strings.LastIndex(r.path, "/")+1:]; kind == "cms" || kind == "xml" || kind == "pdf" {
		name = kind
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	switch r.media {
	case "":
		part, err := w.CreateFormFile(name, "x")
		if err == nil {
			_, err = part.Write(r.body)
		}
		if err != nil {
			t.Fatal(err)
		}
	case "head":
		fmt.Fprintf(&form, "--%s\r\n%s\r\n", w.Boundary(), r.body)
	case "parts":
		for range 200 {
			part, err := w.CreatePart(textproto.MIMEHeader{"Content-Disposition": {`form-data; name="x"`}})
			if err == nil {
				_, err = part.Write(bytes.Repeat([]byte("x"), 1<<10))
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	default:
		return
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r.body, r.media = form.Bytes(), w.FormDataContentType()
}

func manyNames(before, after string, size int) []byte {
	var b bytes.Buffer
	b.WriteString(before)
	for i := 0; b.Len() < size-40; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `"%d":""`, i)
	}
	b.WriteString(after)
	return b.Bytes()
}

func repeated(before, piece, after string, size int) []byte {
	return []byte(before + strings.Repeat(piece, (size-len(before)-len(after))/len(piece)) + after)
}

// elementsAtTheLimit is XML that is taken, with as many nodes and attributes as
// there may be in the fewest bytes.
func elementsAtTheLimit() []byte {
	return []byte("<a>" + strings.Repeat(`<a b=""/>`, xmltree.MaxNodes-1) + "</a>")
}

// manyObjects is a PDF whose catalog holds an object.
func manyObjects(object string) []byte {
	w := &pdfWriter{}
	w.begin(1000)
	w.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R/X ["+object+"]>>")
	w.section(6)
	return w.Bytes()
}

// elementsOfDER is a CMS with so many elements among its certificates.
func elementsOfDER(n int) []byte {
	many := bytes.Repeat([]byte{0x30, 0x00}, n)
	data, signedData := der.OID([]int{1, 2, 840, 113549, 1, 7, 1}), der.OID([]int{1, 2, 840, 113549, 1, 7, 2})
	inner := der.Sequence(der.Encode(der.Integer, []byte{1}), der.Set(), der.Sequence(data),
		der.Encode(der.ContextConstructed(0), many), der.Set())
	return der.Sequence(signedData, der.Encode(der.ContextConstructed(0), inner))
}

// elementsOfBER is a CMS whose certificates are many empty elements.
func elementsOfBER(size int) []byte {
	return append([]byte{0x30, 0x80}, bytes.Repeat([]byte{0x05, 0x00}, size/2-1)...)
}

// piecesOfBER is a content of many small pieces.
func piecesOfBER(size int) []byte {
	oid := der.OID([]int{1, 2, 840, 113549, 1, 7, 2})
	data := der.OID([]int{1, 2, 840, 113549, 1, 7, 1})
	head := append(append([]byte{0x30, 0x80}, oid...), 0xa0, 0x80, 0x30, 0x80, 0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x80)
	head = append(append(head, data...), 0xa0, 0x80, 0x24, 0x80)
	return append(head, bytes.Repeat([]byte{0x04, 0x01, 'x'}, (size-len(head))/3)...)
}

// manySigners is a CMS with as many signers as there may be, beside a content
// that each of them is over.
func manySigners(t *testing.T, cms []byte, size int) []byte {
	t.Helper()
	outer, err := der.One(cms)
	if err != nil {
		t.Fatal(err)
	}
	r := der.NewReader(outer.Body)
	oid, err1 := r.Next()
	explicit, err2 := r.Next()
	inner, err3 := der.One(explicit.Body)
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	body := der.NewReader(inner.Body)
	var parts [][]byte
	for {
		e, err := body.Next()
		if err != nil {
			break
		}
		parts = append(parts, e.Raw)
	}
	content := der.Sequence(der.OID([]int{1, 2, 840, 113549, 1, 7, 1}), der.Encode(der.ContextConstructed(0), der.Encode(der.OctetString, make([]byte, size-300<<10))))
	last, err := der.One(parts[len(parts)-1])
	if err != nil {
		t.Fatal(err)
	}
	var signers []byte
	for range 100 {
		signers = append(signers, last.Body...)
	}
	parts[2], parts[len(parts)-1] = content, der.Encode(der.SetTag, signers)
	return der.Sequence(oid.Raw, der.Encode(der.ContextConstructed(0), der.Sequence(parts...)))
}

// pdfWriter writes objects and sections.
type pdfWriter struct {
	bytes.Buffer
	at   map[int]int // offsets of the objects of this section
	prev int
}

func (w *pdfWriter) object(n int, text string) {
	if w.at == nil {
		w.at = map[int]int{}
	}
	w.at[n] = w.Len()
	fmt.Fprintf(w, "%d 0 obj\n%s\nendobj\n", n, text)
}

func (w *pdfWriter) section(size int) {
	at := w.Len()
	w.WriteString("xref\n")
	if w.prev == 0 {
		w.WriteString("0 1\n0000000000 65535 f \n")
	}
	for n := 1; n < size; n++ {
		if offset, ok := w.at[n]; ok {
			fmt.Fprintf(w, "%d 1\n%010d 00000 n \n", n, offset)
		}
	}
	fmt.Fprintf(w, "trailer\n<</Size %d/Root 1 0 R", size)
	if w.prev > 0 {
		fmt.Fprintf(w, "/Prev %d", w.prev)
	}
	fmt.Fprintf(w, ">>\nstartxref\n%d\n%%%%EOF\n", at)
	w.prev, w.at = at, map[int]int{}
}

func (w *pdfWriter) begin(pad int) {
	w.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	w.object(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>")
	w.object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>")
	w.object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>")
	w.object(4, "<</Fields[]/SigFlags 3>>")
	w.object(5, fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", pad, strings.Repeat("x", pad)))
}

// manySignatures is a PDF that was signed again and again, each signature over
// all that stands before it.
func manySignatures(cms []byte, signatures, size int) []byte {
	w := &pdfWriter{}
	w.begin(size)
	w.section(6)
	fields := ""
	const hole = 12 << 10
	for i := range signatures {
		dict, field := 6+2*i, 7+2*i
		fields += fmt.Sprintf("%d 0 R ", field)
		w.object(4, "<</Fields["+fields+"]/SigFlags 3>>")
		w.object(field, fmt.Sprintf("<</FT/Sig/T(s%d)/V %d 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132>>", i, dict))
		w.object(dict, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange [0 0000000000 0000000000 0000000000]/Contents <"+
			fmt.Sprintf("%x", cms)+strings.Repeat("0", hole-2*len(cms))+">>>")
		begin := w.at[dict] + bytes.Index(w.Bytes()[w.at[dict]:], []byte("/Contents <")) + len("/Contents ")
		end := begin + hole + 2
		w.section(field + 1)
		place := bytes.LastIndex(w.Bytes()[:begin], []byte("/ByteRange ["))
		copy(w.Bytes()[place:], fmt.Sprintf("/ByteRange [0 %010d %010d %010d]", begin, end, w.Len()-end))
	}
	return w.Bytes()
}

func deflated(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zlib.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// manyEntries is a PDF whose cross-reference stream names as many free objects
// as its size allows.
func manyEntries(size int) []byte {
	w := &pdfWriter{}
	w.begin(1000)
	const width, own = 5, 6
	entries := min(2<<20, size/width-1000)
	table := make([]byte, width*entries)
	for n, offset := range w.at {
		copy(table[width*n:], []byte{1, byte(offset >> 16), byte(offset >> 8), byte(offset), 0})
	}
	at := w.Len()
	copy(table[width*own:], []byte{1, byte(at >> 16), byte(at >> 8), byte(at), 0})
	fmt.Fprintf(w, "%d 0 obj\n<</Type/XRef/Size %d/Root 1 0 R/W[1 3 1]/Length %d>>\nstream\n", own, entries, len(table))
	w.Write(table)
	fmt.Fprintf(w, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}

// manyInflated is a PDF with object streams that grow a hundred times.
func manyInflated(t *testing.T, size int) []byte {
	t.Helper()
	w := &pdfWriter{}
	w.begin(size / 2)
	const streams, objects = 8, 20000
	type place struct{ stream, index int }
	compressed := map[int]place{}
	next := 20 + streams
	for s := range streams {
		var head, body strings.Builder
		for i := range objects {
			fmt.Fprintf(&head, "%d %d ", next, body.Len())
			body.WriteString("[" + strings.Repeat("0 ", 150) + "]")
			compressed[next] = place{6 + s, i}
			next++
		}
		text := head.String() + body.String()
		packed := deflated(t, []byte(text))
		w.object(6+s, fmt.Sprintf("<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream", objects, head.Len(), len(packed), packed))
	}
	table := make([]byte, 7*next)
	for n := range next {
		offset, kind, index := w.at[n], byte(0), 0
		if p, ok := compressed[n]; ok {
			offset, kind, index = p.stream, 2, p.index
		} else if offset > 0 {
			kind = 1
		}
		copy(table[7*n:], []byte{kind, byte(offset >> 24), byte(offset >> 16), byte(offset >> 8), byte(offset), byte(index >> 8), byte(index)})
	}
	at := w.Len()
	own := 19
	copy(table[7*own:], []byte{1, byte(at >> 24), byte(at >> 16), byte(at >> 8), byte(at), 0, 0})
	packed := deflated(t, table)
	fmt.Fprintf(w, "%d 0 obj\n<</Type/XRef/Size %d/Root 1 0 R/W[1 4 2]/Filter/FlateDecode/Length %d>>\nstream\n", own, next, len(packed))
	w.Write(packed)
	fmt.Fprintf(w, "\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n", at)
	return w.Bytes()
}
