package pdfattack

import (
	"strings"
)

// shadows are shadow attacks: the signer signs a file that its author prepared,
// and a small, harmless-looking change shows the other content.
func shadows(g Signers) []Case {
	s := approval()
	// covered hides the text of the page under an image and under an annotation.
	covered := s.edit(firstText, "q 50 0 0 50 500 700 cm", "q 300 0 0 50 50 690 cm").
		edit(annotations, "20 0 R]", "20 0 R 22 0 R]").
		with(hidden, "<</Type/Annot/Subtype/Stamp/Rect[50 690 300 740]/AP<</N 24 0 R>>/P 3 0 R>>").
		with(24, looks("Receipt"))
	overlay := certified(2).edit(nameField, "(Old)", "(100)").with(nameLooks, looks("100"))
	return []Case{
		{"shadow hide: the covering image removed", freed(covered, g, logo), Change, codeFreed},
		{"shadow hide: the covering image made empty", covered.update(g, sample{logo: streamBody("/Type/XObject/Subtype/Form/BBox[0 0 0 0]", "")}),
			Change, codeXObject},
		{"shadow hide: the covering image made another object", covered.update(g, sample{logo: "null"}), Change, codeType},
		{"shadow hide: the covering annotation unlisted", covered.update(g, sample{annotations: s[annotations]}), Change, "annotation-removed"},
		{"shadow hide: the covering annotation hidden", covered.update(g, sample{hidden: replace(covered[hidden], "/P 3 0 R", "/F 2/P 3 0 R")}),
			Change, "annotation-changed"},
		{"shadow hide: the appearance of the annotation made empty", covered.update(g, sample{24: looks("")}), Change, codeAppearance},
		{"shadow replace: a font with other letters", s.with(font, "<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor 22 0 R>>").
			with(hidden, "<</Type/FontDescriptor/FontFile2 24 0 R>>").with(24, streamBody("", "letters")).
			update(g, sample{24: streamBody("", "figures")}), Change, codeFont},
		{"shadow replace: a font descriptor swapped", s.with(font, "<</Type/Font/Subtype/TrueType/BaseFont/A/FontDescriptor 22 0 R>>").
			with(hidden, "<</Type/FontDescriptor/Flags 4>>").update(g, sample{hidden: "<</Type/FontDescriptor/Flags 32>>"}), Change, codeFont},
		{"shadow replace: a field looks like another value", overlay.update(g, sample{nameLooks: looks("900")}), Change, codeAppearance},
		{"shadow replace: a value that the field does not show", overlay.update(g, sample{nameField: replace(overlay[nameField], "(100)", "(900)")}),
			Change, codeAppearance},
		{"shadow replace: a field shows another text than its new value", overlay.update(g, sample{
			nameField: replace(overlay[nameField], "(100)", "(900)"), nameLooks: looks("100"),
		}), Change, codeAppearance},
		{"shadow replace: a field brings its own font", overlay.update(g, sample{
			nameField: replace(replace(overlay[nameField], "(100)", "(900)"), "16 0 R", "30 0 R"),
			fresh:     replace(looks("900"), "8 0 R", "31 0 R"), fresh + 1: "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]>>",
		}), Change, codeFont},
		{"shadow replace: a field uses a font that lay ready", overlay.with(hidden, "<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]>>").update(g, sample{
			nameField: replace(replace(overlay[nameField], "(100)", "(900)"), "16 0 R", "30 0 R"), fresh: replace(looks("900"), "8 0 R", "22 0 R"),
		}), Change, codeFont},
		{"shadow replace: a field shows an image that lay ready", overlay.with(hidden, s[boxOn]).update(g, sample{
			nameField: replace(replace(overlay[nameField], "(100)", "(900)"), "16 0 R", "22 0 R"),
		}), Change, codeAppearance},
		{"shadow replace: the appearance is the page's image too", overlay.edit(firstPage, "/X1 9 0 R", "/X1 16 0 R").update(g, sample{
			nameField: replace(overlay[nameField], "(100)", "(900)"), nameLooks: looks("900"),
		}), Change, codeShared},
		{"shadow replace: a form hides the use of the appearance", overlay.with(logo, streamBody(
			"/Type/XRef/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</X 16 0 R>>>>", "/X Do")).update(g, sample{
			nameField: replace(overlay[nameField], "(100)", "(900)"), nameLooks: looks("900"),
		}), Change, codeShared},
		{"shadow replace: a comment is the page's resources too", asResources(g), Change, codeShared},
		{"shadow hide-and-replace: the hidden content listed", listedAgain(g), Change, codeContent},
		{"shadow hide-and-replace: the hidden catalog listed", hiddenRoot(g), Change, codeRoot},
		{"shadow hide-and-replace: the hidden page tree named", s.with(hidden, "<</Type/Pages/Kids[24 0 R]/Count 1>>").
			with(24, "<</Type/Page/Parent 22 0 R/Contents 25 0 R/MediaBox[0 0 600 800]>>").with(25, streamBody("", forgedText)).
			update(g, sample{catalog: replace(s[catalog], "/Pages 2 0 R", "/Pages 22 0 R")}), Change, codePageMoved},
		{"shadow hide-and-replace: a hidden annotation listed", s.with(hidden, "<</Type/Annot/Subtype/Stamp/Rect[50 690 300 740]/AP<</N 24 0 R>>>>").
			with(24, looks("Pay 900")).update(g, sample{annotations: replace(s[annotations], "20 0 R]", "20 0 R 22 0 R]")}), Change, codeAnnotation},
		{"shadow hide-and-replace: a hidden comment where comments are permitted", certified(3).
			with(hidden, "<</Type/Annot/Subtype/Stamp/Rect[50 690 300 740]/AP<</N 24 0 R>>>>").
			with(24, looks("Pay 900")).update(g, sample{annotations: replace(s[annotations], "20 0 R]", "20 0 R 22 0 R]")}), Change, codeAnnotation},
		{"shadow hide-and-replace: a hidden signature field shown", hiddenField(g), Change, codeForm},
	}
}

