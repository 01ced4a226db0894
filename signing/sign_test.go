package signing_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

func TestTimestampWhileSigning(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	key, content := pki.Person(signtest.Applicant()), []byte("өтініш")
	sd, err := cms.Read(pki.Timestamped(content, key, pki.TSA()))
	if err != nil {
		t.Fatal(err)
	}
	value, found, err := cms.Single(sd.Signers[0].Unsigned, cms.OIDSignatureTimestamp)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	token, err := tsp.ParseToken(value)
	if err != nil {
		t.Fatal(err)
	}
	// The imprint is made with the digest of the signature's family.
	if d, _ := token.Info.Imprint.Digest(); !d.OID.Equal(certs.Streebog512.OID) || token.Info.Imprint.Check(sd.Signers[0].Signature) != nil {
		t.Errorf("%+v", token.Info)
	}
}

// When no token can be had, the policy decides.
func TestTimestampMissing(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, content := pki.Person(signtest.Applicant()), []byte("өтініш")
	down := errors.New("the authority is down")
	opt := signing.CMSOptions{Time: signtest.Now(), Timestamping: &signing.Timestamping{
		Stamp: func(tsp.Imprint) ([]byte, error) { return nil, down },
	}}
	s, err := signing.MakeCMS(content, key, opt)
	if err != nil || !errors.Is(s.Pending, down) || !errors.Is(s.Pending, signing.ErrTimestamp) {
		t.Fatalf("%v, pending %v", err, s.Pending)
	}
	v, err := pki.Verifier.VerifyCMS(context.Background(), s.CMS, signing.Question{})
	if err != nil || !v.Passed() {
		t.Errorf("the signature without its timestamp: %+v, %v", v, err)
	}
	if b, err := signing.SignCMS(content, key, opt); b != nil || !errors.Is(err, down) {
		t.Errorf("SignCMS hands out what is pending: %v", err)
	}
	opt.Timestamping.Required = true
	if _, err := signing.MakeCMS(content, key, opt); !errors.Is(err, down) {
		t.Errorf("required: %v", err)
	}
	opt.Timestamping.Stamp = func(tsp.Imprint) ([]byte, error) {
		return pki.TSA().Stamper()(tsp.NewImprint(certs.SHA256, []byte("another")))
	}
	if _, err := signing.MakeCMS(content, key, opt); !errors.Is(err, tsp.ErrImprint) {
		t.Errorf("a token about something else: %v", err)
	}
	opt.Timestamping.Stamp = nil
	if _, err := signing.MakeCMS(content, key, opt); !errors.Is(err, signing.ErrTimestamp) {
		t.Errorf("nobody to ask: %v", err)
	}
}

// A second signer, of another family even, leaves the first as it was.
func TestAddSigner(t *testing.T) {
	pki, other := signtest.New(t, ca.GOST2015), signtest.New(t, ca.RSA)
	first, second := pki.Person(signtest.Applicant()), other.Person(signtest.Head())
	pki.Verifier.Trust.AddAnchor(other.Authority.Root())
	pki.Verifier.Trust.AddIntermediate(other.Authority.Issuing())
	for _, l := range other.Verifier.Revocation.All() {
		pki.Verifier.Revocation.Add(l)
	}
	content := []byte("келісім")
	opt := signing.CMSOptions{Time: signtest.Now(), Claim: true, PSS: true}
	for _, test := range []struct {
		name          string
		file, content []byte
	}{
		{"attached", pki.Timestamped(content, first, pki.TSA()), nil},
		{"detached", pki.Detached(content, first), content},
	} {
		both, err := signing.AddSigner(test.file, test.content, second, opt)
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		v, err := pki.Verifier.VerifyCMS(context.Background(), both.CMS, signing.Question{Content: test.content})
		if err != nil {
			t.Fatal(err)
		}
		if len(v.Signers) != 2 || !v.Passed() {
			t.Errorf("%s: %s %s %s, %d signers", test.name, v.Indication, v.SubIndication, v.Detail, len(v.Signers))
		}
		before, err := cms.Read(test.file)
		if err != nil {
			t.Fatal(err)
		}
		after, err := cms.Read(both.CMS)
		if err != nil {
			t.Fatal(err)
		}
		kept := false
		for _, si := range after.Signers {
			kept = kept || bytes.Equal(si.Fixed, before.Signers[0].Fixed) && len(si.Unsigned) == len(before.Signers[0].Unsigned)
		}
		if !kept {
			t.Errorf("%s: the first signer is no longer there", test.name)
		}
	}
	if _, err := signing.AddSigner(pki.Signed(content, first), content, second, opt); !errors.Is(err, signing.ErrContentTwice) {
		t.Errorf("content given for an attached CMS: %v", err)
	}
	if _, err := signing.AddSigner(pki.Detached(content, first), nil, second, opt); !errors.Is(err, signing.ErrContentMissing) {
		t.Errorf("no content given for a detached CMS: %v", err)
	}
	if _, err := signing.AddSigner([]byte("no CMS"), nil, second, opt); err == nil || !strings.Contains(err.Error(), "neither DER, PEM nor base64") {
		t.Errorf("a signer is added to what is no CMS: %v", err)
	}
}

// A digest is as good as the content, which need not be here.
func TestSignDigest(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2004, ca.GOST2015} {
		pki := signtest.New(t, family)
		key, content := pki.Person(signtest.Applicant()), []byte("өтініш")
		digest, err := key.Digest()
		if err != nil {
			t.Fatal(err)
		}
		opt := signing.CMSOptions{Time: signtest.Now(), Claim: true, Timestamping: &signing.Timestamping{Stamp: pki.TSA().Stamper()}}
		s, err := signing.MakeCMSOfDigest(digest.Sum(content), key, opt)
		if err != nil || s.Pending != nil {
			t.Fatal(err, s.Pending)
		}
		v, err := pki.Verifier.VerifyCMS(context.Background(), s.CMS, signing.Question{Content: content})
		if err != nil || !v.Passed() || v.Signers[0].Level != signing.LevelCAdESBT {
			t.Errorf("%v: %+v, %v", family, v, err)
		}
		if _, err := signing.MakeCMSOfDigest(make([]byte, 20), key, opt); !errors.Is(err, signing.ErrDigestLength) {
			t.Errorf("%v: a digest of 20 bytes: %v", family, err)
		}
	}
}
