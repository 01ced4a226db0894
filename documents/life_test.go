package documents_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/documents"
)

// noon is when the lives of these tests begin: 1 June 2026 in Astana.
var noon = time.Date(2026, time.June, 1, 7, 0, 0, 0, time.UTC)

func day(n int) time.Time { return noon.AddDate(0, 0, n) }

func onDay(n int) documents.Date { return documents.CivilDate(day(n)) }

// life builds a life from lines such as "3@5 suspended until 20": the event,
// recorded on day 5 and effective on day 3. Number and issue come first, by
// themselves.
func life(t *testing.T, kind documents.Kind, lines ...string) documents.Life {
	t.Helper()
	l := documents.Life{Kind: kind, Events: []documents.Event{
		{Seq: 1, Kind: documents.EventReserved, EffectiveAt: noon.Add(-time.Hour), RecordedAt: noon.Add(-time.Hour)},
		{Seq: 2, Kind: documents.EventIssued, EffectiveAt: noon, RecordedAt: noon},
	}}
	for _, line := range lines {
		e := event(t, l, line)
		if err := l.May(e, everyRight); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		l.Events = append(l.Events, e)
	}
	return l
}

func event(t *testing.T, l documents.Life, line string) documents.Event {
	t.Helper()
	words := strings.Fields(line)
	var effective, recorded int
	if _, err := fmt.Sscanf(words[0], "%d@%d", &effective, &recorded); err != nil {
		t.Fatal(err)
	}
	e := documents.Event{
		Seq: len(l.Events) + 1, Kind: documents.EventKind(words[1]), EffectiveAt: day(effective), RecordedAt: day(recorded),
	}
	if len(words) == 4 {
		var n int
		if _, err := fmt.Sscan(words[3], &n); err != nil {
			t.Fatal(err)
		}
		switch words[2] {
		case "until":
			e.Until = onDay(n)
		case "of":
			e.Corrects = n
			if target, ok := l.Event(n); ok {
				e.EffectiveAt = target.EffectiveAt
			}
		}
	}
	return e
}

