// Package tsp reads and writes what timestamp authorities and their clients
// exchange (RFC 3161): requests, responses, and the tokens inside.
//
// [ParseToken] takes a token apart, whether it came in a response, stands in a
// signature as an attribute, or in a PDF as a document timestamp. It says what
// the token states and believes none of it: whose signature it is, and whether
// it is right, is for the caller to find out.
package tsp

import (
	"encoding/asn1"
	"errors"
	"fmt"

	"tamga/certs/der"
	"tamga/signing/cms"
)

// OIDTSTInfo is the content type of a token, id-ct-TSTInfo.
var OIDTSTInfo = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}

// MaxSize is the largest message of the protocol that is read, in bytes. A
// token carries a few certificates; archived ones carry revocation data too.
const MaxSize = 4 << 20

// ErrMalformed is wrapped by every error about bytes that are no message of
// the protocol.
var ErrMalformed = errors.New("malformed timestamp message")

func malformed(what string, err error) error {
	if err == nil {
		return fmt.Errorf("%w: %s", ErrMalformed, what)
	}
	return fmt.Errorf("%w: %s: %w", ErrMalformed, what, err)
}

// Token is a TimeStampToken taken apart (RFC 3161 section 2.4.2).
type Token struct {
	SignedData *cms.SignedData // with exactly one signer
	Info       TSTInfo
	Raw        []byte // what was read
}

// ParseToken reads one token, DER or BER, with nothing after it: a SignedData
// over a TSTInfo with one signer. The error wraps [ErrMalformed], or is
// [der.ErrTooManyElements] for a token made to be costly.
func ParseToken(raw []byte) (*Token, error) {
	if len(raw) > MaxSize {
		return nil, malformed("token is too large", nil)
	}
	sd, err := cms.Read(raw)
	if errors.Is(err, der.ErrTooManyElements) {
		return nil, err
	}
	if err != nil {
		return nil, malformed("token", err)
	}
	if !sd.ContentType.Equal(OIDTSTInfo) {
		return nil, malformed("the content of the token is no TSTInfo", nil)
	}
	if !sd.Attached {
		return nil, malformed("the token has no content", nil)
	}
	if len(sd.Signers) != 1 {
		return nil, malformed(fmt.Sprintf("the token has %d signers, not one", len(sd.Signers)), nil)
	}
	info, err := ParseTSTInfo(sd.Content)
	if err != nil {
		return nil, err
	}
	return &Token{SignedData: sd, Info: info, Raw: raw}, nil
}

// Signer returns the token's only signer.
func (t *Token) Signer() *cms.SignerInfo { return &t.SignedData.Signers[0] }
