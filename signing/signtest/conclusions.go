package signtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tamga/signing"
)

// allowed are the sub-indications of EN 319 102-1 (tables 5 and 6) by the
// indication under which the standard has them, written from the standard and
// not from the verifier.
func allowed() map[string][]string {
	return map[string][]string{
		"TOTAL-PASSED": {""},
		"TOTAL-FAILED": {"FORMAT_FAILURE", "HASH_FAILURE", "SIG_CRYPTO_FAILURE", "REVOKED", "EXPIRED", "NOT_YET_VALID"},
		"INDETERMINATE": {
			"SIG_CONSTRAINTS_FAILURE", "CHAIN_CONSTRAINTS_FAILURE", "CERTIFICATE_CHAIN_GENERAL_FAILURE",
			"CRYPTO_CONSTRAINTS_FAILURE", "CRYPTO_CONSTRAINTS_FAILURE_NO_POE", "POLICY_PROCESSING_ERROR",
			"SIGNATURE_POLICY_NOT_AVAILABLE", "TIMESTAMP_ORDER_FAILURE", "NO_SIGNING_CERTIFICATE_FOUND",
			"NO_CERTIFICATE_CHAIN_FOUND", "REVOKED_NO_POE", "REVOKED_CA_NO_POE", "OUT_OF_BOUNDS_NO_POE",
			"OUT_OF_BOUNDS_NOT_REVOKED", "NO_POE", "TRY_LATER", "SIGNED_DATA_NOT_FOUND",
		},
	}
}

// CheckConclusions says what of a verdict is no conclusion of EN 319 102-1, or
// does not go together with its acceptance: of the file, its signers, their
// checks and timestamps, countersignatures, and its reports. Every answer that is
// not good must say why, in whole words and without the year 1.
func CheckConclusions(v *signing.Verdict) error {
	if text, err := json.Marshal(v); err != nil || bytes.Contains(text, []byte("0001-01-01")) {
		return fmt.Errorf("a time that is not known is told: %w %s", err, text)
	}
	switch {
	case v.Indication == "" && v.SubIndication == "" && len(v.Signers)+len(v.Timestamps) == 0 && v.Acceptance == signing.Refused:
		return nil // there is no signature to speak of
	case v.Detail == "" && v.Indication == signing.TotalFailed && len(v.Signers) == 0:
		return errors.New("nothing says why the file failed")
	}
	if err := conclusion("the verdict", string(v.Indication), string(v.SubIndication)); err != nil {
		return err
	}
	if err := accepted("the verdict", v.Indication, v.Acceptance); err != nil {
		return err
	}
	if (v.Acceptance == signing.Accepted) != (len(v.Reasons) == 0) {
		return fmt.Errorf("%s for %d reasons", v.Acceptance, len(v.Reasons))
	}
	for _, r := range v.Reasons {
		if r.Text.KK == "" || r.Text.RU == "" || r.Text.EN == "" {
			return fmt.Errorf("a reason without words: %+v", r)
		}
	}
	for _, c := range v.Card {
		if err := CheckConclusions(c.Verdict); err != nil {
			return fmt.Errorf("attachment %q: %w", c.Name, err)
		}
	}
	if err := signers(v.Signers); err != nil {
		return err
	}
	if err := timestamps(v.Timestamps); err != nil {
		return err
	}
	return blocks(v.DetailedReport())
}

func conclusion(what, indication, sub string) error {
	if !slices.Contains(allowed()[indication], sub) {
		return fmt.Errorf("%s is %s with %q, which EN 319 102-1 does not have", what, indication, sub)
	}
	return nil
}

func accepted(what string, i signing.Indication, a signing.Acceptance) error {
	switch {
	case i == signing.TotalPassed && a == signing.Accepted, i == signing.TotalFailed && a == signing.Refused,
		i == signing.Indeterminate && (a == signing.Refused || a == signing.Undecided):
		return nil
	}
	return fmt.Errorf("%s is %s and %s", what, i, a)
}

func signers(all []signing.Signer) error {
	for i, s := range all {
		who := fmt.Sprintf("signer %d", i+1)
		if err := conclusion(who, string(s.Indication), string(s.SubIndication)); err != nil {
			return err
		}
		if err := accepted(who, s.Indication, s.Acceptance); err != nil {
			return err
		}
		if err := checks(s.Checks); err != nil {
			return fmt.Errorf("%s: %w", who, err)
		}
		if err := timestamps(s.Timestamps); err != nil {
			return fmt.Errorf("%s: %w", who, err)
		}
		if err := signers(s.CounterSignatures); err != nil {
			return fmt.Errorf("%s: countersignature: %w", who, err)
		}
	}
	return nil
}

// checks asks that what is open bears a sub-indication of INDETERMINATE, and
// what decides nothing bears none.
func checks(all []signing.Check) error {
	for _, c := range all {
		sub := string(c.SubIndication)
		if err := whole(c.Detail, c.Status == signing.CheckPassed || c.Status == signing.CheckNotApplicable); err != nil {
			return fmt.Errorf("%s %s: %w", c.Name, c.Status, err)
		}
		switch c.Status {
		case signing.CheckUndetermined:
			if err := conclusion(string(c.Name), "INDETERMINATE", sub); err != nil {
				return err
			}
		case signing.CheckFailed:
			if conclusion("", "INDETERMINATE", sub) != nil && conclusion("", "TOTAL-FAILED", sub) != nil {
				return fmt.Errorf("%s failed with %q", c.Name, sub)
			}
		default:
			if sub != "" {
				return fmt.Errorf("%s is %s with %s", c.Name, c.Status, sub)
			}
		}
	}
	return nil
}

// whole asks that a detail is there, unless it may be left out, and that nothing
// is missing at its end.
func whole(detail string, optional bool) error {
	if detail == "" && optional {
		return nil
	}
	if detail == "" || strings.Trim(detail, " ") != detail || strings.ContainsAny(detail[len(detail)-1:], ":;,(") || strings.Contains(detail, "№  ") {
		return fmt.Errorf("the detail is %q", detail)
	}
	return nil
}

func timestamps(all []signing.Timestamp) error {
	for i, t := range all {
		if err := whole(t.Detail, t.Indication == signing.TotalPassed); err != nil {
			return fmt.Errorf("timestamp %d: %w", i+1, err)
		}
		if err := conclusion(fmt.Sprintf("timestamp %d", i+1), string(t.Indication), string(t.SubIndication)); err != nil {
			return err
		}
		if err := checks(t.Checks); err != nil {
			return fmt.Errorf("timestamp %d: %w", i+1, err)
		}
	}
	return nil
}

// blocks looks at the building blocks of a report, whose words are PASSED,
// FAILED and INDETERMINATE.
func blocks(r *signing.DetailedReport) error {
	for _, s := range r.Signatures {
		if err := each(s.Blocks); err != nil {
			return fmt.Errorf("report on %s: %w", s.ID, err)
		}
		for _, t := range s.Timestamps {
			if err := each(t.Blocks); err != nil {
				return fmt.Errorf("report on %s: %w", t.ID, err)
			}
		}
	}
	return nil
}

func each(all []signing.Block) error {
	for _, b := range all {
		indication := string(b.Indication)
		if b.Indication != signing.BlockIndeterminate {
			indication = "TOTAL-" + indication
		}
		if err := conclusion(string(b.Name), indication, string(b.SubIndication)); err != nil {
			return err
		}
		if err := each(b.Blocks); err != nil {
			return fmt.Errorf("%s: %w", b.Name, err)
		}
	}
	return nil
}
