package serials

import (
	"math/rand/v2"
	"testing"
)

// The places of a mark, found at once, are those found one after another.
func TestMatches(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	several := 0
	for range 20_000 {
		var b bucket
		var marks [bucketEntries]uint16
		n := r.IntN(bucketEntries + 1)
		for i := range n {
			// Few marks, and neighbours of each other and of the ends.
			marks[i] = []uint16{1, 2, 3, 0x4000, 0x7ffe, 0x7fff}[r.IntN(6)]
			b.put(i, marks[i], uint32(i)<<28|r.Uint32()>>4)
		}
		b[countAt], b[spilledAt] = byte(n), byte(r.IntN(2))
		for _, mark := range []uint16{1, 2, 3, 4, 0x3fff, 0x4000, 0x7ffe, 0x7fff} {
			var want, got int
			for i, m := range marks {
				if m == mark {
					want |= 1 << i
				}
			}
			m := b.matches(mark)
			if one := want != 0 && want&(want-1) == 0; m.one() != one {
				t.Fatalf("%x: one %v, want %v", b, m.one(), one)
			}
			for ; m != 0; m &= m - 1 {
				got |= 1 << m.first()
				if at := int(b.offset(m.first()) >> 28); at != m.first() {
					t.Fatalf("%x: offset of place %d instead of %d", b, at, m.first())
				}
			}
			if got != want {
				t.Fatalf("%x: places %b of %x, want %b", b, got, mark, want)
			}
			if want&(want-1) != 0 {
				several++
			}
		}
	}
	if several == 0 {
		t.Error("no mark stands twice")
	}
}
