// Package pkcs11 signs with keys that live in tokens: smart cards, HSMs, and
// whatever else comes with a PKCS #11 library. [Open] finds a key by the labels
// of token and key; the [Key] is a crypto.Signer like any other.
//
// The libraries are written in C, so this needs cgo and is built only with the
// tag of its name:
//
//	go build -tags pkcs11 ./cmd/tamga
//
// Without it [Open] answers [ErrNotBuilt].
package pkcs11

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// Options say which key to open.
type Options struct {
	Module string // path of the library
	Token  string // label of the token
	// Label and ID name the private key: CKA_LABEL and CKA_ID. One of them is
	// enough if it names one key only; with neither the token must hold one
	// key only.
	Label string
	ID    []byte
	// PIN is asked whenever the token wants a log-in: when it is opened and
	// after it was gone. After a wrong PIN it is not asked again, since tokens
	// lock themselves after a few.
	PIN func() (PIN, error)
	// Sessions is how many signatures may be made at one time; zero means
	// [DefaultSessions].
	Sessions int
}

// DefaultSessions is the usual number of sessions.
const DefaultSessions = 4

// Errors of this package.
var (
	// ErrNotBuilt means that the program was built without the tag pkcs11.
	ErrNotBuilt = errors.New("built without PKCS #11: build with -tags pkcs11")
	// ErrModule means that the library cannot be used.
	ErrModule = errors.New("PKCS #11 library not usable")
	// ErrToken means that no token of the label is there, or several are.
	ErrToken = errors.New("token not found")
	// ErrKey means that the token holds no such key, or several.
	ErrKey = errors.New("key not found in the token")
	// ErrPIN means that the token refuses the PIN. It is not tried again.
	ErrPIN = errors.New("the token refuses the PIN")
	// ErrMechanism means that the key cannot make signatures of the kind
	// asked for. National keys are among those.
	ErrMechanism = errors.New("the token cannot sign so")
)

// PIN opens a token. Printing it, in whatever way, shows nothing of it.
type PIN string

// maxPIN is longer than any token takes.
const maxPIN = 256

// ReadPIN reads a PIN from a file or a descriptor: its first line.
func ReadPIN(r io.Reader) (PIN, error) {
	line, err := bufio.NewReader(io.LimitReader(r, maxPIN+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read PIN: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" || len(line) > maxPIN {
		return "", errors.New("read PIN: empty or too long")
	}
	return PIN(line), nil
}

const masked = "PIN(***)"

// String masks the PIN.
func (PIN) String() string { return masked }

// Format masks the PIN whatever the verb.
func (PIN) Format(s fmt.State, _ rune) { io.WriteString(s, masked) }

// LogValue masks the PIN in logs.
func (PIN) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalText masks the PIN in JSON and the like.
func (PIN) MarshalText() ([]byte, error) { return []byte(masked), nil }
