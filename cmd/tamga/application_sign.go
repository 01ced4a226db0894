package main

import (
	"encoding/json"
	"fmt"

	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// signed refuses flags that name no key.
func (f actorFlags) signed() error {
	if f.Key == "" && f.Module == "" {
		return usagef("one of --key and --pkcs11 says where the key is")
	}
	return nil
}

// applicationSignCommand enters a step with the signature of whoever does it.
type applicationSignCommand struct {
	Name    string `arg:"" name:"application" help:"Id or number of the application."`
	Step    string `arg:"" help:"The step that was done, such as T-P-p5."`
	Outcome string `arg:"" help:"How it has ended, such as done."`
	stepFlags
	actorFlags
}

// Help is shown below the flags' list.
func (applicationSignCommand) Help() string {
	return `This is tamga application enter, and wants the key of whoever does the step.

Example:
  tamga application sign 5f0c1d2e3a4b5c6d T-P-p5 done --as APPLICANT --key museum.p12 --password-file password --trust var/trust --idempotency-key e-5`
}

// Run signs and enters the step.
func (cmd applicationSignCommand) Run(c *console) error {
	if err := cmd.signed(); err != nil {
		return err
	}
	req, err := cmd.request(c, cmd.Name, cmd.Step, cmd.Outcome)
	if err != nil {
		return err
	}
	return cmd.enter(c, req)
}

// applicationWithdrawCommand withdraws.
type applicationWithdrawCommand struct {
	Name           string `arg:"" name:"application" help:"Id or number of the application."`
	Reason         string `placeholder:"TEXT" help:"Why; may be left out."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same entry, never a second."`
	actorFlags
}

// Help is shown below the flags' list.
func (applicationWithdrawCommand) Help() string {
	return `The applicant withdraws the application, signed with his key, as long as the result is not issued. It ends by that.

Example:
  tamga application withdraw KZ65RLA26000001 --key museum.p12 --password-file password --trust var/trust --idempotency-key w-1`
}

// Run signs and enters the withdrawal.
func (cmd applicationWithdrawCommand) Run(c *console) error {
	if err := cmd.signed(); err != nil {
		return err
	}
	req := applications.EnterRequest{
		IdempotencyKey: cmd.IdempotencyKey, Application: cmd.Name, AnyState: true,
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
