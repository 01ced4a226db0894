//go:build interop

package interop

import (
	"fmt"
	"path/filepath"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

// cell is how wide and high the places are that a page is asked about, in points.
const cell = 20

// unpainted looks whether a stamp could stand, as we say, where a viewer shows
// something.
func (o *pictureOracle) unpainted(seen []viewer, d drawn, file string) {
	doc, err := pades.Read(d.pair.File)
	if err != nil || doc.Sound() != nil || d.pair.Gaps {
		return // no stamp is put into it
	}
	o.tally("looked at what is free")
	for _, v := range seen {
		shown, err := v.show(file)
		if err != nil {
			continue // which compare tells of
		}
		for i, p := range shown {
			page, err := doc.Page(i)
			if err != nil {
				continue
			}
			for _, at := range painted(p, page) {
				if changes.Free(doc, page.Ref, page.FromShown(at), pades.Ref{}) == nil {
					o.complain(d, filepath.Dir(file), fmt.Sprintf("%s shows something in %v of page %d, where a stamp could stand", v.name, at, i+1))
					return
				}
			}
		}
	}
}

// painted are the cells of a page within which a viewer shows something; none when it
// shows the page otherwise than we take it.
func painted(p picture, page pades.Page) (cells []pades.Rectangle) {
	width, height := page.Shown()
	if abs(points(p.width)-width) > 2 || abs(points(p.height)-height) > 2 {
		return nil
	}
	found := map[pades.Rectangle]bool{}
	for at := 0; at < len(p.samples); at += 3 {
		if blank(p.samples[at : at+3]) {
			continue
		}
		x, y := at/3%p.width, p.height-1-at/3/p.width
		left, bottom := cell*float64(int(points(x))/cell), cell*float64(int(points(y))/cell)
		r := pades.Rectangle{Left: left, Bottom: bottom, Right: left + cell, Top: bottom + cell}
		// What is painted beside a cell reaches into the samples of its edge.
		inside := points(x-1) >= left && points(x+2) <= r.Right && points(y-1) >= bottom && points(y+2) <= r.Top
		if inside && r.Right <= width && r.Top <= height && !found[r] {
			found[r] = true
			cells = append(cells, r)
		}
	}
	return cells
}

func abs(n float64) float64 { return max(n, -n) }
