package pdfattack

const (
	codeStructure      = "structure"
	codeStructureGrows = "structure-grows"

	tagsRoot    = 24
	tagsTop     = 25 // the element of the whole document
	tagsText    = 26 // a paragraph
	tagsParents = 27
)

// taggedSample is the sample with a structure of one paragraph.
func taggedSample() sample {
	s := approval().edit(catalog, "/AcroForm", "/StructTreeRoot 24 0 R/MarkInfo<</Marked true>>/AcroForm")
	s = s.edit(firstPage, "/Type/Page", "/Type/Page/StructParents 0")
	s[tagsRoot] = "<</Type/StructTreeRoot/K[25 0 R]/ParentTree 27 0 R/ParentTreeNextKey 1>>"
	s[tagsTop] = "<</Type/StructElem/S/Document/P 24 0 R/K[26 0 R]>>"
	s[tagsText] = "<</Type/StructElem/S/P/P 25 0 R/Pg 3 0 R/K 0/Alt(Pay 100)>>"
	s[tagsParents] = "<</Nums[0[26 0 R]]>>"
	return s
}

// tagging is a second signature whose widget gets an element below the document.
func tagging(s sample) sample {
	u := s.sign(fresh, "Other", sigBody(""))
	u[fresh] = replace(u[fresh], "/F 132", "/F 132/StructParent 1")
	u[fresh+2] = "<</Type/StructElem/S/Form/P 25 0 R/Pg 3 0 R/Alt(Signature of B)/K<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>>>"
	u[tagsRoot] = replace(s[tagsRoot], "NextKey 1", "NextKey 2")
	u[tagsTop] = replace(s[tagsTop], "/K[26 0 R]", "/K[26 0 R 32 0 R]")
	u[tagsParents] = replace(s[tagsParents], "[26 0 R]]", "[26 0 R] 1 32 0 R]")
	return u
}

