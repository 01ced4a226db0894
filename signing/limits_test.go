package signing_test

import (
	"bytes"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/signtest"
	"tamga/signing/signtest/orders"
)

// So many pieces of evidence are read, and not one more.
func TestPiecesOfEvidence(t *testing.T) {
	w := newEvidenceWorld(t)
	file := w.pki.Signed([]byte("өтініш"), w.key)
	sd, err := cms.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		pieces int
		want   string
	}{{600, "TOTAL-PASSED"}, {601, "INDETERMINATE TRY_LATER"}} {
		lists := make([][]byte, test.pieces-len(sd.Certificates))
		for i := range lists {
			lists[i] = der.Sequence()
		}
		lists[len(lists)-1] = w.crl
		v := *w.pki.Verifier
		v.Revocation = nil
		got := verify(t, &v, withUnsigned(t, file, cms.OIDRevocationValues, values(lists, nil)), signing.Question{At: day(0)})
		if conclusion(got) != test.want {
			t.Errorf("%d pieces: %s", test.pieces, signtest.Explain(got))
		}
	}
}

// A responder may be known by the answer of another, which is known by that of
// another, and so on to a depth.
func TestRespondersAboutResponders(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		known int // responders that others must tell of
		cause revocation.Cause
	}{{0, ""}, {1, ""}, {3, ""}, {4, ocsp.CauseResponderUnchecked}} {
		s := archivedWith(orders.ByUnchecked, orders.DoorNone)
		s.Asked, s.Services = 2, false
		key := orders.SignatureKey{PersonKey: orders.PersonKey{Ends: s.Expires}, Signed: orders.Never}
		about := f.Signer(key.PersonKey).Certificate
		var m signing.Material
		for n := range test.known + 1 {
			by := f.Unchecked
			if n < test.known {
				if by, err = house.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: day(-300), NotAfter: day(3000), IssuedBy: &f.Authority,
					Template: func(x *ca.Template) { x.Remove([]int{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}) }}); err != nil {
					t.Fatal(err)
				}
			}
			m.OCSPs = append(m.OCSPs, f.Response(by, about, s.Made.Time(), revocation.Answer{Status: revocation.Good}))
			about = by.Certificate
		}
		v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, f.Authority.Certificate), Now: s.Asked.Time}
		got := verify(t, v, f.Signature(key), signing.Question{At: s.Asked.Time(), Material: m})
		if a := statusOf(t, got, 0); a.Cause != test.cause || got.Passed() != (test.cause == "") {
			t.Errorf("%d responders to be known: %q %s", test.known, a.Cause, signtest.Explain(got))
		}
	}
}

// An archive timestamp lists up to so many objects of a kind.
func TestObjectsOfAnArchive(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	file := pki.Signed([]byte("өтініш"), key)
	authority := pki.TSA()
	for _, test := range []struct {
		objects int
		want    signing.SubIndication
	}{{1000, ""}, {1001, signing.SigConstraintsFailure}} {
		d, err := cms.Edit(file)
		if err != nil {
			t.Fatal(err)
		}
		again := bytes.Repeat(der.Octets(certs.SHA256.Sum(key.Certificate.Raw)), test.objects)
		index := der.Sequence(der.Algorithm(certs.SHA256.OID), der.Sequence(again), der.Sequence(), der.Sequence())
		parts, err := d.ArchiveInput(0, certs.SHA256.Sum([]byte("өтініш")), index)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.AddArchiveTimestamp(0, tokenAt(t, authority, day(0), slices.Concat(parts...)), index); err != nil {
			t.Fatal(err)
		}
		ts := find(verify(t, pki.Verifier, d.DER(), signing.Question{}).Signers[0], signing.TimestampArchive)
		if ts.Kind == "" || ts.SubIndication != test.want || ts.Trusted() != (test.want == "") {
			t.Errorf("%d objects: %s %s", test.objects, ts.SubIndication, ts.Detail)
		}
	}
}
