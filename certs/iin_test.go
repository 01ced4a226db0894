package certs

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestParseIIN(t *testing.T) {
	tests := []struct {
		in   string
		want error
	}{
		{"900701300108", nil},
		{"851231401208", nil},
		{"050311600009", nil},
		{"000229501204", nil},
		{"850101010003", nil}, // seventh digit 0: a foreigner
		{"900701301802", nil}, // the second row of weights decides
		{"900701301840", ErrCheckDigit},
		{"900701301800", ErrCheckDigit},
		{"123456789011", ErrCheckDigit}, // the national test certificates
		{"123456789012", ErrCheckDigit},
		{"123456789013", nil},
		{"", ErrNumberLength},
		{"90070130010", ErrNumberLength},
		{"9007013001088", ErrNumberLength},
		{"90070130010a", ErrNumberLength},
		{"９00701300108", ErrNumberLength}, // a full-width digit
		{" 90070130010", ErrNumberLength},
		{"-90070130010", ErrNumberLength},
	}
	for _, test := range tests {
		n, err := ParseIIN(test.in)
		if !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("ParseIIN(%q) = %v, want %v", test.in, err, test.want)
		}
		if err == nil && string(n) != test.in {
			t.Errorf("ParseIIN(%q) lost the number", test.in)
		}
	}
}

func TestParseBIN(t *testing.T) {
	for in, want := range map[string]error{
		"230340123459": nil,
		"120741000014": nil,
		"123456789021": ErrCheckDigit,
		"123456789025": nil,
		"BIN":          ErrNumberLength,
	} {
		if _, err := ParseBIN(in); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("ParseBIN(%q) = %v, want %v", in, err, want)
		}
	}
}

// A wrong digit must be noticed, or the check digit is worth nothing. The
// eleventh digit is the weak spot of the national rule: its weight is 11, which
// is nothing modulo 11.
func TestOneWrongDigitIsRefused(t *testing.T) {
	const good = "900701300108"
	for _, i := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11} {
		for d := byte('0'); d <= '9'; d++ {
			if d == good[i] {
				continue
			}
			bad := good[:i] + string(d) + good[i+1:]
			if _, err := ParseIIN(bad); !errors.Is(err, ErrCheckDigit) {
				t.Errorf("%s for %s: %v", bad, good, err)
			}
		}
	}
}

func TestPrintedIINIsMasked(t *testing.T) {
	n, err := ParseIIN("900701300108")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{fmt.Sprint(n), fmt.Sprintf("%v", n), fmt.Sprintf("%q", n), fmt.Sprintf("%+v", struct{ N IIN }{n})} {
		if strings.Contains(s, "9007013001") {
			t.Errorf("printed as %s", s)
		}
	}
}
