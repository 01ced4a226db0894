//go:build interop

package interop

import (
	"maps"
	"slices"
	"strings"

	"tamga/certs/ca"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// print makes a specimen as the register does: with its data attached and a
// payload behind the address in its QR code.
func (p *press) print(name string, content pdf.Content) pdf.Prepared {
	p.t.Helper()
	made, err := p.layouts.Prepare(content, pdf.Meta{
		SignedAt: signtest.Now(), Data: []byte(`{"document": "` + name + `"}`), Schema: "https://tamga.example/schema/document.json",
		QR: "https://tamga.example/check/" + content.Number + "#" + strings.Repeat("6BF%6JBFD2P$", 20),
	})
	if err != nil {
		p.t.Fatalf("%s: %v", name, err)
	}
	return made
}

// documentRows are specimens of all kinds of documents, each signed once.
func documentRows(a *authority, p *press) []row {
	if a.family != ca.RSA && a.family != ca.ECDSA {
		return nil // pdfRows has the others, which most judges cannot read
	}
	var rows []row
	specimens := forms.Specimens()
	for _, name := range slices.Sorted(maps.Keys(specimens)) {
		r := row{name: "document/" + a.slug + "/" + name, kind: kindPDF, world: a.world, profiles: profiles}
		r.file = must(signtest.Sign(creation.Prepared(p.print(name, specimens[name])), a.keys[good], signtest.Now()))
		rows = append(rows, r.as("b-b", honest))
		if name == "licence-both" || name == "export-certificate" {
			rows = append(rows,
				r.with(a.lasting(r.file, creation.BaselineT)).as("b-t", honest),
				r.with(a.lasting(r.file, creation.BaselineLT)).as("b-lt", honest),
				r.with(a.lasting(r.file, creation.BaselineLTA)).as("b-lta", honest))
		}
	}
	return rows
}
