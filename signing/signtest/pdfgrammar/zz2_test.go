package pdfgrammar

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest/pdfattack"
)

func TestFind(t *testing.T) {
	want := strings.Split(os.Getenv("WANT"), ",")
	if len(want) < 2 {
		t.Skip()
	}
	n, perm := 0, 0
	for i := uint64(0); i < 60000 && n < 60; i++ {
		p := Generate(rand.New(rand.NewPCG(77, i)), pdfattack.Signers{})
		s := strings.Join(p.Story, "; ")
		ok := true
		for _, w := range want {
			ok = ok && strings.Contains(s, w)
		}
		if !ok {
			continue
		}
		n++
		doc, err := pades.Read(p.File)
		if err != nil || len(doc.Unreadable) > 0 {
			fmt.Println("unread", err, doc != nil && len(doc.Unreadable) > 0)
			if doc != nil {
				fmt.Println(doc.Unreadable[0])
			}
			continue
		}
		r, err := changes.Since(doc, &doc.Signatures[0], changes.Annotations)
		if err != nil || !r.Allowed() {
			continue
		}
		perm++
		os.WriteFile("/tmp/pt/b.pdf", p.File[:p.Views[0].Length], 0o644)
		os.WriteFile("/tmp/pt/a.pdf", p.File, 0o644)
		for _, v := range []string{"pdftoppm -q -r 36", "mutool draw -q -F ppm -o - -r 36"} {
			f := strings.Fields(v)
			x, _ := exec.Command(f[0], append(f[1:], "/tmp/pt/b.pdf")...).Output()
			y, _ := exec.Command(f[0], append(f[1:], "/tmp/pt/a.pdf")...).Output()
			fmt.Println(i, f[0], bytes.Equal(x, y), s)
		}
	}
	fmt.Println(n, perm)
}
