package registry

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
	"tamga/signing"
)

// Act is one that takes two persons: one has entered what is to be done, another
// decides. It is done in the moment of its confirmation.
type Act struct {
	ID        string    `json:"id"`
	Batch     string    `json:"batch,omitempty"` // of an import
	Line      int       `json:"line,omitempty"`  // of the file that was imported
	EnteredBy string    `json:"entered_by"`
	EnteredAt time.Time `json:"entered_at"`
	// Licence is what was entered, while the act waits; it is the document's then.
	Licence *documents.Licence `json:"licence,omitempty"`
	// Correction is what is to be corrected, of an act that is one, while it waits.
	Correction *Correction `json:"correction,omitempty"`
	Outcome    string      `json:"outcome,omitempty"` // "confirmed" or "refused"; empty while it waits
	DecidedBy  string      `json:"decided_by,omitempty"`
	DecidedAt  time.Time   `json:"decided_at,omitzero"`
	Reason     string      `json:"reason,omitempty"` // of a refusal
	Document   string      `json:"document,omitempty"`

	kind, salt, content, commitment, signature string
}

// The kinds of acts that take two.
const (
	actElsewhere  = "elsewhere"  // a licence that was issued elsewhere is entered
	actCorrection = "correction" // a clerk's mistake is corrected; its batch is the number of the document
)

// The outcomes of an act that takes two.
const (
	actConfirmed = "confirmed"
	actRefused   = "refused"
)

// ErrNoAct means that there is no such act that takes two.
var ErrNoAct = errors.New("no such act")

// Signed is who does something, and the CMS by which he does it, over the bytes that
// [Registry.TextOfEntry] or [Registry.TextOfDecision] returns; it may be missing.
type Signed struct {
	By        string // a name, or the id of a client: 1 to 200 printable characters
	Signature []byte
	// IIN or Identifier is the number of a person who is signed in, whose certificate must
	// have signed; empty for others.
	IIN        certs.IIN
	Identifier certs.Identifier
}

const actColumns = `id, kind, batch, line, entered_by, entered_at, salt, content, commitment, signature, outcome, decided_by, decided_at, reason, document`

func scanAct(scan func(...any) error) (Act, error) {
	var a Act
	var entered, decided int64
	err := scan(&a.ID, &a.kind, &a.Batch, &a.Line, &a.EnteredBy, &entered, &a.salt, &a.content, &a.commitment, &a.signature,
		&a.Outcome, &a.DecidedBy, &decided, &a.Reason, &a.Document)
	if err != nil {
		return Act{}, err
	}
	if a.EnteredAt = store.Time(entered); decided != 0 {
		a.DecidedAt = store.Time(decided)
	}
	return a, nil
}

// commitmentOf ties a content that may be personal to a row without telling anything
// of it once the salt is gone.
func commitmentOf(salt, content string) string {
	mac := hmac.New(sha256.New, []byte(salt))
	mac.Write([]byte(content))
	return hex.EncodeToString(mac.Sum(nil))
}

// committed reports whether the content of an act is what was entered, and is gone when
// the act is decided.
func (a Act) committed() bool {
	if a.Outcome != "" {
		return a.content == "" && a.salt == "" && a.commitment == "" && a.signature == ""
	}
	return a.salt != "" && a.commitment == commitmentOf(a.salt, a.content+"\n"+a.signature)
}

