package api

import (
	"errors"

	"tamga/documents/people"
)

// The rows of errors of people that are no sentinels.
var (
	errProof          = errors.New("the signature over the challenge is not accepted")
	errProofUndecided = errors.New("it cannot be told now whether the signature over the challenge holds")
	errMayNotAct      = errors.New("the person may not act for the applicant")
)

// unduly is a rule by which a duty is not given or ended, as a row of the table; the empty
// one is that of all rules that have no row of their own.
type unduly people.Rule

func (r unduly) Error() string { return "the duty is refused: " + string(r) }

// peopleReasons are the rows of an error of people, the nearest first; none of any other.
func peopleReasons(err error) []error {
	var proof *people.ProofError
	var duty *people.DutyError
	var denied *people.RefusedError
	switch {
	case errors.As(err, &proof) && proof.Undecided:
		return []error{errProofUndecided}
	case errors.As(err, &proof):
		return []error{errProof}
	case errors.As(err, &duty):
		return []error{unduly(duty.Rule), unduly("")}
	case errors.As(err, &denied):
		return []error{errMayNotAct}
	case errors.Is(err, people.ErrNotaries):
		return []error{errGatewayAway}
	}
	return nil
}

// peopleDetail is what may be told of an error of people beside its row; nothing of any
// other.
func peopleDetail(err error) string {
	var proof *people.ProofError
	var duty *people.DutyError
	var denied *people.RefusedError
	switch {
	case errors.As(err, &proof), errors.As(err, &duty), errors.As(err, &denied):
		return err.Error()
	}
	return ""
}
