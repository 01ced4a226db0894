package signing_test

import (
	"testing"

	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
)

// stamperAt stamps at a day that is not the authority's own.
func stamperAt(t testing.TB, a *tsa.Authority, n int) func(tsp.Imprint) ([]byte, error) {
	return func(m tsp.Imprint) ([]byte, error) {
		return a.Stamp(tsp.Request{Imprint: m, Certificates: true}, a.Policies[0], day(n))
	}
}

// archiveWorld is a signature of day 0, timestamped then by one authority, and
// archived on day 3 under another that lives longer.
type archiveWorld struct {
	pki           *signtest.PKI
	key           creation.Key
	first, second *tsa.Authority
	file          []byte
}

func newArchiveWorld(t testing.TB) *archiveWorld {
	w := &archiveWorld{pki: signtest.New(t, ca.ECDSA)}
	w.key = w.pki.Person(signtest.Applicant())
	w.first = w.pki.TSAWith(ca.Service{NotAfter: day(30), Name: "FIRST"})
	w.second = w.pki.TSAWith(ca.Service{NotAfter: day(900), Name: "SECOND"})
	w.file = w.pki.Timestamped([]byte("өтініш"), w.key, w.first)
	publish(t, w.pki, 3)
	w.file = w.extend(t, creation.BaselineLTA, 3)
	return w
}

func (w *archiveWorld) extend(t testing.TB, to creation.Baseline, n int) []byte {
	t.Helper()
	with := creation.Services{Verifier: w.pki.Verifier, Stamp: signtest.Stamping(stamperAt(t, w.second, n)), Gather: w.pki.Gatherer().Gather}
	return signtest.Made(t, with, creation.Order{Form: creation.Existing{File: w.file}, Level: to, Time: day(n)})
}

func find(s signing.Signer, kind signing.TimestampKind) *signing.Timestamp {
	for i := range s.Timestamps {
		if s.Timestamps[i].Kind == kind {
			return &s.Timestamps[i]
		}
	}
	return &signing.Timestamp{}
}

// Years later the archive timestamp proves that the signature timestamp, and
// the lists that came along, are older than what happened to their makers.
func TestArchiveOutlivesTheAuthority(t *testing.T) {
	tests := []struct {
		name    string
		asked   int
		happens func(w *archiveWorld)
		want    string
		level   string
		first   bool
		second  bool
	}{
		{"first authority expired", 100, func(*archiveWorld) {}, "TOTAL-PASSED", signing.LevelCAdESLTA, true, true},
		{"signer expired too", 210, func(*archiveWorld) {}, "TOTAL-PASSED", signing.LevelCAdESLTA, true, true},
		{"first authority's key stolen after the archive", 100, func(w *archiveWorld) {
			w.pki.Authority.Revoke(w.first.Certificate.Serial, day(10), revocation.KeyCompromise)
		}, "TOTAL-PASSED", signing.LevelCAdESLTA, true, true},
		{"first authority revoked before the archive", 100, func(w *archiveWorld) {
			w.pki.Authority.Revoke(w.first.Certificate.Serial, day(2), revocation.KeyCompromise)
		}, "TOTAL-PASSED", signing.LevelCAdESBB, false, true},
		{"signer revoked after the archive", 100, func(w *archiveWorld) {
			w.pki.Authority.Revoke(w.key.Certificate.Serial, day(9), revocation.Superseded)
		}, "TOTAL-PASSED", signing.LevelCAdESLTA, true, true},
		{"signer revoked between timestamp and archive", 100, func(w *archiveWorld) {
			w.pki.Authority.Revoke(w.key.Certificate.Serial, day(1), revocation.Superseded)
		}, "TOTAL-PASSED", signing.LevelCAdESLTA, true, true},
		{"issuing authority revoked after the archive", 100, func(w *archiveWorld) {
			w.pki.Authority.Revoke(w.pki.Authority.Issuing().Serial, day(20), revocation.CessationOfOperation)
			// Everybody here is below that authority, so nothing is left that
			// could prove anything: the second timestamp falls with it.
		}, "INDETERMINATE REVOKED_CA_NO_POE", signing.LevelCAdESBB, false, false},
		{"second authority expired", 1000, func(*archiveWorld) {}, "INDETERMINATE OUT_OF_BOUNDS_NO_POE", signing.LevelCAdESBB, false, false},
	}
	for _, test := range tests {
		w := newArchiveWorld(t)
		test.happens(w)
		publish(t, w.pki, test.asked, 29)
		got := verify(t, w.pki.Verifier, w.file, signing.Question{At: day(test.asked)})
		s := got.Signers[0]
		if conclusion(got) != test.want || s.Level != test.level || find(s, signing.TimestampSignature).Trusted() != test.first ||
			find(s, signing.TimestampArchive).Trusted() != test.second {
			t.Errorf("%s: %s, level %s\nwant %s, %s", test.name, signtest.Explain(got), s.Level, test.want, test.level)
		}
		if test.first && (!s.BestSignatureTime.Equal(day(0)) || !find(s, signing.TimestampSignature).KnownSince.Equal(day(3))) {
			t.Errorf("%s: best signature time %v, timestamp known since %v", test.name, s.BestSignatureTime, find(s, signing.TimestampSignature).KnownSince)
		}
	}
}

