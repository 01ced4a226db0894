package fetch

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/serials"
)

// ErrNoIssuer means that no certificate of the pool may have signed a list.
var ErrNoIssuer = errors.New("no certificate of the list's issuer")

// CheckWith returns a check for [Fetcher.Check]: the file is one revocation
// list, signed by a certificate of the pool with the issuer's name and, where
// both are given, its key identifier, which may sign lists, is valid now and
// has a path to an anchor now. Now is the clock; nil means time.Now.
//
// The list is bounded by opts and read through, not into memory. What it may then
// answer is the business of certs/revocation.
func CheckWith(pool *certs.Pool, opts serials.Options, now func() time.Time) func(path string) (Info, error) {
	if now == nil {
		now = time.Now
	}
	return func(path string) (Info, error) {
		l, err := revocation.OpenCRL(path, revocation.IndexFile{}, opts)
		if err != nil {
			return Info{}, err
		}
		issuer, err := signerOf(l, pool, now())
		if err != nil {
			return Info{}, err
		}
		sum := issuer.Fingerprint()
		return Info{
			Issuer: l.Issuer.String(), IssuerSHA256: hex.EncodeToString(sum[:]),
			Delta: l.Delta(), Number: decimal(l.Number), Base: decimal(l.BaseNumber), Scope: scopeOf(l),
			ThisUpdate: l.ThisUpdate, NextUpdate: l.NextUpdate,
		}, nil
	}
}

// scopeOf names the scope of a list.
func scopeOf(l *revocation.CRL) string {
	if sum := l.Scope.Digest(); sum != "" {
		return sum
	}
	return WholeScope
}

// signerOf returns the certificate that signed the list. Several may have the
// issuer's name; the error is of the one that came furthest.
func signerOf(l *revocation.CRL, pool *certs.Pool, at time.Time) (*certs.Certificate, error) {
	var best error = fmt.Errorf("%w: %s", ErrNoIssuer, l.Issuer)
	furthest := 0
	for _, c := range slices.Concat(pool.Anchors(), pool.Intermediates()) {
		step, err := mayHaveSigned(l, c, pool, at)
		if err == nil {
			return c, nil
		}
		if step > furthest {
			best, furthest = err, step
		}
	}
	return nil, best
}

// mayHaveSigned asks one certificate; the step is how far it came.
func mayHaveSigned(l *revocation.CRL, c *certs.Certificate, pool *certs.Pool, at time.Time) (step int, err error) {
	if !l.Issuer.Equal(c.Subject) ||
		len(l.AuthorityKeyID) > 0 && len(c.SubjectKeyID) > 0 && !bytes.Equal(l.AuthorityKeyID, c.SubjectKeyID) {
		return 0, ErrNoIssuer
	}
	if err := l.CheckSignatureFrom(c); err != nil {
		return 1, fmt.Errorf("list of %s: %w", c.Subject, err)
	}
	switch {
	case c.HasKeyUsage && c.KeyUsage&certs.CRLSign == 0:
		return 2, fmt.Errorf("%s may not sign lists", c.Subject)
	case !c.ValidAt(at):
		return 3, fmt.Errorf("certificate of %s is valid from %s to %s", c.Subject, stamp(c.NotBefore), stamp(c.NotAfter))
	}
	if _, err := pool.Build(c, nil, at); err != nil {
		return 4, err
	}
	return 5, nil
}

func decimal(n *big.Int) string {
	if n == nil {
		return ""
	}
	return n.String()
}