// tagged are further signatures in tagged files, and changes of a structure that
// look like them.
func tagged(g Signers) []Case {
	s, plain := taggedSample(), approval()
	u := tagging(s)
	changed := func(n int, old, changed string) []byte { return s.update(g, u.edit(n, old, changed)) }
	only := s.sign(fresh, "Other", sigBody(""))
	only[fresh] = replace(only[fresh], "/F 132", "/F 132/StructParent 1")
	below := u.and(sample{tagsTop: s[tagsTop]}).edit(tagsRoot, "/K[25 0 R]", "/K[25 0 R 32 0 R]").edit(fresh+2, "/P 25 0 R", "/P 24 0 R")
	direct := s.edit(tagsRoot, "27 0 R", "<</Nums[0[26 0 R]]>>")
	rebuilt := u.and(sample{
		tagsRoot: replace(u[tagsRoot], "27 0 R", "34 0 R"), fresh + 4: "<</Kids[35 0 R 36 0 R]>>",
		fresh + 5: "<</Limits[0 0]/Nums[0[26 0 R]]>>", fresh + 6: "<</Limits[1 1]/Nums[1 32 0 R]>>",
	})
	delete(rebuilt, tagsParents)
	single := s.edit(tagsTop, "/K[26 0 R]", "/K 26 0 R")
	inDirect := u.and(sample{tagsRoot: replace(replace(direct[tagsRoot], "[26 0 R]]", "[26 0 R] 1 32 0 R]"), "NextKey 1", "NextKey 2")})
	delete(inDirect, tagsParents)
	alone := s.edit(tagsRoot, "/K[25 0 R]", "/K 25 0 R")
	// One element speaks for the whole page, and nothing but the root leads to it.
	lone := s.with(tagsTop, "<</Type/StructElem/S/P/P 24 0 R/Pg 3 0 R/K 0/Alt(Pay 100)>>").edit(tagsRoot, "/K[25 0 R]/ParentTree 27 0 R", "/K 25 0 R")
	delete(lone, tagsText)
	delete(lone, tagsParents)
	marked := lone.edit(tagsTop, "/K 0", "/K 26 0 R").with(tagsText, "<</Type/MCR/MCID 0>>")
	tabbed := func(s sample, order string) string {
		return replace(s[firstPage], "/Type/Page", "/Type/Page/Tabs"+order)
	}
	spaced := s.edit(tagsRoot, "/K[", "/Namespaces[22 0 R]/K[").with(hidden, "<</Type/Namespace/NS(http://iso.org/pdf2/ssn)>>")
	untyped := s.edit(tagsTop, "/Type/StructElem", "")
	return []Case{
		{"tolerated: a second signature below an element without a type", untyped.update(g, u.edit(tagsTop, "/Type/StructElem", "").edit(fresh+2, "/Type/StructElem", "")),
			Tolerated, codeStructureGrows},
		{"tolerated: a second signature below the only child of the root", alone.update(g, u.edit(tagsRoot, "/K[25 0 R]", "/K 25 0 R")), Tolerated, codeStructureGrows},
		{"shadow: the only element of a structure speaks otherwise", lone.update(g, sample{tagsTop: replace(lone[tagsTop], "Pay 100", "Pay 900")}),
			Change, codeStructure},
		{"shadow: the same, with a second signature", lone.update(g, only.and(sample{tagsTop: replace(lone[tagsTop], "Pay 100", "Pay 900")})),
			Change, codeStructure},
		{"shadow: the only element of a structure gets another text of the page", marked.update(g, sample{tagsText: replace(marked[tagsText], "/MCID 0", "/MCID 1")}),
			Change, codeStructure},
		{"tolerated: a second signature, and annotations in the order of the structure", s.update(g, u.and(sample{firstPage: tabbed(s, "/S")})), Tolerated, codeStructureGrows},
		{"isa: annotations in another order", s.update(g, u.and(sample{firstPage: tabbed(s, "/R")})), Change, codePage},
		{"isa: annotations in the order of the structure, and were in another", s.with(firstPage, tabbed(s, "/R")).update(g, u.and(sample{firstPage: tabbed(s, "/S")})),
			Change, codePage},
		{"isa: annotations in the order of no structure", plain.update(g, plain.sign(fresh, "Other", sigBody("")).and(sample{firstPage: tabbed(plain, "/S")})), Change, codePage},
		{"tolerated: a second signature in a namespace of the document", spaced.update(g, u.edit(tagsRoot, "/K[", "/Namespaces[22 0 R]/K[").edit(fresh+2, "/S/Form", "/S/Form/NS 22 0 R")),
			Tolerated, codeStructureGrows},
		{"shadow: a second signature in a namespace of its own", spaced.update(g, u.edit(tagsRoot, "/K[", "/Namespaces[22 0 R]/K[").edit(fresh+2, "/S/Form", "/S/Form/NS 33 0 R").
			and(sample{fresh + 3: "<</Type/Namespace/NS(urn:x)>>"})), Change, codeStructure},
		{"tolerated: a second signature in a tagged file", s.update(g, u), Tolerated, codeStructureGrows},
		{"tolerated: a second signature below the root of the structure", s.update(g, below), Tolerated, codeStructureGrows},
		{"tolerated: a second signature, and the tree of parents rebuilt", s.update(g, rebuilt), Tolerated, codeStructureGrows},
		{"tolerated: a second signature, with the tree of parents in the root", direct.update(g, inDirect), Tolerated, codeStructureGrows},
		{"tolerated: a second signature beside an only child", single.update(g, u.and(sample{tagsTop: replace(u[tagsTop], "[26 0 R 32 0 R]", "[26 0 R 32 0 R]")})),
			Tolerated, codeStructureGrows},
		{"honest: a second signature with a structural parent and no element", s.update(g, only), Honest, "forms filled or signed as permitted"},
		{"form: a structural parent in a file without a structure", plain.update(g, plain.sign(fresh, "Other", sigBody("")).edit(fresh, "/F 132", "/F 132/StructParent 1")), Change, codeField},
		{"form: a structural parent that is a dictionary", s.update(g, only.edit(fresh, "/StructParent 1", "/StructParent<<>>")), Change, codeField},
		{"shadow: a text for readers changed with a second signature", s.update(g, u.and(sample{tagsText: replace(s[tagsText], "Pay 100", "Pay 900")})),
			Change, codeStructure},
		{"shadow: the structure loses a paragraph", changed(tagsTop, "/K[26 0 R 32 0 R]", "/K[32 0 R]"), Change, codeStructure},
		{"shadow: the structure is reordered", changed(tagsTop, "/K[26 0 R 32 0 R]", "/K[32 0 R 26 0 R]"), Change, codeStructure},
		{"shadow: a paragraph is put in twice", changed(tagsTop, "32 0 R]", "32 0 R 26 0 R]"), Change, codeStructure},
		{"shadow: a new element speaks for the page", changed(fresh+2, "/K<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>", "/K 0"), Change, codeStructure},
		{"shadow: a new element for an old field", changed(fresh+2, "/Obj 30 0 R", "/Obj 12 0 R"), Change, codeStructure},
		{"shadow: a new element with a text of its own", changed(fresh+2, "/Alt", "/ActualText(Pay 900)/Alt"), Change, codeStructure},
		{"shadow: a new paragraph", changed(fresh+2, "/S/Form", "/S/P"), Change, codeStructure},
		{"shadow: a new element of another parent", changed(fresh+2, "/P 25 0 R", "/P 26 0 R"), Change, codeStructure},
		{"shadow: the page becomes another element's", changed(tagsParents, "0[26 0 R]", "0[32 0 R]"), Change, codeStructure},
		{"shadow: a structural parent for an old element", changed(tagsParents, "1 32 0 R", "1 26 0 R"), Change, codeStructure},
		{"shadow: the names of elements mean something else", changed(tagsRoot, "/K[", "/RoleMap<</P/Artifact>>/K["), Change, codeStructure},
		{"shadow: the tree of parents has page labels too", s.edit(catalog, "/AcroForm", "/PageLabels 27 0 R/AcroForm").update(g, u), Change, codeShared},
		{"shadow: the children are what a page shows too", s.edit(tagsTop, "/K[26 0 R]", "/K 21 0 R").update(g, u.and(sample{tagsTop: replace(s[tagsTop], "/K[26 0 R]", "/K 21 0 R"),
			annotations: replace(u[annotations], "30 0 R]", "30 0 R 32 0 R]")})), Change, codeAnnotation},
	}
}