func TestStatusAt(t *testing.T) {
	for name, c := range map[string]struct {
		events []string
		until  int    // last day of the term; 0 for none
		want   string // day:status, …
	}{
		"issued":            {nil, 0, "-1: 0:in_force 900:in_force"},
		"suspended":         {[]string{"3@3 suspended"}, 0, "2:in_force 3:suspended 500:suspended"},
		"until a day":       {[]string{"3@3 suspended until 10"}, 0, "3:suspended 9:suspended 10:in_force"},
		"resumed early":     {[]string{"3@3 suspended until 10", "5@5 resumed"}, 0, "4:suspended 5:in_force 11:in_force"},
		"prolonged":         {[]string{"3@3 suspended until 10", "8@8 suspended until 20"}, 0, "9:suspended 15:suspended 20:in_force"},
		"shortened":         {[]string{"3@3 suspended until 20", "8@8 suspended until 10"}, 0, "9:suspended 10:in_force 15:in_force"},
		"again":             {[]string{"3@3 suspended until 5", "8@8 suspended"}, 0, "4:suspended 6:in_force 8:suspended"},
		"terminated":        {[]string{"3@3 terminated"}, 0, "2:in_force 3:terminated 900:terminated"},
		"from suspension":   {[]string{"3@3 suspended until 5", "4@4 terminated"}, 0, "3:suspended 4:terminated 6:terminated"},
		"backdated":         {[]string{"3@30 terminated"}, 0, "2:in_force 3:terminated 29:terminated"},
		"to come":           {[]string{"30@3 terminated"}, 0, "3:in_force 29:in_force 30:terminated"},
		"overtaken":         {[]string{"30@3 suspended", "10@5 terminated"}, 0, "9:in_force 10:terminated 31:terminated"},
		"replaced":          {[]string{"3@3 reissued"}, 0, "2:in_force 3:reissued"},
		"copies":            {[]string{"3@3 duplicate_issued", "4@4 certified_on_paper"}, 0, "3:in_force 5:in_force"},
		"term":              {nil, 10, "10:in_force 11:expired 900:expired"},
		"term in suspense":  {[]string{"3@3 suspended until 20"}, 10, "9:suspended 11:expired 21:expired"},
		"end before term":   {[]string{"3@3 terminated"}, 10, "4:terminated 12:terminated"},
		"ends with term":    {[]string{"3@3 suspended until 11"}, 10, "10:suspended 11:expired"},
		"corrected":         {[]string{"3@3 terminated", "3@9 corrected of 3"}, 0, "2:in_force 4:in_force 10:in_force"},
		"corrected, again":  {[]string{"3@3 terminated", "3@9 corrected of 3", "5@9 terminated"}, 0, "4:in_force 5:terminated"},
		"revived by it":     {[]string{"30@3 suspended", "10@5 terminated", "10@6 corrected of 4"}, 0, "11:in_force 31:suspended"},
		"order of records":  {[]string{"9@9 terminated", "3@10 suspended until 5"}, 0, "3:suspended 5:in_force 9:terminated"},
		"annulled":          {[]string{"3@3 annulled"}, 0, "2:in_force 3:annulled 900:annulled"},
		"annulled of old":   {[]string{"3@3 terminated", "2@9 annulled"}, 0, "1:in_force 2:annulled 3:annulled 9:annulled"},
		"annulled at last":  {[]string{"3@3 terminated", "9@9 annulled"}, 0, "3:terminated 9:annulled"},
		"annulled ab ovo":   {[]string{"3@3 suspended until 5", "0@9 annulled"}, 0, "-1: 0:annulled 4:annulled 9:annulled"},
		"annulled, expired": {[]string{"20@20 annulled"}, 10, "11:expired 20:annulled"},
		"appealed":          {[]string{"3@3 appealed", "4@4 suspended", "5@5 appealed", "6@6 terminated", "7@7 appealed"}, 0, "3:in_force 5:suspended 7:terminated"},
		"reconsidered":      {[]string{"3@3 reconsider", "4@4 suspended"}, 0, "3:in_force 4:suspended"},
		"both on one day":   {[]string{"3@3 suspended", "3@3 resumed"}, 0, "2:in_force 3:in_force 4:in_force"},
	} {
		t.Run(name, func(t *testing.T) {
			kind := documents.KindLicence
			l := life(t, kind, c.events...)
			if c.until != 0 {
				l.ValidUntil = onDay(c.until)
			}
			for _, q := range strings.Fields(c.want) {
				n, want, _ := strings.Cut(q, ":")
				var d int
				if _, err := fmt.Sscan(n, &d); err != nil {
					t.Fatal(err)
				}
				if got := l.StatusAt(day(d)); got != documents.Status(want) {
					t.Errorf("day %d: %q, want %q; turns %v", d, got, want, l.Turns())
				}
			}
		})
	}
}

// A suspension and a term end at midnight in Kazakhstan, not of UTC.
func TestEndsAtMidnight(t *testing.T) {
	l := life(t, documents.KindExportCertificate, "3@3 suspended until 10")
	l.ValidUntil = onDay(20)
	for _, c := range []struct {
		at   time.Time
		want documents.Status
	}{
		{time.Date(2026, time.June, 10, 18, 59, 59, 0, time.UTC), documents.StatusSuspended},
		{time.Date(2026, time.June, 10, 19, 0, 0, 0, time.UTC), documents.StatusInForce},
		{time.Date(2026, time.June, 21, 18, 59, 59, 0, time.UTC), documents.StatusInForce},
		{time.Date(2026, time.June, 21, 19, 0, 0, 0, time.UTC), documents.StatusExpired},
	} {
		if got := l.StatusAt(c.at); got != c.want {
			t.Errorf("at %s: %q, want %q", c.at, got, c.want)
		}
	}
}

// knownAt is a life as the register knew it at a moment: without what was written
// down later.
func knownAt(l documents.Life, t time.Time) documents.Life {
	l.Events = slices.DeleteFunc(slices.Clone(l.Events), func(e documents.Event) bool { return e.RecordedAt.After(t) })
	return l
}

