package ocsp_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"math/big"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

func TestRevocations(t *testing.T) {
	said := func(when time.Time, reason revocation.Reason) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) { at(c).status = statusRevoked(when, reason) }
	}
	day := 24 * time.Hour
	past := func(when time.Time, reason revocation.Reason, asked time.Time) func(testing.TB, *trial) {
		return func(t testing.TB, c *trial) {
			said(when, reason)(t, c)
			c.q.At, c.q.Now = asked, now
		}
	}
	stale := func(c *trial) {
		c.stamp(now.Add(-10 * day))
		at(c).next = generalized(now.Add(-9 * day))
	}
	judgeAll(t, []verdict{
		{"revoked", said(now.Add(-day), revocation.KeyCompromise), revoked, ""},
		{"revoked without a reason", func(_ testing.TB, c *trial) {
			at(c).status = der.Encode(der.ContextConstructed(1), generalized(now.Add(-day)))
		}, revoked, ""},
		{"on hold", said(now.Add(-day), revocation.CertificateHold), revoked, ""},
		{"never issued, extended revoke", func(t testing.TB, c *trial) {
			said(time.Unix(0, 0), revocation.CertificateHold)(t, c)
			c.exts = []certs.Extension{{ID: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 9}, Value: der.NullValue()}}
		}, revoked, ""},
		{"revoked at the moment asked about", past(now.Add(-day), revocation.KeyCompromise, now.Add(-day)), revoked, ""},
		{"revoked a second later", past(now.Add(-day), revocation.KeyCompromise, now.Add(-day-time.Second)), good, ""},
		{"put on hold a second later", past(now.Add(-day), revocation.CertificateHold, now.Add(-day-time.Second)), good, ""},
		{"revoked in the future of the responder's clock", said(now.Add(time.Minute), revocation.KeyCompromise), revoked, ""},
		{"revoked within the skew of the present", past(now.Add(-time.Minute), revocation.KeyCompromise, now.Add(-2*time.Minute)), revoked, ""},
		{"revoked by an answer from before the moment", func(t testing.TB, c *trial) {
			past(now.Add(-30*time.Minute), revocation.KeyCompromise, now.Add(-time.Hour))(t, c)
			at(c).this, c.produced = generalized(now.Add(-2*time.Hour)), generalized(now.Add(-2*time.Hour))
		}, revoked, ""},
		{"revoked, the answer stale", func(t testing.TB, c *trial) { stale(c); said(now.Add(-20*day), revocation.Superseded)(t, c) }, revoked, ""},
		{"on hold, the answer stale", func(t testing.TB, c *trial) { stale(c); said(now.Add(-20*day), revocation.CertificateHold)(t, c) }, undetermined, ocsp.CauseExpired},
		{"revoked, responder ended since", func(t testing.TB, c *trial) {
			delegate(ca.Service{NotBefore: now.AddDate(0, -2, 0), NotAfter: now.Add(-day)})(t, c)
			stale(c)
			said(now.Add(-20*day), revocation.Superseded)(t, c)
		}, revoked, ""},
		{"revoked, said by nobody", func(t testing.TB, c *trial) {
			said(now.Add(-day), revocation.KeyCompromise)(t, c)
			c.signedBy(c.person)
		}, undetermined, ocsp.CauseNoOCSPSigning},
		{"unknown", func(_ testing.TB, c *trial) { at(c).status = statusUnknown }, undetermined, ocsp.CauseUnknown},
	})
}

