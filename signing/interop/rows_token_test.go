//go:build interop && pkcs11

package interop

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents/pdf/forms"
	"tamga/signing/creation"
	"tamga/signing/pkcs11"
	"tamga/signing/signtest"
)

func init() { fromToken = tokenRows }

// tokenRows are documents that a key in a token of SoftHSM has signed.
func tokenRows(a *authority, p *press) []row {
	module, err := softHSM(a.t)
	if err != nil {
		fmt.Println("missing: SoftHSM, so that nothing is signed in a token:", err)
		return nil
	}
	var secret any
	switch a.family {
	case ca.RSA:
		secret, err = rsa.GenerateKey(rand.Reader, 2048)
	case ca.ECDSA:
		secret, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	default:
		return nil // national keys have no mechanism in SoftHSM
	}
	der := must(x509.MarshalPKCS8PrivateKey(must(secret, err)))
	file := filepath.Join(a.t.TempDir(), "key.pem")
	save(a.t, file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	id := map[ca.Family]string{ca.RSA: "a1", ca.ECDSA: "a2"}[a.family]
	softHSMUtil(a.t, "--import", file, "--token", "interop", "--label", a.slug, "--id", id, "--pin", "8642")

	key, err := pkcs11.Open(pkcs11.Options{Module: module, Token: "interop", Label: a.slug, PIN: func() (pkcs11.PIN, error) { return "8642", nil }})
	if err != nil {
		a.t.Fatal(err)
	}
	defer key.Close()
	person := signtest.Head()
	person.Key = key // only its public part is used
	h := must(a.ca.Issue(person))
	signer := creation.NewKey(key, h.Certificate, []*certs.Certificate{a.ca.Issuing()})
	made := p.print("licence", forms.Specimens()["licence"])
	signed := must(signtest.Sign(creation.Prepared(made), signer, signtest.Now()))
	return []row{
		{name: "token/" + a.slug + "/licence", kind: kindPDF, world: a.world, profiles: profiles, file: signed},
		{name: "token/" + a.slug + "/cms", kind: kindCMS, world: a.world, file: must(signtest.Sign(creation.CMS{Content: statement, Claim: true}, signer, signtest.Now()))},
	}
}

// softHSM finds the library and makes a token, once.
func softHSM(t *testing.T) (string, error) {
	modules, _ := filepath.Glob("/usr/lib*/softhsm/libsofthsm2.so")
	more, _ := filepath.Glob("/usr/lib/*/softhsm/libsofthsm2.so")
	if modules = append(modules, more...); len(modules) == 0 {
		return "", os.ErrNotExist
	}
	if _, err := exec.LookPath("softhsm2-util"); err != nil {
		return "", err
	}
	if os.Getenv("SOFTHSM2_CONF") == "" {
		dir := t.TempDir()
		config := filepath.Join(dir, "softhsm2.conf")
		save(t, config, []byte("directories.tokendir = "+dir+"\nobjectstore.backend = file\nlog.level = ERROR\n"))
		t.Setenv("SOFTHSM2_CONF", config)
		softHSMUtil(t, "--init-token", "--free", "--label", "interop", "--pin", "8642", "--so-pin", "13579")
	}
	return modules[0], nil
}

func softHSMUtil(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("softhsm2-util", args...).CombinedOutput(); err != nil {
		t.Fatalf("softhsm2-util %s: %v: %s", args[0], err, out)
	}
}
