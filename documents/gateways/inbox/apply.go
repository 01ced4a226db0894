package inbox

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/gateways/message"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/jsonfile"
	"tamga/signing"
)

// RequestKind begins every request that a person signs elsewhere, so that nothing else
// that he signs is one.
const RequestKind = "tamga request 1"

// Request is what a person signs elsewhere: the applicant at another portal, or an
// operator at a service centre, for the applicant who stands before him. Its bytes are
// the field "request" of a message, and a CMS over them in base64 the field "signature".
type Request struct {
	Kind      string             `json:"kind"` // RequestKind
	ID        string             `json:"id"`   // the sender's own: no two requests are the same bytes
	Service   string             `json:"service"`
	Channel   regulation.Channel `json:"channel"`
	Applicant documents.Holder   `json:"applicant"`
	Form      json.RawMessage    `json:"form,omitempty"`     // an object, what was filled in
	Operator  string             `json:"operator,omitempty"` // the name, at a centre
}

// signed is a request with what was signed.
type signed struct {
	Request
	bytes, signature []byte
}

// apply opens an application of what a person has signed elsewhere, and does on it what
// was done there. The same request is one application, whatever messages bring it.
func (b *Box) apply(ctx context.Context, in incoming) (application string, data message.Fields, err error) {
	q, err := requestOf(in)
	if err != nil {
		return "", nil, err
	}
	if err := b.judge(ctx, in, q); err != nil {
		return "", nil, err
	}
	a, _, err := b.Applications.Open(ctx, applications.OpenRequest{
		Client: client, IdempotencyKey: in.sender.Name + "-" + store.HexSum(q.bytes),
		Service: q.Service, Channel: q.Channel, Applicant: q.Applicant, Form: q.Form,
	})
	var invalid *documents.InvalidError
	switch {
	case errors.Is(err, applications.ErrNoEdition):
		return "", nil, &RefusedError{message.Refused, "the rules in force do not have the service by this channel", err}
	case errors.As(err, &invalid):
		return "", nil, &RefusedError{message.Malformed, "the applicant or the form lacks something, or holds what cannot be printed", err}
	case err != nil:
		return "", nil, err
	}
	if a, err = b.goOn(ctx, a.ID, q); err != nil {
		return "", nil, err
	}
	return a.ID, b.standing(ctx, a), nil
}

// client is who opens applications that come in, and enters what was done elsewhere.
const client = "gateway"

// requestOf reads the request in a message.
func requestOf(in incoming) (signed, error) {
	q := signed{bytes: []byte(in.Data["request"])}
	if err := jsonfile.Read(q.bytes, &q.Request); err != nil {
		return q, refuse(message.Malformed, "the request is no JSON of its form")
	}
	var err error
	q.signature, err = base64.StdEncoding.Strict().DecodeString(in.Data["signature"])
	switch {
	case err != nil || len(q.signature) == 0:
		return q, refuse(message.Malformed, "the signature of the request is missing, or not in base64")
	case q.Kind != RequestKind || q.ID == "":
		return q, refuse(message.Malformed, "the request is of another kind, or has no id")
	case (q.Channel == regulation.Centre) != (q.Operator != ""):
		return q, refuse(message.Malformed, "an operator is named at a centre, and nowhere else")
	}
	for _, c := range in.sender.Channels {
		if c == q.Channel {
			return q, nil
		}
	}
	return q, refuse(message.NoService, "the sender sends no applications by this channel")
}

// judge verifies who has signed a request: the applicant by his number, of an
// organisation its head or who may sign for it; or an operator who is named in it, by a
// certificate of the sender's own organisation.
func (b *Box) judge(ctx context.Context, in incoming, q signed) error {
	question := signing.Question{Content: q.bytes, At: b.store().Moment()}
	want := applications.Expected{Name: q.Operator, BIN: in.sender.BIN}
	if q.Channel == regulation.Portal {
		var err error
		if want, err = applications.ExpectedOf(q.Applicant); err != nil {
			return refuse(message.Refused, "no certificate can name the applicant")
		}
	}
	question.IIN, question.BIN, question.Identifier = want.IIN, want.BIN, want.Identifier
	v, err := b.Caller.Verifier.VerifyCMS(ctx, q.signature, question)
	if err != nil {
		return refuse(message.Malformed, "the signature of the request cannot be read")
	}
	if err := accepted(v); err != nil {
		return err
	}
	if v.Signers[0].Identity == nil || want.Differs(*v.Signers[0].Identity) != nil {
		return refuse(message.Unsigned, "the request is signed by another person")
	}
	return nil
}

