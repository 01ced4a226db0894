package calendar_test

import (
	"strings"
	"testing"
	"time"

	"tamga/documents/calendar"
	"tamga/language"
)

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
