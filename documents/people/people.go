// Package people is who acts: persons and how they show who they are, the sessions
// in which they are known, the duties that they have at providers, and for whom they
// may act.
//
// A newcomer starts with a [Book]. Somebody signs a [Challenge] with the key of an
// electronic signature, [Book.Register] makes the person known by it, and
// [Book.SignInByKey] or [Book.SignInByPassword] opens a [Session]. [Holds] answers
// whether a person has a duty at a moment, and [MayAct] whether somebody may act for
// an applicant.
//
// A person's only name in rows, duties and entries is an id. The package writes no
// log of its own, and its errors repeat no personal data.
package people

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/signing"
)

// Book is the people of a register. The fields are not changed after the first call;
// methods are safe for concurrent use. What only reads rows needs the Store alone.
type Book struct {
	Store *store.DB
	// Rulebook has the roles and the providers that duties may name.
	Rulebook *rulebook.Book
	// Verifier judges signatures over challenges, by a policy of its own; without it
	// nobody shows who he is.
	Verifier *signing.Verifier
	// Address is where the service is reached: challenges name it, and count nowhere
	// else.
	Address string
	// Notaries asks the notaries' system about a power of attorney by its number. The
	// error is [ErrNoPower], or says that nobody can tell; nil where there is none to ask.
	Notaries func(ctx context.Context, number string, principal, agent documents.Holder) (Attested, error)
	// Limits are how long sessions and challenges last; [DefaultLimits] when zero.
	Limits Limits
	// Cost is what one password costs whoever guesses; [DefaultCost] when zero.
	Cost Cost

	hashing hashing
}

// Limits are how long what people hold lasts.
type Limits struct {
	Challenge time.Duration // from when it is asked for until it must be signed
	Idle      time.Duration // a session that nobody uses
	Session   time.Duration // any session
}

// DefaultLimits are ours: five minutes for a challenge, half an hour without a
// request, twelve hours in all.
func DefaultLimits() Limits {
	return Limits{Challenge: 5 * time.Minute, Idle: 30 * time.Minute, Session: 12 * time.Hour}
}

func (b *Book) limits() Limits {
	if b.Limits == (Limits{}) {
		return DefaultLimits()
	}
	return b.Limits
}

// Errors of this package, for errors.Is. What speaks against a signature is a
// *[ProofError], against a duty a *[DutyError], against acting for somebody a
// *[RefusedError].
var (
	// ErrNotFound means that there is no such person, duty or power.
	ErrNotFound = errors.New("no such person, duty or power of attorney")
	// ErrNoPower means that the notaries' system knows no such power of attorney, or that
	// it is not in force.
	ErrNoPower = errors.New("the notaries' system knows no such power of attorney that is in force")
	// ErrNotaries means that there is no notaries' system to ask.
	ErrNotaries = errors.New("there is no notaries' system to ask")
	// ErrChallenge means that a challenge was never given, was used, has run out, or is
	// for another purpose or another service.
	ErrChallenge = errors.New("the challenge does not count")
	// ErrCredentials means that nobody has this number and password together.
	ErrCredentials = errors.New("no account has this number and password")
	// ErrRegistered means that the person has registered before.
	ErrRegistered = errors.New("the person is registered")
	// ErrNotRegistered means that the person whose key it is has not registered.
	ErrNotRegistered = errors.New("the person is not registered")
	// ErrNoSession means that no session has this token: it never had, ran out, or was
	// ended.
	ErrNoSession = errors.New("no such session")
	// ErrBusy means that as many passwords are being looked at as the service can hold.
	ErrBusy = errors.New("too many passwords are being looked at")
	// ErrNotAdministrator means that whoever acts does not administer people.
	ErrNotAdministrator = errors.New("only an administrator may do this")
	// ErrEnoughAdministrators means that there are two, who appoint all others.
	ErrEnoughAdministrators = errors.New("there are two administrators, and they appoint the others")
)

// Person is somebody who is known. It holds personal data; ID does not.
type Person struct {
	ID      string // 16 hexadecimal digits
	Natural documents.NaturalPerson
	AddedAt time.Time
	AddedBy string // the person who added him; empty for himself and for a command on the machine
}

// Holder is the person as applications and documents have persons.
func (p Person) Holder() documents.Holder { return documents.Holder{Natural: &p.Natural} }

// Name is the whole name of the person, the same in all languages.
func (p Person) Name() string { return p.Holder().FullName(documents.KK) }

// idLength is the length of ids in bytes.
const idLength = 8

func newID(tx *store.Tx) string { return hex.EncodeToString(tx.RandomBytes(idLength)) }

// isID reports whether a text may be an id; others do not reach the database.
func isID(id string) bool {
	raw, err := hex.DecodeString(id)
	return err == nil && len(raw) == idLength && hex.EncodeToString(raw) == id
}

// failedTo says what could not be done in the database.
func failedTo(what string, err error) error { return fmt.Errorf("failed to %s: %w", what, err) }
