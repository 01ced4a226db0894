package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/api"
	"tamga/documents/store/storetest"
)

// served is the program as a process of its own.
type served struct {
	url string
	pid int
	dir string
	log *lockedBuffer
	cmd *exec.Cmd
}

// stop ends the process as its users do.
func (p *served) stop(t *testing.T) {
	t.Helper()
	if err := errors.Join(p.cmd.Process.Signal(os.Interrupt), p.cmd.Wait()); err != nil {
		t.Errorf("%v\n%s", err, p.log.String())
	}
}

func startServed(t *testing.T, args ...string) *served {
	t.Helper()
	cmd := exec.Command("tamga", append([]string{"serve", "--demo", "--listen", "127.0.0.1:0"}, args...)...) // testscript.Main put it on the path
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "TAMGA_TRUST="+cmd.Dir+"/none")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &served{dir: cmd.Dir, log: &lockedBuffer{}, cmd: cmd}
	cmd.Stderr = p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("the log ends with\n%s", p.log.String()[max(0, len(p.log.String())-4000):])
		}
	})
	p.pid = cmd.Process.Pid
	var printed []byte
	for buf := make([]byte, 4096); !bytes.Contains(printed, []byte("Stop with Ctrl+C.")); {
		n, err := out.Read(buf)
		printed = append(printed, buf[:n]...)
		if err != nil {
			t.Fatalf("%v\n%s", err, p.log.String())
		}
	}
	p.url = "http://" + string(regexp.MustCompile(`listens on (\S+)`).FindSubmatch(printed)[1])
	return p
}

// anonymous returns the anonymous memory of the process in bytes.
func (p *served) anonymous(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		t.Skip("this system does not tell anonymous memory")
	}
	kb, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return kb << 10
}

// watch returns the most anonymous memory of the process until stop is called.
func (p *served) watch(t *testing.T) (stop func() int64) {
	t.Helper()
	var most atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			most.Store(max(most.Load(), p.anonymous(t)))
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return func() int64 {
		cancel()
		<-ended
		return most.Load()
	}
}

// While the database hangs, what needs it is answered with 503 in time, and the
// rest goes on; when it comes back, so does everything.
func TestServeWhileDatabaseHangs(t *testing.T) {
	cluster := storetest.Start()
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	p := startServed(t, "--database-url", cluster.Database(t), "--request-time", "5")
	request, err := os.ReadFile(p.dir + "/var/samples/verify.json")
	if err != nil {
		t.Fatal(err)
	}
	ask := func(path string, want int) {
		t.Helper()
		client := &http.Client{Timeout: 12 * time.Second}
		var res *http.Response
		var err error
		if path == "/v1/verify/cms" {
			res, err = client.Post(p.url+path, "application/json", bytes.NewReader(request))
		} else {
			res, err = client.Get(p.url + path)
		}
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if body, err := io.ReadAll(res.Body); res.StatusCode != want {
			t.Errorf("%s: %d, want %d: %s (%v)", path, res.StatusCode, want, body, err)
		}
		if want == http.StatusServiceUnavailable && res.Header.Get("Retry-After") == "" {
			t.Errorf("%s: nothing says when to come again", path)
		}
	}
	ask("/v1/check/26000001", http.StatusOK)
	ask("/readyz", http.StatusOK)
	thaw, err := cluster.Freeze()
	if err != nil {
		t.Fatal(err)
	}
	var callers sync.WaitGroup
	var answered atomic.Int64
	for range 30 { // more than the database has connections
		callers.Go(func() {
			ask("/v1/check/26000001", http.StatusServiceUnavailable)
			answered.Add(1)
		})
	}
	time.Sleep(time.Second) // all of them wait now
	ask("/v1/verify/cms", http.StatusOK)
	if n := answered.Load(); n > 0 {
		t.Errorf("a verification waited until %d were answered that wait for the database", n)
	}
	ask("/livez", http.StatusOK)
	ask("/readyz/verify", http.StatusOK)
	ask("/readyz/issue", http.StatusServiceUnavailable)
	callers.Wait()
	if err := thaw(); err != nil {
		t.Fatal(err)
	}
	ask("/v1/check/26000001", http.StatusOK)
	ask("/readyz", http.StatusOK)
	if err := cluster.Crash(); err != nil {
		t.Fatal(err)
	}
	// The connections that broke are noticed one by one.
	for range 20 {
		if res, err := http.Get(p.url + "/readyz"); err == nil {
			res.Body.Close()
		}
	}
	ask("/readyz", http.StatusOK)
	ask("/v1/check/26000001", http.StatusOK)
}

