package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tamga/documents/regulation"
	"tamga/documents/store/storetest"
	"tamga/judgetest"
)

// demoServer is the program serving its demonstration in the current folder.
type demoServer struct {
	output string // what it printed before it began
	stop   func() (code int, log string)
}

// startDemo starts the demonstration on a free port and waits for its welcome.
func startDemo(t *testing.T, args ...string) demoServer {
	t.Helper()
	return startDemoAt(t, time.Now, args...)
}

// startDemoAt is startDemo by another clock.
func startDemoAt(t *testing.T, now func() time.Time, args ...string) demoServer {
	t.Helper()
	return startService(t, now, append([]string{"serve", "--demo", "--listen", "127.0.0.1:0"}, args...)...)
}

// startService starts a service by a clock and waits for its welcome.
func startService(t *testing.T, now func() time.Time, args ...string) demoServer {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	var log lockedBuffer
	ended := make(chan int, 1)
	go func() {
		c := &console{ctx: ctx, env: func(string) string { return "" }, stdin: strings.NewReader(""), out: w, err: &log, now: now}
		ended <- c.run(args)
		w.Close()
	}()
	var out bytes.Buffer
	buf := make([]byte, 4096)
	for !strings.Contains(out.String(), "Stop with Ctrl+C.") {
		n, err := r.Read(buf)
		out.Write(buf[:n])
		if err != nil {
			cancel()
			t.Fatalf("exit code %d before the service began\n%s", <-ended, log.String())
		}
	}
	go io.Copy(io.Discard, r)
	stop := sync.OnceValues(func() (int, string) {
		cancel()
		return <-ended, log.String()
	})
	t.Cleanup(func() { stop() })
	return demoServer{output: out.String(), stop: stop}
}

// lockedBuffer is a buffer that two goroutines may use.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (d demoServer) find(pattern string) []string {
	return regexp.MustCompile(pattern).FindAllString(d.output, -1)
}

// pages returns the addresses to open, without the port, which differs from
// start to start.
func (d demoServer) pages() []string {
	var paths []string
	for _, m := range regexp.MustCompile(`(?m)^  http://[^/]+(/\S*)$`).FindAllStringSubmatch(d.output, -1) {
		paths = append(paths, m[1])
	}
	return paths
}

// TestServeDemo is what a newcomer does: start, paste the three commands, open
// the pages, stop, start again.
func TestServeDemo(t *testing.T) {
	t.Chdir(t.TempDir())
	first := startDemo(t)
	paste(t, first)
	for _, page := range first.find(`(?m)^  http://\S+$`) {
		page = strings.TrimSpace(page)
		if status, body := get(t, page); status != http.StatusOK || !strings.Contains(body, "<html") {
			t.Errorf("%s: %d", page, status)
		}
	}
	checkModes(t)
	if code, log := first.stop(); code != exitPassed || !strings.Contains(log, `"msg":"stopped"`) {
		t.Errorf("exit code %d\n%s", code, log)
	} else if strings.Contains(log, "901300499989") || strings.Contains(log, "851300399990") {
		t.Errorf("the log holds an IIN:\n%s", log)
	}

	keys := snapshot(t, "var/keys", "var/samples", "var/demo.key")
	second := startDemo(t)
	if got, want := second.pages(), first.pages(); !slices.Equal(got, want) {
		t.Errorf("the second start offers %v, the first offered %v", got, want)
	}
	for path, before := range keys {
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, before) {
			t.Errorf("the second start changed %s: %v", path, err)
		}
	}
	paste(t, second)
}

