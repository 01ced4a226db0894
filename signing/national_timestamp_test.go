package signing_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tamga/signing"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// A real CMS of a GOST-2015 key, with a token of the national authority in
// production: path, imprint, key and algorithms are right. What the data lacks
// is a revocation list about that authority, so that the strict policy does not
// rely on the token, and the soft one does, with a warning.
func TestNationalProductionTimestamp(t *testing.T) {
	dir := signtest.National(t)
	v := signtest.NationalVerifier(t, dir)
	file, err := os.ReadFile(filepath.Join(dir, "cms", "2026_individual_gost2015_attached.der"))
	if err != nil {
		t.Fatal(err)
	}
	stamped := time.Date(2026, time.July, 20, 9, 8, 8, 0, time.UTC)
	for _, test := range []struct {
		policy     string
		indication signing.Indication
		status     signing.CheckStatus
	}{
		{"kz", signing.Indeterminate, signing.CheckUndetermined},
		{"kz-soft", signing.TotalPassed, signing.CheckWarning},
	} {
		if v.Policy, err = signing.NamedPolicy(test.policy); err != nil {
			t.Fatal(err)
		}
		// Asked after the signer's certificate was revoked and long after it
		// was made.
		got, err := v.VerifyCMS(context.Background(), file, signing.Question{At: time.Date(2026, time.November, 22, 0, 0, 0, 0, time.UTC)})
		if err != nil {
			t.Fatal(err)
		}
		s := got.Signers[0]
		ts := find(s, signing.TimestampSignature)
		if ts.Indication != test.indication || ts.Digest != "GOST 34.11-2015-512" || ts.Policy != "1.2.398.3.3.2.6.4" {
			t.Errorf("%s: %+v", test.policy, ts)
		}
		if ts.GenTime.Sub(stamped).Abs() > time.Minute {
			t.Errorf("stamped on %v", ts.GenTime)
		}
		for _, c := range ts.Checks {
			switch {
			case c.Name == signing.CheckRevocation:
				if c.Status != test.status {
					t.Errorf("%s: %s is %s: %s", test.policy, c.Name, c.Status, c.Detail)
				}
			case c.Status != signing.CheckPassed:
				t.Errorf("%s: %s is %s: %s", test.policy, c.Name, c.Status, c.Detail)
			}
			if c.Name == signing.CheckChain && (len(c.Evidence.Path) != 3 || !c.Evidence.Path[2].Anchor) {
				t.Errorf("path %+v", c.Evidence.Path)
			}
		}
		if test.policy == "kz-soft" {
			if !got.Passed() || !s.BestSignatureTime.Equal(ts.GenTime) || s.Level != signing.LevelCAdESBT {
				t.Errorf("%s, level %s, best signature time %v", signtest.Explain(got), s.Level, s.BestSignatureTime)
			}
		}
	}
}

// Real tokens on their own, of either family.
func TestNationalTokens(t *testing.T) {
	dir := signtest.National(t)
	v := signtest.NationalVerifier(t, dir)
	raw, err := os.ReadFile(filepath.Join(dir, "tsp", "tsp_token.der"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := tsp.ParseToken(raw)
	if err != nil {
		t.Fatal(err)
	}
	digest, ok := token.Info.Imprint.Digest()
	if !ok {
		t.Fatal(token.Info.Imprint.Algorithm.OID)
	}
	policy, err := signing.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	lenient := policy
	lenient.Digests = nil
	for _, test := range []struct {
		name   string
		policy signing.Policy
		hash   []byte
		want   string
	}{
		{"kz", policy, token.Info.Imprint.Hash, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"}, // the imprint is SHA-1
		{"a policy that relies on SHA-1", lenient, token.Info.Imprint.Hash, "TOTAL-PASSED"},
		{"other bytes", lenient, make([]byte, len(token.Info.Imprint.Hash)), "TOTAL-FAILED HASH_FAILURE"},
	} {
		v.Policy = test.policy
		got, err := v.VerifyTimestampDigest(context.Background(), raw, []signing.ContentDigest{{Digest: digest, Value: test.hash}}, signing.Question{At: token.Info.GenTime})
		if err != nil || conclusion(got) != test.want {
			t.Errorf("%s: %v %s %s, want %s", test.name, err, conclusion(got), got.Detail, test.want)
		}
	}
}
