package signing

import (
	"cmp"
	"crypto/x509"
	"embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"tamga/certs"
	"tamga/jsonfile"
)

//go:embed policies
var policies embed.FS

// DefaultPolicy returns the policy for signatures of applicants and officials
// of Kazakhstan: "kz".
func DefaultPolicy() (Policy, error) { return defaultPolicy() }

var defaultPolicy = sync.OnceValues(func() (Policy, error) { return NamedPolicy("kz") })

// PolicyNames are the policies that the program carries: "kz", the default;
// "kz-applicant", under which nothing may follow the signature in a PDF;
// "kz-strict", under which a CMS signature without a signing-certificate
// attribute is not accepted; and "kz-soft", under which a status that could not
// be determined passes with a warning.
func PolicyNames() []string { return []string{"kz", "kz-applicant", "kz-strict", "kz-soft"} }

// LoginPolicy returns the policy for signatures that open a session, "kz-login": the
// key must be for logging in. It is none of [PolicyNames], since no file is judged
// by it.
func LoginPolicy() (Policy, error) { return NamedPolicy("kz-login") }

// DecidingPolicies returns those of [PolicyNames] under which an application may
// be decided.
func DecidingPolicies() ([]Policy, error) {
	var all []Policy
	for _, name := range PolicyNames() {
		p, err := NamedPolicy(name)
		if err != nil {
			return nil, err
		}
		if p.ForDeciding {
			all = append(all, p)
		}
	}
	return all, nil
}

// NamedPolicy returns one of [PolicyNames].
func NamedPolicy(name string) (Policy, error) {
	b, err := policies.ReadFile("policies/" + name + ".json")
	if err != nil {
		return Policy{}, fmt.Errorf("there is no policy %q", name)
	}
	return ParsePolicy(b)
}

