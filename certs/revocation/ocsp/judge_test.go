package ocsp_test

import (
	"bytes"
	"encoding/asn1"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// trial is one response with the question that it is asked and the policy it
// is judged by. A case changes one of them.
type trial struct {
	*world
	*reply
	q ocsp.Question
	p ocsp.Policy
}

// verdict is what a case must come to. An empty cause with an undetermined
// status would say too little: every one is pinned.
type verdict struct {
	name   string
	change func(t testing.TB, c *trial)
	status revocation.Status
	cause  revocation.Cause
}

func judgeAll(t *testing.T, cases []verdict) {
	w := newWorld(t, ca.ECDSA)
	for _, v := range cases {
		t.Run(v.name, func(t *testing.T) {
			c := &trial{world: w, reply: w.honest(), q: w.question()}
			v.change(t, c)
			got := c.p.Judge(c.encode(t), c.q)
			if got.Status != v.status || got.Cause != v.cause {
				t.Errorf("%s %s, want %s %s", got.Status, got.Cause, v.status, v.cause)
			}
			if got.Evidence == nil || got.Evidence.Kind != "OCSP" {
				t.Errorf("evidence %+v", got.Evidence)
			}
		})
	}
}

const (
	good         = revocation.Good
	revoked      = revocation.Revoked
	undetermined = revocation.Undetermined
)

// delegate makes a responder with a changed certificate sign.
func delegate(s ca.Service) func(testing.TB, *trial) {
	return func(t testing.TB, c *trial) { c.signedBy(c.service(t, s)) }
}

func usages(critical bool, list ...asn1.ObjectIdentifier) func(*ca.Template) {
	return func(t *ca.Template) { t.Set(ca.ExtKeyUsage(critical, list...)) }
}

func without(id asn1.ObjectIdentifier) func(*ca.Template) {
	return func(t *ca.Template) { t.Remove(id) }
}

func with(e certs.Extension) func(*ca.Template) { return func(t *ca.Template) { t.Set(e) } }

// The responder's certificate came elsewhere, after those of others with its name:
// of so many one is found, and what is beyond costs nothing.
func TestResponderAmongMany(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	r := w.honest()
	r.certs = nil
	raw := r.encode(t)
	stranger := w.issue(t, func(x *ca.Template) { x.Subject = w.responder.Certificate.Subject.Raw })
	for _, test := range []struct {
		before int
		cause  revocation.Cause
	}{{0, ""}, {15, ""}, {16, ocsp.CauseSignature}} {
		q := w.question()
		for range test.before {
			c := w.issue(t, func(x *ca.Template) { x.Subject = w.responder.Certificate.Subject.Raw }).Certificate
			q.Extra = append(q.Extra, w.person.Certificate, c, c)
		}
		q.Extra = append(q.Extra, w.responder.Certificate)
		if a := (&ocsp.Policy{}).Judge(raw, q); a.Cause != test.cause || (a.Status == good) != (test.cause == "") {
			t.Errorf("after %d: %v", test.before, a)
		}
	}
	// One that came along is no more believed than one that the response brings.
	r.signedBy(stranger)
	r.certs = nil
	q := w.question()
	q.Extra = []*certs.Certificate{stranger.Certificate}
	if a := (&ocsp.Policy{}).Judge(r.encode(t), q); a.Status != undetermined || a.Cause != ocsp.CauseNoOCSPSigning {
		t.Errorf("a stranger: %v", a)
	}
}

func TestWhoMayAnswer(t *testing.T) {
	other := newWorld(t, ca.ECDSA) // the same names, other keys
	checked := func(s revocation.Status) func(testing.TB, *trial) {
		return func(t testing.TB, c *trial) {
			c.signedBy(c.service(t, ca.Service{Template: without(oidNoCheck)}))
			c.p.CheckResponder = func(responder, issuer *certs.Certificate, at time.Time) revocation.Answer {
				if responder != c.signer.Certificate && !bytes.Equal(responder.Raw, c.signer.Certificate.Raw) || issuer != c.q.Issuer || !at.Equal(now) {
					t.Errorf("asked about %v of %v at %v", responder.Subject, issuer.Subject, at)
				}
				return revocation.Answer{Status: s}
			}
		}
	}
	configured := func(responder ca.Holder, issuer *certs.Certificate) func(testing.TB, *trial) {
		return func(t testing.TB, c *trial) {
			c.signedBy(responder)
			c.p.Responders = []ocsp.TrustedResponder{{Certificate: responder.Certificate, Issuer: issuer}}
			if issuer == nil {
				c.p.Responders[0].Issuer = c.authority.Issuing()
			}
		}
	}
	judgeAll(t, []verdict{
		{"delegated", func(testing.TB, *trial) {}, good, ""},
		{"delegated, named by key", func(_ testing.TB, c *trial) { c.named = byKey(c.signer.Certificate) }, good, ""},
		{"delegated, usage critical", delegate(ca.Service{Template: usages(true, oidOCSPSigning)}), good, ""},
		{"delegated, no-check value empty", delegate(ca.Service{Template: with(certs.Extension{ID: oidNoCheck})}), good, ""},
		{"delegated, no-check critical", delegate(ca.Service{Template: with(certs.Extension{ID: oidNoCheck, Critical: true, Value: der.NullValue()})}), good, ""},
		{"delegated, an odd certificate before it", func(_ testing.TB, c *trial) {
			odd := bytes.Replace(c.signer.Certificate.Raw, []byte{0x55, 0x1d, 0x0f}, []byte{0x55, 0x1d, 0x13}, 1) // key usage as basic constraints
			if _, err := certs.Parse(odd); err == nil {
				t.Fatal("it can be read")
			}
			c.certs = append([]*certs.Certificate{{Raw: odd}, {Raw: der.Encode(der.ContextConstructed(1))}}, c.certs...)
		}, good, ""},
		{"delegated, an odd certificate alone", func(_ testing.TB, c *trial) {
			c.certs = []*certs.Certificate{{Raw: der.Sequence()}}
		}, undetermined, ocsp.CauseNoResponder},
		{"delegated, found good", checked(good), good, ""},
		{"delegated, found revoked", checked(revoked), undetermined, ocsp.CauseResponderRevoked},
		{"delegated, nothing found", checked(undetermined), undetermined, ocsp.CauseResponderUnchecked},
		{"delegated, nobody to look", delegate(ca.Service{Template: without(oidNoCheck)}), undetermined, ocsp.CauseResponderUnchecked},
		{"delegated, issuer's name in small letters", func(t testing.TB, c *trial) {
			c.signedBy(c.service(t, ca.Service{Template: func(t *ca.Template) {
				t.Issuer = bytes.Replace(t.Issuer, []byte("TAMGA DEMO"), []byte("Tamga Demo"), 1)
			}}))
		}, good, ""},
		{"other certificates came along", func(_ testing.TB, c *trial) {
			c.certs = []*certs.Certificate{other.person.Certificate, c.authority.Root(), c.signer.Certificate}
		}, good, ""},
		{"the issuer itself", func(_ testing.TB, c *trial) { c.signedBy(c.issuing); c.certs = nil }, good, ""},
		{"the issuer itself, by key", func(_ testing.TB, c *trial) {
			c.signedBy(c.issuing)
			c.named, c.certs = byKey(c.issuing.Certificate), nil
		}, good, ""},
		{"the issuer itself, its certificate along", func(_ testing.TB, c *trial) { c.signedBy(c.issuing) }, good, ""},
		{"configured", configured(other.responder, nil), good, ""},
		{"configured without the usage", configured(other.person, nil), good, ""},
		{"configured, certificate not sent", func(t testing.TB, c *trial) {
			configured(other.responder, nil)(t, c)
			c.certs = nil
		}, good, ""},
		{"configured for another issuer", configured(other.responder, other.authority.Issuing()), undetermined, ocsp.CauseNotDelegated},

		// The traps: a leaf about itself, and about a colleague.
		{"leaf about itself", func(_ testing.TB, c *trial) { c.signedBy(c.person) }, undetermined, ocsp.CauseNoOCSPSigning},
		{"leaf about a colleague", func(t testing.TB, c *trial) { c.signedBy(c.issue(t, nil)) }, undetermined, ocsp.CauseNoOCSPSigning},
		{"responder about itself", func(_ testing.TB, c *trial) {
			c.q.Certificate = c.signer.Certificate
			c.answers = []answer{c.about(c.signer.Certificate)}
		}, undetermined, ocsp.CauseAboutItself},
		{"any usage instead", delegate(ca.Service{Template: usages(false, oidAnyUsage)}), undetermined, ocsp.CauseNoOCSPSigning},
		{"another usage instead", delegate(ca.Service{Template: usages(false, oidClientAuth)}), undetermined, ocsp.CauseNoOCSPSigning},
		{"no usage at all", delegate(ca.Service{Template: without(oidUsages)}), undetermined, ocsp.CauseNoOCSPSigning},
		{"key usage of an encipherer", delegate(ca.Service{Template: with(ca.KeyUsage(certs.KeyEncipherment))}), undetermined, ocsp.CauseResponderKeyUsage},
		{"unknown critical extension in its certificate", delegate(ca.Service{
			Template: with(certs.Extension{ID: oidNobody, Critical: true, Value: der.NullValue()}),
		}), undetermined, ocsp.CauseResponderExtension},
		{"responder of an authority of the same name", func(_ testing.TB, c *trial) { c.signedBy(other.responder) }, undetermined, ocsp.CauseNotDelegated},
		{"authority of the same name itself", func(_ testing.TB, c *trial) { c.signedBy(other.issuing) }, undetermined, ocsp.CauseNotDelegated},
		{"delegated by a leaf", delegateBy(func(c *trial) ca.Holder { return c.person }), undetermined, ocsp.CauseNotDelegated},
		{"delegated by a responder", delegateBy(func(c *trial) ca.Holder { return c.responder }), undetermined, ocsp.CauseNotDelegated},
		{"self-signed under the issuer's name", func(t testing.TB, c *trial) {
			c.signedBy(c.service(t, ca.Service{IssuedBy: &ca.Holder{Certificate: c.authority.Issuing(), Key: other.person.Key}}))
		}, undetermined, ocsp.CauseNotDelegated},
		{"another name in the issuer field", func(t testing.TB, c *trial) {
			c.signedBy(c.service(t, ca.Service{Template: func(t *ca.Template) { t.Issuer = c.authority.Root().Subject.Raw }}))
		}, undetermined, ocsp.CauseNotDelegated},

		{"names another", func(_ testing.TB, c *trial) { c.named = byName(c.person.Certificate) }, undetermined, ocsp.CauseResponderID},
		{"names the issuer", func(_ testing.TB, c *trial) { c.named = byName(c.authority.Issuing()) }, undetermined, ocsp.CauseSignature},
		{"names another key", func(_ testing.TB, c *trial) { c.named = byKey(c.person.Certificate) }, undetermined, ocsp.CauseResponderID},
		{"certificate not sent", func(_ testing.TB, c *trial) { c.certs = nil }, undetermined, ocsp.CauseNoResponder},
		{"wrong certificate sent", func(_ testing.TB, c *trial) { c.certs = []*certs.Certificate{c.person.Certificate} }, undetermined, ocsp.CauseNoResponder},
		{"another key signed", func(_ testing.TB, c *trial) { c.signer.Key = c.person.Key }, undetermined, ocsp.CauseSignature},
		{"changed after signing", func(_ testing.TB, c *trial) {
			c.spoil = func(tbs []byte) []byte {
				return bytes.Replace(tbs, c.answers[0].next, generalized(now.Add(9*time.Hour)), 1)
			}
		}, undetermined, ocsp.CauseSignature},
		{"algorithm unknown", func(_ testing.TB, c *trial) {
			c.algorithm = &certs.AlgorithmIdentifier{OID: oidNobody}
		}, undetermined, ocsp.CauseAlgorithm},
		{"algorithm of another kind of key", func(_ testing.TB, c *trial) {
			c.algorithm = &certs.AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}}
		}, undetermined, ocsp.CauseAlgorithm},
		{"SHA-1", func(_ testing.TB, c *trial) {
			c.algorithm = &certs.AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}}
		}, undetermined, ocsp.CauseWeakAlgorithm},
		{"SHA-1 allowed", func(_ testing.TB, c *trial) {
			c.algorithm = &certs.AlgorithmIdentifier{OID: asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}}
			c.p.AllowSHA1 = true
		}, good, ""},
	})
}

