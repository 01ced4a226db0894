package pdf

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"strconv"

	"tamga/fonts"
)

// errApart means that gofpdf wrote something else than the version we were
// made for; it can only happen after its version was changed.
var errApart = errors.New("output of the drawing library has an unknown form")

// drawn is the output of gofpdf, taken apart.
type drawn struct {
	objects map[int][]byte // the text between "obj" and "endobj"
	pages   [][]byte       // content streams in the order of drawing
}

// takeApart finds the objects of a file through its cross-reference table.
func takeApart(file []byte) (*drawn, error) {
	_, tail, ok := bytes.Cut(file[max(0, len(file)-64):], []byte("startxref\n"))
	start := leadingInt(tail)
	if !ok || start <= 0 || start >= len(file) {
		return nil, errApart
	}
	rows := bytes.Split(file[start:], []byte("\n"))
	if len(rows) < 3 || string(rows[0]) != "xref" {
		return nil, errApart
	}
	_, count, _ := bytes.Cut(rows[1], []byte(" "))
	d := &drawn{objects: map[int][]byte{}}
	for n := 1; n < leadingInt(count) && n+2 < len(rows); n++ {
		at := leadingInt(rows[n+2])
		if at <= 0 || at >= start {
			return nil, errApart
		}
		body, err := object(file[at:start], n)
		if err != nil {
			return nil, err
		}
		d.objects[n] = body
	}
	return d, d.findPages()
}

// object cuts the object number n from the start of the file's rest.
func object(rest []byte, n int) ([]byte, error) {
	head := []byte(strconv.Itoa(n) + " 0 obj\n")
	if !bytes.HasPrefix(rest, head) {
		return nil, errApart
	}
	rest = rest[len(head):]
	end := bytes.Index(rest, []byte("endobj"))
	if s := bytes.Index(rest, []byte("stream\n")); s >= 0 && s < end {
		length, ok := entry(rest[:s], "/Length ")
		if !ok || s+7+length > len(rest) {
			return nil, errApart
		}
		return rest[:s+7+length], nil
	}
	if end < 0 {
		return nil, errApart
	}
	return rest[:end], nil
}

// findPages collects the content streams; the fonts in them get the names that
// the resources of our files have.
func (d *drawn) findPages() error {
	names := map[string]string{}
	resources := d.objects[2]
	for c := range faceCount {
		for n, body := range d.objects {
			if bytes.Contains(body, []byte("/Type0\n/BaseFont /utf8"+family+cuts[c].style+"\n")) {
				names[" "+strconv.Itoa(n)+" 0 R"] = "/F" + strconv.Itoa(int(c)) + " "
			}
		}
	}
	var pairs [][2][]byte
	for row := range bytes.SplitSeq(resources, []byte("\n")) {
		id, ref, ok := bytes.Cut(row, []byte(" "))
		if name := names[" "+string(ref)]; ok && name != "" {
			pairs = append(pairs, [2][]byte{append(bytes.Clone(id), ' '), []byte(name)})
		}
	}
	if len(pairs) != int(faceCount) {
		return errApart
	}
	for n := 1; n <= len(d.objects); n++ {
		if !bytes.HasPrefix(d.objects[n], []byte("<</Type /Page\n")) {
			continue
		}
		at, _ := entry(d.objects[n], "/Contents ")
		content, err := d.stream(at)
		if err != nil {
			return err
		}
		for _, p := range pairs {
			content = bytes.ReplaceAll(content, p[0], p[1])
		}
		d.pages = append(d.pages, content)
	}
	return nil
}

// stream returns the data of a stream object, inflated if it was deflated.
func (d *drawn) stream(n int) ([]byte, error) {
	dict, data, ok := bytes.Cut(d.objects[n], []byte("stream\n"))
	if !ok {
		return nil, errApart
	}
	if !bytes.Contains(dict, []byte("/FlateDecode")) {
		return data, nil
	}
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errApart, err)
	}
	return io.ReadAll(z)
}

// font is an embedded font as gofpdf cut it.
type font struct {
	name       string // PostScript name with its subset tag
	program    []byte // TrueType, cut to the printable characters
	cidToGID   []byte // glyph of every CID, two bytes each; the CID is the UTF-16 code
	descriptor []byte // entries of the font descriptor that describe the shapes
}

// glyph returns the glyph of a character, 0 if there is none.
func (f *font) glyph(r rune) int { return int(f.cidToGID[2*r])<<8 | int(f.cidToGID[2*r+1]) }

// font finds the objects of a font by the name gofpdf gave it.
func (d *drawn) font(key, name string) (*font, error) {
	for _, body := range d.objects {
		if !bytes.HasPrefix(body, []byte("<</Type /Font\n/Subtype /CIDFontType2\n/BaseFont /utf8"+key+"\n")) {
			continue
		}
		descriptor, ok1 := entry(body, "/FontDescriptor ")
		mapping, ok2 := entry(body, "/CIDToGIDMap ")
		file, ok3 := entry(d.objects[descriptor], "/FontFile2 ")
		if !ok1 || !ok2 || !ok3 {
			return nil, errApart
		}
		f := &font{name: "TAMGAA+" + name}
		var err error
		if f.cidToGID, err = d.stream(mapping); err != nil {
			return nil, err
		}
		if f.program, err = d.stream(file); err != nil {
			return nil, err
		}
		if f.program, err = fonts.Unhinted(f.program); err != nil {
			return nil, fmt.Errorf("cutting font %s: %w", name, err)
		}
		_, rest, _ := bytes.Cut(d.objects[descriptor], []byte("/Ascent"))
		shape, _, ok := bytes.Cut(rest, []byte("/FontFile2"))
		if !ok || len(f.cidToGID) != 1<<17 {
			return nil, errApart
		}
		f.descriptor = append([]byte("/Ascent "), bytes.TrimSpace(shape)...)
		return f, nil
	}
	return nil, errApart
}

// entry returns the integer, or object number, that follows a key.
func entry(dict []byte, key string) (int, bool) {
	_, after, ok := bytes.Cut(dict, []byte(key))
	return leadingInt(after), ok
}

// leadingInt reads the decimal digits at the start of b.
func leadingInt(b []byte) int {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<30 {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}
