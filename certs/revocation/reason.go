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

// String returns the reason as RFC 5280 writes it.
func (r Reason) String() string {
	names := map[Reason]string{
		Unspecified: "unspecified", KeyCompromise: "keyCompromise", CACompromise: "cACompromise",
		AffiliationChanged: "affiliationChanged", Superseded: "superseded",
		CessationOfOperation: "cessationOfOperation", CertificateHold: "certificateHold",
		RemoveFromCRL: "removeFromCRL", PrivilegeWithdrawn: "privilegeWithdrawn", AACompromise: "aACompromise",
	}
	if name, ok := names[r]; ok {
		return name
	}
	return fmt.Sprintf("reason %d", int(r))
}

// holdFlag is certificateHold among the reason flags of a list's scope.
const holdFlag = 1 << CertificateHold
