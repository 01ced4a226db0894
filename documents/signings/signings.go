// Package signings is texts that somebody signs on a phone: whoever asks opens a [Signing]
// and shows its code; the phone that scans it fetches the texts and brings the signatures,
// once; and whoever asked reads them. A newcomer starts with [Book.Open].
//
// Secrets leave the package once; the database keeps their SHA-256. Signatures are judged
// by whoever takes them in.
package signings

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/documents/store"
)

// Book is the signings of a register.
type Book struct {
	Store *store.DB
}

// lasts is how long a signing waits for the phone, and forgetAfter how long it stays after.
const (
	lasts       = 10 * time.Minute
	forgetAfter = time.Hour
)

// Errors of this package, for errors.Is.
var (
	// ErrNotFound means that there is no such signing, or that it is not told to whoever
	// asks.
	ErrNotFound = errors.New("no such signing")
	// ErrSecret means that a phone has shown no secret, or a wrong one.
	ErrSecret = errors.New("the secret is not that of the signing")
	// ErrOver means that a signing has run out, or was signed otherwise before.
	ErrOver = errors.New("the signing is over")
)

// Text is what is to be signed, and its name for people.
type Text struct {
	Name    string `json:"name"`
	Content []byte `json:"content"`
}

// Asked is what somebody is to sign: texts, all with their signatures in one way.
type Asked struct {
	Texts    []Text `json:"texts"`
	Detached bool   `json:"detached"` // the signatures do not hold the texts
}

// Signed is what the phone has brought: one signature for each text, as DER, and the names
// of those who have signed.
type Signed struct {
	Signatures [][]byte `json:"signatures"`
	Signers    []string `json:"signers"`
}

// Signing is one time that somebody is to sign.
type Signing struct {
	ID        string
	Asked     Asked
	Signed    *Signed // nil before
	Fetched   bool    // a phone has looked
	ExpiresAt time.Time
	Over      bool // it has run out
}

// Keys are what opens a signing. They are told once.
type Keys struct {
	Code  string // of the phone, in the code that it scans
	Owner string // of whoever asked without a session; empty with one
}

// ownerPrefix marks the tokens of those who ask without a session.
const ownerPrefix = "tamga_signing_"

// IsToken reports whether a bearer key is that of somebody who asked without a session.
func IsToken(secret string) bool { return strings.HasPrefix(secret, ownerPrefix) }

// PhoneToken is what a phone that knows the code shows for the texts.
func PhoneToken(code string) string { return store.HexSum([]byte("tamga phone\n" + code)) }

func failedTo(do string, err error) error { return fmt.Errorf("failed to %s: %w", do, err) }

