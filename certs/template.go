package certs

import (
	"bytes"
	"encoding/asn1"
	"slices"
	"sync/atomic"

	"tamga/certs/der"
)

// extensionReader reads one extension into the fields of a certificate.
type extensionReader struct {
	oid  asn1.ObjectIdentifier
	name string
	read func(*Certificate, []byte) error
	// partial marks extensions that are read for information but not enforced
	// by path building, so that critical means unhandled.
	partial bool
	// share, where there is one, takes the fields over from a certificate that
	// has the same extension, byte for byte.
	share func(c, from *Certificate)
}

// extensionReaders are the extensions that are understood, the most frequent
// first.
var extensionReaders = []extensionReader{
	{oidExtKeyUsage, "keyUsage", (*Certificate).readKeyUsage, false, func(c, from *Certificate) {
		c.HasKeyUsage, c.KeyUsage = from.HasKeyUsage, from.KeyUsage
	}},
	{oidExtExtKeyUsage, "extKeyUsage", (*Certificate).readExtKeyUsage, false, func(c, from *Certificate) {
		c.ExtKeyUsage = from.ExtKeyUsage
	}},
	{oidExtSubjectKeyID, "subjectKeyIdentifier", (*Certificate).readSubjectKeyID, false, nil},
	{oidExtAuthorityKeyID, "authorityKeyIdentifier", (*Certificate).readAuthorityKeyID, false, func(c, from *Certificate) {
		c.AuthorityKeyID = from.AuthorityKeyID
	}},
	{oidExtPolicies, "certificatePolicies", (*Certificate).readPolicies, false, func(c, from *Certificate) {
		c.Policies, c.oddQualifier = from.Policies, from.oddQualifier
	}},
	// Whoever asks about revocation reads the points; without an answer to
	// that no certificate is accepted.
	{oidExtCRLDP, "cRLDistributionPoints", (*Certificate).readCRLPoints, false, func(c, from *Certificate) {
		c.CRLPoints, c.CRLURLs = from.CRLPoints, from.CRLURLs
	}},
	{oidExtFreshestCRL, "freshestCRL", (*Certificate).readFreshestCRL, true, func(c, from *Certificate) {
		c.DeltaCRLURLs = from.DeltaCRLURLs
	}},
	{oidExtAuthorityInfo, "authorityInfoAccess", (*Certificate).readAuthorityInfo, true, func(c, from *Certificate) {
		c.OCSPURLs, c.IssuerURLs = from.OCSPURLs, from.IssuerURLs
	}},
	{oidExtBasicConstraints, "basicConstraints", (*Certificate).readBasicConstraints, false, func(c, from *Certificate) {
		c.BasicConstraints, c.CA, c.MaxPathLen = from.BasicConstraints, from.CA, from.MaxPathLen
	}},
	{oidExtSubjectAltName, "subjectAltName", (*Certificate).readSubjectAltName, false, nil},
	{oidExtNameConstraints, "nameConstraints", (*Certificate).readNameConstraints, false, nil},
	{oidExtPolicyMappings, "policyMappings", (*Certificate).readPolicyMappings, false, nil},
	{oidExtPolicyConstraints, "policyConstraints", (*Certificate).readPolicyConstraints, false, nil},
	{oidExtInhibitAnyPolicy, "inhibitAnyPolicy", (*Certificate).readInhibitAnyPolicy, false, nil},
	// It takes a question away and adds none; whoever asks about responders looks
	// for it.
	{oidExtNoCheck, "id-pkix-ocsp-nocheck", func(*Certificate, []byte) error { return nil }, false, nil},
}

// readerOf returns the reader of an extension, nil when there is none.
func readerOf(id asn1.ObjectIdentifier) *extensionReader {
	i := slices.IndexFunc(extensionReaders, func(r extensionReader) bool { return r.oid.Equal(id) })
	if i < 0 {
		return nil
	}
	return &extensionReaders[i]
}

// issuerFacts is what the pool has at hand about the certificates of one
// issuer.
type issuerFacts struct {
	name  Name
	alike atomic.Pointer[template]
}

// template is a certificate that others of its issuer resemble. An authority
// gives most extensions the same value, byte for byte, in all that it issues,
// and what stands in the same bytes need not be read again.
type template struct {
	c         *Certificate
	algorithm []byte // complete element
	// For each extension of c: the complete element and its reader.
	raw     [][]byte
	readers []*extensionReader
}

// newTemplate makes a template of a certificate.
func newTemplate(c *Certificate) *template {
	t := &template{c: c, algorithm: c.Algorithm.DER()}
	r := der.NewReader(c.extensions)
	for _, e := range c.Extensions {
		element, err := r.Next()
		if err != nil { // it was read before
			break
		}
		t.raw = append(t.raw, element.Raw)
		t.readers = append(t.readers, readerOf(e.ID))
	}
	return t
}

// signs reports whether the complete element b is the template's signature
// algorithm.
func (t *template) signs(b []byte) bool { return t != nil && bytes.Equal(b, t.algorithm) }

// at reports whether b begins with the template's extension i.
func (t *template) at(i int, b []byte) bool {
	return t != nil && i < len(t.raw) && bytes.HasPrefix(b, t.raw[i])
}

// parseExtensions reads the body of the explicit Extensions field into the
// fields of the certificate, and lists the critical ones that nothing here
// processes. What stands in the template in the same place and bytes is taken
// from there.
func (c *Certificate) parseExtensions(body []byte, alike *template) error {
	outer, err := der.One(body)
	if err != nil || outer.Tag != der.SequenceTag {
		return fieldError("extensions", err)
	}
	c.extensions = outer.Body
	r := der.NewReader(outer.Body)
	c.Extensions = make([]Extension, 0, r.Count(maxExtensions))
	for i := 0; !r.Empty(); i++ {
		if alike.at(i, r.Rest()) {
			_, err = r.Next()
			if err == nil {
				err = c.shareExtension(i, alike)
			}
		} else {
			err = c.readExtension(r)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// shareExtension takes extension i over from the template.
func (c *Certificate) shareExtension(i int, alike *template) (err error) {
	e, reader := alike.c.Extensions[i], alike.readers[i]
	if c.Extensions, err = appendExtension(c.Extensions, e); err != nil {
		return fieldError("extensions", err)
	}
	if reader != nil && reader.share != nil {
		reader.share(c, alike.c)
		c.noteCritical(e, reader)
		return nil
	}
	return c.process(e, reader)
}

// readExtension takes the next extension from r.
func (c *Certificate) readExtension(r *der.Reader) error {
	e, err := parseExtension(r)
	if err == nil {
		c.Extensions, err = appendExtension(c.Extensions, e)
	}
	if err != nil {
		return fieldError("extensions", err)
	}
	return c.process(e, readerOf(e.ID))
}

// process reads an extension's value; there may be no reader for it.
func (c *Certificate) process(e Extension, reader *extensionReader) error {
	if reader != nil {
		if err := reader.read(c, e.Value); err != nil {
			return fieldError(reader.name, err)
		}
	}
	c.noteCritical(e, reader)
	return nil
}

// noteCritical notes a critical extension that is not understood, or not enforced
// (RFC 5280 sections 4.2 and 4.2.1.4).
func (c *Certificate) noteCritical(e Extension, reader *extensionReader) {
	odd := e.ID.Equal(oidExtPolicies) && c.oddQualifier
	if e.Critical && (reader == nil || reader.partial || odd) {
		c.UnhandledCritical = append(c.UnhandledCritical, e.ID)
	}
}