// delegateBy makes someone who is no authority certify the responder.
func delegateBy(who func(*trial) ca.Holder) func(testing.TB, *trial) {
	return func(t testing.TB, c *trial) {
		h := who(c)
		c.signedBy(c.service(t, ca.Service{IssuedBy: &h}))
		c.certs = append(c.certs, h.Certificate)
	}
}

func at(c *trial) *answer { return &c.answers[0] }

// stamp sets all times of the answer to one, without nextUpdate.
func (c *trial) stamp(t time.Time) {
	c.produced, at(c).this, at(c).next = generalized(t), generalized(t), nil
}

func TestTimes(t *testing.T) {
	const skew = ocsp.DefaultSkew
	year := newWorld(t, ca.ECDSA).person.Certificate // for its validity period only
	next := func(d time.Duration) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) {
			c.stamp(now.Add(-time.Hour))
			at(c).next = generalized(now.Add(d))
		}
	}
	this := func(d time.Duration) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) { at(c).this = generalized(now.Add(d)) }
	}
	produced := func(d time.Duration) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) { c.produced = generalized(now.Add(d)) }
	}
	stamped := func(d time.Duration) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) { c.stamp(now.Add(d)) }
	}
	// asked is a question about the past, answered at the present.
	asked := func(when, made time.Time) func(testing.TB, *trial) {
		return func(_ testing.TB, c *trial) {
			c.stamp(made)
			c.q.At, c.q.Now = when, made.Add(time.Second)
		}
	}
	lives := func(from, to time.Time) func(testing.TB, *trial) {
		return delegate(ca.Service{NotBefore: from, NotAfter: to})
	}
	judgeAll(t, []verdict{
		{"last moment before nextUpdate", next(-skew + time.Second), good, ""},
		{"nextUpdate reached", next(-skew), undetermined, ocsp.CauseExpired},
		{"nextUpdate long past", func(_ testing.TB, c *trial) {
			c.stamp(now.Add(-1001 * time.Hour))
			at(c).next = generalized(now.Add(-1000 * time.Hour))
		}, undetermined, ocsp.CauseExpired},
		{"nextUpdate is thisUpdate", func(_ testing.TB, c *trial) { at(c).next = at(c).this }, good, ""},
		{"nextUpdate before thisUpdate", func(_ testing.TB, c *trial) {
			at(c).next = generalized(now.Add(-time.Minute - time.Second))
		}, undetermined, ocsp.CauseContradictory},
		{"thisUpdate as far ahead as clocks may be", stamped(skew), good, ""},
		{"thisUpdate in the future", func(t testing.TB, c *trial) {
			this(skew+time.Second)(t, c)
			produced(skew)(t, c)
		}, undetermined, ocsp.CauseFuture},
		{"produced in the future", stamped(skew + time.Second), undetermined, ocsp.CauseProducedAt},
		{"produced before thisUpdate, within skew", produced(-time.Minute - skew), good, ""},
		{"produced before thisUpdate", produced(-time.Minute - skew - time.Second), undetermined, ocsp.CauseProducedAt},
		{"produced long after thisUpdate", func(t testing.TB, c *trial) { this(-24*time.Hour)(t, c) }, good, ""},
		{"no skew allowed", func(t testing.TB, c *trial) { stamped(time.Second)(t, c); c.p.Skew = -1 }, undetermined, ocsp.CauseProducedAt},
		{"no skew needed", func(t testing.TB, c *trial) { stamped(0)(t, c); c.p.Skew = -1 }, good, ""},

		{"no nextUpdate, fresh", stamped(-time.Minute), good, ""},
		{"no nextUpdate, last moment", stamped(-ocsp.DefaultMaxAge - skew + time.Second), good, ""},
		{"no nextUpdate, too old", stamped(-ocsp.DefaultMaxAge - skew), undetermined, ocsp.CauseTooOld},
		{"no nextUpdate, longer age allowed", func(t testing.TB, c *trial) {
			stamped(-24*time.Hour)(t, c)
			c.p.MaxAge = 25 * time.Hour
		}, good, ""},
		{"nextUpdate, but life limited", func(t testing.TB, c *trial) {
			this(-time.Hour-skew)(t, c)
			c.p.MaxLife = time.Hour
		}, undetermined, ocsp.CauseTooOld},
		{"nextUpdate, life not reached", func(t testing.TB, c *trial) {
			this(-time.Hour-skew+time.Second)(t, c)
			c.p.MaxLife = time.Hour
		}, good, ""},

		{"responder begins when it signs", lives(now.Add(-time.Minute), now.AddDate(1, 0, 0)), good, ""},
		{"responder begins a second later", lives(now.Add(-time.Minute+time.Second), now.AddDate(1, 0, 0)), undetermined, ocsp.CauseResponderNotYet},
		{"responder ends now", lives(now.AddDate(0, -1, 0), now), good, ""},
		{"responder ended a second ago", lives(now.AddDate(0, -1, 0), now.Add(-time.Second)), undetermined, ocsp.CauseResponderExpired},
		{"responder ended before it signed", lives(now.AddDate(0, -1, 0), now.Add(-8000*time.Second)), undetermined, ocsp.CauseResponderExpired},
		{"responder ended before the response was received", func(t testing.TB, c *trial) {
			lives(now.AddDate(0, -1, 0), now.Add(-time.Second))(t, c)
			request := ocsp.NewRequest(c.q.Certificate, c.q.Issuer, certs.SHA256, nil)
			c.q.At, c.q.Now, c.q.Request = now.Add(-time.Hour), now, &request
		}, undetermined, ocsp.CauseResponderExpired},
		{"kept, responder ended since", func(t testing.TB, c *trial) {
			lives(now.AddDate(0, -1, 0), now.Add(-time.Second))(t, c)
			c.q.At, c.q.Now = now.Add(-time.Hour), now
		}, good, ""},

		{"proved after the responder's end", retired(time.Time{}), undetermined, ocsp.CauseResponderExpired},
		{"its key destroyed in time", retired(now.Add(-time.Second)), good, ""},
		{"its key destroyed as it signed", retired(now.Add(-time.Minute)), good, ""},
		{"its key destroyed before it signed", retired(now.Add(-time.Minute - time.Second)), undetermined, ocsp.CauseResponderExpired},
		{"its key destroyed after its end", retired(now), undetermined, ocsp.CauseResponderExpired},
		{"its key destroyed, and the response received", func(t testing.TB, c *trial) {
			retired(now.Add(-time.Second))(t, c)
			request := ocsp.NewRequest(c.q.Certificate, c.q.Issuer, certs.SHA256, nil)
			c.q.Request, c.q.Proved = &request, time.Time{}
		}, undetermined, ocsp.CauseResponderExpired},

		{"about the past", asked(now.AddDate(0, -1, 0), now), good, ""},
		{"answer made after the certificate ended", func(t testing.TB, c *trial) {
			delegate(ca.Service{NotAfter: now.AddDate(1, 0, 0)})(t, c)
			asked(now, year.NotAfter.Add(time.Second))(t, c)
		}, undetermined, ocsp.CauseAfterExpiry},
		{"answer made as the certificate ended", func(t testing.TB, c *trial) {
			delegate(ca.Service{NotAfter: now.AddDate(1, 0, 0)})(t, c)
			asked(now, year.NotAfter)(t, c)
		}, good, ""},
		{"answer from before the certificate", func(t testing.TB, c *trial) {
			c.p.MaxAge = 1000 * time.Hour
			delegate(ca.Service{NotBefore: year.NotBefore.AddDate(0, -1, 0)})(t, c)
			c.stamp(year.NotBefore.Add(-skew - time.Second))
			c.q.At = year.NotBefore
		}, undetermined, ocsp.CauseBeforeCertificate},
		{"answer as old as the certificate", func(t testing.TB, c *trial) {
			c.stamp(year.NotBefore)
			c.q.At = year.NotBefore
		}, good, ""},
	})
}

// retired is a response of a responder that ended a second ago, proved to exist an hour
// later, whose key is declared to have been destroyed at a time.
func retired(destroyed time.Time) func(testing.TB, *trial) {
	return func(t testing.TB, c *trial) {
		delegate(ca.Service{NotBefore: now.AddDate(0, -1, 0), NotAfter: now.Add(-time.Second)})(t, c)
		c.q.At, c.q.Now, c.q.Proved = now.Add(-2*time.Hour), now.Add(time.Hour), now.Add(time.Hour)
		c.p.Ended = func(signer, issuer *certs.Certificate) time.Time {
			if signer.Fingerprint() != c.signer.Certificate.Fingerprint() || issuer != c.q.Issuer {
				t.Errorf("asked about %s", signer.Subject)
			}
			return destroyed
		}
	}
}
