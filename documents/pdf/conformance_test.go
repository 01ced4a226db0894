package pdf

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// conforms returns the rules of PDF/A-3b (ISO 19005-3), PDF/UA-1 (ISO 14289-1)
// and ISO 32000-1 that a file of ours breaks, of those that our writer can
// break. It is no judge of files of others.
func conforms(file []byte) error {
	p, err := parse(file)
	if err != nil {
		return err
	}
	c := &conformance{parsed: p}
	c.catalog()
	c.metadata()
	c.pagesAndMarks()
	c.tree()
	c.fonts()
	for n, body := range p.objects {
		dict, _, _ := bytes.Cut(body, []byte("stream\n"))
		for _, name := range []string{"/JavaScript", "/JS", "/Launch", "/Encrypt", "/LZWDecode", "/SMask", "/CA ", "/ca ", "/OpenAction", "/URI", "/Movie", "/Sound"} {
			c.want(!bytes.Contains(dict, []byte(name)), "object %d has %s", n, name)
		}
		for _, s := range regexp.MustCompile(`<([0-9A-F]*)>`).FindAllSubmatch(dict, -1) {
			c.want(n == objSignature || len(s[1])/2 <= 32767, "a string of object %d is too long", n)
		}
	}
	return errors.Join(c.broken...)
}

type conformance struct {
	*parsed
	broken []error
	marks  map[int]map[int]string // by page object: MCID to tag
}

func (c *conformance) want(ok bool, format string, args ...any) {
	if !ok && len(c.broken) < 20 {
		c.broken = append(c.broken, fmt.Errorf(format, args...))
	}
}

func (c *conformance) has(n int, parts ...string) {
	for _, s := range parts {
		c.want(bytes.Contains(c.objects[n], []byte(s)), "object %d lacks %s", n, s)
	}
}

// ref is the object that follows a key of object n.
func (c *conformance) ref(n int, key string) int {
	at, ok := entry(c.objects[n], key)
	if !ok {
		return 0
	}
	return at
}

func (c *conformance) catalog() {
	c.has(objCatalog, "/MarkInfo<</Marked true>>", "/Lang(kk-KZ)", "/DisplayDocTitle true", "/StructTreeRoot ", "/Perms<</DocMDP ", "/OutputIntents[")
	intent := c.ref(objCatalog, "/OutputIntents[")
	c.has(intent, "/S/GTS_PDFA1", "/OutputConditionIdentifier(")
	at := c.ref(intent, "/DestOutputProfile ")
	c.has(at, "/N 3")
	profile, err := c.inflate(at)
	c.want(err == nil && len(profile) > 128 && int(binary.BigEndian.Uint32(profile)) == len(profile) && string(profile[36:40]) == "acsp" &&
		string(profile[12:24]) == "mntrRGB XYZ " && profile[8] == 2, "no RGB profile of version 2")
	if bytes.Contains(c.objects[objCatalog], []byte("/AF[")) {
		c.has(objCatalog, "/Names<</EmbeddedFiles<</Names[(document.json)")
		c.has(objFileSpec, "/Type/Filespec", "/F(document.json)", "/UF(document.json)", "/AFRelationship/Data", "/Desc<", "/EF<</F ")
		c.has(objData, "/Type/EmbeddedFile", "/Subtype/application#2Fjson", "/ModDate(D:", "/Size ")
	}
}

func (c *conformance) metadata() {
	dict, packet, _ := bytes.Cut(c.objects[objMetadata], []byte("stream\n"))
	c.want(!bytes.Contains(dict, []byte("/Filter")), "metadata are compressed")
	c.want(bytes.HasPrefix(packet, []byte("<?xpacket begin=\"\uFEFF\"")) && bytes.HasSuffix(packet, []byte("<?xpacket end=\"r\"?>\nendstream")) ||
		bytes.Contains(packet, []byte("<?xpacket end=\"r\"?>")), "no XMP packet")
	text, path := map[string]string{}, []string{}
	for d := xml.NewDecoder(bytes.NewReader(bytes.TrimSuffix(packet, []byte("\nendstream")))); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			c.want(false, "metadata: %v", err)
			return
		}
		switch token := token.(type) {
		case xml.StartElement:
			path = append(path, token.Name.Space+" "+token.Name.Local)
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			for _, name := range path {
				text[name] += string(token)
			}
		}
	}
	for name, want := range map[string]string{
		"http://www.aiim.org/pdfa/ns/id/ part": "3", "http://www.aiim.org/pdfa/ns/id/ conformance": "B", "http://www.aiim.org/pdfua/ns/id/ part": "1",
		"http://www.aiim.org/pdfa/ns/schema# prefix": "pdfuaid", "http://purl.org/dc/elements/1.1/ format": "application/pdf",
	} {
		c.want(text[name] == want, "metadata: %s is %q, want %q", name, text[name], want)
	}
	c.want(text["http://purl.org/dc/elements/1.1/ title"] != "", "metadata: no title")
}

