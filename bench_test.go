package tamga_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/gost"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// BenchmarkRatios prints what the service costs as a share of the raw limit
// beside it: the bare signature operation, measured in the same run, in turns,
// on one core. The absolute numbers are the machine's; the shares are ours.
// Run it with -benchtime 1x: it takes its own samples.
func BenchmarkRatios(b *testing.B) {
	runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(runtime.NumCPU())
	b.Run("verify", benchRawVerifications)
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		b.Run("VerifyCMS/"+family.String(), func(b *testing.B) { benchVerifyCMS(b, family) })
		b.Run("SignCMS/"+family.String(), func(b *testing.B) { benchSignCMS(b, family) })
	}
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		b.Run("VerifyPDF/"+family.String(), func(b *testing.B) { benchVerifyPDF(b, family) })
	}
	b.Run("VerifyPDF/five signatures", benchVerifyFive)
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		b.Run("SignPDF/"+family.String(), func(b *testing.B) { benchSignPDF(b, family) })
	}
	b.Run("cold", benchCold)
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2015} {
		b.Run("licence/"+family.String(), func(b *testing.B) { benchLicence(b, family) })
	}
	b.Run("issue", benchIssue)
	b.Run("HTTP", benchHTTP)
}

// operation is something to be timed.
type operation struct {
	name string
	run  func() error
}

// rates times the operations in turns, so that a change of the machine's speed
// meets all of them, and returns the median rate of each, per second.
func rates(b *testing.B, ops ...operation) []float64 {
	const rounds, window = 15, 30 * time.Millisecond
	samples := make([][]float64, len(ops))
	for range rounds {
		for i, op := range ops {
			n, start := 0, time.Now()
			for time.Since(start) < window {
				if err := op.run(); err != nil {
					b.Fatalf("%s: %v", op.name, err)
				}
				n++
			}
			samples[i] = append(samples[i], float64(n)/time.Since(start).Seconds())
		}
	}
	medians := make([]float64, len(ops))
	for i, s := range samples {
		slices.Sort(s)
		medians[i] = s[len(s)/2]
	}
	return medians
}

// report prints an operation's rate beside its raw limit's.
func report(b *testing.B, raw, own float64) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(raw, "raw/s")
	b.ReportMetric(own, "own/s")
	b.ReportMetric(100*own/raw, "%raw")
}

// making is something that is made, and judged before it leaves.
type making struct {
	pki     *signtest.PKI
	key     creation.Key
	make    func() ([]byte, error) // by [creation.Make], as the service does
	digests bool                   // nobody can do without digesting the file, to sign and to judge
}

// report prints the rate of what is made and judged beside that of bare signing
// (%raw), and beside that of all that nobody can do without, which is a signature, a
// verification, and the digests (%limit). Then it says which of the two costs: the
// verifier alone over the same file beside its own limit, and what is left of the
// whole, the making, beside its own.
func (m making) report(b *testing.B) []float64 {
	file, err := m.make()
	if err != nil {
		b.Fatal(err)
	}
	file = bytes.Clone(file) // the next may be made in its memory
	alg, _, err := certs.SigningAlgorithm(m.key.Signer.Public())
	if err != nil {
		b.Fatal(err)
	}
	digest := operation{"digest", func() error { alg.Digest.Sum(file); return nil }}
	r := rates(b, rawSigning(b, m.key.Signer), rawVerification(b, "raw", m.key.Signer), digest,
		operation{"judged", func() error {
			return passes(m.pki.Verifier.Verify(b.Context(), file, signing.Question{At: signtest.Now()}))
		}},
		operation{"whole", func() error { _, err := m.make(); return err }})
	sign, verify, judged, whole := 1/r[0], 1/r[1], 1/r[3], 1/r[4]
	report(b, r[0], r[4])
	if m.digests {
		sign, verify = sign+1/r[2], verify+1/r[2]
	}
	b.ReportMetric(100*(sign+verify)/whole, "%limit")
	fmt.Printf("    of %.3f ms made and judged, %.3f ms judge (%.1f %% of their limit) and %.3f ms make (%.1f %%)\n",
		1000*whole, 1000*judged, 100*verify/judged, 1000*(whole-judged), 100*sign/(whole-judged))
	return r
}

func benchRawVerifications(b *testing.B) {
	var ops []operation
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA} {
		pki := signtest.New(b, family)
		ops = append(ops, rawVerification(b, family.String(), pki.Person(signtest.Applicant()).Signer))
	}
	for _, c := range []*gost.Curve{gost.CryptoProA(), gost.TC26A256(), gost.TC26A512()} {
		key, err := gost.GenerateKey(c, rand.Reader)
		if err != nil {
			b.Fatal(err)
		}
		ops = append(ops, rawVerification(b, "GOST "+c.Name(), key))
	}
	b.ReportMetric(0, "ns/op")
	for i, rate := range rates(b, ops...) {
		fmt.Printf("    %-22s %9.0f verifications a second on one core, %.3f ms each\n", ops[i].name, rate, 1000/rate)
	}
}

