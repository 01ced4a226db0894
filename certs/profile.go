package certs

import (
	_ "embed"
	"encoding/asn1"
	"fmt"
	"slices"
	"sync"
	"time"

	"tamga/jsonfile"
)

// Profile is what the certificates of Kazakhstan's authorities say about their
// holders, as data: which identifiers stand for which role, key store, way of
// identification and policy, and which key usage makes a signing key.
type Profile struct {
	Name           string          `json:"name"`
	Version        string          `json:"version"`
	Comment        string          `json:"comment"`
	KeyUses        []ProfileKeyUse `json:"key_uses"` // the first that fits is that of an identity
	Roles          []ProfileEntry  `json:"roles"`
	Identification []ProfileEntry  `json:"identification"`
	KeyStores      []ProfileEntry  `json:"key_stores"`
	Policies       []ProfileEntry  `json:"policies"`
}

// ProfileKeyUse says which key usage bits make a use.
type ProfileKeyUse struct {
	Use   KeyUse   `json:"use"`
	AllOf []string `json:"all_of"` // names of RFC 5280 section 4.2.1.3
}

// ProfileEntry gives an object identifier its meaning, for certificates issued
// from a civil date on.
type ProfileEntry struct {
	OID  string `json:"oid"`
	Code string `json:"code"`
	From string `json:"from,omitempty"`
}

//go:embed profile/kz.json
var kzProfile []byte

// NationalProfile returns the profile that [Certificate.Identity] reads by.
func NationalProfile() Profile { return nationalProfile() }

// nationalProfile reads the embedded data once. That it can be read is what
// the tests of this package make sure of.
var nationalProfile = sync.OnceValue(func() Profile {
	p, err := parseProfile(kzProfile)
	if err != nil {
		panic(err)
	}
	return p
})

func parseProfile(b []byte) (Profile, error) {
	var p Profile
	if err := jsonfile.Read(b, &p); err != nil {
		return Profile{}, fmt.Errorf("national profile: %w", err)
	}
	seen := map[string]bool{}
	for _, e := range slices.Concat(p.Roles, p.Identification, p.KeyStores, p.Policies) {
		if seen[e.OID] || e.Code == "" {
			return Profile{}, fmt.Errorf("national profile: %s stands twice or without a meaning", e.OID)
		}
		seen[e.OID] = true
		if _, err := time.Parse(time.DateOnly, e.From); e.From != "" && err != nil {
			return Profile{}, fmt.Errorf("national profile: %s: %w", e.OID, err)
		}
	}
	all := KeyUsage(1<<9 - 1).Names()
	for _, u := range p.KeyUses {
		for _, name := range u.AllOf {
			if !slices.Contains(all, name) {
				return Profile{}, fmt.Errorf("national profile: there is no key usage %q", name)
			}
		}
	}
	return p, nil
}

// meaning finds an identifier among entries in force when a certificate was
// issued.
func meaning(entries []ProfileEntry, oid asn1.ObjectIdentifier, issued time.Time) (string, bool) {
	s := oid.String()
	for _, e := range entries {
		if e.OID == s && (e.From == "" || issued.Format(time.DateOnly) >= e.From) {
			return e.Code, true
		}
	}
	return "", false
}

// keyUse returns the first use whose bits are all set.
func (p Profile) keyUse(u KeyUsage) KeyUse {
	have := u.Names()
	for _, use := range p.KeyUses {
		if !slices.ContainsFunc(use.AllOf, func(name string) bool { return !slices.Contains(have, name) }) {
			return use.Use
		}
	}
	return UseOther
}

// MayLogIn reports whether a key is one to log in with, which it may be besides
// signing.
func (c *Certificate) MayLogIn() bool {
	have := c.KeyUsage.Names()
	return slices.ContainsFunc(nationalProfile().KeyUses, func(use ProfileKeyUse) bool {
		return use.Use == UseLogin && !slices.ContainsFunc(use.AllOf, func(name string) bool { return !slices.Contains(have, name) })
	})
}
