package revocation

import "fmt"

// Reason is why a certificate was revoked (RFC 5280 section 5.3.1).
type Reason int

// The reasons. Unspecified is also what a list without a reason means.
const (
	Unspecified          Reason = 0
	KeyCompromise        Reason = 1
	CACompromise         Reason = 2
	AffiliationChanged   Reason = 3
	Superseded           Reason = 4
	CessationOfOperation Reason = 5
	CertificateHold      Reason = 6
	RemoveFromCRL        Reason = 8
	PrivilegeWithdrawn   Reason = 9
	AACompromise         Reason = 10
)

// NeverIssued is what a responder means that calls a certificate on hold since
// the beginning of 1970 (RFC 6960 section 4.4.8): its authority does not know
// the certificate. It stands on no list.
const NeverIssued Reason = -1

// String returns the reason as RFC 5280 writes it.
func (r Reason) String() string {
	if name, ok := r.name(); ok {
		return name
	}
	return fmt.Sprintf("reason %d", int(r))
}

// Known reports whether the reason is one of those above.
func (r Reason) Known() bool {
	_, ok := r.name()
	return ok
}

func (r Reason) name() (string, bool) {
	names := map[Reason]string{
		Unspecified: "unspecified", KeyCompromise: "keyCompromise", CACompromise: "cACompromise",
		AffiliationChanged: "affiliationChanged", Superseded: "superseded",
		CessationOfOperation: "cessationOfOperation", CertificateHold: "certificateHold",
		RemoveFromCRL: "removeFromCRL", PrivilegeWithdrawn: "privilegeWithdrawn", AACompromise: "aACompromise",
		NeverIssued: "neverIssued",
	}
	name, ok := names[r]
	return name, ok
}

// Final reports whether nothing undoes the revocation: a hold can be lifted, and
// an authority may come to know what it issued.
func (r Reason) Final() bool {
	return r != CertificateHold && r != RemoveFromCRL && r != NeverIssued
}

// Compromise reports whether the reason is about the key, and so about every
// certificate that it stands in.
func (r Reason) Compromise() bool {
	return r == KeyCompromise || r == CACompromise || r == AACompromise
}

// weight orders reasons by how little they leave of what was signed before:
// a stolen key could sign before the theft was noticed, and what is left
// unsaid may be a theft.
func (r Reason) weight() int {
	switch r {
	case KeyCompromise, CACompromise, AACompromise:
		return 3
	case AffiliationChanged, Superseded, CessationOfOperation, PrivilegeWithdrawn:
		return 0
	case CertificateHold:
		return 1
	}
	return 2
}

// holdFlag is certificateHold among the reason flags of a list's scope.
const holdFlag = 1 << CertificateHold
