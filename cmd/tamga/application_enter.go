package main

import (
	"tamga/documents/regulation"
)

// applicationEnterCommand enters a step.
type applicationEnterCommand struct {
	Name    string `arg:"" name:"application" help:"Id or number of the application."`
	Step    string `arg:"" help:"The step that was done, such as T-aP2."`
	Outcome string `arg:"" help:"How it has ended, such as done, ok or fail."`
	Failed  string `placeholder:"CHECK" help:"By which check a condition of several fails: signature.period, signature.revoked, signature.identity."`
	stepFlags
	actorFlags
}

// Help is shown below the flags' list.
func (applicationEnterCommand) Help() string {
	return `Nobody does another's step, none that the application does not stand at, and none after the end; whoever has examined does not sign. Where a route is performed by actions, the action is entered and stands under both names.

With the key of whoever does the step, in a file or a token, the act is signed where the regulation wants that: the step, the form, what was written down, and every file that is attached; the certificate must be that of the applicant, or of somebody who may sign for the organisation, and of an official it must have the name. Without a key the entry says that nobody has signed. The document that a step issues is reserved with the entry, and signed by that key or by --document-key; tamga application result signs one that its signer signs himself.

The command works on the register itself, as all of tamga application does, and asks no state system what a condition asks (log-in, payment, a person in a state database, a certificate): its outcome is what you state, and the entry says so. tamga serve --gateways asks them.

Example:
  tamga application enter 5f0c1d2e3a4b5c6d T-P-p1 done --as APPLICANT --person "Айгүл Сейітқали" --idempotency-key e-1
  tamga application enter 5f0c1d2e3a4b5c6d T-P-p5 done --as APPLICANT --key museum.p12 --password-file password --trust var/trust --idempotency-key e-5
  tamga application enter KZ65RLA26000001 T-aP4 recognised --as COMMISSION --document conclusion.json --key chair.pem --document-key service.pem --trust var/trust --idempotency-key e-9`
}

// Run enters the step.
func (cmd applicationEnterCommand) Run(c *console) error {
	req, err := cmd.request(c, cmd.Name, cmd.Step, cmd.Outcome)
	if err != nil {
		return err
	}
	req.Failed = regulation.Check(cmd.Failed)
	return cmd.enter(c, req)
}
