package ocsp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"tamga/certs/exchange"
	"tamga/certs/revocation"
)

// The media types of RFC 6960 appendix C.
const (
	mediaRequest  = "application/ocsp-request"
	mediaResponse = "application/ocsp-response"
)

// exchange posts a request and returns the body of the answer (RFC 6960
// appendix A.1). The cause says of what kind an error is.
func (c *Client) exchange(ctx context.Context, address string, request []byte) ([]byte, revocation.Cause, error) {
	body, err := exchange.Poster{
		HTTP: c.carrier(), UserAgent: c.UserAgent, Timeout: cmp.Or(max(c.Timeout, 0), DefaultTimeout),
		MaxAnswer: cmp.Or(max(c.MaxResponse, 0), DefaultMaxResponse),
		Asks:      mediaRequest, Takes: mediaResponse,
	}.Post(ctx, address, request)
	switch {
	case err == nil:
		return body, "", nil
	case errors.Is(err, exchange.ErrHTTP):
		return nil, CauseHTTP, fmt.Errorf("asking a responder: %w", err)
	}
	return nil, CauseUnreachable, fmt.Errorf("asking a responder: %w", err)
}

// carrier returns what carries the requests: addresses that stand in
// certificates lead outside only.
func (c *Client) carrier() *http.Client {
	if c.HTTP != nil || c.Addresses != nil {
		return c.HTTP
	}
	c.outsideOnce.Do(func() { c.outside = exchange.Outside(c.Networks) })
	return c.outside
}
