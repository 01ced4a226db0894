package applications

import (
	"context"
	"fmt"

	"tamga/documents/calendar"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// late issues a document that could not be made with its entry, as soon as the calendar
// lets it; until then it returns why not.
func (b *Book) late(ctx context.Context, application, id string) (reason string, err error) {
	var held registry.Reservation
	err = b.Register.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err := locked(ctx, tx, application)
		if err != nil {
			return err
		}
		rules, err := b.Rulebook.In(ctx, tx)
		if err != nil {
			return err
		}
		c, err := caseBy(rules, a)
		if err != nil {
			return err
		}
		reason, held, err = b.issueLate(ctx, tx, c, id)
		return err
	})
	if err != nil || reason != "" {
		return reason, err
	}
	return "", b.Register.Finish(ctx, held)
}

// issueLate reserves the document of the entry that waits for it.
func (b *Book) issueLate(ctx context.Context, tx *store.Tx, c Case, id string) (reason string, held registry.Reservation, err error) {
	for _, w := range c.Waits {
		if w.ID != id {
			continue
		}
		e := c.Entries[w.seq-1]
		if e.Data.Draft == nil {
			return "", held, fmt.Errorf("entry %s has no content of the document that it waits for", e.ID)
		}
		if missing := c.unpromised(Issues{Kind: e.Data.Draft.Kind()}); missing != 0 {
			return calendar.MissingYear(missing).EN, held, nil
		}
		held, err = b.Register.Reserve(ctx, tx, registry.IssueRequest{
			Client: advancing, IdempotencyKey: fmt.Sprintf("application entry %s", e.ID), Draft: c.completed(*e.Data.Draft),
		})
		if err != nil {
			return "", held, err
		}
		return "", held, endWait(ctx, tx, ending{id, held.Number(), b.Register.Store.Moment()})
	}
	return "", held, nil
}

// follow writes what follows from an entry: what was waited for is told, what it waits
// for is tried later, and where the application stands is found in the queues.
func (b *Book) follow(ctx context.Context, tx *store.Tx, c Case, e Entry) error {
	if err := endWaits(ctx, tx, c, e.At); err != nil {
		return err
	}
	c.Entries = append(c.Entries[:len(c.Entries):len(c.Entries)], e)
	c.Waits, c.Ended = nil, regulation.End(e.To.End)
	if e.Data.Waits != "" {
		if err := b.await(ctx, tx, c, Wait{Step: e.Step, Asked: AskedDocument, Reason: e.Data.Waits}); err != nil {
			return err
		}
	}
	if e.Data.Draft != nil || e.To.End != "" {
		if err := c.concern(ctx, tx); err != nil {
			return err
		}
	}
	return b.place(ctx, tx, c)
}
