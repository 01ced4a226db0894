package documents

import "testing"

// Real permits of the state's system, and their check digits.
func TestCheckDigits(t *testing.T) {
	for body, want := range map[string]string{
		"LAA00032358": "08",
		"LAM00002781": "29",
		"LAA00032760": "18",
		"LAA00000001": "65",
	} {
		if got := checkDigits(body); got != want {
			t.Errorf("checkDigits(%q) = %q, want %q", body, got, want)
		}
	}
}
