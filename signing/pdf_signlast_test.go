package signing_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// evidenceOf gathers what proves the signers and timestamps of a PDF.
func evidenceOf(t *testing.T, pki *signtest.PKI, file []byte, key signing.Key) pades.DSS {
	t.Helper()
	m, err := pki.Gatherer().Gather(key.Certificate, key.Chain, signtest.Now())
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

// From B-B in one revision to B-T, B-LT and B-LTA, each in one more.
func TestPDFToLTA(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		pki := signtest.New(t, family)
		key, authority := pki.Person(signtest.Head()), pki.TSA()
		for name, file := range existing() {
			for _, certify := range []int{0, 1} {
				out := mustSign(t, file, key, signing.PDFOptions{
					Certify:      certify,
					Timestamping: &signing.Timestamping{Stamp: authority.Stamper(), Required: true},
				})
				if got := verifyPDF(t, pki.Verifier, out); !got.Passed() || got.Signers[0].Level != signing.LevelBT {
					t.Errorf("%v, %s: %s, level %s", family, name, explain(got), got.Signers[0].Level)
				}
				out, err := signing.AddDSS(out, evidenceOf(t, pki, out, key))
				if err != nil {
					t.Fatalf("%v, %s: %v", family, name, err)
				}
				out, err = signing.AddDocTimestamp(out, authority.Stamper())
				if err != nil {
					t.Fatalf("%v, %s: %v", family, name, err)
				}
				// Again, as one does before the last timestamp ends.
				if out, err = signing.AddDocTimestamp(out, authority.Stamper()); err != nil {
					t.Fatalf("%v, %s: %v", family, name, err)
				}
				doc, err := pades.Read(out)
				if err != nil || doc.Sound() != nil || len(doc.Signatures) != 3 || len(doc.Revisions) != 5 {
					t.Fatalf("%v, %s: %v, %d signatures, %d revisions", family, name, err, len(doc.Signatures), len(doc.Revisions))
				}
				if !bytes.HasPrefix(out, file) || doc.Signatures[2].Kind != pades.KindTimestamp || !doc.Signatures[2].CoversWholeFile {
					t.Errorf("%v, %s: %+v", family, name, doc.Signatures[2].Problems)
				}
			}
		}
	}
}

func TestAddDSSTwice(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	signed := mustSign(t, onePage(1000, ""), key, signing.PDFOptions{})
	add := evidenceOf(t, pki, signed, key)
	once, err := signing.AddDSS(signed, add)
	if err != nil || len(once) == len(signed) {
		t.Fatal(err)
	}
	if again, err := signing.AddDSS(once, add); err != nil || !bytes.Equal(again, once) {
		t.Errorf("the same evidence again: %v", err)
	}
}

func TestPDFTimestampMissing(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	down := errors.New("nobody answers")
	opt := signing.PDFOptions{Time: signtest.Now(), Timestamping: &signing.Timestamping{
		Stamp: func(tsp.Imprint) ([]byte, error) { return nil, down },
	}}
	signed, err := signing.SignExistingPDF(onePage(1000, ""), key, opt)
	if err != nil || !errors.Is(signed.Pending, down) {
		t.Fatalf("%v, pending %v", err, signed.Pending)
	}
	if got := verifyPDF(t, pki.Verifier, signed.File); !got.Passed() || got.Signers[0].Level != signing.LevelBB {
		t.Errorf("%s, level %s", explain(got), got.Signers[0].Level)
	}
	opt.Timestamping.Required = true
	if signed, err := signing.SignExistingPDF(onePage(1000, ""), key, opt); !errors.Is(err, signing.ErrTimestamp) || signed.File != nil {
		t.Errorf("required: %v", err)
	}
}

func TestDocTimestampRefused(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	signed := mustSign(t, onePage(1000, ""), pki.Person(signtest.Head()), signing.PDFOptions{})
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
		"unsigned file": {onePage(1000, ""), stamp, nil},
		"nobody":        {signed, func(tsp.Imprint) ([]byte, error) { return nil, down }, down},
		"no token":      {signed, func(tsp.Imprint) ([]byte, error) { return []byte("text"), nil }, tsp.ErrMalformed},
		"other bytes": {signed, otherwise(func(i tsp.Imprint) tsp.Imprint {
			i.Hash = slices.Clone(i.Hash)
			i.Hash[0] ^= 1
			return i
		}), tsp.ErrImprint},
		"no PDF":          {[]byte("text"), stamp, pades.ErrNotPDF},
		"empty signature": {prepared(100), stamp, pades.ErrUnsound},
	} {
		out, err := signing.AddDocTimestamp(c.file, c.stamp)
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
		"empty signature":   {prepared(100), pades.DSS{}, pades.ErrUnsound},
		"not DER":           {signed, pades.DSS{Certs: [][]byte{{1}}}, pades.ErrNotDER},
		"another signature": {signed, pades.DSS{VRI: map[string]pades.VRI{"AB": {}}}, pades.ErrRevision},
	} {
		if _, err := signing.AddDSS(c.file, c.add); !errors.Is(err, c.want) {
			t.Errorf("evidence, %s: error %v, want %v", name, err, c.want)
		}
	}
}
