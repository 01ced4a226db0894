package ocsp

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// ResponseStatus is what a responder says about the request (RFC 6960 section
// 4.2.1).
type ResponseStatus int

// The statuses. Only a successful response says anything about a certificate.
const (
	Successful       ResponseStatus = 0
	MalformedRequest ResponseStatus = 1
	InternalError    ResponseStatus = 2
	TryLater         ResponseStatus = 3
	SigRequired      ResponseStatus = 5
	Unauthorized     ResponseStatus = 6
)

// Response is a response taken apart, believed in nothing yet. It is immutable
// and keeps the bytes it was read from.
type Response struct {
	Raw    []byte // what was read
	Status ResponseStatus

	// The rest is there when the status is Successful.
	RawTBS []byte // what the responder signed
	// ResponderName or ResponderKeyHash, the SHA-1 of its key's bits, says who
	// the responder is; the other one is empty.
	ResponderName    certs.Name
	ResponderKeyHash []byte
	ProducedAt       time.Time
	Answers          []SingleResponse
	Extensions       []certs.Extension
	Algorithm        certs.AlgorithmIdentifier
	Signature        []byte
	Certificates     []*certs.Certificate // that came with it, none of them trusted

	digest [sha256.Size]byte
}

// CertStatus is what a response says about one certificate.
type CertStatus int

// The statuses of a certificate. Unknown means that the responder does not
// know it, which is no proof of anything.
const (
	Good CertStatus = iota
	Revoked
	Unknown
)

// SingleResponse is the answer about one certificate.
type SingleResponse struct {
	ID         CertID
	Status     CertStatus
	RevokedAt  time.Time         // when Revoked
	Reason     revocation.Reason // when Revoked
	ThisUpdate time.Time
	NextUpdate time.Time // zero when absent: newer information is always there
	Extensions []certs.Extension
}

// maxCertificates is how many certificates may come with a response, and how many
// that came elsewhere are tried for it.
const maxCertificates = 16

// ParseResponse reads one DER response with nothing after it. The error wraps
// [ErrMalformed], or is [ErrType] for a successful response of another type
// than basic.
func ParseResponse(raw []byte) (*Response, error) {
	outer, err := der.Inside(raw, der.SequenceTag)
	if err != nil {
		return nil, messageError("response", err)
	}
	status, err := outer.Expect(der.Enumerated)
	if err != nil || len(status.Body) != 1 {
		return nil, messageError("responseStatus", err)
	}
	resp := &Response{Raw: raw, Status: ResponseStatus(status.Body[0]), digest: sha256.Sum256(raw)}
	switch resp.Status {
	case Successful:
	case MalformedRequest, InternalError, TryLater, SigRequired, Unauthorized:
		if err := outer.Done(); err != nil {
			return nil, messageError("response bytes after an error", err)
		}
		return resp, nil
	default:
		return nil, messageError("responseStatus", nil)
	}
	field, err := outer.Enter(der.ContextConstructed(0))
	if err != nil || outer.Done() != nil {
		return nil, messageError("responseBytes", err)
	}
	typed, err := field.Enter(der.SequenceTag)
	if err != nil || field.Done() != nil {
		return nil, messageError("responseBytes", err)
	}
	oid, err := typed.ReadOID()
	if err != nil {
		return nil, messageError("responseType", err)
	}
	body, err := typed.Expect(der.OctetString)
	if err != nil || typed.Done() != nil {
		return nil, messageError("response", err)
	}
	if !oid.Equal(oidBasic) {
		return nil, fmt.Errorf("%w: %v", ErrType, oid)
	}
	if err := resp.readBasic(body.Body); err != nil {
		return nil, err
	}
	return resp, nil
}

// ParseBasic reads one DER BasicOCSPResponse: what a response carries when it
// is successful, and what signatures keep among their revocation values (RFC
// 5126 section 6.3.4).
func ParseBasic(raw []byte) (*Response, error) {
	resp := &Response{Raw: raw, digest: sha256.Sum256(raw)}
	if err := resp.readBasic(raw); err != nil {
		return nil, err
	}
	return resp, nil
}

