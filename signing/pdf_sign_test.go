package signing_test

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest"
)

// pdfFile writes a file of one revision with a table from the bodies of its
// objects, numbered from 1; the first is the catalog. trailer is added to the
// trailer.
func pdfFile(trailer string, objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	offsets := make([]int, len(objects))
	for i, o := range objects {
		offsets[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, trailer, start)
	return b.Bytes()
}

// onePage is an unsigned file of about size bytes; catalog is added to the
// catalog, and more objects to the file.
func onePage(size int, catalog string, more ...string) []byte {
	content := strings.Repeat("BT (text) Tj ET\n", size/16+1)
	objects := append(pageObjects(catalog), fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
	for _, m := range more {
		objects = append(objects, fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(m), m))
	}
	return pdfFile("", objects...)
}

func pageObjects(catalog string) []string {
	return []string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Contents 4 0 R>>",
	}
}

func mustSign(t testing.TB, file []byte, key signing.Key, opt signing.PDFOptions) []byte {
	t.Helper()
	if opt.Time.IsZero() {
		opt.Time = signtest.Now()
	}
	signed, err := signing.SignExistingPDF(file, key, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(signed.File, file) {
		t.Fatal("bytes of the file were changed")
	}
	return signed.File
}

// everyRevision verifies the file as each of its revisions left it, where the
// newest signature covers all of it, and compares the revisions for the older
// ones.
func everyRevision(t *testing.T, v *signing.Verifier, file []byte, signatures int) {
	t.Helper()
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Sound(); err != nil || len(doc.Signatures) != signatures {
		t.Fatalf("%d signatures of %d, %v", len(doc.Signatures), signatures, err)
	}
	for i := range doc.Signatures {
		s := &doc.Signatures[i]
		got := verifyPDF(t, v, file[:s.ByteRange[2]+s.ByteRange[3]])
		if n := len(got.Signers); got.Signers[n-1].Indication != signing.TotalPassed {
			t.Errorf("signature %d: %s", i+1, explain(got))
		}
		if report, err := changes.Since(doc, s, changes.Annotations); err != nil || !report.Allowed() {
			t.Errorf("signature %d: %v, %v", i+1, report, err)
		}
	}
}

// existing are files that somebody else made: those that pdfsign is trusted
// with, and others.
func existing() map[string][]byte {
	return map[string][]byte{
		"plain":  onePage(1000, ""),
		"string": onePage(1000, "/Lang(kk)"),
		"stream": withStream(),
		"form":   withField("/DA(/F 0 Tf)"),
		"large":  onePage(200<<10, ""),
	}
}

func TestSignExistingPDFInEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			pki := signtest.New(t, family)
			key := pki.Person(signtest.Head())
			for name, file := range existing() {
				out := mustSign(t, file, key, signing.PDFOptions{Reason: "approved"})
				got := verifyPDF(t, pki.Verifier, out)
				if !got.Passed() || got.Signers[0].Level != signing.LevelBB || !got.Signers[0].ClaimedTime.IsZero() {
					t.Errorf("%s: %s, level %s", name, explain(got), got.Signers[0].Level)
				}
				doc, err := pades.Read(out)
				if err != nil {
					t.Fatal(err)
				}
				s := doc.Signatures[0]
				if s.SubFilter != "ETSI.CAdES.detached" || s.Reason != "approved" || !s.ClaimedTime.Equal(signtest.Now()) {
					t.Errorf("%s: %s, %q, %v", name, s.SubFilter, s.Reason, s.ClaimedTime)
				}
				for _, key := range []pades.Name{"TransformMethod", "TransformParams"} {
					if s.Dict.Get(key) != nil {
						t.Errorf("%s: a stray /%s in the signature dictionary", name, key)
					}
				}
			}
		})
	}
}

func TestSignaturesStayValid(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	head, applicant := pki.Person(signtest.Head()), pki.Person(signtest.Applicant())
	for name, file := range existing() {
		for certify := range 4 {
			if certify == 1 {
				continue // forbids the others
			}
			out := mustSign(t, file, head, signing.PDFOptions{Certify: certify})
			out = mustSign(t, out, applicant, signing.PDFOptions{Reason: "Шымкент (ЖШС)", Name: "СЕЙІТҚАЛИ"})
			out = mustSign(t, out, head, signing.PDFOptions{Field: "Соңғы"})
			t.Run(fmt.Sprintf("%s, %d", name, certify), func(t *testing.T) { everyRevision(t, pki.Verifier, out, 3) })
		}
	}
}