// Open opens a signing for a session by its id; an empty one is somebody without a
// session, who gets a token.
func (b *Book) Open(ctx context.Context, session string, asked Asked) (s Signing, keys Keys, err error) {
	now := b.Store.Moment()
	raw, err := json.Marshal(asked)
	if err != nil {
		return s, keys, failedTo("encode a signing", err)
	}
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		const idLength, secretLength = 16, 32
		s = Signing{ID: hex.EncodeToString(tx.RandomBytes(idLength)), Asked: asked, ExpiresAt: now.Add(lasts)}
		keys = Keys{Code: hex.EncodeToString(tx.RandomBytes(secretLength))}
		if session == "" {
			keys.Owner = ownerPrefix + hex.EncodeToString(tx.RandomBytes(secretLength))
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM signings WHERE expires_at < $1`, store.Micros(now.Add(-forgetAfter))); err != nil {
			return failedTo("forget signings", err)
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO signings (id, owner, code_sum, token_sum, asked, opened_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			s.ID, ownerOf(session, keys.Owner), store.HexSum([]byte(keys.Code)), store.HexSum([]byte(PhoneToken(keys.Code))), string(raw), store.Micros(now), store.Micros(s.ExpiresAt))
		if err != nil {
			return failedTo("open a signing", err)
		}
		return nil
	})
	return s, keys, err
}

func ownerOf(session, token string) string {
	if session != "" {
		return "session:" + session
	}
	return "token:" + store.HexSum([]byte(token))
}

// kept is a row.
type kept struct {
	Signing
	owner, code, token string
}

func (b *Book) read(ctx context.Context, r store.Reader, id string) (k kept, err error) {
	var asked, signed string
	var expires, fetched int64
	err = r.QueryRowContext(ctx, `SELECT owner, code_sum, token_sum, asked, signed, expires_at, fetched_at FROM signings WHERE id = $1`, id).
		Scan(&k.owner, &k.code, &k.token, &asked, &signed, &expires, &fetched)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return k, ErrNotFound
	case err != nil:
		return k, failedTo("read a signing", err)
	}
	k.ID, k.Fetched, k.ExpiresAt = id, fetched != 0, store.Time(expires)
	k.Over = !b.Store.Moment().Before(k.ExpiresAt)
	err = json.Unmarshal([]byte(asked), &k.Asked)
	if err == nil && signed != "" {
		k.Signed = &Signed{}
		err = json.Unmarshal([]byte(signed), k.Signed)
	}
	return k, err
}

func same(sum, secret string) bool {
	return subtle.ConstantTimeCompare([]byte(sum), []byte(store.HexSum([]byte(secret)))) == 1
}

// Owned returns a signing for whoever asked: by the id of his session, or by his token.
// Those of others are [ErrNotFound].
func (b *Book) Owned(ctx context.Context, id, session, token string) (Signing, error) {
	k, err := b.read(ctx, b.Store, id)
	if err == nil && subtle.ConstantTimeCompare([]byte(k.owner), []byte(ownerOf(session, token))) != 1 {
		err = ErrNotFound
	}
	return k.Signing, err
}

// Scanned returns a signing for a phone that knows its code.
func (b *Book) Scanned(ctx context.Context, id, code string) (Signing, error) {
	return b.forPhone(ctx, id, func(k kept) bool { return same(k.code, code) })
}

// Fetch returns a signing for a phone that shows its token, which has now looked.
func (b *Book) Fetch(ctx context.Context, id, token string) (Signing, error) {
	s, err := b.forPhone(ctx, id, func(k kept) bool { return same(k.token, token) })
	if err != nil || s.Fetched {
		return s, err
	}
	return s, b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE signings SET fetched_at = $1 WHERE id = $2 AND fetched_at = 0`, store.Micros(b.Store.Moment()), id)
		return err
	})
}

func (b *Book) forPhone(ctx context.Context, id string, knows func(kept) bool) (Signing, error) {
	k, err := b.read(ctx, b.Store, id)
	switch {
	case errors.Is(err, ErrNotFound), err == nil && !knows(k):
		return Signing{}, ErrSecret
	case err != nil:
		return Signing{}, err
	case k.Over:
		return Signing{}, ErrOver
	}
	return k.Signing, nil
}

// Sign keeps what a phone has brought that had fetched the texts. The same signatures
// again change nothing; others are [ErrOver].
func (b *Book) Sign(ctx context.Context, id string, signed Signed) error {
	raw, err := json.Marshal(signed)
	if err != nil {
		return failedTo("encode signatures", err)
	}
	return b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := store.Micros(b.Store.Moment())
		taken, err := tx.Changed(ctx, `UPDATE signings SET signed = $1 WHERE id = $2 AND signed = '' AND expires_at > $3`, string(raw), id, now)
		if err != nil {
			return failedTo("keep signatures", err)
		}
		if taken {
			return nil
		}
		k, err := b.read(ctx, tx, id)
		if err != nil {
			return err
		}
		if k.Signed == nil || !slices.EqualFunc(k.Signed.Signatures, signed.Signatures, slices.Equal) {
			return ErrOver
		}
		return nil
	})
}
