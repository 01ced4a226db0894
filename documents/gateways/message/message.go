// Package message is what state systems send to each other: a message and its reply,
// and the two ways of writing them, as signed JSON ([EncodeJSON]) and as the SOAP
// envelope of the government gateway's synchronous channel ([SOAPRequest]). Reading is
// strict where two readers could read two messages, and bounded. The package knows
// nothing of signatures: whoever reads hands in what was signed, and nothing else.
//
// Errors say which rule is broken and quote nothing of the message, which carries
// personal data.
package message

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The limits of one message.
const (
	MaxSize   = 4 << 20 // bytes of a message as it is carried
	maxFields = 64
	maxValue  = 3 << 20 // bytes of one value
	maxText   = 1000    // bytes of what a status says to people
)

// ErrMalformed means that bytes are no message, or one that can be read in two ways.
var ErrMalformed = errors.New("the message is malformed")

// Fields are what a message says: texts by their names. A name is a letter and at most
// 63 more letters, digits and underscores.
type Fields map[string]string

// Message is what one system asks or tells another.
type Message struct {
	// ID is the sender's own, 1 to 64 letters, digits and "-._{}": the same one again
	// is the same message.
	ID string
	// Correlation is the ID of the message that this one goes on with; may be empty.
	Correlation string
	Service     string    // what is asked: the name of a service of the receiver
	Date        time.Time // to the millisecond
	Sender      string    // the name of the sending system
	Password    string    // that the gateway gave it; SOAP only, may be empty
	Data        Fields
}

// Code says how a message was taken.
type Code string

// The codes. SCSS001 is the gateway's own for success; the others are ours.
const (
	Success   Code = "SCSS001"
	NoData    Code = "NO_DATA"             // the register answers, and has nothing
	Malformed Code = "MALFORMED"           // the message could not be read
	Unsigned  Code = "SIGNATURE_REFUSED"   // its signature is not accepted
	Undecided Code = "SIGNATURE_UNDECIDED" // nobody can tell now; to be sent again later
	Unknown   Code = "UNKNOWN_SENDER"
	NoService Code = "UNKNOWN_SERVICE"
	Reused    Code = "MESSAGE_ID_REUSED" // with another content
	Refused   Code = "REFUSED"           // what it asks for cannot be done
	Away      Code = "UNAVAILABLE"       // to be sent again later
	NoCode    Code = "FAULT"             // of a fault that names none; never sent
)

// Later reports whether the same message may be taken when it is sent again.
func (c Code) Later() bool { return c == Undecided || c == Away }

// Reply is what the receiver answers.
type Reply struct {
	ID          string // may be that of the message
	Correlation string // the ID of the message
	Date        time.Time
	Code        Code
	Text        string // for people, in English; no personal data
	Data        Fields
}

// Answers reports whether the reply is to the message: the gateway names it by the
// correlation id, some of its members by the message id.
func (r Reply) Answers(m Message) bool {
	return r.Correlation == m.ID || r.Correlation == "" && r.ID == m.ID
}

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrMalformed, fmt.Sprintf(format, args...))
}

// Check refuses a message that cannot be carried.
func (m Message) Check() error {
	for what, id := range map[string]string{"message id": m.ID, "service": m.Service, "sender": m.Sender} {
		if !identifier(id) {
			return malformed("the %s is no identifier", what)
		}
	}
	if m.Correlation != "" && !identifier(m.Correlation) {
		return malformed("the correlation id is no identifier")
	}
	if m.Date.IsZero() {
		return malformed("the date is missing")
	}
	return m.Data.check()
}

// Check refuses a reply that cannot be carried.
func (r Reply) Check() error {
	for _, id := range []string{r.ID, r.Correlation} {
		if id != "" && !identifier(id) {
			return malformed("an id is no identifier")
		}
	}
	switch {
	case r.ID == "" && r.Correlation == "":
		return malformed("the reply names no message")
	case !identifier(string(r.Code)):
		return malformed("the code is no identifier")
	case r.Date.IsZero():
		return malformed("the date is missing")
	case len(r.Text) > maxText || !clean(r.Text):
		return malformed("the text of the status is too long, or not printable")
	}
	return r.Data.check()
}

func (f Fields) check() error {
	if len(f) > maxFields {
		return malformed("there are more than %d fields", maxFields)
	}
	for name, value := range f {
		if !fieldName(name) {
			return malformed("a field has no name that fields may have")
		}
		if len(value) > maxValue || !clean(value) {
			return malformed("the value of a field is too long, or has characters that XML cannot carry")
		}
	}
	return nil
}

// names returns the names of the fields in their order.
func (f Fields) names() []string { return slices.Sorted(maps.Keys(f)) }

func identifier(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool { return !alphanumeric(r) && !strings.ContainsRune("-._{}", r) })
}

func fieldName(s string) bool {
	return s != "" && len(s) <= 64 && (s[0] >= 'a' && s[0] <= 'z' || s[0] >= 'A' && s[0] <= 'Z') &&
		!strings.ContainsFunc(s, func(r rune) bool { return !alphanumeric(r) && r != '_' })
}

func alphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// clean reports whether a text comes through XML as it is: carriage returns do not.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\t' || r == 0xfffe || r == 0xffff || unicode.Is(unicode.Cc, r) && r >= ' '
	})
}

// moment writes a date as the gateway does.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// parseMoment reads a date with its offset.
func parseMoment(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 2000 || t.Year() > 9000 {
		return time.Time{}, malformed("a date is none, or has no offset")
	}
	return t.UTC().Truncate(time.Millisecond), nil
}
