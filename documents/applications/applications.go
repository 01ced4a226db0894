// Package applications lets applications for services walk the routes of the
// regulation: who may do what at which step, where an application stands and stood,
// and until when it must go on. What was done stands in entries, which are added and
// never changed, under the log of the register.
//
// A newcomer starts with a [Book], opens an application by [Book.Open] and does one
// step after another by [Book.Enter]. [Case.May] tells whether somebody may do a step
// and, if not, why; [Case.Due] until when. Which steps there are, who does them and
// where they lead is the data of documents/regulation, and nothing here names any.
//
// What a condition asks of the world (a log-in, a payment, a person in a state
// database, a certificate) is stated by whoever enters its outcome, and the entry
// says so. The package writes no log of its own, and its errors repeat no personal
// data.
package applications

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/signing"
)

// Book is the applications of a register. The fields are not changed after the first
// call; methods are safe for concurrent use.
type Book struct {
	// Register keeps the documents that steps issue, and has the database and the
	// clock. Whoever enters no step that issues anything needs its Store only.
	Register *registry.Registry
	// Rulebook has the law and the calendar, with what operators have entered.
	Rulebook *rulebook.Book
	// ScanRequired says that no application goes on with a file that no scanner has
	// found clean, whatever its edition says.
	ScanRequired bool
	// Verifier judges what persons sign; that of the Register when nil.
	Verifier *signing.Verifier
	// Unsigned lets persons enter what they should sign without a signature, of a
	// register that does not know its people: the entries say so.
	Unsigned bool
	// Signatory says whose certificate must have signed what a person enters. Without it
	// that is the applicant, by his number, and of others whom the certificate names.
	Signatory func(ctx context.Context, r store.Reader, s Signing) (Expected, error)
	// Attached are the attachments of an application, in their order; nil for none.
	Attached func(ctx context.Context, r store.Reader, application string) ([]Attachment, error)
	// Ask asks the world what a condition asks. Without it, whoever enters a step of a
	// system states the answer, and the entry says so.
	Ask func(ctx context.Context, q Question) (Answer, error)
	// Letter makes a notice that no person signs; without it [Book.Advance] goes on
	// without one.
	Letter func(ctx context.Context, c Case, issues Issues) (*documents.Draft, error)

	named     atomic.Bool // it is written down of all applications whose they are
	concerned atomic.Bool // and of all, and of all documents, what they are about
}

// Errors of this package, for errors.Is. A step that somebody may not do is a
// *[RefusedError].
var (
	// ErrNotFound means that there is no such application.
	ErrNotFound = errors.New("no such application")
	// ErrClock means that the clock is behind what was entered before.
	ErrClock = errors.New("the clock is behind the entries")
	// ErrNoEdition means that no edition of the rules in force has the service by that
	// channel, or not the step at which the application stands.
	ErrNoEdition = errors.New("no edition of the rules in force has this")
	// ErrChanged means that something was entered since the state that the caller knew.
	ErrChanged = errors.New("the application has changed since")
	// ErrSignatureUndecided means that it cannot be told now whether a signature holds.
	ErrSignatureUndecided = errors.New("it cannot be told now whether the signature holds")
	// ErrNoVerifier means that the program was wired without what judges signatures.
	ErrNoVerifier = errors.New("nothing judges what persons sign")
)

// Application is what the book knows of one application. It holds personal data.
type Application struct {
	ID     string // given when it is opened
	Number string // given by the registration; empty before it
	// Edition is that of the rules, with its digest: the one in force when the
	// application was opened and, from the registration on, the one in force then.
	Edition      string
	Service      string
	Route        string // of the information systems
	Applicant    documents.Holder
	Form         json.RawMessage // an object; what was filled in
	OpenedAt     time.Time
	RegisteredAt time.Time // zero before the registration
	Client       string    // who opened it
	Entries      []Entry   // in their order; nil in lists
	Waits        []Wait    // what no program could tell or make yet; nil in lists
	// Ended is how it has ended; empty while it goes on.
	Ended regulation.End
	// ErasedAt is when its personal content was erased; zero if it was not.
	ErasedAt time.Time
}

