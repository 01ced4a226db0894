package pdf

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// signer signs files for tests.
func signer(t testing.TB, family ca.Family) (creation.Key, *signtest.PKI) {
	pki := signtest.New(t, family)
	return pki.Person(signtest.Head()), pki
}

// TestSigned checks that every kind of document can be signed in the room that
// is left for it, changes nowhere else, and passes our own verifier.
func TestSigned(t *testing.T) {
	l := compiled(t)
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		key, pki := signer(t, family)
		for name, doc := range samples(t) {
			if family != ca.RSA && !strings.HasPrefix(name, "licence") {
				continue
			}
			prepared := render(t, l, doc)
			file, err := signtest.SignHole(prepared, key, signtest.Now())
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if len(file) != len(prepared) {
				t.Errorf("%s: signing changed the length", name)
			}
			v, err := pki.Verifier.VerifyPDF(context.Background(), file, signing.Question{At: signtest.Now()})
			if err != nil || !v.Passed() {
				t.Errorf("%s: %v %v", name, v.Indication, err)
			}
			if flipped := bytes.Clone(file); true {
				flipped[len(flipped)/2] ^= 1
				if v, err := pki.Verifier.VerifyPDF(context.Background(), flipped, signing.Question{At: signtest.Now()}); err == nil && v.Passed() {
					t.Errorf("%s: a changed file passes", name)
				}
			}
		}
	}
}

// TestPDFSig asks poppler about a signed file.
func TestPDFSig(t *testing.T) {
	key, _ := signer(t, ca.RSA)
	l := compiled(t)
	for name, doc := range samples(t) {
		file, err := signtest.SignHole(render(t, l, doc), key, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "signed.pdf")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		out := tool(t, "pdfsig", "-nocert", path)
		for _, want := range []string{"Signature is Valid.", "Total document signed", "ETSI.CAdES.detached"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: pdfsig does not say %q:\n%s", name, want, out)
			}
		}
	}
}

// TestSamples writes the signed samples into a folder to be looked at.
func TestSamples(t *testing.T) {
	dir := os.Getenv("TAMGA_PDF_SAMPLES")
	if dir == "" {
		t.Skip("set TAMGA_PDF_SAMPLES to a folder to write the samples there")
	}
	l := compiled(t)
	key, _ := signer(t, ca.RSA)
	all := samples(t)
	for i, doc := range stretched(t) {
		all[fmt.Sprintf("stretched-%d", i)] = doc
	}
	big := specimens(t)["export-certificate"]
	big.Tables["objects"] = objects(t, 500)
	all["export-500"] = big
	for name, doc := range all {
		file, err := signtest.SignHole(render(t, l, doc), key, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), file, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkSigned is one licence with its data attached, rendered and signed,
// beside the bare signature.
func BenchmarkSigned(b *testing.B) {
	l, doc := compiled(b), specimens(b)["licence"]
	meta := Meta{SignedAt: signtest.Now(), Data: sampleData, Schema: sampleSchema}
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA} {
		key, _ := signer(b, family)
		b.Run(family.String()+"/raw", func(b *testing.B) { benchRaw(b, key) })
		b.Run(family.String()+"/licence", func(b *testing.B) {
			b.ReportAllocs()
			defer cpu(b)()
			for b.Loop() {
				file, err := l.Render(doc, meta)
				if err != nil {
					b.Fatal(err)
				}
				if _, err = signtest.SignHole(file, key, signtest.Now()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchRaw(b *testing.B, key creation.Key) {
	digest := make([]byte, 32)
	defer cpu(b)()
	for b.Loop() {
		if _, err := key.Signer.Sign(rand.Reader, digest, crypto.SHA256); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPrepared checks range and digest against the file itself.
func TestPrepared(t *testing.T) {
	l := compiled(t)
	var into []byte
	for name, c := range specimens(t) {
		p, err := l.Prepare(c, meta())
		if err != nil {
			t.Fatal(err)
		}
		again := meta()
		again.Into = into
		if q, err := l.Prepare(c, again); err != nil || !bytes.Equal(q.File, p.File) || cap(into) > len(p.File) && &q.File[0] != &into[:1][0] {
			t.Errorf("%s: another file in memory that is used again (%v)", name, err)
		}
		into = append(into[:0], p.File...)
		r := p.ByteRange
		h := sha256.New()
		h.Write(p.File[r[0]:r[1]])
		h.Write(p.File[r[2] : r[2]+r[3]])
		if !bytes.Equal(h.Sum(nil), p.SHA256[:]) {
			t.Errorf("%s: the digest is not that of the two parts", name)
		}
		if want := fmt.Sprintf("/ByteRange [0 %d %d %d]", r[1], r[2], r[3]); !bytes.Contains(p.File, []byte(want)) || r[2]+r[3] != len(p.File) {
			t.Errorf("%s: the file has no %s", name, want)
		}
	}
}

// TestSize keeps the promise about two-page licences, with the data attached
// and a signed payload in the QR code.
func TestSize(t *testing.T) {
	m := meta()
	m.Data = bytes.Repeat([]byte(`{"field":"Археологиялық жұмыстар","n":12345},`), 30)
	m.QR = "https://tamga.example/check/26000017#" + strings.Repeat("6BF%6JBFD2P$", 30)
	for _, doc := range []Content{specimens(t)["licence"], naturalLicence(t)} {
		file, err := compiled(t).Render(doc, m)
		if err != nil {
			t.Fatal(err)
		}
		if len(file) > 60<<10 {
			t.Errorf("%d bytes", len(file))
		}
	}
}
