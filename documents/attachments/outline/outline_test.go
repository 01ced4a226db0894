package outline_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"tamga/documents/attachments/outline"
)

// pdf is a PDF with a cross-reference of its objects, the first of which is the catalog.
func pdf(objects ...string) []byte { return pdfAfter("", objects...) }

// pdfAfter is one with something before it, which its cross-reference counts.
func pdfAfter(before string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString(before)
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

func plainPDF(more ...string) []byte {
	return pdf(append([]string{"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>", "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"}, more...)...)
}

type file struct{ name, body string }

// archive is a ZIP of files, in order.
func archive(t testing.TB, method uint16, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		part, err := w.CreateHeader(&zip.FileHeader{Name: f.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, f.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`

func docx(t testing.TB, more ...file) []byte {
	return archive(t, zip.Deflate, append([]file{
		{"[Content_Types].xml", contentTypes}, {"_rels/.rels", "<Relationships/>"}, {"word/document.xml", "<w:document/>"},
	}, more...)...)
}

func odt(t testing.TB, more ...file) []byte {
	return archive(t, zip.Store, append([]file{{"mimetype", outline.ODT}, {"content.xml", "<office/>"}}, more...)...)
}

func picture(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.White, color.Black})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pngFile(t testing.TB) []byte { return picture(t, png.Encode) }
func jpegFile(t testing.TB) []byte {
	return picture(t, func(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) })
}
func gifFile(t testing.TB) []byte {
	return picture(t, func(w io.Writer, i image.Image) error { return gif.Encode(w, i, nil) })
}

// tiff is a page of one strip.
func tiff(pixels string) []byte {
	le := binary.LittleEndian
	b := []byte("II*\x00\x08\x00\x00\x00")
	entries := [][3]uint32{{256, 3, 2}, {257, 3, 2}, {273, 4, 0}, {279, 4, uint32(len(pixels))}}
	end := 8 + 2 + 12*len(entries) + 4
	b = le.AppendUint16(b, uint16(len(entries)))
	for _, e := range entries {
		v := e[2]
		if e[0] == 273 {
			v = uint32(end)
		}
		b = le.AppendUint16(le.AppendUint16(b, uint16(e[0])), uint16(e[1]))
		b = le.AppendUint32(le.AppendUint32(b, 1), v)
	}
	return append(le.AppendUint32(b, 0), pixels...)
}

// compound is a compound file with an entry of each name; the first, if it is a stream
// of some length, has its bytes.
func compound(body []byte, names ...string) []byte {
	const sector = 512
	le := binary.LittleEndian
	body = append(slices.Clone(body), make([]byte, 4096)...)
	body = body[:(len(body)+sector-1)/sector*sector]
	head := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, sector-8)...)
	le.PutUint16(head[30:], 9)
	le.PutUint32(head[44:], 1)
	le.PutUint32(head[48:], 1)
	le.PutUint32(head[68:], 0xfffffffe)
	for i := range 109 {
		le.PutUint32(head[76+4*i:], 0xffffffff)
	}
	le.PutUint32(head[76:], 0)
	dir := make([]byte, 128*(len(names)+3)/sector*sector+sector)
	for i, name := range names {
		e := dir[128*i:]
		for k, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(e[2*k:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(utf16.Encode([]rune(name)))+2))
		e[66] = 2
		le.PutUint32(e[116:], 0xfffffffe)
		if i == 0 {
			le.PutUint32(e[116:], uint32(1+len(dir)/sector))
			le.PutUint64(e[120:], uint64(len(body)))
		}
	}
	fat := bytes.Repeat([]byte{0xff}, sector)
	le.PutUint32(fat, 0xfffffffd)
	next := uint32(1)
	for _, length := range []int{len(dir), len(body)} {
		for n := length / sector; n > 0; n-- {
			v := next + 1
			if n == 1 {
				v = 0xfffffffe
			}
			le.PutUint32(fat[4*next:], v)
			next++
		}
	}
	return slices.Concat(head, fat, dir, body)
}

// lying is an archive whose only entry unpacks to more than it says.
func lying(t testing.TB) []byte {
	t.Helper()
	var packed bytes.Buffer
	w, _ := flate.NewWriter(&packed, 9)
	body := make([]byte, 1<<20)
	_, _ = w.Write(body)
	_ = w.Close()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part, err := z.CreateRaw(&zip.FileHeader{
		Name: "a.txt", Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(body), CompressedSize64: uint64(packed.Len()), UncompressedSize64: 10,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(packed.Bytes())
	_ = z.Close()
	return b.Bytes()
}

// flagged is an archive whose only entry has a flag.
func flagged(t testing.TB, flag uint16) []byte {
	b := archive(t, zip.Store, file{"a.txt", "text"})
	for _, at := range []int{6, bytes.Index(b, []byte("PK\x01\x02")) + 8} {
		binary.LittleEndian.PutUint16(b[at:], binary.LittleEndian.Uint16(b[at:])|flag)
	}
	return b
}

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

const cmsOID = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"

// samples are files with what is right of them: each hostile one has its neighbour that
// is clean.
func samples(t testing.TB) []struct {
	name string
	file []byte
	kind string
	want string
} {
	clean, act := plainPDF("<</S/URI/URI(https://tamga.example)>>"), func(s string) []byte { return plainPDF(s) }
	zipped := archive(t, zip.Deflate, file{"scan.png", string(pngFile(t))})
	bomb := archive(t, zip.Deflate, file{"a", strings.Repeat("\x00", 40<<20)})
	large := archive(t, zip.Deflate, file{"a", strings.Repeat("0123456789abcdef", 1<<20)})
	twoNames := bytes.Replace(archive(t, zip.Store, file{"a.txt", "text"}), []byte("a.txt"), []byte("b.txt"), 1)
	return []struct {
		name string
		file []byte
		kind string
		want string
	}{
		{"pdf with a link", clean, outline.PDF, ""},
		{"pdf with a blank line before it", pdfAfter("\r\n", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 0>>"), outline.PDF, ""},
		{"pdf with zeros behind it", join(clean, make([]byte, 99)), outline.PDF, ""},
		{"pdf with javascript", act("<</S/JavaScript/JS(app.alert)>>"), outline.PDF, "script"},
		{"pdf with an escaped name", act("<</S/#4aavaScript>>"), outline.PDF, "script"},
		{"pdf with a program for its form", act("<</XFA 3 0 R>>"), outline.PDF, "script"},
		{"pdf that launches", act("<</S/Launch/F(calc.exe)>>"), outline.PDF, "launch"},
		{"pdf that sends", act("<</S/SubmitForm/F(x)>>"), outline.PDF, "launch"},
		{"pdf with a file", act("<</Type/Filespec/EF<</F 3 0 R>>>>"), outline.PDF, "embedded"},
		{"pdf that goes to a page", act("<</S/GoTo/D[3 0 R/Fit]>>"), outline.PDF, ""},
		{"pdf that says JavaScript in its text", act("(a text about /JavaScript and /Launch)"), outline.PDF, ""},
		{"pdf with its references broken", bytes.Replace(act("<</S/JavaScript>>"), []byte("startxref\n"), []byte("startxref\n9"), 1), outline.PDF, "script unread"},
		{"pdf then zip", join(clean, zipped), outline.PDF, "polyglot"},
		{"pdf then a note", join(clean, []byte("sent by a portal")), outline.PDF, "trailing"},
		{"png", pngFile(t), outline.PNG, ""},
		{"png cut short", pngFile(t)[:60], outline.PNG, "unread"},
		{"png then zip", join(pngFile(t), zipped), outline.PNG, "polyglot"},
		{"png then html", join(pngFile(t), []byte("<html><script>x</script></html>")), outline.PNG, "polyglot"},
		{"jpeg", jpegFile(t), outline.JPEG, ""},
		{"jpeg with a second picture", join(jpegFile(t), jpegFile(t)), outline.JPEG, ""},
		{"jpeg with padding", join(jpegFile(t), make([]byte, 512)), outline.JPEG, ""},
		{"jpeg then pdf", join(jpegFile(t), clean), outline.JPEG, "polyglot"},
		{"jpeg then unknown bytes", join(jpegFile(t), []byte("\x00\x00\x00\x18ftypmp42")), outline.JPEG, "trailing"},
		{"gif", gifFile(t), outline.GIF, ""},
		{"gif then html", join(gifFile(t), []byte("<script>x</script>")), outline.GIF, "polyglot"},
		{"tiff", tiff("pixels"), outline.TIFF, ""},
		{"tiff then zip", join(tiff("pixels"), zipped), outline.TIFF, "polyglot"},
		{"tiff of a page outside", tiff("pixels")[:60], outline.TIFF, "unread"},
		{"zip", zipped, outline.ZIP, ""},
		{"zip of a pdf as it is", archive(t, zip.Store, file{"a.pdf", string(clean)}), outline.ZIP, ""},
		{"zip with a zip", archive(t, zip.Deflate, file{"a.ZIP", "x"}), outline.ZIP, "archive"},
		{"zip with a program", archive(t, zip.Deflate, file{"invoice.pdf.exe", "x"}), outline.ZIP, "executable"},
		{"zip that is encrypted", flagged(t, 1), outline.ZIP, "encrypted"},
		{"zip with another flag", flagged(t, 0x800), outline.ZIP, ""},
		{"zip bomb", bomb, outline.ZIP, "bomb"},
		{"zip of as much that is not", large, outline.ZIP, ""},
		{"zip that lies", lying(t), outline.ZIP, "bomb"},
		{"zip with two names of one file", twoNames, outline.ZIP, "polyglot"},
		{"zip then unknown bytes", join(zipped, []byte("unknown")), outline.ZIP, "trailing"},
		{"zip before zip", join(archive(t, zip.Store, file{"a", "x"}), zipped), outline.ZIP, "unread"},
		{"docx", docx(t), outline.DOCX, ""},
		{"docx with a link", docx(t, file{"word/_rels/document.xml.rels", `<Relationships><Relationship Id="r" Type="http://x/hyperlink" Target="http://y" TargetMode="External"/></Relationships>`}), outline.DOCX, ""},
		{"docx with a template elsewhere", docx(t, file{"word/_rels/settings.xml.rels", `<Relationships><Relationship Id="r" Type="http://x/attachedTemplate" Target="http://y" TargetMode="External"/></Relationships>`}), outline.DOCX, "external"},
		{"docx with macros", docx(t, file{"word/vbaProject.bin", "x"}), outline.DOCX, "macro"},
		{"docx with an object", docx(t, file{"word/embeddings/oleObject1.bin", "x"}), outline.DOCX, "embedded"},
		{"odt", odt(t), outline.ODT, ""},
		{"odt with macros", odt(t, file{"Basic/Standard/Module1.xml", "x"}), outline.ODT, "macro"},
		{"odt that is encrypted", odt(t, file{"META-INF/manifest.xml", "<manifest:encryption-data/>"}), outline.ODT, "encrypted"},
		{"jar", archive(t, zip.Deflate, file{"META-INF/MANIFEST.MF", "x"}), outline.ZIP, "executable"},
		{"doc", compound(nil, "WordDocument", "1Table"), outline.DOC, ""},
		{"doc with macros", compound(nil, "WordDocument", "Macros", "VBA"), outline.DOC, "macro"},
		{"doc that is encrypted", compound([]byte{0xec, 0xa5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, "WordDocument"), outline.DOC, "encrypted"},
		{"xls", compound([]byte{9, 8, 2, 0, 0, 6}, "Workbook"), outline.XLS, ""},
		{"xls that is encrypted", compound([]byte{9, 8, 2, 0, 0, 6, 0x2f, 0, 2, 0, 0, 0}, "Workbook"), outline.XLS, "encrypted"},
		{"xls with a sheet of macros", compound([]byte{0x85, 0, 8, 0, 0, 0, 0, 0, 0, 1, 0, 0}, "Workbook"), outline.XLS, "macro"},
		{"docx that is encrypted", compound(nil, "EncryptedPackage", "EncryptionInfo"), outline.OLE, "encrypted"},
		{"doc then zip", join(compound(nil, "WordDocument"), zipped), outline.DOC, "polyglot"},
		{"rtf", []byte(`{\rtf1 text {\b bold} \} }`), outline.RTF, ""},
		{"rtf with an object", []byte(`{\rtf1 {\object{\*\objdata 0105}}}`), outline.RTF, "embedded"},
		{"text", []byte("Өтініш: 1 < 2, <b>, javascript"), outline.Text, ""},
		{"text in one byte for each letter", []byte("\xc7\xe0\xff\xe2\xeb\xe5\xed\xe8\xe5\r\n"), outline.Text, ""},
		{"text in UTF-16", []byte("\xff\xfeA\x00\x04\x04\n\x00"), outline.Text, ""},
		{"text about PDF", []byte("%PDF- is how a PDF begins"), outline.Text, ""},
		{"html", []byte("\ufeff <!DOCTYPE html><p>text</p>"), outline.HTML, ""},
		{"html with a script", []byte("<html><script>x</script>"), outline.HTML, "script"},
		{"html in UTF-16", []byte("\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00"), outline.HTML, ""},
		{"text that becomes html", []byte("Dear <html onload=x>"), outline.HTML, "script"},
		{"svg", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>`), outline.SVG, ""},
		{"svg behind a comment", []byte(`<!-- drawn --><svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>`), outline.SVG, "script"},
		{"xml", []byte(`<?xml version="1.0" encoding="windows-1251"?><a>` + "\xc7" + `</a>`), outline.XML, ""},
		{"xml with an entity", []byte(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>`), outline.XML, "external"},
		{"cms", []byte("\x30\x0d" + cmsOID + "\x02\xa0\x00"), outline.CMS, ""},
		{"cms that is encrypted", []byte("\x30\x0d" + cmsOID + "\x03\xa0\x00"), outline.CMS, "encrypted"},
		{"program", join([]byte("MZ"), make([]byte, 99)), outline.EXE, "executable"},
		{"program of a shell", []byte("#!/bin/sh\n"), outline.EXE, "executable"},
		{"rar", []byte("Rar!\x1a\x07\x01\x00"), outline.RAR, "unread"},
		{"nothing", nil, outline.Unknown, ""},
		{"unknown", []byte{1, 2, 3, 0, 5}, outline.Unknown, ""},
	}
}

func TestJudge(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			v := outline.Judge(s.file)
			var got []string
			for _, f := range v.Findings {
				got = append(got, string(f))
			}
			if v.Type != s.kind || strings.Join(got, " ") != s.want {
				t.Errorf("is %s with %q, and must be %s with %q", v.Type, got, s.kind, s.want)
			}
		})
	}
}

// A name says nothing of a file, and the form of a signature is seen.
func TestSigned(t *testing.T) {
	for name, want := range map[string]bool{
		"\x30\x0d" + cmsOID + "\x02\xa0\x00":                                       true,
		"\x30\x0d" + cmsOID + "\x03\xa0\x00":                                       false,
		`<doc><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></doc>`: true,
		`<doc><Name>Signature</Name></doc>`:                                        false,
	} {
		if v := outline.Judge([]byte(name)); v.Signed != want {
			t.Errorf("%q is signed: %v", name, v.Signed)
		}
	}
}

// Hostile files, twenty at a time: what judging them takes stays bounded.
func TestJudgeIsBounded(t *testing.T) {
	hostile := [][]byte{
		[]byte(strings.Repeat("<a>", 2<<20)), []byte(strings.Repeat("{", 4<<20)), lying(t),
		archive(t, zip.Deflate, file{"a", strings.Repeat("\x00", 40<<20)}),
		plainPDF(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)),
		compound(nil, "WordDocument"), join([]byte("\xff\xd8\xff"), bytes.Repeat([]byte{0xff}, 4<<20)), join([]byte("<?xml?><a "), bytes.Repeat([]byte("b='c' "), 1<<20)),
	}
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	var most uint64
	stop, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				var now runtime.MemStats
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapInuse)
			}
		}
	}()
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() { outline.Judge(hostile[i%len(hostile)]) })
	}
	all.Wait()
	close(stop)
	<-watched
	if grown := int64(most) - int64(before.HeapInuse); grown > 1<<30 {
		t.Errorf("twenty files took %d MiB", grown>>20)
	}
}

func FuzzJudge(f *testing.F) {
	for _, s := range samples(f) {
		if len(s.file) < 64<<10 {
			f.Add(s.file)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v := outline.Judge(b)
		if again := outline.Judge(b); again.Type != v.Type || !slices.Equal(again.Findings, v.Findings) {
			t.Errorf("%v, and then %v", v, again)
		}
		for i, one := range v.Findings {
			if !slices.Contains(outline.Findings(), one) || slices.Contains(v.Findings[:i], one) {
				t.Errorf("finding %q", one)
			}
		}
	})
}
