package pdf

import (
	"fmt"
	"strconv"

	"github.com/skip2/go-qrcode"
)

// The QR code of the check address, 28 mm wide with its quiet zone.
const qrSide = 28 * mm

// maxURL keeps the code coarse enough to be read from paper: below 0.4 mm a
// module, cheap telephones fail.
const maxURL = 120

// check returns the address where a document is checked, and its QR code.
func (l *Layouts) check(number, field string) (url string, qr []byte, err error) {
	url = l.checkURL(number)
	if url == "" || len(url) > maxURL {
		return "", nil, fmt.Errorf("check address for %s has %d characters: want 1 to %d", field, len(url), maxURL)
	}
	for i := range len(url) {
		if url[i] <= ' ' || url[i] > '~' {
			return "", nil, fmt.Errorf("check address for %s: character %q must be percent-encoded", field, url[i])
		}
	}
	code, err := qrcode.New(url, qrcode.Medium)
	if err != nil {
		return "", nil, fmt.Errorf("drawing the QR code: %w", err)
	}
	return url, appendModules(nil, code.Bitmap()), nil
}

// appendModules writes the dark modules as one path of rectangles, one for each
// horizontal run, scaled to the unit square. The bitmap includes the quiet zone
// of four modules (ISO/IEC 18004, 9.1).
func appendModules(dst []byte, rows [][]bool) []byte {
	side := strconv.AppendFloat(nil, 1/float64(len(rows)), 'f', 7, 64)
	dst = append(dst, side...)
	dst = append(dst, " 0 0 "...)
	dst = append(dst, side...)
	dst = append(dst, " 0 0 cm 0 g\n"...)
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				dst = appendInt(dst, from)
				dst = append(dst, ' ')
				dst = appendInt(dst, len(rows)-1-y)
				dst = append(dst, ' ')
				dst = appendInt(dst, x-from)
				dst = append(dst, " 1 re\n"...)
			}
		}
	}
	return append(dst, "f\n"...)
}
