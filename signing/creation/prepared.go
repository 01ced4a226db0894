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
	from, to := p.ByteRange[1], p.ByteRange[2]
	if p.ByteRange[0] != 0 || from < 0 || to < from+2 || to > len(p.File) || to+p.ByteRange[3] != len(p.File) ||
		p.File[from] != '<' || p.File[to-1] != '>' {
		return draft{}, fmt.Errorf("sign PDF: %w: the byte range does not fit the file", pades.ErrNoHole)
	}
	hole := p.File[from+1 : to-1]
	if len(bytes.TrimLeft(hole, "0")) > 0 {
		return draft{}, fmt.Errorf("sign PDF: %w: the place is not empty", pades.ErrNoHole)
	}
	digest := p.SHA256[:]
	if m.Digest().Name != certs.SHA256.Name {
		digest = m.Digest().Sum(p.File[:from], p.File[to:])
	}
	made, err := m.Make(cms.ToSign{MessageDigest: digest})
	if err != nil {
		return draft{}, err
	}
	if hex.EncodedLen(len(made)) > len(hole) {
		return draft{}, fmt.Errorf("sign PDF: %w: %d bytes in a place for %d", pades.ErrHoleTooSmall, len(made), len(hole)/2)
	}
	hex.Encode(hole, made)
	return draft{file: p.File, least: BaselineB}, nil
}
