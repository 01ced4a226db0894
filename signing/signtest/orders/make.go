package orders

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// Choose takes one of the orders by its number, and the rest by chance.
func Choose(number uint64, c *rand.Rand, all [][8]uint8) Scenario {
	const stride = 7919 // a prime that does not divide their number: neighbours differ
	o := all[(number*stride)%uint64(len(all))]
	or := func(slot uint8, oneIn int) When {
		if c.IntN(oneIn) == 0 {
			return Never
		}
		return When(slot)
	}
	after := func(w When) When {
		if w == Never || c.IntN(2) == 0 {
			return Never
		}
		return w + 1 + When(c.IntN(7))
	}
	reasons := []revocation.Reason{revocation.Superseded, revocation.KeyCompromise, revocation.CertificateHold, revocation.Unspecified}
	s := Scenario{
		Signed: or(o[0], 2), Stamped: or(o[1], 6), Revoked: or(o[2], 3), MakerRevoked: or(o[3], 3),
		Made: When(o[4]), Proved: or(o[5], 3), Expires: or(o[6], 2), Asked: When(o[7]),
		Reason: reasons[c.IntN(4)], MakerReason: reasons[c.IntN(4)],
		Maker: Maker(c.IntN(int(Makers))), Door: Door(c.IntN(int(Doors))),
		Wide: c.IntN(2) == 0, People: Never, Services: c.IntN(6) > 0, Strict: c.IntN(2) == 0,
	}
	s.Lifted, s.MakerLifted = after(s.Revoked), after(s.MakerRevoked)
	if s.Maker.Answers() == (s.Door == DoorOwn) || !s.Maker.Answers() && s.Door == DoorAsk {
		s.Door = DoorCarried
	}
	switch c.IntN(8) {
	case 0:
		s.Ahead = 1 + When(c.IntN(3))
	case 1:
		s.Ahead = -When(c.IntN(int(s.Asked) + 1))
	}
	if s.Door == DoorAsk {
		s.Services = true // somebody must tell of the authority, when it is asked about
	} else if c.IntN(2) == 0 {
		s.People = When(c.IntN(int(s.present()) + 1))
		if c.IntN(2) == 0 {
			s.People = s.Asked
		}
	}
	lie := SaidGood
	switch n := c.IntN(12); {
	case n == 0 && s.Maker.Answers():
		lie = SaidNeverIssued
		s.Lies = &lie
	case n < 5:
		s.Lies = &lie
	}
	return s
}

// Made is what a scenario tells of: a file, who judges it, and the question.
type Made struct {
	File     []byte
	Verifier *signing.Verifier
	Question signing.Question
}

// Make makes what a scenario tells of.
func (f *Forge) Make(s *Scenario) Made {
	key := PersonKey{s.Expires, s.Maker == ListedIndirectly}
	c := f.Signer(key).Certificate
	m := Made{
		Verifier: &signing.Verifier{Trust: f.Trust, Revocation: f.OwnLists(s, c), Now: s.Asked.Time, Policy: f.policy(s)},
		Question: signing.Question{At: s.Asked.Time()},
	}
	k := SignatureKey{key, s.Signed}
	d, err := cms.Edit(f.Signature(k))
	if err != nil {
		f.t.Fatal(err)
	}
	if s.Stamped != Never {
		d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDSignatureTimestamp, Values: [][]byte{f.Token(TokenKey{k, s.Stamped})}})
	}
	f.bring(s, c, d, &m)
	if s.Proved != Never {
		f.archive(d, s.Proved)
	}
	m.File = d.DER()
	return m
}

// Verify makes what a scenario tells of, and judges it.
func (f *Forge) Verify(s *Scenario) *signing.Verdict {
	f.t.Helper()
	m := f.Make(s)
	got, err := m.Verifier.VerifyCMS(context.Background(), m.File, m.Question)
	if err != nil {
		f.t.Fatal(err)
	}
	return got
}

// archive adds an archive timestamp of a time over everything.
func (f *Forge) archive(d *cms.Draft, at When) {
	index, err := d.HashIndex(0, certs.SHA256)
	if err != nil {
		f.t.Fatal(err)
	}
	parts, err := d.ArchiveInput(0, certs.SHA256.Sum(Statement), index)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := d.AddArchiveTimestamp(0, f.stamp(at, slices.Concat(parts...)), index); err != nil {
		f.t.Fatal(err)
	}
}

// stamp is a token over bytes.
func (f *Forge) stamp(at When, imprinted []byte) []byte {
	raw, err := f.Stamps.Stamp(tsp.Request{Imprint: tsp.NewImprint(certs.SHA256, imprinted), Certificates: true}, f.Stamps.Policies[0], at.Time())
	if err != nil {
		f.t.Fatal(err)
	}
	return raw
}

