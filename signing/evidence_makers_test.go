package signing_test

import (
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
	"tamga/signing/signtest/orders"
)

// bareResponse is a response without the certificates that came with it, which
// RFC 6960 section 4.2.1 allows, and those.
func bareResponse(t testing.TB, raw []byte) (bare []byte, came []*certs.Certificate) {
	t.Helper()
	response, err := ocsp.ParseResponse(raw)
	if err != nil {
		t.Fatal(err)
	}
	basic := der.Sequence(response.RawTBS, response.Algorithm.DER(), der.Bits(response.Signature))
	return der.Sequence(der.Encode(der.Enumerated, []byte{0}), der.Encode(der.ContextConstructed(0),
		der.Sequence(der.OID([]int{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}), der.Octets(basic)))), response.Certificates
}

// Where the certificate of a separate maker of evidence came along, it is found;
// without it the evidence is nobody's. The verifier has none of them.
func TestCertificatesOfMakers(t *testing.T) {
	f := orders.New(t, ca.ECDSA)
	trust := &certs.Pool{}
	for _, c := range f.Trust.Anchors() {
		trust.AddAnchor(c)
	}
	trust.AddIntermediate(f.Authority.Certificate)
	for _, m := range []orders.Maker{orders.ByResponder, orders.ByUnchecked, orders.ListedBySelf, orders.ListedIndirectly} {
		s := archivedWith(m, orders.DoorCarried)
		s.Asked, s.Made = 2, 2
		h := f.Signer(orders.PersonKey{Ends: s.Expires, Indirect: m == orders.ListedIndirectly}).Certificate
		raw, maker := f.Evidence(&s, h), (*certs.Certificate)(nil)
		if m.Answers() {
			var came []*certs.Certificate
			raw, came = bareResponse(t, raw)
			maker = came[0]
		} else {
			l := parsedList(t, raw)
			for _, c := range f.Trust.BySubject(l.Issuer) {
				if l.CheckSignatureFrom(c) == nil {
					maker = c
				}
			}
		}
		for place, want := range map[string]string{
			"nowhere": "INDETERMINATE TRY_LATER", "container": "TOTAL-PASSED", "certificate-values": "TOTAL-PASSED", "question": "TOTAL-PASSED",
		} {
			d, err := cms.Edit(f.Signature(orders.SignatureKey{PersonKey: orders.PersonKey{Ends: s.Expires, Indirect: m == orders.ListedIndirectly}, Signed: orders.Never}))
			if err != nil {
				t.Fatal(err)
			}
			q := signing.Question{At: s.Asked.Time()}
			switch place {
			case "container":
				d.AddCertificates(maker.Raw)
			case "certificate-values":
				d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDCertificateValues, Values: [][]byte{der.Sequence(maker.Raw)}})
			case "question":
				q.Material.Certificates = [][]byte{maker.Raw}
			}
			if m.Answers() {
				d.AddOCSPs(raw)
			} else {
				d.AddCRLs(raw)
			}
			v := &signing.Verifier{Trust: trust, Revocation: f.OwnLists(&s, h), Now: s.Asked.Time}
			got := verify(t, v, d.DER(), q)
			if conclusion(got) != want {
				t.Errorf("%v, certificate in %s: %s\nwant %s", &s, place, signtest.Explain(got), want)
			}
			cause := map[bool]revocation.Cause{true: ocsp.CauseNoResponder, false: revocation.CauseScope}[m.Answers()]
			if a := statusOf(t, got, 0); place == "nowhere" && a.Cause != cause {
				t.Errorf("%v: %s, want %s", &s, a.Cause, cause)
			}
		}
	}
}

