package registry

import (
	"context"
	"errors"
	"testing"

	"tamga/documents/store"
)

// onPostgres reports which engine a register is on.
func onPostgres(t testing.TB, r *Registry) bool {
	var version string
	return r.Store.QueryRowContext(context.WithoutCancel(t.Context()), `SELECT sqlite_version()`).Scan(&version) != nil
}

// tampering runs f in a transaction in which rows can be edited regardless of
// foreign keys, as whoever owns the database can, and undoes it all.
func inTampering(t testing.TB, r *Registry, f func(tx *store.Tx)) {
	t.Helper()
	undone := errors.New("undone")
	err := r.Store.Tx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *store.Tx) error {
		relax := `PRAGMA defer_foreign_keys = ON`
		if onPostgres(t, r) {
			relax = `SET LOCAL session_replication_role = replica`
		}
		must(t, second(tx.ExecContext(ctx, relax)))
		f(tx)
		return undone
	})
	if err != undone {
		t.Fatal(err)
	}
}

// afterEdits returns what VerifyLog says of a register that was edited so. The
// edits are undone.
func afterEdits(t testing.TB, r *Registry, edits ...string) (said error) {
	t.Helper()
	inTampering(t, r, func(tx *store.Tx) {
		for _, edit := range edits {
			if _, err := tx.ExecContext(context.WithoutCancel(t.Context()), edit); err != nil {
				t.Fatalf("%s: %v", edit, err)
			}
		}
		said = verify(context.WithoutCancel(t.Context()), tx)
	})
	return said
}
