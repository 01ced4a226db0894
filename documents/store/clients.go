package store

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The rights a client can have.
const (
	ScopeSign  = "sign"            // sign with the service's demo key
	ScopeIssue = "documents.issue" // issue documents
	ScopeRead  = "documents.read"  // read documents whole, personal data included
	// ScopeStatus is to record what happens to documents: suspensions,
	// terminations and the like.
	ScopeStatus = "documents.status"
	// ScopeEnterDocuments is to enter licences that were issued elsewhere, and to confirm
	// what another client has entered.
	ScopeEnterDocuments = "documents.enter"
	// ScopeCorrect is to propose corrections of clerk's mistakes in documents, and to confirm
	// what another client has proposed.
	ScopeCorrect = "documents.correct"
	// ScopeApply is to open applications for those who apply, to carry them on for
	// them, and to read those that the client has opened.
	ScopeApply = "applications.apply"
	// ScopeEnter is to state what others did on applications that the client has
	// opened: information systems and officials whom the client answers for.
	ScopeEnter = "applications.enter"
)

// scopes returns all rights that there are.
func scopes() []string {
	return []string{ScopeSign, ScopeIssue, ScopeRead, ScopeStatus, ScopeEnterDocuments, ScopeCorrect, ScopeApply, ScopeEnter}
}

// Client is a program that was given a key.
type Client struct {
	ID     string
	Name   string
	Scopes []string
}

// May reports whether the client has a right.
func (c Client) May(scope string) bool { return slices.Contains(c.Scopes, scope) }

// clients is the table of the clients.
const clients = "clients"

// secretPrefix marks the keys, so that people and scanners of source code
// recognise one that has leaked.
const secretPrefix = "tamga_"

// idLength is the length of a client's id in bytes.
const idLength = 8

// AddClient gives a new client its key, «tamga_» + id + «_» + 256 random bits.
// It is returned once and cannot be had again: the database keeps its SHA-256
// only, which is enough for a secret that nobody chose. The name is for people;
// it must be 1 to 200 printable characters, or the error is [ErrBadName].
func (db *DB) AddClient(ctx context.Context, name string, rights []string) (secret string, err error) {
	for _, s := range rights {
		if !slices.Contains(scopes(), s) {
			return "", fmt.Errorf("%w: %q", ErrUnknownScope, s)
		}
	}
	if !PrintableName(name) {
		return "", ErrBadName
	}
	id, random := db.randomBytes(idLength), db.randomBytes(32)
	now := db.Moment()
	c := Client{ID: hex.EncodeToString(id), Name: name, Scopes: rights}
	secret = secretPrefix + c.ID + "_" + base64.RawURLEncoding.EncodeToString(random)
	err = db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO clients (id, name, scopes, secret_sha256, created_at) VALUES ($1, $2, $3, $4, $5)`,
			c.ID, c.Name, strings.Join(rights, " "), HexSum([]byte(secret)), Micros(now))
		if err != nil {
			return err
		}
		return tx.enter(ctx, Change{Table: clients, Key: c.ID, Event: Added, At: now})
	})
	if err != nil {
		return "", fmt.Errorf("failed to add the client: %w", err)
	}
	return secret, nil
}

// Client returns the client that has a key. Any other text, and a key that was
// revoked, is [ErrUnknownClient].
func (db *DB) Client(ctx context.Context, secret string) (_ Client, err error) {
	id, ok := clientID(secret)
	if !ok {
		return Client{}, ErrUnknownClient
	}
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	c := Client{ID: id}
	var scopes, sum string
	err = db.QueryRowContext(ctx, `
		SELECT name, scopes, secret_sha256 FROM clients WHERE id = $1 AND revoked_at = 0`, id).
		Scan(&c.Name, &scopes, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return Client{}, ErrUnknownClient
	}
	if err != nil {
		return Client{}, fmt.Errorf("failed to read the client: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(HexSum([]byte(secret))), []byte(sum)) != 1 {
		return Client{}, ErrUnknownClient
	}
	c.Scopes = strings.Fields(scopes)
	return c, nil
}

// Clients returns the clients whose keys are good, the oldest first.
func (db *DB) Clients(ctx context.Context) (_ []Client, err error) {
	ctx, end := db.Bounded(ctx)
	defer end(&err)
	rows, err := db.QueryContext(ctx, `
		SELECT id, name, scopes FROM clients WHERE revoked_at = 0 ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("failed to list the clients: %w", err)
	}
	defer rows.Close()
	var list []Client
	for rows.Next() {
		var c Client
		var scopes string
		if err := rows.Scan(&c.ID, &c.Name, &scopes); err != nil {
			return nil, fmt.Errorf("failed to list the clients: %w", err)
		}
		c.Scopes = strings.Fields(scopes)
		list = append(list, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("failed to list the clients: %w", err)
	}
	return list, nil
}

// PrintableName reports whether a name can be one of a person or a program: 1 to 200
// printable characters.
func PrintableName(name string) bool {
	const longest = 200
	if name == "" || utf8.RuneCountInString(name) > longest || !utf8.ValidString(name) {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
}

// clientID returns the part of a key that names the client. Text that no key
// of ours can be does not reach the database.
func clientID(secret string) (string, bool) {
	rest, ok := strings.CutPrefix(secret, secretPrefix)
	if !ok {
		return "", false
	}
	id, _, ok := strings.Cut(rest, "_")
	raw, err := hex.DecodeString(id)
	return id, ok && err == nil && len(raw) == idLength
}

// RevokeClient makes the key of a client useless from now on. An id without a
// good key is [ErrUnknownClient].
func (db *DB) RevokeClient(ctx context.Context, id string) error {
	now := db.Moment()
	return db.Tx(ctx, func(ctx context.Context, tx *Tx) error {
		known, err := tx.Changed(ctx, `
			UPDATE clients SET revoked_at = $1 WHERE id = $2 AND revoked_at = 0`, Micros(now), id)
		if err != nil {
			return fmt.Errorf("failed to revoke the client: %w", err)
		}
		if !known {
			return ErrUnknownClient
		}
		return tx.enter(ctx, Change{Table: clients, Key: id, Event: Revoked, At: now})
	})
}
