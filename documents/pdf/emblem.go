package pdf

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
)

// emblemSide is the side of the page on which the ornament is drawn, in points.
const emblemSide = 400.0

// ErrEmblem is wrapped by the error for a replacement emblem that cannot be
// used.
var ErrEmblem = errors.New("emblem cannot be used")

// Limits of a replacement emblem, checked before its pixels are unpacked.
const (
	maxEmblemBytes = 1 << 20
	maxEmblemSide  = 2000
	emblemPixels   = 560 // 28 mm at 500 dpi; larger ones are scaled down
)

// ornament draws the house's sign: a shanyrak, the crown of the yurt, in a ring
// of sunbeams and ram's horns. It is an ornament of our own, not a state symbol.
func ornament(g *stage) {
	gold, deep := [3]int{196, 150, 40}, [3]int{0, 110, 150}
	const c = emblemSide / 2
	g.SetLineCapStyle("round")
	g.SetLineJoinStyle("round")
	g.SetFillColor(deep[0], deep[1], deep[2])
	g.SetDrawColor(gold[0], gold[1], gold[2])
	g.Circle(c, c, 194, "F")
	g.SetLineWidth(5)
	g.Circle(c, c, 189, "D")
	g.SetLineWidth(2)
	g.Circle(c, c, 181, "D")
	const horns = 20
	g.SetLineWidth(3.6)
	for i := range horns {
		ramHorns(g, spoke{c, c, 2 * math.Pi * float64(i) / horns}, 146, 1)
	}
	g.SetFillColor(255, 255, 255)
	g.Circle(c, c, 138, "F")
	g.SetLineWidth(4)
	g.Circle(c, c, 138, "D")
	g.SetFillColor(gold[0], gold[1], gold[2])
	const beams = 36
	for i := range beams {
		beam(g, spoke{c, c, 2 * math.Pi * float64(i) / beams})
	}
	shanyrak(g, deep, gold)
}

// spoke places points given as (across, outwards) from the centre, turned.
type spoke struct{ x, y, angle float64 }

func (t spoke) at(u, v float64) (x, y float64) {
	sin, cos := math.Sincos(t.angle)
	return t.x + u*cos + v*sin, t.y + u*sin - v*cos
}

// ramHorns draws one «қошқар мүйіз», a stem that parts into two curls, from
// the distance base outwards; size 1 is 28 points high.
func ramHorns(g *stage, t spoke, base, size float64) {
	for _, side := range []float64{1, -1} {
		path := [7][2]float64{{0, 0}, {0, 12}, {4, 28}, {13, 27}, {21, 25}, {21, 13}, {13, 14}}
		for i, q := range path {
			path[i][0], path[i][1] = t.at(q[0]*side*size, base+q[1]*size)
		}
		g.MoveTo(path[0][0], path[0][1])
		g.CurveBezierCubicTo(path[1][0], path[1][1], path[2][0], path[2][1], path[3][0], path[3][1])
		g.CurveBezierCubicTo(path[4][0], path[4][1], path[5][0], path[5][1], path[6][0], path[6][1])
		g.DrawPath("D")
	}
}

// beam draws one sunbeam, shaped like a grain.
func beam(g *stage, t spoke) {
	x0, y0 := t.at(0, 92)
	x1, y1 := t.at(0, 131)
	l0x, l0y := t.at(-7, 106)
	l1x, l1y := t.at(-4.5, 122)
	r0x, r0y := t.at(7, 106)
	r1x, r1y := t.at(4.5, 122)
	g.MoveTo(x0, y0)
	g.CurveBezierCubicTo(l0x, l0y, l1x, l1y, x1, y1)
	g.CurveBezierCubicTo(r1x, r1y, r0x, r0y, x0, y0)
	g.DrawPath("F")
}

// shanyrak draws the crown ring with its crossing arched bars.
func shanyrak(g *stage, deep, gold [3]int) {
	const c, inner = emblemSide / 2, 68.0
	g.SetFillColor(deep[0], deep[1], deep[2])
	g.Circle(c, c, 86, "F")
	g.SetDrawColor(gold[0], gold[1], gold[2])
	g.SetLineWidth(11)
	g.Circle(c, c, 75, "D")
	g.SetLineWidth(6)
	for _, angle := range []float64{math.Pi / 4, -math.Pi / 4} {
		t := spoke{c, c, angle}
		for _, d := range []float64{-17, 0, 17} {
			h := math.Sqrt(inner*inner - d*d*2.2)
			x0, y0 := t.at(d*1.5, -h)
			x1, y1 := t.at(d*0.9, -h/3)
			x2, y2 := t.at(d*0.9, h/3)
			x3, y3 := t.at(d*1.5, h)
			g.MoveTo(x0, y0)
			g.CurveBezierCubicTo(x1, y1, x2, y2, x3, y3)
			g.DrawPath("D")
		}
	}
}

// readEmblem checks a replacement and returns it as square RGB samples on
// white, its side in pixels.
func readEmblem(file []byte) (rgb []byte, side int, err error) {
	if len(file) > maxEmblemBytes {
		return nil, 0, fmt.Errorf("%w: %d bytes, at most %d are allowed", ErrEmblem, len(file), maxEmblemBytes)
	}
	size, err := png.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: not a PNG image: %w", ErrEmblem, err)
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxEmblemSide || size.Height > maxEmblemSide {
		return nil, 0, fmt.Errorf("%w: %d x %d pixels, at most %d x %d are allowed",
			ErrEmblem, size.Width, size.Height, maxEmblemSide, maxEmblemSide)
	}
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrEmblem, err)
	}
	side = min(max(size.Width, size.Height), emblemPixels)
	return flatten(picture, side), side, nil
}

// flatten centres a picture in a white square of that side, averaging where it
// is scaled down.
func flatten(picture image.Image, side int) []byte {
	b := picture.Bounds()
	full := max(b.Dx(), b.Dy())
	left, top := b.Min.X-(full-b.Dx())/2, b.Min.Y-(full-b.Dy())/2
	out := make([]byte, 0, 3*side*side)
	for y := range side {
		for x := range side {
			area := image.Rect(left+x*full/side, top+y*full/side,
				left+(x+1)*full/side, top+(y+1)*full/side)
			r, g, b := average(picture, area)
			out = append(out, r, g, b)
		}
	}
	return out
}

func average(picture image.Image, area image.Rectangle) (r, g, b byte) {
	var sum [3]uint64
	var n uint64
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			n++
			var c color.Color = color.White
			if (image.Point{X: x, Y: y}).In(picture.Bounds()) {
				c = picture.At(x, y)
			}
			pr, pg, pb, pa := c.RGBA() // premultiplied: white shows through
			sum[0] += uint64(pr + 0xFFFF - pa)
			sum[1] += uint64(pg + 0xFFFF - pa)
			sum[2] += uint64(pb + 0xFFFF - pa)
		}
	}
	n = max(n, 1) * 257
	return byte(sum[0] / n), byte(sum[1] / n), byte(sum[2] / n)
}
