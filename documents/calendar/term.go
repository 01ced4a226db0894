package calendar

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tamga/documents"
	"tamga/language"
	"tamga/language/words"
)

// Term is how long something may take. Exactly one of the parts is set; SameDay
// may stand beside Working, which then ends with the day at the latest.
type Term struct {
	WorkingDays int           // until closing time of the last of them; the first is the next one
	Working     time.Duration // of working time, in whole minutes
	SameDay     bool          // until closing time of the day

	// Civil terms end with the same day of a later month or year, or after so
	// many days, and on the next working day when that one is off.
	Years, Months, Days int
}

// The longest terms that are read.
const (
	maxWorkingDays = 1000
	maxWorkingTime = 1000 * time.Hour
	maxCivil       = 1000
)

var (
	workingDays = regexp.MustCompile(`^(\d{1,4}) ?WD$`)
	workingTime = regexp.MustCompile(`^PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?$`)
	civilTerm   = regexp.MustCompile(`^P(\d{1,4})([YMD])$`)
)

// sameDay is how a term of the day itself is written.
const sameDay = "same-day"

// ParseTerm reads a term as it stands in data: "3 WD" of working days, "PT15M"
// and "PT3H" of working time (ISO 8601), "same-day" alone or after one, "P5Y",
// "P3M" and "P30D" of civil time.
func ParseTerm(s string) (Term, error) {
	var t Term
	rest := s
	if strings.EqualFold(s, sameDay) {
		return Term{SameDay: true}, nil
	}
	if before, found := strings.CutSuffix(s, " "+sameDay); found {
		t.SameDay, rest = true, before
	}
	number := func(text string) int { n, _ := strconv.Atoi(text); return n } // of digits, and absent is none
	switch found := workingTime.FindStringSubmatch(rest); {
	case found != nil:
		t.Working = time.Duration(number(found[1]))*time.Hour + time.Duration(number(found[2]))*time.Minute
	case t.SameDay:
		return Term{}, fmt.Errorf("term %q: only working time can end with its day", s)
	default:
		if found := workingDays.FindStringSubmatch(rest); found != nil {
			t.WorkingDays = number(found[1])
		} else if found := civilTerm.FindStringSubmatch(rest); found != nil {
			*map[string]*int{"Y": &t.Years, "M": &t.Months, "D": &t.Days}[found[2]] = number(found[1])
		}
	}
	if (t == Term{SameDay: t.SameDay}) {
		return Term{}, fmt.Errorf("term %q is none such as 3 WD, PT15M, PT3H, same-day, P5Y, P3M or P30D", s)
	}
	if t.WorkingDays > maxWorkingDays || t.Working > maxWorkingTime || max(t.Years, t.Months, t.Days) > maxCivil {
		return Term{}, fmt.Errorf("term %q is longer than any", s)
	}
	return t, nil
}

// String writes a term as [ParseTerm] reads it; nothing for none.
func (t Term) String() string {
	switch {
	case t.WorkingDays != 0:
		return strconv.Itoa(t.WorkingDays) + " WD"
	case t.Working != 0 && t.SameDay:
		return t.iso() + " " + sameDay
	case t.Working != 0:
		return t.iso()
	case t.SameDay:
		return sameDay
	case t.Years != 0:
		return fmt.Sprintf("P%dY", t.Years)
	case t.Months != 0:
		return fmt.Sprintf("P%dM", t.Months)
	case t.Days != 0:
		return fmt.Sprintf("P%dD", t.Days)
	}
	return ""
}

func (t Term) iso() string {
	text := "PT"
	if h := int(t.Working / time.Hour); h != 0 {
		text += strconv.Itoa(h) + "H"
	}
	if m := int(t.Working % time.Hour / time.Minute); m != 0 {
		text += strconv.Itoa(m) + "M"
	}
	return text
}

// MarshalText writes what [ParseTerm] reads.
func (t Term) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads by [ParseTerm].
func (t *Term) UnmarshalText(b []byte) error {
	var err error
	*t, err = ParseTerm(string(b))
	return err
}

// Label says a term in words.
func (t Term) Label() language.Text {
	var parts []language.Text
	add := func(n int, unit string) {
		if n != 0 {
			parts = append(parts, words.Count(unit, n))
		}
	}
	add(t.WorkingDays, "unit.working_day")
	add(int(t.Working/time.Hour), "unit.hour")
	add(int(t.Working%time.Hour/time.Minute), "unit.minute")
	add(t.Years, "unit.year")
	add(t.Months, "unit.month")
	add(t.Days, "unit.day")
	if t.SameDay {
		parts = append(parts, words.Of("calendar.same_day"))
	}
	return join(parts, ", ")
}

// civil returns the last day of a civil term that begins on a day.
func (t Term) civil(from day) day {
	return dayOf(documents.Period{Years: t.Years, Months: t.Months, Days: t.Days}.LastDay(from.date()))
}
