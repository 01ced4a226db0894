package attachments

import (
	"context"
	"fmt"
	"time"

	"tamga/documents/store"
)

// LetAllGo takes all attachments out of an application that is being erased, by its id, in
// the caller's transaction, which writes their records: their contents go, unless
// another application has the same.
func LetAllGo(ctx context.Context, tx *store.Tx, application string, at time.Time) error {
	all, err := Of(ctx, tx, application)
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := unqueue(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := letGo(ctx, tx, a.SHA256); err != nil {
			return err
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE attachments SET removed_at = $1 WHERE application = $2 AND removed_at = 0`, store.Micros(at), application); err != nil {
		return fmt.Errorf("failed to take the attachments out: %w", err)
	}
	return nil
}

// unqueue takes the question about an attachment away that no scanner has answered yet:
// nobody asks about what is out.
func unqueue(ctx context.Context, tx *store.Tx, id string) error {
	waits, err := tx.Changed(ctx, `DELETE FROM jobs WHERE kind = $1 AND id = $2 AND done_at = 0`, scanJob, id)
	if err == nil && waits {
		_, err = tx.ExecContext(ctx, `UPDATE attachments SET scan = $1 WHERE id = $2`, string(None), id)
	}
	if err != nil {
		return fmt.Errorf("failed to take the attachment out: %w", err)
	}
	return nil
}
