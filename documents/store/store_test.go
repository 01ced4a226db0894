package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tamga/documents/registry"
	"tamga/documents/store"
)

// Several programs that start at the same moment on an empty database all find
// the tables made.
func TestOpenTogether(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				db, err := registry.Open(t.Context(), dsn)
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}

func TestOpenRefusesNewerTables(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, _ := open(t, dsn)
		run(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)`)
		if db, err := registry.Open(t.Context(), dsn); err == nil {
			t.Error("opened")
			must(t, db.Close())
		} else if !strings.Contains(err.Error(), "99999") {
			t.Error(err)
		}
	})
}

func TestOpenFile(t *testing.T) {
	for name, said := range map[string]string{
		"": "the register needs the path of a file", ":memory:": "the register needs the path of a file",
		filepath.Join(t.TempDir(), "no", "such", "folder"): "no such file or directory",
	} {
		if db, err := registry.Open(t.Context(), name); err == nil {
			t.Errorf("opened %q", name)
			must(t, db.Close())
		} else if !strings.Contains(err.Error(), said) {
			t.Errorf("%q: %v, want %q", name, err, said)
		}
	}
	// Names that mean something in a URL, and the rights of the new file.
	for _, name := range []string{"register.sqlite", "тізілім 100%?mode=memory#x.sqlite"} {
		path := filepath.Join(t.TempDir(), name)
		db, err := registry.Open(t.Context(), path)
		must(t, err)
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000",
		} {
			var got string
			must(t, db.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				return tx.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&got)
			}))
			if got != want {
				t.Errorf("%s is %s, want %s", pragma, got, want)
			}
		}
		if err := db.QueryRowContext(t.Context(), `DELETE FROM log_head RETURNING id`).Scan(new(int)); err == nil || !strings.Contains(err.Error(), "readonly") || !store.Unavailable(err) {
			t.Errorf("the readers' connections can write: %v", err)
		}
		must(t, db.Close())
		info, err := os.Stat(path)
		must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has the mode %v", name, info.Mode())
		}
		if info.Size() == 0 {
			t.Errorf("the register is not in %s", name)
		}
	}
}

func TestOpenUnreachableServer(t *testing.T) {
	const secret = "s3cret"
	_, err := registry.Open(t.Context(), "postgres://tamga:"+secret+"@127.0.0.1:1/tamga?connect_timeout=1")
	if err == nil || !strings.Contains(err.Error(), "connect") {
		t.Fatalf("opened: %v", err)
	}
	if strings.Contains(err.Error(), secret) {
		t.Errorf("the error repeats the password: %v", err)
	}
}

// An address of a server that cannot be read is told, and is no path of a file.
func TestOpenBadAddress(t *testing.T) {
	for _, dsn := range []string{"postgres://127.0.0.1:port/tamga", "postgresql://%zz"} {
		db, err := registry.Open(t.Context(), dsn)
		if err == nil {
			must(t, db.Close())
		}
		if err == nil || !strings.Contains(err.Error(), "cannot parse") {
			t.Errorf("%s: %v", dsn, err)
		}
	}
}

// Nothing can be read from a database that was closed, nor written.
func TestClose(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, err := registry.Open(t.Context(), dsn)
		must(t, err)
		must(t, db.Close())
		if _, err := db.Clients(t.Context()); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("read: %v", err)
		}
		if _, err := db.AddClient(t.Context(), "a", nil); err == nil || !strings.Contains(err.Error(), "closed") {
			t.Errorf("written: %v", err)
		}
	})
}
