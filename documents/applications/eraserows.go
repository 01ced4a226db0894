package applications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/attachments"
	"tamga/documents/messages"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// emptied is a table whose rows lose what is personal when their application is erased,
// and what they keep instead. A test holds that every table with rows of applications
// stands here, or in its list of those that hold nothing personal.
type emptied struct {
	table, key string
	of         string // its rows of the application $1
	set        string
}

// emptiedTables is read only. Requests can be repeated no more: their sums tell what was
// asked, and their names may. The receipt of a payment stays, so that no other application
// is paid by it.
var emptiedTables = []emptied{
	{"applications", "id", `id = $1`, `applicant = '{}', form = '{}', client = CASE WHEN client LIKE 'person:%' THEN '' ELSE client END,
		idempotency_key = id, body_sha256 = ''`},
	{"application_entries", "id", ofIt, `person = '', data = '{}', client = '', idempotency_key = id, body_sha256 = ''`},
	{"application_signatures", "id", ofIt, `act = '', signature = ` + noBytes + `, verdict = ''`},
	{"application_waits", "id", ofIt, `reason = ''`},
	{"attachments", "id", ofIt, `name = '', type = '', size = 0, sha256 = '', findings = '', scan_detail = '', client = '', person = '', removed_by = '',
		idempotency_key = id, body_sha256 = ''`},
	{"looks", "id", ofIt, `person = ''`},
	{"contacts", "application", ofIt, `language = '', email = '', phone = ''`},
	{"messages", "id", ofIt, `language = '', address = '', text = '', detail = ''`},
	{"payments", "id", ofIt, `client = '', redirect = ''`},
	{"payment_confirmations", "id", `bill IN (SELECT p.id FROM payments p WHERE p.application = $1)`, `message = ''`},
	{"consents", "id", ofIt, `text = '', client = '', signature = '', verdict = '', code_sha256 = ''`},
	{"gateway_messages", "id", ofIt, `body = '', answer = ''`},
}

// ofIt selects the rows of an application, and noBytes is the empty value of a column of
// bytes on both engines.
const (
	ofIt    = `application = $1`
	noBytes = `SUBSTR(signature, 1, 0)`
)

// derivedTables follow from what is erased, and lose their rows.
var derivedTables = []string{"application_parts", "application_applicants", "application_places"}

// eraseRows takes what is personal out of all rows of an application, and returns them.
func eraseRows(ctx context.Context, tx *store.Tx, id string, at time.Time) (all []registry.ErasedRow, err error) {
	if err := attachments.LetAllGo(ctx, tx, id, at); err != nil {
		return nil, err
	}
	if err := messages.DropAll(ctx, tx, id, at); err != nil {
		return nil, err
	}
	for _, t := range emptiedTables {
		keys, err := keysOf(ctx, tx, `SELECT `+t.key+` FROM `+t.table+` WHERE `+t.of+` ORDER BY `+t.key, id)
		if err != nil {
			return nil, fmt.Errorf("failed to list %s: %w", t.table, err)
		}
		if _, err := tx.ExecContext(ctx, `UPDATE `+t.table+` SET `+t.set+` WHERE `+t.of, id); err != nil {
			return nil, fmt.Errorf("failed to erase %s: %w", t.table, err)
		}
		for _, key := range keys {
			all = append(all, registry.ErasedRow{Table: t.table, Key: key})
		}
	}
	for _, table := range derivedTables {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE application = $1`, id); err != nil {
			return nil, fmt.Errorf("failed to erase %s: %w", table, err)
		}
	}
	return all, forgetFailures(ctx, tx, id)
}

// forgetFailures takes away why jobs have failed, in which others may have written what
// they were asked.
func forgetFailures(ctx context.Context, tx *store.Tx, id string) error {
	for kind, table := range map[string]string{
		"application_wait": "application_waits", "attachment_scan": "attachments", "message": "messages", "gateway_status": "gateway_statuses",
	} {
		_, err := tx.ExecContext(ctx, `UPDATE jobs SET last_error = '' WHERE kind = '`+kind+`' AND id IN (SELECT t.id FROM `+table+` t WHERE t.application = $1)`, id)
		if err != nil {
			return fmt.Errorf("failed to erase the failures of jobs: %w", err)
		}
	}
	return nil
}

func keysOf(ctx context.Context, r store.Reader, query string, args ...any) (all []string, err error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, err
		}
		all = append(all, key)
	}
	return all, rows.Err()
}

// documentsOf are the numbers that an application has taken, those that were given up
// among them, in order.
func documentsOf(ctx context.Context, r store.Reader, c Case) ([]string, error) {
	prefix := resultKey + c.ID + "-"
	given, err := keysOf(ctx, r, `SELECT number FROM requests WHERE client = $1 AND idempotency_key >= $2 AND idempotency_key < $3 AND number IS NOT NULL`,
		c.Client, prefix, prefix+"~")
	if err != nil {
		return nil, fmt.Errorf("failed to list the documents of an application: %w", err)
	}
	all := given
	for _, e := range c.Entries {
		if e.Document != "" {
			all = append(all, e.Document)
		}
	}
	slices.Sort(all)
	return slices.Concat([]string{}, slices.Compact(all)), nil
}

// repeatedBy are the documents that repeat the content of others and are not erased.
func repeatedBy(ctx context.Context, r store.Reader, of []string) (all []string, err error) {
	for _, number := range of {
		more, err := keysOf(ctx, r, `SELECT number FROM documents WHERE about = $1 AND status = 'in_force' AND erased_at = 0 ORDER BY number`, number)
		if err != nil {
			return nil, fmt.Errorf("failed to list what repeats a document: %w", err)
		}
		all = append(all, more...)
	}
	return slices.DeleteFunc(all, func(n string) bool { return slices.Contains(of, n) }), nil
}

// errNotErased means that an application is there as it was.
var errNotErased = errors.New("the application was not erased")

// Erasure returns the record of an application that was erased, by its id or number. It
// has what stays of the application: no name, no values, no signatures but the one that
// erased. An application that was not erased is [ErrNotFound].
func (b *Book) Erasure(ctx context.Context, name string) (e Erasure, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	a, err := readAny(ctx, b.Register.Store, name)
	if err != nil {
		return e, err
	}
	if a.ErasedAt.IsZero() {
		return e, fmt.Errorf("%w: %w", ErrNotFound, errNotErased)
	}
	e = Erasure{Application: a, At: a.ErasedAt}
	var act string
	err = b.Register.Store.QueryRowContext(ctx, `SELECT act, signature, person, role, ground FROM application_erasures WHERE application = $1`, a.ID).
		Scan(&act, &e.Signature, &e.Person, &e.Role, &e.Ground)
	if err != nil {
		return e, fmt.Errorf("failed to read an erasure: %w", err)
	}
	e.Act = []byte(act)
	var said erasureAct
	if err := json.Unmarshal(e.Act, &said); err != nil {
		return e, fmt.Errorf("failed to read an erasure: %w", err)
	}
	e.Order = said.Order
	return e, nil
}

// OfDocument returns the application that a document came of; [ErrNotFound] for none.
func (b *Book) OfDocument(ctx context.Context, number string) (id string, err error) {
	if _, err := documents.ParseNumber(number); err != nil {
		return "", ErrNotFound
	}
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	all, err := keysOf(ctx, b.Register.Store, `SELECT application FROM application_entries WHERE document = $1 ORDER BY application LIMIT 1`, number)
	if err != nil {
		return "", fmt.Errorf("failed to look for the application of a document: %w", err)
	}
	if len(all) == 0 {
		return "", ErrNotFound
	}
	return all[0], nil
}
