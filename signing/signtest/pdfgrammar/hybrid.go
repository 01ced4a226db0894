package pdfgrammar

import (
	"maps"
	"slices"
	"strings"

	"tamga/signing/signtest/pdfattack"
)

// asHybrid has a revision written in a hybrid cross-reference once in n times.
func (b *builder) asHybrid(n int) {
	if b.hybrid = !b.streams && b.chance(n); b.hybrid {
		b.tell(false, "a hybrid cross-reference")
	}
}

// writeHybrid writes a revision as word processors do: the elements of the structure
// stand where only readers of cross-reference streams find them. Now and then such
// readers find other objects so, or the same ones elsewhere with another body.
func (b *builder) writeHybrid(w *pdfattack.Writer, objects map[int]*object) []byte {
	h := pdfattack.Hybrid{Hidden: map[int]string{}, Moved: map[int]string{}}
	hide := func(n int) {
		if o := objects[n]; o != nil && o.data == nil && !strings.Contains(o.String(), "/ByteRange") {
			h.Hidden[n] = o.String()
		}
	}
	for _, n := range b.elements {
		hide(n)
	}
	if len(h.Hidden) > 0 && b.changed != nil {
		b.tell(true, "elements that only the stream has, after the signature")
	}
	if b.theme != plain && len(objects) > 0 && b.chance(2) {
		for range 1 + b.IntN(2) {
			b.differ(h, pick(b, slices.Sorted(maps.Keys(objects))...), hide)
		}
	}
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		if h.Hidden[n] == "" {
			w.Put(n, objects[n].String())
		}
	}
	if len(h.Hidden) > 0 {
		h.Packed = b.unused()
	}
	h.Stream = b.unused()
	return w.EndHybrid(h, "/Info "+ref(info))
}

// differ makes an object one thing for readers of tables and another for those of
// streams.
func (b *builder) differ(h pdfattack.Hybrid, n int, hide func(int)) {
	o := b.objects[n]
	if b.chance(2) {
		hide(n)
		b.tell(true, "hidden from readers of tables:", ref(n))
		return
	}
	body := pick(b, "null", "<<>>", "[]", stream("1 0 0 rg 0 0 200 200 re f").String())
	if o != nil && len(o.entries) > 0 && b.chance(2) {
		c := o.clone()
		e := c.entries[b.IntN(len(c.entries))]
		c.set(e.key, pick(b, "null", "[0 0 9 9]", b.inline(dict("LW", "60"))))
		body = c.String()
	}
	if h.Hidden[n] == "" && !strings.Contains(body, "/ByteRange") {
		h.Moved[n] = body
		b.tell(true, "elsewhere for readers of streams:", ref(n))
	}
}
