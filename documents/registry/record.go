package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
)

// EventRequest asks to write down what has happened to a document.
type EventRequest struct {
	Client         string
	IdempotencyKey string // from the same names as those of [IssueRequest]
	Number         string
	// Last is the Seq of the last event that the caller knows. If the document
	// has another by now, the answer is [ErrChanged].
	Last int
	// AnyState says that it does not matter what has happened since: Last is not
	// looked at.
	AnyState bool
	Event    documents.NewEvent
}

// Record writes an event down, in one transaction with its record in the log.
// The same client with the same key and the same event gets what was written
// then, with true as the second result; with another event it is
// [ErrKeyReused]. What the law forbids is a *documents.RuleError, what is
// incomplete a *documents.InvalidError, a number that is not in force
// [ErrNotFound]; none of them uses up the key.
func (r *Registry) Record(ctx context.Context, req EventRequest) (documents.Event, bool, error) {
	if !printableASCII(req.Client) || !printableASCII(req.IdempotencyKey) {
		return documents.Event{}, false, ErrBadKey
	}
	now := r.now()
	req.Event = req.Event.Normalise()
	if err := req.Event.Validate(now); err != nil {
		return documents.Event{}, false, err
	}
	return r.recordOnce(ctx, req, func(ctx context.Context, tx *sql.Tx) (documents.Event, error) {
		rec, life, err := locked(ctx, tx, req.Number)
		if err != nil {
			return documents.Event{}, err
		}
		done, err := mayFollow(ctx, tx, req, life, now)
		if err != nil {
			return documents.Event{}, err
		}
		return done, r.Store.logEvent(ctx, tx, rec.Number, done)
	})
}

// recordOnce runs what records an event in a transaction, or finds the event
// that the same request has recorded before: then the second result is true.
func (r *Registry) recordOnce(
	ctx context.Context, req EventRequest, do func(ctx context.Context, tx *sql.Tx) (documents.Event, error),
) (done documents.Event, replayed bool, err error) {
	sum, err := sumOf(struct {
		Number string             `json:"number"`
		Event  documents.NewEvent `json:"event"`
	}{req.Number, req.Event})
	if err != nil {
		return documents.Event{}, false, err
	}
	err = r.Store.update(ctx, func(ctx context.Context, tx *sql.Tx) error {
		fresh, err := claim(ctx, tx, req.Client, req.IdempotencyKey, sum)
		if err != nil {
			return err
		}
		if replayed = !fresh; replayed {
			done, err = recordedBefore(ctx, tx, req, sum)
			return err
		}
		done, err = do(ctx, tx)
		return err
	})
	if err != nil {
		return documents.Event{}, false, err
	}
	return done, replayed, nil
}

// mayFollow returns the event that a request asks for, if it may be the next of
// a life, and ties the request to it.
func mayFollow(
	ctx context.Context, tx *sql.Tx, req EventRequest, life documents.Life, now time.Time,
) (documents.Event, error) {
	done := next(life, documents.Event{
		Kind: req.Event.Kind, EffectiveAt: req.Event.EffectiveAt, EventData: req.Event.Data(),
	}, now)
	if done.Seq-1 != req.Last && !req.AnyState {
		return documents.Event{}, fmt.Errorf("document %s: %w", req.Number, ErrChanged)
	}
	if err := life.May(done); err != nil {
		return documents.Event{}, err
	}
	_, err := tx.ExecContext(ctx, `
		UPDATE requests SET number = $1, event = $2 WHERE client = $3 AND idempotency_key = $4`,
		req.Number, done.Seq, req.Client, req.IdempotencyKey)
	if err != nil {
		return documents.Event{}, fmt.Errorf("failed to tie the idempotency key to its event: %w", err)
	}
	return done, nil
}

// recordedBefore finds the event that the same request has written.
func recordedBefore(ctx context.Context, tx *sql.Tx, req EventRequest, sum requestSum) (documents.Event, error) {
	var before string
	var seq int
	err := tx.QueryRowContext(ctx, `
		SELECT body_sha256, event FROM requests WHERE client = $1 AND idempotency_key = $2`,
		req.Client, req.IdempotencyKey).Scan(&before, &seq)
	if err != nil {
		return documents.Event{}, fmt.Errorf("failed to read the idempotency key: %w", err)
	}
	if before == "" {
		return documents.Event{}, fmt.Errorf("document %s: %w", req.Number, ErrErased)
	}
	if !sum.same(before) {
		return documents.Event{}, ErrKeyReused
	}
	life, err := history(ctx, tx, Record{Number: req.Number})
	if err != nil {
		return documents.Event{}, err
	}
	e, ok := life.Event(seq)
	if !ok {
		return documents.Event{}, errDamaged
	}
	return e, nil
}

