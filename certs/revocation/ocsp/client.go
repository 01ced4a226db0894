package ocsp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"tamga/certs"
	"tamga/certs/exchange"
	"tamga/certs/revocation"
)

// Defaults of [Client].
const (
	DefaultTimeout     = 5 * time.Second
	DefaultMaxResponse = 64 << 10
	DefaultMaxCached   = 4096
)

const (
	nonceSize    = 32 // RFC 9654 section 2.1
	maxAddresses = 4  // tried for one question
	maxRefreshes = 8  // under way at one time, besides what callers wait for
	// failureLife is how long a failure, or an answer that decides nothing,
	// keeps others from asking the responder again.
	failureLife = 5 * time.Second
)

// Client asks responders over HTTP. The zero value works; its fields must not
// change after the first question. It may be used by many goroutines, and
// several that ask about one certificate at once share one exchange.
//
// Responses are kept, never verdicts: each question is judged at its own time.
// An answer is kept until its nextUpdate, for the policy's maximal age, or
// until the responder's certificate expires, whichever is first; a revocation
// that is not a hold is kept as long as there is room; failures for seconds.
// Past a random point between half and three quarters of its life an answer
// that is used is fetched anew in the background. It is never replaced by one
// with an older thisUpdate.
type Client struct {
	// HTTP carries the requests. Nil means a plain client for Addresses, and for
	// those in certificates one that connects to nothing but public addresses
	// and Networks. Redirects are not followed and cookies not kept, whatever
	// it says.
	HTTP     *http.Client
	Networks []netip.Prefix
	Now      func() time.Time // nil means time.Now
	Policy   Policy
	// Digest is the one that CertIDs are made with; zero means SHA-256.
	Digest certs.Digest
	// Addresses returns where to ask, the first first; nil means the
	// addresses in the certificate. Only http and https are used, and four
	// addresses at most.
	Addresses func(cert, issuer *certs.Certificate) []string
	// UserAgent is never sent empty: the national responder sends such
	// clients to a page for people.
	UserAgent   string
	Timeout     time.Duration // of one exchange; zero means [DefaultTimeout]
	MaxResponse int64         // in bytes; zero means [DefaultMaxResponse]
	MaxCached   int           // certificates; zero means [DefaultMaxCached]

	mu         sync.Mutex
	cache      cache
	flights    map[string]*flight
	refreshing int
	running    sync.WaitGroup
	life       context.Context // of all exchanges
	end        context.CancelFunc
	closed     bool

	outsideOnce sync.Once
	outside     *http.Client
}

// Result is an answer with what it rests on.
type Result struct {
	Answer   revocation.Answer
	Response []byte    // DER of the response; nil when there is none to show
	Address  string    // where it came from
	Fetched  time.Time // when
	Cached   bool      // it had been fetched for an earlier question
	Err      error     // what stood in the way of an answer, if anything did
}

// ErrClosed means that the client was closed.
var ErrClosed = errors.New("OCSP client is closed")

// flight is one exchange, or a row of them, that callers may wait for.
type flight struct {
	done chan struct{}
	got  entry // set before done is closed
}

// Status tells the status of a certificate at a time; a zero time means now.
// The issuer must be the certificate's issuer on a path that was verified.
//
// It returns as soon as ctx ends, and within the time limit for each address
// in any case.
func (c *Client) Status(ctx context.Context, cert, issuer *certs.Certificate, at time.Time) Result {
	now := c.now()
	if at.IsZero() {
		at = now
	}
	q := Question{Certificate: cert, Issuer: issuer, At: at, Now: now}
	key := string(NewCertID(cert, issuer, c.digest()).DER())

	c.mu.Lock()
	have, ok := c.cache.lookup(key, now)
	if ok && (c.Policy.Nonce != NonceRequired || have.proof == nil) {
		if have.due(now) && c.refreshing < maxRefreshes {
			c.refreshing++
			c.launch(key, q, true)
		}
		c.mu.Unlock()
		return c.answer(have, q, true)
	}
	f := c.launch(key, q, false)
	c.mu.Unlock()

	select {
	case <-f.done:
		q.Now = c.now()
		return c.answer(f.got, q, false)
	case <-ctx.Done():
		return failed(CauseUnreachable, ctx.Err())
	}
}

// Close ends the exchanges that are under way and waits for them. Later
// questions are answered from what is kept, or not at all.
func (c *Client) Close() {
	c.mu.Lock()
	c.closed = true
	if c.end != nil {
		c.end()
	}
	c.mu.Unlock()
	c.running.Wait()
}

