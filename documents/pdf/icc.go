package pdf

import (
	"encoding/binary"
	"math"
)

// sRGBProfile returns an ICC profile of version 2.1 for sRGB (IEC 61966-2-1):
// a three-component display profile with the primaries and white point adapted
// to D50, and the transfer curve as a table. It is made here, from the numbers
// of the standard, so that no file of others has to be carried.
func sRGBProfile() []byte {
	text := func(s string) []byte { return append(append([]byte("text\x00\x00\x00\x00"), s...), 0) }
	description := append([]byte("desc\x00\x00\x00\x00"), 0, 0, 0, 5)
	description = append(description, "sRGB\x00"...)
	description = append(description, make([]byte, 4+4+2+1+67)...) // no Unicode, no script
	xyz := func(x, y, z float64) []byte {
		out := []byte("XYZ \x00\x00\x00\x00")
		for _, v := range []float64{x, y, z} {
			out = binary.BigEndian.AppendUint32(out, uint32(int32(math.Round(v*65536))))
		}
		return out
	}
	const points = 256
	curve := binary.BigEndian.AppendUint32([]byte("curv\x00\x00\x00\x00"), points)
	for i := range points {
		v := float64(i) / (points - 1)
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		curve = binary.BigEndian.AppendUint16(curve, uint16(math.Round(v*65535)))
	}
	tags := []struct {
		name string
		data []byte
	}{
		{"desc", description},
		{"cprt", text("no copyright, use freely")},
		{"wtpt", xyz(0.9642, 1, 0.8249)},
		{"rXYZ", xyz(0.43607, 0.22249, 0.01392)},
		{"gXYZ", xyz(0.38515, 0.71687, 0.09708)},
		{"bXYZ", xyz(0.14307, 0.06061, 0.71410)},
		{"rTRC", curve}, {"gTRC", nil}, {"bTRC", nil}, // the same for all
	}
	header := make([]byte, 128)
	copy(header[8:], "\x02\x10\x00\x00mntrRGB XYZ ")
	binary.BigEndian.PutUint16(header[24:], 2026) // made on 2026-01-01
	header[27], header[29] = 1, 1
	copy(header[36:], "acsp")
	copy(header[68:], xyz(0.9642, 1, 0.8249)[8:]) // illuminant
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	at, last := 128+4+12*len(tags), 0
	var body []byte
	for _, t := range tags {
		if t.data != nil {
			last = at + len(body)
			body = append(body, t.data...)
			for len(body)%4 != 0 {
				body = append(body, 0)
			}
		} else {
			t.data = curve
		}
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(last))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
	}
	profile := append(append(header, table...), body...)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}
