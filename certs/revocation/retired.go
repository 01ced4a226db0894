package revocation

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"tamga/certs"
)

// End is what an operator declares of an authority that is no more, of whatever it
// knows of it: nobody else can say so, and nothing in a file does.
type End struct {
	// Authority is the SHA-256 of its certificate; that of a timestamp authority or
	// responder may stand here too.
	Authority [32]byte
	// At is when its key was taken out of use and destroyed: nothing that this key
	// signed is younger, and nothing was revoked since.
	At time.Time
	// Services says that the keys of the timestamp authorities and responders which it
	// certified ended with it, and each with its certificate: what they signed is not
	// younger either. Without it, when that was is to be proved otherwise.
	Services bool
	// Lists are the SHA-256 of its last revocation lists, of which it is known that
	// they are its own. They answer for what they could know, as any list does.
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

// Proved tells by when a list is known to have existed, since the key that signed it
// ended then; the zero time for what is not declared to be a last list, and for what
// was made after the end.
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

// Ended tells when the key of a certificate ended, at the latest with the
// certificate; the zero time when nothing was declared of it.
func (r *Retired) Ended(c *certs.Certificate) time.Time {
	if r == nil {
		return time.Time{}
	}
	e, ok := r.ends[c.Fingerprint()]
	return e.ended(c, ok)
}

func (e End) ended(c *certs.Certificate, declared bool) time.Time {
	switch {
	case !declared:
		return time.Time{}
	case c.NotAfter.Before(e.At):
		return c.NotAfter
	}
	return e.At
}

// EndedFor is [Retired.Ended] of a timestamp authority or a responder, which may have
// ended with one of those that could have certified it. A certificate that is not for
// the purpose is neither.
func (r *Retired) EndedFor(c *certs.Certificate, purpose asn1.ObjectIdentifier, issuers []*certs.Certificate) time.Time {
	if r == nil {
		return time.Time{}
	}
	if at := r.Ended(c); !at.IsZero() {
		return at
	}
	if !slices.ContainsFunc(c.ExtKeyUsage, purpose.Equal) {
		return time.Time{}
	}
	for _, issuer := range issuers {
		e, ok := r.ends[issuer.Fingerprint()]
		if ok && e.Services && c.Issuer.Equal(issuer.Subject) && c.CheckSignatureFrom(issuer) == nil {
			return e.ended(c, true)
		}
	}
	return time.Time{}
}

// declaration is how an [End] is written.
type declaration struct {
	Certificate string    `json:"certificate"` // SHA-256, hexadecimal
	Name        string    `json:"name,omitempty"`
	Ended       time.Time `json:"ended"`
	Services    bool      `json:"services,omitempty"`
	LastLists   []string  `json:"last_lists,omitempty"` // SHA-256, hexadecimal
}

type declarations struct {
	Retired []declaration `json:"retired"`
}

// ParseRetired reads declarations, as [FormatRetired] writes them. Names are for
// people and are not looked at.
func ParseRetired(raw []byte) ([]End, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var file declarations
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRetired, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%w: something follows the declarations", ErrRetired)
	}
	var ends []End
	for _, j := range file.Retired {
		e := End{At: j.Ended, Services: j.Services}
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
		j := declaration{Certificate: hex.EncodeToString(e.Authority[:]), Name: name(e.Authority), Ended: e.At.UTC(), Services: e.Services}
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
