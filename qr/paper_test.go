//go:build interop

package qr_test

import (
	"bytes"
	"encoding/base32"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/regulation"
	"tamga/signing/signtest"
)

// The trial: codes of printed documents, scanned askew in grey and kept as
// JPEG, must be read by each of two decoders in at least this share of samples.
const (
	samples   = 1000
	wanted    = 0.99
	quality   = 60
	tilt      = 5.0 // degrees, both ways
	printDPI  = 1200
	cropLeft  = 10.0 // millimetres from the upper left corner of the page
	cropTop   = 246.0
	cropWidth = 56.0
)

// sample is one scan.
type sample struct {
	what string // for the report
	want string
	scan *image.Gray
	file string
}

// TestPaper prints the rates at which scanned documents are read.
func TestPaper(t *testing.T) {
	for _, program := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed", program)
		}
	}
	sheets := printed(t)
	resolutions := []int{150, 200, 300}
	each := (samples + len(sheets)*len(resolutions) - 1) / (len(sheets) * len(resolutions))
	for _, dpi := range resolutions {
		all := scanned(t, sheets, dpi, each)
		var wg sync.WaitGroup
		var zbar, zxing []string
		var plain int
		wg.Go(func() { zbar = readByZBar(t, all) })
		wg.Go(func() { zxing, plain = readByZXing(all) })
		wg.Wait()
		for _, d := range []struct {
			name string
			got  []string
		}{{"zbarimg", zbar}, {"gozxing", zxing}} {
			right, wrong := 0, 0
			var missed []string
			for i, s := range all {
				switch d.got[i] {
				case s.want:
					right++
				case "":
					missed = append(missed, s.what)
				default:
					wrong++
				}
			}
			rate := float64(right) / float64(len(all))
			fmt.Printf("%d dpi, %s: %d of %d samples read, %.1f %%; %d read wrongly\n", dpi, d.name, right, len(all), 100*rate, wrong)
			if d.name == "gozxing" {
				fmt.Printf("%d dpi, gozxing: %d of them without enlarging the picture\n", dpi, plain)
			}
			if rate < wanted || wrong > 0 {
				t.Errorf("%s at %d dpi reads %.1f %%, not %v", d.name, dpi, 100*rate, missed[:min(8, len(missed))])
			}
		}
	}
}

// sheet is the lower left corner of a printed page.
type sheet struct {
	name, want string
	ink        *image.Gray
}

// printed prints every specimen with a payload of a seal's length: usual ones,
// and every fourth of the greatest.
func printed(t *testing.T) []sheet {
	t.Helper()
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	layouts, err := pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
	if err != nil {
		t.Fatal(err)
	}
	specimens := forms.Specimens()
	var all []sheet
	for i, name := range slices.Sorted(maps.Keys(specimens)) {
		content := specimens[name]
		length := 440 + i%3*15
		if i%4 == 3 {
			length = 560
		}
		m := pdf.Meta{SignedAt: signtest.Now(), QR: payload(content.Number, length, uint64(i))}
		file, err := layouts.Render(content, m)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, sheet{fmt.Sprintf("%s (%d)", name, length), m.QR, corner(t, file)})
	}
	return all
}

// payload is an address with a check code, and behind it what a seal looks
// like.
func payload(number string, length int, seed uint64) string {
	random := rand.New(rand.NewPCG(seed, 2026))
	raw := make([]byte, length)
	for i := range raw {
		raw[i] = byte(random.Uint32())
	}
	text := "https://tamga.example/check/" + number + "/K7QX2M9A#"
	return text + base32.StdEncoding.EncodeToString(raw)[:length-len(text)]
}

// corner draws the place of the code on the first page, finely.
func corner(t *testing.T, file []byte) *image.Gray {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "page.pdf"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	dots := func(mm float64) string { return fmt.Sprint(int(mm / 25.4 * printDPI)) }
	cmd := exec.Command("pdftoppm", "-r", fmt.Sprint(printDPI), "-f", "1", "-l", "1", "-singlefile", "-gray", "-png",
		"-x", dots(cropLeft), "-y", dots(cropTop), "-W", dots(cropWidth), "-H", dots(297-cropTop), "page.pdf", "page")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm: %v %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(dir, "page.png"))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	grey := image.NewGray(image.Rectangle{Max: picture.Bounds().Size()})
	draw.Draw(grey, grey.Rect, picture, picture.Bounds().Min, draw.Src)
	return grey
}

// scanned lays every sheet askew under a scanner, several times, and compresses
// what it sees.
func scanned(t *testing.T, sheets []sheet, dpi, each int) []sample {
	t.Helper()
	dir := t.TempDir()
	all := make([]sample, len(sheets)*each)
	var wg sync.WaitGroup
	for i, s := range sheets {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(dpi), uint64(i)))
			for k := range each {
				angle := (2*random.Float64() - 1) * tilt
				if k == 0 {
					angle = math.Copysign(tilt, angle)
				}
				out := &all[i*each+k]
				*out = sample{what: fmt.Sprintf("%s %+.1f°", s.name, angle), want: s.want, file: filepath.Join(dir, fmt.Sprintf("%03d-%02d.jpg", i, k))}
				var packed bytes.Buffer
				err := jpeg.Encode(&packed, scan(s.ink, dpi, angle, random.Float64(), random.Float64()), &jpeg.Options{Quality: quality})
				if err == nil {
					err = os.WriteFile(out.file, packed.Bytes(), 0o600)
				}
				if err != nil {
					t.Error(err)
					return
				}
				read, err := jpeg.Decode(&packed)
				if err != nil {
					t.Error(err)
					return
				}
				out.scan, _ = read.(*image.Gray)
			}
		})
	}
	wg.Wait()
	return all
}

