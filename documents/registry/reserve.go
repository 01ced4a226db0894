package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// Reservation is a number taken and a content written. Whoever holds its lease
// may finish it.
type Reservation struct {
	number     string
	kind       documents.Kind
	content    documents.Draft
	stored     string // the content as it is stored, JSON
	reservedAt time.Time
	code       string // check code
	sum        string // SHA-256 of the stored content, hexadecimal
	lease      string // empty if the document is in force already
	again      bool   // it was printed before, by the law of its date of issue
}

// Number returns the number of the document.
func (held Reservation) Number() string { return held.number }

// Done reports whether the document is in force already, made for the same request
// before: nothing is left to do.
func (held Reservation) Done() bool { return held.lease == "" }

// Reserve takes the number of a document and writes its content, in a transaction of
// the caller's: the first step of [Registry.Issue], whose errors it returns. Once that
// is committed, [Registry.Produce] and [Registry.Complete] bring the document into
// force; if they do not, [Registry.Recover] does.
func (r *Registry) Reserve(ctx context.Context, tx *store.Tx, req IssueRequest) (Reservation, error) {
	q, err := askedDocument(req)
	if err != nil {
		return Reservation{}, err
	}
	return r.reserve(ctx, tx, q)
}

// errDamaged means that a stored content is no longer what was written.
var errDamaged = errors.New("the stored content of the reservation is damaged")

// reserve is the first transaction of issuing: the idempotency key, the
// number and the content are written together or not at all. A key used before
// leads to the reservation it made then. Requests are the same when they say the
// same: see [store.SumOf].
func (r *Registry) reserve(ctx context.Context, tx *store.Tx, q documentAsked) (Reservation, error) {
	claimed, err := tx.Claim(ctx, q.request)
	switch {
	case err != nil:
		return Reservation{}, err
	case claimed.Fresh:
		return r.reserveFresh(ctx, tx, q)
	case claimed.Erased:
		return Reservation{}, fmt.Errorf("document %s: %w", claimed.Number, ErrErased)
	}
	return r.reserveAgain(ctx, tx, claimed.Number)
}

// reserveFresh takes the next number and writes the content under it.
func (r *Registry) reserveFresh(ctx context.Context, tx *store.Tx, q documentAsked) (Reservation, error) {
	now := r.now()
	if err := tx.At(ctx, "key claimed"); err != nil {
		return Reservation{}, err
	}
	if err := r.readyFor(ctx, q, now); err != nil {
		return Reservation{}, err
	}
	w, err := r.worded(ctx, tx, q.Draft, standing{now: now})
	if err != nil {
		return Reservation{}, err
	}
	if err := r.signsFor(q, w.draft); err != nil {
		return Reservation{}, err
	}
	if err := r.keepAddress(ctx, tx, now); err != nil {
		return Reservation{}, err
	}
	number, err := nextNumber(ctx, tx, w.draft.Kind(), w.date)
	if err != nil {
		return Reservation{}, err
	}
	content := w.content(number)
	if err := content.ValidateNumbered(); err != nil {
		return Reservation{}, err
	}
	stored, err := json.Marshal(content)
	if err != nil {
		return Reservation{}, fmt.Errorf("failed to encode the content: %w", err)
	}
	held := Reservation{
		number: number, kind: content.Kind(), content: content, stored: string(stored),
		reservedAt: now, code: newCheckCode(tx), sum: store.HexSum(stored), lease: rand.Text(),
	}
	err = tx.Later(ctx, store.Statement{
		Query: `
		INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at,
			lease, leased_until, about, check_code)
		VALUES ($1, $2, 'reserved', $3, $4, $5, $6, $7, $8, $9, $10)`,
		Args: []any{number, string(held.kind), held.stored, held.sum, q.Client, store.Micros(now),
			held.lease, r.leaseOf(q, now), aboutOf(content), held.code},
		Doing: "failed to write the reservation",
	})
	if err != nil {
		return Reservation{}, err
	}
	if err := tx.Tie(ctx, q.request, number, 0); err != nil {
		return Reservation{}, err
	}
	if err := concern(ctx, tx, w.rules.Law, content, number); err != nil {
		return Reservation{}, err
	}
	if err := tx.At(ctx, "reservation written"); err != nil {
		return Reservation{}, err
	}
	return held, logEvent(ctx, tx, number, documents.Event{
		Seq: 1, Kind: documents.EventReserved, EffectiveAt: now, RecordedAt: now,
	})
}

// standing is where a document stands that is worded: the moment, and of one that has
// its number already that and when it took it.
type standing struct {
	now        time.Time
	number     string
	reservedAt time.Time
}

// wording is a draft with what the register and the law add, on its day.
type wording struct {
	draft   documents.Draft
	date    documents.Date
	edition documents.Edition
	rules   *rulebook.Rules
}

// content is the document under a number, or under none to be looked at.
func (w wording) content(number string) documents.Draft {
	return w.draft.Numbered(number, w.date).Ruled(w.edition)
}

// worded gives a draft what it says today, and refuses what may not be said.
func (r *Registry) worded(ctx context.Context, tx *store.Tx, draft documents.Draft, at standing) (w wording, err error) {
	if w.rules, err = r.rulesIn(ctx, tx); err != nil {
		return w, err
	}
	if w.date, err = dateOf(draft, documents.CivilDate(at.now)); err != nil {
		return w, err
	}
	if w.draft, w.edition, err = lawful(w.rules, draft, at.now); err != nil {
		return w, err
	}
	w.draft, err = r.completed(ctx, tx, w.draft, at)
	return w, err
}

