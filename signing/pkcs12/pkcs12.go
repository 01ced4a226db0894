// Package pkcs12 reads key stores in files (PKCS#12, RFC 7292): those of the
// national authority, in the basic encoding with triple DES and RC2, and those
// that OpenSSL 3, browsers and Java make today, with PBES2.
//
// [Read] opens a store with its password; [Describe] tells without one how it
// is protected. Stores are not written here.
//
// The integrity code is verified before anything is decrypted, a store without
// one is not opened, and every key is checked to be the one in its certificate.
package pkcs12

import (
	"crypto"
	"encoding/asn1"
	"errors"
	"fmt"

	"tamga/certs"
	"tamga/certs/der"
)

var (
	// ErrPassword means that the integrity code does not fit: the password is
	// wrong, or the file was changed.
	ErrPassword = errors.New("wrong password, or the key store was changed")
	// ErrMalformed means that the bytes are no PKCS#12 key store.
	ErrMalformed = errors.New("malformed key store")
	// ErrUnsupported means a key store that this package does not open,
	// though it may be a good one.
	ErrUnsupported = errors.New("key store of a kind that is not supported")
)

// Limits: a store holds a handful of keys, and the work that its iteration
// counts ask for must end within seconds.
const (
	maxSize       = 4 << 20
	maxIterations = 10_000_000 // of all derivations of one store together
	maxBags       = 1000
	maxNesting    = 4 // of safe contents inside safe contents
)

// Store is an opened key store.
type Store struct {
	Entries      []Entry              // the keys, in the order of the file
	Certificates []*certs.Certificate // those that belong to no key: the chain
}

// Entry is a private key with its certificate. Both are always there, and the
// certificate is the key's.
type Entry struct {
	FriendlyName string
	Certificate  *certs.Certificate
	Key          crypto.Signer // RSA, ECDSA, Ed25519 or GOST
}

// The types of contents and bags (RFC 7292 sections 4.1 and 4.2; RFC 5652).
var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidEnvelopedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 3}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidX509          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 22, 1}
	oidFriendlyName  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidLocalKeyID    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}
	oidBags          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1}
)

// Read opens a key store. The error is, by errors.Is, [ErrPassword],
// [ErrMalformed] or [ErrUnsupported]. A store in which a key has no
// certificate is not supported.
func Read(p12 []byte, password string) (*Store, error) {
	return read(p12, password, maxIterations)
}

// read is Read with a budget of iterations.
func read(p12 []byte, password string, iterations int) (*Store, error) {
	f, err := parseFile(p12)
	if err != nil {
		return nil, err
	}
	if f.mac == nil {
		return nil, fmt.Errorf("%w: it has no integrity code", ErrUnsupported)
	}
	w := &work{left: iterations}
	pass, err := f.mac.verify(f.safes, password, w)
	if err != nil {
		return nil, err
	}
	c := collector{password: pass, work: w}
	safes, err := parseSafes(f.safes)
	if err != nil {
		return nil, err
	}
	for _, s := range safes {
		plain := s.content
		if s.encryption != nil {
			if plain, err = s.encryption.decrypt(s.content, pass, w); err != nil {
				return nil, err
			}
		}
		if err := c.addContents(plain); err != nil {
			return nil, err
		}
	}
	return c.store()
}

// work is what is left of the budget of key derivations.
type work struct{ left int }

// spend takes iterations off the budget.
func (w *work) spend(n int) error {
	if n < 1 {
		return malformed("iteration count")
	}
	if n > w.left {
		return fmt.Errorf("%w: it asks for too many iterations", ErrUnsupported)
	}
	w.left -= n
	return nil
}

func malformed(field string) error { return fmt.Errorf("%w: %s", ErrMalformed, field) }

// file is a PFX taken apart (RFC 7292 section 4).
type file struct {
	safes []byte // contents of authSafe: what the integrity code is over
	mac   *integrity
}