// What was known on a day is not what is known now.
func TestStatusAsKnown(t *testing.T) {
	l := life(t, documents.KindLicence, "3@30 terminated", "3@40 corrected of 3")
	for known, want := range map[int]documents.Status{29: "in_force", 30: "terminated", 39: "terminated", 40: "in_force"} {
		if got := knownAt(l, day(known)).StatusAt(day(5)); got != want {
			t.Errorf("known on day %d: %q, want %q", known, got, want)
		}
	}
}

func TestMay(t *testing.T) {
	for name, c := range map[string]struct {
		kind   documents.Kind
		before []string
		event  string
		rule   string
	}{
		"resumed in force":                        {"licence", nil, "3@3 resumed", documents.RuleStatus},
		"resumed after the end":                   {"licence", []string{"3@3 suspended until 5"}, "6@6 resumed", documents.RuleStatus},
		"after termination":                       {"licence", []string{"3@3 terminated"}, "4@4 suspended", documents.RuleStatus},
		"twice terminated":                        {"licence", []string{"3@3 terminated"}, "4@4 terminated", documents.RuleStatus},
		"after replacement":                       {"licence", []string{"3@3 reissued"}, "4@4 terminated", documents.RuleStatus},
		"replaced in suspense":                    {"licence", []string{"3@3 suspended"}, "4@4 reissued", documents.RuleStatus},
		"copied in suspense":                      {"licence", []string{"3@3 suspended"}, "4@4 duplicate_issued", documents.RuleStatus},
		"before issue":                            {"licence", nil, "-1@3 suspended", documents.RuleBefore},
		"ends before it begins":                   {"licence", nil, "5@3 suspended until 5", documents.RuleUntil},
		"issued again":                            {"licence", nil, "5@5 issued", documents.RuleUnknown},
		"void":                                    {"licence", nil, "5@5 void", documents.RuleUnknown},
		"invented":                                {"licence", nil, "5@5 exploded", documents.RuleUnknown},
		"refusal suspended":                       {"refusal", nil, "5@5 suspended", documents.RuleKind},
		"refusal terminated":                      {"refusal", nil, "5@5 terminated", ""},
		"notice withdrawn":                        {"notice", nil, "5@5 terminated", ""},
		"acceptance withdrawn":                    {"acceptance", nil, "5@5 terminated", ""},
		"stamped copy withdrawn":                  {"application_copy", nil, "5@5 terminated", ""},
		"notice suspended":                        {"notice", nil, "5@5 suspended", documents.RuleKind},
		"notice certified":                        {"notice", nil, "5@5 certified_on_paper", documents.RuleKind},
		"approval copied":                         {"approval", nil, "5@5 duplicate_issued", documents.RuleKind},
		"approval certified":                      {"approval", nil, "5@5 certified_on_paper", ""},
		"suspended approval certified":            {"approval", []string{"3@3 suspended"}, "5@5 certified_on_paper", documents.RuleStatus},
		"replaced under an order to suspend":      {"licence", []string{"9@3 suspended"}, "4@4 reissued", documents.RuleOrder},
		"replaced under an order to terminate":    {"licence", []string{"9@3 terminated"}, "4@4 reissued", documents.RuleOrder},
		"replaced after the order was taken back": {"licence", []string{"9@3 terminated", "9@4 corrected of 3"}, "5@5 reissued", ""},
		"replaced after a suspension":             {"licence", []string{"3@3 suspended until 4"}, "5@5 reissued", ""},
		"expired without a term":                  {"licence", nil, "5@5 expired", documents.RuleTerm},
		"certificate replaced":                    {"export_certificate", nil, "5@5 reissued", documents.RuleKind},
		"certificate copied":                      {"export_certificate", nil, "5@5 certified_on_paper", ""},
		"unknown kind":                            {"poem", nil, "5@5 terminated", documents.RuleKind},
		"makes a later one void":                  {"licence", []string{"3@3 suspended", "9@9 resumed"}, "5@10 resumed", documents.RuleLater},
		"termination overtakes":                   {"licence", []string{"3@3 suspended", "9@9 resumed"}, "5@10 terminated", ""},
		"correct nothing":                         {"licence", nil, "3@3 corrected of 9", documents.RuleCorrection},
		"correct the issue":                       {"licence", nil, "3@3 corrected of 2", documents.RuleCorrection},
		"correct a replacement":                   {"licence", []string{"3@3 reissued"}, "3@4 corrected of 3", documents.RuleCorrection},
		"correct twice":                           {"licence", []string{"3@3 terminated", "3@4 corrected of 3"}, "3@5 corrected of 3", documents.RuleCorrection},
		"correct a correction":                    {"licence", []string{"3@3 terminated", "3@4 corrected of 3"}, "3@5 corrected of 4", documents.RuleCorrection},
		"correct under another":                   {"licence", []string{"3@3 suspended", "9@9 resumed"}, "3@10 corrected of 3", documents.RuleLater},
		"correct the last":                        {"licence", []string{"3@3 suspended", "9@9 resumed"}, "9@10 corrected of 4", ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := life(t, c.kind, c.before...)
			err := l.May(event(t, l, c.event), everyRight)
			var rule *documents.RuleError
			switch {
			case c.rule == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.rule != "" && (!errors.As(err, &rule) || rule.Rule != c.rule):
				t.Errorf("got %v, want rule %s", err, c.rule)
			}
		})
	}
}

