package api

import (
	"context"
	"errors"
	"net/http"

	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
	"tamga/documents/pdf"
	"tamga/documents/people"
	"tamga/documents/questionnaire"
	"tamga/documents/registry"
	"tamga/documents/rulebook"
	"tamga/documents/signings"
	"tamga/documents/store"
	"tamga/language/words"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/spool"
)

// The errors of this package. What other packages call an error stands beside
// them in the table.
var (
	errNoRoute       = errors.New("there is nothing at this address")
	errMethod        = errors.New("the address does not take this method")
	errMalformed     = errors.New("the request could not be read")
	errParameter     = errors.New("a parameter of the request is not acceptable")
	errBodyTooLarge  = errors.New("the body is too large")
	errMediaType     = errors.New("the body is of a type that is not taken here")
	errNoCredentials = errors.New("a bearer key is needed")
	errSession       = errors.New("a person must be signed in; the key is a program's")
	errKeySession    = errors.New("a person must be signed in with the key of an electronic signature")
	errScope         = errors.New("the key does not have the right to do this")
	errKeyMissing    = errors.New("the header Idempotency-Key is needed")
	errTooMany       = errors.New("asked too often")
	errNoSigningKey  = errors.New("there is no signing key of this name")
	errUnusableFile  = errors.New("the file cannot be signed or extended")
	errNotReady      = errors.New("the service is not ready")
	errNoIfMatch     = errors.New("the header If-Match is needed")
	errRule          = errors.New("the law of the documents does not allow this now")
	errTooSlow       = errors.New("the body came too slowly")
	errNoRegister    = errors.New("the database or its disk does not answer")
	errBusy          = errors.New("the service is at work on as much as it can hold")
	errGatewayAway   = errors.New("the state system does not answer")
	errPanic         = errors.New("the program panicked; the log has the stack")
)

// outcome is a row of the table: what an error becomes.
type outcome struct {
	is     error
	status int
	code   string
	title  web.Label
}

