package creation_test

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
	"tamga/signing/creation"
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
	with := creation.Services{Verifier: pki.Verifier, Stamp: func(context.Context, tsp.Imprint) (*tsp.Token, error) { return nil, down }}
	order := creation.Order{Form: creation.CMS{Content: content, Claim: true}, Key: key, Time: signtest.Now(), Level: creation.BaselineT, Below: true}
	made, err := creation.Make(t.Context(), with, order)
	if err != nil || !errors.Is(made.Missing, down) || !errors.Is(made.Missing, creation.ErrTimestamp) || made.Level != creation.BaselineB {
		t.Fatalf("%v, missing %v, level %v", err, made.Missing, made.Level)
	}
	if v, err := pki.Verifier.VerifyCMS(context.Background(), made.File, signing.Question{}); err != nil || !v.Passed() {
		t.Errorf("the signature without its timestamp: %+v, %v", v, err)
	}
	order.Below = false
	for name, c := range map[string]struct {
		stamp func(context.Context, tsp.Imprint) (*tsp.Token, error)
		want  error
	}{
		"required": {with.Stamp, down},
		"a token about something else": {signtest.Stamping(func(tsp.Imprint) ([]byte, error) {
			return pki.TSA().Stamper()(tsp.NewImprint(certs.SHA256, []byte("another")))
		}), tsp.ErrImprint},
		"nobody to ask": {nil, creation.ErrTimestamp},
	} {
		with.Stamp = c.stamp
		if made, err := creation.Make(t.Context(), with, order); !errors.Is(err, c.want) || made.File != nil {
			t.Errorf("%s: %v", name, err)
		}
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
	for _, test := range []struct {
		name          string
		file, content []byte
	}{
		{"attached", pki.Timestamped(content, first, pki.TSA()), nil},
		{"detached", pki.Detached(content, first), content},
	} {
		both, err := signtest.Make(creation.CMS{Others: test.file, Content: test.content, Claim: true, PSS: true}, second, signtest.Now())
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		v, err := pki.Verifier.VerifyCMS(context.Background(), both.File, signing.Question{Content: test.content})
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
		after, err := cms.Read(both.File)
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
	add := func(others, content []byte) error {
		_, err := signtest.Make(creation.CMS{Others: others, Content: content}, second, signtest.Now())
		return err
	}
	if err := add(pki.Signed(content, first), content); err != nil {
		t.Errorf("the content given for an attached CMS: %v", err)
	}
	if err := add(pki.Signed(content, first), []byte("another")); !errors.Is(err, creation.ErrContentTwice) {
		t.Errorf("another content given for an attached CMS: %v", err)
	}
	if err := add(pki.Detached(content, first), nil); !errors.Is(err, creation.ErrContentMissing) {
		t.Errorf("no content given for a detached CMS: %v", err)
	}
	if err := add([]byte("no CMS"), nil); err == nil || !strings.Contains(err.Error(), "neither DER, PEM nor base64") {
		t.Errorf("a signer is added to what is no CMS: %v", err)
	}
}