// Random lives keep to the laws that do not depend on how they are computed.
func TestLivesKeepTheirLaws(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	kinds := []documents.EventKind{
		documents.EventSuspended, documents.EventResumed, documents.EventTerminated, documents.EventReissued,
		documents.EventExpired, documents.EventDuplicate, documents.EventCertified, documents.EventCorrected,
	}
	const lives, days = 300, 40
	accepted := 0
	for range lives {
		l := life(t, documents.KindLicence)
		if random.IntN(2) == 0 {
			l.ValidUntil = onDay(5 + random.IntN(days))
		}
		for recorded := range 12 {
			e := documents.Event{
				Seq: len(l.Events) + 1, Kind: kinds[random.IntN(len(kinds))],
				EffectiveAt: day(random.IntN(days)), RecordedAt: day(recorded),
			}
			if e.Kind == documents.EventSuspended && random.IntN(2) == 0 {
				e.Until = onDay(random.IntN(days + 10))
			}
			if e.Kind == documents.EventCorrected {
				e.Corrects = 1 + random.IntN(len(l.Events))
				target, _ := l.Event(e.Corrects)
				e.EffectiveAt = target.EffectiveAt
			}
			if l.May(e, everyRight) != nil {
				continue
			}
			accepted++
			obey(t, l, e)
			l.Events = append(l.Events, e)
		}
	}
	if accepted < lives {
		t.Errorf("only %d events were accepted", accepted)
	}
}

// obey checks what adding an accepted event does.
func obey(t *testing.T, before documents.Life, e documents.Event) {
	t.Helper()
	after := before
	after.Events = append(slices.Clone(before.Events), e)
	final := []documents.Status{documents.StatusTerminated, documents.StatusReissued, documents.StatusExpired}
	want := map[documents.EventKind]documents.Status{
		documents.EventSuspended: "suspended", documents.EventResumed: "in_force", documents.EventTerminated: "terminated",
		documents.EventReissued: "reissued", documents.EventExpired: "expired",
	}
	ended := documents.Status("")
	for d := -2; d < 60; d++ {
		was, is := before.StatusAt(day(d)), after.StatusAt(day(d))
		switch {
		case day(d).Before(e.EffectiveAt) && was != is:
			t.Fatalf("%s changed the past: day %d was %q, is %q", e.Kind, d, was, is)
		case (e.Kind == documents.EventDuplicate || e.Kind == documents.EventCertified) && was != is:
			t.Fatalf("a copy changed day %d from %q to %q", d, was, is)
		case ended != "" && is != ended:
			t.Fatalf("after %q comes %q on day %d", ended, is, d)
		case knownAt(after, e.RecordedAt.Add(-time.Second)).StatusAt(day(d)) != knownAt(before, e.RecordedAt.Add(-time.Second)).StatusAt(day(d)):
			t.Fatalf("what was known before changed")
		}
		if slices.Contains(final, is) {
			ended = is
		}
	}
	if to, ok := want[e.Kind]; ok && after.StatusAt(e.EffectiveAt) != to {
		// Another event of the same moment may follow it at once.
		turns := after.Turns()
		if !slices.ContainsFunc(turns, func(turn documents.Turn) bool { return turn.By == e.Seq }) && before.StatusAt(e.EffectiveAt) != to {
			t.Fatalf("%s has no effect: %v", e.Kind, turns)
		}
	}
	turns := after.Turns()
	if !slices.IsSortedFunc(turns, func(a, b documents.Turn) int { return a.At.Compare(b.At) }) {
		t.Fatalf("turns out of order: %v", turns)
	}
}

