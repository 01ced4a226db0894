package ocsp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"

	"tamga/certs/revocation"
)

// The media types of RFC 6960 appendix C.
const (
	mediaRequest  = "application/ocsp-request"
	mediaResponse = "application/ocsp-response"
)

// errHTTP is wrapped by errors about an HTTP answer that is no OCSP response.
var errHTTP = errors.New("not an OCSP response over HTTP")

// usable asks whether an address is one that can be asked.
func usable(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("responder's address: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return fmt.Errorf("responder's address %q is not of http or https", u.Redacted())
	}
	return nil
}

// exchange posts a request and returns the body of the answer (RFC 6960
// appendix A.1). The cause says of what kind an error is.
func (c *Client) exchange(ctx context.Context, address string, request []byte) ([]byte, revocation.Cause, error) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = DefaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(request))
	if err != nil {
		return nil, CauseUnreachable, fmt.Errorf("asking a responder: %w", err)
	}
	req.Header.Set("Content-Type", mediaRequest)
	req.Header.Set("Accept", mediaResponse)
	req.Header.Set("Accept-Encoding", "identity")
	if req.Header.Set("User-Agent", c.UserAgent); c.UserAgent == "" {
		req.Header.Set("User-Agent", "tamga")
	}
	resp, err := c.carrier().Do(req)
	if err != nil {
		return nil, CauseUnreachable, fmt.Errorf("asking a responder: %w", err)
	}
	defer resp.Body.Close()
	return c.read(resp)
}

// carrier returns the HTTP client to use: one that goes nowhere but to the
// address it was given.
func (c *Client) carrier() *http.Client {
	var h http.Client
	if c.HTTP != nil {
		h = *c.HTTP
	}
	h.Jar = nil
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

func (c *Client) read(resp *http.Response) ([]byte, revocation.Cause, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, CauseHTTP, fmt.Errorf("%w: status %d", errHTTP, resp.StatusCode)
	}
	media, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || media != mediaResponse {
		return nil, CauseHTTP, fmt.Errorf("%w: content type %.100q", errHTTP, resp.Header.Get("Content-Type"))
	}
	limit := c.MaxResponse
	if limit <= 0 {
		limit = DefaultMaxResponse
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	if err != nil {
		return nil, CauseUnreachable, fmt.Errorf("reading a response: %w", err)
	}
	if int64(len(body)) > limit {
		return nil, CauseHTTP, fmt.Errorf("%w: more than %d bytes", errHTTP, limit)
	}
	return body, "", nil
}
