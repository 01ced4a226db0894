package appearance

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"tamga/certs"
	"tamga/language"
	"tamga/language/words"
)

// Stamps have every word in every language, in letters of that language, and a row
// for every fact.
func TestShownFacts(t *testing.T) {
	facts := Facts{
		Signer: certs.Identity{CommonName: "ӘБІЛОВ ҒАЛЫМ", Patronymic: "ҮСЕНҰЛЫ", IIN: "850101010003", Organisation: "КОМИТЕТ", BIN: "120741000014"},
		Serial: "1f", Reason: "№ 64", Time: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
	}.named(false)
	check := func(key string) {
		for _, lang := range language.All() {
			script, text := unicode.Cyrillic, words.Of(key).In(lang)
			if lang == language.EN {
				script = unicode.Latin
			}
			if text == "" || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(script, r) }) {
				t.Errorf("%s in %s: %q", key, lang, text)
			}
		}
	}
	check("stamp.title")
	for _, fact := range shownFacts() {
		check("stamp." + fact)
		if facts[fact] == "" {
			t.Errorf("the fact %q is nothing", fact)
		}
		delete(facts, fact)
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
