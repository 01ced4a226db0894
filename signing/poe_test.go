package signing_test

import (
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
)

// day counts from the moment at which signatures are made.
func day(n int) time.Time { return signtest.Now().AddDate(0, 0, n) }

// tokenAt lets an authority say that bytes existed at a time, which is up to
// its honesty.
func tokenAt(t testing.TB, a *tsa.Authority, at time.Time, imprinted []byte) []byte {
	t.Helper()
	raw, err := a.Stamp(tsp.Request{Imprint: tsp.NewImprint(certs.SHA256, imprinted), Certificates: true}, a.Policies[0], at)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// withUnsigned adds an unsigned attribute to the first signer.
func withUnsigned(t testing.TB, file []byte, id []int, value []byte) []byte {
	t.Helper()
	d, err := cms.Edit(file)
	if err != nil {
		t.Fatal(err)
	}
	d.Signers[0].AddUnsigned(cms.Attribute{ID: id, Values: [][]byte{value}})
	return d.DER()
}

func signatureOf(t testing.TB, file []byte) []byte {
	t.Helper()
	sd, err := cms.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return sd.Signers[0].Signature
}

// publish gives the verifier the lists that the authority made on some days,
// each in force for a day.
func publish(t testing.TB, pki *signtest.PKI, days ...int) {
	t.Helper()
	lists := &revocation.Lists{}
	for _, n := range days {
		for _, issue := range []func(this, next time.Time) ([]byte, error){pki.Authority.CRL, pki.Authority.RootCRL} {
			raw, err := issue(day(n).Add(-time.Hour), day(n+1))
			if err != nil {
				t.Fatal(err)
			}
			l, err := revocation.ParseCRL(raw)
			if err != nil {
				t.Fatal(err)
			}
			lists.Add(l)
		}
	}
	pki.Verifier.Revocation = lists
}

// fate is what becomes of a signer's certificate.
type fate struct {
	name   string
	asked  int // day
	ends   int // day on which the certificate expires, 180 when 0
	on     int // day of the revocation
	reason revocation.Reason
	policy func(*signing.Policy)
}

// stamps are the timestamps that a signature may carry; nil is none.
var stamps = []struct {
	name  string
	stamp func(t testing.TB, w *poeWorld) []byte
}{
	{"none", nil},
	{"trusted", func(t testing.TB, w *poeWorld) []byte { return tokenAt(t, w.tsa, day(0), signatureOf(t, w.file)) }},
	{"of an authority that is not trusted", func(t testing.TB, w *poeWorld) []byte { return tokenAt(t, w.rogue, day(0), signatureOf(t, w.file)) }},
	{"back-dated by such an authority", func(t testing.TB, w *poeWorld) []byte { return tokenAt(t, w.rogue, day(-100), signatureOf(t, w.file)) }},
	{"back-dated before the authority's certificate", func(t testing.TB, w *poeWorld) []byte {
		return tokenAt(t, w.young, day(-100), signatureOf(t, w.file))
	}},
	{"copied from another signature", func(t testing.TB, w *poeWorld) []byte {
		return tokenAt(t, w.tsa, day(-100), signatureOf(t, w.other))
	}},
}

// poeWorld is a signature and whoever may have stamped it.
type poeWorld struct {
	pki               *signtest.PKI
	tsa, rogue, young *tsa.Authority
	file, other       []byte
	key               creation.Key
}

func newPOEWorld(t testing.TB, f fate) *poeWorld {
	w := &poeWorld{pki: signtest.New(t, ca.ECDSA)}
	person := signtest.Applicant()
	if f.ends != 0 {
		person.NotAfter = day(f.ends)
	}
	w.key = w.pki.Person(person)
	w.tsa = w.pki.TSA()
	w.young = w.pki.TSAWith(ca.Service{NotBefore: day(-1)})
	w.rogue = signtest.New(t, ca.ECDSA).TSA()
	at := signtest.Now()
	if f.ends < 0 {
		at = day(f.ends - 40)
	}
	sign := func(content string) []byte {
		b, err := signtest.Sign(creation.CMS{Content: []byte(content), Claim: true}, w.key, at)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	w.file, w.other = sign("өтініш"), sign("басқа")
	if f.on != 0 {
		w.pki.Authority.Revoke(w.key.Certificate.Serial, day(f.on), f.reason)
	}
	publish(t, w.pki, -1, 0, 3, f.asked)
	policy, err := signing.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	if f.policy != nil {
		f.policy(&policy)
	}
	w.pki.Verifier.Policy = policy
	return w
}

// What a signature is worth after its signer's certificate ended depends on
// what proves that it is older (EN 319 102-1 section 5.6). Only the trusted
// timestamp over this very signature proves anything: with every other one the
// conclusion is that of a signature without timestamps.
func TestProofOfExistence(t *testing.T) {
	const passed, unsure, failed = "TOTAL-PASSED", "INDETERMINATE ", "TOTAL-FAILED "
	tests := []struct {
		fate
		without, with string
	}{
		{fate{name: "nothing happens", asked: 10}, passed, passed},
		{fate{name: "expires later", asked: 210}, unsure + "OUT_OF_BOUNDS_NO_POE", passed},
		{fate{name: "expired before the timestamp", asked: 10, ends: -1}, unsure + "OUT_OF_BOUNDS_NO_POE", unsure + "OUT_OF_BOUNDS_NO_POE"},
		{fate{name: "revoked before", asked: 10, on: -2, reason: revocation.Superseded}, unsure + "REVOKED_NO_POE", failed + "REVOKED"},
		{fate{name: "revoked before, as EN 319 102-1 has it", asked: 10, on: -2, reason: revocation.Superseded,
			policy: func(p *signing.Policy) { p.RevokedBeforeTimestamp = signing.Indeterminate }}, unsure + "REVOKED_NO_POE", unsure + "REVOKED_NO_POE"},
		{fate{name: "key compromised before", asked: 10, on: -2, reason: revocation.KeyCompromise}, unsure + "REVOKED_NO_POE", failed + "REVOKED"},
		{fate{name: "on hold before", asked: 10, on: -2, reason: revocation.CertificateHold}, unsure + "REVOKED_NO_POE", failed + "REVOKED"},
		{fate{name: "revoked after", asked: 10, on: 2, reason: revocation.AffiliationChanged}, unsure + "REVOKED_NO_POE", passed},
		{fate{name: "superseded after, then expired", asked: 210, on: 2, reason: revocation.Superseded}, unsure + "OUT_OF_BOUNDS_NO_POE", passed},
		{fate{name: "key compromised after", asked: 10, on: 2, reason: revocation.KeyCompromise}, unsure + "REVOKED_NO_POE", unsure + "REVOKED_NO_POE"},
		{fate{name: "key compromised after, a policy that trusts the order", asked: 10, on: 2, reason: revocation.KeyCompromise,
			policy: func(p *signing.Policy) { p.LaterRevocationRefused = nil }}, unsure + "REVOKED_NO_POE", passed},
		{fate{name: "on hold after", asked: 10, on: 2, reason: revocation.CertificateHold}, unsure + "REVOKED_NO_POE", unsure + "REVOKED_NO_POE"},
		{fate{name: "revoked after without a reason", asked: 10, on: 2, reason: revocation.Unspecified}, unsure + "REVOKED_NO_POE", unsure + "REVOKED_NO_POE"},
	}
	for _, test := range tests {
		w := newPOEWorld(t, test.fate)
		for _, s := range stamps {
			file, want := w.file, test.without
			if s.stamp != nil {
				file = withUnsigned(t, file, cms.OIDSignatureTimestamp, s.stamp(t, w))
			}
			if s.name == "trusted" {
				want = test.with
			}
			got := verify(t, w.pki.Verifier, file, signing.Question{At: day(test.asked)})
			if said := conclusion(got); said != want {
				t.Errorf("%s, timestamp %s: %s\nwant %s", test.name, s.name, signtest.Explain(got), want)
			}
			if refused := test.on > 0 && want != "TOTAL-PASSED"; refused && got.Signers[0].Facts.NotRevoked != signing.FactRefuted {
				t.Errorf("%s, timestamp %s: the fact is %s", test.name, s.name, got.Signers[0].Facts.NotRevoked)
			}
			best := day(test.asked)
			if s.name == "trusted" {
				best = day(0)
			}
			if !got.Signers[0].BestSignatureTime.Equal(best) {
				t.Errorf("%s, timestamp %s: best signature time %v", test.name, s.name, got.Signers[0].BestSignatureTime)
			}
		}
	}
}

func conclusion(v *signing.Verdict) string {
	if v.SubIndication == "" {
		return string(v.Indication)
	}
	return string(v.Indication) + " " + string(v.SubIndication)
}

// Whatever is told of a signer that passed by proof of existence says so.
func TestSaidSince(t *testing.T) {
	w := newPOEWorld(t, fate{asked: 210, on: 2, reason: revocation.Superseded})
	got := verify(t, w.pki.Verifier, withUnsigned(t, w.file, cms.OIDSignatureTimestamp, tokenAt(t, w.tsa, day(0), signatureOf(t, w.file))),
		signing.Question{At: day(210)})
	s := got.Signers[0]
	if !got.Passed() || !s.RevokedSince.Equal(day(2)) || !s.ExpiredSince.Equal(w.key.Certificate.NotAfter) {
		t.Errorf("%s; revoked since %v, expired since %v", signtest.Explain(got), s.RevokedSince, s.ExpiredSince)
	}
	ts := s.Timestamps[0]
	if ts.Kind != signing.TimestampSignature || !ts.Trusted() || !ts.GenTime.Equal(day(0)) || ts.Accuracy != "1s" || ts.Serial == "" ||
		ts.Authority != w.tsa.Certificate.Subject.CommonName() || ts.Digest != "SHA-256" {
		t.Errorf("timestamp %+v", ts)
	}
}

// Of several timestamps the oldest that is trusted counts, wherever it stands;
// the younger ones are trusted all the same.
func TestOldestTrustedTimestampCounts(t *testing.T) {
	w := newPOEWorld(t, fate{asked: 210})
	file := w.file
	for _, n := range []int{4, 2, 5, 1, 3} {
		file = withUnsigned(t, file, cms.OIDSignatureTimestamp, tokenAt(t, w.tsa, day(n), signatureOf(t, file)))
	}
	file = withUnsigned(t, file, cms.OIDSignatureTimestamp, tokenAt(t, w.rogue, day(-9), signatureOf(t, file)))
	got := verify(t, w.pki.Verifier, file, signing.Question{At: day(210)})
	trusted := 0
	for _, ts := range got.Signers[0].Timestamps {
		if ts.Trusted() {
			trusted++
		}
	}
	if !got.Passed() || !got.Signers[0].BestSignatureTime.Equal(day(1)) || len(got.Signers[0].Timestamps) != 6 || trusted != 5 {
		t.Errorf("%s, %v, %d trusted", signtest.Explain(got), got.Signers[0].BestSignatureTime, trusted)
	}
}

// What stands inside a timestamp proves nothing about it.
func TestTimestampInsideATimestamp(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	first, second := pki.TSAWith(ca.Service{NotAfter: day(30)}), pki.TSAWith(ca.Service{NotAfter: day(500)})
	file := pki.Signed([]byte("өтініш"), pki.Person(signtest.Applicant()))
	outer := tokenAt(t, first, day(0), signatureOf(t, file))
	outer = withUnsigned(t, outer, cms.OIDSignatureTimestamp, tokenAt(t, second, day(1), signatureOf(t, outer)))
	publish(t, pki, 0, 60)
	got := verify(t, pki.Verifier, withUnsigned(t, file, cms.OIDSignatureTimestamp, outer), signing.Question{At: day(60)})
	ts := got.Signers[0].Timestamps
	if len(ts) != 1 || ts[0].Trusted() || ts[0].SubIndication != signing.OutOfBoundsNoPOE || !got.Signers[0].BestSignatureTime.Equal(day(60)) {
		t.Errorf("%s: %+v", signtest.Explain(got), ts)
	}
}

// The authority of a timestamp may itself end: then only an archive timestamp
// proves that the timestamp is older.
func TestTimestampAuthorityEnds(t *testing.T) {
	tests := []struct {
		name    string
		asked   int
		ends    int
		revoked int
		reason  revocation.Reason
		trusted bool
	}{
		{"in force", 10, 500, 0, 0, true},
		{"expired since", 60, 30, 0, 0, false},
		{"superseded since", 10, 500, 5, revocation.Superseded, false},
		{"key stolen since", 10, 500, 5, revocation.KeyCompromise, false},
		{"revoked before it stamped", 10, 500, -5, revocation.Superseded, false},
	}
	for _, test := range tests {
		pki := signtest.New(t, ca.ECDSA)
		authority := pki.TSAWith(ca.Service{NotAfter: day(test.ends)})
		if test.revoked != 0 {
			pki.Authority.Revoke(authority.Certificate.Serial, day(test.revoked), test.reason)
		}
		publish(t, pki, 0, 3, test.asked)
		file := signtest.StampedOver(t, pki.Signed([]byte("өтініш"), pki.Person(signtest.Applicant())), certs.SHA256, authority.Stamper())
		got := verify(t, pki.Verifier, file, signing.Question{At: day(test.asked)})
		if ts := got.Signers[0].Timestamps[0]; ts.Trusted() != test.trusted || !got.Passed() {
			t.Errorf("%s: the timestamp is %s %s; %s", test.name, ts.Indication, ts.SubIndication, signtest.Explain(got))
		}
	}
}
