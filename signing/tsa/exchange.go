package tsa

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"tamga/certs/exchange"
)

// The media types of RFC 3161 section 3.4.
const (
	mediaQuery = "application/timestamp-query"
	mediaReply = "application/timestamp-reply"
)

// exchange posts a query and returns the body of the answer.
func (c *Client) exchange(ctx context.Context, address string, query []byte) ([]byte, error) {
	if err := exchange.CheckAddress(address); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	body, err := exchange.Poster{
		HTTP: c.HTTP, UserAgent: c.UserAgent, Timeout: cmp.Or(max(c.Timeout, 0), DefaultTimeout),
		MaxAnswer: cmp.Or(max(c.MaxResponse, 0), DefaultMaxResponse),
		Asks:      mediaQuery, Takes: mediaReply,
	}.Post(ctx, address, query)
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, exchange.ErrHTTP):
		return nil, fmt.Errorf("%w: %w", ErrHTTP, err)
	}
	return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
}
