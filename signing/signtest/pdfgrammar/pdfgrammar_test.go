package pdfgrammar

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest/pdfattack"
)

// The same chance must draw the same pair: a failure of the oracle is looked at by
// its number.
func TestAPairIsDrawnAgain(t *testing.T) {
	draw := func(n uint64) Pair { return Generate(rand.New(rand.NewPCG(1, n)), pdfattack.Signers{}) }
	for n := range uint64(50) {
		if a, b := draw(n), draw(n); !bytes.Equal(a.File, b.File) || len(a.Views) != len(b.Views) {
			t.Fatalf("pair %d is drawn differently", n)
		}
	}
}

// A grammar whose files our reader refuses, or whose changes are all alike,
// would ask nothing of the judge.
func TestPairsAreReadableAndOfEveryKind(t *testing.T) {
	const drawn = 600
	read, allowed, plain := 0, 0, 0
	codes := map[string]int{}
	for n := range uint64(drawn) {
		p := Generate(rand.New(rand.NewPCG(2, n)), pdfattack.Signers{})
		doc, err := pades.Read(p.File)
		if err != nil || len(doc.Unreadable) > 0 || len(doc.Signatures) == 0 || doc.Signatures[0].Revision != 0 {
			continue
		}
		report, err := changes.Since(doc, &doc.Signatures[0], changes.Annotations)
		if err != nil {
			continue
		}
		read++
		for _, f := range report.Forbidden() {
			codes[f.Code]++
		}
		if report.Allowed() {
			allowed++
		}
		if report.Allowed() && p.Plain {
			plain++
		}
	}
	t.Logf("of %d pairs %d are read, %d allowed, %d of them plain; refused for %v", drawn, read, allowed, plain, codes)
	if read < drawn*8/10 || allowed < drawn/10 || plain < drawn/20 || len(codes) < 20 {
		t.Error("the pairs are too much alike")
	}
}
