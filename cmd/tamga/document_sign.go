package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/signing"
)

// Help is shown below the list of commands.
func (documentCommands) Help() string {
	return `The key of the official stays where it is: in a token, in a browser, in a program of its own. What was prepared is signed by a detached CMS:
  tamga document prepare --data licence.json --idempotency-key 2026-17 --to-sign licence.bin
  tamga sign licence.bin --detached --pkcs11 /usr/lib/opensc-pkcs11.so --out licence.p7s
  tamga document complete 26000001 --signature licence.p7s --out licence.pdf`
}

// elsewhereFlags are those of documents that are signed elsewhere.
type elsewhereFlags struct {
	BaseURL string `name:"base-url" placeholder:"URL" help:"Address at which the public can check documents; it is printed on them. Default: the one that the last document of the register prints."`
	sealFlags
	registerFlags
	rulebookFlags
	trustFlags
}

func (f elsewhereFlags) register(c *console) (*registry.Registry, error) {
	return issueCommand{
		BaseURL: f.BaseURL, sealFlags: f.sealFlags, registerFlags: f.registerFlags, rulebookFlags: f.rulebookFlags, trustFlags: f.trustFlags,
	}.register(c)
}

// documentPreviewCommand prints a draft.
type documentPreviewCommand struct {
	Data  string `required:"" placeholder:"FILE" help:"Content of the document as JSON, as tamga issue takes it; - reads standard input."`
	Out   string `required:"" placeholder:"FILE" help:"Where to write the PDF."`
	Force bool   `help:"Replace the output file if it exists."`
	elsewhereFlags
}

// Run prints the draft.
func (cmd documentPreviewCommand) Run(c *console) error {
	out := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if err := out.check(); err != nil {
		return err
	}
	draft, err := readDraft(c, cmd.Data)
	if err != nil {
		return err
	}
	reg, err := cmd.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	file, err := reg.Preview(c.ctx, draft)
	if err != nil {
		return explainIssue(err)
	}
	return out.write(c, file)
}

// documentPrepareCommand prepares a document, or prepares it anew.
type documentPrepareCommand struct {
	Data           string `required:"" placeholder:"FILE" help:"Content of the document as JSON, as tamga issue takes it; - reads standard input."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one prepares the same number, anew if the day has passed or the signer has declined."`
	ToSign         string `required:"" name:"to-sign" placeholder:"FILE" help:"Where to write the bytes that are to be signed by a detached CMS."`
	SubFilter      string `name:"sub-filter" default:"adbe.pkcs7.detached" enum:"adbe.pkcs7.detached,ETSI.CAdES.detached" help:"Where the signature will stand: adbe.pkcs7.detached (default) takes what NCALayer makes, ETSI.CAdES.detached a CMS without signing-time, as tamga sign --no-time makes it."`
	Force          bool   `help:"Replace the output file if it exists."`
	elsewhereFlags
}

// Run prepares the document.
func (cmd documentPrepareCommand) Run(c *console) error {
	out := output{path: cmd.ToSign, mode: 0o600, force: cmd.Force}
	if err := out.check(); err != nil {
		return err
	}
	draft, err := readDraft(c, cmd.Data)
	if err != nil {
		return err
	}
	reg, err := cmd.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	p, err := reg.Prepare(c.ctx, registry.PrepareRequest{
		IssueRequest: registry.IssueRequest{Client: cliClient, IdempotencyKey: cmd.IdempotencyKey, Draft: draft},
		Elsewhere:    registry.Elsewhere{Form: cmd.SubFilter},
	})
	if err != nil {
		return explainIssue(err)
	}
	if p.Issued {
		return fmt.Errorf("document %s is in force already", p.Number)
	}
	if err := out.write(c, p.ToSign); err != nil {
		return err
	}
	t := &printer{}
	t.line("Prepared: № %s of %s", p.Number, p.IssuedOn.Printed())
	t.in(func() {
		t.field("Round", "%d", p.Round)
		t.field("To sign", "%s", cmd.ToSign)
		t.field(p.DigestAlgorithm, "%s", hex.EncodeToString(p.Digest))
		t.field("Until", "%s", p.Until.Format(time.RFC3339))
	})
	return t.flush(c.out)
}

// documentCompleteCommand completes a prepared document.
type documentCompleteCommand struct {
	Number    string `arg:"" help:"The number of the document."`
	Signature string `required:"" placeholder:"FILE" help:"The CMS over what was to be signed: DER, PEM or base64."`
	Out       string `placeholder:"FILE" help:"Where to write the signed PDF. It is in the register in any case."`
	Force     bool   `help:"Replace the output file if it exists."`
	elsewhereFlags
}

// Run completes the document.
func (cmd documentCompleteCommand) Run(c *console) error {
	out := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if cmd.Out != "" {
		if err := out.check(); err != nil {
			return err
		}
	}
	number, err := documents.ParseNumber(cmd.Number)
	if err != nil {
		return err
	}
	signature, err := c.read(cmd.Signature, signing.MaxSize)
	if err != nil {
		return err
	}
	reg, err := cmd.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	rec, existed, err := reg.CompleteSigned(c.ctx, number.String, signature)
	if err != nil {
		return explainSignature(err)
	}
	if cmd.Out != "" {
		file, err := reg.PDF(c.ctx, rec.Number)
		if err != nil {
			return err
		}
		if err := out.write(c, file); err != nil {
			return err
		}
	}
	verb := "Issued"
	if existed {
		verb = "Issued before by this signature"
	}
	p := &printer{}
	p.line("%s: %s № %s of %s", verb, rec.Kind.Title().EN, rec.Number, rec.IssuedOn().Printed())
	p.in(func() {
		p.field("SHA-256", "%s", rec.FileSHA256)
		p.field("File", "%s", cmd.Out)
	})
	return p.flush(c.out)
}

// explainSignature adds what the person at the keyboard can do.
func explainSignature(err error) error {
	var invalid *documents.InvalidError
	var refused *registry.SignatureError
	switch {
	case errors.As(err, &invalid):
		return fmt.Errorf("%w: %s", err, faults(invalid))
	case !errors.As(err, &refused):
		return err
	}
	switch refused.Reason {
	case registry.ReasonDayPassed, registry.ReasonDeclined, registry.ReasonReplaced:
		return fmt.Errorf("%w; tamga document prepare with the same --idempotency-key prepares the same number anew", err)
	case registry.ReasonForm:
		return fmt.Errorf("%w; --sub-filter %s takes any detached CMS of one signer", err, pdf.SubFilterCMS)
	}
	return err
}

// documentDeclineCommand declines to sign.
type documentDeclineCommand struct {
	Number string `arg:"" help:"The number of the document."`
	registerFlags
}

// Run writes it down.
func (cmd documentDeclineCommand) Run(c *console) error {
	number, err := documents.ParseNumber(cmd.Number)
	if err != nil {
		return err
	}
	db, err := cmd.open(c.ctx, c, defaultDatabase)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := (&registry.Registry{Store: db}).Decline(c.ctx, number.String); err != nil {
		return explainSignature(err)
	}
	p := &printer{}
	p.line("Declined: № %s; it can be prepared anew", number.String)
	return p.flush(c.out)
}
