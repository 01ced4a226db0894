package gateways

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/messages"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
	"tamga/signing"
)

// Errors of consents, for errors.Is. That nobody can tell whether a signature holds is
// [ErrConsentUndecided].
var (
	ErrNoConsent        = errors.New("the person was not asked for consent")
	ErrConsentDecided   = errors.New("the person has decided, or the time to decide is over")
	ErrConsentSignature = errors.New("the signature is not the person's own over what is consented to")
	ErrConsentUndecided = errors.New("it cannot be told now whether the signature holds")
	ErrCode             = errors.New("the code is not the one that was sent, or is too old")
	ErrNoCode           = errors.New("no code can be sent now")
)

// Consents are what persons let state systems be asked about them, in a register. Its
// fields are not changed after the first call; it is safe for concurrent use.
type Consents struct {
	Store    *store.DB
	Verifier *signing.Verifier
	// SendCode sends a one-time code to the person of an application; nil where consent
	// is given by a signature only.
	SendCode func(ctx context.Context, tx *store.Tx, c Code) error
}

// Code is a one-time code to be sent.
type Code struct {
	Application string // its id
	Text        string // six digits
	Until       time.Time
}

// ConsentState is how a consent stands.
type ConsentState string

// The states of consents.
const (
	ConsentAsked   ConsentState = "asked"
	ConsentGiven   ConsentState = "given"
	ConsentRefused ConsentState = "refused"
	ConsentLapsed  ConsentState = "lapsed" // nobody has answered in time
)

// The ways in which consent is given.
const (
	BySignature = "signature"
	ByCode      = "code"
)

// Consent is whether the person of an application lets state systems be asked. It holds
// personal data.
type Consent struct {
	Application string // its id
	Edition     string // that asks for it, with its digest
	Text        []byte // what is consented to: JSON, the bytes that are signed
	AskedAt     time.Time
	Until       time.Time // after it, it has lapsed
	State       ConsentState
	DecidedAt   time.Time // zero while it is asked
	How         string
	Client      string // by whom the decision came
	Signature   []byte // CMS over Text; nil where it was given by code
	Verdict     string // on it, JSON

	codeSum   string
	codeUntil time.Time
	codeTries int
}

// ConsentRequest asks for the consent of an application's person.
type ConsentRequest struct {
	Application string // its id
	Applicant   documents.Holder
	Service     string
	Rules       *regulation.Edition
}

// Ask asks for the consent of a person, once for an application, and returns how it
// stands. A consent that nobody has given in time lapses.
func (c *Consents) Ask(ctx context.Context, q ConsentRequest) (out Consent, err error) {
	err = c.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := lockApplication(ctx, tx, q.Application); err != nil {
			return err
		}
		now := c.Store.Moment()
		out, err = readConsent(ctx, tx, q.Application)
		if errors.Is(err, ErrNoConsent) && q.Rules.Consent != nil {
			out, err = newConsent(q, now)
			if err != nil {
				return err
			}
			return out.insert(ctx, tx)
		}
		if err != nil {
			return err
		}
		return out.lapse(ctx, tx, now)
	})
	return out, err
}

// Of returns how the consent of an application stands, by its id. The error is
// [ErrNoConsent].
func (c *Consents) Of(ctx context.Context, application string) (out Consent, err error) {
	ctx, end := c.Store.Bounded(ctx)
	defer end(&err)
	if out, err = readConsent(ctx, c.Store, application); err != nil {
		return out, err
	}
	if out.lapsed(c.Store.Moment()) {
		out.State, out.DecidedAt = ConsentLapsed, out.Until
	}
	return out, nil
}

// consentKind begins every text that is consented to, so that nothing else that a person
// signs is one.
const consentKind = "tamga consent 1"

// consentText is what is signed; its members stand in this order.
type consentText struct {
	Kind        string        `json:"kind"`
	What        language.Text `json:"what"`
	Service     language.Text `json:"service"`
	Application string        `json:"application"`
	Who         string        `json:"who"`
	Until       time.Time     `json:"until"`
}