// goOn does on an application what was done elsewhere, until our own side has it, or
// until something is to be found out first.
func (b *Box) goOn(ctx context.Context, application string, q signed) (a applications.Application, err error) {
	for range mostSteps {
		if _, err := b.Applications.Advance(ctx, application); err != nil {
			return a, err
		}
		if a, err = b.Applications.Application(ctx, application); err != nil {
			return a, err
		}
		c, err := b.Applications.Case(ctx, a)
		if err != nil {
			return a, err
		}
		m, role, ok := next(c, q)
		if !ok {
			return a, nil
		}
		if paid, err := b.paid(ctx, c, m); err != nil || !paid {
			return a, err
		}
		if err := b.enter(ctx, c, q, made{m, role}); err != nil {
			return a, err
		}
	}
	return a, errors.New("what was done elsewhere does not come to an end")
}

// mostSteps is more than anybody does elsewhere.
const mostSteps = 50

// made is a step that was done elsewhere, in a role.
type made struct {
	regulation.Move
	role string
}

// next is the step that was done elsewhere by whoever has signed, if the application
// stands at one. Nobody does one of ours: not after the registration.
func next(c applications.Case, q signed) (m regulation.Move, role string, ok bool) {
	moves := c.Walk.Moves(c.Place())
	if c.Number != "" || len(moves) == 0 || !c.Paused().IsZero() {
		return m, "", false
	}
	if c.Place() == (regulation.Place{}) { // who has signed is registered there already
		begins := c.Walk.Begins()
		moves = c.Walk.Moves(begins[len(begins)-1])
	}
	acts := regulation.ForApplicant
	if q.Channel == regulation.Centre {
		acts = regulation.ForCentre
	}
	for _, r := range c.Rules.Roles {
		if r.Acts == acts && moves[0].Step.By(c.Rules, r.ID) && moves[0].Step.Kind != regulation.Condition {
			return moves[0], r.ID, true
		}
	}
	return m, "", false
}

// paid reports whether an application may go on to where its payment is asked about: it
// waits before, so that nothing is refused that is only not paid yet.
func (b *Box) paid(ctx context.Context, c applications.Case, m regulation.Move) (bool, error) {
	to, ok := c.Walk.Step(m.Exit.To)
	if !ok || !slices.Contains(to.Checks, regulation.CheckPayment) {
		return true, nil
	}
	return b.Bills.Paid(ctx, billOf(c))
}

// enter enters a step that was done elsewhere, with what was signed there.
func (b *Box) enter(ctx context.Context, c applications.Case, q signed, m made) error {
	person := q.Operator
	if person == "" {
		person = c.Applicant.FullName(documents.KK)
	}
	req := applications.EnterRequest{
		Client: client, IdempotencyKey: c.ID + "-" + m.Step.ID, Application: c.ID, Last: len(c.Entries),
		Act: applications.Act{Actor: applications.Actor{Role: m.role, Person: person}, Step: m.Step.ID, Outcome: m.Exit.On},
	}
	if c.Signs(m.Move, m.role) || m.Step.Offers {
		req.Signature, req.Elsewhere = q.signature, q.bytes
	}
	_, _, err := b.Applications.Enter(ctx, req)
	if errors.Is(err, applications.ErrChanged) {
		return nil // the same message is at work elsewhere
	}
	return err
}

// standing is what is answered about an application.
func (b *Box) standing(ctx context.Context, a applications.Application) message.Fields {
	f := message.Fields{"application": a.ID, "opened": a.OpenedAt.UTC().Format(time.RFC3339)}
	if a.Number != "" {
		f["number"] = a.Number
	}
	if a.Ended != "" {
		f["state"] = string(a.Ended)
	}
	accounts, err := b.Bills.Of(ctx, a.ID)
	if n := len(accounts); err == nil && n > 0 && accounts[n-1].Redirect != "" && a.Number == "" {
		f["pay"] = accounts[n-1].Redirect
	}
	return f
}
