package registry

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/documents/store"
)

// pictureOf is the head of a grey PNG of so many pixels, made as long as wanted.
func pictureOf(width, height, size int) []byte {
	header := binary.BigEndian.AppendUint32([]byte("IHDR"), uint32(width))
	header = append(binary.BigEndian.AppendUint32(header, uint32(height)), 8, 0, 0, 0, 0)
	b := slices.Concat([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), header, binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(header)))
	return append(b, make([]byte, max(0, size-len(b)))...)
}

// Each limit of a photograph, at it and one beyond.
func TestLimitsOfPhotographs(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/register.sqlite")
	for _, c := range []struct {
		width, height, size int
		says                string // "" when it is kept
	}{
		{maxPhotoSide, 1, 0, ""},
		{1, maxPhotoSide, 0, ""},
		{maxPhotoSide + 1, 1, 0, "png of 10001 x 1 pixels"},
		{1, maxPhotoSide + 1, 0, "png of 1 x 10001 pixels"},
		{6144, maxPhotoPixels / 6144, 0, ""},
		{6144, maxPhotoPixels/6144 + 1, 0, "png of 6144 x 4097 pixels"},
		{3, 2, MaxPhotograph, ""},
		{3, 2, MaxPhotograph + 1, "more than 6291456 bytes"},
	} {
		sum, err := r.AddPhotograph(t.Context(), "portal", pictureOf(c.width, c.height, c.size))
		if c.says == "" && (err != nil || sum == "") {
			t.Errorf("%+v: %v", c, err)
		}
		if c.says != "" && (!errors.Is(err, ErrBadPhotograph) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// A document takes so many bytes of photographs, and not one more.
func TestLimitOfAllPhotographs(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/register.sqlite")
	keep := func(size int) documents.Photograph {
		t.Helper()
		sum, err := r.AddPhotograph(t.Context(), "portal", pictureOf(3, 2, size))
		must(t, err)
		return documents.Photograph{SHA256: sum}
	}
	rest := maxOfAllPhotos % MaxPhotograph
	full := slices.Repeat([]documents.Photograph{keep(MaxPhotograph)}, maxOfAllPhotos/MaxPhotograph)
	for last, want := range map[int]string{
		rest: "", rest + 1: fmt.Sprintf("/export_certificate/photographs/%d/sha256 too_long", len(full)),
	} {
		draft := documents.Draft{ExportCertificate: &documents.ExportCertificate{Photographs: append(slices.Clone(full), keep(last))}}
		err := r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error { return havePhotographs(ctx, tx, draft) })
		got := ""
		if invalid := (*documents.InvalidError)(nil); errors.As(err, &invalid) {
			got = invalid.Fields[0].Pointer + " " + invalid.Fields[0].Code
		} else {
			must(t, err)
		}
		if got != want {
			t.Errorf("with %d bytes more: %q, want %q", last, got, want)
		}
	}
}

// Names as long as they may be.
func TestLimitsOfNames(t *testing.T) {
	r, _ := open(t, t.TempDir()+"/register.sqlite")
	must(t, second(r.Store.AddClient(t.Context(), strings.Repeat("ә", 200), nil)))
	for length, want := range map[int]error{255: nil, 256: store.ErrBadKey} {
		for _, req := range []IssueRequest{
			{Client: strings.Repeat("c", length), IdempotencyKey: "k", Draft: licenceDraft(1)},
			{Client: "portal", IdempotencyKey: strings.Repeat("k", length), Draft: licenceDraft(1)},
		} {
			if _, _, err := r.Issue(t.Context(), req); !errors.Is(err, want) {
				t.Errorf("%d characters: %v, want %v", length, err, want)
			}
		}
	}
}
