package changes_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"tamga/signing/pades/changes"
)

// TestStructureGrows signs tagged documents: programs give the widget an element of
// its own, below the root or the document, and the way back to it.
func TestStructureGrows(t *testing.T) {
	base := signedPart(t, "honest: a field of a tagged document filled")
	field := map[int]string{
		10: "<</Fields[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 30 0 R]/SigFlags 3/DR<</Font<</F1 8 0 R>>>>/DA(/F1 12 Tf)>>",
		30: "<</Type/Annot/Subtype/Widget/Rect[0 0 0 0]/FT/Sig/T(Other)/StructParent 2>>",
		31: "<</Type/StructElem/S/Form/P 24 0 R/Pg 3 0 R/Alt(signed)/K<</Type/OBJR/Obj 30 0 R/Pg 3 0 R>>>>",
	}
	const (
		root     = "<</Type/StructTreeRoot/K[25 0 R 31 0 R]/ParentTree<</Nums[0 26 0 R 1 27 0 R 2 31 0 R]>>/ParentTreeNextKey 3>>"
		document = "<</Type/StructElem/S/Document/P 24 0 R/K[26 0 R 27 0 R 31 0 R]>>"
		below    = "<</S/Form/P 25 0 R/K<</Type/OBJR/Obj 30 0 R>>>>"
		alone    = "<</Type/StructTreeRoot/K 25 0 R/ParentTree<</Nums[0 26 0 R 1 27 0 R 2 31 0 R]>>>>"
	)
	for name, c := range map[string]struct {
		with    map[int]string
		allowed bool
	}{
		"below the root":            {map[int]string{24: root}, true},
		"below an only document":    {map[int]string{24: alone, 25: document, 31: below}, true},
		"without saying where":      {map[int]string{24: alone, 25: document}, false}, // 31 names another parent
		"and the document speaks":   {map[int]string{24: alone, 25: strings.Replace(document, "/K", "/Alt(100)/K", 1), 31: below}, false},
		"and the document changes":  {map[int]string{24: alone, 25: strings.Replace(document, "/Document", "/Art", 1), 31: below}, false},
		"with the object apart":     {map[int]string{24: root, 31: "<</S/Form/P 24 0 R/K[32 0 R]>>", 32: "<</Type/OBJR/Obj 30 0 R>>"}, true},
		"with a node of its own":    {map[int]string{24: "<</Type/StructTreeRoot/K[25 0 R 31 0 R]/ParentTree<</Nums[0 26 0 R 1 27 0 R]/Kids[33 0 R]>>>>", 33: "<</Nums[2 31 0 R]/Limits[2 2]>>"}, true},
		"without the way back":      {map[int]string{24: "<</Type/StructTreeRoot/K[25 0 R 31 0 R]/ParentTree<</Nums[0 26 0 R 1 27 0 R]>>>>"}, true},
		"nothing in the structure":  {map[int]string{31: "null"}, true},
		"with words of its own":     {map[int]string{24: root, 31: "<</S/Form/P 24 0 R/ActualText(100)/K<</Type/OBJR/Obj 30 0 R>>>>"}, false},
		"as a paragraph":            {map[int]string{24: root, 31: "<</S/P/P 24 0 R/K<</Type/OBJR/Obj 30 0 R>>>>"}, false},
		"about an old field":        {map[int]string{24: root, 31: "<</S/Form/P 24 0 R/K<</Type/OBJR/Obj 12 0 R>>>>"}, false},
		"about what the page shows": {map[int]string{24: root, 31: "<</S/Form/P 24 0 R/Pg 3 0 R/K 0>>"}, false},
		"about the field and more":  {map[int]string{24: root, 31: "<</S/Form/P 24 0 R/Pg 3 0 R/K[<</Type/OBJR/Obj 30 0 R>> 0]>>"}, false},
		"before the document":       {map[int]string{24: "<</Type/StructTreeRoot/K[31 0 R 25 0 R]/ParentTree<</Nums[0 26 0 R 1 27 0 R 2 31 0 R]>>>>"}, false},
		"instead of the document":   {map[int]string{24: "<</Type/StructTreeRoot/K 31 0 R/ParentTree<</Nums[0 26 0 R 1 27 0 R 2 31 0 R]>>>>"}, false},
		"with words on the widget":  {map[int]string{24: root, 30: strings.Replace(field[30], "/Subtype", "/Contents(signed)/Subtype", 1)}, true},
		"with words that are none":  {map[int]string{24: root, 30: strings.Replace(field[30], "/Subtype", "/Contents 4 0 R/Subtype", 1)}, false},
		"with roles":                {map[int]string{24: "<</Type/StructTreeRoot/RoleMap<</Form/Artifact>>/K[25 0 R 31 0 R]/ParentTree<</Nums[0 26 0 R 1 27 0 R 2 31 0 R]>>>>"}, false},
		"for an old number":         {map[int]string{24: "<</Type/StructTreeRoot/K[25 0 R 31 0 R]/ParentTree<</Nums[0 31 0 R 1 27 0 R]>>>>"}, false},
		"leading to an old element": {map[int]string{24: "<</Type/StructTreeRoot/K[25 0 R 31 0 R]/ParentTree<</Nums[0 26 0 R 1 27 0 R 2 27 0 R]>>>>"}, false},
		"without the tree":          {map[int]string{24: "<</Type/StructTreeRoot/K[25 0 R 31 0 R]>>"}, false},
		"and an old element loses":  {map[int]string{24: alone, 25: "<</Type/StructElem/S/Document/P 24 0 R/K[27 0 R 31 0 R]>>"}, false},
		"and an old element speaks": {map[int]string{24: root, 26: "<</Type/StructElem/S/Form/Alt(100)/P 25 0 R/Pg 3 0 R/K<</Type/OBJR/Obj 12 0 R/Pg 3 0 R>>>>"}, false},
		"and an old one is another": {map[int]string{24: root, 25: "<</Type/StructElem/S/Art/P 24 0 R/K[26 0 R 27 0 R]>>"}, false},
		"a root that is a page's":   {map[int]string{24: root, 3: "<</Type/Page/Parent 2 0 R/Resources 24 0 R>>"}, false},
	} {
		objects := maps.Clone(field)
		maps.Copy(objects, c.with)
		report := updated(t, base, objects)
		if report.Allowed() != c.allowed || c.allowed && name != "nothing in the structure" && !slices.ContainsFunc(report.Findings, func(f changes.Finding) bool { return f.Code == changes.CodeStructureGrows }) {
			t.Errorf("%s: allowed %v, want %v: %+v", name, report.Allowed(), c.allowed, report.Forbidden())
		}
	}
	// A field that was there long since gets nothing.
	if report := updated(t, base, map[int]string{24: root, 31: field[31]}); report.Allowed() {
		t.Errorf("without a new field: %v", report)
	}
}
