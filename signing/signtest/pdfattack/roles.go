package pdfattack

import (
	"fmt"
	"strings"

	"tamga/signing/pades"
)

// twoParts are files in which an object that a later revision may change in one
// part of the document has a second one, where the change is seen.
func twoParts(g Signers) []Case {
	s, p1, p3 := approval(), certified(1), certified(3)
	// shows is a sample whose first page shows what object n names at a key of it.
	shows := func(s sample, n, key string) sample {
		return s.edit(firstPage, "/XObject<</X1 9 0 R>>", "/XObject "+n).with(firstText, drawing("/"+key+" Do"))
	}
	named := shows(s, "12 0 R", "M").edit(nameField, "/F 4", "/F 4/M 17 0 R")
	stamped := shows(p1, "13 0 R", "M").edit(emptyField, "/F 4", "/F 4/M 17 0 R")
	choice := s.with(nameField, replace(replace(s[nameField], "/FT/Tx", "/FT/Ch/Opt[<4F6C64><4E6577>]"), "/V(Old)", "/V(Old)/I[0]"))
	group := choice.edit(nameField, "/I[0]", "/I true/S/Transparency").edit(firstPage, "/Contents", "/Group 12 0 R/Contents")
	layers := s.edit(catalog, "/AcroForm", "/OCProperties<</OCGs[22 0 R]/D 14 0 R>>/AcroForm").
		with(hidden, "<</Type/OCG/Name(Layer)>>")
	tint := p3.with(comment, "<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(First)/P 3 0 R"+
		"/FunctionType 2/Domain[0 1]/N 1/C0[0 0 0 0]/C1[0 0 0 1]/C[1 0 0]>>").
		edit(firstPage, "/XObject", "/ColorSpace<</CS1[/Separation/Ink/DeviceCMYK 20 0 R]>>/XObject")
	comments := func(s sample) sample {
		return sample{annotations: strings.TrimSuffix(s[annotations], "]") + " 30 0 R]",
			fresh: "<</Type/Annot/Subtype/Text/Rect[100 100 120 120]/Contents(Why?)/P 3 0 R>>"}
	}
	fill := func(s sample, old, changed string) sample {
		u := s.filled("New")
		u[nameField] = replace(u[nameField], old, changed)
		return u
	}
	return []Case{
		{"roles: a field that names what the page shows", named.update(g, sample{nameField: replace(named[nameField], "/M 17 0 R", "/M 18 0 R")}),
			Change, codeField},
		{"roles: the same, filled as it should be", shows(s, "12 0 R", "X1").edit(nameField, "/F 4", "/F 4/X1 9 0 R").update(g,
			shows(s, "12 0 R", "X1").edit(nameField, "/F 4", "/F 4/X1 9 0 R").filled("New")), Change, codeShared},
		{"roles: a field that names what a form on the page shows", s.with(logo, streamBody(
			"/Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject 12 0 R>>", "/AP Do")).update(g, s.filled("New")), Change, codeShared},
		{"roles: an empty field that names what the page shows, stamped", stamped.update(g, sample{
			emptyField: replace(stamped[emptyField], "/M 17 0 R", "/M 18 0 R/V 30 0 R"), fresh: stampBody(),
		}), Change, codeField},
		{"roles: an empty field stamped where nothing may change", p1.update(g, sample{
			emptyField: replace(p1[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R"), fresh: stampBody(),
		}), Change, codeSignature},
		{"roles: a field that nobody sees stamped where nothing may change", p1.edit(emptyField, "[300 50 400 100]", "[0 0 0 0]").update(g, sample{
			emptyField: replace(replace(p1[emptyField], "[300 50 400 100]", "[0 0 0 0]"), "/P 3 0 R", "/P 3 0 R/V 30 0 R"), fresh: stampBody(),
		}), Change, "document-timestamp"},
		{"roles: a choice field that is a transparency group", group.update(g, fill(group, "/I true", "/I[1]")), Change, codeField},
		{"roles: the same, chosen as it should be", choice.edit(firstPage, "/Contents", "/Group 12 0 R/Contents").update(g,
			fill(choice, "/I[0]", "/I[1]")), Change, codeShared},
		{"roles: a box that is the configuration of layers", layers.update(g, sample{
			checkBox: replace(s[checkBox], "/V/Off/AS/Off", "/V/Yes/AS[<</Event/View/OCGs[22 0 R]/Category[/View]>>]"),
		}), Change, codeField},
		{"roles: the same, ticked as it should be", layers.update(g, sample{
			checkBox: replace(s[checkBox], "/V/Off/AS/Off", "/V/Yes/AS/Yes"),
		}), Change, codeShared},
		{"roles: a comment that is the function of a colour", tint.update(g, sample{comment: replace(tint[comment], "/C1[0 0 0 1]", "/C1[1 0 0 0]")}),
			Change, "annotation-changed"},
		{"roles: the same, changed as it should be", tint.update(g, sample{comment: replace(tint[comment], "(First)", "(Second)")}),
			Change, codeShared},
		{"roles: a reply that is the graphics state", p3.with(hidden, "<</Type/Annot/Subtype/Text/Rect[40 10 60 30]/IRT 20 0 R/P 3 0 R>>").
			edit(annotations, "20 0 R]", "20 0 R 22 0 R]").edit(firstPage, "/XObject", "/ExtGState 22 0 R/XObject").
			with(firstText, drawing("/IRT gs 0 0 1 1 re f")).update(g, sample{comment: replace(p3[comment], "(First)", "(First)/CA 0.1/ca 0.1")}),
			Change, codeShared},
		{"roles: signed data that is the graphics state", p3.with(hidden, "<</Data 20 0 R>>").edit(firstPage, "/XObject", "/ExtGState 22 0 R/XObject").
			with(firstText, drawing("/Data gs 0 0 1 1 re f")).update(g, sample{comment: replace(p3[comment], "(First)", "(First)/CA 0.1/ca 0.1")}),
			Change, codeShared},
		{"roles: an object of the structure that is the graphics state", p3.with(hidden, "<</Type/OBJR/Obj 20 0 R>>").
			edit(firstPage, "/XObject", "/ExtGState 22 0 R/XObject").with(firstText, drawing("/Obj gs 0 0 1 1 re f")).
			update(g, sample{comment: replace(p3[comment], "(First)", "(First)/CA 0.1/ca 0.1")}), Change, codeShared},
		{"roles: an appearance whose dictionary is the states of another", s.edit(nameField, "/AP<</N 16 0 R>>", "/AP 22 0 R").
			with(hidden, "<</N 16 0 R>>").with(comment, "<</Type/Annot/Subtype/Stamp/Rect[10 10 90 90]/AP<</N 22 0 R>>/AS/N/P 3 0 R>>").
			update(g, sample{nameField: replace(replace(s[nameField], "(Old)", "(New)"), "/AP<</N 16 0 R>>", "/AP 22 0 R"), nameLooks: looks("New")}),
			Change, codeShared},
		{"roles: an appearance whose field is what the page shows", shows(s, "12 0 R", "X1").edit(nameField, "/F 4", "/F 4/X1 9 0 R").
			edit(nameField, "/AP<</N 16 0 R>>", "/AP 22 0 R").with(hidden, "<</N 16 0 R>>").update(g, sample{nameLooks: looks("New")}), Change, codeAppearance},
		{"roles: a store whose arrays are colour spaces", func() []byte {
			store := p1.evidence(fresh).and(sample{fresh: "<</Type/DSS/Certs 33 0 R>>", 33: "[31 0 R]"})
			s := p1.and(store).edit(firstPage, "/XObject", "/ColorSpace 30 0 R/XObject")
			return s.update(g, sample{33: "[31 0 R 34 0 R]", 34: streamBody("", "another certificate")})
		}(), Change, codeShared},
		{"roles: a page that names what another shows", s.edit(secondPage, "/Font<</F1 8 0 R>>", "/Font<</F1 8 0 R>>/ColorSpace 3 0 R").
			update(g, s.sign(fresh, "Other", sigBody(""))), Honest, "forms filled or signed as permitted"},
		{"roles: a page whose resources are it", p3.edit(firstPage, "/Resources<</Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>>>",
			"/Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>/Resources 3 0 R").edit(firstPage, "/Annots 21 0 R", "/Annots "+s[annotations]).
			update(g, sample{firstPage: replace(replace(p3[firstPage], "/Resources<</Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>>>",
				"/Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>/Resources 3 0 R"), "/Annots 21 0 R", "/Annots "+comments(p3)[annotations]),
				fresh: comments(p3)[fresh]}), Change, codeShared},
		{"roles: annotations that are the functions of a shading", p3.edit(firstPage, "/XObject", "/Shading<</S1<</ShadingType 2/Function 21 0 R>>>>/XObject").
			update(g, comments(p3)), Change, codeShared},
		{"roles: annotations that are a colour space", p3.with(annotations, "[/Separation/Ink 20 0 R]").update(g,
			comments(p3.with(annotations, "[/Separation/Ink 20 0 R]"))), Change, codePage},
		{"roles: a catalog that is the page's resources", p1.edit(catalog, "/AcroForm", "/Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>/AcroForm").
			edit(firstPage, "/Resources<</Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>>>", "/Resources 1 0 R").
			update(g, p1.edit(catalog, "/AcroForm", "/Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>/AcroForm").evidence(fresh)), Change, codeShared},
		{"roles: a form that is the page's resources", p1.edit(firstPage, "/Resources<</Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>>>", "/Resources 10 0 R").
			update(g, p1.sign(fresh, "Stamp", stampBody())), Change, codeShared},
		{"roles: metadata that the page shows", p1.edit(catalog, "/AcroForm", "/Metadata 9 0 R/AcroForm").
			with(logo, streamBody("/Type/Metadata/Subtype/XML", "<x/>")).update(g, sample{logo: streamBody("/Type/Metadata/Subtype/XML", "<y/>")}),
			Change, codeShared},
		{"roles: a field that is a page", s.edit(pageTree, "4 0 R]", "4 0 R 12 0 R]").update(g, s.filled("New")), Change, codeShared},
		{"roles: a field among the fonts", s.edit(firstPage, "/F1 8 0 R", "/F1 8 0 R/F2 12 0 R").update(g, s.filled("New")), Change, codeShared},
		{"roles: a field that a name tree names", s.edit(catalog, "/AcroForm", "/Names<</Pages<</Names[(a)12 0 R]>>>>/AcroForm").
			update(g, s.filled("New")), Change, codeShared},
		{"roles: a field that the structure knows by another name", s.edit(catalog, "/AcroForm", "/StructTreeRoot 22 0 R/AcroForm").
			with(hidden, "<</Type/StructTreeRoot/K<</Type/StructElem/S/Form/A 12 0 R>>>>").update(g, s.filled("New")), Change, codeShared},
		{"roles: a date that is an old stream", s.edit(nameField, "/F 4", "/F 4/M 17 0 R").update(g, fill(s, "/F 4", "/F 4/M(D:20260602)")),
			Change, codeField},
		{"roles: a value that was a stream", s.edit(nameField, "/V(Old)", "/V 17 0 R").update(g, s.filled("New")), Change, codeField},
		{"roles: a choice that shows none of its options", choice.update(g, fill(choice, "/I[0]", "/I[1]").and(sample{fresh: looks("900")})), Change, codeAppearance},
		{"roles: a choice that is no list of numbers", choice.update(g, fill(choice, "/I[0]", "/I[1 17 0 R]")), Change, codeField},
		{"roles: a date that is none", s.update(g, fill(s, "/F 4", "/F 4/M/Today")), Change, codeField},
	}
}

// drawing is the text of the sample's first page with something drawn after it.
func drawing(more string) string {
	return streamBody("", "1 g 0 0 600 800 re f 0 g BT /F1 20 Tf 50 700 Td (Pay 100) Tj ET q 50 0 0 50 500 700 cm "+more+" Q")
}

// onePart are their honest neighbours: the references that fields, pages and
// comments have in real files.
func onePart(g Signers) []Case {
	s, p2, p3 := approval(), certified(2), certified(3)
	const filled = "forms filled or signed as permitted"
	choice := s.with(nameField, replace(replace(s[nameField], "/FT/Tx", "/FT/Ch/Opt[<4F6C64><4E6577>]"), "/V(Old)", "/V(Old)/I[0]"))
	chosen := choice.filled("New")
	chosen[nameField] = replace(chosen[nameField], "/I[0]", "/I[1]/M(D:20260602000000Z)")
	tagged := func(s sample) sample {
		return s.edit(catalog, "/AcroForm", "/StructTreeRoot 24 0 R/MarkInfo<</Marked true>>/AcroForm").
			with(24, "<</Type/StructTreeRoot/K 25 0 R/ParentTree<</Nums[0 26 0 R 1 27 0 R]>>>>").
			with(25, "<</Type/StructElem/S/Document/P 24 0 R/K[26 0 R 27 0 R]>>").
			with(26, "<</Type/StructElem/S/Form/P 25 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 12 0 R/Pg 3 0 R>>>>").
			with(27, "<</Type/StructElem/S/Annot/P 25 0 R/Pg 3 0 R/K[28 0 R 0]>>").
			with(28, "<</Type/OBJR/Obj 20 0 R>>")
	}
	grouped := s.edit(acroForm, "12 0 R ", "22 0 R ").with(hidden, "<</T(group)/Kids 24 0 R>>").with(24, "[12 0 R]").
		edit(nameField, "/F 4", "/F 4/Parent 22 0 R")
	indirect := s.edit(acroForm, "/Fields[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R]", "/Fields 22 0 R/CO[12 0 R]").
		with(hidden, "[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R]")
	outlined := p3.edit(catalog, "/AcroForm", "/Outlines<</First<</Title(One)/Dest[3 0 R/Fit]>>>>/OpenAction[3 0 R/XYZ null null 0]/AcroForm").
		edit(firstPage, "/Annots 21 0 R", "/Annots "+s[annotations])
	popup := p3.edit(comment, "/P 3 0 R", "/P 3 0 R/Popup 22 0 R").edit(annotations, "20 0 R]", "20 0 R 22 0 R]").
		with(hidden, "<</Type/Annot/Subtype/Popup/Rect[40 10 90 40]/Parent 20 0 R>>")
	later := s.filled("New")
	later[nameField] = replace(later[nameField], "/V(New)", "/V 31 0 R/M 32 0 R")
	return []Case{
		{"honest: a value with foreign letters", s.update(g, s.filled("\\200 100")), Honest, filled},
		{"honest: a choice made", choice.update(g, chosen), Honest, filled},
		{"honest: a field of a tagged document filled", tagged(p2).update(g, p2.filled("New")), Honest, filled},
		{"honest: a comment of a tagged document changed", tagged(p3).update(g, sample{comment: replace(p3[comment], "(First)", "(Second)")}),
			Honest, "annotated as permitted"},
		{"honest: a field of a group filled", grouped.update(g, grouped.filled("New")), Honest, filled},
		{"honest: a field of a form with indirect fields filled", indirect.update(g, s.filled("New")), Honest, filled},
		{"honest: a value and a date written by reference", s.update(g, later.and(sample{fresh + 1: "(New)", fresh + 2: "(D:20260602000000Z)"})),
			Honest, filled},
		{"honest: an appearance by reference written anew", s.edit(nameField, "/AP<</N 16 0 R>>", "/AP 22 0 R").with(hidden, "<</N 16 0 R>>").
			update(g, sample{nameField: replace(replace(s[nameField], "(Old)", "(New)"), "/AP<</N 16 0 R>>", "/AP 22 0 R"), nameLooks: looks("New")}),
			Honest, filled},
		{"honest: evidence added to a store by reference", func() []byte {
			s := p2.and(p2.evidence(fresh)).and(sample{fresh: "<</Type/DSS/Certs 33 0 R>>", 33: "[31 0 R]", 32: "null"})
			return s.update(g, sample{33: "[31 0 R 34 0 R]", 34: streamBody("", "another certificate")})
		}(), Honest, "only evidence added"},
		{"roles: a form whose default resources are itself", s.edit(acroForm, "/DR<</Font<</F1 8 0 R>>>>", "/DR 10 0 R/Font<</F1 8 0 R>>").
			update(g, s.edit(acroForm, "/DR<</Font<</F1 8 0 R>>>>", "/DR 10 0 R/Font<</F1 8 0 R>>").sign(40, "Other", sigBody(""))), Change, codeForm},
		{"honest: a comment on a page with destinations", outlined.update(g, sample{
			firstPage: replace(outlined[firstPage], "20 0 R]", "20 0 R 30 0 R]"),
			fresh:     "<</Type/Annot/Subtype/Text/Rect[100 100 120 120]/Contents(Why?)/P 3 0 R>>",
		}), Honest, "annotated as permitted"},
		{"honest: a comment with a pop-up window changed", popup.update(g, sample{comment: replace(popup[comment], "(First)", "(Second)/M(D:20260602000000Z)")}),
			Honest, "annotated as permitted"},
		{"honest: a comment with a reply", p3.update(g, sample{
			annotations: strings.TrimSuffix(p3[annotations], "]") + " 30 0 R 31 0 R]",
			fresh:       "<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(Why?)/P 3 0 R/IRT 20 0 R/RT/R/Popup 31 0 R>>",
			fresh + 1:   "<</Type/Annot/Subtype/Popup/Rect[40 10 90 40]/Parent 30 0 R/Open false>>",
		}), Honest, "annotated as permitted"},
		{"honest: a signature about the catalog", s.with(signature, sigBody("/Reference[<</Type/SigRef/TransformMethod/DocMDP/Data 1 0 R"+
			"/TransformParams<</Type/TransformParams/P 2/V/1.2>>>>]")).update(g, s.evidence(fresh)), Honest, "only evidence added"},
		{"honest: a signature about the catalog, by reference", s.with(signature, sigBody("/Reference 22 0 R")).with(hidden, "[24 0 R]").
			with(24, "<</Type/SigRef/TransformMethod/DocMDP/Data 1 0 R/TransformParams<</Type/TransformParams/P 2/V/1.2>>>>").
			update(g, s.evidence(fresh)), Honest, "only evidence added"},
	}
}

// unbounded are appearances that programs do not keep within the rectangle of their
// annotation, and fields that change their looks with the form.
func unbounded(g Signers) []Case {
	s, p2, p3 := approval(), certified(2), certified(3)
	seen := func(old, changed string) []byte {
		u := visible(s, "[300 200 400 250]")
		u[fresh+2] = replace(u[fresh+2], old, changed)
		return s.update(g, u.and(sample{60: "(x)", 61: "/Form", 62: "[0 0 200 20]", 63: "20"}))
	}
	filled := func(old, changed string) []byte {
		u := p2.filled("New")
		u[fresh] = replace(u[fresh], old, changed)
		return p2.update(g, u)
	}
	signed := func(old, changed string) []byte {
		return s.update(g, sample{
			emptyField: replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R/AP<</N 31 0 R>>"),
			fresh:      sigBody(""), fresh + 1: replace(looks("Signed"), old, changed),
		})
	}
	comments := func(dict string) []byte {
		return p3.update(g, sample{annotations: strings.TrimSuffix(p3[annotations], "]") + " 30 0 R]",
			fresh: "<</Type/Annot" + dict + "/P 3 0 R>>", fresh + 1: looks("Look"),
			fresh + 2: replace(looks("Look"), "/BBox[0 0 200 20]", "")})
	}
	bare := func(s sample, more string) sample {
		return s.with(nameField, "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/Rect[50 500 250 520]/F 4/P 3 0 R"+more+">>")
	}
	grown := func(s sample) []byte {
		return s.update(g, sample{acroForm: replace(s[acroForm], "/F1 8 0 R", "/F1 8 0 R/F9 30 0 R"),
			fresh: "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"})
	}
	const allowed = "forms filled or signed as permitted"
	return []Case{
		{"unbounded: a new field without a box", seen("/BBox[0 0 200 20]", ""), Change, codeAppearance},
		{"unbounded: a new field with a box that is null", seen("/BBox[0 0 200 20]", "/BBox null"), Change, codeAppearance},
		{"unbounded: a new field with a box of texts", seen("/BBox[0 0 200 20]", "/BBox[0 0 200 60 0 R]"), Change, codeAppearance},
		{"unbounded: a new field with a box of three", seen("/BBox[0 0 200 20]", "/BBox[0 0 200]"), Change, codeAppearance},
		{"unbounded: a new field that looks like an image", seen("/Subtype/Form", "/Subtype/Image"), Change, codeAppearance},
		{"unbounded: a new field with half a matrix", seen("/BBox", "/Matrix[1 0 0]/BBox"), Change, codeAppearance},
		{"unbounded: a new field with a matrix of names", seen("/BBox", "/Matrix[1 0 0 1/a 0]/BBox"), Change, codeAppearance},
		{"unbounded: a new field without a place", p2.update(g, visible(p2, " null")), Change, codeAppearance},
		{"unbounded: a new field whose place is nowhere", p2.update(g, visible(p2, " 99 0 R")), Change, codeAppearance},
		{"unbounded: a field filled without a place", p2.edit(nameField, "/Rect[50 500 250 520]", "").update(g, sample{
			nameField: replace(p2.filled("New")[nameField], "/Rect[50 500 250 520]", ""), fresh: looks("New")}), Change, codeAppearance},
		{"unbounded: a comment without a place", comments("/Subtype/Stamp/AP<</N 31 0 R>>"), Change, codeAppearance},
		{"unbounded: a ticked state without a box", p2.edit(boxOn, "/BBox[0 0 10 10]", "").update(g, sample{
			checkBox: replace(p2[checkBox], "/V/Off/AS/Off", "/V/Yes/AS/Yes")}), Change, codeAppearance},
		{"unbounded: a ticked box without a place", p2.edit(checkBox, "/Rect[50 450 60 460]", "").update(g, sample{
			checkBox: replace(replace(p2[checkBox], "/V/Off/AS/Off", "/V/Yes/AS/Yes"), "/Rect[50 450 60 460]", "")}), Change, codeAppearance},
		{"unbounded: a signed field whose look lay ready without a box", s.edit(emptyField, "/F 4", "/AP<</N 22 0 R>>").
			with(hidden, replace(looks("Ready"), "/BBox[0 0 200 20]", "")).update(g, sample{
			emptyField: replace(replace(s[emptyField], "/F 4", "/AP<</N 22 0 R>>/F 4"), "/P 3 0 R", "/P 3 0 R/V 30 0 R"), fresh: sigBody("")}), Change, codeAppearance},
		{"unbounded: a filled field without a box", filled("/BBox[0 0 200 20]", ""), Change, codeAppearance},
		{"unbounded: a signed field without a box", signed("/BBox[0 0 200 20]", ""), Change, codeAppearance},
		{"unbounded: a comment without a box", comments("/Subtype/Stamp/Rect[50 50 90 90]/AP<</N 32 0 R>>"), Change, codeAppearance},
		{"unbounded: a comment whose state has no box", comments("/Subtype/Stamp/Rect[50 50 90 90]/AS/A/AP<</N<</A 32 0 R>>>>"), Change, codeAppearance},
		{"unbounded: a comment that looks otherwise under the mouse", comments("/Subtype/Stamp/Rect[50 50 90 90]/AP<</N 31 0 R/R 32 0 R>>"), Change, codeAppearance},
		{"unbounded: a comment without a normal appearance", comments("/Subtype/Stamp/Rect[50 50 90 90]/AP<</R 31 0 R>>"), Change, codeAppearance},
		{"unbounded: a highlight that programs draw", comments("/Subtype/Highlight/Rect[50 50 90 90]/C[1 1 0]/QuadPoints[0 800 600 800 0 0 600 0]"),
			Change, codeAppearance},
		{"unbounded: a highlight of another place that programs draw", comments("/Subtype/Highlight/Rect[50 50 90 90]/C[1 1 0]/QuadPoints[50 90 90 90 50 50 90 50 50 90 91 90 50 50 91 50]"),
			Change, codeAppearance},
		{"unbounded: a highlight of half a place", comments("/Subtype/Highlight/Rect[50 50 90 90]/C[1 1 0]/QuadPoints[50 90 90 90]"), Change, codeAppearance},
		{"unbounded: a highlight of no place", comments("/Subtype/Highlight/Rect[50 50 90 90]/C[1 1 0]"), Change, codeAppearance},
		{"honest: a highlight that programs draw where it is", comments("/Subtype/Highlight/Rect[50 50 90 90]/C[1 1 0]/QuadPoints[50 90 90 90 50 50 90 50]"),
			Honest, "annotated as permitted"},
		{"unbounded: a line that programs draw", comments("/Subtype/Line/Rect[50 50 90 90]/C[1 0 0]/L[0 0 600 800]"), Change, codeAppearance},
		{"unbounded: a comment changed that programs draw", p3.with(comment, "<</Type/Annot/Subtype/Ink/Rect[10 10 30 30]/InkList[[10 10 30 30]]/P 3 0 R>>").
			update(g, sample{comment: "<</Type/Annot/Subtype/Ink/Rect[10 10 30 30]/InkList[[50 700 90 700]]/P 3 0 R>>"}), Change, codeAppearance},
		{"unbounded: a font for a field that has no appearance", grown(bare(s, "/V(Old)/DA(/F9 12 Tf)")), Change, codeForm},
		{"unbounded: a font for a field that is drawn anew", grown(s.edit(acroForm, "/SigFlags 3", "/SigFlags 3/NeedAppearances true").
			edit(nameField, "/F1 12 Tf", "/F9 12 Tf")), Change, codeForm},
		{"unbounded: a font for a ticked box that is drawn anew", grown(s.edit(acroForm, "/SigFlags 3", "/SigFlags 3/NeedAppearances true").
			edit(checkBox, "/V/Off/AS/Off", "/V/Yes/AS/Yes")), Change, codeForm},
		{"unbounded: a font that the form names", grown(bare(s.edit(acroForm, "/DA(/F1 12 Tf)", "/DA(/F9 12 Tf)"), "/V(Old)")), Change, codeForm},
		{"unbounded: a font for a free text", grown(s.with(comment, "<</Type/Annot/Subtype/FreeText/Rect[10 10 30 30]/Contents(First)/DA(/F9 9 Tf)/P 3 0 R>>")),
			Change, codeForm},
		{"unbounded: a default appearance", bare(s.edit(acroForm, "/DA(/F1 12 Tf)", ""), "/V(Old)").update(g, sample{acroForm: s[acroForm]}), Change, codeForm},

		{"honest: a visible field whose form is written by reference", seen("/Subtype/Form/BBox[0 0 200 20]",
			"/Subtype 61 0 R/BBox 62 0 R/Matrix[1 0 0 1 0 63 0 R]"), Honest, allowed},
		{"honest: a field that nobody sees, with an appearance", p2.update(g, visible(p2, "[0 0 0 0]")), Honest, allowed},
		{"honest: a stamp where comments are permitted", comments("/Subtype/Stamp/Rect[50 50 90 90]/AS/A/AP<</N<</A 31 0 R>>/D 31 0 R>>"), Honest, "annotated as permitted"},
		{"honest: a font for no field that is there", grown(s), Honest, allowed},
		{"honest: a font beside a field that has no appearance", grown(bare(s, "/V(Old)/DA(/F1 12 Tf)")), Honest, allowed},
		{"honest: a font beside an empty box that is drawn anew", grown(s.edit(acroForm, "/SigFlags 3", "/SigFlags 3/NeedAppearances true")), Honest, allowed},
		{"honest: a font for an empty field", grown(bare(s, "/DA(/F9 12 Tf)")), Honest, allowed},
		{"honest: a default appearance beside one of its own", bare(s.edit(acroForm, "/DA(/F1 12 Tf)", ""), "/V(Old)/DA(/F1 12 Tf)").
			update(g, sample{acroForm: s[acroForm]}), Honest, allowed},
	}
}

// byReference are files whose names and numbers are written by reference, which
// changes nothing about what they say.
func byReference(g Signers) []Case {
	s, p1 := approval(), certified(1)
	lock := func(method, action, fields string, objects sample) sample {
		c := s.with(signature, sigBody(fmt.Sprintf("/Reference[<</Type/SigRef/TransformMethod %s"+
			"/TransformParams<</Type/TransformParams/Action %s/Fields %s/V/1.2>>>>]", method, action, fields)))
		return c.and(objects)
	}
	own := func(lock string) sample { return s.edit(signedField, "/V 5 0 R", "/V 5 0 R/Lock"+lock) }
	hiddenFlag := s.edit(emptyField, "/F 4", "/F 22 0 R").with(hidden, "2")
	const filled = "forms filled or signed as permitted"
	return []Case{
		{"reference: the method of a lock", lock("22 0 R", "/All", "[]", sample{hidden: "/FieldMDP"}).update(g, s.filled("New")), Change, codeLocked},
		{"reference: the action of a lock", lock("/FieldMDP", "22 0 R", "[(name)]", sample{hidden: "/Include"}).update(g, s.filled("New")), Change, codeLocked},
		{"reference: a field of a lock", lock("/FieldMDP", "/Include", "[22 0 R]", sample{hidden: "(name)"}).update(g, s.filled("New")), Change, codeLocked},
		{"reference: a lock whose method is none", lock("(FieldMDP)", "/Include", "[(sum)]", nil).update(g, s.filled("New")), Problem, "docmdp-invalid"},
		{"honest: a signature for what is digested only", lock("/Identity", "/All", "[]", nil).update(g, s.filled("New")), Honest, filled},
		{"honest: a signature that has rights of use", lock("/UR3", "/All", "[]", nil).update(g, s.filled("New")), Honest, filled},
		{"honest: a signature that has older rights of use", lock("/UR", "/All", "[]", nil).update(g, s.filled("New")), Honest, filled},
		{"reference: a lock whose method is unknown", lock("/Other", "/Include", "[(sum)]", nil).update(g, s.filled("New")), Change, codeLocked},
		{"reference: the method of a certification", p1.edit(signature, "/TransformMethod/DocMDP", "/TransformMethod 22 0 R").
			with(hidden, "/DocMDP").update(g, p1.filled("New")), Change, codeFieldValue},
		{"reference: the level of a certification", p1.edit(signature, "/P 1", "/P 22 0 R").with(hidden, "1").update(g, p1.filled("New")),
			Change, codeFieldValue},
		{"reference: the level of a lock", own("<</Type/SigFieldLock/Action/Include/Fields[]/P 22 0 R>>").with(hidden, "1").update(g, s.filled("New")),
			Change, codeFieldValue},
		{"reference: the type of a field outside of the form", s.with(hidden, "<</Subtype/Link/FT 24 0 R/T(x)/Rect[0 0 9 9]>>").with(24, "/Sig").build(g).out,
			Unreadable, pades.CodeOrphanField},
		{"reference: a hidden field shown when it is signed", hiddenFlag.update(g, sample{
			emptyField: replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R/AP<</N 31 0 R>>"), fresh: sigBody(""), fresh + 1: looks("Signed"),
		}), Change, codeField},
		{"honest: a lock by reference that leaves the field free", lock("22 0 R", "24 0 R", "[25 0 R]", sample{
			hidden: "/FieldMDP", 24: "/Include", 25: "(sum)"}).update(g, s.filled("New")), Honest, filled},
		{"honest: a level by reference", certified(2).edit(signature, "/P 2", "/P 22 0 R").with(hidden, "2").update(g, certified(2).filled("New")), Honest, filled},
		{"honest: a new signature field whose names are references", s.update(g, s.sign(fresh, "Other", sigBody("")).and(sample{
			fresh: "<</Type/Annot/Subtype 33 0 R/FT 32 0 R/T 34 0 R/Rect[0 0 0 0]/F 132/P 3 0 R/V 31 0 R>>", 32: "/Sig", 33: "/Widget", 34: "(Other)",
		})), Honest, filled},
	}
}
