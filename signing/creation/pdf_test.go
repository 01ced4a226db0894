package creation_test

import (
	"bytes"
	"context"
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
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest"
)

func verifyPDF(t *testing.T, v *signing.Verifier, file []byte) *signing.Verdict {
	t.Helper()
	got, err := v.VerifyPDF(context.Background(), file, signing.Question{})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// mustSign signs a file, every byte of which must stay.
func mustSign(t testing.TB, file []byte, key creation.Key, form creation.PDF) []byte {
	t.Helper()
	form.File = file
	signed := signtest.Signed(t, form, key)
	if !bytes.HasPrefix(signed, file) {
		t.Fatal("bytes of the file were changed")
	}
	return signed
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
			t.Errorf("signature %d: %s", i+1, signtest.Explain(got))
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
		"plain":  signtest.OnePage(1000, ""),
		"string": signtest.OnePage(1000, "/Lang(kk)"),
		"stream": withStream(),
		"form":   withField("/DA(/F 0 Tf)"),
		"large":  signtest.OnePage(200<<10, ""),
	}
}

func TestSignExistingPDFInEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			pki := signtest.New(t, family)
			key := pki.Person(signtest.Head())
			for name, file := range existing() {
				out := mustSign(t, file, key, creation.PDF{Reason: "approved"})
				got := verifyPDF(t, pki.Verifier, out)
				if !got.Passed() || got.Signers[0].Level != signing.LevelBB || !got.Signers[0].ClaimedTime.IsZero() {
					t.Errorf("%s: %s, level %s", name, signtest.Explain(got), got.Signers[0].Level)
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
			out := mustSign(t, file, head, creation.PDF{Certify: certify})
			out = mustSign(t, out, applicant, creation.PDF{Reason: "Шымкент (ЖШС)", Name: "СЕЙІТҚАЛИ"})
			out = mustSign(t, out, head, creation.PDF{Field: "Соңғы"})
			t.Run(fmt.Sprintf("%s, %d", name, certify), func(t *testing.T) { everyRevision(t, pki.Verifier, out, 3) })
		}
	}
}

func TestSignNamedField(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	file := signtest.PDF("",
		"<</Type/Catalog/Pages 2 0 R/AcroForm 5 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Annots[4 0 R]>>",
		"<</Type/Annot/Subtype/Widget/FT/Sig/T(head)/Rect[0 0 0 0]/P 3 0 R/F 4/Lock<</Type/SigFieldLock/Action/All>>>>",
		"<</Fields[4 0 R]/SigFlags 3>>",
	)
	out := mustSign(t, file, pki.Person(signtest.Head()), creation.PDF{Field: "head"})
	everyRevision(t, pki.Verifier, out, 1)
	_, err := signtest.Make(creation.PDF{File: out}, pki.Person(signtest.Applicant()), signtest.Now())
	if !errors.Is(err, creation.ErrForbidden) {
		t.Errorf("after a lock on all fields: %v, want %v", err, creation.ErrForbidden)
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
			key = creation.NewKey(counted{key.Signer, &uses}, key.Certificate, key.Chain)
			out := mustSign(t, file, key, creation.PDF{Room: c.hole})
			if got := verifyPDF(t, pki.Verifier, out); !got.Passed() || uses != c.uses {
				t.Errorf("%s, place for %d bytes: key used %d times, want %d; %s", name, c.hole, uses, c.uses, signtest.Explain(got))
			}
		}
	}
}

