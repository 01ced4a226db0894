package pades

import (
	"encoding/hex"
	"fmt"
)

// Hole finds the empty signature of a prepared file: the last signature, whose
// /ByteRange is final and covers the whole file and whose /Contents is all
// zeros. It returns the two parts of the file to digest, in order, and how many
// bytes of DER fit. The error is ErrNoHole when there is no such signature or
// when the file breaks any rule of this package, or an error of Read.
func Hole(prepared []byte) (parts [2][]byte, capacity int, err error) {
	d, s, err := findHole(prepared)
	if err != nil {
		return parts, 0, err
	}
	return d.SignedBytes(*s), int(s.ContentsEnd-s.ContentsStart-2) / 2, nil
}

// Fill returns a copy of the prepared file with cms, one DER element, in the
// place that Hole finds. The length of the file does not change. The error is
// ErrHoleTooSmall when cms does not fit, ErrNotDER when it is not exactly one
// DER element, or an error of Hole.
func Fill(prepared []byte, cms []byte) ([]byte, error) {
	_, s, err := findHole(prepared)
	if err != nil {
		return nil, err
	}
	if derSize(cms) != len(cms) {
		return nil, ErrNotDER
	}
	digits := s.ContentsEnd - s.ContentsStart - 2
	if int64(hex.EncodedLen(len(cms))) > digits {
		return nil, fmt.Errorf("%w: %d bytes in a place for %d", ErrHoleTooSmall, len(cms), digits/2)
	}
	filled := make([]byte, len(prepared))
	copy(filled, prepared)
	hex.Encode(filled[s.ContentsStart+1:], cms)
	return filled, nil
}

func findHole(prepared []byte) (*Document, *Signature, error) {
	d, err := Read(prepared)
	if err != nil {
		return nil, nil, fmt.Errorf("failed to read the prepared file: %w", err)
	}
	if p, found := worst(d.Unreadable, Tolerated); found {
		return nil, nil, fmt.Errorf("%w: %s", ErrNoHole, p.Detail)
	}
	if len(d.Signatures) == 0 {
		return nil, nil, ErrNoHole
	}
	s := &d.Signatures[len(d.Signatures)-1]
	if !s.Has(CodeContentsEmpty) {
		return nil, nil, fmt.Errorf("%w: the last signature is not empty", ErrNoHole)
	}
	for _, p := range s.Problems {
		if p.Code != CodeContentsEmpty {
			return nil, nil, fmt.Errorf("%w: %s", ErrNoHole, p.Detail)
		}
	}
	if !s.CoversWholeFile {
		return nil, nil, fmt.Errorf("%w: the last signature does not cover the file", ErrNoHole)
	}
	return d, s, nil
}
