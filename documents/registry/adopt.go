package registry

import (
	"context"
	"fmt"
	"time"

	"tamga/documents/store"
)

// adopt is the last step of bringing an old register up to date: each document
// gets a record that covers every column of all its rows as they stand, the
// reservation, requests and what else the old records leave out included; so
// does every client, queued signature and photograph. It happens once: a record
// of this kind that stands behind any other is tampering.
func adopt(ctx context.Context, tx *store.Tx) error {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if err := adoptDocuments(ctx, tx, now); err != nil {
		return err
	}
	for _, subject := range rowSubjects {
		if !subject.adopted {
			continue
		}
		keys, err := readValues(ctx, tx, 1, `SELECT `+subject.key+` FROM `+subject.table+` ORDER BY `+subject.key)
		if err != nil {
			return fmt.Errorf("failed to list %s: %w", subject.table, err)
		}
		for _, key := range keys {
			if err := logRow(ctx, tx, subject, leafAdopted, rowEvent{asText(key), now}); err != nil {
				return err
			}
		}
	}
	return nil
}

func adoptDocuments(ctx context.Context, tx *store.Tx, now time.Time) error {
	numbers, err := readValues(ctx, tx, 1, `SELECT number FROM documents ORDER BY reserved_at, number`)
	if err != nil {
		return fmt.Errorf("failed to list the documents: %w", err)
	}
	for _, v := range numbers {
		number := asText(v)
		var last int64
		err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(seq), 0) FROM events WHERE number = $1`, number).Scan(&last)
		if err != nil {
			return fmt.Errorf("failed to read the events of %s: %w", number, err)
		}
		leaf := Leaf{Event: leafAdopted, RecordedAt: now, Seq: int(last)}
		salt := newSalt(tx)
		if err := commitLists(ctx, tx, &leaf, number, listing{salt, last}); err != nil {
			return err
		}
		err = documentLeaf(ctx, tx, &leaf, number, leafRows{salt: salt})
		if err == nil {
			err = appendLeaf(tx, leaf, number, leafRest{salt: salt})
		}
		if err != nil {
			return fmt.Errorf("failed to write the log: %w", err)
		}
	}
	return nil
}

// listing is a salt, and the last event that the digests of lists are over.
type listing struct {
	salt  []byte
	until int64
}

// commitLists adds the digests over all events and requests of a document.
func commitLists(ctx context.Context, tx *store.Tx, leaf *Leaf, number string, l listing) error {
	events, err := readEvents(ctx, tx, number)
	if err != nil {
		return fmt.Errorf("failed to read the events of %s: %w", number, err)
	}
	requests, err := readRequests(ctx, tx, number)
	if err != nil {
		return fmt.Errorf("failed to read the requests of %s: %w", number, err)
	}
	eventValues, requestValues := listed(events, requests, l.until)
	leaf.commit(l.salt, allEvents, eventValues...)
	leaf.commit(l.salt, allRequests, requestValues...)
	return nil
}
