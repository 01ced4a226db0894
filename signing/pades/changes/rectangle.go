package changes

import (
	"math"

	"tamga/signing/pades"
)

// rectangle is a box in the coordinates of a page (7.9.5).
type rectangle struct {
	left, bottom, right, top float64
	known                    bool
}

// rectangle reads a rectangle and says whether it has an area.
func (c *comparison) rectangle(revision int, o pades.Object) (r rectangle, visible bool) {
	list, ok := o.(pades.Array)
	if !ok || len(list) != 4 {
		return r, false
	}
	var n [4]float64
	for i, o := range list {
		if n[i], ok = number(c.resolved(revision, o)); !ok || math.Abs(n[i]) > maxCoordinate {
			return r, false
		}
	}
	r = rectangle{min(n[0], n[2]), min(n[1], n[3]), max(n[0], n[2]), max(n[1], n[3]), true}
	return r, r.left < r.right && r.bottom < r.top
}

func number(o pades.Object) (float64, bool) {
	switch o := o.(type) {
	case pades.Integer:
		return float64(o), true
	case pades.Real:
		return float64(o), true
	}
	return 0, false
}

// overlaps says whether two rectangles share more than an edge. One that is not
// known overlaps everything.
func (r rectangle) overlaps(o rectangle) bool {
	if !r.known || !o.known {
		return true
	}
	return r.left < o.right && o.left < r.right && r.bottom < o.top && o.bottom < r.top
}
