package main

import (
	"encoding/json"
	"fmt"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/conditions"
	"tamga/documents/regulation"
	"tamga/signing/cms"
	"tamga/signing/creation"
)

// actFlags say who signs an act on an application, and under which name it is asked for.
type actFlags struct {
	Key            string `required:"" placeholder:"FILE" help:"Key of whoever signs: PEM or key store (PKCS#12)."`
	PasswordFile   string `placeholder:"FILE" help:"File whose first line is the password of the key store."`
	Person         string `placeholder:"NAME" help:"Who acts. Default: the name in the certificate of the key."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same entry, never a second."`
	Law            string `placeholder:"FILE" help:"Edition of the rules (JSON) that is added to those that the program carries, or takes the place of the one of its name."`
	Calendar       string `placeholder:"FILE" help:"Days, hours and years (JSON) that are added to the calendar that the program carries."`
	registerFlags
	trustFlags
}

// enter signs what a request does, and enters it with the signature.
func (f actFlags) enter(c *console, req applications.EnterRequest) error {
	key, err := loadKey(c, f.Key, f.PasswordFile)
	if err != nil {
		return err
	}
	found, err := f.load(c)
	if err != nil {
		return err
	}
	verifier, err := judgeFlags{Policy: strictPolicy}.verifier(c, found)
	if err != nil {
		return err
	}
	book, err := applicationFlags{Law: f.Law, Calendar: f.Calendar, registerFlags: f.registerFlags}.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	book.Verifier, book.Attached, book.Unsigned = verifier, conditions.Attached, false
	req.Client, req.IdempotencyKey = cliClient, f.IdempotencyKey
	if req.Actor.Person = f.Person; f.Person == "" {
		req.Actor.Person = key.Certificate.Identity().CommonName
	}
	act, err := book.ActOf(c.ctx, req)
	if err == nil {
		if err := signable(c, book, req); err != nil {
			return err
		}
		if req.Signature, err = signedText(key, act); err != nil {
			return err
		}
	} // else it was entered before, or is refused for the same reason
	e, before, err := book.Enter(c.ctx, req)
	if err != nil {
		return explainApplication(err)
	}
	return applicationEnterCommand{Name: req.Application}.print(c, book, e, before)
}

// signable refuses what issues a document, whose number and file are signed besides.
func signable(c *console, book *applications.Book, req applications.EnterRequest) error {
	kase, err := applicationFlags{}.found(c, book, req.Application)
	if err != nil {
		return err
	}
	m, err := kase.May(req.Act)
	if err != nil {
		return explainApplication(err)
	}
	if kind := kase.Issues(m).Kind; kind != "" {
		return usagef("the step issues a document of the kind %s, which is signed with it: tamga application enter --key", kind)
	}
	return nil
}

// signedText signs a text, which goes into the CMS.
func signedText(key creation.Key, text []byte) ([]byte, error) {
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		return nil, err
	}
	return m.Make(cms.ToSign{Content: text, MessageDigest: m.Digest().Sum(text)})
}

// applicationSignCommand enters a step with the signature of whoever does it.
type applicationSignCommand struct {
	Name     string `arg:"" name:"application" help:"Id or number of the application."`
	Step     string `arg:"" help:"The step that was done, such as T-P-p5."`
	Outcome  string `arg:"" help:"How it has ended, such as done."`
	As       string `required:"" placeholder:"ROLE" help:"In which role: APPLICANT, EXECUTOR; tamga regulation show names them."`
	Values   string `placeholder:"FILE" help:"What the actor writes down, an object in JSON."`
	Document string `placeholder:"FILE" help:"Content of the document that is handed up to whoever signs it, as tamga issue takes it."`
	Last     int    `default:"-1" placeholder:"N" help:"Number of the last entry that you know: if there is another by now, nothing is entered."`
	actFlags
}

// Help is shown below the flags' list.
func (applicationSignCommand) Help() string {
	return `What is signed is the act as it will stand: the step, the form, and every file that is attached. The signature is kept with the entry. The certificate must be that of the applicant, or of somebody who may sign for the organisation; of an official it must have the name. A step that issues a document is entered by tamga application enter --key.

Example:
  tamga application sign 5f0c1d2e3a4b5c6d T-P-p5 done --as APPLICANT --key museum.p12 --password-file password --trust var/trust --idempotency-key e-5`
}

// Run signs and enters the step.
func (cmd applicationSignCommand) Run(c *console) error {
	req := applications.EnterRequest{
		Application: cmd.Name, Last: cmd.Last, AnyState: cmd.Last < 0,
		Act: applications.Act{Actor: applications.Actor{Role: cmd.As}, Step: cmd.Step, Outcome: cmd.Outcome},
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
	return cmd.enter(c, req)
}

// applicationWithdrawCommand withdraws.
type applicationWithdrawCommand struct {
	Name   string `arg:"" name:"application" help:"Id or number of the application."`
	Reason string `placeholder:"TEXT" help:"Why; may be left out."`
	actFlags
}

// Help is shown below the flags' list.
func (applicationWithdrawCommand) Help() string {
	return `The applicant withdraws the application, signed with his key, as long as the result is not issued. It ends by that.

Example:
  tamga application withdraw KZ65RLA26000001 --key museum.p12 --password-file password --trust var/trust --idempotency-key w-1`
}

// Run signs and enters the withdrawal.
func (cmd applicationWithdrawCommand) Run(c *console) error {
	req := applications.EnterRequest{
		Application: cmd.Name, AnyState: true,
		Act: applications.Act{Actor: applications.Actor{Role: "APPLICANT"}, Step: string(regulation.Withdraw), Outcome: "done"},
	}
	if cmd.Reason != "" {
		values, err := json.Marshal(map[string]string{"reason": cmd.Reason})
		if err != nil {
			return fmt.Errorf("failed to encode the reason: %w", err)
		}
		req.Values = values
	}
	return cmd.enter(c, req)
}
