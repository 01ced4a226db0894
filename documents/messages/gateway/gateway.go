// Package gateway hands messages over to a gateway for SMS and e-mail over HTTP, in a form
// of ours (docs/messages.md): PUT of a message under its id, which may be repeated, and
// GET of what has become of it.
//
// [Client] is the way in. Whatever is not an answer about the message is an error, and
// names neither the message nor whom it is for.
package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"tamga/documents/messages"
)

// Client is a gateway at an address. Its fields are not changed after the first call.
type Client struct {
	Address string        // of all its messages, such as "https://sms.example/messages"
	Token   string        // sent as Authorization: Bearer; none when empty
	Timeout time.Duration // of one exchange; 20 seconds when zero
	HTTP    *http.Client  // http.DefaultClient when nil
}

// Errors of this package.
var (
	// ErrAway means that there was no answer.
	ErrAway = errors.New("the message gateway gave no answer")
	// ErrAnswer means that it answered something else than about the message.
	ErrAnswer = errors.New("the message gateway did not answer about the message")
)

const (
	usualTimeout  = 20 * time.Second
	longestAnswer = 64 << 10
)

// answer is what a gateway says of a message.
type answer struct {
	State  messages.State `json:"state"`
	Detail string         `json:"detail"`
}

// Put implements [messages.Gateway].
func (c Client) Put(ctx context.Context, m messages.Outgoing) (messages.Told, error) {
	body, err := json.Marshal(m)
	if err != nil {
		return messages.Told{}, fmt.Errorf("failed to encode a message: %w", err)
	}
	status, told, err := c.exchange(ctx, http.MethodPut, m.ID, body)
	switch {
	case err != nil:
		return told, err
	case status == http.StatusUnprocessableEntity && told.State == messages.Refused, status == http.StatusOK, status == http.StatusCreated, status == http.StatusAccepted:
		return told, nil
	}
	return told, fmt.Errorf("%w: status %d", ErrAnswer, status)
}

// Told implements [messages.Gateway].
func (c Client) Told(ctx context.Context, id string) (messages.Told, error) {
	status, told, err := c.exchange(ctx, http.MethodGet, id, nil)
	switch {
	case status == http.StatusNotFound:
		return told, messages.ErrUnknown
	case err != nil:
		return told, err
	case status != http.StatusOK:
		return told, fmt.Errorf("%w: status %d", ErrAnswer, status)
	}
	return told, nil
}

// exchange sends a request about a message. The answer of a status that speaks of none is
// not read.
func (c Client) exchange(ctx context.Context, method, id string, body []byte) (int, messages.Told, error) {
	timeout := c.Timeout
	if timeout == 0 {
		timeout = usualTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.Address, "/")+"/"+id, bytes.NewReader(body))
	if err != nil {
		return 0, messages.Told{}, fmt.Errorf("the address of the message gateway is none: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.Token)
	}
	client := c.client()
	res, err := client.Do(req)
	if err != nil {
		return 0, messages.Told{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer))
	if err != nil {
		return 0, messages.Told{}, fmt.Errorf("%w: %w", ErrAway, err)
	}
	if res.StatusCode >= 400 && res.StatusCode != http.StatusUnprocessableEntity {
		return res.StatusCode, messages.Told{}, nil
	}
	told, err := read(raw)
	return res.StatusCode, told, err
}

// client follows nobody elsewhere: the token and the message are for one address.
func (c Client) client() *http.Client {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// read reads what a gateway says; other members than ours are passed over.
func read(raw []byte) (messages.Told, error) {
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil {
		return messages.Told{}, fmt.Errorf("%w: it is no JSON", ErrAnswer)
	}
	switch a.State {
	case messages.Sent, messages.Delivered, messages.Refused:
		return messages.Told{State: a.State, Detail: a.Detail}, nil
	}
	return messages.Told{}, fmt.Errorf("%w: it names no state", ErrAnswer)
}
