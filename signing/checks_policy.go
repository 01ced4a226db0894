package signing

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"strconv"
	"strings"

	"tamga/certs"
)

func askPolicy(f *facts, p *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoSigningCertificateFound, "no certificate")
	}
	for _, role := range p.RefusedRoles {
		if f.identity.HasRole(role) {
			return failed(ChainConstraintsFailure, "certificates of the role %s are not accepted here", role)
		}
	}
	if f.essMissing && f.xml != nil && p.XMLSigningCertificateMissing == LevelFail {
		return undetermined(SigConstraintsFailure, "an XML signature must protect the certificate that it belongs to")
	}
	if f.essMissing && f.xml == nil && !f.bare && p.missingSigningCertificate(f.poe) == LevelFail {
		return undetermined(SigConstraintsFailure, "a signature received now must carry the signing-certificate attribute")
	}
	if found := askAlgorithms(f, p); found.status != CheckPassed {
		return found
	}
	if p.certificatePolicyAllowed(f.certificate) || p.CertificatePolicyMissing == LevelIgnore {
		return passed("")
	}
	if p.CertificatePolicyMissing == LevelWarn {
		return warning("the certificate carries none of the national certificate policies")
	}
	return undetermined(ChainConstraintsFailure, "the certificate carries none of the national certificate policies")
}

// askAlgorithms asks whether digests and keys were to be relied on at the time
// when the signature is proved to have existed (EN 319 102-1 section 5.2.8).
func askAlgorithms(f *facts, p *Policy) finding {
	if f.certificate == nil {
		return undetermined(NoSigningCertificateFound, "no certificate")
	}
	if !f.bare && f.algErr == nil && !p.digestAllowed(f.algorithm.Digest.Name, f.poe) {
		return undetermined(CryptoConstraintsFailure, "%s was no longer to be relied on", f.algorithm.Digest.Name)
	}
	if f.xml != nil {
		for _, r := range f.xml.References {
			if r.Digest.Name != "" && !p.digestAllowed(r.Digest.Name, f.poe) {
				return undetermined(CryptoConstraintsFailure, "a reference is a %s digest, which was no longer to be relied on", r.Digest.Name)
			}
		}
	}
	if f.token != nil {
		if d, ok := f.token.Info.Imprint.Digest(); ok && !p.digestAllowed(d.Name, f.poe) {
			return undetermined(CryptoConstraintsFailure, "the imprint is a %s digest, which was no longer to be relied on", d.Name)
		}
	}
	for i, c := range f.path {
		if i == len(f.path)-1 {
			break // nobody relies on the signature of an anchor
		}
		if alg, err := certs.ParseAlgorithm(c.Algorithm); err == nil && !p.digestAllowed(alg.Digest.Name, f.poe) {
			return undetermined(CryptoConstraintsFailure, "a certificate of the path is signed over %s", alg.Digest.Name)
		}
	}
	path := f.path
	if len(path) == 0 {
		path = certs.Path{f.certificate}
	}
	for _, c := range path {
		if name, bits := keySize(c); bits > 0 && !p.keyAllowed(name, bits, f.poe) {
			return undetermined(CryptoConstraintsFailure, "the %s key of %d bits of %s was no longer to be relied on", name, bits, c.Subject.CommonName())
		}
	}
	return passed("")
}

// keySize names the kind of a key as policies do, with its size in bits; 0 for
// keys that have one size only.
func keySize(c *certs.Certificate) (name string, bits int) {
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA", k.N.BitLen()
	case *ecdsa.PublicKey:
		return "ECDSA", k.Curve.Params().BitSize
	case nil:
		return "", 0
	}
	if size, ok := strings.CutPrefix(certs.KeyName(c.PublicKey), "DSA "); ok {
		bits, _ = strconv.Atoi(size)
		return "DSA", bits
	}
	return "", 0
}
