package pades

import (
	"fmt"
	"testing"
)

// PDF/A-1 wants a normal appearance of every field, also of one that nobody sees (ISO
// 19005-1, 6.9): an empty form with an empty box. A timestamp has it only there, as
// some programs take it for a form that is filled.
func TestInvisibleFieldHasAnEmptyAppearance(t *testing.T) {
	claims := func(xmp string) []byte {
		return unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/Metadata 20 0 R>>",
			20: fmt.Sprintf("<</Type/Metadata/Subtype/XML/Length %d>>stream\n%s\nendstream", len(xmp), xmp)}).build()
	}
	for name, c := range map[string]struct {
		file []byte
		one  bool
	}{
		"plain":                 {unsigned(nil).build(), false},
		"PDF/A-1":               {claims("<pdfaid:part>1</pdfaid:part>"), true},
		"PDF/A-1, an attribute": {claims(`<x pdfaid:part="1"/>`), true},
		"PDF/A-1, apostrophes":  {claims(`<x pdfaid:part='1'/>`), true},
		"PDF/A-2":               {claims("<pdfaid:part>2</pdfaid:part>"), false},
		"PDF/A-12":              {claims("<pdfaid:part>12</pdfaid:part>"), false},
	} {
		timestamp, err := mustRead(t, c.file).PrepareTimestamp(64)
		if err != nil {
			t.Fatal(err)
		}
		for what, p := range map[string]*Prepared{"signature": mustPrepare(t, c.file, NewSignature{}), "timestamp": timestamp} {
			d := mustRead(t, mustFill(t, p))
			field, err := d.ResolveDict(1, d.Signatures[0].FieldID)
			if err != nil {
				t.Fatal(err)
			}
			looks, _ := field.Get("AP").(Dict)
			if what == "timestamp" && !c.one {
				if looks != nil {
					t.Errorf("%s, %s: it has the appearance %v", name, what, looks)
				}
				continue
			}
			o, err := d.Resolve(1, looks.Get("N"))
			form, ok := o.(*Stream)
			if err != nil || !ok || form.Start != form.End || form.Dict.Name("Subtype") != "Form" || len(looks) != 1 {
				t.Errorf("%s, %s: the appearance is %v (%v), want an empty form under /N alone", name, what, looks, err)
			}
		}
	}
}
