package gost

// windowBits is the width of the digits that meet a table of multiples.
const windowBits = 6

// multiples holds j·64^i·P for a fixed point P of order q, j = 1…32, at [i][j-1],
// so that k·P is one addition for each signed digit of k, without doubling.
// 344 KiB for 512 bits, 172 KiB for 256.
type multiples [][1 << (windowBits - 1)]affine

// newMultiples computes the table for a point of order q; it takes as long as
// some ten verifications.
func (c *Curve) newMultiples(p *affine) *multiples {
	windows := 64*c.field.limbs/windowBits + 1
	t := make(multiples, windows)
	points := make([]jacobian, 0, windows*len(t[0]))
	first := jacobian{p.x, p.y, element{1}}
	for range windows {
		step := c.addend(&first)
		sum := first
		for range t[0] {
			points = append(points, sum)
			c.add(&sum, &step, false)
		}
		first = points[len(points)-1]
		c.double(&first)
	}
	flat := c.normalize(points)
	for i := range t {
		copy(t[i][:], flat[i*len(t[i]):])
	}
	return &t
}

// normalize returns points, none of them infinity, with z = 1, at the price of
// one inversion for all (Montgomery's trick).
func (c *Curve) normalize(points []jacobian) []affine {
	f := &c.field
	before := make([]element, len(points)) // the product of all z before this one
	product := element{1}
	for i := range points {
		before[i] = product
		f.mul(&product, &product, &points[i].z)
	}
	var inverse, zInv, zz element
	f.invert(&inverse, &product)
	out := make([]affine, len(points))
	for i := len(points) - 1; i >= 0; i-- {
		p := &points[i]
		f.mul(&zInv, &inverse, &before[i])
		f.mul(&inverse, &inverse, &p.z)
		f.sqr(&zz, &zInv)
		f.mul(&out[i].x, &p.x, &zz)
		f.mul(&zz, &zz, &zInv)
		f.mul(&out[i].y, &p.y, &zz)
	}
	return out
}

// digit returns digit i of k in base 64 with digits from -32 to 32 (Booth's
// recoding), as magnitude and sign; the sign is all ones for a negative digit.
// It runs in constant time.
func digit(k *scalar, i int) (magnitude, sign uint64) {
	var v uint64 // the window and the bit below it
	if i == 0 {
		v = bitsAt(k, 0, windowBits) << 1
	} else {
		v = bitsAt(k, windowBits*i-1, windowBits+1)
	}
	sign = -(v >> windowBits)
	v ^= sign & (1<<(windowBits+1) - 1)
	return v>>1 + v&1, sign
}

// accumulate adds k·P to r. It is for verification: its time depends on k.
func (c *Curve) accumulate(r *jacobian, t *multiples, k *scalar) {
	for i := range *t {
		if m, sign := digit(k, i); m != 0 {
			c.addAffine(r, &(*t)[i][m-1], sign != 0)
		}
	}
}
