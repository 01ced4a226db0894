package changes

import "math"

// matrix is a transformation (8.3.3).
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// times returns the transformation by m, then by n.
func (m matrix) times(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

// norm is how much a transformation may enlarge.
func (m matrix) norm() float64 {
	return math.Abs(m[0]) + math.Abs(m[1]) + math.Abs(m[2]) + math.Abs(m[3])
}

// check refuses a transformation that programs of single precision lose their
// place with.
func (m matrix) check() error {
	for _, n := range m {
		if !(math.Abs(n) <= 10*maxCoordinate) {
			return errContent
		}
	}
	return nil
}

func (m matrix) apply(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// box returns what a box becomes.
func (m matrix) box(left, bottom, right, top float64) rectangle {
	r := rectangle{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1), true}
	for _, p := range [][2]float64{{left, bottom}, {right, bottom}, {left, top}, {right, top}} {
		r.add(m.apply(p[0], p[1]))
	}
	return r
}

// add makes the rectangle contain a point.
func (r *rectangle) add(x, y float64) {
	if math.IsNaN(x) || math.IsNaN(y) {
		r.known = false
	}
	r.left, r.right = min(r.left, x), max(r.right, x)
	r.bottom, r.top = min(r.bottom, y), max(r.top, y)
}