func (resp *Response) readBasic(b []byte) error {
	r, err := der.Inside(b, der.SequenceTag)
	if err != nil {
		return messageError("basic response", err)
	}
	tbs, err := r.Expect(der.SequenceTag)
	if err != nil {
		return messageError("tbsResponseData", err)
	}
	resp.RawTBS = tbs.Raw
	alg, err := r.Expect(der.SequenceTag)
	if err != nil {
		return messageError("signatureAlgorithm", err)
	}
	if resp.Algorithm, err = certs.ParseAlgorithmIdentifier(alg.Raw); err != nil {
		return messageError("signatureAlgorithm", err)
	}
	sig, err := r.Expect(der.BitString)
	if err != nil {
		return messageError("signature", err)
	}
	bits, unused, err := der.ParseBitString(sig.Body)
	if err != nil || unused != 0 {
		return messageError("signature", err)
	}
	resp.Signature = bits
	if err := resp.readCertificates(r); err != nil {
		return err
	}
	if err := r.Done(); err != nil {
		return messageError("end of the basic response", err)
	}
	return resp.readData(der.NewReader(tbs.Body))
}

// readCertificates reads what may help to find the responder. What is no
// certificate, or cannot be read as one, is passed over: it signs nothing.
func (resp *Response) readCertificates(r *der.Reader) error {
	field, ok, err := r.Optional(der.ContextConstructed(0))
	if err != nil {
		return messageError("certs", err)
	}
	if !ok {
		return nil
	}
	list, err := der.Inside(field.Body, der.SequenceTag)
	if err != nil {
		return messageError("certs", err)
	}
	for n := 0; !list.Empty(); n++ {
		e, err := list.Next()
		if err != nil || n == maxCertificates {
			return messageError("certs", err)
		}
		if c, err := certs.Parse(e.Raw); err == nil {
			resp.Certificates = append(resp.Certificates, c)
		}
	}
	return nil
}

// readData reads ResponseData.
func (resp *Response) readData(r *der.Reader) error {
	if err := readVersion(r); err != nil {
		return err
	}
	if err := resp.readResponderID(r); err != nil {
		return err
	}
	var err error
	if resp.ProducedAt, err = readTime(r); err != nil {
		return messageError("producedAt", err)
	}
	list, err := r.Enter(der.SequenceTag)
	if err != nil {
		return messageError("responses", err)
	}
	for !list.Empty() {
		single, err := readSingle(list)
		if err != nil {
			return err
		}
		resp.Answers = append(resp.Answers, single)
	}
	if resp.Extensions, err = readExtensions(r, 1); err != nil {
		return messageError("responseExtensions", err)
	}
	if err := r.Done(); err != nil {
		return messageError("end of tbsResponseData", err)
	}
	return nil
}

func (resp *Response) readResponderID(r *der.Reader) error {
	choice, err := r.Next()
	if err != nil {
		return messageError("responderID", err)
	}
	switch choice.Tag {
	case der.ContextConstructed(1):
		if resp.ResponderName, err = certs.ParseName(choice.Body); err != nil {
			return messageError("responderID", err)
		}
		return nil
	case der.ContextConstructed(2):
		hash, err := der.One(choice.Body)
		if err != nil || hash.Tag != der.OctetString || len(hash.Body) != 20 {
			return messageError("responderID", err)
		}
		resp.ResponderKeyHash = hash.Body
		return nil
	}
	return messageError("responderID", nil)
}

func readSingle(list *der.Reader) (SingleResponse, error) {
	r, err := list.Enter(der.SequenceTag)
	if err != nil {
		return SingleResponse{}, messageError("single response", err)
	}
	var s SingleResponse
	if s.ID, err = readCertID(r); err != nil {
		return SingleResponse{}, err
	}
	if err := s.readStatus(r); err != nil {
		return SingleResponse{}, err
	}
	if s.ThisUpdate, err = readTime(r); err != nil {
		return SingleResponse{}, messageError("thisUpdate", err)
	}
	if field, ok, err := r.Optional(der.ContextConstructed(0)); err != nil {
		return SingleResponse{}, messageError("nextUpdate", err)
	} else if ok {
		inner := der.NewReader(field.Body)
		if s.NextUpdate, err = readTime(inner); err != nil || inner.Done() != nil {
			return SingleResponse{}, messageError("nextUpdate", err)
		}
	}
	if s.Extensions, err = readExtensions(r, 1); err != nil {
		return SingleResponse{}, messageError("singleExtensions", err)
	}
	if err := r.Done(); err != nil {
		return SingleResponse{}, messageError("end of a single response", err)
	}
	return s, nil
}

