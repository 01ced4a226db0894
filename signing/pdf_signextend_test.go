package signing_test

import (
	"bytes"
	"errors"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

func TestExtendPDF(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.GOST2015} {
		pki := signtest.New(t, family)
		key, authority := pki.Person(signtest.Head()), pki.TSA()
		opt := signing.ExtendOptions{
			Time: signtest.Now(), Timestamping: signing.Timestamping{Stamp: authority.Stamper()}, Gather: pki.Gatherer().Gather,
		}
		for name, file := range existing() {
			plain := mustSign(t, file, key, signing.PDFOptions{})
			stamped := mustSign(t, file, key, signing.PDFOptions{
				Certify: 1, Timestamping: &signing.Timestamping{Stamp: authority.Stamper(), Required: true},
			})
			for _, c := range []struct {
				name  string
				file  []byte
				to    signing.Baseline
				added int // revisions
				level string
			}{
				{"B-B to B-B", plain, signing.BaselineB, 0, signing.LevelBB},
				{"B-B to B-T", plain, signing.BaselineT, 1, signing.LevelBT},
				{"B-B to B-LT", plain, signing.BaselineLT, 2, signing.LevelLT},
				{"B-B to B-LTA", plain, signing.BaselineLTA, 3, signing.LevelLTA},
				{"B-T to B-T", stamped, signing.BaselineT, 0, signing.LevelBT},
				{"B-T to B-LT", stamped, signing.BaselineLT, 1, signing.LevelLT},
				{"B-T to B-LTA", stamped, signing.BaselineLTA, 2, signing.LevelLTA},
			} {
				out, err := signing.ExtendPDF(c.file, c.to, opt)
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
	good := signing.ExtendOptions{
		Time: signtest.Now(), Timestamping: signing.Timestamping{Stamp: pki.TSA().Stamper()}, Gather: pki.Gatherer().Gather,
	}
	with := func(change func(*signing.ExtendOptions)) signing.ExtendOptions { o := good; change(&o); return o }
	signed := mustSign(t, onePage(1000, "/Lang(kk)"), key, signing.PDFOptions{})
	wrong := bytes.Replace(signed, []byte("(text)"), []byte("(next)"), 1)
	for name, c := range map[string]struct {
		file []byte
		opt  signing.ExtendOptions
		want error
	}{
		"no PDF":         {[]byte("text"), good, pades.ErrNotPDF},
		"unsigned":       {onePage(1000, ""), good, signing.ErrNoSigner},
		"no such":        {signed, with(func(o *signing.ExtendOptions) { o.Signer = 2 }), signing.ErrNoSigner},
		"other content":  {wrong, good, signing.ErrUnsound},
		"no CMS":         {withRevision(t, onePage(1000, ""), pades.NewSignature{}), good, signing.ErrUnsound},
		"empty":          {prepared(100), good, pades.ErrUnsound},
		"nobody stamps":  {signed, with(func(o *signing.ExtendOptions) { o.Timestamping.Stamp = nil }), signing.ErrTimestamp},
		"nobody gathers": {signed, with(func(o *signing.ExtendOptions) { o.Gather = nil }), signing.ErrEvidence},
		"no third":       {mustSign(t, signed, key, signing.PDFOptions{}), with(func(o *signing.ExtendOptions) { o.Signer = 3 }), signing.ErrNoSigner},
	} {
		if out, err := signing.ExtendPDF(c.file, signing.BaselineLTA, c.opt); !errors.Is(err, c.want) || out != nil {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
	}
}
