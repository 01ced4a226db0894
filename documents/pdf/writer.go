package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"tamga/documents"
)

// Object numbers that every file has. Those that depend on the document have
// the lowest numbers although they stand last: so the constant objects can
// refer to them, and stand, with final offsets, at the start of every file.
const (
	objPages = 1 + iota
	objInfo
	objMetadata
	objSignature
	objQR
	objFirstPage
	objFirstContent
	firstConstant
)

// skeleton is a file without its document: the header and all constant
// objects, written once.
type skeleton struct {
	prefix    []byte // header and constant objects
	xref      []byte // cross-reference entries of the constant objects
	next      int    // first free object number after them
	catalog   int
	widget    int
	resources int
	sides     map[side]int // background streams
}

// fixedParts are what the constant objects of one kind of document show.
type fixedParts struct {
	emblem []byte // object
	sides  map[side][]byte
	faces  face // how many: the italic, the last, is for the licence only
}

// newSkeleton writes the constant objects of one kind of document.
func newSkeleton(m *faces, fonts [faceCount]*font, fixed fixedParts) *skeleton {
	k := &skeleton{prefix: []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), next: firstConstant, sides: map[side]int{}}
	resources := []byte("<</Font<<")
	for c := range fixed.faces {
		resources = fmt.Appendf(resources, "/F%d %d 0 R", c, k.next)
		for _, body := range fontObjects(fonts[c], c, m, k.next) {
			k.add(body)
		}
	}
	resources = fmt.Appendf(resources, ">>/XObject<</Em %d 0 R/Qr %d 0 R>>>>", k.add(fixed.emblem), objQR)
	k.resources = k.add(resources)
	for _, lang := range []documents.Lang{documents.KK, documents.RU} {
		for _, first := range []bool{true, false} {
			k.sides[side{lang, first}] = k.add(stream("", fixed.sides[side{lang, first}]))
		}
	}
	k.widget = k.add(fmt.Appendf(nil, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature)/F 132/Rect[0 0 0 0]/P %d 0 R/V %d 0 R>>",
		objFirstPage, objSignature))
	k.catalog = k.add(fmt.Appendf(nil, "<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/Lang(kk-KZ)/ViewerPreferences<</DisplayDocTitle true>>"+
		"/AcroForm<</Fields[%d 0 R]/SigFlags 3>>/Perms<</DocMDP %d 0 R>>>>", objPages, objMetadata, k.widget, objSignature))
	return k
}

// add writes a constant object and returns its number.
func (k *skeleton) add(body []byte) int {
	n := k.next
	k.next++
	k.xref = appendEntry(k.xref, len(k.prefix))
	k.prefix = fmt.Appendf(k.prefix, "%d 0 obj\n%s\nendobj\n", n, body)
	return n
}

// appendEntry writes a cross-reference entry (ISO 32000-1, 7.5.4): 20 bytes.
func appendEntry(dst []byte, offset int) []byte {
	for unit := 1_000_000_000; unit > 0; unit /= 10 {
		dst = append(dst, '0'+byte(offset/unit%10))
	}
	return append(dst, " 00000 n \n"...)
}

// write assembles the file of the pages that have been set.
func (k *skeleton) write(s *setter, a about) ([]byte, error) {
	s.paginate(a.number)
	f := &s.file
	f.k, f.high = k, f.high[:0]
	f.out = append(make([]byte, 0, len(k.prefix)+2*SignatureRoom+8<<10+s.volume()/4), k.prefix...)
	for i := range s.used {
		p := &s.pages[i]
		f.page(i, p)
		if err := f.stream(f.content(i), "", p.content); err != nil {
			return nil, fmt.Errorf("packing page %d: %w", i+1, err)
		}
	}
	if err := f.stream(objQR, "/Type/XObject/Subtype/Form/BBox[0 0 1 1]", a.qr); err != nil {
		return nil, fmt.Errorf("packing QR code: %w", err)
	}
	f.pageTree(s.used)
	id := s.identity(a)
	f.metadata(a)
	ranges, contents := f.signature(a.moment)
	f.trailer(id)
	f.byteRange(ranges, contents)
	out := f.out
	f.out = nil
	return out, nil
}

// identity returns the file identifier: a digest of all that the file says, so
// that the same document gets the same one (ISO 32000-1, 14.4).
func (s *setter) identity(a about) [16]byte {
	h := sha256.New()
	for i := range s.used {
		h.Write(s.pages[i].content)
	}
	h.Write(a.qr)
	io.WriteString(h, a.number+a.title.KK+a.title.RU+a.author+a.subject+pdfDate(a.moment)) // a hash does not fail
	return [16]byte(h.Sum(nil))
}

// volume is the length of all page contents.
func (s *setter) volume() int {
	n := 0
	for i := range s.used {
		n += len(s.pages[i].content)
	}
	return n
}

