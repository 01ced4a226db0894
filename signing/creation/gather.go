package creation

import (
	"context"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
)

// DefaultMaxCRL is the largest revocation list that is put into a signature,
// in bytes. The national lists are far larger; about the certificates on them
// a responder is asked.
const DefaultMaxCRL = 256 << 10

// Gatherer collects what proves a certificate good for as long as the proof
// is kept: the material of B-LT. It may be used by many goroutines.
type Gatherer struct {
	Trust *certs.Pool
	// Path chooses among the paths of a certificate: [signing.Verifier.Path], so
	// that the evidence is about the one which will be judged. The first of Trust
	// when nil.
	Path func(ctx context.Context, c *certs.Certificate, extra []*certs.Certificate, at time.Time) (certs.Path, error)
	// Respond returns an authentic OCSPResponse about a certificate, in DER;
	// nil when there is nobody to ask. [FromResponders] makes one of a client.
	Respond func(ctx context.Context, c, issuer *certs.Certificate, at time.Time) ([]byte, error)
	// Lists is asked when no response can be had. Lists that are kept in files
	// are not embedded.
	Lists  *revocation.Lists
	MaxCRL int // zero means [DefaultMaxCRL]
	// Retired are the authorities that have ended. About what they have certified
	// nobody can be asked any more: their declared last lists are all there is.
	Retired *revocation.Retired
}

// ErrEvidence is wrapped by errors about a certificate whose status nothing
// that can be embedded proves.
var ErrEvidence = errors.New("no evidence to embed")

// Gather builds the path of a certificate at a time and returns the
// certificates of the path, the anchor's too, and for each of them but the
// anchor a response or a list. A certificate that the evidence calls revoked is
// no error: a signature may be older than that.
//
// Of a path whose authority has ended by then it is the path that was there at the
// end; whether the last lists prove enough is for whoever judges the signature.
//
// The error is a *[certs.PathError] when there is no path, or [ErrEvidence]
// for the first certificate without evidence.
func (g *Gatherer) Gather(ctx context.Context, c *certs.Certificate, extra []*certs.Certificate, at time.Time) (signing.Material, error) {
	lived := g.lived(c, extra, at)
	path, err := g.path(ctx, c, extra, lived)
	if err != nil {
		return signing.Material{}, err
	}
	var m signing.Material
	for i, c := range path {
		m.Certificates = append(m.Certificates, c.Raw)
		if i == len(path)-1 {
			break
		}
		if end := g.Retired.Ended(path[i+1]); !end.IsZero() && at.After(end) {
			err = g.addLast(&m, path[i+1])
		} else {
			err = g.add(ctx, &m, c, path[i+1], lived)
		}
		if err != nil {
			return signing.Material{}, fmt.Errorf("%w about %s: %w", ErrEvidence, c.Subject, err)
		}
	}
	return m, nil
}

// lived returns when the authorities that could be on a certificate's path were there:
// at a time, or before it when the first of them ended, while the certificate was valid.
func (g *Gatherer) lived(c *certs.Certificate, extra []*certs.Certificate, at time.Time) time.Time {
	if len(g.Retired.Ends()) == 0 || g.Trust == nil {
		return at
	}
	seen := map[[32]byte]bool{}
	for todo := []*certs.Certificate{c}; len(todo) > 0; todo = todo[1:] {
		below := todo[0]
		for _, issuer := range append(slices.Clip(g.Trust.BySubject(below.Issuer)), extra...) {
			if seen[issuer.Fingerprint()] || !issuer.Subject.Equal(below.Issuer) || below.CheckSignatureFrom(issuer) != nil {
				continue
			}
			seen[issuer.Fingerprint()] = true
			todo = append(todo, issuer)
			if end := g.Retired.Ended(issuer); !end.IsZero() && at.After(end) {
				at = end
				if c.NotAfter.Before(at) {
					at = c.NotAfter
				}
			}
		}
	}
	return at
}

// addLast adds the last lists of an authority that has ended.
func (g *Gatherer) addLast(m *signing.Material, issuer *certs.Certificate) error {
	var raw [][]byte
	if lists := g.Retired.Lists(); lists != nil {
		for _, l := range lists.All() {
			if !l.Issuer.Equal(issuer.Subject) || l.CheckSignatureFrom(issuer) != nil {
				continue
			}
			b, err := g.embeddable(l)
			if err != nil {
				return err
			}
			raw = append(raw, b)
		}
	}
	if len(raw) == 0 {
		return errors.New("the authority has ended, and none of its last lists is kept")
	}
	m.Add(signing.Material{CRLs: raw})
	return nil
}

