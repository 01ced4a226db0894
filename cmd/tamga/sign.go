package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing"
)

// signCommand makes a signature.
type signCommand struct {
	Files    []string `arg:"" name:"file" help:"The file to sign; - reads standard input. Several are signed one by one."`
	Format   string   `default:"cms" enum:"cms,pdf,xml" help:"cms (default): a signature of its own, over any file. pdf: inside the PDF. xml: inside the XML document."`
	Level    string   `default:"B-B" placeholder:"LEVEL" help:"B-B (default), B-T with a timestamp, B-LT with the evidence about certificates too, B-LTA with a timestamp over all that."`
	Out      string   `placeholder:"FILE" help:"Where to write; - writes standard output. Default: the file's name with .cms added, .p7s when detached, .signed before the ending of a PDF or XML file."`
	Force    bool     `help:"Replace the output file if it exists."`
	Detached bool     `help:"Do not put the file into the signature: it must then be kept beside it."`
	NoTime   bool     `help:"Do not claim a signing time in a CMS."`
	Add      string   `placeholder:"FILE" help:"A CMS over the same file, which gets another signer."`

	Name     string `placeholder:"TEXT" help:"What people see in a PDF: who signed."`
	Reason   string `placeholder:"TEXT" help:"What people see in a PDF: why."`
	Location string `placeholder:"TEXT" help:"What people see in a PDF: where."`
	Certify  int    `placeholder:"N" help:"Certify a PDF: 1 permits no changes afterwards, 2 forms and signatures, 3 comments too. Default: approve it."`
	SOAP     bool   `name:"soap" help:"The XML is a SOAP message: sign its body by WS-Security."`
	XAdES    bool   `name:"xades" help:"Add the signed properties of XAdES to an XML signature."`

	Status bool `name:"check-status" help:"Refuse a key whose certificate was revoked, or about which nobody knows: asks --trust, --crl and --ocsp before signing."`

	keyFlags
	lastingFlags
	judgeFlags
	trustFlags

	File string `kong:"-"` // the one at work
}

// Help is shown below the flags' list.
func (signCommand) Help() string {
	return `The signature is verified before it is written; an existing file is not replaced without --force.

Examples:
  tamga sign application.pdf --key var/keys/applicant-gost.pem
  tamga sign application.pdf --key GOST512.p12 --password-file password.txt --detached
  tamga sign contract.pdf --format pdf --key key.pem --level B-LTA --tsa http://127.0.0.1:8080/tsa --trust var/trust
  tamga sign request.xml --format xml --soap --key key.pem`
}

// Run signs each file, raises to the level, verifies what was made, and writes
// it.
func (cmd signCommand) Run(c *console) error {
	level, err := signing.ParseBaseline(cmd.Level)
	if err != nil {
		return usagef("--level: %w", err)
	}
	if cmd.Format == "xml" && level > signing.BaselineB {
		return usagef("--level: XML signatures are made at level B-B")
	}
	if len(cmd.Files) > 1 && (cmd.Out != "" || slices.Contains(cmd.Files, "-")) {
		return usagef("several files are written beside themselves: no --out and no standard input")
	}
	key, done, err := cmd.key(c)
	if err != nil {
		return err
	}
	defer done()
	now := c.second()
	if cmd.Status {
		if err := cmd.checkStatus(c, key, now); err != nil {
			return fmt.Errorf("sign: %w", err)
		}
	}
	return c.each(cmd.Files, func(file string) error {
		cmd.File = file
		return cmd.one(c, key, level, now)
	})
}

// one signs one file.
func (cmd signCommand) one(c *console, key signing.Key, level signing.Baseline, now time.Time) error {
	out := output{path: cmd.outputPath(), mode: 0o644, force: cmd.Force}
	if out.path == "" {
		return usagef("standard input has no name: say with --out where to write")
	}
	if err := out.check(); err != nil {
		return err
	}
	content, err := c.read(cmd.File, maxInput)
	if err != nil {
		return err
	}
	file, beside, err := cmd.sign(c, content, key, now)
	if errors.Is(err, signing.ErrOutsideValidity) {
		return fmt.Errorf("sign: %w: %s", err, period(key.Certificate.NotBefore, key.Certificate.NotAfter, now))
	}
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if level > signing.BaselineB {
		opt, err := cmd.extendOptions(c, cmd.trustFlags, cmd.judgeFlags, beside)
		if err != nil {
			return err
		}
		if file, err = signing.ExtendFile(file, level, opt); err != nil {
			return fmt.Errorf("sign: %w; nothing was written", err)
		}
	}
	if err := confirmSignature(file, beside, key, now); err != nil {
		return err
	}
	if err := out.write(c, file); err != nil {
		return err
	}
	if out.path != "-" {
		id := key.Certificate.Identity()
		fmt.Fprintf(c.out, "Signed %s as %s: %s\n", clean(cmd.File), clean(id.CommonName), clean(out.path))
	}
	return nil
}

