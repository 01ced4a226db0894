package calendar_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
)

// What holds of every moment and every term: the later never ends earlier, the
// longer never ends before the shorter, nothing ends on a day off, and working
// time is what passes minute by minute within the hours.
func TestAddingHolds(t *testing.T) {
	c := compiled(t)
	chance := rand.New(rand.NewPCG(1, 2))
	begin := at(t, "2012-01-01T00:00")
	for i := range 4000 {
		from := begin.Add(time.Duration(chance.IntN(16*365*24*60)) * time.Minute)
		later := from.Add(time.Duration(chance.IntN(3*24*60)) * time.Minute)
		terms := []calendar.Term{{WorkingDays: 1 + chance.IntN(20)}, {Working: time.Duration(1+chance.IntN(2000)) * time.Minute}, {SameDay: true}, {Days: 1 + chance.IntN(40)}, {Months: 1 + chance.IntN(5)}}
		short := terms[chance.IntN(len(terms))]
		long := short
		switch extra := chance.IntN(5); {
		case short.WorkingDays > 0:
			long.WorkingDays += extra
		case short.Working > 0:
			long.Working += time.Duration(extra) * time.Minute
		case short.Days > 0:
			long.Days += extra
		case short.Months > 0:
			long.Months += extra
		}
		due := c.Add(from, short).Due
		if c.Add(later, short).Due.Before(due) || c.Add(from, long).Due.Before(due) || !due.After(from) && !short.SameDay || due.Before(from) {
			t.Fatalf("case %d: %s from %s ends %s, from %s %s, %s ends %s", i, short, civil(from), civil(due), civil(later), civil(c.Add(later, short).Due), long, civil(c.Add(from, long).Due))
		}
		if day, known := c.Day(documents.CivilDate(due)); !known || !day.Working {
			t.Fatalf("case %d: %s from %s ends on %s, a day off", i, short, civil(from), civil(due))
		}
		if i%20 == 0 && short.Working > 0 {
			if want := minuteByMinute(c, from, short.Working); !due.Equal(want) {
				t.Fatalf("case %d: %s from %s ends %s, minute by minute %s", i, short, civil(from), civil(due), civil(want))
			}
		}
	}
}

func minuteByMinute(c *calendar.Calendar, from time.Time, left time.Duration) time.Time {
	for at := from; ; at = at.Add(time.Minute) {
		if left == 0 {
			return at
		}
		local := documents.CivilTime(at)
		clock := local.Format("15:04")
		day, _ := c.Day(documents.DateOf(local))
		if day.Working && (clock >= "09:00" && clock < "13:00" || clock >= "14:30" && clock < "18:30") {
			left -= time.Minute
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"years": [{"year": 2027}], "exchanges": [{"worked": "2027-02-06", "off": "2027-02-08"}]}`), "3 WD")
	f.Fuzz(func(t *testing.T, b []byte, text string) {
		parsed, err := calendar.ParseTerm(text)
		d, wrong := calendar.Parse(b)
		if err != nil || wrong != nil {
			return
		}
		c, refused := calendar.Compile(d)
		if refused != nil {
			return
		}
		c.Add(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), parsed).Explain()
	})
}
