package signing

import (
	"slices"

	"tamga/certs"
	"tamga/signing/tsp"
)

// maxTrials bounds the certificates whose keys are tried for one signer.
const maxTrials = 8

// choose picks the signer's certificate among those of its name: the one that
// the signing-certificate attribute names, or whose key verifies. Without the
// attribute several may have that key: those with a path to an anchor come
// first, since anybody may put a certificate of a public key into a file.
func (c *container) choose(f *facts, named []*certs.Certificate) *certs.Certificate {
	if len(named) == 0 {
		return nil
	}
	if len(named) == 1 {
		return named[0]
	}
	for _, cert := range named {
		if len(f.ess) > 0 && f.ess[0][0].names(cert) == nil {
			return cert
		}
	}
	fits := c.verifying(f, named)
	switch {
	case len(fits) == 0:
		return named[0]
	case len(fits) > 1 && len(f.ess) == 0:
		return c.likeliest(f, fits)
	}
	return fits[0]
}

// verifying returns the certificates under whose keys the signature is right.
func (c *container) verifying(f *facts, named []*certs.Certificate) []*certs.Certificate {
	var fits []*certs.Certificate
	for _, cert := range named[:min(len(named), maxTrials)] {
		trial := facts{algorithm: f.algorithm, algErr: f.algErr, certificate: cert}
		trial.gatherSignature(f.signer, &c.content)
		if trial.algErr == nil && trial.valueErr == nil && trial.noContent == "" {
			fits = append(fits, cert)
		}
	}
	return fits
}

// likeliest picks among certificates of one key: those with a path before those
// without, then those that are valid when the container is known to have existed.
// It notes when two with a path name different subjects, of whom nothing says
// which one signed.
func (c *container) likeliest(f *facts, fits []*certs.Certificate) *certs.Certificate {
	trusted := slices.DeleteFunc(slices.Clone(fits), func(cert *certs.Certificate) bool {
		_, err := c.v.Trust.Build(cert, c.bag.all(), c.base)
		return err != nil
	})
	if len(trusted) == 0 {
		trusted = fits
	} else if i := slices.IndexFunc(trusted, func(cert *certs.Certificate) bool { return !cert.Subject.Equal(trusted[0].Subject) }); i > 0 {
		f.rival = trusted[i]
	}
	if i := slices.IndexFunc(trusted, func(cert *certs.Certificate) bool { return cert.ValidAt(c.base) }); i > 0 {
		return trusted[i]
	}
	return trusted[0]
}

// Authority returns the certificate that the verifier takes for that of a
// timestamp's authority, among those of the token and the given ones; nil when
// there is none.
func (v *Verifier) Authority(t *tsp.Token, certificates []*certs.Certificate) *certs.Certificate {
	w := *v
	if w.Trust == nil {
		w.Trust = &certs.Pool{}
	}
	sd, si := t.SignedData, t.Signer()
	c := &container{
		v: &w, sd: sd, content: content{here: true, parts: [][]byte{sd.Content}}, base: t.Info.GenTime,
		bag: bag{pool: w.Trust, raw: sd.Certificates, more: certificates}, nested: true,
	}
	f := &facts{signer: si}
	f.algorithm, f.algErr = certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	f.ess, f.essErr = readESS(si)
	return c.choose(f, c.bag.named(si))
}
