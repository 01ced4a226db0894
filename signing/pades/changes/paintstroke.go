package changes

import "math"

// strokes are the boxes of the pieces of a path, of which a stroke paints the edges
// alone: a frame around a page leaves the page free.
type strokes struct {
	boxes    []rectangle
	at, from point // the current point, and where the subpath began
	begun    bool
	// vague says that the pieces are not known one by one.
	vague bool
}

type point struct{ x, y float64 }

// maxStrokes bounds the pieces of one path that are kept; a longer one is taken whole.
const maxStrokes = 1 << 12

// edges returns what a stroke along the path follows.
func (s *strokes) edges(path rectangle) []rectangle {
	if s.vague || len(s.boxes) == 0 {
		return []rectangle{path}
	}
	return s.boxes
}

func (s *strokes) add(points ...point) {
	if len(s.boxes) >= maxStrokes {
		s.vague = true
		return
	}
	box := noPath
	for _, p := range points {
		box.add(p.x, p.y)
	}
	s.boxes = append(s.boxes, box)
}

// rectangle takes the operator re, which is a closed subpath.
func (s *strokes) rectangle(m matrix, n []float64) {
	var corners [4]point
	for i, c := range [][2]float64{{0, 0}, {n[2], 0}, {n[2], n[3]}, {0, n[3]}} {
		corners[i].x, corners[i].y = m.apply(n[0]+c[0], n[1]+c[1])
	}
	for i, c := range corners {
		s.add(c, corners[(i+1)%4])
	}
	s.at, s.from, s.begun = corners[0], corners[0], true
}

// segment takes one of the operators m, l, c, v, y and h. A curve lies within its
// control points (8.5.2.2).
func (s *strokes) segment(operator string, m matrix, n []float64) {
	points := []point{s.at}
	for i := 0; i+1 < len(n); i += 2 {
		x, y := m.apply(n[i], n[i+1])
		points = append(points, point{x, y})
	}
	switch {
	case operator == "m":
		s.from, s.begun = points[1], true
		points = points[1:] // a point alone may be a dot
	case !s.begun:
		s.vague = true // programs differ in what they make of it
	case operator == "h":
		points = append(points, s.from)
	}
	s.add(points...)
	s.at = points[len(points)-1]
}

// square says whether a transformation keeps right angles.
func (m matrix) square() bool {
	return math.Abs(m[0]*m[2]+m[1]*m[3]) <= 1e-6*m.norm()*m.norm()
}
