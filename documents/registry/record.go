package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
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
// [store.ErrKeyReused]. What the law forbids is a *documents.RuleError, what is
// incomplete a *documents.InvalidError, a number that is not in force
// [ErrNotFound]; none of them uses up the key. A withdrawal, of a paper that permits
// nothing, is an act signed with the key of documents; without one that is fit it is
// refused as issuing is.
func (r *Registry) Record(ctx context.Context, req EventRequest) (documents.Event, bool, error) {
	q, err := r.askedEvent(req, documents.NewEvent.Validate)
	if err != nil {
		return documents.Event{}, false, err
	}
	const patience = 5 // with others who change the document meanwhile
	for tries := 1; ; tries++ {
		if q.act, err = r.actOf(ctx, r.Store, q); err != nil {
			return documents.Event{}, false, err
		}
		done, replayed, err := r.recordOnce(ctx, q, r.recordIn)
		if !errors.Is(err, errActStale) || tries == patience {
			return done, replayed, err
		}
	}
}

// eventAsked is an event that a client asks for and may ask for.
type eventAsked struct {
	EventRequest
	request store.Request
	now     time.Time
	act     *signedAct // of a withdrawal
}

// next is the event that is asked for as the next of a life.
func (q eventAsked) next(life documents.Life) documents.Event {
	return next(life, documents.Event{Kind: q.Event.Kind, EffectiveAt: q.Event.EffectiveAt, EventData: q.Event.Data()}, q.now)
}

// askedEvent looks at all of a request that needs no database.
func (r *Registry) askedEvent(req EventRequest, validate func(documents.NewEvent, time.Time) error) (eventAsked, error) {
	q := eventAsked{EventRequest: req, request: store.Request{Client: req.Client, IdempotencyKey: req.IdempotencyKey}, now: r.now()}
	if err := q.request.Check(); err != nil {
		return q, err
	}
	q.Event = q.Event.Normalise()
	if err := validate(q.Event, q.now); err != nil {
		return q, err
	}
	var err error
	q.request.Sum, err = store.SumOf(struct {
		Number string             `json:"number"`
		Event  documents.NewEvent `json:"event"`
	}{q.Number, q.Event})
	return q, err
}

// recording writes an event down in a transaction.
type recording func(ctx context.Context, tx *store.Tx, q eventAsked) (documents.Event, error)

func (r *Registry) recordIn(ctx context.Context, tx *store.Tx, q eventAsked) (documents.Event, error) {
	rec, life, err := locked(ctx, tx, q.Number)
	if err != nil {
		return documents.Event{}, err
	}
	if err := havePaper(ctx, tx, q.Event.Paper); err != nil {
		return documents.Event{}, err
	}
	if err := samePaper(ctx, tx, q.Event.Paper); err != nil {
		return documents.Event{}, err
	}
	done, err := r.mayFollow(ctx, tx, q, life)
	if err != nil {
		return documents.Event{}, err
	}
	if done, err = q.withAct(rec.Kind, done); err != nil {
		return documents.Event{}, err
	}
	return done, logTurn(ctx, tx, rec.Number, life, done)
}

