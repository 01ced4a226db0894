package serials

import "encoding/binary"

// stamp is a date and time to the second, packed from the year down, so that
// an earlier time is a smaller number. Zero is no time: months begin at 1.
type stamp uint64

// unix returns the seconds since 1970. It counts the days of the proleptic
// Gregorian calendar, years beginning in March so that the leap day is the last
// one.
func (s stamp) unix() int64 {
	field := func(shift int) int64 { return int64(s >> shift & 0xff) }
	year, month := int64(s>>40), field(32)
	if month -= 3; month < 0 {
		month += 12
		year--
	}
	year += 400 // never negative; 400 years have 146 097 days
	days := 365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + field(24)
	const epoch = 146_097 + 719_469 // 1 January 1970, counted so
	return (days-epoch)*86400 + field(16)*3600 + field(8)*60 + field(0)
}

// readStamp reads the UTCTime or GeneralizedTime at b[at:] in the forms of RFC
// 5280 section 4.1.2.5, with seconds and in Zulu, and returns where it ends.
// The stamp is 0 when there is no such time.
func readStamp(b []byte, at int) (stamp, int) {
	if at+15 <= len(b) && b[at] == tagUTCTime && b[at+1] == 13 && b[at+14] == 'Z' {
		return digits((*[12]byte)(b[at+2:]), -1), at + 15
	}
	if at+17 <= len(b) && b[at] == tagGeneralizedTime && b[at+1] == 15 && b[at+16] == 'Z' {
		hi, lo := b[at+2]-'0', b[at+3]-'0'
		if hi > 9 || lo > 9 {
			return 0, 0
		}
		return digits((*[12]byte)(b[at+4:]), int(hi)*10+int(lo)), at + 17
	}
	return 0, 0
}

// digits reads YYMMDDHHMMSS. A negative century means the one that a UTCTime
// is in.
func digits(b *[12]byte, century int) stamp {
	date, clock := binary.LittleEndian.Uint64(b[:8]), binary.LittleEndian.Uint64(b[4:])
	if !allDigits(date) || !allDigits(clock) {
		return 0
	}
	date, clock = pairs(date), pairs(clock)
	year, month, day := int(date&0xff), date>>16&0xff, date>>32&0xff
	hour, minute, second := clock>>16&0xff, clock>>32&0xff, clock>>48&0xff
	switch {
	case century >= 0:
		year += 100 * century
	case year >= 50:
		year += 1900
	default:
		year += 2000
	}
	if month-1 > 11 || day == 0 || day > 28 && day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59 {
		return 0
	}
	s := stamp(uint64(year)<<40 | month<<32 | day<<24 | hour<<16 | minute<<8 | second)
	if s <= absent {
		return 0
	}
	return s
}

// absent is Go's sign of an absent time, the first instant of the year 1. It and
// what is before are times of nothing.
const absent stamp = 1<<40 | 1<<32 | 1<<24

// allDigits reports whether the eight bytes are '0' to '9'.
func allDigits(v uint64) bool {
	const high = 0xf0f0f0f0f0f0f0f0
	return v&high == 0x3030303030303030 && (v+0x0606060606060606)&high == 0x3030303030303030
}

// pairs turns eight digits, the first in the lowest byte, into four numbers of
// two digits in the four halves of 16 bits, the first in the lowest.
func pairs(v uint64) uint64 {
	v -= 0x3030303030303030
	return (v*10 + v>>8) & 0x00ff00ff00ff00ff
}

func daysIn(year int, month uint64) uint64 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
