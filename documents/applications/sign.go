package applications

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/signing"
)

// Signing is an act that a person signs.
type Signing struct {
	Actor       Actor
	Application Application
	Rules       *regulation.Edition
	At          time.Time
}

// Expected is what the certificate of a signature must say of the signer; empty parts
// are not asked, and one of them is there at least.
type Expected struct {
	IIN        certs.IIN
	BIN        certs.BIN
	Identifier certs.Identifier
	Roles      []certs.Role // one of them
	Name       string       // as people print it, whole or with initials
}

// judged is a signature with what was found of it.
type judged struct {
	act       []byte // over which it was made
	signature []byte
	verdict   []byte // JSON
}

// byHand reports whether an official enters what a system is asked.
func (d deed) byHand() bool {
	return d.m.Step.BySystem(d.c.Rules) && d.c.Rules.Manual.May(d.m.Step, d.req.Actor.Role)
}

// judgeSignature judges the signature of a request before anything is written, since it
// may ask authorities. It is nil for an entry without one, and for a request that was
// done before.
func (b *Book) judgeSignature(ctx context.Context, q asked, req EnterRequest) (*judged, error) {
	d, refused := b.intended(ctx, req)
	// Asked after the application was read: the same request, done at the same time, is
	// no reason to refuse this one.
	id, err := q.before(ctx, b.Register.Store)
	if err != nil || id != "" {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	if err := b.handsOut(ctx, d); err != nil {
		return nil, err
	}
	if req.Signature == nil {
		return nil, nil // whether it may be missing is asked when it is entered
	}
	act, err := b.act(ctx, b.Register.Store, d)
	if err != nil {
		return nil, err
	}
	return b.judgeAct(ctx, d, act)
}

func (b *Book) verifier() *signing.Verifier {
	if b.Verifier != nil {
		return b.Verifier
	}
	return b.Register.Verifier
}

// judgeAct judges a signature over an act.
func (b *Book) judgeAct(ctx context.Context, d deed, act []byte) (*judged, error) {
	v := b.verifier()
	if v == nil {
		return nil, ErrNoVerifier
	}
	now := b.Register.Store.Moment()
	want, err := b.expected(ctx, Signing{d.req.Actor, d.c.Application, d.c.Rules, now})
	if err != nil {
		return nil, err
	}
	verdict, err := v.VerifyCMS(ctx, d.req.Signature, signing.Question{
		Content: act, IIN: want.IIN, BIN: want.BIN, Identifier: want.Identifier, At: now,
	})
	if err != nil {
		return nil, fmt.Errorf("failed to verify the signature: %w", err)
	}
	if err := d.accepts(verdict, want); err != nil {
		return nil, verdict.Unaccept(err)
	}
	raw, err := json.Marshal(verdict)
	if err != nil {
		return nil, fmt.Errorf("failed to encode the verdict: %w", err)
	}
	return &judged{act, d.req.Signature, raw}, nil
}

// expected is whose certificate must have signed.
func (b *Book) expected(ctx context.Context, s Signing) (Expected, error) {
	if b.Signatory != nil {
		return b.Signatory(ctx, b.Register.Store, s)
	}
	if s.Rules.Applies(s.Actor.Role) {
		return ExpectedOf(s.Application.Applicant)
	}
	return Expected{Name: s.Actor.Person}, nil
}

// ExpectedOf is what the certificate of a holder says: the number, or what EN 319 412-1
// has in its place; of an organisation also that the signer is its head or may sign for
// it. It is an error for a holder whom no certificate can name.
func ExpectedOf(h documents.Holder) (Expected, error) {
	roles := []certs.Role{certs.RoleHead, certs.RoleSignRight}
	if n := h.Identifier(); n != "" {
		if h.Legal == nil {
			roles = nil
		}
		return Expected{Identifier: certs.Identifier(n), Roles: roles}, nil
	}
	switch {
	case h.Natural != nil && h.Natural.IIN != "":
		return Expected{IIN: h.Natural.IIN}, nil
	case h.Legal != nil && h.Legal.BIN != "":
		return Expected{BIN: h.Legal.BIN, Roles: roles}, nil
	}
	return Expected{}, &RefusedError{Reason: ReasonSignature, Detail: "no certificate can name the applicant"}
}

// later are the checks of a verdict that the regulation makes conditions of. It is read
// only.
var later = []signing.CheckName{signing.CheckValidityPeriod, signing.CheckRevocation, signing.CheckIdentity}

// accepts refuses a signature that does not hold, or is not that of whom it must be. One
// that is offered to a condition may fail by what that asks, and by nothing else.
func (d deed) accepts(v *signing.Verdict, want Expected) error {
	refuse := func(format string, args ...any) error {
		return &RefusedError{ReasonSignature, d.req.Step, d.req.Outcome, fmt.Sprintf(format, args...)}
	}
	if len(v.Signers) != 1 {
		return refuse("it has %d signatures, and one is needed: %s", len(v.Signers), v.Detail)
	}
	s := v.Signers[0]
	undecided := ""
	for _, c := range s.Checks {
		if d.m.Step.Offers && slices.Contains(later, c.Name) {
			continue
		}
		switch c.Status {
		case signing.CheckFailed:
			return refuse("%s: %s (%s)", c.Name, c.Detail, c.SubIndication)
		case signing.CheckUndetermined:
			if c.SubIndication != signing.TryLater {
				return refuse("%s: %s (%s)", c.Name, c.Detail, c.SubIndication)
			}
			undecided = fmt.Sprintf("%s: %s (%s)", c.Name, c.Detail, c.SubIndication)
		}
	}
	switch {
	case undecided != "":
		return fmt.Errorf("%w: %s", ErrSignatureUndecided, undecided)
	case s.Identity == nil:
		return refuse("the certificate names nobody")
	case d.m.Step.Offers:
		return nil
	}
	return want.differs(*s.Identity, refuse)
}

// Differs returns why an identity that a verdict has found is not the expected one, in
// what the verdict was not asked; nil when it is.
func (e Expected) Differs(id certs.Identity) error {
	return e.differs(id, func(format string, args ...any) error {
		return &RefusedError{Reason: ReasonSignature, Detail: fmt.Sprintf(format, args...)}
	})
}

// differs refuses an identity that is not the expected one in what a verdict does not
// ask, or where nothing at all is expected.
func (e Expected) differs(id certs.Identity, refuse func(string, ...any) error) error {
	switch {
	case e.IIN == "" && e.BIN == "" && e.Identifier == "" && e.Name == "":
		return refuse("nobody is expected to sign")
	case e.Name != "" && !documents.NamesPerson(e.Name, id):
		return refuse("the certificate names another person")
	case len(e.Roles) > 0 && !slices.ContainsFunc(e.Roles, id.HasRole):
		return refuse("the certificate does not give its holder the right to sign for the organisation")
	}
	return nil
}

// attest refuses an entry that is not signed as it must be, in the transaction that
// writes it: what was signed is what stands now.
func (b *Book) attest(ctx context.Context, tx *store.Tx, d deed, s *judged) (unsigned bool, err error) {
	switch {
	case s == nil && !d.c.Signs(d.m, d.req.Actor.Role):
		return false, nil
	case s == nil && b.Unsigned && !d.byHand():
		return true, nil
	case s == nil:
		return false, &RefusedError{ReasonSignature, d.req.Step, d.req.Outcome, "whoever does the step signs it"}
	}
	act, err := b.act(ctx, tx, d)
	if err != nil {
		return false, err
	}
	if !bytes.Equal(act, s.act) {
		return false, ErrChanged
	}
	return false, nil
}

// signatureRows is the table of what persons have signed.
const signatureRows = "application_signatures"

// keep writes the signature of an entry down.
func (s *judged) keep(ctx context.Context, tx *store.Tx, application string, e Entry) error {
	if s == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO application_signatures (id, application, act, signature, verdict, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.ID, application, string(s.act), s.signature, string(s.verdict), store.Micros(e.At))
	if err != nil {
		return fmt.Errorf("failed to keep the signature: %w", err)
	}
	return registry.EnterRow(ctx, tx, store.Change{Table: signatureRows, Key: e.ID, Event: store.Kept, At: e.At})
}

// Signature is what a person has signed. It holds personal data.
type Signature struct {
	Entry   string // its id
	Act     []byte // what was signed
	CMS     []byte // as it came
	Verdict *signing.Verdict
	At      time.Time
}

// Signatures returns what was signed on an application, by its id or number, in order.
func (b *Book) Signatures(ctx context.Context, name string) (all []Signature, err error) {
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	a, err := read(ctx, b.Register.Store, name)
	if err != nil {
		return nil, err
	}
	for _, e := range a.Entries {
		s, ok, err := readSignature(ctx, b.Register.Store, e.ID)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, s)
		}
	}
	return all, nil
}

func readSignature(ctx context.Context, db store.Reader, entry string) (s Signature, ok bool, err error) {
	rows, err := db.QueryContext(ctx, `SELECT id, act, signature, verdict, at FROM application_signatures WHERE id = $1`, entry)
	if err != nil {
		return s, false, fmt.Errorf("failed to read a signature: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return s, false, rows.Err()
	}
	var act, verdict string
	var at int64
	if err := rows.Scan(&s.Entry, &act, &s.CMS, &verdict, &at); err != nil {
		return s, false, fmt.Errorf("failed to read a signature: %w", err)
	}
	s.Act, s.At = []byte(act), store.Time(at)
	if err := json.NewDecoder(strings.NewReader(verdict)).Decode(&s.Verdict); err != nil {
		return s, false, fmt.Errorf("failed to read the verdict of %s: %w", entry, err)
	}
	return s, true, nil
}
