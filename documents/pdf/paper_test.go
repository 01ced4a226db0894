package pdf

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tamga/documents"
)

// box is where a line of text stands, in points from the lower left corner.
type box struct {
	face     face
	size     float64
	x, x2, y float64
	text     string
}

var reBox = regexp.MustCompile(`BT/F(\d) ([\d.]+) Tf ([\d.-]+) ([\d.-]+) Td (.*?)T[jJ] ET\n`)

// boxesOf reads the texts of a content stream with their places.
func boxesOf(f *faces, content []byte) []box {
	var all []box
	for _, m := range reBox.FindAllSubmatch(content, -1) {
		number := func(i int) float64 {
			v, _ := strconv.ParseFloat(string(m[i]), 64)
			return v
		}
		b := box{face: face(number(1)), size: number(2), x: number(3), y: number(4)}
		b.text = strings.TrimSuffix(pageText(m[0]), "\n")
		width := float64(f.width(b.face, b.text))
		for _, adjustment := range regexp.MustCompile(`>(-?\d+)<`).FindAllSubmatch(m[5], -1) {
			v, _ := strconv.ParseFloat(string(adjustment[1]), 64)
			width -= v
		}
		b.x2 = b.x + width*b.size/1000
		all = append(all, b)
	}
	return all
}

// stretched are documents whose every text is long, in three ways.
func stretched() []any {
	var all []any
	for _, s := range []string{
		strings.Repeat("Қазақстан Республикасының Мәдениет комитеті ", 40),
		strings.Repeat("Ұзынсөз", 200),
		strings.Repeat("Щ № 1 ", 300),
	} {
		both := documents.Text{KK: s, RU: s + "ы"}
		l, r := sampleLicence(), sampleRefusal()
		h := documents.Holder{Legal: &documents.LegalEntity{Name: both, Address: both, BIN: "120741000014"}}
		l.Holder, l.Activity, l.SpecialConditions, l.Licensor, l.Head, l.Place = h, both, both, both, s, both
		r.Authority, r.Requisites, r.Applicant, r.ApplicationNumber = both, both, h, s
		r.Reason, r.Position, r.Signatory = both, both, s
		all = append(all, l, r)
	}
	return all
}

// TestEverythingOnPaper checks the places of all texts: inside the margins,
// above the foot, and no text on another.
func TestEverythingOnPaper(t *testing.T) {
	l := compiled(t)
	docs := stretched()
	for _, doc := range samples() {
		docs = append(docs, doc)
	}
	for _, doc := range docs {
		p, err := parse(render(t, l, doc))
		if err != nil {
			t.Fatal(err)
		}
		for i, n := range p.sheets {
			refs := reContents.FindSubmatch(p.objects[n])
			at, _ := strconv.Atoi(string(refs[2]))
			content, err := p.inflate(at)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte("NaN")) || bytes.Contains(content, []byte("Inf")) {
				t.Fatal("a place is not a number")
			}
			checkPlaces(t, i+1, boxesOf(l.faces, content))
		}
	}
}

func checkPlaces(t *testing.T, page int, boxes []box) {
	t.Helper()
	const slack = 0.5
	if len(boxes) < 4 {
		t.Errorf("page %d has only %d texts", page, len(boxes))
	}
	for i, a := range boxes {
		if a.x < leftEdge-slack || a.x2 > rightEdge+slack || a.y > pageHeight-12*mm || a.y < 10*mm {
			t.Errorf("page %d: %.30q at (%.0f-%.0f, %.0f) is outside the margins", page, a.text, a.x, a.x2, a.y)
		}
		for _, b := range boxes[:i] {
			level := a.y-b.y < 0.6*max(a.size, b.size) && b.y-a.y < 0.6*max(a.size, b.size)
			if level && a.x < b.x2-slack && b.x < a.x2-slack {
				t.Errorf("page %d: %.30q and %.30q lie on one another", page, a.text, b.text)
			}
		}
	}
}
