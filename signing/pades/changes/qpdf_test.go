package changes_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tamga/judgetest"
	"tamga/signing/signtest/pdfattack"
)

// TestHonestFilesAreSound has another program read the honest files: only what is
// sound by itself shows that a verdict is not too strict.
func TestHonestFilesAreSound(t *testing.T) {
	qpdf, err := exec.LookPath("qpdf")
	if err != nil {
		judgetest.Missing(t, "qpdf")
	}
	for _, c := range cases() {
		if c.Where != pdfattack.Honest {
			continue
		}
		path := filepath.Join(t.TempDir(), "file.pdf")
		if err := os.WriteFile(path, c.File, 0o600); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(qpdf, "--check", path).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", c.Name, err, out)
		}
	}
}
