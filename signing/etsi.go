package signing

// pair is a conclusion as EN 319 102-1 allows it.
type pair struct {
	indication Indication
	sub        SubIndication
}

// pairs are all conclusions that EN 319 102-1 has (tables 5 and 6), also those
// that this verifier never comes to. Each sub-indication stands under one
// indication only: what breaks a constraint, of a policy, a path or an
// algorithm, is never TOTAL-FAILED.
var pairs = []pair{
	{TotalPassed, ""},

	{TotalFailed, FormatFailure},
	{TotalFailed, HashFailure},
	{TotalFailed, SigCryptoFailure},
	{TotalFailed, Revoked},
	{TotalFailed, Expired},
	{TotalFailed, NotYetValid},

	{Indeterminate, SigConstraintsFailure},
	{Indeterminate, ChainConstraintsFailure},
	{Indeterminate, "CERTIFICATE_CHAIN_GENERAL_FAILURE"},
	{Indeterminate, CryptoConstraintsFailure},
	{Indeterminate, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"},
	{Indeterminate, "POLICY_PROCESSING_ERROR"},
	{Indeterminate, "SIGNATURE_POLICY_NOT_AVAILABLE"},
	{Indeterminate, TimestampOrderFailure},
	{Indeterminate, NoSigningCertificateFound},
	{Indeterminate, NoCertificateChainFound},
	{Indeterminate, RevokedNoPOE},
	{Indeterminate, RevokedCANoPOE},
	{Indeterminate, OutOfBoundsNoPOE},
	{Indeterminate, "OUT_OF_BOUNDS_NOT_REVOKED"},
	{Indeterminate, "NO_POE"},
	{Indeterminate, TryLater},
	{Indeterminate, SignedDataNotFound},
}

// indicationOf is the indication under which a sub-indication stands.
func indicationOf(sub SubIndication) Indication {
	for i := range pairs {
		if pairs[i].sub == sub {
			return pairs[i].indication
		}
	}
	return Indeterminate
}
