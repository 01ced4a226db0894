package applications

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// idLength is the length of an application's id in bytes.
const idLength = 8

// maxValues is above any form that people fill in, in bytes.
const maxValues = 256 << 10

// OpenRequest asks for a new application.
type OpenRequest struct {
	Client         string // who asks: the id of a client, or another fixed name
	IdempotencyKey string // the client's own name for this request, kept for ever
	Service        string
	Channel        regulation.Channel
	Applicant      documents.Holder
	Form           json.RawMessage // an object; may be left out
	// Unvouched says that whoever asks may not act for the applicant: the application does
	// not show to the party before something has happened on it that somebody answers for.
	Unvouched bool
}

// Open opens an application: it has a place on its route, and no number before it is
// registered. The same client with the same key and the same request gets the same
// application, with true as the second result; with another request it is
// [store.ErrKeyReused].
func (b *Book) Open(ctx context.Context, req OpenRequest) (a Application, replayed bool, err error) {
	req.Applicant = req.Applicant.Normalise()
	if err := documents.CheckHolder("/applicant", req.Applicant); err != nil {
		return a, false, err
	}
	if req.Form, err = values("/form", req.Form); err != nil {
		return a, false, err
	}
	q := asked{store.Request{Client: req.Client, IdempotencyKey: req.IdempotencyKey}, applicationRows}
	if err := q.Check(); err != nil {
		return a, false, err
	}
	if q.Sum, err = store.SumOf(map[string]any{
		"service": req.Service, "channel": req.Channel, "applicant": req.Applicant, "form": req.Form,
	}); err != nil {
		return a, false, err
	}
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		id, err := q.before(ctx, tx)
		if err != nil {
			return err
		}
		if replayed = id != ""; !replayed {
			id, err = b.open(ctx, tx, q, req)
		}
		if errors.Is(err, store.ErrInProgress) { // and done, since this transaction has waited for it
			replayed = true
			id, err = q.before(ctx, tx)
		}
		if err != nil {
			return err
		}
		a, err = read(ctx, tx, id)
		return err
	})
	return a, replayed && err == nil, err
}

func (b *Book) open(ctx context.Context, tx *store.Tx, q asked, req OpenRequest) (id string, err error) {
	rules, err := b.Rulebook.In(ctx, tx)
	if err != nil {
		return "", err
	}
	now := b.Register.Store.Moment()
	e, ok := rules.Law.InForce(req.Service, documents.CivilDate(now))
	if !ok {
		return "", fmt.Errorf("%w: service %q on %s", ErrNoEdition, req.Service, documents.CivilDate(now))
	}
	s, _ := e.Service(req.Service)
	route, ok := s.Routes[req.Channel]
	if !ok {
		return "", fmt.Errorf("%w: service %s by the channel %q in edition %s", ErrNoEdition, req.Service, req.Channel, e.ID)
	}
	applicant, err := json.Marshal(req.Applicant)
	if err != nil {
		return "", fmt.Errorf("failed to encode the applicant: %w", err)
	}
	id = hex.EncodeToString(tx.RandomBytes(idLength))
	err = q.insert(ctx, tx, store.Change{Table: applicationRows, Key: id, Event: opened, At: now},
		`id, edition, service, route, applicant, form, opened_at, client, idempotency_key, body_sha256`,
		id, e.Version(), req.Service, route, string(applicant), string(req.Form), store.Micros(now), req.Client, req.IdempotencyKey, q.Sum.String())
	if err != nil {
		return id, err
	}
	a, err := read(ctx, tx, id)
	if err != nil {
		return id, err
	}
	if err := ofParty(ctx, tx, a, !req.Unvouched); err != nil {
		return id, err
	}
	c, err := caseUnder(e, rules, a)
	if err != nil {
		return id, err
	}
	c.At = now
	if err := c.concern(ctx, tx); err != nil {
		return id, err
	}
	return id, b.place(ctx, tx, c)
}

