package registry

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
)

// Entry asks to enter a licence that was issued elsewhere. It has no effect until
// another person confirms it.
type Entry struct {
	Signed
	IdempotencyKey string // of whoever enters it
	Licence        documents.Licence

	batch string
	line  int
}

// Enter enters a licence that was issued elsewhere, to be confirmed by another person.
// The same person with the same key and the same licence gets the same act, with true as
// the second result; with another licence it is [store.ErrKeyReused]. What is incomplete
// is a *documents.InvalidError, and so is a number that the register has of that source.
func (r *Registry) Enter(ctx context.Context, e Entry) (a Act, replayed bool, err error) {
	if e, err = r.checkEntry(ctx, e); err != nil {
		return Act{}, false, err
	}
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, replayed, err = r.enterIn(ctx, tx, e)
		return err
	})
	return a, replayed, err
}

// checkEntry looks at all of an entry that needs no transaction.
func (r *Registry) checkEntry(ctx context.Context, e Entry) (Entry, error) {
	e.Licence = e.Licence.NormaliseElsewhere()
	if err := (store.Request{Client: "x", IdempotencyKey: e.IdempotencyKey}).Check(); err != nil {
		return e, err
	}
	if !store.PrintableName(e.By) {
		return e, store.ErrBadName
	}
	now := r.now()
	if err := e.Licence.ValidateElsewhere(now); err != nil {
		return e, err
	}
	if len(e.Signature) == 0 {
		if e.batch != "" {
			return e, nil // signed as a whole
		}
		return e, e.signed()
	}
	text, err := r.TextOfEntry(e.Licence)
	if err != nil {
		return e, err
	}
	_, err = r.signedBy(ctx, e.Signed, text, now)
	return e, err
}

// TextOfEntry returns the bytes that a person signs who enters a licence.
func (r *Registry) TextOfEntry(l documents.Licence) ([]byte, error) {
	return json.MarshalIndent(struct {
		Act     string            `json:"act"`
		Licence documents.Licence `json:"licence"`
	}{"enter a licence issued elsewhere", l.NormaliseElsewhere()}, "", "  ")
}

// TextOfDecision returns the bytes that a person signs who confirms an act.
func (r *Registry) TextOfDecision(a Act) ([]byte, error) {
	if a.kind == actCorrection {
		return json.MarshalIndent(struct {
			Act        string      `json:"act"`
			ID         string      `json:"id"`
			ProposedBy string      `json:"proposed_by"`
			Correction *Correction `json:"correction"`
		}{"confirm a correction", a.ID, a.EnteredBy, a.Correction}, "", "  ")
	}
	return json.MarshalIndent(struct {
		Act       string             `json:"act"`
		ID        string             `json:"id"`
		EnteredBy string             `json:"entered_by"`
		Licence   *documents.Licence `json:"licence"`
	}{"confirm a licence issued elsewhere", a.ID, a.EnteredBy, a.Licence}, "", "  ")
}

// TextOfRefusal returns the bytes that a person signs who refuses an act.
func (r *Registry) TextOfRefusal(a Act, reason string) ([]byte, error) {
	if a.kind == actCorrection {
		return json.MarshalIndent(struct {
			Act    string `json:"act"`
			ID     string `json:"id"`
			Number string `json:"number"`
			Reason string `json:"reason"`
		}{"refuse a correction", a.ID, a.Batch, reason}, "", "  ")
	}
	return actsText{what(actRefused), a.ID, reason, []actLine{lineOf(a)}}.text()
}

