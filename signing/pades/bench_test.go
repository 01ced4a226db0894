package pades

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// BenchmarkRead reads a file of 100 KB with one signature of real size, and one
// of many small objects. With TAMGA_BENCH_PDF it reads that file too.
func BenchmarkRead(b *testing.B) {
	page := sample{
		5: mustReplace(signatureBody, contentsHole, "<"+strings.Repeat("00", 8192)+">/Was "+contentsHole),
		8: "<</Length 80000>>stream\n" + strings.Repeat("BT (x) Tj ET\n", 6154)[:80000] + "\nendstream",
	}
	form := sample{}
	for n := 10; n < 1000; n++ {
		form[n] = fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(Field %d)/Rect[0 0 100.5 20]/P 3 0 R/DA(/F1 12 Tf)>>", n)
	}
	files := map[string][]byte{"page": page.build(), "form": form.build()}
	if file, err := os.ReadFile(os.Getenv("TAMGA_BENCH_PDF")); err == nil {
		files["file"] = file
	}
	for name, file := range files {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(file); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