func newConsent(q ConsentRequest, now time.Time) (Consent, error) {
	c := Consent{
		Application: q.Application, Edition: q.Rules.Version(), State: ConsentAsked,
		AskedAt: now, Until: now.Add(time.Duration(q.Rules.Consent.Hours) * time.Hour),
	}
	t := consentText{Kind: consentKind, What: q.Rules.Consent.Text, Application: q.Application, Who: q.Applicant.FullName(documents.KK), Until: c.Until}
	if s, ok := q.Rules.Service(q.Service); ok {
		t.Service = s.Name
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(t); err != nil {
		return c, fmt.Errorf("failed to write what is consented to: %w", err)
	}
	c.Text = out.Bytes()
	return c, nil
}

// Decision is what a person says.
type Decision struct {
	Application string // its id
	Applicant   documents.Holder
	Client      string // by whom it comes
	// Signature is a CMS over the text by the person's own key, to give consent; or Code
	// the one that was sent. Neither refuses.
	Signature []byte
	Code      string
}

// Give gives consent, by the signature of the person or by the code that he was sent.
// The same given again is given. Errors are [ErrNoConsent], [ErrConsentDecided],
// [ErrConsentSignature], [ErrConsentUndecided] and [ErrCode].
func (c *Consents) Give(ctx context.Context, d Decision) (Consent, error) {
	verdict := ""
	now, err := c.Of(ctx, d.Application)
	switch {
	case err != nil || now.State == ConsentGiven:
		return now, err
	case now.State != ConsentAsked:
		return now, ErrConsentDecided
	case d.Code == "":
		if verdict, err = c.judge(ctx, now, d); err != nil {
			return now, err
		}
	}
	wrong := false
	out, err := c.decide(ctx, d, ConsentGiven, func(now *Consent) bool {
		if d.Code != "" && !now.opens(d.Code, c.Store.Moment()) {
			wrong = true
			return false
		}
		now.How, now.Signature, now.Verdict = BySignature, d.Signature, verdict
		if d.Code != "" {
			now.How, now.Signature = ByCode, nil
		}
		return true
	})
	if err == nil && wrong {
		err = ErrCode
	}
	return out, err
}

// Refuse refuses consent, for good.
func (c *Consents) Refuse(ctx context.Context, d Decision) (Consent, error) {
	return c.decide(ctx, d, ConsentRefused, func(*Consent) bool { return true })
}

// decide writes a decision down, where the person may still decide so. What fill
// declines is counted as a wrong code.
func (c *Consents) decide(ctx context.Context, d Decision, to ConsentState, fill func(*Consent) bool) (out Consent, err error) {
	late := false
	err = c.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := c.Store.Moment()
		if err := lockApplication(ctx, tx, d.Application); err != nil {
			return err
		}
		if out, err = readConsent(ctx, tx, d.Application); err != nil {
			return err
		}
		if err := out.lapse(ctx, tx, now); err != nil {
			return err
		}
		if late = out.State != ConsentAsked && out.State != to; late || out.State == to {
			return nil
		}
		if !fill(&out) {
			out.codeTries++
			return out.update(ctx, tx, "tried", now)
		}
		out.State, out.DecidedAt, out.Client = to, now, d.Client
		return out.update(ctx, tx, string(to), now)
	})
	if err == nil && late {
		err = ErrConsentDecided
	}
	return out, err
}

// judge verifies the signature of a decision: by the person's own number, over the text.
func (c *Consents) judge(ctx context.Context, now Consent, d Decision) (verdict string, err error) {
	if d.Applicant.Natural == nil || d.Applicant.Natural.IIN == "" {
		return "", fmt.Errorf("%w: the person has no number to compare with", ErrConsentSignature)
	}
	question := signing.Question{Content: now.Text, IIN: d.Applicant.Natural.IIN, At: c.Store.Moment()}
	v, err := c.Verifier.VerifyCMS(ctx, d.Signature, question)
	switch {
	case err != nil:
		return "", fmt.Errorf("failed to verify the signature: %w", err)
	case v.Acceptance == signing.Undecided:
		return "", fmt.Errorf("%w: %s %s", ErrConsentUndecided, v.Indication, v.SubIndication)
	case !v.Passed() || len(v.Signers) != 1:
		return "", fmt.Errorf("%w: %s %s", ErrConsentSignature, v.Indication, v.SubIndication)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("failed to encode the verdict: %w", err)
	}
	return string(raw), nil
}

