//go:build interop

package interop

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/signtest"
)

// encryptions are those that qpdf makes and that open without a password.
var encryptions = []struct {
	name string
	args []string
	rc4  bool
}{
	{"rc4-40", []string{"--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"}, true},
	{"rc4-128", []string{"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--"}, true},
	{"aes-128", []string{"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"}, false},
	{"aes-256-r5", []string{"--allow-weak-crypto", "--encrypt", "", "owner", "256", "--force-R5", "--"}, false},
	{"aes-256", []string{"--encrypt", "", "owner", "256", "--"}, false},
	{"aes-256-object-streams", []string{"--object-streams=generate", "--encrypt", "", "owner", "256", "--cleartext-metadata", "--"}, false},
}

// qpdfMade has qpdf write a file anew.
func (a *authority) qpdfMade(file []byte, args ...string) []byte {
	a.t.Helper()
	dir := a.t.TempDir()
	in, out := filepath.Join(dir, "in.pdf"), filepath.Join(dir, "out.pdf")
	save(a.t, in, file)
	if said, err := exec.Command("qpdf", append(args, in, out)...).CombinedOutput(); err != nil {
		a.t.Fatalf("qpdf %v: %v %s", args, err, said)
	}
	return must(os.ReadFile(out))
}

// pyhankoSigned has pyHanko sign a file.
func (a *authority) pyhankoSigned(file []byte, who, field string) []byte {
	a.t.Helper()
	dir := a.t.TempDir()
	key := a.keys[who]
	named := func(name string, content []byte) string {
		path := must(filepath.Abs(filepath.Join(dir, name)))
		save(a.t, path, content)
		return path
	}
	order := map[string]any{
		"file": named("in.pdf", file), "out": filepath.Join(dir, "out.pdf"), "field": field,
		"certificate": named("certificate.der", key.Certificate.Raw),
		"others":      []string{named("issuer.der", a.ca.Issuing().Raw)},
		"key":         named("key.der", must(x509.MarshalPKCS8PrivateKey(key.Signer))),
	}
	cmd := exec.Command("faketime", signtest.Now().Format("2006-01-02 15:04:05"), filepath.Join(folder(), "venv/bin/python"), filepath.Join(root, ".ci/interop/pyhanko_signer.py"))
	cmd.Env = append(cmd.Environ(), "TZ=UTC")
	cmd.Stdin = bytes.NewReader(must(json.Marshal(order)))
	said, err := cmd.Output()
	var answer struct{ Error string }
	if err == nil {
		err = json.Unmarshal(said, &answer)
	}
	if err != nil || answer.Error != "" {
		a.t.Fatalf("pyHanko: %v %s", err, answer.Error)
	}
	return must(os.ReadFile(filepath.Join(dir, "out.pdf")))
}

// encryptedRows are files that open without a password and are signed, by us and by
// pyHanko, and by both.
func encryptedRows(a *authority) []row {
	if a.family != ca.RSA && a.family != ca.ECDSA {
		return nil // which pyHanko does not sign with
	}
	var rows []row
	stamp := &appearance.Stamp{Page: 1, Place: pades.Rectangle{Left: 20, Bottom: 60, Right: 280, Top: 160}, Language: "kk"}
	pyhanko := notInFolder("venv/bin/python")() == "" && notInPath("faketime")() == ""
	for _, e := range encryptions {
		file := a.qpdfMade(plainPDF(), e.args...)
		base := row{name: fmt.Sprintf("pdf-encrypted/%s/%s", a.slug, e.name), kind: kindPDF, world: a.world}
		if pyhanko && e.name != "aes-256-r5" { // which pyHanko does not open
			theirs := a.pyhankoSigned(file, good, "Theirs")
			rows = append(rows, base.with(theirs).as("by-pyhanko", honest))
			if !e.rc4 {
				both := must(signtest.Sign(creation.PDF{File: theirs, Reason: "Келісемін"}, a.keys[second], signtest.Now()))
				rows = append(rows, base.with(both).as("by-pyhanko-and-us", honest))
			}
		}
		if e.rc4 {
			continue
		}
		ours := must(signtest.Sign(creation.PDF{File: file, Reason: "Келісемін"}, a.keys[good], signtest.Now()))
		seen := must(signtest.Sign(creation.PDF{File: file, Stamp: stamp, Certify: 2}, a.keys[good], signtest.Now()))
		rows = append(rows,
			base.with(ours).as("b-b", honest),
			base.with(seen).as("stamped", honest),
			base.with(a.lasting(ours, creation.BaselineLTA)).as("b-lta", honest))
		if pyhanko && e.name != "aes-256-r5" {
			rows = append(rows, base.with(a.pyhankoSigned(ours, second, "Theirs")).as("by-us-and-pyhanko", honest))
		}
	}
	return rows
}
