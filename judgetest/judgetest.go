// Package judgetest says what tests do without the programs of others that judge
// what we make: they skip, and fail where TAMGA_REQUIRE_JUDGES is set, as `make
// test` sets it.
package judgetest

import (
	"os"
	"os/exec"
	"testing"
)

// Required is the variable of the environment that makes a missing judge a
// failure.
const Required = "TAMGA_REQUIRE_JUDGES"

// Need asks for programs by their names.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			Missing(t, p)
		}
	}
}

// Missing ends a test whose judge is not there.
func Missing(t testing.TB, judge string) {
	t.Helper()
	if os.Getenv(Required) != "" {
		t.Fatalf("%s is not installed; .ci/tools installs it, and without %s the test is skipped", judge, Required)
	}
	t.Skipf("%s is not installed", judge)
}
