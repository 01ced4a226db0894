package signing_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/spool"
)

// A PDF of 200 MB, signed, is judged from where it lies: what is allocated is
// a small part of it, whether it is whole or damaged.
func TestLargePDF(t *testing.T) {
	const size, allowance = 200 << 20, 8 << 20
	pki := signtest.New(t, ca.ECDSA)
	path := filepath.Join(t.TempDir(), "large.pdf")
	writeLargePDF(t, path, size, pki.Person(signtest.Head()))
	judge := func() *signing.Verdict {
		t.Helper()
		file, err := spool.Open(path, signing.MaxDocument)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := verifyPDF(t, pki.Verifier, file.Bytes())
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > allowance {
			t.Errorf("%d bytes were allocated", used)
		}
		return got
	}
	if got := judge(); !got.Passed() {
		t.Errorf("whole: %s", signtest.Explain(got))
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{1}, size/2); err != nil {
		t.Fatal(err)
	}
	if got := judge(); got.SubIndication != signing.HashFailure {
		t.Errorf("one bit changed: %s", signtest.Explain(got))
	}
}

// writeLargePDF writes a signed file with one stream of about size zeros, most
// of which the file system need not store.
func writeLargePDF(t *testing.T, path string, size int64, key creation.Key) {
	t.Helper()
	var tail strings.Builder
	head := "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" +
		"1 0 obj\n<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[5 0 R]/SigFlags 3>>>>\nendobj\n" +
		"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
		"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Annots[5 0 R]>>\nendobj\n" +
		fmt.Sprintf("4 0 obj\n<</Length %d>>stream\n", size)
	at := int64(len(head)) + size // where the tail begins
	tail.WriteString("\nendstream\nendobj\n")
	places := map[int]int64{}
	begin := func(n int) { places[n] = at + int64(tail.Len()) }
	for n := 1; n <= 4; n++ {
		places[n] = int64(strings.Index(head, fmt.Sprintf("%d 0 obj", n)))
	}
	begin(5)
	tail.WriteString("5 0 obj\n<</Type/Annot/Subtype/Widget/FT/Sig/T(S)/F 132/Rect[0 0 0 0]/P 3 0 R/V 6 0 R>>\nendobj\n")
	begin(6)
	tail.WriteString("6 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260601120000Z)/ByteRange[")
	ranges := tail.Len()
	const hole = 8192
	tail.WriteString(strings.Repeat(" ", 40) + "]/Contents ")
	gap := at + int64(tail.Len())
	tail.WriteString("<" + strings.Repeat("0", hole) + ">")
	end := at + int64(tail.Len())
	tail.WriteString(">>\nendobj\n")
	begin(7)
	fmt.Fprintf(&tail, "xref\n0 7\n0000000000 65535 f \n")
	for n := 1; n <= 6; n++ {
		fmt.Fprintf(&tail, "%010d 00000 n \n", places[n])
	}
	fmt.Fprintf(&tail, "trailer\n<</Size 7/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", places[7])
	last := []byte(tail.String())
	copy(last[ranges:], fmt.Sprintf("0 %d %d %d", gap, end, at+int64(len(last))-end))

	digest := sha256.New()
	digest.Write([]byte(head))
	zeros := make([]byte, 1<<20)
	for left := size; left > 0; left -= int64(len(zeros)) {
		digest.Write(zeros[:min(left, int64(len(zeros)))])
	}
	digest.Write(last[:gap-at])
	digest.Write(last[end-at:])
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	signed, err := m.Make(cms.ToSign{MessageDigest: digest.Sum(nil)})
	if err != nil {
		t.Fatal(err)
	}
	hex.Encode(last[gap-at+1:], signed)
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(head); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(last, at); err != nil {
		t.Fatal(err)
	}
}
