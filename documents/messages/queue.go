package messages

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
	"tamga/language/words"
)

// The table, the kind of its jobs, and what happens to its rows in the words of the log,
// beside the states.
const (
	messageRows = "messages"
	sending     = "message"
)

// idLength is the length of a message's id, in digits of its SHA-256.
const idLength = 32

// Tidings are what an applicant is told.
type Tidings struct {
	Application string // its id
	// Document is a number: what is told waits until that document is in force, and is
	// dropped if it never comes to be. Empty for none.
	Document string
	Event    string // as in the rules of the edition
	// Occasion is what brings it about, such as an entry: it is told of once.
	Occasion string
	Values   map[string]language.Text // of the text's places; nothing that tells a person
}

// Queue writes what is told of an event, by each channel of the rules that reaches the
// applicant, in the caller's transaction. What was told before is not told again.
func Queue(ctx context.Context, tx *store.Tx, at time.Time, t Tidings, rules []regulation.MessageRule) error {
	if len(rules) == 0 {
		return nil
	}
	contact, err := contactOf(ctx, tx, t.Application)
	if err != nil {
		return err
	}
	text := words.Of("message." + t.Event)
	for place, value := range t.Values {
		text = text.Put(place, value)
	}
	for _, r := range rules {
		for _, channel := range r.Channels {
			address := map[string]string{regulation.Email: contact.Email, regulation.SMS: contact.Phone}[channel]
			if channel != regulation.Cabinet && address == "" {
				continue
			}
			m := Message{
				ID: idOf(t.occasion(), channel), Application: t.Application, Document: t.Document, Event: t.Event, Occasion: t.occasion(),
				Channel: channel, Language: contact.Language, Address: address, Text: text.In(contact.Language), State: Queued, QueuedAt: at,
			}
			if err := m.queue(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}

// idOf is the id of a message of an occasion by a channel.
func idOf(occasion, channel string) string {
	return store.HexSum([]byte("message\n" + occasion + "\n" + channel))[:idLength]
}

// queue writes a message, unless it is there. One that lies in the cabinet is delivered,
// if it waits for no document; all others have a job.
func (m Message) queue(ctx context.Context, tx *store.Tx) error {
	ended := int64(0)
	if m.Channel == regulation.Cabinet && m.Document == "" {
		m.State, ended = Delivered, store.Micros(m.QueuedAt)
	}
	written, err := tx.Changed(ctx, `INSERT INTO messages (id, application, document, event, occasion, channel, language, address, text, state, queued_at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`,
		m.ID, m.Application, m.Document, m.Event, m.Occasion, m.Channel, string(m.Language), m.Address, m.Text, string(m.State), store.Micros(m.QueuedAt), ended)
	if err != nil {
		return fmt.Errorf("failed to queue a message: %w", err)
	}
	if !written {
		return nil
	}
	if ended == 0 {
		if err := tx.EnqueueNow(ctx, sending, m.ID); err != nil {
			return err
		}
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: messageRows, Key: m.ID, Event: string(m.State), At: m.QueuedAt})
}

// messageColumns are read by scanMessage, from messages as m and jobs as j.
const messageColumns = `m.id, m.application, m.document, m.event, m.occasion, m.channel, m.language, m.address, m.text, m.state, m.detail,
	m.queued_at, m.sent_at, m.ended_at, COALESCE(j.last_error, '')
	FROM messages m LEFT JOIN jobs j ON j.kind = '` + sending + `' AND j.id = m.id`

func scanMessage(scan func(...any) error) (Message, error) {
	var m Message
	var failure string
	var queued, sent, ended int64
	err := scan(&m.ID, &m.Application, &m.Document, &m.Event, &m.Occasion, &m.Channel, &m.Language, &m.Address, &m.Text, &m.State, &m.Detail,
		&queued, &sent, &ended, &failure)
	if err != nil {
		return m, fmt.Errorf("failed to read a message: %w", err)
	}
	m.QueuedAt = store.Time(queued)
	if sent != 0 {
		m.SentAt = store.Time(sent)
	}
	if ended != 0 {
		m.EndedAt = store.Time(ended)
	}
	if m.State == Queued && failure != "" {
		m.State, m.Detail = Away, failure
	}
	return m, nil
}

// one returns a message.
func one(ctx context.Context, r store.Reader, id string) (Message, error) {
	return scanMessage(r.QueryRowContext(ctx, `SELECT `+messageColumns+` WHERE m.id = $1`, id).Scan)
}

// Of returns the messages of an application, by its id, in their order; at most 1000. A
// one-time code in one is not shown.
func (b *Book) Of(ctx context.Context, application string) (all []Message, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return b.list(ctx, `m.application = $1 ORDER BY m.queued_at, m.id LIMIT 1000`, application)
}

// list reads messages. A one-time code in one is not shown.
func (b *Book) list(ctx context.Context, where string, args ...any) (all []Message, err error) {
	rows, err := b.Store.QueryContext(ctx, `SELECT `+messageColumns+` WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("failed to read the messages: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		m, err := scanMessage(rows.Scan)
		if err != nil {
			return nil, err
		}
		m.Text = m.shown()
		all = append(all, m)
	}
	return all, rows.Err()
}

// About returns the messages of one occasion, as they are kept.
func (b *Book) About(ctx context.Context, t Tidings) (all []Message, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return b.list(ctx, `m.occasion = $1 ORDER BY m.channel`, t.occasion())
}

// documentState returns how far the issuing of a document came; empty for one that is
// not there.
func documentState(ctx context.Context, r store.Reader, number string) (state string, err error) {
	err = r.QueryRowContext(ctx, `SELECT status FROM documents WHERE number = $1`, number).Scan(&state)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("failed to read the document of a message: %w", err)
	}
	return state, nil
}

// Known reports whether something was told of by any channel.
func Known(ctx context.Context, r store.Reader, t Tidings) (bool, error) {
	var n int
	err := r.QueryRowContext(ctx, `SELECT COUNT(*) FROM messages WHERE occasion = $1`, t.occasion()).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("failed to read the messages: %w", err)
	}
	return n > 0, nil
}

// occasion is the occasion as it is kept, with what is told of it.
func (t Tidings) occasion() string { return t.Event + " " + t.Occasion }
