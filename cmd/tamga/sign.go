package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/spool"
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
	Add      string   `placeholder:"FILE" help:"A CMS over the same file, which gets another signer. Of one that carries its document, the file may be itself."`

	Name     string `placeholder:"TEXT" help:"What people see in a PDF: who signed."`
	Reason   string `placeholder:"TEXT" help:"What people see in a PDF: why."`
	Location string `placeholder:"TEXT" help:"What people see in a PDF: where."`
	Certify  int    `placeholder:"N" help:"Certify a PDF: 1 permits no changes afterwards, 2 forms and signatures, 3 comments too. Default: approve it."`
	SOAP     bool   `name:"soap" help:"The XML is a SOAP message: sign its body by WS-Security."`
	Cosign   bool   `name:"cosign" help:"Sign an XML document that is signed already, as national libraries do: the signature covers those that are there, which then hold without it only. Other verifiers see the last signature."`
	XAdES    bool   `name:"xades" help:"Add the signed properties of XAdES to an XML signature."`

	Status bool `name:"check-status" help:"Refuse a key whose certificate was revoked, or about which nobody knows: asks --trust, --crl and --ocsp before signing."`

	stampFlags
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
  tamga sign contract.pdf --format pdf --key key.pem --stamp last:60,60,260,90 --stamp-language ru --stamp-address https://example.kz/check
  tamga sign request.xml --format xml --soap --key key.pem
  tamga sign signed.xml --format xml --cosign --key second.pem`
}

// Run signs each file, raises to the level, verifies what was made, and writes
// it.
func (cmd signCommand) Run(c *console) error {
	level, err := creation.ParseBaseline(cmd.Level)
	if err != nil {
		return usagef("--level: %w", err)
	}
	if cmd.Format == "xml" && level > creation.BaselineB {
		return usagef("--level: XML signatures are made at level B-B")
	}
	if cmd.Cosign && (cmd.Format != "xml" || cmd.SOAP || cmd.Detached) {
		return usagef("--cosign is for enveloped XML signatures; a CMS gets another signer by --add")
	}
	if cmd.Format != "pdf" && (cmd.Stamp != "" || cmd.Field != "") {
		return usagef("--stamp and --field are for --format pdf")
	}
	if _, err := cmd.stamp(); err != nil {
		return err
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
	with, err := cmd.services(c, cmd.trustFlags, cmd.judgeFlags)
	if err != nil {
		return err
	}
	if cmd.Status {
		if err := key.CheckStatus(c.ctx, with.Verifier, now); err != nil {
			return fmt.Errorf("sign: %w", err)
		}
	}
	return c.each(cmd.Files, func(file string) error {
		cmd.File = file
		return cmd.one(c, with, key, level, now)
	})
}

// one signs one file.
func (cmd signCommand) one(c *console, with creation.Services, key creation.Key, level creation.Baseline, now time.Time) error {
	out := output{path: cmd.outputPath(), mode: 0o644, force: cmd.Force}
	if out.path == "" {
		return usagef("standard input has no name: say with --out where to write")
	}
	if err := out.check(); err != nil {
		return err
	}
	content, err := cmd.content(c)
	if err != nil {
		return err
	}
	defer content.Close()
	var made creation.Made
	err = spool.Guard(func() error {
		form, err := cmd.form(c, content.Bytes())
		if err != nil {
			return err
		}
		made, err = creation.Make(c.ctx, with, creation.Order{Form: form, Key: key, Time: now, Level: level})
		return err
	})
	if errors.Is(err, creation.ErrOutsideValidity) {
		return fmt.Errorf("sign: %w: %s", err, period(key.Certificate.NotBefore, key.Certificate.NotAfter, now))
	}
	if errors.Is(err, creation.ErrNotCosigned) {
		return fmt.Errorf("sign: %w; nothing was written: --cosign signs it all the same, as national libraries do", err)
	}
	if err != nil {
		return fmt.Errorf("sign: %w; nothing was written", err)
	}
	if err := out.write(c, made.File); err != nil {
		return err
	}
	if out.path != "-" {
		id := key.Certificate.Identity()
		fmt.Fprintf(c.out, "Signed %s as %s: %s\n", clean(cmd.File), clean(id.CommonName), clean(out.path))
	}
	return nil
}

// content opens what is to be signed: a document that stays beside its signature
// may be of any size that is judged, and is not read into memory.
func (cmd signCommand) content(c *console) (*spool.File, error) {
	limit := int64(maxInput)
	if cmd.Detached || cmd.Add != "" {
		limit = signing.MaxDocument
	}
	f, err := c.open(cmd.File, limit)
	if errors.Is(err, spool.ErrTooLarge) && limit < signing.MaxDocument && cmd.Format != "pdf" {
		err = fmt.Errorf("%w; with --detached it stays beside its signature, and may have %d", err, signing.MaxDocument)
	}
	return f, err
}

// form is what the flags want made of a content.
func (cmd signCommand) form(c *console, content []byte) (creation.Form, error) {
	switch cmd.Format {
	case "pdf":
		stamp, err := cmd.stamp()
		return creation.PDF{
			File: content, Name: cmd.Name, Reason: cmd.Reason, Location: cmd.Location, Field: cmd.Field, Certify: cmd.Certify, Stamp: stamp,
		}, err
	case "xml":
		x := creation.XML{File: content, Form: creation.XMLEnveloped, Cosign: cmd.Cosign, Properties: cmd.XAdES}
		switch {
		case cmd.SOAP:
			x.Form = creation.XMLSOAP
		case cmd.Detached:
			x.Form, x.Address = creation.XMLDetached, filepath.Base(cmd.File)
		}
		return x, nil
	}
	if content == nil {
		content = []byte{} // an empty content is a content
	}
	f := creation.CMS{Content: content, Detached: cmd.Detached, Claim: !cmd.NoTime}
	if cmd.Add == "" {
		if signing.Sniff(content) == signing.FileCMS {
			c.note("%s is a CMS signature already: what is made now signs that file as it stands, not its document. "+
				"Another signer is added by \"tamga sign %s --add %s\"", cmd.File, cmd.documentOf(content), cmd.File)
		}
		return f, nil
	}
	var err error
	if f.Others, err = c.read(cmd.Add, maxInput); bytes.Equal(f.Others, content) {
		f.Content = nil // the CMS itself, which has its document in it or says that it has none
	}
	return f, err
}

// documentOf names the file to sign for another signer of a CMS.
func (cmd signCommand) documentOf(file []byte) string {
	if found, err := signing.ReadCMS(file); err == nil && !found.Attached {
		return "DOCUMENT"
	}
	return cmd.File
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

// loadKey reads a key from PEM or PKCS#12, told apart by content.
func loadKey(c *console, path, passwordFile string) (creation.Key, error) {
	b, err := c.read(path, maxKeyFile)
	if err != nil {
		return creation.Key{}, fmt.Errorf("key: %w", err)
	}
	if signing.Sniff(b) == signing.FileKeyStore {
		return openKeyStore(c, b, passwordFile)
	}
	key, err := creation.ParseKeyPEM(b)
	if err != nil {
		return creation.Key{}, fmt.Errorf("key %s: %w", path, err)
	}
	return key, nil
}
