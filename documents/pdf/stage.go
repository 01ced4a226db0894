package pdf

import (
	"bytes"
	"fmt"

	"github.com/jung-kurt/gofpdf"

	"tamga/fonts"
)

// cuts are the fonts and the styles under which gofpdf knows them.
var cuts = [faceCount]struct {
	face        fonts.Face
	style, name string
}{
	regular: {fonts.Regular, "", "LiberationSerif"},
	bold:    {fonts.Bold, "B", "LiberationSerif-Bold"},
	italic:  {fonts.Italic, "I", "LiberationSerif-Italic"},
}

const family = "serif"

// stage is where the constant parts are drawn with gofpdf: every part is a
// page of its own. Lengths are points from the upper left corner.
type stage struct {
	*gofpdf.Fpdf
	faces *faces
}

// newStage returns an empty stage with the fonts registered.
func newStage(f *faces) (*stage, error) {
	p := gofpdf.New("P", "pt", "A4", "")
	p.SetCompression(false)
	p.SetAutoPageBreak(false, 0)
	p.SetMargins(0, 0, 0)
	for _, c := range cuts {
		p.AddUTF8FontFromBytes(family, c.style, c.face.Program())
	}
	p.SetFont(family, "", 10)
	return &stage{Fpdf: p, faces: f}, p.Error()
}

// text draws a line of fixed text with its baseline at y.
func (g *stage) text(t style, x, y float64, s string) {
	g.SetFont(family, cuts[t.face].style, t.size)
	switch t.ink {
	case grey:
		g.SetTextColor(102, 102, 102)
	case blue:
		g.SetTextColor(14, 50, 98)
	default:
		g.SetTextColor(0, 0, 0)
	}
	g.Text(x, y, s)
}

// finish returns the objects of what was drawn.
func (g *stage) finish() (*drawn, error) {
	var out bytes.Buffer
	if err := g.Output(&out); err != nil {
		return nil, fmt.Errorf("drawing the layout: %w", err)
	}
	return takeApart(out.Bytes())
}

// size is a page format in points.
func (g *stage) size(width, height float64) gofpdf.SizeType {
	return gofpdf.SizeType{Wd: width, Ht: height}
}
