package signing_test

import (
	"context"
	"math/big"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// evidenceWorld is a signature and evidence made about its signer, by the
// authority and by others.
type evidenceWorld struct {
	pki       *signtest.PKI
	key       creation.Key
	crl, root []byte // of day 0, in force for a day
	forged    []byte // the same by another authority of the same name
	response  []byte // of day 0, in force for an hour
	lying     []byte // by a person, who calls himself good
	responder ca.Holder
}

func newEvidenceWorld(t testing.TB) *evidenceWorld {
	w := &evidenceWorld{pki: signtest.New(t, ca.ECDSA)}
	w.key = w.pki.Person(signtest.Applicant())
	must := func(b []byte, err error) []byte {
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	w.crl = must(w.pki.Authority.CRL(day(0).Add(-time.Hour), day(1)))
	w.root = must(w.pki.Authority.RootCRL(day(0).Add(-time.Hour), day(1)))
	w.forged = must(signtest.New(t, ca.ECDSA).Authority.CRL(day(0).Add(-time.Hour), day(1)))
	var err error
	if w.responder, err = w.pki.Authority.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotAfter: day(20)}); err != nil {
		t.Fatal(err)
	}
	answer := func(c *certs.Certificate, key creation.Key) []byte {
		r := &ocsp.Responder{
			Issuer: w.pki.Authority.Issuing(), Certificate: c, Key: key.Signer, Now: signtest.Now, Life: time.Hour,
			Status: func(*big.Int) revocation.Answer { return revocation.Answer{Status: revocation.Good} },
		}
		return r.Respond(ocsp.NewRequest(w.key.Certificate, w.pki.Authority.Issuing(), certs.SHA256, nil).DER)
	}
	w.response = answer(w.responder.Certificate, creation.Key{Signer: w.responder.Key})
	w.lying = answer(w.key.Certificate, w.key)
	return w
}

// values encodes RevocationValues and RevocationInfoArchival.
func values(crls, ocsps [][]byte) []byte {
	var parts [][]byte
	for i, list := range [][][]byte{crls, ocsps} {
		if list != nil {
			parts = append(parts, der.Encode(der.ContextConstructed(byte(i)), der.Sequence(list...)))
		}
	}
	return der.Sequence(parts...)
}

// Evidence helps wherever it stands, if it is authentic and about the time of
// the signature; the verifier has none of its own.
func TestEvidenceThatComesAlong(t *testing.T) {
	w := newEvidenceWorld(t)
	file := w.pki.Signed([]byte("өтініш"), w.key)
	inContainer := func(crls, ocsps [][]byte) []byte {
		d, err := cms.Edit(file)
		if err != nil {
			t.Fatal(err)
		}
		d.AddCRLs(crls...)
		d.AddOCSPs(ocsps...)
		return d.DER()
	}
	signed := func(id []int, value []byte) []byte {
		m, err := cms.NewMaker(w.key.Signer, w.key.Certificate, w.key.Chain, cms.Options{})
		if err != nil {
			t.Fatal(err)
		}
		content := []byte("өтініш")
		b, err := m.Make(cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content), Attributes: []cms.Attribute{{ID: id, Values: [][]byte{value}}}})
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	both := [][]byte{w.crl, w.root}
	const unknown = "INDETERMINATE TRY_LATER"
	tests := []struct {
		name string
		file []byte
		with signing.Material
		at   time.Time
		want string
	}{
		{"nothing", file, signing.Material{}, day(0), unknown},
		{"lists in the container", inContainer(both, nil), signing.Material{}, day(0), "TOTAL-PASSED"},
		{"response in the container", inContainer([][]byte{w.root}, [][]byte{w.response}), signing.Material{}, day(0), "TOTAL-PASSED"},
		{"revocation-values", withUnsigned(t, file, cms.OIDRevocationValues, values(both, nil)), signing.Material{}, day(0), "TOTAL-PASSED"},
		{"Adobe's attribute, signed", signed(cms.OIDAdobeRevocation, values(nil, [][]byte{w.response})), signing.Material{}, day(0), "TOTAL-PASSED"},
		{"supplied lists", file, signing.Material{CRLs: both}, day(0), "TOTAL-PASSED"},
		{"supplied response", file, signing.Material{OCSPs: [][]byte{w.response}}, day(0), "TOTAL-PASSED"},
		{"supplied twice and with rubbish", file, signing.Material{
			CRLs: [][]byte{nil, {0}, w.crl, w.crl, w.root}, OCSPs: [][]byte{{0x30, 0}, w.crl}, Certificates: [][]byte{{1}}}, day(0), "TOTAL-PASSED"},
		{"list by another authority of the name", file, signing.Material{CRLs: [][]byte{w.forged}}, day(0), unknown},
		{"response by the person asked about", file, signing.Material{OCSPs: [][]byte{w.lying}}, day(0), unknown},
		{"list no longer in force", inContainer(both, nil), signing.Material{}, day(2), unknown},
		{"response no longer in force", file, signing.Material{OCSPs: [][]byte{w.response}}, day(0).Add(2 * time.Hour), unknown},
	}
	for _, test := range tests {
		v := *w.pki.Verifier
		v.Revocation = nil
		if got := verify(t, &v, test.file, signing.Question{At: test.at, Material: test.with}); conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
		}
	}
}

