package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// parsed is a file as our own strict reader sees it: no repair, every offset
// and every length must be right.
type parsed struct {
	objects  map[int][]byte
	contents []byte // bytes between the angle brackets of /Contents
	pages    []string
	sheets   []int
}

var (
	reTrailer  = regexp.MustCompile(`^trailer\n<</Size (\d+)/Root (\d+) 0 R/Info 2 0 R/ID\[<([0-9a-f]{32})><([0-9a-f]{32})>\]>>\nstartxref\n(\d+)\n%%EOF\n$`)
	reStream   = regexp.MustCompile(`^<<[^\n]*/Length (\d+)>>stream\n`)
	reRange    = regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\] *`)
	reKids     = regexp.MustCompile(`^<</Type/Pages/Count (\d+)/Kids\[((?:\d+ 0 R )+)\]>>\n$`)
	reContents = regexp.MustCompile(`/Contents\[(\d+) 0 R (\d+) 0 R\]`)
	reString   = regexp.MustCompile(`<([0-9A-F]*)>`)
	reText     = regexp.MustCompile(`Td (.*)T[jJ] ET\n`)
)

// parse reads a file and returns the first rule that it breaks.
func parse(file []byte) (*parsed, error) {
	if !bytes.HasPrefix(file, []byte("%PDF-1.7\n%\xE2\xE3\xCF\xD3\n")) {
		return nil, errors.New("no header with a binary comment")
	}
	at := bytes.LastIndex(file, []byte("trailer\n"))
	m := reTrailer.FindSubmatch(file[max(at, 0):])
	if m == nil || bytes.Count(file, []byte("%%EOF")) != 1 {
		return nil, errors.New("no single trailer of the known form")
	}
	start, _ := strconv.Atoi(string(m[5]))
	size, _ := strconv.Atoi(string(m[1]))
	table, ok := bytes.CutPrefix(file[min(start, at):at], fmt.Appendf(nil, "xref\n0 %d\n0000000000 65535 f \n", size))
	if !ok || len(table) != 20*(size-1) {
		return nil, errors.New("no cross-reference table of the right size where startxref points")
	}
	p := &parsed{objects: map[int][]byte{}}
	for n := 1; n < size; n++ {
		row := string(table[20*(n-1) : 20*n])
		offset, err := strconv.Atoi(row[:10])
		if err != nil || row[10:] != " 00000 n \n" || offset >= at {
			return nil, fmt.Errorf("entry %d: %q", n, row)
		}
		body, ok := bytes.CutPrefix(file[offset:at], fmt.Appendf(nil, "%d 0 obj\n", n))
		if !ok {
			return nil, fmt.Errorf("object %d is not at its offset", n)
		}
		if p.objects[n], err = cutObject(body); err != nil {
			return nil, fmt.Errorf("object %d: %w", n, err)
		}
	}
	if err := p.readSignature(file); err != nil {
		return nil, err
	}
	return p, p.readPages()
}

// cutObject returns an object up to its endobj, checking a stream's length.
func cutObject(body []byte) ([]byte, error) {
	if m := reStream.FindSubmatch(body); m != nil {
		length, _ := strconv.Atoi(string(m[1]))
		end := len(m[0]) + length
		if end > len(body) || !bytes.HasPrefix(body[end:], []byte("\nendstream\nendobj\n")) {
			return nil, errors.New("stream does not end after its length")
		}
		return body[:end], nil
	}
	end := bytes.Index(body, []byte("endobj\n"))
	if end < 0 || bytes.Contains(body[:end], []byte("stream")) {
		return nil, errors.New("no end, or a stream of unknown form")
	}
	return body[:end], nil
}

func (p *parsed) readSignature(file []byte) error {
	sig := p.objects[objSignature]
	for _, want := range []string{"/Type/Sig", "/Filter/Adobe.PPKLite", "/SubFilter/ETSI.CAdES.detached",
		"/TransformMethod/DocMDP", "/P 1", "/M(D:20261122184100+05'00')"} {
		if !bytes.Contains(sig, []byte(want)) {
			return fmt.Errorf("signature dictionary lacks %s", want)
		}
	}
	m := reRange.FindSubmatch(sig)
	if m == nil {
		return errors.New("no byte range")
	}
	var r [3]int
	for i := range r {
		r[i], _ = strconv.Atoi(string(m[i+1]))
	}
	if r[1]+r[2] != len(file) || r[0] >= r[1] || file[r[0]] != '<' || file[r[1]-1] != '>' ||
		!bytes.HasSuffix(file[:r[0]], []byte("/Contents ")) {
		return fmt.Errorf("byte range %v does not leave out exactly the contents", r)
	}
	p.contents = file[r[0]+1 : r[1]-1]
	return nil
}

// readPages decodes the text of every page, in the order of its operators.
func (p *parsed) readPages() error {
	m := reKids.FindSubmatch(p.objects[objPages])
	if m == nil {
		return errors.New("no page tree")
	}
	for _, ref := range strings.Split(strings.TrimSpace(string(m[2])), " R") {
		n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(ref), " 0")))
		if n == 0 {
			continue
		}
		c := reContents.FindSubmatch(p.objects[n])
		if c == nil {
			return fmt.Errorf("object %d is not a page", n)
		}
		at, _ := strconv.Atoi(string(c[2]))
		content, err := p.inflate(at)
		if err != nil {
			return err
		}
		p.sheets = append(p.sheets, n)
		p.pages = append(p.pages, pageText(content))
	}
	if string(m[1]) != strconv.Itoa(len(p.pages)) {
		return errors.New("wrong page count")
	}
	return nil
}

func (p *parsed) inflate(n int) ([]byte, error) {
	_, data, _ := bytes.Cut(p.objects[n], []byte("stream\n"))
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("stream %d: %w", n, err)
	}
	return io.ReadAll(z)
}

// pageText decodes the strings shown by a content stream, a line each.
func pageText(content []byte) string {
	var text strings.Builder
	for _, m := range reText.FindAllSubmatch(content, -1) {
		for _, s := range reString.FindAllSubmatch(m[1], -1) {
			raw := make([]byte, len(s[1])/2)
			hex.Decode(raw, s[1]) // the expression takes digits only
			for i := 0; i+1 < len(raw); i += 2 {
				text.WriteString(string(utf16.Decode([]uint16{uint16(raw[i])<<8 | uint16(raw[i+1])})))
			}
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// solid is a text without its white space, which setting moves about.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == nbsp || r == narrowNBSP || r == figureNBSP || r == '\f' {
			return -1
		}
		return shown(r)
	}, s)
}

func TestStructure(t *testing.T) {
	l := compiled(t)
	pages := map[string]int{"licence": 2, "licence-natural": 2, "licence-long": 4, "refusal": 2, "refusal-long": 25}
	for name, doc := range samples() {
		t.Run(name, func(t *testing.T) {
			p, err := parse(render(t, l, doc))
			if err != nil {
				t.Fatal(err)
			}
			if len(p.pages) != pages[name] {
				t.Errorf("%d pages, want %d", len(p.pages), pages[name])
			}
			if len(p.contents) != 2*SignatureRoom || strings.Trim(string(p.contents), "0") != "" {
				t.Error("contents are not a run of zeros of the promised size")
			}
			number := "№ " + sampleNumber(doc)
			for i, text := range p.pages {
				if !strings.Contains(text, number+"\n") || !strings.Contains(text, fmt.Sprintf("%d / %d\n", i+1, len(p.pages))) {
					t.Errorf("page %d lacks its number or the document's", i+1)
				}
			}
		})
	}
}

func TestCatalogCertifies(t *testing.T) {
	file := render(t, compiled(t), sampleLicence())
	for _, want := range []string{
		fmt.Sprintf("/Perms<</DocMDP %d 0 R>>", objSignature), "/SigFlags 3", "/FT/Sig", "/Lang(kk-KZ)",
		"/DisplayDocTitle true", "<dc:identifier>26000017</dc:identifier>", "/CreationDate(D:20261122184100+05'00')",
		"<xmp:CreateDate>2026-11-22T18:41:00+05:00</xmp:CreateDate>",
	} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("file lacks %s", want)
		}
	}
}

func TestDeterminism(t *testing.T) {
	a, b := compiled(t), compiled(t)
	for name, doc := range samples() {
		if one := render(t, a, doc); !bytes.Equal(one, render(t, a, doc)) || !bytes.Equal(one, render(t, b, doc)) {
			t.Errorf("%s: the same document gives different bytes", name)
		}
	}
}
