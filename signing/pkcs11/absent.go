//go:build !pkcs11

package pkcs11

import (
	"crypto"
	"io"
)

// Key is a private key in a token.
type Key struct{}

// Open answers [ErrNotBuilt].
func Open(Options) (*Key, error) { return nil, ErrNotBuilt }

// Public returns nil.
func (*Key) Public() crypto.PublicKey { return nil }

// Sign answers [ErrNotBuilt].
func (*Key) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, ErrNotBuilt }

// Certificates returns nothing.
func (*Key) Certificates() [][]byte { return nil }

// Close does nothing.
func (*Key) Close() error { return nil }
