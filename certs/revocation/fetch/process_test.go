package fetch_test

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"tamga/certs"
	"tamga/certs/revocation/fetch"
)

// TestProcess is the other process of the tests below.
func TestProcess(t *testing.T) {
	dir := os.Getenv("TAMGA_FETCH_PROCESS")
	if dir == "" {
		t.Skip("runs only as a process of other tests")
	}
	pool := &certs.Pool{}
	for name, add := range map[string]func(*certs.Certificate){"root": pool.AddAnchor, "issuing": pool.AddIntermediate} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		c, err := certs.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		add(c)
	}
	w := &world{pool: pool, clock: &clock{at: start}, source: fetch.Source{Name: "nca", URL: os.Getenv("TAMGA_FETCH_URL")}}
	f := w.another(filepath.Join(dir, "lists"))
	if os.Getenv("TAMGA_FETCH_STOP") != "" {
		f.Check = func(string) (fetch.Info, error) {
			os.Stdout.WriteString("checking\n")
			select {} // until killed
		}
	}
	if _, err := f.Fetch(context.Background(), w.source); err != nil {
		t.Fatal(err)
	}
}

// process prepares another process on the folder of the world's fetcher.
func (w *world) process(t *testing.T, env ...string) *exec.Cmd {
	t.Helper()
	dir := filepath.Dir(w.fetcher.Dir)
	for name, c := range map[string]*certs.Certificate{"root": w.authority.Root(), "issuing": w.authority.Issuing()} {
		if err := os.WriteFile(filepath.Join(dir, name), c.Raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestProcess$")
	cmd.Env = append(os.Environ(), append(env, "TAMGA_FETCH_PROCESS="+dir, "TAMGA_FETCH_URL="+w.source.URL)...)
	return cmd
}

func TestProcessesTakeTurns(t *testing.T) {
	w := newWorld(t)
	w.fetcher = w.another(filepath.Join(w.fetcher.Dir, "lists"))
	raw := w.list(t, start)
	var now, most atomic.Int32
	w.site.answerWith(func(rw http.ResponseWriter, _ *http.Request) {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		rw.Write(raw)
		now.Add(-1)
	})
	var processes []*exec.Cmd
	for range 4 {
		processes = append(processes, w.process(t))
	}
	var all sync.WaitGroup
	for _, cmd := range processes {
		all.Go(func() {
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	w.holds(t, raw)
	if most.Load() != 1 {
		t.Errorf("%d at once", most.Load())
	}
	w.fetcher.OnNew = nil // it tells of the folder then
	if st := w.status(t); st.State != fetch.StateFresh || st.List.SHA256 != digest(raw) {
		t.Errorf("%+v", st)
	}
}

// A process that is killed with a list half way in leaves neither a lock nor a
// list that was not checked.
func TestKilledBeforeTheListWasAccepted(t *testing.T) {
	w := newWorld(t)
	w.fetcher = w.another(filepath.Join(w.fetcher.Dir, "lists"))
	raw := w.list(t, start)
	w.site.publish(raw, "")
	cmd := w.process(t, "TAMGA_FETCH_STOP=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "checking\n" {
		t.Errorf("%q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // says that it was killed
	if _, err := os.Stat(filepath.Join(w.fetcher.Dir, ".nca.part")); err != nil {
		t.Errorf("the process left no half done list: %v", err)
	}
	if _, err := os.Stat(w.fetcher.Path(w.source)); !os.IsNotExist(err) {
		t.Errorf("an unchecked list is in place: %v", err)
	}
	w.mustFetch(t)
	w.holds(t, raw)
}
