package registry

import (
	"context"
	"database/sql"
	"testing"
)

// onPostgres reports which engine a register is on.
func onPostgres(r *Registry) bool { return r.Store.read == r.Store.write }

// tampering runs f in a transaction in which rows can be edited regardless of
// foreign keys, as whoever owns the database can, and undoes it all.
func inTampering(t testing.TB, r *Registry, f func(tx *sql.Tx)) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	tx, err := r.Store.write.BeginTx(ctx, nil)
	must(t, err)
	defer func() { must(t, tx.Rollback()) }()
	relax := `PRAGMA defer_foreign_keys = ON`
	if onPostgres(r) {
		relax = `SET LOCAL session_replication_role = replica`
	}
	must(t, second(tx.ExecContext(ctx, relax)))
	f(tx)
}

// afterEdits returns what VerifyLog says of a register that was edited so. The
// edits are undone.
func afterEdits(t testing.TB, r *Registry, edits ...string) (said error) {
	t.Helper()
	inTampering(t, r, func(tx *sql.Tx) {
		for _, edit := range edits {
			if _, err := tx.ExecContext(context.WithoutCancel(t.Context()), edit); err != nil {
				t.Fatalf("%s: %v", edit, err)
			}
		}
		said = verify(context.WithoutCancel(t.Context()), tx)
	})
	return said
}