// rawVerification is the bare verification of one signature value.
func rawVerification(b *testing.B, name string, key crypto.Signer) operation {
	alg, _, err := certs.SigningAlgorithm(key.Public())
	if err != nil {
		b.Fatal(err)
	}
	digest := alg.Digest.Sum([]byte("message"))
	sig, err := key.Sign(rand.Reader, digest, alg.Digest.SignerOpts())
	if err != nil {
		b.Fatal(err)
	}
	return operation{name, func() error { return alg.VerifyDigest(key.Public(), digest, sig) }}
}

// rawSigning is the bare use of a private key.
func rawSigning(b *testing.B, key crypto.Signer) operation {
	alg, _, err := certs.SigningAlgorithm(key.Public())
	if err != nil {
		b.Fatal(err)
	}
	digest := alg.Digest.Sum([]byte("message"))
	return operation{"raw", func() error {
		_, err := key.Sign(rand.Reader, digest, alg.Digest.SignerOpts())
		return err
	}}
}

func benchVerifyCMS(b *testing.B, family ca.Family) {
	pki := signtest.New(b, family)
	key := pki.Person(signtest.Applicant())
	cms := pki.Signed([]byte("Өтініш: археологиялық жұмыстарға лицензия"), key)
	r := rates(b, rawVerification(b, "raw", key.Signer), operation{"VerifyCMS", func() error {
		v, err := pki.Verifier.VerifyCMS(context.Background(), cms, signing.Question{IIN: "900701300108"})
		if err == nil && !v.Passed() {
			err = fmt.Errorf("%s %s", v.Indication, v.SubIndication)
		}
		return err
	}})
	report(b, r[0], r[1])
}

// benchVerifyPDF measures a file of 100 KB with one signature beside what nobody
// can do without: the digest of its bytes and the bare verification.
func benchVerifyPDF(b *testing.B, family ca.Family) {
	pki := signtest.New(b, family)
	key := pki.Person(signtest.Head())
	file := signedPDF(b, key, 1)
	alg, _, err := certs.SigningAlgorithm(key.Signer.Public())
	if err != nil {
		b.Fatal(err)
	}
	bare := rawVerification(b, "raw", key.Signer)
	r := rates(b, operation{"digest and raw", func() error {
		alg.Digest.Sum(file)
		return bare.run()
	}}, operation{"VerifyPDF", func() error { return passes(pki.Verifier.VerifyPDF(context.Background(), file, signing.Question{})) }}, bare)
	report(b, r[0], r[1])
	fmt.Printf("    raw is the digest of 100 KB and the verification, %.0f/s; VerifyPDF %.0f/s; the verification alone %.0f/s\n", r[0], r[1], r[2])
}

// benchSignPDF signs a file of 100 KB by a revision of its own.
func benchSignPDF(b *testing.B, family ca.Family) {
	pki := signtest.New(b, family)
	key := pki.Person(signtest.Head())
	pki.Refresh()
	form := creation.PDF{File: plainPDF(100 << 10)}
	making{pki: pki, key: key, digests: true, make: func() ([]byte, error) { return made(pki, key, form) }}.report(b)
}

// made is what the service makes and judges, with its anchors and lists.
func made(pki *signtest.PKI, key creation.Key, form creation.Form) ([]byte, error) {
	m, err := pki.Make(context.Background(), creation.Order{Form: form, Key: key, Time: signtest.Now()})
	return m.File, err
}

// benchVerifyFive measures a file of 100 KB with five signatures.
func benchVerifyFive(b *testing.B) {
	pki := signtest.New(b, ca.RSA)
	file := signedPDF(b, pki.Person(signtest.Head()), 5)
	r := rates(b, operation{"VerifyPDF", func() error {
		v, err := pki.Verifier.VerifyPDF(context.Background(), file, signing.Question{})
		if err == nil && len(v.Signers) != 5 {
			err = fmt.Errorf("%d signatures", len(v.Signers))
		}
		return err
	}})
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(1000/r[0], "ms/file")
}

func passes(v *signing.Verdict, err error) error {
	if err == nil && !v.Passed() {
		err = fmt.Errorf("%s %s", v.Indication, v.SubIndication)
	}
	return err
}

// signedPDF is a file of 100 KB with some signatures.
func signedPDF(b *testing.B, key creation.Key, signatures int) []byte {
	file := plainPDF(100 << 10)
	for range signatures {
		signed, err := signtest.Make(creation.PDF{File: file}, key, signtest.Now())
		if err != nil {
			b.Fatal(err)
		}
		file = signed.File
	}
	return file
}

