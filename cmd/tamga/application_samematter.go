package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/regulation"
)

// applicationSameMatterCommand decides on the same matter.
type applicationSameMatterCommand struct {
	Name     string   `arg:"" name:"application" help:"Id or number of the application."`
	Decision string   `arg:"" enum:"goes_on,refuse,withdraw" help:"goes_on: beside the other; refuse: it leads to a refusal; withdraw: the applicant is to withdraw it."`
	As       string   `required:"" placeholder:"ROLE" help:"In which role: EXECUTOR, HEAD; tamga regulation show names them."`
	Reason   string   `required:"" placeholder:"TEXT" help:"Why."`
	Consider []string `required:"" placeholder:"NAME" help:"What is considered, by the name that tamga application show prints; all of it."`
	Ground   string   `placeholder:"NOTICE" help:"By which ground of the service it is refused, such as RF-DOCS."`

	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same entry, never a second."`
	actorFlags
}

// Help is shown below the flags' list.
func (applicationSameMatterCommand) Help() string {
	return `What the same party has pending or in force about the same matter is shown by tamga application show. Nothing is granted before it was decided that the application goes on beside it; what appears after the decision asks again.

Example:
  tamga application same-matter KZ65RLA26000001 goes_on --as EXECUTOR --reason "Басқа жұмыстар" --consider 26000001 --key executor.pem --trust var/trust --idempotency-key m-1`
}

// Run signs and enters the decision.
func (cmd applicationSameMatterCommand) Run(c *console) error {
	if err := cmd.signed(); err != nil {
		return err
	}
	said := map[string]any{"reason": cmd.Reason, "considered": cmd.Consider}
	if cmd.Ground != "" {
		said["ground"] = cmd.Ground
	}
	values, err := json.Marshal(said)
	if err != nil {
		return fmt.Errorf("failed to encode the decision: %w", err)
	}
	return cmd.enter(c, applications.EnterRequest{
		IdempotencyKey: cmd.IdempotencyKey, Application: cmd.Name, AnyState: true, Values: values,
		Act: applications.Act{Actor: applications.Actor{Role: cmd.As}, Step: string(regulation.SameMatter), Outcome: cmd.Decision},
	})
}

// twins prints what else the party has about the same matter, beside the application.
func (cmd applicationShowCommand) twins(p *printer, all []applications.Twin) {
	for _, t := range all {
		what := string(t.Kind) + " " + t.Name
		if t.Kind == documents.KindApplication && t.Number != "" {
			what += " (№ " + t.Number + ")"
		}
		if t.Elsewhere {
			what += ", issued elsewhere"
		}
		p.field("Same matter", "%s, %s, since %s", what, t.Status, documents.PrintedMoment(t.Since))
		p.in(func() {
			for _, same := range t.Same {
				p.field("The same", "%s: %s", cmd.say(same.Name), strings.Join(same.There, "; "))
			}
			for _, other := range t.Differs {
				p.field("Differs", "%s: %s, and there %s", cmd.say(other.Name), saidOr(other.Here), saidOr(other.There))
			}
			if d := t.Decided; d != nil {
				p.field("Decided", "%s by %s in entry %d: %s", d.Outcome, d.Actor.Person, d.Seq, d.Reason)
			} else {
				p.field("Decided", "nothing yet: tamga application same-matter")
			}
		})
	}
}

// saidOr are texts, or that there is none.
func saidOr(all []string) string {
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, "; ")
}