// TestServeDemoNearTheEndOfAYear runs the demonstration at a time when terms reach
// into a year that is provisional: it warns, counts, and serves.
func TestServeDemoNearTheEndOfAYear(t *testing.T) {
	t.Chdir(t.TempDir())
	began := time.Now()
	now := func() time.Time { return time.Date(2027, 12, 20, 5, 0, 0, 0, time.UTC).Add(time.Since(began)) }
	d := startDemoAt(t, now)
	if !strings.Contains(d.output, "Calendar: calendar of 2028 not confirmed.") {
		t.Errorf("the welcome does not warn:\n%s", d.output)
	}
	base := "http://" + regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(d.output)[1]
	for path, want := range map[string]string{
		"/v1/calendar": `"year":2028,"code":"provisional"`,
		"/v1/calendar?from=2027-12-20T10:00&term=15%20WD": `"due":"2028-01-13T13:30:00Z"`,
		"/v1/calendar?from=2027-12-16T10:00&term=1%20WD":  `"registered":"2027-12-17T04:00:00Z"`,
	} {
		if status, body := get(t, base+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	paste(t, d)
}

// TestServeWithAnotherLaw enters a year, an index and a sentence as data: the
// service counts, charges and prints by them. What leads nowhere ends the start.
func TestServeWithAnotherLaw(t *testing.T) {
	t.Chdir(t.TempDir())
	changed := changedEdition(t)
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("law.json", changed)
	write("broken.json", strings.Replace(changed, `"to":"h2"`, `"to":"h9"`, 1))
	write("2029.json", `{"years": [{"year": 2029}], "days_off": {"dates": ["2029-04-24"]}}`)
	d := startDemo(t, "--law", "law.json", "--calendar", "2029.json")
	base := "http://" + regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(d.output)[1]
	for path, want := range map[string]string{
		"/v1/calendar?from=2028-12-20T10:00&term=15%20WD": `"due":"2029-01-12T13:30:00Z"`,
		"/v1/services?on=2027-05-20":                      `"fee_tenge":45000`,
	} {
		if status, body := get(t, base+path); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	code, _, stderr := tamga(t, "serve", "--demo", "--listen", "127.0.0.1:0", "--var", "other", "--law", "broken.json")
	if code != exitFailed || !strings.Contains(stderr, "which is not there (unknown)") {
		t.Errorf("a law that leads nowhere: exit code %d\n%s", code, stderr)
	}
	// A layout is named with a digest of all that it prints, and the sentence under
	// documents is another.
	_, before, _ := tamga(t, "layout", "list")
	if code, after, stderr := tamga(t, "layout", "list", "--law", "law.json"); code != exitPassed || after == before || len(after) != len(before) {
		t.Errorf("exit code %d\n%s%s", code, after, stderr)
	}
}

// TestServeRepealedEdition runs the demonstration by the edition of 2012: its
// documents are specimens, and tell by which rules they were printed; without it
// they are printed by the edition of their day.
func TestServeRepealedEdition(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args    []string
		edition string
	}{
		{[]string{"--var=one", "--edition=2012-159"}, `"edition":"2012-159@[0-9a-f]+, specimen"`},
		{[]string{"--var=two", "--edition=2026-draft"}, `"edition":"2026-draft@[0-9a-f]+"`},
		{[]string{"--var=three"}, `"edition":"2026-draft@[0-9a-f]+"`},
	} {
		d := startDemo(t, c.args...)
		base := "http://" + regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(d.output)[1]
		for _, number := range []string{"26000001", strings.TrimPrefix(d.pages()[2], "/check/")} {
			status, body := get(t, base+"/v1/documents/"+number)
			if status != http.StatusOK || !regexp.MustCompile(c.edition).MatchString(body) {
				t.Errorf("%q: %s: %d %s", c.args, number, status, body)
			}
		}
	}
}

// changedEdition is the edition of today with the index of another year, and with
// another sentence under documents.
func changedEdition(t *testing.T) string {
	t.Helper()
	editions, err := regulation.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	e := editions[len(editions)-1]
	e.MCI = append(e.MCI, regulation.MCI{Year: 2027, Tenge: 4500})
	e.Sentences[len(e.Sentences)-1].Text.KK += " Сынақ редакциясы қолданылады."
	b, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestDemoOnCommandLine uses the demonstration's files with the other
// subcommands.
func TestDemoOnCommandLine(t *testing.T) {
	t.Chdir(t.TempDir())
	d := startDemo(t)
	for _, args := range [][]string{
		{"verify", "var/samples/application-rsa.cms", "--trust", "var/trust"},
		{"verify", "var/samples/application-gost.cms", "--trust", "var/trust", "--iin", "901300499989", "--bin", "250040999988"},
		{"verify", "var/samples/application-gost.p7s", "--content", "var/samples/application.txt", "--trust", "var/trust"},
		{"check", strings.TrimPrefix(d.pages()[1], "/check/"), "--trust", "var/trust"},
		{"check", strings.TrimPrefix(d.pages()[2], "/check/"), "--trust", "var/trust"},
		{"issue", "--data", "var/samples/refusal.json", "--key", "var/keys/licensor.pem", "--trust", "var/trust", "--idempotency-key", "k"},
	} {
		if code, out, stderr := tamga(t, args...); code != exitPassed {
			t.Errorf("%v: exit code %d\n%s%s", args, code, out, stderr)
		}
	}
}

// TestServeRefusals are starts that cannot be.
func TestServeRefusals(t *testing.T) {
	t.Chdir(t.TempDir())
	running := startDemo(t)
	taken := regexp.MustCompile(`listens on (\S+)`).FindStringSubmatch(running.output)[1]
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"serve", "--listen", taken}, exitFailed, "another program listens on " + taken + " already"},
		{[]string{"serve", "--listen", "nonsense"}, exitUsage, "--listen"},
		{[]string{"serve", "--base-url", "nonsense"}, exitUsage, "--base-url"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--var", "v", "--edition", "2012-159"}, exitUsage, "only a demonstration (--demo) runs an edition by its name"},
		{[]string{"serve", "--demo", "--listen", "127.0.0.1:0", "--var", "w", "--edition", "1999"}, exitUsage, `there is no edition "1999"`},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--key", "missing.pem"}, exitFailed, "missing.pem"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--trust", "missing"}, exitFailed, "missing"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--database", "a", "--database-url", "postgres://b/c"}, exitUsage, "exclude"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--var", "v", "--trusted-proxy", "10.0.0.0/33"}, exitUsage, "--trusted-proxy"},
		{[]string{"serve", "--listen", "127.0.0.1:0", "--var", "v", "--trusted-proxy", "proxy"}, exitUsage, "--trusted-proxy"},
	} {
		code, _, stderr := tamga(t, c.args...)
		if code != c.code || !strings.Contains(stderr, c.says) {
			t.Errorf("%v: exit code %d\n%s", c.args, code, stderr)
		}
	}
}

