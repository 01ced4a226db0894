package pdfgrammar

import "fmt"

// carrier is an object that a later revision may change in one of its roles.
type carrier struct {
	name  string
	n     int
	keys  []string // the entries that this role lets change, for a dictionary
	level int
	free  []Area // where that may paint
	taken bool
	usual func() // what is done with it every day
}

// field is a form field that users fill.
type field struct {
	*carrier
	title, value string
	kind         string // of its /FT
	at           Area
}

// form draws the interactive form and what else of the document has a role in
// what may follow a signature.
func (b *builder) form() {
	for n := 1; n < firstFree; n++ {
		b.objects[n] = dict()
	}
	b.objects[font] = dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/Helvetica")
	b.objects[info] = dict("Title", "(Contract)", "ModDate", "(D:20260601000000Z)")
	b.objects[signedField] = dict("Type", "/Annot", "Subtype", "/Widget", "FT", "/Sig", "T", "(Signature1)",
		"Rect", "[0 0 0 0]", "F", "132", "P", ref(firstPage), "V", ref(signature))
	b.enlist(0, signedField)
	b.carry("info", info, evidenceLevel, "ModDate", "Producer")
	b.carry("form", acroForm, evidenceLevel, "SigFlags", "DR", "DA", "Fields")
	b.carry("catalog", catalog, evidenceLevel, "Version", "Extensions", "Metadata", "DSS")
	fonts := b.part("fonts of the form", formLevel, dict("F1", ref(font)), "F2", "F3", "F9")
	if !b.chance(4) {
		b.objects[acroForm].set("DR", b.part("resources of the form", formLevel, dict("Font", fonts), "Font", "XObject"))
	}
	b.text()
	switch b.level {
	case evidenceLevel:
		b.emptySignature()
	case commentLevel:
		b.comment()
	}
	for _, more := range []func(){b.text, b.choice, b.box, b.radio, b.twins, b.hidden, b.emptySignature, b.group, b.comment, b.store, b.metadata, b.evidence} {
		if b.chance(3) {
			more()
		}
	}
}

func (b *builder) carry(name string, n, level int, keys ...string) *carrier {
	c := &carrier{name: name, n: n, keys: keys, level: level}
	b.carriers = append(b.carriers, c)
	return c
}

// enlist puts an object among the fields and the annotations of a page.
func (b *builder) enlist(page, n int) {
	b.fields = append(b.fields, ref(n))
	b.annots[page] = append(b.annots[page], ref(n))
}

func (b *builder) list(n int) {
	b.fields = append(b.fields, ref(n))
	if b.objects[n].get("Subtype") != "" {
		b.annots[0] = append(b.annots[0], ref(n))
	}
}

// looks is the appearance of a field that shows a text.
func looks(text string) *object {
	return stream("/Tx BMC q BT /F1 12 Tf 2 3 Td ("+text+") Tj ET Q EMC", "Type", "/XObject", "Subtype", "/Form",
		"BBox", "[0 0 40 14]", "Resources", "<</Font<</F1 "+ref(font)+">>>>")
}

// look is the appearance that a field has when the file is signed, now and then
// that of another field.
func (b *builder) look(title string) string {
	if b.theme != plain && b.anyLook != 0 && b.chance(8) {
		b.tell(true, title+" looks as another field")
		return ref(b.anyLook)
	}
	o := looks("Old")
	if b.theme != plain && b.chance(10) {
		// Its font is that of the form, which may get one of the name.
		o = stream("/Tx BMC BT /F9 12 Tf 2 3 Td (Old) Tj ET EMC", "Subtype", "/Form", "BBox", "[0 0 40 14]")
		b.tell(true, title+" has an appearance without resources")
	}
	b.anyLook = b.add(o)
	c := b.carry("look of "+title, b.anyLook, formLevel)
	c.usual = func() {
		for _, f := range b.filled {
			if f.title == title {
				b.fill(f)
			}
		}
	}
	return ref(b.anyLook)
}

// widget is a field with its widget. Some have none to be seen.
func (b *builder) widget(kind, title string, seen bool) (o *object, at Area) {
	o = dict("FT", "/"+kind, "T", "("+title+")")
	if seen || b.chance(2) {
		o.set("Type", "/Annot")
		o.set("Subtype", "/Widget")
		o.set("F", b.loose("4"))
		o.set("P", ref(firstPage))
		o.set("Rect", "[0 0 0 0]")
	}
	if seen {
		at = b.place()
		at.Top = at.Bottom + 14
		o.set("Rect", at.String())
	}
	return o, at
}

