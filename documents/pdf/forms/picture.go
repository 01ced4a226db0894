package forms

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
)

// specimenPicture draws the i-th photograph of the specimens; the fourth is a PNG.
func specimenPicture(i int) []byte {
	if i == 3 {
		return pngFile(vessel(300, 520, 0.5))
	}
	return jpegFile(vessel(640+i*40, 480, float64(i)/4))
}

// vessel draws a pot before a background, so that a specimen has a photograph.
func vessel(w, h int, hue float64) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w)*2-1, float64(y)/float64(h)*2-1
			r := 0.25 + 0.4*math.Cos(v*1.3+0.3)*math.Cos(v*1.3+0.3)
			c := color.RGBA{R: uint8(225 - 20*v), G: uint8(222 - 25*v), B: uint8(215 - 30*v), A: 255}
			if v > -0.75 && v < 0.8 && math.Abs(u) < r {
				light := 0.35 + 0.65*math.Sqrt(1-u*u/(r*r))
				band := 1.0
				if math.Mod(v*7+3*math.Abs(math.Sin(u*9)), 2) < 0.5 {
					band = 0.7
				}
				c = color.RGBA{R: uint8(190 * light * band), G: uint8((120 + 50*hue) * light * band), B: uint8((70 + 90*hue) * light * band), A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func jpegFile(img image.Image) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		return nil // a bytes.Buffer does not fail
	}
	return b.Bytes()
}

func pngFile(img image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil // likewise
	}
	return b.Bytes()
}
