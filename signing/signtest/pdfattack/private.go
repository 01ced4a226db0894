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
	certified := certified(2)
	filled := func(changed string) []byte {
		u := s.filled("New").and(sample{fresh + 2: streamBody("", "a note")})
		return s.update(g, u.edit(nameField, "/F 4", "/F 4"+changed))
	}
	signed := func(changed string) []byte {
		return s.update(g, sample{fresh: sigBody(""), fresh + 2: streamBody("", "a note"), emptyField: replace(s[emptyField], "/FT/Sig", "/FT/Sig/V 30 0 R"+changed)})
	}
	stored := func(changed string) []byte {
		u := certified.evidence(fresh).and(sample{40: streamBody("", "a note")})
		return certified.update(g, u.edit(fresh, "/Type/DSS", "/Type/DSS"+changed))
	}
	shared := s.edit(firstPage, "/XObject<</X1 9 0 R>>", "/XObject 1 0 R")
	return []Case{
		{"tolerated: a program's own entry in the catalog", noted(catalog, "/AcroForm", "/ABCD_Note 32 0 R/AcroForm"), Tolerated, codePrivate},
		{"tolerated: a program's own entry in a page", noted(firstPage, "/Contents", "/XXNote(seen)/PieceInfo<</ABCD<</Private 32 0 R>>>>/Contents"), Tolerated, codePrivate},
		{"tolerated: a program's own entry in the information of the document", noted(info, "/ModDate", "/ABCD_Note 32 0 R/XXSeen true/ModDate"), Tolerated, codePrivate},
		{"tolerated: a program's own entry in the form", noted(acroForm, "/SigFlags 3", "/SigFlags 3/ABCD_Note 32 0 R"), Tolerated, codePrivate},
		{"honest: a program's own entry in a field that is filled", filled("/ABCD_Note 32 0 R"), Honest, "forms filled or signed as permitted"},
		{"honest: a program's own entry in a field that is signed", signed("/ABCD_Note 32 0 R"), Honest, "forms filled or signed as permitted"},
		{"tolerated: a program's own entry in the store", stored("/ABCD_Note 40 0 R"), Tolerated, codePrivate},
		{"isa: an entry of the information that is nobody's own", noted(info, "/ModDate", "/Note 32 0 R/ModDate"), Change, codeTrailer},
		{"isa: an entry of the form that is nobody's own", noted(acroForm, "/SigFlags 3", "/SigFlags 3/Note 32 0 R"), Change, codeForm},
		{"form: an entry of a filled field that is nobody's own", filled("/Note 32 0 R"), Change, codeField},
		{"form: an entry of a signed field that is nobody's own", signed("/Note 32 0 R"), Change, codeField},
		{"isa: an entry of the store that is nobody's own", stored("/Note 40 0 R"), Change, codeDSS},
		{"isa: a program's own entry in information that a page draws by", s.edit(firstPage, "/XObject<</X1 9 0 R>>", "/XObject 19 0 R").update(g, second.and(sample{
			info: replace(s[info], "/ModDate", "/ABCD_Note 32 0 R/ModDate"), fresh + 2: streamBody("/Type/XObject/Subtype/Form/BBox[0 0 1 1]", "f")})),
			Change, codeShared},
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
