package registry

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/store"
)

// DecideCorrection confirms or refuses a correction that another person has proposed. When
// it is confirmed the document has its new file, and the one of before is kept. The errors
// are those of [Registry.Decide] and [Registry.ProposeCorrection], those of
// [Registry.Issue] about the key, and [ErrChanged] when the document has another file than
// the correction is about.
func (r *Registry) DecideCorrection(ctx context.Context, d Decision) (a Act, err error) {
	if err := d.check(); err != nil {
		return Act{}, err
	}
	if a, err = r.Correction(ctx, d.Act); err != nil {
		return Act{}, err
	}
	if before, err := r.mayDecideCorrection(ctx, a, d); before || err != nil {
		return a, err
	}
	if d.Refuse {
		return r.decideCorrection(ctx, d, nil)
	}
	if err := ctx.Err(); err != nil {
		return Act{}, err
	}
	type answer struct {
		act Act
		err error
	}
	done := make(chan answer, 1)
	go func() {
		act, err := r.confirmCorrection(context.WithoutCancel(ctx), a, d)
		done <- answer{act, err}
	}()
	select {
	case got := <-done:
		return got.act, got.err
	case <-ctx.Done(): // as with issuing, the work goes on
		return Act{}, fmt.Errorf("document %s: %w: %w", a.Correction.Number, store.ErrInProgress, ctx.Err())
	}
}

func (r *Registry) confirmCorrection(ctx context.Context, a Act, d Decision) (Act, error) {
	made, err := r.makeCorrected(ctx, a, d)
	if err != nil {
		return Act{}, fmt.Errorf("document %s: %w", a.Correction.Number, err)
	}
	if a, err = r.decideCorrection(ctx, d, made); err == nil {
		r.Store.At("corrected")
	}
	return a, err
}

func (r *Registry) decideCorrection(ctx context.Context, d Decision, made *correctedFile) (a Act, err error) {
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err = r.decideCorrectionIn(ctx, tx, d, made)
		return err
	})
	return a, err
}

// mayDecideCorrection reports whether a decision is what was decided before, by the same
// person, and refuses one that cannot be: by whoever has proposed it, or signed by him.
func (r *Registry) mayDecideCorrection(ctx context.Context, a Act, d Decision) (before bool, err error) {
	switch {
	case a.Outcome == d.outcome() && a.DecidedBy == d.By && a.Reason == d.Reason:
		return true, nil
	case a.Outcome != "":
		return false, store.ErrNotWaiting
	case samePerson(a.EnteredBy, d.By):
		return false, fmt.Errorf("%w: %s has proposed it", store.ErrSamePerson, a.EnteredBy)
	}
	if err := d.signed(); err != nil {
		return false, err
	}
	text, err := r.TextOfDecision(a)
	if d.Refuse {
		text, err = r.TextOfRefusal(a, d.Reason)
	}
	if err != nil {
		return false, err
	}
	second, err := r.signedBy(ctx, d.Signed, text, r.now())
	if err != nil || a.signature == "" {
		return false, cmp.Or(err, differ(a, d.By, nil, second))
	}
	entered, err := base64.StdEncoding.DecodeString(a.signature)
	if err != nil {
		return false, fmt.Errorf("the act %s: %w", a.ID, err)
	}
	if text, err = a.Correction.text(); err != nil {
		return false, err
	}
	first, err := r.signedBy(ctx, Signed{Signature: entered}, text, a.EnteredAt)
	if err != nil {
		return false, err
	}
	return false, differ(a, d.By, first, second)
}

// correctedFile is a document with its new content and file, and what was before.
type correctedFile struct {
	Product
	correction *Correction
	before     Record
}