// A service does not start that could take no upload.
func TestServeWithoutSpool(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, dir := range []string{"none", "file"} {
		if err := os.WriteFile("file", nil, 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, stderr := tamga(t, "serve", "--listen", "127.0.0.1:0", "--spool-dir", dir)
		if code != exitUsage || !strings.Contains(stderr, "--spool-dir: there is no room for the file now: open "+dir) {
			t.Errorf("%s: exit code %d, %s", dir, code, stderr)
		}
	}
}

// mostAnonymous is what the program may take of memory, uploads and lists
// that are mapped apart.
const mostAnonymous = 512 << 20

// TestOracleLoad sends fifty requests of the worst kinds at once, and asks what
// people ask meanwhile. Everything is answered, and the memory stays bounded. A
// long run sends the largest bodies that are taken.
func TestOracleLoad(t *testing.T) {
	sizes := hostileSizes{json: 6 << 20, form: 8 << 20, pages: 200}
	if whole, err := time.ParseDuration(os.Getenv("TAMGA_ORACLE")); err == nil && whole >= 5*time.Minute {
		sizes = hostileSizes{json: 24 << 20, form: 30 << 20, pages: 1000}
	}
	p := startServed(t)
	requests := hostileRequests(t, sizes, p.file(t, "application-rsa.cms"), p.file(t, "application-gost.p7s"))
	heavy := slices.DeleteFunc(slices.Clone(requests), func(r hostileRequest) bool { return !r.heavy })
	genuine := hostileRequest{name: "genuine", path: "/v1/verify/cms", media: "application/json", body: p.file(t, "verify.json")}
	before := p.anonymous(t)
	stop := p.watch(t)
	for range 20 {
		p.pretendToSend(t)
	}
	var statuses [600]atomic.Int64
	var attackers sync.WaitGroup
	for i := range 50 {
		attackers.Go(func() {
			r := requests[i%len(requests)]
			if i >= len(requests) {
				r = heavy[i%len(heavy)]
			}
			status, answer, err := p.send(r)
			if err != nil || status == http.StatusInternalServerError {
				t.Errorf("%s: %d %.200s (%v)", r.name, status, answer, err)
				return
			}
			statuses[status].Add(1)
		})
	}
	over := make(chan struct{})
	go func() {
		defer close(over)
		attackers.Wait()
	}()
	answered := 0
	for attacked := true; attacked; answered++ {
		select {
		case <-over:
			attacked = false
		default:
		}
		if status, answer, err := p.send(genuine); status != http.StatusOK || !bytes.Contains(answer, []byte(`"TOTAL-PASSED"`)) {
			t.Fatalf("a genuine request: %d %.300s (%v)", status, answer, err)
		}
		if answered < api.DefaultLimits().Checks {
			if status, body := get(t, p.url+"/v1/check/26000001"); status != http.StatusOK {
				t.Fatalf("a genuine check: %d %s", status, body)
			}
		}
		time.Sleep(20 * time.Millisecond) // a person's pace
	}
	most := stop()
	for status := range statuses {
		if n := statuses[status].Load(); n > 0 {
			t.Logf("%d answered with %d", n, status)
		}
	}
	t.Logf("%d genuine requests answered meanwhile; %d MB before, %d MB at most", answered, before>>20, most>>20)
	if most > mostAnonymous {
		t.Errorf("%d MB of anonymous memory", most>>20)
	}
}

func (p *served) file(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(p.dir + "/var/samples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// send sends a request and reads its answer to the end.
func (p *served) send(r hostileRequest) (int, []byte, error) {
	client := &http.Client{Timeout: 3 * time.Minute}
	res, err := client.Post(p.url+r.path, r.media, bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if res.StatusCode == http.StatusServiceUnavailable && res.Header.Get("Retry-After") == "" {
		err = errors.Join(err, errors.New("nothing says when to come again"))
	}
	return res.StatusCode, answer, err
}

// pretendToSend announces a long body and sends its beginning.
func (p *served) pretendToSend(t *testing.T) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, "POST /v1/verify/cms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n"+
		`{"cms":"`+strings.Repeat("A", 60<<10))
	if err != nil {
		t.Fatal(err)
	}
}
