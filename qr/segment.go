package qr

// mode is how characters are packed (ISO/IEC 18004, 7.3).
type mode uint8

const (
	numeric mode = iota
	alphanumeric
	octets
	modeCount
)

// indicators of the modes (table 2), and lengths in bits of their counts in
// versions 1-9, 10-26, 27-40 (table 3).
var (
	indicators = [modeCount]uint{1, 2, 4}
	countBits  = [modeCount][3]int{{10, 12, 14}, {9, 11, 13}, {8, 16, 16}}
)

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// places are one more than the places of characters in the alphabet, 0 for
// those that it has not. Read only.
var places = func() (all [256]uint8) {
	for i := range len(alphabet) {
		all[alphabet[i]] = uint8(i) + 1
	}
	return all
}()

func place(c byte) uint { return uint(places[c]) - 1 }

func group(version int) int {
	switch {
	case version < 10:
		return 0
	case version < 27:
		return 1
	}
	return 2
}

// step is the cheapest way to have packed the text up to and with a character,
// for each mode of that character: its cost in sixths of a bit, and the mode of
// the character before.
type step struct {
	cost [modeCount]int
	from [modeCount]mode
	mode mode // chosen in the end
}

const never = 1 << 30

// units of one character in each mode, in sixths of a bit.
var units = [modeCount]int{20, 33, 48}

// holds reports whether a mode has a character.
func holds(m mode, c byte) bool {
	switch m {
	case numeric:
		return c >= '0' && c <= '9'
	case alphanumeric:
		return places[c] > 0
	}
	return true
}

// plan chooses modes and the smallest version that holds the text.
func (e *Encoder) plan(text string, level Level) (int, error) {
	for g, last := range []int{9, 26, 40} {
		if len(text)*20/6 > 8*capacity(last, level) {
			continue
		}
		bits := e.segment(text, g)
		first := []int{1, 10, 27}[g]
		for version := first; version <= last; version++ {
			if bits <= 8*capacity(version, level) {
				return version, nil
			}
		}
	}
	return 0, ErrTooLong
}

// segment finds the cheapest modes for a group of versions, and the bits they
// take.
func (e *Encoder) segment(text string, g int) int {
	e.steps = e.steps[:0]
	before := step{cost: [modeCount]int{never, never, never}}
	for i := range len(text) {
		var s step
		for m := range modeCount {
			s.cost[m] = never
			if !holds(m, text[i]) {
				continue
			}
			head := (4+countBits[m][g])*6 + units[m]
			if i == 0 {
				s.cost[m] = head
				continue
			}
			for p := range modeCount {
				cost := (before.cost[p]+5)/6*6 + head // a segment ends on a whole bit
				if p == m {
					cost = before.cost[p] + units[m]
				}
				if before.cost[p] < never && cost < s.cost[m] {
					s.cost[m], s.from[m] = cost, p
				}
			}
		}
		e.steps = append(e.steps, s)
		before = s
	}
	if len(text) == 0 {
		return 4 + countBits[octets][g]
	}
	best := octets
	for m := range modeCount {
		if before.cost[m] < before.cost[best] {
			best = m
		}
	}
	cost := before.cost[best]
	for i := len(e.steps) - 1; i >= 0; i-- {
		e.steps[i].mode = best
		best = e.steps[i].from[best]
	}
	return (cost + 5) / 6
}

// stream is a bit string being written.
type stream struct {
	out  []byte
	used int
}

func (b *stream) put(value uint, n int) {
	for i := n - 1; i >= 0; i-- {
		if b.used&7 == 0 {
			b.out = append(b.out, 0)
		}
		b.out[b.used>>3] |= byte(value>>i&1) << (7 - b.used&7)
		b.used++
	}
}

// pack writes the segments, the terminator and the padding (7.4).
func (e *Encoder) pack(text string, version int, level Level) {
	b := stream{out: e.data[:0]}
	g := group(version)
	if text == "" {
		b.put(indicators[octets], 4)
		b.put(0, countBits[octets][g])
	}
	for from := 0; from < len(text); {
		m := e.steps[from].mode
		to := from + 1
		for to < len(text) && e.steps[to].mode == m {
			to++
		}
		b.put(indicators[m], 4)
		b.put(uint(to-from), countBits[m][g])
		b.segment(m, text[from:to])
		from = to
	}
	room := capacity(version, level)
	b.put(0, min(4, 8*room-b.used))
	b.put(0, -b.used&7)
	for pad := uint(0xEC); len(b.out) < room; pad ^= 0xEC ^ 0x11 {
		b.put(pad, 8)
	}
	e.data = b.out
}

func (b *stream) segment(m mode, s string) {
	switch m {
	case numeric:
		for ; s != ""; s = s[min(3, len(s)):] {
			n, v := min(3, len(s)), uint(0)
			for i := range n {
				v = 10*v + uint(s[i]-'0')
			}
			b.put(v, 3*n+1)
		}
	case alphanumeric:
		for ; len(s) >= 2; s = s[2:] {
			b.put(45*place(s[0])+place(s[1]), 11)
		}
		if s != "" {
			b.put(place(s[0]), 6)
		}
	default:
		for i := range len(s) {
			b.put(uint(s[i]), 8)
		}
	}
}
