package documents_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/documents"
)

// whyNot is what is said of a number that is not given.
func whyNot(year int) string {
	if year < 2000 || year > 2099 {
		return fmt.Sprintf("no series of numbers for the year %d", year)
	}
	return "is not between 1 and 999999"
}

func TestLicenceNumber(t *testing.T) {
	for _, c := range []struct {
		year, seq int
		want      string // empty: refused
	}{
		{2014, 14826, "14014826"}, // a real licence, 09.10.2014
		{2025, 35506, "25035506"}, // a real licence, 23.10.2025
		{2026, 1, "26000001"},
		{2026, 999999, "26999999"},
		{2026, 0, ""},
		{2026, 1000000, ""},
		{2026, -1, ""},
		{1999, 1, ""},
		{2100, 1, ""},
		{2099, 1, "99000001"},
		{2000, 1, "00000001"},
	} {
		got, err := documents.NumberOf(documents.KindLicence, c.year, c.seq)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), whyNot(c.year)) {
			t.Errorf("LicenceNumber(%d, %d) = %q, %v; want %q", c.year, c.seq, got, err, c.want)
		}
	}
}

func TestRefusalNumber(t *testing.T) {
	for _, c := range []struct {
		year, seq int
		want      string
	}{
		{2026, 1, "KZ43RLR26000001"},
		{2026, 2, "KZ16RLR26000002"},
		{2026, 1000000, ""},
		{2100, 1, ""},
		{2099, 1, "KZ79RLR99000001"},
		{2000, 1, "KZ82RLR00000001"},
	} {
		got, err := documents.NumberOf(documents.KindRefusal, c.year, c.seq)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), whyNot(c.year)) {
			t.Errorf("RefusalNumber(%d, %d) = %q, %v; want %q", c.year, c.seq, got, err, c.want)
		}
	}
}

// Every series has its own letters and check digits, and is told apart again.
func TestNumberOf(t *testing.T) {
	for kind, want := range map[documents.Kind]string{
		documents.KindLicence: "26000009", documents.KindRefusal: "KZ21RLR26000009",
		documents.KindApplication: "KZ49RLA26000009", documents.KindConclusion: "KZ16RCC26000009",
		"poem": "",
	} {
		got, err := documents.NumberOf(kind, 2026, 9)
		if got != want || (err == nil) != (want != "") || err != nil && err.Error() != `no series of numbers for the kind "poem"` {
			t.Errorf("NumberOf(%s) = %q, %v; want %q", kind, got, err, want)
		}
	}
}

func TestParseNumber(t *testing.T) {
	const bad = "bad"
	for _, c := range []struct{ in, want string }{
		{"14014826", "licence 2014 14826 14014826"},
		{" 14 014 826\n", "licence 2014 14826 14014826"},
		{"14-014-826", "licence 2014 14826 14014826"},
		{"14\u00a0014\u2013826", "licence 2014 14826 14014826"},
		{"KZ43RLR26000001", "refusal 2026 1 KZ43RLR26000001"},
		{"kz43 rlr 26 000 001", "refusal 2026 1 KZ43RLR26000001"},
		{"КZ43RLR26000001", "refusal 2026 1 KZ43RLR26000001"}, // К is Cyrillic
		{"кz43-rlr-26000001", "refusal 2026 1 KZ43RLR26000001"},

		{"", bad},
		{"26000000", bad},         // running numbers begin at 1
		{"2600001", bad},          // seven digits
		{"260000011", bad},        // nine
		{"2600000A", bad},         //
		{"２６００００01", bad},         // full-width digits
		{"KZ43RLR26000002", bad},  // check digits of another number
		{"KZ16RLR26000001", bad},  //
		{"KZ43RLR26000000", bad},  //
		{"KZ08LAA00032358", bad},  // a permit of the state's own series
		{"KZ43RLR2600000O", bad},  // letter O
		{"KZ43RLR260000011", bad}, //
		{"ҚZ43RLR26000001", bad},  // Қ is no twin of K
		{strings.Repeat(" ", 200) + "14014826", bad},
		{"\xff\xfe14014826", bad},
	} {
		got := bad
		n, err := documents.ParseNumber(c.in)
		if err == nil {
			got = describe(n)
		} else if !errors.Is(err, documents.ErrBadNumber) {
			t.Errorf("ParseNumber(%q): error %v is not ErrBadNumber", c.in, err)
		}
		if got != c.want {
			t.Errorf("ParseNumber(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func FuzzParseNumber(f *testing.F) {
	for _, s := range []string{"14014826", "kz43 rlr 26 000 001", "КZ43RLR26000001", "KZ16RLR26000001", "KZ16RCC26000009", "", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := documents.ParseNumber(s)
		if err != nil {
			if !errors.Is(err, documents.ErrBadNumber) || n != (documents.Number{}) {
				t.Fatalf("ParseNumber(%q) = %+v, %v", s, n, err)
			}
			return
		}
		if printed, err := documents.NumberOf(n.Kind, n.Year, n.Seq); err != nil || printed != n.String {
			t.Fatalf("ParseNumber(%q) = %+v, which prints as %q, %v", s, n, printed, err)
		}
		if again, err := documents.ParseNumber(n.String); err != nil || again != n {
			t.Fatalf("ParseNumber(%q) = %+v, %v; want %+v", n.String, again, err, n)
		}
	})
}
