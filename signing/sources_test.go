package signing_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/signtest"
)

// answering is a responder of an authority that says the same of everyone, and
// counts how often it was asked.
func answering(status revocation.Status, asked *int) func(ctx context.Context, c, issuer *certs.Certificate, at time.Time) revocation.Answer {
	return func(_ context.Context, _, _ *certs.Certificate, at time.Time) revocation.Answer {
		*asked++
		a := revocation.Answer{Status: status, Evidence: &revocation.Evidence{Kind: "OCSP"}}
		if status == revocation.Revoked {
			a.RevokedAt = at.Add(-time.Hour)
		}
		if status == revocation.Undetermined {
			a.Cause = "responder_says_try_later"
		}
		return a
	}
}

// The policy's order decides who is asked; who knows counts, and nobody who
// does not know can make a certificate good.
func TestSourcesOfRevocation(t *testing.T) {
	crlFirst := []signing.Source{signing.SourceCRL, signing.SourceOCSP}
	ocspFirst := []signing.Source{signing.SourceOCSP, signing.SourceCRL}
	tests := []struct {
		name   string
		order  []signing.Source
		lists  bool
		ocsp   revocation.Status // "" for no responder
		want   signing.SubIndication
		passes bool
		atMost int // questions to the responder
	}{
		{"lists know, nobody else is asked", crlFirst, true, revocation.Revoked, "", true, 0},
		{"responder first", ocspFirst, true, revocation.Revoked, signing.RevokedNoPOE, false, 2},
		{"responder first, does not know", ocspFirst, true, revocation.Undetermined, "", true, 2},
		{"no lists, responder knows", crlFirst, false, revocation.Good, "", true, 2},
		{"no lists, responder says revoked", crlFirst, false, revocation.Revoked, signing.RevokedNoPOE, false, 2},
		{"nobody knows", crlFirst, false, revocation.Undetermined, signing.TryLater, false, 2},
		{"nobody to ask", crlFirst, false, "", signing.TryLater, false, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pki := signtest.New(t, ca.ECDSA)
			policy, err := signing.DefaultPolicy()
			if err != nil {
				t.Fatal(err)
			}
			policy.RevocationSources = test.order
			v, asked := pki.Verifier, 0
			v.Policy = policy
			if !test.lists {
				v.Revocation = nil
			}
			if test.ocsp != "" {
				v.Ask = answering(test.ocsp, &asked)
			}
			got := verify(t, v, pki.Signed([]byte("content"), pki.Person(signtest.Applicant())), signing.Question{})
			if got.Passed() != test.passes || got.SubIndication != test.want {
				t.Errorf("%s; want %s", signtest.Explain(got), test.want)
			}
			if asked > test.atMost {
				t.Errorf("the responder was asked %d times", asked)
			}
		})
	}
}

// The softer policy lets an unknown status pass with a warning, and nothing
// else; a revoked certificate stays revoked.
func TestSoftPolicy(t *testing.T) {
	soft, err := signing.NamedPolicy("kz-soft")
	if err != nil {
		t.Fatal(err)
	}
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	cms := pki.Signed([]byte("content"), key)
	v := *pki.Verifier
	v.Policy, v.Revocation = soft, nil
	got := verify(t, &v, cms, signing.Question{})
	if !got.Passed() || !strings.HasPrefix(got.Policy, "kz-soft ") {
		t.Errorf("unknown: %s under %s", signtest.Explain(got), got.Policy)
	}
	if got.Signers[0].Facts.NotRevoked != signing.FactUnknown {
		t.Errorf("the fact is %s", got.Signers[0].Facts.NotRevoked)
	}
	pki.Authority.Revoke(key.Certificate.Serial, signtest.Now().Add(-48*time.Hour), revocation.Superseded)
	pki.Refresh()
	v = *pki.Verifier
	v.Policy = soft
	if got := verify(t, &v, cms, signing.Question{}); got.SubIndication != signing.RevokedNoPOE {
		t.Errorf("revoked: %s", signtest.Explain(got))
	}
}

// Slips of the pen do not make a policy looser.
func TestPoliciesThatAreRefused(t *testing.T) {
	if _, err := signing.NamedPolicy("../kz"); err == nil || err.Error() != `there is no policy "../kz"` {
		t.Errorf("a path is taken for a name: %v", err)
	}
	good := `{"name":"x","version":"1","revocation_sources":["crl"],"revocation_unknown":"FAIL","authority_without_list":"WARN",` +
		`"mixed_anchors":"WARN","certificate_policy_missing":"WARN","revocation_freshness":"in_force",` +
		`"later_revocation_refused":["keyCompromise"],"revoked_before_timestamp":"INDETERMINATE",` +
		`"timestamp_untrusted":"WARN","timestamp_broken":"WARN","timestamp_missing":"IGNORE",` +
		`"xml_signing_certificate_missing":"WARN","pdf_changes":"nothing"}`
	if _, err := signing.ParsePolicy([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string][3]string{
		"unknown member":    {`"version"`, `"versoin"`, "unknown field \"versoin\""},
		"unknown level":     {`"revocation_unknown":"FAIL"`, `"revocation_unknown":"fail"`, "level \"fail\" is not FAIL, WARN or IGNORE"},
		"no sources":        {`["crl"]`, `[]`, "nobody is asked whether certificates were revoked"},
		"unknown source":    {`["crl"]`, `["crl","memory"]`, "there is no source \"memory\""},
		"unknown check":     {`"version"`, `"levels":{"chian":"WARN"},"version"`, "there is no check \"chian\""},
		"malformed date":    {`"version"`, `"digests":[{"name":"SHA-1","until":"soon"}],"version"`, "cannot parse \"soon\" as \"2006\""},
		"without a version": {`"version":"1"`, `"version":""`, "policy without a name and a version"},
		"level left out":    {`"mixed_anchors":"WARN",`, ``, "level \"\" is not FAIL, WARN or IGNORE"},
		"unknown reason":    {`["keyCompromise"]`, `["keyCompromised"]`, "there is no reason \"keyCompromised\""},
		"unknown freshness": {`"in_force"`, `"fresh"`, "freshness \"fresh\" is not in_force or issued_after"},
		"passes revoked":    {`"INDETERMINATE"`, `"TOTAL-PASSED"`, "revoked_before_timestamp is \"TOTAL-PASSED\""},
		"timestamps silent": {`"timestamp_broken":"WARN",`, ``, "level \"\" is not FAIL, WARN or IGNORE"},
		"unknown changes":   {`"nothing"`, `"anything"`, "pdf_changes is \"anything\""},
		"unknown base":      {`"version"`, `"based_on":"xy","version"`, "there is no policy \"xy\""},
		"base of a base":    {`"version"`, `"based_on":"kz-soft","version"`, "kz-soft is itself based on another"},
		"unknown key":       {`"version"`, `"keys":[{"name":"ROT13","below":13,"until":"2000-01-01"}],"version"`, "there is no limit \"ROT13\" below 13"},
	} {
		bad := strings.Replace(good, edit[0], edit[1], 1)
		if bad == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := signing.ParsePolicy([]byte(bad)); err == nil || !strings.HasSuffix(err.Error(), edit[2]) {
			t.Errorf("%s: %v, want %q", name, err, edit[2])
		}
	}
}
