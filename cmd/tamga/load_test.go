package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/documents/registry/registrytest"
)

// served is the program as a process of its own.
type served struct {
	url string
	pid int
	dir string
	log *lockedBuffer
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
	p := &served{dir: cmd.Dir, log: &lockedBuffer{}}
	cmd.Stderr = p.log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
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
	cluster := registrytest.Start()
	t.Cleanup(func() {
		if err := cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	p := startServed(t, "--database-url", cluster.Database(t), "--request-time", "2")
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
	for range 30 { // more than the database has connections
		callers.Go(func() { ask("/v1/check/26000001", http.StatusServiceUnavailable) })
	}
	ask("/v1/verify/cms", http.StatusOK)
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

func TestMeasure(t *testing.T) {
	if os.Getenv("MEASURE") == "" {
		t.Skip()
	}
	args := strings.Fields(os.Getenv("MEASURE_ARGS"))
	seed := startServed(t)
	cms, err := os.ReadFile(seed.dir + "/var/samples/application-rsa.cms")
	if err != nil {
		t.Fatal(err)
	}
	detached, err := os.ReadFile(seed.dir + "/var/samples/application-gost.p7s")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range hostileRequests(t, hostileSizes{24 << 20, 30 << 20, 1000}, cms, detached) {
		if only := os.Getenv("MEASURE"); only != "all" && !strings.Contains(r.name, only) {
			continue
		}
		p := startServed(t, args...)
		before := p.anonymous(t)
		stop := p.watch(t)
		began := time.Now()
		res, err := http.Post(p.url+r.path, r.media, bytes.NewReader(r.body))
		if err != nil {
			t.Logf("%-26s %v", r.name, err)
			continue
		}
		answer, err := io.ReadAll(res.Body)
		res.Body.Close()
		t.Logf("%-26s %4d MB body, %4d MB before, %4d MB, %6d ms: %d %d %v %.1500s", r.name, len(r.body)>>20, before>>20, stop()>>20, time.Since(began).Milliseconds(), res.StatusCode, len(answer), err, answer)
	}
}
