package pdf

import (
	"bytes"
	"errors"
	"regexp"
	"strconv"
	"strings"

	embedded "tamga/fonts"
)

// fonts checks that every code that is shown has a glyph, a width that agrees
// with the font program, and a character.
func (c *conformance) fonts() {
	used := map[string]map[rune]bool{}
	for _, n := range c.sheets {
		m := reContents.FindSubmatch(c.objects[n])
		for _, ref := range m[1:] {
			at, _ := strconv.Atoi(string(ref))
			content, _ := c.inflate(at)
			font := ""
			for _, part := range bytes.SplitAfter(content, []byte("ET\n")) {
				if f := regexp.MustCompile(`/(F\d) [\d.]+ Tf`).FindSubmatch(part); f != nil {
					font = string(f[1])
				}
				for _, l := range linesOf(part) {
					for _, r := range l.text {
						if used[font] == nil {
							used[font] = map[rune]bool{}
						}
						used[font][r] = true
					}
				}
			}
		}
	}
	resources := c.ref(c.sheets[0], "/Resources ")
	for name, characters := range used {
		at := c.ref(resources, "/"+name+" ")
		c.has(at, "/Subtype/Type0", "/Encoding/Identity-H")
		descendant, unicode := c.ref(at, "/DescendantFonts["), c.ref(at, "/ToUnicode ")
		c.has(descendant, "/Subtype/CIDFontType2", "/CIDSystemInfo", "/CIDToGIDMap ")
		mapping, err := c.inflate(c.ref(descendant, "/CIDToGIDMap "))
		cmap, err2 := c.inflate(unicode)
		program, err3 := c.inflate(c.ref(c.ref(descendant, "/FontDescriptor "), "/FontFile2 "))
		measures, err4 := embedded.Measure(program)
		if err := errors.Join(err, err2, err3, err4); err != nil {
			c.want(false, "font %s: %v", name, err)
			continue
		}
		widths := widthsOf(string(c.objects[descendant]))
		for r := range characters {
			glyph := 0
			if int(2*r+1) < len(mapping) {
				glyph = int(mapping[2*r])<<8 | int(mapping[2*r+1])
			}
			c.want(glyph != 0, "font %s has no %q", name, r)
			if glyph != 0 {
				d := measures.Advance(glyph) - widths[int(r)]
				c.want(d >= -1 && d <= 1, "font %s: the width of %q is off by %d", name, r, d)
			}
			c.want(covered(string(cmap), int(r)), "font %s: %q has no character", name, r)
		}
	}
}

// widthsOf reads a /W array of runs.
func widthsOf(dict string) map[int]int {
	out := map[int]int{}
	_, w, _ := strings.Cut(dict, "/W[")
	for _, run := range regexp.MustCompile(`(\d+)\[([\d ]*)\]`).FindAllStringSubmatch(w, -1) {
		first, _ := strconv.Atoi(run[1])
		for i, s := range strings.Fields(run[2]) {
			out[first+i], _ = strconv.Atoi(s)
		}
	}
	return out
}

func covered(cmap string, r int) bool {
	for _, m := range regexp.MustCompile(`<(\w{4})><(\w{4})><(\w{4})>`).FindAllStringSubmatch(cmap, -1) {
		from, _ := strconv.ParseInt(m[1], 16, 32)
		to, _ := strconv.ParseInt(m[2], 16, 32)
		if int(from) <= r && r <= int(to) && m[1] == m[3] {
			return true
		}
	}
	return false
}
