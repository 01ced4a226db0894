package registry

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// checkLinks refuses, as a *documents.InvalidError, a document that rests on another
// one which the register does not have, which is not in force, or which says
// something else. It is asked when the number is taken and again when the document
// comes into force: the other one may have been withdrawn in between.
func (r *Registry) checkLinks(ctx context.Context, tx *store.Tx, draft documents.Draft, now time.Time) error {
	for _, ground := range draft.RestsOn() {
		rec, life, err := locked(ctx, tx, ground.Number)
		switch {
		case errors.Is(err, ErrNotFound):
			return refusedField(draft, ground.Field, documents.CodeUnknown, "the register has no such document")
		case err != nil:
			return err
		case ground.Field == documents.FieldReconsiders && life.StatusAt(now) != documents.StatusReconsider:
			return refusedField(draft, ground.Field, documents.CodeStatus, "is not to be reconsidered")
		case ground.Field != documents.FieldReconsiders && life.StatusAt(now) != documents.StatusInForce:
			return refusedField(draft, ground.Field, documents.CodeStatus, "is not in force")
		}
		rules, err := r.rulesIn(ctx, tx)
		if err != nil {
			return err
		}
		if err := checkGround(rules, draft, groundFound{ground, rec, now}); err != nil {
			return err
		}
	}
	return nil
}

// groundFound is a document that another one rests on, as the register has it.
type groundFound struct {
	documents.Ground
	rec Record
	now time.Time
}

// checkGround refuses a document that the one it rests on, which is in force, does
// not support.
func checkGround(rules *rulebook.Rules, draft documents.Draft, ground groundFound) error {
	rec, now := ground.rec, ground.now
	if ground.Field == documents.FieldReconsiders {
		return draft.CheckReconsidered(rec.Content)
	}
	if ground.Field == documents.FieldHearing {
		if rec.Content.Notice == nil {
			return refusedField(draft, ground.Field, documents.CodeNumber, "is not the number of the notice of a hearing")
		}
		if err := draft.CheckHeard(*rec.Content.Notice, now); err != nil {
			return err
		}
		return checkHearingClock(rules, draft, rec, now)
	}
	if rec.Content.Conclusion == nil {
		return refusedField(draft, ground.Field, documents.CodeNumber, "is not the number of a conclusion")
	}
	return draft.CheckConclusion(*rec.Content.Conclusion)
}

// longestTerm is twice the longest term of the regulations, 15 working days: one
// that was prolonged once. It is read only.
var longestTerm = calendar.Term{WorkingDays: 30}

// checkPromise refuses, as a *documents.InvalidError, an acceptance that promises its
// result for a day off, for a day of which the calendar does not know whether it is
// one, or for later than any term ends.
func checkPromise(days *calendar.Calendar, draft documents.Draft) error {
	a := draft.Acceptance
	switch {
	case a == nil:
		return nil
	case days == nil:
		return errNotEquipped
	}
	promised, known := days.Day(a.ResultDate)
	if !known {
		return refusedField(draft, "/result_date", documents.CodeDate,
			fmt.Sprintf("is of a year whose calendar is not entered: %d", a.ResultDate.Year))
	}
	if !promised.Working {
		return refusedField(draft, "/result_date", documents.CodeDate, "is not a working day")
	}
	// Where the calendar ends before the term does, what it knows is not too late.
	last := days.Add(a.ReceivedAt, longestTerm)
	if last.Missing == 0 && a.ResultDate.Midnight().After(last.Due) {
		return refusedField(draft, "/result_date", documents.CodeDate, "is later than any term ends")
	}
	return nil
}

// onlyOne refuses, as a *documents.InvalidError, a document that takes what another
// one has, unless that one was withdrawn, annulled, is to be decided anew or was given
// up. The head of the log is held from here on, so that two who ask at once do not both
// find nothing. Documents of registers of before have no keys and are not found.
func onlyOne(ctx context.Context, tx *store.Tx, draft documents.Draft, at standing) error {
	key, field := draft.Takes()
	if key == "" {
		return nil
	}
	if _, err := tx.ExecContext(ctx, `UPDATE log_head SET size = size WHERE id = 1`); err != nil {
		return fmt.Errorf("failed to lock the log: %w", err)
	}
	values, err := readValues(ctx, tx, 1, `SELECT number FROM documents WHERE about = $1 AND status <> 'void' AND number <> $2`, key, at.number)
	if err != nil {
		return fmt.Errorf("failed to look for other documents: %w", err)
	}
	for _, value := range values {
		number := asText(value)
		n, err := documents.ParseNumber(number)
		if err != nil {
			return fmt.Errorf("document %s: %w", number, err)
		}
		life, err := history(ctx, tx, Record{Number: number, Kind: n.Kind}) // enough to tell whether it was withdrawn
		if err != nil {
			return err
		}
		switch life.StatusAt(at.now) {
		case documents.StatusTerminated, documents.StatusAnnulled, documents.StatusReconsider, documents.StatusReconsidered:
		default:
			return refusedField(draft, field, documents.CodeTaken, "№ "+number+" of this register has it already")
		}
	}
	return nil
}

// aboutOf is what the register keeps beside a document to find it by: the document
// that it is about, or what it takes.
func aboutOf(content documents.Draft) string {
	if l := content.Licence; l != nil && l.Elsewhere != nil {
		return documents.OwnNumberKey(l.Elsewhere.Number)
	}
	key, _ := content.Takes()
	return cmp.Or(content.About(), key)
}
