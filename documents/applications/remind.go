package applications

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/messages"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// remindBatch is how many documents are looked at between two reads of the list.
const remindBatch = 200

// lateReminder is how long after a suspension has ended its end is still told of: a
// service that was away tells of it when it is back, and not of what is long past.
const lateReminder = 7 * 24 * time.Hour

// issued is a document in force that a step of an application has issued.
type issued struct{ number, application string }

// Remind queues what applicants are told of the documents that their applications got:
// that a term ends soon, and that a suspension has ended. It is told once for each
// document and day, whatever the clock did since; call it now and then. The result is how
// many documents it has told of.
func (b *Book) Remind(ctx context.Context) (told int, err error) {
	for after := ""; ; {
		batch, err := b.issuedAfter(ctx, after)
		if err != nil {
			return told, err
		}
		for _, d := range batch {
			after = d.number
			did, err := b.remind(ctx, d)
			if err != nil {
				return told, err
			}
			if did {
				told++
			}
		}
		if len(batch) < remindBatch {
			return told, nil
		}
	}
}

func (b *Book) issuedAfter(ctx context.Context, after string) (all []issued, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	rows, err := b.Register.Store.QueryContext(ctx, `SELECT e.document, MIN(e.application) FROM application_entries e JOIN documents d ON d.number = e.document
		WHERE e.document > $1 AND e.document <> '' AND d.status = 'in_force' AND d.erased_at = 0 GROUP BY e.document ORDER BY e.document LIMIT $2`, after, remindBatch)
	if err != nil {
		return nil, fmt.Errorf("failed to list the documents of applications: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var d issued
		if err := rows.Scan(&d.number, &d.application); err != nil {
			return nil, fmt.Errorf("failed to list the documents of applications: %w", err)
		}
		all = append(all, d)
	}
	return all, rows.Err()
}

// coming is a day of a document that is told of.
type coming struct {
	event string
	day   documents.Date
}

// comings are the days of a life that may be told of at a moment: the last one of its
// term, while it has force or may get it back, and those on which a suspension ends by
// itself.
func comings(life documents.Life, now time.Time) (all []coming) {
	status := life.StatusAt(now)
	if !life.ValidUntil.IsZero() && (status == documents.StatusInForce || status == documents.StatusSuspended) {
		all = append(all, coming{regulation.EventEnds, life.ValidUntil})
	}
	for _, turn := range life.Turns() {
		if turn.By == 0 && turn.Status == documents.StatusInForce {
			all = append(all, coming{regulation.EventSuspensionEnds, documents.CivilDate(turn.At)})
		}
	}
	return all
}

// remind tells of one document what is to be told now.
func (b *Book) remind(ctx context.Context, d issued) (told bool, err error) {
	_, life, err := b.Register.DocumentAndLife(ctx, d.number)
	if errors.Is(err, registry.ErrErased) || errors.Is(err, registry.ErrNotFound) { // since the list was read
		return false, nil
	}
	if err != nil {
		return false, err
	}
	now := b.Register.Store.Moment()
	days := comings(life, now)
	if len(days) == 0 {
		return false, nil
	}
	a, err := b.Application(ctx, d.application)
	if err != nil {
		return false, err
	}
	c, err := b.Case(ctx, a)
	if err != nil {
		return false, err
	}
	for _, day := range days {
		did, err := b.tellOf(ctx, c, d.number, day)
		if err != nil {
			return told, err
		}
		told = told || did
	}
	return told, nil
}

// timely reports whether it is time to tell of a day: from so many days before it on, of
// a term until it is over.
func (c coming) timely(days int, now time.Time) bool {
	from, until := c.day.Midnight().AddDate(0, 0, -days), c.day.Midnight().Add(lateReminder)
	if c.event == regulation.EventEnds {
		until = c.day.Midnight().AddDate(0, 0, 1)
	}
	return !now.Before(from) && now.Before(until)
}

// tellOf queues what is to be told of a day now and was not told before.
func (b *Book) tellOf(ctx context.Context, c Case, number string, day coming) (told bool, err error) {
	db := b.Register.Store
	now := db.Moment()
	rules := slices.DeleteFunc(c.Rules.MessageRules(day.event), func(r regulation.MessageRule) bool { return !day.timely(r.Days, now) })
	t := messages.Tidings{
		Application: c.ID, Document: number, Event: day.event, Occasion: number + " " + day.day.String(),
		Values: map[string]language.Text{"number": language.Same(number), "date": day.day.Written()},
	}
	if len(rules) == 0 {
		return false, nil
	}
	if before, err := messages.Known(ctx, db, t); before || err != nil {
		return false, err
	}
	return true, db.Tx(ctx, func(ctx context.Context, tx *store.Tx) error { return messages.Queue(ctx, tx, now, t, rules) })
}
