package signing_test

import (
	"context"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// What strangers attach is judged up to a bound, and what comes after it is as
// if it were not there.
func TestAllowance(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	file := pki.Signed([]byte("өтініш"), pki.Person(signtest.Applicant()))
	d, err := cms.Edit(file)
	if err != nil {
		t.Fatal(err)
	}
	bogus := func(n int) [][]byte {
		var list [][]byte
		for i := range n {
			list = append(list, der.Sequence(der.Octets([]byte{byte(i), byte(i >> 8)})))
		}
		return list
	}
	d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: bogus(1000)})
	d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDCountersignature, Values: bogus(1000)})
	d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDRevocationValues, Values: [][]byte{values(bogus(3000), bogus(3000))}})
	got := verify(t, pki.Verifier, d.DER(), signing.Question{})
	s := got.Signers[0]
	if !got.Passed() || len(s.Timestamps) != 64 || len(s.CounterSignatures) != 32 {
		t.Errorf("%d timestamps, %d countersignatures: %.200s", len(s.Timestamps), len(s.CounterSignatures), signtest.Explain(got))
	}
}

// A token need not carry its authority's certificate when the caller has it.
func TestCertificateOfTheAuthoritySupplied(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	authority, data := pki.TSA(), []byte("құжат")
	f := &forgedToken{authority: authority, kind: tsp.OIDTSTInfo, omit: true, info: tsp.TSTInfo{
		Policy: authority.Policies[0], Imprint: tsp.NewImprint(certs.SHA256, data), Serial: authority.Certificate.Serial, GenTime: day(0),
	}}
	token := f.bytes(t)
	for name, test := range map[string]struct {
		with signing.Material
		want string
	}{
		"nothing":     {signing.Material{}, "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
		"certificate": {signing.Material{Certificates: [][]byte{authority.Certificate.Raw}}, "TOTAL-PASSED"},
		"another":     {signing.Material{Certificates: [][]byte{pki.TSA().Certificate.Raw}}, "INDETERMINATE NO_SIGNING_CERTIFICATE_FOUND"},
	} {
		got, err := pki.Verifier.VerifyTimestamp(context.Background(), token, data, signing.Question{Material: test.with})
		if err != nil || conclusion(got) != test.want {
			t.Errorf("%s: %v %s, want %s", name, err, conclusion(got), test.want)
		}
	}
}

// An archive timestamp that lists what is no longer there proves nothing, and
// one protects only what it lists.
func TestArchiveListsWhatIsNotThere(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	authority := pki.TSA()
	stamped := pki.Timestamped([]byte("өтініш"), pki.Person(signtest.Applicant()), authority)
	full := pki.Extended(stamped, creation.BaselineLTA, authority, pki.Gatherer())
	sd, err := cms.Read(full)
	if err != nil {
		t.Fatal(err)
	}
	archive, _, err := cms.Single(sd.Signers[0].Unsigned, cms.OIDArchiveTimestampV3)
	if err != nil {
		t.Fatal(err)
	}
	got := verify(t, pki.Verifier, withUnsigned(t, stamped, cms.OIDArchiveTimestampV3, archive), signing.Question{})
	ts := find(got.Signers[0], signing.TimestampArchive)
	if ts.SubIndication != signing.HashFailure || !strings.Contains(ts.Detail, "ats-hash-index-v3 lists") {
		t.Errorf("%s %s", ts.SubIndication, ts.Detail)
	}
	// What is added afterwards disturbs nothing.
	d, err := cms.Edit(full)
	if err != nil {
		t.Fatal(err)
	}
	d.AddCertificates(pki.Person(signtest.Head()).Certificate.Raw)
	got = verify(t, pki.Verifier, d.DER(), signing.Question{})
	if !got.Passed() || got.Signers[0].Level != signing.LevelCAdESLTA {
		t.Errorf("added to: %s, %s", signtest.Explain(got), got.Signers[0].Level)
	}
}
