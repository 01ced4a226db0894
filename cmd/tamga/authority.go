package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tamga/certs/ca"
)

// authorityFolder is where a demonstration authority lives: its secret state
// in authority.pem of one folder, and what everybody may have in another.
type authorityFolder struct {
	secret string
	public string
}

// listLifetime is how long the lists of a demonstration authority speak, as
// long as those of the national test authority.
const listLifetime = 180 * 24 * time.Hour

func (d authorityFolder) state() string { return filepath.Join(d.secret, "authority.pem") }

var errNoAuthority = errors.New("there is no authority in this folder; make one with \"tamga ca init\"")

// load reads the authority.
func (d authorityFolder) load(c *console) (*ca.Authority, error) {
	b, err := c.read(d.state(), maxTrustFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", d.secret, errNoAuthority)
	}
	if err != nil {
		return nil, err
	}
	a, err := ca.ParsePEM(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.state(), err)
	}
	return a, nil
}

// create makes an authority in the folder; one that is there stays.
func (d authorityFolder) create(c *console, family ca.Family, now time.Time, opts ca.Options) (*ca.Authority, error) {
	if _, err := os.Stat(d.state()); err == nil {
		return nil, fmt.Errorf("%s exists already", d.state())
	}
	if err := errors.Join(makeFolder(d.secret), makeFolder(d.public)); err != nil {
		return nil, err
	}
	a, err := ca.New(family, now, opts)
	if err != nil {
		return nil, err
	}
	return a, d.publish(c, a, now)
}

// publish makes fresh lists and writes everything that is public. The state,
// which counts the lists, is saved first: a number is never used twice.
func (d authorityFolder) publish(c *console, a *ca.Authority, now time.Time) error {
	if err := makeFolder(d.public); err != nil {
		return err
	}
	next := now.Add(listLifetime)
	rootCRL, err := a.RootCRL(now, next)
	if err != nil {
		return err
	}
	crl, err := a.CRL(now, next)
	if err != nil {
		return err
	}
	delta, err := a.DeltaCRL(now, next)
	if err != nil {
		return err
	}
	if err := d.save(c, a); err != nil {
		return err
	}
	for _, f := range []struct {
		name  string
		bytes []byte
	}{
		{"root.cer", a.Root().Raw}, {"nca.cer", a.Issuing().Raw},
		{"root.crl", rootCRL}, {"nca.crl", crl}, {"nca_delta.crl", delta},
	} {
		target := output{path: filepath.Join(d.public, f.name), mode: 0o644, force: true}
		if err := target.write(c, f.bytes); err != nil {
			return err
		}
	}
	return nil
}

// save writes the authority's secret state.
func (d authorityFolder) save(c *console, a *ca.Authority) error {
	b, err := a.MarshalPEM()
	if err != nil {
		return err
	}
	return output{path: d.state(), mode: 0o600, force: true}.write(c, b)
}

// issue makes a person's certificate and key, and returns both as PEM with the
// authority's certificate behind them.
func issue(a *ca.Authority, p ca.Person) ([]byte, ca.Holder, error) {
	h, err := a.Issue(p)
	if err != nil {
		return nil, ca.Holder{}, err
	}
	b, err := withIssuer(a, h)
	return b, h, err
}

// withIssuer returns a certificate and its key as PEM, with the authority's
// certificate behind them.
func withIssuer(a *ca.Authority, h ca.Holder) ([]byte, error) {
	b, err := ca.MarshalHolderPEM(h)
	if err != nil {
		return nil, err
	}
	return append(b, ca.MarshalCertificatePEM(a.Issuing())...), nil
}
