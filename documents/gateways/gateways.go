// Package gateways asks the state systems behind the regulation: the databases of
// persons (ГБД ФЛ) and organisations (ГБД ЮЛ), the notaries' system (ЕНИС) and the
// payment gateway (ПШЭП), each through a message that is signed and answered by a
// signed one.
//
// A newcomer starts with [Caller.Connect] and one of the interfaces [Persons],
// [Organisations], [Powers] and [Payments], which every [Client] is. Three answers are
// told apart: data; [ErrNoData], when the system answers and has nothing; and
// *[UndecidedError], when nobody can tell now, whatever the reason. Nothing is decided
// by an outage.
//
// The package writes no log, and its errors repeat no personal data.
package gateways

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"tamga/certs"
	"tamga/certs/exchange"
	"tamga/documents/gateways/message"
	"tamga/signing"
	"tamga/signing/creation"
)

// System is a state system that can be asked.
type System string

// The systems, by the names that the editions give them.
const (
	SystemPersons       System = "GBDFL"
	SystemOrganisations System = "GBDUL"
	SystemNotaries      System = "ENIS"
	SystemPayments      System = "PSHEP"
)

// Systems returns all of them, in this order.
func Systems() []System {
	return []System{SystemPersons, SystemOrganisations, SystemNotaries, SystemPayments}
}

// Form is how messages to a system are written.
type Form string

// The forms.
const (
	FormJSON Form = "json" // signed by a detached CMS
	FormSOAP Form = "soap" // the gateway's envelope, signed by WS-Security
)

// Errors of this package, for errors.Is. That nobody can tell is an *[UndecidedError].
var (
	// ErrNoData means that the system has answered, and has no such data.
	ErrNoData = errors.New("the system has no such data")
	// ErrSetting means that a system is set up in a way that cannot work.
	ErrSetting = errors.New("the setting of a gateway is wrong")
)

// Reason is why nobody can tell.
type Reason string

// The reasons.
const (
	ReasonUnreachable Reason = "unreachable" // no answer in time
	ReasonHTTP        Reason = "http"        // an answer of another kind over HTTP
	ReasonMalformed   Reason = "malformed"   // an answer that cannot be read
	ReasonSignature   Reason = "signature"   // an answer that is not signed by the system
	ReasonCorrelation Reason = "correlation" // an answer to another message
	ReasonCode        Reason = "code"        // an answer that says that it could not be answered
	ReasonResting     Reason = "resting"     // not asked, because the last calls have failed
	ReasonKey         Reason = "key"         // our own key cannot sign
)

// UndecidedError says that a system could not tell, and since when it has not.
type UndecidedError struct {
	System System
	Reason Reason
	Code   message.Code // that it has answered; empty for none
	Since  time.Time
	err    error
}

func (e *UndecidedError) Error() string {
	detail := string(e.Reason)
	if e.Code != "" {
		detail += " " + string(e.Code)
	}
	return fmt.Sprintf("%s does not answer since %s (%s)", e.System, e.Since.UTC().Format(time.RFC3339), detail)
}

// Unwrap returns the cause, nil when there is none.
func (e *UndecidedError) Unwrap() error { return e.err }

// Peer is a system as the operator has set it up.
type Peer struct {
	System   System    `json:"system"`
	Form     Form      `json:"form"`
	Address  string    `json:"address"`
	Service  string    `json:"service"`            // the name that the gateway gives it
	BIN      certs.BIN `json:"bin"`                // of the organisation whose certificate signs its answers
	Password string    `json:"password,omitempty"` // that the gateway gave us; SOAP only
}

func (p Peer) check() error {
	switch {
	case p.System == "":
		return fmt.Errorf("%w: a system has no name", ErrSetting)
	case p.Form != FormJSON && p.Form != FormSOAP:
		return fmt.Errorf("%w: %s has the form %q", ErrSetting, p.System, p.Form)
	case p.Service == "":
		return fmt.Errorf("%w: %s has no service", ErrSetting, p.System)
	case p.Password != "" && p.Form != FormSOAP:
		return fmt.Errorf("%w: %s has a password, which only the form soap carries", ErrSetting, p.System)
	}
	if _, err := certs.ParseBIN(string(p.BIN)); err != nil {
		return fmt.Errorf("%w: %s has no right BIN", ErrSetting, p.System)
	}
	if err := exchange.CheckAddress(p.Address); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrSetting, p.System, err)
	}
	return nil
}

// Caller is what all systems are asked with. Its fields are not changed after the first
// call; it is safe for concurrent use.
type Caller struct {
	Sender   string // our name among the systems
	Key      creation.Key
	Make     func(context.Context, creation.Order) (creation.Made, error)
	Verifier *signing.Verifier
	HTTP     *http.Client     // nil means a plain one; redirects are never followed
	Now      func() time.Time // time.Now when nil

	Timeout  time.Duration // of one attempt; 10 seconds when zero
	Deadline time.Duration // of a call with all its attempts; 30 seconds when zero
	Pause    time.Duration // before the second attempt, doubled before each other one; half a second when zero
	Rest     time.Duration // for which a system is not asked after two calls that failed; 15 seconds when zero
}

func or(d, usual time.Duration) time.Duration {
	if d == 0 {
		return usual
	}
	return d
}

func (c *Caller) now() time.Time {
	if c.Now == nil {
		return time.Now().UTC()
	}
	return c.Now().UTC()
}

// Connect returns the client of a system that is asked. The error is [ErrSetting].
func (c *Caller) Connect(p Peer) (*Client, error) {
	if !slices.Contains(Systems(), p.System) {
		return nil, fmt.Errorf("%w: there is no system %q", ErrSetting, p.System)
	}
	return c.Reach(p)
}

// Reach returns the client of any system that takes messages, by whatever name, such as
// one that is told what becomes of what it has sent. The error is [ErrSetting].
func (c *Caller) Reach(p Peer) (*Client, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	client := &Client{peer: p, caller: c, wire: jsonWire{c, p}}
	if p.Form == FormSOAP {
		client.wire = soapWire{c, p}
	}
	return client, nil
}

// wire carries a message in one form: it signs it, and reads what it is answered.
type wire interface {
	sign(ctx context.Context, m message.Message) ([]byte, error)
	carry(ctx context.Context, signed []byte) (message.Reply, error)
}

// Client asks one system. It is safe for concurrent use.
type Client struct {
	peer   Peer
	caller *Caller
	wire   wire

	mu     sync.Mutex
	failed int       // outages, one after another
	last   time.Time // of the last of them
	state  string    // as State has it; empty for one that was never asked
	since  time.Time
	reason Reason
	code   message.Code
}

// State is how a system stands, as its last calls found it.
type State struct {
	System System `json:"system"`
	State  string `json:"state"` // "unasked", "answers", "refuses" (what it is asked) or "away"
	// Since is when it came to this state; zero when it was never asked.
	Since  time.Time    `json:"since,omitzero"`
	Reason Reason       `json:"reason,omitempty"`
	Code   message.Code `json:"code,omitempty"` // that it has answered instead
}
