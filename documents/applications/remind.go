package applications

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/documents/messages"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// remindBatch is how many days are looked at between two reads of the list.
const remindBatch = 200

// Remind queues what holders are told of their documents: that a term ends soon, and that
// a suspension has ended. It is told once for each document and day, whatever the clock
// did since; call it now and then. The result is of how many days it has told.
//
// A holder is reached by the application that his document came of, or, where that says
// nothing of it and for a document that came of none, by what he has said with the last of
// his registered applications that does. Where there is none nothing is sent, which
// [registry.Registry.Reminders] says.
func (b *Book) Remind(ctx context.Context) (told int, err error) {
	if err := b.Register.EnterDays(ctx); err != nil {
		return 0, err
	}
	ahead, err := b.ahead(ctx)
	if err != nil {
		return 0, err
	}
	before := b.Register.Store.Moment().AddDate(0, 0, ahead)
	before = before.Add(time.Microsecond) // the day that begins at this moment is one of them
	for after := (registry.Day{}); ; {
		batch, err := b.Register.Days(ctx, before, after, remindBatch)
		if err != nil {
			return told, err
		}
		for _, after = range batch {
			did, err := b.remind(ctx, after)
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

// ahead is how many days before a day anything is told of it, by any edition.
func (b *Book) ahead(ctx context.Context) (days int, err error) {
	rules, err := b.Rulebook.Current(ctx)
	if err != nil {
		return 0, err
	}
	for _, e := range rules.Law.Editions() {
		for _, event := range []string{regulation.EventEnds, regulation.EventSuspensionEnds} {
			for _, r := range e.MessageRules(event) {
				days = max(days, r.Days)
			}
		}
	}
	return days, nil
}

// remind tells of one day what is to be told now.
func (b *Book) remind(ctx context.Context, d registry.Day) (told bool, err error) {
	db := b.Register.Store
	now := db.Moment()
	if d.Over(now) {
		return false, b.untold(ctx, d, registry.ReminderLate)
	}
	id, err := b.reaches(ctx, d.Number)
	if err != nil {
		return false, err
	}
	if id == "" {
		return false, b.untold(ctx, d, registry.ReminderUnreached)
	}
	a, err := b.Application(ctx, id)
	if err != nil {
		return false, err
	}
	c, err := b.Case(ctx, a)
	if err != nil {
		return false, err
	}
	t := Reminds(d)
	t.Application = c.ID
	rules := slices.DeleteFunc(c.Rules.MessageRules(t.Event), func(r regulation.MessageRule) bool {
		return now.Before(d.Day.Midnight().AddDate(0, 0, -r.Days))
	})
	if len(rules) == 0 {
		return false, nil
	}
	err = db.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := locked(ctx, tx, c.ID); err != nil { // before the document, as whoever erases it does
			return err
		}
		mine, err := registry.TakeDay(ctx, tx, d)
		if err != nil || !mine {
			return err
		}
		before, err := messages.Known(ctx, tx, t) // by a program of before there were days
		if err != nil {
			return err
		}
		if told = !before; told {
			if err := messages.Queue(ctx, tx, now, t, rules); err != nil {
				return err
			}
		}
		if err := tx.At(ctx, "reminder queued"); err != nil {
			return err
		}
		return registry.Reminded(ctx, tx, d, registry.ReminderTold, now)
	})
	return told && err == nil, err
}

// Reminds is what is told of a day; which application it is told by is left open.
func Reminds(d registry.Day) messages.Tidings {
	return messages.Tidings{
		Document: d.Number, Event: string(d.Event), Occasion: d.Number + " " + d.Coming.Day.String(),
		Values: map[string]language.Text{"number": language.Same(d.Number), "date": d.Coming.Day.Written()},
	}
}

// untold writes down why nothing was told of a day.
func (b *Book) untold(ctx context.Context, d registry.Day, why registry.ReminderState) error {
	return b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		mine, err := registry.TakeDay(ctx, tx, d)
		if err != nil || !mine {
			return err
		}
		return registry.Reminded(ctx, tx, d, why, b.Register.Store.Moment())
	})
}

// reaches returns the application by which the holder of a document is reached; empty for
// none. What somebody has said who only filled in a form counts for nothing: only a
// registered application was signed by its applicant, or entered by staff.
func (b *Book) reaches(ctx context.Context, number string) (id string, err error) {
	rec, err := b.Register.Document(ctx, number)
	if errors.Is(err, registry.ErrErased) || errors.Is(err, registry.ErrNotFound) { // since the list was read
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if err := b.nameParties(ctx); err != nil {
		return "", err
	}
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	all, err := keysOf(ctx, b.Register.Store, `SELECT a.id FROM applications a LEFT JOIN contacts c ON c.application = a.id
		WHERE a.id IN (SELECT e.application FROM application_entries e WHERE e.document = $1
			UNION SELECT p.application FROM application_applicants p WHERE p.party = $2 AND p.party <> '')
		AND a.number <> '' AND NOT EXISTS (SELECT 1 FROM application_erasures x WHERE x.application = a.id)
		ORDER BY CASE WHEN COALESCE(c.email, '') <> '' OR COALESCE(c.phone, '') <> '' THEN 0 ELSE 1 END,
			CASE WHEN EXISTS (SELECT 1 FROM application_entries e WHERE e.document = $1 AND e.application = a.id) THEN 0 ELSE 1 END,
			COALESCE(c.given_at, 0) DESC, a.registered_at DESC, a.id LIMIT 1`, number, rec.Content.Owner().Identity())
	if err != nil {
		return "", fmt.Errorf("failed to look where the holder of a document is reached: %w", err)
	}
	return slices.Concat(all, []string{""})[0], nil
}
