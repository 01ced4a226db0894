package language

import (
	"strings"
	"unicode"
)

// Latin writes a Kazakh or Russian text in Latin letters, for whoever does not read
// Cyrillic ones: by the table of BGN/PCGN for Kazakh (1979), which has the Russian letters
// too, without its apostrophes. What is no Cyrillic letter stays as it is. It is a help to
// read aloud and to compare, never a name by which anything is known.
func Latin(text string) string {
	var out strings.Builder
	runes := []rune(text)
	for i, r := range runes {
		lower := unicode.ToLower(r)
		latin, known := romanised[lower]
		switch {
		case !known:
			out.WriteRune(r)
		case r == lower || latin == "":
			out.WriteString(latin)
		case inCapitals(runes, i):
			out.WriteString(strings.ToUpper(latin))
		default:
			first := []rune(latin)
			out.WriteString(strings.ToUpper(string(first[:1])) + string(first[1:]))
		}
	}
	return out.String()
}

// inCapitals reports whether a capital stands in a word of capitals, by its neighbours.
func inCapitals(runes []rune, i int) bool {
	beside := func(j int) bool { return j >= 0 && j < len(runes) && unicode.IsUpper(runes[j]) }
	small := i+1 < len(runes) && unicode.IsLower(runes[i+1])
	return !small && (beside(i-1) || beside(i+1))
}

// romanised is the table. It is read only.
var romanised = map[rune]string{
	'а': "a", 'ә': "ä", 'б': "b", 'в': "v", 'г': "g", 'ғ': "gh", 'д': "d", 'е': "e", 'ё': "yo", 'ж': "zh", 'з': "z",
	'и': "i", 'й': "y", 'к': "k", 'қ': "q", 'л': "l", 'м': "m", 'н': "n", 'ң': "ng", 'о': "o", 'ө': "ö", 'п': "p",
	'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ұ': "ū", 'ү': "ü", 'ф': "f", 'х': "kh", 'һ': "h", 'ц': "ts", 'ч': "ch",
	'ш': "sh", 'щ': "shch", 'ъ': "", 'ы': "y", 'і': "i", 'ь': "", 'э': "e", 'ю': "yu", 'я': "ya",
}
