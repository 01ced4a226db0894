package pdf

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden compares every kind of document, before it is signed, with what it
// was: what its pages say and how they are tagged, and a digest of all objects,
// streams unpacked. Run it with -update after a change that is meant, and look
// at the pictures that TestPictures then writes.
func TestGolden(t *testing.T) {
	l := compiled(t)
	for name, doc := range samples(t) {
		if name == "refusal-long" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p, err := parse(render(t, l, doc))
			if err != nil {
				t.Fatal(err)
			}
			got := p.outline(t)
			path := filepath.Join("testdata", "golden", name+".txt")
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("is not what it was:\n%s", firstDifference(got, string(want)))
			}
		})
	}
}

// outline is a file as a person can read it.
func (p *parsed) outline(t *testing.T) string {
	var b strings.Builder
	sum := sha256.New()
	numbers := make([]int, 0, len(p.objects))
	for n := range p.objects {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		body := p.objects[n]
		if dict, _, ok := bytes.Cut(body, []byte("/Filter/FlateDecode")); ok {
			data, err := p.inflate(n)
			if err != nil {
				t.Fatal(err)
			}
			body = append(bytes.Clone(dict), data...)
		}
		if n != objSignature { // its byte range depends on how well streams are packed
			fmt.Fprintf(sum, "%d %d ", n, len(body))
			sum.Write(body)
		}
	}
	fmt.Fprintf(&b, "objects %d, SHA-256 %x\n", len(numbers), sum.Sum(nil))
	for i, text := range p.pages {
		fmt.Fprintf(&b, "\npage %d\n%s", i+1, strings.ReplaceAll(text, string(softHyphen), "-"))
	}
	b.WriteString("\nstructure\n")
	c := &conformance{parsed: p}
	var walk func(n, depth int)
	walk = func(n, depth int) {
		m := reElement.FindSubmatch(p.objects[n])
		if m == nil {
			return
		}
		fmt.Fprintf(&b, "%s%s\n", strings.Repeat(" ", depth), m[1])
		_, kids, _ := strings.Cut(string(p.objects[n]), "/K")
		for _, k := range reKid.FindAllStringSubmatch(kids, -1) {
			if k[4] != "" {
				kid, _ := strconv.Atoi(k[4])
				walk(kid, depth+1)
			}
		}
	}
	walk(c.ref(objStructure, "/K "), 0)
	return b.String()
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return fmt.Sprintf("line %d: got %q, want %q", i+1, a[i], b[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}

// TestPictures compares small pictures of the pages with what they were. They
// may differ a little, since programs that draw differ; a block that moved, or
// is missing, does not pass.
func TestPictures(t *testing.T) {
	l := compiled(t)
	for name, doc := range samples(t) {
		if strings.HasSuffix(name, "-long") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			tool(t, "pdftoppm", "-r", "18", "-gray", "-png", "-l", "3", written(t, l, doc), filepath.Join(dir, "page"))
			drawn, err := filepath.Glob(filepath.Join(dir, "*.png"))
			if err != nil || len(drawn) == 0 {
				t.Fatal("no picture was drawn")
			}
			for i, file := range drawn {
				got, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				path := filepath.Join("testdata", "golden", fmt.Sprintf("%s-%d.png", name, i+1))
				if *update {
					if err := os.WriteFile(path, got, 0o644); err != nil {
						t.Fatal(err)
					}
					continue
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if worst := difference(t, got, want); worst > 24 {
					t.Errorf("page %d: a block differs by %d of 255", i+1, worst)
				}
			}
		})
	}
}

// difference is the greatest difference of the mean grey of two pictures in a
// square of 6 pixels.
func difference(t *testing.T, a, b []byte) int {
	t.Helper()
	x, errA := png.Decode(bytes.NewReader(a))
	y, errB := png.Decode(bytes.NewReader(b))
	if errA != nil || errB != nil || x.Bounds() != y.Bounds() {
		t.Fatalf("pictures cannot be compared: %v %v", errA, errB)
	}
	const side = 6
	worst := 0
	r := x.Bounds()
	for top := r.Min.Y; top < r.Max.Y; top += side {
		for left := r.Min.X; left < r.Max.X; left += side {
			block := image.Rect(left, top, left+side, top+side)
			d := int(mean(x, block)) - int(mean(y, block))
			worst = max(worst, d, -d)
		}
	}
	return worst
}

func mean(img image.Image, block image.Rectangle) uint32 {
	sum, n := uint32(0), uint32(0)
	block = block.Intersect(img.Bounds())
	for y := block.Min.Y; y < block.Max.Y; y++ {
		for x := block.Min.X; x < block.Max.X; x++ {
			r, _, _, _ := img.At(x, y).RGBA()
			sum += r >> 8
			n++
		}
	}
	return sum / max(n, 1)
}
