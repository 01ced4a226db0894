package ca_test

import (
	"bytes"
	"crypto"
	"errors"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/certs/revocation"
)

// TestStored stores an authority and goes on with it.
func TestStored(t *testing.T) {
	for _, f := range everyFamily {
		t.Run(f.String(), func(t *testing.T) {
			a, err := ca.New(f, now, ca.Options{Label: "СЫНАҚ", BaseURL: "http://127.0.0.1:8080/pki"})
			if err != nil {
				t.Fatal(err)
			}
			a.Revoke(a.Issuing().Serial, now, revocation.Superseded)
			h := issue(t, a, licensor())
			a.Revoke(h.Certificate.Serial, now, revocation.AffiliationChanged)
			if _, err := a.CRL(now, now.Add(time.Hour)); err != nil {
				t.Fatal(err)
			}
			stored, err := a.MarshalPEM()
			if err != nil {
				t.Fatal(err)
			}
			again, err := ca.ParsePEM(stored)
			if err != nil {
				t.Fatal(err)
			}
			if twice, err := again.MarshalPEM(); err != nil || !bytes.Equal(twice, stored) {
				t.Errorf("stored again, it is another authority (%v)", err)
			}
			next := issue(t, again, licensor())
			if _, err := trusting(a).Build(next.Certificate, nil, now); err != nil {
				t.Errorf("issued after storing: %v", err)
			}
			if got := next.Certificate.OCSPURLs[0]; got != "http://127.0.0.1:8080/pki/ocsp/" {
				t.Errorf("address %s", got)
			}
			b, err := again.CRL(now, now.Add(time.Hour))
			if l := parseList(t, a.Issuing(), b, err); l.Entries != 1 || l.Number.Int64() != 2 {
				t.Errorf("list after storing: %d entries, number %v", l.Entries, l.Number)
			}
		})
	}
}

func TestHolderStored(t *testing.T) {
	for _, f := range everyFamily {
		h := issue(t, newAuthority(t, f), licensor())
		b, err := ca.MarshalHolderPEM(h)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ca.ParseHolderPEM(b)
		if err != nil {
			t.Fatal(err)
		}
		if !again.Key.(interface{ Equal(crypto.PrivateKey) bool }).Equal(h.Key) || again.Certificate.Fingerprint() != h.Certificate.Fingerprint() {
			t.Errorf("%v: another holder", f)
		}
	}
}

func TestStoredBadly(t *testing.T) {
	a, other := newAuthority(t, ca.ECDSA), newAuthority(t, ca.ECDSA)
	stored, err := a.MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	holder, err := ca.MarshalHolderPEM(issue(t, a, licensor()))
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := other.MarshalPEM()
	if err != nil {
		t.Fatal(err)
	}
	begin := []byte("-----BEGIN")
	blocks := bytes.SplitAfter(bytes.ReplaceAll(stored, begin, append([]byte{0}, begin...)), []byte{0})
	foreignBlocks := bytes.SplitAfter(bytes.ReplaceAll(foreign, begin, append([]byte{0}, begin...)), []byte{0})
	join := func(parts ...[]byte) []byte { return bytes.ReplaceAll(bytes.Join(parts, nil), []byte{0}, nil) }
	if len(blocks) != 6 {
		t.Fatalf("%d blocks", len(blocks)-1)
	}
	for name, b := range map[string][]byte{
		"empty":                   nil,
		"garbage":                 []byte("no PEM at all"),
		"a holder":                holder,
		"no state":                join(blocks[2:]...),
		"a key missing":           join(blocks[:5]...),
		"keys exchanged":          join(blocks[1], blocks[2], blocks[5], blocks[4], blocks[3]),
		"another's root":          join(blocks[1], foreignBlocks[2], foreignBlocks[3], blocks[4], blocks[5]),
		"issuing authority first": join(blocks[1], blocks[4], blocks[5], blocks[2], blocks[3]),
	} {
		if _, err := ca.ParsePEM(b); !errors.Is(err, ca.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, b := range map[string][]byte{"empty": nil, "an authority": stored, "twice": append(bytes.Clone(holder), holder...)} {
		if _, err := ca.ParseHolderPEM(b); !errors.Is(err, ca.ErrInvalid) {
			t.Errorf("holder, %s: %v", name, err)
		}
	}
}
