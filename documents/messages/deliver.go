package messages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language/words"
)

// How long a message may wait for a gateway that takes it, and how long a gateway is
// asked what has become of one that it has taken.
const (
	sendWithin = 7 * 24 * time.Hour
	askWithin  = 3 * 24 * time.Hour
)

// Errors by which a message waits. They stand at it while it does.
var (
	errNoGateway = errors.New("there is no gateway for messages")
	errReserved  = errors.New("the document is not in force yet")
	errOnItsWay  = errors.New("the gateway has not said yet whether it was delivered")
)

// Deliver brings the messages that are due to the gateway, asks what has become of those
// that it has taken, and returns about how many it knows how they ended. What gets no
// answer is tried again later, with pauses that grow to an hour, under the same id.
func (b *Book) Deliver(ctx context.Context) (done int, err error) {
	return b.Store.Work(ctx, sending, b.deliver)
}

func (b *Book) deliver(ctx context.Context, j store.Job) (store.Finish, error) {
	m, err := b.message(ctx, j.ID)
	if err != nil {
		return nil, err
	}
	if m.State == Sent {
		return b.follow(ctx, m)
	}
	if m.Document != "" {
		state, err := b.documentState(ctx, m.Document)
		switch {
		case err != nil:
			return nil, err
		case state == "reserved":
			return nil, errReserved
		case state != "in_force":
			return m.ends(Told{Dropped, "the document was given up"}), nil
		}
	}
	switch {
	case m.Channel == regulation.Cabinet:
		return m.ends(Told{State: Delivered}), nil
	case b.Store.Moment().Sub(m.QueuedAt) >= m.within():
		return m.ends(Told{Expired, "no gateway has taken it in time"}), nil
	case b.Gateway == nil:
		return nil, errNoGateway
	}
	told, err := b.Gateway.Put(ctx, m.outgoing())
	if err != nil {
		return nil, err
	}
	b.Store.At("message handed over")
	if told.State != Sent {
		return m.ends(told), nil
	}
	if err := b.sent(context.WithoutCancel(ctx), m); err != nil {
		return nil, err
	}
	return nil, errOnItsWay
}

// follow asks what has become of a message that the gateway has taken. It is handed over
// no more, also to a gateway that has forgotten it: that could reach the person twice.
func (b *Book) follow(ctx context.Context, m Message) (store.Finish, error) {
	late := b.Store.Moment().Sub(m.SentAt) > askWithin
	if b.Gateway == nil {
		if late {
			return m.ends(Told{Sent, "nobody has said whether it was delivered"}), nil
		}
		return nil, errNoGateway
	}
	told, err := b.Gateway.Told(ctx, m.ID)
	switch {
	case errors.Is(err, ErrUnknown):
		return m.ends(Told{Sent, "the gateway does not know it any more"}), nil
	case (err != nil || told.State == Sent) && late:
		return m.ends(Told{Sent, "the gateway has not said whether it was delivered"}), nil
	case err != nil:
		return nil, err
	case told.State == Sent:
		return nil, errOnItsWay
	}
	return m.ends(told), nil
}

// outgoing is what a gateway gets of a message.
func (m Message) outgoing() Outgoing {
	out := Outgoing{ID: m.ID, Channel: m.Channel, To: m.Address, Language: m.Language, Text: m.Text}
	if m.Channel == regulation.Email {
		out.Subject = words.Of("message.subject").In(m.Language)
	}
	return out
}

func (b *Book) message(ctx context.Context, id string) (_ Message, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	m, err := one(ctx, b.Store, id)
	if m.State == Away { // it was queued before this attempt too
		m.State, m.Detail = Queued, ""
	}
	return m, err
}

func (b *Book) documentState(ctx context.Context, number string) (_ string, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return documentState(ctx, b.Store, number)
}

// sent writes down that the gateway has taken a message.
func (b *Book) sent(ctx context.Context, m Message) error {
	return b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := b.Store.Moment()
		queued, err := tx.Changed(ctx, `UPDATE messages SET state = $1, sent_at = $2, text = $3 WHERE id = $4 AND state = $5`,
			string(Sent), store.Micros(now), m.shown(), m.ID, string(Queued))
		if err != nil {
			return fmt.Errorf("failed to write down that a message was sent: %w", err)
		}
		if !queued {
			return nil
		}
		return registry.EnterRow(ctx, tx, store.Change{Table: messageRows, Key: m.ID, Event: string(Sent), At: now})
	})
}

// ends returns what writes the last state of a message. One that was delivered or refused
// at once had been taken then.
func (m Message) ends(told Told) store.Finish {
	return func(ctx context.Context, tx *store.Tx, at time.Time) error {
		sent := int64(0)
		switch {
		case !m.SentAt.IsZero():
			sent = store.Micros(m.SentAt)
		case m.Channel != regulation.Cabinet && (told.State == Delivered || told.State == Refused):
			sent = store.Micros(at)
		}
		_, err := tx.ExecContext(ctx, `UPDATE messages SET state = $1, detail = $2, sent_at = $3, ended_at = $4, text = $5 WHERE id = $6`,
			string(told.State), store.Reason(errors.New(told.Detail)), sent, store.Micros(at), m.shown(), m.ID)
		if err != nil {
			return fmt.Errorf("failed to write down what became of a message: %w", err)
		}
		return registry.EnterRow(ctx, tx, store.Change{Table: messageRows, Key: m.ID, Event: string(told.State), At: at})
	}
}
