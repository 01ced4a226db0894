package messages

import (
	"context"
	"fmt"
	"time"

	"tamga/documents/store"
)

// DropAll ends the messages of an application that is being erased, by its id, which have
// not ended, in the caller's transaction, which writes their records. Whoever is sending
// one meanwhile writes nothing more of it.
func DropAll(ctx context.Context, tx *store.Tx, application string, at time.Time) error {
	rows, err := tx.QueryContext(ctx, `SELECT id FROM messages WHERE application = $1 AND ended_at = 0 ORDER BY id`, application)
	if err != nil {
		return fmt.Errorf("failed to list the messages: %w", err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("failed to list the messages: %w", err)
		}
		all = append(all, id)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("failed to list the messages: %w", err)
	}
	for _, id := range all {
		if err := tx.EndJob(ctx, sending, id, at); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE messages SET state = $1, ended_at = $2 WHERE id = $3`, string(Dropped), store.Micros(at), id)
		if err != nil {
			return fmt.Errorf("failed to drop a message: %w", err)
		}
	}
	return nil
}
