package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"testing"
)

func pngPicture(t *testing.T, width, height int) []byte {
	t.Helper()
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			m.SetNRGBA(x, y, color.NRGBA{R: 200, G: 30, B: 30, A: uint8(255 * x / width)})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, m); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// resized declares other dimensions in a picture's header, as a bomb does.
func resized(file []byte, width, height uint32) []byte {
	file = bytes.Clone(file)
	binary.BigEndian.PutUint32(file[16:], width)
	binary.BigEndian.PutUint32(file[20:], height)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestEmblem(t *testing.T) {
	small := pngPicture(t, 40, 20)
	tests := []struct {
		name string
		file []byte
		ok   bool
	}{
		{"small", small, true},
		{"large", pngPicture(t, 1200, 1600), true},
		{"not a picture", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), false},
		{"truncated", small[:len(small)/2], false},
		{"too wide", pngPicture(t, maxEmblemSide+1, 1), false},
		{"bomb by its header", resized(small, 60000, 60000), false},
		{"more than it has", resized(small, 1999, 1999), false},
		{"no pixels", resized(small, 0, 20), false},
		{"too many bytes", append(bytes.Clone(small), make([]byte, maxEmblemBytes)...), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, err := Compile(Options{CheckURL: checkAddress, Emblem: test.file, Editions: editions()})
			if !test.ok {
				if !errors.Is(err, ErrEmblem) {
					t.Errorf("want ErrEmblem, got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			file := render(t, l, specimens(t)["licence"])
			if _, err := parse(file); err != nil || !bytes.Contains(file, []byte("/Subtype/Image")) {
				t.Errorf("the emblem is not in a sound file: %v", err)
			}
		})
	}
}

func TestRounded(t *testing.T) {
	in := "390.40 200.00 m\n-0.004 1.006 l\n0.4549 0.5 0 rg\n3.6 w\n12 0 0 5 re\n/P<</MCID 1.50>>BDC\nBT 1.2345 2 Td (1.2345) Tj ET\n"
	for decimals, want := range map[int]string{
		0: "390 200 m\n0 1 l\n0.455 0.5 0 rg\n3.6 w\n12 0 0 5 re\n/P<</MCID 1.50>>BDC\nBT 1.2345 2 Td (1.2345) Tj ET\n",
		2: "390.4 200 m\n0 1.01 l\n0.455 0.5 0 rg\n3.6 w\n12 0 0 5 re\n/P<</MCID 1.50>>BDC\nBT 1.2345 2 Td (1.2345) Tj ET\n",
	} {
		if got := string(rounded([]byte(in), decimals)); got != want {
			t.Errorf("%d decimals: %q, want %q", decimals, got, want)
		}
	}
}
