package documents

import (
	"errors"
	"slices"
	"time"

	"tamga/language"
	"tamga/language/words"
)

// Standing is the status of a document in a second, with what brought it.
type Standing struct {
	Status      Status
	Since       time.Time // zero when the document was not issued yet
	Until       Date      // of a suspension: the first day without; zero if it has no end
	OrderNumber string    // of the order by which it came, or was prolonged; empty if it came by itself
	OrderDate   Date
	DecidedBy   Text   // the court or body whose act it is; empty if it is an order of the authority
	ReplacedBy  string // number of the document that replaced this one
}

// Standing tells the status in the second of a moment: answers tell times to the
// second, and what happened within it has happened. Before the document was
// issued it is [StatusNotIssued]; that a number was taken is not told.
func (l Life) Standing(at time.Time) Standing {
	at = endOfSecond(at)
	turn := l.TurnAt(at)
	if turn.Status == "" || turn.Status == StatusReserved {
		return Standing{Status: StatusNotIssued}
	}
	s := Standing{Status: turn.Status, Since: turn.At}
	e, ok := l.Event(turn.By)
	if ok {
		s.OrderNumber, s.OrderDate, s.DecidedBy = e.OrderNumber, e.OrderDate, e.DecidedBy
	}
	switch turn.Status {
	case StatusReissued, StatusReconsidered:
		s.ReplacedBy = e.Other
	case StatusSuspended:
		if last, ok := l.suspension(at); ok {
			s.Until, s.OrderNumber, s.OrderDate = last.Until, last.OrderNumber, last.OrderDate
		}
	}
	return s
}

// TurnsBy returns the changes of status that have come by the second of a moment.
func (l Life) TurnsBy(t time.Time) []Turn {
	end := endOfSecond(t)
	return slices.DeleteFunc(l.Turns(), func(turn Turn) bool { return turn.At.After(end) })
}

// endOfSecond returns the last moment of a second that registers know.
func endOfSecond(t time.Time) time.Time {
	return t.Truncate(time.Second).Add(time.Second - time.Microsecond)
}

// Errors of [ParseMoment].
var (
	ErrMoment       = errors.New("neither a date nor a time of RFC 3339 of this century")
	ErrMomentToCome = errors.New("a day or time that is still to come, of which nothing can be told")
)

// clocksApart is by how much the clock of whoever asks may be ahead of ours.
const clocksApart = time.Minute

// ParseMoment reads the moment that a question about a document names: a date,
// which stands for its end in Kazakhstan, or a time of RFC 3339. Nothing, and
// the day of now, are the zero time, which stands for now. Other text is an
// [ErrMoment], and what is still to come an [ErrMomentToCome]: what will be
// recorded until then is not known.
func ParseMoment(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if d, err := ParseDate(s); err == nil && ofThisCentury(d.Year) {
		today := CivilDate(now)
		switch {
		case d == today:
			return time.Time{}, nil
		case today.before(d):
			return time.Time{}, ErrMomentToCome
		}
		return d.next().Midnight().Add(-time.Second), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	switch t = t.UTC(); {
	case err != nil || !ofThisCentury(t.Year()):
		return time.Time{}, ErrMoment
	case t.After(now.Add(clocksApart)):
		return time.Time{}, ErrMomentToCome
	case t.After(now):
		return time.Time{}, nil
	}
	return t, nil
}

func ofThisCentury(year int) bool { return 2000 <= year && year <= 2099 }

// Since tells in words what a document was at an earlier moment, and what it is
// now. The end of a day is told as the day.
func Since(at time.Time, then, now Status) Label {
	moment, later, same := language.Same(PrintedTime(at)), "since.moment", "since.moment_same"
	if day := CivilDate(at); at.Equal(day.next().Midnight().Add(-time.Second)) {
		moment, later, same = day.Dated(), "since.day", "since.day_same"
	}
	phrase := later
	if then == now {
		phrase = same
	}
	return words.Of(phrase).Put("moment", moment).Put("then", then.Label()).Put("now", now.Label())
}
