package registry

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/store"
)

// A clerk's mistake in a document in force is corrected by two persons, for nothing: one
// proposes what is to be written in the place of what, another confirms it. The document
// keeps its number and its date of issue; in the moment of the confirmation it gets a new
// content and a new file, signed with the key of documents, and the file of before is
// kept: whoever holds it is told that it was corrected.
//
// No number is taken and nothing is reserved, so that a crash leaves all as it was: the
// file of before is in force and the correction waits until one transaction has done
// everything.

// Correction is a correction of a document as it was proposed.
type Correction struct {
	Number string `json:"number"`
	// FileSHA256 is of the file in force that says what is wrong: of a document that was
	// corrected since it is good for nothing.
	FileSHA256 string `json:"file_sha256"`
	documents.NewCorrection
}

// text is what a person signs who proposes a correction.
func (c *Correction) text() ([]byte, error) {
	return json.MarshalIndent(struct {
		Act        string      `json:"act"`
		Correction *Correction `json:"correction"`
	}{"propose a correction", c}, "", "  ")
}

// CorrectionRequest proposes to correct a document.
type CorrectionRequest struct {
	Signed
	IdempotencyKey string // of whoever proposes it
	Number         string
	documents.NewCorrection
}

// TextOfCorrection returns the bytes that a person signs who proposes a correction. The
// errors are those of [Registry.ProposeCorrection].
func (r *Registry) TextOfCorrection(ctx context.Context, number string, n documents.NewCorrection) ([]byte, error) {
	c, err := r.proposed(ctx, number, n)
	if err != nil {
		return nil, err
	}
	return c.text()
}

// proposed looks at all of a correction that is proposed.
func (r *Registry) proposed(ctx context.Context, number string, n documents.NewCorrection) (*Correction, error) {
	rec, life, err := r.DocumentAndLife(ctx, number)
	if err != nil {
		return nil, err
	}
	n = n.Normalise()
	if _, err := r.rectified(ctx, rec, life, n); err != nil {
		return nil, err
	}
	return &Correction{Number: rec.Number, FileSHA256: rec.FileSHA256, NewCorrection: n}, nil
}

// ProposeCorrection proposes to correct a clerk's mistake, to be confirmed by another
// person. The same person with the same key and the same proposal gets the same act, with
// true as the second result; with another it is [store.ErrKeyReused]. What cannot be
// corrected is a *documents.InvalidError that says what is done instead, what the law or
// the state of the document forbids a *documents.RuleError, and a document of which
// another correction waits [ErrCorrectionWaits].
func (r *Registry) ProposeCorrection(ctx context.Context, q CorrectionRequest) (a Act, replayed bool, err error) {
	if err := (store.Request{Client: "x", IdempotencyKey: q.IdempotencyKey}).Check(); err != nil {
		return Act{}, false, err
	}
	if !store.PrintableName(q.By) {
		return Act{}, false, store.ErrBadName
	}
	if a, replayed, err = r.proposedBefore(ctx, r.Store, q); replayed || err != nil {
		return a, replayed, err
	}
	c, err := r.proposed(ctx, q.Number, q.NewCorrection)
	if err != nil {
		return Act{}, false, err
	}
	text, err := c.text()
	if err != nil {
		return Act{}, false, err
	}
	if err := q.signed(); err != nil {
		return Act{}, false, err
	}
	if _, err := r.signedBy(ctx, q.Signed, text, r.now()); err != nil {
		return Act{}, false, err
	}
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, replayed, err = r.proposeIn(ctx, tx, q, c)
		return err
	})
	return a, replayed, err
}

// ErrCorrectionWaits means that another correction of the document waits for its second
// person.
var ErrCorrectionWaits = errors.New("another correction of the document waits")

