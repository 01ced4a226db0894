package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
)

// reservation is a number taken and a content written. Whoever holds its lease
// may finish it.
type reservation struct {
	number     string
	kind       documents.Kind
	content    documents.Draft
	stored     string // the content as it is stored, JSON
	reservedAt time.Time
	code       string // check code
	sum        string // SHA-256 of the stored content, hexadecimal
	lease      string // empty if the document is in force already
}

// errDamaged means that a stored content is no longer what was written.
var errDamaged = errors.New("the stored content of the reservation is damaged")

// reserve is the first transaction of issuing: the idempotency key, the
// number and the content are written together or not at all. A key used before
// leads to the reservation it made then. Requests are the same when they say the
// same: see [requestSum].
func (r *Registry) reserve(ctx context.Context, req IssueRequest) (reservation, error) {
	sum, err := sumOf(req.Draft)
	if err != nil {
		return reservation{}, err
	}
	var held reservation
	err = r.Store.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		fresh, err := claim(ctx, tx, req.Client, req.IdempotencyKey, sum)
		if err != nil {
			return err
		}
		if fresh {
			held, err = r.reserveFresh(ctx, tx, req)
		} else {
			held, err = r.reserveAgain(ctx, tx, req, sum)
		}
		return err
	})
	return held, err
}

// reserveFresh takes the next number and writes the content under it.
func (r *Registry) reserveFresh(ctx context.Context, tx *sql.Tx, req IssueRequest) (reservation, error) {
	now := r.now()
	if err := r.ready(ctx, now); err != nil {
		return reservation{}, err
	}
	if err := r.printable(req.Draft); err != nil {
		return reservation{}, err
	}
	date, err := dateOf(req.Draft, documents.CivilDate(now))
	if err != nil {
		return reservation{}, err
	}
	draft, err := completed(ctx, tx, req.Draft, now)
	if err != nil {
		return reservation{}, err
	}
	if err := r.signs(draft); err != nil {
		return reservation{}, err
	}
	if err := r.keepAddress(ctx, tx, now); err != nil {
		return reservation{}, err
	}
	number, err := nextNumber(ctx, tx, draft.Kind(), date.Year)
	if err != nil {
		return reservation{}, err
	}
	content := draft.Numbered(number, date)
	if err := content.ValidateNumbered(); err != nil {
		return reservation{}, err
	}
	stored, err := json.Marshal(content)
	if err != nil {
		return reservation{}, fmt.Errorf("failed to encode the content: %w", err)
	}
	held := reservation{
		number: number, kind: content.Kind(), content: content, stored: string(stored),
		reservedAt: now, code: r.newCheckCode(), sum: hexSum(stored), lease: rand.Text(),
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at,
			lease, leased_until, about, check_code)
		VALUES ($1, $2, 'reserved', $3, $4, $5, $6, $7, $8, $9, $10)`,
		number, string(held.kind), held.stored, held.sum, req.Client, toMicros(now),
		held.lease, toMicros(now.Add(r.leaseFor())), content.About(), held.code)
	if err != nil {
		return reservation{}, fmt.Errorf("failed to write the reservation: %w", err)
	}
	_, err = tx.ExecContext(ctx, `UPDATE requests SET number = $1 WHERE client = $2 AND idempotency_key = $3`,
		number, req.Client, req.IdempotencyKey)
	if err != nil {
		return reservation{}, fmt.Errorf("failed to tie the idempotency key to its number: %w", err)
	}
	return held, r.Store.logEvent(ctx, tx, number, documents.Event{
		Seq: 1, Kind: documents.EventReserved, EffectiveAt: now, RecordedAt: now,
	})
}

// reserveAgain finds the reservation that the same request has made before. It
// is taken over if whoever worked on it has been gone for longer than a lease.
func (r *Registry) reserveAgain(ctx context.Context, tx *sql.Tx, req IssueRequest, sum requestSum) (reservation, error) {
	var number, status, before string
	err := tx.QueryRowContext(ctx, `
		SELECT d.number, d.status, q.body_sha256
		FROM requests q JOIN documents d ON d.number = q.number
		WHERE q.client = $1 AND q.idempotency_key = $2`,
		req.Client, req.IdempotencyKey).Scan(&number, &status, &before)
	switch {
	case err != nil:
		return reservation{}, fmt.Errorf("failed to read the idempotency key: %w", err)
	case before == "":
		return reservation{}, fmt.Errorf("document %s: %w", number, ErrErased)
	case !sum.same(before):
		return reservation{}, ErrKeyReused
	case documents.Status(status) == documents.StatusInForce:
		return reservation{number: number}, nil
	case documents.Status(status) == documents.StatusVoid:
		return reservation{}, fmt.Errorf("document %s: %w", number, ErrVoid)
	}
	return r.takeOver(ctx, tx, number)
}

// takeOver gives the lease of an abandoned reservation to the caller. Someone
// else still working on it is [ErrInProgress]; a content that is not what was
// written is errDamaged, with the lease all the same.
func (r *Registry) takeOver(ctx context.Context, tx *sql.Tx, number string) (reservation, error) {
	now := r.now()
	held := reservation{number: number, lease: rand.Text()}
	var kind, sum string
	var reservedAt int64
	err := tx.QueryRowContext(ctx, `
		UPDATE documents SET lease = $1, leased_until = $2
		WHERE number = $3 AND status = 'reserved' AND leased_until <= $4
		RETURNING kind, content, content_sha256, reserved_at, check_code`,
		held.lease, toMicros(now.Add(r.leaseFor())), number, toMicros(now)).
		Scan(&kind, &held.stored, &sum, &reservedAt, &held.code)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return reservation{}, ErrInProgress
	case err != nil:
		return reservation{}, fmt.Errorf("failed to take over reservation %s: %w", number, err)
	}
	held.kind, held.reservedAt, held.sum = documents.Kind(kind), fromMicros(reservedAt), sum
	if hexSum([]byte(held.stored)) != sum || json.Unmarshal([]byte(held.stored), &held.content) != nil {
		held.content = documents.Draft{}
	}
	return held, nil
}

// release ends the lease of an act that failed, so that a retry need not wait
// for it to run out.
func (r *Registry) release(ctx context.Context, held reservation) error {
	return r.Store.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE documents SET leased_until = 0 WHERE number = $1 AND status = 'reserved' AND lease = $2`,
			held.number, held.lease)
		return err
	})
}

