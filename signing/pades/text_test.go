package pades

import (
	"testing"
	"time"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ bytes, want string }{
		{"", ""},
		{"plain", "plain"},
		{"\xFE\xFF\x04\xD8\x04\x28\x04\x29", "ӘШЩ"},
		{"\xFE\xFF\xD8\x3D\xDE\x00", "😀"},
		{"\xFE\xFF\x04", "\uFFFD"},
		{"\xEF\xBB\xBFҚазақстан", "Қазақстан"},
		{"\xEF\xBB\xBF\xFF", "\uFFFD"},
		{"caf\xE9 \x80\xA0\x18\x9F", "café •€˘\uFFFD"},
	} {
		if got := (String{Value: []byte(c.bytes)}).Text(); got != c.want {
			t.Errorf("%q: %q, want %q", c.bytes, got, c.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"D:2026":                   "2026-01-01T00:00:00Z",
		"D:202603":                 "2026-03-01T00:00:00Z",
		"D:20260301120000":         "2026-03-01T12:00:00Z",
		"D:20260301120000Z":        "2026-03-01T12:00:00Z",
		"D:20260301120000Z00'00'":  "2026-03-01T12:00:00Z",
		"D:20260301120000+05'00'":  "2026-03-01T12:00:00+05:00",
		"D:20260301120000-03'30":   "2026-03-01T12:00:00-03:30",
		"D:20260301120000+05":      "2026-03-01T12:00:00+05:00",
		"D:20260301120000+00'00'":  "2026-03-01T12:00:00Z",
		"D:20240229":               "2024-02-29T00:00:00Z",
		"D:00010101000001":         "0001-01-01T00:00:01Z",
		"D:0001":                   "", // Go's sign of an absent time
		"D:00010101050000+05'00'":  "",
		"20260301":                 "",
		"D:20260229":               "",
		"D:20261301":               "",
		"D:2026030125":             "",
		"D:202603011":              "",
		"D:20260301120000+24'00'":  "",
		"D:20260301120000+05'60'":  "",
		"D:20260301120000 ":        "",
		"D:20260301120000+05'00'x": "",
		"D:":                       "",
		"":                         "",
	} {
		got, ok := parseDate(text)
		if ok != (want != "") || ok && got.Format(time.RFC3339) != want {
			t.Errorf("%q: %v %v, want %q", text, got, ok, want)
		}
	}
}
