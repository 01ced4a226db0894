package certs

import (
	"encoding/asn1"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tamga/certs/der"
)

// registered are the identifiers of the national registry (root.gov.kz/oid)
// and what they mean in a certificate.
var registered = map[string]struct{ list, code string }{
	"1.2.398.3.3.4.1.1":    {"role", "individual"},
	"1.2.398.3.3.4.1.1.1":  {"role", "individual_information_system"},
	"1.2.398.3.3.4.1.2":    {"role", "legal_entity"},
	"1.2.398.3.3.4.1.2.1":  {"role", "first_head"},
	"1.2.398.3.3.4.1.2.2":  {"role", "right_to_sign"},
	"1.2.398.3.3.4.1.2.3":  {"role", "right_to_sign_financial_documents"},
	"1.2.398.3.3.4.1.2.4":  {"role", "human_resources"},
	"1.2.398.3.3.4.1.2.5":  {"role", "employee"},
	"1.2.398.3.3.4.1.2.6":  {"role", "legal_entity_information_system"},
	"1.2.398.3.3.4.2.1":    {"role", "nca_administrator"},
	"1.2.398.3.3.4.2.2":    {"role", "nca_manager"},
	"1.2.398.3.3.4.2.3":    {"role", "nca_operator"},
	"1.2.398.5.19.1.2.2.1": {"role", "treasury_client"},
	"1.2.398.3.3.4.3.1":    {"identification", "service_centre"},
	"1.2.398.3.3.4.3.2":    {"identification", "remote"},
	"1.2.398.3.3.4.3.2.1":  {"identification", "digital_id"},
	"1.2.398.3.3.4.3.2.2":  {"identification", "ai_platform"},
	"1.2.398.3.3.5.1.1":    {"store", "PKCS#12 file"},
	"1.2.398.3.3.5.1.2":    {"store", "JKS file"},
	"1.2.398.3.3.5.2.1":    {"store", "identity card"},
	"1.2.398.3.3.5.2.2":    {"store", "KazToken"},
	"1.2.398.3.3.5.2.3":    {"store", "eToken Java"},
	"1.2.398.3.3.5.2.4":    {"store", "eToken 5110"},
	"1.2.398.3.3.5.2.5":    {"store", "JaCarta"},
	"1.2.398.3.3.5.2.6":    {"store", "aKey"},
	"1.2.398.3.3.5.2.7":    {"store", "SIM card"},
	"1.2.398.3.3.5.3.1":    {"store", "Certex Cloud"},
	"1.2.398.3.3.2":        {"policy", "national authority"},
	"1.2.398.3.3.2.1":      {"policy", "legal entity, signature"},
	"1.2.398.3.3.2.2":      {"policy", "legal entity, authentication"},
	"1.2.398.3.3.2.3":      {"policy", "individual, signature"},
	"1.2.398.3.3.2.4":      {"policy", "individual, authentication"},
	"1.2.398.3.3.2.5":      {"policy", "technological SSL"},
	"1.2.398.3.3.2.6.1":    {"policy", "timestamp, GOST 2004"},
	"1.2.398.3.3.2.6.2":    {"policy", "timestamp, RSA with SHA-256"},
	"1.2.398.3.3.2.6.3":    {"policy", "timestamp, Gamma GOST"},
	"1.2.398.3.3.2.6.4":    {"policy", "timestamp, GOST 2015"},
}

// Every registered identifier means in its own place what the registry says,
// and nothing in another; its neighbours mean nothing.
func TestEveryRowOfTheProfile(t *testing.T) {
	p := NationalProfile()
	if p.Name != "kz-national" || p.Version == "" || p.Comment == "" {
		t.Errorf("%s %s: %s", p.Name, p.Version, p.Comment)
	}
	if n := len(p.Roles) + len(p.Identification) + len(p.KeyStores) + len(p.Policies); n != len(registered) {
		t.Errorf("%d rows, %d vectors", n, len(registered))
	}
	asked := map[string]bool{}
	for s := range registered {
		parts := strings.Split(s, ".")
		last, err := strconv.Atoi(parts[len(parts)-1])
		if err != nil {
			t.Fatal(err)
		}
		parent := strings.Join(parts[:len(parts)-1], ".")
		for _, one := range []string{s, parent, s + ".9", parent + "." + strconv.Itoa(last+1), parent + "." + strconv.Itoa(last-1)} {
			asked[one] = true
		}
	}
	for s := range asked {
		var oid asn1.ObjectIdentifier
		for _, part := range strings.Split(s, ".") {
			n, err := strconv.Atoi(part)
			if err != nil {
				t.Fatal(err)
			}
			oid = append(oid, n)
		}
		only := func(list string) []string {
			if row := registered[s]; row.list == list {
				return []string{row.code}
			}
			return nil
		}
		c := &Certificate{ExtKeyUsage: []asn1.ObjectIdentifier{oid}, Policies: []asn1.ObjectIdentifier{oid}}
		c.Extensions = []Extension{{ID: oidKeyStore, Value: der.Sequence(der.OID(oid))}}
		var id Identity
		id.readUsages(c, p)
		var roles []string
		for _, r := range id.Roles {
			roles = append(roles, string(r))
		}
		if !slices.Equal(roles, only("role")) || !slices.Equal(id.Policies, only("policy")) ||
			strings.Join(only("identification"), "") != id.Identification || strings.Join(only("store"), "") != c.keyStore(p) {
			t.Errorf("%s: roles %v, policies %v, identification %q, store %q", s, roles, id.Policies, id.Identification, c.keyStore(p))
		}
	}
}

