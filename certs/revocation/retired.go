package revocation

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/jsonfile"
)

// End is what an operator declares of an authority that is no more, of whatever it
// knows of it: nobody else can say so, and nothing in a file does.
type End struct {
	// Authority is the SHA-256 of its certificate; that of a timestamp authority or
	// responder may stand here too.
	Authority [32]byte
	// At is when it ended: nothing was revoked since, so that nothing is good that was
	// not proved to exist by then.
	At time.Time
	// Destroyed says that its key was destroyed by then, and those of the timestamp
	// authorities and responders which it certified by then and at the latest with
	// their certificates: what they signed is not younger. Without it, since when
	// anything exists is to be proved otherwise: keys may have been lost afterwards.
	Destroyed bool
	// Lists are the SHA-256 of its last revocation lists, which the operator has from
	// before the end. They answer for what they could know, as any list does.
	Lists [][32]byte
}

// Retired are the authorities that have ended, with their last lists. Nil and the
// zero value are none. It may be used by many goroutines once it was filled.
type Retired struct {
	ends  map[[32]byte]End
	lists Lists
}

// ErrRetired is wrapped by the errors about ends that cannot be.
var ErrRetired = errors.New("the end of an authority cannot be taken")

// Add takes one declaration.
func (r *Retired) Add(e End) error {
	if e.At.IsZero() {
		return fmt.Errorf("%w: it does not say when", ErrRetired)
	}
	if _, twice := r.ends[e.Authority]; twice {
		return fmt.Errorf("%w: %x stands twice", ErrRetired, e.Authority)
	}
	if r.ends == nil {
		r.ends = map[[32]byte]End{}
	}
	r.ends[e.Authority] = e
	return nil
}

// AddList takes a list if it is one of those that are declared to be last ones, and
// was made before the end.
func (r *Retired) AddList(l *CRL) {
	if !r.Proved(l).IsZero() {
		r.lists.Add(l)
	}
}

// Ends returns what was declared, the latest first.
func (r *Retired) Ends() []End {
	if r == nil {
		return nil
	}
	all := make([]End, 0, len(r.ends))
	for _, e := range r.ends {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b End) int {
		if d := b.At.Compare(a.At); d != 0 {
			return d
		}
		return bytes.Compare(a.Authority[:], b.Authority[:])
	})
	return all
}

// Lists are the last lists; nil when there are none.
func (r *Retired) Lists() *Lists {
	if r == nil || len(r.lists.byIssuer) == 0 {
		return nil
	}
	return &r.lists
}

// Proved tells by when a list is known to have existed that is declared to be a last
// one; the zero time for others, and for one that was made after the end.
func (r *Retired) Proved(l *CRL) (at time.Time) {
	if r == nil {
		return at
	}
	for _, e := range r.ends {
		if slices.Contains(e.Lists, l.Digest()) && !l.ThisUpdate.After(e.At) && (at.IsZero() || e.At.Before(at)) {
			at = e.At
		}
	}
	return at
}

// Ended tells when whoever has a certificate ended, at the latest with it; the zero
// time when nothing was declared.
func (r *Retired) Ended(c *certs.Certificate) time.Time {
	if r == nil {
		return time.Time{}
	}
	e, ok := r.ends[c.Fingerprint()]
	if !ok {
		return time.Time{}
	}
	return e.atLatest(c)
}

func (e End) atLatest(c *certs.Certificate) time.Time {
	if c.NotAfter.Before(e.At) {
		return c.NotAfter
	}
	return e.At
}