func (r *Registry) proposeIn(ctx context.Context, tx *store.Tx, q CorrectionRequest, c *Correction) (Act, bool, error) {
	rec, _, err := locked(ctx, tx, c.Number)
	switch {
	case err != nil:
		return Act{}, false, err
	case rec.FileSHA256 != c.FileSHA256:
		return Act{}, false, ErrChanged
	}
	if a, before, err := r.proposedBefore(ctx, tx, q); before || err != nil {
		return a, before, err
	}
	var waiting int
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM acts_of_two WHERE kind = 'correction' AND outcome = '' AND batch = $1`, c.Number).Scan(&waiting)
	switch {
	case err != nil:
		return Act{}, false, fmt.Errorf("failed to look for the act: %w", err)
	case waiting > 0:
		return Act{}, false, ErrCorrectionWaits
	}
	content, err := json.Marshal(c)
	if err != nil {
		return Act{}, false, fmt.Errorf("failed to encode the correction: %w", err)
	}
	a, err := newAct(ctx, tx, Act{
		kind: actCorrection, Batch: c.Number, EnteredBy: q.By, EnteredAt: r.now(), content: string(content), signature: encoded(q.Signature),
	}, q.IdempotencyKey)
	if err != nil {
		return Act{}, false, err
	}
	return a, false, a.open()
}

// proposedBefore finds what the same request has proposed before. Of what was decided
// nothing is left that it could be compared with but the document.
func (r *Registry) proposedBefore(ctx context.Context, db store.Reader, q CorrectionRequest) (Act, bool, error) {
	a, err := scanAct(db.QueryRowContext(ctx, `SELECT `+actColumns+` FROM acts_of_two WHERE entered_by = $1 AND idempotency_key = $2`, q.By, q.IdempotencyKey).Scan)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Act{}, false, nil
	case err != nil:
		return Act{}, false, fmt.Errorf("failed to look for the act: %w", err)
	case a.kind != actCorrection || a.Batch != q.Number:
		return Act{}, false, store.ErrKeyReused
	case a.Outcome != "":
		return a, true, nil
	}
	if err := a.open(); err != nil {
		return Act{}, false, err
	}
	before, err := json.Marshal(a.Correction.NewCorrection)
	if err != nil {
		return Act{}, false, err
	}
	now, err := json.Marshal(q.NewCorrection.Normalise())
	if err != nil {
		return Act{}, false, err
	}
	if string(before) != string(now) {
		return Act{}, false, store.ErrKeyReused
	}
	return a, true, nil
}

// Correction returns an act that corrects a document; another id is [ErrNoAct].
func (r *Registry) Correction(ctx context.Context, id string) (_ Act, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	return readAct(ctx, r.Store, actCorrection, id)
}

// Corrections returns up to limit corrections (at most [MostListed]) that wait for another
// person, of one document, or of all where number is empty, in the order of their ids,
// beginning after one.
func (r *Registry) Corrections(ctx context.Context, number, after string, limit int) ([]Act, error) {
	return r.waitingActs(ctx, waitingAfter{actCorrection, number, after, limit})
}

// rectified returns the content of a document with a correction in it, or why there can
// be none: what the edition in force today lets a correction change is what counts.
func (r *Registry) rectified(ctx context.Context, rec Record, life documents.Life, n documents.NewCorrection) (documents.Draft, error) {
	now := r.now()
	if rec.Status != documents.StatusInForce {
		return documents.Draft{}, ErrNotFound
	}
	if err := life.May(next(life, documents.Event{Kind: documents.EventRectified}, now), nil); err != nil {
		return documents.Draft{}, err
	}
	rules, err := r.Rules(ctx)
	if err != nil {
		return documents.Draft{}, err
	}
	if rules.Layouts == nil {
		return documents.Draft{}, errNotEquipped
	}
	refused := &documents.RuleError{Rule: documents.RuleEdition, Event: documents.EventRectified, Status: life.StatusAt(now)}
	edition, err := rules.Layouts.Rules(documents.CivilDate(now))
	if errors.Is(err, pdf.ErrNoEdition) {
		return documents.Draft{}, refused
	}
	if err != nil {
		return documents.Draft{}, err
	}
	members := edition.Kinds[rec.Kind].Correctable
	if len(members) == 0 {
		refused.Rule, refused.Edition = documents.RuleRight, edition.Name
		return documents.Draft{}, refused
	}
	return rec.Content.Correct(n, members, documents.CivilDate(now))
}

// replacedFile is what is kept of a file that was in force before a correction. The nonce
// keeps anyone from guessing a content that was erased by what the log says of it.
type replacedFile struct {
	Nonce         string          `json:"nonce"`
	ContentSHA256 string          `json:"content_sha256"`
	Layout        string          `json:"layout"`
	Evidence      json.RawMessage `json:"evidence"`
	Proposed      eye             `json:"proposed"`
	Confirmed     eye             `json:"confirmed"`
}

func (f replacedFile) encode() (string, error) {
	f.Nonce = rand.Text()
	raw, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("failed to encode what was in force: %w", err)
	}
	return string(raw), nil
}
