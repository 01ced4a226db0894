package pdfgrammar

import "fmt"

// pageObjects are the pages by their index.
func pageObject(page int) int { return []int{firstPage, secondPage}[page] }

// addComment comments on a page: mostly with an appearance, else the viewers draw
// what the entries say.
func (b *builder) addComment() {
	at, page := b.target()
	at.Page = page
	kind := pick(b, "/Square", "/Stamp", "/FreeText", "/Highlight", "/Ink", "/Text", "/Popup", "/Line", "/Polygon")
	o := dict("Type", "/Annot", "Subtype", kind, "Rect", at.String(), "F", "4", "Contents", "(Why?)", "C", "[1 0 0]", "P", ref(pageObject(page)))
	strange := !b.permits(commentLevel, added)
	if kind != "/Text" && kind != "/Popup" && (b.theme == plain || !b.chance(3)) {
		o.set("AP", "<</N "+b.ref(b.strange(cover(b)))+">>")
	} else if b.theme != plain {
		strange = true
		b.geometry(o)
	}
	n := b.add(o)
	b.enter(pageObject(page), "Annots", ref(n))
	b.tell(strange, "comment with", kind, "at", at.String())
	b.allow(commentLevel, "comment", []Area{reach(o, at)})
}

// geometry gives a comment places outside its rectangle.
func (b *builder) geometry(o *object) {
	switch o.get("Subtype") {
	case "/Line":
		o.set("L", "[10 10 190 190]")
	case "/Polygon":
		o.set("Vertices", "[10 10 190 10 100 190]")
	case "/Ink":
		o.set("InkList", "[[10 10 190 190 10 190]]")
	case "/Highlight":
		o.set("QuadPoints", "[0 200 200 200 0 0 200 0]")
	case "/FreeText":
		o.set("DA", "(/Helv 12 Tf 1 0 0 rg)")
		o.set("CL", "[10 10 190 190]")
	case "/Popup":
		o.set("Open", "true")
	case "/Watermark":
		o.set("AP", "<</N "+b.mark("0 1 0")+">>")
		o.set("FixedPrint", "<</Type/FixedPrint/Matrix[1 0 0 1 60 -60]/H 0/V 0>>")
	case "/Square":
		o.set("BS", "<</W 60>>")
	}
}

// reach is where a comment may paint: a note has a size of its own and stays
// upright (12.5.6.4), around its upper left corner in each viewer's own way.
func reach(o *object, at Area) Area {
	if o.get("Subtype") != "/Text" {
		return at
	}
	const icon = 24
	more := icon + max(at.Right-at.Left, at.Top-at.Bottom)
	return Area{Page: at.Page, Left: at.Left - more, Bottom: at.Bottom - more, Right: at.Right + more, Top: at.Top + more}
}

// changeComment changes what a comment says, and now and then how it looks, by an
// appearance that lay ready.
func (b *builder) changeComment(c *carrier, ready string) {
	o := b.edit(c.n)
	o.set("Contents", "(Second)")
	o.set("C", "[0 0 1]")
	if b.theme != plain && b.chance(3) {
		o.set("AP", "<</N "+ready+">>")
		b.tell(true, "a comment gets another appearance")
	}
	b.tell(!b.permits(commentLevel, ""), "change a comment")
	b.allow(commentLevel, "comment", c.free)
}

// strange makes an appearance one that may leave its place.
func (b *builder) strange(o *object) *object {
	if b.theme == plain || !b.chance(5) {
		return o
	}
	whole := "q 1 0 0 rg -500 -500 1000 1000 re f Q "
	switch b.IntN(5) {
	case 0:
		o.set("BBox", "")
	case 1:
		o.set("BBox", pick(b, "[0 0 0 0]", "[-500 -500 500 500]", "[100 100 0 0]", "[0 0 40]", "null", "[0 0 1 1]"))
	case 2:
		o.set("Matrix", pick(b, "[9 0 0 9 0 0]", "[1 0 0 1 -90 -90]", "[0 0 0 0 0 0]", "[0 1 -1 0 0 0]", "[1 0 0]", "[1 1 1 1 0 0]", "null"))
	case 3:
		o.set("Subtype", pick(b, "/Image", "/PS", "", b.ref(bare("/Form"))))
	case 4:
		o.set("Group", pick(b, "<</S/Transparency/I true/K true>>", "null"))
	}
	data := whole + *o.data
	o.data = &data
	b.tell(true, "strange appearance:", fmt.Sprint(o.entries))
	return o
}
