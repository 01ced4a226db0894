package tsp

import (
	"bytes"
	"crypto/subtle"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// Imprint is a MessageImprint: the digest of what is stamped.
type Imprint struct {
	Algorithm certs.AlgorithmIdentifier
	Hash      []byte
}

// Errors of [Imprint.Check].
var (
	// ErrImprint means that a timestamp is about other bytes.
	ErrImprint = errors.New("the timestamp is about something else: the imprint differs")
	// ErrImprintAlgorithm means that it could not be found out what a
	// timestamp is about, since its digest algorithm is not known.
	ErrImprintAlgorithm = errors.New("the digest of the imprint is not known")
)

// NewImprint returns the imprint of the parts, one after another.
func NewImprint(d certs.Digest, parts ...[]byte) Imprint {
	return Imprint{
		Algorithm: certs.AlgorithmIdentifier{OID: d.OID, Parameters: der.NullValue()},
		Hash:      d.Sum(parts...),
	}
}

// Digest returns the digest algorithm; false when it is not known.
func (m Imprint) Digest() (certs.Digest, bool) { return certs.DigestByOID(m.Algorithm.OID) }

// Check compares the imprint with that of the parts, one after another.
func (m Imprint) Check(parts ...[]byte) error {
	d, ok := m.Digest()
	if !ok {
		return fmt.Errorf("%w: %v", ErrImprintAlgorithm, m.Algorithm.OID)
	}
	if subtle.ConstantTimeCompare(d.Sum(parts...), m.Hash) != 1 {
		return ErrImprint
	}
	return nil
}

// Equal compares algorithm and hash.
func (m Imprint) Equal(other Imprint) bool {
	return m.Algorithm.Equal(other.Algorithm) && bytes.Equal(m.Hash, other.Hash)
}

// DER returns the encoding.
func (m Imprint) DER() []byte { return der.Sequence(m.Algorithm.DER(), der.Octets(m.Hash)) }

// parseImprint reads a MessageImprint whose hash has the length that its
// algorithm asks for, as far as the algorithm is known.
func parseImprint(r *der.Reader) (Imprint, error) {
	var m Imprint
	in, err := r.Enter(der.SequenceTag)
	if err != nil {
		return m, malformed("messageImprint", err)
	}
	alg, err := in.Expect(der.SequenceTag)
	if err != nil {
		return m, malformed("hashAlgorithm", err)
	}
	if m.Algorithm, err = certs.ParseAlgorithmIdentifier(alg.Raw); err != nil {
		return m, malformed("hashAlgorithm", err)
	}
	hash, err := in.Expect(der.OctetString)
	if err != nil {
		return m, malformed("hashedMessage", err)
	}
	m.Hash = hash.Body
	if err := in.Done(); err != nil {
		return m, malformed("messageImprint", err)
	}
	if d, ok := m.Digest(); ok && d.New().Size() != len(m.Hash) {
		return m, malformed("hashedMessage has not the length of its algorithm", nil)
	}
	return m, nil
}

// TSTInfo is what an authority states in a token (RFC 3161 section 2.4.2).
type TSTInfo struct {
	Policy  asn1.ObjectIdentifier
	Imprint Imprint
	// Serial may be negative and of any size: national authorities number so.
	Serial     *big.Int
	GenTime    time.Time // in UTC, to the nanosecond
	Accuracy   Accuracy
	Ordering   bool
	Nonce      *big.Int          // nil when there is none
	TSA        []byte            // GeneralName, a complete element; nil when there is none
	Extensions []certs.Extension // in the order of the token
}

// Accuracy is how far the time of a token may be from the truth.
type Accuracy struct {
	Present bool // one that is not there says nothing, and not that it is zero
	Error   time.Duration
}

// ParseTSTInfo reads one TSTInfo in DER with nothing after it.
func ParseTSTInfo(raw []byte) (TSTInfo, error) {
	var info TSTInfo
	r, err := der.Inside(raw, der.SequenceTag)
	if err != nil {
		return info, malformed("TSTInfo", err)
	}
	if version, err := r.ReadInt(); err != nil || version != 1 {
		return info, malformed("TSTInfo of an unknown version", err)
	}
	if info.Policy, err = r.ReadOID(); err != nil {
		return info, malformed("policy", err)
	}
	if info.Imprint, err = parseImprint(r); err != nil {
		return info, err
	}
	if info.Serial, err = r.ReadInteger(); err != nil {
		return info, malformed("serialNumber", err)
	}
	if info.GenTime, err = readGenTime(r); err != nil {
		return info, malformed("genTime", err)
	}
	if info.Accuracy, err = readAccuracy(r); err != nil {
		return info, malformed("accuracy", err)
	}
	return info, info.readOptions(r)
}

// readOptions reads what follows accuracy, all of it optional.
func (info *TSTInfo) readOptions(r *der.Reader) error {
	if e, ok, err := r.Optional(der.Boolean); err != nil {
		return malformed("ordering", err)
	} else if ok {
		// FALSE is the default and should be absent in DER; authorities write
		// it all the same.
		if info.Ordering, err = der.ParseBool(e.Body); err != nil {
			return malformed("ordering", err)
		}
	}
	var err error
	if info.Nonce, err = optionalInteger(r); err != nil {
		return malformed("nonce", err)
	}
	if e, ok, err := r.Optional(der.ContextConstructed(0)); err != nil {
		return malformed("tsa", err)
	} else if ok {
		if _, err := certs.ParseGeneralNames(e.Body); err != nil {
			return malformed("tsa", err)
		}
		if _, err := der.One(e.Body); err != nil {
			return malformed("tsa", err)
		}
		info.TSA = e.Body
	}
	if info.Extensions, err = readExtensions(r, 1); err != nil {
		return err
	}
	if err := r.Done(); err != nil {
		return malformed("TSTInfo", err)
	}
	return nil
}

// DER returns the encoding.
func (info TSTInfo) DER() []byte {
	var accuracy, ordering, nonce, tsa []byte
	if info.Accuracy.Present {
		accuracy = info.Accuracy.der()
	}
	if info.Ordering {
		ordering = der.Bool(true)
	}
	if info.Nonce != nil {
		nonce = der.Int(info.Nonce)
	}
	if info.TSA != nil {
		tsa = der.Encode(der.ContextConstructed(0), info.TSA)
	}
	return der.Sequence(
		der.Int(big.NewInt(1)), der.OID(info.Policy), info.Imprint.DER(), der.Int(info.Serial),
		genTime(info.GenTime), accuracy, ordering, nonce, tsa, encodeExtensions(1, info.Extensions),
	)
}

func optionalInteger(r *der.Reader) (*big.Int, error) {
	e, ok, err := r.Optional(der.Integer)
	if err != nil || !ok {
		return nil, err
	}
	return der.ParseInteger(e.Body)
}

// readExtensions reads an implicit [n] Extensions field.
func readExtensions(r *der.Reader, n byte) ([]certs.Extension, error) {
	e, ok, err := r.Optional(der.ContextConstructed(n))
	if err != nil {
		return nil, malformed("extensions", err)
	}
	if !ok {
		return nil, nil
	}
	exts, err := certs.ParseExtensions(der.Sequence(e.Body))
	if err != nil {
		return nil, malformed("extensions", err)
	}
	return exts, nil
}

// encodeExtensions writes the implicit [n] field, nothing where there are none.
func encodeExtensions(n byte, exts []certs.Extension) []byte {
	if len(exts) == 0 {
		return nil
	}
	return certs.EncodeExtensions(der.ContextConstructed(n), exts)
}