// KeyDestroyed tells by when the key of a certificate for a purpose, such as that of
// timestamp authorities, is declared to have been destroyed: with the one that has it,
// or with one of those that could have certified it. It is the zero time when that was
// not declared.
func (r *Retired) KeyDestroyed(c *certs.Certificate, purpose asn1.ObjectIdentifier, issuers []*certs.Certificate) time.Time {
	if r == nil {
		return time.Time{}
	}
	if e, ok := r.ends[c.Fingerprint()]; ok && e.Destroyed {
		return e.atLatest(c)
	}
	if !slices.ContainsFunc(c.ExtKeyUsage, purpose.Equal) {
		return time.Time{}
	}
	for _, issuer := range issuers {
		e, ok := r.ends[issuer.Fingerprint()]
		if ok && e.Destroyed && c.Issuer.Equal(issuer.Subject) && c.CheckSignatureFrom(issuer) == nil {
			return e.atLatest(c)
		}
	}
	return time.Time{}
}

// ListSigned is [Retired.KeyDestroyed] for whoever of some has signed a list, which
// must not claim to be younger.
func (r *Retired) ListSigned(l *CRL, by []*certs.Certificate) time.Time {
	if r == nil {
		return time.Time{}
	}
	for _, c := range by {
		e, ok := r.ends[c.Fingerprint()]
		if ok && e.Destroyed && l.Issuer.Equal(c.Subject) && !l.ThisUpdate.After(e.atLatest(c)) && l.CheckSignatureFrom(c) == nil {
			return e.atLatest(c)
		}
	}
	return time.Time{}
}

// declaration is how an [End] is written.
type declaration struct {
	Certificate string    `json:"certificate"` // SHA-256, hexadecimal
	Name        string    `json:"name,omitempty"`
	Ended       time.Time `json:"ended"`
	Destroyed   bool      `json:"keys_destroyed,omitempty"`
	LastLists   []string  `json:"last_lists,omitempty"` // SHA-256, hexadecimal
}

type declarations struct {
	Retired []declaration `json:"retired"`
}

// ParseRetired reads declarations, as [FormatRetired] writes them. Names are for
// people and are not looked at.
func ParseRetired(raw []byte) ([]End, error) {
	var file declarations
	if err := jsonfile.Read(raw, &file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRetired, err)
	}
	var ends []End
	for _, j := range file.Retired {
		e := End{At: j.Ended, Destroyed: j.Destroyed}
		var err error
		if e.Authority, err = sum(j.Certificate); err != nil {
			return nil, err
		}
		for _, text := range j.LastLists {
			digest, err := sum(text)
			if err != nil {
				return nil, err
			}
			e.Lists = append(e.Lists, digest)
		}
		ends = append(ends, e)
	}
	return ends, (&Retired{}).addAll(ends)
}

func (r *Retired) addAll(ends []End) error {
	for _, e := range ends {
		if err := r.Add(e); err != nil {
			return err
		}
	}
	return nil
}

func sum(text string) (digest [32]byte, err error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(digest) {
		return digest, fmt.Errorf("%w: %q is no SHA-256", ErrRetired, text)
	}
	return [32]byte(raw), nil
}

// FormatRetired writes declarations, with names for people.
func FormatRetired(ends []End, name func(authority [32]byte) string) ([]byte, error) {
	file := declarations{Retired: []declaration{}}
	for _, e := range ends {
		j := declaration{Certificate: hex.EncodeToString(e.Authority[:]), Name: name(e.Authority), Ended: e.At.UTC(), Destroyed: e.Destroyed}
		for _, l := range e.Lists {
			j.LastLists = append(j.LastLists, hex.EncodeToString(l[:]))
		}
		file.Retired = append(file.Retired, j)
	}
	raw, err := json.MarshalIndent(file, "", "  ")
	return append(raw, '\n'), err
}

// Refuse makes of an answer about a certificate, whose issuer or whose own key may
// have ended, what it is worth at a time: after the end it can accuse and not acquit.
func (r *Retired) Refuse(a Answer, c, issuer *certs.Certificate, at time.Time) Answer {
	for _, by := range []*certs.Certificate{c, issuer} {
		if end := r.Ended(by); !end.IsZero() && at.After(end) && a.Status != Revoked {
			a.Status, a.Cause, a.sources = Undetermined, CauseEnded, nil
		}
	}
	return a
}
