package signing_test

import (
	"context"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/oracletest"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// TestOracleTimes forges every order of signing, stamping, revoking, making
// evidence, proving it, expiring and asking, and holds our verdict against the
// reference in oracle_reference_test.go. The orders come one after another from
// a place that the seed chooses; who does what is chance.
func TestOracleTimes(t *testing.T) {
	all := orders()
	forges := map[ca.Family]*forge{}
	decided, seen := map[rule]int{}, map[string]int{}
	for c := range oracletest.Cases(t, oracletest.Times) {
		s := chooseScenario(c, all)
		family := ca.ECDSA
		if c.Number%1000 == 999 {
			family = ca.RSA
		}
		f := forges[family]
		if f == nil {
			f = newForge(t, family)
			forges[family] = f
		}
		want := s.judge()
		for r := range want.rules {
			decided[r]++
		}
		seen[want.indication]++
		got := f.verify(&s)
		best := got.Signers[0].BestSignatureTime
		if string(got.Indication) != want.indication || !best.Equal(want.best.time()) {
			t.Errorf("%s\n%s\n\twant %v\n\tgot %s, best signature time %v", c, &s, want, explain(got), best)
		}
	}
	t.Logf("%d orders; conclusions %v; stricter than the standard: %v", len(all), seen, decided)
}

// chooseScenario takes one of the orders, and the rest by chance.
func chooseScenario(c oracletest.Case, all [][8]uint8) scenario {
	const stride = 7919 // a prime that does not divide their number: neighbours differ
	o := all[(c.Number*stride)%uint64(len(all))]
	or := func(slot uint8, oneIn int) when {
		if c.IntN(oneIn) == 0 {
			return never
		}
		return when(slot)
	}
	after := func(w when) when {
		if w == never || c.IntN(2) == 0 {
			return never
		}
		return w + 1 + when(c.IntN(7))
	}
	reasons := []revocation.Reason{revocation.Superseded, revocation.KeyCompromise, revocation.CertificateHold, revocation.Unspecified}
	s := scenario{
		signed: or(o[0], 2), stamped: or(o[1], 6), revoked: or(o[2], 3), makerRevoked: or(o[3], 3),
		made: when(o[4]), proved: or(o[5], 3), expires: or(o[6], 2), asked: when(o[7]),
		reason: reasons[c.IntN(4)], makerReason: reasons[c.IntN(4)],
		maker: maker(c.IntN(int(makers))), door: door(c.IntN(int(doors))),
		wide: c.IntN(2) == 0, people: never, services: c.IntN(6) > 0, strict: c.IntN(2) == 0,
	}
	s.lifted, s.makerLifted = after(s.revoked), after(s.makerRevoked)
	if s.maker.answers() == (s.door == doorOwn) || !s.maker.answers() && s.door == doorAsk {
		s.door = doorCarried
	}
	if c.IntN(8) == 0 {
		s.ahead = 1 + when(c.IntN(3))
	}
	if s.door == doorAsk {
		s.services = true // somebody must tell of the authority, when it is asked about
	} else if c.IntN(2) == 0 {
		s.people = when(c.IntN(int(s.present()) + 1))
		if c.IntN(2) == 0 {
			s.people = s.asked
		}
	}
	lie := saidGood
	switch n := c.IntN(12); {
	case n == 0 && s.maker.answers():
		lie = saidNeverIssued
		s.lies = &lie
	case n < 5:
		s.lies = &lie
	}
	return s
}

// verify makes what a scenario tells of, and judges it.
func (f *forge) verify(s *scenario) *signing.Verdict {
	key := personKey{s.expires, s.maker == listedIndirectly}
	c := f.signer(key).Certificate
	v := &signing.Verifier{Trust: f.trust, Revocation: f.ownLists(s, c), Now: s.asked.time, Policy: f.policy(s)}
	q := signing.Question{At: s.asked.time()}
	k := signatureKey{key, s.signed}
	d, err := cms.Edit(f.signature(k))
	if err != nil {
		f.t.Fatal(err)
	}
	if s.stamped != never {
		d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: [][]byte{f.token(tokenKey{k, s.stamped})}})
	}
	f.bring(s, c, d, v, &q)
	if s.proved != never {
		addArchive(f.t, d, func(m tsp.Imprint) ([]byte, error) {
			return f.stamps.Stamp(tsp.Request{Imprint: m, Certificates: true}, f.stamps.Policies[0], s.proved.time())
		}, forgedStatement)
	}
	got, err := v.VerifyCMS(context.Background(), d.DER(), q)
	if err != nil {
		f.t.Fatal(err)
	}
	return got
}

