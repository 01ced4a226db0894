package pdfgrammar

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// later writes a revision after the signature.
func (b *builder) later(w *pdfattack.Writer) []byte {
	b.changed, b.freed, b.streams, b.signs, b.person = map[int]*object{}, nil, b.chance(4), false, false
	if len(b.twists) > 0 && !b.chance(4) {
		b.twist(b.anyTwist())
	} else if b.theme == covering {
		b.addField(true)
	}
	for range b.IntN(3) {
		pick(b, b.acts()...)()
	}
	if b.doubled != 0 && b.chance(2) {
		b.once()
	}
	if b.theme != plain && b.chance(25) {
		b.mutate()
	}
	if b.theme != plain && b.chance(60) {
		b.remove()
	}
	if b.theme != plain && b.chance(30) {
		w.Junk(pick(b, "% a comment\n", "\n \n", "30 0 obj\n<<>>\nendobj\n", "6 0 obj\n<</Length 30>>stream\n1 0 0 rg 0 0 200 200 re f     \nendstream\nendobj\n"))
		b.tell(true, "bytes that no table lists")
	}
	if b.theme != plain && b.chance(30) {
		end := pick(b, "\r\n", " \r", "\n", "  \n")
		w.Lines(end)
		b.tell(true, fmt.Sprintf("lines of the table end with %q", end))
	}
	b.asHybrid(12)
	return b.write(w, b.freed, b.changed)
}

// anyTwist is a change that would show, mostly one of what the carrier may change.
func (b *builder) anyTwist() twist {
	var fit []twist
	for _, t := range b.twists {
		if t.swap.key == "" || slices.Contains(t.carrier.keys, t.swap.key) {
			fit = append(fit, t)
		}
	}
	if len(fit) > 0 && !b.chance(3) {
		return pick(b, fit...)
	}
	return pick(b, b.twists...)
}

// acts are what users and their programs do.
func (b *builder) acts() []func() {
	if b.theme != plain && len(b.missing) > 0 && b.chance(3) {
		return []func(){b.supply}
	}
	acts := []func(){
		func() { b.addField(false) }, func() { b.addField(true) }, b.stamp, b.addEvidence, b.addComment, b.updated, b.again, b.addFont,
		b.addDefaults, b.otherIdentifier,
	}
	for _, c := range b.carriers {
		if c.usual != nil {
			acts = append(acts, c.usual)
		}
	}
	return acts
}

// twist makes a change that would show, often together with what the carrier is
// for.
func (b *builder) twist(t twist) {
	if t.carrier.usual != nil && b.chance(2) {
		t.carrier.usual()
	}
	value := t.swap.value()
	o := b.edit(t.carrier.n)
	switch {
	case t.swap.key != "":
		o.set(t.swap.key, value)
	case o.data != nil:
		o.data = &value
		o.set("Filter", "")
	default:
		o.bare = value
	}
	b.moved = b.moved || slices.Contains([]string{"Kids", "Rotate", "MediaBox", "CropBox", "UserUnit"}, t.swap.key)
	b.tell(true, t.seat, "changes by", t.swap.key, "of", t.carrier.name)
	b.allow(t.carrier.level, t.carrier.name, t.carrier.free)
	if at, ok := areaOf(value); ok && t.swap.key == "Rect" && t.carrier.level == commentLevel {
		b.allow(commentLevel, t.carrier.name, onEither(at)) // a comment may move
	}
	if b.chance(3) {
		o.set("M", "(D:20260601120000Z)")
	}
}

// enter adds a value to a list, where it lies.
func (b *builder) enter(holder int, key, value string) {
	list := b.objects[holder].get(key)
	if n := number(list); n != 0 && strings.HasPrefix(b.objects[n].bare, "[") {
		o := b.edit(n)
		o.bare = strings.TrimSuffix(o.bare, "]") + " " + value + "]"
		return
	}
	if !strings.HasPrefix(list, "[") {
		list = "[]"
	}
	b.edit(holder).set(key, strings.TrimSuffix(list, "]")+" "+value+"]")
}

// stamp adds a document timestamp.
func (b *builder) stamp() {
	if b.signs {
		return
	}
	b.signs = true
	n := b.add(dict("Type", "/Annot", "Subtype", "/Widget", "FT", "/Sig", "T", fmt.Sprintf("(stamp%d)", b.next), "Rect", "[0 0 0 0]",
		"F", "132", "P", ref(firstPage), "V", b.signing(true)))
	b.enter(acroForm, "Fields", ref(n))
	b.enter(firstPage, "Annots", ref(n))
	b.tell(false, "add a document timestamp")
}

// addEvidence makes the security store, or adds to it.
func (b *builder) addEvidence() {
	proof := b.ref(stream(pick(b, "a status", "a list", "1 0 0 rg 0 0 200 200 re f", "6 0 obj\n<<>>\nendobj\n", "%%EOF\nstartxref\n0\n")))
	b.tell(false, "add evidence")
	if b.dss == 0 {
		b.dss = b.add(dict("Type", "/DSS", "OCSPs", "["+proof+"]", "VRI", "<</"+vriKey+"<</OCSP["+proof+"]>>>>"))
		b.edit(catalog).set("DSS", ref(b.dss))
		return
	}
	key := pick(b, "Certs", "OCSPs", "CRLs")
	if b.objects[b.dss].get(key) == "" {
		b.edit(b.dss).set(key, "["+proof+"]")
		return
	}
	b.enter(b.dss, key, proof)
}

