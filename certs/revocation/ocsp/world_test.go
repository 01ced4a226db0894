package ocsp_test

import (
	"bytes"
	"crypto/rand"
	"encoding/asn1"
	"encoding/pem"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

var now = time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)

var (
	oidBasic       = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidNonce       = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidNoCheck     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidOCSPSigning = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 9}
	oidAnyUsage    = asn1.ObjectIdentifier{2, 5, 29, 37, 0}
	oidClientAuth  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
	oidUsages      = asn1.ObjectIdentifier{2, 5, 29, 37}
	oidNobody      = asn1.ObjectIdentifier{1, 2, 398, 99, 1}
)

// world is an authority with a person and a responder.
type world struct {
	authority *ca.Authority
	issuing   ca.Holder // the issuing authority with its key
	person    ca.Holder
	responder ca.Holder
}

func newWorld(t testing.TB, family ca.Family) *world {
	a, err := ca.New(family, now, ca.Options{NotBefore: now.AddDate(-2, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{authority: a}
	w.person = w.issue(t, nil)
	w.responder = w.service(t, ca.Service{})
	stored, err := a.MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	w.issuing = lastHolder(t, stored)
	return w
}

// lastHolder takes the issuing authority out of a stored one: its certificate
// and key are the last two blocks.
func lastHolder(t testing.TB, stored []byte) ca.Holder {
	var blocks [][]byte
	for block, rest := pem.Decode(stored); block != nil; block, rest = pem.Decode(rest) {
		blocks = append(blocks, pem.EncodeToMemory(block))
	}
	h, err := ca.ParseHolderPEM(bytes.Join(blocks[len(blocks)-2:], nil))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (w *world) issue(t testing.TB, hook func(*ca.Template)) ca.Holder {
	h, err := w.authority.Issue(ca.Person{
		Surname: "А", GivenName: "Б", IIN: "900701300108",
		NotBefore: now.AddDate(0, -6, 0), NotAfter: now.AddDate(0, 6, 0), Template: hook,
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// service issues a responder's certificate, valid half a year to both sides
// unless told otherwise.
func (w *world) service(t testing.TB, s ca.Service) ca.Holder {
	s.Purpose = ca.StatusAnswers
	if s.NotBefore.IsZero() {
		s.NotBefore = now.AddDate(0, -6, 0)
	}
	h, err := w.authority.IssueService(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// reply is a response about to be signed, all of it open to change.
type reply struct {
	status    byte
	kind      asn1.ObjectIdentifier
	version   []byte // complete field
	named     []byte // complete ResponderID
	produced  []byte // complete time
	answers   []answer
	exts      []certs.Extension
	signer    ca.Holder
	algorithm *certs.AlgorithmIdentifier
	certs     []*certs.Certificate
	spoil     func(tbs []byte) []byte // after signing
}

type answer struct {
	id         ocsp.CertID
	status     []byte
	this, next []byte // complete times; no next when empty
	exts       []certs.Extension
}

var (
	statusGood    = der.Encode(der.Context(0))
	statusUnknown = der.Encode(der.Context(2))
)

func statusRevoked(at time.Time, reason revocation.Reason) []byte {
	return der.Encode(der.ContextConstructed(1), generalized(at),
		der.Encode(der.ContextConstructed(0), der.Encode(der.Enumerated, []byte{byte(reason)})))
}

func generalized(t time.Time) []byte {
	return der.Encode(der.GeneralizedTime, []byte(t.UTC().Format("20060102150405Z")))
}

func byName(c *certs.Certificate) []byte {
	return der.Encode(der.ContextConstructed(1), c.Subject.Raw)
}

func byKey(c *certs.Certificate) []byte {
	return der.Encode(der.ContextConstructed(2), der.Octets(certs.SHA1.Sum(c.KeyBits)))
}

// about is an answer "good" about the world's person, made a minute ago and
// good for an hour.
func (w *world) about(c *certs.Certificate) answer {
	return answer{
		id:     ocsp.NewCertID(c, w.authority.Issuing(), certs.SHA256),
		status: statusGood, this: generalized(now.Add(-time.Minute)), next: generalized(now.Add(time.Hour)),
	}
}

// honest is the reply that every case starts from.
func (w *world) honest() *reply {
	r := &reply{kind: oidBasic, produced: generalized(now.Add(-time.Minute)), answers: []answer{w.about(w.person.Certificate)}}
	r.signedBy(w.responder)
	return r
}

// signedBy makes a holder the one who signs, says so, and sends along his
// certificate.
func (r *reply) signedBy(h ca.Holder) {
	r.signer, r.named, r.certs = h, byName(h.Certificate), []*certs.Certificate{h.Certificate}
}

// question is about the world's person at the present.
func (w *world) question() ocsp.Question {
	return ocsp.Question{Certificate: w.person.Certificate, Issuer: w.authority.Issuing(), At: now}
}

func extensions(n byte, exts []certs.Extension) []byte {
	if len(exts) == 0 {
		return nil
	}
	return der.Encode(der.ContextConstructed(n), certs.EncodeExtensions(der.SequenceTag, exts))
}

func (a answer) encode() []byte {
	var next []byte
	if len(a.next) > 0 {
		next = der.Encode(der.ContextConstructed(0), a.next)
	}
	return der.Sequence(a.id.DER(), a.status, a.this, next, extensions(1, a.exts))
}

func (r *reply) encode(t testing.TB) []byte {
	singles := make([][]byte, len(r.answers))
	for i, a := range r.answers {
		singles[i] = a.encode()
	}
	tbs := der.Sequence(r.version, r.named, r.produced, der.Sequence(singles...), extensions(1, r.exts))
	alg, id, err := certs.SigningAlgorithm(r.signer.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	if r.algorithm != nil {
		id = *r.algorithm
		if alg, err = certs.ParseAlgorithm(id); err != nil {
			alg.Digest = certs.SHA256
		}
	}
	sig, err := r.signer.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	if r.spoil != nil {
		tbs = r.spoil(tbs)
	}
	var along []byte
	if len(r.certs) > 0 {
		list := make([][]byte, len(r.certs))
		for i, c := range r.certs {
			list[i] = c.Raw
		}
		along = der.Encode(der.ContextConstructed(0), der.Sequence(list...))
	}
	return wrap(r.status, r.kind, der.Sequence(tbs, id.DER(), der.Bits(sig), along))
}

func wrap(status byte, kind asn1.ObjectIdentifier, basic []byte) []byte {
	return der.Sequence(der.Encode(der.Enumerated, []byte{status}),
		der.Encode(der.ContextConstructed(0), der.Sequence(der.OID(kind), der.Octets(basic))))
}

func refusal(status byte) []byte { return der.Sequence(der.Encode(der.Enumerated, []byte{status})) }

func nonce(value []byte) certs.Extension {
	return certs.Extension{ID: oidNonce, Value: der.Octets(value)}
}
