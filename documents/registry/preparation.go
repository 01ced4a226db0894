package registry

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/signing/creation"
)

// PrepareRequest asks for one document, to be signed elsewhere.
type PrepareRequest struct {
	IssueRequest
	Elsewhere
}

// Elsewhere says what is known of a signature that the service does not make: by a
// token, or by NCALayer in a browser. All of it may be left out.
type Elsewhere struct {
	// Certificate is the one that will sign, and Chain is those above: then a document
	// that this certificate must not sign takes no number. Whatever is said here, the
	// certificate of the signature is what counts.
	Certificate *certs.Certificate
	Chain       []*certs.Certificate
	// Form is where the signature will stand: pdf.SubFilterCMS, which takes what
	// NCALayer makes and is meant when it is empty, or pdf.SubFilterCAdES, for a CMS
	// of the PAdES baseline, without signing-time.
	Form string
	// Level is the one that the service brings the signature to; zero is that of the
	// register.
	Level creation.Baseline
}

// check refuses what cannot be prepared for.
func (e Elsewhere) check() error {
	if e.Form != "" && e.Form != pdf.SubFilterCMS && e.Form != pdf.SubFilterCAdES {
		return &SignatureError{Reason: ReasonForm, Err: fmt.Errorf("nothing is prepared for the form %q", e.Form)}
	}
	return nil
}

// Preparation is a document with its number and date that waits for its signature.
type Preparation struct {
	Number string
	// Round counts how often the number was prepared, from 1: a signature is good for
	// the last one.
	Round    int
	IssuedOn documents.Date // printed
	// PreparedAt is the claimed time in the file (/M), UTC, and Until the end of the
	// day printed: from then on the number is to be prepared anew.
	PreparedAt, Until time.Time
	SubFilter         string
	DigestAlgorithm   string // as certs.Digest calls it
	// ToSign are the bytes to be signed by a detached CMS, and Digest is theirs; empty
	// unless the number waits for its signature.
	Digest, ToSign []byte
	// Issued: the document is in force, and nothing is left to do. Declined: its signer
	// has declined, and it is to be prepared anew.
	Issued, Declined bool
}

// The reasons of a [SignatureError].
const (
	ReasonForm          = "form"           // no CMS that can stand in the place
	ReasonTooLarge      = "too_large"      // larger than the place
	ReasonOtherContent  = "other_content"  // over other bytes
	ReasonReplaced      = "replaced"       // over the bytes of an earlier preparation
	ReasonDeclined      = "declined"       // the signer has declined
	ReasonDayPassed     = "day_passed"     // today is not the day printed
	ReasonYearPassed    = "year_passed"    // nor is it of the year of the number
	ReasonClaimedDay    = "claimed_day"    // the signature claims another day than the one printed
	ReasonIssued        = "issued"         // the document is in force, by another signature
	ReasonNoCertificate = "no_certificate" // whose it is, is not known
	ReasonLoginKey      = "login_key"      // the key only logs in
	ReasonExpired       = "expired"
	ReasonNotYetValid   = "not_yet_valid"
	ReasonRevoked       = "revoked"
	ReasonUntrusted     = "untrusted"  // the certificate leads to no anchor
	ReasonSigner        = "signer"     // the certificate is not of whom the document prints
	ReasonRight         = "right"      // nor has its holder the right to sign for the authority
	ReasonUndecided     = "undecided"  // nobody knows now whether the certificate was revoked
	ReasonUnverified    = "unverified" // our verifier refuses the signature
)

// ErrSignature means that a document is not signed by what was brought, or not now. The
// error is a *[SignatureError]. Nothing has changed: the preparation stays as it was.
var ErrSignature = errors.New("the document is not signed by this")

// SignatureError is an [ErrSignature] with its reason. Err says more.
type SignatureError struct {
	Reason string
	Err    error
}

func (e *SignatureError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%v: %s", ErrSignature, e.Reason)
	}
	return fmt.Sprintf("%v: %s: %v", ErrSignature, e.Reason, e.Err)
}

// Unwrap makes the error an ErrSignature, and what it is about.
func (e *SignatureError) Unwrap() []error { return []error{ErrSignature, e.Err} }

// Is compares reasons, so that one can be asked for with errors.Is.
func (e *SignatureError) Is(other error) bool {
	o, ok := other.(*SignatureError)
	return ok && o.Reason == e.Reason && o.Err == nil
}

// The states of a preparation.
const (
	stateOpen      = "open"
	stateDeclined  = "declined"
	stateReplaced  = "replaced"
	stateCompleted = "completed"
	stateVoid      = "void"
)

// round is a preparation as it is stored.
type round struct {
	id, number, state string
	n                 int
	issuedOn          string
	form              string // sub-filter
	algorithm, digest string
	preparedAt        time.Time
	endedAt           time.Time
	signature         string // SHA-256
	digests           string // of one that has ended, see round.allDigests
	held              held
	file              []byte
}

// held is what a preparation is made anew from, and completed with. The nonce keeps
// anyone from guessing a content that was forgotten by what the log says of it.
type held struct {
	Nonce     string          `json:"nonce"`
	Draft     documents.Draft `json:"draft"` // as it was asked for, without a date
	Content   string          `json:"content"`
	Layout    string          `json:"layout"`
	ByteRange [4]int          `json:"byte_range"`
	Elsewhere wireElsewhere   `json:"elsewhere"`
}

// wireElsewhere is an [Elsewhere] as it is stored.
type wireElsewhere struct {
	Certificates [][]byte `json:"certificates,omitempty"`
	Form         string   `json:"form"`
	Level        int      `json:"level"`
}

func (e Elsewhere) wire() wireElsewhere {
	w := wireElsewhere{Form: e.Form, Level: int(e.Level)}
	if e.Certificate != nil {
		w.Certificates = append(w.Certificates, e.Certificate.Raw)
		for _, c := range e.Chain {
			w.Certificates = append(w.Certificates, c.Raw)
		}
	}
	return w
}

// same reports whether a preparation was made for this.
func (w wireElsewhere) same(other wireElsewhere) bool {
	return w.Form == other.Form && w.Level == other.Level && slices.EqualFunc(w.Certificates, other.Certificates, slices.Equal)
}

func (w wireElsewhere) read() (Elsewhere, error) {
	e := Elsewhere{Form: w.Form, Level: creation.Baseline(w.Level)}
	for i, raw := range w.Certificates {
		c, err := certs.Parse(raw)
		if err != nil {
			return Elsewhere{}, fmt.Errorf("%w: %w", errDamaged, err)
		}
		if i == 0 {
			e.Certificate = c
			continue
		}
		e.Chain = append(e.Chain, c)
	}
	return e, nil
}

// prepared is the file of an open preparation with its place.
func (p *round) prepared() creation.Prepared {
	f := creation.Prepared{File: p.file, ByteRange: p.held.ByteRange}
	parts := f.SignedBytes()
	copy(f.SHA256[:], certs.SHA256.Sum(parts[0], parts[1]))
	return f
}

// content is the document as it is printed.
func (p *round) content() (documents.Draft, error) {
	var d documents.Draft
	if err := json.Unmarshal([]byte(p.held.Content), &d); err != nil {
		return d, errDamaged
	}
	return d, nil
}
