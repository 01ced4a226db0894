package signing

import (
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing/pades/changes"
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
	Name    string `json:"name"`
	Version string `json:"version"`
	Comment string `json:"comment"`
	BasedOn string `json:"based_on,omitempty"` // what is not said here is said there
	// ForDeciding says that an application may be decided under it. It is never
	// taken over from another policy: who loosens one must say it again.
	ForDeciding bool                `json:"for_deciding"`
	Levels      map[CheckName]Level `json:"levels"`

	// SigningCertificateMissing says what the absence of the attribute means
	// for signatures received from a date on; the last entry that has begun
	// counts.
	SigningCertificateMissing []DatedLevel `json:"signing_certificate_missing"`
	// XMLSigningCertificateMissing says what it means that an XML signature does
	// not protect the certificate that it belongs to: the national library
	// never does that.
	XMLSigningCertificateMissing Level `json:"xml_signing_certificate_missing"`
	// XMLMessageTime says what it means that a SOAP message was received outside
	// of the time for which its signed WS-Security timestamp says that it holds.
	XMLMessageTime Level `json:"xml_message_time"`
	// XMLUnsignedParts says what it means that something stands inside an XML
	// signature, or beside it in its security header, and is not signed.
	XMLUnsignedParts Level `json:"xml_unsigned_parts"`
	// KeyUsageMissing says what it means that a signer's certificate has no key
	// usage, which by RFC 5280 section 4.2.1.3 restricts nothing. One with an
	// extended key usage that is for something else than documents fails all the
	// same. A policy that says nothing refuses it, and so do those for decisions: the
	// national authority writes a critical one into every certificate and tells keys
	// for signing from those for log-in by it alone (rules of order 1187, paragraph
	// 6.3), since the extended key usage names the holder's role in both.
	KeyUsageMissing Level `json:"key_usage_missing"`
	// KeyUse is what the signer's key must be for: [certs.UseSigning], also when
	// empty, or [certs.UseLogin], for signatures that open a session and are under no
	// document.
	KeyUse certs.KeyUse `json:"key_use,omitempty"`
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

	// RevocationFreshness says which revocation information proves that a
	// timestamped signer was not revoked when it signed.
	RevocationFreshness Freshness `json:"revocation_freshness"`
	// LaterRevocationRefused are the reasons of a revocation, as RFC 5280
	// writes them, for which a signature does not count although it is proved
	// to be older than the revocation.
	LaterRevocationRefused []string `json:"later_revocation_refused"`
	// RevokedBeforeTimestamp is the conclusion about a signature whose oldest
	// trusted timestamp is younger than the revocation of its signer:
	// TOTAL-FAILED, or INDETERMINATE as EN 319 102-1 has it, since the
	// signature may still be older than the timestamp.
	RevokedBeforeTimestamp Indication `json:"revoked_before_timestamp"`

	// A timestamp that is not trusted (no path, unknown status, an algorithm no
	// longer relied on), one that is broken (another imprint, a wrong
	// signature), and that there is none which proves anything.
	TimestampUntrusted Level `json:"timestamp_untrusted"`
	TimestampBroken    Level `json:"timestamp_broken"`
	TimestampMissing   Level `json:"timestamp_missing"`

	// PDFChanges is what revisions after a signature of a PDF may change at
	// most; the signature itself may permit less.
	PDFChanges PDFChanges `json:"pdf_changes"`

	Digests                  []DigestLimit `json:"digests"`
	Keys                     []KeyLimit    `json:"keys"`
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

// Freshness is which revocation information counts.
type Freshness string

// In force at the time of the signature, or made after it: the latter knows
// also what was not yet published then.
const (
	FreshInForce     Freshness = "in_force"
	FreshIssuedAfter Freshness = "issued_after"
)

// PDFChanges is what may follow a signature in a PDF.
type PDFChanges string

// Each permits what those before it do.
const (
	PDFNothing     PDFChanges = "nothing"      // the signed revision is the last
	PDFEvidence    PDFChanges = "ltv"          // evidence and document timestamps
	PDFForms       PDFChanges = "form_filling" // form fields and further signatures
	PDFAnnotations PDFChanges = "annotations"
)

func (c PDFChanges) limit() changes.Level {
	switch c {
	case PDFEvidence:
		return changes.LTV
	case PDFForms:
		return changes.FormFilling
	case PDFAnnotations:
		return changes.Annotations
	}
	return changes.Nothing
}

// DigestLimit is the civil date from which a digest is no longer relied on. A
// digest without an entry has no limit.
type DigestLimit struct {
	Name  string `json:"name"`
	Until string `json:"until"`
	Why   string `json:"why,omitempty"`
}

// KeyLimit is the civil date from which keys of fewer bits than Below are no
// longer relied on.
type KeyLimit struct {
	Name  string `json:"name"` // RSA, DSA or ECDSA
	Below int    `json:"below"`
	Until string `json:"until"`
	Why   string `json:"why,omitempty"`
}

// refusesLater reports whether a later revocation takes away what was good
// before. A reason that RFC 5280 does not have says as little as none.
func (p *Policy) refusesLater(a revocation.Answer) bool {
	reason := a.Reason
	if !reason.Known() {
		reason = revocation.Unspecified
	}
	return slices.Contains(p.LaterRevocationRefused, reason.String())
}

// reasons are the reasons of a revocation as RFC 5280 writes them.
func reasons() []string {
	var all []string
	for r := revocation.Unspecified; r <= revocation.AACompromise; r++ {
		all = append(all, r.String())
	}
	return all
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

// missedBefore reports whether a signature without the attribute passed at some
// time before.
func (p *Policy) missedBefore(at time.Time) bool {
	return slices.ContainsFunc(p.SigningCertificateMissing, func(d DatedLevel) bool {
		from, _ := time.Parse(time.DateOnly, d.From)
		return d.Level != LevelFail && from.Before(at)
	})
}

// digestAllowed reports whether a digest may be relied on at a time.
func (p *Policy) digestAllowed(name string, at time.Time) bool {
	for _, d := range p.Digests {
		if d.Name == name && !before(at, d.Until) {
			return false
		}
	}
	return true
}

// keyAllowed reports whether a key of a size may be relied on at a time.
func (p *Policy) keyAllowed(name string, bits int, at time.Time) bool {
	for i := range p.Keys {
		if k := &p.Keys[i]; k.Name == name && bits < k.Below && !before(at, k.Until) {
			return false
		}
	}
	return true
}

func before(at time.Time, date string) bool {
	day, err := time.Parse(time.DateOnly, date)
	return err == nil && at.Before(day)
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
