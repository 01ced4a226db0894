package certs

import "encoding/hex"

// Description says in words what a certificate is, for verdicts and lists. It
// depends on nothing but the certificate, and is made once.
type Description struct {
	Subject, Issuer string // for people, the IIN masked
	SHA256          string // of the certificate, hexadecimal
	Key             string // [KeyName]
	KeyUsage        []string
	Algorithm       string // of its signature; the identifier when it is not known
	Identity        Identity
	Production      bool // one of the national production authorities
}

// Describe returns the description. It is shared: to be read only.
func (c *Certificate) Describe() *Description {
	if d := c.described.Load(); d != nil {
		return d
	}
	d := &Description{
		Subject: c.Subject.String(), Issuer: c.Issuer.String(), SHA256: hex.EncodeToString(c.fingerprint[:]),
		Key: KeyName(c.PublicKey), KeyUsage: c.KeyUsage.Names(),
		Algorithm: c.Algorithm.OID.String(), Identity: c.Identity(),
	}
	if alg, err := ParseAlgorithm(c.Algorithm); err == nil {
		d.Algorithm = alg.Name()
	}
	_, d.Production = c.National()
	c.described.Store(d)
	return d
}
