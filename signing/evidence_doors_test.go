package signing_test

import (
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/pades"
	"tamga/signing/signtest"
	"tamga/signing/signtest/orders"
	"tamga/signing/tsa"
)

// The same in a PDF's security store, and beside an XML signature: a maker of
// evidence that was revoked before this is proved to exist is not believed.
func TestRevokedMakersInOtherFormats(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	for m := range orders.Makers {
		for _, test := range []struct {
			since  orders.When
			passes bool
		}{{orders.Never, true}, {3, false}, {4, true}} {
			s := archivedWith(m, orders.DoorCarried)
			s.Expires, s.Made, s.MakerRevoked, s.MakerReason = orders.Never, 3, test.since, revocation.Superseded
			h := f.Signer(orders.PersonKey{Ends: s.Expires, Indirect: m == orders.ListedIndirectly})
			key := creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{f.Authority.Certificate})
			raw := f.Evidence(&s, h.Certificate)
			store, material := pades.DSS{CRLs: [][]byte{raw}}, signing.Material{CRLs: [][]byte{raw}}
			if m.Answers() {
				store, material = pades.DSS{OCSPs: [][]byte{raw}}, signing.Material{OCSPs: [][]byte{raw}}
			}
			v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, h.Certificate), Now: s.Asked.Time}

			// Signed and stamped in slot 2, the store of slot 3 proved then.
			signed, err := signtest.Make(creation.PDF{File: signtest.OnePage(1000, "")}, key, orders.When(2).Time())
			if err != nil {
				t.Fatal(err)
			}
			file, err := signtest.AddDocTimestamp(signed.File, stamperAt(t, f.Stamps, 20))
			if err != nil {
				t.Fatal(err)
			}
			if file, err = signtest.AddDSS(file, store); err != nil {
				t.Fatal(err)
			}
			if file, err = signtest.AddDocTimestamp(file, stamperAt(t, f.Stamps, 30)); err != nil {
				t.Fatal(err)
			}
			got, err := v.VerifyPDF(t.Context(), file, signing.Question{At: s.Asked.Time()})
			if err != nil || got.Passed() != test.passes || got.Signers[0].Checks[0].Status != signing.CheckPassed {
				t.Errorf("PDF, revoked %v, %v: %v %s", test.since, &s, err, signtest.Explain(got))
			}

			// An XML signature has no proof of its age here: evidence supplied in
			// slot 3 is proved then, and so is the signature.
			x, err := signtest.Sign(creation.XML{File: []byte("<a>өтініш</a>"), Form: creation.XMLEnveloped}, key, orders.When(2).Time())
			if err != nil {
				t.Fatal(err)
			}
			got, err = v.VerifyXML(t.Context(), x, signing.Question{At: orders.When(3).Time(), Material: material})
			if err != nil || got.Passed() != test.passes {
				t.Errorf("XML, revoked %v, %v: %v %s", test.since, &s, err, signtest.Explain(got))
			}
		}
	}
}

// Years later a PDF stands on its last timestamp: what ended before that, or
// came after it, is not proved.
func TestPDFArchiveThatProvesNothing(t *testing.T) {
	for _, test := range []struct {
		name    string
		archive int // the day of the second timestamp; the first authority ends on day 30
		late    bool
		asked   int
		happens func(*pdfWorld)
		want    string
	}{
		{"in time", 2, false, 400, nil, "TOTAL-PASSED"},
		{"the second authority expired", 2, false, 901, nil, "INDETERMINATE OUT_OF_BOUNDS_NO_POE"},
		{"the second authority still valid", 2, false, 900, nil, "TOTAL-PASSED"},
		{"archived after the first authority expired", 31, false, 400, nil, "INDETERMINATE TRY_LATER"},
		{"evidence after the archive", 2, true, 400, nil, "TOTAL-PASSED"},
		{"evidence after the archive, authority revoked since", 2, true, 400, func(w *pdfWorld) {
			w.pki.Authority.Revoke(w.pki.Authority.Issuing().Serial, day(300), revocation.Superseded)
		}, "INDETERMINATE OUT_OF_BOUNDS_NO_POE"},
		{"first authority revoked before the archive", 2, false, 400, func(w *pdfWorld) {
			w.pki.Authority.Revoke(w.first.Certificate.Serial, day(1), revocation.Superseded)
		}, "TOTAL-PASSED"},
		{"second authority revoked before it stamped", 2, false, 400, func(w *pdfWorld) {
			w.pki.Authority.Revoke(w.second.Certificate.Serial, day(1), revocation.Superseded)
		}, "INDETERMINATE OUT_OF_BOUNDS_NO_POE"},
	} {
		w := newPDFWorld(t)
		w.stamp(t, w.first, 0)
		if !test.late {
			w.prove(t, w.first, 2)
		}
		w.stamp(t, w.second, test.archive)
		if test.late {
			w.prove(t, w.first, 2)
		}
		if test.happens != nil {
			test.happens(w)
		}
		publish(t, w.pki, test.asked)
		got, err := w.pki.Verifier.VerifyPDF(t.Context(), w.file, signing.Question{At: day(test.asked)})
		if err != nil || conclusion(got) != test.want {
			t.Errorf("%s: %v %s\nwant %s", test.name, err, signtest.Explain(got), test.want)
		}
	}
}

