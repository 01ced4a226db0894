package registry

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/store"
)

// Persons who are signed in sign what they do. An act by itself is signed with its
// content; an import, and a decision on one, by one signature over all of its acts, each
// of which it names by the licence's own number and by the commitment to its content.
// What is signed then holds nothing personal and is kept, also when the documents are
// erased; the salt of a commitment is in the file of the document.

// PersonPrefix begins the name of a person who is signed in, in [Signed.By].
const PersonPrefix = "person:"

// signs reports whether somebody must sign what he does.
func (s Signed) signs() bool { return s.IIN != "" || s.Identifier != "" }

// signed refuses what somebody must sign and did not.
func (s Signed) signed() error {
	if s.signs() && len(s.Signature) == 0 {
		return unsigned("is missing: a person who is signed in signs what he does")
	}
	return nil
}

func unsigned(detail string) error {
	return &documents.InvalidError{Fields: []documents.FieldError{{Pointer: "/signature", Code: documents.CodeRequired, Detail: detail}}}
}

// differ refuses one person who is both: by the signatures, and by the name under which
// the one has entered the act who did not sign it.
func differ(a Act, by string, first, second *certs.Identity) error {
	switch {
	case first != nil && second != nil && samePersonSigned(*first, *second):
		return fmt.Errorf("%w: one person has signed both", store.ErrSamePerson)
	case first == nil && second != nil && documents.NamesPerson(a.EnteredBy, *second),
		first != nil && second == nil && documents.NamesPerson(by, *first):
		return fmt.Errorf("%w: the one is named as the other has signed", store.ErrSamePerson)
	}
	return nil
}

// samePersonSigned compares persons by their numbers, or by what certificates of
// foreigners have in its place.
func samePersonSigned(a, b certs.Identity) bool {
	if a.IIN != "" || b.IIN != "" {
		return a.IIN == b.IIN
	}
	return a.CommonName == b.CommonName
}

// The outcome of what an importer signs.
const actEntered = "entered"

// actLine names an act in what is signed over several.
type actLine struct {
	ID         string `json:"id"`
	Line       int    `json:"line,omitempty"`
	Number     string `json:"number"`
	Source     string `json:"source"`
	Commitment string `json:"commitment"`
}

// actsText is what is signed over several acts.
type actsText struct {
	Act    string    `json:"act"`
	Batch  string    `json:"batch"`
	Reason string    `json:"reason,omitempty"`
	Acts   []actLine `json:"licences"`
}

// what says what is done by an outcome.
func what(outcome string) string {
	return map[string]string{
		actEntered: "enter licences issued elsewhere", actConfirmed: "confirm licences issued elsewhere", actRefused: "refuse licences issued elsewhere",
	}[outcome]
}

// text is what is signed of an outcome over acts.
func (t actsText) text() ([]byte, error) { return json.MarshalIndent(t, "", "  ") }

func lineOf(a Act) actLine {
	l := actLine{ID: a.ID, Line: a.Line, Commitment: a.commitment}
	if a.Licence != nil && a.Licence.Elsewhere != nil {
		l.Number, l.Source = a.Licence.Elsewhere.Number, a.Licence.Elsewhere.Source
	}
	return l
}

// linesOf are the acts of an import that wait, in the order of their ids.
func (r *Registry) linesOf(ctx context.Context, batch string) (lines []actLine, enteredBy string, err error) {
	for after := ""; ; {
		acts, err := r.Acts(ctx, batch, after, MostListed)
		if err != nil {
			return nil, "", err
		}
		if len(acts) == 0 {
			break
		}
		for _, a := range acts {
			lines, enteredBy = append(lines, lineOf(a)), a.EnteredBy
		}
		after = acts[len(acts)-1].ID
	}
	if batch == "" || len(lines) == 0 {
		return nil, "", ErrNoAct
	}
	return lines, enteredBy, nil
}

// TextOfBatch returns the bytes that a person signs over all acts of an import that wait:
// by an empty decision who has imported them, else who confirms or refuses them.
func (r *Registry) TextOfBatch(ctx context.Context, batch string, d *Decision) ([]byte, error) {
	lines, _, err := r.linesOf(ctx, batch)
	if err != nil {
		return nil, err
	}
	outcome, reason := actEntered, ""
	if d != nil {
		outcome, reason = d.outcome(), d.Reason
	}
	return actsText{what(outcome), batch, reason, lines}.text()
}

