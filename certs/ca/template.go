package ca

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1" // key identifiers of RFC 5280 section 4.2.1.2: no security rests on them
	"encoding/asn1"
	"fmt"
	"math/big"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// Template is a certificate about to be signed. A hook may change anything in
// it, so that tests can make the certificates that an honest authority does
// not; what it leaves alone follows the national profile.
type Template struct {
	Serial     *big.Int
	Issuer     []byte // complete Name
	Subject    []byte // complete Name
	NotBefore  time.Time
	NotAfter   time.Time
	Extensions []certs.Extension // in the order of the certificate

	spki  []byte
	keyID []byte
}

// newTemplate fills in what follows from the key: its identifier, the SHA-1 of
// the key bits, and the serial number made of it.
func newTemplate(key crypto.Signer, subject []byte, from, to time.Time) (*Template, error) {
	if !from.Before(to) {
		return nil, fmt.Errorf("%w: the certificate would end before it begins", ErrInvalid)
	}
	spki, err := certs.MarshalPublicKey(key.Public())
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	bits, err := keyBits(spki)
	if err != nil {
		return nil, fmt.Errorf("public key: %w", err)
	}
	id := sha1.Sum(bits)
	return &Template{
		Serial: serialFrom(id), Subject: subject,
		NotBefore: from, NotAfter: to,
		spki: spki, keyID: id[:],
	}, nil
}

// keyBits returns the contents of the BIT STRING of a subjectPublicKeyInfo.
func keyBits(spki []byte) ([]byte, error) {
	r, err := der.NewReader(spki).Enter(der.SequenceTag)
	if err != nil {
		return nil, err
	}
	if _, err := r.Expect(der.SequenceTag); err != nil {
		return nil, err
	}
	e, err := r.Expect(der.BitString)
	if err != nil {
		return nil, err
	}
	bits, _, err := der.ParseBitString(e.Body)
	return bits, err
}

// serialFrom makes a serial number as the national authority does since 2023:
// the key identifier with its top bit cleared, and 20 bytes long always.
func serialFrom(id [sha1.Size]byte) *big.Int {
	id[0] &= 0x7f
	if id[0] == 0 {
		id[0] = 0x10
	}
	return new(big.Int).SetBytes(id[:])
}

// Extension returns the extension with the identifier, to be changed in place,
// or nil.
func (t *Template) Extension(id asn1.ObjectIdentifier) *certs.Extension {
	i := slices.IndexFunc(t.Extensions, func(e certs.Extension) bool { return e.ID.Equal(id) })
	if i < 0 {
		return nil
	}
	return &t.Extensions[i]
}

// Set puts the extension in place of the one with its identifier, or at the
// end.
func (t *Template) Set(e certs.Extension) {
	if have := t.Extension(e.ID); have != nil {
		*have = e
		return
	}
	t.Extensions = append(t.Extensions, e)
}

// Remove takes the extension with the identifier away.
func (t *Template) Remove(id asn1.ObjectIdentifier) {
	t.Extensions = slices.DeleteFunc(t.Extensions, func(e certs.Extension) bool { return e.ID.Equal(id) })
}

// sign makes the certificate of key, signed by signer, and reads it back.
func (t *Template) sign(key, signer crypto.Signer) (Holder, error) {
	alg, id, err := certs.SigningAlgorithm(signer.Public())
	if err != nil {
		return Holder{}, err
	}
	tbs := der.Sequence(
		der.Encode(der.ContextConstructed(0), der.Int(big.NewInt(2))), // version 3
		der.Int(t.Serial),
		id.DER(),
		t.Issuer,
		der.Sequence(der.Time(t.NotBefore), der.Time(t.NotAfter)),
		t.Subject,
		t.spki,
		extensionsField(3, t.Extensions),
	)
	raw, err := signed(tbs, signer, alg, id)
	if err != nil {
		return Holder{}, err
	}
	c, err := certs.Parse(raw)
	if err != nil {
		return Holder{}, fmt.Errorf("reading the certificate back: %w", err)
	}
	return Holder{Certificate: c, Key: key}, nil
}

// signed wraps what certificates and revocation lists have in common: the
// signed part, the algorithm and the signature.
func signed(tbs []byte, signer crypto.Signer, alg certs.Algorithm, id certs.AlgorithmIdentifier) ([]byte, error) {
	sig, err := signer.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	return der.Sequence(tbs, id.DER(), der.Bits(sig)), nil
}
