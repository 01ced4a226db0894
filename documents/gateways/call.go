package gateways

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"tamga/certs/exchange"
	"tamga/documents/gateways/message"
)

// What one call may take, and after how many failures in a row a system is left alone.
const (
	usualTimeout  = 10 * time.Second
	usualDeadline = 30 * time.Second
	usualPause    = 500 * time.Millisecond
	usualRest     = 15 * time.Second
	longestPause  = 5 * time.Second
	restAfter     = 2
)

// MessageID returns the id of the message that asks for a thing: the same thing has the
// same id, so that a call that is made again after a crash is the same message.
func MessageID(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\x00")))
	b := sum[:16]
	b[6], b[8] = b[6]&0x0f|0x80, b[8]&0x3f|0x80 // a UUID of version 8, RFC 9562
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// call asks the system, again and again until it answers or the deadline is over, by
// the same message: a system that has answered it answers the same.
func (c *Client) call(ctx context.Context, id string, data message.Fields) (message.Reply, error) {
	return c.carry(ctx, id, c.caller.now(), data)
}

// Tell tells the system something that has happened at a moment, by a message of that id
// that is always the same. The error is an *[UndecidedError]: it does not say that the
// system knows.
func (c *Client) Tell(ctx context.Context, id string, at time.Time, data message.Fields) error {
	_, err := c.carry(ctx, id, at, data)
	if errors.Is(err, ErrNoData) {
		err = c.incomplete()
	}
	return err
}

func (c *Client) carry(ctx context.Context, id string, date time.Time, data message.Fields) (message.Reply, error) {
	if err := c.resting(); err != nil {
		return message.Reply{}, err
	}
	asker := ctx
	ctx, cancel := context.WithTimeout(ctx, or(c.caller.Deadline, usualDeadline))
	defer cancel()
	m := message.Message{ID: id, Service: c.peer.Service, Date: date, Sender: c.caller.Sender, Password: c.peer.Password, Data: data}
	signed, err := c.wire.sign(ctx, m)
	if errors.Is(err, message.ErrMalformed) {
		return message.Reply{}, err // the caller's mistake, and no state of the system
	}
	if err != nil {
		return message.Reply{}, &UndecidedError{System: c.peer.System, Reason: ReasonKey, Since: c.caller.now(), err: err}
	}
	r, err := c.attempts(ctx, m, signed)
	var undecided *UndecidedError
	if errors.As(err, &undecided) && errors.Is(asker.Err(), context.Canceled) { // whoever asked has left, which tells nothing of the system
		undecided.Since = c.caller.now()
		return r, err
	}
	return r, c.note(err)
}

// attempts carries a signed message until it is answered.
func (c *Client) attempts(ctx context.Context, m message.Message, signed []byte) (message.Reply, error) {
	pause := or(c.caller.Pause, usualPause)
	for {
		r, err := c.attempt(ctx, m, signed)
		var undecided *UndecidedError
		if err == nil || !errors.As(err, &undecided) || !undecided.again() {
			return r, err
		}
		if end, ok := ctx.Deadline(); ok && time.Until(end) <= pause { // nothing more can be asked in time
			return message.Reply{}, err
		}
		select {
		case <-ctx.Done():
			return message.Reply{}, err
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// again reports whether another attempt may be answered: what the system refuses, it
// refuses again.
func (e *UndecidedError) again() bool { return e.Reason != ReasonCode || e.Code.Later() }

func (c *Client) attempt(ctx context.Context, m message.Message, signed []byte) (message.Reply, error) {
	undecided := func(reason Reason, code message.Code, err error) (message.Reply, error) {
		return message.Reply{}, &UndecidedError{System: c.peer.System, Reason: reason, Code: code, err: err}
	}
	r, err := c.wire.carry(ctx, signed)
	var fault *message.FaultError
	switch {
	case errors.As(err, &fault):
		return undecided(ReasonCode, fault.Code, err)
	case errors.Is(err, exchange.ErrUnreachable):
		return undecided(ReasonUnreachable, "", err)
	case errors.Is(err, exchange.ErrHTTP):
		return undecided(ReasonHTTP, "", err)
	case errors.Is(err, errSignature):
		return undecided(ReasonSignature, "", err)
	case err != nil:
		return undecided(ReasonMalformed, "", err)
	// Whoever could not read a message cannot name it, and decides nothing by that.
	case r.Code != message.Success && r.Code != message.NoData:
		return undecided(ReasonCode, r.Code, nil)
	case !r.Answers(m):
		return undecided(ReasonCorrelation, "", nil)
	case r.Code == message.NoData:
		return r, ErrNoData
	}
	return r, nil
}

// resting refuses a call while the system is left alone. When the rest is over one call
// goes through, and the others wait for what it finds.
func (c *Client) resting() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.caller.now()
	if c.failed >= restAfter && now.Before(c.last.Add(or(c.caller.Rest, usualRest))) {
		return &UndecidedError{System: c.peer.System, Reason: ReasonResting, Since: c.since}
	}
	if c.failed >= restAfter {
		c.last = now
	}
	return nil
}

// note remembers how a call has ended, and says in its error since when. A system that
// refuses what it was asked is there: only outages lead to a rest.
func (c *Client) note(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.caller.now()
	var undecided *UndecidedError
	state, code, reason := "answers", message.Code(""), Reason("")
	if errors.As(err, &undecided) {
		state, code, reason = undecided.state(), undecided.Code, undecided.Reason
	}
	if state != c.state {
		c.since = now
	}
	c.state, c.code, c.reason = state, code, reason
	if state != "away" {
		c.failed = 0
	} else {
		c.failed++
		c.last = now
	}
	if undecided != nil {
		undecided.Since = c.since
	}
	return err
}

// state is what an error tells of the system.
func (e *UndecidedError) state() string {
	if e.Reason == ReasonCode && !e.Code.Later() && e.Code != message.NoCode {
		return "refuses"
	}
	return "away"
}

// State tells how the system stands.
func (c *Client) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == "" {
		return State{System: c.peer.System, State: "unasked"}
	}
	return State{c.peer.System, c.state, c.since, c.reason, c.code}
}

// is refuses a client of another system.
func (c *Client) is(s System) error {
	if c.peer.System != s {
		return fmt.Errorf("%w: %s is asked what %s knows", ErrSetting, c.peer.System, s)
	}
	return nil
}