func (d Decision) outcome() string {
	if d.Refuse {
		return actRefused
	}
	return actConfirmed
}

// SignImport keeps the signature of whoever has imported a batch over [Registry.TextOfBatch].
// A person who is signed in has to, before anybody can confirm it. Signing again changes
// nothing.
func (r *Registry) SignImport(ctx context.Context, batch string, s Signed) error {
	lines, by, err := r.linesOf(ctx, batch)
	switch {
	case err != nil:
		return err
	case by != s.By:
		return fmt.Errorf("%w: of this client", ErrNoAct)
	case len(s.Signature) == 0:
		return unsigned("is missing")
	}
	text, err := actsText{what(actEntered), batch, "", lines}.text()
	if err != nil {
		return err
	}
	if _, err := r.signedBy(ctx, s, text, r.now()); err != nil {
		return err
	}
	return r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE log_head SET size = size WHERE id = 1`); err != nil {
			return fmt.Errorf("failed to lock the log: %w", err)
		}
		before, err := importSignature(ctx, tx, batch, s.By)
		if err != nil || before.signature != "" {
			return err
		}
		_, err = keepActs(ctx, tx, actsSigned{batch, actEntered, s.By, string(text), encoded(s.Signature), r.now()})
		return err
	})
}

// actsSigned is what a person has signed over several acts.
type actsSigned struct {
	batch, outcome, by, act, signature string
	at                                 time.Time
}

const actSignatures = "act_signatures"

// keepActs writes down what was signed, and returns its id.
func keepActs(ctx context.Context, tx *store.Tx, s actsSigned) (id string, err error) {
	id = hex.EncodeToString(tx.RandomBytes(8))
	_, err = tx.ExecContext(ctx, `INSERT INTO act_signatures (id, batch, outcome, signed_by, act, signature, signed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, s.batch, s.outcome, s.by, s.act, s.signature, store.Micros(s.at))
	if err != nil {
		return "", fmt.Errorf("failed to keep the signature: %w", err)
	}
	return id, EnterRow(ctx, tx, store.Change{Table: actSignatures, Key: id, Event: store.Kept, At: s.at})
}

