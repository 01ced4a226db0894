package judgetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"tamga/judgetest"
)

// The test runs itself: what a missing judge does to a test can be seen from
// outside only.
func TestMissingJudge(t *testing.T) {
	const inner = "TAMGA_TEST_OF_JUDGETEST"
	if os.Getenv(inner) != "" {
		judgetest.Need(t, "sh", "no-such-judge")
		t.Fatal("it goes on")
	}
	for required, want := range map[string]string{"": "--- SKIP: TestMissingJudge", "1": "--- FAIL: TestMissingJudge"} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestMissingJudge$", "-test.v")
		cmd.Env = append(os.Environ(), inner+"=1", judgetest.Required+"="+required)
		out, err := cmd.CombinedOutput()
		if (err != nil) != (required != "") || !strings.Contains(string(out), want) || !strings.Contains(string(out), "no-such-judge is not installed") {
			t.Errorf("required %q: %v\n%s", required, err, out)
		}
	}
}
