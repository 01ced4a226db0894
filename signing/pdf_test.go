package signing_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

func signedPDF(t testing.TB, key creation.Key) []byte {
	t.Helper()
	file, err := signtest.SignHole(signtest.Prepared(4096), key, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func verifyPDF(t *testing.T, v *signing.Verifier, file []byte) *signing.Verdict {
	t.Helper()
	got, err := v.VerifyPDF(context.Background(), file, signing.Question{})
	if err != nil {
		t.Fatal(err)
	}
	if err := signtest.CheckConclusions(got); err != nil {
		t.Error(err)
	}
	return got
}

func TestPDFRoundTripInEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			pki := signtest.New(t, family)
			got := verifyPDF(t, pki.Verifier, signedPDF(t, pki.Person(signtest.Head())))
			if !got.Passed() || got.Signers[0].Level != signing.LevelBB || got.Signers[0].Identity.BIN != "120741000014" {
				t.Errorf("%s, level %s", signtest.Explain(got), got.Signers[0].Level)
			}
			if !got.Signers[0].ClaimedTime.IsZero() {
				t.Error("the CMS claims a signing time, which PAdES forbids")
			}
		})
	}
}

func TestHoleTooSmall(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	if _, err := signtest.SignHole(signtest.Prepared(100), pki.Person(signtest.Head()), signtest.Now()); !errors.Is(err, pades.ErrHoleTooSmall) {
		t.Errorf("%v, want %v", err, pades.ErrHoleTooSmall)
	}
	signed := signedPDF(t, pki.Person(signtest.Head()))
	if _, err := signtest.SignHole(signed, pki.Person(signtest.Head()), signtest.Now()); !errors.Is(err, pades.ErrNoHole) {
		t.Errorf("signed again: %v, want %v", err, pades.ErrNoHole)
	}
}