// How long a code counts, and how many wrong ones a consent bears: then only a signature
// is taken.
const (
	codeLife  = messages.CodeLife
	mostTries = 5
)

// Send sends the person a code. The error is [ErrNoCode] where none is sent: while one
// counts, after too many wrong ones, or where nothing sends any.
func (c *Consents) Send(ctx context.Context, application string) (out Consent, err error) {
	if c.SendCode == nil {
		return out, ErrNoCode
	}
	err = c.Store.Tx(ctx, func(ctx context.Context, tx *store.Tx) error {
		now := c.Store.Moment()
		if err := lockApplication(ctx, tx, application); err != nil {
			return err
		}
		if out, err = readConsent(ctx, tx, application); err != nil {
			return err
		}
		switch {
		case out.State != ConsentAsked || out.lapsed(now):
			return ErrConsentDecided
		case out.codeTries >= mostTries || now.Before(out.codeUntil):
			return ErrNoCode
		}
		text := fmt.Sprintf("%06d", binary.BigEndian.Uint64(tx.RandomBytes(8))%1_000_000)
		out.codeSum, out.codeUntil = out.sumOf(text), now.Add(codeLife)
		if err := out.update(ctx, tx, "coded", now); err != nil {
			return err
		}
		return c.SendCode(ctx, tx, Code{application, text, out.codeUntil})
	})
	return out, err
}

func (c Consent) sumOf(code string) string {
	sum := sha256.Sum256([]byte(c.Application + "\x00" + code + "\x00" + store.HexSum(c.Text)))
	return hex.EncodeToString(sum[:])
}

// opens reports whether a code is the one that was sent, and counts.
func (c Consent) opens(code string, now time.Time) bool {
	return c.codeSum != "" && c.codeTries < mostTries && now.Before(c.codeUntil) &&
		subtle.ConstantTimeCompare([]byte(c.codeSum), []byte(c.sumOf(code))) == 1
}

// lapsed reports whether the time to decide is over.
func (c Consent) lapsed(now time.Time) bool { return c.State == ConsentAsked && !now.Before(c.Until) }

// lapse writes down that the time to decide is over, once it is.
func (c *Consent) lapse(ctx context.Context, tx *store.Tx, now time.Time) error {
	if !c.lapsed(now) {
		return nil
	}
	c.State, c.DecidedAt = ConsentLapsed, now
	return c.update(ctx, tx, string(ConsentLapsed), now)
}

// evidence is what an answer about the person rests on.
func (c Consent) evidence() map[string]any {
	e := map[string]any{"state": c.State, "asked_at": c.AskedAt, "decided_at": c.DecidedAt, "text_sha256": store.HexSum(c.Text)}
	if c.How != "" {
		e["how"] = c.How
	}
	if len(c.Signature) > 0 {
		e["signature_sha256"] = store.HexSum(c.Signature)
	}
	return e
}

const consentRows = "consents"

func (c Consent) insert(ctx context.Context, tx *store.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO consents (id, application, edition, text, asked_at, until) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Application, c.Application, c.Edition, string(c.Text), store.Micros(c.AskedAt), store.Micros(c.Until))
	if err != nil {
		return fmt.Errorf("failed to write the consent: %w", err)
	}
	return enter(ctx, tx, consentRows, c.Application, string(ConsentAsked), c.AskedAt)
}

func (c Consent) update(ctx context.Context, tx *store.Tx, event string, at time.Time) error {
	decision := string(c.State)
	if c.State == ConsentAsked {
		decision = ""
	}
	_, err := tx.ExecContext(ctx, `UPDATE consents SET decision = $1, decided_at = $2, how = $3, client = $4, signature = $5, verdict = $6,
		code_sha256 = $7, code_until = $8, code_tries = $9 WHERE id = $10`,
		decision, micros(c.DecidedAt), c.How, c.Client, base64.StdEncoding.EncodeToString(c.Signature), c.Verdict,
		c.codeSum, micros(c.codeUntil), c.codeTries, c.Application)
	if err != nil {
		return fmt.Errorf("failed to write the consent: %w", err)
	}
	if err := tx.At(ctx, "consent written"); err != nil {
		return err
	}
	return enter(ctx, tx, consentRows, c.Application, event, at)
}
