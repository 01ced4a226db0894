package serials

import "encoding/binary"

// usualEntry is more than the length of any entry of the usual form.
const usualEntry = 64

// Lengths of serial numbers that are usual, in bytes. RFC 5280 allows no longer
// ones.
const (
	minUsualSerial = 8
	maxUsualSerial = 20
)

// usual reads the entry in b if it has the form that nearly all have, short
// lengths, a UTCTime and no extensions but a reasonCode alone, and is of the
// serial number: when it was revoked, in seconds since 1970, and why. Otherwise
// it is false and says nothing.
//
// Here a look-up waits for memory. So nothing in the entry decides where the
// next byte is read or what is done next, but for the one question at the end:
// the processor can go on to other work, and the two lines of its cache that an
// entry may lie in come together.
func usual(b *[usualEntry]byte, serial []byte) (unix int64, reason byte, ok bool) {
	n := len(serial)
	if n < minUsualSerial || n > maxUsualSerial {
		return 0, 0, false
	}
	wrong := (word(b[4:]) ^ word(serial)) | (word(b[4+n-8:]) ^ word(serial[n-8:]))
	if n > 16 {
		wrong |= word(b[12:]) ^ word(serial[8:])
	}
	rest := b[4+n:][:15+len(onlyReason)+1]
	date, clock := word(rest), word(rest[7:])
	// SEQUENCE, a length, INTEGER, its length; UTCTime, 13 digits, Z.
	const shape = tagSequence | tagInteger<<16
	wrong |= (word(b[:]) & 0xffff00ff) ^ (shape | uint64(n)<<24)
	wrong |= (date & 0xffff) ^ (tagUTCTime | 13<<8)
	wrong |= clock>>56 ^ 'Z'
	// What follows the date takes no bytes or those of a reasonCode.
	const more = uint64(len(onlyReason) + 1) // 14
	left := uint64(b[1]) - uint64(2+n+15)
	there := -(left >> 1 & 1) // all bits or none: more has this one
	wrong |= left &^ there
	wrong |= there & ((left ^ more) | (word(rest[15:]) ^ firstOfReason) | (word(rest[15+len(onlyReason)-8:]) ^ lastOfReason))
	unix, bad := utcSeconds(date>>16, clock<<8>>16)
	return unix, rest[len(rest)-1] & byte(there), wrong|bad == 0
}

// word is eight bytes as a number.
func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// The first and the last eight bytes of onlyReason, as numbers.
const (
	firstOfReason = 0x1d550306_0a300c30
	lastOfReason  = 0x010a0304_151d5503
)

// utcSeconds converts the digits YYMMDD and hhmmss of a UTCTime, the first in
// the lowest byte. There is no such time when bad is not 0.
func utcSeconds(date, clock uint64) (unix int64, bad uint64) {
	const zeros = 0x303030303030
	date, clock = date^zeros, clock^zeros
	const high, six = 0xf0f0f0f0f0f0, 0x060606060606
	bad = (date | clock | (date + six) | (clock + six)) & high
	// Pairs of digits become the numbers in the lower of their bytes.
	date, clock = date*10+date>>8, clock*10+clock>>8
	year, month, day := date&0xff, date>>16&0xff, date>>32&0xff
	hour, minute, second := clock&0xff, clock>>16&0xff, clock>>32&0xff
	// A year divisible by four is a leap year, from 1950 to 2049.
	of := month&15 | (year&3-1)>>63<<4
	length := uint64(monthDays[of])
	// What is too large makes one of the differences negative.
	bad |= ((12 - month) | (day - 1) | (length - day) | (23 - hour) | (59 - minute) | (59 - second)) >> 63
	if year += 50; year >= 100 {
		year -= 100
	}
	const from1950 = -7305 // days, seen from 1970
	days := int64(year*365+(year+1)/4) + int64(monthStarts[of]) + int64(day-1) + from1950
	return days*86400 + int64(hour*3600+minute*60+second), bad
}

// monthDays are the lengths of the months from 1, monthStarts the days of the
// year before each; those of leap years stand from 16 on.
var (
	monthDays = [32]byte{
		1: 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
		17: 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
	}
	monthStarts = [32]uint16{
		1: 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334,
		17: 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335,
	}
)
