package revocation

import (
	"time"

	"tamga/certs"
)

// Entry is what the list says about a certificate, for tests that hold readers
// against each other.
func (l *CRL) Entry(issuer certs.Name, serial []byte) (at time.Time, reason Reason, listed bool, err error) {
	e, ok, err := l.lookup(issuer, serial)
	return e.revokedAt, e.reason, ok, err
}
