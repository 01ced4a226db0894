package attachments

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"tamga/documents/attachments/outline"
	"tamga/documents/store"
)

// attachmentColumns are read by scanRow, from attachments as a and jobs as j.
const attachmentColumns = `a.id, a.application, a.seq, a.name, a.item, a.type, a.size, a.sha256, a.signed, a.findings, a.scan, a.scan_detail,
	a.client, a.person, a.added_at, a.removed_at, a.removed_by, COALESCE(j.last_error, '')
	FROM attachments a LEFT JOIN jobs j ON j.kind = '` + scanJob + `' AND j.id = a.id`

func scanRow(scan func(...any) error) (Attachment, error) {
	var a Attachment
	var findings, state, failure string
	var signed, added, gone int64
	err := scan(&a.ID, &a.Application, &a.Seq, &a.Name, &a.Item, &a.Type, &a.Size, &a.SHA256, &signed, &findings, &state, &a.ScanDetail,
		&a.Client, &a.Person, &added, &gone, &a.RemovedBy, &failure)
	if errors.Is(err, sql.ErrNoRows) {
		return a, ErrNotFound
	}
	if err != nil {
		return a, fmt.Errorf("failed to read an attachment: %w", err)
	}
	a.Signed, a.Scan, a.AddedAt = signed != 0, State(state), store.Time(added)
	if gone != 0 {
		a.RemovedAt = store.Time(gone)
	}
	if a.Scan == Scanning && failure != "" {
		a.Scan, a.ScanDetail = Away, failure
	}
	for _, f := range strings.FieldsFunc(findings, func(r rune) bool { return r == ',' }) {
		a.Findings = append(a.Findings, outline.Finding(f))
	}
	return a, nil
}

func joined(findings []outline.Finding) string {
	var b strings.Builder
	for i, f := range findings {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(f))
	}
	return b.String()
}

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func one(ctx context.Context, r store.Reader, id string) (Attachment, error) {
	return scanRow(r.QueryRowContext(ctx, `SELECT `+attachmentColumns+` WHERE a.id = $1`, id).Scan)
}

// Attachment returns an attachment by its id, also one that was taken out.
func (b *Book) Attachment(ctx context.Context, id string) (a Attachment, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return one(ctx, b.Store, id)
}

// List returns the attachments of an application, by its id.
func (b *Book) List(ctx context.Context, application string) (all []Attachment, err error) {
	ctx, end := b.Store.Bounded(ctx)
	defer end(&err)
	return Of(ctx, b.Store, application)
}

// Of returns the attachments that an application has, by its id, in the order in which
// they came.
func Of(ctx context.Context, r store.Reader, application string) ([]Attachment, error) {
	rows, err := r.QueryContext(ctx, `SELECT `+attachmentColumns+` WHERE a.application = $1 AND a.removed_at = 0 ORDER BY a.seq`, application)
	if err != nil {
		return nil, fmt.Errorf("failed to read the attachments: %w", err)
	}
	defer rows.Close()
	var all []Attachment
	for rows.Next() {
		a, err := scanRow(rows.Scan)
		if err != nil {
			return nil, err
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
