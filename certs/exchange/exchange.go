// Package exchange posts one message to an authority over HTTP and reads its
// answer: what asking responders (RFC 6960 appendix A.1) and timestamp
// authorities (RFC 3161 section 3.4) have in common. It goes nowhere but to the
// address it was given, keeps no cookies, and reads no more than it was told.
package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"time"
)

// Errors of [Poster.Post].
var (
	// ErrUnreachable means that no answer came in time, or none at all.
	ErrUnreachable = errors.New("no answer over HTTP")
	// ErrHTTP means an answer that is not of the expected kind.
	ErrHTTP = errors.New("another answer over HTTP than was asked for")
)

// Poster asks in one protocol.
type Poster struct {
	HTTP        *http.Client // nil means a plain one; redirects are never followed
	UserAgent   string       // "tamga" when empty: national services turn nameless clients away
	Timeout     time.Duration
	MaxAnswer   int64  // in bytes
	Asks, Takes string // media types of message and answer
	// Also is a status whose body is an answer too, as that of a fault is in SOAP;
	// zero is none.
	Also int
}

// CheckAddress refuses what is no address of http or https, or carries a
// password.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("address of an authority: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return fmt.Errorf("address %q is not of http or https", u.Redacted())
	}
	return nil
}

// Post sends a message and returns the body of the answer.
func (p Poster) Post(ctx context.Context, address string, message []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(message))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	req.Header.Set("Content-Type", p.Asks)
	req.Header.Set("Accept", p.Takes)
	req.Header.Set("Accept-Encoding", "identity")
	if req.Header.Set("User-Agent", p.UserAgent); p.UserAgent == "" {
		req.Header.Set("User-Agent", "tamga")
	}
	resp, err := p.carrier().Do(req)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer resp.Body.Close()
	return p.read(resp)
}

func (p Poster) carrier() *http.Client {
	var h http.Client
	if p.HTTP != nil {
		h = *p.HTTP
	}
	h.Jar = nil
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

func (p Poster) read(resp *http.Response) ([]byte, error) {
	if resp.StatusCode != http.StatusOK && resp.StatusCode != p.Also {
		return nil, fmt.Errorf("%w: status %d", ErrHTTP, resp.StatusCode)
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || media != p.Takes {
		return nil, fmt.Errorf("%w: content type %.100q", ErrHTTP, resp.Header.Get("Content-Type"))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, p.MaxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	if int64(len(body)) > p.MaxAnswer {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrHTTP, p.MaxAnswer)
	}
	return body, nil
}