func freed(s sample, g Signers, n int) []byte {
	d := s.build(g)
	d.list(n, entry{kind: 'f'})
	return d.end("/Info 19 0 R").out
}

// asResources has a page whose resources are a comment, which may be changed.
func asResources(g Signers) []byte {
	s := certified(3).edit(comment, "/P 3 0 R", "/Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>/P 3 0 R").
		edit(firstPage, "/Resources<</Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>>>", "/Resources 20 0 R")
	return s.update(g, sample{comment: replace(s[comment], "/X1 9 0 R", "/X1 17 0 R")})
}

// listedAgain has both contents in the signed bytes; the later revision brings no
// object at all, only a cross-reference that names the other one.
func listedAgain(g Signers) []byte {
	s := approval()
	d := newDraft(g)
	d.stream(firstText, "", forgedText)
	ready := d.entries[firstText]
	for n := range 100 {
		if body, ok := s[n]; ok {
			d.put(n, body)
		}
	}
	d.end("/Info 19 0 R")
	d.list(firstText, ready)
	return d.end("/Info 19 0 R").out
}

// hiddenRoot signs a second catalog that nothing names yet.
func hiddenRoot(g Signers) []byte {
	s := approval().with(hidden, "<</Type/Catalog/Pages 24 0 R/AcroForm 10 0 R>>").
		with(24, "<</Type/Pages/Kids[25 0 R]/Count 1/MediaBox[0 0 600 800]>>").
		with(25, "<</Type/Page/Parent 24 0 R/Contents 26 0 R>>").with(26, streamBody("", forgedText))
	d := s.build(g)
	d.root = hidden
	return d.end("/Info 19 0 R").out
}

// hiddenField takes a field with its signature's place from the signed revision.
func hiddenField(g Signers) []byte {
	s := approval().with(hidden, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Ready)/Rect[50 690 300 740]/P 3 0 R/AP<</N 24 0 R>>>>").
		with(24, looks("Pay 900"))
	return s.update(g, sample{
		acroForm: replace(s[acroForm], "15 0 R]", "15 0 R 22 0 R]"), annotations: replace(s[annotations], "20 0 R]", "20 0 R 22 0 R]"),
	})
}

// certifications violate what a certification or a lock permits.
func certifications(g Signers) []Case {
	plain, p1, p2 := approval(), certified(1), certified(2)
	other := sigBody("")
	comments := sample{
		annotations: strings.TrimSuffix(p2[annotations], "]") + " 30 0 R]",
		fresh:       "<</Type/Annot/Subtype/Text/Rect[100 100 120 120]/Contents(Why?)/P 3 0 R>>",
	}
	late := plain.sign(fresh, "Late", sigBody(docMDP(2)))
	byLock := func(lock string) sample {
		return plain.edit(signedField, "/V 5 0 R", "/V 5 0 R/Lock"+lock)
	}
	return []Case{
		{"certified: filled where nothing may change", p1.update(g, p1.filled("New")), Change, codeFieldValue},
		{"certified: signed again where nothing may change", p1.update(g, p1.sign(fresh, "Other", other)), Change, codeSignature},
		{"certified: commented where nothing may change", p1.update(g, comments), Change, codeAnnotation},
		{"certified: commented where forms may be filled", p2.update(g, comments), Change, codeAnnotation},
		{"certified: a visible field added", p2.update(g, visible(p2, "[300 200 400 250]")), Change, codeVisible},
		{"certified: after another signature", plain.update(g, late), Change, codeCertification},
		{"certified: after another signature, named by the catalog", plain.update(g, late.and(sample{
			catalog: replace(plain[catalog], "/AcroForm", "/Perms<</DocMDP 31 0 R>>/AcroForm"),
		})), Change, codeCertification},
		{"certified: the catalog forgets it", p1.update(g, sample{catalog: plain[catalog]}), Change, codeCertification},
		{"certified: a level that does not exist", certified(1).edit(signature, "/P 1", "/P 9").update(g, p1.filled("New")), Problem, "docmdp-invalid"},
		{"locked: the named field filled", locked("Include", "[(name)]", plain).update(g, plain.filled("New")), Change, codeLocked},
		{"locked: all fields, one filled", locked("All", "[]", plain).update(g, plain.filled("New")), Change, codeLocked},
		{"locked: all but another, one filled", locked("Exclude", "[(agree)]", plain).update(g, plain.filled("New")), Change, codeLocked},
		{"locked: an unknown action, one filled", locked("Other", "[]", plain).update(g, plain.filled("New")), Change, codeLocked},
		{"locked: all fields, one signed", locked("All", "[]", plain).update(g, plain.sign(fresh, "Other", other)), Change, codeLocked},
		{"locked: by the field's own lock", byLock("<</Type/SigFieldLock/Action/Include/Fields[(name)]>>").update(g, plain.filled("New")),
			Change, codeLocked},
		{"locked: the lock's own level", byLock("<</Type/SigFieldLock/Action/Include/Fields[]/P 1>>").update(g, plain.filled("New")),
			Change, codeFieldValue},
		{"locked: a lock that cannot be read", byLock("(?)").update(g, plain.filled("New")), Change, codeLocked},
		{"locked: the lock taken away with the change", byLock("<</Type/SigFieldLock/Action/All>>").update(g, plain.filled("New").and(
			sample{signedField: plain[signedField]})), Change, codeSigChanged},
	}
}