func (s *SingleResponse) readStatus(r *der.Reader) error {
	e, err := r.Next()
	if err != nil {
		return messageError("certStatus", err)
	}
	switch e.Tag {
	case der.Context(0), der.Context(2):
		if s.Status = Good; e.Tag == der.Context(2) {
			s.Status = Unknown
		}
		if len(e.Body) != 0 {
			return messageError("certStatus", nil)
		}
		return nil
	case der.ContextConstructed(1):
		s.Status = Revoked
		return s.readRevoked(der.NewReader(e.Body))
	}
	return messageError("certStatus", nil)
}

func (s *SingleResponse) readRevoked(r *der.Reader) (err error) {
	if s.RevokedAt, err = readTime(r); err != nil {
		return messageError("revocationTime", err)
	}
	field, ok, err := r.Optional(der.ContextConstructed(0))
	if err != nil || r.Done() != nil {
		return messageError("revokedInfo", err)
	}
	if !ok {
		return nil
	}
	code, err := der.One(field.Body)
	if err != nil || code.Tag != der.Enumerated || len(code.Body) != 1 || code.Body[0] > 10 || code.Body[0] == 7 {
		return messageError("revocationReason", err)
	}
	s.Reason = revocation.Reason(code.Body[0])
	return nil
}

// readTime takes a GeneralizedTime: responses know no UTCTime.
func readTime(r *der.Reader) (time.Time, error) {
	e, err := r.Expect(der.GeneralizedTime)
	if err != nil {
		return time.Time{}, err
	}
	return der.ParseTime(e)
}

// Nonce returns the nonce of the response; false when there is none. It is an
// error when RFC 9654 section 2.1 does not allow what stands in its place.
func (resp *Response) Nonce() (nonce []byte, ok bool, err error) { return nonceIn(resp.Extensions) }

// Digest returns the SHA-256 of the response's bytes.
func (resp *Response) Digest() [sha256.Size]byte { return resp.digest }

// CheckSignatureFrom verifies the response's signature under a certificate's
// key, and asks nothing else of the certificate. The errors are those of
// [certs.Certificate.CheckSignatureFrom].
func (resp *Response) CheckSignatureFrom(signer *certs.Certificate) error {
	if signer.PublicKey == nil {
		return fmt.Errorf("%w: responder's key: %w", certs.ErrAlgorithm, signer.KeyError)
	}
	alg, err := certs.ParseAlgorithm(resp.Algorithm)
	if err != nil {
		return err
	}
	return alg.Verify(signer.PublicKey, resp.RawTBS, resp.Signature)
}

// identifies reports whether the response's responderID names the certificate.
func (resp *Response) identifies(c *certs.Certificate) bool {
	if resp.ResponderKeyHash != nil {
		return bytes.Equal(resp.ResponderKeyHash, certs.SHA1.Sum(c.KeyBits))
	}
	return resp.ResponderName.Equal(c.Subject)
}

// unprocessed returns the identifiers of critical extensions that are not
// understood here. Those which are understood do not change what a status
// means: they say how it was found, or how long the responder remembers.
func unprocessed(exts []certs.Extension) []asn1.ObjectIdentifier {
	understood := []asn1.ObjectIdentifier{oidNonce, oidCRLReference, oidArchiveCutoff, oidExtendedRevoke, oidTimestampsOfCT}
	var left []asn1.ObjectIdentifier
	for _, e := range exts {
		if e.Critical && !slices.ContainsFunc(understood, e.ID.Equal) {
			left = append(left, e.ID)
		}
	}
	return left
}