var (
	reMark  = regexp.MustCompile(`^/(\w+)<</MCID (\d+)>>BDC$`)
	rePaint = regexp.MustCompile(`(^| )(S|f|B|Do|Tj|TJ|f\*|b|s|n)$`)
)

// pagesAndMarks reads the content of every page: all that is painted is marked.
func (c *conformance) pagesAndMarks() {
	c.marks = map[int]map[int]string{}
	for i, n := range c.sheets {
		c.has(n, "/Tabs/S", fmt.Sprintf("/StructParents %d", i+1), "/Resources ")
		m := reContents.FindSubmatch(c.objects[n])
		var content []byte
		for _, ref := range m[1:] {
			at, _ := strconv.Atoi(string(ref))
			part, err := c.inflate(at)
			c.want(err == nil, "page %d: %v", i+1, err)
			content = append(append(content, part...), '\n')
		}
		c.marks[n] = map[int]string{}
		c.content(i+1, n, content)
	}
}

func (c *conformance) content(page, n int, content []byte) {
	depth, q := 0, 0
	for _, row := range strings.Split(withoutStrings(content), "\n") {
		row = strings.TrimSpace(row)
		switch {
		case strings.HasSuffix(row, "BDC") || strings.HasSuffix(row, "BMC"):
			depth++
			c.want(depth == 1, "page %d: marked content within marked content", page)
			if m := reMark.FindStringSubmatch(row); m != nil {
				id, _ := strconv.Atoi(m[2])
				_, twice := c.marks[n][id]
				c.want(!twice, "page %d: MCID %d twice", page, id)
				c.marks[n][id] = m[1]
			} else {
				c.want(strings.HasPrefix(row, "/Artifact"), "page %d: %s", page, row)
			}
		case row == "EMC":
			depth--
			c.want(depth == 0, "page %d: EMC without its beginning", page)
		default:
			for _, word := range strings.Fields(row) {
				switch word {
				case "q":
					q++
				case "Q":
					q--
				}
			}
			painted := strings.Contains(row, "Tj") || strings.Contains(row, "TJ") || rePaint.MatchString(row)
			c.want(!painted || depth == 1, "page %d: painted and not marked: %s", page, row)
		}
	}
	c.want(depth == 0 && q == 0, "page %d: %d marks and %d states left open", page, depth, q)
	for id := range c.marks[n] {
		c.want(id < len(c.marks[n]), "page %d: MCID %d with %d marks", page, id, len(c.marks[n]))
	}
}

// withoutStrings empties the strings of a content stream.
func withoutStrings(content []byte) string {
	var out []byte
	for i := 0; i < len(content); i++ {
		out = append(out, content[i])
		if content[i] != '(' {
			continue
		}
		for i++; content[i] != ')'; i++ {
			if content[i] == '\\' {
				i++
			}
		}
		out = append(out, ')')
	}
	return string(out)
}

var (
	reElement = regexp.MustCompile(`^<</S/(\w+)/P (\d+) 0 R`)
	reKid     = regexp.MustCompile(`<</Type/MCR/Pg (\d+) 0 R/MCID (\d+)>>|<</Type/OBJR/Obj (\d+) 0 R>>|(\d+) 0 R|(\d+)`)
)

