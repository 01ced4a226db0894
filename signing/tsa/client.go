// Package tsa asks timestamp authorities over HTTP (RFC 3161), and has one of
// its own for demonstrations and tests.
//
// [Client.Stamp] asks the configured authorities one after another until one
// gives a token that passes every check; a token that does not pass is never
// handed out. Whether a token's signature leads to a trusted authority is
// decided by the client's Trust function, without which no token passes.
package tsa

import (
	"context"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"sync"
	"time"

	"tamga/signing/tsp"
)

// Defaults of [Client].
const (
	DefaultTimeout     = 10 * time.Second
	DefaultMaxResponse = 64 << 10
	DefaultSkew        = 5 * time.Minute
)

// nonceBits keep nonces below 2^63, since authorities are known that read
// them into machine words.
const nonceBits = 63

// Endpoint is an authority to ask.
type Endpoint struct {
	URL string // http or https
	// Policy is what is asked for and must come back; nil leaves it to the
	// authority. National authorities choose key and algorithm by it.
	Policy asn1.ObjectIdentifier
}

// Client asks authorities. Its fields must not change after the first
// question. It may be used by many goroutines.
type Client struct {
	Authorities []Endpoint // in the order in which they are asked
	// Trust decides whether a token was signed by an authority that is
	// trusted at a time. Nil trusts nobody.
	Trust func(ctx context.Context, token *tsp.Token, at time.Time) error
	// HTTP carries the requests; nil means a plain client. Redirects are not
	// followed and cookies not kept, whatever it says.
	HTTP *http.Client
	Now  func() time.Time // nil means time.Now
	// UserAgent is never sent empty: national services send such clients to a
	// page for people.
	UserAgent   string
	Timeout     time.Duration // of each authority; zero means [DefaultTimeout]
	MaxResponse int64         // in bytes; zero means [DefaultMaxResponse]
	// Skew is how far the clock of an authority may be from ours; zero means
	// [DefaultSkew].
	Skew time.Duration

	mu     sync.Mutex
	health []health // beside Authorities
}

// Errors of [Client.Stamp]; those of a malformed message are [tsp.ErrMalformed]
// and of a wrong imprint [tsp.ErrImprint].
var (
	// ErrNoAuthority means that there is nobody to ask.
	ErrNoAuthority = errors.New("no timestamp authority is configured")
	// ErrUnreachable means that an authority gave no answer in time.
	ErrUnreachable = errors.New("timestamp authority is not reachable")
	// ErrHTTP means an answer over HTTP that is no timestamp response.
	ErrHTTP = errors.New("not a timestamp response over HTTP")
	// ErrNonce means that the token answers another request.
	ErrNonce = errors.New("the timestamp answers another request: the nonce differs")
	// ErrPolicy means that the token was made under another policy than the
	// one asked for.
	ErrPolicy = errors.New("the timestamp was made under another policy")
	// ErrTime means that the time of the token is too far from ours.
	ErrTime = errors.New("the time of the timestamp is not the present")
	// ErrUntrusted means that nothing shows that a trusted authority signed.
	ErrUntrusted = errors.New("the timestamp is not from a trusted authority")
)

// RefusedError is the answer of an authority that it gives no token.
type RefusedError struct{ Status tsp.StatusInfo }

func (e *RefusedError) Error() string { return "timestamp authority refuses: " + e.Status.String() }

// EndpointError says which authority an error is about.
type EndpointError struct {
	URL string
	Err error
}

func (e *EndpointError) Error() string { return e.URL + ": " + e.Err.Error() }
func (e *EndpointError) Unwrap() error { return e.Err }

