package calendar_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
)

func compiled(t *testing.T, more ...string) *calendar.Calendar {
	t.Helper()
	c, err := compile(t, more...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func compile(t *testing.T, more ...string) (*calendar.Calendar, error) {
	t.Helper()
	data, err := calendar.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	all := []calendar.Data{data}
	for _, text := range more {
		d, err := calendar.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return calendar.Compile(all...)
}

// at reads a civil time of Kazakhstan.
func at(t *testing.T, text string) time.Time {
	t.Helper()
	day, clock, _ := strings.Cut(text, "T")
	date, err := documents.ParseDate(day)
	if err != nil {
		t.Fatal(err)
	}
	since, err := time.Parse("15:04", clock)
	if err != nil {
		t.Fatal(err)
	}
	return date.Midnight().Add(time.Duration(since.Hour())*time.Hour + time.Duration(since.Minute())*time.Minute)
}

func civil(at time.Time) string { return documents.CivilTime(at).Format("2006-01-02T15:04") }

func term(t *testing.T, text string) calendar.Term {
	t.Helper()
	parsed, err := calendar.ParseTerm(text)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func shared(t *testing.T, name string, into any) {
	t.Helper()
	dir := os.Getenv("TAMGA_TESTDATA")
	if dir == "" {
		dir = "../../../shared"
	}
	b, err := os.ReadFile(filepath.Join(dir, "regulation", name))
	if err != nil {
		t.Skip("the regulation's data is missing: set TAMGA_TESTDATA to the folder that holds regulation/")
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// The deadlines that were counted by hand, all of them.
func TestDeadlines(t *testing.T) {
	var data struct {
		Fixtures []struct {
			Filed, Registered string
			Two               string `json:"plus_2_working_days"`
			Ten               string `json:"plus_10_working_days"`
			Fifteen           string `json:"plus_15_working_days"`
		}
		Actions []struct {
			Flow, Filed string
			Ends        []string
		} `json:"action_fixtures"`
	}
	shared(t, "deadlines.json", &data)
	c := compiled(t)
	for _, f := range data.Fixtures {
		registered, missing := c.Registered(at(t, f.Filed))
		if civil(registered) != f.Registered || missing != 0 {
			t.Errorf("filed %s: registered %s, want %s", f.Filed, civil(registered), f.Registered)
		}
		for text, want := range map[string]string{"2 WD": f.Two, "10 WD": f.Ten, "15 WD": f.Fifteen} {
			if got := civil(c.Add(registered, term(t, text)).Due); got != want+"T18:30" {
				t.Errorf("filed %s + %s: %s, want %s", f.Filed, text, got, want)
			}
		}
	}
	var steps struct {
		Flows map[string]struct {
			Rows []struct{ Norm string }
		} `json:"actions2014"`
	}
	shared(t, "steps.json", &steps)
	for _, f := range data.Actions {
		end, _ := c.Registered(at(t, f.Filed))
		for i, row := range steps.Flows[f.Flow].Rows {
			end = c.Add(end, term(t, row.Norm)).Due
			if civil(end) != f.Ends[i] {
				t.Errorf("%s filed %s, action %d: %s, want %s", f.Flow, f.Filed, i+1, civil(end), f.Ends[i])
			}
		}
		if len(f.Ends) == 0 || len(f.Ends) != len(steps.Flows[f.Flow].Rows) {
			t.Errorf("%s: %d ends of %d actions", f.Flow, len(f.Ends), len(steps.Flows[f.Flow].Rows))
		}
	}
	if len(data.Fixtures) != 10 || len(data.Actions) != 5 {
		t.Errorf("%d and %d fixtures", len(data.Fixtures), len(data.Actions))
	}
}

// The further actions that regulation.md counts and deadlines.json lacks.
func TestActionsAfterHours(t *testing.T) {
	c := compiled(t)
	for _, f := range []struct {
		filed, terms string
		ends         []string
	}{
		{"2014-11-28T20:15", "PT15M PT3H PT1H 3_WD PT30M PT15M PT15M",
			[]string{"2014-12-02T09:15", "2014-12-02T12:15", "2014-12-02T14:45", "2014-12-05T18:30", "2014-12-08T09:30", "2014-12-08T09:45", "2014-12-08T10:00"}},
		{"2014-12-12T16:40", "PT15M_same-day same-day 12_WD 1_WD 1_WD",
			[]string{"2014-12-12T16:55", "2014-12-12T18:30", "2015-01-05T18:30", "2015-01-06T18:30", "2015-01-08T18:30"}},
	} {
		end, _ := c.Registered(at(t, f.filed))
		for i, text := range strings.Fields(f.terms) {
			end = c.Add(end, term(t, strings.ReplaceAll(text, "_", " "))).Due
			if civil(end) != f.ends[i] {
				t.Errorf("filed %s, action %d: %s, want %s", f.filed, i+1, civil(end), f.ends[i])
			}
		}
	}
}

func TestDays(t *testing.T) {
	c := compiled(t)
	for date, want := range map[string]calendar.Kind{
		"2012-01-03": calendar.Transfer, "2012-12-03": calendar.Transfer, "2012-12-18": calendar.Transfer, "2012-12-29": "works", "2012-12-31": calendar.Exchanged,
		"2014-03-10": calendar.Transfer, "2014-03-24": calendar.Transfer, "2014-03-25": calendar.Transfer, "2014-03-26": "", "2014-05-04": "works",
		"2015-03-24": calendar.Transfer, "2015-03-25": calendar.Transfer, "2015-05-11": calendar.Transfer,
		"2016-05-09": calendar.Public, "2016-05-10": calendar.Transfer, "2016-05-11": "", "2017-05-08": calendar.Transfer,
		"2019-03-25": calendar.Transfer, "2019-07-08": calendar.Transfer, "2019-12-02": calendar.Transfer, "2020-01-03": calendar.Exchanged, "2020-01-05": "works",
		"2020-08-31": calendar.Transfer, "2021-12-17": calendar.Public, "2022-12-17": calendar.Weekend, "2022-12-19": "", "2023-01-09": "",
		"2023-06-28": calendar.Religious, "2023-07-01": "works", "2023-07-07": calendar.Exchanged, "2024-06-17": "", "2025-10-27": calendar.Transfer,
		// as the portal of the e-government told of 2026, but for 30 August, which
		// was then taken from the holidays
		"2026-03-09": calendar.Transfer, "2026-03-24": calendar.Transfer, "2026-03-25": calendar.Transfer, "2026-05-11": calendar.Transfer,
		"2026-05-27": calendar.Religious, "2026-08-31": "", "2026-10-26": calendar.Transfer, "2027-03-15": calendar.Public, "2027-08-30": "",
		"2027-12-16": calendar.Public, "2028-05-05": calendar.Religious, "2028-12-18": calendar.Transfer,
	} {
		d, err := documents.ParseDate(date)
		if err != nil {
			t.Fatal(err)
		}
		day, known := c.Day(d)
		got := calendar.Kind("")
		if day.Why != nil {
			got = day.Why.Kind
		}
		if day.Working && got == calendar.Exchanged {
			got = "works"
		}
		if !known || got != want || day.Working != (want == "" || want == "works") {
			t.Errorf("%s: %q, working %t, known %t, want %q", date, got, day.Working, known, want)
		}
	}
	if _, known := c.Day(documents.Date{Year: 2029, Month: time.January, Day: 3}); known {
		t.Error("2029 is known")
	}
}

func TestRegistered(t *testing.T) {
	c := compiled(t)
	for filed, want := range map[string]string{
		"2024-02-28T08:59": "2024-02-28T09:00", "2024-02-28T09:00": "2024-02-28T09:00", "2024-02-28T12:59": "2024-02-28T12:59",
		"2024-02-28T13:00": "2024-02-28T14:30", "2024-02-28T14:30": "2024-02-28T14:30", "2024-02-28T18:29": "2024-02-28T18:29",
		"2024-02-28T18:30": "2024-02-29T09:00", "2024-02-29T18:30": "2024-03-01T09:00", "2024-03-01T18:30": "2024-03-04T09:00",
	} {
		if got, _ := c.Registered(at(t, filed)); civil(got) != want {
			t.Errorf("filed %s: registered %s, want %s", filed, civil(got), want)
		}
	}
	// The zone is that of the date: the clocks went back on 1 March 2024.
	before, _ := c.Registered(at(t, "2024-02-29T09:00"))
	after, _ := c.Registered(at(t, "2024-03-01T09:00"))
	if after.Sub(before) != 25*time.Hour {
		t.Errorf("from 9:00 to 9:00 passed %s", after.Sub(before))
	}
}

// A year without data is an answer, and never a stop.
func TestMissingYear(t *testing.T) {
	c := compiled(t)
	count := c.Add(at(t, "2028-12-20T10:00"), term(t, "15 WD"))
	if !count.Due.IsZero() || count.Missing != 2029 {
		t.Fatalf("due %s, missing %d", count.Due, count.Missing)
	}
	lines := count.Explain()
	if last := lines[len(lines)-1]; last.EN != "calendar of 2029 not entered" || last.KK != "2029 жылғы күнтізбе енгізілмеген" || last.RU != "календарь на 2029 год не введён" {
		t.Errorf("told: %+v", last)
	}
	if got, missing := c.Registered(at(t, "2029-06-01T10:00")); missing != 2029 || !got.Equal(at(t, "2029-06-01T10:00")) {
		t.Errorf("registered %s, missing %d", got, missing)
	}
	// When it is entered, the same term is counted.
	c = compiled(t, `{"years": [{"year": 2029}], "days_off": {"dates": ["2029-04-24"]}}`)
	if got := c.Add(at(t, "2028-12-20T10:00"), term(t, "15 WD")); civil(got.Due) != "2029-01-12T18:30" || got.Missing != 0 {
		t.Errorf("due %s, missing %d", civil(got.Due), got.Missing)
	}
	if before := compiled(t); before.Version() == c.Version() {
		t.Error("two calendars have one version")
	}
}

func TestWarnings(t *testing.T) {
	c := compiled(t)
	codes := func(moment string) string {
		var all []string
		for _, w := range c.Warnings(at(t, moment)) {
			all = append(all, w.Code)
			if !w.Text.Whole() {
				t.Errorf("%+v is not told in every language", w)
			}
		}
		return strings.Join(all, " ")
	}
	for moment, want := range map[string]string{
		"2025-01-01T00:00": "", "2025-10-02T23:59": "", "2025-10-03T00:00": "provisional",
		"2027-12-20T12:00": "provisional provisional", "2028-10-02T23:59": "provisional", "2028-10-03T00:00": "provisional missing", "2029-01-01T00:00": "missing",
	} {
		if got := codes(moment); got != want {
			t.Errorf("%s: %q, want %q", moment, got, want)
		}
	}
}

func TestExplain(t *testing.T) {
	count := compiled(t).Add(at(t, "2014-11-27T17:00"), term(t, "3 WD"))
	var kk, ru, en []string
	for _, l := range count.Explain() {
		kk, ru, en = append(kk, l.KK), append(ru, l.RU), append(en, l.EN)
	}
	for got, want := range map[string]string{
		strings.Join(en, "\n"): `Counted from 27.11.2014 17:00; term: 3 working days
28.11.2014: working day 1
29.11.2014: not counted (Saturday)
30.11.2014: not counted (Sunday)
01.12.2014: not counted (Day of the First President)
02.12.2014: working day 2
03.12.2014: working day 3
Due: 03.12.2014 18:30`,
		strings.Join(ru, "\n"): `Начало отсчёта: 27.11.2014 17:00; срок: 3 рабочих дня
28.11.2014: рабочий день 1
29.11.2014: не считается (суббота)
30.11.2014: не считается (воскресенье)
01.12.2014: не считается (День Первого Президента)
02.12.2014: рабочий день 2
03.12.2014: рабочий день 3
Срок исполнения: 03.12.2014 18:30`,
		strings.Join(kk, "\n"): `Есептеу басы: 27.11.2014 17:00; мерзімі: 3 жұмыс күні
28.11.2014: 1-жұмыс күні
29.11.2014: есепке алынбайды (сенбі)
30.11.2014: есепке алынбайды (жексенбі)
01.12.2014: есепке алынбайды (Тұңғыш Президент күні)
02.12.2014: 2-жұмыс күні
03.12.2014: 3-жұмыс күні
Орындау мерзімі: 03.12.2014 18:30`,
	} {
		if got != want {
			t.Errorf("told:\n%s\nwant:\n%s", got, want)
		}
	}
	if got := compiled(t).Add(at(t, "2013-10-10T17:00"), term(t, "2 WD")).Explain(); got[2].EN != "12.10.2013: working day 2 (Day off moved by the Government, 14.10.2013)" {
		t.Errorf("told: %+v", got)
	}
	if got := compiled(t).Add(at(t, "2014-03-07T18:00"), term(t, "PT1H")).Explain(); got[1].RU != "07.03.2014: 30 минут" || got[4].RU != "10.03.2014: не считается (Международный женский день, перенос с 08.03.2014)" {
		t.Errorf("told: %+v", got)
	}
}
