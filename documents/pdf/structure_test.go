package pdf

import (
	"bytes"
	"compress/zlib"
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
	reTrailer  = regexp.MustCompile(`^trailer\n<</Size (\d+)/Root (\d+) 0 R/Info 3 0 R/ID\[<([0-9a-f]{32})><([0-9a-f]{32})>\]>>\nstartxref\n(\d+)\n%%EOF\n$`)
	reStream   = regexp.MustCompile(`^<<[^\n]*/Length (\d+)>>stream\n`)
	reRange    = regexp.MustCompile(`/ByteRange \[0 (\d+) (\d+) (\d+)\] *`)
	reKids     = regexp.MustCompile(`^<</Type/Pages/Count (\d+)/Kids\[((?:\d+ 0 R )+)\]>>\n$`)
	reContents = regexp.MustCompile(`/Contents\[(\d+) 0 R (\d+) 0 R\]`)
)

// parse reads a file and returns the first rule that it breaks.
func parse(file []byte) (*parsed, error) {
	p, err := parseObjects(file)
	if err != nil {
		return nil, err
	}
	if err := p.readSignature(file); err != nil {
		return nil, err
	}
	return p, p.readPages()
}

func parseObjects(file []byte) (*parsed, error) {
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
	return p, nil
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

// shownLine is one line of text as a content stream shows it.
type shownLine struct {
	head    string // from BT to Td
	text    string
	widened int // thousandths, by TJ
}

// linesOf reads the texts of a content stream; the hyphens of divided words are
// soft hyphens in them.
func linesOf(content []byte) []shownLine {
	var all []shownLine
	for {
		at := bytes.Index(content, []byte("BT"))
		if at < 0 {
			return all
		}
		content = content[at:]
		td := bytes.Index(content, []byte("Td "))
		if td < 0 {
			return all
		}
		if et := bytes.Index(content, []byte("ET\n")); et >= 0 && et < td {
			content = content[et:] // a font chosen and not used
			continue
		}
		l := shownLine{head: string(content[:td])}
		content = content[td+3:]
		for len(content) > 0 && !bytes.HasPrefix(content, []byte("ET")) {
			if content[0] != '(' {
				if number := reNumber.Find(content); number != nil {
					n, _ := strconv.Atoi(string(number))
					l.widened -= n
					content = content[len(number):]
					continue
				}
				content = content[1:]
				continue
			}
			var s string
			s, content = literal(content[1:])
			l.text += s
		}
		all = append(all, l)
	}
}

var reNumber = regexp.MustCompile(`^-?\d+`)

// literal reads a string of two-byte codes up to its closing bracket.
func literal(b []byte) (string, []byte) {
	var raw []byte
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case ')':
			var codes []uint16
			for k := 0; k+1 < len(raw); k += 2 {
				codes = append(codes, uint16(raw[k])<<8|uint16(raw[k+1]))
			}
			return string(utf16.Decode(codes)), b[i+1:]
		case '\\':
			i++
			if b[i] == 'r' {
				raw = append(raw, '\r')
				continue
			}
			raw = append(raw, b[i])
		default:
			raw = append(raw, b[i])
		}
	}
	return "", nil
}

// pageText returns the texts of a content stream, a line each.
func pageText(content []byte) string {
	var text strings.Builder
	for _, l := range linesOf(content) {
		text.WriteString(l.text)
		text.WriteByte('\n')
	}
	return text.String()
}

// solid is a text without its white space, which setting moves about.
func solid(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == nbsp || r == narrowNBSP || r == figureNBSP || r == '\f' || r == softHyphen {
			return -1
		}
		return shown(r)
	}, s)
}

func TestStructure(t *testing.T) {
	l := compiled(t)
	pages := map[string]int{"licence": 2, "licence-natural": 2, "licence-long": 4, "refusal-long": 26,
		"licence-archaeology": 4, "licence-restoration": 4, "licence-both": 4, "licence-foreigner": 4, "export-certificate": 6, "export-certificate-paper": 6}
	for name, doc := range samples(t) {
		t.Run(name, func(t *testing.T) {
			p, err := parse(render(t, l, doc))
			if err != nil {
				t.Fatal(err)
			}
			if want := pages[name]; len(p.pages) != want && (want > 0 || len(p.pages) != 2) {
				t.Errorf("%d pages, want %d or, if that is 0, 2", len(p.pages), want)
			}
			if len(p.contents) != 2*SignatureRoom || strings.Trim(string(p.contents), "0") != "" {
				t.Error("contents are not a run of zeros of the promised size")
			}
			number := "№ \n" + doc.Number
			for i, text := range p.pages {
				if !strings.Contains(text, number+"\n") || !strings.Contains(text, fmt.Sprintf("%d / %d\n", i+1, len(p.pages))) {
					t.Errorf("page %d lacks its number or the document's", i+1)
				}
			}
		})
	}
}

func TestCatalogCertifies(t *testing.T) {
	file := render(t, compiled(t), specimens(t)["licence"])
	for _, want := range []string{
		fmt.Sprintf("/Perms<</DocMDP %d 0 R>>", objSignature), "/SigFlags 3", "/FT/Sig", "/Lang(kk-KZ)",
		"/DisplayDocTitle true", "<dc:identifier>26000020</dc:identifier>", "/CreationDate(D:20261122184100+05'00')",
		"<xmp:CreateDate>2026-11-22T18:41:00+05:00</xmp:CreateDate>",
	} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("file lacks %s", want)
		}
	}
}

func TestDeterminism(t *testing.T) {
	a, b := compiled(t), compiled(t)
	for name, doc := range samples(t) {
		if one := render(t, a, doc); !bytes.Equal(one, render(t, a, doc)) || !bytes.Equal(one, render(t, b, doc)) {
			t.Errorf("%s: the same document gives different bytes", name)
		}
	}
}