// Stamp returns the first token about the imprint that passes every check. The
// error joins an [*EndpointError] of each authority that was asked.
func (c *Client) Stamp(ctx context.Context, m tsp.Imprint) (*tsp.Token, error) {
	if len(c.Authorities) == 0 {
		return nil, ErrNoAuthority
	}
	var failures []error
	for i, e := range c.Authorities {
		token, err := c.ask(ctx, e, m)
		if err != nil && ctx.Err() != nil { // the caller has gone, which tells nothing of the authority
			failures = append(failures, &EndpointError{e.URL, err})
			break
		}
		c.note(i, err)
		if err == nil {
			return token, nil
		}
		failures = append(failures, &EndpointError{e.URL, err})
	}
	return nil, errors.Join(failures...)
}

// Stamper returns Stamp as what makes signatures wants it: bound to a context,
// returning the token's bytes.
func (c *Client) Stamper(ctx context.Context) func(tsp.Imprint) ([]byte, error) {
	return func(m tsp.Imprint) ([]byte, error) {
		token, err := c.Stamp(ctx, m)
		if err != nil {
			return nil, err
		}
		return token.Raw, nil
	}
}

// ask asks one authority.
func (c *Client) ask(ctx context.Context, e Endpoint, m tsp.Imprint) (*tsp.Token, error) {
	nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), nonceBits))
	if err != nil {
		return nil, fmt.Errorf("reading randomness: %w", err)
	}
	q := tsp.Request{Imprint: m, Policy: e.Policy, Nonce: nonce, Certificates: true}
	before := c.now()
	body, err := c.exchange(ctx, e.URL, q.DER())
	if err != nil {
		return nil, err
	}
	response, err := tsp.ParseResponse(body)
	if err != nil {
		return nil, err
	}
	if !response.Status.Granted() {
		return nil, &RefusedError{response.Status}
	}
	token, err := tsp.ParseToken(response.Token)
	if err != nil {
		return nil, err
	}
	return token, c.check(ctx, token, q, before)
}

// check compares a token with the request that it answers (RFC 3161 section
// 2.2) and asks whether it is to be trusted.
func (c *Client) check(ctx context.Context, token *tsp.Token, q tsp.Request, before time.Time) error {
	info := &token.Info
	if !info.Imprint.Equal(q.Imprint) {
		return tsp.ErrImprint
	}
	if info.Nonce == nil || info.Nonce.Cmp(q.Nonce) != 0 {
		return ErrNonce
	}
	if q.Policy != nil && !info.Policy.Equal(q.Policy) {
		return fmt.Errorf("%w: %v instead of %v", ErrPolicy, info.Policy, q.Policy)
	}
	now, skew := c.now(), c.Skew
	if skew <= 0 {
		skew = DefaultSkew
	}
	if info.GenTime.Before(before.Add(-skew)) || info.GenTime.After(now.Add(skew)) {
		return fmt.Errorf("%w: %s, and here it is %s", ErrTime, info.GenTime.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	if c.Trust == nil {
		return fmt.Errorf("%w: nobody is trusted", ErrUntrusted)
	}
	if err := c.Trust(ctx, token, now); err != nil {
		return fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return nil
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// health is how the last questions to an authority ended.
type health struct {
	failures int   // since the last success
	err      error // the last one
}

// ErrSilent means that no authority gave a token when it was last asked.
var ErrSilent = errors.New("no timestamp authority gave a token when it was last asked")

// Answering says whether there is an authority that gave a token when it was last
// asked, or was not asked yet. The error is [ErrNoAuthority], or [ErrSilent], which
// joins an [*EndpointError] of each. It asks nobody.
func (c *Client) Answering() error {
	if len(c.Authorities) == 0 {
		return ErrNoAuthority
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	silent := []error{ErrSilent}
	for i, h := range c.health {
		if h.failures == 0 {
			return nil
		}
		silent = append(silent, &EndpointError{c.Authorities[i].URL, h.err})
	}
	return errors.Join(silent...)
}

// begin makes the records. The caller holds mu.
func (c *Client) begin() {
	if c.health != nil {
		return
	}
	c.health = make([]health, len(c.Authorities))
}

func (c *Client) note(i int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.begin()
	h := &c.health[i]
	if err == nil {
		h.failures = 0
		return
	}
	h.err = err
	h.failures++
}
