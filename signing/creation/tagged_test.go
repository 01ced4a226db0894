package creation_test

import (
	"testing"

	"tamga/certs/ca"
	"tamga/signing/creation"
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
