package signing_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
)

// pdfWorld is a signed PDF, and whoever may stamp it.
type pdfWorld struct {
	pki           *signtest.PKI
	key           creation.Key
	first, second *tsa.Authority
	file          []byte
}

func newPDFWorld(t testing.TB) *pdfWorld {
	w := &pdfWorld{pki: signtest.New(t, ca.ECDSA)}
	w.key = w.pki.Person(signtest.Head())
	w.first = w.pki.TSAWith(ca.Service{NotAfter: day(30), Name: "FIRST"})
	w.second = w.pki.TSAWith(ca.Service{NotAfter: day(900), Name: "SECOND"})
	w.file = signedPDF(t, w.key)
	return w
}

// stamp adds a document timestamp.
func (w *pdfWorld) stamp(t testing.TB, a *tsa.Authority, n int) {
	t.Helper()
	var err error
	if w.file, err = signtest.AddDocTimestamp(w.file, stamperAt(t, a, n)); err != nil {
		t.Fatal(err)
	}
}

// prove adds a security store about the signer and an authority.
func (w *pdfWorld) prove(t testing.TB, a *tsa.Authority, n int) {
	t.Helper()
	publish(t, w.pki, n)
	var m signing.Material
	for _, c := range []*certs.Certificate{w.key.Certificate, a.Certificate} {
		more, err := w.pki.Gatherer().Gather(t.Context(), c, nil, day(n))
		if err != nil {
			t.Fatal(err)
		}
		m.Add(more)
	}
	var err error
	if w.file, err = signtest.AddDSS(w.file, pades.DSS{Certs: m.Certificates, CRLs: m.CRLs, OCSPs: m.OCSPs}); err != nil {
		t.Fatal(err)
	}
}

// Document timestamps and a security store bring a PDF signature from level to
// level. What was added after it does not concern this test.
func TestPDFLevels(t *testing.T) {
	w := newPDFWorld(t)
	signed := 0
	expect := func(asked int, level string, best int, stamps int) {
		t.Helper()
		got, err := w.pki.Verifier.VerifyPDF(context.Background(), w.file, signing.Question{At: day(asked)})
		if err != nil {
			t.Fatal(err)
		}
		s := got.Signers[0]
		if len(got.Signers) != 1 || s.Level != level || !s.BestSignatureTime.Equal(day(best)) || len(got.Timestamps) != stamps {
			t.Errorf("%s, %s, best signature time %v, %d timestamps; want %s, %v", signtest.Explain(got), s.Level, s.BestSignatureTime, len(got.Timestamps), level, day(best))
			for _, ts := range got.Timestamps {
				t.Logf("%s known since %v: %s %s %s", ts.Authority, ts.KnownSince, ts.Indication, ts.SubIndication, ts.Detail)
			}
		}
		for _, c := range s.Checks {
			bad := c.Status == signing.CheckFailed || c.Status == signing.CheckUndetermined
			if bad && c.Name != signing.CheckFormat {
				t.Errorf("%s: %s", c.Name, c.Detail)
			}
		}
		signed++
	}
	publish(t, w.pki, 0)
	expect(0, signing.LevelBB, 0, 0)
	w.stamp(t, w.first, 0)
	expect(0, signing.LevelBT, 0, 1)
	w.prove(t, w.first, 2)
	expect(2, signing.LevelLT, 0, 1)
	// While the lists in the store are in force: an archive that comes later
	// proves them too late.
	w.stamp(t, w.second, 2)
	publish(t, w.pki, 3)
	expect(3, signing.LevelLTA, 0, 2)
	// The first authority has expired; the second timestamp proves it older,
	// and with it the signer, who has expired as well.
	publish(t, w.pki, 400)
	expect(400, signing.LevelLTA, 0, 2)
	// What the file carries is all there is about the signer.
	w.pki.Authority.Revoke(w.key.Certificate.Serial, day(300), revocation.Superseded)
	publish(t, w.pki, 400)
	expect(400, signing.LevelLTA, 0, 2)
}

// A broken document timestamp fails the file, whatever the signature is worth.
func TestBrokenDocumentTimestamp(t *testing.T) {
	w := newPDFWorld(t)
	w.stamp(t, w.first, 0)
	doc, err := pades.Read(w.file)
	if err != nil {
		t.Fatal(err)
	}
	stamp := doc.Signatures[1]
	// The timestamp of another file of the same size in its place.
	other := &pdfWorld{pki: w.pki, file: signedPDF(t, w.pki.Person(signtest.Head()))}
	other.stamp(t, w.first, 0)
	theirs, err := pades.Read(other.file)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(file []byte){
		"of another file": func(file []byte) {
			from, hole := theirs.Signatures[1], int(stamp.ContentsEnd-stamp.ContentsStart)
			if int(from.ContentsEnd-from.ContentsStart) != hole {
				t.Fatal("the two holes differ in size")
			}
			copy(file[stamp.ContentsStart:], other.file[from.ContentsStart:from.ContentsEnd])
		},
		"signature value": func(file []byte) { file[int(stamp.ContentsStart)+2*len(stamp.Contents)] ^= 1 },
		"empty": func(file []byte) {
			for i := stamp.ContentsStart + 1; i < stamp.ContentsEnd-1; i++ {
				file[i] = '0'
			}
		},
	} {
		bad := bytes.Clone(w.file)
		change(bad)
		got, err := w.pki.Verifier.VerifyPDF(context.Background(), bad, signing.Question{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Indication != signing.TotalFailed || len(got.Timestamps) != 1 || got.Timestamps[0].Trusted() {
			t.Errorf("%s: %s, %+v", name, signtest.Explain(got), got.Timestamps)
		}
	}
}

// A timestamp says that a file existed, and not who answers for it.
func TestPDFWithTimestampOnly(t *testing.T) {
	w := newPDFWorld(t)
	plain := "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n" +
		"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>\nendobj\n"
	plain += fmt.Sprintf("xref\n0 4\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n",
		strings.Index(plain, "1 0 obj"), strings.Index(plain, "2 0 obj"), strings.Index(plain, "3 0 obj"), len(plain))
	stamped, err := signtest.AddDocTimestamp([]byte(plain), stamperAt(t, w.first, 0))
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.pki.Verifier.VerifyPDF(context.Background(), stamped, signing.Question{})
	if err != nil || got.Passed() || len(got.Signers) != 0 || len(got.Timestamps) != 1 {
		t.Errorf("%v %s", err, signtest.Explain(got))
	}
}
