package outline

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"

	"tamga/certs/der"
)

// der reads a CMS (RFC 5652): one element from the first byte to the last.
func (j *judging) der() bool {
	if !j.cms(j.file) {
		return false
	}
	j.verdict.Type = CMS
	n, err := der.LengthBER(j.file)
	if err != nil {
		return j.broken()
	}
	j.end = n
	return true
}

// The content types of a CMS, as they are written.
const (
	signedData    = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
	envelopedData = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"
)

// cms says whether a CMS begins here, and of which content.
func (j *judging) cms(b []byte) bool {
	head := b[:min(len(b), 24)]
	switch {
	case len(head) < 13 || head[0] != 0x30:
	case bytes.Contains(head[:min(len(head), 17)], []byte(signedData)):
		j.verdict.Signed = true
		return true
	case bytes.Contains(head[:min(len(head), 17)], []byte(envelopedData)):
		j.found(Encrypted)
		return true
	}
	return false
}

// rtf follows the groups of an RTF to the end of the first.
func (j *judging) rtf() bool {
	j.verdict.Type = RTF
	depth := 0
	for i := 0; i < len(j.file); i++ {
		switch j.file[i] {
		case '\\':
			i++
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				j.end = i + 1
				j.rtfObjects()
				return true
			}
		}
	}
	j.rtfObjects()
	return j.broken()
}

func (j *judging) rtfObjects() {
	for _, word := range []string{`\objdata`, `\objocx`, `\objupdate`, `\objemb`} {
		if bytes.Contains(j.file, []byte(word)) {
			j.found(Embedded)
		}
	}
}

// text reads what people can read: markup, armour, or nothing but text.
func (j *judging) text() bool {
	plain, ok := readable(j.file)
	if !ok {
		return false
	}
	j.end = len(j.file)
	head := bytes.TrimLeft(plain, " \t\r\n\f")
	switch {
	case looksHTML(head):
		j.html(plain)
	case bytes.HasPrefix(head, []byte("<")) && j.xml(plain):
	case bytes.HasPrefix(head, []byte("-----BEGIN CMS-----")), bytes.HasPrefix(head, []byte("-----BEGIN PKCS7-----")):
		j.armoured(head)
	case hasTag(plain[:min(len(plain), headLength)]):
		j.html(plain)
	case asPDF(j.file):
		return false
	default:
		j.verdict.Type = Text
	}
	return true
}

// armoured reads a CMS in PEM.
func (j *judging) armoured(head []byte) {
	j.verdict.Type = Text
	_, rest, _ := bytes.Cut(head, []byte("-----BEGIN "))
	_, rest, _ = bytes.Cut(rest, []byte("-----"))
	first := strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1
		}
		return r
	}, string(rest[:min(len(rest), 80)]))
	b, _ := base64.StdEncoding.DecodeString(first[:min(len(first), 32)]) // its beginning
	if j.cms(b) {
		j.verdict.Type = CMS
	}
}

// readable returns text in a form in which its markup can be looked for, and false for
// what is no text: UTF-8, UTF-16 with its mark, or one byte for each letter.
func readable(file []byte) ([]byte, bool) {
	if len(file) == 0 {
		return nil, false
	}
	for _, mark := range []struct {
		bom string
		low int // which byte of two is the low one
	}{{"\xff\xfe", 0}, {"\xfe\xff", 1}} {
		if bytes.HasPrefix(file, []byte(mark.bom)) {
			return narrow(file[2:], mark.low)
		}
	}
	file = bytes.TrimPrefix(file, []byte("\xef\xbb\xbf"))
	for _, b := range file {
		if control(b) {
			return nil, false
		}
	}
	return file, true
}

// control is a byte that no text has.
func control(b byte) bool {
	return b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1a && b != 0x1b || b == 0x7f
}

// narrow writes the letters of UTF-16 that are ASCII, and a mark for each other.
func narrow(file []byte, low int) ([]byte, bool) {
	plain := make([]byte, 0, len(file)/2)
	for i := 0; i+1 < len(file); i += 2 {
		b := file[i+low]
		if file[i+1-low] != 0 {
			b = '?'
		} else if control(b) {
			return nil, false
		}
		plain = append(plain, b)
	}
	return plain, true
}

// startsHTML and tags are what browsers take for HTML (WHATWG MIME Sniffing, 7.1).
var (
	startsHTML = regexp.MustCompile(`(?i)^\s*<(!doctype\s+html|(html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p)[\s>]|!--)`)
	tags       = regexp.MustCompile(`(?i)<(!doctype\s+html|html|script|iframe|body|svg)[\s>/]`)
	acts       = regexp.MustCompile(`(?i)<script[\s>/]|<(iframe|object|embed|foreignobject)[\s>/]|[\s"'/]on[a-z]{3,20}\s*=|javascript\s*:`)
)

func looksHTML(b []byte) bool {
	head := b[:min(len(b), headLength)]
	if i := bytes.Index(head, []byte("<!--")); i >= 0 && blank(head[:i]) { // XML may begin so too
		return tags.Match(head)
	}
	return startsHTML.Match(head)
}

func hasTag(b []byte) bool { return tags.Match(b) }

func (j *judging) html(plain []byte) {
	j.verdict.Type = HTML
	j.active(plain)
}

func (j *judging) active(plain []byte) {
	if acts.Match(plain) {
		j.found(Script)
	}
}

// Bounds of XML that is followed.
const (
	longestXML = 8 << 20
	deepestXML = 1000
)

// xml follows XML to its end; false for what is none.
func (j *judging) xml(plain []byte) bool {
	if len(plain) > longestXML {
		j.verdict.Type = XML
		j.found(Unread)
		return true
	}
	d := xml.NewDecoder(bytes.NewReader(plain))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return ascii{r}, nil }
	root, depth := xml.Name{}, 0
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if root.Local == "" {
				return false
			}
			j.found(Unread)
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth++; depth > deepestXML {
				j.found(Unread)
			}
			if root.Local == "" {
				root = t.Name
			}
			if t.Name.Local == "Signature" {
				j.verdict.Signed = true
			}
		case xml.EndElement:
			depth--
		case xml.Directive:
			if bytes.Contains(t, []byte("ENTITY")) {
				j.found(External)
			}
		}
	}
	switch root.Local {
	case "":
		return false
	case "svg":
		j.verdict.Type = SVG
		j.active(plain)
	case "html":
		j.html(plain)
	default:
		j.verdict.Type = XML
	}
	return true
}

// ascii reads any encoding whose markup is ASCII, and puts a mark for all else.
type ascii struct{ r io.Reader }

func (a ascii) Read(b []byte) (int, error) {
	n, err := a.r.Read(b)
	for i := range b[:n] {
		if b[i] >= 0x80 {
			b[i] = '?'
		}
	}
	return n, err
}