// reserveAgain finds the reservation that the same request has made before. It
// is taken over if whoever worked on it has been gone for longer than a lease.
func (r *Registry) reserveAgain(ctx context.Context, tx *store.Tx, number string) (Reservation, error) {
	var status string
	err := tx.QueryRowContext(ctx, `SELECT status FROM documents WHERE number = $1`, number).Scan(&status)
	switch {
	case err != nil:
		return Reservation{}, fmt.Errorf("failed to read the status of document %s: %w", number, err)
	case documents.Status(status) == documents.StatusInForce:
		return Reservation{number: number}, nil
	case documents.Status(status) == documents.StatusVoid:
		return Reservation{}, fmt.Errorf("document %s: %w", number, ErrVoid)
	}
	return r.takeOver(ctx, tx, number)
}

// takeOver gives the lease of an abandoned reservation to the caller. Someone
// else still working on it is [store.ErrInProgress]; a content that is not what was
// written is errDamaged, with the lease all the same.
func (r *Registry) takeOver(ctx context.Context, tx *store.Tx, number string) (Reservation, error) {
	now := r.now()
	held := Reservation{number: number, lease: rand.Text()}
	var kind, sum string
	var reservedAt int64
	err := tx.QueryRowContext(ctx, `
		UPDATE documents SET lease = $1, leased_until = $2
		WHERE number = $3 AND status = 'reserved' AND leased_until <= $4
		RETURNING kind, content, content_sha256, reserved_at, check_code`,
		held.lease, store.Micros(now.Add(r.leaseFor())), number, store.Micros(now)).
		Scan(&kind, &held.stored, &sum, &reservedAt, &held.code)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Reservation{}, store.ErrInProgress
	case err != nil:
		return Reservation{}, fmt.Errorf("failed to take over reservation %s: %w", number, err)
	}
	held.kind, held.reservedAt, held.sum = documents.Kind(kind), store.Time(reservedAt), sum
	if store.HexSum([]byte(held.stored)) != sum || json.Unmarshal([]byte(held.stored), &held.content) != nil {
		held.content = documents.Draft{}
	}
	return held, nil
}

// release ends the lease of an act that failed, so that a retry need not wait
// for it to run out.
func (r *Registry) release(ctx context.Context, held Reservation) error {
	return r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.ExecContext(ctx, `
			UPDATE documents SET leased_until = 0 WHERE number = $1 AND status = 'reserved' AND lease = $2`,
			held.number, held.lease)
		return err
	})
}

// nextNumber takes the next number of a series and of the year of a date, which
// must not be before that of the number before. The row stays locked until the
// transaction ends: that is what leaves no gaps.
func nextNumber(ctx context.Context, tx *store.Tx, kind documents.Kind, date documents.Date) (string, error) {
	seq, err := nextSeq(ctx, tx, kind, date.Year)
	if err != nil {
		return "", err
	}
	if seq > 1 {
		if err := notBefore(ctx, tx, date, seriesPlace{kind, date.Year, seq - 1}); err != nil {
			return "", err
		}
	}
	if err := tx.At(ctx, "number taken"); err != nil {
		return "", err
	}
	return documents.NumberOf(kind, date.Year, seq)
}

// NextApplication takes the next number of an application in a year, in the
// transaction that gives it to one: until that ends the row stays locked.
func NextApplication(ctx context.Context, tx *store.Tx, year int) (string, error) {
	seq, err := nextSeq(ctx, tx, documents.KindApplication, year)
	if err != nil {
		return "", err
	}
	return documents.NumberOf(documents.KindApplication, year, seq)
}

func nextSeq(ctx context.Context, tx *store.Tx, kind documents.Kind, year int) (seq int, err error) {
	err = tx.QueryRowContext(ctx, `
		INSERT INTO counters (series, year, last) VALUES ($1, $2, 1)
		ON CONFLICT (series, year) DO UPDATE SET last = counters.last + 1
		RETURNING last`, string(kind), year).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("failed to take a number: %w", err)
	}
	return seq, nil
}

// seriesPlace is a place in a series of numbers.
type seriesPlace struct {
	kind      documents.Kind
	year, seq int
}

// notBefore refuses a date of issue before that of an earlier number: only a clock
// that went back could bring it about.
func notBefore(ctx context.Context, tx *store.Tx, date documents.Date, before seriesPlace) error {
	number, err := documents.NumberOf(before.kind, before.year, before.seq)
	if err != nil {
		return err
	}
	rec, err := scanRecord(tx.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, number).Scan)
	if err != nil {
		return fmt.Errorf("failed to read document %s: %w", number, err)
	}
	if date.Midnight().Before(rec.IssuedOn().Midnight()) {
		return fmt.Errorf("%w: № %s was issued on %s, and today is %s", ErrClock, number, rec.IssuedOn(), date)
	}
	return nil
}

// dateOf returns the date of issue of a draft. A date given must be today's:
// running numbers grow with the date.
func dateOf(draft documents.Draft, today documents.Date) (documents.Date, error) {
	if date := draft.IssuedOn(); !date.IsZero() && date != today {
		return date, refusedField(draft, "/issued_on", documents.CodeDate, "is not today")
	}
	return today, nil
}

// refusedField says what is wrong with a field of a draft.
func refusedField(draft documents.Draft, field, code, detail string) error {
	return &documents.InvalidError{Fields: []documents.FieldError{{
		Pointer: "/" + string(draft.Kind()) + field, Code: code, Detail: detail,
	}}}
}

// newCheckCode returns a check code that nobody can guess.
func newCheckCode(tx *store.Tx) string { return documents.CheckCode([8]byte(tx.RandomBytes(8))) }