// Entry is one step that was done.
type Entry struct {
	ID      string // the key of its row, for proofs
	Seq     int    // from 1
	Step    string
	Outcome string
	// Under is the step of the information systems that the step performs, and
	// UnderOutcome how that has ended by it; empty where they do not apply.
	Under        string
	UnderOutcome string
	Actor        Actor
	Edition      string // by which it was judged, with its digest
	Data         Data
	Document     string // the number of the document that it issues; empty for none
	At           time.Time
	To           regulation.Place // where the application stands from then on
}

// Actor is who acts: a person, in a role or at an information system.
type Actor struct {
	Role   string
	Person string // a name, 1 to 200 printable characters
	ID     string // of a person who is known; empty for systems
}

// same reports whether two acts are one person's: by the ids where both have one, else
// by the names.
func (a Actor) same(b Actor) bool {
	if a.ID != "" && b.ID != "" {
		return a.ID == b.ID
	}
	return a.Person == b.Person
}

// Data is what an entry says besides its outcome.
type Data struct {
	// Stated are the checks of a condition whose answers were stated by whoever entered
	// it, and not found by a program.
	Stated []regulation.Check `json:"stated,omitempty"`
	// Failed is the one that did not hold.
	Failed regulation.Check `json:"failed,omitempty"`
	// Waits says why a document that the step makes is not there yet.
	Waits string `json:"waits,omitempty"`
	// Values are what the actor has written down.
	Values json.RawMessage `json:"values,omitempty"`
	// PersonID is the id of the person who acted.
	PersonID string `json:"person_id,omitempty"`
	// Unsigned says that the step is one to sign, and nobody did.
	Unsigned bool `json:"unsigned,omitempty"`
	// Found is what programs have found out for a condition.
	Found []Found `json:"found,omitempty"`
	// Draft is the content of a document that is handed up to whoever signs it; it has
	// no number.
	Draft *documents.Draft `json:"draft,omitempty"`
}

// Reason is why a step is refused.
type Reason string

// The reasons.
const (
	ReasonEnded    Reason = "ended"     // the application has ended
	ReasonStep     Reason = "step"      // the routes have no such step
	ReasonPosition Reason = "position"  // the application does not stand there
	ReasonOutcome  Reason = "outcome"   // the step does not end in this way
	ReasonActor    Reason = "actor"     // the step is another's
	ReasonFourEyes Reason = "four_eyes" // the person has acted in a role that is apart from this
	ReasonCheck    Reason = "check"     // a condition fails by one of its checks, and by none of others
	ReasonDocument Reason = "document"  // the step issues another document, or none

	ReasonSignature Reason = "signature" // the act is not signed, or not as it must be
	ReasonSystem    Reason = "system"    // a program does the step, and no person
	ReasonVotes     Reason = "votes"     // the person has voted, or too few have, or most not so
	ReasonPaused    Reason = "paused"    // the application is paused
	ReasonAssigned  Reason = "assigned"  // the application was handed to another person of the role
	ReasonResult    Reason = "result"    // the result is not in force, or issued already
)

// RefusedError says why a step may not be done.
type RefusedError struct {
	Reason  Reason
	Step    string
	Outcome string
	Detail  string // in English; names no person
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("step %s %q is refused: %s (%s)", e.Step, e.Outcome, e.Detail, e.Reason)
}

// Position returns where the application stood at a moment: the zero place before its
// first entry.
func (a Application) Position(at time.Time) regulation.Place {
	var p regulation.Place
	for _, e := range a.Entries {
		if e.At.After(at) {
			break
		}
		p = e.To
	}
	return p
}

// Made are the exits that an application had made until a moment, of the steps that
// were done and of those of the systems that ended by them.
func (a Application) Made(at time.Time) []regulation.WalkedExit {
	var all []regulation.WalkedExit
	for _, e := range a.Entries {
		if e.At.After(at) {
			break
		}
		all = append(all, regulation.WalkedExit{Step: e.Step, On: e.Outcome})
		if e.UnderOutcome != "" {
			all = append(all, regulation.WalkedExit{Step: e.Under, On: e.UnderOutcome})
		}
	}
	return all
}

// Place returns where the application stands after all its entries.
func (a Application) Place() regulation.Place {
	if len(a.Entries) == 0 {
		return regulation.Place{}
	}
	return a.Entries[len(a.Entries)-1].To
}

// applied is the application as documents name it.
func (a Application) applied() documents.Application {
	if a.Number == "" {
		return documents.Application{}
	}
	return documents.Application{ApplicationNumber: a.Number, ApplicationDate: documents.CivilDate(a.RegisteredAt)}
}
