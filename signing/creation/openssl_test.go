package creation_test

import (
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// OpenSSL accepts what we make, at every level, and sees when the content is
// another.
func TestOpenSSLAcceptsSignatures(t *testing.T) {
	judgetest.Need(t, "openssl")
	dir := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	content := []byte("өтініш")
	right, wrong := write("right", content), write("wrong", []byte("басқа"))
	for _, test := range []struct {
		family ca.Family
		pss    bool
	}{{ca.RSA, false}, {ca.RSA, true}, {ca.ECDSA, false}} {
		pki := signtest.New(t, test.family)
		root := write("root", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pki.Authority.Root().Raw}))
		b, err := signtest.Sign(creation.CMS{Content: content, Claim: true, Detached: true, PSS: test.pss}, pki.Person(signtest.Applicant()), signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		s, err := signtest.Make(creation.CMS{Others: b, Content: content, Claim: true}, pki.Person(signtest.Head()), signtest.Now())
		if err != nil {
			t.Fatal(err)
		}
		for i, made := range [][]byte{b, s.File, pki.Extended(b, creation.BaselineT, pki.TSA(), pki.Responding()), pki.Extended(s.File, creation.BaselineLTA, pki.TSA(), pki.Responding())} {
			verify := func(data string) (string, error) {
				out, err := exec.Command("openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", write("cms", made), "-content", data,
					"-CAfile", root, "-purpose", "any", "-attime", fmt.Sprint(signtest.Now().Unix()), "-out", os.DevNull).CombinedOutput()
				return string(out), err
			}
			if out, err := verify(right); err != nil || !strings.Contains(out, "CAdES Verification successful") {
				t.Errorf("%v, PSS %v, form %d: %v\n%s", test.family, test.pss, i, err, out)
			}
			if out, err := verify(wrong); err == nil {
				t.Errorf("%v, PSS %v, form %d: another content passes\n%s", test.family, test.pss, i, out)
			}
		}
	}
}
