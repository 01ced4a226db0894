package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/pades"
)

// inspectCommand says what a file is, without judging it.
type inspectCommand struct {
	File         string `arg:"" help:"Certificate, CMS, PDF, XML, revocation list, OCSP response, timestamp, key store (PKCS#12) or key file (PEM), told apart by content; - reads standard input."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password of the key store."`
}

// Help is shown below the flags' list.
func (inspectCommand) Help() string {
	return `Says whose it is, what for, and how long. Nothing is verified: that is what "tamga verify" does.

Examples:
  tamga inspect person.cer
  tamga inspect nca_gost_2022.crl
  tamga inspect GOST512_key.p12 --password-file password.txt`
}

// Run prints what the file holds.
func (cmd inspectCommand) Run(c *console) error {
	file, err := c.read(cmd.File, maxInput)
	if err != nil {
		return err
	}
	p := &printer{}
	if err := cmd.describe(c, p, file); err != nil {
		return fmt.Errorf("%s: %w", cmd.File, err)
	}
	p.line("Nothing of this was verified; \"tamga verify\" does that.")
	return p.flush(c.out)
}

// describe finds the kind of the file and prints it.
func (cmd inspectCommand) describe(c *console, p *printer, file []byte) error {
	if bytes.Contains(file, []byte("-----BEGIN PRIVATE KEY-----")) {
		return p.keyFile(file, c.now())
	}
	switch signing.Sniff(file) {
	case signing.FilePDF:
		return p.pdf(file, c.now())
	case signing.FileCMS:
		return p.cms(file, c.now())
	case signing.FileKeyStore:
		return cmd.keyStore(c, p, file)
	case signing.FileXML:
		return p.xml(c.ctx, file, c.now())
	case signing.FileOCSP:
		return p.ocsp(file, c.now())
	case signing.FileTimestamp:
		return p.timestampToken(file, c.now())
	case signing.FileTimestampResponse:
		return p.timestampResponse(file, c.now())
	case signing.FileText:
		return fmt.Errorf("this is a text, and neither a certificate nor a revocation list nor anything signed")
	}
	return cmd.bundle(c, p, file)
}

// bundle prints certificates and lists, of which a file may hold several.
func (cmd inspectCommand) bundle(c *console, p *printer, file []byte) error {
	found := readBundle(file)
	if len(found.certificates)+len(found.lists) == 0 {
		if len(file) == 0 {
			return fmt.Errorf("the file is empty")
		}
		return fmt.Errorf("this is %w", found.errs[0])
	}
	for _, err := range found.errs {
		c.note("%v; passed over", err)
	}
	for _, cert := range found.certificates {
		p.line("A certificate")
		p.in(func() { p.certificate(cert, c.now()) })
	}
	for _, l := range found.lists {
		p.crl(l, c.now())
	}
	return nil
}

// certificate prints whose a certificate is, what for, and how long.
func (p *printer) certificate(c *certs.Certificate, at time.Time) {
	p.identity(c.Identity())
	p.certificateInfo(signing.DescribeCertificate(c), at)
	p.field("Key usage", "%s", strings.Join(c.KeyUsage.Names(), ", "))
	alg := c.Algorithm.OID.String()
	if known, err := certs.ParseAlgorithm(c.Algorithm); err == nil {
		alg = known.Name()
	}
	p.field("Signed with", "%s", alg)
	if c.KeyError != nil {
		p.field("Oddity", "%v", c.KeyError)
	}
	if c.SelfIssued() {
		p.field("Issuer is", "%s", map[bool]string{
			true: "itself, and its own signature verifies: a root", false: "itself by name, but it did not sign itself",
		}[c.SelfSigned()])
	}
	if ca, ok := c.National(); ok {
		p.field("Known as", "the production authority %s (by its SHA-256)", ca.Name)
	}
	p.field("Lists at", "%s", strings.Join(c.CRLURLs, " "))
	p.field("Deltas at", "%s", strings.Join(c.DeltaCRLURLs, " "))
	p.field("Status at", "%s", strings.Join(c.OCSPURLs, " "))
}

