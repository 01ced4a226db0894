// Package creation makes signatures over bytes and makes them last: CMS and
// CAdES, PAdES, XML (EN 319 102-1, creation and augmentation). [Make] is the one
// door: it signs in a [Form], adds what a level needs, and asks the verifier of
// signing, which knows nothing of this package, what the result is worth.
package creation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/pades"
	"tamga/signing/tsp"
)

// Services are what making a signature needs besides the key.
type Services struct {
	// Verifier judges what was made, before it leaves.
	Verifier *signing.Verifier
	// Stamp asks a timestamp authority and checks what it says; nil when there is
	// none.
	Stamp func(ctx context.Context, m tsp.Imprint) (*tsp.Token, error)
	// Gather collects the evidence about a signer's or an authority's
	// certificate, given those that came along: [Gatherer.Gather].
	Gather func(ctx context.Context, c *certs.Certificate, extra []*certs.Certificate, at time.Time) (signing.Material, error)
}

// Form is what is made: a [CMS], [PDF], [Prepared] or [XML], a [Supplied] signature
// that was made elsewhere, or an [Existing] one that is made to last.
type Form interface {
	sign(ctx context.Context, key Key, at time.Time) (draft, error)
}

// draft is a signature on its way out.
type draft struct {
	file    []byte
	read    *pades.Document // file as it was read back; nil when it was not
	content []byte          // of a detached signature, nil when there is none or it is not at hand
	// beside says that others may have signed the file too, which is their
	// business.
	beside bool
	// by is the certificate of what was signed elsewhere, without the key of the order;
	// nil when that signed.
	by *certs.Certificate
	// theirs says that nobody signed now, and that the content need not be at hand.
	theirs bool
	// least is the level that the form has by itself; zero when it may have none.
	least Baseline
	// signer is the number of the one to make last, counted from one; zero is all.
	signer int
}

// Order is one call of [Make].
type Order struct {
	Form Form
	// Key signs; one for an [Existing] or a [Supplied] signature is not used.
	Key Key
	// Time is the moment of signing: the key is checked against it, and the
	// evidence must hold then.
	Time time.Time
	// Level is that of the signature; zero is [BaselineB]. XML has no other.
	Level Baseline
	// Below lets a new signature out below its level when no timestamp or no
	// evidence can be had: [Made.Missing] says why.
	Below bool
}

// Made is a signature, and what the verifier says of it.
type Made struct {
	File    []byte
	Verdict *signing.Verdict
	// Level is what the verdict calls the signature: the lowest of those that
	// were made, zero when they are no baseline signatures.
	Level Baseline
	// Called says the same in the words of the verdict, which has a reason where
	// Level is zero.
	Called string
	// Missing is why the signature lacks the level that was asked for; nil when it
	// lacks nothing.
	Missing error
}

// ErrOutput means that what was made did not pass our own verifier or reader;
// nothing of it is handed out.
var ErrOutput = errors.New("what was made does not pass verification")

// Make signs, makes the signature last up to the level that was asked for, and
// asks the verifier about the result. What it does not take for a right
// signature by this key, at this level, is [ErrOutput]. Whether the certificate
// is trusted, and whether other people's signatures of the file are right, is
// the reader's question and stands in the verdict.
//
// Other errors: those of the form, of [Key.Check] and of the services;
// [ErrTimestamp] and [ErrEvidence] when a level cannot be reached;
// [signing.ErrTooLarge].
func Make(ctx context.Context, with Services, o Order) (Made, error) {
	d, err := o.Form.sign(ctx, o.Key, o.Time)
	if err != nil {
		return Made{}, err
	}
	m := making{ctx: ctx, with: with, Order: o, draft: d}
	switch {
	case d.by != nil:
		m.own = d.by.Describe().SHA256
	case !d.theirs:
		m.own = o.Key.Certificate.Describe().SHA256
	}
	if o.Level > BaselineB {
		if err := m.last(); err != nil {
			return Made{}, err
		}
	}
	return m.confirm()
}

// making is one call of [Make] under way.
type making struct {
	ctx  context.Context
	with Services
	Order
	draft
	lasting map[int]string // see chosen
	own     string         // SHA-256 of the key's certificate, empty for what others made
	missing error
}

// last brings the signature to its level.
func (m *making) last() error {
	longer, err := m.extend()
	if m.Below && (errors.Is(err, ErrTimestamp) || errors.Is(err, ErrEvidence)) {
		m.missing = err
		return nil
	}
	if err != nil {
		return fmt.Errorf("extend to %s: %w", m.Level, err)
	}
	m.file = longer
	return nil
}

