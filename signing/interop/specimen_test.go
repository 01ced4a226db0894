//go:build interop

package interop

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/regulation"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// TestInteropSpecimens asks veraPDF about documents that are marked as specimens,
// because a repealed edition of the rules is run by its name.
func TestInteropSpecimens(t *testing.T) {
	if why := notInFolder("java/classes")(); why != "" {
		t.Skip("verapdf: " + why)
	}
	law := must(regulation.ShippedLaw())
	editions, known := law.Specimens("2012-159", documents.CivilDate(signtest.Now()))
	if !known {
		t.Fatal("there is no edition of 2012")
	}
	layouts := must(pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: editions}))
	a, dir := newAuthority(t, "specimens", ca.ECDSA), t.TempDir()
	var lines []line
	all := forms.Specimens()
	for _, name := range []string{"export-certificate", "conclusion"} { // on pages in landscape, too
		all[name+"-long"] = listed(all[name], 90)
	}
	for name, content := range all {
		prepared := must(layouts.Prepare(content, pdf.Meta{SignedAt: signtest.Now()}))
		file := must(signtest.Sign(creation.Prepared(prepared), a.keys[good], signtest.Now()))
		path := filepath.Join(dir, name+".pdf")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, profile := range []string{"3b", "ua1"} {
			lines = append(lines, line{ID: profile + " " + name, Kind: kindPDF, File: path, Profile: profile, At: "2026-06-01T12:00:00Z"})
		}
	}
	answers, err := batch{java("verapdf")}.run(lines)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range answers {
		if a.verdict != valid {
			t.Errorf("%s: %s %s", lines[i].ID, a.verdict, a.detail)
		}
	}
}

// listed is a content whose list of objects has so many rows.
func listed(c pdf.Content, rows int) pdf.Content {
	usual := c.Tables["objects"]
	c.Tables = maps.Clone(c.Tables)
	many := pdf.Table{Columns: usual.Columns}
	for i := range rows {
		many.Rows = append(many.Rows, usual.Rows[i%len(usual.Rows)])
	}
	c.Tables["objects"] = many
	return c
}
