package inbox

import (
	"context"
	"encoding/base64"
	"fmt"

	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// The tables, and what happens to their rows in the words of the log.
const (
	messageRows = "gateway_messages"
	statusRows  = "gateway_statuses"

	received = "received"
	answered = "answered"
	sent     = "sent"
)

func enter(ctx context.Context, tx *store.Tx, c store.Change) error {
	return registry.EnterRow(ctx, tx, c)
}

// row is the id of a message's row.
func (in incoming) row() string { return gateways.MessageID("in", in.sender.Name, in.ID) }

// receive writes a message down before anything is done with it, and returns what it was
// answered before; nothing where it was not. Another message under its id is refused.
func (b *Box) receive(ctx context.Context, in incoming) (a Answer, err error) {
	err = b.store().Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.store().Moment()
		fresh, err := tx.Changed(ctx, `INSERT INTO gateway_messages (id, sender, message_id, form, service, body, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO NOTHING`, in.row(), in.sender.Name, in.ID, string(in.form), in.Service, string(in.plain), store.Micros(now))
		if err != nil {
			return fmt.Errorf("failed to write the message: %w", err)
		}
		if fresh {
			return enter(ctx, tx, store.Change{Table: messageRows, Key: in.row(), Event: received, At: now})
		}
		a, err = answerOf(ctx, tx, in)
		return err
	})
	return a, err
}

// answerOf returns what a message was answered; nothing where it was not yet.
func answerOf(ctx context.Context, r store.Reader, in incoming) (a Answer, err error) {
	var form, body, code, answer string
	err = r.QueryRowContext(ctx, `SELECT form, body, application, code, answer FROM gateway_messages WHERE id = $1`, in.row()).
		Scan(&form, &body, &a.Application, &code, &answer)
	if err != nil {
		return a, fmt.Errorf("failed to read the message: %w", err)
	}
	if body == "" {
		return a, refuse(message.Refused, "what the message has brought was erased")
	}
	if form != string(in.form) || body != string(in.plain) {
		return a, refuse(message.Reused, "the id is that of another message")
	}
	a.Code, a.Sender, a.Replayed = message.Code(code), in.sender.Name, code != ""
	a.Body, err = base64.StdEncoding.DecodeString(answer)
	return a, err
}

// keep writes the answer to a message down, unless another has answered it meanwhile:
// then that answer counts.
func (b *Box) keep(ctx context.Context, in incoming, a Answer) (Answer, error) {
	// What was done is kept also for a sender who has gone: he will ask again.
	ctx = context.WithoutCancel(ctx)
	err := b.store().Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.store().Moment()
		mine, err := tx.Changed(ctx, `UPDATE gateway_messages SET application = $1, code = $2, answer = $3, answered_at = $4 WHERE id = $5 AND code = ''`,
			a.Application, string(a.Code), base64.StdEncoding.EncodeToString(a.Body), store.Micros(now), in.row())
		if err != nil {
			return fmt.Errorf("failed to keep the answer: %w", err)
		}
		if !mine {
			a, err = answerOf(ctx, tx, in)
			return err
		}
		return enter(ctx, tx, store.Change{Table: messageRows, Key: in.row(), Event: answered, At: now})
	})
	b.store().At("message answered")
	return a, err
}
