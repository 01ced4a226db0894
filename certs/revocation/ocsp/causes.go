package ocsp

import "tamga/certs/revocation"

// The causes why a status could not be determined.
const (
	// No response was had.
	CauseNoAddress   revocation.Cause = "no_responder_address"
	CauseUnreachable revocation.Cause = "responder_not_reachable"
	CauseHTTP        revocation.Cause = "responder_http_answer_not_usable"

	// It cannot be read.
	CauseMalformed revocation.Cause = "response_malformed"
	CauseType      revocation.Cause = "response_type_not_basic"

	// The responder refused (RFC 6960 section 4.2.1).
	CauseMalformedRequest revocation.Cause = "responder_says_malformed_request"
	CauseInternalError    revocation.Cause = "responder_says_internal_error"
	CauseTryLater         revocation.Cause = "responder_says_try_later"
	CauseSigRequired      revocation.Cause = "responder_says_signature_required"
	CauseUnauthorized     revocation.Cause = "responder_says_unauthorized"

	// It is about something else: no CertID of it is the one asked for.
	CauseNoAnswer revocation.Cause = "response_about_other_certificates"

	// Nothing shows that the right responder signed it (section 4.2.2.2).
	CauseNoResponder        revocation.Cause = "responder_certificate_not_found"
	CauseResponderID        revocation.Cause = "response_names_another_responder"
	CauseAlgorithm          revocation.Cause = "response_algorithm_not_usable"
	CauseWeakAlgorithm      revocation.Cause = "response_algorithm_too_weak"
	CauseSignature          revocation.Cause = "response_signature_wrong"
	CauseNotDelegated       revocation.Cause = "responder_not_certified_by_the_issuer"
	CauseNoOCSPSigning      revocation.Cause = "responder_without_ocsp_signing"
	CauseResponderKeyUsage  revocation.Cause = "responder_may_not_sign"
	CauseResponderExtension revocation.Cause = "responder_has_unprocessed_critical_extension"
	CauseAboutItself        revocation.Cause = "responder_answers_about_itself"
	CauseResponderNotYet    revocation.Cause = "responder_not_yet_valid"
	CauseResponderExpired   revocation.Cause = "responder_expired"
	CauseResponderUnchecked revocation.Cause = "responder_revocation_not_checked"
	CauseResponderRevoked   revocation.Cause = "responder_revoked"

	// It is not the answer to what was sent.
	CauseNonceMalformed revocation.Cause = "nonce_malformed"
	CauseNonceMissing   revocation.Cause = "nonce_missing"
	CauseNonceMismatch  revocation.Cause = "nonce_of_another_request"

	// It says something that is not understood, or not about the moment.
	CauseUnhandled         revocation.Cause = "response_has_unprocessed_critical_extension"
	CauseProducedAt        revocation.Cause = "response_produced_at_impossible_time"
	CauseFuture            revocation.Cause = "answer_from_the_future"
	CauseContradictory     revocation.Cause = "answer_ends_before_it_begins"
	CauseBeforeCertificate revocation.Cause = "answer_older_than_the_certificate"
	CauseExpired           revocation.Cause = "answer_expired"
	CauseTooOld            revocation.Cause = "answer_too_old"
	CauseAfterExpiry       revocation.Cause = "answer_made_after_certificate_expired"

	// The responder does not know the certificate.
	CauseUnknown revocation.Cause = "certificate_unknown_to_the_responder"
)

// refusal is the cause of an unsuccessful response; "" when it is successful.
func (s ResponseStatus) refusal() revocation.Cause {
	switch s {
	case MalformedRequest:
		return CauseMalformedRequest
	case InternalError:
		return CauseInternalError
	case TryLater:
		return CauseTryLater
	case SigRequired:
		return CauseSigRequired
	case Unauthorized:
		return CauseUnauthorized
	}
	return ""
}
