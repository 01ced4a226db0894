package certs

import (
	"encoding/asn1"
	"slices"
	"strings"

	"tamga/certs/der"
)

// Kind is what sort of subject a certificate names.
type Kind string

// The kinds of subjects in the national profile.
const (
	KindIndividual  Kind = "individual"         // a natural person for himself
	KindLegalEntity Kind = "legal_entity"       // a natural person acting for an organisation
	KindSystem      Kind = "information_system" // no person at all
	KindAuthority   Kind = "certification_authority"
	KindOther       Kind = "other"
)

// KeyUse is what the holder may do with the key.
type KeyUse string

// The uses of a key. In the national profile the nonRepudiation bit decides:
// the current GOST-512 key of a person both signs and logs in, and is a
// signing key here; a key without the bit only logs in.
const (
	UseSigning KeyUse = "signing"
	UseLogin   KeyUse = "log_in"
	UseOther   KeyUse = "other"
)

// Role is what the certificate says its holder is, from the extended key usage.
type Role string

// The roles of the national profile (root.gov.kz/oid).
const (
	RoleIndividual       Role = "individual"
	RoleIndividualSystem Role = "individual_information_system"
	RoleLegalEntity      Role = "legal_entity"
	RoleHead             Role = "first_head"
	RoleSignRight        Role = "right_to_sign"
	RoleFinanceSignRight Role = "right_to_sign_financial_documents"
	RoleHR               Role = "human_resources"
	RoleEmployee         Role = "employee"
	RoleSystem           Role = "legal_entity_information_system"
	RoleTreasury         Role = "treasury_client"
	RoleAdministrator    Role = "nca_administrator"
	RoleManager          Role = "nca_manager"
	RoleOperator         Role = "nca_operator"
)

// Roles returns the roles of the national profile.
func Roles() []Role {
	return []Role{
		RoleIndividual, RoleIndividualSystem, RoleLegalEntity, RoleHead, RoleSignRight, RoleFinanceSignRight,
		RoleHR, RoleEmployee, RoleSystem, RoleTreasury, RoleAdministrator, RoleManager, RoleOperator,
	}
}

// Identity is whom a certificate names, by the national profile. Fields that
// the certificate does not carry are empty.
type Identity struct {
	Kind           Kind     `json:"kind"`
	CommonName     string   `json:"common_name,omitempty"`
	Surname        string   `json:"surname,omitempty"`
	GivenName      string   `json:"given_name,omitempty"`
	Patronymic     string   `json:"patronymic,omitempty"`
	Organisation   string   `json:"organisation,omitempty"`
	IIN            string   `json:"iin,omitempty"` // personal data; as it stands, twelve digits or not
	BIN            string   `json:"bin,omitempty"`
	Identifiers    []string `json:"identifiers,omitempty"` // of EN 319 412-1, where there is no IIN or BIN; personal data
	Country        string   `json:"country,omitempty"`
	Email          string   `json:"email,omitempty"`
	SystemID       string   `json:"system_id,omitempty"` // of an information system, from UID
	Roles          []Role   `json:"roles,omitempty"`
	KeyUse         KeyUse   `json:"key_use"`
	KeyStore       string   `json:"key_store,omitempty"`
	Identification string   `json:"identification,omitempty"` // how the person was identified
	Policies       []string `json:"policies,omitempty"`       // national certificate policies, in words
	Warnings       []string `json:"warnings,omitempty"`
}

// MaskedIIN hides all but the last two digits of a person's number; what is none is
// hidden whole.
func MaskedIIN(iin string) string {
	if len(iin) != 12 {
		return ""
	}
	return strings.Repeat("•", 10) + iin[10:]
}

// HasRole reports whether the certificate names the role.
func (id Identity) HasRole(r Role) bool {
	return slices.Contains(id.Roles, r)
}

