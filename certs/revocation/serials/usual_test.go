package serials

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// usualOf makes the entry that usual is for, with what follows it in a list.
func usualOf(serial []byte, at time.Time, reason byte) (entry, more []byte) {
	body := append([]byte{tagInteger, byte(len(serial))}, serial...)
	body = append(body, tagUTCTime, 13)
	body = at.AppendFormat(body, "060102150405Z")
	if reason > 0 {
		body = append(append(body, onlyReason...), reason)
	}
	entry = append([]byte{tagSequence, byte(len(body))}, body...)
	return entry, append(entry[:len(entry):len(entry)], bytes.Repeat([]byte{0x5a}, usualEntry)...)
}

// The short way to read an entry says what the long way says.
func TestUsualEntries(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	read := 0
	for range 20_000 {
		serial := make([]byte, minUsualSerial+r.IntN(maxUsualSerial-minUsualSerial+1))
		for i := range serial {
			serial[i] = 1 + byte(r.IntN(127))
		}
		at := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(r.Int64N(36525*86400)) * time.Second)
		entry, b := usualOf(serial, at, byte(r.IntN(11)))
		agree(t, entry, b, serial)
		k := keyOf(serial)
		if u, ok := usual((*[usualEntry]byte)(b), &k); !ok || u.revoked != at.Unix() {
			t.Fatalf("%x: %v, want %v", entry, time.Unix(u.revoked, 0).UTC(), at)
		}
		// With a bit of it changed, it may still be an entry.
		b[r.IntN(len(entry))] ^= 1 << r.IntN(8)
		if agree(t, b[:len(entry)], b, serial) {
			read++
		}
	}
	if read == 0 {
		t.Error("no changed entry is read")
	}
}

// agree reports whether the short way reads the entry at the beginning of b,
// which the long way must then read the same.
func agree(t *testing.T, entry, b, serial []byte) bool {
	t.Helper()
	if !isUsual(serial) {
		return false
	}
	k := keyOf(serial)
	u, ok := usual((*[usualEntry]byte)(b), &k)
	if !ok {
		return false
	}
	var p position
	if problem := p.read(b, 0); problem != "" {
		t.Fatalf("%x: %s", entry, problem)
	}
	want, problem := p.said(b)
	if problem != "" || want.revoked.unix() != u.revoked || want.reason != u.reason {
		t.Fatalf("%x: %d, reason %d; want %+v, %s", entry, u.revoked, u.reason, want, problem)
	}
	if !bytes.Equal(b[p.serial:p.serialEnd], serial) {
		t.Fatalf("%x: of another serial number than %x", entry, serial)
	}
	return true
}

// All dates of six digits, and all times, are what they are in the long way.
func TestUsualTimes(t *testing.T) {
	for n := range 1_000_000 {
		for _, digits := range []string{fmt.Sprintf("%06d102030", n), fmt.Sprintf("240229%06d", n)} {
			b := []byte("\x17\x0d" + digits + "Z")
			want, _ := readStamp(b, 0)
			unix, bad := utcSeconds(word(b), word(b[7:]))
			if (bad == 0) != (want != 0) || bad == 0 && unix != want.unix() {
				t.Fatalf("%s: %d, %x; want %d", digits, unix, bad, want.unix())
			}
		}
	}
}

func FuzzUsual(f *testing.F) {
	serial := []byte("\x10serial number")
	for reason := range byte(3) {
		entry, b := usualOf(serial, time.Date(2026, 2, 28, 23, 59, 59, 0, time.UTC), reason)
		f.Add(b[:len(entry)], serial)
	}
	f.Fuzz(func(t *testing.T, entry, serial []byte) {
		var b [usualEntry]byte
		copy(b[:], entry)
		agree(t, entry, b[:], serial)
	})
}
