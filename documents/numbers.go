package documents

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// ErrBadNumber means that a text is not the number of a document that this
// service could ever have issued.
var ErrBadNumber = errors.New("not a document number")

// The two digits of the year in a number stand for a year of this century.
const (
	firstYear = 2000
	lastYear  = 2099
	lastSeq   = 999999
)

// Number is the number of a document taken apart.
type Number struct {
	Kind   Kind
	Year   int    // the civil year of issue, four digits
	Seq    int    // the running number of that year, from 1
	String string // as printed, the key of the register
	// Series is what the running numbers are counted in: the kind, but of a licence
	// that was issued elsewhere [SeriesElsewhere].
	Series Kind
}

// NumberOf returns the number of a document of a kind, formed from the civil
// year of issue, 2000 to 2099, and the running number of that year, 1 to
// 999999.
//
// A licence has the last two digits of the year and a running number of six
// digits, as «Е-лицензиялау» has formed them since 2012 (14014826 of 9 October
// 2014). Every other number is KZ, two check digits, three letters of the
// series, and eight digits formed as in a licence number. The check digits are
// those of ISO 7064 MOD 97-10, placed as in an IBAN and as in the state's own
// permits (KZ08LAA00032358).
func NumberOf(kind Kind, year, seq int) (string, error) {
	if err := inSeries(year, seq); err != nil {
		return "", err
	}
	digits := fmt.Sprintf("%02d%06d", year%100, seq)
	if kind == KindLicence {
		return digits, nil
	}
	letters := kind.letters()
	if letters == "" {
		return "", fmt.Errorf("no series of numbers for the kind %q", kind)
	}
	return "KZ" + checkDigits(letters+digits) + letters + digits, nil
}

// ParseNumber reads a number as people type, paste and dictate it: in small
// letters, with spaces and dashes, with Cyrillic letters in place of the Latin
// ones that look the same. Anything that is not a number of one of our series,
// wrong check digits included, is [ErrBadNumber].
func ParseNumber(s string) (Number, error) {
	const longest = 100 // bytes; a number with generous spacing
	if len(s) > longest {
		return Number{}, fmt.Errorf("%w: longer than %d bytes", ErrBadNumber, longest)
	}
	plain := strings.Map(plainNumberRune, s)
	switch {
	case len(plain) == 8:
		return numberOf(KindLicence, plain, plain)
	case len(plain) == 15 && plain[:2] == "KZ":
		for _, s := range series {
			if plain[4:7] == s.letters {
				return parseSeries(s.kind, plain)
			}
		}
	}
	return Number{}, ErrBadNumber
}

func parseSeries(kind Kind, plain string) (Number, error) {
	n, err := numberOf(kind, plain[7:], plain)
	if err != nil {
		return Number{}, err
	}
	if plain[2:4] != checkDigits(plain[4:]) {
		return Number{}, fmt.Errorf("%w: wrong check digits", ErrBadNumber)
	}
	return n, nil
}

func numberOf(kind Kind, digits, whole string) (Number, error) {
	n, err := yearAndSeq(digits)
	if err != nil {
		return Number{}, err
	}
	n.Kind, n.Series, n.String = kind, kind, whole
	if kind == SeriesElsewhere {
		n.Kind = KindLicence
	}
	return n, nil
}

// yearAndSeq reads the eight digits that end every number.
func yearAndSeq(digits string) (Number, error) {
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return Number{}, ErrBadNumber
		}
	}
	year, err := strconv.Atoi(digits[:2])
	if err != nil {
		return Number{}, ErrBadNumber
	}
	seq, err := strconv.Atoi(digits[2:])
	if err != nil || seq == 0 {
		return Number{}, ErrBadNumber
	}
	return Number{Year: firstYear + year, Seq: seq}, nil
}

func inSeries(year, seq int) error {
	if year < firstYear || year > lastYear {
		return fmt.Errorf("no series of numbers for the year %d", year)
	}
	if seq < 1 || seq > lastSeq {
		return fmt.Errorf("running number %d is not between 1 and %d", seq, lastSeq)
	}
	return nil
}

// checkDigits returns the two digits that follow KZ before a body of capital
// letters and digits: 98 minus the remainder modulo 97 of the body followed by
// KZ00, letters counting A=10 to Z=35 (ISO 7064 MOD 97-10).
func checkDigits(body string) string {
	remainder := 0
	for _, c := range []byte(body + "KZ00") {
		if c >= 'A' && c <= 'Z' {
			remainder = (remainder*100 + int(c-'A') + 10) % 97
		} else {
			remainder = (remainder*10 + int(c-'0')) % 97
		}
	}
	return fmt.Sprintf("%02d", 98-remainder)
}

// plainNumberRune drops what only separates, and turns small letters and
// Cyrillic look-alikes into the Latin capitals of the printed number.
func plainNumberRune(r rune) rune {
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Pd, r), r == '\u2212', r == '\u00ad', r == '\u200b', r == '\ufeff':
		return -1
	}
	r = unicode.ToUpper(r)
	if latin, ok := latinCapital(r); ok {
		return latin
	}
	return r
}

// latinCapital returns the Latin capital that a Cyrillic capital looks like.
func latinCapital(r rune) (rune, bool) {
	const cyrillic, latin = "АВЕКМНОРСТХІ", "ABEKMHOPCTXI"
	for i, c := range []rune(cyrillic) {
		if c == r {
			return rune(latin[i]), true
		}
	}
	return 0, false
}
