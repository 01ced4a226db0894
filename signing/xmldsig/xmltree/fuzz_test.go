package xmltree

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzParse asks for an answer to any bytes; and of what was read, that its
// canonical form is read again as the same document.
func FuzzParse(f *testing.F) {
	for _, c := range slices.Concat(wellFormed, tolerated) {
		f.Add([]byte(c.in))
	}
	for _, c := range malformed {
		f.Add([]byte(c.in))
	}
	f.Add([]byte(nested))
	for _, order := range orders {
		f.Add(wide(nested, order))
		f.Add(append(order.AppendUint16(nil, 0xfeff), wide("<?xml version='1.0' encoding='utf-16'?><a b='\U0001F58B'><c/>қ</a>", order)...))
		f.Add(append(order.AppendUint16(nil, 0xfeff), "\xd8\x00\xdc\x00\xd8"...))
	}
	f.Add([]byte(`<a xml:base="http://a.example/b/../?c#d"><b xml:base="../e/.."><c xml:base="//f"/><d xml:base=""/></b></a>`))
	f.Fuzz(func(t *testing.T, file []byte) {
		d, err := Parse(file)
		if err != nil {
			return
		}
		if d.encoding.wide == nil {
			sameCounts(t, file, d)
		}
		for _, m := range forms {
			limit := 64*len(file) + 1<<12
			first, err := d.Canonical(nil, m, nil, limit)
			if err != nil {
				continue
			}
			again, err := Parse(first)
			if err != nil {
				t.Fatalf("the canonical form is not read: %v\n%q", err, first)
			}
			second, err := again.Canonical(nil, m, nil, limit)
			if err != nil || !bytes.Equal(first, second) {
				t.Fatalf("the canonical form is not canonical: %v\n%q\n%q", err, first, second)
			}
		}
		d.Walk(func(n *Node) bool {
			o, i := n.Outer(), n.Inner()
			if o.Start > i.Start || i.Start > i.End || i.End > o.End || !bytes.HasPrefix(file[o.Start:], []byte(d.Encode("<"+n.Name()))) || !bytes.HasSuffix(file[:o.End], []byte(d.Encode(">"))) {
				t.Fatalf("an element has no sensible place: %v %v", o, i)
			}
			_ = n.Path()
			if _, err := d.Canonical(n, Method{Version11: true}, nil, 1<<16); err != nil {
				return false
			}
			_, err := d.Canonical(n, Method{Exclusive: true}, nil, 1<<16)
			return err == nil
		})
	})
}
