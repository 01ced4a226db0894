package registry

import (
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
)

// lawOf returns the edition that rules the application which a document decides
// about: the one in force when it was registered. An application that was never
// registered, or on a day without rules, is ruled by the edition of today.
func (r *Registry) lawOf(draft documents.Draft, today documents.Edition) documents.Edition {
	registered, decides := draft.Decides()
	if !decides || registered.IsZero() {
		return today
	}
	if e, err := r.Layouts.Rules(registered); err == nil {
		return e
	}
	return today
}

// hear checks a draft by the hearing that the edition of its application has before a
// refusal, and gives the notice of one the last day for an objection. All others are
// as they were.
func (r *Registry) hear(draft documents.Draft, today documents.Edition, on documents.Date) (documents.Draft, error) {
	law := r.lawOf(draft, today)
	if err := draft.CheckHearing(law); err != nil {
		return draft, err
	}
	n := draft.Notice
	if n == nil || n.Hearing == nil {
		return draft, nil
	}
	if r.Calendar == nil {
		return draft, errNotEquipped
	}
	held, known := r.Calendar.Day(documents.CivilDate(n.Hearing.HeldAt))
	switch {
	case !known:
		return draft, refusedField(draft, "/hearing/held_at", documents.CodeDate,
			fmt.Sprintf("is of a year whose calendar is not entered: %d", held.Date.Year))
	case !held.Working:
		return draft, refusedField(draft, "/hearing/held_at", documents.CodeDate, "is not a working day")
	case !n.Hearing.HeldAt.After(r.now()):
		return draft, refusedField(draft, "/hearing/held_at", documents.CodeDate, "has passed")
	}
	last := r.Calendar.Add(on.Midnight(), calendar.Term{WorkingDays: law.Hearing.ObjectionDays})
	if last.Missing != 0 {
		return draft, refusedField(draft, "/hearing/objection_until", documents.CodeDate,
			fmt.Sprintf("is of a year whose calendar is not entered: %d", last.Missing))
	}
	return draft.ObjectionUntil(documents.CivilDate(last.Due)), nil
}

// checkHearingClock refuses a decision before the working days after the notice of
// the hearing that the edition of the application has between them.
func (r *Registry) checkHearingClock(draft documents.Draft, notice Record, now time.Time) error {
	today := documents.CivilDate(now)
	inForce, err := r.Layouts.Rules(today)
	if err != nil {
		return err
	}
	law := r.lawOf(draft, inForce)
	switch {
	case law.Hearing == nil:
		return draft.CheckHearing(law)
	case r.Calendar == nil:
		return errNotEquipped
	}
	first := r.Calendar.Add(notice.IssuedOn().Midnight(), calendar.Term{WorkingDays: law.Hearing.NoticeDays})
	switch {
	case first.Missing != 0:
		return refusedField(draft, documents.FieldHearing, documents.CodeDate,
			fmt.Sprintf("its term ends in a year whose calendar is not entered: %d", first.Missing))
	case today.Midnight().Before(documents.CivilDate(first.Due).Midnight()):
		return refusedField(draft, documents.FieldHearing, documents.CodeDate,
			fmt.Sprintf("is of less than %d working days ago", law.Hearing.NoticeDays))
	}
	return nil
}