func TestSignNamedField(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	file := pdfFile("",
		"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Annots[4 0 R]>>",
		"<</Type/Annot/Subtype/Widget/FT/Sig/T(head)/Rect[0 0 0 0]/P 3 0 R/F 4/Lock<</Type/SigFieldLock/Action/All>>>>",
		"<</Fields[4 0 R]/SigFlags 3>>",
	)
	out := mustSign(t, file, pki.Person(signtest.Head()), signing.PDFOptions{Field: "head"})
	everyRevision(t, pki.Verifier, out, 1)
	_, err := signing.SignExistingPDF(out, pki.Person(signtest.Applicant()), signing.PDFOptions{Time: signtest.Now()})
	if !errors.Is(err, signing.ErrForbidden) {
		t.Errorf("after a lock on all fields: %v, want %v", err, signing.ErrForbidden)
	}
}

// counted counts the uses of a key.
type counted struct {
	crypto.Signer
	uses *int
}

func (c counted) Sign(r io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	*c.uses++
	return c.Signer.Sign(r, digest, opts)
}

func TestHoleIsEnlargedOnce(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	for name, file := range existing() {
		for _, c := range []struct{ hole, uses int }{{0, 1}, {8192, 1}, {100, 2}} {
			key, uses := pki.Person(signtest.Head()), 0
			key = signing.NewKey(counted{key.Signer, &uses}, key.Certificate, key.Chain)
			out := mustSign(t, file, key, signing.PDFOptions{HoleSize: c.hole})
			if got := verifyPDF(t, pki.Verifier, out); !got.Passed() || uses != c.uses {
				t.Errorf("%s, place for %d bytes: key used %d times, want %d; %s", name, c.hole, uses, c.uses, explain(got))
			}
		}
	}
}