// effectOn returns what issuing a document does to the document that it is
// about; nothing for a statement of history.
func effectOn(content documents.Draft) (documents.EventKind, bool) {
	switch content.Kind() {
	case documents.KindLicence:
		return documents.EventReissued, content.About() != ""
	case documents.KindDuplicate:
		return documents.EventDuplicate, true
	case documents.KindPaperCopy:
		return documents.EventCertified, true
	}
	return "", false
}

// completed gives a draft what the register knows of the document that it is
// about, and refuses what the law forbids, before a number is taken.
func completed(ctx context.Context, tx *sql.Tx, draft documents.Draft, now time.Time) (documents.Draft, error) {
	about := draft.About()
	if about == "" {
		return draft, havePhotographs(ctx, tx, draft)
	}
	rec, life, err := locked(ctx, tx, about)
	if errors.Is(err, ErrNotFound) {
		field := "/of"
		if draft.Kind() == documents.KindLicence {
			field = "/replaces"
		}
		return draft, refusedField(draft, field, documents.CodeUnknown, "the register has no such document")
	}
	if err != nil {
		return draft, err
	}
	kind, affects := effectOn(draft)
	if affects {
		if err := life.May(next(life, documents.Event{Kind: kind}, now)); err != nil {
			return draft, err
		}
	}
	if kind == documents.EventReissued {
		if err := noneReplaces(ctx, tx, about); err != nil {
			return draft, err
		}
	}
	return draft.Completed(rec.Content, told(rec, life, now)), nil
}

// noneReplaces refuses a licence that another one being issued replaces.
func noneReplaces(ctx context.Context, tx *sql.Tx, number string) error {
	var n int
	err := tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM documents WHERE about = $1 AND status = 'reserved' AND kind = $2`,
		number, string(documents.KindLicence)).Scan(&n)
	if err != nil {
		return fmt.Errorf("failed to look for another document: %w", err)
	}
	if n > 0 {
		return &documents.RuleError{
			Rule: documents.RulePending, Event: documents.EventReissued, Status: documents.StatusInForce,
		}
	}
	return nil
}

// told is what a statement of history says at a moment.
func told(rec Record, life documents.Life, now time.Time) documents.Told {
	owner := rec.Content.Owner()
	t := documents.Told{
		Kind: rec.Kind, Status: life.StatusAt(now), At: now,
		Holder: documents.Text{KK: owner.PublicName(documents.KK), RU: owner.PublicName(documents.RU)},
	}
	for _, e := range life.Events {
		if e.Kind != documents.EventReserved {
			t.Events = append(t.Events, e)
		}
	}
	return t
}

// enterEvents writes down that a document was issued and, in the same
// transaction, what that does to the document that it is about. Rows of
// documents are locked before the head of the log, here as everywhere: two
// transactions that took them in different orders could wait for each other.
func (r *Registry) enterEvents(ctx context.Context, tx *sql.Tx, held reservation, now time.Time) error {
	issued := documents.Event{Seq: 2, Kind: documents.EventIssued, EffectiveAt: now, RecordedAt: now}
	kind, affects := effectOn(held.content)
	if !affects {
		return r.Store.logEvent(ctx, tx, held.number, issued)
	}
	about := held.content.About()
	_, life, err := locked(ctx, tx, about)
	if err != nil {
		return err
	}
	e := effectBy(held, life, kind, now)
	if err := life.May(e); err != nil {
		return err
	}
	if kind == documents.EventReissued {
		issued.Other = about
	}
	if err := r.Store.logEvent(ctx, tx, held.number, issued); err != nil {
		return err
	}
	return r.Store.logEvent(ctx, tx, about, e)
}

// effectBy is the event that issuing a document is for the one it is about.
func effectBy(held reservation, life documents.Life, kind documents.EventKind, now time.Time) documents.Event {
	e := next(life, documents.Event{Kind: kind}, now)
	e.Other = held.number
	if kind != documents.EventReissued {
		e.Copy = life.Copies() + 1
	}
	if c := held.content.PaperCopy; c != nil {
		e.Signatory = c.Head
	}
	if d := held.content.Duplicate; d != nil {
		e.Reason = d.Reason
	}
	return e
}
