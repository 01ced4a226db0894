package registry

import (
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/rulebook"
)

// lawOf returns the edition that rules the application which a document decides
// about: the one in force when it was registered. An application that was never
// registered, or on a day without rules, is ruled by the edition of today.
func lawOf(rules *rulebook.Rules, draft documents.Draft, now time.Time) (documents.Edition, error) {
	if registered, _ := draft.Decides(); !registered.IsZero() {
		if e, err := rules.Layouts.Rules(registered); err == nil {
			return e, nil
		}
	}
	return rules.Layouts.Rules(documents.CivilDate(now))
}

// hear checks a draft by the hearing that the edition of its application has before a
// refusal, and gives the notice of one the last day for an objection. All others are
// as they were.
func hear(rules *rulebook.Rules, draft documents.Draft, now time.Time) (documents.Draft, error) {
	law, err := lawOf(rules, draft, now)
	if err != nil {
		return draft, err
	}
	if err := draft.CheckHearing(law); err != nil {
		return draft, err
	}
	n := draft.Notice
	if n == nil || n.Hearing == nil {
		return draft, nil
	}
	if rules.Calendar == nil {
		return draft, errNotEquipped
	}
	held, known := rules.Calendar.Day(documents.CivilDate(n.Hearing.HeldAt))
	switch {
	case !known:
		return draft, refusedField(draft, "/hearing/held_at", documents.CodeDate,
			fmt.Sprintf("is of a year whose calendar is not entered: %d", held.Date.Year))
	case !held.Working:
		return draft, refusedField(draft, "/hearing/held_at", documents.CodeDate, "is not a working day")
	case !n.Hearing.HeldAt.After(now):
		return draft, refusedField(draft, "/hearing/held_at", documents.CodeDate, "has passed")
	}
	last := rules.Calendar.Add(now, calendar.Term{WorkingDays: law.Hearing.ObjectionDays})
	if last.Missing != 0 {
		return draft, refusedField(draft, "/hearing/objection_until", documents.CodeDate,
			fmt.Sprintf("is of a year whose calendar is not entered: %d", last.Missing))
	}
	return draft.ObjectionUntil(documents.CivilDate(last.Due)), nil
}

// checkHearingClock refuses a decision before the working days after the notice of
// the hearing that the edition of the application has between them.
func checkHearingClock(rules *rulebook.Rules, draft documents.Draft, notice Record, now time.Time) error {
	law, err := lawOf(rules, draft, now)
	if err != nil {
		return err
	}
	switch {
	case law.Hearing == nil:
		return draft.CheckHearing(law)
	case rules.Calendar == nil:
		return errNotEquipped
	}
	first := rules.Calendar.Add(notice.IssuedOn().Midnight(), calendar.Term{WorkingDays: law.Hearing.NoticeDays})
	switch {
	case first.Missing != 0:
		return refusedField(draft, documents.FieldHearing, documents.CodeDate,
			fmt.Sprintf("its term ends in a year whose calendar is not entered: %d", first.Missing))
	case documents.CivilDate(now).Midnight().Before(documents.CivilDate(first.Due).Midnight()):
		return refusedField(draft, documents.FieldHearing, documents.CodeDate,
			fmt.Sprintf("is of less than %d working days ago", law.Hearing.NoticeDays))
	}
	return nil
}
