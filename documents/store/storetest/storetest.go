// Package storetest gives tests a private PostgreSQL server and runs them on
// every engine of the store. Start a [Cluster] in TestMain, run the tests
// with [Cluster.Run], and call [Cluster.EachEngine] in them.
package storetest

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Required is the variable that, set to 1, turns a missing PostgreSQL from a
// reason to skip into a failure.
const Required = "TAMGA_REQUIRE_POSTGRES"

// Cluster is a PostgreSQL server of our own: its data in a temporary folder,
// reachable through a socket in that folder and in no other way.
type Cluster struct {
	programs string   // the folder of PostgreSQL's programs
	settings []string // of the server, each name=value
	folder   string
	account  *syscall.Credential // whom the server runs as, if not as us
	missing  error               // why there is no server
	process  *os.Process
	exited   chan struct{}
	output   *bytes.Buffer // read after exited is closed
}

// Start starts a server. It does not fail: if there is none on this machine,
// or it does not come up, the tests that want one say so. Stop it in any case. The
// settings, each name=value, come after ours.
func Start(settings ...string) *Cluster {
	c := &Cluster{output: &bytes.Buffer{}, settings: settings}
	c.missing = c.start()
	return c
}

// Run runs the tests of a package and stops the server; it returns the code to exit
// with.
func (c *Cluster) Run(m *testing.M) int {
	code := m.Run()
	if err := c.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "failed to stop PostgreSQL:", err)
		return max(code, 1)
	}
	return code
}

// Stop ends the server and removes its folder.
func (c *Cluster) Stop() error {
	if c.process != nil {
		// SIGINT is PostgreSQL's fast shutdown.
		if err := c.process.Signal(os.Interrupt); err == nil {
			<-c.exited
		}
	}
	if c.folder == "" {
		return nil
	}
	return os.RemoveAll(c.folder)
}

// Freeze stops the server and its children in their tracks, as a machine does
// that has lost its disk: connections stay, and nothing answers. thaw lets them
// go on.
func (c *Cluster) Freeze() (thaw func() error, err error) {
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", c.process.Pid))
	if err != nil {
		return nil, err
	}
	pids := []int{c.process.Pid}
	for _, text := range strings.Fields(string(children)) {
		pid, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		pids = append(pids, pid)
	}
	signal := func(s syscall.Signal) error {
		var failed error
		for _, pid := range pids {
			failed = errors.Join(failed, syscall.Kill(pid, s))
		}
		return failed
	}
	return func() error { return signal(syscall.SIGCONT) }, signal(syscall.SIGSTOP)
}

// Crash kills the server without any warning, as the kernel does when memory
// runs out, and starts it again on what it has left.
func (c *Cluster) Crash() error {
	if err := c.process.Kill(); err != nil {
		return err
	}
	<-c.exited
	// The server's children notice that it is gone, and only then let the
	// next one in.
	var err error
	for range 100 {
		if err = c.serve(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return err
}

// EachEngine runs a test on an empty SQLite file and on an empty PostgreSQL
// database, each named by the data source name that store.Open takes.
func (c *Cluster) EachEngine(t *testing.T, test func(t *testing.T, dsn string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "register.sqlite")) })
	t.Run("postgres", func(t *testing.T) { test(t, c.Database(t)) })
}

// Database returns the URL of a new, empty database on the server. Without a
// server it skips the test, or fails it if [Required] is set.
func (c *Cluster) Database(t testing.TB) string {
	t.Helper()
	if c.missing != nil {
		if os.Getenv(Required) == "1" {
			t.Fatalf("PostgreSQL is required: %v", c.missing)
		}
		t.Skipf("PostgreSQL is missing: %v", c.missing)
	}
	name := "tamga_" + strings.ToLower(rand.Text())
	if err := c.ask(t.Context(), "createdb", name); err != nil {
		t.Fatalf("failed to create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.ask(context.WithoutCancel(t.Context()), "dropdb", "--force", name); err != nil {
			t.Errorf("failed to drop the database: %v", err)
		}
	})
	return c.url(name)
}

func (c *Cluster) url(database string) string {
	u := url.URL{Scheme: "postgres", User: url.User("tamga"), Path: "/" + database}
	u.RawQuery = url.Values{"host": {c.folder}}.Encode()
	return u.String()
}

// ask runs one of PostgreSQL's own client programs against the server. They
// are enough here, and keep this package free of any driver.
func (c *Cluster) ask(ctx context.Context, program string, args ...string) error {
	args = append([]string{"--host", c.folder, "--username", "tamga"}, args...)
	out, err := exec.CommandContext(ctx, filepath.Join(c.programs, program), args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(out))
	}
	return nil
}

func (c *Cluster) start() error {
	var err error
	if c.programs, err = findPrograms(); err != nil {
		return err
	}
	if c.account, err = serverAccount(); err != nil {
		return err
	}
	if c.folder, err = os.MkdirTemp("", "tamga-pg-"); err != nil {
		return err
	}
	if c.account != nil {
		if err := os.Chown(c.folder, int(c.account.Uid), int(c.account.Gid)); err != nil {
			return err
		}
	}
	data := filepath.Join(c.folder, "data")
	// The data is thrown away at the end: it need not survive the machine.
	create := exec.Command(filepath.Join(c.programs, "initdb"), "-D", data, "-U", "tamga", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	create.Dir, create.SysProcAttr = c.folder, processAttributes(c.account)
	if out, err := create.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	return c.serve()
}

// serve starts the server on its data, and waits until it answers.
func (c *Cluster) serve() error {
	args := []string{"-D", filepath.Join(c.folder, "data"), "-k", c.folder}
	for _, s := range append([]string{"listen_addresses=", "fsync=off", "max_connections=100"}, c.settings...) {
		args = append(args, "-c", s)
	}
	cmd := exec.Command(filepath.Join(c.programs, "postgres"), args...)
	cmd.Dir, cmd.SysProcAttr = c.folder, processAttributes(c.account)
	cmd.Stdout, cmd.Stderr = c.output, c.output
	if err := c.run(cmd); err != nil {
		return err
	}
	return c.waitUntilReady()
}

// run starts the server from a thread of its own, which lives as long as the
// server: where the system can tie a child's life to that of a thread, the
// server ends with the tests, even if those are killed.
func (c *Cluster) run(cmd *exec.Cmd) error {
	started := make(chan error)
	exited := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			// How it ended shows in its output.
			_ = cmd.Wait()
		}
		close(exited)
	}()
	if err := <-started; err != nil {
		return err
	}
	c.process, c.exited = cmd.Process, exited
	return nil
}

func (c *Cluster) waitUntilReady() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := c.ask(ctx, "pg_isready")
		if err == nil {
			return nil
		}
		select {
		case <-c.exited:
			return fmt.Errorf("the server has ended: %s", bytes.TrimSpace(c.output.Bytes()))
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// findPrograms looks for the programs of PostgreSQL where Debian puts them, the
// newest version first, and then on the path.
func findPrograms() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	best, version := "", -1
	for _, path := range found {
		folder := filepath.Dir(path)
		v, err := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		if err == nil && v > version {
			best, version = folder, v
		}
	}
	if best != "" {
		return best, nil
	}
	path, err := exec.LookPath("initdb")
	if err != nil {
		return "", errors.New("no initdb under /usr/lib/postgresql or on the path (Debian's package is postgresql)")
	}
	return filepath.Dir(path), nil
}

// serverAccount returns whom the server must run as: PostgreSQL refuses to run
// as root, so root runs it as the account that Debian's package makes.
func serverAccount() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("root needs the account postgres to run the server: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