// Identity reads whom the certificate names. Oddities that do not hide who it
// is, such as a wrong check digit in an IIN, become warnings: the national
// test certificates have them.
func (c *Certificate) Identity() Identity {
	n, p := c.Subject, nationalProfile()
	id := Identity{
		CommonName:   n.CommonName(),
		Surname:      n.First(oidSurname),
		Patronymic:   n.First(oidGivenName), // the national profile keeps the patronymic there
		Organisation: n.First(oidOrganisation),
		Identifiers:  identifiersOf(n),
		Country:      n.First(oidCountry),
		Email:        n.First(oidEmail),
		SystemID:     n.First(oidUserID),
		KeyUse:       p.keyUse(c.KeyUsage),
		KeyStore:     c.keyStore(p),
	}
	if id.Email == "" && len(c.Emails) > 0 {
		id.Email = c.Emails[0]
	}
	if rest, ok := strings.CutPrefix(id.CommonName, id.Surname+" "); ok && id.Surname != "" {
		id.GivenName = strings.TrimSpace(rest)
	}
	id.readNumbers(n)
	id.readUsages(c, p)
	id.Kind = c.kind(id)
	return id
}

// readNumbers takes IIN and BIN out of their attributes. Two different
// numbers in one name are a contradiction: neither is taken.
func (id *Identity) readNumbers(n Name) {
	id.IIN = id.oneNumber("IIN", n.all(oidSerialNumber))
	id.BIN = id.oneNumber("BIN", n.all(oidOrganisationUnit))
	if id.IIN != "" {
		if _, err := ParseIIN(id.IIN); err != nil {
			id.Warnings = append(id.Warnings, err.Error())
		}
	}
	if id.BIN != "" {
		if _, err := ParseBIN(id.BIN); err != nil {
			id.Warnings = append(id.Warnings, err.Error())
		}
	}
}

func (id *Identity) oneNumber(prefix string, values []string) string {
	found := ""
	for _, v := range values {
		number, ok := strings.CutPrefix(v, prefix)
		if !ok {
			continue
		}
		if found != "" && found != number {
			id.Warnings = append(id.Warnings, "the certificate carries two different "+prefix+" values")
			return ""
		}
		found = number
	}
	return found
}

// readUsages translates the extended key usages by the profile.
func (id *Identity) readUsages(c *Certificate, p Profile) {
	for _, oid := range c.ExtKeyUsage {
		if role, ok := meaning(p.Roles, oid, c.NotBefore); ok {
			id.Roles = append(id.Roles, Role(role))
		}
		if method, ok := meaning(p.Identification, oid, c.NotBefore); ok {
			id.Identification = method
		}
	}
	for _, oid := range c.Policies {
		if name, ok := meaning(p.Policies, oid, c.NotBefore); ok {
			id.Policies = append(id.Policies, name)
		}
	}
}

func (c *Certificate) kind(id Identity) Kind {
	switch {
	case c.CA:
		return KindAuthority
	case id.HasRole(RoleSystem) || id.HasRole(RoleIndividualSystem) || id.IIN == "" && id.SystemID != "":
		return KindSystem
	case id.BIN != "" && id.IIN != "":
		return KindLegalEntity
	case id.IIN != "":
		return KindIndividual
	}
	return KindOther
}

var oidKeyStore = asn1.ObjectIdentifier{1, 2, 398, 3, 3, 5}

// keyStore reads the private extension that names where the key is kept: a
// SEQUENCE of one OBJECT IDENTIFIER.
func (c *Certificate) keyStore(p Profile) string {
	for _, e := range c.Extensions {
		if !e.ID.Equal(oidKeyStore) {
			continue
		}
		r, err := der.Inside(e.Value, der.SequenceTag)
		if err != nil {
			return ""
		}
		oid, err := r.ReadOID()
		if err != nil {
			return ""
		}
		name, _ := meaning(p.KeyStores, oid, c.NotBefore)
		return name
	}
	return ""
}
