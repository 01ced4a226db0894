// Package messages tells applicants what has become of their applications: by SMS,
// e-mail and in the cabinet, in their language, and never twice.
//
// A newcomer starts with [Queue], which writes messages in the transaction of what they
// tell of, and [Book.Deliver], which brings them to a gateway afterwards. A message has
// an id that follows from its occasion and its channel; under it the gateway knows the
// message too, so that whatever happens between sending and writing that down, sending
// again is the same message. The package writes no log of its own, and its errors repeat
// no addresses and no texts.
package messages

import (
	"context"
	"errors"
	"time"

	"tamga/documents/store"
	"tamga/language"
)

// Book is the messages of a register. The fields are not changed after the first call;
// methods are safe for concurrent use.
type Book struct {
	Store *store.DB
	// Gateway takes messages by SMS and e-mail; nil where there is none, and these wait.
	Gateway Gateway
}

// Gateway brings messages to people. An error means that it gave no answer, and the
// same is asked again later.
type Gateway interface {
	// Put hands over a message. The same id is the same message, however often it is
	// handed over.
	Put(ctx context.Context, m Outgoing) (Told, error)
	// Told asks what has become of a message; [ErrUnknown] means that the gateway does
	// not know it.
	Told(ctx context.Context, id string) (Told, error)
}

// Outgoing is a message as a gateway gets it. It has nothing else.
type Outgoing struct {
	ID       string        `json:"id"`
	Channel  string        `json:"channel"` // "email" or "sms"
	To       string        `json:"to"`
	Language language.Lang `json:"language"`
	Subject  string        `json:"subject,omitempty"` // of e-mail
	Text     string        `json:"text"`
}

// Told is what a gateway says of a message: [Sent] while it is on its way.
type Told struct {
	State  State
	Detail string
}

// ErrUnknown means that a gateway does not know a message.
var ErrUnknown = errors.New("the gateway does not know the message")

// State is how far a message came.
type State string

// The states. Away stands in no row: it is a queued message that the gateway was asked
// to take and has not answered about.
const (
	Queued    State = "queued"
	Away      State = "away"
	Sent      State = "sent"      // the gateway has taken it
	Delivered State = "delivered" // it has reached the phone, the mailbox or the cabinet
	Refused   State = "refused"   // the gateway says that it cannot be delivered
	Expired   State = "expired"   // no gateway has taken it in time
	Dropped   State = "dropped"   // its document never came into force, or the application was erased
)

// Message is one message to an applicant. It holds personal data.
type Message struct {
	ID          string
	Application string // its id
	Document    string // a number; empty for none
	Event       string // what it tells of, as in the rules of the edition
	Occasion    string // of which there is one message by each channel
	Channel     string
	Language    language.Lang
	Address     string // empty in the cabinet
	Text        string
	State       State
	Detail      string // why it was refused, or why the gateway is away
	QueuedAt    time.Time
	SentAt      time.Time // zero before
	EndedAt     time.Time // when the last state was told; zero before
}
