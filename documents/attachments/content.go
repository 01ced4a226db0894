package attachments

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"

	"tamga/documents/store"
)

// partLength is how much of a file is in memory at a time.
const partLength = 256 << 10

// keep writes a content, if no attachment has it yet. The row of a content is the lock
// of all who add or remove it.
func keep(ctx context.Context, tx *store.Tx, sum string, file []byte) error {
	var held int
	err := tx.QueryRowContext(ctx, `INSERT INTO attachment_contents (sha256, size, held) VALUES ($1, $2, 1)
		ON CONFLICT (sha256) DO UPDATE SET held = attachment_contents.held + 1 RETURNING held`, sum, len(file)).Scan(&held)
	if err != nil {
		return fmt.Errorf("failed to keep the content: %w", err)
	}
	if held > 1 {
		return nil
	}
	n := 0
	for part := range slices.Chunk(file, partLength) {
		n++
		if _, err := tx.ExecContext(ctx, `INSERT INTO attachment_parts (sha256, part, bytes) VALUES ($1, $2, $3)`, sum, n, part); err != nil {
			return fmt.Errorf("failed to keep the content: %w", err)
		}
	}
	return nil
}

// letGo takes a content away that no attachment has any more.
func letGo(ctx context.Context, tx *store.Tx, sum string) error {
	var held int
	err := tx.QueryRowContext(ctx, `UPDATE attachment_contents SET held = held - 1 WHERE sha256 = $1 RETURNING held`, sum).Scan(&held)
	if err == nil && held == 0 {
		_, err = tx.ExecContext(ctx, `DELETE FROM attachment_parts WHERE sha256 = $1`, sum)
		if err == nil {
			_, err = tx.ExecContext(ctx, `DELETE FROM attachment_contents WHERE sha256 = $1`, sum)
		}
	}
	if err != nil {
		return fmt.Errorf("failed to let the content go: %w", err)
	}
	return nil
}

// Open returns an attachment with a reader of its content, which has one part of it in
// memory at a time, and ends with [ErrDamaged] if that is not what was attached. One
// that was taken out has no content: [ErrNotFound].
func (b *Book) Open(ctx context.Context, id string) (Attachment, io.ReadCloser, error) {
	a, err := b.Attachment(ctx, id)
	if err != nil {
		return a, nil, err
	}
	if !a.RemovedAt.IsZero() {
		return a, nil, ErrNotFound
	}
	return a, &content{ctx: ctx, db: b.Store, sum: a.SHA256, size: a.Size, hash: sha256.New()}, nil
}

// content reads the parts one after another.
type content struct {
	ctx  context.Context //nolint:containedctx // of one request, whose body it is
	db   *store.DB
	sum  string
	size int64
	part int
	rest bytes.Reader
	read int64
	hash hash.Hash
	err  error
}

// Read implements io.Reader.
func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if c.rest.Len() == 0 {
		if c.err = c.next(); c.err != nil {
			return 0, c.err
		}
	}
	return c.rest.Read(p)
}

// next reads the next part; at the end it compares what was read with the digest.
func (c *content) next() (err error) {
	ctx, end := c.db.Bounded(c.ctx)
	defer end(&err)
	c.part++
	var part []byte
	err = c.db.QueryRowContext(ctx, `SELECT bytes FROM attachment_parts WHERE sha256 = $1 AND part = $2`, c.sum, c.part).Scan(&part)
	switch {
	case errors.Is(err, sql.ErrNoRows) && c.read == c.size && hex.EncodeToString(c.hash.Sum(nil)) == c.sum:
		return io.EOF
	case errors.Is(err, sql.ErrNoRows), err == nil && len(part) == 0:
		return ErrDamaged
	case err != nil:
		return fmt.Errorf("failed to read the content: %w", err)
	}
	c.hash.Write(part)
	c.read += int64(len(part))
	c.rest.Reset(part)
	return nil
}

// Close implements io.Closer.
func (c *content) Close() error {
	c.err = io.ErrClosedPipe
	return nil
}
