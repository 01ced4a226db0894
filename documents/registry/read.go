package registry

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
)

const selectRecord = `
	SELECT number, kind, status, content, content_sha256, client, reserved_at, file_sha256, evidence, check_code,
		erased_at, layout
	FROM documents `

// Document returns what the register knows of a number, whatever its status.
// The number is taken as printed; use documents.ParseNumber first on what
// people type. A number never taken is [ErrNotFound]; one whose content was erased
// is [ErrErased], and [Registry.History] still tells its life.
func (r *Registry) Document(ctx context.Context, number string) (_ Record, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rec, err := r.anyDocument(ctx, number)
	if err == nil && !rec.ErasedAt.IsZero() {
		return Record{}, fmt.Errorf("document %s: %w", number, ErrErased)
	}
	return rec, err
}

// anyDocument reads a document, erased or not.
func (r *Registry) anyDocument(ctx context.Context, number string) (Record, error) {
	if !possible(number) {
		return Record{}, ErrNotFound
	}
	rec, err := scanRecord(r.Store.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, number).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, ErrNotFound
	}
	if err != nil {
		return Record{}, fmt.Errorf("failed to read document %s: %w", number, err)
	}
	return rec, nil
}

// PDF returns the signed file of a document in force, the very bytes that were
// verified when it was issued; they are never rendered again. A number without
// such a file is [ErrNotFound], and one that was erased [ErrErased]. Bytes that do not have the recorded SHA-256
// any more are not returned: the error is [ErrTampered].
func (r *Registry) PDF(ctx context.Context, number string) (_ []byte, err error) {
	if !possible(number) {
		return nil, ErrNotFound
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	if n, err := documents.ParseNumber(number); err == nil && n.Series == documents.SeriesElsewhere {
		return nil, ErrNotFound // its file is the act by which it was entered
	}
	var file []byte
	var sum string
	var erased int64
	err = r.Store.QueryRowContext(ctx, `
		SELECT f.bytes, d.file_sha256, d.erased_at FROM documents d LEFT JOIN files f ON f.number = d.number
		WHERE d.number = $1 AND d.status = 'in_force'`, number).Scan(&file, &sum, &erased)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrNotFound
	case err != nil:
		return nil, fmt.Errorf("failed to read the file of document %s: %w", number, err)
	case erased != 0:
		return nil, fmt.Errorf("document %s: %w", number, ErrErased)
	case store.HexSum(file) != sum:
		return nil, &TamperError{Index: -1, Number: number, Reason: "the stored file is not the one that was signed"}
	}
	return file, nil
}

// ByFile returns the document whose signed file has this SHA-256, in
// hexadecimal, and its life. A file that the register has not issued is
// [ErrNotFound], and one whose content was erased [ErrErased].
func (r *Registry) ByFile(ctx context.Context, sum string) (_ Record, _ documents.Life, err error) {
	if len(sum) != 2*sha256.Size {
		return Record{}, documents.Life{}, ErrNotFound
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rec, err := scanRecord(r.Store.QueryRowContext(ctx, selectRecord+`
		WHERE file_sha256 = $1 AND status = 'in_force'`, sum).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, documents.Life{}, ErrNotFound
	}
	if err != nil {
		return Record{}, documents.Life{}, fmt.Errorf("failed to look for a file: %w", err)
	}
	if !rec.ErasedAt.IsZero() {
		return Record{}, documents.Life{}, fmt.Errorf("document %s: %w", rec.Number, ErrErased)
	}
	life, err := history(ctx, r.Store, rec)
	return rec, life, err
}

// MostListed is how many records [Registry.List] returns at the most.
const MostListed = 200

// List returns up to limit records (at most [MostListed]; zero or less means 50) in the
// order in which their numbers were taken, beginning after the document with
// the number after, or with the first if after is empty. Of those that were
// erased it says so.
func (r *Registry) List(ctx context.Context, after string, limit int) (_ []Record, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	const usual = 50
	if limit <= 0 {
		limit = usual
	}
	var since int64
	if after != "" {
		if !possible(after) {
			return nil, ErrNotFound
		}
		err := r.Store.QueryRowContext(ctx,
			`SELECT reserved_at FROM documents WHERE number = $1`, after).Scan(&since)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, ErrNotFound
		}
		if err != nil {
			return nil, fmt.Errorf("failed to list the documents: %w", err)
		}
	}
	rows, err := r.Store.QueryContext(ctx, selectRecord+`
		WHERE (reserved_at, number) > ($1, $2) ORDER BY reserved_at, number LIMIT $3`,
		since, after, min(limit, MostListed))
	if err != nil {
		return nil, fmt.Errorf("failed to list the documents: %w", err)
	}
	defer rows.Close()
	var list []Record
	for rows.Next() {
		rec, err := scanRecord(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("failed to list the documents: %w", err)
		}
		list = append(list, rec)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("failed to list the documents: %w", err)
	}
	return list, nil
}

// possible reports whether a number is of a form that the register gives. What
// is not, some of which a database would not even accept as text, needs no
// question.
func possible(number string) bool {
	n, err := documents.ParseNumber(number)
	return err == nil && n.String == number
}

func scanRecord(scan func(...any) error) (Record, error) {
	var rec Record
	var kind, status, content, evidence, layout string
	var reservedAt, erasedAt int64
	err := scan(&rec.Number, &kind, &status, &content, &rec.ContentSHA256,
		&rec.Client, &reservedAt, &rec.FileSHA256, &evidence, &rec.CheckCode, &erasedAt, &layout)
	if err != nil {
		return Record{}, err
	}
	rec.Kind, rec.Status = documents.Kind(kind), documents.Status(status)
	rec.ReservedAt, rec.Edition = store.Time(reservedAt), editionIn(layout)
	if erasedAt != 0 {
		rec.ErasedAt = store.Time(erasedAt)
	}
	if evidence != "" {
		rec.Evidence = json.RawMessage(evidence)
	}
	if err := json.Unmarshal([]byte(content), &rec.Content); err != nil {
		return Record{}, fmt.Errorf("content of %s: %w", rec.Number, err)
	}
	return rec, nil
}