// What comes along may add a revocation and never hide one.
func TestEvidenceHidesNothing(t *testing.T) {
	w := newEvidenceWorld(t)
	file := w.pki.Timestamped([]byte("өтініш"), w.key, w.pki.TSA())
	good := signing.Material{CRLs: [][]byte{w.crl, w.root}, OCSPs: [][]byte{w.response}}
	w.pki.Authority.Revoke(w.key.Certificate.Serial, day(-2), revocation.KeyCompromise)
	revoked, err := w.pki.Authority.CRL(day(0).Add(-time.Minute), day(1))
	if err != nil {
		t.Fatal(err)
	}
	// The verifier knows of the revocation, the evidence does not.
	w.pki.Refresh()
	if got := verify(t, w.pki.Verifier, file, signing.Question{Material: good}); got.SubIndication != signing.Revoked {
		t.Errorf("the verifier knows: %s", signtest.Explain(got))
	}
	// The evidence knows, the verifier does not.
	v := *w.pki.Verifier
	lists := &revocation.Lists{}
	for _, raw := range good.CRLs {
		l, err := revocation.ParseCRL(raw)
		if err != nil {
			t.Fatal(err)
		}
		lists.Add(l)
	}
	v.Revocation = lists
	if got := verify(t, &v, file, signing.Question{Material: signing.Material{CRLs: [][]byte{revoked}}}); got.SubIndication != signing.Revoked {
		t.Errorf("the evidence knows: %s", signtest.Explain(got))
	}
}