// updated is what programs note about their work.
func (b *builder) updated() {
	b.tell(false, "update dates, versions and metadata")
	b.edit(info).set("ModDate", "(D:20260602000000Z)")
	if b.chance(2) {
		b.edit(catalog).set("Version", "/2.0")
	}
	if b.chance(3) {
		note := pick(b, "(seen)", "true", "<</Private (seen)>>", b.ref(stream("1 0 0 rg 0 0 200 200 re f", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 200 200]")))
		b.edit(pick(b, catalog, firstPage, secondPage)).set(pick(b, "ABCD_Note", "XXNote", "PieceInfo"), note)
		b.tell(false, "leave a note of a program's own")
	}
	if b.xmp != 0 && b.objects[b.xmp].data != nil && b.chance(2) {
		text := "<x:xmpmeta xmlns:x='adobe:ns:meta/'> </x:xmpmeta>"
		b.edit(b.xmp).data = &text
	}
}

// again writes objects as they were.
func (b *builder) again() {
	numbers := slices.Sorted(maps.Keys(b.objects))
	for range 1 + b.IntN(4) {
		n := numbers[b.IntN(len(numbers))]
		if o := b.objects[n]; !strings.Contains(o.bare, "/ByteRange") && b.changed[n] == nil {
			b.changed[n] = o
		}
	}
	b.tell(false, "write objects again")
}

// addDefaults gives a form that has none default resources, in a font that the
// pages have or another one, and now and then what fields are drawn by.
func (b *builder) addDefaults() {
	if b.objects[acroForm].get("DR") != "" {
		return
	}
	b.fonts = true // whatever has no appearance may be drawn by it
	f := ref(font)
	if b.chance(2) {
		f = b.ref(dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", pick(b, "/Courier", "/Symbol")))
	}
	resources := dict("Font", "<</"+pick(b, "F1", "F9", "Helv")+" "+f+">>")
	o := b.edit(acroForm)
	if o.set("DR", resources.String()); b.chance(3) {
		o.set("DR", b.ref(resources))
	}
	if o.get("DA") == "" && b.chance(2) {
		o.set("DA", pick(b, "(/F1 0 Tf 0 g)", "(/Helv 20 Tf 1 0 0 rg)"))
	}
	b.tell(!b.permits(formLevel, added), "give the form default resources")
}

// otherIdentifier renews both parts of the file identifier, as some programs do.
func (b *builder) otherIdentifier() {
	b.identifier = fmt.Sprintf("[<%02d><%02d>]", b.IntN(100), b.IntN(100))
	b.tell(false, "renew the file identifier")
}

// addFont gives the form another font.
func (b *builder) addFont() {
	f := b.ref(dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/Courier"))
	name := fmt.Sprintf("F%d", b.next)
	if b.theme != plain && b.chance(2) {
		name, b.fonts = "F9", true
		b.edit(number(f)).set("BaseFont", pick(b, "/Symbol", "/Courier-Bold"))
		if b.objects[acroForm].get("DA") == "" {
			b.edit(acroForm).set("DA", "(/F9 20 Tf 1 0 0 rg)")
		}
	}
	b.tell(!b.permits(formLevel, added), "add a font to the form")
	holder := b.edit(acroForm)
	if n := number(holder.get("DR")); n != 0 {
		holder = b.edit(n)
	} else {
		fonts := strings.Split(strings.TrimSuffix(holder.get("DR"), ">>"), "/Font ")
		if len(fonts) == 2 && strings.HasPrefix(fonts[1], "<<") {
			holder.set("DR", fonts[0]+"/Font "+strings.TrimSuffix(fonts[1], ">>")+"/"+name+" "+f+">>>>")
			return
		}
		if len(fonts) == 2 && number(fonts[1]) != 0 {
			b.edit(number(fonts[1])).set(name, f)
		}
		return
	}
	if n := number(holder.get("Font")); n != 0 {
		b.edit(n).set(name, f)
	} else if fonts := holder.get("Font"); strings.HasPrefix(fonts, "<<") {
		holder.set("Font", strings.TrimSuffix(fonts, ">>")+"/"+name+" "+f+">>")
	}
}

// supply brings an object that the signed file refers to and has not, as evidence
// or in the place of something else that may be new.
func (b *builder) supply() {
	n, next := b.missing[0], b.next
	b.missing, b.next = b.missing[1:], b.missing[0]
	pick(b, b.addEvidence, b.stamp, func() { b.addField(true) }, b.addComment, b.addFont)()
	b.next = max(next, b.next)
	b.tell(true, "and fill the reference to", ref(n))
}

// once writes the dictionary with the double key anew, with one of both.
func (b *builder) once() {
	o := b.edit(b.doubled)
	seen := map[string]bool{}
	if b.chance(2) {
		slices.Reverse(o.entries)
	}
	o.entries = slices.DeleteFunc(o.entries, func(e entry) bool {
		twice := seen[e.key]
		seen[e.key] = true
		return twice
	})
	b.tell(true, "a double key once")
}

// mutate changes any object in any way.
func (b *builder) mutate() {
	numbers := slices.Sorted(maps.Keys(b.objects))
	n, m := pick(b, numbers...), pick(b, numbers...)
	if strings.Contains(b.objects[n].bare, "/ByteRange") || len(b.objects[n].entries) == 0 {
		return
	}
	o := b.edit(n)
	i := b.IntN(len(o.entries))
	o.entries[i].value = ref(m)
	b.tell(true, "change", o.entries[i].key, "of", ref(n))
}

// remove frees an object.
func (b *builder) remove() {
	n := firstFree + b.IntN(b.next-firstFree)
	if b.changed[n] == nil {
		b.freed = append(b.freed, n)
		b.tell(true, "free", ref(n))
	}
}