// bring brings the evidence through its door.
func (f *Forge) bring(s *Scenario, c *certs.Certificate, d *cms.Draft, m *Made) {
	if s.Door == DoorNone {
		return
	}
	var crls, answers [][]byte
	if raw := f.Evidence(s, c); s.Maker.Answers() {
		answers = [][]byte{raw}
	} else {
		crls = [][]byte{raw}
	}
	switch s.Door {
	case DoorCarried:
		d.AddCRLs(crls...)
		d.AddOCSPs(answers...)
	case DoorValues:
		var basic [][]byte
		for _, a := range answers {
			basic = append(basic, basicOf(f.t, a))
		}
		d.Signers[0].AddUnsigned(cms.Attribute{ID: cms.OIDRevocationValues, Values: [][]byte{values(crls, basic)}})
	case DoorSupplied:
		m.Question.Material = signing.Material{CRLs: crls, OCSPs: answers}
	case DoorOwn:
		m.Verifier.Revocation.Add(f.parse(crls[0]))
	case DoorAsk:
		lists := m.Verifier.Revocation
		m.Verifier.Ask = func(_ context.Context, cert, issuer *certs.Certificate, at time.Time) revocation.Answer {
			if cert.Serial.Cmp(c.Serial) != 0 {
				return revocation.Answer{Status: revocation.Undetermined, Cause: ocsp.CauseNoAddress}
			}
			p := ocsp.Policy{CheckResponder: lists.Status}
			return p.Judge(answers[0], ocsp.Question{Certificate: cert, Issuer: issuer, At: at, Now: s.Asked.Time()})
		}
	}
}

func (f *Forge) policy(s *Scenario) signing.Policy {
	p, err := signing.DefaultPolicy()
	if err != nil {
		f.t.Fatal(err)
	}
	if !s.Strict {
		p.RevokedBeforeTimestamp, p.LaterRevocationRefused = signing.Indeterminate, nil
	}
	return p
}

// by is the maker of the evidence.
func (f *Forge) by(m Maker) ca.Holder {
	return []ca.Holder{f.responder, f.Unchecked, f.Authority, f.Authority, f.listSigner, f.indirect}[m]
}

// evidence is a list or a response about the signer.
func (f *Forge) Evidence(s *Scenario, c *certs.Certificate) []byte {
	i := s.evidence()
	if s.Maker.Answers() {
		return f.Response(f.by(s.Maker), c, s.Made.Time(), answerOf(i))
	}
	p := Published{By: f.by(s.Maker), This: s.Made.Time(), Next: s.Made.Time().Add(Life), Point: PeoplePoint, Entries: entriesOf(c, i)}
	if s.Maker == ListedBySelf && s.Wide {
		p.Point = ""
	}
	if s.Maker == ListedIndirectly {
		p.Indirect = f.Authority.Certificate.Subject.Raw
	}
	return f.List(p)
}

func answerOf(i information) revocation.Answer {
	switch i.said {
	case SaidGood:
		return revocation.Answer{Status: revocation.Good}
	case SaidNeverIssued:
		return revocation.Answer{Status: revocation.Revoked, RevokedAt: time.Unix(0, 0), Reason: revocation.CertificateHold}
	}
	return revocation.Answer{Status: revocation.Revoked, RevokedAt: i.since.Time(), Reason: i.reason}
}

func entriesOf(c *certs.Certificate, i information) []Entry {
	if i.said == SaidGood {
		return nil
	}
	return []Entry{{c, i.since.Time(), i.reason}}
}

// OwnLists are the lists of the verifier: about signers as of some time, about
// the authority and its services as of the present, or of when they were fetched
// last.
func (f *Forge) OwnLists(s *Scenario, c *certs.Certificate) *revocation.Lists {
	lists := &revocation.Lists{}
	for _, l := range f.stamping(max(s.Asked, s.present())) {
		lists.Add(l)
	}
	if s.People != Never {
		p := Published{By: f.Authority, This: s.People.Time(), Next: Never.Time(), Point: PeoplePoint, Entries: entriesOf(c, s.truth(s.People))}
		if s.Maker == ListedIndirectly {
			// What the certificate names is the other's list; it has none of its own.
			p.By, p.Indirect = f.indirect, f.Authority.Certificate.Subject.Raw
		}
		lists.Add(f.parse(f.List(p)))
	}
	if !s.Services {
		return lists
	}
	var gone []Entry
	if at := s.makerRevokedAt(); at != Never {
		gone = []Entry{{f.by(s.Maker).Certificate, at.Time(), s.MakerReason}}
	}
	now, next := s.present().Time(), s.present().Time().Add(Life)
	services := Published{By: f.Authority, This: now, Next: next, Point: ServicesPoint}
	anchor := Published{By: f.anchor, This: now, Next: next}
	if s.MakerIsAuthority() {
		anchor.Entries = gone
	} else {
		services.Entries = gone
	}
	lists.Add(f.parse(f.List(services)))
	lists.Add(f.parse(f.List(anchor)))
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

// values encodes RevocationValues (RFC 5126 section 6.3.4).
func values(crls, ocsps [][]byte) []byte {
	var parts [][]byte
	for i, list := range [][][]byte{crls, ocsps} {
		if list != nil {
			parts = append(parts, der.Encode(der.ContextConstructed(byte(i)), der.Sequence(list...)))
		}
	}
	return der.Sequence(parts...)
}
