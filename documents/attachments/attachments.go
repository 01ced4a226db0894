// Package attachments keeps the files of applications: judged by their content, once
// for all applications that have the same, under the log of the register, and looked at
// by a scanner where there is one.
//
// A newcomer starts with [Book.Add], which takes a file into the transaction that
// writes its row and record, and [Of], which tells what an application has. The bytes
// lie in the database, in parts: what is committed is there whole, on both engines and
// in every backup, and no folder beside it can have other files than the rows say. The
// package writes no log of its own, and its errors repeat neither names nor contents.
package attachments

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tamga/documents/attachments/outline"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Book is the attachments of a register. The fields are not changed after the first
// call; methods are safe for concurrent use.
type Book struct {
	Store *store.DB
	// Terms tells what an application takes, and locks it for the transaction.
	Terms func(ctx context.Context, tx *store.Tx, application string) (Terms, error)
	// Scan asks a scanner about a file of a size: what it has found, or nothing. An
	// error means that it gave no answer. Nil where there is no scanner.
	Scan func(ctx context.Context, file io.Reader, size int64) (found string, err error)
}

// Terms is what an application takes.
type Terms struct {
	Application string // its id
	Closed      bool   // it is signed, registered or ended: nothing is added or taken out any more
	Items       []string
	Rules       regulation.Attachments
}

// Attachment is a file of an application.
type Attachment struct {
	ID          string
	Application string
	Seq         int    // from 1, in the order in which they came
	Name        string // as its sender calls it
	Item        string // of the edition's list of documents; may be empty
	Type        string // judged by the content
	Size        int64
	SHA256      string
	Signed      bool // it has the form of a signed file; whether it is right was not asked
	Findings    []outline.Finding
	Scan        State
	ScanDetail  string // what was found, or why the scanner is away
	Client      string
	Person      string // a person's id; empty for a client
	AddedAt     time.Time
	RemovedAt   time.Time // zero while it is there
	RemovedBy   string
}

// State is what a scanner says of a file.
type State string

// The states. A scanner that is away has said nothing: that is never clean, and refuses
// nothing by itself.
const (
	None     State = "none"     // there was no scanner when the file came
	Scanning State = "scanning" // it was not asked yet
	Clean    State = "clean"
	Refused  State = "refused"
	Away     State = "away" // it was asked and did not answer; it is asked again
)

// ErrNotFound means that there is no such attachment.
var ErrNotFound = errors.New("no such attachment")

// ErrDamaged means that the content in the database is not the one that was attached.
var ErrDamaged = errors.New("the content of the attachment is damaged")

// Reason is why a file is refused.
type Reason string

// The reasons.
const (
	ReasonClosed    Reason = "closed"    // the application is signed, registered or ended
	ReasonName      Reason = "name"      // the name cannot be shown
	ReasonItem      Reason = "item"      // the edition has no such document
	ReasonEmpty     Reason = "empty"     // the file is empty
	ReasonType      Reason = "type"      // files of this type are not taken
	ReasonContent   Reason = "content"   // for what stands in it
	ReasonSize      Reason = "size"      // the file is too large
	ReasonAll       Reason = "all"       // the files are too large together
	ReasonMost      Reason = "most"      // there are too many
	ReasonScan      Reason = "scan"      // a scanner refuses it
	ReasonUnscanned Reason = "unscanned" // no scanner has looked at it
)

// RefusedError says why a file is not taken, or why an application does not go on with
// it.
type RefusedError struct {
	Reason Reason
	Detail string // in English; repeats nothing of the file
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%s (%s)", e.Detail, e.Reason) }

func refuse(r Reason, format string, args ...any) error {
	return &RefusedError{r, fmt.Sprintf(format, args...)}
}
