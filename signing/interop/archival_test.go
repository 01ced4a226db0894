//go:build interop

package interop

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// archival is a page with a line that keeps a profile of veraPDF: PDF/A in its
// parts and levels, or PDF/UA.
func archival(profile string) []byte {
	part, level := profile[:1], strings.ToUpper(profile[1:])
	names := fmt.Sprintf(`<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>%s</pdfaid:part><pdfaid:conformance>%s</pdfaid:conformance></rdf:Description>`, part, level)
	switch profile {
	case "4":
		names = `<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><pdfaid:part>4</pdfaid:part><pdfaid:rev>2020</pdfaid:rev></rdf:Description>`
	case "ua2":
		names = `<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>2</pdfuaid:part><pdfuaid:rev>2024</pdfuaid:rev></rdf:Description>`
	case "ua1":
		names = `<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><pdfuaid:part>1</pdfuaid:part></rdf:Description>`
	}
	metadata := "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\">" +
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` + names +
		`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt><rdf:li xml:lang="x-default">Agreement</rdf:li></rdf:Alt></dc:title></rdf:Description>` +
		`</rdf:RDF></x:xmpmeta><?xpacket end="r"?>`
	catalog, page, content := "", "", "/Black CS 0 SCN 60 690 m 500 690 l S"
	space, spaces := "", ""
	if profile == "ua2" {
		space, spaces = "/NS 9 0 R", "/Namespaces[9 0 R]"
	}
	if part == "u" || level == "A" {
		catalog = "/MarkInfo<</Marked true>>/Lang(kk-KZ)/StructTreeRoot 6 0 R/ViewerPreferences<</DisplayDocTitle true>>"
		page, content = "/StructParents 0", "/Figure<</MCID 0>>BDC "+content+" EMC"
	}
	file := signtest.PDF("/ID[<00112233445566778899AABBCCDDEEFF><00112233445566778899AABBCCDDEEFF>]",
		"<</Type/Catalog/Pages 2 0 R/Metadata 5 0 R"+catalog+">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
		"<</Type/Page/Parent 2 0 R/Resources<</ColorSpace<</Black[/CalGray<</WhitePoint[0.9505 1 1.089]>>]>>>>/Contents 4 0 R"+page+">>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(content), content),
		fmt.Sprintf("<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%s\nendstream", len(metadata), metadata),
		"<</Type/StructTreeRoot/K 7 0 R/ParentTree<</Nums[0[8 0 R]]>>/ParentTreeNextKey 1"+spaces+">>",
		"<</Type/StructElem/S/Document/P 6 0 R/K[8 0 R]"+space+">>",
		"<</Type/StructElem/S/Figure/Alt(a line)/A<</O/Layout/BBox[60 689 500 691]>>/P 7 0 R/Pg 3 0 R/K 0"+space+">>",
		"<</Type/Namespace/NS(http://iso.org/pdf2/ssn)>>",
	)
	switch {
	case part == "1":
		return []byte(strings.Replace(string(file), "%PDF-1.7", "%PDF-1.4", 1))
	case part == "4" || profile == "ua2":
		return []byte(strings.Replace(string(file), "%PDF-1.7", "%PDF-2.0", 1))
	}
	return file
}

// TestInteropArchivalKinds asks veraPDF about every kind of PDF/A and PDF/UA before and
// after it is signed, invisibly and with a stamp, at the lowest and the highest
// level.
func TestInteropArchivalKinds(t *testing.T) {
	b := batch{java("verapdf")}
	if why := notInFolder("java/classes")(); why != "" {
		t.Skip("verapdf: " + why)
	}
	a := newAuthority(t, "archival", ca.ECDSA)
	dir := t.TempDir()
	if kept := os.Getenv("TAMGA_INTEROP_FILES"); kept != "" {
		dir = kept
	}
	var lines []line
	ask := func(profile, name string, file []byte) {
		path, err := filepath.Abs(filepath.Join(dir, profile+"-"+name+".pdf"))
		if err == nil {
			err = os.WriteFile(path, file, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line{ID: profile + " " + name, Kind: kindPDF, File: path, Profile: profile, At: "2026-06-01T12:00:00Z"})
	}
	stamp := &appearance.Stamp{Page: 1, Place: pades.Rectangle{Left: 60, Bottom: 80, Right: 300, Top: 170}, Language: "kk", Address: "https://tamga.example/check"}
	for _, profile := range []string{"1a", "1b", "2a", "2b", "2u", "3a", "3b", "3u", "4", "ua1", "ua2"} {
		file := archival(profile)
		ask(profile, "unsigned", file)
		for name, form := range map[string]creation.PDF{
			"invisible": {File: file}, "stamped": {File: file, Stamp: stamp, Reason: "№ 64 бұйрық"}, "certified": {File: file, Certify: 2},
		} {
			signed := must(signtest.Sign(form, a.keys[good], signtest.Now()))
			ask(profile, name, signed)
			ask(profile, name+"-lta", a.lasting(signed, creation.BaselineLTA))
			if name != "certified" { // after which nothing may be seen that was not
				beside := *stamp
				beside.Place.Bottom, beside.Place.Top = 200, 290
				ask(profile, name+"-and-stamped", must(signtest.Sign(creation.PDF{File: signed, Stamp: &beside}, a.keys[second], signtest.Now())))
			}
		}
	}
	answers, err := b.run(lines)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.verdict != valid {
			t.Errorf("%s: %s %s", lines[i].ID, a.verdict, a.detail)
		}
	}
}
