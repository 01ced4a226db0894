package registry

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// logEvent adds an event and its record in the log. The row of the document
// has been changed in the same transaction, which keeps others out, and the
// request that asked for the event is tied to it.
func logEvent(ctx context.Context, tx *store.Tx, number string, e documents.Event) error {
	salt := newSalt(tx)
	leaf, err := eventLeaf(ctx, tx, number, e, salt)
	if err != nil {
		return fmt.Errorf("failed to write the log: %w", err)
	}
	return logLeaf(ctx, tx, number, leafOfEvent{e, leaf, salt})
}

// leafOfEvent is an event with its record, complete but for the columns of the
// document.
type leafOfEvent struct {
	event documents.Event
	leaf  Leaf
	salt  []byte
}

func logLeaf(ctx context.Context, tx *store.Tx, number string, l leafOfEvent) error {
	idx, err := appendDocumentLeaf(ctx, tx, l.leaf, number, l.salt)
	if err != nil {
		return fmt.Errorf("failed to write the log: %w", err)
	}
	return insertEvent(ctx, tx, number, l.event, idx)
}

// eventLeaf is the record of an event, with the digests of its own row and of
// the request that asked for it, if one did.
func eventLeaf(ctx context.Context, tx *store.Tx, number string, e documents.Event, salt []byte) (Leaf, error) {
	leaf := Leaf{Event: storedKind(e.Kind), EffectiveAt: e.EffectiveAt, RecordedAt: e.RecordedAt, Seq: e.Seq}
	if e.Record != nil {
		leaf.Act = store.HexSum(e.Record)
	}
	data, err := encodeData(e)
	if err != nil {
		return Leaf{}, err
	}
	row{"events.data": data, "events.detail": ""}.commitTo(&leaf, salt, "events") // only events of an old register have a detail
	event := e.Seq
	if e.Kind == documents.EventReserved {
		event = 0
	}
	request, err := readRow(ctx, tx, "requests", `number = $1 AND event = $2`, number, event)
	if err != nil {
		return Leaf{}, err
	}
	request.commitTo(&leaf, salt, "requests")
	return leaf, nil
}

// appendDocumentLeaf completes a record about a document with the document as
// this transaction has just written it, and writes it.
func appendDocumentLeaf(ctx context.Context, tx *store.Tx, leaf Leaf, number string, salt []byte) (int64, error) {
	leaf.Subject, leaf.Number, leaf.Version = subjectDocument, number, leafVersion
	if err := tx.QueryRowContext(ctx, `SELECT kind FROM documents WHERE number = $1`, number).Scan(&leaf.Kind); err != nil {
		return 0, err
	}
	document, err := readRow(ctx, tx, "documents", `number = $1`, number)
	if err != nil {
		return 0, err
	}
	document.commitTo(&leaf, salt, "documents")
	return appendLeaf(ctx, tx, leaf, number, salt)
}

// rowEvent says which row something happened to, and when.
type rowEvent struct {
	key string
	at  time.Time
}

// errRowGone means that a row is not there that was just written.
var errRowGone = errors.New("the row is not there")

// EnterRow adds the record of what has happened to a row, which the caller has changed
// in the same transaction, to the log. The table is one whose rows are subjects of
// their own.
func EnterRow(ctx context.Context, tx *store.Tx, c store.Change) error {
	for _, s := range rowSubjects {
		if s.table == c.Table {
			return logRow(ctx, tx, s, c.Event, rowEvent{c.Key, c.At})
		}
	}
	return fmt.Errorf("%s: %w", c.Table, errRowGone)
}

// logRow adds the record that something happened to a row, with the digests of
// the row as this transaction has just written it.
func logRow(ctx context.Context, tx *store.Tx, subject rowSubject, event string, e rowEvent) error {
	leaf := Leaf{Event: event, RecordedAt: e.at, Subject: subject.subject, Version: leafVersion}
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) + 1 FROM log_entries WHERE subject = $1 AND number = $2`,
		subject.subject, e.key).Scan(&leaf.Seq)
	if err != nil {
		return fmt.Errorf("failed to read the log: %w", err)
	}
	r, err := readRow(ctx, tx, subject.table, subject.key+` = $1`, e.key)
	if err != nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("%s: %w", subject.table, errRowGone)
	}
	salt := newSalt(tx)
	r.commitTo(&leaf, salt, subject.table)
	if _, err := appendLeaf(ctx, tx, leaf, e.key, salt); err != nil {
		return fmt.Errorf("failed to write the log: %w", err)
	}
	return nil
}
