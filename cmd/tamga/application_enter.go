package main

import (
	"errors"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// applicationEnterCommand enters a step.
type applicationEnterCommand struct {
	Name           string `arg:"" name:"application" help:"Id or number of the application."`
	Step           string `arg:"" help:"The step that was done, such as T-aP2."`
	Outcome        string `arg:"" help:"How it has ended, such as done, ok or fail."`
	As             string `required:"" placeholder:"ROLE" help:"In which role, or at which information system: HEAD, PEP; tamga regulation show names them."`
	Person         string `required:"" placeholder:"NAME" help:"Who acts."`
	Failed         string `placeholder:"CHECK" help:"By which check a condition of several fails: signature.period, signature.revoked, signature.identity."`
	Values         string `placeholder:"FILE" help:"What the actor writes down, an object in JSON."`
	Document       string `placeholder:"FILE" help:"Content of the document that the step issues, as tamga issue takes it. What it says of the application may be left out."`
	Key            string `placeholder:"FILE" help:"Key of the official who signs the document: PEM or key store (PKCS#12)."`
	PasswordFile   string `placeholder:"FILE" help:"File whose first line is the password of the key store."`
	BaseURL        string `name:"base-url" placeholder:"URL" help:"Address at which the public can check documents. Default: the one that the last document of the register prints."`
	Last           int    `default:"-1" placeholder:"N" help:"Number of the last entry that you know: if there is another by now, nothing is entered."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same entry, never a second."`
	sealFlags
	registerFlags
	rulebookFlags
	trustFlags
}

// Help is shown below the flags' list.
func (applicationEnterCommand) Help() string {
	return `Nobody does another's step, none that the application does not stand at, and none after the end; whoever has examined does not sign. Where a route is performed by actions, the action is entered and stands under both names. The document that a step issues is reserved with the entry, and then signed.

This command asks no state system what a condition asks (log-in, payment, a person in a state database, a certificate): its outcome is what you state, and the entry says so. tamga serve --gateways asks them.

Example:
  tamga application enter 5f0c1d2e3a4b5c6d T-P-p1 done --as APPLICANT --person "Айгүл Сейітқали" --idempotency-key e-1
  tamga application enter KZ65RLA26000001 T-aP4 recognised --as COMMISSION --person "Комиссия" --document conclusion.json --key head.pem --trust var/trust --idempotency-key e-9`
}

// Run enters the step.
func (cmd applicationEnterCommand) Run(c *console) error {
	req := applications.EnterRequest{
		Client: cliClient, IdempotencyKey: cmd.IdempotencyKey, Application: cmd.Name, Last: cmd.Last, AnyState: cmd.Last < 0,
		Act:    applications.Act{Actor: applications.Actor{Role: cmd.As, Person: cmd.Person}, Step: cmd.Step, Outcome: cmd.Outcome},
		Failed: regulation.Check(cmd.Failed),
	}
	var err error
	if req.Values, err = readForm(c, cmd.Values); err != nil {
		return err
	}
	if cmd.Document != "" {
		var draft documents.Draft
		if draft, err = readDraft(c, cmd.Document); err != nil {
			return err
		}
		req.Document = &draft
	}
	book, err := cmd.wired(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	e, before, err := book.Enter(c.ctx, req)
	if err != nil && e.ID == "" {
		return explainApplication(err)
	}
	return errors.Join(cmd.print(c, book, e, before), explainApplication(err))
}

// wired wires the applications: with a register that can issue only where a document
// is issued.
func (cmd applicationEnterCommand) wired(c *console) (*applications.Book, error) {
	switch {
	case cmd.Document != "" && cmd.Key == "":
		return nil, usagef("--document and --key go together: the key signs the document, now or when it was handed up")
	case cmd.Key == "":
		return applicationFlags{Law: cmd.Law, Calendar: cmd.Calendar, registerFlags: cmd.registerFlags}.existing(c)
	}
	reg, err := issueCommand{
		Key: cmd.Key, PasswordFile: cmd.PasswordFile, BaseURL: cmd.BaseURL,
		sealFlags: cmd.sealFlags, registerFlags: cmd.registerFlags, rulebookFlags: cmd.rulebookFlags, trustFlags: cmd.trustFlags,
	}.register(c)
	if err != nil {
		return nil, err
	}
	return &applications.Book{Register: reg, Rulebook: reg.Rulebook, Unsigned: true}, nil
}

// print prints the entry, and where the application stands now.
func (cmd applicationEnterCommand) print(c *console, book *applications.Book, e applications.Entry, before bool) error {
	kase, err := applicationFlags{}.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	verb := "Entered"
	if before {
		verb = "Entered before under this idempotency key"
	}
	p := &printer{}
	p.line("%s: %d  %s %s", verb, e.Seq, e.Step, e.Outcome)
	p.in(func() {
		p.field("Application", "%s", kase.ID)
		p.field("Number", "%s", kase.Number)
		p.field("Document", "%s", e.Document)
		p.field("Waits", "%s", e.Data.Waits)
		p.field("Ended", "%s", string(kase.Ended))
		p.field("Stands at", "%s", kase.StandsAt())
	})
	return p.flush(c.out)
}