// embeddable returns a list that is small enough to embed.
func (g *Gatherer) embeddable(l *revocation.CRL) ([]byte, error) {
	limit := g.MaxCRL
	if limit <= 0 {
		limit = DefaultMaxCRL
	}
	if l.Raw == nil || len(l.Raw) > limit {
		return nil, fmt.Errorf("the list of %s is too large to embed", l.Issuer)
	}
	return l.Raw, nil
}

func (g *Gatherer) path(ctx context.Context, c *certs.Certificate, extra []*certs.Certificate, at time.Time) (certs.Path, error) {
	if g.Path != nil {
		return g.Path(ctx, c, extra, at)
	}
	trust := g.Trust
	if trust == nil {
		trust = &certs.Pool{}
	}
	return trust.Build(c, extra, at)
}

// add adds the evidence about one certificate, a response rather than a list.
func (g *Gatherer) add(ctx context.Context, m *signing.Material, c, issuer *certs.Certificate, at time.Time) error {
	var refused error
	if g.Respond != nil {
		raw, err := g.Respond(ctx, c, issuer, at)
		if err == nil {
			m.Add(signing.Material{OCSPs: [][]byte{raw}})
			return g.addResponder(m, raw, issuer, at)
		}
		refused = err
	}
	lists, err := g.lists(c, issuer, at)
	if err != nil {
		return errors.Join(refused, err)
	}
	m.Add(signing.Material{CRLs: lists})
	return nil
}

// addResponder adds what a list says about the certificate of a delegated
// responder, unless the authority says that nobody need ask (RFC 6960 section
// 4.2.2.2.1).
func (g *Gatherer) addResponder(m *signing.Material, raw []byte, issuer *certs.Certificate, at time.Time) error {
	response, err := ocsp.ParseResponse(raw)
	if err != nil {
		return err
	}
	for _, c := range response.Certificates {
		if c.Fingerprint() == issuer.Fingerprint() || response.CheckSignatureFrom(c) != nil ||
			slices.ContainsFunc(c.Extensions, func(e certs.Extension) bool { return e.ID.Equal(oidNoCheck) }) {
			continue
		}
		lists, err := g.lists(c, issuer, at)
		if err != nil {
			return fmt.Errorf("the responder's certificate: %w", err)
		}
		m.Add(signing.Material{CRLs: lists})
	}
	return nil
}

var oidNoCheck = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}

// lists returns the lists that decide about a certificate.
func (g *Gatherer) lists(c, issuer *certs.Certificate, at time.Time) ([][]byte, error) {
	if g.Lists == nil {
		return nil, errors.New("there are no lists")
	}
	a := g.Lists.Status(c, issuer, at)
	if a.Status == revocation.Undetermined || a.Evidence == nil {
		return nil, fmt.Errorf("the lists do not tell: %s", a.Cause)
	}
	var raw [][]byte
	for _, e := range append([]*revocation.Evidence{a.Evidence}, a.More...) {
		for ; e != nil; e = e.Delta {
			b, err := g.list(e)
			if err != nil {
				return nil, err
			}
			raw = append(raw, b)
		}
	}
	return raw, nil
}

// list finds the list that an answer rests on.
func (g *Gatherer) list(e *revocation.Evidence) ([]byte, error) {
	for _, l := range g.Lists.All() {
		if sum := l.Digest(); hex.EncodeToString(sum[:]) == e.SHA256 {
			return g.embeddable(l)
		}
	}
	return nil, errors.New("the list was replaced meanwhile")
}

// FromResponders returns what a [Gatherer] asks: responders over HTTP, whose
// answers the client has judged.
func FromResponders(client *ocsp.Client) func(ctx context.Context, c, issuer *certs.Certificate, at time.Time) ([]byte, error) {
	return func(ctx context.Context, c, issuer *certs.Certificate, at time.Time) ([]byte, error) {
		r := client.Status(ctx, c, issuer, at)
		if r.Answer.Status == revocation.Undetermined || r.Response == nil {
			if r.Err != nil {
				return nil, fmt.Errorf("%s: %w", r.Answer.Cause, r.Err)
			}
			return nil, errors.New(string(r.Answer.Cause))
		}
		return r.Response, nil
	}
}
