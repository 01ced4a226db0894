package pdfgrammar

import (
	"fmt"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// fill fills a field as viewers do.
func (b *builder) fill(f *field) {
	if b.changed[f.n] != nil {
		return // once a revision
	}
	o := b.edit(f.n)
	f.value = pick(b, slices.DeleteFunc([]string{"New", "900", "Yes sir"}, func(v string) bool { return v == f.value })...)
	b.tell(!b.permits(formLevel, f.title), "fill", f.title)
	if lies := b.lies(f, o); lies {
		return
	}
	b.allow(formLevel, f.title, f.free)
	if b.chance(3) {
		o.set("M", "(D:20260601120000Z)")
	}
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
		index := "[1]"
		if f.value = "New"; strings.Contains(o.get("V"), f.value) {
			f.value, index = "Old", "[0]"
		}
		o.set("V", pick(b, "[("+f.value+")]", "("+f.value+")"))
		o.set("I", index)
	default:
		o.set("V", "("+f.value+")")
	}
	if f.at == (Area{}) || o.get("AP") == "" {
		return
	}
	b.appearance(f, o)
}

// lies gives a field a value that is not what it then shows: nothing of that may be
// seen.
func (b *builder) lies(f *field, o *object) bool {
	if f.at == (Area{}) || o.get("AP") == "" || b.theme == plain || !b.chance(8) {
		return false
	}
	switch f.kind {
	case "Btn":
		o.set("V", pick(b, "/Off", "/Yes", "/No", "", "null"))
		o.set("AS", pick(b, "/Off", "/Yes"))
		if v := o.get("V"); v == o.get("AS") || o.get("AS") == "/Off" && (v == "" || v == "null") {
			o.set("V", "/Other") // a box without a value is off
		}
	case "Ch":
		o.set("V", pick(b, "(Old)", "[(Old)(New)]", "[]", "(Other)", ""))
		o.set("I", pick(b, "[0]", "[1]", "[0 1]", ""))
		f.value = "900"
		b.appearance(f, o)
	default:
		o.set("V", pick(b, "(100)", "(\\351\\351)", "<FEFF04D80031003000300020>", "<EFBBBFD398>", "(100 \\200)", "(9O0)", "null", "<FEFF0039>", ""))
		b.appearance(f, o)
	}
	b.tell(true, "though its value is", o.get("V"))
	return true
}

// appearance shows a field's new value, by a new stream or in the place of the
// old one.
func (b *builder) appearance(f *field, o *object) {
	fresh := b.strange(looks(f.value))
	n, old := number(o.get("AP")), 0
	if n != 0 {
		old = number(b.objects[n].get("N"))
	} else {
		old = number(strings.TrimPrefix(o.get("AP"), "<</N "))
	}
	switch {
	case old != 0 && b.objects[old].data != nil && b.chance(3):
		b.edit(old).data = fresh.data
		b.objects[old].set("Filter", "")
	case n == 0 || b.chance(4):
		o.set("AP", "<</N "+b.ref(fresh)+">>")
	default:
		b.edit(n).set("N", b.ref(fresh))
	}
}

// signing is a signature that a later revision brings, by a person or by a
// timestamp authority.
func (b *builder) signing(stamp bool) string {
	if stamp {
		return b.ref(bare(pdfattack.Stamp()))
	}
	b.person = true
	return b.ref(bare(pdfattack.Signature(pick(b, "", "/Name(B)"))))
}

// sign signs the empty signature field, in its place.
func (b *builder) sign(f *field) {
	if b.signs || f.value != "" {
		return
	}
	f.value, b.signs = "signed", true
	stamp := b.chance(3) || b.level == evidenceLevel
	o := b.edit(f.n)
	o.set("V", b.signing(stamp))
	if f.at != (Area{}) {
		o.set("AP", "<</N "+b.ref(b.strange(cover(b)))+">>")
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
		if at, page = b.target(); b.theme != plain && b.chance(12) {
			page = 1 - page
		}
		o.set("Rect", at.String())
		o.set("P", ref(pageObject(page)))
		o.set("AP", "<</N "+b.ref(b.strange(cover(b)))+">>")
		b.oddWidget(o)
		at.Page, at.Blank = page, true
		b.allow(formLevel, added, []Area{at})
	}
	if !seen && b.theme != plain && b.chance(3) {
		o.set("Rect", pick(b, "[0 0 0 0]", "[60 60 60 160]", "[60 60 160 60]", "", "[0 0 0]", "null", "[60 60 60.000001 60.000001]", "[60 60 null 90]", "[60 60 60 60 160 160]", "[60 60 60 60.0.1]"))
		o.set("AP", "<</N "+b.ref(cover(b))+">>")
		b.tell(true, "appearance in", o.get("Rect"))
	}
	b.tell(strange, "add signature field at", at.String())
	n := b.add(o)
	b.enter(acroForm, "Fields", ref(n))
	n = b.apart(n)
	b.tag(n, page)
	b.enter(pageObject(page), "Annots", ref(n))
	b.comesWith(title, n, signed, at)
	if seen && b.theme != plain && b.chance(20) {
		b.enter(pageObject(1-page), "Annots", ref(n))
		b.tell(true, "listed by both pages")
	}
}

// comesWith lets a further revision change the widget of a new field: sign it, or
// change how it looks though it is signed.
func (b *builder) comesWith(title string, widget int, signed bool, at Area) {
	if !signed {
		f := &field{&carrier{name: title, n: widget, level: formLevel, free: []Area{at}}, title, "", "Sig", at}
		f.usual = func() { b.sign(f) }
		b.carriers = append(b.carriers, f.carrier)
		return
	}
	look := func() string { return "<</N " + b.mark("1 0 0") + ">>" }
	b.twists = append(b.twists, twist{&carrier{name: title, n: widget, level: neverLevel}, "a signed field", swap{"AP", look}})
}

// reversed names the other two corners of a rectangle.
func (b *builder) reversed(rect string) string {
	at, _ := areaOf(rect)
	return Area{Left: at.Right, Bottom: at.Top, Right: at.Left, Top: at.Bottom}.String()
}

// apart makes the widget of a field an object of its own now and then.
func (b *builder) apart(n int) int {
	if !b.chance(5) {
		return n
	}
	o := b.objects[n]
	kid := b.add(dict("Parent", ref(n)))
	for _, e := range slices.Clone(o.entries) {
		if e.key != "FT" && e.key != "T" && e.key != "V" {
			b.objects[kid].set(e.key, e.value)
			o.set(e.key, "")
		}
	}
	o.set("Kids", "["+ref(kid)+"]")
	return kid
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
		entry{"MK", "<</BC[1 0 0]/BG[1 0 0]>>"}, entry{"P", ref(secondPage)}, entry{"P", ""}, entry{"AP", ""}, entry{"Rect", b.loose(o.get("Rect"))}, entry{"Rect", b.reversed(o.get("Rect"))}, entry{"Rect", strings.Replace(o.get("Rect"), " ", " "+b.ref(bare("0"))+" ", 1)})
	o.set(odd.key, odd.value)
	b.tell(true, "with /"+odd.key, odd.value)
}