// tree walks the structure from its root, and compares it with the marks and
// the parent tree.
func (c *conformance) tree() {
	root := c.ref(objStructure, "/K ")
	reached := map[int]bool{}
	owner := map[[2]int]int{}
	level := 0
	var walk func(n, parent int, above string)
	walk = func(n, parent int, above string) {
		body := string(c.objects[n])
		m := reElement.FindStringSubmatch(body)
		if m == nil || reached[n] {
			c.want(false, "object %d is no element, or is reached twice", n)
			return
		}
		reached[n] = true
		c.want(m[2] == strconv.Itoa(parent), "element %d has another parent", n)
		t := m[1]
		c.want(slices.Contains(tagNames[:], t), "element %d has the unknown type %s", n, t)
		for inner, outer := range map[string]string{"TR": "Table", "TH": "TR", "TD": "TR", "LI": "L", "LBody": "LI", "Sect": "Document"} {
			c.want(t != inner || above == outer, "%s inside %s", t, above)
		}
		c.want(above != "TR" || t == "TH" || t == "TD", "%s inside TR", t)
		c.want(above != "Table" || t == "TR", "%s inside Table", t)
		c.want(t != "Figure" || strings.Contains(body, "/Alt<FEFF") && strings.Contains(body, "/BBox["), "figure %d has no alternative text or no box", n)
		c.want(t != "TH" || strings.Contains(body, "/Scope/"), "header cell %d has no scope", n)
		c.want(t != "Sect" || strings.Contains(body, "/Lang("), "section %d has no language", n)
		if strings.HasPrefix(t, "H") {
			h := int(t[1] - '0')
			c.want(h <= level+1, "heading %s after level %d", t, level)
			level = h
		}
		_, kids, ok := strings.Cut(body, "/K")
		if !ok {
			return
		}
		pg := 0
		if at, ok := entry([]byte(body), "/Pg "); ok {
			pg = at
		}
		for _, k := range reKid.FindAllStringSubmatch(strings.TrimSuffix(strings.TrimSpace(kids), ">>"), -1) {
			number := func(i int) int { v, _ := strconv.Atoi(k[i]); return v }
			switch {
			case k[1] != "":
				owner[[2]int{number(1), number(2)}] = n
			case k[3] != "":
				c.want(t == "Form", "%s holds an annotation", t)
				c.has(number(3), "/Subtype/Widget", "/StructParent 0", "/TU<FEFF", "/F 132")
			case k[4] != "":
				walk(number(4), n, t)
			default:
				owner[[2]int{pg, number(5)}] = n
			}
		}
	}
	walk(root, objStructure, "")
	for n, body := range c.objects {
		c.want(!bytes.HasPrefix(body, []byte("<</S/")) || reached[n], "element %d is not in the tree", n)
	}
	parents := string(c.objects[objParentTree])
	marks := 0
	for i, page := range c.sheets {
		_, rest, _ := strings.Cut(parents, fmt.Sprintf(" %d[", i+1))
		list, _, ok := strings.Cut(rest, "]")
		refs := strings.Fields(strings.ReplaceAll(list, " 0 R", ""))
		c.want(ok && len(refs) == len(c.marks[page]), "page %d: %d parents for %d marks", i+1, len(refs), len(c.marks[page]))
		for id, ref := range refs {
			n, _ := strconv.Atoi(ref)
			c.want(owner[[2]int{page, id}] == n, "page %d: the parent of mark %d is %d, and %d claims it", i+1, id, n, owner[[2]int{page, id}])
			m := reElement.FindSubmatch(c.objects[n])
			c.want(m != nil && string(m[1]) == c.marks[page][id], "page %d: mark %d is a %s", i+1, id, c.marks[page][id])
		}
		marks += len(refs)
	}
	c.want(marks == len(owner), "%d marks in the parent tree, %d in elements", marks, len(owner))
}

func TestConformance(t *testing.T) {
	l := compiled(t)
	all := samples(t)
	for i, doc := range stretched(t) {
		all["stretched-"+itoa(i)] = doc
	}
	for name, doc := range all {
		if err := conforms(render(t, l, doc)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConformanceIsTested breaks one rule after another, leaving all lengths as
// they are, and expects the checker to notice.
func TestConformanceIsTested(t *testing.T) {
	file := render(t, compiled(t), specimens(t)["export-certificate"])
	if err := conforms(file); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][2]string{
		{"/Marked true", "/Marked fals"}, {"/Lang(kk-KZ)/MarkInfo", "/Lang(xx-XX)/MarkInfo"}, {"/DisplayDocTitle true", "/DisplayDocTitle fals"},
		{"/Tabs/S", "/Tabs/R"}, {"/Scope/Row", "/Scopf/Row"}, {"/Scope/Column", "/Scopf/Column"}, {"/S/Figure/P", "/S/Figurs/P"},
		{"/StructParents 1", "/StructParents 9"}, {"/S/TR/P", "/S/TX/P"}, {"/S/H1/P", "/S/H3/P"}, {"/S/GTS_PDFA1", "/S/GTS_PDFX1"},
		{"/AFRelationship/Data", "/AFRelationship/Dato"}, {"/UF(document.json)", "/UF(document.jsox)"}, {"/StructParent 0", "/StructParent 5"},
		{"<pdfaid:part>3<", "<pdfaid:part>1<"}, {"<pdfuaid:part>1<", "<pdfuaid:part>2<"}, {"/Encoding/Identity-H", "/Encoding/Identity-V"},
		{"application#2Fjson", "application#2Fxxxx"}, {"/TU<FEFF", "/TX<FEFF"}, {"/Alt<FEFF", "/Axt<FEFF"}, {"/S/TH/P", "/S/TD/Q"},
	} {
		if !bytes.Contains(file, []byte(change[0])) {
			t.Errorf("the file has no %s", change[0])
			continue
		}
		broken := bytes.Replace(file, []byte(change[0]), []byte(change[1]), 1)
		if len(broken) != len(file) {
			t.Fatalf("%q has another length than %q", change[1], change[0])
		}
		if conforms(broken) == nil {
			t.Errorf("nobody notices %s instead of %s", change[1], change[0])
		}
	}
}
