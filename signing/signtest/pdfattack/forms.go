package pdfattack

import (
	"bytes"
	"fmt"
	"strings"

	"tamga/signing/pades"
)

// forms change a form otherwise than by filling it, or add fields that are not
// what they seem.
func forms(g Signers) []Case {
	s := approval()
	after := func(objects sample) []byte { return s.update(g, objects) }
	form := func(old, changed string) sample { return sample{acroForm: replace(s[acroForm], old, changed)} }
	add := func(old, changed string) sample {
		u := s.sign(fresh, "Other", sigBody(""))
		u[fresh] = replace(u[fresh], old, changed)
		return u
	}
	marked := func(quads string) []byte {
		return s.with(comment, "<</Type/Annot/Subtype/Highlight/Rect[10 10 30 30]/QuadPoints"+quads+"/AP<</N 16 0 R>>/P 3 0 R>>").update(g, visible(s, "[300 200 400 250]"))
	}
	filled := s.filled("New")
	inherited := func(more string) sample {
		return s.edit(acroForm, "12 0 R ", "22 0 R ").with(hidden, "<</T(p)/FT/Tx/V(Old)/Kids[12 0 R]>>").
			with(nameField, "<</Type/Annot/Subtype/Widget/T(sum)/Parent 22 0 R/Rect[50 500 250 520]/F 4/P 3 0 R/DA(/F1 12 Tf)"+more+">>")
	}
	return []Case{
		{"form: a read-only field filled", after(sample{
			fixedField: replace(replace(s[fixedField], "(100)", "(900)"), "23 0 R", "30 0 R"), fresh: looks("900"),
		}), Change, codeLocked},
		{"form: a value that a locked field below inherits", inherited("").with(signature, locked("Include", "[(p.sum)]", s)[signature]).
			update(g, sample{hidden: "<</T(p)/FT/Tx/V(New)/Kids[12 0 R]>>"}), Change, codeField},
		{"form: a value that a read-only field below inherits", inherited("/Ff 1").update(g, sample{hidden: "<</T(p)/FT/Tx/V(New)/Kids[12 0 R]>>"}), Change, codeField},
		{"form: a field filled that is read-only by another of its name", s.edit(acroForm, "15 0 R]", "15 0 R 22 0 R]").
			with(hidden, textField("name", "(Old)", "[50 300 250 320]", "/Ff 1", nameLooks)).update(g, filled), Change, codeLocked},
		{"form: a read-only flag taken away", after(sample{fixedField: replace(s[fixedField], "/Ff 1", "/Ff 0")}), Change, codeField},
		{"form: a field removed", after(form("12 0 R ", "")), Change, codeForm},
		{"form: a text field added", after(form("15 0 R]", "15 0 R 30 0 R]").and(sample{
			fresh: "<</Type/Annot/Subtype/Widget/FT/Tx/T(extra)/V(x)/Rect[50 690 300 740]>>"})), Change, codeForm},
		{"form: appearances to be made anew", after(form("/SigFlags 3", "/SigFlags 3/NeedAppearances true")), Change, codeForm},
		{"form: an alignment", after(form("/SigFlags 3", "/SigFlags 3/Q 1")), Change, codeForm},
		{"form: an alignment that is a text", after(form("/SigFlags 3", "/SigFlags 3/Q(1)")), Change, codeForm},
		{"form: another default appearance", after(form("/DA(/F1 12 Tf)", "/DA(/F1 24 Tf)")), Change, codeForm},
		{"form: flags that are none", after(form("/SigFlags 3", "/SigFlags 7")), Change, codeForm},
		{"form: flags that are a text", after(form("/SigFlags 3", "/SigFlags(3)")), Change, codeForm},
		{"form: appearances not to be made anew", s.edit(acroForm, "/SigFlags 3", "/SigFlags 3/NeedAppearances true").
			update(g, form("/SigFlags 3", "/SigFlags 3/NeedAppearances false")), Change, codeForm},
		{"form: XFA added", after(form("/SigFlags 3", "/SigFlags 3/XFA 30 0 R").and(sample{fresh: streamBody("", "<xdp/>")})), Change, codeForm},
		{"form: default resources changed", after(form("/F1 8 0 R", "/F1 30 0 R").and(sample{
			fresh: "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"})), Change, codeForm},
		{"form: signature flags cleared", after(form("/SigFlags 3", "/SigFlags 0")), Change, codeForm},
		{"form: a value that is a stream", after(filled.and(sample{
			nameField: replace(filled[nameField], "(New)", " 31 0 R"), fresh + 1: streamBody("", "x")})), Change, codeField},
		{"form: a value of one foreign letter that shows another sum", after(filled.and(sample{
			nameField: replace(filled[nameField], "(New)", "(\\200 100)"), fresh: looks("\\200 900")})), Change, codeAppearance},
		{"form: a filled field with an action", after(filled.and(sample{
			nameField: replace(filled[nameField], "/F 4", "/F 4/AA<</K<</S/JavaScript/JS(x)>>>>")})), Change, codeField},
		{"form: a filled field moved", after(filled.and(sample{
			nameField: replace(filled[nameField], "[50 500 250 520]", "[50 690 250 720]")})), Change, codeField},
		{"form: a filled field with an image", after(filled.and(sample{
			fresh: replace(filled[fresh], "/Resources<<", "/Resources<</XObject<</X1 9 0 R>>")})), Change, codeAppearance},
		{"form: a box that shows what it has not", after(sample{checkBox: replace(s[checkBox], "/AS/Off", "/AS/Yes")}), Change, codeAppearance},
		{"form: a box that has what it does not show", after(sample{checkBox: replace(s[checkBox], "/V/Off", "/V/Yes")}), Change, codeAppearance},
		{"form: the ticks of a box swapped", after(sample{
			checkBox: replace(replace(s[checkBox], "/V/Off/AS/Off", "/V/Yes/AS/Yes"), "/Yes 17 0 R/Off 18 0 R", "/Yes 18 0 R/Off 17 0 R"),
		}), Change, codeAppearance},
		{"form: the empty signature field moved", after(sample{emptyField: replace(s[emptyField], "[300 50 400 100]", "[50 690 400 740]")}),
			Change, codeField},
		{"form: the signature in a field replaced", after(sample{
			signedField: replace(s[signedField], "/V 5 0 R", "/V 30 0 R"), fresh: sigBody(""),
		}), Unreadable, pades.CodeOrphanSignature},
		{"form: the signature dictionary replaced", after(sample{signature: sigBody("/Name(Other)")}), Unreadable, pades.CodeOrphanSignature},
		{"form: a signed field emptied", after(sample{signedField: replace(s[signedField], "/V 5 0 R", "")}), Unreadable, pades.CodeOrphanSignature},
		{"form: a new signature field named like another", after(add("/T(Other)", "/T(name)")), Change, codeFieldName},
		{"form: a new signature field without a name", after(add("/T(Other)", "")), Change, codeFieldName},
		{"form: a new signature field with an action", after(add("/F 132", "/A<</S/URI/URI(http://evil.example)>>/F 132")), Change, codeAction},
		{"form: a new signature field over the text", after(visible(s, "[50 690 200 730]")), Change, codeOverContent},
		{"form: a new signature field over an image", after(visible(s, "[490 690 560 760]")), Change, codeOverContent},
		{"form: a new signature field over what is marked, far from the mark's rectangle", marked("[310 240 390 240 310 210 390 210]"), Change, codeOverlap},
		{"form: a new signature field over the rounded end of a mark", marked("[200 240 295 240 200 210 295 210]"), Change, codeOverlap},
		{"form: a new signature field where what is marked cannot be told", marked("[310 240 /x]"), Change, codeOverlap},
		{"form: a new signature field beside a watermark that moves when it is printed", s.with(comment,
			"<</Type/Annot/Subtype/Watermark/Rect[10 10 30 30]/FixedPrint<</Type/FixedPrint/Matrix[1 0 0 1 300 200]>>/AP<</N 16 0 R>>/P 3 0 R>>").
			update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"honest: a new signature field beside what is marked", marked("[200 240 280 240 200 210 280 210]"), Honest, "forms filled or signed as permitted"},
		{"form: a new signature field where a note stays upright on a turned page", s.edit(firstPage, "/Type/Page", "/Type/Page/Rotate 180").with(comment,
			"<</Type/Annot/Subtype/Text/F 4/Rect[240 240 295 295]/Contents(x)/AP<</N 16 0 R>>/P 3 0 R>>").update(g, visible(s.edit(firstPage, "/Type/Page", "/Type/Page/Rotate 180"), "[240 330 300 345]")), Change, codeOverlap},
		{"form: a new signature field over another", after(visible(s, "[240 510 300 530]")), Change, codeOverlap},
		{"form: a new signature field that turns away from its place", after(visible(s, "[300 200 400 250]").and(sample{
			fresh: replace(visible(s, "[300 200 400 250]")[fresh], "/F 132", "/F 148")})), Change, codeField},
		{"form: a new signature field over an annotation whose place is a reference", s.edit(comment, "[10 10 30 30]", "[22 0 R 10 330 230]").
			with(hidden, "300").update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field beside an annotation without a box", s.edit(nameLooks, "/BBox[0 0 200 20]", "").
			update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field beside a state without a box", s.edit(boxOff, "/BBox[0 0 10 10]", "").
			update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field beside an annotation without a place", s.edit(nameField, "/Rect[50 500 250 520]", "").
			update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field over an annotation that draws itself", s.with(comment,
			"<</Type/Annot/Subtype/Ink/Rect[10 10 30 30]/InkList[[300 200 400 250]]/P 3 0 R>>").update(g, visible(s, "[300 200 400 250]")),
			Change, codeOverlap},
		{"form: a new signature field over an annotation that stays upright", s.edit(firstPage, "/Contents", "/Rotate 90/Contents").with(comment,
			"<</Type/Annot/Subtype/Stamp/F 20/Rect[220 255 295 275]/AP<</N 16 0 R>>/P 3 0 R>>").update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field over an annotation whose flags are a text", s.with(comment,
			"<</Type/Annot/Subtype/Stamp/F(20)/Rect[220 255 295 275]/AP<</N 16 0 R>>/P 3 0 R>>").update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field over the border of a link", s.with(comment,
			"<</Type/Annot/Subtype/Link/Rect[310 140 390 190]/Border[0 0 60]/P 3 0 R>>").update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field over the styled border of a link", s.with(comment,
			"<</Type/Annot/Subtype/Link/Rect[310 140 390 190]/BS<</W 60>>/P 3 0 R>>").update(g, visible(s, "[300 200 400 250]")), Change, codeOverlap},
		{"form: a new signature field whose place programs overflow", after(visible(s, "[4294967346 4294967986 4294967596 4294968026]")), Change, codeField},
		{"form: a new signature field that is a stamp", after(add("/Subtype/Widget", "/Subtype/Stamp")), Change, codeField},
		{"form: a new signature that covers less than its revision", lateRange(g), Change, codeRange},
	}
}

