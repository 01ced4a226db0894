package pdf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"tamga/documents"
)

// Photograph is a picture of an object: a JPEG or PNG file.
type Photograph struct {
	Data    []byte
	Alt     documents.Text // for those who do not see it; the caption if empty
	Caption documents.Text
}

// Limits of a photograph, checked before its pixels are unpacked.
const (
	maxPhotoBytes  = 6 << 20
	maxPhotoPixels = 24 << 20
	maxPhotoSide   = 10_000
	photoSide      = 1100 // 90 mm at 300 dpi; larger ones are scaled down
	photoQuality   = 82
)

// PhotographError says why a photograph cannot be printed.
type PhotographError struct {
	Field   string // JSON pointer, such as /photographs/2
	Problem string
}

func (e *PhotographError) Error() string { return e.Field + ": " + e.Problem }

// picture is a photograph ready to be written.
type picture struct {
	width, height int
	jpeg          []byte
	alt, caption  documents.Text
}

// photographs checks and prepares the photographs of a content. They are always
// unpacked and packed again: nothing but pixels gets into a document, neither
// the place where a picture was taken nor what is hidden behind its end.
func (c *cleaner) photographs(in []Photograph, dst []*picture) []*picture {
	if c.err == nil && len(in) > MaxPhotographs {
		c.err = &TooLongError{Field: "/photographs", Length: len(in), Limit: MaxPhotographs}
	}
	for i := range in {
		if c.err != nil {
			return dst
		}
		field := "/photographs/" + itoa(i)
		p, err := preparePhoto(in[i].Data)
		if err != nil {
			c.err = &PhotographError{Field: field, Problem: err.Error()}
			return dst
		}
		p.caption = c.both(field+"/caption", in[i].Caption, false)
		p.alt = c.both(field+"/alt", in[i].Alt, false)
		if p.alt.KK == "" || p.alt.RU == "" {
			p.alt = p.caption
		}
		if c.err == nil && (p.alt.KK == "" || p.alt.RU == "") {
			c.err = &MissingFieldError{Field: field + "/alt"}
		}
		dst = append(dst, p)
	}
	return dst
}

func preparePhoto(file []byte) (*picture, error) {
	if len(file) > maxPhotoBytes {
		return nil, fmt.Errorf("%d bytes, at most %d are allowed", len(file), maxPhotoBytes)
	}
	decode, config := jpeg.Decode, jpeg.DecodeConfig
	if bytes.HasPrefix(file, []byte("\x89PNG")) {
		decode, config = png.Decode, png.DecodeConfig
	}
	size, err := config(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("neither JPEG nor PNG: %w", err)
	}
	if size.Width < 16 || size.Height < 16 || size.Width > maxPhotoSide || size.Height > maxPhotoSide || size.Width*size.Height > maxPhotoPixels {
		return nil, fmt.Errorf("%d x %d pixels: at least 16 and at most %d a side, %d in all", size.Width, size.Height, maxPhotoSide, maxPhotoPixels)
	}
	raw, err := decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("cannot be unpacked: %w", err)
	}
	small := shrunk(upright(raw, orientation(file)), photoSide)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, small, &jpeg.Options{Quality: photoQuality}); err != nil {
		return nil, fmt.Errorf("cannot be packed: %w", err)
	}
	p := &picture{width: small.Bounds().Dx(), height: small.Bounds().Dy(), jpeg: out.Bytes()}
	return p, nil
}

// shrunk averages a picture down to a longest side, on white.
func shrunk(raw image.Image, longest int) *image.RGBA {
	b := raw.Bounds()
	w, h := b.Dx(), b.Dy()
	if m := max(w, h); m > longest {
		w, h = max(1, w*longest/m), max(1, h*longest/m)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			r, g, bl := average(raw, image.Rect(b.Min.X+x*b.Dx()/w, b.Min.Y+y*b.Dy()/h, b.Min.X+(x+1)*b.Dx()/w, b.Min.Y+(y+1)*b.Dy()/h))
			out.SetRGBA(x, y, color.RGBA{R: r, G: g, B: bl, A: 255})
		}
	}
	return out
}

// orientation returns how a camera says that a JPEG must be turned (Exif 2.3,
// 4.6.4), 1 to 8; 1 is as it is, and so is all that cannot be read.
func orientation(file []byte) int {
	for at := 2; at+4 <= len(file) && file[at] == 0xFF && file[at+1] != 0xDA; {
		size := int(binary.BigEndian.Uint16(file[at+2:]))
		end := at + 2 + size
		if size < 2 || end > len(file) {
			return 1
		}
		if body := file[at+4 : end]; file[at+1] == 0xE1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return exifOrientation(body[6:])
		}
		at = end
	}
	return 1
}

func exifOrientation(tiff []byte) int {
	var order binary.ByteOrder = binary.BigEndian
	if bytes.HasPrefix(tiff, []byte("II")) {
		order = binary.LittleEndian
	}
	if len(tiff) < 8 {
		return 1
	}
	at := int(order.Uint32(tiff[4:]))
	if at < 8 || at+2 > len(tiff) {
		return 1
	}
	for i := range int(order.Uint16(tiff[at:])) {
		entry := at + 2 + 12*i
		if entry+12 > len(tiff) {
			return 1
		}
		if order.Uint16(tiff[entry:]) == 0x0112 {
			if v := int(order.Uint16(tiff[entry+8:])); v >= 1 && v <= 8 {
				return v
			}
		}
	}
	return 1
}

// turned is a picture seen as its camera was held.
type turned struct {
	image.Image
	how int
}

func upright(raw image.Image, how int) image.Image {
	if how == 1 {
		return raw
	}
	return turned{raw, how}
}

func (t turned) Bounds() image.Rectangle {
	b := t.Image.Bounds()
	if t.how >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

func (t turned) At(x, y int) color.Color {
	b := t.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch t.how {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return t.Image.At(b.Min.X+x, b.Min.Y+y)
}

// photographs writes the pictures and the resources that name them.
func (f *file) photographs(all []*picture) {
	if len(all) == 0 {
		return
	}
	first := f.resources - len(all)
	for i, p := range all {
		f.open(first + i)
		f.str("<</Type/XObject/Subtype/Image/Width ").num(p.width).str("/Height ").num(p.height).
			str("/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode/Length ").num(len(p.jpeg)).str(">>stream\n")
		f.out = append(f.out, p.jpeg...)
		f.digest.Write(p.jpeg) // a hash does not fail
		f.str("\nendstream")
		f.close()
	}
	f.open(f.resources)
	f.str("<<" + f.k.fonts)
	for i := range all {
		f.str("/Im").num(i).str(" ").num(first + i).str(" 0 R")
	}
	f.str(">>>>")
	f.close()
}
