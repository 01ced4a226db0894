//go:build interop

package interop

import (
	"fmt"
	"slices"
	"testing"

	"tamga/signing/signtest/pdfgrammar"
)

const (
	// clearly is how much a sample must change to be seen: below it viewers
	// differ from themselves where they blend in another order.
	clearly = 24
	// paper is what counts as white.
	paper = 250
	// margin is how many samples around a free area may change with it.
	margin = 2
)

// difference says where pages look different outside the free areas, "" when they
// do not.
func difference(before, after []picture, free []pdfgrammar.Area) string {
	if len(before) != len(after) {
		return fmt.Sprintf("shows %d pages, then %d", len(before), len(after))
	}
	for i := range before {
		was, is := before[i], after[i]
		if was.width != is.width || was.height != is.height {
			return fmt.Sprintf("shows page %d as %dx%d, then as %dx%d", i+1, was.width, was.height, is.width, is.height)
		}
		changed, x, y := 0, 0, 0
		for at := 0; at < len(was.samples); at += 3 {
			if !apart(was.samples[at:at+3], is.samples[at:at+3]) {
				continue
			}
			column, row := at/3%was.width, at/3/was.width
			if !allowed(free, i, column, was.height-1-row, blank(was.samples[at:at+3])) {
				changed++
				x, y = column, was.height-1-row
			}
		}
		if changed > 0 {
			return fmt.Sprintf("shows %d samples of page %d otherwise, one at %g,%g", changed, i+1, points(x), points(y))
		}
	}
	return ""
}

func points(sample int) float64 { return float64(sample) * 72 / dpi }

func apart(a, b []byte) bool {
	for i := range a {
		if max(a[i], b[i])-min(a[i], b[i]) > clearly {
			return true
		}
	}
	return false
}

func blank(sample []byte) bool { return min(sample[0], sample[1], sample[2]) >= paper }

// allowed says whether a sample, counted from the lower left corner, lies in a
// free area. One that must stay blank has no say about what reaches into the
// samples of its edge from outside.
func allowed(free []pdfgrammar.Area, page, x, y int, blank bool) bool {
	return slices.ContainsFunc(free, func(a pdfgrammar.Area) bool {
		return a.Page == page && within(a, x, y, margin) && (!a.Blank || blank || !within(a, x, y, -margin))
	})
}

// within says whether a sample touches an area that is made larger by some samples
// on every side.
func within(a pdfgrammar.Area, x, y, more int) bool {
	return points(x+1+more) > a.Left && points(x-more) < a.Right && points(y+1+more) > a.Bottom && points(y-more) < a.Top
}

// The comparison itself must see: one sample is enough, within a free area it is
// none, and what must stay blank counts where something was.
func TestOraclePicturesSeesASample(t *testing.T) {
	page := func(at int, sample ...byte) []picture {
		p := picture{width: 20, height: 20, samples: make([]byte, 3*20*20)}
		for i := range p.samples {
			p.samples[i] = 255
		}
		copy(p.samples[3*at:], sample)
		return []picture{p}
	}
	// Sample 105 is column 5 of row 5 from above: 10..12 and 28..30 points.
	around := pdfgrammar.Area{Left: 2, Bottom: 22, Right: 18, Top: 36}
	elsewhere := pdfgrammar.Area{Left: 24, Bottom: 2, Right: 30, Top: 8}
	blank, edge := around, pdfgrammar.Area{Left: 11, Bottom: 20, Right: 20, Top: 40, Blank: true}
	blank.Blank = true
	other := around
	other.Page = 1
	for name, c := range map[string]struct {
		before, after []picture
		free          []pdfgrammar.Area
		same          bool
	}{
		"nothing":                     {page(0), page(0), nil, true},
		"one sample":                  {page(0), page(105, 0, 0, 0), nil, false},
		"one sample, hardly":          {page(0), page(105, 240, 255, 255), nil, true},
		"within an area":              {page(0), page(105, 0, 0, 0), []pdfgrammar.Area{around}, true},
		"within one of two":           {page(0), page(105, 0, 0, 0), []pdfgrammar.Area{elsewhere, around}, true},
		"beside an area":              {page(0), page(105, 0, 0, 0), []pdfgrammar.Area{elsewhere}, false},
		"in an area of a page":        {page(0), page(105, 0, 0, 0), []pdfgrammar.Area{other}, false},
		"on blank paper":              {page(0), page(105, 0, 0, 0), []pdfgrammar.Area{blank}, true},
		"over something":              {page(105, 0, 0, 0), page(105, 255, 0, 0), []pdfgrammar.Area{blank}, false},
		"over something, at the edge": {page(105, 0, 0, 0), page(105, 255, 0, 0), []pdfgrammar.Area{edge}, true},
		"a page less":                 {append(page(0), page(0)...), page(0), nil, false},
		"a page of another size":      {page(0), []picture{{width: 10, height: 40, samples: make([]byte, 1200)}}, nil, false},
	} {
		if what := difference(c.before, c.after, c.free); (what == "") != c.same {
			t.Errorf("%s: %q", name, what)
		}
	}
}
