package pdfgrammar

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// surface is something that content is painted on: a page, or a form on one.
type surface struct {
	*builder
	n         int
	page      int
	resources map[string][]entry
	// shared names the objects of resource categories that have another role.
	shared  map[string]int
	content []string
}

// pages draws the two pages and what they show.
func (b *builder) pages() {
	for i, n := range []int{firstPage, secondPage} {
		b.objects[n].lacks([]entry{{"Type", "/Page"}, {"Parent", ref(pageTree)}})
		if b.chance(6) {
			b.turns[i] = 1 + b.IntN(3)
			b.objects[n].set("Rotate", fmt.Sprint(90*b.turns[i]))
			b.tell(false, "a turned page")
		}
		s := b.surface(n, i)
		if b.chance(2) {
			s.draw(b.place(), "0.5 g 0 0 40 8 re f")
		}
	}
	b.objects[pageTree].lacks([]entry{
		{"Type", "/Pages"}, {"Kids", array([]string{ref(firstPage), ref(secondPage)})}, {"Count", "2"},
		{"MediaBox", fmt.Sprintf("[0 0 %d %d]", Size, Size)},
	})
	if b.chance(3) {
		b.formOn(b.surfaces[0])
	}
	if b.theme == roles || b.theme == everything {
		for range 1 + b.IntN(3) {
			b.seat()
		}
	}
	if b.theme == covering || b.theme == everything {
		b.paint(b.surfaces[b.IntN(len(b.surfaces))&^1])
	}
	b.arrays()
	for _, s := range slices.Backward(b.surfaces) {
		s.finish()
	}
	b.twice()
	b.misname()
	b.gaps()
}

// gaps lets the pages refer to objects that the file has not.
func (b *builder) gaps() {
	if b.theme == plain || !b.chance(10) || b.leftToViewers() {
		return
	}
	n := b.unused()
	b.missing = append(b.missing, n)
	b.add(bare("null")) // viewers that make objects number them after the last
	o := b.objects[pick(b, firstPage, secondPage)]
	switch key := pick(b, "Contents", "Annots", "XObject", "OCProperties"); {
	case key == "OCProperties" && b.config == 0:
		b.objects[catalog].set(key, ref(n))
	case key == "XObject" && strings.HasPrefix(o.get("Resources"), "<<"):
		o.set("Resources", strings.TrimSuffix(o.get("Resources"), ">>")+"/XObject<</Z "+ref(n)+">>>>")
		o.set("Contents", "["+o.get("Contents")+" "+b.ref(stream("q 1 0 0 1 60 60 cm /Z Do Q"))+"]")
	case strings.HasPrefix(o.get(key), "["):
		o.set(key, strings.TrimSuffix(o.get(key), "]")+" "+ref(n)+"]")
	default:
		o.set("Contents", "["+strings.Trim(o.get("Contents"), "[]")+" "+ref(n)+"]")
	}
	b.tell(true, "nothing is", ref(n))
}

func (b *builder) surface(n, page int) *surface {
	s := &surface{builder: b, n: n, page: page, resources: map[string][]entry{}, shared: map[string]int{}}
	b.surfaces = append(b.surfaces, s)
	return s
}

// formOn paints a form that is a surface of its own, with the coordinates of the
// page.
func (b *builder) formOn(on *surface) *surface {
	n := b.add(stream("", "Type", "/XObject", "Subtype", b.loose("/Form"), "BBox", fmt.Sprintf("[0 0 %d %d]", Size, Size)))
	on.content = append(on.content, "/"+on.resource("XObject", ref(n))+" Do")
	return b.surface(n, on.page)
}

// resource enters a value under a name of its own.
func (s *surface) resource(category, value string) string {
	name := fmt.Sprintf("%s%d", category[:1], s.next)
	s.next++
	if special := pick(s.builder, "P", "Pg", "Kids", "Parent", "Obj", "Popup", "IRT", "Data", "N", "K", "AP", "V"); s.theme != plain && s.chance(12) && !s.uses(category, special) {
		name = special // a key that means something elsewhere
	}
	s.resources[category] = append(s.resources[category], entry{name, value})
	return name
}

// unlisted writes objects into the signed file that no table lists, which a viewer
// finds that reads the file without its tables.
func (b *builder) unlisted(w *pdfattack.Writer) {
	if b.theme == plain || !b.chance(10) && (len(b.missing) == 0 || !b.chance(2)) {
		return
	}
	forged := "1 0 0 rg 0 0 200 200 re f"
	n := pick(b, firstPage, secondPage, firstFree+b.IntN(b.next-firstFree))
	body := stream(forged).String()
	if n < firstFree {
		page := b.objects[n].clone()
		page.set("Contents", b.ref(stream(forged)))
		body = page.String()
	}
	for range 1 + b.IntN(2) {
		w.Junk(fmt.Sprintf("%d 0 obj\n%s\nendobj\n", n, body))
	}
	b.tell(true, "not listed:", ref(n))
}

// leftToViewers says whether viewers make appearances: they make them objects of
// the numbers that are free, which the pages must then not refer to.
func (b *builder) leftToViewers() bool {
	for _, o := range b.objects {
		if at, ok := areaOf(o.get("Rect")); ok && at.Left < at.Right && o.get("AP") == "" {
			return true
		}
	}
	return b.objects[acroForm].get("NeedAppearances") != ""
}