// ParsePolicy reads a policy and refuses unknown fields, levels and dates, so
// that a slip of the pen does not loosen it. A policy may be based on one that
// the program carries, and then says only what differs.
func ParsePolicy(b []byte) (Policy, error) {
	var p, base Policy
	var head struct {
		BasedOn string `json:"based_on"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return Policy{}, fmt.Errorf("read policy: %w", err)
	}
	if head.BasedOn != "" {
		var err error
		if base, err = NamedPolicy(head.BasedOn); err != nil {
			return Policy{}, fmt.Errorf("read policy: %w", err)
		}
		if base.BasedOn != "" {
			return Policy{}, fmt.Errorf("read policy: %s is itself based on another", base.Name)
		}
		p = base
		p.Name, p.Version, p.Comment, p.ForDeciding = "", "", "", false
		// Entries are decoded over those that are there, so that what one leaves
		// out would be taken from an entry of the other that it has nothing to do with.
		p.SigningCertificateMissing, p.Digests, p.Keys = nil, nil, nil
	}
	if err := jsonfile.Read(b, &p); err != nil {
		return Policy{}, fmt.Errorf("read policy: %w", err)
	}
	inherit(&p.SigningCertificateMissing, base.SigningCertificateMissing)
	inherit(&p.Digests, base.Digests)
	inherit(&p.Keys, base.Keys)
	p.XMLMessageTime = cmp.Or(p.XMLMessageTime, LevelFail)
	p.XMLUnsignedParts = cmp.Or(p.XMLUnsignedParts, LevelFail)
	p.KeyUsageMissing = cmp.Or(p.KeyUsageMissing, LevelFail)
	return p, p.validate()
}

// inherit takes over a list that is not said; one that is said to be empty is.
func inherit[T any](list *[]T, base []T) {
	if *list == nil {
		*list = base
	}
}

func (p *Policy) validate() error {
	if p.Name == "" || p.Version == "" {
		return fmt.Errorf("policy without a name and a version")
	}
	levels := []Level{
		p.RevocationUnknown, p.AuthorityWithoutList, p.MixedAnchors, p.CertificatePolicyMissing,
		p.TimestampUntrusted, p.TimestampBroken, p.TimestampMissing, p.XMLSigningCertificateMissing,
		p.XMLMessageTime, p.XMLUnsignedParts, p.KeyUsageMissing,
	}
	if !slices.Contains([]certs.KeyUse{"", certs.UseSigning, certs.UseLogin}, p.KeyUse) || p.KeyUse == certs.UseLogin && p.ForDeciding {
		return fmt.Errorf("policy %s: key_use is %q", p.Name, p.KeyUse)
	}
	if !slices.Contains([]PDFChanges{PDFNothing, PDFEvidence, PDFForms, PDFAnnotations}, p.PDFChanges) {
		return fmt.Errorf("policy %s: pdf_changes is %q", p.Name, p.PDFChanges)
	}
	if err := p.validateRevocation(); err != nil {
		return err
	}
	known := map[CheckName]bool{}
	for _, c := range slices.Concat(signerTable, tokenTable) {
		known[c.name] = true
	}
	for name, l := range p.Levels {
		if !known[name] {
			return fmt.Errorf("policy %s: there is no check %q", p.Name, name)
		}
		levels = append(levels, l)
	}
	dates := make([]string, 0, len(p.Digests))
	for _, d := range p.SigningCertificateMissing {
		levels, dates = append(levels, d.Level), append(dates, d.From)
	}
	for _, d := range p.Digests {
		dates = append(dates, d.Until)
	}
	for _, k := range p.Keys {
		dates = append(dates, k.Until)
	}
	for _, l := range levels {
		if l != LevelFail && l != LevelWarn && l != LevelIgnore {
			return fmt.Errorf("policy %s: level %q is not FAIL, WARN or IGNORE", p.Name, l)
		}
	}
	for _, s := range dates {
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return fmt.Errorf("policy %s: %w", p.Name, err)
		}
	}
	return p.validateNames()
}

// validateNames refuses what a limit or a list would never meet, and so would
// not refuse.
func (p *Policy) validateNames() error {
	for _, d := range p.Digests {
		named := func(known certs.Digest) bool { return known.Name == d.Name }
		if d.Name != "MD5" && !slices.ContainsFunc(certs.Digests(), named) {
			return fmt.Errorf("policy %s: there is no digest %q", p.Name, d.Name)
		}
	}
	for _, k := range p.Keys {
		if !slices.Contains([]string{"RSA", "DSA", "ECDSA"}, k.Name) || k.Below <= 0 {
			return fmt.Errorf("policy %s: there is no limit %q below %d", p.Name, k.Name, k.Below)
		}
	}
	for _, s := range p.CertificatePolicies {
		if _, err := x509.ParseOID(s); err != nil {
			return fmt.Errorf("policy %s: certificate policy %q is no object identifier", p.Name, s)
		}
	}
	for _, role := range p.RefusedRoles {
		if !slices.Contains(certs.Roles(), role) {
			return fmt.Errorf("policy %s: there is no role %q", p.Name, role)
		}
	}
	return nil
}

func (p *Policy) validateRevocation() error {
	if len(p.RevocationSources) == 0 {
		return fmt.Errorf("policy %s: nobody is asked whether certificates were revoked", p.Name)
	}
	for _, source := range p.RevocationSources {
		if source != SourceCRL && source != SourceOCSP {
			return fmt.Errorf("policy %s: there is no source %q", p.Name, source)
		}
	}
	if p.RevocationFreshness != FreshInForce && p.RevocationFreshness != FreshIssuedAfter {
		return fmt.Errorf("policy %s: freshness %q is not in_force or issued_after", p.Name, p.RevocationFreshness)
	}
	if p.RevokedBeforeTimestamp != TotalFailed && p.RevokedBeforeTimestamp != Indeterminate {
		return fmt.Errorf("policy %s: revoked_before_timestamp is %q", p.Name, p.RevokedBeforeTimestamp)
	}
	for _, name := range p.LaterRevocationRefused {
		if !slices.Contains(reasons(), name) {
			return fmt.Errorf("policy %s: there is no reason %q", p.Name, name)
		}
	}
	return nil
}
