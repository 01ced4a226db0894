package registry

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// fault is something that goes wrong under a register, until end is called.
type fault struct {
	name  string
	want  error
	says  string // the last error, of why
	begin func(t *testing.T, r *Registry, dsn string, c *clock) (end func())
}

// clockBack is a clock that jumps back behind what was written, and forward again.
var clockBack = fault{"clock back", ErrClock, "was issued on", func(t *testing.T, r *Registry, _ string, c *clock) func() {
	c.advance(72 * time.Hour)
	issue(t, r, "ahead", licenceDraft(3))
	c.advance(-48 * time.Hour)
	return func() { c.advance(48 * time.Hour) }
}}

var faultsOfFile = []fault{
	clockBack,
	{"disk full", store.ErrUnavailable, "disk is full", func(t *testing.T, r *Registry, _ string, _ *clock) func() {
		pages := column(t, r, `SELECT page_count FROM pragma_page_count`)[0]
		pragma(t, r, `PRAGMA max_page_count = `+pages)
		return func() { pragma(t, r, `PRAGMA max_page_count = 1073741823`) }
	}},
	{"read-only", store.ErrUnavailable, "readonly database", func(t *testing.T, r *Registry, dsn string, c *clock) func() {
		pragma(t, r, `PRAGMA query_only = 1`)
		return func() { // the connection cannot even begin what would take that back
			db, err := Open(t.Context(), dsn)
			must(t, err)
			t.Cleanup(func() { must(t, db.Close()) })
			db.Now, r.Store = c.now, db
		}
	}},
}

var faultsOfServer = []fault{
	clockBack,
	{"disk full", store.ErrUnavailable, "No space left on device", fullTablespace},
	{"read-only", store.ErrUnavailable, "read-only transaction", readOnlyServer},
}

// pragma runs a statement on the connection that writes.
func pragma(t *testing.T, r *Registry, statement string) {
	t.Helper()
	must(t, r.Store.Tx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *store.Tx) error {
		return second(tx.ExecContext(ctx, statement))
	}))
}

// readOnlyServer makes a database one that only answers, and ends its connections, which
// do not know it yet.
func readOnlyServer(t *testing.T, r *Registry, dsn string, _ *clock) func() {
	t.Helper()
	u, err := url.Parse(dsn)
	must(t, err)
	leave := `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`
	must(t, psql(dsn, `ALTER DATABASE `+u.Path[1:]+` SET default_transaction_read_only = on`, leave))
	return func() {
		must(t, psql(dsn, `ALTER DATABASE `+u.Path[1:]+` RESET default_transaction_read_only`, leave))
	}
}

// psql runs statements on a connection of its own, which may write whatever the database
// says.
func psql(dsn string, statements ...string) error {
	cmd := exec.Command("psql", dsn, "-v", "ON_ERROR_STOP=1")
	for _, s := range statements {
		cmd.Args = append(cmd.Args, "-c", s)
	}
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c default_transaction_read_only=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
}

// fullTablespace puts the files of documents on a disk of their own, of 8 MB, and fills
// it.
func fullTablespace(t *testing.T, r *Registry, dsn string, _ *clock) func() {
	if os.Geteuid() != 0 {
		t.Skip("only root can mount a small disk")
	}
	u, err := url.Parse(dsn)
	must(t, err)
	server, err := os.Stat(u.Query().Get("host"))
	must(t, err)
	disk, err := os.MkdirTemp("", "small")
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(disk)) })
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=8m"); err != nil {
		t.Skipf("no small disk can be mounted: %v", err)
	}
	t.Cleanup(func() { must(t, syscall.Unmount(disk, 0)) })
	folder := filepath.Join(disk, "space")
	must(t, os.Mkdir(folder, 0o700))
	owner := server.Sys().(*syscall.Stat_t)
	must(t, os.Chown(folder, int(owner.Uid), int(owner.Gid)))
	must(t, psql(dsn, `CREATE TABLESPACE small LOCATION '`+folder+`'`))
	t.Cleanup(func() {
		must(t, psql(dsn, `ALTER TABLE files SET TABLESPACE pg_default`))
		must(t, psql(dsn, `DROP TABLESPACE small`))
	})
	must(t, run(t, r, `ALTER TABLE files SET TABLESPACE small`))
	filler := filepath.Join(disk, "filler")
	if err := os.WriteFile(filler, make([]byte, 16<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	return func() { must(t, os.Remove(filler)) }
}

// Whatever goes wrong under the register, who asks hears it as what it is, what was
// there can be read, nothing is half done, and when it is over the same request gives
// its one document.
func TestFaults(t *testing.T) {
	for engine, faults := range map[string][]fault{"sqlite": faultsOfFile, "postgres": faultsOfServer} {
		for _, f := range faults {
			t.Run(engine+"/"+f.name, func(t *testing.T) {
				dsn := filepath.Join(t.TempDir(), "register.sqlite")
				if engine == "postgres" {
					dsn = cluster.Database(t)
				}
				suffer(t, dsn, f)
			})
		}
	}
}

func suffer(t *testing.T, dsn string, f fault) {
	r, c := open(t, dsn)
	before := issue(t, r, "before", licenceDraft(1)).Number
	const enough = 20 // as often as connections may have been found dead, and more
	end := f.begin(t, r, dsn, c)
	asked := IssueRequest{Client: "portal", IdempotencyKey: "meanwhile", Draft: licenceDraft(2)}
	failed, why := 0, ""
	for range 60 { // until no room is left that nobody has counted
		asked.IdempotencyKey = fmt.Sprint("meanwhile ", failed, len(column(t, r, `SELECT number FROM documents`)))
		_, _, err := r.Issue(t.Context(), asked)
		if err == nil {
			continue
		}
		if !errors.Is(err, f.want) {
			t.Errorf("%v, want %v", err, f.want)
		}
		why = err.Error()
		if failed++; failed == enough {
			break
		}
	}
	if failed != enough || !strings.Contains(why, f.says) {
		t.Errorf("it went wrong %d times, the last time for %q, want %q", failed, why, f.says)
	}
	must(t, second(r.PDF(t.Context(), before)))
	end()
	c.advance(2 * time.Minute) // leases that could not be given back end
	rec, _, err := r.Issue(t.Context(), asked)
	must(t, err)
	again, replayed, err := r.Issue(t.Context(), asked)
	if must(t, err); !replayed || again.Number != rec.Number {
		t.Errorf("№ %s, and then %s", rec.Number, again.Number)
	}
	must(t, second(r.Recover(t.Context())))
	for i, number := range column(t, r, `SELECT number FROM documents ORDER BY number`) {
		if n, err := documents.ParseNumber(number); err != nil || n.Seq != i+1 {
			t.Errorf("№ %s stands at place %d", number, i+1)
		}
		expectStatus(t, r, number, documents.StatusInForce)
	}
	must(t, r.VerifyLog(t.Context()))
}