func (r *Registry) enterIn(ctx context.Context, tx *store.Tx, e Entry) (Act, bool, error) {
	content, err := json.Marshal(e.Licence)
	if err != nil {
		return Act{}, false, fmt.Errorf("failed to encode the licence: %w", err)
	}
	a, err := scanAct(tx.QueryRowContext(ctx, `SELECT `+actColumns+` FROM acts_of_two WHERE entered_by = $1 AND idempotency_key = $2`, e.By, e.IdempotencyKey).Scan)
	switch {
	case err == nil:
		if a.kind != actElsewhere {
			return Act{}, false, store.ErrKeyReused
		}
		return r.enteredBefore(ctx, tx, a, string(content))
	case !errors.Is(err, sql.ErrNoRows):
		return Act{}, false, fmt.Errorf("failed to look for the act: %w", err)
	}
	if err := ownNumberFree(ctx, tx, e.Licence); err != nil {
		return Act{}, false, err
	}
	a, err = newAct(ctx, tx, Act{
		kind: actElsewhere, Batch: e.batch, Line: e.line, EnteredBy: e.By, EnteredAt: r.now(), content: string(content), signature: encoded(e.Signature),
	}, e.IdempotencyKey)
	if err != nil {
		return Act{}, false, err
	}
	return a, false, a.open()
}

// enteredBefore returns what the same request has entered before. Of what was refused, and
// of what was corrected since, nothing is left that it could be compared with.
func (r *Registry) enteredBefore(ctx context.Context, tx *store.Tx, a Act, content string) (Act, bool, error) {
	before := a.content
	if a.Outcome == actConfirmed {
		rec, err := scanRecord(tx.QueryRowContext(ctx, selectRecord+`WHERE number = $1`, a.Document).Scan)
		if err != nil {
			return Act{}, false, fmt.Errorf("failed to read document %s: %w", a.Document, err)
		}
		if before = content; rec.ErasedAt.IsZero() && len(rec.Content.Corrections()) == 0 {
			same, err := json.Marshal(rec.Content.Licence)
			if err != nil {
				return Act{}, false, err
			}
			before = string(same)
		}
	}
	if a.Outcome != actRefused && before != content {
		return Act{}, false, store.ErrKeyReused
	}
	return a, true, a.open()
}

// ownNumberFree refuses a licence whose number the register has from that source
// already. The head of the log is held from here on, so that of two who ask at once one
// is refused.
func ownNumberFree(ctx context.Context, tx *store.Tx, l documents.Licence) error {
	if _, err := tx.ExecContext(ctx, `UPDATE log_head SET size = size WHERE id = 1`); err != nil {
		return fmt.Errorf("failed to lock the log: %w", err)
	}
	found, err := byOwnNumber(ctx, tx, l.Elsewhere.Number)
	if err != nil {
		return err
	}
	for _, rec := range found {
		if from := rec.Elsewhere(); from != nil && from.Source == l.Elsewhere.Source {
			return refusedField(documents.Draft{Licence: &l}, "/elsewhere/number", documents.CodeTaken, "№ "+rec.Number+" of this register is the licence of this number and source")
		}
	}
	return nil
}

func byOwnNumber(ctx context.Context, db store.Reader, typed string) ([]Record, error) {
	rows, err := db.QueryContext(ctx, selectRecord+`WHERE about = $1 AND kind = 'licence' AND status = 'in_force' ORDER BY number`, documents.OwnNumberKey(typed))
	if err != nil {
		return nil, fmt.Errorf("failed to look for a licence: %w", err)
	}
	defer rows.Close()
	var all []Record
	for rows.Next() {
		rec, err := scanRecord(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("failed to look for a licence: %w", err)
		}
		all = append(all, rec)
	}
	return all, rows.Err()
}

// longestTyped is the longest text that is looked for as a number, in bytes.
const longestTyped = 300

// ByOwnNumber returns the licences issued elsewhere that have a number, as people type
// it: of different sources several may. None is no error.
func (r *Registry) ByOwnNumber(ctx context.Context, typed string) (_ []Record, err error) {
	if len(typed) > longestTyped {
		return nil, nil
	}
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	return byOwnNumber(ctx, r.Store, typed)
}

// Decision is what another person says of an act.
type Decision struct {
	Signed
	Act    string // its id
	Refuse bool
	Reason string // of a refusal

	judged bool   // by a signature over several acts, or as one that needs none
	kept   string // the id of that signature
}