// launch starts an exchange or joins the one under way. The caller holds mu.
func (c *Client) launch(key string, q Question, refresh bool) *flight {
	if f, ok := c.flights[key]; ok {
		if refresh {
			c.refreshing--
		}
		return f
	}
	f := &flight{done: make(chan struct{})}
	if c.closed {
		f.got = failure(failed(CauseUnreachable, ErrClosed))
		close(f.done)
		if refresh {
			c.refreshing--
		}
		return f
	}
	if c.flights == nil {
		c.flights = map[string]*flight{}
		c.life, c.end = context.WithCancel(context.Background())
	}
	c.flights[key] = f
	c.running.Add(1)
	go c.fly(f, key, q, refresh)
	return f
}

// fly makes the exchange and keeps what came of it.
func (c *Client) fly(f *flight, key string, q Question, refresh bool) {
	defer c.running.Done()
	got := c.ask(c.life, q)
	now := c.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cache.limit = c.MaxCached
	f.got = c.cache.store(key, got, now)
	delete(c.flights, key)
	if refresh {
		c.refreshing--
	}
	close(f.done)
}

// ask tries the addresses until one gives an answer that decides something.
// Otherwise the result is of the address that came furthest.
func (c *Client) ask(ctx context.Context, q Question) entry {
	addresses, err := c.addresses(q)
	if len(addresses) == 0 {
		return failure(failed(CauseNoAddress, err))
	}
	var best entry
	for i, address := range addresses {
		e := c.askAt(ctx, address, q)
		if e.decides {
			return e
		}
		if i == 0 || e.reached() > best.reached() {
			best = e
		}
	}
	return best
}

// askAt makes one exchange and judges it as of the present.
func (c *Client) askAt(ctx context.Context, address string, q Question) entry {
	nonce, err := c.nonce()
	if err != nil {
		return failure(failed(CauseUnreachable, err))
	}
	request := NewRequest(q.Certificate, q.Issuer, c.digest(), nonce)
	body, cause, err := c.exchange(ctx, address, request.DER)
	if err != nil {
		f := failed(cause, err)
		f.Address, f.Fetched = address, c.now()
		return failure(f)
	}
	now := c.now()
	q.At, q.Now, q.Request = now, now, &request
	resp, err := ParseResponse(body)
	if err != nil {
		f := Result{Answer: c.Policy.Judge(body, q), Response: body, Address: address, Fetched: now, Err: err}
		return failure(f)
	}
	pr, cause := c.Policy.prove(resp, q)
	if cause != "" {
		about := evidence(resp, pr)
		about.Source = address
		return failure(Result{Answer: undetermined(cause, about), Response: body, Address: address, Fetched: now})
	}
	answer := c.Policy.decide(pr, q)
	resp.Certificates = nil // the signer's is kept with the proof
	e := entry{proof: pr, address: address, fetched: now}
	e.decides = answer.Status != revocation.Undetermined || answer.Cause == CauseAfterExpiry
	e.keep(&c.Policy, answer)
	return e
}

// answer judges what is kept at the time of the question.
func (c *Client) answer(e entry, q Question, cached bool) Result {
	if e.proof == nil {
		r := e.failure
		r.Cached = cached
		return r
	}
	a := c.Policy.decide(e.proof, q)
	a.Evidence.Source = e.address
	return Result{Answer: a, Response: e.proof.response.Raw, Address: e.address, Fetched: e.fetched, Cached: cached}
}

func failed(cause revocation.Cause, err error) Result {
	return Result{Answer: undetermined(cause, nil), Err: err}
}

func (c *Client) nonce() ([]byte, error) {
	if c.Policy.Nonce == NonceIgnored {
		return nil, nil
	}
	nonce := make([]byte, nonceSize)
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("making a nonce: %w", err)
	}
	return nonce, nil
}

// addresses returns the usable addresses, each once, and the error of the
// first that is not usable.
func (c *Client) addresses(q Question) (list []string, first error) {
	all := q.Certificate.OCSPURLs
	if c.Addresses != nil {
		all = c.Addresses(q.Certificate, q.Issuer)
	}
	for _, a := range all {
		if err := exchange.CheckAddress(a); err != nil {
			if first == nil {
				first = err
			}
			continue
		}
		if !slices.Contains(list, a) && len(list) < maxAddresses {
			list = append(list, a)
		}
	}
	return list, first
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) digest() certs.Digest {
	if len(c.Digest.OID) == 0 {
		return certs.SHA256
	}
	return c.Digest
}