// What an authority signed about its certificates is believed while its own is
// valid: afterwards the key may be anybody's (EN 319 102-1 section 5.6.2.1).
func TestEvidenceOfAnAuthorityThatEnded(t *testing.T) {
	for _, m := range []orders.Maker{orders.ByAuthority, orders.Listed} {
		for _, d := range []orders.Door{orders.DoorCarried, orders.DoorValues, orders.DoorSupplied} {
			for _, test := range []struct {
				ends, proved orders.When
				want         string
			}{
				{orders.Never, 5, "TOTAL-PASSED"},
				{6, 5, "TOTAL-PASSED"},
				{5, 5, "TOTAL-PASSED"},
				{4, 5, "INDETERMINATE TRY_LATER"},
			} {
				f := orders.New(t, ca.ECDSA)
				house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)})
				if err != nil {
					t.Fatal(err)
				}
				h, err := house.Issue(ca.Person{Surname: "БӨЛІМ", NotBefore: day(-300), NotAfter: test.ends.Time(), IssuedBy: &f.Authority, Template: func(x *ca.Template) {
					x.Set(ca.BasicConstraints(true, -1))
					x.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
				}})
				if err != nil {
					t.Fatal(err)
				}
				f.Authority = h
				f.Trust.AddIntermediate(h.Certificate)
				s := archivedWith(m, d)
				s.Expires, s.Proved = 3, test.proved
				if d == orders.DoorSupplied {
					s.Asked = test.proved // when it is proved
				}
				got := f.Verify(&s)
				cause := map[bool]revocation.Cause{false: revocation.CauseNoProof}[got.Passed()]
				if a := statusOf(t, got, 0); conclusion(got) != test.want || a.Cause != cause {
					t.Errorf("authority ends %v, %v: %q %s\nwant %s", test.ends, &s, a.Cause, signtest.Explain(got), test.want)
				}
			}
		}
	}
}

// A responder was robbed and revoked, and ended since, so that lists have forgotten
// it. What it says of slot 2 is proved in slot 4: that it was good then must be
// known of slot 4, too, and a list of slot 2 does not tell.
func TestResponderThatListsForgot(t *testing.T) {
	for _, test := range []struct {
		name   string
		listed orders.When // the list about responders that is archived with the answer
		want   string
	}{
		{"list in force when proved", 4, "TOTAL-PASSED"},
		{"list out of force when proved", 2, "INDETERMINATE TRY_LATER"},
		{"no list", orders.Never, "INDETERMINATE TRY_LATER"},
	} {
		f := orders.New(t, ca.ECDSA)
		house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)})
		if err != nil {
			t.Fatal(err)
		}
		responder, err := house.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: day(-300), NotAfter: orders.When(5).Time(), IssuedBy: &f.Authority,
			Template: func(x *ca.Template) {
				x.Remove([]int{1, 3, 6, 1, 5, 5, 7, 48, 1, 5})
				for _, e := range f.Unchecked.Certificate.Extensions {
					if e.ID.Equal([]int{2, 5, 29, 31}) { // where lists about services are
						x.Set(e)
					}
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		f.Unchecked = responder
		s := archivedWith(orders.ByUnchecked, orders.DoorCarried)
		key := orders.SignatureKey{PersonKey: orders.PersonKey{Ends: s.Expires}, Signed: orders.Never}
		c := f.Signer(key.PersonKey).Certificate
		d, err := cms.Edit(withUnsigned(t, f.Signature(key), cms.OIDSignatureTimestamp, f.Token(orders.TokenKey{SignatureKey: key, Stamped: 2})))
		if err != nil {
			t.Fatal(err)
		}
		d.AddOCSPs(f.Evidence(&s, c))
		if test.listed != orders.Never {
			at := test.listed.Time()
			d.AddCRLs(f.List(orders.Published{By: f.Authority, This: at.Add(-time.Hour), Next: at.Add(orders.Life), Point: orders.ServicesPoint}))
		}
		addArchive(t, d, 0, stamperAt(t, f.Stamps, 40), orders.Statement)
		v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, c), Now: s.Asked.Time} // made after the responder ended
		got := verify(t, v, d.DER(), signing.Question{At: s.Asked.Time()})
		cause := map[bool]revocation.Cause{false: ocsp.CauseResponderUnchecked}[got.Passed()]
		if a := statusOf(t, got, 0); conclusion(got) != test.want || a.Cause != cause {
			t.Errorf("%s: %q %s\nwant %s", test.name, a.Cause, signtest.Explain(got), test.want)
		}
	}
}

