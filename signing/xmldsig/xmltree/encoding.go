package xmltree

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings besides UTF-8 and UTF-16 in which XML is read if it declares them:
// those of a byte a character that extend ASCII and that systems of the country have written.
// What is signed is the canonical form, which is UTF-8 (Canonical XML 1.0 section
// 1.1), so that two readers must take a byte for the same character. A byte that an
// encoding leaves open, and that some programs take for a control character and
// others for none, ends the reading. The tables are what glibc and Python agree
// about; golang.org/x/text has no KZ-1048, and fills what windows-1251 leaves open.
const (
	windows1251 = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\ufffd™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
	kz1048      = "ЂЃ‚ѓ„…†‡€‰Љ‹ЊҚҺЏђ‘’“”•–—\ufffd™љ›њқһџ\u00a0ҰұӘ¤Ө¦§Ё©Ғ«¬\u00ad®Ү°±Ііөµ¶·ё№ғ»әҢңүАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
	pt154       = "ҖҒӮғ„…ҶҮҲүҠӢҢҚҺҸҗ‘’“”•–—ҳҷҡӣңқһҹ\u00a0ЎўЈӨҘҰ§Ё©Ә«¬ӯ®Ҝ°ұІіҙө¶·ё№ә»јҪҫҝАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя"
	koi8r       = "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u00a0⌡°²·÷═║╒ё╓╔╕╖╗╘╙╚╛╜╝╞╟╠╡Ё╢╣╤╥╦╧╨╩╪╫╬©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"
	koi8u       = "─│┌┐└┘├┤┬┴┼▀▄█▌▐░▒▓⌠■∙√≈≤≥\u00a0⌡°²·÷═║╒ёє╔ії╗╘╙╚╛ґ╝╞╟╠╡ЁЄ╣ІЇ╦╧╨╩╪Ґ╬©юабцдефгхийклмнопярстужвьызшэщчъЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧЪ"
	ibm866      = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмноп░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀рстуфхцчшщъыьэюяЁёЄєЇїЎў°∙·√№¤■\u00a0"
	controls    = "\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009d\u009e\u009f"
	iso8859p5   = controls + "\u00a0ЁЂЃЄЅІЇЈЉЊЋЌ\u00adЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя№ёђѓєѕіїјљњћќ§ўџ"
	iso8859p1   = controls + latin
	windows1252 = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ" + latin
	latin       = "\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ"
)

// upperHalf returns the characters that the bytes from 0x80 on stand for in an
// encoding, by its name or a registered other one in capitals (IANA character
// sets); false when it is none of those that are read.
func upperHalf(name string) (string, bool) {
	switch name {
	case "WINDOWS-1251", "CP1251", "CSWINDOWS1251":
		return windows1251, true
	case "KZ-1048", "STRK1048-2002", "RK1048", "CSKZ1048":
		return kz1048, true
	case "PTCP154", "CSPTCP154", "PT154", "CP154", "CYRILLIC-ASIAN":
		return pt154, true
	case "KOI8-R", "CSKOI8R":
		return koi8r, true
	case "KOI8-U", "CSKOI8U":
		return koi8u, true
	case "IBM866", "CP866", "866", "CSIBM866":
		return ibm866, true
	case "ISO-8859-5", "ISO_8859-5", "CYRILLIC", "CSISOLATINCYRILLIC":
		return iso8859p5, true
	case "ISO-8859-1", "ISO_8859-1", "LATIN1", "L1", "CSISOLATIN1":
		return iso8859p1, true
	case "WINDOWS-1252", "CP1252", "CSWINDOWS1252":
		return windows1252, true
	}
	return "", false
}

// encoding is how a file writes characters: the zero value is UTF-8.
type encoding struct {
	upper string           // what the bytes from 0x80 on stand for
	wide  binary.ByteOrder // of the units of UTF-16
}

// Encode returns a text as the file's encoding writes it. A character that it does
// not have becomes a reference, which stands for it in text and in values.
func (d *Document) Encode(text string) string {
	if d.encoding == (encoding{}) {
		return text
	}
	var b []byte
	if wide, ok := d.encoding.wide.(binary.AppendByteOrder); ok {
		for _, unit := range utf16.Encode([]rune(text)) {
			b = wide.AppendUint16(b, unit)
		}
		return string(b)
	}
	characters := []rune(d.encoding.upper)
	for _, r := range text {
		i := slices.Index(characters, r)
		switch {
		case r < utf8.RuneSelf:
			b = append(b, byte(r))
		case i >= 0 && r != utf8.RuneError:
			b = append(b, byte(utf8.RuneSelf+i))
		default:
			b = fmt.Appendf(b, "&#%d;", r)
		}
	}
	return string(b)
}

// decode makes UTF-8 of what follows the declaration of another encoding.
func (p *parser) decode() error {
	characters := []rune(p.upper)
	var b strings.Builder
	b.Grow(len(p.src) + len(p.src)/2)
	b.WriteString(p.src[:p.pos])
	for i := p.pos; i < len(p.src); i++ {
		c := rune(p.src[i])
		if c >= utf8.RuneSelf {
			c = characters[c-utf8.RuneSelf]
		}
		if c == utf8.RuneError {
			return &SyntaxError{Offset: i, Detail: "a byte stands for no character in the declared encoding", kind: ErrEncoding}
		}
		b.WriteRune(c)
	}
	p.src = b.String()
	return nil
}

// places tells where in a file something stands, by where it stands in its UTF-8.
type places struct {
	encoding
	src   string
	marks []int // the place of each 64th byte of src
}

func placesOf(src string, e encoding) *places {
	p := &places{encoding: e, src: src}
	for i := 0; i < len(src); i += 64 {
		before := 0
		if n := len(p.marks); n > 0 {
			before = p.marks[n-1] + p.width(src[i-64:i])
		}
		p.marks = append(p.marks, before)
	}
	return p
}

// width returns how many bytes of the file are the characters that begin in a text.
func (e encoding) width(text string) (n int) {
	for i := range len(text) {
		if !utf8.RuneStart(text[i]) {
			continue
		}
		n++
		if e.wide != nil {
			n++
		}
		if e.wide != nil && text[i] >= 0xf0 { // beyond the first plane: a pair
			n += 2
		}
	}
	return n
}

func (p *places) of(pos int) int {
	mark := min(pos/64, len(p.marks)-1)
	return p.marks[mark] + p.width(p.src[64*mark:pos])
}

// place makes places in the file of those of its nodes.
func (p *places) place(nodes []*Node) {
	for _, n := range nodes {
		n.outer = Span{p.of(n.outer.Start), p.of(n.outer.End)}
		if n.kind == Element {
			n.inner = Span{p.of(n.inner.Start), p.of(n.inner.End)}
		}
		p.place(n.children)
	}
}