// crl prints who revoked how many certificates and for how long the list
// speaks.
func (p *printer) crl(l *revocation.CRL, at time.Time) {
	what := "A complete list of revoked certificates"
	if l.Delta() {
		what = "A delta list: what changed since list № " + l.BaseNumber.String()
	}
	p.line("%s", what)
	p.in(func() {
		p.field("Issuer", "%s", l.Issuer)
		if l.Number != nil {
			p.field("Number", "%s", l.Number)
		}
		p.field("Revoked", "%d certificates", l.Entries)
		p.field("Made on", "%s", moment(l.ThisUpdate))
		switch {
		case l.NextUpdate.IsZero():
			p.field("Good until", "not said: such a list proves nothing")
		case at.After(l.NextUpdate):
			p.field("Good until", "%s: out of date, good for earlier times only", moment(l.NextUpdate))
		default:
			p.field("Good until", "%s", moment(l.NextUpdate))
		}
		if alg, err := certs.ParseAlgorithm(l.Algorithm); err == nil {
			p.field("Signed with", "%s", alg.Name())
		}
		for _, id := range l.Unhandled {
			p.field("Oddity", "a critical extension %v that is not processed here", id)
		}
		digest := l.Digest()
		p.field("SHA-256", "%s", hex.EncodeToString(digest[:]))
	})
}

// cms prints what a CMS carries.
func (p *printer) cms(file []byte, at time.Time) error {
	found, err := signing.ReadCMS(file)
	if err != nil {
		return fmt.Errorf("a CMS that cannot be read: %w", err)
	}
	content := "detached: the signed document is another file"
	if found.Attached {
		content = fmt.Sprintf("attached, %d bytes of type %v", len(found.Content), found.ContentType)
	}
	p.line("A CMS signature")
	p.in(func() {
		p.field("Content", "%s", content)
		p.field("Signers", "%d", found.Signers)
		p.field("Certificates", "%d", len(found.Certificates))
	})
	p.carried(found.Certificates, at)
	return nil
}

// pdf prints the signatures of a PDF.
func (p *printer) pdf(file []byte, at time.Time) error {
	doc, err := pades.Read(file)
	if err != nil {
		return fmt.Errorf("a PDF that cannot be read: %w", err)
	}
	p.line("A PDF file, %d revisions, %d signatures", len(doc.Revisions), len(doc.Signatures))
	for _, problem := range slices.Concat(doc.Unreadable, doc.Hybrid) {
		p.field("Oddity", "%s: %s", problem.Code, problem.Detail)
	}
	for _, s := range doc.Signatures {
		p.line("A %s in the field %q", s.Kind, s.Field)
		p.in(func() { p.pdfSignature(s, at) })
	}
	return nil
}

func (p *printer) pdfSignature(s pades.Signature, at time.Time) {
	p.field("Format", "%s", s.SubFilter)
	if s.Certification {
		p.field("Certifies", "the document: %s", map[int]string{
			1: "no changes allowed", 2: "filling forms and signing allowed", 3: "filling forms, signing and comments allowed",
		}[s.DocMDP])
	}
	p.field("Covers", "%s", map[bool]string{true: "the whole file", false: "not the whole file"}[s.CoversWholeFile])
	p.field("Claims", "%s", moment(s.ClaimedTime))
	p.field("Name", "%s", s.Name)
	p.field("Reason", "%s", s.Reason)
	p.field("Location", "%s", s.Location)
	for _, problem := range s.Problems {
		p.field("Oddity", "%s: %s", problem.Code, problem.Detail)
	}
	if found, err := signing.ReadCMS(s.Contents); err == nil {
		p.carried(found.Certificates, at)
	}
}

// keyFile prints whose a PEM key file is. The private key is not shown.
func (p *printer) keyFile(file []byte, at time.Time) error {
	key, err := creation.ParseKeyPEM(file)
	if err != nil {
		return err
	}
	p.line("A private key in the open (PEM), with its certificate")
	p.in(func() { p.certificate(key.Certificate, at) })
	for _, cert := range key.Chain {
		p.line("and the certificate above it")
		p.in(func() { p.certificate(cert, at) })
	}
	return nil
}
