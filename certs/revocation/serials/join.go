package serials

import "time"

// said is what one entry says.
type said struct {
	revoked stamp
	reason  byte
}

func (s said) entry() Entry {
	return Entry{RevokedAt: time.Unix(s.revoked.unix(), 0).UTC(), Reason: int(s.reason)}
}

// The reasons that joining tells apart (RFC 5280 section 5.3.1).
const (
	keyCompromise        = 1
	caCompromise         = 2
	affiliationChanged   = 3
	superseded           = 4
	cessationOfOperation = 5
	certificateHold      = 6
	removeFromCRL        = 8
	privilegeWithdrawn   = 9
	aaCompromise         = 10
)

// with joins what two entries of one certificate say into what the list says.
// It does not matter in which order they stand, or how often.
//
// A list should have one entry of a certificate. Where it has more, the gravest
// reason counts, from the earliest date on: X.509 (reason code extension) wants a hold
// that becomes final to be one entry with the final reason and the date of the
// hold. A removal counts only where nothing else stands, since it takes nothing
// back that its own list says.
func (s said) with(other said) said {
	switch {
	case s.removed() && !other.removed():
		return other
	case other.removed() && !s.removed():
		return s
	}
	joined := said{min(s.revoked, other.revoked), s.reason}
	if a, b := gravity(other.reason), gravity(s.reason); a > b || a == b && other.reason < s.reason {
		joined.reason = other.reason
	}
	return joined
}

func (s said) removed() bool { return s.reason == removeFromCRL }

// gravity orders reasons by how much they take away: what may be lifted again,
// what ends the certificate, what may hide a compromise, and what makes
// signatures doubtful that were made before.
func gravity(reason byte) int {
	switch reason {
	case certificateHold, removeFromCRL:
		return 0
	case affiliationChanged, superseded, cessationOfOperation, privilegeWithdrawn:
		return 1
	case keyCompromise, caCompromise, aaCompromise:
		return 3
	}
	return 2
}