// scan is what a scanner sees of a sheet that lies askew: each of its cells
// averages the ink in front of it. dx and dy shift the grid by less than a cell.
func scan(ink *image.Gray, dpi int, angle, dx, dy float64) *image.Gray {
	const rays = 4 // of a cell, each way
	scale := float64(printDPI) / float64(dpi)
	size := ink.Bounds().Size()
	w, h := int(float64(size.X)/scale), int(float64(size.Y)/scale)
	out := image.NewGray(image.Rect(0, 0, w, h))
	sin, cos := math.Sincos(angle * math.Pi / 180)
	middleX, middleY := float64(w)/2, float64(h)/2
	for y := range h {
		for x := range w {
			sum := 0
			for r := range rays * rays {
				u := float64(x) + dx + (float64(r%rays)+0.5)/rays - middleX
				v := float64(y) + dy + (float64(r/rays)+0.5)/rays - middleY
				px, py := int((u*cos-v*sin+middleX)*scale), int((u*sin+v*cos+middleY)*scale)
				if image.Pt(px, py).In(ink.Rect) {
					sum += int(ink.Pix[py*ink.Stride+px])
				} else {
					sum += 255
				}
			}
			out.SetGray(x, y, color.Gray{Y: uint8(sum / (rays * rays))})
		}
	}
	return out
}

// readByZBar has zbarimg read the files, all in one call.
func readByZBar(t *testing.T, all []sample) []string {
	args := []string{"--nodbus", "--quiet", "--xml", "-Sdisable", "-Sqrcode.enable"}
	at := map[string]int{}
	for i, s := range all {
		args = append(args, s.file)
		at[s.file] = i
	}
	// It exits with 4 when one picture of many has no code.
	out, err := exec.Command("zbarimg", args...).Output()
	var found struct {
		Source []struct {
			File string   `xml:"href,attr"`
			Data []string `xml:"index>symbol>data"`
		} `xml:"source"`
	}
	if parse := xml.Unmarshal(out, &found); parse != nil {
		t.Errorf("zbarimg: %v, %v", err, parse)
	}
	texts := make([]string, len(all))
	for _, s := range found.Source {
		if len(s.Data) > 0 {
			texts[at[s.File]] = s.Data[0]
		}
	}
	return texts
}

// readByZXing reads the pictures by gozxing: as they are and, since it looks
// for the corners of a code only to half a dot, enlarged; each with its two
// ways to tell black from white. plain is how many it read as they are.
func readByZXing(all []sample) (texts []string, plain int) {
	texts = make([]string, len(all))
	for i, s := range all {
		for times := 1; times <= 3 && texts[i] == ""; times++ {
			texts[i] = zxing(enlarged(s.scan, times))
			if times == 1 && texts[i] != "" {
				plain++
			}
		}
	}
	return texts, plain
}

func zxing(picture *image.Gray) string {
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	source := gozxing.NewLuminanceSourceFromImage(picture)
	for _, binary := range []gozxing.Binarizer{gozxing.NewHybridBinarizer(source), gozxing.NewGlobalHistgramBinarizer(source)} {
		bitmap, err := gozxing.NewBinaryBitmap(binary)
		if err != nil {
			continue
		}
		if r, err := qrcode.NewQRCodeReader().Decode(bitmap, hints); err == nil {
			return r.GetText()
		}
	}
	return ""
}

// enlarged returns the picture so many times as wide and high, between the dots
// by straight lines.
func enlarged(in *image.Gray, times int) *image.Gray {
	if times == 1 {
		return in
	}
	size := in.Rect.Size()
	out := image.NewGray(image.Rect(0, 0, size.X*times, size.Y*times))
	whole := 2 * times // a dot in halves of the new ones, so that all stays whole
	// place is the dot before a place, and how far the place is beyond it.
	place := func(at, limit int) (dot, beyond int) {
		x := max(0, 2*at+1-times)
		dot = min(x/whole, limit-2)
		return dot, min(x-dot*whole, whole)
	}
	for y := range size.Y * times {
		v, fv := place(y, size.Y)
		upper, lower := in.Pix[v*in.Stride:], in.Pix[(v+1)*in.Stride:]
		for x := range size.X * times {
			u, fu := place(x, size.X)
			top := int(upper[u])*(whole-fu) + int(upper[u+1])*fu
			bottom := int(lower[u])*(whole-fu) + int(lower[u+1])*fu
			out.Pix[y*out.Stride+x] = uint8((top*(whole-fv) + bottom*fv) / (whole * whole))
		}
	}
	return out
}
