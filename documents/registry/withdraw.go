package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// withdrawal is what the register signs when a paper that permits nothing, such as a
// wrong notice, is withdrawn.
type withdrawal struct {
	Act         string         `json:"act"` // "withdrawn"
	Number      string         `json:"number"`
	Kind        documents.Kind `json:"kind"`
	IssuedOn    documents.Date `json:"issued_on"`
	FileSHA256  string         `json:"file_sha256"` // of the signed PDF that is withdrawn
	Seq         int            `json:"seq"`         // of the event
	EffectiveAt time.Time      `json:"effective_at"`
	RecordedAt  time.Time      `json:"recorded_at"`
	OrderNumber string         `json:"order_number"`
	OrderDate   documents.Date `json:"order_date"`
	Reason      documents.Text `json:"reason"`
	Signatory   string         `json:"signatory"`
	Position    documents.Text `json:"position"`
}

// signedAct is a withdrawal with its signature, as the place in the life of the
// document has it for which it was signed; or why it could not be signed.
type signedAct struct {
	event documents.Event
	err   error
}

// actOf signs the withdrawal that a request asks for, of the document as it is now. It
// is nothing where the request asks for something else, or for what will be refused
// anyway: that is told when the event is written down.
func (r *Registry) actOf(ctx context.Context, db store.Reader, q eventAsked) (*signedAct, error) {
	if q.Event.Kind != documents.EventTerminated || !possible(q.Number) {
		return nil, nil
	}
	rec, err := scanRecord(db.QueryRowContext(ctx, selectRecord+`WHERE number = $1 AND status = 'in_force' AND erased_at = 0`, q.Number).Scan)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !rec.Kind.Withdraws(q.Event.Kind) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read document %s: %w", q.Number, err)
	}
	life, err := history(ctx, db, rec)
	if err != nil {
		return nil, err
	}
	e := q.next(life)
	if life.May(e, []documents.EventKind{e.Kind}) != nil {
		return nil, nil
	}
	return r.signWithdrawal(ctx, rec, q.Event, e), nil
}

func (r *Registry) signWithdrawal(ctx context.Context, rec Record, asked documents.NewEvent, e documents.Event) *signedAct {
	if err := r.ready(ctx, e.RecordedAt); err != nil {
		return &signedAct{e, err}
	}
	if err := asked.CheckSigner(r.Key.Certificate.Identity()); err != nil {
		return &signedAct{e, err}
	}
	act, err := r.signAct(ctx, withdrawal{
		Act: "withdrawn", Number: rec.Number, Kind: rec.Kind, IssuedOn: rec.IssuedOn(), FileSHA256: rec.FileSHA256,
		Seq: e.Seq, EffectiveAt: e.EffectiveAt, RecordedAt: e.RecordedAt,
		OrderNumber: e.OrderNumber, OrderDate: e.OrderDate, Reason: e.Reason, Signatory: e.Signatory, Position: e.Position,
	}, e.RecordedAt)
	e.Record = act
	return &signedAct{e, err}
}

// errActStale means that something happened to a document after its withdrawal was
// signed: the act is about another place in its life.
var errActStale = fmt.Errorf("the act was signed for another state of the document: %w", ErrChanged)

// withAct adds the signed act to an event that is one.
func (q eventAsked) withAct(kind documents.Kind, e documents.Event) (documents.Event, error) {
	switch {
	case !kind.Withdraws(e.Kind):
		return e, nil
	case q.act == nil || q.act.event.Seq != e.Seq:
		return e, errActStale
	case q.act.err != nil:
		return e, q.act.err
	}
	e.Record = q.act.event.Record
	return e, nil
}