func (s *surface) uses(category, name string) bool {
	return slices.ContainsFunc(s.resources[category], func(e entry) bool { return e.key == name })
}

// draw paints in a place, with the origin in its corner.
func (s *surface) draw(at Area, operators string) {
	s.content = append(s.content, fmt.Sprintf("q 1 0 0 1 %g %g cm %s Q", at.Left, at.Bottom, operators))
}

// finish writes the surface's content and resources into its object.
func (s *surface) finish() {
	o := s.objects[s.n]
	s.resources["Font"] = append(s.resources["Font"], entry{"F1", ref(font)})
	all := dict()
	for _, category := range slices.Sorted(maps.Keys(s.resources)) {
		if n := s.shared[category]; n != 0 {
			s.objects[n].lacks(s.resources[category])
			all.set(category, ref(n))
			continue
		}
		all.set(category, s.inline(&object{entries: s.resources[category]}))
	}
	for _, category := range slices.Sorted(maps.Keys(s.shared)) {
		all.set(category, ref(s.shared[category]))
	}
	if o.get("Resources") == "" {
		o.set("Resources", s.inline(all))
	}
	data := strings.Join(s.content, "\n")
	if o.data != nil {
		*o = *s.filtered(o, data)
		return
	}
	parts := []string{}
	for _, part := range s.split(data) {
		parts = append(parts, s.ref(s.filtered(dict(), part)))
	}
	if s.theme == covering && s.chance(20) {
		parts = append(parts, s.ref(s.misread(data)))
	}
	switch {
	case o.get("Contents") != "":
	case len(parts) == 1 && s.chance(2):
		o.set("Contents", parts[0])
	default:
		o.set("Contents", s.inline(bare(array(parts))))
	}
}

// split cuts content at a space or line, where a page may go on in its next
// stream.
func (s *surface) split(data string) []string {
	if i := strings.Index(data, "\n"); i > 0 && s.chance(4) {
		return []string{data[:i], data[i+1:]}
	}
	return []string{data}
}

// misread is a stream whose end or encoding is another than it says.
func (s *surface) misread(data string) *object {
	s.tell(true, "a stream that misreads")
	hidden := "q 0 0 1 rg 50 100 100 20 re f Q "
	switch s.IntN(5) {
	case 0:
		return bare("<</Length 3>>stream\nq Q " + hidden + "\nendstream")
	case 1:
		return bare(fmt.Sprintf("<</Length %s>>stream\n%s\nendstream", s.ref(bare("3")), hidden))
	case 2:
		return bare(fmt.Sprintf("<</Length %d/Filter/Unknown>>stream\n%s\nendstream", len(hidden), hidden))
	case 3:
		return stream("q Q\nendstream\n" + hidden)
	}
	return stream(hidden, "Filter", pick(s.builder, "[]", "null", "[null]", s.ref(bare("/Crypt")), "[/Crypt]"), "F", "null")
}

// filtered makes an object a stream, encoded in one of the usual ways or not.
func (s *surface) filtered(o *object, data string) *object {
	c := o.clone()
	switch encoding := s.IntN(6); {
	case encoding == 0:
		var out bytes.Buffer
		w := zlib.NewWriter(&out)
		w.Write([]byte(data)) // a bytes.Buffer takes everything
		w.Close()
		data = out.String()
		c.set("Filter", s.loose("/FlateDecode"))
	case encoding == 1 && s.theme != plain:
		data = hex.EncodeToString([]byte(data)) + ">"
		c.set("Filter", "[/ASCIIHexDecode]")
	}
	c.data = &data
	return c
}

// twice gives a dictionary a key twice now and then: which of them counts is up
// to the reader.
func (b *builder) twice() {
	if b.theme == plain || !b.chance(12) {
		return
	}
	n := pick(b, firstPage, firstPage, secondPage, catalog, acroForm, font, firstFree+b.IntN(b.next-firstFree))
	o := b.objects[n]
	if o == nil || len(o.entries) == 0 {
		return
	}
	e := o.entries[b.IntN(len(o.entries))]
	if value := o.get("Contents"); value != "" && b.chance(2) {
		e = entry{"Contents", value}
	}
	switch {
	case e.key == "Contents":
		e.value = b.ref(stream("1 0 0 rg 0 0 200 200 re f"))
	case e.key == "BaseFont":
		e.value = "/Courier"
	case b.chance(2):
		e.value = pick(b, "null", "[0 0 9 9]", b.mark("1 0 0"), "[9 0 0 9 0 0]", b.inline(dict("LW", "60")))
	}
	if b.chance(4) {
		e.key = fmt.Sprintf("#%02x", e.key[0]) + e.key[1:]
	}
	o.entries = slices.Insert(o.entries, b.IntN(len(o.entries)+1), e)
	b.doubled = n
	b.tell(true, "twice:", e.key, "in", ref(n))
}

// misname gives an object the type of another kind now and then.
func (b *builder) misname() {
	if len(b.twists) == 0 || !b.chance(6) {
		return
	}
	t := b.twists[b.IntN(len(b.twists))]
	if o := b.objects[t.carrier.n]; o.bare == "" {
		kind := pick(b, "/Annot", "/OBJR", "/XRef", "/ObjStm", "/Sig", "/Page", "/Pages", "/DSS", "/Font", "/XObject")
		o.set("Type", kind)
		b.tell(true, t.carrier.name, "calls itself", kind)
	}
}
