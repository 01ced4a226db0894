package applications

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// The tables, and what happens to their rows in the words of the log.
const (
	applicationRows = "applications"
	entryRows       = "application_entries"

	opened     = "opened"
	registered = "registered"
	entered    = "entered"
)

// applicationColumns are read by scanApplication, from applications as a. An
// application ends by its last entry.
const applicationColumns = `a.id, a.number, a.edition, a.service, a.route, a.applicant, a.form, a.opened_at, a.registered_at, a.client,
	COALESCE((SELECT e.ended FROM application_entries e WHERE e.application = a.id ORDER BY e.seq DESC LIMIT 1), ''),
	COALESCE((SELECT x.at FROM application_erasures x WHERE x.application = a.id), 0)`

func scanApplication(scan func(...any) error) (Application, error) {
	var a Application
	var applicant, form, ended string
	var openedAt, registeredAt, erasedAt int64
	err := scan(&a.ID, &a.Number, &a.Edition, &a.Service, &a.Route, &applicant, &form, &openedAt, &registeredAt, &a.Client, &ended, &erasedAt)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("failed to read an application: %w", err)
	}
	if err := json.Unmarshal([]byte(applicant), &a.Applicant); err != nil {
		return a, fmt.Errorf("failed to read the applicant of application %s: %w", a.ID, err)
	}
	a.Form, a.Ended, a.OpenedAt = json.RawMessage(form), regulation.End(ended), store.Time(openedAt)
	if registeredAt != 0 {
		a.RegisteredAt = store.Time(registeredAt)
	}
	if erasedAt != 0 {
		a.ErasedAt = store.Time(erasedAt)
	}
	return a, nil
}

// keyOf returns the column that names an application and its value: the id, or the
// number as people type it; false for what is neither.
func keyOf(name string) (column, key string, ok bool) {
	if n, err := documents.ParseNumber(name); err == nil && n.Kind == documents.KindApplication {
		return "number", n.String, true
	}
	return "id", strings.ToLower(strings.TrimSpace(name)), IsID(name)
}

// IsID reports whether a text has the form of the id of an application.
func IsID(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	return len(name) == 2*idLength && strings.Trim(name, "0123456789abcdef") == ""
}

// read returns an application with its entries; an [ErrErased] for one that was erased.
func read(ctx context.Context, db store.Reader, name string) (Application, error) {
	a, err := readAny(ctx, db, name)
	if err == nil && !a.ErasedAt.IsZero() {
		return Application{}, &ErasedError{a.ID, a.Number, a.ErasedAt}
	}
	return a, err
}

// readAny is read for erased ones too.
func readAny(ctx context.Context, db store.Reader, name string) (Application, error) {
	column, key, ok := keyOf(name)
	if !ok {
		return Application{}, ErrNotFound
	}
	a, err := scanApplication(db.QueryRowContext(ctx, `SELECT `+applicationColumns+` FROM applications a WHERE a.`+column+` = $1`, key).Scan)
	if err != nil {
		return Application{}, err
	}
	if a.Entries, err = readEntries(ctx, db, a.ID); err != nil {
		return a, err
	}
	a.Waits, err = readWaits(ctx, db, &a)
	return a, err
}

// entryColumns are read by scanEntry.
const entryColumns = `id, seq, step, outcome, under, under_outcome, actor, person, edition, data, document, at, next_step, next_action, ended`

func readEntries(ctx context.Context, db store.Reader, id string) ([]Entry, error) {
	rows, err := db.QueryContext(ctx, `SELECT `+entryColumns+` FROM application_entries WHERE application = $1 ORDER BY seq`, id)
	if err != nil {
		return nil, fmt.Errorf("failed to read the entries: %w", err)
	}
	defer rows.Close()
	var all []Entry
	for rows.Next() {
		e, err := scanEntry(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}

func scanEntry(scan func(...any) error) (Entry, error) {
	var e Entry
	var data, ended string
	var at int64
	err := scan(&e.ID, &e.Seq, &e.Step, &e.Outcome, &e.Under, &e.UnderOutcome, &e.Actor.Role, &e.Actor.Person, &e.Edition, &data, &e.Document, &at,
		&e.To.Step, &e.To.Action, &ended)
	if err != nil {
		return e, fmt.Errorf("failed to read an entry: %w", err)
	}
	e.At, e.To.End = store.Time(at), regulation.End(ended)
	if err := json.Unmarshal([]byte(data), &e.Data); err != nil {
		return e, fmt.Errorf("failed to read entry %s: %w", e.ID, err)
	}
	e.Actor.ID = e.Data.PersonID
	return e, nil
}

// asked is what was asked under an idempotency key.
type asked struct {
	store.Request
	table string
}

// before returns the key of the row that the same request has made before, and the
// empty string if none has. Another request under the key is [store.ErrKeyReused].
func (q asked) before(ctx context.Context, db store.Reader) (key string, err error) {
	var sum string
	err = db.QueryRowContext(ctx, `SELECT id, body_sha256 FROM `+q.table+` WHERE client = $1 AND idempotency_key = $2`,
		q.Client, q.IdempotencyKey).Scan(&key, &sum)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("failed to read the idempotency key: %w", err)
	case sum != q.Sum.String():
		return "", store.ErrKeyReused
	}
	return key, nil
}

// insert writes a row, unless its idempotency key was written meanwhile, for another
// request or, which is [store.ErrInProgress], for the same.
func (q asked) insert(ctx context.Context, tx *store.Tx, c store.Change, columns string, values ...any) error {
	marks := make([]string, len(values))
	for i := range values {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	written, err := tx.Changed(ctx, `INSERT INTO `+q.table+` (`+columns+`) VALUES (`+strings.Join(marks, ", ")+`)
		ON CONFLICT (client, idempotency_key) DO NOTHING`, values...)
	if err != nil {
		return fmt.Errorf("failed to write to %s: %w", q.table, err)
	}
	if !written {
		_, err := q.before(ctx, tx)
		return cmp.Or(err, store.ErrInProgress)
	}
	if err := tx.At(ctx, "row written"); err != nil {
		return err
	}
	return registry.EnterRow(ctx, tx, c)
}