// What follows an identifier that says how somebody was identified does not undo
// it, and the last such one counts.
func TestIdentificationBesideOthers(t *testing.T) {
	remote, digital, role := dotted(t, "1.2.398.3.3.4.3.2"), dotted(t, "1.2.398.3.3.4.3.2.1"), dotted(t, "1.2.398.3.3.4.1.1")
	for want, usages := range map[string][]asn1.ObjectIdentifier{
		"remote": {remote, role}, "digital_id": {role, remote, digital, role}, "": {role},
	} {
		var id Identity
		id.readUsages(&Certificate{ExtKeyUsage: usages}, NationalProfile())
		if id.Identification != want {
			t.Errorf("%v: %q, want %q", usages, id.Identification, want)
		}
	}
}

// An entry with a date means something from the first moment of that day on.
func TestMeaningFromADate(t *testing.T) {
	oid := asn1.ObjectIdentifier{1, 2, 3}
	rows := []ProfileEntry{{OID: "1.2.3", Code: "new", From: "2026-03-01"}}
	first := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
	for at, want := range map[time.Time]string{first.Add(-time.Second): "", first: "new", first.AddDate(9, 0, 0): "new"} {
		if got, ok := meaning(rows, oid, at); got != want || ok != (want != "") {
			t.Errorf("at %s: %q", at, got)
		}
	}
}

// Dates of entries are read, and one that is none is refused.
func TestProfileDates(t *testing.T) {
	for from, ok := range map[string]bool{`"2026-03-01"`: true, `""`: true, `"2026-02-30"`: false, `"1 March"`: false} {
		p, err := parseProfile([]byte(`{"roles": [{"oid": "1.2.3", "code": "new", "from": ` + from + `}]}`))
		if ok && (err != nil || len(p.Roles) != 1) {
			t.Errorf("%s: %v, %+v", from, err, p)
		}
		if !ok && (err == nil || !strings.HasPrefix(err.Error(), "national profile: 1.2.3: parsing time")) {
			t.Errorf("%s: %v", from, err)
		}
	}
	// The version stands in every verdict: whoever changes the data changes it.
	if p := NationalProfile(); p.Name != "kz-national" || p.Version != "2026-11-22" {
		t.Errorf("%s %s", p.Name, p.Version)
	}
}

// The attribute types stand here once more, as the standards print them.
func TestNameTypes(t *testing.T) {
	for want, id := range map[string]asn1.ObjectIdentifier{
		"2.5.4.3": oidCommonName, "2.5.4.4": oidSurname, "2.5.4.5": oidSerialNumber, "2.5.4.6": oidCountry,
		"2.5.4.7": oidLocality, "2.5.4.8": oidProvince, "2.5.4.10": oidOrganisation, "2.5.4.11": oidOrganisationUnit,
		"2.5.4.15": oidBusinessCategory, "2.5.4.42": oidGivenName,
		"0.9.2342.19200300.100.1.1": oidUserID, "0.9.2342.19200300.100.1.25": oidDomainComponent,
		"1.2.840.113549.1.9.1": oidEmail,
	} {
		if id.String() != want {
			t.Errorf("%v, want %s", id, want)
		}
	}
}

// Of what cannot be seen nothing counts when names are compared (RFC 4518 section
// 2.2): control characters, DEL among them, go; white space becomes one space.
func TestInvisibleInNames(t *testing.T) {
	for in, want := range map[string]string{"a\x7fb": "ab", "a\x00b": "ab", "a\u00adb": "ab", "a \t b": "a b", "\x7f": "", "a~b": "a~b"} {
		if got, ok := appendNormal(nil, in); !ok || string(got) != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
