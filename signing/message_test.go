package signing_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing"
	"tamga/signing/signtest"
)

// Messages as openssl writes them are not read, which tells nothing against their
// signatures; a text that only speaks of them is a text.
func TestMessages(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	for name, file := range messages(t) {
		got, err := pki.Verifier.Verify(t.Context(), file, signing.Question{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Kind != "message" || got.Indication != signing.Indeterminate || got.Acceptance != signing.Undecided || !strings.Contains(got.Detail, "an S/MIME message, which the program does not read") {
			t.Errorf("%s: %s", name, asJSON(got))
		}
		if err := signtest.CheckConclusions(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{
		"Dear all: send application/pkcs7-mime\n\nto us", "Content-Type: text/plain\n\napplication/pkcs7-mime", "MIME-Version: 1.0\nContent-Type: application/pkcs7-mime",
	} {
		if got := signing.Sniff([]byte(text)); got != signing.FileText {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
}

func messages(t *testing.T) map[string][]byte {
	t.Helper()
	judgetest.Need(t, "openssl")
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("text"), []byte("Құрметті әріптестер!\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl(t, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-keyout", in("key"), "-out", in("cert"))
	all := map[string][]byte{}
	for name, arguments := range map[string][]string{
		"beside its content":  {"cms", "-sign", "-signer", in("cert"), "-inkey", in("key")},
		"around its content":  {"cms", "-sign", "-nodetach", "-binary", "-signer", in("cert"), "-inkey", in("key")},
		"of the older smime":  {"smime", "-sign", "-signer", in("cert"), "-inkey", in("key")},
		"with address and so": {"cms", "-sign", "-signer", in("cert"), "-inkey", in("key"), "-from", "a@b.kz", "-to", "c@d.kz", "-subject", "x"},
	} {
		all[name] = openssl(t, append(arguments, "-in", in("text"))...)
	}
	return all
}

func openssl(t *testing.T, arguments ...string) []byte {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "openssl", arguments...).Output()
	if err != nil {
		t.Fatalf("openssl %s: %v", arguments[0], err)
	}
	return out
}