func TestSeveralAnswers(t *testing.T) {
	add := func(change func(c *trial, a *answer)) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) {
			a := c.about(c.person.Certificate)
			change(c, &a)
			c.answers = append(c.answers, a)
		}
	}
	first := func(change func(testing.TB, *trial)) func(testing.TB, *trial) {
		return func(t testing.TB, c *trial) {
			change(t, c)
			c.answers[0], c.answers[1] = c.answers[1], c.answers[0]
		}
	}
	kill := func(_ *trial, a *answer) { a.status = statusRevoked(now.Add(-time.Hour), revocation.KeyCompromise) }
	hold := func(_ *trial, a *answer) { a.status = statusRevoked(now.Add(-time.Hour), revocation.CertificateHold) }
	lost := func(_ *trial, a *answer) { a.status = statusUnknown }
	stale := func(_ *trial, a *answer) {
		a.this, a.next = generalized(now.Add(-time.Hour)), generalized(now.Add(-30*time.Minute))
	}
	foreign := func(change func(*ocsp.CertID)) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) { change(&at(c).id) }
	}
	judgeAll(t, []verdict{
		{"good twice", add(func(*trial, *answer) {}), good, ""},
		{"good, then revoked", add(kill), revoked, ""},
		{"revoked, then good", first(add(kill)), revoked, ""},
		{"good, then on hold", add(hold), revoked, ""},
		{"good, then unknown", add(lost), undetermined, ocsp.CauseUnknown},
		{"unknown, then good", first(add(lost)), undetermined, ocsp.CauseUnknown},
		{"good, then stale", add(stale), undetermined, ocsp.CauseExpired},
		{"unknown, then revoked", func(t testing.TB, c *trial) { at(c).status = statusUnknown; add(kill)(t, c) }, revoked, ""},
		{"revoked, but of another", add(func(c *trial, a *answer) { kill(c, a); a.id.Serial = big.NewInt(77) }), good, ""},
		{"ours is not the first", first(add(func(_ *trial, a *answer) { a.id.Serial = big.NewInt(77) })), good, ""},

		{"another serial number", foreign(func(id *ocsp.CertID) { id.Serial = big.NewInt(77) }), undetermined, ocsp.CauseNoAnswer},
		{"another issuer's name", foreign(func(id *ocsp.CertID) { id.IssuerNameHash = certs.SHA256.Sum([]byte("x")) }), undetermined, ocsp.CauseNoAnswer},
		{"another issuer's key", foreign(func(id *ocsp.CertID) { id.IssuerKeyHash = certs.SHA256.Sum([]byte("x")) }), undetermined, ocsp.CauseNoAnswer},
		{"another digest named", foreign(func(id *ocsp.CertID) { id.HashAlgorithm.OID = certs.SHA384.OID }), undetermined, ocsp.CauseNoAnswer},
		{"digest unknown", foreign(func(id *ocsp.CertID) { id.HashAlgorithm.OID = oidNobody }), undetermined, ocsp.CauseNoAnswer},
		{"digest without NULL", foreign(func(id *ocsp.CertID) { id.HashAlgorithm.Parameters = nil }), good, ""},
		{"SHA-1 names", func(_ testing.TB, c *trial) {
			at(c).id = ocsp.NewCertID(c.person.Certificate, c.authority.Issuing(), certs.SHA1)
		}, good, ""},
		{"SHA-1 names, SHA-256 asked", func(_ testing.TB, c *trial) {
			at(c).id = ocsp.NewCertID(c.person.Certificate, c.authority.Issuing(), certs.SHA1)
			request := ocsp.NewRequest(c.q.Certificate, c.q.Issuer, certs.SHA256, nil)
			c.q.Request = &request
		}, undetermined, ocsp.CauseNoAnswer},
		{"nothing at all", func(_ testing.TB, c *trial) { c.answers = nil }, undetermined, ocsp.CauseNoAnswer},
	})
}