// judge asks the verifier about a file.
func (m *making) judge() (*signing.Verdict, error) {
	q := signing.Question{At: m.Time}
	switch {
	case m.content != nil:
		q.Content = m.content
	case m.theirs:
		q.Digests = claimedDigests(m.file)
	}
	if m.read != nil && same(m.read.Bytes(), m.file) && signing.Sniff(m.file) == signing.FilePDF {
		return m.with.Verifier.VerifyDocument(m.ctx, m.read, q)
	}
	return m.with.Verifier.Verify(m.ctx, m.file, q)
}

// confirm asks the verifier, and compares what it says with the order.
func (m *making) confirm() (Made, error) {
	verdict, err := m.judge()
	if err != nil {
		return Made{}, err
	}
	made := Made{File: m.file, Verdict: verdict, Missing: m.missing}
	mine, err := m.mine(verdict)
	if err != nil {
		return Made{}, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	made.Level = BaselineLTA
	want := m.wanted()
	for _, s := range mine {
		if l := levelOf(s); made.Called == "" || l < made.Level {
			made.Level, made.Called = l, s.Level
		}
		if m.reached(s) < want && m.theirs {
			return Made{}, fmt.Errorf("%w: with what could be had it is %q, not %s", ErrEvidence, s.Level, want)
		}
		if m.reached(s) < want {
			return Made{}, fmt.Errorf("%w: it is %q, not %s", ErrOutput, s.Level, want)
		}
	}
	return made, nil
}

// reached is how far a signature was brought. Others need not have made a baseline
// signature for it to last: what it lacks for that, nobody can add.
func (m *making) reached(s signing.Signer) Baseline {
	if m.theirs || m.by != nil && m.least == 0 {
		return BaselineB + Baseline(s.Steps())
	}
	return levelOf(s)
}

// wanted is the level below which nothing is handed out.
func (m *making) wanted() Baseline {
	if m.Level > BaselineB && m.missing == nil {
		return m.Level
	}
	return m.least
}

// mine returns the signers of a verdict that were made or made to last, all of
// whose signatures must be right.
func (m *making) mine(verdict *signing.Verdict) ([]signing.Signer, error) {
	if len(verdict.Signers) != 1 && !m.beside {
		return nil, fmt.Errorf("%d signers: %s %s", len(verdict.Signers), verdict.SubIndication, verdict.Detail)
	}
	var mine []signing.Signer
	for i, s := range verdict.Signers {
		if !m.takes(i, s) {
			continue
		}
		if err := m.sound(s, verdict.Kind == "pdf"); err != nil {
			return nil, fmt.Errorf("signer %d: %w", i+1, err)
		}
		mine = append(mine, s)
	}
	if len(mine) == 0 {
		return nil, fmt.Errorf("the signature is not found: %s %s", verdict.SubIndication, verdict.Detail)
	}
	return mine, nil
}

// takes says whether the order is about a signer of the file, numbered from zero:
// those with the key's certificate, or those that were chosen.
func (m *making) takes(number int, s signing.Signer) bool {
	if m.own == "" {
		return m.signer == 0 || m.signer == number+1
	}
	return s.Certificate != nil && s.Certificate.SHA256 == m.own
}

// sound asks whether a signature itself is right. What a policy wants of its signer, and
// whom it trusts, is asked elsewhere, and what is odd and harmless about a PDF was
// so before.
func (m *making) sound(s signing.Signer, pdf bool) error {
	for _, name := range []signing.CheckName{signing.CheckFormat, signing.CheckSignatureValue, signing.CheckSigningCertificate} {
		c := s.Check(name)
		switch {
		case c.Status == signing.CheckPassed:
		case name == signing.CheckFormat && c.Status == signing.CheckWarning && pdf:
		// The national forms of XML have no such attribute, nor have old signatures
		// that are made to last.
		case name == signing.CheckSigningCertificate && c.Status == signing.CheckWarning:
		default:
			return fmt.Errorf("%s: %s %s", name, c.SubIndication, c.Detail)
		}
	}
	return nil
}

// levelOf reads the level that a verdict gives a signature; zero when it is no
// baseline signature.
func levelOf(s signing.Signer) Baseline {
	for b := BaselineLTA; b >= BaselineB; b-- {
		if s.Level == "CAdES-"+b.String() || s.Level == "PAdES-"+b.String() {
			return b
		}
	}
	return 0
}
