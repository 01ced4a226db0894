//go:build pkcs11

package pkcs11

import (
	"fmt"
	"strings"
	"sync"

	"github.com/miekg/pkcs11"
)

// connection is a token that was logged in to, with its sessions. The first
// session stays open, since the log-in ends with the last.
type connection struct {
	module *pkcs11.Ctx
	slot   uint
	key    pkcs11.ObjectHandle
	places chan struct{} // one for each session that may be in use

	mu    sync.Mutex
	free  []pkcs11.SessionHandle
	ended bool
}

// dial finds the token, logs in and finds the key.
func dial(module *pkcs11.Ctx, o Options) (*connection, error) {
	slot, err := findToken(module, o.Token)
	if err != nil {
		return nil, err
	}
	c := &connection{module: module, slot: slot, places: make(chan struct{}, o.Sessions)}
	s, err := c.open()
	if err != nil {
		return nil, err
	}
	if err := logIn(module, s, o); err != nil {
		module.CloseSession(s)
		return nil, err
	}
	if c.key, err = findKey(module, s, o); err != nil {
		module.CloseSession(s)
		return nil, err
	}
	c.free = []pkcs11.SessionHandle{s}
	return c, nil
}

func (c *connection) open() (pkcs11.SessionHandle, error) {
	s, err := c.module.OpenSession(c.slot, pkcs11.CKF_SERIAL_SESSION)
	if err != nil {
		return 0, fmt.Errorf("open session: %w", err)
	}
	return s, nil
}

// with gives a session to a function, waiting for one to become free.
func (c *connection) with(use func(pkcs11.SessionHandle) error) error {
	c.places <- struct{}{}
	defer func() { <-c.places }()
	s, err := c.take()
	if err != nil {
		return err
	}
	err = use(s)
	c.give(s, err == nil)
	return err
}

func (c *connection) take() (pkcs11.SessionHandle, error) {
	c.mu.Lock()
	if n := len(c.free); n > 0 {
		s := c.free[n-1]
		c.free = c.free[:n-1]
		c.mu.Unlock()
		return s, nil
	}
	c.mu.Unlock()
	return c.open()
}

// give takes a session back. One in which something failed may have an
// operation begun, and is closed.
func (c *connection) give(s pkcs11.SessionHandle, good bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if good && !c.ended {
		c.free = append(c.free, s)
		return
	}
	if !c.ended {
		// Another one first: the log-in ends with the last session.
		if fresh, err := c.open(); err == nil {
			c.free = append(c.free, fresh)
		}
	}
	c.module.CloseSession(s) // it may be gone
}

// end closes the sessions that are not in use; the others follow when they
// come back.
func (c *connection) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for _, s := range c.free {
		c.module.CloseSession(s) // it may be gone
	}
	c.free = nil
}

func findToken(module *pkcs11.Ctx, label string) (uint, error) {
	slots, err := module.GetSlotList(true)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrModule, err)
	}
	var found []uint
	for _, slot := range slots {
		if info, err := module.GetTokenInfo(slot); err == nil && strings.TrimRight(info.Label, " \x00") == label {
			found = append(found, slot)
		}
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("%w: %d of label %q among %d", ErrToken, len(found), label, len(slots))
	}
	return found[0], nil
}

func logIn(module *pkcs11.Ctx, s pkcs11.SessionHandle, o Options) error {
	pin, err := o.PIN()
	if err != nil {
		return fmt.Errorf("token %s: %w", o.Token, err)
	}
	err = module.Login(s, pkcs11.CKU_USER, string(pin))
	switch {
	case err == nil || is(err, pkcs11.CKR_USER_ALREADY_LOGGED_IN):
		return nil
	case is(err, pkcs11.CKR_PIN_INCORRECT, pkcs11.CKR_PIN_INVALID, pkcs11.CKR_PIN_LEN_RANGE, pkcs11.CKR_PIN_LOCKED, pkcs11.CKR_PIN_EXPIRED):
		return fmt.Errorf("token %s: %w: %w", o.Token, ErrPIN, err)
	}
	return fmt.Errorf("log in to token %s: %w", o.Token, err)
}

func findKey(module *pkcs11.Ctx, s pkcs11.SessionHandle, o Options) (pkcs11.ObjectHandle, error) {
	template := []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_PRIVATE_KEY),
		pkcs11.NewAttribute(pkcs11.CKA_SIGN, true),
	}
	if o.Label != "" {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_LABEL, o.Label))
	}
	if o.ID != nil {
		template = append(template, pkcs11.NewAttribute(pkcs11.CKA_ID, o.ID))
	}
	found, err := find(module, s, template)
	if err != nil {
		return 0, err
	}
	if len(found) != 1 {
		return 0, fmt.Errorf("%w: %d in token %s", ErrKey, len(found), o.Token)
	}
	return found[0], nil
}

// maxFound bounds a search.
const maxFound = 32

func find(module *pkcs11.Ctx, s pkcs11.SessionHandle, template []*pkcs11.Attribute) ([]pkcs11.ObjectHandle, error) {
	if err := module.FindObjectsInit(s, template); err != nil {
		return nil, fmt.Errorf("search the token: %w", err)
	}
	found, _, err := module.FindObjects(s, maxFound)
	if end := module.FindObjectsFinal(s); err == nil {
		err = end
	}
	if err != nil {
		return nil, fmt.Errorf("search the token: %w", err)
	}
	return found, nil
}