// makeCorrected prints, signs and judges the new file, while no transaction is open.
func (r *Registry) makeCorrected(ctx context.Context, a Act, d Decision) (_ *correctedFile, err error) {
	defer caught(&err)
	rec, life, err := r.DocumentAndLife(ctx, a.Correction.Number)
	switch {
	case err != nil:
		return nil, err
	case rec.FileSHA256 != a.Correction.FileSHA256:
		return nil, ErrChanged
	}
	content, err := r.rectified(ctx, rec, life, a.Correction.NewCorrection)
	if err != nil {
		return nil, err
	}
	stored, err := json.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("failed to encode the content: %w", err)
	}
	made := &correctedFile{correction: a.Correction, before: rec}
	held := Reservation{
		number: rec.Number, kind: rec.Kind, content: content, stored: string(stored), reservedAt: rec.ReservedAt, code: rec.CheckCode,
		sum: store.HexSum(stored), again: true,
	}
	if rec.Elsewhere() != nil {
		made.Product, err = r.statedAgain(held, a, d)
		return made, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.actFor(), errActTooLong)
	defer cancel()
	if err := r.ready(ctx, r.now()); err != nil {
		return nil, err
	}
	made.Product, err = r.produce(ctx, held)
	return made, err
}

// statedAgain is the file of a licence that was issued elsewhere: nothing of it is signed
// by this service, and the file says by which act it reads as it does.
func (r *Registry) statedAgain(held Reservation, a Act, d Decision) (made Product, err error) {
	made.held = held
	first, second := eyesOf(a, d)
	second.At = r.now()
	if made.file, err = json.Marshal(enteredStatement{Act: "corrected", Number: held.number, Entered: first, Confirmed: second, Licence: held.content.Licence}); err != nil {
		return made, fmt.Errorf("failed to encode the act: %w", err)
	}
	if made.evidence, err = json.Marshal(map[string]eye{"proposed": first, "confirmed": second}); err != nil {
		return made, fmt.Errorf("failed to encode the act: %w", err)
	}
	return made, nil
}

// eyesOf are the two persons of an act that is being decided.
func eyesOf(a Act, d Decision) (first, second eye) {
	return eye{By: a.EnteredBy, At: a.EnteredAt, Signature: a.signature}, eye{By: d.By, At: a.DecidedAt, Signature: encoded(d.Signature)}
}

// decideCorrectionIn locks the document before the act, as whoever erases it does.
func (r *Registry) decideCorrectionIn(ctx context.Context, tx *store.Tx, d Decision, made *correctedFile) (Act, error) {
	if made != nil {
		if _, _, err := locked(ctx, tx, made.held.number); err != nil {
			return Act{}, fmt.Errorf("document %s: %w", made.held.number, err)
		}
	}
	a, err := lockedAct(ctx, tx, actCorrection, d.Act)
	if err != nil {
		return Act{}, err
	}
	if before, err := r.mayDecideCorrection(ctx, a, d); before || err != nil {
		return a, err
	}
	a.Outcome, a.DecidedBy, a.DecidedAt, a.Reason = d.outcome(), d.By, r.now(), d.Reason
	if made != nil {
		if err := r.enterCorrected(ctx, tx, a, d, made); err != nil {
			return Act{}, fmt.Errorf("document %s: %w", made.held.number, err)
		}
		a.Document = made.held.number
	}
	if d.Refuse && len(d.Signature) > 0 { // nothing else is left of it
		text, err := r.TextOfRefusal(a, d.Reason)
		if err == nil {
			_, err = keepActs(ctx, tx, actsSigned{a.ID, actRefused, d.By, string(text), encoded(d.Signature), a.DecidedAt})
		}
		if err != nil {
			return Act{}, err
		}
	}
	return decide(ctx, tx, a)
}