// lateRange is a second signature whose range ends with a revision that follows
// it, which is not the one that brings it.
func lateRange(g Signers) []byte {
	s := approval()
	u := s.sign(fresh, "Other", strings.Replace(sigBody(""), rangeHole, strings.ReplaceAll(rangeHole, "@", "#"), 1))
	d := s.build(g)
	for n := range 100 {
		if body, ok := u[n]; ok {
			d.put(n, body)
		}
	}
	d.end("/Info 19 0 R").end("/Info 19 0 R")
	return holed(d, func(start, end, size int) [4]int { return [4]int{0, start, end, size - end} })
}

// stores smuggle something in with evidence and document timestamps.
func stores(g Signers) []Case {
	s := certified(1)
	store := s.evidence(fresh)
	twice := func(objects sample) []byte {
		d := s.build(g)
		for _, u := range []sample{store, objects} {
			for n := range 100 {
				if body, ok := u[n]; ok {
					d.put(n, body)
				}
			}
			d.end("/Info 19 0 R")
		}
		return d.out
	}
	stamped := s.sign(40, "Stamp", stampBody())
	return []Case{
		{"ltv: a page changed with the evidence", s.update(g, store.and(sample{firstText: streamBody("", forgedText)})), Change, codeContent},
		{"ltv: a page tree hidden in the evidence", s.update(g, store.and(sample{
			fresh: replace(store[fresh], "/Type/DSS", "/Type/DSS/Pages 33 0 R"), fresh + 3: s[pageTree]})), Change, codeDSS},
		{"ltv: evidence that is no stream", s.update(g, store.and(sample{fresh + 1: "<<>>"})), Change, codeDSS},
		{"ltv: evidence replaced", twice(sample{fresh + 1: streamBody("", "another certificate")}), Change, codeDSS},
		{"ltv: the evidence of a signature removed", twice(sample{fresh: replace(store[fresh], "/VRI<</"+vriKey, "/VRI<</"+otherKey)}), Change, codeDSS},
		{"ltv: the store removed", twice(sample{catalog: s[catalog]}), Change, codeDSS},
		{"ltv: evidence with actions", s.update(g, store.and(sample{fresh + 1: streamBody("/AA<<>>", "x")})), Change, codeDSS},
		{"ltv: the array of evidence is an array of the page", s.edit(firstPage, "/Annots 21 0 R", "/Annots 32 0 R").
			with(fresh+2, s[annotations]).update(g, store), Change, "annotation-removed"},
		{"ltv: the timestamp replaced", stampReplaced(g, s, stamped), Unreadable, pades.CodeOrphanSignature},
		{"ltv: a visible timestamp", s.update(g, stamped.and(sample{40: replace(stamped[40], "[0 0 0 0]", "[300 200 400 250]")})), Change, codeVisible},
		{"ltv: a person's signature as a timestamp", s.update(g, s.sign(40, "Stamp", strings.Replace(sigBody(""), "/Type/Sig", "/Type/DocTimeStamp", 1))),
			Problem, pades.CodeTypeMismatch},
		{"ltv: an object of no known part", s.update(g, store.and(sample{fresh + 3: s[boxOn], fresh + 4: "[33 0 R]"})), Change, "object-added"},
	}
}

