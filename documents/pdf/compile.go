package pdf

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"embed"
	"encoding"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"tamga/documents"
	"tamga/language/words"
)

//go:embed layouts/*.json layouts/README.md
var houseLayouts embed.FS

// Compile reads and compiles the layouts. It takes some tens of milliseconds
// and is called once, when the program starts; the fonts of a layout are cut
// when its first document is printed.
func Compile(o Options) (*Layouts, error) {
	l, err := compile(o)
	if err != nil {
		return nil, fmt.Errorf("compiling layouts: %w", err)
	}
	return l, nil
}

func compile(o Options) (*Layouts, error) {
	if o.CheckURL == nil {
		return nil, errors.New("no check address given")
	}
	if len(o.Editions) == 0 {
		return nil, errors.New("no edition of the rules given")
	}
	if o.SignatureRoom == 0 {
		o.SignatureRoom = SignatureRoom
	}
	if o.SignatureRoom < minSignatureRoom || o.SignatureRoom > maxSignatureRoom {
		return nil, fmt.Errorf("room of %d bytes for a signature: want %d to %d", o.SignatureRoom, minSignatureRoom, maxSignatureRoom)
	}
	f, fonts, err := specimen()
	if err != nil {
		return nil, err
	}
	l := &Layouts{
		checkURL: o.CheckURL, faces: f,
		scratch: make(chan *setter, 2*runtime.GOMAXPROCS(0)),
		press:   &press{faces: f, fonts: fonts, cuts: map[string][][]byte{}, room: o.SignatureRoom, icc: stream("/N 3", sRGBProfile())},
	}
	g, err := newStage(f)
	if err != nil {
		return nil, err
	}
	g.AddPageFormat("P", g.size(emblemSide, emblemSide))
	ornament(g)
	drawn, err := g.finish()
	if err != nil {
		return nil, err
	}
	if l.press.emblem, err = emblemObject(o.Emblem, drawn.pages[0]); err != nil {
		return nil, err
	}
	outside := outsideDigest(o.Emblem)
	for _, e := range o.parts() {
		specs, err := readSpecs(o.Folder, o.on(aDay(e)))
		if err != nil {
			return nil, err
		}
		surroundings := surroundings{faces: f, digest: outside, editions: o.Editions, edition: e}
		printed, err := surroundings.layouts(specs, l.press)
		if err != nil {
			return nil, err
		}
		l.editions = append(l.editions, edition{e, printed})
	}
	return l, nil
}

// outsideDigest is that of what all layouts print and none says: the fonts and
// the emblem.
func outsideDigest(emblem []byte) (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, c := range cuts {
		h.Write(c.face.Program()) // a hash does not fail
	}
	h.Write(emblem)
	h.Sum(sum[:0])
	return sum
}

// namedSpec is a layout with the file it was read from.
type namedSpec struct {
	file string
	spec *layoutSpec
}

// readSpecs reads our layouts, those of a folder and of a time in their place or
// beside them, and lays each over its base.
func readSpecs(folder fs.FS, dated []DatedLayout) (map[string]namedSpec, error) {
	read := map[string]namedSpec{}
	for _, from := range []fs.FS{House(), folder} {
		if from == nil {
			continue
		}
		names, err := fs.Glob(from, "*.json")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(from, name)
			if err != nil {
				return nil, fmt.Errorf("reading layout: %w", err)
			}
			if err := readNamed(read, name, data); err != nil {
				return nil, err
			}
		}
	}
	for _, d := range dated {
		if err := readNamed(read, d.Name+".json", d.JSON); err != nil {
			return nil, err
		}
	}
	out := map[string]namedSpec{}
	for name, s := range read {
		whole := s.spec
		for depth, base := 0, s.spec.Base; base != ""; depth++ {
			b, ok := read[base]
			if !ok || depth > 4 {
				return nil, &LayoutError{File: s.file, Place: "base", Problem: fmt.Sprintf("no base %q, or it has itself as base", base)}
			}
			whole, base = whole.over(b.spec), b.spec.Base
		}
		out[name] = namedSpec{s.file, whole}
	}
	return out, nil
}

// readNamed reads a layout into its place.
func readNamed(into map[string]namedSpec, file string, data []byte) error {
	spec, err := readSpec(file, data)
	if err != nil {
		return err
	}
	if spec.Name != strings.TrimSuffix(path.Base(file), ".json") || spec.Version == "" {
		return &LayoutError{File: file, Place: "name", Problem: "a layout has the name of its file, and a version"}
	}
	into[spec.Name] = namedSpec{file, spec}
	return nil
}

// press makes the constant objects of layouts.
type press struct {
	faces  *faces
	fonts  *[faceCount]*font
	emblem []byte
	icc    []byte
	room   int

	lock sync.Mutex
	cuts map[string][][]byte // font objects by their characters
}