// enterCorrected puts the new file in the place of the one of before.
func (r *Registry) enterCorrected(ctx context.Context, tx *store.Tx, a Act, d Decision, made *correctedFile) error {
	rec, life, err := locked(ctx, tx, made.held.number)
	switch {
	case err != nil:
		return err
	case rec.FileSHA256 != made.before.FileSHA256 || rec.ContentSHA256 != made.before.ContentSHA256:
		return ErrChanged
	}
	e := next(life, documents.Event{Kind: documents.EventRectified, EventData: documents.EventData{
		Reason: made.correction.Reason, FileSHA256: rec.FileSHA256, ProposedBy: a.EnteredBy, ConfirmedBy: d.By,
	}}, a.DecidedAt)
	for _, change := range made.correction.Changes {
		e.Members = append(e.Members, change.Pointer)
	}
	if err := life.May(e, nil); err != nil {
		return err
	}
	if err := r.keepReplaced(ctx, tx, rec, replacing{a, d, e}); err != nil {
		return err
	}
	if err := tx.At(ctx, "old file kept"); err != nil {
		return err
	}
	if err := writeCorrected(ctx, tx, made); err != nil {
		return err
	}
	if err := r.concernAgain(ctx, tx, made.held); err != nil {
		return err
	}
	if err := tx.At(ctx, "new file written"); err != nil {
		return err
	}
	if rec.Elsewhere() == nil {
		if err := errors.Join(r.keepAddress(ctx, tx, a.DecidedAt), r.keepSealKey(ctx, tx, a.DecidedAt)); err != nil {
			return err
		}
	}
	life.ValidUntil = made.held.content.ValidUntil()
	return logTurn(ctx, tx, rec.Number, life, e)
}

func writeCorrected(ctx context.Context, tx *store.Tx, made *correctedFile) error {
	_, err := tx.ExecContext(ctx, `UPDATE documents SET content = $1, content_sha256 = $2, file_sha256 = $3, evidence = $4, layout = $5 WHERE number = $6`,
		made.held.stored, made.held.sum, store.HexSum(made.file), string(made.evidence), made.layout, made.held.number)
	if err != nil {
		return fmt.Errorf("failed to write the document: %w", err)
	}
	mine, err := tx.Changed(ctx, `UPDATE files SET bytes = $1 WHERE number = $2`, made.file, made.held.number)
	if err == nil && !mine {
		err = errRowGone
	}
	if err != nil {
		return fmt.Errorf("failed to write the file: %w", err)
	}
	return indexLicence(ctx, tx, made.held.number, made.held.content)
}

// correctedFiles are the files that were in force before corrections.
const correctedFiles = "corrected_files"

// replacing is the act by which a file is replaced, and its event.
type replacing struct {
	act      Act
	decision Decision
	event    documents.Event
}

// keepReplaced keeps the file in force, which another is about to replace.
func (r *Registry) keepReplaced(ctx context.Context, tx *store.Tx, rec Record, by replacing) error {
	var file []byte
	var layout string
	err := tx.QueryRowContext(ctx, `SELECT f.bytes, d.layout FROM documents d JOIN files f ON f.number = d.number WHERE d.number = $1`, rec.Number).Scan(&file, &layout)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && store.HexSum(file) != rec.FileSHA256:
		return &TamperError{Index: -1, Number: rec.Number, Reason: "the stored file is not the one that was signed"}
	case err != nil:
		return fmt.Errorf("failed to read the file: %w", err)
	}
	f := replacedFile{ContentSHA256: rec.ContentSHA256, Layout: layout, Evidence: rec.Evidence}
	f.Proposed, f.Confirmed = eyesOf(by.act, by.decision)
	held, err := f.encode()
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO corrected_files (sha256, number, seq, corrected_at, held, held_sha256, bytes) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		rec.FileSHA256, rec.Number, by.event.Seq, store.Micros(by.event.RecordedAt), held, store.HexSum([]byte(held)), file)
	if err != nil {
		return fmt.Errorf("failed to keep the file of before: %w", err)
	}
	return EnterRow(ctx, tx, store.Change{Table: correctedFiles, Key: rec.FileSHA256, Event: store.Kept, At: by.event.RecordedAt})
}
