package pdfgrammar

import (
	"fmt"

	"tamga/signing/signtest/pdfattack"
)

// What a signature may permit to change (DocMDP), and what a change needs.
const (
	evidenceLevel = 1
	formLevel     = 2
	commentLevel  = 3
	neverLevel    = 4
)

// certify draws the signature with what it permits. The names and numbers of the
// transforms may stand in objects of their own, which changes nothing in what the
// signer meant.
func (b *builder) certify() {
	references := []string{}
	transform := func(method, params string) {
		name := b.loose("/" + method)
		if number(name) != 0 {
			b.tell(true, method, "is named in an object of its own")
		}
		references = append(references, b.inline(dict("Type", b.loose("/SigRef"), "TransformMethod", name, "TransformParams", params)))
	}
	if b.level > 0 {
		b.tell(false, fmt.Sprint("certified at level ", b.level))
		transform("DocMDP", b.inline(dict("Type", "/TransformParams", "P", b.loose(fmt.Sprint(b.level)), "V", b.loose("/1.2"))))
		b.objects[catalog].set("Perms", b.inline(dict("DocMDP", ref(signature))))
	}
	if b.chance(4) {
		b.lock(transform)
	}
	more := ""
	if len(references) > 0 {
		more = "/Reference " + b.loose(array(references))
	}
	b.objects[signature] = bare(pdfattack.Signature(more))
}

// lock forbids to fill some of the fields, by a transform or in the field.
func (b *builder) lock(transform func(method, params string)) {
	action := pick(b, "All", "Include", "Exclude")
	named := b.filled[b.IntN(len(b.filled))].title
	locks := func(title string) { b.locked[title] = action == "All" || (action == "Include") == (title == named) }
	locks(added)
	for _, c := range b.carriers {
		if c.level == formLevel {
			locks(c.name)
		}
	}
	b.tell(false, "locked:", action, named)
	o := dict("Type", "/TransformParams", "Action", b.loose("/"+action), "V", b.loose("/1.2"))
	if action != "All" {
		o.set("Fields", b.loose("["+b.loose("("+named+")")+"]"))
	}
	if b.chance(2) {
		transform("FieldMDP", b.inline(o))
		return
	}
	o.set("Type", "/SigFieldLock")
	o.set("V", "")
	b.objects[signedField].set("Lock", b.inline(o))
}

// added stands for the fields that later revisions bring.
const added = ""

// permission is what a signature permits.
type permission struct {
	level  int // of the certification, 0 without
	locked map[string]bool
}

// permits says whether the signature lets a change through.
func (p permission) permits(level int, title string) bool {
	return !p.locked[title] && (p.level == 0 && level <= formLevel || level <= p.level)
}

// allowance is where a change may paint, for signatures that permit it.
type allowance struct {
	level int
	title string
	areas []Area
}

func (b *builder) allow(level int, title string, areas []Area) {
	b.allowances = append(b.allowances, allowance{level, title, areas})
}
