package creation_test

import (
	"bytes"
	"errors"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

func TestExtendPDF(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		pki := signtest.New(t, family)
		key, authority := pki.Person(signtest.Head()), pki.TSA()
		with := pki.Services(authority)
		for name, file := range existing() {
			plain := mustSign(t, file, key, creation.PDF{})
			stamped := signtest.Made(t, with, creation.Order{Form: creation.PDF{File: file, Certify: 1}, Key: key, Level: creation.BaselineT})
			for _, c := range []struct {
				name  string
				file  []byte
				to    creation.Baseline
				added int // revisions
				level string
			}{
				{"B-B to B-B", plain, creation.BaselineB, 0, signing.LevelBB},
				{"B-B to B-T", plain, creation.BaselineT, 1, signing.LevelBT},
				{"B-B to B-LT", plain, creation.BaselineLT, 2, signing.LevelLT},
				{"B-B to B-LTA", plain, creation.BaselineLTA, 3, signing.LevelLTA},
				{"B-T to B-T", stamped, creation.BaselineT, 0, signing.LevelBT},
				{"B-T to B-LT", stamped, creation.BaselineLT, 1, signing.LevelLT},
				{"B-T to B-LTA", stamped, creation.BaselineLTA, 2, signing.LevelLTA},
			} {
				out, err := extend(with, creation.Existing{File: c.file}, c.to)
				if err != nil {
					t.Fatalf("%v, %s, %s: %v", family, name, c.name, err)
				}
				before, _ := pades.Read(c.file)
				after, err := pades.Read(out)
				if err != nil || len(after.Revisions) != len(before.Revisions)+c.added || !bytes.HasPrefix(out, c.file) {
					t.Errorf("%v, %s, %s: %v, %d revisions", family, name, c.name, err, len(after.Revisions))
				}
				if got := verifyPDF(t, pki.Verifier, out); got.Signers[0].Level != c.level {
					t.Errorf("%v, %s, %s: level %s", family, name, c.name, got.Signers[0].Level)
				}
			}
		}
	}
}

func TestExtendPDFRefused(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Head())
	good := pki.Services(pki.TSA())
	silent, empty := good, good
	silent.Stamp, empty.Gather = nil, nil
	signed := mustSign(t, signtest.OnePage(1000, "/Lang(kk)"), key, creation.PDF{})
	wrong := bytes.Replace(signed, []byte("(text)"), []byte("(next)"), 1)
	for name, c := range map[string]struct {
		file   []byte
		with   creation.Services
		signer int
		want   error
	}{
		"no PDF":         {[]byte("text"), good, 0, creation.ErrNoSigner},
		"unsigned":       {signtest.OnePage(1000, ""), good, 0, creation.ErrNoSigner},
		"no such":        {signed, good, 2, creation.ErrNoSigner},
		"other content":  {wrong, good, 0, creation.ErrUnsound},
		"no CMS":         {withRevision(t, signtest.OnePage(1000, ""), pades.NewSignature{}), good, 0, creation.ErrUnsound},
		"empty":          {signtest.Prepared(100), good, 0, pades.ErrUnsound},
		"nobody stamps":  {signed, silent, 0, creation.ErrTimestamp},
		"nobody gathers": {signed, empty, 0, creation.ErrEvidence},
		"no third":       {mustSign(t, signed, key, creation.PDF{}), good, 3, creation.ErrNoSigner},
	} {
		if out, err := extend(c.with, creation.Existing{File: c.file, Signer: c.signer}, creation.BaselineLTA); !errors.Is(err, c.want) || out != nil {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}