// A response whose responder's certificate has expired since may be forged,
// unless something proves that it is older.
func TestEvidenceOfAnEndedResponder(t *testing.T) {
	w := newEvidenceWorld(t)
	authority := w.pki.TSAWith(ca.Service{NotAfter: day(900)})
	file := w.pki.Timestamped([]byte("өтініш"), w.key, authority)
	publish(t, w.pki, 25)
	late := *w.pki.Verifier
	about := func(v signing.Verdict) revocation.Status {
		for _, c := range v.Signers[0].Checks {
			if c.Name == signing.CheckRevocation && c.Evidence != nil {
				return c.Evidence.Revocation[0].Status
			}
		}
		return ""
	}
	// The lists of the issuer are left out, so that the response must do.
	onlyRoot := func() *revocation.Lists {
		lists := &revocation.Lists{}
		for _, l := range w.pki.Verifier.Revocation.All() {
			if l.Issuer.Equal(w.pki.Authority.Root().Subject) {
				lists.Add(l)
			}
		}
		return lists
	}
	late.Revocation = onlyRoot()
	late.Ask = func(_ context.Context, c, _ *certs.Certificate, _ time.Time) revocation.Answer {
		if c.Serial.Cmp(authority.Certificate.Serial) == 0 {
			return revocation.Answer{Status: revocation.Good, Evidence: &revocation.Evidence{}}
		}
		return revocation.Answer{Status: revocation.Undetermined, Cause: revocation.CauseNoList}
	}
	d, err := cms.Edit(file)
	if err != nil {
		t.Fatal(err)
	}
	d.AddOCSPs(w.response)
	plain := d.DER()
	got := verify(t, &late, plain, signing.Question{At: day(25)})
	if got.Passed() || about(*got) != revocation.Undetermined {
		t.Errorf("not archived: %s", signtest.Explain(got))
	}
	archived := signtest.ArchivedOver(t, plain, certs.SHA256, authority.Stamper())
	got = verify(t, &late, archived, signing.Question{At: day(25)})
	if !got.Passed() || about(*got) != revocation.Good {
		t.Errorf("archived: %s", signtest.Explain(got))
	}
}

// A policy may want information that is younger than the signature.
func TestFreshness(t *testing.T) {
	w := newEvidenceWorld(t)
	file := w.pki.Timestamped([]byte("өтініш"), w.key, w.pki.TSA())
	policy, err := signing.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	policy.RevocationFreshness = signing.FreshIssuedAfter
	w.pki.Verifier.Policy = policy
	if got := verify(t, w.pki.Verifier, file, signing.Question{}); got.SubIndication != signing.TryLater {
		t.Errorf("lists of an hour before: %s", signtest.Explain(got))
	}
	publish(t, w.pki, 0, 2)
	if got := verify(t, w.pki.Verifier, file, signing.Question{At: day(2)}); !got.Passed() {
		t.Errorf("lists of two days after: %s", signtest.Explain(got))
	}
}

