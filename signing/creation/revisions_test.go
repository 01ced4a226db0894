package creation_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// evidenceOf gathers what proves the signers and timestamps of a PDF.
func evidenceOf(t *testing.T, pki *signtest.PKI, file []byte, key creation.Key) pades.DSS {
	t.Helper()
	m, err := pki.Gatherer().Gather(t.Context(), key.Certificate, key.Chain, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := pades.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	whole, _ := doc.VRIKeys(doc.Signatures[0])
	return pades.DSS{VRI: map[string]pades.VRI{whole: {
		Certs: m.Certificates, CRLs: m.CRLs, OCSPs: m.OCSPs, TU: signtest.Now(),
	}}}
}

// From B-B in one revision to B-T, B-LT and B-LTA, each in one more, and once more
// as one does before the last timestamp ends.
func TestPDFToLTA(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		pki := signtest.New(t, family)
		key, with := pki.Person(signtest.Head()), pki.Services(pki.TSA())
		for name, file := range existing() {
			for _, certify := range []int{0, 1} {
				out := signtest.Made(t, with, creation.Order{Form: creation.PDF{File: file, Certify: certify}, Key: key, Level: creation.BaselineLTA})
				again := signtest.Made(t, with, creation.Order{Form: creation.Existing{File: out}, Level: creation.BaselineLTA})
				doc, err := pades.Read(again)
				if err != nil || doc.Sound() != nil || len(doc.Signatures) != 4 || len(doc.Revisions) < 6 {
					t.Fatalf("%v, %s: %v, %d signatures, %d revisions", family, name, err, len(doc.Signatures), len(doc.Revisions))
				}
				last := doc.Signatures[3]
				if !bytes.HasPrefix(again, out) || !bytes.HasPrefix(out, file) || last.Kind != pades.KindTimestamp || !last.CoversWholeFile {
					t.Errorf("%v, %s: %+v", family, name, last.Problems)
				}
			}
		}
	}
}

func TestAddDSSTwice(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	signed := mustSign(t, signtest.OnePage(1000, ""), key, creation.PDF{})
	add := evidenceOf(t, pki, signed, key)
	once, err := creation.AddDSS(signed, add)
	if err != nil || len(once) == len(signed) {
		t.Fatal(err)
	}
	if again, err := creation.AddDSS(once, add); err != nil || !bytes.Equal(again, once) {
		t.Errorf("the same evidence again: %v", err)
	}
}

func TestPDFTimestampMissing(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	down := errors.New("nobody answers")
	with := creation.Services{Verifier: pki.Verifier, Stamp: func(context.Context, tsp.Imprint) (*tsp.Token, error) { return nil, down }}
	order := creation.Order{
		Form: creation.PDF{File: signtest.OnePage(1000, "")}, Key: pki.Person(signtest.Head()), Time: signtest.Now(),
		Level: creation.BaselineT, Below: true,
	}
	made, err := creation.Make(t.Context(), with, order)
	if err != nil || !errors.Is(made.Missing, down) {
		t.Fatalf("%v, missing %v", err, made.Missing)
	}
	if got := verifyPDF(t, pki.Verifier, made.File); !got.Passed() || got.Signers[0].Level != signing.LevelBB {
		t.Errorf("%s, level %s", signtest.Explain(got), got.Signers[0].Level)
	}
	order.Below = false
	if made, err := creation.Make(t.Context(), with, order); !errors.Is(err, creation.ErrTimestamp) || made.File != nil {
		t.Errorf("required: %v", err)
	}
}

func TestDocTimestampRefused(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	signed := mustSign(t, signtest.OnePage(1000, ""), pki.Person(signtest.Head()), creation.PDF{})
	stamp := pki.TSA().Stamper()
	down := errors.New("nobody answers")
	otherwise := func(change func(tsp.Imprint) tsp.Imprint) func(tsp.Imprint) ([]byte, error) {
		return func(i tsp.Imprint) ([]byte, error) { return stamp(change(i)) }
	}
	large := pki.TSA()
	for range 40 {
		large.Chain = append(large.Chain, pki.Person(signtest.Applicant()).Certificate)
	}
	for name, c := range map[string]struct {
		file  []byte
		stamp func(tsp.Imprint) ([]byte, error)
		want  error
	}{
		"right":         {signed, stamp, nil},
		"large token":   {signed, large.Stamper(), nil},
		"unsigned file": {signtest.OnePage(1000, ""), stamp, nil},
		"nobody":        {signed, func(tsp.Imprint) ([]byte, error) { return nil, down }, down},
		"no token":      {signed, func(tsp.Imprint) ([]byte, error) { return []byte("text"), nil }, tsp.ErrMalformed},
		"other bytes": {signed, otherwise(func(i tsp.Imprint) tsp.Imprint {
			i.Hash = slices.Clone(i.Hash)
			i.Hash[0] ^= 1
			return i
		}), tsp.ErrImprint},
		"no PDF":          {[]byte("text"), stamp, pades.ErrNotPDF},
		"empty signature": {signtest.Prepared(100), stamp, pades.ErrUnsound},
	} {
		out, err := creation.AddDocTimestamp(c.file, signtest.Stamping(c.stamp))
		if !errors.Is(err, c.want) || (err == nil) != (out != nil) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		file []byte
		add  pades.DSS
		want error
	}{
		"no PDF":            {[]byte("text"), pades.DSS{}, pades.ErrNotPDF},
		"too large":         {make([]byte, signing.MaxSize+1), pades.DSS{}, signing.ErrTooLarge},
		"empty signature":   {signtest.Prepared(100), pades.DSS{}, pades.ErrUnsound},
		"not DER":           {signed, pades.DSS{Certs: [][]byte{{1}}}, pades.ErrNotDER},
		"another signature": {signed, pades.DSS{VRI: map[string]pades.VRI{"AB": {}}}, pades.ErrRevision},
	} {
		if _, err := creation.AddDSS(c.file, c.add); !errors.Is(err, c.want) {
			t.Errorf("evidence, %s: error %v, want %v", name, err, c.want)
		}
	}
}
