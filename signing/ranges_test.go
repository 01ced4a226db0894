package signing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/certs"
)

// signatures made one after another: each leaves a gap of 10 bytes before the
// last 10 of its revision.
func growing(file []byte, count int) [][4]int64 {
	var all [][4]int64
	step := int64(len(file) / count)
	for end := step; len(all) < count; end += step {
		all = append(all, [4]int64{0, end - 20, end - 10, 10})
	}
	return all
}

// A thousand signatures, each over all that stands before it, cost one reading
// of the file and their own ends, for each algorithm.
func TestRangesAreReadOnce(t *testing.T) {
	file := bytes.Repeat([]byte("0123456789abcdef"), 4000)
	list := growing(file, 1000)
	for _, d := range []certs.Digest{certs.SHA1, certs.SHA256, certs.SHA384, certs.SHA512, certs.GOST34311, certs.Streebog256, certs.Streebog512} {
		r := newRanges(t.Context(), file)
		for _, b := range list {
			r.expect(b)
		}
		before := r.left
		for range 2 {
			for i := range list {
				b := list[(i*7)%len(list)] // in another order
				got, err := r.sum(d, b)
				if i%25 != 0 && err == nil {
					continue
				}
				if want := d.Sum(file[:b[1]], file[b[2]:b[2]+b[3]]); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s of %v: %x, want %x (%v)", d.Name, b, got, want, err)
				}
			}
		}
		last := list[len(list)-1]
		if read, want := before-r.left, last[1]+int64(10*len(list)); read != want {
			t.Errorf("%s: %d bytes were digested, want %d", d.Name, read, want)
		}
	}
}

// Ranges that nobody announced, and those that do not begin with the file, are
// digested as well.
func TestRangesOfOtherShapes(t *testing.T) {
	file := []byte(strings.Repeat("abcdefgh", 100))
	r := newRanges(t.Context(), file)
	r.expect([4]int64{0, 100, 200, 10})
	for _, b := range [][4]int64{{0, 100, 200, 10}, {0, 50, 60, 10}, {0, 300, 310, 490}, {10, 40, 60, 10}, {0, 0, 1, 2}, {0, 800, 800, 0}} {
		want := certs.SHA256.Sum(file[b[0]:b[0]+b[1]], file[b[2]:b[2]+b[3]])
		if got, err := r.sum(certs.SHA256, b); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v: %x, want %x (%v)", b, got, want, err)
		}
	}
}

// The bound, one byte below and one above, and the end of the context.
func TestRangesEnd(t *testing.T) {
	file := make([]byte, 1000)
	for left, want := range map[int64]error{1000: nil, 999: errManyRanges} {
		r := newRanges(t.Context(), file)
		r.left = left
		if _, err := r.sum(certs.SHA256, [4]int64{0, 500, 500, 500}); !errors.Is(err, want) {
			t.Errorf("with %d bytes left: %v", left, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newRanges(ended, file).sum(certs.Streebog512, [4]int64{0, 500, 500, 500}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context's end: %v", err)
	}
}

// manyGaps is a PDF with signatures side by side, each of which leaves out
// itself and covers all the rest. cms is what each carries.
func manyGaps(cms []byte, signatures, padding int) []byte {
	var b bytes.Buffer
	offsets := []int{0}
	object := func(text string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets)-1, text)
	}
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	object("<</Type/Catalog/Pages 2 0 R/AcroForm 4 0 R>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>>>")
	fields := ""
	for i := range signatures {
		fields += fmt.Sprintf("%d 0 R ", 5+2*i)
	}
	object("<</SigFlags 3/Fields[" + fields + "]>>")
	var gaps [][2]int
	for i := range signatures {
		object(fmt.Sprintf("<</FT/Sig/T(s%d)/V %d 0 R/Type/Annot/Subtype/Widget/Rect[0 0 0 0]/F 132>>", i, 6+2*i))
		object(fmt.Sprintf("<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange [0 ########## ########## ##########]/Contents <%x>>>", cms))
		gap := bytes.LastIndex(b.Bytes(), []byte("/Contents <")) + len("/Contents ")
		gaps = append(gaps, [2]int{gap, gap + 2*len(cms) + 2})
	}
	object(fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", padding, strings.Repeat("x", padding)))
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets))
	for _, o := range offsets[1:] {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(offsets), at)
	file := b.Bytes()
	for _, g := range gaps {
		place := bytes.Index(file, []byte("##########"))
		copy(file[place:], fmt.Sprintf("%010d %010d %010d", g[0], g[1], len(file)-g[1]))
	}
	return file
}
