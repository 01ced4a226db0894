package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"tamga/documents"
)

// Cost is what looking at one password takes (argon2id, RFC 9106).
type Cost struct {
	Passes  uint32
	Memory  uint32 // KiB
	Threads uint8
	// Together is how many passwords are looked at at the same time; the others wait,
	// and WaitMost of them at most.
	Together, WaitMost int
}

// DefaultCost is the second recommendation of RFC 9106, section 4: 64 MiB, three
// passes and four lanes; two at a time.
func DefaultCost() Cost {
	return Cost{Passes: 3, Memory: 64 << 10, Threads: 4, Together: 2, WaitMost: 64}
}

func (b *Book) cost() Cost {
	if b.Cost == (Cost{}) {
		return DefaultCost()
	}
	return b.Cost
}

// hashing bounds what all passwords together take.
type hashing struct {
	once          sync.Once
	work, waiting chan struct{}
}

// take waits for a place to look at a password.
func (h *hashing) take(ctx context.Context, c Cost) (release func(), err error) {
	h.once.Do(func() {
		h.work, h.waiting = make(chan struct{}, c.Together), make(chan struct{}, c.Together+c.WaitMost)
	})
	select {
	case h.waiting <- struct{}{}:
	default:
		return nil, ErrBusy
	}
	select {
	case h.work <- struct{}{}:
		return func() { <-h.work; <-h.waiting }, nil
	case <-ctx.Done():
		<-h.waiting
		return nil, ctx.Err()
	}
}

const (
	saltLength = 16
	hashLength = 32
	// What a stored digest may ask for at most, since whoever edits the database must
	// not be able to take the memory of the machine.
	mostMemory, mostPasses = 1 << 20, 16
)

// digest is a password as it is kept: with its parameters, so that they may grow.
type digest struct {
	cost       Cost
	salt, hash []byte
}

// String writes a digest in the usual form, «$argon2id$v=19$m=65536,t=3,p=4$salt$hash».
func (d digest) String() string {
	enc := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, d.cost.Memory, d.cost.Passes, d.cost.Threads, enc(d.salt), enc(d.hash))
}

func parseDigest(s string) (digest, error) {
	var d digest
	var version int
	bad := fmt.Errorf("the digest of a password cannot be read")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return d, bad
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return d, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &d.cost.Memory, &d.cost.Passes, &d.cost.Threads); err != nil {
		return d, bad
	}
	var err error
	if d.salt, err = base64.RawStdEncoding.Strict().DecodeString(parts[4]); err != nil {
		return d, bad
	}
	if d.hash, err = base64.RawStdEncoding.Strict().DecodeString(parts[5]); err != nil {
		return d, bad
	}
	if d.cost.Memory == 0 || d.cost.Memory > mostMemory || d.cost.Passes == 0 || d.cost.Passes > mostPasses || d.cost.Threads == 0 ||
		len(d.salt) < 8 || len(d.hash) < 16 || len(d.hash) > 64 {
		return d, bad
	}
	return d, nil
}

// weaker reports whether a digest costs less than passwords cost now.
func (d digest) weaker(than Cost) bool {
	return d.cost.Memory < than.Memory || d.cost.Passes < than.Passes
}

// hash computes the digest of a password when there is a place for it.
func (b *Book) hash(ctx context.Context, password string, d digest) ([]byte, error) {
	release, err := b.hashing.take(ctx, b.cost())
	if err != nil {
		return nil, err
	}
	defer release()
	return argon2.IDKey([]byte(documents.Composed(password)), d.salt, d.cost.Passes, d.cost.Memory, d.cost.Threads, hashLength), nil
}

// newDigest is that of a password that is set.
func (b *Book) newDigest(ctx context.Context, password string) (digest, error) {
	d := digest{cost: b.cost(), salt: make([]byte, saltLength)}
	_, _ = rand.Read(d.salt) // never fails
	var err error
	d.hash, err = b.hash(ctx, password, d)
	return d, err
}

// matches looks at a password. Nothing kept takes the same work, and matches none.
func (b *Book) matches(ctx context.Context, password, kept string) (ok bool, d digest, err error) {
	d = digest{cost: b.cost(), salt: make([]byte, saltLength), hash: make([]byte, hashLength)}
	if kept != "" {
		if d, err = parseDigest(kept); err != nil {
			return false, d, err
		}
	}
	hash, err := b.hash(ctx, password, d)
	if err != nil {
		return false, d, err
	}
	return subtle.ConstantTimeCompare(hash, d.hash) == 1 && kept != "", d, nil
}

// The shortest and the longest password, in characters and bytes.
const (
	shortestPassword = 10
	longestPassword  = 256
)

// checkPassword refuses what anybody would guess first, and what cannot be typed again.
func checkPassword(password string, who documents.NaturalPerson) error {
	refuse := func(code, detail string) error {
		return &documents.InvalidError{Fields: []documents.FieldError{{Pointer: "/password", Code: code, Detail: detail}}}
	}
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	plain := strings.ToLower(documents.Composed(password))
	switch {
	case password == "":
		return refuse(documents.CodeRequired, "is empty")
	case !utf8.ValidString(password):
		return refuse(documents.CodeEncoding, "is not UTF-8")
	case strings.ContainsFunc(password, unprintable):
		return refuse(documents.CodeCharacter, "has a character that cannot be typed")
	case len(password) > longestPassword:
		return refuse(documents.CodeTooLong, fmt.Sprintf("has more than %d bytes", longestPassword))
	case utf8.RuneCountInString(plain) < shortestPassword:
		return refuse(CodeTooShort, fmt.Sprintf("has fewer than %d characters", shortestPassword))
	case guessable(plain, who):
		return refuse(CodeGuessable, "is the person's own number or name, or one character or pair again and again")
	}
	return nil
}

// Codes of what is wrong with a password besides those of documents.
const (
	CodeTooShort  = "too_short"
	CodeGuessable = "guessable"
)

// guessable reports whether a password, in small letters, says what everybody knows of
// the person, or the same all over.
func guessable(plain string, who documents.NaturalPerson) bool {
	letters := map[rune]bool{}
	for _, r := range plain {
		letters[r] = true
	}
	number := string(who.IIN)
	if who.Document != nil {
		number = strings.ToLower(string(who.Document.Number))
	}
	rest := plain
	for _, known := range []string{number, who.Surname, who.GivenName, who.Patronymic} {
		if known != "" {
			rest = strings.ReplaceAll(rest, strings.ToLower(known), "")
		}
	}
	return len(letters) < 3 || utf8.RuneCountInString(rest) < shortestPassword/2
}
