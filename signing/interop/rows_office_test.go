//go:build interop

package interop

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// exports are the PDF files that LibreOffice makes of a document: its options, and
// the profiles of veraPDF that the file claims.
var exports = []struct {
	name, options string
	profiles      []string
}{
	{"plain", `{}`, nil},
	{"hybrid", `{"IsAddStream":{"type":"boolean","value":"true"}}`, nil}, // the document itself inside, by /AdditionalStreams
	{"pdf-a-1", `{"SelectPdfVersion":{"type":"long","value":"1"}}`, []string{"1a"}},
	{"pdf-a-2", `{"SelectPdfVersion":{"type":"long","value":"2"}}`, []string{"2b"}},
	{"pdf-a-3", `{"SelectPdfVersion":{"type":"long","value":"3"}}`, []string{"3b"}},
	{"pdf-ua", `{"PDFUACompliance":{"type":"boolean","value":"true"}}`, []string{"ua1"}},
	// It breaks PDF/A-2 by itself there: no schema declares what it says of PDF/UA.
	{"pdf-a-2-ua", `{"SelectPdfVersion":{"type":"long","value":"2"},"PDFUACompliance":{"type":"boolean","value":"true"}}`, []string{"ua1"}},
}

// officeRows are files of LibreOffice that we signed, once, visibly, to last, and by
// two persons.
func officeRows(a *authority) []row {
	if a.family != ca.ECDSA || notInPath("soffice")() != "" {
		return nil
	}
	dir := a.t.TempDir()
	stamp := &appearance.Stamp{Page: 1, Place: pades.Rectangle{Left: 60, Bottom: 80, Right: 300, Top: 170}, Language: "kk", Address: "https://tamga.example/check"}
	var rows []row
	for _, e := range exports {
		file := a.exported(dir, e.options)
		sign := func(form creation.PDF, who string) []byte {
			return must(signtest.Sign(form, a.keys[who], signtest.Now()))
		}
		once := sign(creation.PDF{File: file, Reason: "Келісемін"}, good)
		base := row{name: fmt.Sprintf("pdf-office/%s/%s", a.slug, e.name), kind: kindPDF, world: a.world, profiles: e.profiles}
		rows = append(rows,
			base.with(once).as("b-b", honest),
			base.with(sign(creation.PDF{File: file, Stamp: stamp}, good)).as("stamped", honest),
			base.with(a.lasting(once, creation.BaselineLTA)).as("b-lta", honest),
			base.with(sign(creation.PDF{File: once}, second)).as("two-signatures", honest))
	}
	return rows
}

// exported has LibreOffice make a PDF file.
func (a *authority) exported(dir, options string) []byte {
	a.t.Helper()
	profile := "-env:UserInstallation=file://" + filepath.Join(dir, "profile")
	cmd := exec.Command("soffice", profile, "--headless", "--convert-to", "pdf:writer_pdf_Export:"+options, "--outdir", dir, "testdata/application.fodt")
	if said, err := cmd.CombinedOutput(); err != nil {
		a.t.Fatalf("LibreOffice, %s: %v %s", options, err, said)
	}
	return must(os.ReadFile(filepath.Join(dir, "application.pdf")))
}