// check looks at all of a decision that needs no database.
func (d Decision) check() error {
	if !store.PrintableName(d.By) {
		return store.ErrBadName
	}
	if d.Refuse != store.PrintableName(d.Reason) && (d.Refuse || d.Reason != "") {
		return &documents.InvalidError{Fields: []documents.FieldError{{
			Pointer: "/reason", Code: documents.CodeRequired, Detail: "is of a refusal, and is 1 to 200 printable characters there",
		}}}
	}
	return nil
}

// Decide confirms or refuses an act. Whoever has entered it cannot:
// [store.ErrSamePerson]; with two signatures it takes two signers. An act that was
// decided is [store.ErrNotWaiting], but for the same decision by the same person, which
// gets the same answer.
func (r *Registry) Decide(ctx context.Context, d Decision) (a Act, err error) {
	if err := d.check(); err != nil {
		return Act{}, err
	}
	err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		a, err = r.decideIn(ctx, tx, d)
		return err
	})
	return a, err
}

func (r *Registry) decideIn(ctx context.Context, tx *store.Tx, d Decision) (Act, error) {
	a, err := lockedAct(ctx, tx, actElsewhere, d.Act)
	if err != nil {
		return Act{}, err
	}
	outcome := d.outcome()
	switch {
	case a.Outcome == outcome && a.DecidedBy == d.By && a.Reason == d.Reason:
		return a, nil
	case a.Outcome != "":
		return Act{}, store.ErrNotWaiting
	case samePerson(a.EnteredBy, d.By):
		return Act{}, fmt.Errorf("%w: %s has entered it", store.ErrSamePerson, a.EnteredBy)
	}
	if err := r.twoSigners(ctx, tx, a, &d); err != nil {
		return Act{}, err
	}
	a.Outcome, a.DecidedBy, a.DecidedAt, a.Reason = outcome, d.By, r.now(), d.Reason
	if !d.Refuse {
		if a.Document, err = r.enterDocument(ctx, tx, a, d); err != nil {
			return Act{}, err
		}
	}
	return decide(ctx, tx, a)
}

// twoSigners judges the signature of whoever decides, and refuses that of the person
// who has entered the act.
func (r *Registry) twoSigners(ctx context.Context, tx *store.Tx, a Act, d *Decision) error {
	if d.judged {
		return nil
	}
	if err := d.signed(); err != nil {
		return err
	}
	if d.Refuse {
		return r.signedRefusal(ctx, tx, a, d)
	}
	text, err := r.TextOfDecision(a)
	if err != nil {
		return err
	}
	second, err := r.signedBy(ctx, d.Signed, text, r.now())
	if err != nil {
		return err
	}
	first, err := r.enteredWith(ctx, tx, a)
	if err != nil {
		return err
	}
	return differ(a, d.By, first, second)
}

// enteredWith is who has signed that he enters an act, by itself or in an import; nil for
// nobody.
func (r *Registry) enteredWith(ctx context.Context, tx *store.Tx, a Act) (*certs.Identity, error) {
	if a.signature == "" {
		return r.importer(ctx, tx, a.Batch, a.EnteredBy, []actLine{lineOf(a)})
	}
	entered, err := base64.StdEncoding.DecodeString(a.signature)
	if err != nil {
		return nil, fmt.Errorf("the act %s: %w", a.ID, err)
	}
	text, err := r.TextOfEntry(*a.Licence)
	if err != nil {
		return nil, err
	}
	return r.signedBy(ctx, Signed{Signature: entered}, text, a.EnteredAt)
}

// signedRefusal keeps the signature of whoever refuses an act: nothing else is left of it.
func (r *Registry) signedRefusal(ctx context.Context, tx *store.Tx, a Act, d *Decision) error {
	if len(d.Signature) == 0 {
		return nil
	}
	text, err := r.TextOfRefusal(a, d.Reason)
	if err != nil {
		return err
	}
	now := r.now()
	if _, err := r.signedBy(ctx, d.Signed, text, now); err != nil {
		return err
	}
	_, err = keepActs(ctx, tx, actsSigned{a.ID, actRefused, d.By, string(text), encoded(d.Signature), now})
	return err
}

