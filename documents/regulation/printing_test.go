package regulation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What documents print changes with editions and within them, and between editions
// there is nothing to print.
func TestPrinting(t *testing.T) {
	l := law(t)
	var got []string
	for _, e := range l.Printing() {
		name, digest, _ := strings.Cut(e.Name, "@")
		if digest == "" || e.Specimen || e.Texts["appeal"].KK == "" {
			t.Errorf("%+v", e)
		}
		got = append(got, fmt.Sprintf("%s %s %s", name, e.From, e.Until))
	}
	want := []string{
		"2012-159 2012-11-19 2014-03-29", "2014-105-1613 2014-11-08 2015-12-04",
		"2026-draft 2026-01-01 2026-07-11", "2026-draft 2026-07-11 0000-00-00",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An edition run by its name prints specimens outside its time and nothing but the
// law within it; what it is silent about is as on the day given.
func TestSpecimens(t *testing.T) {
	l := law(t)
	all, ok := l.Specimens("2014-105-1613", date(t, "2026-11-28"))
	if !ok {
		t.Fatal("no edition")
	}
	for on, specimen := range map[string]bool{
		"2012-05-20": true, "2014-11-07": true, "2014-11-08": false, "2015-12-03": false, "2015-12-04": true, "2026-11-28": true,
	} {
		found := 0
		for _, e := range all {
			if !date(t, on).Within(e.From, e.Until) {
				continue
			}
			found++
			if e.Specimen != specimen || strings.HasSuffix(e.Name, ", specimen") != specimen || !strings.HasPrefix(e.Name, "2014-105-1613@") {
				t.Errorf("%s: %s, a specimen: %t", on, e.Name, e.Specimen)
			}
			if !strings.Contains(e.Texts["equivalence"].KK, "№ 370-II") || !strings.Contains(e.Texts["licence.activity"].KK, "Рұқсаттар") {
				t.Errorf("%s: %v", on, e.Texts)
			}
		}
		if found != 1 {
			t.Errorf("%s is in %d parts", on, found)
		}
	}
	if _, ok := l.Specimens("1999", date(t, "2026-11-28")); ok {
		t.Error("an edition that is not there")
	}
}
