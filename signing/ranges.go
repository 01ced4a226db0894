package signing

import (
	"context"
	"errors"
	"hash"
	"slices"

	"tamga/certs"
)

// ranges computes digests of a file over ranges that leave a gap, as signatures
// of PDFs do. Each range is digested once per algorithm; and since signatures
// made one after another are over ever longer beginnings of the file, all
// beginnings together are read once per algorithm, whatever their number.
type ranges struct {
	ctx  context.Context
	file []byte
	ends []int // of the beginnings, ascending
	left int64 // bytes that may still be digested

	states map[string][]hash.Cloner // after each of ends, by algorithm
	known  map[rangeKey][]byte
}

type rangeKey struct {
	digest     string
	begin      int64
	gap, after int // where the first part ends, where the second begins
	end        int
}

// maxPasses bounds how often, on average, a byte of the file is digested. What
// lies behind the gaps is digested for each signature, which is little as long
// as each ends its own revision.
const (
	maxPasses = 16
	minPasses = 64 << 20 // bytes
)

// errManyRanges means that a file has signatures over so many different ranges
// that not all of them were digested.
var errManyRanges = errors.New("the signatures of the file are over too many different ranges to digest all of them")

func newRanges(ctx context.Context, file []byte) *ranges {
	return &ranges{
		ctx: ctx, file: file, left: minPasses + maxPasses*int64(len(file)),
		states: map[string][]hash.Cloner{}, known: map[rangeKey][]byte{},
	}
}

// expect announces that a range will be asked about, before the first is.
func (r *ranges) expect(byteRange [4]int64) {
	r.ends = append(r.ends, int(byteRange[0]+byteRange[1]))
	slices.Sort(r.ends)
	r.ends = slices.Compact(r.ends)
}

// sum returns the digest of a range that lies in the file. The error is errManyRanges, or that of the context.
func (r *ranges) sum(d certs.Digest, byteRange [4]int64) ([]byte, error) {
	key := rangeKey{
		digest: d.Name, begin: byteRange[0], gap: int(byteRange[0] + byteRange[1]),
		after: int(byteRange[2]), end: int(byteRange[2] + byteRange[3]),
	}
	if sum, ok := r.known[key]; ok {
		return sum, nil
	}
	var h hash.Hash
	var err error
	if byteRange[0] == 0 {
		h, err = r.beginning(d, key.gap)
	} else {
		h = d.New()
		err = r.write(h, r.file[byteRange[0]:key.gap])
	}
	if err == nil {
		err = r.write(h, r.file[key.after:key.end])
	}
	if err != nil {
		return nil, err
	}
	sum := h.Sum(nil)
	r.known[key] = sum
	return sum, nil
}

// beginning returns the state of a hash after the bytes before end.
func (r *ranges) beginning(d certs.Digest, end int) (hash.Hash, error) {
	at, announced := slices.BinarySearch(r.ends, end)
	next, cloneable := d.New().(hash.Cloner)
	if !announced || !cloneable {
		h := d.New()
		return h, r.write(h, r.file[:end])
	}
	states := r.states[d.Name]
	for len(states) <= at {
		read := 0
		if n := len(states); n > 0 {
			read = r.ends[n-1]
			var err error
			if next, err = states[n-1].Clone(); err != nil {
				return nil, err
			}
		}
		if err := r.write(next, r.file[read:r.ends[len(states)]]); err != nil {
			return nil, err
		}
		states = append(states, next)
		r.states[d.Name] = states
	}
	return states[at].Clone()
}

// write digests bytes while the context and the budget last.
func (r *ranges) write(h hash.Hash, b []byte) error {
	if int64(len(b)) > r.left {
		return errManyRanges
	}
	r.left -= int64(len(b))
	return digest(r.ctx, h, b)
}

// digest digests bytes while the context lasts.
func digest(ctx context.Context, h hash.Hash, b []byte) error {
	const size = 4 << 20
	for piece := range slices.Chunk(b, size) {
		if err := ctx.Err(); err != nil {
			return err
		}
		h.Write(piece)
	}
	return nil
}