// paste runs the printed commands in a shell, as a person would.
func paste(t *testing.T, d demoServer) {
	t.Helper()
	lines := d.find(`(?m)curl -s .*$`)
	if len(lines) != 3 {
		t.Fatalf("%d commands to try in\n%s", len(lines), d.output)
	}
	t.Run("pasted", func(t *testing.T) {
		judgetest.Need(t, "curl")
		for i, want := range []string{`"indication":"TOTAL-PASSED"`, `"number":"`, `"in_force"`} {
			out, err := exec.Command("sh", "-c", lines[i]).Output()
			var compact bytes.Buffer
			if err := errors.Join(err, json.Compact(&compact, out)); err != nil {
				t.Errorf("%s: %v\n%s", lines[i], err, out)
			} else if !strings.Contains(compact.String(), want) {
				t.Errorf("%s\nanswers %s", lines[i], compact.String())
			}
		}
	})
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{Timeout: 10 * time.Second}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// checkModes asks that secrets are readable by their owner only.
func checkModes(t *testing.T) {
	t.Helper()
	secrets, err := filepath.Glob("var/keys/*")
	if err != nil {
		t.Fatal(err)
	}
	secrets = append(secrets, "var/demo.key", "var/tamga.db", "var/ca/rsa/authority.pem", "var/ca/gost-2015/authority.pem")
	for _, path := range secrets {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	for _, path := range []string{"var", "var/keys", "var/ca", "var/samples"} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

// snapshot reads files and the files of folders.
func snapshot(t *testing.T, roots ...string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			files[path], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestServeDemoOnPostgreSQL is the same with the other database, and with a
// third instance beside the second.
func TestServeDemoOnPostgreSQL(t *testing.T) {
	cluster := storetest.Start()
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	url := cluster.Database(t)
	t.Chdir(t.TempDir())
	first := startDemo(t, "--database-url", url)
	paste(t, first)
	first.stop()
	if _, err := os.Stat("var/tamga.db"); err == nil {
		t.Error("there is an SQLite file too")
	}
	second, third := startDemo(t, "--database-url", url), startDemo(t, "--database-url", url)
	for _, d := range []demoServer{second, third} {
		if got, want := d.pages(), first.pages(); !slices.Equal(got, want) {
			t.Errorf("a later start offers %v, the first offered %v", got, want)
		}
		paste(t, d)
	}
}

// TestServeEndsOnSignal stops the real process as an operating system does.
func TestServeEndsOnSignal(t *testing.T) {
	cmd := exec.Command("tamga", "serve", "--listen", "127.0.0.1:0") // testscript.Main put it on the path
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "TAMGA_TRUST="+filepath.Join(cmd.Dir, "none"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var printed []byte
	for buf := make([]byte, 4096); !bytes.Contains(printed, []byte("Stop with Ctrl+C.")); {
		n, err := out.Read(buf)
		printed = append(printed, buf[:n]...)
		if err != nil {
			t.Fatalf("%v\n%s", cmd.Wait(), log.String())
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v\n%s", err, log.String())
	}
	if !strings.Contains(log.String(), `"msg":"stopped"`) {
		t.Errorf("the log does not tell of the end:\n%s", log.String())
	}
}