// file is a file being written.
type file struct {
	out    []byte
	low    [firstConstant]int // offsets of the objects below the constants
	high   []int              // and of those after them
	k      *skeleton
	packed bytes.Buffer
	packer *zlib.Writer
}

// open starts object n and notes its offset.
func (f *file) open(n int) {
	if n < firstConstant {
		f.low[n] = len(f.out)
	} else {
		f.high = append(f.high, len(f.out))
	}
	f.out = appendInt(f.out, n)
	f.out = append(f.out, " 0 obj\n"...)
}

func (f *file) close() { f.out = append(f.out, "\nendobj\n"...) }

// str and num write PDF syntax of ours, never text of a document.
func (f *file) str(s string) *file {
	f.out = append(f.out, s...)
	return f
}

func (f *file) num(n int) *file {
	f.out = appendInt(f.out, n)
	return f
}

// sheet and content are the object numbers of a page and of its content.
func (f *file) sheet(i int) int {
	if i == 0 {
		return objFirstPage
	}
	return f.k.next + 2*(i-1)
}

func (f *file) content(i int) int { return f.sheet(i) + 1 }

// page writes a page object. Only the first page has the signature's widget,
// which is invisible but must stand on a page (ISO 32000-1, 12.7.4.5).
func (f *file) page(i int, p *page) {
	f.open(f.sheet(i))
	f.str("<</Type/Page/Parent ").num(objPages).str(" 0 R/MediaBox[0 0 595.28 841.89]/Resources ").num(f.k.resources).
		str(" 0 R/Contents[").num(f.k.sides[side{p.lang, p.first}]).str(" 0 R ").num(f.content(i)).str(" 0 R]")
	if i == 0 {
		f.str("/Annots[").num(f.k.widget).str(" 0 R]")
	}
	f.str(">>")
	f.close()
}

func (f *file) pageTree(pages int) {
	f.open(objPages)
	f.str("<</Type/Pages/Count ").num(pages).str("/Kids[")
	for i := range pages {
		f.num(f.sheet(i)).str(" 0 R ")
	}
	f.str("]>>")
	f.close()
}

// stream writes a compressed stream object.
func (f *file) stream(n int, dict string, data []byte) error {
	f.packed.Reset()
	if f.packer == nil {
		f.packer, _ = zlib.NewWriterLevel(&f.packed, zlib.BestSpeed) // the level is valid
	}
	f.packer.Reset(&f.packed)
	if _, err := f.packer.Write(data); err != nil {
		return err
	}
	if err := f.packer.Close(); err != nil {
		return err
	}
	f.open(n)
	f.str("<<").str(dict).str("/Filter/FlateDecode/Length ").num(f.packed.Len()).str(">>stream\n")
	f.out = append(f.out, f.packed.Bytes()...)
	f.str("\nendstream")
	f.close()
	return nil
}

// signature writes the signature dictionary of a certification that allows no
// change (ISO 32000-1, 12.8.2.2; ETSI EN 319 142-1, 6.3). It returns where the
// byte range and the contents have to be filled in.
func (f *file) signature(at time.Time) (ranges, contents int) {
	f.open(objSignature)
	f.str("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(").str(pdfDate(at)).
		str(")/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]/ByteRange ")
	ranges = len(f.out)
	f.str(blankRange).str("/Contents ")
	contents = len(f.out)
	f.str("<")
	f.out = append(f.out, zeros...)
	f.str(">>>")
	f.close()
	return ranges, contents
}

// blankRange is the room for the byte range: four numbers of up to ten digits.
const blankRange = "                                        "

// zeros are the digits of the empty /Contents. Read only.
var zeros = bytes.Repeat([]byte{'0'}, 2*SignatureRoom)

// byteRange writes what the signature covers: all but the value of /Contents
// with its angle brackets.
func (f *file) byteRange(ranges, contents int) {
	after := contents + 2*SignatureRoom + 2
	value := append(f.out[ranges:ranges], "[0 "...)
	value = append(appendInt(value, contents), ' ')
	value = append(appendInt(value, after), ' ')
	_ = append(appendInt(value, len(f.out)-after), ']')
}

// trailer writes the cross-reference table and the trailer.
func (f *file) trailer(id [16]byte) {
	start := len(f.out)
	f.str("xref\n0 ").num(f.k.next + len(f.high)).str("\n0000000000 65535 f \n")
	for n := 1; n < firstConstant; n++ {
		f.out = appendEntry(f.out, f.low[n])
	}
	f.out = append(f.out, f.k.xref...)
	for _, offset := range f.high {
		f.out = appendEntry(f.out, offset)
	}
	f.str("trailer\n<</Size ").num(f.k.next + len(f.high)).str("/Root ").num(f.k.catalog).
		str(" 0 R/Info ").num(objInfo).str(" 0 R/ID[")
	for range 2 {
		f.str("<")
		f.out = hex.AppendEncode(f.out, id[:])
		f.str(">")
	}
	f.str("]>>\nstartxref\n").num(start).str("\n%%EOF\n")
}