func TestSignPDFRefused(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	plain := signtest.OnePage(1000, "")
	good, now := creation.PDF{}, signtest.Now()
	certified := mustSign(t, plain, key, creation.PDF{Certify: 1})
	login := key
	login.Signer = pki.Person(signtest.Applicant()).Signer
	moved := bytes.Replace(plain, []byte("startxref\n"), []byte("startxref\n1"), 1)
	broken := slices.Replace(slices.Clone(certified), len(plain)+10, len(plain)+11, 'x')
	for name, c := range map[string]struct {
		file []byte
		key  creation.Key
		form creation.PDF
		at   time.Time
		want error
	}{
		"no PDF":             {[]byte("text"), key, good, now, pades.ErrNotPDF},
		"nothing":            {nil, key, good, now, pades.ErrNotPDF},
		"too large":          {make([]byte, signing.MaxSize+1), key, good, now, signing.ErrTooLarge},
		"encrypted":          {signtest.PDF("/Encrypt<</Filter/Standard>>", signtest.PageObjects("")...), key, good, now, pades.ErrEncrypted},
		"junk at the end":    {append(slices.Clone(plain), "junk"...), key, good, now, pades.ErrUnsound},
		"empty signature":    {signtest.Prepared(100), key, good, now, pades.ErrUnsound},
		"certified":          {certified, key, good, now, creation.ErrForbidden},
		"certified twice":    {mustSign(t, plain, key, creation.PDF{}), key, creation.PDF{Certify: 2}, now, pades.ErrNotFirst},
		"no such permission": {plain, key, creation.PDF{Certify: 4}, now, pades.ErrRevision},
		"no such place":      {plain, key, creation.PDF{Room: -1}, now, pades.ErrRevision},
		"field taken":        {withField(""), key, creation.PDF{Field: "name"}, now, pades.ErrField},
		"no time":            {plain, key, creation.PDF{}, time.Time{}, creation.ErrOutsideValidity},
		"expired":            {plain, key, good, now.AddDate(9, 0, 0), creation.ErrOutsideValidity},
		"another key":        {plain, login, good, now, creation.ErrKeyMismatch},
	} {
		c.form.File = c.file
		signed, err := signtest.Make(c.form, c.key, c.at)
		if !errors.Is(err, c.want) || signed.File != nil {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
	var syntax *pades.SyntaxError
	for name, file := range map[string][]byte{"moved table": moved, "cut": plain[:len(plain)-20], "broken revision": broken} {
		_, err := signtest.Make(creation.PDF{File: file}, key, now)
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
	plain := signtest.OnePage(1000, "/Lang(kk)")
	once := mustSign(t, plain, key, creation.PDF{})
	twice := mustSign(t, once, key, creation.PDF{})
	other := mustSign(t, signtest.OnePage(1000, "/Lang(ru)"), key, creation.PDF{})
	widget := bytes.LastIndex(twice, []byte("/Rect [0 0 0 0]"))
	for name, c := range map[string]struct {
		file, out []byte
		want      error
		said      string
	}{
		"right":           {once, twice, nil, ""},
		"another file":    {once, other, creation.ErrOutput, "it does not begin with the file"},
		"old byte":        {once, slices.Replace(slices.Clone(twice), 50, 51, '!'), creation.ErrOutput, "it does not begin with the file"},
		"cut":             {once, twice[:len(twice)-10], creation.ErrOutput, "startxref without an offset"},
		"two revisions":   {plain, twice, creation.ErrOutput, "3 revisions after 1"},
		"none":            {once, once, creation.ErrOutput, "2 revisions after 2"},
		"junk at the end": {once, append(slices.Clone(twice), "junk"...), creation.ErrOutput, "trailing-bytes"},
		"visible field":   {mustSign(t, plain, key, creation.PDF{Certify: 2}), nil, creation.ErrForbidden, "visible-field"},
		"broken number":   {once, slices.Replace(slices.Clone(twice), widget+7, widget+8, 'x'), creation.ErrOutput, "object-unreadable"},
	} {
		if name == "visible field" {
			// The same lengths, so that the cross-reference stays right.
			c.out = mustSign(t, c.file, key, creation.PDF{})
			at := bytes.LastIndex(c.out, []byte("/Rect [0 0 0 0]"))
			c.out = slices.Replace(c.out, at+7, at+14, []byte("0 0 9 9")...)
		}
		before, err := pades.Read(c.file)
		if err != nil {
			t.Fatal(err)
		}
		if err := creation.CheckRevision(c.file, before, c.out); !errors.Is(err, c.want) || err != nil && !strings.Contains(err.Error(), c.said) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}

func TestSignPDFWithPSS(t *testing.T) {
	pki := signtest.New(t, ca.RSA)
	for name, file := range existing() {
		out := mustSign(t, file, pki.Person(signtest.Head()), creation.PDF{PSS: true})
		if got := verifyPDF(t, pki.Verifier, out); !got.Passed() || got.Signers[0].Level != signing.LevelBB {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
	}
}

func TestClaimedZone(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	signed := func(file []byte, at time.Time) []byte {
		return signtest.Made(t, creation.Services{}, creation.Order{Form: creation.PDF{File: file}, Key: key, Time: at})
	}
	at := signtest.Now().In(time.FixedZone("", 5*3600))
	for name, file := range existing() {
		if !bytes.Contains(signed(file, at), []byte("(D:20260601170000+05'00')")) {
			t.Errorf("%s: the time is written otherwise", name)
		}
		at := at.In(time.FixedZone("", 5*3600+8*60+28))
		if doc, err := pades.Read(signed(file, at)); err != nil || !doc.Signatures[0].ClaimedTime.Equal(at) {
			t.Errorf("%s: the seconds of a zone are lost: %v", name, err)
		}
	}
}

// FuzzSignPDF signs whatever comes. Nothing panics, and what cannot be
// signed is refused for its own reason, not because the output is bad.
func FuzzSignPDF(f *testing.F) {
	for _, file := range existing() {
		if len(file) < 10<<10 {
			f.Add(file, "reason", "", byte(0))
		}
	}
	f.Add(withRevision(f, signtest.OnePage(100, ""), pades.NewSignature{}), "Себебі", "a", byte(2))
	pki := signtest.New(f, ca.ECDSA)
	key := pki.Person(signtest.Head())
	f.Fuzz(func(t *testing.T, file []byte, reason, field string, certify byte) {
		signed, err := signtest.Make(creation.PDF{File: file, Reason: reason, Field: field, Certify: int(certify % 4)}, key, signtest.Now())
		if err == nil && !bytes.HasPrefix(signed.File, file) || err != nil && signed.File != nil {
			t.Errorf("error %v, %d bytes", err, len(signed.File))
		}
		if errors.Is(err, creation.ErrOutput) {
			t.Error(err)
		}
	})
}