func stampReplaced(g Signers, s, stamped sample) []byte {
	d := s.build(g)
	for _, u := range []sample{stamped, {41: stampBody()}} {
		for n := range 100 {
			if body, ok := u[n]; ok {
				d.put(n, body)
			}
		}
		d.end("/Info 19 0 R")
	}
	return d.out
}

// bombs want work or memory without bound.
func bombs(g Signers) []Case {
	s := approval()
	file := s.build(g)
	return []Case{
		{"bomb: a page tree that contains itself", s.edit(pageTree, "4 0 R]", "4 0 R 2 0 R]").build(g).out, Unreadable, pades.CodePageTree},
		{"bomb: a later page tree that contains itself", s.update(g, sample{pageTree: replace(s[pageTree], "4 0 R]", "4 0 R 2 0 R]")}),
			Unreadable, pades.CodePageTree},
		{"bomb: dictionaries 100 000 deep", s.with(fresh, strings.Repeat("<</A", 100000)+" 1"+strings.Repeat(">>", 100000)).build(g).out,
			Unreadable, pades.CodeObjectUnreadable},
		{"bomb: arrays 100 000 deep", s.with(fresh, strings.Repeat("[", 100000)+strings.Repeat("]", 100000)).build(g).out,
			Unreadable, pades.CodeObjectUnreadable},
		{"bomb: fields that contain themselves", s.edit(emptyField, "/FT/Sig", "/FT/Sig/Kids[13 0 R]").build(g).out, Unreadable, pades.CodeFieldLoop},
		{"bomb: cross-references in a circle", circle(g), Read, "goes forward"},
		{"bomb: a cross-reference before itself", selfPrev(g), Read, "circular"},
		{"bomb: object streams that extend each other", extends(g), Read, "extend each other"},
		{"bomb: an object stream that inflates a thousandfold", inflating(g), Read, "inflates beyond"},
		{"bomb: a million entries in a table", []byte(replace(string(file.out), "xref\n0 22\n", "xref\n0 1000000\n")), Read, "impossible cross-reference subsection"},
		{"bomb: a million entries in a stream", claimed(g, "/W[1 1 1]/Size 8000000", "abc"), Read, "shorter than it says"},
		{"bomb: entries of many bytes", claimed(g, "/W[8 999999999 8]/Size 9", "abc"), Read, "/W is not"},
		{"bomb: a predictor of many columns", claimed(g, "/W[1 1 1]/Size 9/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 99999999999>>",
			deflate("abc")), Read, "/Columns is not"},
		{"bomb: references in a circle", s.with(pageTree, "30 0 R").with(fresh, "2 0 R").build(g).out, Unreadable, pades.CodePageTree},
	}
}

