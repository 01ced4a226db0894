package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
)

// Erase takes the personal content of a document away for good, by order: the
// file, all of the content but what documents.Draft.Erased keeps, the check
// code, the reasons in its events, and the sums that such content could be
// guessed from. The salts of its records go with them, and old records that had
// none; their hashes stay, so that the log verifies as before. A last record
// covers what is left, and nothing can be recorded of the document afterwards:
// questions about it are answered with [ErrErased], those about its life with
// what they were.
//
// [store.ErrUnavailable] may mean that the content is gone from the tables and not yet
// from the disk, because the database was being read: the same request tries
// again. Other documents that repeat the content, such as duplicates, are erased each
// by itself. The request is one of [Registry.Record] whose event is Erased.
func (r *Registry) Erase(ctx context.Context, req EventRequest) (documents.Event, bool, error) {
	q, err := r.askedEvent(req, documents.NewEvent.ValidateErasure)
	if err != nil {
		return documents.Event{}, false, err
	}
	done, replayed, err := r.recordOnce(ctx, q, r.eraseIn)
	if err == nil {
		err = r.Store.Forget(ctx)
	}
	return done, replayed, err
}

// errTried ends a transaction that has shown whether it could be done.
var errTried = errors.New("nothing is erased, which was only tried")

// TryErase returns what keeps [Registry.Erase] from erasing, and erases nothing.
func (r *Registry) TryErase(ctx context.Context, req EventRequest) error {
	err := r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := r.EraseIn(ctx, tx, req); err != nil {
			return err
		}
		return errTried
	})
	if errors.Is(err, errTried) {
		return nil
	}
	return err
}

// EraseIn is [Registry.Erase] in a transaction of the caller's, who lets the disk forget
// when it has ended.
func (r *Registry) EraseIn(ctx context.Context, tx *store.Tx, req EventRequest) error {
	q, err := r.askedEvent(req, documents.NewEvent.ValidateErasure)
	if err != nil {
		return err
	}
	_, _, err = recordOnceIn(ctx, tx, q, r.eraseIn)
	return err
}

func (r *Registry) eraseIn(ctx context.Context, tx *store.Tx, q eventAsked) (documents.Event, error) {
	rec, life, err := lockedIn(ctx, tx, q.Number, `status IN ('in_force', 'void')`)
	if err != nil {
		return documents.Event{}, err
	}
	done, err := r.mayFollow(ctx, tx, q, life)
	if err != nil {
		return documents.Event{}, err
	}
	if err := eraseRows(ctx, tx, rec, done); err != nil {
		return documents.Event{}, fmt.Errorf("failed to erase document %s: %w", rec.Number, err)
	}
	if err := eraseEvents(ctx, tx, rec.Number, life); err != nil {
		return documents.Event{}, fmt.Errorf("failed to erase document %s: %w", rec.Number, err)
	}
	if err := erasePreparations(ctx, tx, rec.Number, done.RecordedAt); err != nil {
		return documents.Event{}, fmt.Errorf("failed to erase document %s: %w", rec.Number, err)
	}
	salt := newSalt(tx)
	leaf, err := eventLeaf(ctx, tx, rec.Number, done, salt)
	if err != nil {
		return documents.Event{}, err
	}
	if err := commitLists(ctx, tx, &leaf, rec.Number, listing{salt, int64(done.Seq) - 1}); err != nil {
		return documents.Event{}, err
	}
	return done, logLeaf(tx, rec.Number, leafOfEvent{done, leaf, salt})
}

// eraseRows changes the rows of a document, but its events, to what is left of
// them. The request that erases stays as it is: it is about nobody's content.
func eraseRows(ctx context.Context, tx *store.Tx, rec Record, done documents.Event) error {
	content, err := json.Marshal(rec.Content.Erased())
	if err != nil {
		return err
	}
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{`UPDATE documents SET content = $1, content_sha256 = $2, check_code = '', erased_at = $3, client = CASE WHEN client LIKE 'person:%' THEN 'person' ELSE client END,
			evidence = CASE evidence WHEN '' THEN '' ELSE '{}' END WHERE number = $4`,
			[]any{string(content), store.HexSum(content), store.Micros(done.RecordedAt), rec.Number}},
		{`DELETE FROM files WHERE number = $1`, []any{rec.Number}},
		{`DELETE FROM document_days WHERE number = $1`, []any{rec.Number}},
		{`DELETE FROM matters WHERE subject = 'document' AND id = $1`, []any{rec.Number}},
		// Persons ask by their applications, which ask for nothing any more.
		{`UPDATE requests SET client = 'person', idempotency_key = idempotency_key || ' of ' || number || '-' || CAST(event AS TEXT)
			WHERE number = $1 AND event < $2 AND client LIKE 'person:%'`, []any{rec.Number, done.Seq}},
	} {
		if _, err := tx.ExecContext(ctx, s.statement, s.args...); err != nil {
			return err
		}
	}
	if err := unlistLicence(ctx, tx, rec.Number); err != nil {
		return err
	}
	if err := eraseCorrected(ctx, tx, rec.Number, done.RecordedAt); err != nil {
		return err
	}
	return tx.ForgetClaims(ctx, rec.Number, done.Seq)
}

// eraseEvents takes away what may be personal in the events of a document, the
// salts of its records, and the records that never had one.
func eraseEvents(ctx context.Context, tx *store.Tx, number string, life documents.Life) error {
	for _, e := range life.Events {
		e.EventData = e.EventData.Erased()
		data, err := encodeData(e)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE events SET data = $1, detail = '' WHERE number = $2 AND seq = $3`, data, number, e.Seq)
		if err != nil {
			return err
		}
	}
	leaves, err := readRecords(ctx, tx, subjectDocument, number)
	if err != nil {
		return err
	}
	for _, l := range leaves {
		statement := `DELETE FROM log_salts WHERE idx = $1`
		if l.old != nil {
			statement = `UPDATE log_entries SET record = '' WHERE idx = $1`
		}
		if _, err := tx.ExecContext(ctx, statement, l.idx); err != nil {
			return err
		}
	}
	return nil
}
