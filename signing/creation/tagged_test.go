package creation_test

import (
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// TestInvisibleSignatureOfATaggedDocument: a page of a tagged document that gets its
// first annotation says in which order annotations are read, as PDF/UA asks for
// (ISO 14289-1, 7.18.3); what has an order keeps it, and a further signature changes
// nothing of the page that the first one covers.
func TestInvisibleSignatureOfATaggedDocument(t *testing.T) {
	const tagged = "/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R"
	p := signtest.New(t, ca.ECDSA)
	for name, c := range map[string]struct {
		catalog, page string
		want          pades.Object
	}{
		"tagged":           {tagged, "/StructParents 0", pades.Name("S")},
		"in order":         {tagged, "/Tabs/S", pades.Name("S")},
		"in another order": {tagged, "/Tabs/R", pades.Name("R")},
		"with a version":   {tagged + "/Version/1.7", "", pades.Name("S")},
		"not marked":       {"/MarkInfo<</Marked false>>/StructTreeRoot 5 0 R", "", nil},
		"no structure":     {"/MarkInfo<</Marked true>>", "", nil},
		"neither":          {"", "", nil},
	} {
		file := sheetOf(c.catalog, c.page, "<</Type/StructTreeRoot>>")
		for _, key := range []creation.Key{p.Person(signtest.Head()), p.Person(signtest.Applicant())} {
			file = mustSign(t, file, key, creation.PDF{})
			doc, err := pades.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			page, err := doc.ResolveDict(len(doc.Revisions)-1, pades.Ref{Number: 3})
			if err != nil {
				t.Fatal(err)
			}
			if got := page.Get("Tabs"); got != c.want {
				t.Errorf("%s, after %d signatures: /Tabs is %v, want %v", name, len(doc.Signatures), got, c.want)
			}
		}
		everyRevision(t, p.Verifier, file, 2)
	}
}

// TestStampBelowTheDocument: the element of a stamp stands below the root of the
// structure, and where PDF 2.0 lets only a document stand there, below that, in its
// namespace and with the words that PDF/UA-2 asks for (ISO 14289-2, 8.2.5.2 and
// 8.10.2.3). A second stamp stands beside the first.
func TestStampBelowTheDocument(t *testing.T) {
	const tagged = "/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R"
	const namespace = "<</Type/Namespace/NS(http://iso.org/pdf2/ssn)>>"
	root, document := pades.Ref{Number: 5}, pades.Ref{Number: 6}
	p := signtest.New(t, ca.ECDSA)
	for name, c := range map[string]struct {
		root, document, namespace string
		below                     pades.Ref
	}{
		"of PDF 2.0":            {"/K 6 0 R", "<</Type/StructElem/S/Document/P 5 0 R/NS 7 0 R>>", namespace, document},
		"with children":         {"/K[6 0 R]", "<</Type/StructElem/S/Document/P 5 0 R/K[8 0 R]/NS 7 0 R>>", namespace, document},
		"with a child":          {"/K[6 0 R]", "<</Type/StructElem/S/Document/P 5 0 R/K 8 0 R/NS 7 0 R>>", namespace, document},
		"without namespace":     {"/K 6 0 R", "<</Type/StructElem/S/Document/P 5 0 R>>", namespace, root},
		"in another namespace":  {"/K 6 0 R", "<</Type/StructElem/S/Document/P 5 0 R/NS 7 0 R>>", "<</Type/Namespace/NS(http://iso.org/pdf/ssn)>>", root},
		"another element":       {"/K 6 0 R", "<</Type/StructElem/S/Part/P 5 0 R/NS 7 0 R>>", namespace, root},
		"one of two":            {"/K[6 0 R 8 0 R]", "<</Type/StructElem/S/Document/P 5 0 R/NS 7 0 R>>", namespace, root},
		"an element of nothing": {"", "<</Type/StructElem/S/Document/P 5 0 R/NS 7 0 R>>", namespace, root},
	} {
		above := "6 0 R"
		if c.root == "/K[6 0 R 8 0 R]" {
			above = "5 0 R"
		}
		file := sheetOf(tagged, "", "<</Type/StructTreeRoot"+c.root+"/Namespaces[7 0 R]>>", c.document, c.namespace,
			"<</Type/StructElem/S/Sect/P "+above+"/NS 7 0 R>>")
		for i, key := range []creation.Key{p.Person(signtest.Head()), p.Person(signtest.Applicant())} {
			place := pades.Rectangle{Left: 60, Bottom: 80 + 200*float64(i), Right: 300, Top: 170 + 200*float64(i)}
			file = mustSign(t, file, key, creation.PDF{Stamp: &appearance.Stamp{Page: 1, Place: place, Language: "kk"}})
			below, fitted := formElements(t, file)
			if len(below) != i+1 || below[i] != c.below || fitted != (c.below == document) {
				t.Errorf("%s: the elements of %d stamps stand below %v, in the namespace: %v", name, i+1, below, fitted)
			}
		}
		everyRevision(t, p.Verifier, file, 2)
	}
}

// formElements returns below what the elements of stamps stand, each where its parent
// has it, and whether all have the namespace and their widgets words.
func formElements(t *testing.T, file []byte) (below []pades.Ref, fitted bool) {
	t.Helper()
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	newest := len(doc.Revisions) - 1
	resolve := func(o pades.Object) pades.Dict {
		dict, err := doc.ResolveDict(newest, o)
		if err != nil {
			t.Fatal(err)
		}
		return dict
	}
	fitted = true
	for _, parent := range []pades.Ref{{Number: 5}, {Number: 6}} {
		kids, err := doc.Resolve(newest, resolve(parent).Get("K"))
		if err != nil {
			t.Fatal(err)
		}
		list, _ := kids.(pades.Array)
		for _, o := range list {
			element := resolve(o)
			if element.Name("S") != "Form" || element.Get("P") != pades.Object(parent) {
				continue
			}
			below = append(below, parent)
			held, _ := element.Get("K").(pades.Dict)
			widget := resolve(held.Get("Obj"))
			words, _ := widget.Get("Contents").(pades.String)
			fitted = fitted && element.Get("NS") == pades.Object(pades.Ref{Number: 7}) && strings.Contains(words.Text(), "2026")
		}
	}
	return below, fitted
}
