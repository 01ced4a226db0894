package inbox

import (
	"context"
	"encoding/json"

	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/regulation"
)

// Asks returns what conditions of applications are asked through: see
// [applications.Book.Ask]. Whether somebody has signed in is told by the step before,
// which the service takes from nobody else; all other checks state systems answer.
func Asks(checks *gateways.Checks) func(context.Context, applications.Question) (applications.Answer, error) {
	return func(ctx context.Context, q applications.Question) (applications.Answer, error) {
		if q.Check == regulation.CheckLogin {
			return login(q.Application), nil
		}
		a, err := checks.Ask(ctx, gateways.Question{
			Application: q.Application.ID, Service: q.Application.Service, Applicant: q.Application.Applicant,
			Step: q.Step, Check: q.Check, Last: q.Last, Rules: q.Rules,
		})
		return applications.Answer{
			Holds: a.Holds, Undecided: a.Undecided, ByHand: a.ByHand, System: string(a.System), Evidence: a.Evidence,
		}, err
	}
}

// login says who has let the person in that did the step before: this service, to which
// he has signed in, another system, in whose message he has signed, or the program that
// has stated the step with its own key.
func login(a applications.Application) applications.Answer {
	if len(a.Entries) == 0 {
		return applications.Answer{Undecided: "nobody has signed in"}
	}
	by := map[string]string{"client": a.Client}
	last := a.Entries[len(a.Entries)-1]
	switch {
	case last.Actor.ID != "":
		by = map[string]string{"person": last.Actor.ID}
	case a.Client == client:
		by = map[string]string{"signed": "elsewhere"}
	}
	evidence, err := json.Marshal(by)
	if err != nil {
		return applications.Answer{Undecided: "what the answer rests on cannot be written down"}
	}
	return applications.Answer{Holds: true, Evidence: evidence}
}
