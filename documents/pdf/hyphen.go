package pdf

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// divisible reports whether a word may be divided before the byte i: between
// two syllables of Kazakh or Russian, with at least two letters before and
// three after the hyphen. Both languages divide before the consonant that
// begins a syllable; «ь», «ъ» and «й» stay with what they follow. Words with
// anything but small Cyrillic letters after the first, such as abbreviations
// and names with digits, stay whole; punctuation around a word does not matter.
func divisible(word string, i int) bool {
	before, after := word[:i], word[i:]
	before = strings.TrimLeft(before, "«(„“\"")
	if at := strings.LastIndexByte(before, '-'); at >= 0 {
		if at > 0 && before[at-1] >= '0' && before[at-1] <= '9' { // «73-бабына» has a hyphen already
			return false
		}
		before = before[at+1:]
	}
	after = strings.TrimRight(after, "»)”\",.;:!?…")
	if at := strings.IndexByte(after, '-'); at >= 0 {
		after = after[:at]
	}
	if utf8.RuneCountInString(before) < 2 || utf8.RuneCountInString(after) < 3 {
		return false
	}
	last, n := utf8.DecodeLastRuneInString(before)
	ahead, _ := utf8.DecodeLastRuneInString(before[:len(before)-n])
	next, n := utf8.DecodeRuneInString(after)
	second, _ := utf8.DecodeRuneInString(after[n:])
	if !hasVowel(before) || !hasVowel(after) || !small(before, true) || !small(after, false) {
		return false
	}
	switch {
	case strings.ContainsRune("ьъй", next):
		return false
	case vowel(next):
		return last == 'ъ' || vowel(last) && !(glide(last) && vowel(ahead))
	case vowel(second):
		return true
	}
	return false
}

// namesBody reports whether a word is one of those by which bodies are named, in any
// of its cases: names of bodies are never divided, wherever they stand.
func namesBody(word string) bool {
	word = strings.ToLower(word)
	for _, stem := range [...]string{
		"министрлі", "комитет", "басқарма", "департамент", "әкімд", "агентті", "инспекция", "комиссия", "музей", "академия", "кеңес",
		"министерств", "управлени", "акимат", "агентств", "инспекци", "комисси", "музе", "академи", "казахстан", "қазақстан", "республика",
	} {
		if strings.HasPrefix(word, stem) {
			return true
		}
	}
	return false
}

func hasVowel(s string) bool { return strings.ContainsAny(s, vowels) }

const vowels = "аәеёиоөуұүыіэюяАӘЕЁИОӨУҰҮЫІЭЮЯ"

func vowel(r rune) bool { return strings.ContainsRune(vowels, r) }

// glide reports whether a letter is a consonant after a vowel in Kazakh.
func glide(r rune) bool { return r == 'у' || r == 'и' }

// small reports whether a part of a word has small Cyrillic letters only, but
// for a capital at its start.
func small(s string, start bool) bool {
	for i, r := range s {
		if !unicode.Is(unicode.Cyrillic, r) || unicode.IsUpper(r) && !(start && i == 0) {
			return false
		}
	}
	return true
}
