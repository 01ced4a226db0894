package revocation

import (
	"slices"
	"testing"
	"time"
)

// The words that receipts, pages and logs carry are what they were, and each cause
// has a place in the order from the least to the most that was found out.
func TestWords(t *testing.T) {
	for got, want := range map[string]string{
		string(Undetermined): "undetermined", string(Good): "good", string(Revoked): "revoked",
		Unspecified.String(): "unspecified", KeyCompromise.String(): "keyCompromise", CACompromise.String(): "cACompromise",
		AffiliationChanged.String(): "affiliationChanged", Superseded.String(): "superseded",
		CessationOfOperation.String(): "cessationOfOperation", CertificateHold.String(): "certificateHold",
		RemoveFromCRL.String(): "removeFromCRL", PrivilegeWithdrawn.String(): "privilegeWithdrawn", AACompromise.String(): "aACompromise",
		Reason(7).String(): "reason 7", Reason(11).String(): "reason 11",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for code, r := range []Reason{Unspecified, KeyCompromise, CACompromise, AffiliationChanged, Superseded, CessationOfOperation, CertificateHold, 7, RemoveFromCRL, PrivilegeWithdrawn, AACompromise} {
		if int(r) != code || r.Known() != (code != 7) || r.Final() != (code != 6 && code != 8) {
			t.Errorf("reason %d: %v, known %v, final %v", code, r, r.Known(), r.Final())
		}
	}
	order := []Cause{
		CauseNoList, CauseScope, CauseAlgorithm, CauseSignature, CauseNotAllowed, CauseSigner, CauseSignerStatus, CauseUnhandled,
		CauseChanged, CauseFuture, CauseDeltaOnly, CauseMisplaced, CauseNoNextUpdate, CauseAfterExpiry, CauseExpired, CauseReasons, CauseNoProof, CauseEnded,
	}
	words := []Cause{
		"no_list_of_the_issuer", "certificate_not_in_scope_of_list", "list_algorithm_not_usable", "list_signature_wrong",
		"issuer_may_not_sign_lists", "list_issuer_without_path", "list_issuer_not_known_good", "list_has_unprocessed_critical_extension",
		"list_file_was_changed", "list_from_the_future", "only_delta_lists", "removal_in_a_complete_list", "list_without_next_update",
		"list_issued_after_certificate_expired", "list_expired", "lists_leave_out_reasons", "no_proof_that_information_existed_in_time",
		"authority_ended",
	}
	if !slices.Equal(order, words) {
		t.Errorf("%q", order)
	}
	for i := range order[1:] {
		if order[i].rank() < 0 || order[i].rank() >= order[i+1].rank() {
			t.Errorf("%s is %d, %s is %d", order[i], order[i].rank(), order[i+1], order[i+1].rank())
		}
	}
}

// What may be forged can accuse and not acquit.
func TestWithoutProof(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, a := range []Answer{{Status: Good}, {Status: Undetermined, Cause: CauseExpired}, {Status: Good, RevokedAt: at, Reason: Superseded}} {
		if got := a.WithoutProof(); got.Status != Undetermined || got.Cause != CauseNoProof || !got.RevokedAt.Equal(a.RevokedAt) || got.Reason != a.Reason {
			t.Errorf("%v: %v", a, got)
		}
	}
	gone := Answer{Status: Revoked, RevokedAt: at, Reason: Superseded}
	if got := gone.WithoutProof(); got.Status != Revoked || got.Cause != "" || !got.RevokedAt.Equal(at) {
		t.Errorf("%v", got)
	}
}

// Reasons by how little they leave of what was signed before.
func TestWeights(t *testing.T) {
	order := [][]Reason{
		{AffiliationChanged, Superseded, CessationOfOperation, PrivilegeWithdrawn}, {CertificateHold}, {Unspecified, 7, 11},
		{KeyCompromise, CACompromise, AACompromise},
	}
	for i, same := range order {
		for _, r := range same {
			if r.weight() != same[0].weight() || i > 0 && r.weight() <= order[i-1][0].weight() {
				t.Errorf("%v weighs %d", r, r.weight())
			}
		}
	}
}