func (b *builder) text() {
	title := fmt.Sprintf("text%d", b.next)
	o, at := b.widget("Tx", title, b.chance(2))
	o.set("V", b.loose("(Old)"))
	o.set("DA", "(/F1 12 Tf)")
	if at != (Area{}) && b.chance(6) {
		// Its appearance is left to the viewers, in a font that the form may get.
		o.set("DA", pick(b, "(/F9 12 Tf)", ""))
		b.unsure = append(b.unsure, at)
		b.tell(true, title+" has no appearance")
	} else if at != (Area{}) {
		o.set("AP", b.part("appearances of "+title, formLevel, dict("N", b.look(title)), "N"))
	}
	b.field(title, "Tx", o, at, "V", "M", "AP")
}

// field enters a field into the form, and among the annotations when it is one.
func (b *builder) field(title, kind string, o *object, at Area, keys ...string) {
	n := b.add(o)
	b.list(n)
	c := b.carry(title, n, formLevel, keys...)
	if at != (Area{}) {
		c.free = []Area{at}
	}
	b.fillable(&field{c, title, "Old", kind, at})
}

func (b *builder) fillable(f *field) {
	f.usual = func() { b.fill(f) }
	b.filled = append(b.filled, f)
}

// part is a dictionary within a carrier, a carrier itself when it stands alone.
func (b *builder) part(name string, level int, o *object, keys ...string) string {
	if b.chance(2) {
		return o.String()
	}
	n := b.add(o)
	b.carry(name, n, level, keys...)
	return ref(n)
}

// hidden is a text field that nobody sees: nothing but its dictionary.
func (b *builder) hidden() {
	title := fmt.Sprintf("hidden%d", b.next)
	o, _ := b.widget("Tx", title, false)
	b.field(title, "Tx", o, Area{}, "V", "M")
}

func (b *builder) choice() {
	title := fmt.Sprintf("choice%d", b.next)
	o, at := b.widget("Ch", title, b.chance(2))
	o.set("Opt", "[(Old)(New)]")
	o.set("DA", "(/F1 12 Tf)")
	o.set("V", b.part("value of "+title, formLevel, bare("[(Old)]")))
	o.set("I", b.part("index of "+title, formLevel, bare("[0]")))
	if at != (Area{}) {
		o.set("AP", dict("N", b.look(title)).String())
	}
	b.field(title, "Ch", o, at, "V", "I", "M", "AP")
}

// group is a field of another that only holds it.
func (b *builder) group() {
	kid, at := b.widget("Tx", "kid", b.chance(2))
	kid.set("V", "(Old)")
	kid.set("DA", "(/F1 12 Tf)")
	if at != (Area{}) {
		kid.set("AP", dict("N", b.look("kid")).String())
	}
	n, above := b.add(kid), b.add(dict())
	kid.set("Parent", ref(above))
	*b.objects[above] = *dict("T", fmt.Sprintf("(group%d)", above), "Kids", b.part("kids", formLevel, bare(array([]string{ref(n)}))))
	b.carry("group", above, formLevel, "Kids")
	b.fields = append(b.fields, ref(above))
	if kid.get("Subtype") != "" {
		b.annots[0] = append(b.annots[0], ref(n))
	}
	title := fmt.Sprintf("group%d.kid", above)
	c := b.carry(title, n, formLevel, "V", "M", "AP")
	if at != (Area{}) {
		c.free = []Area{at}
	}
	b.fillable(&field{c, title, "Old", "Tx", at})
}

// twins is a text field that is shown in two places.
func (b *builder) twins() {
	above := b.add(dict())
	title := fmt.Sprintf("twins%d", above)
	kids, c := []string{}, b.carry(title, above, formLevel, "V", "M")
	for range 2 {
		at := b.place()
		at.Top = at.Bottom + 14
		kid := b.add(dict("Type", "/Annot", "Subtype", "/Widget", "Rect", at.String(), "F", "4", "P", ref(firstPage), "Parent", ref(above),
			"AP", dict("N", b.look(title)).String()))
		b.carry("place of "+title, kid, formLevel, "AP", "M")
		kids, c.free = append(kids, ref(kid)), append(c.free, at)
	}
	*b.objects[above] = *dict("FT", "/Tx", "T", "("+title+")", "V", "(Old)", "DA", "(/F1 12 Tf)", "Kids", array(kids))
	b.fields = append(b.fields, ref(above))
	b.annots[0] = append(b.annots[0], kids...)
	c.usual = func() {
		if b.changed[above] != nil {
			return // once a revision
		}
		b.tell(!b.permits(formLevel, title), "fill", title)
		b.edit(above).set("V", "(New)")
		b.allow(formLevel, title, c.free)
		for i, kid := range kids {
			if i == 1 && b.theme != plain && b.chance(4) {
				b.tell(true, "in one place only")
				break
			}
			b.appearance(&field{c, title, "New", "Tx", c.free[i]}, b.edit(number(kid)))
		}
	}
}