// importSignature is what the importer of a batch has signed; zero for nothing.
func importSignature(ctx context.Context, db store.Reader, batch, by string) (s actsSigned, err error) {
	rows, err := db.QueryContext(ctx, `SELECT batch, outcome, signed_by, act, signature, signed_at FROM act_signatures
		WHERE batch = $1 AND outcome = $2 AND signed_by = $3`, batch, actEntered, by)
	if err != nil {
		return s, fmt.Errorf("failed to read the signature of an import: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		var at int64
		if err := rows.Scan(&s.batch, &s.outcome, &s.by, &s.act, &s.signature, &at); err != nil {
			return s, fmt.Errorf("failed to read the signature of an import: %w", err)
		}
		s.at = store.Time(at)
	}
	return s, rows.Err()
}

// importer is who has signed the import of acts; nil where that was a program or a name
// on the machine. A person who is signed in and has not signed is refused to be confirmed.
func (r *Registry) importer(ctx context.Context, db store.Reader, batch, by string, lines []actLine) (*certs.Identity, error) {
	s, err := importSignature(ctx, db, batch, by)
	switch {
	case err != nil:
		return nil, err
	case s.signature == "" && strings.HasPrefix(by, PersonPrefix):
		return nil, unsigned("of whoever has imported it is missing: the import is signed before it is confirmed")
	case s.signature == "":
		return nil, nil
	}
	cms, err := base64.StdEncoding.DecodeString(s.signature)
	if err != nil {
		return nil, fmt.Errorf("the signature of the import %s: %w", batch, err)
	}
	id, err := r.signedBy(ctx, Signed{Signature: cms}, []byte(s.act), s.at)
	if err != nil {
		return nil, err
	}
	var signed actsText
	if err := json.NewDecoder(bytes.NewReader([]byte(s.act))).Decode(&signed); err != nil {
		return nil, fmt.Errorf("the signature of the import %s: %w", batch, err)
	}
	for _, l := range lines {
		if !slices.Contains(signed.Acts, l) {
			return nil, signatureField(fmt.Sprintf("of whoever has imported it does not cover the licence %s of %s", l.Number, l.Source))
		}
	}
	return id, nil
}

// batchDecision is a decision on an import that was judged.
type batchDecision struct {
	Decision
	signed actsSigned         // what was signed; zero for nothing
	lines  map[string]actLine // that it covers, by id
}

// judgeBatch judges the signature of a decision on an import.
func (r *Registry) judgeBatch(ctx context.Context, batch string, d Decision) (*batchDecision, error) {
	lines, by, err := r.linesOf(ctx, batch)
	if err != nil {
		return nil, err
	}
	if err := d.signed(); err != nil {
		return nil, err
	}
	judged := &batchDecision{Decision: d, lines: map[string]actLine{}}
	for _, l := range lines {
		judged.lines[l.ID] = l
	}
	text, err := actsText{what(d.outcome()), batch, d.Reason, lines}.text()
	if err != nil {
		return nil, err
	}
	var second *certs.Identity
	if len(d.Signature) > 0 {
		now := r.now()
		if second, err = r.signedBy(ctx, d.Signed, text, now); err != nil {
			return nil, err
		}
		judged.signed = actsSigned{batch, d.outcome(), d.By, string(text), encoded(d.Signature), now}
	}
	if d.Refuse {
		return judged, nil
	}
	first, err := r.importer(ctx, r.Store, batch, by, lines)
	if err != nil {
		return nil, err
	}
	return judged, differ(Act{EnteredBy: by}, d.By, first, second)
}

// DecideBatch confirms or refuses all acts of an import that wait, some in a
// transaction; it can be asked again after an interruption. Acts that cannot be
// confirmed go on waiting, and are told. The decision names no act; its signature is over
// [Registry.TextOfBatch].
func (r *Registry) DecideBatch(ctx context.Context, batch string, d Decision) (decided int, left []Undecided, err error) {
	if err := d.check(); err != nil {
		return 0, nil, err
	}
	judged, err := r.judgeBatch(ctx, batch, d)
	if err != nil {
		return 0, nil, err
	}
	kept := ""
	for after := ""; ; {
		acts, err := r.Acts(ctx, batch, after, importedTogether)
		if err != nil || len(acts) == 0 {
			return decided, left, err
		}
		after = acts[len(acts)-1].ID
		var waiting []Undecided
		var id string
		err = r.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
			waiting, id = waiting[:0], kept
			if id == "" && judged.signed.signature != "" {
				if id, err = keepActs(ctx, tx, judged.signed); err != nil {
					return err
				}
			}
			return r.decideSome(ctx, tx, acts, deciding{judged, id, &waiting})
		})
		if err != nil {
			return decided, left, err
		}
		kept = id
		decided, left = decided+len(acts)-len(waiting), append(left, waiting...)
	}
}

// deciding is a decision on an import on its way.
type deciding struct {
	*batchDecision
	kept    string // the id of what was signed
	waiting *[]Undecided
}

// decideSome decides acts in one transaction. What keeps one from being decided is
// found before anything of it is written.
func (r *Registry) decideSome(ctx context.Context, tx *store.Tx, acts []Act, in deciding) error {
	for _, a := range acts {
		if l, covered := in.lines[a.ID]; !covered || l.Commitment != a.commitment {
			*in.waiting = append(*in.waiting, Undecided{Act: a, Err: store.ErrNotWaiting}) // entered since it was signed
			continue
		}
		d := in.Decision
		d.Act, d.Signature, d.judged, d.kept = a.ID, nil, true, in.kept
		_, err := r.decideIn(ctx, tx, d)
		var invalid *documents.InvalidError
		switch {
		case errors.As(err, &invalid):
			*in.waiting = append(*in.waiting, Undecided{a, err, invalid.Fields})
		case errors.Is(err, store.ErrNotWaiting):
			*in.waiting = append(*in.waiting, Undecided{Act: a, Err: err})
		case err != nil:
			return err
		}
	}
	return nil
}
