package pdfattack

import (
	"fmt"
	"strings"

	"tamga/signing/pades"
)

// edges are the neighbours of what is permitted: each differs from an honest file
// in one thing.
func edges(g Signers) []Case {
	s, p1, p2 := approval(), certified(1), certified(2)
	const filled, evidence = "forms filled or signed as permitted", "only evidence added"
	after := func(objects sample) []byte { return s.update(g, objects) }
	edit := func(s sample, n int, old, changed string) []byte {
		return s.update(g, sample{n: replace(s[n], old, changed)})
	}
	fill := func(old, changed string) sample {
		u := s.filled("New")
		u[nameField] = replace(u[nameField], old, changed)
		return u
	}
	looked := func(old, changed string) sample {
		u := s.filled("New")
		u[fresh] = replace(u[fresh], old, changed)
		return u
	}
	store := p1.evidence(fresh)
	stored := func(old, changed string) []byte {
		return p1.update(g, store.and(sample{fresh: replace(store[fresh], old, changed), 60: streamBody("", "a token")}))
	}
	again := func(first, second sample) []byte { return writeRevisions(g, p1, store.and(first), second) }
	root := func(more string, objects sample) []byte {
		return p1.update(g, sample{catalog: replace(p1[catalog], "/AcroForm", more+"/AcroForm")}.and(objects))
	}
	ticked := func(s sample, old, changed string) []byte {
		body := replace(s[checkBox], "/V/Off/AS/Off", "/V/Yes/AS/Yes")
		return s.update(g, sample{checkBox: replace(body, old, changed)})
	}
	signed := func(old, changed string) []byte {
		return after(sample{emptyField: replace(replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R"), old, changed), fresh: sigBody("")})
	}
	group := s.edit(acroForm, "13 0 R ", "22 0 R ").with(hidden, "<</T(group)/FT/Sig/Kids[13 0 R]>>").
		with(emptyField, "<</Type/Annot/Subtype/Widget/T(Signature2)/Rect[300 50 400 100]/F 4/P 3 0 R/Parent 22 0 R>>")
	names := s.edit(acroForm, "12 0 R ", "22 0 R ").with(hidden, "<</T(group)/Kids[12 0 R]>>").edit(nameField, "/F 4", "/F 4/Parent 22 0 R")
	// under adds a signature field below the group of names, with a widget of its own.
	under := func(field, widget string) []byte {
		return names.update(g, sample{
			hidden: "<</T(group)/Kids[12 0 R 30 0 R]>>", fresh: "<</FT/Sig/T(Other)" + field + "/V 31 0 R/Kids[33 0 R]>>",
			fresh + 1: sigBody(""), 33: "<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R" + widget + ">>",
			annotations: strings.TrimSuffix(s[annotations], "]") + " 33 0 R]",
		})
	}
	kids := func(kids string) []byte {
		u := s.sign(fresh, "Other", sigBody(""))
		u[fresh] = "<</FT/Sig/T(Other)/V 31 0 R" + kids + ">>"
		u[annotations] = strings.TrimSuffix(s[annotations], "]") + " 33 0 R]"
		for _, n := range []int{33, 34} {
			if strings.Contains(kids, fmt.Sprint(n)) || n == 33 {
				u[n] = "<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132/P 3 0 R/Parent 30 0 R>>"
			}
		}
		return after(u)
	}
	return []Case{
		{"edge: a signature under a group", under("/Parent 22 0 R", "/Parent 30 0 R"), Honest, filled},
		{"edge: a signature under a group that names no parent", under("", "/Parent 30 0 R"), Change, codeField},
		{"edge: a widget that names another parent", under("/Parent 22 0 R", "/Parent 22 0 R"), Unreadable, pades.CodeFieldUnreadable},
		{"edge: a widget with a name", under("/Parent 22 0 R", "/Parent 30 0 R/T(x)"), Change, codeField},
		{"edge: a widget with an action", under("/Parent 22 0 R", "/Parent 30 0 R/A<</S/Named>>"), Change, codeAction},
		{"tolerated: a program's own entry in a group", edit(names, hidden, "(group)", "(group)/ABCD_Note 1"), Tolerated, codePrivate},
		{"edge: an entry of a group that is nobody's own", edit(names, hidden, "(group)", "(group)/Note 1"), Change, codeField},
		{"edge: a group that is renamed", edit(names, hidden, "(group)", "(other)"), Change, codeField},
		{"edge: a group that loses a field", edit(names, hidden, "12 0 R", ""), Change, codeForm},
		{"edge: a signature with a widget", kids("/Kids[33 0 R]"), Honest, filled},
		{"edge: a signature with two widgets", kids("/Kids[33 0 R 34 0 R]"), Change, codeField},
		{"edge: a signature whose widget is an old object", kids("/Kids[20 0 R]"), Unreadable, pades.CodeOrphanField},
		{"edge: a signature without widgets", kids("/Kids[]"), Unreadable, pades.CodeOrphanField},
		{"edge: a new field that names a parent", after(s.sign(fresh, "Other", sigBody("")).and(sample{
			fresh: replace(s.sign(fresh, "Other", "")[fresh], "/F 132", "/F 132/Parent 12 0 R")})), Unreadable, pades.CodeFieldUnreadable},
		{"edge: a new field with a point in its name", after(s.sign(fresh, "Other.one", sigBody(""))), Change, codeFieldName},
		{"edge: a field under a group signed", group.update(g, sample{
			emptyField: replace(group[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R"), fresh: sigBody("")}), Honest, filled},
		{"edge: a widget on two pages", after(s.sign(fresh, "Other", sigBody("")).and(sample{
			secondPage: replace(s[secondPage], "/Contents", "/Annots[30 0 R]/Contents")})), Change, codeAnnotation},
		{"edge: a widget on another page than it says", after(s.sign(fresh, "Other", sigBody("")).and(sample{
			annotations: s[annotations], secondPage: replace(s[secondPage], "/Contents", "/Annots[30 0 R]/Contents")})), Change, codeAnnotation},
		{"edge: a visible field on no page", after(visible(s, "[300 200 400 250]").and(sample{
			fresh: replace(visible(s, "[300 200 400 250]")[fresh], "/P 3 0 R", "/P 8 0 R"), annotations: s[annotations]})), Change, codeField},

		{"edge: a signed field that gets a date", signed("/F 4", "/F 132/M(D:20260602)/DA(/F1 0 Tf)/Ff 1"), Honest, filled},
		{"edge: a signed field that gets a type", s.edit(emptyField, "/Type/Annot", "").update(g, sample{
			emptyField: replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R"), fresh: sigBody("")}), Honest, filled},
		{"edge: a signed field of another type", s.edit(emptyField, "/Type/Annot", "").update(g, sample{
			emptyField: replace(replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R"), "/Type/Annot", "/Type/Page"), fresh: sigBody("")}), Change, codeField},
		{"edge: a signed field that is hidden", signed("/F 4", "/F 6"), Change, codeField},
		{"edge: a signed field whose flags are a text", signed("/F 4", "/F(4)"), Change, codeField},
		{"edge: a signed field that is required", signed("/F 4", "/F 4/Ff 2"), Change, codeField},
		{"edge: a signed field that moves", signed("[300 50 400 100]", "[300 50 400 101]"), Change, codeField},
		{"edge: a signed field with a date that is a name", signed("/F 4", "/F 4/M/x"), Change, codeField},
		{"edge: a signed field with an action", signed("/F 4", "/F 4/A<</S/Named>>"), Change, codeField},
		{"edge: a signed field with a flag that is a text", signed("/F 4", "/F 4/Ff(1)"), Change, codeField},
		{"edge: a signed field that loses its lock on reading", s.edit(emptyField, "/F 4", "/F 4/Ff 1").update(g, sample{
			emptyField: replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 30 0 R"), fresh: sigBody("")}), Change, codeField},
		{"edge: an old signature in another field", after(sample{emptyField: replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 5 0 R")}),
			Unreadable, pades.CodeSignatureShared},
		{"edge: a value that is no signature", after(sample{emptyField: replace(s[emptyField], "/P 3 0 R", "/P 3 0 R/V 19 0 R")}), Problem, pades.CodeContentsMissing},
		{"edge: an empty field with a date", edit(s, emptyField, "/F 4", "/F 4/M(D:20260602)"), Change, codeField},

		{"edge: a field with a date alone", edit(s, nameField, "/F 4", "/F 4/M(D:20260602)"), Honest, filled},
		{"edge: a field whose looks alone change", after(sample{nameField: s.filled("Old")[nameField], fresh: looks("Old")}), Change, codeAppearance},
		{"edge: a field that is emptied", after(fill("/V(New)", "").and(sample{fresh: looks("")})), Honest, filled},
		{"edge: a value that is a name", after(fill("(New)", "/New")), Change, codeField},
		{"edge: a value that is a list", after(fill("(New)", "[(New)]")), Change, codeField},
		{"edge: a value that is a number", after(fill("(New)", " 7")), Change, codeField},
		{"edge: a list of choices", s.edit(nameField, "/FT/Tx", "/FT/Ch").update(g, fill("(New)", "[(New)]").and(sample{
			nameField: replace(replace(s.filled("New")[nameField], "(New)", "[(New)]"), "/FT/Tx", "/FT/Ch")})), Honest, filled},
		{"edge: a list of choices and names", s.edit(nameField, "/FT/Tx", "/FT/Ch").update(g, fill("(New)", "[(New)]").and(sample{
			nameField: replace(replace(s.filled("New")[nameField], "(New)", "[(New)/x]"), "/FT/Tx", "/FT/Ch")})), Change, codeField},
		{"edge: a field of no type", s.edit(nameField, "/FT/Tx", "").update(g, sample{
			nameField: replace(s.filled("New")[nameField], "/FT/Tx", ""), fresh: looks("New")}), Change, codeField},
		{"edge: a page that had two contents", s.edit(firstPage, "/Contents 6 0 R", "/Contents 7 0 R/Contents 6 0 R").
			update(g, s.sign(fresh, "Other", sigBody("")).and(sample{firstPage: s[firstPage]})), Change, codeDuplicate},
		{"edge: a field that had two places", s.edit(nameField, "/Rect", "/Rect[50 690 250 720]/Rect").update(g, s.filled("New")), Change, codeDuplicate},
		{"edge: a page that had the same contents twice", s.edit(firstPage, "/Contents 6 0 R", "/Contents 6 0 R/Contents 6 0 R").
			update(g, s.sign(fresh, "Other", sigBody("")).and(sample{firstPage: s[firstPage]})), Honest, filled},
		{"edge: a push button that gets a value", ticked(s.edit(checkBox, "/F 4", "/F 4/Ff 65536"), "/F 4", "/F 4"), Change, codeField},
		{"edge: a box that shows a third state", ticked(s, "/AS/Yes", "/AS/No"), Change, codeAppearance},
		{"edge: a box whose value is a text", ticked(s, "/V/Yes", "/V(Yes)"), Change, codeField},
		{"edge: a box whose appearance grows", ticked(s, "/Off 18 0 R", "/Off 18 0 R/No 17 0 R"), Change, codeAppearance},
		{"edge: a filled field under the mouse", after(fill("/AP<<", "/AP<</D 17 0 R")), Change, codeAppearance},
		{"edge: a filled field without an appearance", after(fill("/AP<</N 30 0 R>>", "")), Change, codeAppearance},
		{"edge: a filled field whose appearance is a name", after(fill("/AP<</N 30 0 R>>", "/AP/x")), Change, codeAppearance},
		{"edge: a filled field that shows the old value", after(fill("30 0 R", "16 0 R")), Change, codeAppearance},
		{"edge: a filled field in a layer", after(looked("/BBox", "/OC 22 0 R/BBox")), Change, codeAppearance},
		{"edge: a filled field in a group", after(looked("/BBox", "/FormType 1/Group<</S/Transparency>>/Matrix[1 0 0 1 0 0]/Name/x/BBox")), Honest, filled},
		{"edge: a filled field with procedures", after(looked("/Font<<", "/ProcSet[/PDF/Text]/Font<<")), Honest, filled},
		{"edge: a filled field with states", after(looked("/Font<<", "/ExtGState<<>>/Font<<")), Change, codeAppearance},
		{"edge: a filled field that is not read", after(looked("/BBox", "/Filter/DCTDecode/BBox")), Change, codeAppearance},
		{"edge: a font with widths of its own", after(looked("/F1 8 0 R", "/F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Widths[1]>>")), Change, codeFont},
		{"edge: a font with letters of its own", after(looked("/F1 8 0 R", "/F1<</Type/Font/Subtype/Type1/Encoding<</Differences[65/B]>>>>")), Change, codeFont},
		{"edge: a font of an expert's encoding", after(looked("/F1 8 0 R", "/F1<</Type/Font/Subtype/Type1/Encoding/MacExpertEncoding>>")), Change, codeFont},
		{"edge: a font of another kind", after(looked("/F1 8 0 R", "/F1<</Type/Font/Subtype/TrueType/BaseFont/A>>")), Change, codeFont},

		{"edge: the form in the catalog moved", p2.update(g, sample{catalog: replace(p2[catalog], "/AcroForm 10 0 R", "/AcroForm 30 0 R"), fresh: s[acroForm]}),
			Honest, evidence},
		{"edge: the form taken away", after(sample{catalog: replace(s[catalog], "/AcroForm 10 0 R", "/AcroForm null")}), Unreadable, pades.CodeOrphanSignature},
		{"edge: flags set", s.edit(acroForm, "/SigFlags 3", "/SigFlags 1").update(g, sample{acroForm: s[acroForm]}), Honest, evidence},
		{"edge: appearances not made anew, as before", edit(s, acroForm, "/SigFlags 3", "/SigFlags 3/NeedAppearances false"), Honest, evidence},
		{"edge: default resources lost", edit(s, acroForm, "/DR<</Font<</F1 8 0 R>>>>", "/DR<<>>"), Change, codeForm},

		{"edge: a reference to nothing that is listed", s.edit(catalog, "/AcroForm", "/OCProperties 99 0 R/AcroForm").build(g).end("/Info 19 0 R").out,
			Change, codeUnlisted},
		{"edge: a reference to another generation", s.edit(firstPage, "/Contents 6 0 R", "/Contents[6 0 R 7 1 R]").build(g).end("/Info 19 0 R").out,
			Change, codeUnlisted},
		{"edge: a new reference to nothing that is listed", root("/Extensions<</ADBE<</BaseVersion 99 0 R>>>>", nil), Change, codeUnlisted},
		{"edge: a reference to nothing that is listed, and nothing follows", s.edit(catalog, "/AcroForm", "/OCProperties 99 0 R/AcroForm").build(g).out,
			Honest, "unchanged"},
		{"edge: a reference to what is listed as free", freeReference(g), Honest, evidence},
		{"edge: a reference to what was removed before it was signed", signedWithout(g, "/OCProperties 50 0 R/AcroForm"), Change, codeUnlisted},
		{"edge: something removed before it was signed", signedWithout(g, "/AcroForm"), Honest, evidence},
		{"edge: a comment that moves to another page", certified(3).update(g, sample{comment: replace(s[comment], "/P 3 0 R", "/P 4 0 R")}),
			Change, "annotation-changed"},
		{"edge: a visible field of broken numbers on blank paper", after(visible(s, "[300.5 200.5 400.25 250.75]")), Honest, filled},
		{"edge: a visible field of broken numbers over the text", after(visible(s, "[50.5 690.5 200.25 730.75]")), Change, codeOverContent},
		{"edge: an appearance that a lost object names too", s.edit(nameField, "/AP<</N 16 0 R>>", "/AP 24 0 R").with(24, "<</N 16 0 R>>").
			with(hidden, "<</AP 24 0 R/Parent 12 0 R>>").update(g, sample{
			nameField: replace(replace(s[nameField], "(Old)", "(New)"), "/AP<</N 16 0 R>>", "/AP 24 0 R"), nameLooks: looks("New")}), Honest, filled},
		{"edge: an object of the structure in a list", certified(3).edit(catalog, "/AcroForm", "/StructTreeRoot 22 0 R/AcroForm").
			with(hidden, "<</Type/StructTreeRoot/K 24 0 R>>").with(24, "[25 0 R]").with(25, "<</Type/OBJR/Obj 20 0 R/Pg 3 0 R>>").
			update(g, sample{comment: replace(s[comment], "(First)", "(Second)")}), Honest, "annotated as permitted"},
		{"edge: an object of a list that is no structure", certified(3).edit(catalog, "/AcroForm", "/StructTreeRoot 22 0 R/AcroForm").
			with(hidden, "<</Type/StructTreeRoot/Other 24 0 R>>").with(24, "[25 0 R]").with(25, "<</Type/OBJR/Obj 20 0 R/Pg 3 0 R>>").
			update(g, sample{comment: replace(s[comment], "(First)", "(Second)")}), Change, codeShared},
		{"edge: annotations that get a name", after(sample{annotations: replace(s[annotations], "20 0 R]", "20 0 R/x]")}), Change, codePage},
		{"edge: annotations that become a name", after(sample{firstPage: replace(s[firstPage], "/Annots 21 0 R", "/Annots/x")}), Change, codePage},
		{"edge: a lower version", edit(s.edit(catalog, "/AcroForm", "/Version/1.7/AcroForm"), catalog, "1.7", "1.6"), Change, codeCatalog},
		{"edge: a long version", root("/Version/1.10", nil), Change, codeCatalog},
		{"edge: metadata that is none", root("/Metadata 30 0 R", sample{fresh: streamBody("/Type/Other/Subtype/XML", "<x/>")}), Change, codeCatalog},
		{"edge: metadata of another kind", root("/Metadata 30 0 R", sample{fresh: streamBody("/Type/Metadata/Subtype/Form", "<x/>")}), Change, codeCatalog},
		{"edge: metadata that is a text", root("/Metadata(x)", nil), Change, codeCatalog},
		{"edge: extensions that are a name", root("/Extensions/x", nil), Change, codeCatalog},
		{"edge: extensions with something in them", root("/Extensions<</ADBE<</BaseVersion<<>>>>>>", nil), Change, codeCatalog},
		{"edge: extensions within extensions", root("/Extensions<</ADBE<</ESIC<</BaseVersion/1.7>>>>>>", nil), Change, codeCatalog},
		{"edge: lists of extensions", root("/Extensions<</ISO_[<</BaseVersion/2.0/ExtensionLevel 32001/URL(x)/ExtensionRevision(:2022)/Type/DeveloperExtensions>>]>>", nil),
			Honest, evidence},
		{"edge: an author in the information", edit(s, info, "/ModDate", "/Author(x)/ModDate"), Change, codeTrailer},
		{"edge: a producer in the information", edit(s, info, "/ModDate", "/Producer(x)/ModDate"), Honest, evidence},
		{"edge: a date that is a name in the information", edit(s, info, "(D:20260601000000Z)", "/x"), Change, codeTrailer},
		{"edge: another information dictionary", movedInfo(g), Change, codeTrailer},
		{"edge: a trailer with something new", s.build(g).end("/Info 19 0 R/Other 1").out, Change, codeTrailer},
		{"edge: a trailer without something of a writer's own", s.draft(g).end("/Info 19 0 R/Other 1").end("/Info 19 0 R").out, Honest, evidence},

		{"edge: evidence that is no list", stored("/Certs[31 0 R]", "/Certs 31 0 R"), Change, codeDSS},
		{"edge: evidence written in the store", stored("/Certs[31 0 R]", "/Certs[(x)]"), Change, codeDSS},
		{"edge: a store with something else", stored("/Type/DSS", "/Type/DSS/Other 1"), Change, codeDSS},
		{"edge: a signature's evidence that is no dictionary", stored("<</Cert[31 0 R]/TU(D:20260601120000Z)>>", "[31 0 R]"), Change, codeDSS},
		{"edge: a signature's evidence with something else", stored("/Cert[31 0 R]", "/Cert[31 0 R]/Other 1"), Change, codeDSS},
		{"edge: evidence by a key that is no digest", stored(vriKey, vriKey[:39]), Change, codeDSS},
		{"edge: evidence by a key with a letter too many", stored(vriKey, vriKey[:39]+"G"), Change, codeDSS},
		{"edge: a store by signatures with a type", stored("/VRI<<", "/VRI<</Type/VRI"), Honest, evidence},
		{"edge: a store by signatures that is a list", stored("/VRI<</"+vriKey+"<</Cert[31 0 R]/TU(D:20260601120000Z)>>>>", "/VRI[]"), Change, codeDSS},
		{"edge: a token for a signature", stored("/TU(D:20260601120000Z)", "/TU(D:20260601120000Z)/TS 60 0 R"), Honest, evidence},
		{"edge: a store that loses its lists", again(nil, sample{fresh: replace(store[fresh], "/OCSPs 32 0 R", "")}), Change, codeDSS},
		{"edge: a signature's evidence that gets shorter", again(nil, sample{fresh: replace(store[fresh], "/TU(D:20260601120000Z)", "")}), Change, codeDSS},
		{"edge: a store that becomes a list", again(nil, sample{catalog: replace(store[catalog], "30 0 R", "60 0 R"), 60: "[]"}), Change, codeDSS},
		{"edge: a store by reference that grows", again(sample{fresh: replace(store[fresh], "/VRI<<", "/VRI 60 0 R/Old<<"), 60: "<</" + vriKey + " 61 0 R>>", 61: "<</Cert[31 0 R]>>"},
			sample{61: "<</Cert[31 0 R]/OCSP[62 0 R]>>", 62: streamBody("", "a status")}), Change, codeDSS},
		{"edge: a store by signatures by reference that grows", again(sample{fresh: "<</Certs[31 0 R]/OCSPs 32 0 R/VRI 60 0 R>>", 60: "<</" + vriKey + " 61 0 R>>", 61: "<</Cert[31 0 R]>>"},
			sample{61: "<</Cert[31 0 R]/OCSP[62 0 R]>>", 62: streamBody("", "a status")}), Honest, evidence},
	}
}

// writeRevisions writes a sample and two updates.
func writeRevisions(g Signers, s sample, updates ...sample) []byte {
	d := s.build(g)
	for _, u := range updates {
		for n := range 100 {
			if body, ok := u[n]; ok {
				d.put(n, body)
			}
		}
		d.end("/Info 19 0 R")
	}
	return d.out
}

// freeReference is a file with a reference to an object that its cross-reference
// lists as free.
func freeReference(g Signers) []byte {
	d := approval().edit(catalog, "/AcroForm", "/OCProperties 50 0 R/AcroForm").draft(g)
	d.list(50, entry{kind: 'f'})
	return d.end("/Info 19 0 R").end("/Info 19 0 R").out
}

// signedWithout is a file that was signed when an object had been removed, with a
// catalog that may still refer to it.
func signedWithout(g Signers, form string) []byte {
	s := approval().edit(catalog, "/AcroForm", form)
	d := s.with(50, "<</D<<>>>>").with(signature, "null").build(g)
	d.put(signature, s[signature])
	d.list(50, entry{kind: 'f'})
	return d.end("/Info 19 0 R").end("/Info 19 0 R").out
}

func movedInfo(g Signers) []byte {
	d := approval().build(g)
	d.put(fresh, approval()[info])
	return d.end("/Info 30 0 R").out
}
