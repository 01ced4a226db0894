package applications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// matter is what the application's service compares; nil for nothing.
func (c Case) matter() *regulation.Matter {
	s, ok := c.Rules.Service(c.Service)
	if _, decides := c.Rules.BesideOf(regulation.SameMatter); !ok || !decides {
		return nil
	}
	return s.Matter
}

// subject is what is said of a matter: by a form and a document, of a party.
type subject struct {
	form, document json.RawMessage
	party          string
}

// subject is what the application says, with the document that is at hand or, without
// one, with what was handed up last.
func (c Case) subject(d *documents.Draft) (subject, error) {
	for i := len(c.Entries) - 1; d == nil && i >= 0; i-- {
		d = c.Entries[i].Data.Draft
	}
	s := subject{form: c.Form, party: c.Applicant.Identity()}
	service, _ := c.Rules.Service(c.Service)
	if d == nil || service == nil || d.Kind() != service.Result {
		return s, nil
	}
	var err error
	if s.document, err = json.Marshal(d); err != nil {
		return s, fmt.Errorf("failed to encode a document: %w", err)
	}
	return s, nil
}

// concern writes down what an application is about, as far as it says it now.
func (c Case) concern(ctx context.Context, tx *store.Tx) error {
	m, of := c.matter(), registry.Concerned{Subject: registry.ConcernedApplication, ID: c.ID}
	switch {
	case m == nil || c.Applicant.Identity() == "":
		return nil
	case c.Place().End != "":
		return registry.Unconcern(ctx, tx, of)
	}
	s, err := c.subject(nil)
	if err != nil {
		return err
	}
	return registry.Concern(ctx, tx, of, m.Digests(s.party, m.Says(s.form, s.document)))
}

// fillMatters writes down what the applications and documents are about that are older
// than the index, once in the life of a register.
func (b *Book) fillMatters(ctx context.Context) error {
	if b.concerned.Load() {
		return nil
	}
	var done int
	if err := b.Register.Store.QueryRowContext(ctx, `SELECT done FROM matters_filled WHERE id = 1`).Scan(&done); err != nil {
		return fmt.Errorf("failed to read whether the index of matters is whole: %w", err)
	}
	if done == 0 {
		if err := b.fillOlder(ctx); err != nil {
			return err
		}
	}
	b.concerned.Store(true)
	return nil
}

func (b *Book) fillOlder(ctx context.Context) error {
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return err
	}
	for last, more := "", true; more; more = last != "" {
		if last, err = b.Register.ConcernOlder(ctx, rules.Law, last); err != nil {
			return err
		}
	}
	for last, more := "", true; more; more = last != "" {
		if last, err = b.concernOlder(ctx, last); err != nil {
			return err
		}
	}
	return b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE matters_filled SET done = 1 WHERE id = 1`)
		return err
	})
}

// concernOlder is [registry.Registry.ConcernOlder] of applications that go on, in the
// order of their ids. One whose rules are gone is about nothing that could be compared.
func (b *Book) concernOlder(ctx context.Context, after string) (last string, err error) {
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		last = ""
		rules, err := b.Rulebook.In(ctx, tx)
		if err != nil {
			return err
		}
		ids, err := textsOf(ctx, tx, `SELECT id FROM applications WHERE id > $1 ORDER BY id LIMIT $2`, after, partiesAtOnce)
		if err != nil {
			return fmt.Errorf("failed to look for older applications: %w", err)
		}
		for _, id := range ids {
			last = id
			a, err := read(ctx, tx, id)
			if errors.Is(err, ErrErased) {
				continue
			}
			if err != nil {
				return err
			}
			c, err := caseBy(rules, a)
			if err != nil {
				continue
			}
			if err := c.concern(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	return last, err
}

// textsOf are the texts of a query.
func textsOf(ctx context.Context, r store.Reader, query string, args ...any) ([]string, error) {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// lookedForAtOnce is for how many digests one query looks.
const lookedForAtOnce = 500

// found are the applications and documents that are found by digests.
func foundBy(ctx context.Context, r store.Reader, digests []string) (all []registry.Concerned, err error) {
	for some := range slices.Chunk(digests, lookedForAtOnce) {
		args := make([]any, len(some))
		for i, digest := range some {
			args[i] = digest
		}
		keys, err := textsOf(ctx, r, `SELECT DISTINCT subject || ' ' || id FROM matters WHERE matter IN (`+marksOf(len(some))+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("failed to look for the same matter: %w", err)
		}
		for _, key := range keys {
			all = append(all, concernedOf(key))
		}
	}
	return all, nil
}
