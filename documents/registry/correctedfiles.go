package registry

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/seal"
	"tamga/documents/store"
	"tamga/signing"
)

// originOf finds the document whose file of today, or of before a correction, has this
// SHA-256.
func (r *Registry) originOf(ctx context.Context, sum string) (Origin, error) {
	rec, life, err := r.ByFile(ctx, sum)
	if !errors.Is(err, ErrNotFound) {
		return Origin{Record: rec, Life: life}, err
	}
	return r.byCorrectedFile(ctx, sum)
}

// byCorrectedFile finds the document that had a file before it was corrected.
func (r *Registry) byCorrectedFile(ctx context.Context, sum string) (_ Origin, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	var number, held string
	var seq int
	err = r.Store.QueryRowContext(ctx, `SELECT number, seq, held FROM corrected_files WHERE sha256 = $1`, sum).Scan(&number, &seq, &held)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Origin{}, ErrNotFound
	case err != nil:
		return Origin{}, fmt.Errorf("failed to look for a file: %w", err)
	}
	rec, life, err := r.DocumentAndLife(ctx, number)
	if err != nil {
		return Origin{}, err
	}
	e, ok := life.Event(seq)
	if !ok || e.Kind != documents.EventRectified {
		return Origin{}, &TamperError{Index: -1, Subject: subjectCorrectedFile, Number: sum, Reason: "no correction has replaced it"}
	}
	at, err := signedAt(held)
	return Origin{Record: rec, Life: life, Corrected: &e, SignedAt: at}, err
}

// SealedOrigin finds what the register knows of the file on which a seal was printed: the
// seal names the document and the SHA-256 of its content. One whose content is neither
// today's nor that of a file that was corrected is told as that of today's file.
func (r *Registry) SealedOrigin(ctx context.Context, sealed seal.Payload) (_ Origin, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rec, life, err := r.DocumentAndLife(ctx, sealed.Number)
	from, content := Origin{Record: rec, Life: life}, hex.EncodeToString(sealed.Digest[:])
	if err != nil || content == rec.ContentSHA256 {
		return from, err
	}
	rows, err := readValues(ctx, r.Store, 2, `SELECT seq, held FROM corrected_files WHERE number = $1 AND held <> '' ORDER BY seq`, sealed.Number)
	if err != nil {
		return Origin{}, fmt.Errorf("failed to look for the file of a seal: %w", err)
	}
	for ; len(rows) > 0; rows = rows[2:] {
		var f replacedFile
		if err := json.Unmarshal([]byte(asText(rows[1])), &f); err != nil {
			return Origin{}, fmt.Errorf("what is kept of a file that was corrected: %w", err)
		}
		seq, _ := rows[0].(int64)
		if e, ok := life.Event(int(seq)); ok && f.ContentSHA256 == content {
			from.Corrected = &e
		}
	}
	return from, nil
}

// signedAt is when a file was judged that was in force before a correction.
func signedAt(held string) (time.Time, error) {
	var f replacedFile
	var verdict signing.Verdict
	err := json.Unmarshal([]byte(held), &f)
	if err == nil {
		err = json.Unmarshal(f.Evidence, &verdict)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("what is kept of a file that was corrected: %w", err)
	}
	return verdict.At, nil
}

// eraseCorrected takes away the files of before corrections of a document that is erased,
// and the correction that waits. What is left tells whoever holds such a file that its
// document was erased.
func eraseCorrected(ctx context.Context, tx *store.Tx, number string, at time.Time) error {
	sums, err := readValues(ctx, tx, 1, `SELECT sha256 FROM corrected_files WHERE number = $1 ORDER BY seq`, number)
	if err != nil {
		return err
	}
	for _, v := range sums {
		sum := asText(v)
		_, err := tx.ExecContext(ctx, `UPDATE corrected_files SET held = '', bytes = $1, erased_at = $2 WHERE sha256 = $3`, []byte{}, store.Micros(at), sum)
		if err != nil {
			return err
		}
		if err := EnterRow(ctx, tx, store.Change{Table: correctedFiles, Key: sum, Event: store.Withdrawn, At: at}); err != nil {
			return err
		}
	}
	waiting, err := readValues(ctx, tx, 1, `SELECT id FROM acts_of_two WHERE kind = 'correction' AND outcome = '' AND batch = $1`, number)
	if err != nil || len(waiting) == 0 {
		return err
	}
	a, err := lockedAct(ctx, tx, actCorrection, asText(waiting[0]))
	if err != nil {
		return err
	}
	a.Outcome, a.DecidedBy, a.DecidedAt, a.Reason = actRefused, byRegister, at, "the content of the document was erased"
	_, err = decide(ctx, tx, a)
	return err
}

// byRegister decides acts that have nothing to be done to any more.
const byRegister = "the register"

// verifyCorrected compares what is kept of every file that was corrected with its digests,
// and with the event by which another took its place.
func verifyCorrected(ctx context.Context, db store.Reader) error {
	for after := ""; ; {
		next, err := readValues(ctx, db, 6, `SELECT sha256, held, held_sha256, bytes, erased_at,
			(SELECT COUNT(*) FROM events e WHERE e.number = c.number AND e.seq = c.seq AND e.kind = 'rectified')
			FROM corrected_files c WHERE sha256 > $1 ORDER BY sha256 LIMIT 1`, after)
		if err != nil {
			return fmt.Errorf("failed to verify the files that were corrected: %w", err)
		}
		if len(next) == 0 {
			break
		}
		after = asText(next[0])
		if reason := wrongCorrected(next); reason != "" {
			return &TamperError{Index: -1, Subject: subjectCorrectedFile, Number: after, Reason: reason}
		}
	}
	lost, err := readValues(ctx, db, 1, `SELECT number FROM events e WHERE kind = 'rectified' AND NOT EXISTS (
		SELECT 1 FROM corrected_files c WHERE c.number = e.number AND c.seq = e.seq) ORDER BY number LIMIT 1`)
	if err != nil {
		return fmt.Errorf("failed to verify the files that were corrected: %w", err)
	}
	if len(lost) > 0 {
		return &TamperError{Index: -1, Number: asText(lost[0]), Reason: "the file of before the correction is missing"}
	}
	return nil
}

// wrongCorrected says what is wrong with a row as [verifyCorrected] reads it, or nothing.
func wrongCorrected(row []any) string {
	held, text := row[1].(string)
	file, bytes := row[3].([]byte)
	erased := row[4] != int64(0)
	switch {
	case !text || !bytes:
		return "what is kept of it is of another type"
	case erased && (held != "" || len(file) > 0):
		return "what was erased is there"
	case !erased && store.HexSum(file) != asText(row[0]):
		return "the file was changed"
	case !erased && store.HexSum([]byte(held)) != asText(row[2]):
		return "what is kept of it was changed"
	case row[5] != int64(1):
		return "no correction has replaced it"
	}
	return ""
}
