package xmltree

import (
	"strings"
	"unsafe"
)

// counts are what a file is made of, as far as that can be told without
// building anything. Of a file that is well-formed they are exact.
type counts struct {
	nodes, attributes, depth int
	deepest                  int
}

// count passes over a file once and takes no memory. Of a file that is not
// well-formed it counts something, and the parser will say what is wrong.
func count(src string) counts {
	var c counts
	src = src[leading(src):]
	if len(src) > 5 && strings.HasPrefix(src, "<?xml") && white(src[5]) {
		src = src[ending(src, 5, "?>"):] // the XML declaration is no node
	}
	text := false // a text has begun and not ended
	end := func() {
		if text && c.depth > 0 {
			c.nodes++
		}
		text = false
	}
	for pos := 0; pos < len(src); {
		at := strings.IndexByte(src[pos:], '<')
		if at < 0 {
			break
		}
		text = text || at > 0
		pos += at
		if rest := src[pos:]; strings.HasPrefix(rest, "<![CDATA[") {
			section := ending(rest, len("<![CDATA["), "]]>")
			text = text || section > len("<![CDATA[]]>")
			pos += section
			continue
		}
		end()
		pos += c.markup(src[pos:])
	}
	return c
}

// markup counts what begins with the "<" at the beginning of src, and returns
// its length.
func (c *counts) markup(src string) int {
	switch {
	case strings.HasPrefix(src, "</"):
		c.depth--
		return ending(src, 2, ">")
	case strings.HasPrefix(src, "<!--"):
		c.nodes++
		return ending(src, 4, "-->")
	case strings.HasPrefix(src, "<?"):
		c.nodes++
		return ending(src, 2, "?>")
	}
	c.nodes++
	length, attributes, empty := tag(src)
	c.attributes += attributes
	if c.deepest = max(c.deepest, c.depth+1); !empty {
		c.depth++
	}
	return length
}

// tag passes over a start tag and counts the "=" outside quotes.
func tag(src string) (length, attributes int, empty bool) {
	for pos := 1; pos < len(src); pos++ {
		switch src[pos] {
		case '>':
			return pos + 1, attributes, src[pos-1] == '/'
		case '=':
			attributes++
		case '"', '\'':
			close := strings.IndexByte(src[pos+1:], src[pos])
			if close < 0 {
				return len(src), attributes, false
			}
			pos += 1 + close
		}
	}
	return len(src), attributes, false
}

// ending returns the length of src up to and with a delimiter that stands from
// an offset on, all of it when there is none.
func ending(src string, from int, delimiter string) int {
	if at := strings.Index(src[min(from, len(src)):], delimiter); at >= 0 {
		return from + at + len(delimiter)
	}
	return len(src)
}

// within refuses a file that goes beyond the limits before anything of it is
// built.
func within(src string) error {
	c := count(src)
	var what string
	switch {
	case c.nodes > MaxNodes:
		what = "too many nodes"
	case c.attributes > MaxAttributes:
		what = "too many attributes"
	case c.deepest > MaxDepth:
		what = "elements are nested too deeply"
	default:
		return nil
	}
	return &SyntaxError{Detail: what, kind: ErrLimit}
}

// Weight estimates how many bytes of memory the tree of a file takes, without
// building it. A file that is not read takes none.
func Weight(file []byte) int64 {
	if len(file) > MaxSize {
		return 0
	}
	if order := wideOrder(file); order != nil {
		return weightOfWide(file, order)
	}
	// Nothing of the string outlives the counting.
	src := unsafe.String(unsafe.SliceData(file), len(file))
	if within(src) != nil {
		return 0
	}
	c := count(src)
	weight := int64(c.nodes)*weightOfNode + int64(c.attributes)*weightOfAttribute
	p := parser{scanner: scanner{src: src}}
	if err := p.prolog(); err == nil && p.upper != "" {
		weight += int64(len(file)) * weightOfRecoded
	}
	return weight
}

// What a node and an attribute take with the slices that hold them.
const (
	weightOfNode      = int64(unsafe.Sizeof(Node{}) + 3*unsafe.Sizeof(&Node{}))
	weightOfAttribute = int64(unsafe.Sizeof(Attribute{})) * 3 / 2
	// What a byte of a file that is not UTF-8 takes: up to three, or one and a half, while the text
	// grows as much again, and in every form of it.
	weightOfRecoded = 10
)