// Two signers, each with an archive timestamp of its own time: the older proves the
// evidence that both need, and the younger what was added since, whichever of the
// two stands first.
func TestArchivesOfTwoSigners(t *testing.T) {
	for _, m := range []orders.Maker{orders.ByUnchecked, orders.ListedBySelf} {
		for older := range 2 {
			f := orders.New(t, ca.ECDSA)
			s := archivedWith(m, orders.DoorNone)
			s.MakerRevoked, s.MakerReason = 4, revocation.Superseded // and the younger is of slot 5
			var keys []creation.Key
			var evidence [][]byte
			for _, ends := range []orders.When{240, 241} { // in the order of their serial numbers
				h := f.Signer(orders.PersonKey{Ends: ends})
				keys = append(keys, creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{f.Authority.Certificate}))
				evidence = append(evidence, f.Evidence(&s, h.Certificate))
			}
			d, err := cms.Edit(signedByAll(t, keys))
			if err != nil {
				t.Fatal(err)
			}
			sd, err := cms.Read(d.DER())
			if err != nil {
				t.Fatal(err)
			}
			for i := range d.Signers {
				token := tokenAt(t, f.Stamps, orders.When(2).Time(), sd.Signers[i].Signature)
				d.Signers[i].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: [][]byte{token}})
			}
			add := d.AddOCSPs
			if !m.Answers() {
				add = d.AddCRLs
			}
			add(evidence...)
			addArchive(t, d, older, stamperAt(t, f.Stamps, 30), []byte("келісім"))
			addArchive(t, d, 1-older, stamperAt(t, f.Stamps, 50), []byte("келісім"))
			v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, keys[0].Certificate), Now: s.Asked.Time}
			if got := verify(t, v, d.DER(), signing.Question{At: s.Asked.Time()}); !got.Passed() {
				t.Errorf("%v, the older archive of signer %d: %s", m, older, signtest.Explain(got))
			}
		}
	}
}

// What is added to a file after the archive timestamp of one signer is proved by
// that of another.
func TestEvidenceAddedBetweenArchives(t *testing.T) {
	for _, m := range []orders.Maker{orders.ByUnchecked, orders.ListedBySelf} {
		for first := range 2 {
			f := orders.New(t, ca.ECDSA)
			s := archivedWith(m, orders.DoorNone)
			s.Made, s.MakerRevoked, s.MakerReason = 3, 6, revocation.Superseded
			var keys []creation.Key
			for _, ends := range []orders.When{240, 241} {
				h := f.Signer(orders.PersonKey{Ends: ends})
				keys = append(keys, creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{f.Authority.Certificate}))
			}
			d, err := cms.Edit(signedByAll(t, keys))
			if err != nil {
				t.Fatal(err)
			}
			add := d.AddOCSPs
			if !m.Answers() {
				add = d.AddCRLs
			}
			add(f.Evidence(&s, keys[0].Certificate))
			addArchive(t, d, first, stamperAt(t, f.Stamps, 30), []byte("келісім"))
			s.Made = 4
			add(f.Evidence(&s, keys[1].Certificate))
			if m.Answers() {
				add(f.Evidence(&s, keys[0].Certificate))
			}
			addArchive(t, d, 1-first, stamperAt(t, f.Stamps, 40), []byte("келісім"))
			v := &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(&s, keys[0].Certificate), Now: s.Asked.Time}
			beside := signing.Material{Certificates: [][]byte{f.Authority.Certificate.Raw}}
			got := verify(t, v, d.DER(), signing.Question{At: s.Asked.Time(), Material: beside})
			if young := got.Signers[1-first]; young.Indication != signing.TotalPassed {
				t.Errorf("%v, signer %d archived first: %s", m, first, signtest.Explain(got))
			}
		}
	}
}
