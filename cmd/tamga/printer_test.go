package main

import (
	"testing"
	"time"

	"tamga/certs/revocation"
	"tamga/signing"
)

// How long something holds is told in a unit of which there is one at least.
func TestPeriod(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	to := from.AddDate(0, 0, 10)
	for at, want := range map[time.Time]string{
		from.Add(-time.Second):      "not valid yet",
		from:                        "valid, 10 days left",
		to.Add(-48 * time.Hour):     "valid, 2 days left",
		to.Add(-24 * time.Hour):     "valid, 1 day left",
		to.Add(-24*time.Hour + 1):   "valid, 23 hours left",
		to.Add(-time.Hour):          "valid, 1 hour left",
		to.Add(-59 * time.Minute):   "valid, 59 minutes left",
		to:                          "valid, less than a minute left",
		to.Add(time.Second):         "expired less than a minute earlier",
		to.Add(90 * time.Second):    "expired 1 minute earlier",
		to.Add(2 * time.Hour):       "expired 2 hours earlier",
		to.Add(24*time.Hour + 1):    "expired 1 day earlier",
		to.Add(72*time.Hour + 1000): "expired 3 days earlier",
	} {
		if got := period(from, to, at); got != "2026-01-01 00:00:00 UTC to 2026-01-11 00:00:00 UTC ("+want+")" {
			t.Errorf("%v: %s, want %s", at, got, want)
		}
	}
}

// What is not known is left out of a report, with the words around it.
func TestReportOfWhatIsNotKnown(t *testing.T) {
	p := &printer{}
	p.revocationEvidence(&revocation.Evidence{Kind: revocation.KindOCSP})
	p.revocationEvidence(&revocation.Evidence{Kind: "CRL", Number: "7", ThisUpdate: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	p.timestamps("Timestamps", []signing.Timestamp{{
		Kind: signing.TimestampSignature, Indication: signing.TotalFailed, SubIndication: signing.FormatFailure, Detail: "no token",
	}})
	const want = "evidence: OCSP\nevidence: CRL № 7 of 2026-01-01 00:00:00 UTC\nTimestamps\n" +
		"  signature: TOTAL-FAILED, FORMAT_FAILURE\n    Detail         no token\n"
	if got := p.text.String(); got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}
