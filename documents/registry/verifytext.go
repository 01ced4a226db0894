package registry

import (
	"context"
	"fmt"
	"strings"
)

// textColumns are the columns of text by table, and what a row is called. SQLite
// keeps bytes in them too: the same to the digests and to whoever reads the row,
// and to a statement that looks for the text not there. What no statement
// compares is left out. It is read only.
var textColumns = []struct {
	subject, table, name string
	columns              []string
}{
	{subjectDocument, "documents", "number", []string{
		"number", "kind", "status", "content", "content_sha256", "client", "file_sha256", "evidence", "about", "check_code", "layout",
	}},
	{subjectDocument, "files", "number", []string{"number"}},
	{subjectDocument, "events", "number", []string{"number", "kind", "detail", "data"}},
	{subjectDocument, "requests", "number", []string{"client", "idempotency_key", "body_sha256", "number"}},
	{subjectClient, "clients", "id", []string{"id", "name", "scopes", "secret_sha256"}},
	{subjectExtension, "extensions", "id", []string{"id", "client", "format", "level"}},
	{subjectPhotograph, "photographs", "sha256", []string{"sha256", "client"}},
	{subjectSealKey, "seal_keys", "id", []string{"id"}},
}

// verifyText looks for columns of text that hold bytes.
func verifyText(ctx context.Context, db querier) error {
	for _, t := range textColumns {
		var parts []string
		for _, column := range t.columns {
			parts = append(parts, fmt.Sprintf("%s <> CAST(%s AS TEXT)", column, column))
		}
		found, err := readValues(ctx, db, 1,
			`SELECT `+t.name+` FROM `+t.table+` WHERE `+strings.Join(parts, " OR ")+` ORDER BY 1 LIMIT 1`)
		if err != nil {
			return fmt.Errorf("failed to verify the text in %s: %w", t.table, err)
		}
		if len(found) > 0 {
			return &TamperError{Index: -1, Subject: t.subject, Number: asText(found[0]), Reason: "a text in its row in " + t.table + " was made bytes"}
		}
	}
	return nil
}