// eye is what one of the two persons of an act did.
type eye struct {
	By        string    `json:"by"`
	At        time.Time `json:"at"`
	Signature string    `json:"signature,omitempty"` // CMS, base64
	Signed    string    `json:"signed,omitempty"`    // the id of a signature over several acts
}

// enteredStatement is the file of a licence that was issued elsewhere: by which act it
// came into the register. It is no document of this service's.
type enteredStatement struct {
	Act       string             `json:"act"` // "entered"
	Number    string             `json:"number"`
	Batch     string             `json:"batch,omitempty"`
	Line      int                `json:"line,omitempty"`
	Entered   eye                `json:"entered"`
	Confirmed eye                `json:"confirmed"`
	Licence   *documents.Licence `json:"licence"`
	// ID and Salt are of the act, for whoever judges a signature that names it by its
	// commitment.
	ID   string `json:"id,omitempty"`
	Salt string `json:"salt,omitempty"`
}

// enterDocument brings a licence that was issued elsewhere into the register. It is in
// force since the day on which it was issued there.
func (r *Registry) enterDocument(ctx context.Context, tx *store.Tx, a Act, d Decision) (string, error) {
	now := a.DecidedAt
	if err := a.Licence.ValidateElsewhere(now); err != nil {
		return "", err
	}
	if err := ownNumberFree(ctx, tx, *a.Licence); err != nil {
		return "", err
	}
	year := documents.CivilDate(now).Year
	seq, err := nextSeq(ctx, tx, documents.SeriesElsewhere, year)
	if err != nil {
		return "", err
	}
	number, err := documents.NumberOf(documents.SeriesElsewhere, year, seq)
	if err != nil {
		return "", err
	}
	entered, confirmed := eye{a.EnteredBy, a.EnteredAt, a.signature, ""}, eye{a.DecidedBy, now, encoded(d.Signature), d.kept}
	content, err := json.Marshal(documents.Draft{Licence: a.Licence})
	if err != nil {
		return "", fmt.Errorf("failed to encode the licence: %w", err)
	}
	file, err := json.Marshal(enteredStatement{"entered", number, a.Batch, a.Line, entered, confirmed, a.Licence, a.ID, a.salt})
	if err != nil {
		return "", fmt.Errorf("failed to encode the act: %w", err)
	}
	evidence, err := json.Marshal(map[string]eye{"entered": entered, "confirmed": confirmed})
	if err != nil {
		return "", fmt.Errorf("failed to encode the act: %w", err)
	}
	_, err = tx.ExecContext(ctx, `
		INSERT INTO documents (number, kind, status, content, content_sha256, client, reserved_at,
			lease, leased_until, file_sha256, evidence, about)
		VALUES ($1, 'licence', 'in_force', $2, $3, $4, $5, '', 0, $6, $7, $8)`,
		number, string(content), store.HexSum(content), a.EnteredBy, store.Micros(now), store.HexSum(file), string(evidence),
		documents.OwnNumberKey(a.Licence.Elsewhere.Number))
	if err != nil {
		return "", fmt.Errorf("failed to write the licence: %w", err)
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO files (number, bytes) VALUES ($1, $2)`, number, file); err != nil {
		return "", fmt.Errorf("failed to write the act: %w", err)
	}
	if err := indexLicence(ctx, tx, number, documents.Draft{Licence: a.Licence}); err != nil {
		return "", err
	}
	rules, err := r.rulesIn(ctx, tx)
	if err != nil {
		return "", err
	}
	if err := concern(ctx, tx, rules.Law, documents.Draft{Licence: a.Licence}, number); err != nil {
		return "", err
	}
	born := documents.Life{Kind: documents.KindLicence, ValidUntil: a.Licence.ValidUntil}
	return number, logTurn(ctx, tx, number, born, documents.Event{
		Seq: 1, Kind: documents.EventEntered, EffectiveAt: a.Licence.IssuedOn.Midnight(), RecordedAt: now,
	})
}
