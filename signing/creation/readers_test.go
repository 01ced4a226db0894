package creation_test

import (
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

// Other programs read what was made without repairs, and see every signature
// valid. Those that are not installed are not asked.
func TestOtherReaders(t *testing.T) {
	pki := signtest.New(t, ca.RSA)
	key, authority := pki.Person(signtest.Head()), pki.TSA()
	dir := t.TempDir()
	for name, file := range existing() {
		for _, certify := range []int{0, 3} {
			out := mustSign(t, file, key, creation.PDF{Certify: certify, Reason: "Шымкент (ЖШС)"})
			out = mustSign(t, out, key, creation.PDF{})
			out, err := signtest.AddDSS(out, evidenceOf(t, pki, out, key))
			if err != nil {
				t.Fatal(err)
			}
			if out, err = signtest.AddDocTimestamp(out, authority.Stamper()); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, name+".pdf")
			if err := os.WriteFile(path, out, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, r := range []struct {
				args []string
				fits func(said string) bool
			}{
				{[]string{"qpdf", "--check", path}, func(said string) bool { return !strings.Contains(said, "WARNING") }},
				{[]string{"mutool", "info", path}, func(said string) bool { return !strings.Contains(said, "warning") && !strings.Contains(said, "error") }},
				{[]string{"pdfsig", "-nocert", path}, func(said string) bool { return strings.Count(said, "Signature is Valid") == 2 }},
			} {
				t.Run(fmt.Sprintf("%s, certified for %d, %s", name, certify, r.args[0]), func(t *testing.T) {
					judgetest.Need(t, r.args[0])
					said, err := exec.Command(r.args[0], r.args[1:]...).CombinedOutput()
					if err != nil || !r.fits(string(said)) {
						t.Errorf("%v\n%s", err, said)
					}
				})
			}
		}
	}
}