// checkStatus asks about the certificate before the key is used.
func (cmd signCommand) checkStatus(c *console, key signing.Key, now time.Time) error {
	found, err := cmd.load(c)
	if err != nil {
		return err
	}
	v, err := cmd.verifier(c, found)
	if err != nil {
		return usagef("%w", err)
	}
	return key.CheckStatus(c.ctx, v, now)
}

// sign makes level B-B. What stays beside the signature is its content.
func (cmd signCommand) sign(c *console, content []byte, key signing.Key, now time.Time) (file, beside []byte, err error) {
	switch cmd.Format {
	case "pdf":
		signed, err := signing.SignExistingPDF(content, key, signing.PDFOptions{
			Time: now, Name: cmd.Name, Reason: cmd.Reason, Location: cmd.Location, Certify: cmd.Certify,
		})
		return signed.File, nil, err
	case "xml":
		opt := signing.XMLOptions{Form: signing.XMLEnveloped, Time: now, Properties: cmd.XAdES}
		switch {
		case cmd.SOAP:
			opt.Form = signing.XMLSOAP
		case cmd.Detached:
			opt.Form, opt.Address, beside = signing.XMLDetached, filepath.Base(cmd.File), content
		}
		file, err = signing.SignXML(content, key, opt)
		return file, beside, err
	}
	if cmd.Detached {
		beside = content
	}
	opt := signing.CMSOptions{Detached: cmd.Detached, Time: now, Claim: !cmd.NoTime}
	if cmd.Add == "" {
		file, err = signing.SignCMS(content, key, opt)
		return file, beside, err
	}
	others, err := c.read(cmd.Add, maxInput)
	if err != nil {
		return nil, nil, err
	}
	signed, err := signing.AddSigner(others, content, key, opt)
	if !errors.Is(err, signing.ErrContentTwice) {
		return signed.CMS, content, err
	}
	// It carries its content, which must then be the file, and stays inside.
	carried, err := signing.ReadCMS(others)
	if err != nil {
		return nil, nil, err
	}
	if !bytes.Equal(carried.Content, content) {
		return nil, nil, fmt.Errorf("%s carries another content than %s", cmd.Add, cmd.File)
	}
	signed, err = signing.AddSigner(others, nil, key, opt)
	return signed.CMS, nil, err
}

func (cmd signCommand) outputPath() string {
	switch {
	case cmd.Out != "":
		return cmd.Out
	case cmd.File == "-":
		return ""
	case cmd.Format != "cms":
		ending := filepath.Ext(cmd.File)
		return strings.TrimSuffix(cmd.File, ending) + ".signed" + ending
	case cmd.Detached:
		return cmd.File + ".p7s"
	}
	return cmd.File + ".cms"
}

var errOwnSignature = errors.New("the signature just made does not verify; nothing was written")

// confirmSignature verifies a signature just made under the signer's own
// certificate: whether others trust that certificate is their question, and so
// is what others signed in the same file.
func confirmSignature(signature, content []byte, key signing.Key, at time.Time) error {
	pool := &certs.Pool{}
	pool.AddAnchor(key.Certificate)
	v := &signing.Verifier{Trust: pool, Revocation: &revocation.Lists{}}
	verdict, err := v.Verify(context.Background(), signature, signing.Question{Content: content, At: at})
	if err != nil {
		return fmt.Errorf("%w: %w", errOwnSignature, err)
	}
	own := signing.DescribeCertificate(key.Certificate).SHA256
	for _, s := range verdict.Signers {
		if s.Certificate != nil && s.Certificate.SHA256 == own && s.Indication == signing.TotalPassed {
			return nil
		}
	}
	return fmt.Errorf("%w: %s", errOwnSignature, verdict.Summary.EN)
}

// loadKey reads a key from PEM or PKCS#12, told apart by content.
func loadKey(c *console, path, passwordFile string) (signing.Key, error) {
	b, err := c.read(path, maxKeyFile)
	if err != nil {
		return signing.Key{}, fmt.Errorf("key: %w", err)
	}
	if signing.Sniff(b) == signing.FileKeyStore {
		return openKeyStore(c, b, passwordFile)
	}
	key, err := signing.ParseKeyPEM(b)
	if err != nil {
		return signing.Key{}, fmt.Errorf("key %s: %w", path, err)
	}
	return key, nil
}
