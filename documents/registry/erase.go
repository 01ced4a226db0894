package registry

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"tamga/documents"
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
// [ErrUnavailable] may mean that the content is gone from the tables and not yet
// from the disk, because the database was being read: the same request tries
// again. Other documents that repeat the content, such as duplicates, are erased each
// by itself. The request is one of [Registry.Record] whose event is Erased.
func (r *Registry) Erase(ctx context.Context, req EventRequest) (documents.Event, bool, error) {
	if !printableASCII(req.Client) || !printableASCII(req.IdempotencyKey) {
		return documents.Event{}, false, ErrBadKey
	}
	now := r.now()
	req.Event = req.Event.Normalise()
	if err := req.Event.ValidateErasure(now); err != nil {
		return documents.Event{}, false, err
	}
	done, replayed, err := r.recordOnce(ctx, req, func(ctx context.Context, tx *sql.Tx) (documents.Event, error) {
		return r.Store.erase(ctx, tx, req, now)
	})
	if err == nil {
		err = r.Store.forget(ctx)
	}
	return done, replayed, err
}

func (s *Store) erase(ctx context.Context, tx *sql.Tx, req EventRequest, now time.Time) (documents.Event, error) {
	rec, life, err := lockedIn(ctx, tx, req.Number, `status IN ('in_force', 'void')`)
	if err != nil {
		return documents.Event{}, err
	}
	done, err := mayFollow(ctx, tx, req, life, now)
	if err != nil {
		return documents.Event{}, err
	}
	if err := eraseRows(ctx, tx, rec, done); err != nil {
		return documents.Event{}, fmt.Errorf("failed to erase document %s: %w", rec.Number, err)
	}
	if err := eraseEvents(ctx, tx, rec.Number, life); err != nil {
		return documents.Event{}, fmt.Errorf("failed to erase document %s: %w", rec.Number, err)
	}
	salt := s.newSalt()
	leaf, err := eventLeaf(ctx, tx, rec.Number, done, salt)
	if err != nil {
		return documents.Event{}, err
	}
	if err := commitLists(ctx, tx, &leaf, rec.Number, listing{salt, int64(done.Seq) - 1}); err != nil {
		return documents.Event{}, err
	}
	return done, logLeaf(ctx, tx, rec.Number, leafOfEvent{done, leaf, salt})
}

// eraseRows changes the rows of a document, but its events, to what is left of
// them. The request that erases stays as it is: it is about nobody's content.
func eraseRows(ctx context.Context, tx *sql.Tx, rec Record, done documents.Event) error {
	content, err := json.Marshal(rec.Content.Erased())
	if err != nil {
		return err
	}
	for _, s := range []struct {
		statement string
		args      []any
	}{
		{`UPDATE documents SET content = $1, content_sha256 = $2, check_code = '', erased_at = $3,
			evidence = CASE evidence WHEN '' THEN '' ELSE '{}' END WHERE number = $4`,
			[]any{string(content), hexSum(content), toMicros(done.RecordedAt), rec.Number}},
		{`DELETE FROM files WHERE number = $1`, []any{rec.Number}},
		{`UPDATE requests SET body_sha256 = '' WHERE number = $1 AND event < $2`, []any{rec.Number, done.Seq}},
	} {
		if _, err := tx.ExecContext(ctx, s.statement, s.args...); err != nil {
			return err
		}
	}
	return nil
}

// eraseEvents takes away what may be personal in the events of a document, the
// salts of its records, and the records that never had one.
func eraseEvents(ctx context.Context, tx *sql.Tx, number string, life documents.Life) error {
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
