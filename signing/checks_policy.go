package signing

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"strconv"
	"strings"
	"time"

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
		return failed(SigConstraintsFailure, "an XML signature must protect the certificate that it belongs to")
	}
	if f.essMissing && f.xml == nil && !f.bare && p.missingSigningCertificate(f.poe) == LevelFail {
		found := failed(SigConstraintsFailure, "the policy wants a signing-certificate attribute, and there is none")
		if !f.stamped && p.missedBefore(f.poe) {
			found.status = CheckUndetermined // a proof that it is older would help
		}
		return found
	}
	if found := askAlgorithms(f, p); found.status != CheckPassed {
		return found
	}
	worst := passed("")
	for _, found := range []finding{f.askMessageTime(p), f.askUnsignedParts(p), f.askCertificatePolicy(p)} {
		switch {
		case worse(found, worst):
			worst = found
		case found.status == CheckWarning && worst.status == CheckWarning:
			worst.detail += "; " + found.detail
		}
	}
	return worst
}

func (f *facts) askCertificatePolicy(p *Policy) finding {
	if p.certificatePolicyAllowed(f.certificate) {
		return passed("")
	}
	return undetermined(ChainConstraintsFailure, "the certificate carries none of the national certificate policies").
		atLevel(p.CertificatePolicyMissing)
}

// askMessageTime asks whether a SOAP message was received while it held
// (WS-Security 1.1 section 10): an old one that comes again was asked for once.
func (f *facts) askMessageTime(p *Policy) finding {
	if f.xml == nil {
		return passed("")
	}
	created, expires := f.xml.Created, f.xml.Expires
	switch {
	case !expires.IsZero() && f.at.After(expires.Add(clockSkew)):
		return undetermined(SigConstraintsFailure, "the message held until %s, and the question is about %s",
			expires.Format(time.RFC3339), f.at.Format(time.RFC3339)).atLevel(p.XMLMessageTime)
	case created.After(f.at.Add(clockSkew)):
		return undetermined(SigConstraintsFailure, "the message says that it was created on %s, and the question is about %s",
			created.Format(time.RFC3339), f.at.Format(time.RFC3339)).atLevel(p.XMLMessageTime)
	}
	return passed("")
}

// askUnsignedParts tells of what seems to be signed and is not.
func (f *facts) askUnsignedParts(p *Policy) finding {
	if f.xml == nil || len(f.xml.Unsigned) == 0 {
		return passed("")
	}
	first := f.xml.Unsigned[0]
	return failed(SigConstraintsFailure, "%d parts of the signature or beside it are not signed, the first at %s: %s",
		len(f.xml.Unsigned), first.Path, first.What).atLevel(p.XMLUnsignedParts)
}

// askAlgorithms asks whether digests and keys were to be relied on at the time
// when the signature is proved to have existed (EN 319 102-1 section 5.2.8).
func askAlgorithms(f *facts, p *Policy) finding {
	if f.weighed == nil {
		found := weighAlgorithms(f, p)
		f.weighed = &found
	}
	return *f.weighed
}

func weighAlgorithms(f *facts, p *Policy) finding {
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
			return undetermined(CryptoConstraintsFailure, "the %s key of %d bits of %s was no longer to be relied on", name, bits, called(c))
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
	case *certs.PSSKey:
		return "RSA", k.RSA.N.BitLen()
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
