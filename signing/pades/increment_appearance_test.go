package pades

import "testing"

// PDF/A-1 wants a normal appearance of every field, also of one that nobody
// sees (ISO 19005-1, 6.9): an empty form with an empty box.
func TestInvisibleFieldHasAnEmptyAppearance(t *testing.T) {
	file := unsigned(nil).build()
	timestamp, err := mustRead(t, file).PrepareTimestamp(64)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*Prepared{"signature": mustPrepare(t, file, NewSignature{}), "timestamp": timestamp} {
		d := mustRead(t, mustFill(t, p))
		field, err := d.ResolveDict(1, d.Signatures[0].FieldID)
		if err != nil {
			t.Fatal(err)
		}
		looks, _ := field.Get("AP").(Dict)
		o, err := d.Resolve(1, looks.Get("N"))
		form, ok := o.(*Stream)
		if err != nil || !ok || form.Start != form.End || form.Dict.Name("Subtype") != "Form" || len(looks) != 1 {
			t.Errorf("%s: the appearance is %v (%v), want an empty form under /N alone", name, looks, err)
		}
	}
}
