package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"tamga/documents/store"
)

// subjectContent names the content of attachments, which has no records: it is
// compared with what those of the attachments say.
const subjectContent = "attachment_content"

// heldWrongly finds an attachment whose content is not there, or of another length.
const heldWrongly = `SELECT -1, sha256 FROM attachments a WHERE removed_at = 0 AND NOT EXISTS (
	SELECT 1 FROM attachment_contents c WHERE c.sha256 = a.sha256 AND c.size = a.size) ORDER BY sha256 LIMIT 1`

// jobTable is a table whose rows have jobs of a kind.
type jobTable struct {
	kind, subject, table string
	// lost finds a row whose job is not there, or does not stand as the row does.
	lost string
}

// jobTables is read only.
var jobTables = []jobTable{
	{"extension", subjectExtension, "extensions", `SELECT -1, id FROM extensions e WHERE NOT EXISTS (
		SELECT 1 FROM jobs j WHERE j.kind = 'extension' AND j.id = e.id AND j.done_at = e.done_at) ORDER BY id LIMIT 1`},
	{"application_wait", subjectWait, "application_waits", `SELECT -1, id FROM application_waits w WHERE NOT EXISTS (
		SELECT 1 FROM jobs j WHERE j.kind = 'application_wait' AND j.id = w.id AND j.done_at = w.ended_at) ORDER BY id LIMIT 1`},
	{"attachment_scan", subjectAttachment, "attachments", `SELECT -1, id FROM attachments a WHERE (a.scan = 'none') = EXISTS (
		SELECT 1 FROM jobs j WHERE j.kind = 'attachment_scan' AND j.id = a.id AND j.done_at = a.scanned_at) ORDER BY id LIMIT 1`},
	{"gateway_status", subjectGatewayStatus, "gateway_statuses", `SELECT -1, id FROM gateway_statuses s WHERE NOT EXISTS (
		SELECT 1 FROM jobs j WHERE j.kind = 'gateway_status' AND j.id = s.id AND j.done_at = s.sent_at) ORDER BY id LIMIT 1`},
	{"message", subjectMessage, "messages", `SELECT -1, id FROM messages m WHERE (m.channel = 'cabinet' AND m.document = '') = EXISTS (
		SELECT 1 FROM jobs j WHERE j.kind = 'message' AND j.id = m.id AND j.done_at = m.ended_at) ORDER BY id LIMIT 1`},
}

// ownerless finds a job whose row is not there.
func ownerless() string {
	var owned []string
	for _, t := range jobTables {
		owned = append(owned, `j.kind = '`+t.kind+`' AND EXISTS (SELECT 1 FROM `+t.table+` t WHERE t.id = j.id)`)
	}
	return `SELECT -1, id FROM jobs j WHERE NOT (` + strings.Join(owned, " OR ") + `) ORDER BY id LIMIT 1`
}

// verifyContents checks the content of every attachment, one part of one at a time.
func verifyContents(ctx context.Context, db store.Reader) error {
	for after := ""; ; {
		found, err := readValues(ctx, db, 4, `SELECT c.sha256, c.size, c.held, (SELECT COUNT(*) FROM attachments a WHERE a.sha256 = c.sha256 AND a.removed_at = 0)
			FROM attachment_contents c WHERE c.sha256 > $1 ORDER BY c.sha256 LIMIT 1`, after)
		if err != nil {
			return fmt.Errorf("failed to verify the contents: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		sum, size, held := asText(found[0]), found[1], found[2]
		after = sum
		wrong := func(reason string) error {
			return &TamperError{Index: -1, Subject: subjectContent, Number: sum, Reason: reason}
		}
		if _, text := found[0].(string); !text {
			return wrong("the sha256 is not text")
		}
		if held != found[3] || held == int64(0) {
			return wrong(fmt.Sprintf("it is held by %v attachments, and %v have it", held, found[3]))
		}
		read, total, err := sumOfParts(ctx, db, sum)
		if err != nil {
			return err
		}
		if read != sum || size != total {
			return wrong("the content was changed")
		}
	}
}

// sumOfParts returns the SHA-256 of the parts of a content and their length; nothing
// where they are not numbered from 1 on, or one is no bytes.
func sumOfParts(ctx context.Context, db store.Reader, sum string) (read string, total int64, err error) {
	hash := sha256.New()
	for n := int64(1); ; n++ {
		part, err := readValues(ctx, db, 2, `SELECT part, bytes FROM attachment_parts WHERE sha256 = $1 ORDER BY part LIMIT 1 OFFSET $2`, sum, n-1)
		if err != nil {
			return "", 0, fmt.Errorf("failed to read a content: %w", err)
		}
		if len(part) == 0 {
			return hex.EncodeToString(hash.Sum(nil)), total, nil
		}
		b, bytes := part[1].([]byte)
		if part[0] != n || !bytes || len(b) == 0 {
			return "", 0, nil
		}
		hash.Write(b)
		total += int64(len(b))
	}
}
