package calendar_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/language"
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

// An operator enters a year that was provisional: what was made by rule gives way
// to what is entered, the holidays of the law stay.
func TestConfirmedYear(t *testing.T) {
	c := compiled(t, `{"years": [{"year": 2027}], "days_off": {"dates": ["2027-05-17"]}, "exchanges": [{"worked": "2027-01-09", "off": "2027-01-08"}]}`)
	for date, working := range map[string]bool{"2027-05-17": false, "2027-01-08": false, "2027-01-09": true, "2027-03-22": false} {
		d, _ := documents.ParseDate(date)
		if day, _ := c.Day(d); day.Working != working {
			t.Errorf("%s: working %t", date, day.Working)
		}
	}
	if count := c.Add(at(t, "2027-02-01T10:00"), term(t, "3 WD")); count.Provisional {
		t.Error("a confirmed year is provisional")
	}
	if count := compiled(t).Add(at(t, "2027-02-01T10:00"), term(t, "3 WD")); !count.Provisional {
		t.Error("a provisional year is confirmed")
	}
	if years := c.Years(); years[0].Year != 2012 || years[len(years)-1].Year != 2028 || len(years) != 17 {
		t.Errorf("years: %+v", years)
	}
}

func TestHours(t *testing.T) {
	c := compiled(t, `{"hours": [{"from": "2027-06-01", "weekdays": [1,2,3,4,5,6], "spans": [["10:00", "14:00"]]}]}`)
	if got := c.Add(at(t, "2027-05-31T18:00"), term(t, "PT1H")); civil(got.Due) != "2027-06-01T10:30" {
		t.Errorf("due %s", civil(got.Due))
	}
	if got := c.Add(at(t, "2027-06-04T12:00"), term(t, "1 WD")); civil(got.Due) != "2027-06-05T14:00" {
		t.Errorf("due %s", civil(got.Due))
	}
}