// emptySignature is a signature field that was there when the file was signed:
// whoever signs it may paint there.
func (b *builder) emptySignature() {
	title := fmt.Sprintf("empty%d", b.next)
	o, at := b.widget("Sig", title, b.chance(2))
	n := b.add(o)
	b.list(n)
	c := b.carry(title, n, formLevel, "V", "AP", "M", "F")
	if at != (Area{}) {
		c.free = []Area{at}
	}
	f := &field{c, title, "", "Sig", at}
	f.usual = func() { b.sign(f) }
	b.empty = append(b.empty, f)
}

func (b *builder) comment() {
	at := b.place()
	o := dict("Type", "/Annot", "Subtype", pick(b, "/Square", "/Stamp", "/Text", "/Highlight"), "Rect", at.String(),
		"Contents", "(First)", "C", "[0 1 0]", "P", ref(firstPage), "F", "4")
	if b.theme == plain || b.chance(2) {
		o.set("AP", "<</N "+b.mark("0 1 0")+">>")
	}
	ready := b.ref(b.strange(painted("1 1 0")))
	if o.get("AP") == "" && o.get("Subtype") != "/Text" {
		b.tell(true, "a comment without an appearance")
	}
	if b.theme != plain && b.chance(4) {
		o.set("AP", "")
		o.set("Subtype", pick(b, "/Line", "/Polygon", "/Ink", "/Highlight", "/FreeText", "/Square", "/Watermark"))
		b.geometry(o)
		b.tell(true, "a comment that reaches far:", o.get("Subtype"))
		at = Area{Right: Size, Top: Size}
	}
	n := b.add(o)
	b.annots[0] = append(b.annots[0], ref(n))
	c := b.carry("comment", n, commentLevel, "Contents", "C", "AP", "M", "C0", "C1", "N", "V")
	c.free = []Area{reach(o, at)}
	c.usual = func() { b.changeComment(c, ready) }
}

// mark is a form that fills a part of the page with a colour.
func (b *builder) mark(colour string) string { return b.ref(painted(colour)) }

func painted(colour string) *object {
	return stream(colour+" rg 0 0 40 40 re f", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 40 40]")
}

// store is a document security store that the signed file has already.
func (b *builder) store() {
	evidence := stream("a certificate")
	n := b.add(evidence)
	b.carry("evidence", n, evidenceLevel)
	certs := b.part("certificates", evidenceLevel, bare(array([]string{ref(n)})))
	entry := b.part("entry of the VRI", evidenceLevel, dict("Cert", array([]string{ref(n)}), "TU", "(D:20260601120000Z)"), "Cert", "CRL", "OCSP", "TS", "TU")
	vri := b.part("VRI", evidenceLevel, dict(vriKey, entry), vriKey, otherKey)
	b.dss = b.add(dict("Type", "/DSS", "Certs", certs, "VRI", vri))
	b.carry("store", b.dss, evidenceLevel, "Certs", "CRLs", "OCSPs", "VRI")
	b.objects[catalog].set("DSS", ref(b.dss))
}

const (
	vriKey   = "0123456789ABCDEF0123456789ABCDEF01234567"
	otherKey = "89ABCDEF0123456789ABCDEF0123456789ABCDEF"
)

func (b *builder) metadata() {
	n := b.add(stream("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>", "Type", "/Metadata", "Subtype", "/XML"))
	b.carry("metadata", n, evidenceLevel)
	b.objects[catalog].set("Metadata", ref(n))
	b.xmp = n
}

// evidence is the developer extensions, which may change with it.
func (b *builder) evidence() {
	n := b.add(dict("ESIC", "<</BaseVersion/1.7/ExtensionLevel 5>>"))
	b.carry("extensions", n, evidenceLevel, "ADBE", "ESIC", "URL")
	b.objects[catalog].set("Extensions", ref(n))
}

// arrays writes the lists of the form and the pages, which are carriers too.
func (b *builder) arrays() {
	list := func(name string, level int, values []string) string {
		if b.chance(2) {
			return array(values)
		}
		n := b.add(bare(array(values)))
		b.carry(name, n, level)
		return ref(n)
	}
	form := b.objects[acroForm]
	form.set("Fields", list("fields", formLevel, b.fields))
	form.set("SigFlags", b.loose("3"))
	if b.theme == plain || !b.chance(4) {
		form.set("DA", "(/F1 12 Tf)")
	}
	if b.theme != plain && b.chance(10) {
		form.set("NeedAppearances", "true")
		b.tell(true, "viewers make appearances")
	}
	b.objects[catalog].lacks([]entry{{"Type", "/Catalog"}, {"Pages", ref(pageTree)}, {"AcroForm", ref(acroForm)}})
	for i, n := range []int{firstPage, secondPage} {
		if len(b.annots[i]) > 0 || b.chance(4) {
			b.objects[n].set("Annots", list("annotations", formLevel, b.annots[i]))
		}
	}
	if first := b.objects[firstPage].get("Annots"); b.theme != plain && number(first) != 0 && b.chance(8) {
		b.objects[secondPage].set("Annots", first)
		b.twin = true
		b.tell(true, "both pages have the same annotations")
	}
}
