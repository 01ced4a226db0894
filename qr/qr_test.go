package qr

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"tamga/judgetest"
)

// picture draws a code, a module being so many pixels wide.
func picture(c Code, scale int) *image.Gray {
	side := (c.Size + 2*QuietZone) * scale
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			shade := color.Gray{Y: 255}
			if c.Dark(x/scale-QuietZone, y/scale-QuietZone) {
				shade.Y = 0
			}
			img.SetGray(x, y, shade)
		}
	}
	return img
}

// read decodes by a decoder that is not ours.
func read(t testing.TB, c Code) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture(c, 4))
	if err != nil {
		t.Fatal(err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_PURE_BARCODE: true, gozxing.DecodeHintType_CHARACTER_SET: "UTF-8"}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		t.Fatalf("version %d: %v", c.Version, err)
	}
	return result.GetText()
}

// filled returns a text that needs that version: digits, capitals and letters
// in turn, so that all modes occur.
func filled(version int, level Level) string {
	parts := []string{"0123456789012345678", "HTTPS://TAMGA.KZ/", "tekseru?n=", "Ұлы дала "}
	var b strings.Builder
	var e Encoder
	for i := 0; ; i++ {
		next := b.String() + parts[i%len(parts)]
		if v, err := e.plan(next, level); err != nil || v > version {
			return b.String()
		}
		b.WriteString(parts[i%len(parts)])
	}
}

func TestEveryVersion(t *testing.T) {
	var e Encoder
	seen := map[int]bool{}
	for _, level := range []Level{L, M, Q, H} {
		for version := 1; version <= 40; version++ {
			text := filled(version, level)
			if text == "" {
				text = "1"
			}
			c, err := e.Encode(text, level)
			if err != nil {
				t.Fatal(err)
			}
			if c.Size != 17+4*c.Version {
				t.Errorf("version %d has %d modules", c.Version, c.Size)
			}
			seen[c.Version] = true
			if got := read(t, c); got != text {
				t.Errorf("version %d level %d reads %q, want %q", c.Version, level, got, text)
			}
		}
	}
	if len(seen) != 40 {
		t.Errorf("only %d versions were made", len(seen))
	}
}