// fill puts any CMS into the hole of a file.
func fill(t *testing.T, cms func(parts [2][]byte) []byte) []byte {
	t.Helper()
	file := signtest.Prepared(8192)
	parts, _, err := pades.Hole(file)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pades.Fill(file, cms(parts))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestForgedPDFs(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	good := signedPDF(t, key)
	detached := func(content []byte) []byte { return pki.Detached(content, key) }
	replaced := func(old, new string) []byte {
		out := bytes.Replace(good, []byte(old), []byte(new), 1)
		if bytes.Equal(out, good) {
			t.Fatalf("%q is not in the file", old)
		}
		return out
	}
	contents := bytes.Index(good, []byte("/Contents <")) + len("/Contents <")
	const failed = signing.TotalFailed
	tests := []struct {
		name          string
		file          []byte
		indication    signing.Indication
		subIndication signing.SubIndication
	}{
		{"page made larger", replaced("[0 0 100 100]", "[0 0 100 999]"), failed, signing.HashFailure},
		{"claimed time changed", replaced("D:2026", "D:2020"), failed, signing.HashFailure},
		{"revision appended", append(bytes.Clone(good), secondRevision(good)...), signing.Indeterminate, signing.SigConstraintsFailure},
		{"bytes appended", append(bytes.Clone(good), "\n% more\n"...), failed, signing.FormatFailure},
		{"nothing signed", signtest.Prepared(4096), failed, signing.FormatFailure},
		{"no signature field", unsignedPDF(), failed, signing.FormatFailure},
		{"signature of another file", fill(t, func([2][]byte) []byte { return detached([]byte("another")) }), failed, signing.HashFailure},
		{"signature that carries a content of its own", fill(t, func([2][]byte) []byte { return pki.Signed([]byte("own"), key) }), failed, signing.FormatFailure},
		{"no CMS at all", fill(t, func([2][]byte) []byte { return []byte{0x30, 0} }), failed, signing.FormatFailure},
		{"two signers", fill(t, func([2][]byte) []byte {
			f := honest(pki, key)
			f.signers = append(f.signers, f.signers[0])
			return f.bytes(t)
		}), failed, signing.FormatFailure},
		{"byte range over nothing", rangeOverNothing(good), failed, signing.FormatFailure},
		{"signature value cut", append(append(bytes.Clone(good[:contents+200]), bytes.Repeat([]byte("0"), 100)...), good[contents+300:]...), failed, signing.FormatFailure},
	}
	says := map[string]string{
		"bytes appended": "Not confirmed: data were added to the file after it was signed.", "nothing signed": "Not confirmed: the place of the signature is empty.",
		"no signature field": "Not confirmed: the file carries no signature.", "revision appended": "Not confirmed: the document was changed after it was signed.",
		"byte range over nothing": "Not confirmed: the signature does not cover the file as the rules want (byte-range-gap).",
		"two signers":             "Not confirmed: the signature breaks a rule of its format: the CMS in /Contents carries a content of its own.",
	}
	for _, test := range tests {
		got := verifyPDF(t, pki.Verifier, test.file)
		if want := says[test.name]; want != "" && got.Summary.EN != want {
			t.Errorf("%s: %q, want %q", test.name, got.Summary.EN, want)
		}
		if got.Indication != test.indication || got.SubIndication != test.subIndication || got.Acceptance != signing.Refused {
			t.Errorf("%s: %s\nwant %s %s", test.name, signtest.Explain(got), test.indication, test.subIndication)
		}
	}
}

// rangeOverNothing points the /ByteRange at no bytes at all, so that an honest
// signature over nothing would fit any file.
func rangeOverNothing(file []byte) []byte {
	from := bytes.Index(file, []byte("/ByteRange ["))
	to := from + bytes.IndexByte(file[from:], ']')
	blank := fmt.Sprintf("%-*s", to-from, "/ByteRange [0 0 0 0")
	return append(append(bytes.Clone(file[:from]), blank...), file[to:]...)
}

// secondRevision replaces the page by an incremental update.
func secondRevision(file []byte) []byte {
	previous := bytes.LastIndex(file, []byte("xref\n0 "))
	var b bytes.Buffer
	at := len(file)
	b.WriteString("3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Annots [4 0 R] >>\nendobj\n")
	start := at + b.Len()
	fmt.Fprintf(&b, "xref\n3 1\n%010d 00000 n \ntrailer\n<< /Size 6 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n", at, previous, start)
	return b.Bytes()
}

func unsignedPDF() []byte {
	file := "%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
	one, two := strings.Index(file, "1 0 obj"), strings.Index(file, "2 0 obj")
	return []byte(file + fmt.Sprintf("xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \ntrailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", one, two, len(file)))
}

// One bit flipped anywhere in a signed PDF never passes, except in the digits
// of /Contents, whose case nobody signs and whose certificates of authorities
// the verifier has already.
func TestFlippedBitsInPDF(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	good := signedPDF(t, pki.Person(signtest.Head()))
	from := bytes.Index(good, []byte("/Contents <")) + len("/Contents <")
	to := from + bytes.IndexByte(good[from:], '>')
	der, err := hex.DecodeString(string(good[from:to]))
	if err != nil || len(der) != 4096 {
		t.Fatal(len(der), err)
	}
	for i := range good {
		if i >= from && i < to && (i-from)%16 != 0 {
			continue // thinned out: CMS has its own test
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1 << rand.IntN(8)
		if got := verifyPDF(t, pki.Verifier, bad); got.Passed() && (i < from || i >= to) {
			t.Fatalf("byte %d of the signed part: passes", i)
		}
	}
}

// A writer that knows where the signature goes gets the same file as one whose
// file is read; what it says is not believed against the file.
func TestSignPreparedPDF(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		pki := signtest.New(t, family)
		key := pki.Person(signtest.Head())
		file := signtest.Prepared(8192)
		parts, _, err := pades.Hole(file)
		if err != nil {
			t.Fatal(err)
		}
		from, to := len(parts[0]), len(file)-len(parts[1])
		good := creation.Prepared{
			File: file, ByteRange: [4]int{0, from, to, len(file) - to}, SHA256: sha256.Sum256(slices.Concat(parts[0], parts[1])),
		}
		signed, err := signtest.Sign(good, key, signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		if got := verifyPDF(t, pki.Verifier, signed); !got.Passed() || got.Signers[0].Level != signing.LevelBB {
			t.Errorf("%v: %s", family, signtest.Explain(got))
		}
		for name, change := range map[string]func(p *creation.Prepared){
			"signed already":   func(*creation.Prepared) {},
			"begins later":     func(p *creation.Prepared) { p.ByteRange[0] = 1 },
			"gap elsewhere":    func(p *creation.Prepared) { p.ByteRange[1]-- },
			"gap of nothing":   func(p *creation.Prepared) { p.ByteRange[2] = p.ByteRange[1] },
			"beyond the file":  func(p *creation.Prepared) { p.ByteRange[2] = len(p.File) + 1 },
			"ends before":      func(p *creation.Prepared) { p.ByteRange[3]-- },
			"negative":         func(p *creation.Prepared) { p.ByteRange[1] = -1 },
			"negative in tail": func(p *creation.Prepared) { p.ByteRange[2], p.ByteRange[3] = len(p.File)+5, -5 },
		} {
			bad := good
			if name != "signed already" {
				bad.File = signtest.Prepared(8192)
			}
			change(&bad)
			if _, err := signtest.Sign(bad, key, signtest.Now()); !errors.Is(err, pades.ErrNoHole) {
				t.Errorf("%s: %v", name, err)
			}
		}
		small := signtest.Prepared(64)
		if parts, _, err = pades.Hole(small); err != nil {
			t.Fatal(err)
		}
		from, to = len(parts[0]), len(small)-len(parts[1])
		_, err = signtest.Sign(creation.Prepared{File: small, ByteRange: [4]int{0, from, to, len(small) - to}}, key, signtest.Now())
		if !errors.Is(err, pades.ErrHoleTooSmall) {
			t.Errorf("a small place: %v", err)
		}
	}
}
