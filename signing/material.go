package signing

import (
	"fmt"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// Material is what a signature needs to be judged long after it was made:
// certificates of the paths of its signers and timestamp authorities, and what
// says that they were not revoked (EN 319 122-1 section 5.4, EN 319 142-1
// section 5.4.2). Each element is a complete DER encoding.
type Material struct {
	Certificates [][]byte
	CRLs         [][]byte
	OCSPs        [][]byte // OCSPResponse
}

// Add adds what other has and m does not have yet.
func (m *Material) Add(other Material) {
	m.Certificates = union(m.Certificates, other.Certificates)
	m.CRLs = union(m.CRLs, other.CRLs)
	m.OCSPs = union(m.OCSPs, other.OCSPs)
}

// AddCertificate adds what a caller hands over as a certificate. What nobody can
// read is an error and not passed over, as with the others: it was handed over
// since it may decide.
func (m *Material) AddCertificate(raw []byte) error {
	if _, err := certs.Parse(raw); err != nil {
		return fmt.Errorf("no certificate: %w", err)
	}
	m.Certificates = append(m.Certificates, raw)
	return nil
}

// AddCRL adds what a caller hands over as a revocation list.
func (m *Material) AddCRL(raw []byte) error {
	if _, err := revocation.ParseCRL(raw); err != nil {
		return fmt.Errorf("no revocation list: %w", err)
	}
	m.CRLs = append(m.CRLs, raw)
	return nil
}

// AddOCSP adds what a caller hands over as an OCSPResponse or a BasicOCSPResponse.
func (m *Material) AddOCSP(raw []byte) error {
	if _, err := readOCSP(raw); err != nil {
		return fmt.Errorf("no OCSP response: %w", err)
	}
	m.OCSPs = append(m.OCSPs, raw)
	return nil
}

// readOCSP reads a response, whole or as a BasicOCSPResponse; the error is about
// the whole.
func readOCSP(raw []byte) (*ocsp.Response, error) {
	r, err := ocsp.ParseResponse(raw)
	if err == nil {
		return r, nil
	}
	if basic, notBasic := ocsp.ParseBasic(raw); notBasic == nil {
		return basic, nil
	}
	return nil, err
}

func union(have, more [][]byte) [][]byte {
	seen := make(map[string]bool, len(have)+len(more))
	for _, b := range have {
		seen[string(b)] = true
	}
	for _, b := range more {
		if !seen[string(b)] {
			seen[string(b)] = true
			have = append(have, b)
		}
	}
	return have
}