// values reads an object in JSON, and writes it in one way; what is left out is an
// empty object.
func values(pointer string, raw json.RawMessage) (json.RawMessage, error) {
	refuse := func(code, detail string) (json.RawMessage, error) {
		return nil, &documents.InvalidError{Fields: []documents.FieldError{{Pointer: pointer, Code: code, Detail: detail}}}
	}
	if len(raw) == 0 {
		return json.RawMessage("{}"), nil
	}
	if len(raw) > maxValues {
		return refuse(documents.CodeTooLong, fmt.Sprintf("has more than %d bytes", maxValues))
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil || object == nil {
		return refuse(documents.CodeUnknown, "is no object in JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refuse(documents.CodeUnknown, "is followed by something else")
	}
	return json.Marshal(object)
}

// Application returns an application with its entries, by its id or its number as
// people type it. Any other text, and an application that is not there, is
// [ErrNotFound].
func (b *Book) Application(ctx context.Context, name string) (a Application, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	return read(ctx, b.Register.Store, name)
}

// Prove returns the proof that the last entry of an application is in the log or,
// before its first entry, that the application itself is.
func (b *Book) Prove(ctx context.Context, a Application) (registry.Proof, error) {
	if n := len(a.Entries); n > 0 {
		return b.Register.ProveRow(ctx, entryRows, a.Entries[n-1].ID)
	}
	return b.Register.ProveRow(ctx, applicationRows, a.ID)
}

// Chosen says which applications are listed: with their entries, in the order in
// which they were opened.
type Chosen struct {
	Client string // only those that it has opened; empty for all
	// Parties are whose applications are listed, as [documents.Holder.Identity] has them;
	// nil for all, and none of them for no party.
	Parties []string
	Going   bool   // only those that have not ended
	After   string // the id of the application after which the list begins; empty for the first
	Limit   int    // at most 200; zero or less means 50
}

// Most is how many applications are listed at most.
func (c Chosen) Most() int {
	const most, usual = 200, 50
	if c.Limit <= 0 {
		return usual
	}
	return min(c.Limit, most)
}

// List returns applications, each with its entries; none that were erased.
func (b *Book) List(ctx context.Context, chosen Chosen) (list []Application, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	var since time.Time
	if chosen.After != "" {
		after, err := readAny(ctx, b.Register.Store, chosen.After)
		if err != nil {
			return nil, err
		}
		since, chosen.After = after.OpenedAt, after.ID
	}
	where := []string{`(a.opened_at, a.id) > ($1, $2)`, `NOT EXISTS (SELECT 1 FROM application_erasures x WHERE x.application = a.id)`}
	if chosen.Going {
		where = append(where, `NOT EXISTS (SELECT 1 FROM application_entries e WHERE e.application = a.id AND e.ended <> '')`)
	}
	args := []any{store.Micros(since), chosen.After, chosen.Most()}
	mark := func(value string) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	if chosen.Client != "" {
		where = append(where, `a.client = `+mark(chosen.Client))
	}
	if chosen.Parties != nil {
		if err := b.nameParties(ctx); err != nil || len(chosen.Parties) == 0 {
			return nil, err
		}
		var marks []string
		for _, party := range chosen.Parties {
			marks = append(marks, mark(party))
		}
		where = append(where, `a.id IN (SELECT p.application FROM application_applicants p WHERE p.vouched = 1 AND p.party IN (`+strings.Join(marks, ", ")+`))`)
	}
	rows, err := b.Register.Store.QueryContext(ctx, `SELECT `+applicationColumns+` FROM applications a WHERE `+strings.Join(where, ` AND `)+`
		ORDER BY a.opened_at, a.id LIMIT $3`, args...)
	if err != nil {
		return nil, fmt.Errorf("failed to list the applications: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		a, err := scanApplication(rows.Scan)
		if err != nil {
			return nil, err
		}
		// The table of parties is an index: whose an application is, it says itself.
		if chosen.Parties == nil || slices.Contains(chosen.Parties, a.Applicant.Identity()) {
			list = append(list, a)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("failed to list the applications: %w", err)
	}
	for i := range list {
		if list[i].Entries, err = readEntries(ctx, b.Register.Store, list[i].ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}
