// Package inbox takes the messages that other systems send: applications that somebody
// has signed at another portal or at a service centre, and confirmations of payments.
//
// A newcomer starts with [Box.Take], which answers one message in the form in which it
// came. A message counts if our own verifier takes it for one of a sender that the
// operator has set up; what it asks for counts if the person has signed it too. The same
// message is answered alike however often it comes, and its id is taken for no other. What
// becomes of an application its sender is told by [Box.Tell] and [Box.SendWaiting].
//
// The package writes no log, and its errors and answers repeat no personal data.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// The services of ours that messages name.
const (
	ServiceApplication = "TAMGA_APPLICATION" // a person's signed request
	ServicePayment     = "TAMGA_PAYMENT"     // what the payment gateway says of a payment
	ServiceStatus      = "TAMGA_STATUS"      // what we tell of an application
)

// Sender is a system that sends messages, as the operator has set it up.
type Sender struct {
	Name string    `json:"sender"` // by which its messages name it
	BIN  certs.BIN `json:"bin"`    // of the organisation whose certificate signs them
	// Channels are those by which it sends applications: "portal", signed by the
	// applicant, or "centre", signed by an operator of the centre.
	Channels []regulation.Channel `json:"channels,omitempty"`
	Payments bool                 `json:"payments,omitempty"` // it is the payment gateway
	// Tell is where it is told what becomes of its applications; empty for nowhere.
	Tell gateways.Peer `json:"tell,omitzero"`
}

func (s Sender) check() error {
	if m := (message.Message{ID: "x", Service: "x", Sender: s.Name, Date: time.Unix(0, 0)}); m.Check() != nil {
		return fmt.Errorf("%w: a sender has no name", gateways.ErrSetting)
	}
	if _, err := certs.ParseBIN(string(s.BIN)); err != nil {
		return fmt.Errorf("%w: the sender %s has no right BIN", gateways.ErrSetting, s.Name)
	}
	for _, c := range s.Channels {
		if c != regulation.Portal && c != regulation.Centre {
			return fmt.Errorf("%w: the sender %s sends by the channel %q", gateways.ErrSetting, s.Name, c)
		}
	}
	if len(s.Channels) == 0 && !s.Payments {
		return fmt.Errorf("%w: the sender %s sends nothing", gateways.ErrSetting, s.Name)
	}
	return nil
}

// Box takes messages into a register. Its fields are not changed after the first call; it
// is safe for concurrent use.
type Box struct {
	Caller       *gateways.Caller // verifies and signs
	Applications *applications.Book
	Bills        *gateways.Bills

	senders []Sender
	told    map[string]*gateways.Client // by the names of the senders
}

// Know sets up the senders; it is called before anything else. The error is
// [gateways.ErrSetting].
func (b *Box) Know(senders ...Sender) error {
	b.told = map[string]*gateways.Client{}
	for _, s := range senders {
		if err := s.check(); err != nil {
			return err
		}
		if _, twice := b.sender(s.Name); twice {
			return fmt.Errorf("%w: the sender %s stands twice", gateways.ErrSetting, s.Name)
		}
		b.senders = append(b.senders, s)
		if s.Tell == (gateways.Peer{}) {
			continue
		}
		client, err := b.Caller.Reach(s.Tell)
		if err != nil {
			return err
		}
		b.told[s.Name] = client
	}
	return nil
}

func (b *Box) sender(name string) (Sender, bool) {
	i := slices.IndexFunc(b.senders, func(s Sender) bool { return s.Name == name })
	if i < 0 {
		return Sender{}, false
	}
	return b.senders[i], true
}

func (b *Box) store() *store.DB { return b.Applications.Register.Store }

// Answer is what a message is answered with.
type Answer struct {
	Body        []byte // in the form of the message
	Code        message.Code
	Sender      string // empty for one who is not known
	Application string // its id, where one came of the message
	Replayed    bool
}

// RefusedError says by which code a message is refused, and why.
type RefusedError struct {
	Code   message.Code
	Detail string // in English, without personal data
	err    error
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%s (%s)", e.Detail, e.Code) }

// Unwrap returns the cause, nil when there is none.
func (e *RefusedError) Unwrap() error { return e.err }

func refuse(code message.Code, format string, args ...any) error {
	return &RefusedError{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// Take answers a message. Whoever is known gets a signed answer in both forms, also to
// what is refused; the error of a message of nobody who is known is a *[RefusedError].
func (b *Box) Take(ctx context.Context, form gateways.Form, body []byte) (Answer, error) {
	in, err := b.read(ctx, form, body)
	if err != nil {
		return Answer{Sender: in.sender.Name}, err
	}
	before, err := b.receive(ctx, in)
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		return b.answer(ctx, in, message.Reply{Code: refused.Code, Text: refused.Detail})
	case err != nil:
		return Answer{}, err
	case before.Code != "":
		return before, nil
	}
	b.store().At("message received")
	application, data, err := b.do(ctx, in)
	b.store().At("message done")
	reply := message.Reply{Code: message.Success, Text: "Message has been processed successfully", Data: data}
	if err != nil && !errors.As(err, &refused) {
		return Answer{}, err
	}
	if err != nil {
		reply.Code, reply.Text = refused.Code, refused.Detail
	}
	a, err := b.answer(ctx, in, reply)
	if err != nil || reply.Code.Later() {
		return a, err
	}
	a.Application = application
	return b.keep(ctx, in, a)
}

// do does what a message asks for.
func (b *Box) do(ctx context.Context, in incoming) (application string, data message.Fields, err error) {
	switch {
	case in.Service == ServicePayment && in.sender.Payments:
		application, err = b.confirm(ctx, in)
		return application, message.Fields{}, err
	case in.Service == ServiceApplication && len(in.sender.Channels) > 0:
		return b.apply(ctx, in)
	}
	return "", nil, refuse(message.NoService, "the sender may not ask for this service here")
}

// confirm takes what the payment gateway says of a payment.
func (b *Box) confirm(ctx context.Context, in incoming) (application string, err error) {
	p, err := gateways.ParsePayment(in.Data)
	if err != nil {
		return "", refuse(message.Malformed, "the payment lacks something")
	}
	a, err := b.Bills.Confirm(ctx, p, gateways.Heard{How: gateways.Told, Message: in.ID})
	if errors.Is(err, gateways.ErrPayment) {
		return "", &RefusedError{message.Refused, store.Reason(err), err}
	}
	return a.Application, err
}
