package revocation

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"tamga/certs"
	"tamga/certs/der"
)

// Scope is what a list is about, by its issuingDistributionPoint (RFC 5280
// section 5.2.5). A list without that extension has the whole of its issuer's
// certificates and all reasons in scope.
type Scope struct {
	Name            certs.DistributionPointName
	OnlyUsers       bool
	OnlyAuthorities bool
	OnlyAttributes  bool
	Indirect        bool
	Reasons         certs.ReasonFlags

	raw string // the extension's value, to compare scopes with
}

// Digest returns the SHA-256 of the extension's value, hexadecimal: lists with the
// same are numbered together (RFC 5280 section 5.2.3). It is "" for a list without
// the extension.
func (s Scope) Digest() string {
	if s.raw == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s.raw))
	return hex.EncodeToString(sum[:])
}

// parseScope reads the extension; false when it cannot be read or contradicts
// itself.
func parseScope(value []byte) (Scope, bool) {
	s := Scope{Reasons: certs.AllReasons, raw: string(value)}
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil || r.Empty() {
		return s, false
	}
	if e, ok, err := r.Optional(der.ContextConstructed(0)); err != nil {
		return s, false
	} else if ok {
		if s.Name, err = certs.ParseDistributionPointName(e.Body); err != nil {
			return s, false
		}
	}
	only := 0
	for _, flag := range []struct {
		tag   byte
		field *bool
	}{{1, &s.OnlyUsers}, {2, &s.OnlyAuthorities}, {3, nil}, {4, &s.Indirect}, {5, &s.OnlyAttributes}} {
		e, ok, err := r.Optional(der.Context(flag.tag))
		switch {
		case err != nil:
			return s, false
		case !ok:
			continue
		case flag.field == nil:
			if s.Reasons, err = certs.ParseReasonFlags(e.Body); err != nil {
				return s, false
			}
			continue
		}
		if *flag.field, err = der.ParseBool(e.Body); err != nil {
			return s, false
		}
		if *flag.field && flag.tag != 4 {
			only++
		}
	}
	return s, only <= 1 && r.Done() == nil
}

// Limits of what strangers' certificates and lists may make us compare. What is
// beyond them does not count, which acquits nobody.
const (
	maxPoints     = 16
	maxPointNames = 16
)

func few(names []certs.GeneralName) []certs.GeneralName {
	return names[:min(len(names), maxPointNames)]
}

// point is a place where the revocation of the certificate asked about may be
// told: one of its distribution points, or the authority that issued it.
type point struct {
	names   []certs.GeneralName
	issuer  certs.Name // of the list
	other   bool       // the list's issuer is not the certificate's: it must be indirect
	reasons certs.ReasonFlags
}

// pointsOf returns where to look. The last point is the authority itself, for
// lists that no distribution point names (RFC 5280 section 6.3.3): so a list of
// the right issuer counts whatever addresses the certificate carries.
func pointsOf(c *certs.Certificate) []point {
	var points []point
	for _, p := range c.CRLPoints[:min(len(c.CRLPoints), maxPoints)] {
		if len(p.CRLIssuer) == 0 {
			points = append(points, point{names: few(p.Name.Names(c.Issuer)), issuer: c.Issuer, reasons: p.Reasons})
			continue
		}
		for _, g := range few(p.CRLIssuer) {
			if g.Form != certs.FormDirectory {
				continue
			}
			names := p.Name.Names(g.Directory)
			if p.Name.Absent() {
				names = p.CRLIssuer
			}
			points = append(points, point{names: few(names), issuer: g.Directory, other: true, reasons: p.Reasons})
		}
	}
	authority := certs.GeneralName{Form: certs.FormDirectory, Value: c.Issuer.Raw, Directory: c.Issuer}
	return append(points, point{names: []certs.GeneralName{authority}, issuer: c.Issuer, reasons: certs.AllReasons})
}

// covers returns for which reasons the list would tell that the certificate was
// revoked; none when it is not in the list's scope (RFC 5280 section 6.3.3 (b)
// and (d)).
func (l *CRL) covers(c *certs.Certificate, points []point) certs.ReasonFlags {
	s := l.Scope
	if s.OnlyAttributes || s.OnlyUsers && c.CA || s.OnlyAuthorities && !c.CA {
		return 0
	}
	var reasons certs.ReasonFlags
	own := few(s.Name.Names(l.Issuer))
	for _, p := range points {
		if !p.issuer.Equal(l.Issuer) || p.other && !s.Indirect {
			continue
		}
		if s.Name.Absent() || slices.ContainsFunc(own, func(g certs.GeneralName) bool {
			return slices.ContainsFunc(p.names, g.Equal)
		}) {
			reasons |= p.reasons & s.Reasons
		}
	}
	return reasons
}