// newAct writes an act that waits for another person.
func newAct(ctx context.Context, tx *store.Tx, a Act, key string) (Act, error) {
	a.ID, a.salt = hex.EncodeToString(tx.RandomBytes(8)), hex.EncodeToString(tx.RandomBytes(32))
	a.commitment = commitmentOf(a.salt, a.content+"\n"+a.signature)
	_, err := tx.ExecContext(ctx, `INSERT INTO acts_of_two (id, kind, batch, line, entered_by, entered_at, idempotency_key,
		salt, content, commitment, signature) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.ID, a.kind, a.Batch, a.Line, a.EnteredBy, store.Micros(a.EnteredAt), key, a.salt, a.content, a.commitment, a.signature)
	if err != nil {
		return Act{}, fmt.Errorf("failed to write the act: %w", err)
	}
	return a, EnterRow(ctx, tx, store.Change{Table: actsOfTwo, Key: a.ID, Event: store.Entered, At: a.EnteredAt})
}

const actsOfTwo = "acts_of_two"

// decide writes how an act was decided. What was entered is the document's from here on.
func decide(ctx context.Context, tx *store.Tx, a Act) (Act, error) {
	a.salt, a.content, a.commitment, a.signature, a.Licence, a.Correction = "", "", "", "", nil, nil
	mine, err := tx.Changed(ctx, `UPDATE acts_of_two SET salt = '', content = '', commitment = '', signature = '',
		outcome = $1, decided_by = $2, decided_at = $3, reason = $4, document = $5 WHERE id = $6 AND outcome = ''`,
		a.Outcome, a.DecidedBy, store.Micros(a.DecidedAt), a.Reason, a.Document, a.ID)
	switch {
	case err != nil:
		return Act{}, fmt.Errorf("failed to decide the act: %w", err)
	case !mine:
		return Act{}, store.ErrNotWaiting
	}
	event := store.Confirmed
	if a.Outcome == actRefused {
		event = store.Withdrawn
	}
	return a, EnterRow(ctx, tx, store.Change{Table: actsOfTwo, Key: a.ID, Event: event, At: a.DecidedAt})
}

// lockedAct reads an act of a kind and keeps others from deciding it until the transaction
// ends.
func lockedAct(ctx context.Context, tx *store.Tx, kind, id string) (Act, error) {
	mine, err := tx.Changed(ctx, `UPDATE acts_of_two SET kind = kind WHERE id = $1 AND kind = $2`, id, kind)
	switch {
	case err != nil:
		return Act{}, fmt.Errorf("failed to lock the act: %w", err)
	case !mine:
		return Act{}, ErrNoAct
	}
	return readAct(ctx, tx, kind, id)
}

func readAct(ctx context.Context, db store.Reader, kind, id string) (Act, error) {
	a, err := scanAct(db.QueryRowContext(ctx, `SELECT `+actColumns+` FROM acts_of_two WHERE id = $1 AND kind = $2`, id, kind).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return Act{}, ErrNoAct
	}
	if err != nil {
		return Act{}, fmt.Errorf("failed to read the act: %w", err)
	}
	if !a.committed() {
		return Act{}, &TamperError{Index: -1, Subject: subjectAct, Number: id, Reason: "what was entered was changed"}
	}
	return a, a.open()
}

// open reads what an act that waits is to do.
func (a *Act) open() error {
	if a.content == "" {
		return nil
	}
	var into any
	if a.kind == actCorrection {
		a.Correction = &Correction{}
		into = a.Correction
	} else {
		a.Licence = &documents.Licence{}
		into = a.Licence
	}
	if err := json.Unmarshal([]byte(a.content), into); err != nil {
		return fmt.Errorf("the act %s: %w", a.ID, err)
	}
	return nil
}

// Act returns an act that takes two, with what it is to enter while it waits; another
// id is [ErrNoAct].
func (r *Registry) Act(ctx context.Context, id string) (_ Act, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	return readAct(ctx, r.Store, actElsewhere, id)
}

// Acts returns up to limit acts (at most [MostListed]) that wait for another person, in
// the order of their ids, beginning after one; of one import, or of all where batch is
// empty.
func (r *Registry) Acts(ctx context.Context, batch, after string, limit int) (_ []Act, err error) {
	return r.waitingActs(ctx, waitingAfter{actElsewhere, batch, after, limit})
}

// waitingAfter says which acts that wait are listed.
type waitingAfter struct {
	kind, batch, after string
	limit              int
}

func (r *Registry) waitingActs(ctx context.Context, w waitingAfter) (_ []Act, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	rows, err := r.Store.QueryContext(ctx, `SELECT `+actColumns+` FROM acts_of_two
		WHERE outcome = '' AND kind = $1 AND ($2 = '' OR batch = $2) AND id > $3 ORDER BY id LIMIT $4`, w.kind, w.batch, w.after, min(max(w.limit, 1), MostListed))
	if err != nil {
		return nil, fmt.Errorf("failed to list the acts: %w", err)
	}
	defer rows.Close()
	var all []Act
	for rows.Next() {
		a, err := scanAct(rows.Scan)
		if err == nil {
			err = a.open()
		}
		if err != nil {
			return nil, fmt.Errorf("failed to list the acts: %w", err)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}

// samePerson reports whether two names are one to a reader: an official who writes
// himself in another way is not another one.
func samePerson(a, b string) bool {
	letters := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, documents.NormaliseKazakh(s))
	}
	return letters(a) == letters(b)
}

// signedBy judges the signature of somebody over a text, and returns whose it is;
// nobody without one.
func (r *Registry) signedBy(ctx context.Context, s Signed, text []byte, at time.Time) (*certs.Identity, error) {
	if len(s.Signature) == 0 {
		return nil, nil
	}
	if r.Verifier == nil {
		return nil, errNotEquipped
	}
	verdict, err := r.Verifier.VerifyCMS(ctx, s.Signature, signing.Question{Content: text, IIN: s.IIN, Identifier: s.Identifier, At: at})
	if err != nil {
		return nil, fmt.Errorf("failed to verify the signature: %w", err)
	}
	if !verdict.Passed() || len(verdict.Signers) != 1 || verdict.Signers[0].Identity == nil {
		return nil, signatureField(fmt.Sprintf("does not pass verification: %s %s %s", verdict.Acceptance, verdict.Indication, verdict.SubIndication))
	}
	return verdict.Signers[0].Identity, nil
}

func signatureField(detail string) error {
	return &documents.InvalidError{Fields: []documents.FieldError{{Pointer: "/signature", Code: documents.CodeSigner, Detail: detail}}}
}

// verifyActs looks for acts that wait and whose content is not what was entered, and for
// what is left of those that were decided.
func verifyActs(ctx context.Context, db store.Reader) error {
	left, err := readValues(ctx, db, 1, `SELECT id FROM acts_of_two WHERE outcome <> '' AND (content <> '' OR salt <> '' OR commitment <> '' OR signature <> '') ORDER BY id LIMIT 1`)
	if err != nil {
		return fmt.Errorf("failed to verify the acts: %w", err)
	}
	if len(left) > 0 {
		return &TamperError{Index: -1, Subject: subjectAct, Number: asText(left[0]), Reason: "what was decided is there"}
	}
	for after := ""; ; {
		next, err := readValues(ctx, db, 5, `SELECT id, salt, content, commitment, signature FROM acts_of_two WHERE outcome = '' AND id > $1 ORDER BY id LIMIT 1`, after)
		if err != nil {
			return fmt.Errorf("failed to verify the acts: %w", err)
		}
		if len(next) == 0 {
			return nil
		}
		after = asText(next[0])
		texts := !slices.ContainsFunc(next, func(v any) bool { _, text := v.(string); return !text })
		a := Act{salt: asText(next[1]), content: asText(next[2]), commitment: asText(next[3]), signature: asText(next[4])}
		if !texts || !a.committed() {
			return &TamperError{Index: -1, Subject: subjectAct, Number: after, Reason: "what was entered was changed"}
		}
	}
}

func encoded(cms []byte) string { return base64.StdEncoding.EncodeToString(cms) }
