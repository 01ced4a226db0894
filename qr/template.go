package qr

// newTemplate draws the function patterns of a version (ISO/IEC 18004, 6.3) and
// finds the places of the data.
func newTemplate(version int) *template {
	t := &template{size: 17 + 4*version}
	for i := range t.size { // timing
		t.put(6, i, i%2 == 0)
		t.put(i, 6, i%2 == 0)
	}
	for _, c := range [][2]int{{3, 3}, {t.size - 4, 3}, {3, t.size - 4}} {
		t.finder(c[0], c[1])
	}
	at := alignment(version)
	last := len(at) - 1
	for i, x := range at {
		for j, y := range at {
			if i == 0 && j == 0 || i == 0 && j == last || i == last && j == 0 {
				continue // a finder stands there
			}
			t.align(x, y)
		}
	}
	for i := range 9 { // room for the format, and the dark module
		t.reserve(i, 8)
		t.reserve(8, i)
	}
	for i := range 8 {
		t.reserve(t.size-1-i, 8)
		t.reserve(8, t.size-1-i)
	}
	t.put(8, t.size-8, true)
	t.version(version)
	t.transpose()
	t.findOrder()
	for m := range t.masks {
		t.masks[m], t.crossed[m] = t.mask(m)
	}
	return t
}

func (t *template) reserve(x, y int) { t.function[y].set(x) }

// put sets a function module, dark or light, over what was there.
func (t *template) put(x, y int, dark bool) {
	t.reserve(x, y)
	t.fixed[y][x>>6] &^= 1 << (x & 63)
	if dark {
		t.fixed[y].set(x)
	}
}

// finder draws a finder pattern and its separator around a centre.
func (t *template) finder(cx, cy int) {
	for dy := -4; dy <= 4; dy++ {
		for dx := -4; dx <= 4; dx++ {
			x, y := cx+dx, cy+dy
			if x < 0 || y < 0 || x >= t.size || y >= t.size {
				continue
			}
			ring := max(dx, -dx, dy, -dy)
			t.put(x, y, ring != 2 && ring != 4)
		}
	}
}

func (t *template) align(cx, cy int) {
	for dy := -2; dy <= 2; dy++ {
		for dx := -2; dx <= 2; dx++ {
			t.put(cx+dx, cy+dy, max(dx, -dx, dy, -dy) != 1)
		}
	}
}

// alignment returns the coordinates of the alignment patterns (annex E).
func alignment(version int) []int {
	if version == 1 {
		return nil
	}
	n := version/7 + 2
	step := (version*8 + n*3 + 5) / (n*4 - 4) * 2
	at := make([]int, n)
	at[0] = 6
	for i, x := n-1, version*4+10; i > 0; i, x = i-1, x-step {
		at[i] = x
	}
	return at
}

// version writes the version information: 6 bits and 12 of a BCH code (7.10).
func (t *template) version(version int) {
	if version < 7 {
		return
	}
	rest := version
	for range 12 {
		rest = rest<<1 ^ rest>>11*0x1F25
	}
	bits := version<<12 | rest
	for i := range 18 {
		dark := bits>>i&1 != 0
		a, b := t.size-11+i%3, i/3
		t.put(a, b, dark)
		t.put(b, a, dark)
	}
}

func (t *template) transpose() {
	for y := range t.size {
		for x := range t.size {
			if t.function[y].get(x) {
				t.turned[x].set(y)
			}
		}
	}
}

// findOrder walks the pairs of columns from the right, up and down in turn.
func (t *template) findOrder() {
	for right := t.size - 1; right >= 1; right -= 2 {
		if right == 6 {
			right = 5 // the column of the timing pattern is skipped
		}
		upward := (right+1)&2 == 0
		for i := range t.size {
			y := i
			if upward {
				y = t.size - 1 - i
			}
			for _, x := range []int{right, right - 1} {
				if !t.function[y].get(x) {
					t.order = append(t.order, point{uint8(x), uint8(y)})
				}
			}
		}
	}
}

// mask returns the modules that a mask inverts (7.8.2), upright and transposed.
func (t *template) mask(m int) (upright, crossed []row) {
	upright, crossed = make([]row, t.size), make([]row, t.size)
	for y := range t.size {
		for x := range t.size {
			if !t.function[y].get(x) && inverts(m, x, y) {
				upright[y].set(x)
				crossed[x].set(y)
			}
		}
	}
	return upright, crossed
}

func inverts(m, x, y int) bool {
	switch m {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (x/3+y/2)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	default:
		return ((x+y)%2+x*y%3)%2 == 0
	}
}
