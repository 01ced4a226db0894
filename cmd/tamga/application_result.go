package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tamga/documents/applications"
	"tamga/documents/registry"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
)

// applicationResultCommands are about the document in which an application ends.
type applicationResultCommands struct {
	Show     resultShowCommand     `cmd:"" help:"Tell which documents an application has, and which waits for its signer."`
	Prepare  resultPrepareCommand  `cmd:"" help:"Take the number of the result and write down what its signer signs elsewhere."`
	Sign     resultSignCommand     `cmd:"" help:"Sign the result by the signer's own key, and enter the step that signs it."`
	Download resultDownloadCommand `cmd:"" help:"Write the signed result into a file."`
}

// Help is shown below the list of commands.
func (applicationResultCommands) Help() string {
	return `The result of an application is handed up as a draft, and signed with the step that signs it: by the key of documents (tamga application enter), or by its signer's own, in a file, a PKCS#12 store or a token. All work on the register itself.

  tamga application result sign KZ65RLA26000001 T-aP6 signed --as HEAD --key head.p12 --password-file password --trust var/trust --idempotency-key e-14

A key that this program cannot reach signs what prepare writes:
  tamga application result prepare KZ65RLA26000001 T-aP6 signed --as HEAD --person "Ә. Ғ. Сейітқали" --to-sign result.bin --act act.json --idempotency-key e-14
  tamga application result sign KZ65RLA26000001 T-aP6 signed --as HEAD --person "Ә. Ғ. Сейітқали" --signature result.p7s --act-signature act.cms --idempotency-key e-14`
}

// resultShowCommand tells of results.
type resultShowCommand struct {
	Name string `arg:"" name:"application" help:"Id or number of the application."`
	applicationFlags
}

// Run prints the documents that entries have issued, and the draft that waits.
func (cmd resultShowCommand) Run(c *console) error {
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	kase, err := cmd.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, m := range kase.Walk.Moves(kase.Place()) {
		if d := kase.Drafted(m); d != nil {
			p.line("Handed up: %s, to be signed by %s with %s %s", d.Kind().Title().EN, m.Step.Actor, m.Step.ID, m.Exit.On)
		}
	}
	for _, e := range kase.Entries {
		if e.Document == "" {
			continue
		}
		rec, life, err := book.Register.DocumentAndLife(c.ctx, e.Document)
		if err != nil {
			return err
		}
		p.line("%s № %s of %s", rec.Kind.Title().EN, rec.Number, rec.IssuedOn().Printed())
		p.in(func() {
			p.field("By", "%d  %s %s", e.Seq, e.Step, e.Outcome)
			p.field("Status", "%s", string(life.StatusAt(c.now())))
			p.field("SHA-256", "%s", rec.FileSHA256)
		})
	}
	return p.flush(c.out)
}

// resultFlags are those of whoever signs a result.
type resultFlags struct {
	Name      string `arg:"" name:"application" help:"Id or number of the application."`
	Step      string `arg:"" help:"The step that signs the result, such as T-aP6."`
	Outcome   string `arg:"" help:"How it ends, such as signed."`
	SubFilter string `name:"sub-filter" default:"adbe.pkcs7.detached" enum:"adbe.pkcs7.detached,ETSI.CAdES.detached" help:"Where the signature stands: adbe.pkcs7.detached (default) takes what NCALayer makes, ETSI.CAdES.detached a CMS without signing-time."`
	stepFlags
	actorFlags
}

// resultPrepareCommand writes what is signed elsewhere.
type resultPrepareCommand struct {
	ToSign string `required:"" name:"to-sign" placeholder:"FILE" help:"Where to write the bytes of the document, which are signed by a detached CMS."`
	Act    string `required:"" placeholder:"FILE" help:"Where to write the act, which is signed by a CMS that holds it."`
	Force  bool   `help:"Replace these files if they exist."`
	resultFlags
}

// Run prepares the result.
func (cmd resultPrepareCommand) Run(c *console) error {
	document, act := output{cmd.ToSign, 0o600, cmd.Force}, output{cmd.Act, 0o600, cmd.Force}
	if err := errors.Join(document.check(), act.check()); err != nil {
		return err
	}
	key, done, err := cmd.actor(c)
	if err != nil {
		return err
	}
	defer done()
	book, req, err := cmd.opened(c, key)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	text, err := book.ActOf(c.ctx, req)
	if err != nil {
		return explainApplication(err)
	}
	prepared, err := book.PrepareResult(c.ctx, req, cmd.elsewhere(key))
	if err != nil {
		return explainResult(err)
	}
	if err := errors.Join(document.write(c, prepared.ToSign), act.write(c, text)); err != nil {
		return err
	}
	p := &printer{}
	p.line("Prepared: № %s of %s", prepared.Number, prepared.IssuedOn.Printed())
	p.in(func() {
		p.field("To sign", "%s", cmd.ToSign)
		p.field(prepared.DigestAlgorithm, "%s", hex.EncodeToString(prepared.Digest))
		p.field("Act", "%s", cmd.Act)
		p.field("Until", "%s", prepared.Until.Format(time.RFC3339))
	})
	return p.flush(c.out)
}