// havePaper refuses an event that names a document of the register which is not there
// as its paper.
func havePaper(ctx context.Context, tx *store.Tx, p documents.Paper) error {
	if p.Number == "" {
		return nil
	}
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM documents WHERE number = $1 AND status = 'in_force'`, p.Number).Scan(&n)
	switch {
	case err != nil:
		return fmt.Errorf("failed to look for the paper of an event: %w", err)
	case n == 0:
		return &documents.InvalidError{Fields: []documents.FieldError{{
			Pointer: "/paper/number", Code: documents.CodeUnknown, Detail: "the register has no such document",
		}}}
	}
	return nil
}

// recordOnce records an event in a transaction of its own, or finds the event that
// the same request has recorded before: then the second result is true.
func (r *Registry) recordOnce(ctx context.Context, q eventAsked, do recording) (done documents.Event, replayed bool, err error) {
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		done, replayed, err = recordOnceIn(ctx, tx, q, do)
		return err
	})
	if err != nil {
		return documents.Event{}, false, err
	}
	return done, replayed, nil
}

func recordOnceIn(ctx context.Context, tx *store.Tx, q eventAsked, do recording) (done documents.Event, replayed bool, err error) {
	claimed, err := tx.Claim(ctx, q.request)
	switch {
	case err != nil:
		return documents.Event{}, false, err
	case claimed.Fresh:
		done, err = do(ctx, tx, q)
	default:
		done, err = recordedBefore(ctx, tx, q.Number, claimed)
	}
	if err != nil {
		return documents.Event{}, false, err
	}
	return done, !claimed.Fresh, nil
}

// mayFollow returns the event that a request asks for, if it may be the next of
// a life, and ties the request to it.
func (r *Registry) mayFollow(ctx context.Context, tx *store.Tx, q eventAsked, life documents.Life) (documents.Event, error) {
	done := q.next(life)
	if done.Seq-1 != q.Last && !q.AnyState {
		return documents.Event{}, fmt.Errorf("document %s: %w", q.Number, ErrChanged)
	}
	if err := r.may(ctx, tx, life, done); err != nil {
		return documents.Event{}, err
	}
	return done, tx.Tie(ctx, q.request, q.Number, done.Seq)
}

// recordedBefore finds the event that the same request has written.
func recordedBefore(ctx context.Context, tx *store.Tx, number string, claimed store.Claimed) (documents.Event, error) {
	if claimed.Erased {
		return documents.Event{}, fmt.Errorf("document %s: %w", number, ErrErased)
	}
	life, err := history(ctx, tx, Record{Number: number})
	if err != nil {
		return documents.Event{}, err
	}
	e, ok := life.Event(claimed.Event)
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
func (r *Registry) completed(ctx context.Context, tx *store.Tx, draft documents.Draft, at standing) (documents.Draft, error) {
	about, now := draft.About(), at.now
	if about == "" {
		if err := r.checkLinks(ctx, tx, draft, now); err != nil {
			return draft, err
		}
		if err := onlyOne(ctx, tx, draft, at); err != nil {
			return draft, err
		}
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
		if err := r.may(ctx, tx, life, next(life, documents.Event{Kind: kind}, now)); err != nil {
			return draft, err
		}
	}
	if kind == documents.EventReissued {
		if err := draft.Licence.CheckReplaced(*rec.Content.Licence); err != nil {
			return draft, err
		}
		if err := noneReplaces(ctx, tx, about, at); err != nil {
			return draft, err
		}
	}
	known := told(rec, life, now)
	if draft.PaperCopy != nil {
		if known.Copies, err = paperCopies(ctx, tx, about, at); err != nil {
			return draft, err
		}
	}
	return draft.Completed(rec.Content, known), nil
}

// paperCopies counts the paper copies of a document, those whose issue has begun or
// failed among them: no two say that they are the same. For a copy that has its number
// they are those before it. The row of the document is locked.
func paperCopies(ctx context.Context, tx *store.Tx, of string, at standing) (n int, err error) {
	err = tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM documents WHERE about = $1 AND kind = $2
		AND ($3 = '' OR reserved_at < $4 OR reserved_at = $4 AND number < $3)`,
		of, string(documents.KindPaperCopy), at.number, store.Micros(at.reservedAt)).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("failed to count the paper copies of document %s: %w", of, err)
	}
	return n, nil
}

// noneReplaces refuses a licence that another one being issued replaces.
func noneReplaces(ctx context.Context, tx *store.Tx, number string, at standing) error {
	var n int
	err := tx.QueryRowContext(ctx, `
		SELECT COUNT(*) FROM documents WHERE about = $1 AND status = 'reserved' AND kind = $2 AND number <> $3`,
		number, string(documents.KindLicence), at.number).Scan(&n)
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
func (r *Registry) enterEvents(ctx context.Context, tx *store.Tx, held Reservation, now time.Time) error {
	issued := documents.Event{Seq: 2, Kind: documents.EventIssued, EffectiveAt: now, RecordedAt: now}
	kind, affects := effectOn(held.content)
	if !affects {
		if err := r.checkLinks(ctx, tx, held.content, now); err != nil {
			return err
		}
		if err := logTurn(ctx, tx, held.number, held.born(), issued); err != nil {
			return err
		}
		return r.enterReconsidered(ctx, tx, held, now)
	}
	about := held.content.About()
	_, life, err := locked(ctx, tx, about)
	if err != nil {
		return err
	}
	e := effectBy(held, life, kind, now)
	if err := r.may(ctx, tx, life, e); err != nil {
		return err
	}
	if kind == documents.EventReissued {
		issued.Other = about
	}
	if err := logTurn(ctx, tx, held.number, held.born(), issued); err != nil {
		return err
	}
	return logTurn(ctx, tx, about, life, e)
}

// born is the life of a document before it is issued, of which nothing was told.
func (held Reservation) born() documents.Life {
	return documents.Life{Kind: held.content.Kind(), ValidUntil: held.content.ValidUntil()}
}

// enterReconsidered writes down that a decision was given in the place of one that was
// to be reconsidered, whose row checkLinks has locked.
func (r *Registry) enterReconsidered(ctx context.Context, tx *store.Tx, held Reservation, now time.Time) error {
	number := held.content.Reconsiders()
	if number == "" {
		return nil
	}
	_, life, err := locked(ctx, tx, number)
	if err != nil {
		return err
	}
	e := next(life, documents.Event{Kind: documents.EventReconsidered}, now)
	e.Other = held.number
	if err := r.may(ctx, tx, life, e); err != nil {
		return err
	}
	return logTurn(ctx, tx, number, life, e)
}

// effectBy is the event that issuing a document is for the one it is about.
func effectBy(held Reservation, life documents.Life, kind documents.EventKind, now time.Time) documents.Event {
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
