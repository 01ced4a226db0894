// Package ocsp asks responders for the status of certificates (RFC 6960, nonces
// by RFC 9654) and judges what they answer.
//
// [Client.Status] asks over HTTP and remembers; [Policy.Judge] judges the bytes
// of a response, wherever they come from: it reads no clock and no network. The
// answer is that of package revocation. Good is said only when the response is
// signed by the issuing authority's own key, by a responder which that key
// certified for the purpose, or by one that was configured for it; when it is
// about this certificate of this issuer; and when it speaks about the moment
// asked for. Everything else is undetermined, with a cause.
//
// [Responder] is the other side: a small responder for the demo authority.
//
// No certificate is trusted here: the issuer given with a question must come
// from a verified path.
package ocsp

import (
	"encoding/asn1"
	"errors"
	"fmt"

	"tamga/certs/der"
)

var (
	// ErrMalformed is wrapped by every error about bytes that are no request
	// or response.
	ErrMalformed = errors.New("malformed OCSP message")
	// ErrType means that a response is of another type than
	// id-pkix-ocsp-basic, which is the only one that can be read.
	ErrType = errors.New("response type is not basic")
)

func messageError(field string, err error) error {
	if err == nil {
		err = der.ErrSyntax
	}
	return fmt.Errorf("%w: %s: %w", ErrMalformed, field, err)
}

var (
	oidBasic          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 1}
	oidNonce          = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 2}
	oidCRLReference   = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 3}
	oidNoCheck        = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	oidArchiveCutoff  = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 6}
	oidExtendedRevoke = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 9}
	oidTimestampsOfCT = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11129, 2, 4, 5}
	oidOCSPSigning    = asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 9}
)

// maxNonce is the largest nonce in octets (RFC 9654 section 2.1).
const maxNonce = 128