func TestSignPDFRefused(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	plain := onePage(1000, "")
	good := signing.PDFOptions{Time: signtest.Now()}
	with := func(change func(*signing.PDFOptions)) signing.PDFOptions { o := good; change(&o); return o }
	certified := mustSign(t, plain, key, signing.PDFOptions{Certify: 1})
	login := key
	login.Signer = pki.Person(signtest.Applicant()).Signer
	moved := bytes.Replace(plain, []byte("startxref\n"), []byte("startxref\n1"), 1)
	broken := slices.Replace(slices.Clone(certified), len(plain)+10, len(plain)+11, 'x')
	for name, c := range map[string]struct {
		file []byte
		key  signing.Key
		opt  signing.PDFOptions
		want error
	}{
		"no PDF":             {[]byte("text"), key, good, pades.ErrNotPDF},
		"nothing":            {nil, key, good, pades.ErrNotPDF},
		"too large":          {make([]byte, signing.MaxSize+1), key, good, signing.ErrTooLarge},
		"encrypted":          {pdfFile("/Encrypt<</Filter/Standard>>", pageObjects("")...), key, good, pades.ErrEncrypted},
		"junk at the end":    {append(slices.Clone(plain), "junk"...), key, good, pades.ErrUnsound},
		"empty signature":    {prepared(100), key, good, pades.ErrUnsound},
		"certified":          {certified, key, good, signing.ErrForbidden},
		"certified twice":    {mustSign(t, plain, key, signing.PDFOptions{}), key, with(func(o *signing.PDFOptions) { o.Certify = 2 }), pades.ErrNotFirst},
		"no such permission": {plain, key, with(func(o *signing.PDFOptions) { o.Certify = 4 }), pades.ErrRevision},
		"no such place":      {plain, key, with(func(o *signing.PDFOptions) { o.HoleSize = -1 }), pades.ErrRevision},
		"field taken":        {withField(""), key, with(func(o *signing.PDFOptions) { o.Field = "name" }), pades.ErrField},
		"no time":            {plain, key, signing.PDFOptions{}, signing.ErrOutsideValidity},
		"expired":            {plain, key, with(func(o *signing.PDFOptions) { o.Time = o.Time.AddDate(9, 0, 0) }), signing.ErrOutsideValidity},
		"another key":        {plain, login, good, signing.ErrKeyMismatch},
	} {
		signed, err := signing.SignExistingPDF(c.file, c.key, c.opt)
		if !errors.Is(err, c.want) || signed.File != nil {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
	var syntax *pades.SyntaxError
	for name, file := range map[string][]byte{"moved table": moved, "cut": plain[:len(plain)-20], "broken revision": broken} {
		_, err := signing.SignExistingPDF(file, key, good)
		if !errors.As(err, &syntax) && !errors.Is(err, pades.ErrUnsound) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// What is read back is refused when it is not the file with one good revision
// more.
func TestOutputIsCompared(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	plain := onePage(1000, "/Lang(kk)")
	once := mustSign(t, plain, key, signing.PDFOptions{})
	twice := mustSign(t, once, key, signing.PDFOptions{})
	other := mustSign(t, onePage(1000, "/Lang(ru)"), key, signing.PDFOptions{})
	widget := bytes.LastIndex(twice, []byte("/Rect [0 0 0 0]"))
	for name, c := range map[string]struct {
		file, out []byte
		want      error
		said      string
	}{
		"right":           {once, twice, nil, ""},
		"another file":    {once, other, signing.ErrOutput, "it does not begin with the file"},
		"old byte":        {once, slices.Replace(slices.Clone(twice), 50, 51, '!'), signing.ErrOutput, "it does not begin with the file"},
		"cut":             {once, twice[:len(twice)-10], signing.ErrOutput, "startxref without an offset"},
		"two revisions":   {plain, twice, signing.ErrOutput, "3 revisions after 1"},
		"none":            {once, once, signing.ErrOutput, "2 revisions after 2"},
		"junk at the end": {once, append(slices.Clone(twice), "junk"...), signing.ErrOutput, "trailing-bytes"},
		"visible field":   {mustSign(t, plain, key, signing.PDFOptions{Certify: 2}), nil, signing.ErrForbidden, "visible-field"},
		"broken number":   {once, slices.Replace(slices.Clone(twice), widget+7, widget+8, 'x'), signing.ErrOutput, "object-unreadable"},
	} {
		if name == "visible field" {
			// The same lengths, so that the cross-reference stays right.
			c.out = mustSign(t, c.file, key, signing.PDFOptions{})
			at := bytes.LastIndex(c.out, []byte("/Rect [0 0 0 0]"))
			c.out = slices.Replace(c.out, at+7, at+14, []byte("0 0 9 9")...)
		}
		before, err := pades.Read(c.file)
		if err != nil {
			t.Fatal(err)
		}
		if err := signing.CheckRevision(c.file, before, c.out); !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

func TestSignPDFWithPSS(t *testing.T) {
	pki := signtest.New(t, ca.RSA)
	for name, file := range existing() {
		out := mustSign(t, file, pki.Person(signtest.Head()), signing.PDFOptions{PSS: true})
		if got := verifyPDF(t, pki.Verifier, out); !got.Passed() || got.Signers[0].Level != signing.LevelBB {
			t.Errorf("%s: %s", name, explain(got))
		}
	}
}

func TestClaimedZone(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	at := signtest.Now().In(time.FixedZone("", 5*3600))
	for name, file := range existing() {
		out := mustSign(t, file, pki.Person(signtest.Head()), signing.PDFOptions{Time: at})
		if !bytes.Contains(out, []byte("(D:20260601170000+05'00')")) {
			t.Errorf("%s: the time is written otherwise", name)
		}
		at := at.In(time.FixedZone("", 5*3600+8*60+28))
		if doc, err := pades.Read(mustSign(t, file, pki.Person(signtest.Head()), signing.PDFOptions{Time: at})); err != nil ||
			!doc.Signatures[0].ClaimedTime.Equal(at) {
			t.Errorf("%s: the seconds of a zone are lost: %v", name, err)
		}
	}
}

// FuzzSignExistingPDF signs whatever comes. Nothing panics, and what cannot be
// signed is refused for its own reason, not because the output is bad.
func FuzzSignExistingPDF(f *testing.F) {
	for _, file := range existing() {
		if len(file) < 10<<10 {
			f.Add(file, "reason", "", byte(0))
		}
	}
	f.Add(withRevision(f, onePage(100, ""), pades.NewSignature{}), "Себебі", "a", byte(2))
	pki := signtest.New(f, ca.ECDSA)
	key := pki.Person(signtest.Head())
	f.Fuzz(func(t *testing.T, file []byte, reason, field string, certify byte) {
		signed, err := signing.SignExistingPDF(file, key, signing.PDFOptions{
			Time: signtest.Now(), Reason: reason, Field: field, Certify: int(certify % 4),
		})
		if err == nil && !bytes.HasPrefix(signed.File, file) || err != nil && signed.File != nil {
			t.Errorf("error %v, %d bytes", err, len(signed.File))
		}
		if errors.Is(err, signing.ErrOutput) {
			t.Error(err)
		}
	})
}
