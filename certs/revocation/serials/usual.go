package serials

import "encoding/binary"

// usualEntry is more than the length of any entry of the usual form.
const usualEntry = 64

// usualRead is what a usual entry says.
type usualRead struct {
	revoked int64 // in seconds since 1970
	reason  byte
}

// usual reads the entry in b if it has the form that nearly all have, short
// lengths, a UTCTime and no extensions but a reasonCode alone, and is of the
// serial number. Otherwise it is false and says nothing.
//
// Here a look-up waits for memory. So nothing in the entry decides where the
// next byte is read or what is done next, but for the one question at the end:
// the processor can go on to other work, and the two lines of its cache that an
// entry may lie in come together. For the same reason it is short.
func usual(b *[usualEntry]byte, k *key) (u usualRead, ok bool) {
	n := uint(k.n) & 31 // no more than that anyway; so the compiler knows
	// SEQUENCE and its length without extensions, INTEGER and its length.
	header := uint64(tagSequence | tagInteger<<16 | (n+17)<<8 | n<<24)
	longer := uint64((n+17)^(n+17+more)) << 8 // with a reasonCode; bit 9 is always set
	wrong := (at(b, 4) ^ k.first) | (at(b, 4+min(8, n-8)&15) ^ k.middle) | (at(b, (n-4)&31) ^ k.last)
	header ^= uint64(binary.LittleEndian.Uint32(b[:]))
	there := uint64(int64(header<<54) >> 63) // all bits with a reasonCode, or none
	wrong |= header ^ longer&there
	wrong |= ((at(b, 19+n) ^ firstOfReason) | (at(b, 24+n) ^ lastOfReason)) & there
	unix, bad := utcSeconds(at(b, 4+n), at(b, 11+n))
	return usualRead{unix, b[32+n] & byte(there)}, wrong|bad == 0
}

// more is the length of crlEntryExtensions with a reasonCode alone.
const more = uint(len(onlyReason) + 1)

// at is the eight bytes from i on as a number.
func at(b *[usualEntry]byte, i uint) uint64 { return binary.LittleEndian.Uint64(b[i : i+8]) }

// The first and the last eight bytes of onlyReason, as numbers.
const (
	firstOfReason = 0x1d550306_0a300c30
	lastOfReason  = 0x010a0304_151d5503
)

// utcSeconds converts a UTCTime with seconds and in Zulu, of which date is the
// first eight bytes of the element and clock the last eight. There is no such
// time when bad is not 0.
func utcSeconds(date, clock uint64) (unix int64, bad uint64) {
	date ^= tagUTCTime | 13<<8 | 0x3030_3030_3030_0000 // digits become numbers
	clock ^= 'Z'<<56 | 0x30_3030_3030_3030
	bad = date&0xf0fc_f0fe_f0f0_ffff | clock&0xfff0_f0f0_f0f0_f0f0
	year := years[date>>16&0xfff]
	// Month and day in 11 bits: each digit is moved to its place.
	monthDay := (date >> 32) * (1<<34 | 1<<22 | 1<<12 | 1) >> 24 & 0x7ff
	days := uint64(year>>12) + uint64(daysOfYear[monthDay|uint64(year&leapYear)])
	seconds := uint64(hours[clock>>8&0xfff]) + uint64(sixty[clock>>24&0xfff])*60 + uint64(sixty[clock>>40&0xfff])
	bad |= (days | seconds) >> 19
	return int64(days*86400+seconds) - from1950, bad
}

// from1950 is the seconds from the day before 1950 to 1970.
const from1950 = (7305 + 1) * 86400

// What is looked up for two digits stands where the first is in the lowest four
// bits and the second is in those from the eighth. Nothing larger than noTime
// stands for a time.
var (
	hours = ofDigits(24, func(n int) uint32 { return uint32(n) * 3600 })
	sixty = ofDigits(60, func(n int) uint32 { return uint32(n) })
	// The days from 1950 to the beginning of a year from then to 2049, from
	// the twelfth bit on, and leapYear: all are that can be divided by four.
	years = ofDigits(100, func(n int) uint32 {
		since := uint32(n+50) % 100
		v := (since*365 + (since+1)/4) << 12
		if n%4 == 0 {
			v |= leapYear
		}
		return v
	})
)

const (
	noTime   = 1 << 19
	leapYear = 1 << 11
)

func ofDigits(limit int, value func(n int) uint32) (table [4096]uint32) {
	for i := range table {
		table[i] = noTime << 12
	}
	for n := range limit {
		table[n%10<<8|n/10] = value(n)
	}
	return table
}

// daysOfYear has the days of the year until and with one, by the digits of month
// and day: 1, 4, 2 and 4 bits, below leapYear.
var daysOfYear = func() (table [2 * leapYear]uint32) {
	for i := range table {
		table[i] = noTime
	}
	for leap := range uint32(2) {
		of := uint32(0)
		for month, days := range [...]int{31, 28 + int(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31} {
			for day := range days {
				of++
				m, d := month+1, day+1
				table[leap*leapYear|uint32(m/10<<10|m%10<<6|d/10<<4|d%10)] = of
			}
		}
	}
	return table
}()
