package ca_test

import (
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/judgetest"
)

// TestOpenSSLAgrees lets the openssl command judge what the authority makes.
// It knows no national algorithms.
func TestOpenSSLAgrees(t *testing.T) {
	judgetest.Need(t, "openssl")
	for _, f := range []ca.Family{ca.RSA, ca.ECDSA} {
		t.Run(f.String(), func(t *testing.T) { checkOpenSSL(t, newAuthority(t, f)) })
	}
}

func checkOpenSSL(t *testing.T, a *ca.Authority) {
	dir := t.TempDir()
	good, bad := issue(t, a, licensor()).Certificate, issue(t, a, licensor()).Certificate
	tsa, err := a.IssueService(ca.Service{Purpose: ca.Timestamping})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*certs.Certificate{
		"root.pem": a.Root(), "ca.pem": a.Issuing(), "good.pem": good, "bad.pem": bad, "tsa.pem": tsa.Certificate,
	} {
		put(t, filepath.Join(dir, name), ca.MarshalCertificatePEM(c))
	}
	a.Revoke(bad.Serial, now, revocation.KeyCompromise)
	list := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: b})
	}
	put(t, filepath.Join(dir, "ca.crl"), list(a.CRL(now, now.Add(24*time.Hour))))
	put(t, filepath.Join(dir, "delta.crl"), list(a.DeltaCRL(now, now.Add(time.Hour))))
	put(t, filepath.Join(dir, "root.crl"), list(a.RootCRL(now, now.Add(24*time.Hour))))

	at := fmt.Sprint(now.Add(time.Minute).Unix())
	verify := []string{"verify", "-attime", at, "-x509_strict", "-CAfile", "root.pem", "-untrusted", "ca.pem"}
	revoked := append(verify[:len(verify):len(verify)], "-crl_check_all", "-CRLfile", "root.crl", "-CRLfile", "ca.crl")
	for _, c := range []struct {
		args []string
		want string // in the output
		fail bool
	}{
		{append(verify[:len(verify):len(verify)], "good.pem"), "good.pem: OK", false},
		{append(verify[:len(verify):len(verify)], "-purpose", "timestampsign", "tsa.pem"), "tsa.pem: OK", false},
		{append(revoked[:len(revoked):len(revoked)], "good.pem"), "good.pem: OK", false},
		{append(revoked[:len(revoked):len(revoked)], "bad.pem"), "certificate revoked", true},
		{[]string{"crl", "-in", "ca.crl", "-CAfile", "ca.pem", "-noout"}, "verify OK", false},
		{[]string{"crl", "-in", "delta.crl", "-CAfile", "ca.pem", "-noout", "-text"}, "Delta CRL Indicator: critical", false},
		{[]string{"crl", "-in", "root.crl", "-CAfile", "root.pem", "-noout"}, "verify OK", false},
		{[]string{"x509", "-in", "good.pem", "-noout", "-ext", "keyUsage"}, "Digital Signature, Non Repudiation", false},
	} {
		cmd := exec.Command("openssl", c.args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if !strings.Contains(string(out), c.want) || (err != nil) != c.fail {
			t.Errorf("openssl %s: %v\n%s", strings.Join(c.args, " "), err, out)
		}
	}
}

func put(t *testing.T, name string, b []byte) {
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
