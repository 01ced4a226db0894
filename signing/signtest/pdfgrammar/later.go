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
	b.changed, b.freed, b.streams, b.signs = map[int]*object{}, nil, b.chance(4), false
	if len(b.twists) > 0 && !b.chance(4) {
		b.twist(b.twists[b.IntN(len(b.twists))])
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
	return b.write(w, b.freed, b.changed)
}

// acts are what users and their programs do.
func (b *builder) acts() []func() {
	acts := []func(){
		func() { b.addField(false) }, func() { b.addField(true) }, b.stamp, b.addEvidence, b.addComment, b.updated, b.again, b.addFont,
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
	b.tell(true, t.seat, "changes by", t.swap.key, "of", t.carrier.name)
	b.allow(t.carrier.level, t.carrier.name, t.carrier.free)
	if b.chance(3) {
		o.set("M", "(D:20260601120000Z)")
	}
}

// fill fills a field as viewers do.
func (b *builder) fill(f *field) {
	o := b.edit(f.n)
	f.value = pick(b, "New", "900", "Yes sir")
	b.tell(!b.permits(formLevel, f.title), "fill", f.title)
	b.allow(formLevel, f.title, f.free)
	switch f.kind {
	case "Btn":
		state := "/Yes"
		if o.get("V") == state {
			state = "/Off"
		}
		o.set("V", state)
		o.set("AS", state)
		return
	case "Ch":
		o.set("V", pick(b, "[(New)]", "(New)"))
		o.set("I", "[1]")
		f.value = "New"
	default:
		o.set("V", "("+f.value+")")
	}
	if f.at == (Area{}) || o.get("AP") == "" {
		return
	}
	b.appearance(f, o)
}

// appearance shows a field's new value, by a new stream or in the place of the
// old one.
func (b *builder) appearance(f *field, o *object) {
	fresh := looks(f.value)
	n := number(o.get("AP"))
	if n == 0 || b.chance(4) {
		o.set("AP", "<</N "+b.ref(fresh)+">>")
		return
	}
	if old := number(b.objects[n].get("N")); old != 0 && b.chance(2) && b.objects[old].data != nil {
		b.edit(old).data = fresh.data
		return
	}
	b.edit(n).set("N", b.ref(fresh))
}

// signing is a signature that a later revision brings, by a person or by a
// timestamp authority.
func (b *builder) signing(stamp bool) string {
	if stamp {
		return b.ref(bare(pdfattack.Stamp()))
	}
	return b.ref(bare(pdfattack.Signature(pick(b, "", "/Name(B)"))))
}

// sign signs the empty signature field, in its place.
func (b *builder) sign(f *field) {
	if b.signs || f.value != "" {
		return
	}
	f.value, b.signs = "signed", true
	stamp := b.chance(3)
	o := b.edit(f.n)
	o.set("V", b.signing(stamp))
	if f.at != (Area{}) {
		o.set("AP", "<</N "+b.ref(cover(b))+">>")
	}
	b.tell(!b.permits(formLevel, f.title), "sign", f.title)
	b.allow(formLevel, f.title, f.free)
}

// cover is the appearance of a signature, which hides what is below it.
func cover(b *builder) *object {
	return stream("1 .5 0 rg 0 0 100 100 re f", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 100 100]",
		"Resources", pick(b, "<<>>", "<</Font<</F1 "+ref(font)+">>>>"))
}

// addField adds a signature field, signed or not.
func (b *builder) addField(seen bool) {
	title := fmt.Sprintf("added%d", b.next)
	o, at := b.widget("Sig", title, false)
	o.set("Type", "/Annot")
	o.set("Subtype", "/Widget")
	o.set("F", "132")
	o.set("P", ref(firstPage))
	o.set("Rect", "[0 0 0 0]")
	signed := !b.chance(4)
	if signed {
		if b.signs {
			return // a revision has one signature
		}
		o.set("V", b.signing(b.chance(4)))
		b.signs = true
	}
	strange := !b.permits(formLevel, added)
	page := 0
	if seen {
		strange = strange || b.level > 0
		at, page = b.target()
		o.set("Rect", at.String())
		o.set("P", ref([]int{firstPage, secondPage}[page]))
		o.set("AP", "<</N "+b.ref(cover(b))+">>")
		b.oddWidget(o)
		at.Page, at.Blank = page, true
		b.allow(formLevel, added, []Area{at})
	}
	b.tell(strange, "add signature field at", at.String())
	n := b.add(o)
	b.enter(acroForm, "Fields", ref(n))
	b.enter([]int{firstPage, secondPage}[page], "Annots", ref(n))
}

// target is where a new field goes: where nothing is known to lie, or anywhere.
func (b *builder) target() (at Area, page int) {
	if len(b.places) > 0 && b.chance(3) {
		return b.place(), 0
	}
	b.odd = true
	x, y := float64(b.IntN(Size-20)), float64(b.IntN(Size-10))
	page = b.IntN(2)
	if b.theme == covering {
		page = 0
	}
	return Area{Left: x, Bottom: y, Right: x + float64(10+b.IntN(110)), Top: y + float64(10+b.IntN(110))}, page
}

// oddWidget gives a widget what makes viewers paint elsewhere than it says.
func (b *builder) oddWidget(o *object) {
	if !b.chance(4) {
		return
	}
	odd := pick(b, entry{"F", "148"}, entry{"F", "140"}, entry{"F", "156"}, entry{"Border", "[0 0 60]"}, entry{"BS", "<</W 60/S/S>>"},
		entry{"MK", "<</BC[1 0 0]/BG[1 0 0]>>"}, entry{"P", ref(secondPage)}, entry{"P", ""}, entry{"AP", ""}, entry{"Rect", b.loose(o.get("Rect"))})
	o.set(odd.key, odd.value)
	b.tell(true, "with /"+odd.key, odd.value)
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
	proof := b.ref(stream(pick(b, "a status", "6 0 obj\n<<>>\nendobj\n", "%%EOF\nstartxref\n0\n")))
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

// addComment comments on the page.
func (b *builder) addComment() {
	at, page := b.target()
	at.Page = page
	o := dict("Type", "/Annot", "Subtype", pick(b, "/Square", "/Stamp", "/FreeText", "/Highlight", "/Ink", "/Text", "/Popup"), "Rect", at.String(), "F", "4",
		"Contents", "(Why?)", "C", "[1 0 0]", "P", ref([]int{firstPage, secondPage}[page]))
	if b.chance(2) {
		o.set("AP", "<</N "+b.ref(cover(b))+">>")
	}
	n := b.add(o)
	b.enter([]int{firstPage, secondPage}[page], "Annots", ref(n))
	b.tell(!b.permits(commentLevel, added), "comment with", o.get("Subtype"))
	b.allow(commentLevel, "comment", []Area{at})
}

func (b *builder) changeComment(c *carrier) {
	o := b.edit(c.n)
	o.set("Contents", "(Second)")
	o.set("C", "[0 0 1]")
	b.tell(!b.permits(commentLevel, ""), "change a comment")
	b.allow(commentLevel, "comment", c.free)
}

// updated is what programs note about their work.
func (b *builder) updated() {
	b.tell(false, "update dates, versions and metadata")
	b.edit(info).set("ModDate", "(D:20260602000000Z)")
	if b.chance(2) {
		b.edit(catalog).set("Version", "/2.0")
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

// addFont gives the form another font.
func (b *builder) addFont() {
	f := b.ref(dict("Type", "/Font", "Subtype", "/Type1", "BaseFont", "/Courier"))
	name := fmt.Sprintf("F%d", b.next)
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
