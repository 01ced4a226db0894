package main

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
)

// entered enters a file into the register of the demonstration and has another
// person confirm it, as operators do beside the running service.
func entered(t *testing.T, args ...string) {
	t.Helper()
	code, out, stderr := tamga(t, append([]string{"regulation", "enter", "--as", "Әсел"}, args...)...)
	id := regexp.MustCompile(`[0-9a-f]{16}`).FindString(out)
	if code != exitPassed || id == "" {
		t.Fatalf("%v: exit code %d\n%s%s", args, code, out, stderr)
	}
	if code, out, stderr := tamga(t, "regulation", "confirm", id, "--as", "Бота"); code != exitPassed {
		t.Fatalf("confirm: exit code %d\n%s%s", code, out, stderr)
	}
}

// TestServeWithRows enters days, an index and an edition while the service runs: it
// goes by them from the next request on, and after the next start.
func TestServeWithRows(t *testing.T) {
	t.Chdir(t.TempDir())
	d := startDemo(t)
	base := func() string {
		return "http://" + regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(d.output)[1]
	}
	told := func(path, want string) bool {
		status, body := get(t, base()+path)
		return status == http.StatusOK && regexp.MustCompile(want).MatchString(body)
	}
	for name, content := range map[string]string{
		"days.json":    `{"years": [{"year": 2029}], "days_off": {"dates": ["2029-04-24"]}}`,
		"index.json":   `{"year": 2029, "tenge": 5000}`,
		"edition.json": changedEdition(t),
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	questions := map[string]string{
		"/v1/calendar?year=2029":     `"date":"2029-04-24"`,
		"/v1/services?on=2029-05-20": `"fee_tenge":50000`,
		"/v1/regulation/2026-draft":  `Сынақ редакциясы қолданылады`,
		"/v1/services?on=2027-05-20": `"fee_tenge":45000`,
	}
	for path, want := range questions {
		if told(path, want) {
			t.Errorf("%s tells %q before it was entered", path, want)
		}
	}
	_, before := get(t, base()+"/v1/documents/26000001")
	entered(t, "calendar", "days.json")
	entered(t, "index", "index.json")
	entered(t, "edition", "edition.json")
	for _, start := range []string{"the running service", "the next start"} {
		for path, want := range questions {
			if !told(path, want) {
				t.Errorf("%s does not tell %q at %s", start, want, path)
			}
		}
		if _, after := get(t, base()+"/v1/documents/26000001"); editionOf(after) == "" || editionOf(after) != editionOf(before) {
			t.Errorf("%s: the old document was printed by %q, and by %q now", start, editionOf(before), editionOf(after))
		}
		if start == "the running service" {
			d.stop()
			d = startDemo(t)
		}
	}
	if code, out, stderr := tamga(t, "log", "verify"); code != exitPassed {
		t.Errorf("exit code %d\n%s%s", code, out, stderr)
	}
}

func editionOf(body string) string {
	return strings.Join(regexp.MustCompile(`"edition":"[^"]*"`).FindAllString(body, 1), "")
}