func TestRefusedData(t *testing.T) {
	for data, want := range map[string]string{
		`{"exchanges": [{"worked": "2027-02-08", "off": "2027-02-09"}]}`:                                          "must be a working day",
		`{"exchanges": [{"worked": "2027-02-06", "off": "2027-02-07"}]}`:                                          "must be a working day",
		`{"exchanges": [{"worked": "2030-02-09", "off": "2030-02-08"}]}`:                                          "not entered",
		`{"days_off": {"dates": ["2030-02-09"]}}`:                                                                 "not entered",
		`{"hours": [{"from": "2027-01-01", "weekdays": [1], "spans": [["13:00", "09:00"]]}]}`:                     "ends before it begins",
		`{"hours": [{"from": "2027-01-01", "weekdays": [1], "spans": [["09:00", "13:00"], ["12:00", "15:00"]]}]}`: "ends before it begins",
		`{"hours": [{"from": "2027-01-01", "weekdays": [8], "spans": [["09:00", "13:00"]]}]}`:                     "weekday 8",
		`{"hours": [{"from": "2027-01-01", "weekdays": [1, 1], "spans": [["09:00", "13:00"]]}]}`:                  "stands twice",
		`{"hours": [{"from": "2027-01-01", "weekdays": [1], "spans": [["9:00", "13:00"]]}]}`:                      "no time of day",
		`{"hours": [{"from": "2012-01-01", "weekdays": [1], "spans": [["09:00", "13:00"]]}]}`:                     "stand twice",
		`{"hours": [{"from": "2027-01-01", "weekdays": [], "spans": []}]}`:                                        "without a first day",
		`{"holidays": [{"name": {"kk": "а", "ru": "б", "en": "c"}, "days": ["13-01"], "transferred": true}]}`:     "no day of every year",
		`{"holidays": [{"name": {"kk": "а", "ru": "б", "en": ""}, "days": ["12-01"], "transferred": true}]}`:      "no name in every language",
		`{"years": [{"year": 2004}]}`: "not between",
		`{"years": [{"year": 2101}]}`: "not between",
	} {
		if _, err := compile(t, data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", data, err, want)
		}
	}
	for _, data := range []string{`{"years": [{"year": 2005}]}`, `{"years": [{"year": 2100}]}`, `{"exchanges": [{"worked": "2027-02-06", "off": "2027-02-08"}]}`, `{}`} {
		if _, err := compile(t, data); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
	// A year full of holidays ends, too.
	var days []string
	for d := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() == 2027; d = d.AddDate(0, 0, 1) {
		days = append(days, `"`+d.Format("01-02")+`"`)
	}
	full := `{"holidays": [{"name": {"kk": "а", "ru": "б", "en": "c"}, "from": 2027, "until": 2027, "transferred": true, "days": [` + strings.Join(days, ",") + `]}]}`
	if _, err := compile(t, full); err == nil || !strings.Contains(err.Error(), "no working day is left in 2027") {
		t.Errorf("a year of holidays: %v", err)
	}
	for _, text := range []string{`{"year": []}`, `{} {}`, ``, `{"days_off": {"dates": ["2027-02-30"]}}`} {
		if _, err := calendar.Parse([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestTerms(t *testing.T) {
	for text, want := range map[string]string{
		"3 WD": "3 WD", "15WD": "15 WD", "1000 WD": "1000 WD", "PT15M": "PT15M", "PT90M": "PT1H30M", "PT3H": "PT3H", "PT1000H": "PT1000H",
		"SAME-DAY": "same-day", "same-day": "same-day", "PT15M same-day": "PT15M same-day", "P5Y": "P5Y", "P3M": "P3M", "P30D": "P30D", "P1000D": "P1000D",
	} {
		got := term(t, text)
		if got.String() != want || !got.Label().Whole() {
			t.Errorf("%s: %s, %+v", text, got, got.Label())
		}
		var again calendar.Term
		b, _ := got.MarshalText()
		if err := again.UnmarshalText(b); err != nil || again != got {
			t.Errorf("%s is read back as %+v: %v", text, again, err)
		}
	}
	for text, want := range map[string]string{
		"": "is none", "0 WD": "is none", "PT": "is none", "PT0M": "is none", "P0D": "is none", "-3 WD": "is none", "3 wd": "is none", "3": "is none",
		"1001 WD": "longer", "PT1001H": "longer", "PT60001M": "longer", "P1001D": "longer", "3 WD same-day": "only working time", " same-day": "only working time", "PT15S": "is none",
	} {
		if got, err := calendar.ParseTerm(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is read as %+v: %v", text, got, err)
		}
	}
	for text, want := range map[string]language.Text{
		"1 WD":           {KK: "1 жұмыс күні", RU: "1 рабочий день", EN: "1 working day"},
		"2 WD":           {KK: "2 жұмыс күні", RU: "2 рабочих дня", EN: "2 working days"},
		"11 WD":          {KK: "11 жұмыс күні", RU: "11 рабочих дней", EN: "11 working days"},
		"21 WD":          {KK: "21 жұмыс күні", RU: "21 рабочий день", EN: "21 working days"},
		"PT3H15M":        {KK: "3 сағат, 15 минут", RU: "3 часа, 15 минут", EN: "3 hours, 15 minutes"},
		"PT15M same-day": {KK: "15 минут, сол күні", RU: "15 минут, в тот же день", EN: "15 minutes, on the same day"},
		"P5Y":            {KK: "5 жыл", RU: "5 лет", EN: "5 years"},
	} {
		if got := term(t, text).Label(); got != want {
			t.Errorf("%s: %+v", text, got)
		}
	}
}

func TestCivilTerms(t *testing.T) {
	c := compiled(t)
	for text, want := range map[string]string{
		"2024-01-31T10:00 P1M": "2024-02-29T18:30", "2023-01-31T10:00 P1M": "2023-02-28T18:30", "2024-02-29T10:00 P1Y": "2025-02-28T18:30",
		"2024-11-30T10:00 P3M": "2025-02-28T18:30", "2026-11-27T10:00 P1D": "2026-11-30T18:30", "2026-11-26T10:00 P1D": "2026-11-27T18:30", "2021-12-28T10:00 P5D": "2022-01-05T18:30",
	} {
		from, termText, _ := strings.Cut(text, " ")
		if got := civil(c.Add(at(t, from), term(t, termText)).Due); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestMoments(t *testing.T) {
	for text, want := range map[string]string{
		"2014-11-24T09:00": "2014-11-24T03:00:00Z", "2026-11-24T09:00": "2026-11-24T04:00:00Z", "2026-11-24T09:00:30Z": "2026-11-24T09:00:30Z",
		"2026-11-24T09:00:00+05:00": "2026-11-24T04:00:00Z", "2005-01-01T00:00": "2004-12-31T18:00:00Z", "2100-12-31T23:59": "2100-12-31T18:59:00Z",
	} {
		if got, err := calendar.ParseMoment(text); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s is %s: %v", text, got.UTC().Format(time.RFC3339), err)
		}
	}
	for _, text := range []string{"", "2014-11-24", "2014-02-30T09:00", "2014-11-24T24:00", "2014-11-24T9:00", "2004-12-31T23:59", "2101-01-01T00:00", "2014-11-24T09:00 "} {
		if got, err := calendar.ParseMoment(text); err == nil || !strings.Contains(err.Error(), "is no moment") {
			t.Errorf("%q is read as %s: %v", text, got, err)
		}
	}
}

func TestSameDay(t *testing.T) {
	c := compiled(t)
	for text, want := range map[string]string{
		"2026-11-27T09:00 same-day": "2026-11-27T18:30", "2026-11-27T18:30 same-day": "2026-11-27T18:30", "2026-11-27T18:31 same-day": "2026-11-30T18:30", "2026-11-28T10:00 same-day": "2026-11-30T18:30",
		"2026-11-27T18:15 PT15M same-day": "2026-11-27T18:30", "2026-11-27T18:20 PT15M same-day": "2026-11-27T18:30", "2026-11-27T18:30 PT15M same-day": "2026-11-30T09:15", "2026-11-27T18:20 PT15M": "2026-11-30T09:05",
	} {
		from, termText, _ := strings.Cut(text, " ")
		if got := civil(c.Add(at(t, from), term(t, termText)).Due); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
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