// cut returns the objects of a font for some characters. References between
// them are those of the first place that fonts have.
func (p *press) cut(l *layout, c face, a alphabet, n int) ([][]byte, error) {
	set, name := l.characters(c, a)
	if set == nil {
		return nil, nil
	}
	p.lock.Lock()
	defer p.lock.Unlock()
	name = itoa(n) + " " + name
	if p.cuts[name] == nil {
		f, err := p.fonts[c].cut(set)
		if err != nil {
			return nil, fmt.Errorf("cutting font %s: %w", p.fonts[c].name, err)
		}
		p.cuts[name] = fontObjects(f, c, p.faces, n)
	}
	return p.cuts[name], nil
}

// skeleton draws the backgrounds of a layout and writes its constant objects.
func (p *press) skeleton(l *layout, a alphabet, used looks) (*skeleton, error) {
	g, err := newStage(p.faces)
	if err != nil {
		return nil, err
	}
	var sides []side
	for _, lang := range languages {
		for k := firstLook; k < lookCount; k++ {
			width, height := k.paper()
			g.AddPageFormat("P", g.size(width, height))
			l.sheet(g, side{lang, k})
			sides = append(sides, side{lang, k})
		}
	}
	for _, cut := range cuts { // what takes the pages apart looks for all faces
		g.SetFont(family, cut.style, 10)
		g.AddPage()
		g.Text(0, 0, "A")
	}
	drawn, err := g.finish()
	if err != nil {
		return nil, fmt.Errorf("layout %s: %w", l.file, err)
	}
	k := &skeleton{prefix: []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), next: firstConstant, room: p.room, preview: l.in.preview,
		zeros: bytes.Repeat([]byte{'0'}, 2*p.room)}
	var named [faceCount]int
	for c := range faceCount {
		objects, err := p.cut(l, c, a, k.next)
		if err != nil {
			return nil, err
		}
		if objects != nil {
			named[c] = k.next
		}
		for _, body := range objects {
			k.add(body)
		}
	}
	k.fonts = "/Font<<"
	for c, n := range named {
		if n > 0 {
			k.fonts += fmt.Sprintf("/F%d %d 0 R", c, n)
		}
	}
	k.fonts += fmt.Sprintf(">>/XObject<</Qr %d 0 R", objQR)
	if l.hasEmblem() {
		k.fonts += fmt.Sprintf("/Em %d 0 R", k.add(p.emblem))
	}
	k.resources = k.add([]byte("<<" + k.fonts + ">>>>"))
	for i, s := range sides {
		if used&(1<<s.look) == 0 {
			continue
		}
		k.sides[s.at()] = k.add(stream("", rounded(drawn.pages[i], 2)))
	}
	k.intent = k.add(fmt.Appendf(nil, "<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>", k.add(p.icc)))
	if !k.preview {
		k.widget = k.add(widget())
	}
	h := sha256.New()
	h.Write(k.prefix) // a hash does not fail
	state, ok := h.(encoding.BinaryMarshaler)
	if !ok {
		return nil, errDigest
	}
	k.digest, err = state.MarshalBinary()
	return k, err
}

// widget is the field of the signature.
func widget() []byte {
	return fmt.Appendf(nil, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature)/TU%s/F 132/Rect[0 0 0 0]/P %d 0 R/V %d 0 R/StructParent 0>>",
		appendTextString(nil, signatureAlt().KK+" / "+signatureAlt().RU), objFirstPage, objSignature)
}

// signatureAlt names the signature, which cannot be seen, to those who listen.
func signatureAlt() documents.Text { return documents.OnPaper(words.Of("paper.signature_alt")) }

// unlettered finds where the drawing library chooses a font; the emblem has no
// letters and its object no fonts.
var unlettered = regexp.MustCompile(`(?m)^BT /F0 .*Tf ET\n`)

// emblemObject returns the image or form XObject of the emblem, which fills
// the unit square.
func emblemObject(replacement, ornament []byte) ([]byte, error) {
	if len(replacement) == 0 {
		dict := fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 %[1]g %[1]g]/Matrix[%[2]g 0 0 %[2]g 0 0]/Resources<<>>",
			emblemSide, 1/emblemSide)
		return stream(dict, unlettered.ReplaceAll(rounded(ornament, 0), nil)), nil
	}
	rgb, side, err := readEmblem(replacement)
	if err != nil {
		return nil, err
	}
	dict := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %[1]d/Height %[1]d/ColorSpace/DeviceRGB/BitsPerComponent 8", side)
	return stream(dict, rgb), nil
}

// stream returns a compressed stream object. It is for constant objects, so
// the slowest and best compression is used.
func stream(dict string, data []byte) []byte {
	var packed bytes.Buffer
	z, _ := zlib.NewWriterLevel(&packed, zlib.BestCompression) // the level is valid
	z.Write(data)                                              // a bytes.Buffer does not fail
	z.Close()                                                  // likewise
	return fmt.Appendf(nil, "<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream", dict, packed.Len(), packed.Bytes())
}
