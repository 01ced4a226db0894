package documents

import "time"

// CivilDate returns the date on the calendars of Kazakhstan at an instant:
// the date printed on a document issued then, and the year of its number. The
// rule is Almaty's and the capital's: UTC+6 until the end of February 2024,
// since then one zone of UTC+5 for the whole country. It is written out here,
// not taken from the machine's time zone files, so that a server without them
// or with old ones dates documents the same. Instants before 2005 follow
// other rules and never occur in the register.
func CivilDate(t time.Time) Date { return DateOf(CivilTime(t)) }

// CivilTime returns an instant as the clocks of Kazakhstan show it, by the rule
// of [CivilDate].
func CivilTime(t time.Time) time.Time { return t.In(civilZone(t)) }

// civilZone names the offset of an instant. On 1 March 2024 at 00:00 of UTC+6
// the clocks went back one hour.
func civilZone(t time.Time) *time.Location {
	change := time.Date(2024, time.February, 29, 18, 0, 0, 0, time.UTC)
	if t.Before(change) {
		return time.FixedZone("UTC+6", 6*60*60)
	}
	return time.FixedZone("UTC+5", 5*60*60)
}

// before reports whether d is an earlier day than other.
func (d Date) before(other Date) bool {
	if d.Year != other.Year {
		return d.Year < other.Year
	}
	if d.Month != other.Month {
		return d.Month < other.Month
	}
	return d.Day < other.Day
}

// Midnight returns the instant at which a civil date begins in Kazakhstan, by
// the rule of [CivilDate].
func (d Date) Midnight() time.Time {
	at := d.midnight()
	// Six hours before midnight of UTC a day has never begun later: the zone
	// then is that of its beginning.
	return at.Add(-time.Duration(offset(at.Add(-6*time.Hour))) * time.Second).UTC()
}

// midnight is the date as an instant of UTC.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

func offset(t time.Time) int {
	_, seconds := t.In(civilZone(t)).Zone()
	return seconds
}

// PrintedTime writes an instant as documents print it: "02.01.2006 15:04", in
// the time of Kazakhstan.
func PrintedTime(t time.Time) string { return CivilTime(t).Format("02.01.2006 15:04") }

// PrintedHour writes the hour and minute of an instant: "15:04", in the time of
// Kazakhstan.
func PrintedHour(t time.Time) string { return CivilTime(t).Format("15:04") }

// PrintedMoment is PrintedTime with the name of the zone, "02.01.2006 15:04
// (UTC+5)"; nothing for an instant never set.
func PrintedMoment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return CivilTime(t).Format("02.01.2006 15:04 (MST)")
}
