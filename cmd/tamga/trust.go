package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"tamga/certs"
)

// trustCommands show and extend the trust store.
type trustCommands struct {
	List trustListCommand `cmd:"" help:"List the production authorities that the program knows, and what the trust store holds."`
	Add  trustAddCommand  `cmd:"" help:"Put a certification authority's certificate into the trust store."`
}

// storeFlag says where the trust store is.
type storeFlag struct {
	Dir string `placeholder:"DIR" help:"The trust store. Default: the folder in TAMGA_TRUST, otherwise ~/.config/tamga/trust."`
}

func (s storeFlag) path(c *console) (string, error) {
	if s.Dir != "" {
		return s.Dir, nil
	}
	return defaultTrustStore(c.env)
}

// trustListCommand lists.
type trustListCommand struct{ storeFlag }

// Help is shown below the flags' list.
func (trustListCommand) Help() string {
	return `The program carries no certificates of the national authorities, only their SHA-256 fingerprints and official addresses. Fetch a certificate from its address and import it with "tamga trust add".`
}

// Run prints the known authorities and then all others in the store.
func (cmd trustListCommand) Run(c *console) error {
	dir, err := cmd.path(c)
	if err != nil {
		return err
	}
	present, err := storedCertificates(c, dir)
	if err != nil {
		return err
	}
	p := &printer{}
	p.line("Trust store: %s", dir)
	p.blank()
	p.line("Production authorities of Kazakhstan (✓ in the store, – not there)")
	for _, ca := range certs.NationalCAs() {
		mark := "–"
		if _, ok := present[ca.SHA256]; ok {
			mark = "✓"
			delete(present, ca.SHA256)
		}
		p.line("%s %s (%s)", mark, ca.Name, roleOfCA(ca.Root))
		p.in(func() {
			p.field("SHA-256", "%s", ca.SHA256)
			p.field("Fetch from", "%s", ca.URL)
			p.field("List", "%s", ca.CRL)
			p.field("Delta list", "%s", ca.DeltaCRL)
		})
	}
	if len(present) > 0 {
		p.blank()
		p.line("Other certificates in the store, trusted by the operator's word")
	}
	for _, cert := range sortedCertificates(present) {
		p.line("✓ %s (%s)", cert.Subject, roleOfCA(cert.SelfSigned()))
		p.in(func() { p.field("SHA-256", "%s", fingerprint(cert)) })
	}
	return p.flush(c.out)
}

func roleOfCA(root bool) string {
	if root {
		return "root: a trust anchor"
	}
	return "intermediate"
}

func fingerprint(c *certs.Certificate) string {
	sum := c.Fingerprint()
	return hex.EncodeToString(sum[:])
}

// storedCertificates returns the certificates of the store by fingerprint; a
// store that does not exist is empty.
func storedCertificates(c *console, dir string) (map[string]*certs.Certificate, error) {
	present := map[string]*certs.Certificate{}
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return present, nil
	}
	e := &evidence{}
	if err := e.addFolder(c, dir, true); err != nil {
		return nil, err
	}
	for _, cert := range append(e.pool.Anchors(), e.pool.Intermediates()...) {
		present[fingerprint(cert)] = cert
	}
	return present, nil
}

func sortedCertificates(m map[string]*certs.Certificate) []*certs.Certificate {
	var pool certs.Pool
	for _, cert := range m {
		pool.AddIntermediate(cert)
	}
	return pool.Intermediates()
}

// trustAddCommand imports one certificate.
type trustAddCommand struct {
	File        string `arg:"" help:"The certificate, DER or PEM."`
	Fingerprint string `placeholder:"HEX" help:"SHA-256 of a certificate that is none of the national authorities', as its owner published it. It must agree with the file."`
	storeFlag
}

// Help is shown below the flags' list.
func (trustAddCommand) Help() string {
	return `A certificate is taken only if its SHA-256 is one of the production authorities' fingerprints built into the program, or equals --fingerprint. Get that number in another way than the file itself: by telephone, from the owner's site, on paper.

Examples:
  tamga trust add root_gost2015_2022.cer
  tamga trust add our_root.cer --fingerprint 5f3c...e1`
}

// Run checks the fingerprint and stores the certificate.
func (cmd trustAddCommand) Run(c *console) error {
	want, err := parseFingerprint(cmd.Fingerprint)
	if err != nil {
		return err
	}
	dir, err := cmd.path(c)
	if err != nil {
		return err
	}
	b, err := c.read(cmd.File, maxKeyFile)
	if err != nil {
		return err
	}
	found := readBundle(b)
	if len(found.certificates) != 1 || len(found.lists)+len(found.errs) > 0 {
		return fmt.Errorf("%s does not hold exactly one certificate", cmd.File)
	}
	cert := found.certificates[0]
	own := fingerprint(cert)
	ca, known := cert.National()
	switch {
	case want != "" && want != own:
		return fmt.Errorf("refused: the file's SHA-256 is %s, not the one given with --fingerprint", own)
	case want == "" && !known:
		return fmt.Errorf("refused: the file's SHA-256 %s is none of the known authorities'; if its owner told you this number, repeat with --fingerprint %s", own, own)
	}
	return cmd.store(c, dir, cert, ca.Name)
}

// store writes the certificate under its fingerprint.
func (cmd trustAddCommand) store(c *console, dir string, cert *certs.Certificate, known string) error {
	if err := makeFolder(dir); err != nil {
		return err
	}
	target := output{path: filepath.Join(dir, fingerprint(cert)+".cer"), mode: 0o644, force: true}
	if err := target.write(c, cert.Raw); err != nil {
		return err
	}
	if !cert.SelfSigned() {
		c.note("this is no root: it is kept as an intermediate, which helps to build paths but is not trusted by itself")
	}
	if !cert.CA {
		c.note("this is not the certificate of an authority")
	}
	source := "the fingerprint given"
	if known != "" {
		source = "the production authority " + known
	}
	p := &printer{}
	p.line("Added %s", cert.Subject)
	p.in(func() {
		p.field("Taken as", "%s", roleOfCA(cert.SelfSigned()))
		p.field("Known by", "%s", source)
		p.field("SHA-256", "%s", fingerprint(cert))
		p.field("Stored in", "%s", target.path)
	})
	return p.flush(c.out)
}

// parseFingerprint reads a SHA-256 as people write it, with or without colons
// and spaces.
func parseFingerprint(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	plain := strings.ToLower(strings.NewReplacer(":", "", " ", "").Replace(s))
	if b, err := hex.DecodeString(plain); err != nil || len(b) != 32 {
		return "", usagef("--fingerprint: not a SHA-256 of 64 hexadecimal digits")
	}
	return plain, nil
}
