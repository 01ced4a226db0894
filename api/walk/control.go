package walk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Control tells the state systems of a demonstration how to behave, and puts its clock
// forward, over HTTP (documents/gateways/demo answers it). The fields are not changed after the
// first call; it is safe for concurrent use.
type Control struct {
	Address string // such as http://127.0.0.1:8080/demo/gateways/control
	Client  *http.Client

	mu    sync.Mutex
	ahead time.Duration // how far it is ahead of the clock of this machine, as it was last read
}

// Pay pays a payment: a sum in tenge, zero for the one that was asked for.
func (c *Control) Pay(ctx context.Context, payment string, tenge int) error {
	return c.tell(ctx, map[string]any{"pay": payment, "tenge": tenge}, nil)
}

// Set tells a system, such as "PSHEP", how to behave from now on, such as "fail".
func (c *Control) Set(ctx context.Context, system, behaviour string) error {
	return c.tell(ctx, map[string]any{"system": system, "behaviour": behaviour}, nil)
}

// Read reads the clock of the demonstration, by which [Control.Now] goes then.
func (c *Control) Read(ctx context.Context) error {
	var said struct {
		Now time.Time `json:"now"`
	}
	if err := c.tell(ctx, map[string]any{"clock": true}, &said); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = time.Until(said.Now)
	return nil
}

// Now is what time it is there, as far as it was read.
func (c *Control) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

// Forward puts the clock of the demonstration forward to a moment.
func (c *Control) Forward(ctx context.Context, until time.Time) error {
	// A second more, since clocks are read at different moments.
	if err := c.tell(ctx, map[string]any{"until": until.Add(time.Second)}, nil); err != nil {
		return err
	}
	return c.Read(ctx)
}

// tell posts what is told, and reads what is answered.
func (c *Control) tell(ctx context.Context, what map[string]any, into any) error {
	raw, err := json.Marshal(what)
	if err != nil {
		return fmt.Errorf("failed to encode what is told: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Address, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("failed to make a request: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := c.Client.Do(req)
	if err != nil {
		return fmt.Errorf("failed to tell the demonstration: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, longestAnswer))
	switch {
	case err != nil:
		return fmt.Errorf("failed to read the answer: %w", err)
	case res.StatusCode >= http.StatusMultipleChoices:
		return fmt.Errorf("the demonstration answers with %d: %.200s", res.StatusCode, body)
	case into == nil:
		return nil
	}
	return json.Unmarshal(body, into)
}