func parseFile(p12 []byte) (file, error) {
	if len(p12) > maxSize {
		return file{}, fmt.Errorf("%w: larger than %d MiB", ErrUnsupported, maxSize>>20)
	}
	r, err := enter(p12)
	if err != nil {
		return file{}, malformed("outer sequence")
	}
	if v, err := r.ReadInt(); err != nil || v != 3 {
		return file{}, malformed("version")
	}
	kind, content, err := contentInfo(r)
	if err != nil {
		return file{}, malformed("authSafe")
	}
	if kind.Equal(oidSignedData) {
		return file{}, fmt.Errorf("%w: integrity by a signature", ErrUnsupported)
	}
	octets, err := der.One(content)
	if err != nil || !kind.Equal(oidData) || octets.Tag != der.OctetString {
		return file{}, malformed("authSafe")
	}
	f := file{safes: octets.Body}
	if !r.Empty() {
		if f.mac, err = parseIntegrity(r); err != nil {
			return file{}, err
		}
	}
	if r.Done() != nil {
		return file{}, malformed("end")
	}
	return f, nil
}

// enter reads bytes in the basic encoding as one SEQUENCE and goes inside.
func enter(b []byte) (*der.Reader, error) {
	strict, err := der.FromBER(b)
	if err != nil {
		return nil, err
	}
	e, err := der.One(strict)
	if err != nil {
		return nil, err
	}
	if e.Tag != der.SequenceTag {
		return nil, der.ErrSyntax
	}
	return der.NewReader(e.Body), nil
}

// contentInfo reads a type and the body of its explicit [0] content.
func contentInfo(r *der.Reader) (asn1.ObjectIdentifier, []byte, error) {
	in, err := r.Enter(der.SequenceTag)
	if err != nil {
		return nil, nil, err
	}
	kind, err := in.ReadOID()
	if err != nil {
		return nil, nil, err
	}
	content, err := in.Expect(der.ContextConstructed(0))
	if err != nil {
		return nil, nil, err
	}
	return kind, content.Body, in.Done()
}

// safe is one element of the authenticated safe: bags, encrypted or not.
type safe struct {
	encryption *encryption // nil when the content is plain
	content    []byte
}

func parseSafes(b []byte) ([]safe, error) {
	r, err := enter(b)
	if err != nil {
		return nil, malformed("authenticated safe")
	}
	var safes []safe
	for !r.Empty() {
		kind, content, err := contentInfo(r)
		if err != nil {
			return nil, malformed("content of the authenticated safe")
		}
		s, err := parseSafe(kind, content)
		if err != nil {
			return nil, err
		}
		safes = append(safes, s)
	}
	return safes, nil
}

func parseSafe(kind asn1.ObjectIdentifier, content []byte) (safe, error) {
	switch {
	case kind.Equal(oidData):
		e, err := der.One(content)
		if err != nil || e.Tag != der.OctetString {
			return safe{}, malformed("data content")
		}
		return safe{content: e.Body}, nil
	case kind.Equal(oidEncryptedData):
		return parseEncryptedData(content)
	case kind.Equal(oidEnvelopedData):
		return safe{}, fmt.Errorf("%w: privacy by a public key", ErrUnsupported)
	}
	return safe{}, malformed("type of content")
}

// parseEncryptedData reads EncryptedData (RFC 5652 section 8).
func parseEncryptedData(content []byte) (safe, error) {
	bad := malformed("encrypted content")
	r, err := der.NewReader(content).Enter(der.SequenceTag)
	if err != nil {
		return safe{}, bad
	}
	if _, err := r.ReadInt(); err != nil {
		return safe{}, bad
	}
	info, err := r.Enter(der.SequenceTag)
	if err != nil {
		return safe{}, bad
	}
	if inner, err := info.ReadOID(); err != nil || !inner.Equal(oidData) {
		return safe{}, bad
	}
	alg, err := info.Expect(der.SequenceTag)
	if err != nil {
		return safe{}, bad
	}
	s := safe{}
	if s.encryption, err = parseEncryption(alg.Raw); err != nil {
		return safe{}, err
	}
	e, err := info.Next()
	if err != nil {
		return safe{}, bad
	}
	s.content, err = implicitOctets(e)
	return s, err
}

// implicitOctets reads [0] IMPLICIT OCTET STRING, in one piece or, as the
// national authority writes it, in several.
func implicitOctets(e der.Element) ([]byte, error) {
	switch e.Tag {
	case der.Context(0):
		return e.Body, nil
	case der.ContextConstructed(0):
		var whole []byte
		for r := der.NewReader(e.Body); !r.Empty(); {
			piece, err := r.Expect(der.OctetString)
			if err != nil {
				return nil, malformed("encrypted content")
			}
			whole = append(whole, piece.Body...)
		}
		return whole, nil
	}
	return nil, malformed("encrypted content")
}
