package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Concerned is whose matter is written down: an application or a document.
type Concerned struct {
	Subject string // [ConcernedApplication] or [ConcernedDocument]
	ID      string // of the application, or the number of the document
}

// What matters are of.
const (
	ConcernedApplication = "application"
	ConcernedDocument    = "document"
)

// mattersAtOnce is how many rows one statement writes.
const mattersAtOnce = 200

// Concern writes down by which digests something is found: see [regulation.Matter.Digests].
func Concern(ctx context.Context, tx *store.Tx, of Concerned, digests []string) error {
	for len(digests) > 0 {
		n := min(len(digests), mattersAtOnce)
		args, marks := []any{of.Subject, of.ID}, make([]string, n)
		for i, digest := range digests[:n] {
			args = append(args, digest)
			marks[i] = fmt.Sprintf("($%d, $1, $2)", len(args))
		}
		digests = digests[n:]
		err := tx.Later(ctx, store.Statement{
			Query: `INSERT INTO matters (matter, subject, id) VALUES ` + strings.Join(marks, ", ") + ` ON CONFLICT (matter, subject, id) DO NOTHING`,
			Args:  args, Doing: "failed to write down what something is about",
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Unconcern takes out by which digests something is found.
func Unconcern(ctx context.Context, tx *store.Tx, of Concerned) error {
	return tx.Later(ctx, store.Statement{
		Query: `DELETE FROM matters WHERE subject = $1 AND id = $2`, Args: []any{of.Subject, of.ID},
		Doing: "failed to take out what something is about",
	})
}

// concern writes down what a document is about, as the law says it; nothing where the
// register has no rules.
func concern(ctx context.Context, tx *store.Tx, law *regulation.Law, d documents.Draft, number string) error {
	if law == nil {
		return nil
	}
	matters, party := law.MattersOf(d.Kind()), d.Owner().Identity()
	if len(matters) == 0 || party == "" {
		return nil
	}
	content, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("failed to encode the content: %w", err)
	}
	of := Concerned{ConcernedDocument, number}
	for _, m := range matters {
		if err := Concern(ctx, tx, of, m.Digests(party, m.Says(nil, content))); err != nil {
			return err
		}
	}
	return nil
}

// concernAgain writes down what a document is about whose content is another now.
func (r *Registry) concernAgain(ctx context.Context, tx *store.Tx, held Reservation) error {
	rules, err := r.rulesIn(ctx, tx)
	if err != nil {
		return err
	}
	if err := Unconcern(ctx, tx, Concerned{ConcernedDocument, held.number}); err != nil {
		return err
	}
	return concern(ctx, tx, rules.Law, held.content, held.number)
}

// olderAtOnce is how many older documents one transaction enters.
const olderAtOnce = 500

// ConcernOlder writes down what some documents are about that may be older than the
// index, after a number in the order of numbers, and returns the last of them; nothing
// when there are no more.
func (r *Registry) ConcernOlder(ctx context.Context, law *regulation.Law, after string) (last string, err error) {
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		last = ""
		found, err := olderDocuments(ctx, tx, after)
		if err != nil {
			return err
		}
		for _, rec := range found {
			last = rec.Number
			if err := concern(ctx, tx, law, rec.Content, rec.Number); err != nil {
				return err
			}
		}
		return nil
	})
	return last, err
}

func olderDocuments(ctx context.Context, tx *store.Tx, after string) ([]Record, error) {
	rows, err := tx.QueryContext(ctx, selectRecord+`WHERE number > $1 AND status <> 'void' AND erased_at = 0 ORDER BY number LIMIT $2`, after, olderAtOnce)
	if err != nil {
		return nil, fmt.Errorf("failed to look for older documents: %w", err)
	}
	defer rows.Close()
	var all []Record
	for rows.Next() {
		rec, err := scanRecord(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("failed to look for older documents: %w", err)
		}
		all = append(all, rec)
	}
	return all, rows.Err()
}

// DocumentAndLifeIn is [Registry.DocumentAndLife] as a transaction sees it, of a number
// in any state of issuing.
func (r *Registry) DocumentAndLifeIn(ctx context.Context, db store.Reader, number string) (Record, documents.Life, error) {
	rec, err := scanRecord(db.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, number).Scan)
	if err != nil {
		return rec, documents.Life{}, fmt.Errorf("failed to read document %s: %w", number, err)
	}
	life, err := history(ctx, db, rec)
	return rec, life, err
}
