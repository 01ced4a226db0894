package appearance

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"tamga/certs"
)

// The layout has every word in every language, in letters of that language, and
// every fact that it names.
func TestLayout(t *testing.T) {
	var l layout
	if err := json.Unmarshal(layoutJSON, &l); err != nil {
		t.Fatal(err)
	}
	facts := Facts{
		Signer: certs.Identity{CommonName: "ӘБІЛОВ ҒАЛЫМ", Patronymic: "ҮСЕНҰЛЫ", IIN: "850101010003", Organisation: "КОМИТЕТ", BIN: "120741000014"},
		Serial: "1f", Reason: "№ 64", Time: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
	}.named(false)
	check := func(words map[string]string) {
		if len(words) != 3 {
			t.Errorf("%v are not three languages", words)
		}
		for _, language := range []string{"kk", "ru", "en"} {
			script := unicode.Cyrillic
			if language == "en" {
				script = unicode.Latin
			}
			if words[language] == "" || strings.ContainsFunc(words[language], func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(script, r) }) {
				t.Errorf("%s: %q", language, words[language])
			}
		}
	}
	check(l.Title)
	for _, row := range l.Rows {
		check(row.Label)
		if facts[row.Fact] == "" {
			t.Errorf("the fact %q is nothing", row.Fact)
		}
		delete(facts, row.Fact)
	}
	if len(facts) > 0 {
		t.Errorf("%v are in no row", facts)
	}
}

// Numbers of persons are hidden but for their end, and texts of strangers are one line
// without what is not seen.
func TestFacts(t *testing.T) {
	f := Facts{Signer: certs.Identity{CommonName: " А\tБ\n\u202eВ\x00 ", Patronymic: "Б", IIN: "850101010003"}}
	if got := f.named(false); got["signer"] != "А Б В Б" || got["iin"] != "••••••••••03" {
		t.Errorf("%q", got)
	}
	if got := f.named(true); got["iin"] != "850101010003" {
		t.Errorf("%q", got)
	}
	f.Signer = certs.Identity{CommonName: "А Б В", Patronymic: "В", IIN: "85010101000"}
	if got := f.named(false); got["signer"] != "А Б В" || got["iin"] != "" {
		t.Errorf("what is no number is printed: %q", got)
	}
}

// Limits, one below and one above.
func TestLimits(t *testing.T) {
	draw := func(width, height float64, address string) error {
		_, err := Draw(width, height, Stamp{Language: "en", Address: address}, Facts{Signer: certs.Identity{CommonName: "A"}, Serial: "1"})
		return err
	}
	long := "https://tamga.example/" + strings.Repeat("a", maxAddress-len("https://tamga.example/"))
	if err := draw(600, 200, long); err != nil && !errors.Is(err, ErrSmall) {
		t.Errorf("an address of %d characters: %v", len(long), err)
	}
	if err := draw(600, 200, long+"a"); !errors.Is(err, ErrStamp) {
		t.Errorf("an address of %d characters: %v", len(long)+1, err)
	}
	// 21 modules and 8 of the quiet zone, at 0.3 mm, within the frame.
	const side = minModule*29 + 2*frame
	for height, want := range map[float64]error{side - 0.1: ErrSmall, side + 0.1: nil} {
		sh, err := newSheet(300, height)
		if err != nil {
			t.Fatal(err)
		}
		if err := sh.code("HTTPS://A.KZ"); !errors.Is(err, want) {
			t.Errorf("a code in %.1f points: %v, want %v", height, err, want)
		}
	}
	// Four lines of five points.
	const four = 4*smallest*leading + 2*padding
	for height, want := range map[float64]error{four - 0.1: ErrSmall, four + 0.1: nil} {
		if err := draw(300, height, ""); !errors.Is(err, want) {
			t.Errorf("four lines in %.1f points: %v, want %v", height, err, want)
		}
	}
}