// plainPDF is one page with an attachment of zeros that makes up the size.
func plainPDF(size int) []byte {
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", size, strings.Repeat("0", size)),
	}
	var b strings.Builder
	b.WriteString("%PDF-1.7\n")
	table := fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, o := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	fmt.Fprintf(&b, "%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", table, len(objects)+1, b.Len())
	return []byte(b.String())
}

func benchSignCMS(b *testing.B, family ca.Family) {
	pki := signtest.New(b, family)
	key := pki.Person(signtest.Applicant())
	pki.Refresh()
	form := creation.CMS{Content: []byte("Өтініш: археологиялық жұмыстарға лицензия"), Claim: true}
	making{pki: pki, key: key, make: func() ([]byte, error) { return made(pki, key, form) }}.report(b)
}

// benchLicence measures a licence of two pages with QR code, PDF/A-3 and tags,
// rendered and signed, on one core and on all, and its garbage.
func benchLicence(b *testing.B, family ca.Family) {
	pki := signtest.New(b, family)
	key := pki.Person(signtest.Head())
	pki.Refresh()
	layouts := compiled(b)
	content := licence(b)
	content.Number, content.IssuedOn = "26000001", documents.DateOf(signtest.Now())
	make := func(into []byte) ([]byte, error) {
		p, err := layouts.Prepare(forms.Of(documents.Draft{Licence: &content}, nil), pdf.Meta{SignedAt: signtest.Now(), Into: into})
		if err != nil {
			return nil, err
		}
		return made(pki, key, creation.Prepared(p))
	}
	var file []byte
	one := operation{"licence", func() (err error) {
		file, err = make(file)
		return err
	}}
	rate := making{pki: pki, key: key, digests: true, make: func() ([]byte, error) { err := one.run(); return file, err }}.report(b)
	var before, after runtime.MemStats
	const many = 100
	runtime.ReadMemStats(&before)
	for range many {
		if err := one.run(); err != nil {
			b.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/many/1024, "KB/document")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/many, "allocs/document")
	b.ReportMetric(float64(len(file))/1024, "KB/file")
	b.ReportMetric(onAllCores(b, make)/rate[4], "x-on-2-cores")
}

// onAllCores returns the rate of documents made by two goroutines at once.
func onAllCores(b *testing.B, make func([]byte) ([]byte, error)) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	const window = 500 * time.Millisecond
	var made atomic.Int64
	var workers sync.WaitGroup
	start := time.Now()
	for range 2 {
		workers.Go(func() {
			var file []byte
			for time.Since(start) < window {
				var err error
				if file, err = make(file); err != nil {
					b.Error(err)
					return
				}
				made.Add(1)
			}
		})
	}
	workers.Wait()
	return float64(made.Load()) / time.Since(start).Seconds()
}

// benchCold measures from nothing to the first document.
func benchCold(b *testing.B) {
	pki := signtest.New(b, ca.ECDSA)
	key := pki.Person(signtest.Head())
	pki.Refresh()
	content := licence(b)
	content.Number, content.IssuedOn = "26000001", documents.DateOf(signtest.Now())
	start := time.Now()
	p, err := compiled(b).Prepare(forms.Of(documents.Draft{Licence: &content}, nil), pdf.Meta{SignedAt: signtest.Now()})
	if err == nil {
		_, err = made(pki, key, creation.Prepared(p))
	}
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(time.Since(start))/float64(time.Millisecond), "ms-to-first-document")
}

func compiled(b *testing.B) *pdf.Layouts {
	law, err := regulation.ShippedLaw()
	if err != nil {
		b.Fatal(err)
	}
	layouts, err := pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
	if err != nil {
		b.Fatal(err)
	}
	return layouts
}

// benchIssue measures a licence issued whole: reserved, rendered, signed,
// verified and entered in a register on SQLite.
func benchIssue(b *testing.B) {
	pki := signtest.New(b, ca.RSA)
	key := pki.Person(signtest.Head())
	db, err := registry.Open(b.Context(), filepath.Join(b.TempDir(), "tamga.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	db.Now = signtest.Now
	r := registry.Registry{Store: db, Layouts: compiled(b), Key: key, Verifier: pki.Verifier, Make: pki.Make}
	content, issued := licence(b), 0
	rate := rates(b, rawSigning(b, key.Signer), operation{"issued", func() error {
		issued++
		fresh := content
		_, _, err := r.Issue(b.Context(), registry.IssueRequest{
			Client: "bench", IdempotencyKey: fmt.Sprint(issued), Draft: documents.Draft{Licence: &fresh},
		})
		return err
	}})
	report(b, rate[0], rate[1])
}

// licence reads the sample that is issued again and again.
func licence(b *testing.B) documents.Licence {
	raw, err := os.ReadFile("testdata/licence.json")
	if err != nil {
		b.Fatal(err)
	}
	var draft documents.Draft
	if err := json.Unmarshal(raw, &draft); err != nil {
		b.Fatal(err)
	}
	return *draft.Licence
}
