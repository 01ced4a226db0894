package people

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// The tables that are covered, and what happens to their rows in the words of the log.
const (
	personRows  = "persons"
	accountRows = "accounts"
	dutyRows    = "duties"
	powerRows   = "powers"

	named        = "named"        // a person, otherwise than before
	opened       = "opened"       // an account
	passwordSet  = "password"     // of an account
	strengthened = "strengthened" // the digest of a password that stays
	given        = "given"        // a duty
)

const personColumns = `p.id, p.person, p.added_at, p.added_by`

func scanPerson(scan func(...any) error, more ...any) (Person, error) {
	var p Person
	var natural string
	var added int64
	err := scan(append([]any{&p.ID, &natural, &added, &p.AddedBy}, more...)...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return p, ErrNotFound
	case err != nil:
		return p, failedTo("read a person", err)
	}
	p.AddedAt = store.Time(added)
	if err := json.Unmarshal([]byte(natural), &p.Natural); err != nil {
		return p, failedTo("read person "+p.ID, err)
	}
	return p, nil
}

// Lookup returns a person by id.
func Lookup(ctx context.Context, r store.Reader, id string) (Person, error) {
	if !isID(id) {
		return Person{}, ErrNotFound
	}
	return scanPerson(r.QueryRowContext(ctx, `SELECT `+personColumns+` FROM persons p WHERE p.id = $1`, id).Scan)
}

// identified returns the person of an identity, as [documents.Holder.Identity] writes it.
func identified(ctx context.Context, r store.Reader, identity string) (Person, error) {
	return scanPerson(r.QueryRowContext(ctx, `SELECT `+personColumns+` FROM persons p WHERE p.identity = $1`, identity).Scan)
}

// Known returns the person who has the number of a natural person, or what stands in its
// place; without one it is [ErrNotFound].
func Known(ctx context.Context, r store.Reader, natural documents.NaturalPerson) (Person, error) {
	identity := documents.Holder{Natural: &natural}.Normalise().Identity()
	if identity == "" {
		return Person{}, ErrNotFound
	}
	return identified(ctx, r, identity)
}

// Persons returns up to limit persons after an id, in the order of their ids.
func Persons(ctx context.Context, r store.Reader, after string, limit int) ([]Person, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+personColumns+` FROM persons p WHERE p.id > $1 ORDER BY p.id LIMIT $2`, after, limit)
	if err != nil {
		return nil, failedTo("list the people", err)
	}
	defer rows.Close()
	var all []Person
	for rows.Next() {
		p, err := scanPerson(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

// Add makes a person known by the word of an administrator, so that duties can be given
// to whoever has not signed in yet. One who is known is returned as he is, with false.
func (b *Book) Add(ctx context.Context, natural documents.NaturalPerson, by string) (p Person, added bool, err error) {
	if natural, err = checked(natural); err != nil {
		return p, false, err
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := administers(ctx, tx, by, b.Store.Moment()); err != nil {
			return err
		}
		p, added, err = add(ctx, tx, addition{natural, by, b.Store.Moment()})
		return err
	})
	return p, added, err
}

// checked returns a person whose texts are normalised, if they are those of one.
func checked(natural documents.NaturalPerson) (documents.NaturalPerson, error) {
	h := documents.Holder{Natural: &natural}.Normalise()
	return *h.Natural, documents.CheckHolder("", h)
}

// addition is a person to be made known: by whom, empty for himself.
type addition struct {
	natural documents.NaturalPerson
	by      string
	at      time.Time
}

// add makes a person known, or returns who is known already.
func add(ctx context.Context, tx *store.Tx, a addition) (Person, bool, error) {
	identity := documents.Holder{Natural: &a.natural}.Identity()
	raw, err := json.Marshal(a.natural)
	if err != nil {
		return Person{}, false, failedTo("encode a person", err)
	}
	id := newID(tx)
	added, err := tx.Changed(ctx, `INSERT INTO persons (id, identity, person, added_at, added_by) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (identity) DO NOTHING`, id, identity, string(raw), store.Micros(a.at), a.by)
	if err != nil {
		return Person{}, false, failedTo("add a person", err)
	}
	if added {
		err = registry.EnterRow(ctx, tx, store.Change{Table: personRows, Key: id, Event: store.Added, At: a.at})
		if err != nil {
			return Person{}, false, err
		}
	}
	p, err := identified(ctx, tx, identity)
	return p, added, err
}

// rename gives a person the name of his certificate, which is worth more than what an
// administrator has typed.
func rename(ctx context.Context, tx *store.Tx, p Person, as addition) (Person, error) {
	natural := as.natural
	if natural.Surname == p.Natural.Surname && natural.GivenName == p.Natural.GivenName && natural.Patronymic == p.Natural.Patronymic {
		return p, nil
	}
	natural.IIN, natural.Document = p.Natural.IIN, p.Natural.Document
	raw, err := json.Marshal(natural)
	if err != nil {
		return p, failedTo("encode a person", err)
	}
	if _, err := tx.ExecContext(ctx, `UPDATE persons SET person = $1 WHERE id = $2`, string(raw), p.ID); err != nil {
		return p, failedTo("name a person", err)
	}
	p.Natural = natural
	return p, registry.EnterRow(ctx, tx, store.Change{Table: personRows, Key: p.ID, Event: named, At: as.at})
}
