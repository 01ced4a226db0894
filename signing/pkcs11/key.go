//go:build pkcs11

package pkcs11

import (
	"crypto"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/miekg/pkcs11"
)

// Key is a private key in a token. It may be used by many goroutines. When the
// token was gone and is back, the next signature finds it again.
type Key struct {
	opt          Options
	module       *pkcs11.Ctx
	public       crypto.PublicKey
	certificates [][]byte

	mu         sync.Mutex
	connection *connection
	refused    bool // the PIN was wrong
	closed     bool
}

// Open loads the library, logs in to the token and finds the key and its
// public part. The library stays loaded until the program ends, since others
// may use it too.
func Open(o Options) (*Key, error) {
	if o.PIN == nil {
		return nil, fmt.Errorf("%w: there is none", ErrPIN)
	}
	if o.Sessions <= 0 {
		o.Sessions = DefaultSessions
	}
	k := &Key{opt: o, module: pkcs11.New(o.Module)}
	if k.module == nil {
		return nil, fmt.Errorf("%w: %s cannot be loaded", ErrModule, o.Module)
	}
	if err := k.module.Initialize(); err != nil && !is(err, pkcs11.CKR_CRYPTOKI_ALREADY_INITIALIZED) {
		return nil, fmt.Errorf("%w: %s: %w", ErrModule, o.Module, err)
	}
	c, err := k.connect()
	if err != nil {
		return nil, err
	}
	if err := c.with(func(s pkcs11.SessionHandle) error { return k.describe(s, c.key) }); err != nil {
		c.end()
		return nil, err
	}
	return k, nil
}

// Public returns the key's public part.
func (k *Key) Public() crypto.PublicKey { return k.public }

// Certificates returns the certificates in the token that carry the key's
// CKA_ID, in DER, as they were when the key was opened.
func (k *Key) Certificates() [][]byte { return k.certificates }

// Close ends the sessions. The key makes no signatures any more.
func (k *Key) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	if k.connection != nil {
		k.connection.end()
		k.connection = nil
	}
	return nil
}

// Sign signs a digest: by PKCS #1 v1.5, by RSASSA-PSS when the options are
// *rsa.PSSOptions, or by ECDSA in the form of ASN.1. The source of randomness
// is the token's own.
func (k *Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	m, input, err := mechanism(k.public, digest, opts)
	if err != nil {
		return nil, err
	}
	var raw []byte
	for again := false; ; again = true {
		c, err := k.connect()
		if err != nil {
			return nil, err
		}
		err = c.with(func(s pkcs11.SessionHandle) error {
			if err := k.module.SignInit(s, m, c.key); err != nil {
				return err
			}
			raw, err = k.module.Sign(s, input)
			return err
		})
		if err == nil {
			return finish(k.public, raw)
		}
		if !lost(err) || again {
			return nil, fmt.Errorf("token %s: %w", k.opt.Token, err)
		}
		k.drop(c)
	}
}

// connect returns the connection, made anew when there is none.
func (k *Key) connect() (*connection, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.closed:
		return nil, fmt.Errorf("%w: it was closed", ErrKey)
	case k.connection != nil:
		return k.connection, nil
	case k.refused:
		return nil, ErrPIN
	}
	c, err := dial(k.module, k.opt)
	if errors.Is(err, ErrPIN) {
		k.refused = true
	}
	if err != nil {
		return nil, err
	}
	k.connection = c
	return c, nil
}

// drop forgets a connection that is lost; others may have done so already.
func (k *Key) drop(c *connection) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.connection == c {
		k.connection = nil
		c.end()
	}
}

// is compares with a code of the library.
func is(err error, codes ...uint) bool {
	var e pkcs11.Error
	if !errors.As(err, &e) {
		return false
	}
	for _, c := range codes {
		if uint(e) == c {
			return true
		}
	}
	return false
}

// lost reports whether an error means that the session is gone, with the token
// or without it.
func lost(err error) bool {
	return is(err, pkcs11.CKR_SESSION_HANDLE_INVALID, pkcs11.CKR_SESSION_CLOSED, pkcs11.CKR_TOKEN_NOT_PRESENT,
		pkcs11.CKR_DEVICE_REMOVED, pkcs11.CKR_DEVICE_ERROR, pkcs11.CKR_USER_NOT_LOGGED_IN,
		pkcs11.CKR_OBJECT_HANDLE_INVALID, pkcs11.CKR_KEY_HANDLE_INVALID, pkcs11.CKR_SLOT_ID_INVALID,
		pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED)
}
