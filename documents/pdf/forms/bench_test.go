package forms

import (
	"testing"
	"time"

	"tamga/documents/pdf"
)

// BenchmarkLicence is what a licence takes from its content to its file, into
// memory that is used again.
func BenchmarkLicence(b *testing.B) {
	drafts, _ := specimenDrafts()
	l, m := compiled(b), pdf.Meta{SignedAt: time.Date(2026, time.November, 22, 13, 41, 0, 0, time.UTC)}
	b.ReportAllocs()
	for b.Loop() {
		p, err := l.Prepare(Of(drafts["licence"], nil), m)
		if err != nil {
			b.Fatal(err)
		}
		m.Into = p.File
	}
}
