// Package words is what Tamga says to people of its own accord: one file for each
// language, kk.json, ru.json and en.json, with the same keys in the same order, so
// that a translator works in one file and sees the same line in the others. What
// the law words (layouts, editions, the calendar) is dated data and stands there.
//
// A key is the room that says a phrase, a point, and what the phrase is about. A
// name in braces, as {number}, is the place of a value; see [language.Text.Put].
// Where the grammar of a language wants another form, it is a key of its own, so
// that no word is put together in the program: see documents.Date for the cases of
// months, and [Count] for numbers.
package words

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"tamga/jsonfile"
	"tamga/language"
)

//go:embed kk.json ru.json en.json
var files embed.FS

// all is every phrase by its key, read once. That the files are whole is held by
// the tests of this package; a program that was built from broken ones ends.
var all = sync.OnceValue(func() map[string]language.Text {
	phrases := map[string]language.Text{}
	for _, lang := range language.All() {
		file := string(lang) + ".json"
		raw, err := files.ReadFile(file)
		if err != nil {
			panic(fmt.Errorf("%s was not embedded: %w", file, err))
		}
		var said map[string]string
		if err := jsonfile.Read(raw, &said); err != nil {
			panic(fmt.Errorf("%s: %w", file, err))
		}
		for key, phrase := range said {
			t := phrases[key]
			*t.Of(lang) = phrase
			phrases[key] = t
		}
	}
	return phrases
})

// Of returns the phrase of a key in every language; of an unknown key nothing.
func Of(key string) language.Text { return all()[key] }

// Room returns the phrases whose keys begin with a room and a point, by what stands
// after it.
func Room(room string) map[string]language.Text {
	said := map[string]language.Text{}
	for key, phrase := range all() {
		if name, ok := strings.CutPrefix(key, room+"."); ok {
			said[name] = phrase
		}
	}
	return said
}

// Count returns a phrase about a number, with the number at its place {n}. The
// forms are named as by CLDR: key.one, key.few and key.many, of which each language
// uses those that it tells apart. Thousands are set apart by a space.
func Count(key string, n int) language.Text {
	kk, ru, en := Of(key+".many"), Of(key+"."+russian(n)), Of(key+"."+english(n))
	return language.Text{KK: kk.KK, RU: ru.RU, EN: en.EN}.Put("n", language.Same(grouped(n)))
}

// grouped writes a number with its thousands set apart.
func grouped(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}

// russian is which form stands after a number in Russian.
func russian(n int) string {
	switch {
	case n%100 >= 11 && n%100 <= 14:
		return "many"
	case n%10 == 1:
		return "one"
	case n%10 >= 2 && n%10 <= 4:
		return "few"
	}
	return "many"
}

// english is which form stands after a number in English.
func english(n int) string {
	if n == 1 {
		return "one"
	}
	return "many"
}