func circle(g Signers) []byte {
	d := approval().draft(g)
	at := len(d.out)
	d.end("/Prev @@@@@@")
	d.prev = at
	second := len(d.out)
	d.end("")
	return bytes.Replace(d.out, []byte("@@@@@@"), fmt.Appendf(nil, "%-6d", second), 1)
}

func selfPrev(g Signers) []byte {
	d := approval().draft(g)
	d.prev = len(d.out)
	return d.end("").out
}

func extends(g Signers) []byte {
	d := approval().draft(g)
	d.pack(70, "/Extends 71 0 R", map[int]string{50: "(one)"})
	d.pack(71, "/Extends 70 0 R", map[int]string{51: "(two)"})
	return d.endStream(72, "").out
}

func inflating(g Signers) []byte {
	d := approval().draft(g)
	d.pack(70, "", map[int]string{50: "[" + strings.Repeat("null ", 2<<20) + "]"})
	return d.endStream(71, "").out
}

// claimed is a file whose only cross-reference is a stream that claims more than
// it has.
func claimed(g Signers, dict, data string) []byte {
	d := approval().draft(g)
	at := len(d.out)
	d.out = fmt.Appendf(d.out, "70 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", streamBody("/Type/XRef/Root 1 0 R"+dict, data), at)
	return d.out
}