func TestNonces(t *testing.T) {
	ours := bytes.Repeat([]byte{7}, 32)
	exchange := func(p ocsp.NoncePolicy, sent, back []byte) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) {
			request := ocsp.NewRequest(c.q.Certificate, c.q.Issuer, certs.SHA256, sent)
			c.q.Request, c.p.Nonce = &request, p
			if back != nil {
				c.exts = []certs.Extension{nonce(back)}
			}
		}
	}
	raw := func(value []byte) func(testing.TB, *trial) {
		return func(t testing.TB, c *trial) {
			exchange(ocsp.NonceIfPresent, ours, nil)(t, c)
			c.exts = []certs.Extension{{ID: oidNonce, Value: value}}
		}
	}
	theirs := bytes.Repeat([]byte{8}, 32)
	judgeAll(t, []verdict{
		{"came back", exchange(ocsp.NonceIfPresent, ours, ours), good, ""},
		{"left out", exchange(ocsp.NonceIfPresent, ours, nil), good, ""},
		{"another", exchange(ocsp.NonceIfPresent, ours, theirs), undetermined, ocsp.CauseNonceMismatch},
		{"cut short", exchange(ocsp.NonceIfPresent, ours, ours[:31]), undetermined, ocsp.CauseNonceMismatch},
		{"not asked for", exchange(ocsp.NonceIfPresent, nil, theirs), good, ""},
		{"required and came back", exchange(ocsp.NonceRequired, ours, ours), good, ""},
		{"required and left out", exchange(ocsp.NonceRequired, ours, nil), undetermined, ocsp.CauseNonceMissing},
		{"required and another", exchange(ocsp.NonceRequired, ours, theirs), undetermined, ocsp.CauseNonceMismatch},
		{"required and not sent", exchange(ocsp.NonceRequired, nil, theirs), undetermined, ocsp.CauseNonceMissing},
		{"ignored", exchange(ocsp.NonceIgnored, ours, theirs), good, ""},
		{"one octet", exchange(ocsp.NonceIfPresent, ours[:1], ours[:1]), good, ""},
		{"128 octets", exchange(ocsp.NonceIfPresent, bytes.Repeat(ours, 4), bytes.Repeat(ours, 4)), good, ""},
		{"129 octets", exchange(ocsp.NonceIfPresent, ours, bytes.Repeat(ours, 5)[:129]), undetermined, ocsp.CauseNonceMalformed},
		{"empty", exchange(ocsp.NonceIfPresent, ours, []byte{}), undetermined, ocsp.CauseNonceMalformed},
		{"not wrapped", raw(ours), undetermined, ocsp.CauseNonceMalformed},
		{"wrapped in something else", raw(der.Text("nonce")), undetermined, ocsp.CauseNonceMalformed},
		{"followed by something", raw(append(der.Octets(ours), 5, 0)), undetermined, ocsp.CauseNonceMalformed},
		{"kept response", func(t testing.TB, c *trial) {
			exchange(ocsp.NonceRequired, ours, theirs)(t, c)
			c.q.Request = nil
		}, good, ""},
	})
}

func TestExtensions(t *testing.T) {
	nobody := certs.Extension{ID: oidNobody, Value: der.NullValue()}
	critical := certs.Extension{ID: oidNobody, Critical: true, Value: der.NullValue()}
	judgeAll(t, []verdict{
		{"unknown, of the response", func(_ testing.TB, c *trial) { c.exts = []certs.Extension{nobody} }, good, ""},
		{"unknown, of the answer", func(_ testing.TB, c *trial) { at(c).exts = []certs.Extension{nobody} }, good, ""},
		{"critical, of the response", func(_ testing.TB, c *trial) { c.exts = []certs.Extension{critical} }, undetermined, ocsp.CauseUnhandled},
		{"critical, of the answer", func(_ testing.TB, c *trial) { at(c).exts = []certs.Extension{critical} }, undetermined, ocsp.CauseUnhandled},
		{"critical, of another's answer", func(_ testing.TB, c *trial) {
			c.answers = append(c.answers, c.about(c.signer.Certificate))
			c.answers[1].exts = []certs.Extension{critical}
		}, good, ""},
		{"critical, of a revocation", func(_ testing.TB, c *trial) {
			at(c).exts = []certs.Extension{critical}
			at(c).status = statusRevoked(now.Add(-time.Hour), revocation.Superseded)
		}, undetermined, ocsp.CauseUnhandled},
		{"critical nonce", func(_ testing.TB, c *trial) {
			c.exts = []certs.Extension{{ID: oidNonce, Critical: true, Value: der.Octets([]byte{1})}}
		}, good, ""},
		{"critical archive cut-off", func(_ testing.TB, c *trial) {
			at(c).exts = []certs.Extension{{ID: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}, Critical: true, Value: generalized(now)}}
		}, good, ""},
	})
}

