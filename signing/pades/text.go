package pades

import (
	"encoding/binary"
	"regexp"
	"time"
	"unicode/utf16"
)

// Text decodes a text string (7.9.2.2; UTF-8 by ISO 32000-2, 7.9.2.2.1):
// UTF-16BE or UTF-8 after a byte order mark, else PDFDocEncoding. What cannot be
// decoded becomes U+FFFD.
func (s String) Text() string {
	b := s.Value
	switch {
	case len(b) >= 2 && b[0] == 0xFE && b[1] == 0xFF:
		units := make([]uint16, 0, len(b)/2)
		for b = b[2:]; len(b) >= 2; b = b[2:] {
			units = append(units, binary.BigEndian.Uint16(b))
		}
		if len(b) == 1 {
			units = append(units, 0xFFFD)
		}
		return string(utf16.Decode(units))
	case len(b) >= 3 && b[0] == 0xEF && b[1] == 0xBB && b[2] == 0xBF:
		return string([]rune(string(b[3:])))
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = pdfDocRune(c)
	}
	return string(runes)
}

// pdfDocRune decodes a byte of PDFDocEncoding (annex D.2), which is Latin-1
// except for two ranges and a few gaps.
func pdfDocRune(c byte) rune {
	switch {
	case c >= 0x18 && c <= 0x1F:
		return []rune("˘ˇˆ˙˝˛˚˜")[c-0x18]
	case c >= 0x80 && c <= 0xA0:
		return []rune("•†‡…—–ƒ⁄‹›−‰„“”‘’‚™ﬁﬂŁŒŠŸŽıłœšž\uFFFD€")[c-0x80]
	case c == 0x7F || c == 0xAD:
		return 0xFFFD
	}
	return rune(c)
}

// parseDate reads a date (7.9.4): D:YYYYMMDDHHmmSSOHH'mm', everything after the
// year optional, UTC when no zone is given. Go's sign of an absent time is none.
func parseDate(s string) (time.Time, bool) {
	if len(s) < 6 || s[:2] != "D:" {
		return time.Time{}, false
	}
	year, s, ok := leadingDigits(s[2:], 4)
	if !ok {
		return time.Time{}, false
	}
	// Month, day, hour, minute, second.
	parts := [5]int{1, 1, 0, 0, 0}
	for i := range parts {
		if s == "" || s[0] < '0' || s[0] > '9' {
			break
		}
		if parts[i], s, ok = leadingDigits(s, 2); !ok {
			return time.Time{}, false
		}
	}
	zone, ok := parseZone(s)
	if !ok {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(parts[0]), parts[1], parts[2], parts[3], parts[4], 0, zone)
	// time.Date accepts the 31st of February; a date that moved was none.
	same := t.Year() == year && int(t.Month()) == parts[0] && t.Day() == parts[1] &&
		t.Hour() == parts[2] && t.Minute() == parts[3] && t.Second() == parts[4]
	return t, same && !t.IsZero()
}

// looseDates are spellings of dates that programs write and that can be read in
// one way only: without the prefix, or with a zone as ISO 8601 has it.
var looseDates = regexp.MustCompile(`^(?:D:)?(\d{4,14})(Z|(?:([+-]\d\d)[':]?(\d\d)'?))?$`)

// looseDate reads a date that parseDate does not.
func looseDate(s string) (time.Time, bool) {
	m := looseDates.FindStringSubmatch(s)
	if m == nil {
		return time.Time{}, false
	}
	zone := m[2]
	if m[3] != "" {
		zone = m[3] + "'" + m[4] + "'"
	}
	return parseDate("D:" + m[1] + zone)
}

func leadingDigits(s string, n int) (value int, rest string, ok bool) {
	if len(s) < n {
		return 0, s, false
	}
	for _, c := range []byte(s[:n]) {
		if c < '0' || c > '9' {
			return 0, s, false
		}
		value = value*10 + int(c-'0')
	}
	return value, s[n:], true
}

// parseZone reads "", "Z", "Z00'00'", "+HH", "+HH'mm" or "+HH'mm'".
func parseZone(s string) (*time.Location, bool) {
	if s == "" || s == "Z" {
		return time.UTC, true
	}
	sign := map[byte]int{'+': 1, '-': -1, 'Z': 0}
	direction, ok := sign[s[0]]
	if !ok {
		return nil, false
	}
	hours, s, ok := leadingDigits(s[1:], 2)
	if !ok || hours > 23 {
		return nil, false
	}
	minutes := 0
	if len(s) > 0 && s[0] == '\'' {
		s = s[1:]
		if s != "" {
			if minutes, s, ok = leadingDigits(s, 2); !ok || minutes > 59 {
				return nil, false
			}
		}
		if s == "'" {
			s = ""
		}
	}
	if s != "" || direction == 0 && hours+minutes != 0 {
		return nil, false
	}
	if direction == 0 || hours+minutes == 0 {
		return time.UTC, true
	}
	return time.FixedZone("", direction*(hours*3600+minutes*60)), true
}
