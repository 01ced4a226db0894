package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

// erasureRows is the table of the signed acts by which applications were erased.
const erasureRows = "application_erasures"

// leafErased says that the personal content of a row was taken out, and the salts of its
// earlier records with it.
const leafErased = string(documents.EventErased)

// ofApplication finds, table by table, the application that a row hangs on, whose erasure
// erases it. Rows of other tables are never erased. It is read only.
var ofApplication = map[string]string{
	"applications": `t.id`, "application_entries": `t.application`, "application_signatures": `t.application`, "application_waits": `t.application`,
	"attachments": `t.application`, "looks": `t.application`, "contacts": `t.application`, "messages": `t.application`, "payments": `t.application`,
	"payment_confirmations": `(SELECT p.application FROM payments p WHERE p.id = t.bill)`,
	"consents":              `t.application`, "gateway_messages": `t.application`,
}

// ErasedRow is a row out of which a caller has taken what is personal, in the same
// transaction.
type ErasedRow struct{ Table, Key string }

// EraseRows takes the salts of all records about rows away, and adds one to each that
// covers what is left, and names the signed act of the application that they hang on. That
// act is a row of application_erasures, which the caller writes in the same transaction.
func EraseRows(ctx context.Context, tx *store.Tx, rows []ErasedRow, by SignedErasure) error {
	for _, r := range rows {
		s := rowSubjectIn(r.Table)
		if ofApplication[r.Table] == "" || tx.Gathered(s.subject, r.Key) > 0 {
			return fmt.Errorf("%s: nothing is erased there", r.Table)
		}
		if err := forgetSalts(ctx, tx, s, r.Key); err != nil {
			return err
		}
	}
	for _, r := range rows {
		err := logRowAs(ctx, tx, rowSubjectIn(r.Table), r.Key, Leaf{Event: leafErased, RecordedAt: by.At, Act: store.HexSum(by.Signature)})
		if err != nil {
			return err
		}
	}
	return nil
}

// SignedErasure is the act by which an application is erased.
type SignedErasure struct {
	Signature []byte // CMS
	At        time.Time
}

func rowSubjectIn(table string) rowSubject {
	for _, s := range rowSubjects {
		if s.table == table {
			return s
		}
	}
	return rowSubject{}
}

func forgetSalts(ctx context.Context, tx *store.Tx, s rowSubject, key string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM log_salts WHERE idx IN (SELECT idx FROM log_entries WHERE subject = $1 AND number = $2)`, s.subject, key)
	if err != nil {
		return fmt.Errorf("failed to erase the salts of %s: %w", s.table, err)
	}
	return nil
}

// erasePreparations takes the sums of what was printed to be signed away, by which a
// content could be guessed. A preparation that goes on is of no document that is erased.
func erasePreparations(ctx context.Context, tx *store.Tx, number string, at time.Time) error {
	s := rowSubjectOf(subjectPreparation)
	keys, err := readValues(ctx, tx, 1, `SELECT id FROM preparations WHERE number = $1 ORDER BY round`, number)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := forgetSalts(ctx, tx, s, asText(key)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE preparations SET digest = '', digests = '',
			signature_sha256 = CASE signature_sha256 WHEN '' THEN '' ELSE 'erased' END WHERE id = $1`, asText(key))
		if err != nil {
			return err
		}
	}
	for _, key := range keys {
		if err := logRowAs(ctx, tx, s, asText(key), Leaf{Event: leafErased, RecordedAt: at}); err != nil {
			return err
		}
	}
	return nil
}

// saltless lists the rows of tables that have a record without its salt.
const saltless = `SELECT DISTINCT l.subject, l.number FROM log_entries l WHERE l.subject <> 'document'
	AND NOT EXISTS (SELECT 1 FROM log_salts s WHERE s.idx = l.idx)`