// opened wires the applications and reads the request.
func (f resultFlags) opened(c *console, key creation.Key) (*applications.Book, applications.EnterRequest, error) {
	req, err := f.request(c, f.Name, f.Step, f.Outcome)
	if err != nil {
		return nil, req, err
	}
	if req, err = f.by(req, key); err != nil {
		return nil, req, err
	}
	existing, err := f.openExisting(c) // none is made anew for a result
	if err == nil {
		err = existing.Close()
	}
	if err != nil {
		return nil, req, err
	}
	book, err := f.issuing(c, key)
	if err == nil {
		book.Unsigned = false
	}
	return book, req, err
}

// elsewhere is what is known of the signature to come.
func (f resultFlags) elsewhere(key creation.Key) registry.Elsewhere {
	return registry.Elsewhere{Certificate: key.Certificate, Chain: key.Chain, Form: f.SubFilter}
}

// explainResult adds what the person at the keyboard can do.
func explainResult(err error) error {
	var refused *registry.SignatureError
	if !errors.As(err, &refused) {
		return explainApplication(err)
	}
	switch refused.Reason {
	case registry.ReasonDayPassed, registry.ReasonDeclined, registry.ReasonReplaced:
		return fmt.Errorf("%w; tamga application result prepare prints the same number anew", err)
	}
	return explainSignature(err)
}

// resultSignCommand signs.
type resultSignCommand struct {
	Signature    string `placeholder:"FILE" help:"The detached CMS over what prepare has written, where the key is elsewhere; with --act-signature."`
	ActSignature string `name:"act-signature" placeholder:"FILE" help:"The CMS over the act that prepare has written."`
	resultFlags
}

// Run signs the document and the act, and enters the step.
func (cmd resultSignCommand) Run(c *console) error {
	if err := cmd.oneWay(); err != nil {
		return err
	}
	key, done, err := cmd.actor(c)
	if err != nil {
		return err
	}
	defer done()
	book, req, err := cmd.opened(c, key)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	if req, err = cmd.signatures(c, book, key, req); err != nil {
		return explainResult(err)
	}
	e, before, err := book.Enter(c.ctx, req)
	if err != nil && e.ID == "" {
		return explainResult(err)
	}
	return errors.Join(printEntry(c, book, cmd.Name, e, before), explainResult(err))
}

// oneWay refuses signatures that come in two ways, or by halves.
func (cmd resultSignCommand) oneWay() error {
	elsewhere := cmd.Signature != "" && cmd.ActSignature != ""
	keyed := cmd.Key != "" || cmd.Module != ""
	if elsewhere == keyed || !elsewhere && cmd.Signature+cmd.ActSignature != "" {
		return usagef("the signer's key is named by --key or --pkcs11, or both --signature and --act-signature were made elsewhere")
	}
	return nil
}

// signatures reads what was signed elsewhere, or signs.
func (cmd resultSignCommand) signatures(c *console, book *applications.Book, key creation.Key, req applications.EnterRequest) (applications.EnterRequest, error) {
	var err error
	if key.Signer == nil {
		if req.ResultCMS, err = c.read(cmd.Signature, signing.MaxSize); err != nil {
			return req, err
		}
		req.Signature, err = c.read(cmd.ActSignature, signing.MaxSize)
		return req, err
	}
	req.ResultCMS = []byte{} // of a request that was made before: it is told apart by there being one
	prepared, err := book.PrepareResult(c.ctx, req, cmd.elsewhere(key))
	var refused *applications.RefusedError
	if errors.As(err, &refused) || errors.Is(err, applications.ErrChanged) {
		return req, nil // Enter tells whether it was done before
	}
	if err != nil {
		return req, err
	}
	if req.ResultCMS, err = detached(key, prepared.ToSign); err != nil {
		return req, err
	}
	act, err := book.ActOf(c.ctx, req)
	if err == nil {
		req.Signature, err = signedText(key, act)
	}
	return req, err
}

// detached signs a content that stays outside, and claims no time.
func detached(key creation.Key, content []byte) ([]byte, error) {
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		return nil, err
	}
	return m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(content)})
}

// resultDownloadCommand writes the file.
type resultDownloadCommand struct {
	Name  string `arg:"" name:"application" help:"Id or number of the application."`
	Out   string `required:"" placeholder:"FILE" help:"Where to write the PDF; - is standard output."`
	Force bool   `help:"Replace the file if it exists."`
	applicationFlags
}

// Run writes the last document that the application has issued.
func (cmd resultDownloadCommand) Run(c *console) error {
	out := output{cmd.Out, 0o644, cmd.Force}
	if err := out.check(); err != nil {
		return err
	}
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	kase, err := cmd.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	number := resultOf(kase)
	if number == "" {
		return fmt.Errorf("the application has no result yet: it stands at %s", kase.StandsAt())
	}
	file, err := book.Register.PDF(c.ctx, number)
	if err != nil {
		return err
	}
	if err := out.write(c, file); err != nil || cmd.Out == "-" {
		return err
	}
	p := &printer{}
	p.line("Written: № %s into %s", number, cmd.Out)
	return p.flush(c.out)
}

// resultOf is the number of the result of a service, or of the refusal in its place;
// empty for none.
func resultOf(kase applications.Case) string {
	for i := len(kase.Entries) - 1; i >= 0; i-- {
		e := kase.Entries[i]
		step, ok := kase.Walk.Step(e.Step)
		if !ok || e.Document == "" {
			continue
		}
		if exit, _ := step.Exit(e.Outcome); step.Result != "" || exit.End != "" {
			return e.Document
		}
	}
	return ""
}
