package main

import (
	"errors"
	"fmt"
	"strings"

	"tamga/certs"
	"tamga/signing/armour"
	"tamga/signing/creation"
	"tamga/signing/pkcs12"
)

// openKeyStore takes the signing key out of a PKCS#12 key store.
func openKeyStore(c *console, b []byte, passwordFile string) (creation.Key, error) {
	if passwordFile == "" {
		return creation.Key{}, usagef("a key store needs its password: write it into a file that only you can read, and name that file with --password-file")
	}
	store, err := readKeyStore(c, b, passwordFile)
	if err != nil {
		return creation.Key{}, err
	}
	var found []creation.Key
	for _, e := range store.Entries {
		if e.Certificate.KeyUsage&certs.NonRepudiation != 0 {
			found = append(found, creation.NewKey(e.Key, e.Certificate, withoutRoots(store.Certificates)))
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return creation.Key{}, fmt.Errorf("the key store holds %d signing keys; export the one to use into a store of its own", len(found))
	case len(store.Entries) > 0:
		return creation.Key{}, fmt.Errorf("key store: %w: its key is for logging in (AUTH); take the store whose name begins with RSA, GOST or GOST512", creation.ErrNotSigningKey)
	}
	return creation.Key{}, errors.New("the key store holds no private key")
}

// withoutRoots drops self-signed certificates, which no verifier needs sent.
func withoutRoots(all []*certs.Certificate) []*certs.Certificate {
	var chain []*certs.Certificate
	for _, cert := range all {
		if !cert.SelfIssued() {
			chain = append(chain, cert)
		}
	}
	return chain
}

func readKeyStore(c *console, b []byte, passwordFile string) (*pkcs12.Store, error) {
	password, err := c.readPassword(passwordFile)
	if err != nil {
		return nil, err
	}
	raw, err := armour.Open(b)
	if err != nil {
		return nil, err
	}
	store, err := pkcs12.Read(raw, password)
	if err != nil {
		return nil, fmt.Errorf("key store: %w", err)
	}
	return store, nil
}

// keyStore prints how a key store is protected and, with the password, whose
// keys it holds.
func (cmd inspectCommand) keyStore(c *console, p *printer, file []byte) error {
	raw, err := armour.Open(file)
	if err != nil {
		return err
	}
	d, err := pkcs12.Describe(raw)
	if err != nil {
		return err
	}
	p.line("A key store (PKCS#12)")
	p.in(func() { p.keyStoreProtection(d) })
	if cmd.PasswordFile == "" {
		p.line("Whose keys it holds is encrypted; say --password-file to see it.")
		return nil
	}
	store, err := readKeyStore(c, file, cmd.PasswordFile)
	if err != nil {
		return err
	}
	for _, e := range store.Entries {
		p.line("A private key with the certificate")
		p.in(func() {
			p.field("Label", "%s", e.FriendlyName)
			p.certificate(e.Certificate, c.now())
		})
	}
	for _, cert := range store.Certificates {
		p.line("and the certificate")
		p.in(func() { p.certificate(cert, c.now()) })
	}
	return nil
}

func (p *printer) keyStoreProtection(d pkcs12.Description) {
	if d.Integrity == nil {
		p.field("Integrity", "not protected: anyone could have changed it")
	} else {
		p.field("Integrity", "%s", protection(*d.Integrity))
	}
	for _, s := range d.Safes {
		if s.Encryption != nil {
			p.field("A safe", "of %d bytes, encrypted: %s", s.Size, protection(*s.Encryption))
			continue
		}
		p.field("A safe", "in the open, with")
		for _, bag := range s.Bags {
			text := bag.Kind
			if bag.FriendlyName != "" {
				text += " " + bag.FriendlyName
			}
			if bag.Encryption != nil {
				text += ", encrypted: " + protection(*bag.Encryption)
			}
			p.field("", "%s", text)
		}
	}
}

func protection(a pkcs12.Protection) string {
	parts := []string{a.Algorithm}
	if a.Iterations > 0 {
		parts = append(parts, fmt.Sprintf("%d iterations", a.Iterations))
	}
	if !a.Supported {
		parts = append(parts, "not supported here")
	}
	return strings.Join(parts, ", ")
}