// nextNumber takes the next number of a series and year. The row stays locked
// until the transaction ends: that is what leaves no gaps.
func nextNumber(ctx context.Context, tx *sql.Tx, kind documents.Kind, year int) (string, error) {
	var seq int
	err := tx.QueryRowContext(ctx, `
		INSERT INTO counters (series, year, last) VALUES ($1, $2, 1)
		ON CONFLICT (series, year) DO UPDATE SET last = counters.last + 1
		RETURNING last`, string(kind), year).Scan(&seq)
	if err != nil {
		return "", fmt.Errorf("failed to take a number: %w", err)
	}
	return documents.NumberOf(kind, year, seq)
}

// dateOf returns the date of issue of a draft. A date given must not be in the
// future, and must be in the current year: running numbers grow with the date,
// and the year in the number is the year on the document.
func dateOf(draft documents.Draft, today documents.Date) (documents.Date, error) {
	date := draft.IssuedOn()
	if date.IsZero() {
		date = today
	}
	if date.Year != today.Year || date.String() > today.String() {
		return date, refusedField(draft, "/issued_on", documents.CodeDate,
			"is not between the first day of this year and today")
	}
	return date, nil
}

// refusedField says what is wrong with a field of a draft.
func refusedField(draft documents.Draft, field, code, detail string) error {
	return &documents.InvalidError{Fields: []documents.FieldError{{
		Pointer: "/" + string(draft.Kind()) + field, Code: code, Detail: detail,
	}}}
}

// newCheckCode returns a check code that nobody can guess.
func (r *Registry) newCheckCode() string { return documents.CheckCode([8]byte(r.Store.randomBytes(8))) }

// changed runs a statement and reports whether it changed exactly one row.
func changed(ctx context.Context, tx *sql.Tx, query string, args ...any) (bool, error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	got, err := result.RowsAffected()
	return got == 1, err
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
