package signing

import (
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// Source is where the status of certificates is asked for.
type Source string

// The sources of revocation information.
const (
	SourceCRL  Source = "crl"  // [Verifier.Revocation]
	SourceOCSP Source = "ocsp" // [Verifier.Ask]
)

// statuses tells the status of each certificate of a path but the anchor. The
// sources are asked in the order of the policy; the first that knows counts,
// and when none does, what the first said.
func (v *Verifier) statuses(path certs.Path, extra []*certs.Certificate, at time.Time) []revocation.Answer {
	answers := make([]revocation.Answer, len(path)-1)
	for _, source := range v.Policy.RevocationSources {
		switch {
		case source == SourceCRL:
			for i, a := range v.Revocation.Check(path, v.Trust, extra, at) {
				answers[i] = first(answers[i], a)
			}
		case v.Ask != nil:
			for i := range answers {
				if answers[i].Status == revocation.Good || answers[i].Status == revocation.Revoked {
					continue
				}
				answers[i] = first(answers[i], v.Ask(path[i], path[i+1], at))
			}
		}
	}
	for i := range answers {
		if answers[i].Status == "" {
			answers[i] = revocation.Answer{Status: revocation.Undetermined, Cause: revocation.CauseNoList}
		}
	}
	return answers
}

// first chooses between what an earlier and a later source said. That no list
// was there says less than anything that a later source found.
func first(earlier, later revocation.Answer) revocation.Answer {
	switch {
	case earlier.Status == revocation.Good || earlier.Status == revocation.Revoked:
		return earlier
	case later.Status == revocation.Good || later.Status == revocation.Revoked:
		return later
	case earlier.Status == "" || earlier.Cause == revocation.CauseNoList:
		return later
	}
	return earlier
}