// everyRight are the rights of an edition that gives all that there are.
var everyRight = []documents.EventKind{
	documents.EventSuspended, documents.EventResumed, documents.EventTerminated, documents.EventReissued,
	documents.EventExpired, documents.EventDuplicate, documents.EventCertified,
	documents.EventAppealed, documents.EventAnnulled, documents.EventReconsider,
}

// What may happen to a document is what the rules say, and only that; what every
// document may is no right, and what a kind cannot have no edition gives.
func TestRightsComeFromTheRules(t *testing.T) {
	for _, kind := range []documents.Kind{documents.KindLicence, documents.KindExportCertificate, documents.KindApproval, documents.KindNotice, documents.KindPaperCopy} {
		for _, right := range everyRight {
			l := documents.Life{Kind: kind, ValidUntil: onDay(2), Events: []documents.Event{{Seq: 1, Kind: documents.EventIssued, EffectiveAt: noon}}}
			at := day(1)
			switch right {
			case documents.EventResumed:
				l.Events = append(l.Events, documents.Event{Seq: 2, Kind: documents.EventSuspended, EffectiveAt: noon})
			case documents.EventExpired:
				at = day(4)
			}
			e := documents.Event{Seq: len(l.Events) + 1, Kind: right, EffectiveAt: at}
			others := slices.DeleteFunc(slices.Clone(everyRight), func(k documents.EventKind) bool { return k == right })
			want := documents.RuleRight
			if !kind.Can(right) {
				want = documents.RuleKind
			}
			var rule *documents.RuleError
			for _, rights := range [][]documents.EventKind{nil, others} {
				if err := l.May(e, rights); !errors.As(err, &rule) || rule.Rule != want {
					t.Errorf("%s %s under %v: %v, want rule %s", kind, right, rights, err, want)
				}
			}
			if err := l.May(e, []documents.EventKind{right}); kind.Can(right) && err != nil {
				t.Errorf("%s %s by right: %v", kind, right, err)
			}
		}
	}
}

// A period ends on the day of its number, or on the last of a month that has none.
func TestLastDay(t *testing.T) {
	for _, c := range []struct {
		p          documents.Period
		from, want string
	}{
		{documents.Period{Years: 5}, "2026-11-28", "2031-11-28"}, {documents.Period{Years: 5}, "2024-02-29", "2029-02-28"},
		{documents.Period{Years: 4}, "2024-02-29", "2028-02-29"}, {documents.Period{Months: 1}, "2026-01-31", "2026-02-28"},
		{documents.Period{Months: 13}, "2026-12-31", "2028-01-31"}, {documents.Period{Days: 30}, "2026-12-15", "2027-01-14"}, {documents.Period{}, "2026-12-15", "2026-12-15"},
	} {
		from, err := documents.ParseDate(c.from)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.p.LastDay(from).String(); got != c.want {
			t.Errorf("%+v from %s ends on %s, want %s", c.p, c.from, got, c.want)
		}
	}
}
