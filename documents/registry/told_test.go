package registry

import (
	"context"
	"testing"

	"tamga/documents/store"
)

// tell writes messages as documents/messages does, in the cabinet, delivered and waiting,
// and what the questionnaire keeps beside its answers.
func tell(t testing.TB, r *Registry) {
	t.Helper()
	must(t, r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		enter := func(table, key, statement string, args ...any) {
			must(t, second(tx.ExecContext(ctx, statement, append([]any{key}, args...)...)))
			must(t, EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: store.Kept, At: r.now()}))
		}
		for i, id := range []string{"m1", "m2", "m3"} {
			enter("messages", id, `INSERT INTO messages (id, application, document, event, occasion, channel, language, address, text, state, detail,
				queued_at, sent_at, ended_at) VALUES ($1, 'a1b2', 'd', 'issued', 'o', $2, 'kk', 'a', 't', $3, 'd', 1, $4, $5)`,
				[]string{"cabinet", "sms", "email"}[i], []string{"delivered", "delivered", "queued"}[i], []int{0, 8, 0}[i], []int{9, 9, 0}[i])
			must(t, tx.EnqueueNow(ctx, "message", id))
		}
		enter("messages", "m4", `INSERT INTO messages (id, application, event, occasion, channel, language, text, state, queued_at, ended_at)
			VALUES ($1, 'a1b2', 'registered', 'r', 'cabinet', 'kk', 't', 'delivered', 1, 1)`)
		must(t, second(tx.ExecContext(ctx, `UPDATE jobs SET done_at = 9 WHERE id IN ('m1', 'm2')`)))
		for i, id := range []string{"a1b2", "c3d4"} {
			enter("contacts", id, `INSERT INTO contacts (application, language, email, phone, given_at) VALUES ($1, 'kk', 'e', 'p', 1)`)
			enter("questionnaire_keys", "k"+id, `INSERT INTO questionnaire_keys (id, secret) VALUES ($1, $2)`, picture(uint64(i)))
		}
		for i, id := range []string{"26000004 document_ends 2027-01-02", "26000004 suspension_ends 2026-12-02"} {
			enter(reminderRows, id, `INSERT INTO reminders (id, number, event, day, state, at) VALUES ($1, '26000004', $2, $3, 'told', 5)`,
				[]string{"document_ends", "suspension_ends"}[i], []string{"2027-01-02", "2026-12-02"}[i])
		}
		enter("questionnaire_invitations", "a1b2", `INSERT INTO questionnaire_invitations (application) VALUES ($1)`)
		return nil
	}))
}
