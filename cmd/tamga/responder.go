package main

import (
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// authorityFolder is where an authority of the demonstration lives.
func (d *demo) authorityFolder(f ca.Family) authorityFolder {
	name := familyName(f)
	return authorityFolder{secret: d.path("ca", name), public: filepath.Join(d.trust, name)}
}

func familyName(f ca.Family) string { return strings.ReplaceAll(strings.ToLower(f.String()), " ", "-") }

// responder answers about the certificates of an authority of the demonstration.
func (d *demo) responder(c *console, a *ca.Authority) (*ocsp.Responder, error) {
	key, err := d.storedKey(c, "responder-"+familyName(a.Family()), a, func() (ca.Holder, error) {
		now := c.second()
		return a.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: now, NotAfter: now.AddDate(demoYears, 0, 0)})
	})
	if err != nil {
		return nil, err
	}
	known := &statusBook{c: c, folder: d.authorityFolder(a.Family()), authority: a}
	return &ocsp.Responder{
		Issuer: a.Issuing(), Certificate: key.Certificate, Key: key.Signer, Now: c.now, Life: time.Hour, Status: known.status,
	}, nil
}

// statusBook knows what was revoked, also by "tamga ca revoke" while the service
// runs.
type statusBook struct {
	c      *console
	folder authorityFolder

	mu        sync.Mutex
	authority *ca.Authority
	read      time.Time // of the state when it was last read
}

func (b *statusBook) status(serial *big.Int) revocation.Answer {
	b.mu.Lock()
	defer b.mu.Unlock()
	state, err := os.Stat(b.folder.state())
	if err != nil {
		return revocation.Answer{Status: revocation.Undetermined}
	}
	if !state.ModTime().Equal(b.read) {
		a, err := b.folder.load(b.c)
		if err != nil {
			return revocation.Answer{Status: revocation.Undetermined}
		}
		b.authority, b.read = a, state.ModTime()
	}
	return b.authority.Status(serial)
}
