package inbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// statusJob is the kind of the jobs that tell senders.
const statusJob = "gateway_status"

// registered is told when an application has its number; else what is told is how it has
// ended.
const registered = "registered"

// CarryOn goes on with applications that came in and wait, queues what their senders are
// to be told, and tells it. It returns how many were told; call it now and then.
func (b *Box) CarryOn(ctx context.Context) (told int, err error) {
	all, err := b.going(ctx)
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, in := range all {
		failed = append(failed, b.carryOn(ctx, in))
	}
	told, err = b.store().Work(ctx, statusJob, b.send)
	return told, errors.Join(append(failed, err)...)
}

// going are the messages whose applications have not ended, or whose end was not queued
// yet; none that were erased.
func (b *Box) going(ctx context.Context) (all []incoming, err error) {
	ctx, end := b.store().Bounded(ctx)
	defer end(&err)
	rows, err := b.store().QueryContext(ctx, `SELECT sender, message_id, form, body, application FROM gateway_messages m
		WHERE application <> '' AND body <> '' AND service = $1 AND NOT EXISTS (
			SELECT 1 FROM gateway_statuses s WHERE s.message = m.id AND s.state <> $2) ORDER BY received_at, id`, ServiceApplication, registered)
	if err != nil {
		return nil, fmt.Errorf("failed to read the messages: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var sender, id, form, body string
		var in incoming
		if err := rows.Scan(&sender, &id, &form, &body, &in.application); err != nil {
			return nil, fmt.Errorf("failed to read the messages: %w", err)
		}
		var known bool
		if in.sender, known = b.sender(sender); !known {
			continue // the operator has taken it out
		}
		in.form, in.plain = gateways.Form(form), []byte(body)
		if in.Message, err = message.DecodeJSON(in.plain); err != nil {
			return nil, fmt.Errorf("the message %s cannot be read any more: %w", id, err)
		}
		all = append(all, in)
	}
	return all, rows.Err()
}

func (b *Box) carryOn(ctx context.Context, in incoming) error {
	q, err := requestOf(in)
	if err != nil {
		return err
	}
	a, err := b.goOn(ctx, in.application, q)
	if err != nil {
		return err
	}
	return b.store().Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, s := range statusesOf(a) {
			if err := b.queue(ctx, tx, in, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// status is what a sender is told.
type status struct {
	seq                     int
	state, number, document string
	at                      time.Time
}

// statusesOf are what is to be told of an application, in order. One that ends before it
// has a number is told of that alone.
func statusesOf(a applications.Application) (all []status) {
	if a.Number != "" {
		all = append(all, status{1, registered, a.Number, "", a.RegisteredAt})
	}
	if n := len(a.Entries); a.Ended != "" && n > 0 {
		s := status{len(all) + 1, string(a.Ended), a.Number, "", a.Entries[n-1].At}
		if a.Ended != regulation.EndWithdrawn { // which no document answers
			s.document = lastDocument(a)
		}
		all = append(all, s)
	}
	return all
}

// lastDocument is the number of the result or refusal; an acceptance is neither.
func lastDocument(a applications.Application) (number string) {
	for _, e := range a.Entries {
		if e.Document != "" && e.To.End != "" || e.Document != "" && a.Ended == regulation.EndIssued {
			number = e.Document
		}
	}
	return number
}

// reasonOf is by which ground of the rules an application was refused; empty where it
// was not, or was erased since.
func (b *Box) reasonOf(ctx context.Context, application, state string) (string, error) {
	if state != string(regulation.EndRefused) {
		return "", nil
	}
	a, err := b.Applications.Application(ctx, application)
	if errors.Is(err, applications.ErrErased) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	c, err := b.Applications.Case(ctx, a)
	if err != nil {
		return "", err
	}
	last := a.Entries[len(a.Entries)-1]
	for _, id := range []string{last.Step, last.Under} {
		if s, ok := c.Walk.Step(id); ok && s.Notice != "" {
			return s.Notice, nil
		}
	}
	return "", nil
}

// queue writes a status down with the job that sends it, once. Where the sender is told
// nothing, it is only written down.
func (b *Box) queue(ctx context.Context, tx *store.Tx, in incoming, s status) error {
	id := gateways.MessageID("status", in.row(), fmt.Sprint(s.seq))
	fresh, err := tx.Changed(ctx, `INSERT INTO gateway_statuses (id, message, seq, application, state, number, document, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO NOTHING`, id, in.row(), s.seq, in.application, s.state, s.number, s.document, store.Micros(s.at))
	if err != nil {
		return fmt.Errorf("failed to queue a status: %w", err)
	}
	if !fresh {
		return nil
	}
	if err := tx.At(ctx, "status written"); err != nil {
		return err
	}
	if err := tx.EnqueueNow(ctx, statusJob, id); err != nil {
		return err
	}
	return enter(ctx, tx, store.Change{Table: statusRows, Key: id, Event: store.Queued, At: b.store().Moment()})
}

// errEarlier means that what happened before is told first.
var errEarlier = errors.New("an earlier status of the same message is not sent yet")

// send tells a sender one status. The message is the same however often it is sent: a
// sender who has it already answers the same.
func (b *Box) send(ctx context.Context, j store.Job) (store.Finish, error) {
	var sender, original, application, state, number, document string
	var at, earlier int64
	err := b.store().QueryRowContext(ctx, `SELECT m.sender, m.message_id, s.application, s.state, s.number, s.document, s.at,
		(SELECT COUNT(*) FROM gateway_statuses e WHERE e.message = s.message AND e.seq < s.seq AND e.sent_at = 0)
		FROM gateway_statuses s JOIN gateway_messages m ON m.id = s.message WHERE s.id = $1`, j.ID).
		Scan(&sender, &original, &application, &state, &number, &document, &at, &earlier)
	if err != nil {
		return nil, fmt.Errorf("failed to read a status: %w", err)
	}
	if earlier > 0 {
		return nil, errEarlier
	}
	if client := b.told[sender]; client != nil {
		data := message.Fields{"message": original, "application": application, "state": state}
		reason, err := b.reasonOf(ctx, application, state)
		if err != nil {
			return nil, err
		}
		for name, value := range map[string]string{"number": number, "document": document, "reason": reason} {
			if value != "" {
				data[name] = value
			}
		}
		if err := client.Tell(ctx, j.ID, store.Time(at), data); err != nil {
			return nil, err
		}
	}
	return func(ctx context.Context, tx *store.Tx, at time.Time) error {
		if _, err := tx.ExecContext(ctx, `UPDATE gateway_statuses SET sent_at = $1 WHERE id = $2`, store.Micros(at), j.ID); err != nil {
			return fmt.Errorf("failed to write that a status was sent: %w", err)
		}
		return enter(ctx, tx, store.Change{Table: statusRows, Key: j.ID, Event: sent, At: at})
	}, nil
}

// billOf is the bill of an application that came in.
func billOf(c applications.Case) gateways.BillRequest {
	return gateways.BillRequest{Application: c.ID, Service: c.Service, Rules: c.Rules, Client: client}
}
