package pdf

import (
	"fmt"
	"strconv"

	"tamga/qr"
)

// maxURL is the longest check address, in characters; more does not fit beside
// the code.
const maxURL = 120

// maxQR is the longest text of a QR code: below 0.3 mm a module, telephones
// fail on paper.
const maxQR = 560

// checkSpot is where and how the document at hand can be checked.
type checkSpot struct {
	url   string
	fixed []int32 // elements of what the background of a first page shows, in its order
	elem  int32   // of the address
	y     float64
}

// qrText returns the check address and the text of the QR code.
func (l *Layouts) qrText(number string, m Meta) (url, text string, err error) {
	if url = m.CheckURL; url == "" {
		url = l.checkURL(number)
	}
	if url == "" || len(url) > maxURL {
		return "", "", fmt.Errorf("check address has %d characters: want 1 to %d", len(url), maxURL)
	}
	payload := m.QR
	if payload == "" {
		payload = url
	}
	if len(payload) > maxQR {
		return "", "", &TooLongError{Field: "/qr", Length: len(payload), Limit: maxQR}
	}
	for _, s := range []string{url, payload} {
		for i := range len(s) {
			if s[i] <= ' ' || s[i] > '~' {
				return "", "", fmt.Errorf("check address: character %q must be percent-encoded", s[i])
			}
		}
	}
	return url, payload, nil
}

// appendCode writes the dark modules as one path of rectangles, scaled to the
// unit square with the quiet zone around them.
func (f *file) appendCode(dst []byte, text string) ([]byte, error) {
	code, err := f.encoder.Encode(text, qr.M)
	if err != nil {
		return dst, fmt.Errorf("drawing the QR code: %w", err)
	}
	side := code.Size + 2*qr.QuietZone
	var room [16]byte
	scale := strconv.AppendFloat(room[:0], 1/float64(side), 'f', 7, 64)
	dst = append(dst, scale...)
	dst = append(dst, " 0 0 "...)
	dst = append(dst, scale...)
	dst = append(dst, " 0 0 cm 0 g\n"...)
	f.rects = f.encoder.Rects(f.rects[:0], code)
	for _, r := range f.rects {
		dst = appendSmall(dst, qr.QuietZone+r.X)
		dst = appendSmall(dst, side-qr.QuietZone-r.Y-r.H)
		dst = appendSmall(dst, r.W)
		dst = appendSmall(dst, r.H)
		dst = append(dst, "re\n"...)
	}
	return append(dst, "f\n"...), nil
}

// appendSmall writes a number below 1000 and a space.
func appendSmall(dst []byte, n int) []byte {
	if n >= 100 {
		dst = append(dst, '0'+byte(n/100))
	}
	if n >= 10 {
		dst = append(dst, '0'+byte(n/10%10))
	}
	return append(dst, '0'+byte(n%10), ' ')
}
