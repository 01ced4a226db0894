// Package signing judges signatures over bytes: CMS, PDF through signing/pades,
// XML through signing/xmldsig. Making them is signing/creation.
//
// Fill in a [Verifier] and call [Verifier.VerifyCMS], [Verifier.VerifyPDF] or
// [Verifier.VerifyCertificate]; the answer is a [Verdict] in the words of ETSI
// EN 319 102-1.
//
// Timestamps are judged like signatures, and what a trusted one proves moves the
// time at which a signature is judged: ETSI EN 319 102-1 section 5.6.
// [Verdict.SimpleReport] and [Verdict.DetailedReport] put a verdict into the
// outline of EN 319 102-2.
//
// A failed check is an answer and stands in the verdict; an error means that no
// answer was possible. A verifier without trust anchors passes nothing, and so
// does a file without signers: there is no way to skip a check by leaving
// something out.
//
// The package knows nothing of documents and law beyond what the verification
// of a signature needs; what is checked, and how strictly, is data: [Policy].
package signing

import (
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/language"
)

// Indication is the conclusion about a signature (EN 319 102-1, 5.1.3).
type Indication string

// The three conclusions. Failed means that the signature is known to be bad,
// whatever else may come to light; indeterminate means that with other evidence
// (a timestamp, a fresher revocation list, another anchor) it could pass.
const (
	TotalPassed   Indication = "TOTAL-PASSED"
	TotalFailed   Indication = "TOTAL-FAILED"
	Indeterminate Indication = "INDETERMINATE"
)

// SubIndication says why a signature did not pass (EN 319 102-1, table 5).
type SubIndication string

// The sub-indications that this verifier gives.
const (
	FormatFailure             SubIndication = "FORMAT_FAILURE"
	HashFailure               SubIndication = "HASH_FAILURE"
	SigCryptoFailure          SubIndication = "SIG_CRYPTO_FAILURE"
	Expired                   SubIndication = "EXPIRED"
	NotYetValid               SubIndication = "NOT_YET_VALID"
	Revoked                   SubIndication = "REVOKED"
	RevokedNoPOE              SubIndication = "REVOKED_NO_POE"
	RevokedCANoPOE            SubIndication = "REVOKED_CA_NO_POE"
	OutOfBoundsNoPOE          SubIndication = "OUT_OF_BOUNDS_NO_POE"
	SigConstraintsFailure     SubIndication = "SIG_CONSTRAINTS_FAILURE"
	ChainConstraintsFailure   SubIndication = "CHAIN_CONSTRAINTS_FAILURE"
	CryptoConstraintsFailure  SubIndication = "CRYPTO_CONSTRAINTS_FAILURE"
	NoSigningCertificateFound SubIndication = "NO_SIGNING_CERTIFICATE_FOUND"
	NoCertificateChainFound   SubIndication = "NO_CERTIFICATE_CHAIN_FOUND"
	SignedDataNotFound        SubIndication = "SIGNED_DATA_NOT_FOUND"
	TryLater                  SubIndication = "TRY_LATER"
	TimestampOrderFailure     SubIndication = "TIMESTAMP_ORDER_FAILURE"
)

// Text is a statement in the three languages of the verdict.
type Text = language.Text

// CheckStatus is how one check ended.
type CheckStatus string

// The ends of a check. A warning did not fulfil the check, but the policy lets
// it pass; not applicable means that there was nothing to ask.
const (
	CheckPassed        CheckStatus = "passed"
	CheckFailed        CheckStatus = "failed"
	CheckUndetermined  CheckStatus = "undetermined"
	CheckWarning       CheckStatus = "warning"
	CheckNotApplicable CheckStatus = "not_applicable"
)

// Check is one question of the tables in checks.go and its answer.
type Check struct {
	Name          CheckName     `json:"name"`
	Status        CheckStatus   `json:"status"`
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	Clause        string        `json:"clause"` // the rule that asks the question
	Title         Text          `json:"title"`
	Detail        string        `json:"detail,omitempty"` // English, precise, without personal numbers
	Evidence      *Evidence     `json:"evidence,omitempty"`
}

// Evidence is what the answer to a check rests on.
type Evidence struct {
	Path       []PathStep   `json:"path,omitempty"`
	OtherPaths []OtherPath  `json:"other_paths,omitempty"` // tried besides
	Revocation []LinkStatus `json:"revocation,omitempty"`
}

// LinkStatus is the revocation status of one certificate of the path, the
// signer's first, and the list or response that it rests on.
type LinkStatus struct {
	Subject   string                 `json:"subject"`
	Status    revocation.Status      `json:"status"`
	Cause     revocation.Cause       `json:"cause,omitempty"` // when undetermined
	RevokedAt time.Time              `json:"revoked_at,omitzero"`
	Reason    string                 `json:"reason,omitempty"`
	Evidence  []*revocation.Evidence `json:"evidence,omitempty"`
}

// PathStep is one certificate of a certification path.
type PathStep struct {
	Subject   string    `json:"subject"`
	SHA256    string    `json:"sha256"`
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Algorithm string    `json:"algorithm"`
	Anchor    bool      `json:"anchor,omitempty"`
}

// FactStatus is what is known of one of the regulation's three facts.
type FactStatus string

// A fact is established, refuted, or not known; or nobody asked.
const (
	FactEstablished FactStatus = "established"
	FactRefuted     FactStatus = "refuted"
	FactUnknown     FactStatus = "unknown"
	FactNotAsked    FactStatus = "not_asked"
)

