// Package orders makes signatures of every order of events: signing, stamping,
// revoking, making evidence and proving it, expiring, asking; with keys that are
// made once, so that a case costs a millisecond or two. [Scenario.Judge] judges
// them by EN 319 102-1 without the program.
package orders

import (
	"crypto"
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

// Forge makes signatures, timestamps, lists and responses of any time, with
// keys that are made once.
type Forge struct {
	t                 testing.TB
	anchor, Authority ca.Holder
	// Who may speak about the authority's certificates besides itself.
	responder, Unchecked ca.Holder // the latter with id-pkix-ocsp-nocheck
	listSigner, indirect ca.Holder // of the authority's name, and of another
	Trust                *certs.Pool
	Stamps               *tsa.Authority // below an anchor of its own
	stampHouse           *ca.Authority
	stampLists           map[When][]*revocation.CRL
	person               ca.Holder
	people               map[PersonKey]ca.Holder
	signatures           map[SignatureKey][]byte
	tokens               map[TokenKey][]byte
}

// PersonKey chooses a certificate of the person who signs: when it ends, and
// whether another authority's list is about it.
type PersonKey struct {
	Ends     When
	Indirect bool
}

// SignatureKey chooses a signature: by whom, and the time of its content
// timestamp.
type SignatureKey struct {
	PersonKey
	Signed When
}

// TokenKey chooses a signature timestamp.
type TokenKey struct {
	SignatureKey
	Stamped When
}

// Where lists are said to be found, by which the authority divides them.
const (
	PeoplePoint   = "http://demo.invalid/people"
	ServicesPoint = "http://demo.invalid/services"
)

// Statement is what is signed.
var Statement = []byte("өтініш")

// New makes an authority, who speaks for it, and a timestamp authority of another
// root.
func New(t testing.TB, family ca.Family) *Forge {
	f := &Forge{t: t, Trust: &certs.Pool{}, people: map[PersonKey]ca.Holder{}, signatures: map[SignatureKey][]byte{}, tokens: map[TokenKey][]byte{},
		stampLists: map[When][]*revocation.CRL{}}
	house, err := ca.New(family, days(0), ca.Options{NotBefore: days(-400)})
	if err != nil {
		t.Fatal(err)
	}
	office := func(name string, by *ca.Holder, change func(*ca.Template), keys ...crypto.Signer) ca.Holder {
		p := ca.Person{Surname: name, NotBefore: days(-300), NotAfter: days(3000), IssuedBy: by, Template: change}
		if len(keys) > 0 {
			p.Key = keys[0]
		}
		h, err := house.Issue(p)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	authority := func(x *ca.Template) {
		x.Set(ca.BasicConstraints(true, -1))
		x.Set(ca.KeyUsage(certs.KeyCertSign | certs.CRLSign))
		x.Remove([]int{2, 5, 29, 37}) // it issues for every purpose
	}
	first := office("ТҮБІР", nil, authority)
	f.anchor = office("ТҮБІР", &first, func(x *ca.Template) { // again, by itself
		authority(x)
		x.Serial = big.NewInt(1)
	}, first.Key)
	f.Authority = office("ОРТАЛЫҚ", &f.anchor, authority)
	service := func(noCheck bool) ca.Holder {
		h, err := house.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: days(-300), NotAfter: days(3000), IssuedBy: &f.Authority,
			Template: func(x *ca.Template) {
				x.Set(pointAt(ServicesPoint, nil))
				if !noCheck {
					x.Remove([]int{1, 3, 6, 1, 5, 5, 7, 48, 1, 5})
				}
			}})
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	f.responder, f.Unchecked = service(false), service(true)
	lists := func(x *ca.Template) {
		x.Set(ca.KeyUsage(certs.CRLSign))
		x.Set(pointAt(ServicesPoint, nil))
	}
	f.listSigner = office("ТІЗІМ", &f.Authority, func(x *ca.Template) {
		lists(x)
		x.Subject = f.Authority.Certificate.Subject.Raw
	})
	f.indirect = office("ТІЗІМШІ", &f.Authority, lists)
	stampers := signtest.New(t, ca.ECDSA)
	f.Stamps = stampers.TSAWith(ca.Service{NotBefore: days(-300), NotAfter: days(3000)})
	f.stampHouse = stampers.Authority
	for _, c := range []*certs.Certificate{f.anchor.Certificate, stampers.Authority.Root()} {
		f.Trust.AddAnchor(c)
	}
	for _, c := range []*certs.Certificate{f.Authority.Certificate, f.listSigner.Certificate, f.indirect.Certificate, stampers.Authority.Issuing()} {
		f.Trust.AddIntermediate(c)
	}
	f.person = office("АДАМ", &f.Authority, nil)
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

// Signer is the person with a certificate that ends at a time.
func (f *Forge) Signer(k PersonKey) ca.Holder {
	h, ok := f.people[k]
	if ok {
		return h
	}
	var by []byte
	if k.Indirect {
		by = f.indirect.Certificate.Subject.Raw
	}
	house, err := ca.New(ca.ECDSA, days(0), ca.Options{NotBefore: days(-400)}) // only its way of writing certificates is used
	if err != nil {
		f.t.Fatal(err)
	}
	h, err = house.Issue(ca.Person{Surname: "АДАМ", NotBefore: days(-200), NotAfter: k.Ends.Time(), IssuedBy: &f.Authority, Key: f.person.Key,
		Template: func(x *ca.Template) {
			x.Serial = big.NewInt(1000 + int64(len(f.people)))
			x.Set(pointAt(PeoplePoint, by))
			x.Set(ca.KeyUsage(certs.DigitalSignature | certs.NonRepudiation))
		}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.people[k] = h
	return h
}

// Signature is a CMS, with a content timestamp of the time unless that is never.
func (f *Forge) Signature(k SignatureKey) []byte {
	if b, ok := f.signatures[k]; ok {
		return b
	}
	h := f.Signer(k.PersonKey)
	m, err := cms.NewMaker(h.Key, h.Certificate, []*certs.Certificate{f.Authority.Certificate}, cms.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	claimed := k.Signed
	if claimed == Never {
		claimed = 0
	}
	attributes := []cms.Attribute{cms.SigningTime(claimed.Time())} // which some judges want, and nobody should believe
	if k.Signed != Never {
		attributes = append(attributes, cms.Attribute{ID: cms.OIDContentTimestamp, Values: [][]byte{f.stamp(k.Signed, Statement)}})
	}
	b, err := m.Make(cms.ToSign{Content: Statement, MessageDigest: m.Digest().Sum(Statement), Attributes: attributes})
	if err != nil {
		f.t.Fatal(err)
	}
	f.signatures[k] = b
	return b
}

// Token is a timestamp over a signature.
func (f *Forge) Token(k TokenKey) []byte {
	b, ok := f.tokens[k]
	if !ok {
		b = f.stamp(k.Stamped, f.value(f.Signature(k.SignatureKey)))
		f.tokens[k] = b
	}
	return b
}

// Entry is a certificate on a list.
type Entry struct {
	Of     *certs.Certificate
	Since  time.Time
	Reason revocation.Reason
}

// Published is a list about to be made.
type Published struct {
	By         ca.Holder
	This, Next time.Time
	Point      string // its scope; "" for everything
	Indirect   []byte // the authority whose certificates stand on an indirect list
	Entries    []Entry
}

// List makes a list.
func (f *Forge) List(p Published) []byte {
	var entries []byte
	for _, e := range p.Entries {
		exts := extensionDER([]int{2, 5, 29, 21}, false, der.Encode(der.Enumerated, []byte{byte(e.Reason)}))
		if p.Indirect != nil {
			exts = append(exts, extensionDER([]int{2, 5, 29, 29}, true, der.Sequence(der.Encode(der.ContextConstructed(4), p.Indirect)))...)
		}
		entries = append(entries, der.Sequence(der.Int(e.Of.Serial), der.Time(e.Since), der.Sequence(exts))...)
	}
	if entries != nil {
		entries = der.Sequence(entries)
	}
	exts := append(
		extensionDER([]int{2, 5, 29, 35}, false, der.Sequence(der.Encode(der.Context(0), p.By.Certificate.SubjectKeyID))),
		extensionDER([]int{2, 5, 29, 20}, false, der.Int(big.NewInt(p.This.Unix())))...)
	if p.Point != "" {
		var flag []byte
		if p.Indirect != nil {
			flag = der.Encode(der.Context(4), []byte{0xff})
		}
		name := der.Encode(der.ContextConstructed(0), der.Encode(der.ContextConstructed(0), der.Encode(der.Context(6), []byte(p.Point))))
		exts = append(exts, extensionDER([]int{2, 5, 29, 28}, true, der.Sequence(name, flag))...)
	}
	return signedDER(f.t, p.By, der.Int(big.NewInt(1)), nil, p.By.Certificate.Subject.Raw, der.Time(p.This), der.Time(p.Next), entries,
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

// Response is a responder's answer of a time about a certificate.
func (f *Forge) Response(by ca.Holder, of *certs.Certificate, at time.Time, said revocation.Answer) []byte {
	r := &ocsp.Responder{
		Issuer: f.Authority.Certificate, Certificate: by.Certificate, Key: by.Key, Life: Life,
		Now:    func() time.Time { return at },
		Status: func(*big.Int) revocation.Answer { return said },
	}
	return r.Respond(ocsp.NewRequest(of, f.Authority.Certificate, certs.SHA256, nil).DER)
}

func (f *Forge) parse(raw []byte) *revocation.CRL {
	l, err := revocation.ParseCRL(raw)
	if err != nil {
		f.t.Fatal(err)
	}
	return l
}

// value is the signature value of a CMS.
func (f *Forge) value(file []byte) []byte {
	sd, err := cms.Read(file)
	if err != nil {
		f.t.Fatal(err)
	}
	return sd.Signers[0].Signature
}

// stamping are the lists about the timestamp authority, of a time.
func (f *Forge) stamping(at When) []*revocation.CRL {
	lists := f.stampLists[at]
	if lists != nil {
		return lists
	}
	for _, issue := range []func(this, next time.Time) ([]byte, error){f.stampHouse.CRL, f.stampHouse.RootCRL} {
		raw, err := issue(at.Time(), at.Time().Add(Life))
		if err != nil {
			f.t.Fatal(err)
		}
		lists = append(lists, f.parse(raw))
	}
	f.stampLists[at] = lists
	return lists
}
