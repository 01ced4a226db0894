package certs

import (
	"errors"
	"fmt"
)

// IIN is an individual identification number (жеке сәйкестендіру нөмірі, ЖСН)
// of twelve digits. It is personal data: it must not reach logs, metrics,
// addresses or public pages; String therefore masks it. The value itself is
// string(n).
type IIN string

// BIN is a business identification number (бизнес-сәйкестендіру нөмірі, БСН)
// of twelve digits. It stands in a public register.
type BIN string

// Errors of [ParseIIN] and [ParseBIN].
var (
	// ErrNumberLength means that the text is not exactly twelve ASCII digits.
	ErrNumberLength = errors.New("identification number is not twelve digits")
	// ErrCheckDigit means that the twelfth digit is not the one that the
	// first eleven call for, or that such a number is never issued.
	ErrCheckDigit = errors.New("identification number has a wrong check digit")
)

// ParseIIN reads a number typed by a person. Only length, digits and the check
// digit are asked: since decree № 853 of 26 August 2013 the date, century and
// sex once coded in it prove nothing.
func ParseIIN(s string) (IIN, error) {
	if err := checkNumber(s); err != nil {
		return "", fmt.Errorf("IIN: %w", err)
	}
	return IIN(s), nil
}

// ParseBIN reads a number typed by a person, like [ParseIIN].
func ParseBIN(s string) (BIN, error) {
	if err := checkNumber(s); err != nil {
		return "", fmt.Errorf("BIN: %w", err)
	}
	return BIN(s), nil
}

// String masks all but the last two digits, so that a number printed by
// accident says little.
func (n IIN) String() string {
	if len(n) < 2 {
		return "••••••••••••"
	}
	return "••••••••••" + string(n[len(n)-2:])
}

// checkNumber applies the rules for IIN and BIN alike: the sum of the first
// eleven digits, weighted 1 to 11, modulo 11; when that gives 10, weighted 3
// to 11, 1, 2; when it gives 10 again, no such number is issued (decree № 406
// of 22 May 2007).
func checkNumber(s string) error {
	if !twelveDigits(s) {
		return ErrNumberLength
	}
	for _, first := range []int{1, 3} {
		sum := 0
		for i := range 11 {
			sum += int(s[i]-'0') * ((first+i-1)%11 + 1)
		}
		if digit := sum % 11; digit < 10 {
			if digit != int(s[11]-'0') {
				return ErrCheckDigit
			}
			return nil
		}
	}
	return ErrCheckDigit
}

func twelveDigits(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