// Facts are the three facts that the regulation asks of an applicant's
// certificate (order № 159, ¶6(10)): each that is not established is by itself
// the ground of the refusal RF-SIG.
type Facts struct {
	ValidityPeriod FactStatus `json:"validity_period"` // inside its validity period
	NotRevoked     FactStatus `json:"not_revoked"`     // not in the list of revoked certificates
	IdentityMatch  FactStatus `json:"identity_match"`  // ИИН/БИН of the request and of the certificate agree
}

// Signer is the verdict on one signer.
type Signer struct {
	Indication    Indication       `json:"indication"`
	SubIndication SubIndication    `json:"sub_indication,omitempty"`
	Acceptance    Acceptance       `json:"acceptance"`
	Facts         Facts            `json:"facts"`
	Identity      *certs.Identity  `json:"identity,omitempty"` // personal data
	Certificate   *CertificateInfo `json:"certificate,omitempty"`
	Algorithm     string           `json:"algorithm,omitempty"`
	ClaimedTime   time.Time        `json:"claimed_signing_time,omitzero"` // the signer's word, relied on for nothing
	// BestSignatureTime is when the signature is proved to have existed: the
	// time of the oldest trusted timestamp over it, or the time asked about.
	BestSignatureTime time.Time         `json:"best_signature_time,omitzero"`
	RevokedSince      time.Time         `json:"revoked_since,omitzero"` // good at the best signature time, revoked later
	ExpiredSince      time.Time         `json:"expired_since,omitzero"` // valid at the best signature time, expired since
	Level             string            `json:"level,omitempty"`        // CAdES or PAdES level, or why there is none
	Attributes        *SignedAttributes `json:"attributes,omitempty"`
	Covers            Covers            `json:"covers,omitempty"` // of a CMS and of a PDF
	Signed            []SignedElement   `json:"signed,omitempty"` // of an XML signature; nothing else of the file is
	Unsigned          []UnsignedPart    `json:"unsigned,omitempty"`
	Timestamps        []Timestamp       `json:"timestamps,omitempty"`
	CounterSignatures []Signer          `json:"counter_signatures,omitempty"` // verified, and counted for nothing
	Checks            []Check           `json:"checks"`

	steps int
}

// Steps returns how many of the steps after B-B make a signature last, 0 to 3: a
// trusted timestamp, all evidence in the file, a trusted timestamp over that. A
// signature may have them without being a baseline signature.
func (s Signer) Steps() int { return s.steps }

// Check returns the answer to one question about a signer; the zero value when it
// was not asked.
func (s Signer) Check(name CheckName) Check {
	for _, c := range s.Checks {
		if c.Name == name {
			return c
		}
	}
	return Check{}
}

// CertificateInfo names a certificate.
type CertificateInfo struct {
	Subject   string    `json:"subject"` // the IIN masked
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"` // hexadecimal
	NotBefore time.Time `json:"not_before"`
	NotAfter  time.Time `json:"not_after"`
	Key       string    `json:"key"`
	KeyUsage  []string  `json:"key_usage"`
	SHA256    string    `json:"sha256"`
}

// Verdict is the answer to a verification. Its conclusion passes only if there
// is a signer and every signer passes.
type Verdict struct {
	// Kind is "cms", "pdf", "xml", "certificate" or "timestamp"; another [FileKind]
	// is that of a file without anything to judge, about which EN 319 102-1 says
	// nothing: there is no indication then.
	Kind          string        `json:"kind"`
	Indication    Indication    `json:"indication,omitempty"`
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	// Acceptance is whether the policy takes what was asked about, and Reasons
	// why it does not: those of the signers that decide it, or of the file.
	Acceptance Acceptance `json:"acceptance"`
	Reasons    []Reason   `json:"reasons,omitempty"`
	Summary    Text       `json:"summary"`
	// At is the time that the verdict is about: the moment of receipt, taken
	// as the latest at which the signature can have been made.
	At      time.Time `json:"at"`
	Policy  string    `json:"policy"`  // name and version of what judged
	Profile string    `json:"profile"` // of what read the certificates
	Detail  string    `json:"detail,omitempty"`
	// ContentDigests are those of the digests supplied instead of a content
	// that signatures were held against, in hexadecimal, by algorithm. Of the
	// others this verdict says nothing.
	ContentDigests map[string]string `json:"content_digests,omitempty"`
	Signers        []Signer          `json:"signers"`
	// Timestamps are those of the file as a whole: document timestamps of a
	// PDF, in its order, or the token that was asked about. Those of one
	// signature stand with its signer.
	Timestamps []Timestamp `json:"timestamps,omitempty"`
	// Card holds the signatures that are attached to a PDF which is a document
	// card: it has none of its own, and what they are over is attached too. Such a
	// file never passes as a whole, since its pages are not signed.
	Card []CardSignature `json:"document_card,omitempty"`

	cause Text // why, when that is about the file and not about a signer
}

// Passed reports whether the signature is accepted, and therefore TOTAL-PASSED.
func (v *Verdict) Passed() bool { return v.Acceptance == Accepted }

// noSignature is the detail of a verdict on a file that was read and carries no
// signature.
const noSignature = "the file carries no signature"

// Unsigned reports whether the file was read and carries no signature at all,
// which is another thing than one that does not hold.
func (v *Verdict) Unsigned() bool {
	return len(v.Signers) == 0 && len(v.Timestamps) == 0 && v.Detail == noSignature
}
