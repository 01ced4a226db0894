package diagram

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
	"unicode/utf8"
)

// canvas writes SVG.
type canvas struct{ bytes.Buffer }

// open begins an element with attributes, names and values in turn.
func (c *canvas) open(name string, attributes ...string) {
	c.tag(name, attributes)
	c.WriteString(">\n")
}

// empty writes an element without content.
func (c *canvas) empty(name string, attributes ...string) {
	c.tag(name, attributes)
	c.WriteString("/>\n")
}

func (c *canvas) close(name string) { c.WriteString("</" + name + ">\n") }

func (c *canvas) tag(name string, attributes []string) {
	c.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		c.WriteString(" " + attributes[i] + `="`)
		c.escape(attributes[i+1])
		c.WriteString(`"`)
	}
}

// escape writes a text so that it stays one.
func (c *canvas) escape(text string) {
	_ = xml.EscapeText(&c.Buffer, []byte(text)) // a buffer takes everything
}

// text writes an element that holds a text.
func (c *canvas) text(name, text string, attributes ...string) {
	c.tag(name, attributes)
	c.WriteString(">")
	c.escape(text)
	c.WriteString("</" + name + ">\n")
}

// line writes a line of text from a point on.
func (c *canvas) line(x, y float64, text string, attributes ...string) {
	if text != "" {
		c.text("text", text, append([]string{"x", px(x), "y", px(y)}, attributes...)...)
	}
}

// middle writes a line of text around a point.
func (c *canvas) middle(x, y float64, text string, attributes ...string) {
	c.line(x, y, text, append([]string{"text-anchor", "middle"}, attributes...)...)
}

// centred writes lines of text around a point.
func (c *canvas) centred(x, y, size float64, lines []string, attributes ...string) {
	step := size * 1.2
	top := y - step*float64(len(lines)-1)/2 + size*0.35
	for i, text := range lines {
		c.middle(x, top+step*float64(i), text, append([]string{"font-size", px(size)}, attributes...)...)
	}
}

// px writes a number of pixels.
func px(v float64) string { return strconv.FormatFloat(v, 'f', -1, 32) }

// letterWide is how wide a letter is at most on average, of its size; the fonts
// of whoever looks are not known.
const letterWide = 0.6

// wrap breaks a text into lines that fit a width.
func wrap(text string, width, size float64) []string {
	most := int(width / (size * letterWide))
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > most {
			lines = append(lines, line)
			line = word
			continue
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// fit is wrap with a most number of lines; what is longer ends with an ellipsis.
func fit(text string, width, size float64, most int) []string {
	lines := wrap(text, width, size)
	if len(lines) > most {
		lines = lines[:most]
		lines[most-1] += "…"
	}
	return lines
}
