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
	return logLeaf(tx, number, leafOfEvent{e, leaf, salt})
}

// leafOfEvent is an event with its record.
type leafOfEvent struct {
	event documents.Event
	leaf  Leaf
	salt  []byte
}

func logLeaf(tx *store.Tx, number string, l leafOfEvent) error {
	data, err := encodeData(l.event)
	if err == nil {
		err = appendLeaf(tx, l.leaf, number, leafRest{l.salt, insertEvent(number, l.event, data)})
	}
	if err != nil {
		return fmt.Errorf("failed to write the log: %w", err)
	}
	return nil
}

// eventLeaf is the record of an event, with the digests of its own row, of the request
// that asked for it, if one did, and of the document as this transaction has written it.
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
	var request row
	err = documentLeaf(ctx, tx, &leaf, number, leafRows{salt, []store.Statement{
		selectRow(&request, "requests", `number = $1 AND event = $2`, number, event),
	}})
	request.commitTo(&leaf, salt, "requests")
	return leaf, err
}

// leafRows is the salt of a leaf, and what else is read for it.
type leafRows struct {
	salt []byte
	more []store.Statement
}

// documentLeaf completes a record about a document with the document as this
// transaction has just written it.
func documentLeaf(ctx context.Context, tx *store.Tx, leaf *Leaf, number string, l leafRows) error {
	leaf.Subject, leaf.Number, leaf.Version = subjectDocument, number, leafVersion
	var document row
	err := tx.Together(ctx, append(l.more,
		store.Statement{
			Query: `SELECT kind FROM documents WHERE number = $1`, Args: []any{number},
			Each: func(scan func(...any) error) error { return scan(&leaf.Kind) },
		},
		selectRow(&document, "documents", `number = $1`, number))...)
	if err == nil && document == nil {
		err = fmt.Errorf("documents: %w", errRowGone)
	}
	document.commitTo(leaf, l.salt, "documents")
	return err
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
	return logRowAs(ctx, tx, subject, e.key, Leaf{Event: event, RecordedAt: e.at})
}

// logRowAs is logRow with the rest of the record.
func logRowAs(ctx context.Context, tx *store.Tx, subject rowSubject, key string, leaf Leaf) error {
	leaf.Subject, leaf.Version = subject.subject, leafVersion
	var r row
	err := tx.Together(ctx, store.Statement{
		Query: `SELECT COUNT(*) + 1 FROM log_entries WHERE subject = $1 AND number = $2`, Args: []any{subject.subject, key},
		Each: func(scan func(...any) error) error { return scan(&leaf.Seq) },
	}, selectRow(&r, subject.table, subject.key+` = $1`, key))
	if err != nil {
		return fmt.Errorf("failed to read the row and its records: %w", err)
	}
	if r == nil {
		return fmt.Errorf("%s: %w", subject.table, errRowGone)
	}
	leaf.Seq += tx.Gathered(subject.subject, key)
	salt := newSalt(tx)
	r.commitTo(&leaf, salt, subject.table)
	if err := appendLeaf(tx, leaf, key, leafRest{salt: salt}); err != nil {
		return fmt.Errorf("failed to write the log: %w", err)
	}
	return nil
}
