package pades

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// token is what the samples carry as a CMS: a DER SEQUENCE with an OCTET STRING.
// This package looks no deeper.
var token = []byte{0x30, 0x06, 0x04, 0x04, 't', 'e', 's', 't'}

const (
	rangeHole    = "[0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@]"
	contentsHole = "<3006040474657374000000000000000000000000>"

	signatureBody = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached" +
		"/ByteRange " + rangeHole + "/Contents " + contentsHole +
		"/M(D:20260301120000+05'00')/Name<FEFF0428044B043C043A0435043D0442>/Reason(Certified \\(test\\))>>"
)

// builder writes PDF files revision by revision, right or wrong as it is told.
type builder struct {
	out     []byte
	offsets map[int]string // entries of the revision being written
	packed  map[int][2]int // compressed objects: object stream and index
	size    int
	prev    int
}

func newBuilder() *builder {
	return &builder{
		out:     []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"),
		offsets: map[int]string{0: "0000000000 65535 f \n"},
		packed:  map[int][2]int{},
	}
}

func (b *builder) object(number int, body string) {
	b.at(number, len(b.out))
	b.out = fmt.Appendf(b.out, "%d 0 obj\n%s\nendobj\n", number, body)
}

// at lists an object at an offset.
func (b *builder) at(number, offset int) {
	b.offsets[number] = fmt.Sprintf("%010d 00000 n \n", offset)
	b.size = max(b.size, number+1)
}

// objectStream packs objects, in the order of their numbers, into stream number.
func (b *builder) objectStream(number int, objects map[int]string) {
	var head, text strings.Builder
	for i, n := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(&head, "%d %d ", n, text.Len())
		text.WriteString(objects[n] + " ")
		b.packed[n] = [2]int{number, i}
		b.size = max(b.size, n+1)
	}
	data := deflate([]byte(head.String() + text.String()))
	b.object(number, fmt.Sprintf("<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>stream\n%s\nendstream",
		len(objects), head.Len(), len(data), data))
}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(data)
	w.Close()
	return out.Bytes()
}

// table ends the revision with a cross-reference table.
func (b *builder) table(trailer string) {
	start := len(b.out)
	b.out = append(b.out, "xref\n"...)
	numbers := slices.Sorted(maps.Keys(b.offsets))
	for len(numbers) > 0 {
		n := 1
		for n < len(numbers) && numbers[n] == numbers[0]+n {
			n++
		}
		b.out = fmt.Appendf(b.out, "%d %d\n", numbers[0], n)
		for _, number := range numbers[:n] {
			b.out = append(b.out, b.offsets[number]...)
		}
		numbers = numbers[n:]
	}
	b.out = fmt.Appendf(b.out, "trailer\n<</Size %d/Root 1 0 R%s%s>>\n", b.size, b.prevEntry(), trailer)
	b.end(start)
}

// stream ends the revision with a cross-reference stream, with PNG prediction.
func (b *builder) stream(number int, trailer string) {
	start := len(b.out)
	b.at(number, start)
	rows, index := b.rows()
	data := deflate(rows)
	b.out = fmt.Appendf(b.out, "%d 0 obj\n<</Type/XRef/W[1 4 2]/Size %d/Root 1 0 R%s/Index[%s]/Filter/FlateDecode"+
		"/DecodeParms<</Predictor 12/Columns 7>>/Length %d%s>>stream\n%s\nendstream\nendobj\n",
		number, b.size, b.prevEntry(), index, len(data), trailer, data)
	b.end(start)
}

// rows encodes the entries with the PNG filter Up.
func (b *builder) rows() (rows []byte, index string) {
	prior := make([]byte, 7)
	for number := range b.size {
		row := make([]byte, 7)
		var offset, generation int
		var use byte
		if packed, ok := b.packed[number]; ok {
			row[0] = 2
			binary.BigEndian.PutUint32(row[1:], uint32(packed[0]))
			binary.BigEndian.PutUint16(row[5:], uint16(packed[1]))
		} else if entry, ok := b.offsets[number]; ok {
			fmt.Sscanf(entry, "%d %d %c", &offset, &generation, &use)
			if use == 'n' {
				row[0] = 1
			}
			binary.BigEndian.PutUint32(row[1:], uint32(offset))
			binary.BigEndian.PutUint16(row[5:], uint16(generation))
		} else {
			continue
		}
		index += fmt.Sprintf("%d 1 ", number)
		rows = append(rows, 2)
		for i := range row {
			rows = append(rows, row[i]-prior[i])
		}
		prior = row
	}
	return rows, index
}

func (b *builder) prevEntry() string {
	if b.prev == 0 {
		return ""
	}
	return fmt.Sprintf("/Prev %d", b.prev)
}

func (b *builder) end(start int) {
	b.out = fmt.Appendf(b.out, "startxref\n%d\n%%%%EOF\n", start)
	b.prev = start
	b.offsets, b.packed = map[int]string{}, map[int][2]int{}
	b.seal()
}

// seal writes the right /ByteRange into every hole left open.
func (b *builder) seal() {
	for {
		hole := bytes.LastIndex(b.out, []byte(rangeHole))
		if hole < 0 {
			return
		}
		start := bytes.Index(b.out[hole:], []byte("/Contents <")) + hole + len("/Contents ")
		end := start + len(contentsHole)
		copy(b.out[hole:], fmt.Sprintf("[0 %-10d %-10d %-10d]", start, end, len(b.out)-end))
	}
}

