package pades

import (
	"slices"
	"testing"
)

func TestCertify(t *testing.T) {
	for p := 1; p <= 3; p++ {
		for name, perms := range map[string]string{"none": "", "empty": "/Perms<<>>", "indirect": "/Perms 8 0 R"} {
			file := unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R" + perms + ">>", 8: "<<>>"}).build()
			d := checkAdded(t, file, mustFill(t, mustPrepare(t, file, NewSignature{Certify: p})))
			if s := d.Signatures[0]; s.DocMDP != p || !s.Certification {
				t.Errorf("%s: permission %d, certification %v, want %d", name, s.DocMDP, s.Certification, p)
			}
		}
	}
	if s := mustRead(t, mustFill(t, mustPrepare(t, unsigned(nil).build(), NewSignature{}))).Signatures[0]; s.DocMDP != 0 || s.Certification {
		t.Error("an approval signature certifies")
	}
}

// fieldMDP returns the parameters of the FieldMDP transform of the last signature.
func fieldMDP(t *testing.T, file []byte) Dict {
	t.Helper()
	d := mustRead(t, file)
	s := d.Signatures[len(d.Signatures)-1]
	references, _ := s.Dict.Get("Reference").(Array)
	for _, o := range references {
		if r := o.(Dict); r.Name("TransformMethod") == "FieldMDP" {
			if r.Get("Data") != d.Revisions[0].Trailer.Get("Root") {
				t.Errorf("the transform is about %v", r.Get("Data"))
			}
			return r.Get("TransformParams").(Dict)
		}
	}
	return nil
}

func TestLocks(t *testing.T) {
	file := unsigned(nil).build()
	for _, l := range []Lock{{Action: "All"}, {"Include", []string{"Сома", "b.c"}}, {"Exclude", []string{"x"}}} {
		params := fieldMDP(t, mustFill(t, mustPrepare(t, file, NewSignature{Certify: 2, Lock: &l})))
		var fields []string
		list, _ := params.Get("Fields").(Array)
		for _, o := range list {
			fields = append(fields, o.(String).Text())
		}
		if params.Name("Action") != Name(l.Action) || !slices.Equal(fields, l.Fields) {
			t.Errorf("%v became %v", l, params)
		}
	}
	if fieldMDP(t, mustFill(t, mustPrepare(t, file, NewSignature{}))) != nil {
		t.Error("a lock that nobody asked for")
	}
	own := fields("<</FT/Sig/T(a)/Lock<</Type/SigFieldLock/Action/Include/Fields[(b)]>>>>").build()
	params := fieldMDP(t, mustFill(t, mustPrepare(t, own, NewSignature{Field: "a", Lock: &Lock{Action: "All"}})))
	if params.Name("Action") != "Include" || len(params.Get("Fields").(Array)) != 1 {
		t.Errorf("the field's own lock became %v", params)
	}
}

// fields is an unsigned sample with that form field as object 8 and more after
// it.
func fields(bodies ...string) sample {
	s := unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[8 0 R]>>>>"})
	for i, body := range bodies {
		s[8+i] = body
	}
	return s
}

func TestSignFieldByName(t *testing.T) {
	for name, c := range map[string]struct {
		file  sample
		field string
	}{
		"top":    {fields("<</FT/Sig/T(a)/MK<<>>>>"), "a"},
		"below":  {fields("<</T(a)/Kids[9 0 R]>>", "<</FT/Sig/T(b)/Parent 8 0 R>>"), "a.b"},
		"widget": {fields("<</FT/Sig/T(a)/Kids[9 0 R]>>", "<</Subtype/Widget/Rect[0 0 9 9]/Parent 8 0 R>>"), "a"},
		"null":   {fields("<</FT/Sig/T(a)/V null>>"), "a"},
		"advice": {fields("<</FT/Sig/T(a)/SV<</Ff 0/Reasons[(x)]>>>>"), "a"},
	} {
		file := c.file.build()
		d := checkAdded(t, file, mustFill(t, mustPrepare(t, file, NewSignature{Field: c.field})))
		if s := d.Signatures[0]; s.Field != c.field || len(d.Signatures) != 1 {
			t.Errorf("%s: signed field %q", name, s.Field)
		}
		for _, change := range d.Changed(1) {
			if change.Ref.Number == 3 {
				t.Errorf("%s: the page is written", name)
			}
		}
	}
}

func TestNamesOfNewFields(t *testing.T) {
	file := fields("<</FT/Tx/T(Signature1)>>").build()
	s := mustRead(t, mustFill(t, mustPrepare(t, file, NewSignature{}))).Signatures[0]
	if s.Field != "Signature2" {
		t.Errorf("field %q", s.Field)
	}
}