// outcomes is the only place that turns errors into statuses. What is not in
// it is our fault: it is logged, and the client is told nothing.
func outcomes() []outcome {
	return append(signatureOutcomes(), []outcome{
		{errNoRoute, http.StatusNotFound, "not_found",
			words.Of("problem.not_found")},
		{registry.ErrNotFound, http.StatusNotFound, "document_not_found",
			words.Of("problem.document_not_found")},
		{store.ErrNoExtension, http.StatusNotFound, "document_not_found",
			words.Of("problem.document_not_found")},
		{registry.ErrErased, http.StatusGone, "document_erased",
			words.Of("problem.document_erased")},
		{documents.ErrBadNumber, http.StatusNotFound, "document_not_found",
			words.Of("problem.document_not_found")},
		{applications.ErrNotFound, http.StatusNotFound, "application_not_found",
			words.Of("problem.application_not_found")},
		{applications.ErrErased, http.StatusGone, "application_erased",
			words.Of("problem.application_erased")},
		{errSeveral, http.StatusConflict, "several_licences",
			words.Of("problem.several_licences")},
		{registry.ErrNoAct, http.StatusNotFound, "act_not_found",
			words.Of("problem.act_not_found")},
		{store.ErrSamePerson, http.StatusConflict, "same_person",
			words.Of("problem.same_person")},
		{store.ErrNotWaiting, http.StatusConflict, "not_waiting",
			words.Of("problem.not_waiting")},
		{registry.ErrCorrectionWaits, http.StatusConflict, "correction_waits",
			words.Of("problem.correction_waits")},
		{registry.ErrImport, http.StatusUnprocessableEntity, "import_unreadable",
			words.Of("problem.import")},
		{errMethod, http.StatusMethodNotAllowed, "method_not_allowed",
			words.Of("problem.method_not_allowed")},
		{errMalformed, http.StatusBadRequest, "malformed_request",
			words.Of("problem.malformed_request")},
		{errParameter, http.StatusBadRequest, "invalid_parameter",
			words.Of("problem.invalid_parameter")},
		{errKeyMissing, http.StatusBadRequest, "idempotency_key_required",
			words.Of("problem.idempotency_key_required")},
		{store.ErrBadKey, http.StatusBadRequest, "idempotency_key_malformed",
			words.Of("problem.idempotency_key_malformed")},
		{errNoCredentials, http.StatusUnauthorized, "unauthorized",
			words.Of("problem.unauthorized")},
		{store.ErrUnknownClient, http.StatusUnauthorized, "unauthorized",
			words.Of("problem.unauthorized_unknown")},
		{errSession, http.StatusUnauthorized, "session_required",
			words.Of("problem.session_required")},
		{errKeySession, http.StatusForbidden, "key_session_required",
			words.Of("problem.key_session_required")},
		{signings.ErrNotFound, http.StatusNotFound, "signing_not_found",
			words.Of("problem.signing_not_found")},
		{signings.ErrSecret, http.StatusUnauthorized, "signing_secret",
			words.Of("problem.signing_secret")},
		{signings.ErrOver, http.StatusForbidden, "signing_over",
			words.Of("problem.signing_over")},
		{errPhoneSignature, http.StatusForbidden, "signing_other_text",
			words.Of("problem.signing_other_text")},
		{people.ErrNoSession, http.StatusUnauthorized, "session_over",
			words.Of("problem.session_over")},
		{people.ErrCredentials, http.StatusUnauthorized, "wrong_credentials",
			words.Of("problem.wrong_credentials")},
		{people.ErrChallenge, http.StatusUnauthorized, "challenge_not_valid",
			words.Of("problem.challenge_not_valid")},
		{errProof, http.StatusUnauthorized, "signature_not_accepted",
			words.Of("problem.signature_not_accepted")},
		{errProofUndecided, http.StatusServiceUnavailable, "signature_undecided",
			words.Of("problem.signature_undecided")},
		{people.ErrRegistered, http.StatusConflict, "already_registered",
			words.Of("problem.already_registered")},
		{people.ErrNotRegistered, http.StatusForbidden, "not_registered",
			words.Of("problem.not_registered")},
		{people.ErrNotAdministrator, http.StatusForbidden, "administrator_only",
			words.Of("problem.administrator_only")},
		{people.ErrNotFound, http.StatusNotFound, "person_not_found",
			words.Of("problem.person_not_found")},
		{unduly(people.RuleOwn), http.StatusForbidden, "own_duty",
			words.Of("problem.own_duty")},
		{unduly(people.RuleHeld), http.StatusConflict, "duty_held",
			words.Of("problem.duty_held")},
		{unduly(people.RuleOver), http.StatusConflict, "duty_over",
			words.Of("problem.duty_over")},
		{unduly(""), http.StatusUnprocessableEntity, "duty_refused",
			words.Of("problem.duty_refused")},
		{errMayNotAct, http.StatusForbidden, "may_not_act",
			words.Of("problem.may_not_act")},
		{errScope, http.StatusForbidden, "insufficient_scope",
			words.Of("problem.insufficient_scope")},
		{store.ErrInProgress, http.StatusConflict, "in_progress",
			words.Of("problem.in_progress")},
		{registry.ErrVoid, http.StatusConflict, "reservation_void",
			words.Of("problem.reservation_void")},
		{errTooSlow, http.StatusRequestTimeout, "body_too_slow",
			words.Of("problem.body_too_slow")},
		{errBodyTooLarge, http.StatusRequestEntityTooLarge, "body_too_large",
			words.Of("problem.body_too_large")},
		{signing.ErrTooLarge, http.StatusRequestEntityTooLarge, "body_too_large",
			words.Of("problem.file_too_large")},
		{errMediaType, http.StatusUnsupportedMediaType, "unsupported_media_type",
			words.Of("problem.unsupported_media_type")},
		{store.ErrKeyReused, http.StatusUnprocessableEntity, "idempotency_key_reused",
			words.Of("problem.idempotency_key_reused")},
		{errNoSigningKey, http.StatusUnprocessableEntity, "unknown_signing_key",
			words.Of("problem.unknown_signing_key")},
		{registry.ErrChanged, http.StatusPreconditionFailed, "document_changed",
			words.Of("problem.document_changed")},
		{applications.ErrChanged, http.StatusPreconditionFailed, "application_changed",
			words.Of("problem.application_changed")},
		{applications.ErrSigned, http.StatusConflict, "form_signed",
			words.Of("problem.form_signed")},
		{applications.ErrNoEdition, http.StatusUnprocessableEntity, "service_not_offered",
			words.Of("problem.service_not_offered")},
		{applications.ErrClock, http.StatusServiceUnavailable, "clock_behind",
			words.Of("problem.clock_behind")},
		{refusal(applications.ReasonEnded), http.StatusConflict, "application_ended",
			words.Of("problem.application_ended")},
		{refusal(applications.ReasonPending), http.StatusConflict, "application_pending",
			words.Of("problem.application_pending")},
		{refusal(applications.ReasonRetention), http.StatusConflict, "application_retained",
			words.Of("problem.application_retained")},
		{refusal(applications.ReasonKept), http.StatusConflict, "document_needed",
			words.Of("problem.document_needed")},
		{refusal(applications.ReasonPosition), http.StatusConflict, "step_not_here",
			words.Of("problem.step_not_here")},
		{refusal(applications.ReasonStep), http.StatusUnprocessableEntity, "unknown_step",
			words.Of("problem.unknown_step")},
		{refusal(applications.ReasonOutcome), http.StatusUnprocessableEntity, "unknown_outcome",
			words.Of("problem.unknown_outcome")},
		{refusal(applications.ReasonActor), http.StatusForbidden, "step_of_another",
			words.Of("problem.step_of_another")},
		{refusal(applications.ReasonFourEyes), http.StatusForbidden, "four_eyes",
			words.Of("problem.four_eyes")},
		{refusal(applications.ReasonSameMatter), http.StatusConflict, "same_matter_undecided",
			words.Of("problem.same_matter_undecided")},
		{refusal(applications.ReasonMatterAgainst), http.StatusConflict, "same_matter_against",
			words.Of("problem.same_matter_against")},
		{refusal(applications.ReasonCheck), http.StatusUnprocessableEntity, "failed_check",
			words.Of("problem.failed_check")},
		{refusal(applications.ReasonDocument), http.StatusUnprocessableEntity, "step_document",
			words.Of("problem.step_document")},
		{refusal(applications.ReasonSignature), http.StatusUnprocessableEntity, "act_signature",
			words.Of("problem.act_signature")},
		{refusal(applications.ReasonSystem), http.StatusForbidden, "step_of_program",
			words.Of("problem.step_of_program")},
		{refusal(applications.ReasonVotes), http.StatusConflict, "votes",
			words.Of("problem.votes")},
		{refusal(applications.ReasonPaused), http.StatusConflict, "application_paused",
			words.Of("problem.application_paused")},
		{refusal(applications.ReasonAssigned), http.StatusForbidden, "handed_to_another",
			words.Of("problem.handed_to_another")},
		{applications.ErrSignedWithStep, http.StatusConflict, "signature_with_step",
			words.Of("problem.signature_with_step")},
		{refusal(applications.ReasonResult), http.StatusConflict, "result_state",
			words.Of("problem.result_state")},
		{applications.ErrSignatureUndecided, http.StatusServiceUnavailable, "act_signature_undecided",
			words.Of("problem.act_signature_undecided")},
		{applications.ErrCursor, http.StatusBadRequest, "invalid_parameter",
			words.Of("problem.invalid_parameter")},
		{errNoDuty, http.StatusForbidden, "no_duty",
			words.Of("problem.no_duty")},
		{refusal(""), http.StatusUnprocessableEntity, "step_refused",
			words.Of("problem.step_refused")},
		{errNoQuestionnaire, http.StatusNotFound, "questionnaire_not_found",
			words.Of("problem.questionnaire_not_found")},
		{errNoCopy, http.StatusNotFound, "no_stamped_copy",
			words.Of("problem.no_stamped_copy")},
		{errNoResult, http.StatusConflict, "no_result_yet",
			words.Of("problem.no_result_yet")},
		{questionnaire.ErrInvited, http.StatusConflict, "questionnaire_invited",
			words.Of("problem.questionnaire_invited")},
		{questionnaire.ErrToken, http.StatusForbidden, "questionnaire_token",
			words.Of("problem.questionnaire_token")},
		{questionnaire.ErrAnswered, http.StatusConflict, "questionnaire_answered",
			words.Of("problem.questionnaire_answered")},
		{attachments.ErrNotFound, http.StatusNotFound, "attachment_not_found",
			words.Of("problem.attachment_not_found")},
		{unattached(attachments.ReasonClosed), http.StatusConflict, "attachments_closed",
			words.Of("problem.attachments_closed")},
		{unattached(attachments.ReasonType), http.StatusUnprocessableEntity, "attachment_type",
			words.Of("problem.attachment_type")},
		{unattached(attachments.ReasonContent), http.StatusUnprocessableEntity, "attachment_content",
			words.Of("problem.attachment_content")},
		{unattached(attachments.ReasonSize), http.StatusRequestEntityTooLarge, "attachment_too_large",
			words.Of("problem.attachment_too_large")},
		{unattached(attachments.ReasonAll), http.StatusRequestEntityTooLarge, "attachments_too_large",
			words.Of("problem.attachments_too_large")},
		{unattached(attachments.ReasonMost), http.StatusUnprocessableEntity, "attachments_too_many",
			words.Of("problem.attachments_too_many")},
		{unattached(attachments.ReasonItem), http.StatusUnprocessableEntity, "attachment_item",
			words.Of("problem.attachment_item")},
		{unattached(""), http.StatusUnprocessableEntity, "attachment_refused",
			words.Of("problem.attachment_refused")},
		{unheard(message.Malformed), http.StatusBadRequest, "message_malformed",
			words.Of("problem.message_malformed")},
		{unheard(message.Undecided), http.StatusServiceUnavailable, "message_undecided",
			words.Of("problem.message_undecided")},
		{unheard(""), http.StatusForbidden, "message_refused",
			words.Of("problem.message_refused")},
		{errGatewayAway, http.StatusServiceUnavailable, "gateway_away",
			words.Of("problem.gateway_away")},
		{gateways.ErrFree, http.StatusConflict, "nothing_to_pay",
			words.Of("problem.nothing_to_pay")},
		{gateways.ErrFee, http.StatusServiceUnavailable, "fee_unknown",
			words.Of("problem.fee_unknown")},
		{gateways.ErrPayment, http.StatusServiceUnavailable, "payment_of_another",
			words.Of("problem.payment_of_another")},
		{people.ErrNoPower, http.StatusUnprocessableEntity, "power_unknown",
			words.Of("problem.power_unknown")},
		{gateways.ErrNoConsent, http.StatusNotFound, "consent_not_asked",
			words.Of("problem.consent_not_asked")},
		{gateways.ErrConsentDecided, http.StatusConflict, "consent_decided",
			words.Of("problem.consent_decided")},
		{gateways.ErrConsentSignature, http.StatusUnprocessableEntity, "consent_signature",
			words.Of("problem.consent_signature")},
		{gateways.ErrConsentUndecided, http.StatusServiceUnavailable, "consent_undecided",
			words.Of("problem.consent_undecided")},
		{gateways.ErrCode, http.StatusUnprocessableEntity, "consent_code",
			words.Of("problem.consent_code")},
		{gateways.ErrNoCode, http.StatusConflict, "consent_no_code",
			words.Of("problem.consent_no_code")},
		{errNoIfMatch, http.StatusPreconditionRequired, "if_match_required",
			words.Of("problem.if_match_required")},
		{errRule, http.StatusUnprocessableEntity, "event_not_allowed",
			words.Of("problem.event_not_allowed")},
		{registry.ErrBadPhotograph, http.StatusUnprocessableEntity, "bad_photograph",
			words.Of("problem.bad_photograph")},
		{registry.ErrNoLayout, http.StatusNotImplemented, "kind_not_available",
			words.Of("problem.kind_not_available")},
		{pdf.ErrNoEdition, http.StatusServiceUnavailable, "no_edition",
			words.Of("problem.no_edition")},
		{rulebook.ErrUnusable, http.StatusServiceUnavailable, "rules_unusable",
			words.Of("problem.rules_unusable")},
		{errUnusableFile, http.StatusUnprocessableEntity, "unusable_file",
			words.Of("problem.unusable_file")},
		{creation.ErrTimestamp, http.StatusServiceUnavailable, "timestamp_unavailable",
			words.Of("problem.timestamp_unavailable")},
		{creation.ErrEvidence, http.StatusServiceUnavailable, "evidence_unavailable",
			words.Of("problem.evidence_unavailable")},
		{errTooMany, http.StatusTooManyRequests, "too_many_requests",
			words.Of("problem.too_many_requests")},
		{errBusy, http.StatusServiceUnavailable, "busy", busy()},
		{people.ErrBusy, http.StatusServiceUnavailable, "busy", busy()},
		{spool.ErrFull, http.StatusServiceUnavailable, "busy", busy()},
		{store.ErrUnavailable, http.StatusServiceUnavailable, "register_unavailable",
			words.Of("problem.register_unavailable")},
		{context.DeadlineExceeded, http.StatusServiceUnavailable, "took_too_long",
			words.Of("problem.took_too_long")},
		{errNoRegister, http.StatusServiceUnavailable, "register_unavailable",
			words.Of("problem.register_unavailable")},
		{errNotReady, http.StatusServiceUnavailable, "not_ready",
			words.Of("problem.not_ready")},
		{creation.ErrOutsideValidity, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrNotSigningKey, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrKeyMismatch, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrKeyRevoked, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrKeyStatus, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{registry.ErrClock, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{registry.ErrNotVerified, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
		{creation.ErrOutput, http.StatusServiceUnavailable, "signing_unavailable", signingUnavailable()},
	}...)
}

func busy() web.Label {
	return words.Of("problem.busy")
}

func signingUnavailable() web.Label {
	return words.Of("problem.signing_unavailable")
}

// invalidDocument is the row of *documents.InvalidError, which is no sentinel.
func invalidDocument(err error) outcome {
	return outcome{err, http.StatusUnprocessableEntity, "invalid_document",
		words.Of("problem.invalid_document")}
}

func internal(err error) outcome {
	return outcome{err, http.StatusInternalServerError, "internal",
		words.Of("problem.internal")}
}
