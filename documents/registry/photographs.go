package registry

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the formats that documents print
	_ "image/png"

	"tamga/documents"
	"tamga/documents/store"
)

// Limits of a photograph: bytes, pixels, and pixels of a side.
const (
	MaxPhotograph  = 6 << 20
	maxPhotoPixels = 24 << 20
	maxPhotoSide   = 10_000
	maxOfAllPhotos = 64 << 20 // bytes, in one document
)

// AddPhotograph keeps a picture for documents that name it by its SHA-256,
// which is returned in hexadecimal. The same picture is kept once. What is not
// a JPEG or PNG of a reasonable size is [ErrBadPhotograph]; its pixels are not
// unpacked here.
func (r *Registry) AddPhotograph(ctx context.Context, client string, file []byte) (string, error) {
	if len(file) > MaxPhotograph {
		return "", fmt.Errorf("%w: more than %d bytes", ErrBadPhotograph, MaxPhotograph)
	}
	config, format, err := image.DecodeConfig(bytes.NewReader(file))
	side := max(config.Width, config.Height)
	switch {
	case err != nil:
		return "", fmt.Errorf("%w: neither JPEG nor PNG", ErrBadPhotograph)
	case min(config.Width, config.Height) < 1 || side > maxPhotoSide || config.Width*config.Height > maxPhotoPixels:
		return "", fmt.Errorf("%w: %s of %d x %d pixels", ErrBadPhotograph, format, config.Width, config.Height)
	}
	sum, now := store.HexSum(file), r.now()
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		fresh, err := tx.Changed(ctx, `
			INSERT INTO photographs (sha256, bytes, client, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (sha256) DO NOTHING`, sum, file, client, store.Micros(now))
		if err != nil || !fresh {
			return err
		}
		return logRow(ctx, tx, rowSubjectOf(subjectPhotograph), store.Kept, rowEvent{sum, now})
	})
	if err != nil {
		return "", fmt.Errorf("failed to keep the photograph: %w", err)
	}
	return sum, nil
}

// photographs returns the pictures that a content names.
func (r *Registry) photographs(ctx context.Context, db store.Reader, content documents.Draft) (_ map[string][]byte, err error) {
	certificate := content.ExportCertificate
	if certificate == nil {
		return nil, nil
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	files := map[string][]byte{}
	for _, p := range certificate.Photographs {
		var file []byte
		err := db.QueryRowContext(ctx, `SELECT bytes FROM photographs WHERE sha256 = $1`, p.SHA256).Scan(&file)
		if err != nil {
			return nil, fmt.Errorf("failed to read photograph %s: %w", p.SHA256, err)
		}
		if store.HexSum(file) != p.SHA256 {
			return nil, fmt.Errorf("%w: photograph %s", errDamaged, p.SHA256)
		}
		files[p.SHA256] = file
	}
	return files, nil
}

// havePhotographs refuses a content that names pictures which the register
// does not have, or more than a document can hold.
func havePhotographs(ctx context.Context, tx *store.Tx, content documents.Draft) error {
	if content.ExportCertificate == nil {
		return nil
	}
	total := 0
	for i, p := range content.ExportCertificate.Photographs {
		var size int
		err := tx.QueryRowContext(ctx, `SELECT LENGTH(bytes) FROM photographs WHERE sha256 = $1`, p.SHA256).Scan(&size)
		field := fmt.Sprintf("/photographs/%d/sha256", i)
		if errors.Is(err, sql.ErrNoRows) {
			return refusedField(content, field, documents.CodeUnknown, "the register has no such photograph")
		}
		if err != nil {
			return fmt.Errorf("failed to look for a photograph: %w", err)
		}
		if total += size; total > maxOfAllPhotos {
			return refusedField(content, field, documents.CodeTooLong, "the photographs are too large together")
		}
	}
	return nil
}
