package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The demonstration answers about its own certificates, of both families, at the
// address that they name; and what is revoked while it runs is revoked there too.
func TestDemoResponder(t *testing.T) {
	t.Chdir(t.TempDir())
	d := startDemo(t)
	for _, family := range []string{"rsa", "gost-2015"} {
		if err := os.MkdirAll(filepath.Join("trust", family), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"root.cer", "nca.cer", "root.crl"} { // no list of the issuing authority
			b, err := os.ReadFile(filepath.Join("var/trust", family, name))
			if err == nil {
				err = os.WriteFile(filepath.Join("trust", family, name), b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	asked := " --trust trust --ocsp --private-network 127.0.0.1 --explain"
	play(t, []step{
		{"verify var/samples/application-rsa.cms --trust trust", exitIndeterminate, "TRY_LATER"},
		{"verify var/samples/application-rsa.cms" + asked, exitPassed, "OCSP RESPONDER (RSA) TAMGA DEMO"},
		{"verify var/samples/application-gost.cms" + asked, exitPassed, "OCSP RESPONDER (GOST 2015) TAMGA DEMO"},
	})
	play(t, []step{
		{"ca revoke --dir var/ca/gost-2015 --certificate var/keys/applicant-gost.pem", exitPassed, ""},
		{"verify var/samples/application-gost.cms" + asked, exitIndeterminate, "REVOKED"},
	})
	base := strings.TrimSuffix(strings.TrimSpace(d.find(`(?m)^  http://\S+/$`)[0]), "/")
	res, err := http.Post(base+"/ocsp", "application/ocsp-request", strings.NewReader("nonsense"))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/ocsp-response" {
		t.Errorf("nonsense: %d %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
}
