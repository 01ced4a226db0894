package signing

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tamga/certs"
)

// Level is what a check that is not fulfilled does to the verdict.
type Level string

// The levels.
const (
	LevelFail   Level = "FAIL"   // it decides the verdict
	LevelWarn   Level = "WARN"   // it is shown, and passes
	LevelIgnore Level = "IGNORE" // it is not asked
)

// Policy is how strictly signatures are judged, as data that can be read,
// dated and kept: a verdict names the version that judged it. A policy that
// says nothing about a check is strict about it.
type Policy struct {
	Name    string              `json:"name"`
	Version string              `json:"version"`
	Comment string              `json:"comment"`
	Levels  map[CheckName]Level `json:"levels"`

	// SigningCertificateMissing says what the absence of the attribute means
	// for signatures received from a date on; the last entry that has begun
	// counts.
	SigningCertificateMissing []DatedLevel `json:"signing_certificate_missing"`
	// RevocationSources says whom to ask for the status of certificates, and
	// in which order.
	RevocationSources []Source `json:"revocation_sources"`
	// RevocationUnknown says what it means that no source knows the status. It
	// never softens a certificate that was revoked.
	RevocationUnknown Level `json:"revocation_unknown"`
	// AuthorityWithoutList says what it means that nobody supplied any
	// revocation list about an authority on the path. A list that is there and
	// is stale or wrong is never passed over.
	AuthorityWithoutList Level `json:"authority_without_list"`

	// MixedAnchors says what it means that a path ends in an anchor that is no
	// production authority of Kazakhstan while such authorities are trusted
	// too: a test authority in a production store.
	MixedAnchors Level `json:"mixed_anchors"`

	MinimumRSABits           int           `json:"minimum_rsa_bits"`
	Digests                  []DigestLimit `json:"digests"`
	CertificatePolicies      []string      `json:"certificate_policies"`
	CertificatePolicyMissing Level         `json:"certificate_policy_missing"`
	RefusedRoles             []certs.Role  `json:"refused_roles"`
}

// DatedLevel is a level that holds from a civil date on.
type DatedLevel struct {
	From  string `json:"from"`
	Level Level  `json:"level"`
	Why   string `json:"why"`
}

// DigestLimit is the date from which a digest is no longer relied on.
type DigestLimit struct {
	Name  string `json:"name"`
	Until string `json:"until"`
}

//go:embed policies
var policies embed.FS

// DefaultPolicy returns the policy for signatures of applicants and officials
// of Kazakhstan: "kz".
func DefaultPolicy() (Policy, error) { return NamedPolicy("kz") }

// NamedPolicy returns one of the policies that the program carries: "kz", or
// "kz-soft", under which a status that could not be determined passes with a
// warning.
func NamedPolicy(name string) (Policy, error) {
	b, err := policies.ReadFile("policies/" + name + ".json")
	if err != nil {
		return Policy{}, fmt.Errorf("there is no policy %q", name)
	}
	return ParsePolicy(b)
}

// ParsePolicy reads a policy and refuses unknown fields, levels and dates, so
// that a slip of the pen does not loosen it.
func ParsePolicy(b []byte) (Policy, error) {
	var p Policy
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Policy{}, fmt.Errorf("read policy: %w", err)
	}
	return p, p.validate()
}

func (p *Policy) validate() error {
	if p.Name == "" || p.Version == "" {
		return fmt.Errorf("policy without a name and a version")
	}
	levels := []Level{p.RevocationUnknown, p.AuthorityWithoutList, p.MixedAnchors, p.CertificatePolicyMissing}
	if len(p.RevocationSources) == 0 {
		return fmt.Errorf("policy %s: nobody is asked whether certificates were revoked", p.Name)
	}
	for _, source := range p.RevocationSources {
		if source != SourceCRL && source != SourceOCSP {
			return fmt.Errorf("policy %s: there is no source %q", p.Name, source)
		}
	}
	known := map[CheckName]bool{}
	for _, c := range checkTable() {
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
	return nil
}

// level returns how strictly a check is taken.
func (p *Policy) level(name CheckName) Level {
	if l, ok := p.Levels[name]; ok {
		return l
	}
	return LevelFail
}

// missingSigningCertificate returns the level in force at a time.
func (p *Policy) missingSigningCertificate(at time.Time) Level {
	level := LevelFail
	for _, d := range p.SigningCertificateMissing {
		if from, _ := time.Parse(time.DateOnly, d.From); !at.Before(from) {
			level = d.Level
		}
	}
	return level
}

// digestAllowed reports whether a digest may be relied on at a time.
func (p *Policy) digestAllowed(name string, at time.Time) bool {
	for _, d := range p.Digests {
		if until, _ := time.Parse(time.DateOnly, d.Until); d.Name == name && !at.Before(until) {
			return false
		}
	}
	return true
}

// certificatePolicyAllowed reports whether a certificate carries one of the
// policies, or one below it.
func (p *Policy) certificatePolicyAllowed(c *certs.Certificate) bool {
	for _, have := range c.Policies {
		for _, want := range p.CertificatePolicies {
			if s := have.String(); s == want || strings.HasPrefix(s, want+".") {
				return true
			}
		}
	}
	return len(p.CertificatePolicies) == 0
}
