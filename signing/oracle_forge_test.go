package signing_test

import (
	"crypto/rand"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/cms"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
)

// forge makes signatures, timestamps, lists and responses of any time, with
// keys that are made once.
type forge struct {
	t                 testing.TB
	anchor, authority ca.Holder
	// Who may speak about the authority's certificates besides itself.
	responder, unchecked ca.Holder // the latter with id-pkix-ocsp-nocheck
	listSigner, indirect ca.Holder // of the authority's name, and of another
	trust                *certs.Pool
	stamps               *tsa.Authority // below an anchor of its own
	stampLists           []*revocation.CRL
	person               ca.Holder
	people               map[personKey]ca.Holder
	signatures           map[signatureKey][]byte
	tokens               map[tokenKey][]byte
}

type personKey struct {
	ends     when
	indirect bool
}

type signatureKey struct {
	personKey
	signed when
}

type tokenKey struct {
	signatureKey
	stamped when
}

const (
	peoplePoint   = "http://demo.invalid/people"
	servicesPoint = "http://demo.invalid/services"
)

var forgedStatement = []byte("өтініш")

func newForge(t testing.TB, family ca.Family) *forge {
	f := &forge{t: t, trust: &certs.Pool{}, people: map[personKey]ca.Holder{}, signatures: map[signatureKey][]byte{}, tokens: map[tokenKey][]byte{}}
	house, err := ca.New(family, day(0), ca.Options{NotBefore: day(-400)})
	if err != nil {
		t.Fatal(err)
	}
	office := func(name string, by *ca.Holder, change func(*ca.Template)) ca.Holder {
		h, err := house.Issue(ca.Person{Surname: name, NotBefore: day(-300), NotAfter: day(3000), IssuedBy: by, Template: change})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	authority := func(x *ca.Template) {
		x.Set(ca.BasicConstraints(true, -1))
		x.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
	}
	f.anchor = office("ТҮБІР", nil, authority)
	f.authority = office("ОРТАЛЫҚ", &f.anchor, authority)
	service := func(noCheck bool) ca.Holder {
		h, err := house.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: day(-300), NotAfter: day(3000), IssuedBy: &f.authority,
			Template: func(x *ca.Template) {
				x.Set(pointAt(servicesPoint, nil))
				if !noCheck {
					x.Remove([]int{1, 3, 6, 1, 5, 5, 7, 48, 1, 5})
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	f.responder, f.unchecked = service(false), service(true)
	lists := func(x *ca.Template) {
		x.Set(ca.KeyUsage(certs.CRLSign))
		x.Set(pointAt(servicesPoint, nil))
	}
	f.listSigner = office("ТІЗІМ", &f.authority, func(x *ca.Template) {
		lists(x)
		x.Subject = f.authority.Certificate.Subject.Raw
	})
	f.indirect = office("ТІЗІМШІ", &f.authority, lists)
	stampers := signtest.New(t, ca.ECDSA)
	f.stamps = stampers.TSAWith(ca.Service{NotBefore: day(-300), NotAfter: day(3000)})
	publish(t, stampers, 1000)
	f.stampLists = stampers.Verifier.Revocation.All()
	for _, c := range []*certs.Certificate{f.anchor.Certificate, stampers.Authority.Root()} {
		f.trust.AddAnchor(c)
	}
	for _, c := range []*certs.Certificate{f.authority.Certificate, f.listSigner.Certificate, f.indirect.Certificate, stampers.Authority.Issuing()} {
		f.trust.AddIntermediate(c)
	}
	f.person = office("АДАМ", &f.authority, nil)
	return f
}

// pointAt is cRLDistributionPoints with one address, and the name of another
// authority whose indirect list is meant.
func pointAt(address string, by []byte) certs.Extension {
	point := der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), der.Encode(der.Context(6), []byte(address))))
	var issuer []byte
	if by != nil {
		issuer = der.Encode(der.ContextConstructed(2), der.Encode(der.ContextConstructed(4), by))
	}
	return certs.Extension{ID: asn1.ObjectIdentifier{2, 5, 29, 31}, Value: der.Sequence(der.Sequence(point, issuer))}
}

// signer is the person with a certificate that ends at a time.
func (f *forge) signer(k personKey) ca.Holder {
	h, ok := f.people[k]
	if ok {
		return h
	}
	var by []byte
	if k.indirect {
		by = f.indirect.Certificate.Subject.Raw
	}
	house, err := ca.New(ca.ECDSA, day(0), ca.Options{NotBefore: day(-400)}) // only its way of writing certificates is used
	if err != nil {
		f.t.Fatal(err)
	}
	h, err = house.Issue(ca.Person{Surname: "АДАМ", NotBefore: day(-200), NotAfter: k.ends.time(), IssuedBy: &f.authority, Key: f.person.Key,
		Template: func(x *ca.Template) {
			x.Serial = big.NewInt(1000 + int64(len(f.people)))
			x.Set(pointAt(peoplePoint, by))
			x.Set(ca.KeyUsage(certs.DigitalSignature | certs.NonRepudiation))
		}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.people[k] = h
	return h
}

// signature is a CMS, with a content timestamp of the time unless that is never.
func (f *forge) signature(k signatureKey) []byte {
	if b, ok := f.signatures[k]; ok {
		return b
	}
	h := f.signer(k.personKey)
	m, err := cms.NewMaker(h.Key, h.Certificate, []*certs.Certificate{f.authority.Certificate}, cms.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	var attributes []cms.Attribute
	if k.signed != never {
		attributes = []cms.Attribute{{ID: cms.OIDContentTimestamp, Values: [][]byte{tokenAt(f.t, f.stamps, k.signed.time(), forgedStatement)}}}
	}
	b, err := m.Make(cms.ToSign{Content: forgedStatement, MessageDigest: m.Digest().Sum(forgedStatement), Attributes: attributes})
	if err != nil {
		f.t.Fatal(err)
	}
	f.signatures[k] = b
	return b
}

// token is a timestamp over a signature.
func (f *forge) token(k tokenKey) []byte {
	b, ok := f.tokens[k]
	if !ok {
		b = tokenAt(f.t, f.stamps, k.stamped.time(), signatureOf(f.t, f.signature(k.signatureKey)))
		f.tokens[k] = b
	}
	return b
}

// entry is a certificate on a list.
type entry struct {
	of     *certs.Certificate
	since  time.Time
	reason revocation.Reason
}

// published is a list about to be made.
type published struct {
	by         ca.Holder
	this, next time.Time
	point      string // its scope; "" for everything
	indirect   []byte // the authority whose certificates stand on an indirect list
	entries    []entry
}

func (f *forge) list(p published) []byte {
	var entries []byte
	for _, e := range p.entries {
		exts := extensionDER([]int{2, 5, 29, 21}, false, der.Encode(der.Enumerated, []byte{byte(e.reason)}))
		if p.indirect != nil {
			exts = append(exts, extensionDER([]int{2, 5, 29, 29}, true, der.Sequence(der.Encode(der.ContextConstructed(4), p.indirect)))...)
		}
		entries = append(entries, der.Sequence(der.Int(e.of.Serial), der.Time(e.since), der.Sequence(exts))...)
	}
	if entries != nil {
		entries = der.Sequence(entries)
	}
	exts := append(
		extensionDER([]int{2, 5, 29, 35}, false, der.Sequence(der.Encode(der.Context(0), p.by.Certificate.SubjectKeyID))),
		extensionDER([]int{2, 5, 29, 20}, false, der.Int(big.NewInt(p.this.Unix())))...)
	if p.point != "" {
		var flag []byte
		if p.indirect != nil {
			flag = der.Encode(der.Context(4), []byte{0xff})
		}
		name := der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), der.Encode(der.Context(6), []byte(p.point))))
		exts = append(exts, extensionDER([]int{2, 5, 29, 28}, true, der.Sequence(name, flag))...)
	}
	return signedDER(f.t, p.by, der.Int(big.NewInt(1)), nil, p.by.Certificate.Subject.Raw, der.Time(p.this), der.Time(p.next), entries,
		der.Encode(der.ContextConstructed(0), der.Sequence(exts)))
}

func extensionDER(id asn1.ObjectIdentifier, critical bool, value []byte) []byte {
	var flag []byte
	if critical {
		flag = der.Bool(true)
	}
	return der.Sequence(der.OID(id), flag, der.Octets(value))
}

// signedDER signs a sequence of parts, of which the second is to be the
// algorithm.
func signedDER(t testing.TB, by ca.Holder, parts ...[]byte) []byte {
	t.Helper()
	alg, id, err := certs.SigningAlgorithm(by.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = id.DER()
	tbs := der.Sequence(parts...)
	sig, err := by.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	return der.Sequence(tbs, id.DER(), der.Bits(sig))
}

// response is a responder's answer of a time about a certificate.
func (f *forge) response(by ca.Holder, of *certs.Certificate, at time.Time, said revocation.Answer) []byte {
	r := &ocsp.Responder{
		Issuer: f.authority.Certificate, Certificate: by.Certificate, Key: by.Key, Life: slotLife,
		Now:    func() time.Time { return at },
		Status: func(*big.Int) revocation.Answer { return said },
	}
	return r.Respond(ocsp.NewRequest(of, f.authority.Certificate, certs.SHA256, nil).DER)
}

func parsedList(t testing.TB, raw []byte) *revocation.CRL {
	t.Helper()
	l, err := revocation.ParseCRL(raw)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
