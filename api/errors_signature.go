package api

import (
	"net/http"

	"tamga/documents/registry"
	"tamga/language/words"
)

// unsigned is a reason for which a document is not signed by what was brought, as a row
// of the table.
type unsigned string

func (r unsigned) Error() string { return "the document is not signed by this: " + string(r) }

// signatureOutcomes are the rows of registry.SignatureError.
func signatureOutcomes() []outcome {
	return []outcome{
		{unsigned(registry.ReasonForm), http.StatusUnprocessableEntity, "signature_form",
			words.Of("problem.signature_form")},
		{unsigned(registry.ReasonTooLarge), http.StatusUnprocessableEntity, "signature_too_large",
			words.Of("problem.signature_too_large")},
		{unsigned(registry.ReasonOtherContent), http.StatusUnprocessableEntity, "signature_other_content",
			words.Of("problem.signature_other_content")},
		{unsigned(registry.ReasonReplaced), http.StatusConflict, "signature_replaced",
			words.Of("problem.signature_replaced")},
		{unsigned(registry.ReasonDeclined), http.StatusConflict, "signature_declined",
			words.Of("problem.signature_declined")},
		{unsigned(registry.ReasonDayPassed), http.StatusConflict, "signature_day_passed",
			words.Of("problem.signature_day_passed")},
		{unsigned(registry.ReasonYearPassed), http.StatusConflict, "signature_year_passed",
			words.Of("problem.signature_year_passed")},
		{unsigned(registry.ReasonClaimedDay), http.StatusUnprocessableEntity, "signature_claimed_day",
			words.Of("problem.signature_claimed_day")},
		{unsigned(registry.ReasonIssued), http.StatusConflict, "signature_issued",
			words.Of("problem.signature_issued")},
		{unsigned(registry.ReasonNoCertificate), http.StatusUnprocessableEntity, "signature_no_certificate",
			words.Of("problem.signature_no_certificate")},
		{unsigned(registry.ReasonLoginKey), http.StatusUnprocessableEntity, "signature_login_key",
			words.Of("problem.signature_login_key")},
		{unsigned(registry.ReasonExpired), http.StatusUnprocessableEntity, "signature_expired",
			words.Of("problem.signature_expired")},
		{unsigned(registry.ReasonNotYetValid), http.StatusUnprocessableEntity, "signature_not_yet_valid",
			words.Of("problem.signature_not_yet_valid")},
		{unsigned(registry.ReasonRevoked), http.StatusUnprocessableEntity, "signature_revoked",
			words.Of("problem.signature_revoked")},
		{unsigned(registry.ReasonUntrusted), http.StatusUnprocessableEntity, "signature_untrusted",
			words.Of("problem.signature_untrusted")},
		{unsigned(registry.ReasonSigner), http.StatusUnprocessableEntity, "signature_signer",
			words.Of("problem.signature_signer")},
		{unsigned(registry.ReasonRight), http.StatusUnprocessableEntity, "signature_right",
			words.Of("problem.signature_right")},
		{unsigned(registry.ReasonUndecided), http.StatusServiceUnavailable, "signature_undecided",
			words.Of("problem.signature_undecided")},
		{unsigned(registry.ReasonUnverified), http.StatusUnprocessableEntity, "signature_unverified",
			words.Of("problem.signature_unverified")},
	}
}
