package pdfgrammar

import (
	"os"
	"testing"

	"tamga/signing/signtest/pdfattack"
)

func TestCraft(t *testing.T) {
	for name, streams := range map[string]bool{"s": true, "t": false} {
		w := pdfattack.NewWriter(pdfattack.Signers{})
		w.Put(1, "<</Type/Catalog/Pages 2 0 R/AcroForm 7 0 R/OCProperties 32 0 R/StructTreeRoot 32 0 R/Names 32 0 R>>")
		w.Put(2, "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 200 200]>>")
		w.Put(3, "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Annots[8 0 R 32 0 R]/Resources<</XObject<</Z 32 0 R>>>>>>")
		w.Put(5, pdfattack.Signature(""))
		w.Put(6, pdfattack.Stream("", "/Z Do 0 0 1 rg 0 0 200 200 re f"))
		w.Put(7, "<</Fields[8 0 R]/SigFlags 3>>")
		w.Put(8, "<</Type/Annot/Subtype/Widget/FT/Sig/T(S)/Rect[0 0 0 0]/F 132/P 3 0 R/V 5 0 R>>")
		w.Put(40, "null")
		w.Junk("6 0 obj\n" + pdfattack.Stream("", "1 0 0 rg 0 0 200 200 re f") + "\nendobj\n")
		var b []byte
		if streams {
			b = w.EndStream(41, "")
		} else {
			b = w.End("")
		}
		os.WriteFile("/tmp/pt/craft-"+name+"-b.pdf", b, 0o644)
		os.WriteFile("/tmp/pt/craft-"+name+"-a.pdf", w.End(""), 0o644)
	}
}