// Renewed before it ends, the archive goes on.
func TestArchiveRenewed(t *testing.T) {
	w := newArchiveWorld(t)
	publish(t, w.pki, 20)
	third := w.pki.TSAWith(ca.Service{NotBefore: day(10), NotAfter: day(2000), Name: "THIRD"})
	w.second = third
	w.file = w.extend(t, creation.BaselineLTA, 20)
	publish(t, w.pki, 1500)
	got := verify(t, w.pki.Verifier, w.file, signing.Question{At: day(1500)})
	s := got.Signers[0]
	if !got.Passed() || s.Level != signing.LevelCAdESLTA || !s.BestSignatureTime.Equal(day(0)) || len(s.Timestamps) != 3 {
		t.Errorf("%s, level %s, best signature time %v", signtest.Explain(got), s.Level, s.BestSignatureTime)
		for _, ts := range s.Timestamps {
			t.Logf("%s by %s known since %v: %s %s %s", ts.Kind, ts.Authority, ts.KnownSince, ts.Indication, ts.SubIndication, ts.Detail)
		}
	}
}

// What an archive timestamp is about can be changed in no way.
func TestArchiveTimestampsThatProveNothing(t *testing.T) {
	w := newArchiveWorld(t)
	other := newArchiveWorld(t)
	publish(t, w.pki, 10)
	archive := func(file []byte) []byte {
		sd, err := cms.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		value, _, err := cms.Single(sd.Signers[0].Unsigned, cms.OIDArchiveTimestampV3)
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
	base := w.pki.Timestamped([]byte("өтініш"), w.key, w.pki.TSA())
	tests := map[string]struct {
		file []byte
		want signing.SubIndication
	}{
		"of another signature":               {withUnsigned(t, base, cms.OIDArchiveTimestampV3, archive(other.file)), signing.HashFailure},
		"of another signature of the signer": {withUnsigned(t, base, cms.OIDArchiveTimestampV3, archive(w.file)), signing.HashFailure},
		"a signature timestamp in its place": {withUnsigned(t, base, cms.OIDArchiveTimestampV3, tokenAt(t, w.second, day(0), signatureOf(t, base))), signing.HashFailure},
		"version 2":                          {withUnsigned(t, base, cms.OIDArchiveTimestampV2, archive(w.file)), signing.SigConstraintsFailure},
		"no token":                           {withUnsigned(t, base, cms.OIDArchiveTimestampV3, []byte{5, 0}), signing.FormatFailure},
	}
	for name, test := range tests {
		got := verify(t, w.pki.Verifier, test.file, signing.Question{At: day(10)})
		s := got.Signers[0]
		ts := find(s, signing.TimestampArchive)
		if ts.Kind == "" {
			ts = find(s, signing.TimestampArchiveV2)
		}
		if ts.Trusted() || ts.SubIndication != test.want || s.Level == signing.LevelCAdESLTA || !got.Passed() {
			t.Errorf("%s: %s %s %s; %s, %s", name, ts.Indication, ts.SubIndication, ts.Detail, signtest.Explain(got), s.Level)
		}
	}
}
