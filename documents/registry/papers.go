package registry

import (
	"context"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
)

// HeldPaper is where the register holds the paper behind an event: a file of an
// application, or a document of its own. All is empty where it holds none.
type HeldPaper struct {
	Application, Attachment string // ids
	Document                string // a number
}

// Held reports whether the paper is there.
func (h HeldPaper) Held() bool { return h != HeldPaper{} }

// Paper finds the paper behind an event, by the digest or the number that the event names.
// Of several files with the digest it is the one that came first.
func (r *Registry) Paper(ctx context.Context, p documents.Paper) (h HeldPaper, err error) {
	if p == (documents.Paper{}) {
		return h, nil
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	if p.SHA256 != "" {
		found, err := readValues(ctx, r.Store, 2, `SELECT application, id FROM attachments WHERE sha256 = $1 AND removed_at = 0 ORDER BY added_at, id LIMIT 1`, p.SHA256)
		if err != nil {
			return h, fmt.Errorf("failed to look for a paper: %w", err)
		}
		if len(found) > 0 {
			h.Application, h.Attachment = asText(found[0]), asText(found[1])
		}
	}
	found, err := readValues(ctx, r.Store, 1, `SELECT number FROM documents WHERE (number = $1 OR file_sha256 = $2 AND file_sha256 <> '')
		AND status = 'in_force' AND erased_at = 0 ORDER BY number LIMIT 1`, p.Number, p.SHA256)
	if err != nil {
		return h, fmt.Errorf("failed to look for a paper: %w", err)
	}
	if len(found) > 0 {
		h.Document = asText(found[0])
	}
	return h, nil
}

// samePaper refuses a digest beside the number of a document which is not that of its file.
func samePaper(ctx context.Context, tx *store.Tx, p documents.Paper) error {
	if p.Number == "" || p.SHA256 == "" {
		return nil
	}
	found, err := readValues(ctx, tx, 1, `SELECT file_sha256 FROM documents WHERE number = $1`, p.Number)
	if err != nil {
		return fmt.Errorf("failed to look for the paper of an event: %w", err)
	}
	if len(found) == 0 || asText(found[0]) != p.SHA256 {
		return &documents.InvalidError{Fields: []documents.FieldError{{
			Pointer: "/paper/sha256", Code: documents.CodeDigest, Detail: "is not the digest of the file of that document",
		}}}
	}
	return nil
}
