package certs

import (
	"tamga/certs/der"
)

// ReasonFlags is a set of reasons for revocation: bit n is reason n of
// ReasonFlags in RFC 5280 section 4.2.1.13.
type ReasonFlags uint16

// AllReasons is the set of every reason, from keyCompromise to aACompromise.
const AllReasons ReasonFlags = 0x1fe

// ParseReasonFlags reads the contents of the BIT STRING.
func ParseReasonFlags(body []byte) (ReasonFlags, error) {
	bits, _, err := der.ParseBitString(body)
	if err != nil {
		return 0, err
	}
	var set ReasonFlags
	for i := range 9 {
		if i/8 < len(bits) && bits[i/8]&(0x80>>(i%8)) != 0 {
			set |= 1 << i
		}
	}
	return set & AllReasons, nil
}

// DistributionPointName says where a list is found, or rather which part of a
// divided list one is (RFC 5280 section 4.2.1.13). The zero value is no name.
type DistributionPointName struct {
	Full     []GeneralName
	Relative []byte // contents of nameRelativeToCRLIssuer
}

// Absent reports whether there is no name.
func (n DistributionPointName) Absent() bool { return len(n.Full) == 0 && n.Relative == nil }

// Names returns the full names, which for a relative one takes the name of the
// list's issuer.
func (n DistributionPointName) Names(issuer Name) []GeneralName {
	if n.Relative == nil {
		return n.Full
	}
	whole, err := issuer.Below(n.Relative)
	if err != nil {
		return nil
	}
	return []GeneralName{{Form: FormDirectory, Value: whole.Raw, Directory: whole}}
}

// ParseDistributionPointName reads the contents of the explicitly tagged
// choice.
func ParseDistributionPointName(body []byte) (DistributionPointName, error) {
	e, err := der.One(body)
	if err != nil {
		return DistributionPointName{}, err
	}
	switch e.Tag {
	case der.ContextConstructed(0):
		full, err := ParseGeneralNames(e.Body)
		return DistributionPointName{Full: full}, err
	case der.ContextConstructed(1):
		_, err := ParseName(der.Sequence(der.Encode(der.SetTag, e.Body)))
		return DistributionPointName{Relative: e.Body}, err
	}
	return DistributionPointName{}, der.ErrSyntax
}

// DistributionPoint is one place where the revocation of a certificate is told
// (RFC 5280 section 4.2.1.13).
type DistributionPoint struct {
	Name      DistributionPointName
	Reasons   ReasonFlags // AllReasons when not stated
	CRLIssuer []GeneralName
}

// URLs returns the addresses among its names.
func (p DistributionPoint) URLs() []string {
	var urls []string
	for _, g := range p.Name.Full {
		if g.Form == FormURI {
			urls = append(urls, g.Text())
		}
	}
	return urls
}

func (c *Certificate) readCRLPoints(b []byte) (err error) {
	c.CRLPoints, err = ParseDistributionPoints(b)
	for _, p := range c.CRLPoints {
		c.CRLURLs = append(c.CRLURLs, p.URLs()...)
	}
	return err
}

func (c *Certificate) readFreshestCRL(b []byte) error {
	points, err := ParseDistributionPoints(b)
	for _, p := range points {
		c.DeltaCRLURLs = append(c.DeltaCRLURLs, p.URLs()...)
	}
	return err
}

// ParseDistributionPoints reads the value of cRLDistributionPoints or
// freshestCRL.
func ParseDistributionPoints(b []byte) ([]DistributionPoint, error) {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return nil, err
	}
	var points []DistributionPoint
	for !r.Empty() {
		p, err := parseDistributionPoint(r)
		if err != nil {
			return nil, err
		}
		points = append(points, p)
	}
	return points, nil
}

func parseDistributionPoint(r *der.Reader) (DistributionPoint, error) {
	p := DistributionPoint{Reasons: AllReasons}
	seq, err := r.Enter(der.SequenceTag)
	if err != nil {
		return p, err
	}
	if e, ok, err := seq.Optional(der.ContextConstructed(0)); err != nil {
		return p, err
	} else if ok {
		if p.Name, err = ParseDistributionPointName(e.Body); err != nil {
			return p, err
		}
	}
	if e, ok, err := seq.Optional(der.Context(1)); err != nil {
		return p, err
	} else if ok {
		if p.Reasons, err = ParseReasonFlags(e.Body); err != nil {
			return p, err
		}
	}
	if e, ok, err := seq.Optional(der.ContextConstructed(2)); err != nil {
		return p, err
	} else if ok {
		if p.CRLIssuer, err = ParseGeneralNames(e.Body); err != nil {
			return p, err
		}
	}
	return p, seq.Done()
}
