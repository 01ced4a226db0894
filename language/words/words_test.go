package words_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"tamga/language"
	"tamga/language/words"
)

// key is what a key looks like: a room, and names or codes of what is said.
var key = regexp.MustCompile(`^[a-z][a-z_]*(\.[A-Za-z0-9_-]+)*$`)

// place is the place of a value.
var place = regexp.MustCompile(`\{[^{}]*\}`)

// Every language has the same keys, each once and on the same line, every phrase is
// said, and a value that one language has a place for has one in all.
func TestFiles(t *testing.T) {
	wrong := check(read(t, language.KK), read(t, language.RU), read(t, language.EN))
	for _, w := range wrong {
		t.Error(w)
	}
}

// The check sees what it is for.
func TestFilesAreChecked(t *testing.T) {
	good := "{\n  \"room.one\": \"{n} бір\",\n\n  \"other.two\": \"екі\"\n}\n"
	if wrong := check(good, good, good); len(wrong) != 0 {
		t.Fatal(wrong)
	}
	for name, c := range map[string]struct{ bad, want string }{
		"left out":      {strings.Replace(good, "\"room.one\": \"{n} бір\",\n\n  ", "", 1), "ru: line 2 is other.two, and room.one in kk"},
		"one more":      {strings.Replace(good, "\"екі\"", "\"екі\",\n  \"other.three\": \"үш\"", 1), "ru: has 3 phrases, and kk 2"},
		"empty":         {strings.Replace(good, "екі", " ", 1), "ru: other.two says nothing"},
		"another line":  {strings.Replace(good, ",\n\n", ",\n", 1), "ru: other.two is on line 3, and on line 4 in kk"},
		"another place": {strings.Replace(good, "{n}", "{m}", 1), "ru: room.one has the places [{m}], and in kk [{n}]"},
		"no place":      {strings.Replace(good, "{n} ", "", 1), "ru: room.one has the places [], and in kk [{n}]"},
		"twice":         {strings.Replace(good, "other.two", "room.one", 1), "ru: room.one stands twice"},
		"no key":        {strings.Replace(good, "other.two", "Other two", 1), "ru: \"Other two\" is no key"},
		"spaces around": {strings.Replace(good, "екі", "екі ", 1), "ru: other.two begins or ends with a space"},
		"no JSON":       {strings.Replace(good, "{\n", "[\n", 1), "ru: is no object of phrases"},
	} {
		if wrong := check(good, c.bad, good); !slices.Contains(wrong, c.want) {
			t.Errorf("%s: %q, want %q among them", name, wrong, c.want)
		}
	}
}

func read(t *testing.T, l language.Lang) string {
	t.Helper()
	raw, err := os.ReadFile(string(l) + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// phrase is an entry of a file, with its line.
type phrase struct {
	key, text string
	line      int
}

func check(kk, ru, en string) (wrong []string) {
	first, bad := parse("kk", kk)
	wrong = append(wrong, bad...)
	for lang, file := range map[string]string{"ru": ru, "en": en} {
		said, bad := parse(lang, file)
		wrong = append(wrong, bad...)
		if len(said) != len(first) {
			wrong = append(wrong, sprint(lang, ": has ", len(said), " phrases, and kk ", len(first)))
		}
		for i := range min(len(said), len(first)) {
			a, b := first[i], said[i]
			if a.key != b.key {
				wrong = append(wrong, sprint(lang, ": line ", b.line, " is ", b.key, ", and ", a.key, " in kk"))
				break
			}
			if a.line != b.line {
				wrong = append(wrong, sprint(lang, ": ", b.key, " is on line ", b.line, ", and on line ", a.line, " in kk"))
			}
			if x, y := places(a.text), places(b.text); !slices.Equal(x, y) {
				wrong = append(wrong, sprint(lang, ": ", b.key, " has the places ", y, ", and in kk ", x))
			}
		}
	}
	return wrong
}

// places are the places of values in a phrase, each once.
func places(text string) []string {
	all := place.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

func parse(lang, file string) (all []phrase, wrong []string) {
	d := json.NewDecoder(strings.NewReader(file))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, []string{lang + ": is no object of phrases"}
	}
	seen := map[string]bool{}
	for d.More() {
		k, err := d.Token()
		var p phrase
		if err == nil {
			p.key, _ = k.(string)
			p.line = 1 + strings.Count(file[:d.InputOffset()], "\n")
			err = d.Decode(&p.text)
		}
		if err != nil {
			return all, append(wrong, lang+": "+err.Error())
		}
		all = append(all, p)
		switch {
		case !key.MatchString(p.key):
			wrong = append(wrong, sprint(lang, ": ", fmt.Sprintf("%q", p.key), " is no key"))
		case seen[p.key]:
			wrong = append(wrong, sprint(lang, ": ", p.key, " stands twice"))
		case strings.TrimSpace(p.text) == "":
			wrong = append(wrong, sprint(lang, ": ", p.key, " says nothing"))
		case strings.TrimSpace(p.text) != p.text:
			wrong = append(wrong, sprint(lang, ": ", p.key, " begins or ends with a space"))
		}
		seen[p.key] = true
	}
	if end, err := d.Token(); err != nil || end != json.Delim('}') {
		wrong = append(wrong, lang+": is no object of phrases")
	}
	return all, wrong
}

func sprint(parts ...any) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprint(&b, p)
	}
	return b.String()
}

// Numbers have the forms that a language tells apart, and values their places.
func TestCount(t *testing.T) {
	for n, want := range map[int]language.Text{
		0:   {KK: "0 жұмыс күні", RU: "0 рабочих дней", EN: "0 working days"},
		1:   {KK: "1 жұмыс күні", RU: "1 рабочий день", EN: "1 working day"},
		2:   {KK: "2 жұмыс күні", RU: "2 рабочих дня", EN: "2 working days"},
		4:   {KK: "4 жұмыс күні", RU: "4 рабочих дня", EN: "4 working days"},
		5:   {KK: "5 жұмыс күні", RU: "5 рабочих дней", EN: "5 working days"},
		11:  {KK: "11 жұмыс күні", RU: "11 рабочих дней", EN: "11 working days"},
		14:  {KK: "14 жұмыс күні", RU: "14 рабочих дней", EN: "14 working days"},
		21:  {KK: "21 жұмыс күні", RU: "21 рабочий день", EN: "21 working days"},
		22:  {KK: "22 жұмыс күні", RU: "22 рабочих дня", EN: "22 working days"},
		111: {KK: "111 жұмыс күні", RU: "111 рабочих дней", EN: "111 working days"},
	} {
		if got := words.Count("unit.working_day", n); got != want {
			t.Errorf("%d: %+v", n, got)
		}
	}
}

// An unknown key says nothing, and a room is what stands after its point.
func TestOf(t *testing.T) {
	if got := words.Of("signing.nobody"); got != (language.Text{}) {
		t.Errorf("%+v", got)
	}
	if got := words.Of("signing.confirmed"); !got.Whole() {
		t.Errorf("%+v", got)
	}
	room := words.Room("status")
	if got := room["in_force"]; got != words.Of("status.in_force") || !got.Whole() {
		t.Errorf("%+v", got)
	}
	if _, ok := room["confirmed"]; ok || len(room) == 0 {
		t.Errorf("%v", room)
	}
}
