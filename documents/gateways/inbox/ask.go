package inbox

import (
	"context"
	"encoding/json"

	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/regulation"
)

// Asks returns what conditions of applications are asked through: see
// [applications.Book.Ask]. Of the log-in it knows only that of applications that came in
// by another system, whose message whoever signed in there has signed; all other checks
// state systems answer.
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

// login says that another system has let the person in: he has signed the request that
// its message brought, and both signatures were verified when it came in ([Box.Take]).
// Sessions of our own are not known here.
func login(a applications.Application) applications.Answer {
	if a.Client != client {
		return applications.Answer{Undecided: "nobody has signed in: the step before was not done in a session"}
	}
	return applications.Answer{Holds: true, Evidence: json.RawMessage(`{"signed": "elsewhere"}`)}
}
