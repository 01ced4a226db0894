package qr

import "math/bits"

// place puts the codewords into their modules; remainder bits stay light.
func (e *Encoder) place(t *template) {
	copy(e.base[:t.size], t.fixed[:t.size])
	clear(e.across[:t.size])
	for i, c := range e.all {
		for bit, p := range t.order[8*i : 8*i+8] {
			if c>>(7-bit)&1 != 0 {
				e.base[p.y].set(int(p.x))
			}
		}
	}
	for y := range t.size {
		for k, w := range e.base[y] {
			for ; w != 0; w &= w - 1 {
				e.across[64*k+bits.TrailingZeros64(w)].set(y)
			}
		}
	}
}

// choose tries all masks, leaves the best code in e.best and returns its mask.
func (e *Encoder) choose(t *template, level Level) int {
	best, least := 0, -1
	for m := range t.masks {
		for i := range t.size {
			for k := range words {
				e.trial[i][k] = e.base[i][k] ^ t.masks[m][i][k]
				e.turned[i][k] = e.across[i][k] ^ t.crossed[m][i][k]
			}
		}
		e.format(t, level, m)
		if p := penalty(e.trial[:t.size], e.turned[:t.size]); least < 0 || p < least {
			best, least = m, p
			copy(e.best[:t.size], e.trial[:t.size])
		}
	}
	return best
}

// format writes level and mask, twice: 5 bits and 10 of a BCH code (7.9).
func (e *Encoder) format(t *template, level Level, mask int) {
	data := [4]int{L: 1, M: 0, Q: 3, H: 2}[level]<<3 | mask
	rest := data
	for range 10 {
		rest = rest<<1 ^ rest>>9*0x537
	}
	pattern := (data<<10 | rest) ^ 0x5412
	put := func(i, x, y int) {
		if pattern>>i&1 != 0 {
			e.trial[y].set(x)
			e.turned[x].set(y)
		}
	}
	for i := range 6 {
		put(i, 8, i)
	}
	put(6, 8, 7)
	put(7, 8, 8)
	put(8, 7, 8)
	for i := 9; i < 15; i++ {
		put(i, 14-i, 8)
	}
	for i := range 8 {
		put(i, t.size-1-i, 8)
	}
	for i := 8; i < 15; i++ {
		put(i, 8, t.size-15+i)
	}
}

// penalty is how hard a code is to read (7.8.3), computed for whole rows at a
// time; turned is the code transposed.
func penalty(rows, turned []row) int {
	n := len(rows)
	l := limits{used: (n + 63) / 64, pair: first(n - 1), run: first(n - 4), longer: first(n - 5), finder: first(n - 10)}
	score, dark := 0, 0
	for i := range rows {
		score += l.line(&rows[i]) + l.line(&turned[i])
		if i > 0 {
			score += 3 * l.squares(&rows[i-1], &rows[i])
		}
		for _, w := range rows[i][:l.used] {
			dark += bits.OnesCount64(w)
		}
	}
	off := dark*20 - n*n*10 // twentieths away from one half
	if off < 0 {
		off = -off
	}
	return score + off/(n*n)*10
}

// limits are the places at which patterns may begin in a row of n modules.
type limits struct {
	used                      int // words of a row
	pair, run, longer, finder row
}

// first is a row of n set bits.
func first(n int) (r row) {
	for k := range r {
		switch left := n - 64*k; {
		case left >= 64:
			r[k] = ^uint64(0)
		case left > 0:
			r[k] = 1<<left - 1
		}
	}
	return r
}

// word returns 64 modules of a row from 64k+n on; n is below 64.
func (r *row) word(k int, n uint) uint64 {
	w := r[k] >> n
	if k+1 < words {
		w |= r[k+1] << (64 - n)
	}
	return w
}

// line scores five or more equal modules in line, three and one for each
// module above five, and forty for what looks like a finder pattern with four
// light modules on one side.
func (l *limits) line(r *row) int {
	score := 0
	for k := range l.used {
		a, b, c, d, e, f := r[k], r.word(k, 1), r.word(k, 2), r.word(k, 3), r.word(k, 4), r.word(k, 5)
		equal := ^(b ^ c) & ^(c ^ d) & ^(d ^ e)
		run := ^(a ^ b) & equal & l.run[k]
		score += bits.OnesCount64(run) + 2*bits.OnesCount64(run&^(equal & ^(e^f) & l.longer[k]))
		g, h, i, j := r.word(k, 6), r.word(k, 7), r.word(k, 8), r.word(k, 9)
		if m := ^b & ^f & g & l.finder[k]; m != 0 {
			z := r.word(k, 10)
			after := a & c & d & e & ^(h | i | j | z)
			before := ^(a | c | d) & e & h & i & ^j & z
			score += 40 * bits.OnesCount64(m&(after|before))
		}
	}
	return score
}

// squares counts the squares of 2 × 2 equal modules between two rows.
func (l *limits) squares(a, b *row) int {
	count := 0
	for k := range l.used {
		a1, b1 := a.word(k, 1), b.word(k, 1)
		count += bits.OnesCount64((a[k]&a1&b[k]&b1 | ^(a[k] | a1 | b[k] | b1)) & l.pair[k])
	}
	return count
}
