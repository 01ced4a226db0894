package creation_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/pkcs12"
	"tamga/signing/signtest"
)

// Every key store that the national authority published signs, and its
// signature leads to the authority; keys for logging in are refused.
func TestNationalKeyStoresSign(t *testing.T) {
	dir := signtest.National(t)
	v := signtest.NationalVerifier(t, dir)
	files, err := filepath.Glob(filepath.Join(dir, "p12", "*", "*.p12"))
	if err != nil || len(files) == 0 {
		t.Fatal("no key stores", err)
	}
	signed := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		store, err := pkcs12.Read(b, "Qwerty12")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range store.Entries {
			at := e.Certificate.NotBefore.Add(24 * time.Hour)
			key := creation.NewKey(e.Key, e.Certificate, store.Certificates)
			made, err := signtest.Sign(creation.CMS{Content: []byte("өтініш"), Claim: true}, key, at)
			if e.Certificate.KeyUsage&certs.NonRepudiation == 0 {
				if !errors.Is(err, creation.ErrNotSigningKey) {
					t.Errorf("%s: a log-in key: %v", filepath.Base(file), err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", filepath.Base(file), err)
				continue
			}
			verdict, err := v.VerifyCMS(context.Background(), made, signing.Question{At: at})
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []signing.CheckName{signing.CheckFormat, signing.CheckSignatureValue, signing.CheckSigningCertificate, signing.CheckChain} {
				if c := verdict.Signers[0].Check(name); c.Status != signing.CheckPassed && c.Status != signing.CheckWarning {
					t.Errorf("%s: %s: %s %s", filepath.Base(file), name, c.Status, c.Detail)
				}
			}
			signed++
		}
	}
	if signed < 10 {
		t.Errorf("only %d key stores signed", signed)
	}
}

// Real signatures, in the encodings of several programs, are extended and
// added to without a change.
func TestNationalSignaturesExtended(t *testing.T) {
	dir := signtest.National(t)
	pki := signtest.New(t, ca.ECDSA)
	files, err := filepath.Glob(filepath.Join(dir, "cms", "*"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile(filepath.Join(dir, "cms", "2026_individual_gost2015_document.txt"))
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if signing.Sniff(b) != signing.FileCMS {
			continue
		}
		contents, err := signing.ReadCMS(b)
		if err != nil {
			t.Fatal(err)
		}
		content := document
		if contents.Attached {
			content = nil
		}
		before, err := cms.Read(contents.DER)
		if err != nil {
			t.Fatal(err)
		}
		made, err := extend(pki.Services(pki.TSA()), creation.Existing{File: b, Content: content}, creation.BaselineT)
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		both, err := signtest.Make(creation.CMS{Others: made, Content: content, Claim: true}, pki.Person(signtest.Applicant()), signtest.Now())
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
			continue
		}
		after, err := cms.Read(both.File)
		if err != nil {
			t.Fatal(err)
		}
		kept := 0
		for _, si := range after.Signers {
			if bytes.Equal(si.Fixed, before.Signers[0].Fixed) && si.Has(cms.OIDMessageDigest) && len(si.Unsigned) > 0 {
				kept++
			}
		}
		if len(after.Signers) != 2 || kept != 1 || !bytes.Equal(after.Content, before.Content) {
			t.Errorf("%s: %d signers, %d as before", filepath.Base(file), len(after.Signers), kept)
		}
		done++
	}
	if done < 5 {
		t.Errorf("only %d signatures", done)
	}
}
