// Package questionnaire asks those who have got an answer how satisfied they are, so that
// nobody can tell who has said what: annex 4 of order № 159.
//
// A newcomer starts with [Book.Invite], which hands out a token with a result, and
// [Book.Answer], which takes one answer for it. What could bring the two together is not
// written down anywhere: an invitation says for which application and not which token, an
// answer which token and in which month, and no moment (docs/questionnaire.md).
package questionnaire

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// Book is the questionnaires of a register.
type Book struct{ Store *store.DB }

// Errors of this package.
var (
	// ErrInvited means that a token was handed out for the application before.
	ErrInvited = errors.New("the application was invited before")
	// ErrToken means that a token is none that was handed out here.
	ErrToken = errors.New("the token is not one of ours")
	// ErrAnswered means that a token has had its answer.
	ErrAnswered = errors.New("the token has answered before")
)

// The tables whose rows are under the log.
const (
	invitationRows = "questionnaire_invitations"
	keyRows        = "questionnaire_keys"
	keyID          = "1"
)

const randomLength = 16 // bytes

// About is what a questionnaire is about.
type About struct {
	Edition string // its id
	Service string
}

// Invite hands out the token of an application, by its id: once, since it is not kept.
func (b *Book) Invite(ctx context.Context, application string, about About) (token string, err error) {
	err = b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		written, err := tx.Changed(ctx, `INSERT INTO questionnaire_invitations (application) VALUES ($1) ON CONFLICT DO NOTHING`, application)
		if err != nil {
			return fmt.Errorf("failed to invite: %w", err)
		}
		if !written {
			return ErrInvited
		}
		secret, err := b.secret(ctx, tx)
		if err != nil {
			return err
		}
		token = tokenOf(about, tx.RandomBytes(randomLength), secret)
		return registry.EnterRow(ctx, tx, store.Change{Table: invitationRows, Key: application, Event: store.Kept, At: b.Store.Moment()})
	})
	return token, err
}

// secret returns what tokens are made with, and makes it first where there is none.
func (b *Book) secret(ctx context.Context, tx *store.Tx) ([]byte, error) {
	made, err := tx.Changed(ctx, `INSERT INTO questionnaire_keys (id, secret) VALUES ($1, $2) ON CONFLICT DO NOTHING`, keyID, tx.RandomBytes(sha256.Size))
	if err == nil && made {
		err = registry.EnterRow(ctx, tx, store.Change{Table: keyRows, Key: keyID, Event: store.Kept, At: b.Store.Moment()})
	}
	if err != nil {
		return nil, fmt.Errorf("failed to keep the key of questionnaires: %w", err)
	}
	return readSecret(ctx, tx)
}

func readSecret(ctx context.Context, r store.Reader) (secret []byte, err error) {
	err = r.QueryRowContext(ctx, `SELECT secret FROM questionnaire_keys WHERE id = $1`, keyID).Scan(&secret)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrToken // nobody was ever invited
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read the key of questionnaires: %w", err)
	}
	return secret, nil
}

// tokenOf is edition~service~random~mac: it says what is asked about, and not whom.
func tokenOf(about About, random, secret []byte) string {
	head := about.Edition + "~" + about.Service + "~" + base64.RawURLEncoding.EncodeToString(random)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(head))
	return head + "~" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// aboutOf reads a token that was made with a secret.
func aboutOf(token string, secret []byte) (About, error) {
	parts := strings.Split(token, "~")
	if len(parts) != 4 {
		return About{}, ErrToken
	}
	random, err := base64.RawURLEncoding.DecodeString(parts[2])
	about := About{parts[0], parts[1]}
	if err != nil || len(random) != randomLength || !hmac.Equal([]byte(tokenOf(about, random, secret)), []byte(token)) {
		return About{}, ErrToken
	}
	return about, nil
}

// Answer takes the one answer of a token; what it answers stands in it already.
func (b *Book) Answer(ctx context.Context, token string, quality, access documents.Answer) error {
	if err := check(quality, access); err != nil {
		return err
	}
	return b.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		secret, err := readSecret(ctx, tx)
		if err != nil {
			return err
		}
		about, err := aboutOf(token, secret)
		if err != nil {
			return err
		}
		written, err := tx.Changed(ctx, `INSERT INTO questionnaire_answers (id, edition, service, month, quality, access) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT DO NOTHING`, store.HexSum([]byte(token)), about.Edition, about.Service, month(documents.CivilDate(b.Store.Moment())), int(quality), int(access))
		if err != nil {
			return fmt.Errorf("failed to keep an answer: %w", err)
		}
		if !written {
			return ErrAnswered
		}
		return nil
	})
}

func check(quality, access documents.Answer) error {
	var wrong []documents.FieldError
	for _, a := range []struct {
		pointer string
		answer  documents.Answer
	}{{"/quality", quality}, {"/accessibility", access}} {
		if a.answer < documents.NotSatisfied || a.answer > documents.Satisfied {
			wrong = append(wrong, documents.FieldError{Pointer: a.pointer, Code: documents.CodeUnknown, Detail: "is none of the answers 1, 2 and 3"})
		}
	}
	if wrong != nil {
		return &documents.InvalidError{Fields: wrong}
	}
	return nil
}

func month(d documents.Date) string { return d.String()[:7] }

// Fewest is how many answers there must be before any is counted in public: with fewer,
// who knows whom was asked could guess what he has said.
const Fewest = 5

// Results are the answers of a year about a service.
type Results struct {
	Service string
	Year    int
	// Until is the last month that is counted, as 2026-10: one that goes on is not, so that
	// nobody watches answers come. Empty when none is over.
	Until           string
	Withheld        bool // there are fewer than [Fewest]: the counts are left out
	Quality, Access documents.Answers
}

// Results counts the answers of the months of a year that are over.
func (b *Book) Results(ctx context.Context, service string, year int) (r Results, err error) {
	r = Results{Service: service, Year: year}
	now := documents.CivilDate(b.Store.Moment())
	from, until := fmt.Sprintf("%04d-01", year), fmt.Sprintf("%04d-13", year)
	if now.Year == year {
		until = month(now)
	}
	if now.Year < year || until == from {
		r.Withheld = true
		return r, nil
	}
	r.Until = fmt.Sprintf("%04d-12", year)
	if now.Year == year {
		r.Until = fmt.Sprintf("%04d-%02d", year, int(now.Month)-1)
	}
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	rows, err := b.Store.QueryContext(ctx, `SELECT quality, access, COUNT(*) FROM questionnaire_answers
		WHERE service = $1 AND month >= $2 AND month < $3 GROUP BY quality, access`, service, from, until)
	if err != nil {
		return r, fmt.Errorf("failed to count the answers: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var quality, access documents.Answer
		var n int
		if err := rows.Scan(&quality, &access, &n); err != nil {
			return r, fmt.Errorf("failed to count the answers: %w", err)
		}
		add(&r.Quality, quality, n)
		add(&r.Access, access, n)
	}
	if r.Quality.Total() < Fewest {
		r.Withheld, r.Quality, r.Access = true, documents.Answers{}, documents.Answers{}
	}
	return r, rows.Err()
}

func add(to *documents.Answers, a documents.Answer, n int) {
	switch a {
	case documents.NotSatisfied:
		to.NotSatisfied += n
	case documents.PartlySatisfied:
		to.PartlySatisfied += n
	case documents.Satisfied:
		to.Satisfied += n
	}
}
