package ca

import (
	"crypto"
	"encoding/asn1"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// request is a certificate asked for, of whatever kind.
type request struct {
	subject  []byte
	usages   []asn1.ObjectIdentifier
	critical bool // of the extended key usage
	keyUsage certs.KeyUsage
	policy   asn1.ObjectIdentifier
	extra    []certs.Extension
	from, to time.Time
	years    int // how long, when to is zero
	key      crypto.Signer
	issuer   *Holder
	hook     func(*Template)
}

// issue makes the certificate. The extensions stand in the order of the
// national certificates of 2026.
func (a *Authority) issue(r request) (Holder, error) {
	issuer := a.issuing
	if r.issuer != nil {
		issuer = *r.issuer
	}
	if r.from.IsZero() {
		r.from = a.issuing.Certificate.NotBefore
	}
	if r.to.IsZero() {
		r.to = r.from.AddDate(r.years, 0, 0)
	}
	if r.key == nil {
		key, err := a.family.newKey()
		if err != nil {
			return Holder{}, fmt.Errorf("generating a key: %w", err)
		}
		r.key = key
	}
	t, err := newTemplate(r.key, r.subject, r.from, r.to)
	if err != nil {
		return Holder{}, err
	}
	t.Issuer = issuer.Certificate.Subject.Raw
	t.Extensions = append([]certs.Extension{
		ExtKeyUsage(r.critical, r.usages...),
		policy(r.policy, a.base+"/cps"),
		crlPoint(oidCRLPoints, a.url("crl/nca_", ".crl")),
		crlPoint(oidFreshestCRL, a.url("crl/nca_d_", ".crl")),
		KeyUsage(r.keyUsage),
		access(a.url("cert/nca_", ".cer"), a.responder()),
		subjectKeyID(t.keyID),
		authorityKeyID(issuer.Certificate.SubjectKeyID),
	}, r.extra...)
	if r.hook != nil {
		r.hook(t)
	}
	return t.sign(r.key, issuer.Key)
}

// System is an organisation's information system, which signs without a
// person. Its fields mean what those of [Person] do.
type System struct {
	Name         string
	ID           string // dotted object identifier of the system, in UID
	Organisation string
	BIN          certs.BIN
	NotBefore    time.Time
	NotAfter     time.Time // zero: three years after NotBefore
	Key          crypto.Signer
	IssuedBy     *Holder
	Template     func(*Template)
}

// IssueSystem makes an information system's certificate: no IIN and no
// emailProtection in it.
func (a *Authority) IssueSystem(s System) (Holder, error) {
	subject, err := distinguishedName([]attribute{
		{oidUserID, s.ID},
		{oidCommonName, s.Name},
		{oidCountry, "KZ"},
		{oidOrganisation, s.Organisation},
		{oidOrganisationUnit, numbered("BIN", string(s.BIN))},
	})
	if err != nil {
		return Holder{}, err
	}
	var usages []asn1.ObjectIdentifier
	for _, r := range []certs.Role{certs.RoleLegalEntity, certs.RoleSystem} {
		oid, err := roleID(r)
		if err != nil {
			return Holder{}, err
		}
		usages = append(usages, oid)
	}
	use, err := a.personKeyUsage(certs.UseSigning)
	if err != nil {
		return Holder{}, err
	}
	store, err := keyStoreID("")
	if err != nil {
		return Holder{}, err
	}
	return a.issue(request{
		subject: subject, usages: usages, keyUsage: use, policy: oidPolicy, extra: []certs.Extension{keyStore(store)},
		from: s.NotBefore, to: s.NotAfter, years: 3,
		key: s.Key, issuer: s.IssuedBy, hook: s.Template,
	})
}

// Purpose is what a service of the authority signs.
type Purpose int

// The services: timestamps (RFC 3161) and status answers (RFC 6960).
const (
	Timestamping Purpose = iota + 1
	StatusAnswers
)

// Service is a service of the authority. Its fields mean what those of
// [Person] do.
type Service struct {
	Purpose   Purpose
	Name      string    // "" names the purpose
	NotBefore time.Time // zero: when the issuing authority begins
	NotAfter  time.Time // zero: three years later, for status answers one
	Key       crypto.Signer
	IssuedBy  *Holder
	Template  func(*Template)
}

// IssueService makes a service's certificate: timeStamping, critical and alone,
// or OCSPSigning with id-pkix-ocsp-nocheck.
func (a *Authority) IssueService(s Service) (Holder, error) {
	r := request{
		keyUsage: certs.DigitalSignature, policy: oidPolicy,
		from: s.NotBefore, to: s.NotAfter, key: s.Key, issuer: s.IssuedBy, hook: s.Template,
	}
	name := s.Name
	switch s.Purpose {
	case Timestamping:
		r.usages, r.critical, r.years = []asn1.ObjectIdentifier{oidTimeStamping}, true, 3
		r.policy = a.family.timestampPolicy()
		if name == "" {
			name = "TIMESTAMP AUTHORITY (" + a.family.String() + ") " + a.label
		}
	case StatusAnswers:
		r.usages, r.years = []asn1.ObjectIdentifier{oidOCSPSigning}, 1
		r.extra = []certs.Extension{{ID: oidNoCheck, Value: der.NullValue()}}
		if name == "" {
			name = "OCSP RESPONDER (" + a.family.String() + ") " + a.label
		}
	default:
		return Holder{}, fmt.Errorf("%w: unknown purpose %d", ErrInvalid, int(s.Purpose))
	}
	var err error
	if r.subject, err = distinguishedName([]attribute{{oidCommonName, name}, {oidCountry, "KZ"}}); err != nil {
		return Holder{}, err
	}
	return a.issue(r)
}

// timestampPolicy returns the national policy of timestamps in the family; RSA
// and ECDSA share one.
func (f Family) timestampPolicy() asn1.ObjectIdentifier {
	last := 2
	switch f {
	case GOST2004:
		last = 1
	case GOST2015:
		last = 4
	}
	return asn1.ObjectIdentifier{1, 2, 398, 3, 3, 2, 6, last}
}
