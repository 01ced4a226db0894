package ca

import (
	"crypto"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
)

// Person is a natural person who is to get a certificate: for himself, or for
// the organisation if one is named.
type Person struct {
	Surname    string
	GivenName  string // stands in the common name only
	Patronymic string // may be empty

	// IIN and BIN are written as given, since the national test certificates
	// carry numbers with wrong check digits; "" leaves them out.
	IIN          certs.IIN
	Organisation string
	BIN          certs.BIN

	// Roles go into the extended key usage. None means an individual, or a
	// member of a legal entity if there is a BIN; the role of the legal
	// entity itself is added to its members' roles where it is missing. A
	// licensor's head, who signs licences, is certs.RoleHead.
	Roles []certs.Role

	// Use is certs.UseSigning, also when empty, or certs.UseLogin.
	Use   certs.KeyUse
	Email string // goes into subjectAltName

	// NotBefore is the beginning of the issuing authority when zero, NotAfter
	// one year after NotBefore.
	NotBefore time.Time
	NotAfter  time.Time

	// KeyStore says where the key is kept, in the words of
	// certs.Identity.KeyStore; "" is "PKCS#12 file".
	KeyStore string

	// Key is certified if it is given; otherwise a key of the authority's
	// family is generated.
	Key crypto.Signer
	// IssuedBy signs instead of the issuing authority, whatever its own
	// certificate allows: that is how tests make false authorities.
	IssuedBy *Holder
	// Template, if not nil, may change the certificate before it is signed.
	Template func(*Template)
}

// The extended key usages of RFC 5280 section 4.2.1.12.
var (
	oidClientAuth      = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 2}
	oidEmailProtection = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}
	oidTimeStamping    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 8}
	oidOCSPSigning     = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 9}
)

// Issue makes a person's certificate by the profile of the national authority.
func (a *Authority) Issue(p Person) (Holder, error) {
	subject, err := p.subject()
	if err != nil {
		return Holder{}, err
	}
	usages, err := p.usages()
	if err != nil {
		return Holder{}, err
	}
	store, err := keyStoreID(p.KeyStore)
	if err != nil {
		return Holder{}, err
	}
	use, err := a.personKeyUsage(p.Use)
	if err != nil {
		return Holder{}, err
	}
	r := request{
		subject: subject, usages: usages, keyUsage: use, policy: oidPolicy, extra: []certs.Extension{keyStore(store)},
		from: p.NotBefore, to: p.NotAfter, years: 1,
		key: p.Key, issuer: p.IssuedBy, hook: p.Template,
	}
	if p.Email != "" {
		if !ascii(p.Email) {
			return Holder{}, fmt.Errorf("%w: the e-mail address is not ASCII", ErrInvalid)
		}
		r.extra = append(r.extra, email(p.Email))
	}
	return a.issue(r)
}

// subject encodes the name, in the order of the national certificates of 2026.
func (p Person) subject() ([]byte, error) {
	common := strings.TrimSpace(p.Surname + " " + p.GivenName)
	if common == "" {
		return nil, fmt.Errorf("%w: a person without a name", ErrInvalid)
	}
	return distinguishedName([]attribute{
		{oidCommonName, common},
		{oidSurname, p.Surname},
		{oidSerialNumber, numbered("IIN", string(p.IIN))},
		{oidCountry, "KZ"},
		{oidOrganisation, p.Organisation},
		{oidOrganisationUnit, numbered("BIN", string(p.BIN))},
		{oidGivenName, p.Patronymic},
	})
}

func numbered(prefix, number string) string {
	if number == "" {
		return ""
	}
	return prefix + number
}

// usages lists what the key may be used for and who the person is.
func (p Person) usages() ([]asn1.ObjectIdentifier, error) {
	list := []asn1.ObjectIdentifier{oidEmailProtection}
	if p.Use == certs.UseLogin {
		list[0] = oidClientAuth
	}
	roles := slices.Clone(p.Roles)
	if p.BIN != "" && !slices.Contains(roles, certs.RoleLegalEntity) {
		roles = slices.Insert(roles, 0, certs.RoleLegalEntity)
	}
	if len(roles) == 0 {
		roles = []certs.Role{certs.RoleIndividual}
	}
	for _, r := range roles {
		oid, err := roleID(r)
		if err != nil {
			return nil, err
		}
		list = append(list, oid)
	}
	return list, nil
}

// personKeyUsage follows the table of the national profile: one GOST-2015 key
// may also agree on keys, a key for logging in encipher them instead of
// standing for a signature.
func (a *Authority) personKeyUsage(use certs.KeyUse) (certs.KeyUsage, error) {
	switch {
	case use == certs.UseLogin:
		return certs.DigitalSignature | certs.KeyEncipherment, nil
	case use != certs.UseSigning && use != "":
		return 0, fmt.Errorf("%w: a key for %q", ErrInvalid, use)
	case a.family == GOST2015:
		return certs.DigitalSignature | certs.NonRepudiation | certs.KeyAgreement, nil
	}
	return certs.DigitalSignature | certs.NonRepudiation, nil
}

// roleID returns the extended key usage of a role (root.gov.kz/oid).
func roleID(r certs.Role) (asn1.ObjectIdentifier, error) {
	under := map[certs.Role][]int{
		certs.RoleIndividual: {1, 1}, certs.RoleIndividualSystem: {1, 1, 1},
		certs.RoleLegalEntity: {1, 2}, certs.RoleHead: {1, 2, 1}, certs.RoleSignRight: {1, 2, 2},
		certs.RoleFinanceSignRight: {1, 2, 3}, certs.RoleHR: {1, 2, 4}, certs.RoleEmployee: {1, 2, 5},
		certs.RoleSystem:        {1, 2, 6},
		certs.RoleAdministrator: {2, 1}, certs.RoleManager: {2, 2}, certs.RoleOperator: {2, 3},
	}
	if r == certs.RoleTreasury {
		return asn1.ObjectIdentifier{1, 2, 398, 5, 19, 1, 2, 2, 1}, nil
	}
	arcs, ok := under[r]
	if !ok {
		return nil, fmt.Errorf("%w: unknown role %q", ErrInvalid, r)
	}
	return append(asn1.ObjectIdentifier{1, 2, 398, 3, 3, 4}, arcs...), nil
}

// keyStoreID returns the identifier of a kind of key store.
func keyStoreID(name string) (asn1.ObjectIdentifier, error) {
	kinds := map[string][]int{
		"": {1, 1}, "PKCS#12 file": {1, 1}, "JKS file": {1, 2}, "identity card": {2, 1}, "KazToken": {2, 2},
		"eToken Java": {2, 3}, "eToken 5110": {2, 4}, "JaCarta": {2, 5}, "aKey": {2, 6}, "SIM card": {2, 7},
		"Certex Cloud": {3, 1},
	}
	arcs, ok := kinds[name]
	if !ok {
		return nil, fmt.Errorf("%w: unknown key store %q", ErrInvalid, name)
	}
	return append(slices.Clone(oidKeyStore), arcs...), nil
}

func ascii(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) < 0
}
