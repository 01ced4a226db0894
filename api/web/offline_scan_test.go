package web_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/browsertest"
	"tamga/qr"
)

// codeImage draws a code into the middle of a grey picture.
func codeImage(t *testing.T, text string, module, width, height int) *image.Gray {
	t.Helper()
	code, err := new(qr.Encoder).Encode(text, qr.M)
	if err != nil {
		t.Fatal(err)
	}
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for i := range picture.Pix {
		picture.Pix[i] = 235
	}
	left, top := (width-code.Size*module)/2, (height-code.Size*module)/2
	for y := range code.Size * module {
		for x := range code.Size * module {
			if code.Dark(x/module, y/module) {
				picture.SetGray(left+x, top+y, color.Gray{20})
			}
		}
	}
	return picture
}

func writeFile(t *testing.T, name string, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// video writes a picture as a film of two frames (YUV4MPEG2), for the
// browser's camera.
func video(t *testing.T, picture *image.Gray) string {
	t.Helper()
	size := picture.Bounds().Size()
	var film bytes.Buffer
	fmt.Fprintf(&film, "YUV4MPEG2 W%d H%d F10:1 Ip A1:1 C420jpeg\n", size.X, size.Y)
	for range 2 {
		film.WriteString("FRAME\n")
		film.Write(picture.Pix)
		film.Write(bytes.Repeat([]byte{128}, size.X*size.Y/2))
	}
	return writeFile(t, "camera.y4m", film.Bytes())
}

// A code is read from a picture and by the camera.
func TestOfflineScan(t *testing.T) {
	_, key := newKey(t)
	text := "https://tamga.example/check/26000001/7K2M-Q0ZT-9HXA#" + sealed(t, key, licence())
	b, s := browsertest.Open(t, video(t, codeImage(t, text, 6, 1280, 720))), serve(t)
	page := s.page("offline", key, signedList(t, key, time.Now()))
	const want = "in_force offline_in_force_note"

	var sharp, coarse bytes.Buffer
	if err := png.Encode(&sharp, codeImage(t, text, 4, 600, 500)); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&coarse, codeImage(t, text, 4, 2480, 3508), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	for name, picture := range map[string][]byte{"code.png": sharp.Bytes(), "page.jpg": coarse.Bytes()} {
		b.Run(t, browsertest.Visit(page), browsertest.Upload("#picture", writeFile(t, name, picture)))
		if got := answerIn(t, b); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}

	var empty bytes.Buffer
	if err := png.Encode(&empty, image.NewGray(image.Rect(0, 0, 300, 300))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"empty.png":   {empty.Bytes(), "No QR code was found"},
		"garbage.png": {[]byte("garbage"), "cannot be opened as a picture"},
	} {
		b.Run(t, browsertest.Visit(page), browsertest.Upload("#picture", writeFile(t, name, c.file)), browsertest.Until("#answer", c.says))
	}

	b.Run(t, browsertest.Visit(page), browsertest.Click("#camera"))
	if got := answerIn(t, b); got != want {
		t.Errorf("by camera: %s, want %s", got, want)
	}
	b.Run(t, browsertest.See("#camera"), browsertest.Gone("#video"))
	b.Quiet(t)
}
