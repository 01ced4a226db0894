package api

import (
	"errors"
	"maps"
	"testing"
)

// A form brings several digests of a content, each algorithm once.
func TestDigestsOfForm(t *testing.T) {
	for value, want := range map[string]map[string]string{
		"": nil, "SHA-256:0011": {"SHA-256": "0011"},
		"SHA-256:0011,GOST 34.311-95:22": {"SHA-256": "0011", "GOST 34.311-95": "22"},
		"SHA-256":                        {"SHA-256": ""},
	} {
		if got, err := digestsOf(value); err != nil || !maps.Equal(got, want) {
			t.Errorf("%q: %v, %v, want %v", value, got, err, want)
		}
	}
	_, err := digestsOf("SHA-256:00,SHA-256:11")
	if f := (*fault)(nil); !errors.As(err, &f) || f.fields[0].Code != "duplicate" {
		t.Errorf("an algorithm twice: %v", err)
	}
}
