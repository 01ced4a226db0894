package main

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
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
		"licence.json": changedLayout(t),
		"list.json":    `{"service": "TEC", "from": "2029-01-01", "until": "2030-01-01", "items": [{"id": "expertise", "name": {"kk": "Сараптама", "ru": "Экспертиза", "en": "Expert opinion"}}]}`,
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
		"/layouts":                   `9\.\d`,
		"/v1/services?on=2029-06-20": `"checklist":\[{"id":"expertise"`,
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
	entered(t, "checklist", "list.json")
	entered(t, "layout", "licence.json")
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

// changedLayout is the layout of licences in another version.
func changedLayout(t *testing.T) string {
	t.Helper()
	b, err := fs.ReadFile(pdf.House(), "licence.json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Replace(string(b), `"version": "`, `"version": "9.`, 1)
}

// TestServeBetweenEditions starts a demonstration on a day on which no edition is in
// force: it says why it issues nothing, and serves. When an edition is entered that
// is in force, it issues.
func TestServeBetweenEditions(t *testing.T) {
	t.Chdir(t.TempDir())
	shipped, err := regulation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	ended := shipped[len(shipped)-1]
	today := documents.CivilDate(time.Now())
	ended.Until = today
	for name, e := range map[string]regulation.Edition{"ended.json": ended, "again.json": shipped[len(shipped)-1]} {
		b, err := json.Marshal(e)
		if err == nil {
			err = os.WriteFile(name, b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	d := startDemo(t, "--law", "ended.json")
	if want := "Nothing is issued now: sample licence"; !strings.Contains(d.output, want) || !strings.Contains(d.output, "none is in force on "+today.String()) {
		t.Errorf("the welcome does not say why:\n%s", d.output)
	}
	base := "http://" + regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(d.output)[1]
	ready := func() (int, string) { return get(t, base+"/readyz/issue") }
	if status, body := ready(); status != http.StatusServiceUnavailable || !strings.Contains(body, "none is in force on") {
		t.Errorf("%d %s", status, body)
	}
	for _, path := range []string{"/", "/livez", "/readyz/verify", "/v1/regulation"} {
		if status, _ := get(t, base+path); status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
	}
	if lines := d.find(`(?m)^  curl .*$`); len(lines) != 1 || !strings.Contains(lines[0], "/v1/verify/cms") {
		t.Errorf("offered: %q", lines)
	}
	entered(t, "edition", "again.json", "--law", "ended.json")
	if status, body := ready(); status != http.StatusOK {
		t.Errorf("with an edition in force: %d %s", status, body)
	}
}

func editionOf(body string) string {
	return strings.Join(regexp.MustCompile(`"edition":"[^"]*"`).FindAllString(body, 1), "")
}
