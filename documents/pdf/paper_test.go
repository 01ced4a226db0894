package pdf

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tamga/documents"
)

// spot is where a line of text stands, in points from the lower left corner.
type spot struct {
	face     face
	size     float64
	x, x2, y float64
	text     string
}

var reHead = regexp.MustCompile(`^BT/F(\d) ([\d.]+) Tf ([\d.-]+) ([\d.-]+) $`)

// spotsOf reads the texts of a content stream with their places.
func spotsOf(f *faces, content []byte) []spot {
	var all []spot
	for _, l := range linesOf(content) {
		m := reHead.FindStringSubmatch(l.head)
		if m == nil {
			continue
		}
		number := func(i int) float64 {
			v, _ := strconv.ParseFloat(m[i], 64)
			return v
		}
		b := spot{face: face(number(1)), size: number(2), x: number(3), y: number(4), text: l.text}
		b.x2 = b.x + float64(f.width(b.face, b.text)+l.widened)*b.size/1000
		all = append(all, b)
	}
	return all
}

// stretched are documents whose every text is long, in three ways.
func stretched(t testing.TB) []Content {
	var all []Content
	for _, s := range []string{
		strings.Repeat("Қазақстан Республикасының Мәдениет комитеті ", 40),
		strings.Repeat("Ұзынсөз", 200),
		strings.Repeat("Щ № 1 ", 300),
	} {
		long := both(s, s+"ы")
		cut := func(n int) documents.Text { return short(long, n) }
		all = append(all, specimens(t)["licence"].with(map[string]documents.Text{
			"holder": cut(900), "activity": long, "special_conditions": long, "licensor": cut(500), "head": cut(200), "place": cut(300),
		}), specimens(t)["refusal"].with(map[string]documents.Text{
			"authority": cut(500), "requisites": cut(1000), "applicant": cut(450), "application_number": cut(100),
			"reason": long, "position": cut(300), "signatory": cut(200),
		}))
		for _, c := range specimens(t) {
			all = append(all, c.stretched(t, long))
		}
	}
	return all
}

// stretched fills every field as far as it goes, and all cells of a few rows.
func (c Content) stretched(t testing.TB, long documents.Text) Content {
	more := map[string]documents.Text{}
	for _, f := range layoutsToday(t, compiled(t))[c.Layout].fields {
		if v := c.Fields[f.Name]; v.KK != "" && (c.Layout != "questionnaire" || f.Max != 1) {
			most := f.Max
			if most == 0 {
				most = 1200
			}
			more[f.Name] = short(long, min(most, 1200))
		}
	}
	out := c.with(more)
	out.Tables = map[string]Table{}
	for name, table := range c.Tables {
		big := Table{Columns: table.Columns}
		for range 3 {
			row := make([]documents.Text, len(table.Columns))
			for i := range row {
				row[i] = short(long, 500)
			}
			big.Rows = append(big.Rows, row)
		}
		out.Tables[name] = big
	}
	return out
}

// short cuts a text to so many characters.
func short(t documents.Text, n int) documents.Text {
	return documents.Text{KK: string([]rune(t.KK)[:n]), RU: string([]rune(t.RU)[:n])}
}

// TestEverythingOnPaper checks the places of all texts: inside the margins,
// above the foot, and no text on another.
func TestEverythingOnPaper(t *testing.T) {
	l := compiled(t)
	docs := stretched(t)
	for _, doc := range samples(t) {
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
			checkPlaces(t, i+1, p.paper(t, i), spotsOf(l.faces, content))
		}
	}
}

// paper is where texts may stand on a page, in points from its lower left corner.
type paper struct{ left, right, bottom, top float64 }

// paper returns that of a page, from its MediaBox.
func (p *parsed) paper(t *testing.T, page int) paper {
	t.Helper()
	switch box := string(reMediaBox.Find(p.objects[p.sheets[page]])); box {
	case "/MediaBox[0 0 595.28 841.89]":
		return paper{23 * mm, 187 * mm, 10 * mm, pageHeight - 12*mm}
	case "/MediaBox[0 0 841.89 595.28]":
		return paper{15 * mm, 282 * mm, 6 * mm, pageWidth - 9*mm}
	default:
		t.Fatalf("page %d has the size %q", page+1, box)
	}
	return paper{}
}

var reMediaBox = regexp.MustCompile(`/MediaBox\[[\d. ]+\]`)

func checkPlaces(t *testing.T, page int, on paper, boxes []spot) {
	t.Helper()
	const slack = 0.5
	if len(boxes) < 4 {
		t.Errorf("page %d has only %d texts", page, len(boxes))
	}
	for i, a := range boxes {
		if a.x < on.left-slack || a.x2 > on.right+slack || a.y > on.top || a.y < on.bottom {
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