// TestZBar reads codes by a third implementation.
func TestZBar(t *testing.T) {
	judgetest.Need(t, "zbarimg")
	var e Encoder
	for _, text := range []string{
		"1", "https://tamga.example/check/26000017", "HTTPS://TAMGA.EXAMPLE/CHECK/KZ26RLR26000003",
		"https://tamga.example/check/26000017#" + strings.Repeat("6BF%6JBFD2P$", 30),
		strings.Repeat("0123456789", 90),
	} {
		c, err := e.Encode(text, M)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "code.png")
		var file bytes.Buffer
		if err := png.Encode(&file, picture(c, 4)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command("zbarimg", "--nodbus", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", name).Output()
		if got := strings.TrimSuffix(string(out), "\n"); err != nil || got != text {
			t.Errorf("version %d reads %q (%v), want %q", c.Version, got, err, text)
		}
	}
}

// TestModes checks that mixing modes pays: the sizes in bits are computed by
// hand from tables 2 and 3.
func TestModes(t *testing.T) {
	for text, want := range map[string]int{
		"0123456789012345":             4 + 10 + 54, // 5 × 10 bits and 4
		"ABC":                          4 + 9 + 17,
		"abc":                          4 + 8 + 24,
		"https://kz/0123456789":        4 + 8 + 88 + 4 + 10 + 34,
		"x" + strings.Repeat("A:", 20): 4 + 8 + 8 + 4 + 9 + 220,
		"":                             4 + 8,
	} {
		var e Encoder
		if got := e.segment(text, 0); got != want {
			t.Errorf("%q takes %d bits, want %d", text, got, want)
		}
	}
}

func TestTooLong(t *testing.T) {
	var e Encoder
	if c, err := e.Encode(strings.Repeat("a", 2331), M); err != nil || c.Version != 40 {
		t.Errorf("the longest text: version %d, %v", c.Version, err)
	}
	for _, text := range []string{strings.Repeat("a", 2332), strings.Repeat("1", 1<<20)} {
		if _, err := e.Encode(text, M); !errors.Is(err, ErrTooLong) {
			t.Errorf("%d bytes: %v", len(text), err)
		}
	}
}

// TestPenalty compares the score of whole rows with one counted module by
// module.
func TestPenalty(t *testing.T) {
	var e Encoder
	for _, text := range []string{"a", "https://tamga.example/check/26000017", strings.Repeat("Tamga 2026 ", 60)} {
		c, err := e.Encode(text, M)
		if err != nil {
			t.Fatal(err)
		}
		turned := make([]row, c.Size)
		for y := range c.Size {
			for x := range c.Size {
				if c.Dark(x, y) {
					turned[x].set(y)
				}
			}
		}
		if got, want := penalty(c.rows, turned), slowPenalty(c); got != want {
			t.Errorf("%.20q: penalty %d, want %d", text, got, want)
		}
	}
}

func slowPenalty(c Code) int {
	score, dark := 0, 0
	for _, at := range []func(i, j int) bool{func(i, j int) bool { return c.Dark(j, i) }, func(i, j int) bool { return c.Dark(i, j) }} {
		for i := range c.Size {
			line := make([]byte, c.Size)
			for j := range line {
				line[j] = '0'
				if at(i, j) {
					line[j] = '1'
				}
			}
			for j := 0; j < len(line); {
				k := j
				for k < len(line) && line[k] == line[j] {
					k++
				}
				if k-j >= 5 {
					score += k - j - 2
				}
				j = k
			}
			for j := range line {
				if bytes.HasPrefix(line[j:], []byte("10111010000")) || bytes.HasPrefix(line[j:], []byte("00001011101")) {
					score += 40
				}
			}
		}
	}
	for y := range c.Size {
		for x := range c.Size {
			if c.Dark(x, y) {
				dark++
			}
			if x+1 < c.Size && y+1 < c.Size && c.Dark(x, y) == c.Dark(x+1, y) && c.Dark(x, y) == c.Dark(x, y+1) && c.Dark(x, y) == c.Dark(x+1, y+1) {
				score += 3
			}
		}
	}
	percent := dark * 100 / (c.Size * c.Size)
	if twice := dark * 100; twice < 50*c.Size*c.Size { // the distance is rounded towards one half
		percent = (twice + c.Size*c.Size - 1) / (c.Size * c.Size)
	}
	return score + max(percent-50, 50-percent)/5*10
}

func TestRects(t *testing.T) {
	var e Encoder
	c, err := e.Encode("https://tamga.example/check/26000017", M)
	if err != nil {
		t.Fatal(err)
	}
	covered := map[[2]int]int{}
	rects := e.Rects(nil, c)
	for _, r := range rects {
		for y := r.Y; y < r.Y+r.H; y++ {
			for x := r.X; x < r.X+r.W; x++ {
				covered[[2]int{x, y}]++
			}
		}
	}
	runs := 0
	for y := range c.Size {
		for x := range c.Size {
			if want := c.Dark(x, y); want != (covered[[2]int{x, y}] == 1) {
				t.Fatalf("module %d, %d is covered %d times", x, y, covered[[2]int{x, y}])
			}
			if c.Dark(x, y) && !c.Dark(x-1, y) {
				runs++
			}
		}
	}
	if len(rects) >= runs {
		t.Errorf("%d rectangles for %d runs", len(rects), runs)
	}
}

// FuzzRoundTrip asserts that what is encoded is read back, byte by byte.
func FuzzRoundTrip(f *testing.F) {
	f.Add("https://tamga.example/check/26000017", uint8(1))
	f.Add("0123456789ABCDEF abc", uint8(3))
	f.Fuzz(func(t *testing.T, text string, level uint8) {
		if len(text) > 300 || text == "" {
			return
		}
		for i := range len(text) {
			if text[i] < ' ' || text[i] > '~' {
				return
			}
		}
		var e Encoder
		c, err := e.Encode(text, Level(level%4))
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, c); got != text {
			t.Errorf("reads %q, want %q", got, text)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	for name, text := range map[string]string{
		"address": "https://tamga.example/check/26000017",
		"payload": "https://tamga.example/check/26000017#" + strings.Repeat("6BF%6JBFD2P$", 32),
	} {
		b.Run(name, func(b *testing.B) {
			var e Encoder
			var rects []Rect
			b.ReportAllocs()
			for b.Loop() {
				c, err := e.Encode(text, M)
				if err != nil {
					b.Fatal(err)
				}
				rects = e.Rects(rects[:0], c)
			}
			b.ReportMetric(float64(len(rects)), "rects")
		})
	}
}