// verifyErased checks that every row whose salts are gone was erased by a signed act of
// its application, or with its document, and that every such act has erased.
func verifyErased(ctx context.Context, db store.Reader) error {
	const batch = 200
	var subject, number string
	for {
		found, err := readValues(ctx, db, 2, saltless+` AND (l.subject > $1 OR l.subject = $1 AND l.number > $2) ORDER BY 1, 2 LIMIT $3`, subject, number, batch)
		if err != nil {
			return fmt.Errorf("failed to list what was erased: %w", err)
		}
		for i := 0; i < len(found); i += 2 {
			subject, number = asText(found[i]), asText(found[i+1])
			idx, reason, err := wrongErasure(ctx, db, rowSubjectOf(subject), number)
			if err != nil {
				return err
			}
			if reason != "" {
				return &TamperError{Index: idx, Subject: subject, Number: number, Reason: reason}
			}
		}
		if len(found) < 2*batch {
			return verifyErasures(ctx, db)
		}
	}
}

// wrongErasure says why a row may not be erased as it was. That its last record says so
// was checked with the row.
func wrongErasure(ctx context.Context, db store.Reader, s rowSubject, key string) (idx int64, reason string, err error) {
	records, err := readRecords(ctx, db, s.subject, key)
	if err != nil {
		return -1, "", fmt.Errorf("failed to read the records of %s: %w", s.table, err)
	}
	last := records[len(records)-1]
	if s.subject == subjectPreparation {
		erased, err := readValues(ctx, db, 1, `SELECT d.erased_at FROM preparations p JOIN documents d ON d.number = p.number WHERE p.id = $1 AND d.erased_at <> 0`, key)
		if err == nil && len(erased) == 0 {
			reason = "it was erased, and its document was not"
		}
		return last.idx, reason, err
	}
	of := ofApplication[s.table]
	if of == "" {
		return last.idx, "it was erased, and is nothing that may be", nil
	}
	acts, err := readValues(ctx, db, 1, `SELECT e.signature FROM `+s.table+` t JOIN `+erasureRows+` e ON e.application = `+of+` WHERE t.`+s.key+` = $1`, key)
	if err != nil {
		return last.idx, "", fmt.Errorf("failed to read an erasure: %w", err)
	}
	if len(acts) == 0 || store.HexSum([]byte(asText(acts[0]))) != last.leaf.Act {
		return last.idx, "it was erased, and no signed act of its application says so", nil
	}
	return 0, "", nil
}

// verifyErasures checks the acts: each is signed, about its application, and has erased it.
// Who has signed was judged when it was done; the verdict stands in the row.
func verifyErasures(ctx context.Context, db store.Reader) error {
	for after := ""; ; {
		found, err := readValues(ctx, db, 3, `SELECT application, act, signature FROM application_erasures WHERE application > $1 ORDER BY application LIMIT 1`, after)
		if err != nil {
			return fmt.Errorf("failed to read the erasures: %w", err)
		}
		if len(found) == 0 {
			return nil
		}
		after = asText(found[0])
		signature := []byte(asText(found[2]))
		records, err := readRecords(ctx, db, subjectApplication, after)
		if err != nil {
			return fmt.Errorf("failed to read the records of an application: %w", err)
		}
		reason := unsignedErasure(ctx, after, []byte(asText(found[1])), signature)
		if n := len(records); reason == "" && (n == 0 || records[n-1].leaf == nil || records[n-1].leaf.Act != store.HexSum(signature)) {
			reason = "the application was not erased by it"
		}
		if reason != "" {
			return &TamperError{Index: -1, Subject: subjectErasure, Number: after, Reason: reason}
		}
	}
}

// unsignedErasure says why an act is no signed one about an application; nothing when it is.
func unsignedErasure(ctx context.Context, application string, act, signature []byte) string {
	var about struct {
		Application struct {
			ID string `json:"id"`
		} `json:"application"`
	}
	if err := json.Unmarshal(act, &about); err != nil || about.Application.ID != application {
		return "the act is about something else"
	}
	verdict, err := (&signing.Verifier{}).VerifyCMS(ctx, signature, signing.Question{Content: act})
	if err != nil || len(verdict.Signers) != 1 {
		return "the act is not signed"
	}
	for _, c := range verdict.Signers[0].Checks {
		if c.Name == signing.CheckSignatureValue && c.Status == signing.CheckPassed {
			return ""
		}
	}
	return "the signature of the act does not hold"
}
