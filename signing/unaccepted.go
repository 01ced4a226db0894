package signing

// Unaccepted is an error about a signature by one signer, with what was found of it: all
// three facts, so that whoever has signed learns them at once, and the question that
// decided.
type Unaccepted struct {
	Facts Facts
	Check CheckName // empty when none of the verifier's decided
	Err   error
}

// Error is that of Err, without personal data.
func (e *Unaccepted) Error() string { return e.Err.Error() }

func (e *Unaccepted) Unwrap() error { return e.Err }

// Unaccept adds what a verdict has found to an error about it; of other than one signer it
// adds nothing. When no question of the verifier's has failed, whose certificate it is has
// decided.
func (v *Verdict) Unaccept(err error) error {
	if err == nil || len(v.Signers) != 1 {
		return err
	}
	s := v.Signers[0]
	found := &Unaccepted{Facts: s.Facts, Err: err}
	for _, c := range s.Checks {
		if c.Status == CheckFailed || c.Status == CheckUndetermined {
			found.Check = c.Name
			return found
		}
	}
	found.Check, found.Facts.IdentityMatch = CheckIdentity, FactRefuted
	return found
}
