package pdf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"time"

	"tamga/documents"
	"tamga/language/words"
	"tamga/qr"
)

// Object numbers that every file has. Those that depend on the document have
// the lowest numbers although they stand last: so the constant objects can
// refer to them, and stand, with final offsets, at the start of every file.
const (
	objCatalog = 1 + iota
	objPages
	objInfo
	objMetadata
	objSignature
	objQR
	objStructure
	objParentTree
	objData
	objFileSpec
	objFirstPage
	objFirstContent
	firstConstant
)

// skeleton is a file without its document: the header and all constant
// objects, written once.
type skeleton struct {
	prefix    []byte // header and constant objects
	xref      []byte // cross-reference entries of the constant objects
	digest    []byte // state of SHA-256 after the prefix
	zeros     []byte // digits of the empty /Contents
	fonts     string // entries of the resources, open at XObject
	room      int    // bytes of the signature
	preview   bool   // it has no signature
	next      int    // first free object number after the constant objects
	widget    int
	resources int
	intent    int
	sides     [int(lookCount) * len(languages)]int // background streams
}

// at is the place of a background among those of its file.
func (s side) at() int {
	if s.lang == documents.RU {
		return int(s.look) + int(lookCount)
	}
	return int(s.look)
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
func (k *skeleton) write(s *setter, a *about) (p Prepared, err error) {
	f := &s.file
	f.k, f.high = k, f.high[:0]
	if f.digest == nil {
		f.digest = sha256.New()
	}
	f.digest.Reset()
	f.out = append(f.out[:0], k.prefix...)
	if f.code, err = f.appendCode(f.code[:0], a.qr); err != nil {
		return p, err
	}
	f.resources, f.room, f.subFilter = k.resources, cmp.Or(a.room, k.room), cmp.Or(a.subFilter, SubFilterCAdES)
	f.firstElement = k.next + 2*(s.used-1) + len(s.values.photos)
	if len(s.values.photos) > 0 {
		f.resources = f.firstElement
		f.firstElement++
	}
	for i := range s.used {
		f.page(i, &s.pages[i])
		f.stream(f.pageContent(i), "", s.pages[i].content)
	}
	f.photographs(s.values.photos)
	f.structure(s)
	f.stream(objQR, "/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<<>>", f.code)
	f.pageTree(s.used)
	f.attachment(a)
	f.metadata(a)
	id := f.identity(a)
	f.catalog()
	if k.preview {
		f.open(objSignature)
		f.str("null")
		f.close()
		f.trailer(id)
		p.File = bytes.Clone(f.out)
		return p, nil
	}
	ranges, contents := f.signature(a.moment)
	f.trailer(id)
	f.byteRange(ranges, contents)
	if p.File = a.into[:0]; cap(p.File) < len(f.out) {
		p.File = make([]byte, 0, len(f.out))
	}
	p.File = append(p.File, f.out...) // the scratch memory stays
	if cap(f.out) > maxScratch {
		f.out = nil
	}
	after := contents + 2*f.room + 2
	p.ByteRange = [4]int{0, contents, after, len(p.File) - after}
	if err := f.sign(k, &p); err != nil {
		return Prepared{}, err
	}
	return p, nil
}

// sign digests what the signature will cover, from where the digest of the
// constant objects stands.
func (f *file) sign(k *skeleton, p *Prepared) error {
	state, ok := f.digest.(encoding.BinaryUnmarshaler)
	if !ok {
		return errDigest
	}
	if err := state.UnmarshalBinary(k.digest); err != nil {
		return fmt.Errorf("%w: %w", errDigest, err)
	}
	f.digest.Write(p.File[len(k.prefix):p.ByteRange[1]]) // a hash does not fail
	f.digest.Write(p.File[p.ByteRange[2]:])
	f.sum = f.digest.Sum(f.sum[:0])
	copy(p.SHA256[:], f.sum)
	return nil
}

// errDigest cannot happen with the digests of the standard library.
var errDigest = errors.New("state of the digest cannot be kept")

// maxScratch is how large a file may be whose memory is kept for the next.
const maxScratch = 256 << 10

// identity returns the file identifier: a digest of all that the file says, so
// that the same document gets the same one (ISO 32000-1, 14.4). The streams have
// gone into the digest as they were written.
func (f *file) identity(a *about) (id [16]byte) {
	f.text.Reset()
	for _, text := range []string{a.number, a.title.KK, a.title.RU, a.author, a.subject.KK, a.subject.RU, pdfDate(a.moment)} {
		f.text.WriteString(text)
		f.text.WriteByte(0)
	}
	f.digest.Write(f.text.Bytes())
	f.sum = f.digest.Sum(f.sum[:0])
	copy(id[:], f.sum)
	return id
}

// file is a file being written.
type file struct {
	out          []byte
	low          [firstConstant]int // offsets of the objects below the constants
	high         []int              // and of those after them
	k            *skeleton
	text         bytes.Buffer
	packed       []byte
	packer       packer
	digest       hash.Hash
	sum          []byte
	encoder      qr.Encoder
	rects        []qr.Rect
	code         []byte // content of the QR code
	resources    int    // object number
	firstElement int    // object number
	form         int    // the element of the signature's widget
	room         int    // bytes of the signature
	subFilter    string
	attached     bool
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

// sheet and pageContent are the object numbers of a page and of its content.
func (f *file) sheet(i int) int {
	if i == 0 {
		return objFirstPage
	}
	return f.k.next + 2*(i-1)
}

func (f *file) pageContent(i int) int { return f.sheet(i) + 1 }

// page writes a page object. Only the first page has the signature's widget,
// which is invisible but must stand on a page (ISO 32000-1, 12.7.4.5).
func (f *file) page(i int, p *page) {
	f.open(f.sheet(i))
	f.str("<</Type/Page/Parent ").num(objPages).str(" 0 R/MediaBox[0 0 ").str(p.look.size()).str("]/Resources ").num(f.resources).
		str(" 0 R/Contents[").num(f.k.sides[side{p.lang, p.look}.at()]).str(" 0 R ").num(f.pageContent(i)).
		str(" 0 R]/StructParents ").num(i + 1).str("/Tabs/S")
	if i == 0 && !f.k.preview {
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

// catalog writes the root of the file.
func (f *file) catalog() {
	f.open(objCatalog)
	f.str("<</Type/Catalog/Pages ").num(objPages).str(" 0 R/Metadata ").num(objMetadata).
		str(" 0 R/Lang(kk-KZ)/MarkInfo<</Marked true>>/StructTreeRoot ").num(objStructure).
		str(" 0 R/ViewerPreferences<</DisplayDocTitle true>>/OutputIntents[").num(f.k.intent).
		str(" 0 R]")
	if !f.k.preview {
		f.str("/AcroForm<</Fields[").num(f.k.widget).str(" 0 R]/SigFlags 3>>/Perms<</DocMDP ").num(objSignature).str(" 0 R>>")
	}
	if f.attached {
		f.str("/AF[").num(objFileSpec).str(" 0 R]/Names<</EmbeddedFiles<</Names[(" + dataName + ")").num(objFileSpec).str(" 0 R]>>>>")
	}
	f.str(">>")
	f.close()
}

// dataName is the file name of the machine-readable document.
const dataName = "document.json"

// attachment writes the machine-readable document as an associated file (ISO
// 19005-3, 6.8). Without one its two objects are null.
func (f *file) attachment(a *about) {
	f.attached = len(a.data) > 0
	if !f.attached {
		for _, n := range []int{objData, objFileSpec} {
			f.open(n)
			f.str("null")
			f.close()
		}
		return
	}
	date := pdfDate(a.moment)
	f.stream(objData, "/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</Size "+itoa(len(a.data))+"/ModDate("+date+")>>", a.data)
	f.open(objFileSpec)
	f.str("<</Type/Filespec/F(" + dataName + ")/UF(" + dataName + ")/AFRelationship/Data/Desc")
	f.out = appendTextString(f.out, dataAbout()+a.schema)
	f.str("/EF<</F ").num(objData).str(" 0 R/UF ").num(objData).str(" 0 R>>>>")
	f.close()
}

func dataAbout() string {
	about := words.Of("paper.data")
	return about.KK + " / " + about.RU + ". JSON Schema: "
}

// stream writes a compressed stream object.
func (f *file) stream(n int, dict string, data []byte) {
	f.packed = f.packer.pack(f.packed[:0], data)
	f.digest.Write(f.packed) // a hash does not fail
	f.open(n)
	f.str("<<").str(dict).str("/Filter/FlateDecode/Length ").num(len(f.packed)).str(">>stream\n")
	f.out = append(f.out, f.packed...)
	f.str("\nendstream")
	f.close()
}

// signature writes the signature dictionary of a certification that allows no
// change (ISO 32000-1, 12.8.2.2; ETSI EN 319 142-1, 6.3). It returns where the
// byte range and the contents have to be filled in.
func (f *file) signature(at time.Time) (ranges, contents int) {
	f.open(objSignature)
	f.str("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/").str(f.subFilter).str("/M(").str(pdfDate(at)).
		str(")/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P 1/V/1.2>>>>]/ByteRange ")
	ranges = len(f.out)
	f.str(blankRange).str("/Contents ")
	contents = len(f.out)
	f.str("<")
	for left := 2 * f.room; left > 0; left -= len(f.k.zeros) {
		f.out = append(f.out, f.k.zeros[:min(left, len(f.k.zeros))]...)
	}
	f.str(">>>")
	f.close()
	return ranges, contents
}

// blankRange is the room for the byte range: four numbers of up to ten digits.
const blankRange = "                                        "

// byteRange writes what the signature covers: all but the value of /Contents
// with its angle brackets.
func (f *file) byteRange(ranges, contents int) {
	after := contents + 2*f.room + 2
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
	f.str("trailer\n<</Size ").num(f.k.next + len(f.high)).str("/Root ").num(objCatalog).
		str(" 0 R/Info ").num(objInfo).str(" 0 R/ID[")
	for range 2 {
		f.str("<")
		f.out = hex.AppendEncode(f.out, id[:])
		f.str(">")
	}
	f.str("]>>\nstartxref\n").num(start).str("\n%%EOF\n")
}
