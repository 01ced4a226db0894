package creation

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/pades"
)

// Prepared is a PDF of one revision with an empty signature, whose writer knows
// where it is: the file is not read for it, and filled in place with a detached
// CMS of the PAdES baseline B-B profile (EN 319 142-1 section 6.3). What its
// writer says is believed as far as the place itself shows it: zeros in angle
// brackets between the parts, the second of which ends with the file.
type Prepared struct {
	File      []byte
	ByteRange [4]int
	SHA256    [sha256.Size]byte // of the two parts; keys of other digests take their own
}

func (p Prepared) sign(ctx context.Context, key Key, at time.Time) (draft, error) {
	m, err := key.maker(ctx, at, cms.Options{})
	if err != nil {
		return draft{}, err
	}
	if err := p.empty(); err != nil {
		return draft{}, err
	}
	made, err := m.Make(cms.ToSign{MessageDigest: p.digest(m.Digest())})
	if err != nil {
		return draft{}, err
	}
	if err := p.fill(made); err != nil {
		return draft{}, err
	}
	return draft{file: p.File, least: BaselineB}, nil
}

// empty reports that the place is not there, or not empty.
func (p Prepared) empty() error {
	from, to := p.ByteRange[1], p.ByteRange[2]
	if p.ByteRange[0] != 0 || from < 0 || to < from+2 || to > len(p.File) || to+p.ByteRange[3] != len(p.File) ||
		p.File[from] != '<' || p.File[to-1] != '>' {
		return fmt.Errorf("sign PDF: %w: the byte range does not fit the file", pades.ErrNoHole)
	}
	if len(bytes.TrimLeft(p.hole(), "0")) > 0 {
		return fmt.Errorf("sign PDF: %w: the place is not empty", pades.ErrNoHole)
	}
	return nil
}

// hole is the place, without its angle brackets.
func (p Prepared) hole() []byte { return p.File[p.ByteRange[1]+1 : p.ByteRange[2]-1] }

// SignedBytes are the two parts of the file that its signature covers.
func (p Prepared) SignedBytes() [2][]byte {
	return [2][]byte{p.File[:p.ByteRange[1]], p.File[p.ByteRange[2]:]}
}

// digest is that of the two parts.
func (p Prepared) digest(d certs.Digest) []byte {
	if d.Name == certs.SHA256.Name {
		return p.SHA256[:]
	}
	parts := p.SignedBytes()
	return d.Sum(parts[0], parts[1])
}

// fill puts a container into the place.
func (p Prepared) fill(made []byte) error {
	hole := p.hole()
	if hex.EncodedLen(len(made)) > len(hole) {
		return fmt.Errorf("sign PDF: %w: %d bytes in a place for %d", pades.ErrHoleTooSmall, len(made), len(hole)/2)
	}
	hex.Encode(hole, made)
	return nil
}
