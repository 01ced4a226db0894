package pdfgrammar

import "fmt"

// box is a field that is ticked.
func (b *builder) box() {
	title := fmt.Sprintf("box%d", b.next)
	o, at := b.widget("Btn", title, true)
	on := stream("0 0 m 40 14 l S", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 40 14]")
	off := stream("", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 40 14]")
	states := b.part("states of "+title, formLevel, dict("Yes", b.ref(b.strange(on)), "Off", b.ref(off)))
	state := pick(b, "/Off", "/Yes")
	o.set("V", b.loose(state))
	o.set("AS", b.loose(state))
	o.set("AP", b.part("appearances of "+title, formLevel, dict("N", states), "N"))
	b.field(title, "Btn", o, at, "V", "AS", "M")
}

// radio is a field of two buttons.
func (b *builder) radio() {
	above := b.add(dict())
	title := fmt.Sprintf("radio%d", above)
	c := b.carry(title, above, formLevel, "V", "M")
	kids := []string{}
	for _, state := range []string{"A", "B"} {
		at := b.place()
		at.Top = at.Bottom + 14
		on := stream("0 0 m 40 14 l S", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 40 14]")
		off := stream("", "Type", "/XObject", "Subtype", "/Form", "BBox", "[0 0 40 14]")
		kid := b.add(dict("Type", "/Annot", "Subtype", "/Widget", "Rect", at.String(), "F", "4", "P", ref(firstPage), "Parent", ref(above), "AS", "/Off",
			"AP", dict("N", dict(state, b.ref(b.strange(on)), "Off", b.ref(off)).String()).String()))
		b.carry("button "+state+" of "+title, kid, formLevel, "AS", "M")
		kids = append(kids, ref(kid))
		c.free = append(c.free, at)
	}
	*b.objects[above] = *dict("FT", "/Btn", "Ff", "49152", "T", "("+title+")", "V", "/Off", "Kids", array(kids))
	b.fields = append(b.fields, ref(above))
	b.annots[0] = append(b.annots[0], kids...)
	c.usual = func() { b.choose(c, kids) }
}

// choose presses one of the buttons.
func (b *builder) choose(c *carrier, kids []string) {
	chosen := b.IntN(len(kids))
	for i, kid := range kids {
		state := "/Off"
		if i == chosen {
			state = []string{"/A", "/B"}[i]
			b.edit(c.n).set("V", state)
		}
		b.edit(number(kid)).set("AS", state)
	}
	b.tell(!b.permits(formLevel, c.name), "choose", c.name)
	b.allow(formLevel, c.name, c.free)
}
