package pdfattack

const codePrivate = "private-entry"

// privately are second signatures of programs that leave notes of their own, and
// others that call something a note that is none.
func privately(g Signers) []Case {
	s := approval()
	second := s.sign(fresh, "Other", sigBody(""))
	noted := func(n int, old, changed string) []byte {
		u := second.and(sample{fresh + 2: streamBody("", "a note")})
		if u[n] == "" {
			u[n] = s[n]
		}
		return s.update(g, u.edit(n, old, changed))
	}
	trailer := func(more string) []byte {
		d := s.build(g)
		for _, n := range []int{acroForm, annotations, fresh, fresh + 1} {
			d.put(n, second[n])
		}
		return d.put(fresh+2, streamBody("", "a note")).end("/Info 19 0 R" + more).out
	}
	shared := s.edit(firstPage, "/XObject<</X1 9 0 R>>", "/XObject 1 0 R")
	return []Case{
		{"tolerated: a program's own entry in the catalog", noted(catalog, "/AcroForm", "/ABCD_Note 32 0 R/AcroForm"), Tolerated, codePrivate},
		{"tolerated: a program's own entry in a page", noted(firstPage, "/Contents", "/XXNote(seen)/PieceInfo<</ABCD<</Private 32 0 R>>>>/Contents"), Tolerated, codePrivate},
		{"honest: a program's own entry in a new field", noted(fresh, "/F 132", "/F 132/ABCD:Note 32 0 R"), Honest, "forms filled or signed as permitted"},
		{"tolerated: a program's own entry in the trailer", trailer("/DocChecksum/ABCDEF/ABCD_Note 32 0 R"), Tolerated, codePrivate},
		{"isa: an entry of the catalog that is nobody's own", noted(catalog, "/AcroForm", "/Note 32 0 R/AcroForm"), Change, codeCatalog},
		{"isa: an entry of a page that is nobody's own", noted(firstPage, "/Contents", "/Note(seen)/Contents"), Change, codePage},
		{"form: an entry of a new field that is nobody's own", noted(fresh, "/F 132", "/F 132/Note 32 0 R"), Change, codeField},
		{"isa: a program's own entry in a catalog that a page draws by", shared.update(g, second.and(sample{
			catalog: replace(s[catalog], "/AcroForm", "/ABCD_Note 32 0 R/AcroForm"), fresh + 2: streamBody("/Type/XObject/Subtype/Form/BBox[0 0 1 1]", "f")})),
			Change, codeShared},
		{"isa: encryption added in the trailer", trailer("/Encrypt<</Filter/None>>"), Read, "encrypted"},
	}
}