// TestAnswersTellTheirReason looks at the rest of an answer.
func TestAnswersTellTheirReason(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	r, q, p := w.honest(), w.question(), ocsp.Policy{}
	when := now.Add(-48 * time.Hour)
	r.answers[0].status = statusRevoked(when, revocation.AffiliationChanged)
	raw := r.encode(t)
	got := p.Judge(raw, q)
	digest := sha256.Sum256(raw)
	want := revocation.Evidence{
		Kind: "OCSP", Issuer: w.responder.Certificate.Subject.String(), SHA256: hex.EncodeToString(digest[:]),
		ThisUpdate: now.Add(-time.Minute), NextUpdate: now.Add(time.Hour),
	}
	if !got.RevokedAt.Equal(when) || got.Reason != revocation.AffiliationChanged || *got.Evidence != want {
		t.Errorf("%+v, evidence %+v, want %+v", got, got.Evidence, want)
	}
	q.At, q.Now = when.Add(-time.Second), now
	if got := p.Judge(raw, q); got.Status != good || !got.RevokedAt.Equal(when) || got.Reason != revocation.AffiliationChanged {
		t.Errorf("good then: %+v", got)
	}
	// The earlier of two revocations is the one to tell.
	r.answers = append(r.answers, w.about(w.person.Certificate))
	r.answers[1].status = statusRevoked(when.Add(-time.Hour), revocation.KeyCompromise)
	if got := p.Judge(r.encode(t), w.question()); !got.RevokedAt.Equal(when.Add(-time.Hour)) {
		t.Errorf("revoked at %v", got.RevokedAt)
	}
}

// On hold since the beginning of 1970 means that the certificate was never issued
// (RFC 6960 section 4.4.8); another time or another reason means what it says.
func TestNeverIssued(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	epoch := time.Unix(0, 0).UTC()
	for _, test := range []struct {
		at     time.Time
		reason revocation.Reason
		want   revocation.Reason
	}{
		{epoch, revocation.CertificateHold, revocation.NeverIssued},
		{epoch.Add(time.Second), revocation.CertificateHold, revocation.CertificateHold},
		{epoch.Add(-time.Second), revocation.CertificateHold, revocation.CertificateHold},
		{epoch, revocation.Superseded, revocation.Superseded},
		{epoch, revocation.Unspecified, revocation.Unspecified},
	} {
		r := w.honest()
		r.answers[0].status = statusRevoked(test.at, test.reason)
		if got := (&ocsp.Policy{}).Judge(r.encode(t), w.question()); got.Status != revoked || got.Reason != test.want || !got.RevokedAt.Equal(test.at) {
			t.Errorf("%v, %s: %v", test.at, test.reason, got)
		}
	}
}

// TestEveryFamily has each kind of key sign, and each signature spoiled.
func TestEveryFamily(t *testing.T) {
	for _, family := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(family.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, family)
			for _, signer := range []ca.Holder{w.responder, w.issuing} {
				r, p := w.honest(), ocsp.Policy{}
				r.signedBy(signer)
				if got := p.Judge(r.encode(t), w.question()); got.Status != good {
					t.Errorf("%s: %v", signer.Certificate.Subject, got)
				}
				r.answers[0].status = statusRevoked(now, revocation.KeyCompromise)
				if got := p.Judge(r.encode(t), w.question()); got.Status != revoked {
					t.Errorf("%s: %v", signer.Certificate.Subject, got)
				}
				r.spoil = func(tbs []byte) []byte { tbs[len(tbs)-3] ^= 1; return tbs }
				r.answers[0].status = statusGood
				if got := p.Judge(r.encode(t), w.question()); got.Cause != ocsp.CauseSignature && got.Cause != ocsp.CauseMalformed {
					t.Errorf("%s: spoiled, %v", signer.Certificate.Subject, got)
				}
			}
		})
	}
}