// Algorithms are judged at the time when the signature is proved to exist.
func TestAlgorithmsByDate(t *testing.T) {
	pki := signtest.New(t, ca.RSA)
	key := pki.Person(signtest.Applicant())
	file := pki.Signed([]byte("өтініш"), key)
	stamped := pki.Timestamped([]byte("өтініш"), key, pki.TSA())
	publish(t, pki, 0, 60)
	before, between := day(-10).Format(time.DateOnly), day(30).Format(time.DateOnly)
	tests := []struct {
		name   string
		change func(*signing.Policy)
		file   []byte
		want   string
	}{
		{"as it stands", func(*signing.Policy) {}, file, "TOTAL-PASSED"},
		{"digest ended before", func(p *signing.Policy) { p.Digests = []signing.DigestLimit{{Name: "SHA-256", Until: before}} }, stamped, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"},
		{"digest ended since", func(p *signing.Policy) { p.Digests = []signing.DigestLimit{{Name: "SHA-256", Until: between}} }, file, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"},
		// The timestamp's own algorithms have ended too, and nothing proves
		// that it is older: it proves nothing any more.
		{"digest ended since, timestamped", func(p *signing.Policy) { p.Digests = []signing.DigestLimit{{Name: "SHA-256", Until: between}} }, stamped, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"},
		{"keys ended before", func(p *signing.Policy) { p.Keys = []signing.KeyLimit{{Name: "RSA", Below: 3072, Until: before}} }, stamped, "INDETERMINATE CRYPTO_CONSTRAINTS_FAILURE"},
		{"keys of another kind ended", func(p *signing.Policy) { p.Keys = []signing.KeyLimit{{Name: "ECDSA", Below: 3072, Until: before}} }, stamped, "TOTAL-PASSED"},
		{"larger keys than these", func(p *signing.Policy) { p.Keys = []signing.KeyLimit{{Name: "RSA", Below: 2048, Until: before}} }, stamped, "TOTAL-PASSED"},
	}
	for _, test := range tests {
		policy, err := signing.DefaultPolicy()
		if err != nil {
			t.Fatal(err)
		}
		test.change(&policy)
		pki.Verifier.Policy = policy
		if got := verify(t, pki.Verifier, test.file, signing.Question{At: day(60)}); conclusion(got) != test.want {
			t.Errorf("%s: %s\nwant %s", test.name, signtest.Explain(got), test.want)
		}
	}
	// A timestamp of another family outlives the digest.
	strong := signtest.New(t, ca.GOST2015)
	pki.Verifier.Trust.AddAnchor(strong.Authority.Root())
	pki.Verifier.Trust.AddIntermediate(strong.Authority.Issuing())
	for _, l := range listsOf(t, strong, 60) {
		pki.Verifier.Revocation.Add(l)
	}
	authority := strong.TSA()
	file = signtest.StampedOver(t, pki.Signed([]byte("өтініш"), key), certs.Streebog512, authority.Stamper())
	policy, err := signing.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	policy.Digests = []signing.DigestLimit{{Name: "SHA-256", Until: between}}
	pki.Verifier.Policy = policy
	if got := verify(t, pki.Verifier, file, signing.Question{At: day(60)}); !got.Passed() {
		t.Errorf("timestamped by GOST: %s", signtest.Explain(got))
	}
}

// listsOf makes the lists of a day.
func listsOf(t testing.TB, pki *signtest.PKI, n int) []*revocation.CRL {
	t.Helper()
	publish(t, pki, n)
	return pki.Verifier.Revocation.All()
}

func FuzzVerifyTimestamp(f *testing.F) {
	pki := signtest.New(f, ca.ECDSA)
	signature := []byte("signature")
	f.Add(tokenAt(f, pki.TSA(), day(0), signature))
	f.Add([]byte{0x30, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := pki.Verifier.VerifyTimestamp(context.Background(), b, signature, signing.Question{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Passed() && !got.Timestamps[0].GenTime.Equal(day(0)) {
			t.Fatalf("passes with the time %v", got.Timestamps[0].GenTime)
		}
	})
}

// FuzzUnsignedAttribute puts strangers' bytes where timestamps and evidence
// stand: they may never turn a signature that passes into another, nor give one
// that fails a pass.
func FuzzUnsignedAttribute(f *testing.F) {
	w := newArchiveWorld(f)
	publish(f, w.pki, 10)
	sd, err := cms.Read(w.file)
	if err != nil {
		f.Fatal(err)
	}
	for _, a := range sd.Signers[0].Unsigned {
		f.Add(a.Values[0])
	}
	f.Add(values([][]byte{der.Sequence()}, [][]byte{der.Sequence()}))
	file := w.pki.Signed([]byte("content"), w.key)
	f.Fuzz(func(t *testing.T, value []byte) {
		if _, err := der.One(value); err != nil {
			return
		}
		for _, id := range [][]int{
			cms.OIDSignatureTimestamp, cms.OIDArchiveTimestampV3, cms.OIDArchiveTimestampV2, cms.OIDCountersignature,
			cms.OIDRevocationValues, cms.OIDCertificateValues, cms.OIDAdobeRevocation,
		} {
			got, err := w.pki.Verifier.VerifyCMS(context.Background(), withUnsigned(t, file, id, value), signing.Question{At: day(10)})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Signers) == 0 && got.SubIndication == signing.FormatFailure {
				continue // the whole container is no longer one
			}
			if !got.Passed() || !got.Signers[0].BestSignatureTime.Equal(day(10)) {
				t.Fatalf("%v: %s, %v", id, signtest.Explain(got), got.Signers[0].BestSignatureTime)
			}
			got.SimpleReport()
			got.DetailedReport()
		}
	})
}