// sample is a signed one-page file whose objects can be replaced. An empty body
// leaves the object out.
type sample map[int]string

func (s sample) objects() map[int]string {
	objects := map[int]string{
		1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</SigFlags 3/Fields[4 0 R]>>/Perms<</DocMDP 5 0 R>>>>",
		2: "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Annots[4 0 R]/Contents 6 0 R>>",
		4: "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/F 132/P 3 0 R/V 5 0 R>>",
		5: strings.Replace(signatureBody, "/M(", "/Reference[<</Type/SigRef/TransformMethod/DocMDP"+
			"/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]/M(", 1),
		6: "<</Length 7 0 R>>stream\n0 0 1 rg 10 10 50 50 re f\nendstream",
		7: "25",
	}
	maps.Copy(objects, s)
	return objects
}

// start writes the objects of the first revision.
func (s sample) start() *builder {
	b := newBuilder()
	objects := s.objects()
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		if objects[n] != "" {
			b.object(n, objects[n])
		}
	}
	return b
}

func (s sample) build() []byte {
	b := s.start()
	b.table("/ID[<31><31>]")
	return b.out
}

// twoRevisions is a certified file with a second, approval signature.
func twoRevisions() []byte {
	return secondSignature(signatureBody).out
}

// secondSignature appends a signature field and its dictionary to the sample.
func secondSignature(body string) *builder {
	b := sample{}.start()
	b.table("/ID[<31><31>]")
	objects := sample{}.objects()
	b.object(1, strings.Replace(objects[1], "[4 0 R]", "[4 0 R 8 0 R]", 1))
	b.object(3, strings.Replace(objects[3], "[4 0 R]", "[4 0 R 8 0 R]", 1))
	b.object(8, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature2)/Rect[0 0 0 0]/F 132/P 3 0 R/V 9 0 R>>")
	b.object(9, body)
	b.table("/ID[<31><32>]")
	return b
}

// packedFile has its document objects in an object stream and a cross-reference
// stream; the signature is a top-level object.
func packedFile() []byte {
	return sample{}.packed()
}

// packed writes every object but streams, their lengths and signatures into
// object stream 8.
func (s sample) packed() []byte {
	b := newBuilder()
	objects := s.objects()
	inside := map[int]string{}
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		if n <= 4 {
			inside[n] = objects[n]
		} else {
			b.object(n, objects[n])
		}
	}
	b.objectStream(8, inside)
	b.stream(9, "/ID[<31><31>]")
	return b.out
}

// hybrid is a file with a table and, for readers that know it, a stream that
// adds the field's object.
func hybrid() []byte { return hybridOf(sample{}.objects(), 4) }

// agreeing is a hybrid file in which the stream adds what nothing refers to.
func agreeing() []byte {
	objects := unsigned(nil).objects()
	objects[10] = "<</Note true>>"
	return hybridOf(objects, 10)
}

// hybridOf hides one of the objects in the stream.
func hybridOf(objects map[int]string, hidden int) []byte {
	b := newBuilder()
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		if n != hidden {
			b.object(n, objects[n])
		}
	}
	b.objectStream(8, map[int]string{hidden: objects[hidden]})
	packed := b.packed[hidden]
	at := len(b.out)
	row := deflate([]byte{2, 0, byte(packed[0]), 0, byte(packed[1])})
	b.out = fmt.Appendf(b.out, "9 0 obj\n<</Type/XRef/W[1 2 2]/Size %d/Index[%d 1]/Filter/FlateDecode/Length %d>>stream\n%s\nendstream\nendobj\n",
		max(10, hidden+1), hidden, len(row), row)
	b.at(9, at)
	b.table(fmt.Sprintf("/ID[<31><31>]/XRefStm %d", at))
	return b.out
}

// linearized is the sample with its first-page section at the beginning; both
// passes have the same lengths, the second knows the offsets.
func linearized() []byte {
	objects := sample{}.objects()
	objects[8] = "<</Linearized 1>>"
	b := newBuilder()
	header := b.out
	offsets := map[int]int{}
	first, main := 0, 0
	put := func(numbers ...int) {
		for _, n := range numbers {
			offsets[n] = len(b.out)
			b.out = fmt.Appendf(b.out, "%d 0 obj\n%s\nendobj\n", n, objects[n])
		}
	}
	list := func(from, to int) {
		for n := from; n < to; n++ {
			b.out = fmt.Appendf(b.out, "%010d 00000 n \n", offsets[n])
		}
	}
	for range 2 {
		b.out = bytes.Clone(header)
		put(8)
		first = len(b.out)
		b.out = append(b.out, "xref\n3 6\n"...)
		list(3, 9)
		b.out = fmt.Appendf(b.out, "trailer\n<</Size 9/Root 1 0 R/Prev %010d>>\nstartxref\n0\n%%%%EOF\n", main)
		put(3, 4, 5, 6, 7, 1, 2)
		main = len(b.out)
		b.out = append(b.out, "xref\n0 3\n0000000000 65535 f \n"...)
		list(1, 3)
		b.out = fmt.Appendf(b.out, "trailer\n<</Size 3>>\nstartxref\n%d\n%%%%EOF\n", first)
	}
	b.seal()
	return b.out
}
