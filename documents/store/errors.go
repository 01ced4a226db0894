package store

import (
	"errors"
	"strings"
	"unicode"
)

// Errors of this package, for errors.Is.
var (
	// ErrUnavailable means that the database does not answer now: it hangs, is
	// down or has no room left. The same call may succeed later.
	ErrUnavailable = errors.New("the register does not answer now")
	// ErrBadKey means that an idempotency key or a client's name is empty,
	// longer than 255 bytes, or not printable ASCII.
	ErrBadKey = errors.New("idempotency key must be 1 to 255 printable ASCII characters")
	// ErrKeyReused means that the client has used the idempotency key for
	// another request.
	ErrKeyReused = errors.New("idempotency key was used for another request")
	// ErrInProgress means that the same request is being worked on now; ask
	// again in a few seconds.
	ErrInProgress = errors.New("the same request is in progress")
	// ErrUnknownClient means that no client has this key.
	ErrUnknownClient = errors.New("unknown client key")
	// ErrBadName means that a name, of a client, an operator or a row, is empty, too
	// long or cannot be printed.
	ErrBadName = errors.New("a name must be 1 to 200 printable characters")
	// ErrUnknownScope means that a client was to be given a right that does
	// not exist.
	ErrUnknownScope = errors.New("unknown scope")
	// ErrNoExtension means that the client has no such queued signature.
	ErrNoExtension = errors.New("no such queued signature")
	// ErrNoRule means that no operator has entered such a row.
	ErrNoRule = errors.New("no such row")
	// ErrSamePerson means that a row is confirmed, or its end is, by whoever did
	// the step before.
	ErrSamePerson = errors.New("another person must confirm")
	// ErrNotWaiting means that a row has taken that step before, or is out.
	ErrNotWaiting = errors.New("the row does not wait for that")
)

// Reason turns an error into a text that every database takes.
func Reason(err error) string {
	const longest = 500
	text := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, err.Error()))
	return string(text[:min(len(text), longest)])
}
