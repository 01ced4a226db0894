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
	Country        string   `json:"country,omitempty"`
	Email          string   `json:"email,omitempty"`
	SystemID       string   `json:"system_id,omitempty"` // of an information system, from UID
	Roles          []Role   `json:"roles,omitempty"`
	KeyUse         KeyUse   `json:"key_use"`
	KeyStore       string   `json:"key_store,omitempty"`
	Identification string   `json:"identification,omitempty"` // how the person was identified
	Warnings       []string `json:"warnings,omitempty"`
}

// HasRole reports whether the certificate names the role.
func (id Identity) HasRole(r Role) bool {
	return slices.Contains(id.Roles, r)
}

// Identity reads whom the certificate names. Oddities that do not hide who it
// is, such as a wrong check digit in an IIN, become warnings: the national
// test certificates have them.
func (c *Certificate) Identity() Identity {
	n := c.Subject
	id := Identity{
		CommonName:   n.CommonName(),
		Surname:      n.First(oidSurname),
		Patronymic:   n.First(oidGivenName), // the national profile keeps the patronymic there
		Organisation: n.First(oidOrganisation),
		Country:      n.First(oidCountry),
		Email:        n.First(oidEmail),
		SystemID:     n.First(oidUserID),
		KeyUse:       c.keyUse(),
		KeyStore:     c.keyStore(),
	}
	if id.Email == "" && len(c.Emails) > 0 {
		id.Email = c.Emails[0]
	}
	if rest, ok := strings.CutPrefix(id.CommonName, id.Surname+" "); ok && id.Surname != "" {
		id.GivenName = strings.TrimSpace(rest)
	}
	id.readNumbers(n)
	id.readUsages(c.ExtKeyUsage)
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

// readUsages translates the extended key usages of the national registry.
func (id *Identity) readUsages(usages []asn1.ObjectIdentifier) {
	roles := []struct {
		suffix string
		role   Role
	}{
		{"4.1.1", RoleIndividual}, {"4.1.1.1", RoleIndividualSystem},
		{"4.1.2", RoleLegalEntity}, {"4.1.2.1", RoleHead}, {"4.1.2.2", RoleSignRight},
		{"4.1.2.3", RoleFinanceSignRight}, {"4.1.2.4", RoleHR}, {"4.1.2.5", RoleEmployee},
		{"4.1.2.6", RoleSystem},
		{"4.2.1", RoleAdministrator}, {"4.2.2", RoleManager}, {"4.2.3", RoleOperator},
	}
	methods := map[string]string{
		"4.3.1": "service_centre", "4.3.2": "remote", "4.3.2.1": "digital_id", "4.3.2.2": "ai_platform",
	}
	for _, oid := range usages {
		s := oid.String()
		if s == "1.2.398.5.19.1.2.2.1" {
			id.Roles = append(id.Roles, RoleTreasury)
			continue
		}
		suffix, ok := strings.CutPrefix(s, "1.2.398.3.3.")
		if !ok {
			continue
		}
		if m, ok := methods[suffix]; ok {
			id.Identification = m
		}
		for _, r := range roles {
			if r.suffix == suffix {
				id.Roles = append(id.Roles, r.role)
			}
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

// keyUse applies the national rule that nonRepudiation makes a signing key.
func (c *Certificate) keyUse() KeyUse {
	switch {
	case c.KeyUsage&NonRepudiation != 0:
		return UseSigning
	case c.KeyUsage&DigitalSignature != 0 && c.KeyUsage&KeyEncipherment != 0:
		return UseLogin
	}
	return UseOther
}

// keyStore reads the private extension that names where the key is kept.
func (c *Certificate) keyStore() string {
	names := map[string]string{
		"1.2.398.3.3.5.1.1": "PKCS#12 file", "1.2.398.3.3.5.1.2": "JKS file",
		"1.2.398.3.3.5.2.1": "identity card", "1.2.398.3.3.5.2.2": "KazToken",
		"1.2.398.3.3.5.2.3": "eToken Java", "1.2.398.3.3.5.2.4": "eToken 5110",
		"1.2.398.3.3.5.2.5": "JaCarta", "1.2.398.3.3.5.2.6": "aKey",
		"1.2.398.3.3.5.2.7": "SIM card", "1.2.398.3.3.5.3.1": "Certex Cloud",
	}
	for _, e := range c.Extensions {
		s := e.ID.String()
		if name, ok := names[s]; ok {
			return name
		}
		if s == "1.2.398.3.3.5" {
			return names[keyStoreValue(e.Value)]
		}
	}
	return ""
}

// keyStoreValue returns the identifier inside the private extension
// 1.2.398.3.3.5: a SEQUENCE of one OBJECT IDENTIFIER.
func keyStoreValue(b []byte) string {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return ""
	}
	oid, err := r.ReadOID()
	if err != nil {
		return ""
	}
	return oid.String()
}