// bring brings the evidence through its door.
func (f *forge) bring(s *scenario, c *certs.Certificate, d *cms.Draft, v *signing.Verifier, q *signing.Question) {
	if s.door == doorNone {
		return
	}
	var crls, answers [][]byte
	if raw := f.evidence(s, c); s.maker.answers() {
		answers = [][]byte{raw}
	} else {
		crls = [][]byte{raw}
	}
	switch s.door {
	case doorCarried:
		d.AddCRLs(crls...)
		d.AddOCSPs(answers...)
	case doorValues:
		var basic [][]byte
		for _, a := range answers {
			basic = append(basic, basicOf(f.t, a))
		}
		d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDRevocationValues, Values: [][]byte{values(crls, basic)}})
	case doorSupplied:
		q.Material = signing.Material{CRLs: crls, OCSPs: answers}
	case doorOwn:
		v.Revocation.Add(parsedList(f.t, crls[0]))
	case doorAsk:
		v.Ask = func(_ context.Context, cert, issuer *certs.Certificate, at time.Time) revocation.Answer {
			if cert.Serial.Cmp(c.Serial) != 0 {
				return revocation.Answer{Status: revocation.Undetermined, Cause: ocsp.CauseNoAddress}
			}
			p := ocsp.Policy{CheckResponder: v.Revocation.Status}
			return p.Judge(answers[0], ocsp.Question{Certificate: cert, Issuer: issuer, At: at, Now: s.asked.time()})
		}
	}
}

func (f *forge) policy(s *scenario) signing.Policy {
	p, err := signing.DefaultPolicy()
	if err != nil {
		f.t.Fatal(err)
	}
	if !s.strict {
		p.RevokedBeforeTimestamp, p.LaterRevocationRefused = signing.Indeterminate, nil
	}
	return p
}

// by is the maker of the evidence.
func (f *forge) by(m maker) ca.Holder {
	return []ca.Holder{f.responder, f.unchecked, f.authority, f.authority, f.listSigner, f.indirect}[m]
}

// evidence is a list or a response about the signer.
func (f *forge) evidence(s *scenario, c *certs.Certificate) []byte {
	i := s.evidence()
	if s.maker.answers() {
		return f.response(f.by(s.maker), c, s.made.time(), answerOf(i))
	}
	p := published{by: f.by(s.maker), this: s.made.time(), next: s.made.time().Add(slotLife), point: peoplePoint, entries: entriesOf(c, i)}
	if s.maker == listedBySelf && s.wide {
		p.point = ""
	}
	if s.maker == listedIndirectly {
		p.indirect = f.authority.Certificate.Subject.Raw
	}
	return f.list(p)
}

func answerOf(i information) revocation.Answer {
	switch i.said {
	case saidGood:
		return revocation.Answer{Status: revocation.Good}
	case saidNeverIssued:
		return revocation.Answer{Status: revocation.Revoked, RevokedAt: time.Unix(0, 0), Reason: revocation.CertificateHold}
	}
	return revocation.Answer{Status: revocation.Revoked, RevokedAt: i.since.time(), Reason: i.reason}
}

func entriesOf(c *certs.Certificate, i information) []entry {
	if i.said == saidGood {
		return nil
	}
	return []entry{{c, i.since.time(), i.reason}}
}

// ownLists are the lists of the verifier: about signers as of some time, about
// the authority and its services as of the present.
func (f *forge) ownLists(s *scenario, c *certs.Certificate) *revocation.Lists {
	lists := &revocation.Lists{}
	for _, l := range f.stampLists {
		lists.Add(l)
	}
	if s.people != never {
		p := published{by: f.authority, this: s.people.time(), next: never.time(), point: peoplePoint, entries: entriesOf(c, s.truth(s.people))}
		if s.maker == listedIndirectly {
			// What the certificate names is the other's list; it has none of its own.
			p.by, p.indirect = f.indirect, f.authority.Certificate.Subject.Raw
		}
		lists.Add(parsedList(f.t, f.list(p)))
	}
	if !s.services {
		return lists
	}
	var gone []entry
	if at := s.makerRevokedAt(); at != never {
		gone = []entry{{f.by(s.maker).Certificate, at.time(), s.makerReason}}
	}
	now, next := s.present().time(), s.present().time().Add(slotLife)
	services := published{by: f.authority, this: now, next: next, point: servicesPoint}
	anchor := published{by: f.anchor, this: now, next: next}
	if s.makerIsAuthority() {
		anchor.entries = gone
	} else {
		services.entries = gone
	}
	lists.Add(parsedList(f.t, f.list(services)))
	lists.Add(parsedList(f.t, f.list(anchor)))
	return lists
}

// basicOf takes the BasicOCSPResponse out of a response.
func basicOf(t testing.TB, raw []byte) []byte {
	t.Helper()
	r, err := der.Inside(raw, der.SequenceTag)
	for _, tag := range []der.Tag{der.ContextConstructed(0), der.SequenceTag} {
		for err == nil {
			var e der.Element
			if e, err = r.Next(); err == nil && e.Tag == tag {
				r = der.NewReader(e.Body)
				break
			}
		}
	}
	if err == nil {
		_, err = r.ReadOID()
	}
	e, last := r.Expect(der.OctetString)
	if err != nil || last != nil {
		t.Fatal(err, last)
	}
	return e.Body
}
