package calendar_test

import (
	"strings"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/calendar"
)

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
