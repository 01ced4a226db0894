// Package seal makes the compact signed statements by which a document can be
// checked without any network: the payload in its QR code, and the list of
// documents that are not in force any more. Both are COSE_Sign1 messages (RFC
// 9052) with ECDSA P-256 and SHA-256 (ES256, RFC 9053) over deterministic
// CBOR.
//
// A newcomer starts with [Key.Seal] and [Open]. The package is pure: time is
// in the values.
package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
)

// Errors of this package, for errors.Is.
var (
	// ErrMalformed means that the bytes are no seal.
	ErrMalformed = errors.New("not a seal")
	// ErrUnknownKey means that the seal names a key that is not among those
	// given.
	ErrUnknownKey = errors.New("the seal was made with an unknown key")
	// ErrSignature means that the seal's signature is wrong: whatever it says,
	// the register has not said it.
	ErrSignature = errors.New("the signature of the seal is wrong")
	// ErrKey means that a key cannot make seals.
	ErrKey = errors.New("not an ECDSA P-256 key")
)

// keyIDSize is the length of a key id: the beginning of the SHA-256 of the
// public point, uncompressed.
const keyIDSize = 8

// Key makes seals.
type Key struct {
	signer crypto.Signer
	public PublicKey
}

// PublicKey verifies seals.
type PublicKey struct {
	ID    []byte
	Point []byte // uncompressed: 4, X, Y (SEC 1, section 2.3.3)
}

// NewKey returns a key for seals.
func NewKey(signer crypto.Signer) (Key, error) {
	if signer == nil {
		return Key{}, ErrKey
	}
	public, ok := signer.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return Key{}, ErrKey
	}
	point, err := public.Bytes()
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrKey, err)
	}
	return Key{signer: signer, public: NewPublicKey(point)}, nil
}

// NewPublicKey returns the key with an uncompressed point.
func NewPublicKey(point []byte) PublicKey {
	sum := sha256.Sum256(point)
	return PublicKey{ID: sum[:keyIDSize], Point: point}
}

// IsZero reports whether the key was never made.
func (k Key) IsZero() bool { return k.signer == nil }

// Public returns the key that verifies.
func (k Key) Public() PublicKey { return k.public }

// COSE numbers (RFC 9052, section 3.1; RFC 9053, section 2.1).
const (
	tagSign1       = 18
	labelAlgorithm = 1
	labelKeyID     = 4
	algorithmES256 = -7
)

// contentType says what a message is. It is signed as externally supplied data
// (RFC 9052, section 4.3), so that nothing signed as one type is ever read as
// another; in the message itself it would not fit into a printed code.
type contentType string

const (
	typeSeal contentType = "application/tamga-seal"
	typeList contentType = "application/tamga-status-list"
)

// signedAs returns the external data that a message of this type may have been
// signed with. Seals printed before there were types have none; the payload of
// a list is never that of a seal.
func (t contentType) signedAs() []contentType {
	if t == typeSeal {
		return []contentType{t, ""}
	}
	return []contentType{t}
}

// sign wraps a payload. A key in memory signs the same bytes the same way
// every time (RFC 6979).
func (k Key) sign(t contentType, payload []byte) ([]byte, error) {
	if k.IsZero() {
		return nil, ErrKey
	}
	protected := appendMap(nil,
		pair{labelAlgorithm, appendInt(nil, algorithmES256)},
		pair{labelKeyID, appendBytes(nil, k.public.ID)})
	digest := toBeSigned(t, protected, payload)
	random := rand.Reader
	if _, ok := k.signer.(*ecdsa.PrivateKey); ok {
		random = nil
	}
	der, err := k.signer.Sign(random, digest[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("failed to sign the seal: %w", err)
	}
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) != 0 || sig.R.BitLen() > 256 || sig.S.BitLen() > 256 {
		return nil, fmt.Errorf("failed to sign the seal: %w", ErrKey)
	}
	raw := make([]byte, 64)
	sig.R.FillBytes(raw[:32])
	sig.S.FillBytes(raw[32:])
	out := head(nil, majorTag, tagSign1)
	out = head(out, majorArray, 4)
	out = appendBytes(out, protected)
	out = appendMap(out)
	out = appendBytes(out, payload)
	return appendBytes(out, raw), nil
}

// toBeSigned is the digest of the Sig_structure (RFC 9052, section 4.4).
func toBeSigned(t contentType, protected, payload []byte) [sha256.Size]byte {
	b := head(nil, majorArray, 4)
	b = appendText(b, "Signature1")
	b = appendBytes(b, protected)
	b = appendBytes(b, []byte(t))
	return sha256.Sum256(appendBytes(b, payload))
}

// verify unwraps a message of a type and returns its payload if one of the keys
// has signed it.
func verify(message []byte, t contentType, keys []PublicKey) ([]byte, error) {
	r := &reader{rest: message}
	if r.head(majorTag) != tagSign1 || r.head(majorArray) != 4 {
		return nil, ErrMalformed
	}
	protected := r.bytes()
	r.entries(func(int64) { r.fail() })
	payload, sig := r.bytes(), r.bytes()
	if r.end() != nil || len(sig) != 64 {
		return nil, ErrMalformed
	}
	var algorithm int64
	var id []byte
	p := &reader{rest: protected}
	p.entries(func(key int64) {
		switch key {
		case labelAlgorithm:
			algorithm = p.int()
		case labelKeyID:
			id = p.bytes()
		default:
			p.fail()
		}
	})
	if p.end() != nil || algorithm != algorithmES256 {
		return nil, ErrMalformed
	}
	for _, k := range keys {
		if string(k.ID) != string(id) {
			continue
		}
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), k.Point)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrKey, err)
		}
		for _, as := range t.signedAs() {
			digest := toBeSigned(as, protected, payload)
			if ecdsa.Verify(public, digest[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
				return payload, nil
			}
		}
		return nil, ErrSignature
	}
	return nil, ErrUnknownKey
}
