package signing

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"tamga/certs"
	"tamga/signing/tsp"
)

// askTimestamp tells of the timestamps of a signature. One that is not trusted
// is left out of account (EN 319 102-1 section 5.5.4, step 3), and what it
// means besides is for the policy to say.
func askTimestamp(f *facts, p *Policy) finding {
	if len(f.timestamps) == 0 && !f.stamped {
		if p.TimestampMissing == LevelFail {
			return undetermined(SigConstraintsFailure, "a signature must carry a timestamp here")
		}
		return notApplicable("none; the time of receipt counts")
	}
	var good, bad []string
	worst := passed("")
	for i := range f.timestamps {
		t := &f.timestamps[i]
		if t.Trusted() {
			good = append(good, string(t.Kind)+" of "+t.GenTime.Format(time.RFC3339)+" by "+t.Authority)
			continue
		}
		bad = append(bad, string(t.Kind)+": "+t.Detail)
		found := undetermined(t.SubIndication, "").atLevel(p.TimestampUntrusted)
		if t.broken() {
			found = failed(t.SubIndication, "").atLevel(p.TimestampBroken)
		}
		if worse(found, worst) {
			worst = found
		}
	}
	if f.notOlder.After(f.poe.Add(clockSkew)) {
		return undetermined(TimestampOrderFailure, "a content timestamp of %s is younger than the proof of the signature of %s",
			f.notOlder.Format(time.RFC3339), f.poe.Format(time.RFC3339))
	}
	if f.stamped {
		good = append(good, "the signature existed on "+f.poe.Format(time.RFC3339))
	}
	worst.detail = strings.Join(good, "; ")
	if len(bad) > 0 {
		if len(good) == 0 {
			worst.detail = "none that proves anything, the time of receipt counts"
		}
		worst.detail += "; not relied on: " + strings.Join(bad, "; ")
	}
	if !f.stamped && p.TimestampMissing == LevelFail && severity(worst.status) < severity(CheckUndetermined) {
		return undetermined(SigConstraintsFailure, "a signature must carry a trusted timestamp here: %s", worst.detail)
	}
	return worst
}

// askImprint asks whether the timestamp is about the bytes in whose place it
// stands.
func askImprint(f *facts, _ *Policy) finding {
	switch {
	case f.imprintErr == nil:
		return passed("")
	case errors.Is(f.imprintErr, errContentUnknown):
		return undetermined(SignedDataNotFound, "%v", f.imprintErr)
	case errors.Is(f.imprintErr, errNotEvaluated):
		return undetermined(SigConstraintsFailure, "%v", f.imprintErr)
	case errors.Is(f.imprintErr, errIndex):
		return failed(FormatFailure, "%v", f.imprintErr)
	case errors.Is(f.imprintErr, tsp.ErrImprintAlgorithm), errors.Is(f.imprintErr, certs.ErrAlgorithm):
		return undetermined(CryptoConstraintsFailure, "%v", f.imprintErr)
	}
	return failed(HashFailure, "%v", f.imprintErr)
}

// askGenTime asks whether the token can have been made when it says: not after
// it is known to have existed.
func askGenTime(f *facts, _ *Policy) finding {
	info := &f.token.Info
	earliest := info.GenTime.Add(-info.Accuracy.Error)
	if earliest.After(f.poe.Add(clockSkew)) {
		return undetermined(TimestampOrderFailure, "it says %s, and existed on %s already",
			info.GenTime.Format(time.RFC3339), f.poe.Format(time.RFC3339))
	}
	detail := info.GenTime.Format(time.RFC3339)
	if info.Accuracy.Present {
		detail += " ± " + strconv.FormatFloat(info.Accuracy.Error.Seconds(), 'f', -1, 64) + " s"
	}
	return passed(detail)
}
