package signing_test

import (
	"errors"
	"testing"

	"tamga/signing"
)

// An error about a signature brings the facts and the question that decided along; one
// about several signers, or none, stays as it is.
func TestUnaccept(t *testing.T) {
	base := errors.New("not taken")
	facts := signing.Facts{ValidityPeriod: signing.FactEstablished, NotRevoked: signing.FactRefuted, IdentityMatch: signing.FactNotAsked}
	of := func(checks ...signing.Check) *signing.Verdict {
		return &signing.Verdict{Signers: []signing.Signer{{Facts: facts, Checks: checks}}}
	}
	var found *signing.Unaccepted
	passed := signing.Check{Name: signing.CheckChain, Status: signing.CheckPassed}
	err := of(passed, signing.Check{Name: signing.CheckRevocation, Status: signing.CheckFailed}).Unaccept(base)
	if !errors.As(err, &found) || !errors.Is(err, base) || found.Check != signing.CheckRevocation || found.Facts != facts {
		t.Errorf("revoked: %+v", found)
	}
	err = of(passed).Unaccept(base)
	if !errors.As(err, &found) || found.Check != signing.CheckIdentity || found.Facts.IdentityMatch != signing.FactRefuted {
		t.Errorf("another person: %+v", found)
	}
	if got := (&signing.Verdict{}).Unaccept(base); got != base {
		t.Errorf("nobody has signed: %v", got)
	}
	if got := of(passed).Unaccept(nil); got != nil {
		t.Errorf("nothing was wrong: %v", got)
	}
}