// One signer's archive timestamp proves the evidence that all signers of the
// file share, whichever stands first.
func TestArchiveOfOneProvesEvidenceOfAll(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	s := archivedWith(orders.ByUnchecked, orders.DoorNone)
	s.MakerRevoked, s.MakerReason = 4, revocation.Superseded // after slot 3, when the archive is made
	people := []orders.PersonKey{{Ends: 240}, {Ends: 241}}   // in the order of their serial numbers
	var keys []creation.Key
	var answers [][]byte
	for _, k := range people {
		h := f.Signer(k)
		keys = append(keys, creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{f.Authority.Certificate}))
		answers = append(answers, f.Evidence(&s, h.Certificate))
	}
	file := signedByAll(t, keys)
	for archived := range 3 { // 2: neither
		d, err := cms.Edit(file)
		if err != nil {
			t.Fatal(err)
		}
		sd, err := cms.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Signers {
			token := tokenAt(t, f.Stamps, orders.When(2).Time(), sd.Signers[i].Signature)
			d.Signers[i].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: [][]byte{token}})
		}
		d.AddOCSPs(answers...)
		if archived < 2 {
			addArchive(t, d, archived, stamperAt(t, f.Stamps, 30), []byte("келісім"))
		}
		v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, keys[0].Certificate), Now: s.Asked.Time}
		got := verify(t, v, d.DER(), signing.Question{At: s.Asked.Time()})
		if want := archived < 2; got.Passed() != want || (find(got.Signers[archived%2], signing.TimestampArchive).Kind != "") != want {
			t.Errorf("signer %d archived: %s", archived, signtest.Explain(got))
		}
	}
}

// The same beside a timestamp and a certificate that are judged alone.
func TestRevokedMakersBesideWhatStandsAlone(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)})
	if err != nil {
		t.Fatal(err)
	}
	h, err := house.IssueService(ca.Service{Purpose: ca.Timestamping, NotBefore: day(-300), NotAfter: day(3000), IssuedBy: &f.Authority})
	if err != nil {
		t.Fatal(err)
	}
	stamps := &tsa.Authority{Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{f.Authority.Certificate}, Policies: h.Certificate.Policies}
	token := tokenAt(t, stamps, orders.When(2).Time(), []byte("x"))
	s := archivedWith(orders.ByUnchecked, orders.DoorSupplied)
	s.Expires, s.Asked, s.MakerReason = orders.Never, 3, revocation.Superseded
	person := f.Signer(orders.PersonKey{Ends: orders.Never}).Certificate
	good := revocation.Answer{Status: revocation.Good}
	material := signing.Material{OCSPs: [][]byte{
		f.Response(f.Unchecked, h.Certificate, orders.When(3).Time(), good), f.Response(f.Unchecked, person, orders.When(3).Time(), good),
	}}
	for _, test := range []struct {
		since orders.When
		want  string
	}{{orders.Never, "TOTAL-PASSED"}, {3, "INDETERMINATE TRY_LATER"}, {1, "INDETERMINATE TRY_LATER"}} {
		s.MakerRevoked = test.since
		v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, person), Now: s.Asked.Time}
		q := signing.Question{At: s.Asked.Time(), Material: material}
		got, err := v.VerifyTimestamp(t.Context(), token, []byte("x"), q)
		if err != nil || conclusion(got) != test.want || got.Timestamps[0].Kind != signing.TimestampToken || !got.Timestamps[0].KnownSince.Equal(q.At) {
			t.Errorf("timestamp, responder revoked %v: %v %s %+v", test.since, err, conclusion(got), got.Timestamps)
		}
		got, err = v.VerifyCertificate(t.Context(), person.Raw, q)
		if err != nil || conclusion(got) != test.want {
			t.Errorf("certificate, responder revoked %v: %v %s", test.since, err, signtest.Explain(got))
		}
	}
}
