package signing

import "testing"

// Every sub-indication that is given stands once in the table, under the
// indication that EN 319 102-1 has it under.
func TestPairs(t *testing.T) {
	want := map[Indication][]SubIndication{
		TotalPassed: {""},
		TotalFailed: {FormatFailure, HashFailure, SigCryptoFailure, Revoked, Expired, NotYetValid},
		Indeterminate: {
			SigConstraintsFailure, ChainConstraintsFailure, CryptoConstraintsFailure, TimestampOrderFailure,
			NoSigningCertificateFound, NoCertificateChainFound, RevokedNoPOE, RevokedCANoPOE, OutOfBoundsNoPOE,
			TryLater, SignedDataNotFound, "CERTIFICATE_CHAIN_GENERAL_FAILURE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE",
			"POLICY_PROCESSING_ERROR", "SIGNATURE_POLICY_NOT_AVAILABLE", "OUT_OF_BOUNDS_NOT_REVOKED", "NO_POE",
		},
	}
	total := 0
	for indication, subs := range want {
		total += len(subs)
		for _, sub := range subs {
			if got := indicationOf(sub); got != indication {
				t.Errorf("%s stands under %s, want %s", sub, got, indication)
			}
		}
	}
	if len(pairs) != total {
		t.Errorf("%d pairs, want %d", len(pairs), total)
	}
}

// What is refused under a sub-indication of INDETERMINATE decides before what is
// open, in whichever order they are asked, and what is bad decides before both.
func TestWhatDecides(t *testing.T) {
	open, refused, bad := undetermined(TryLater, "u"), failed(SigConstraintsFailure, "r"), failed(HashFailure, "b")
	for _, c := range []struct {
		answers    []finding
		indication Indication
		sub        SubIndication
		acceptance Acceptance
		reasons    int
	}{
		{[]finding{passed("")}, TotalPassed, "", Accepted, 0},
		{[]finding{open, passed("")}, Indeterminate, TryLater, Undecided, 1},
		{[]finding{open, undetermined(RevokedNoPOE, "u")}, Indeterminate, TryLater, Undecided, 2},
		{[]finding{open, refused}, Indeterminate, SigConstraintsFailure, Refused, 1},
		{[]finding{refused, open}, Indeterminate, SigConstraintsFailure, Refused, 1},
		{[]finding{refused, failed(ChainConstraintsFailure, "r")}, Indeterminate, SigConstraintsFailure, Refused, 2},
		{[]finding{refused, bad, open}, TotalFailed, HashFailure, Refused, 2},
		{[]finding{bad, failed(SigCryptoFailure, "b")}, TotalFailed, HashFailure, Refused, 2},
		{[]finding{warning("w"), notApplicable("n")}, TotalPassed, "", Accepted, 0},
	} {
		var table []check
		for _, a := range c.answers {
			table = append(table, check{name: "asked", ask: func(*facts, *Policy) finding { return a }})
		}
		v := Verifier{}
		checks, indication, sub, _ := v.ask(table, nil)
		if indication != c.indication || sub != c.sub || acceptance(checks) != c.acceptance || len(reasonsOf(checks, 1)) != c.reasons {
			t.Errorf("%+v: %s %s %s for %d reasons", c.answers, indication, sub, acceptance(checks), len(reasonsOf(checks, 1)))
		}
	}
}
