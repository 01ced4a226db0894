package signing

// Acceptance is our own answer to the question that was asked, beside what EN
// 319 102-1 calls the signature: whether whoever decides under the policy may
// take it. The standard has no word for a signature that is right and is not
// wanted, such as one of another person than the expected.
type Acceptance string

// The three answers. Refused means that the policy is known to say no, whatever
// else may come to light; undecided, that other evidence could make it accepted.
// Only what is TOTAL-PASSED is accepted, and what is TOTAL-FAILED is refused.
const (
	Accepted  Acceptance = "accepted"
	Refused   Acceptance = "refused"
	Undecided Acceptance = "undecided"
)

// rank orders the answers: the worst of several counts.
func (a Acceptance) rank() int {
	switch a {
	case Accepted:
		return 0
	case Undecided:
		return 1
	}
	return 2
}

// Reason is why an answer is not accepted.
type Reason struct {
	Signer        int           `json:"signer,omitempty"` // its number in the file, from 1; 0 when it is about the file
	Check         CheckName     `json:"check,omitempty"`  // the question that decided; "" when none was asked
	SubIndication SubIndication `json:"sub_indication,omitempty"`
	Text          Text          `json:"text"`
	Detail        string        `json:"detail,omitempty"` // English, precise, without personal numbers
}

// acceptance is the answer that checks add up to.
func acceptance(checks []Check) Acceptance {
	answer := Accepted
	for i := range checks {
		switch checks[i].Status {
		case CheckFailed:
			return Refused
		case CheckUndetermined:
			answer = Undecided
		}
	}
	return answer
}

// reasonsOf are the checks that an answer comes from: those that refuse it, or, if
// there are none, those that leave it open.
func reasonsOf(checks []Check, signer int) []Reason {
	decisive := CheckUndetermined
	if acceptance(checks) == Refused {
		decisive = CheckFailed
	}
	var all []Reason
	for i := range checks {
		if c := &checks[i]; c.Status == decisive {
			all = append(all, Reason{Signer: signer, Check: c.Name, SubIndication: c.SubIndication, Text: c.why(), Detail: c.Detail})
		}
	}
	return all
}
