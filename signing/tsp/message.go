package tsp

import (
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"tamga/certs"
	"tamga/certs/der"
)

// Request is a TimeStampReq (RFC 3161 section 2.4.1).
type Request struct {
	Imprint      Imprint
	Policy       asn1.ObjectIdentifier // nil: the authority's own choice
	Nonce        *big.Int              // nil: none
	Certificates bool                  // certReq: the token shall carry the authority's certificate
	Extensions   []certs.Extension
}

// DER returns the encoding.
func (q Request) DER() []byte {
	var policy, nonce, certReq []byte
	if q.Policy != nil {
		policy = der.OID(q.Policy)
	}
	if q.Nonce != nil {
		nonce = der.Int(q.Nonce)
	}
	if q.Certificates {
		certReq = der.Bool(true)
	}
	return der.Sequence(der.Int(big.NewInt(1)), q.Imprint.DER(), policy, nonce, certReq, encodeExtensions(0, q.Extensions))
}

// ParseRequest reads one request in DER with nothing after it. The error wraps
// [ErrMalformed].
func ParseRequest(raw []byte) (Request, error) {
	var q Request
	r, err := der.Inside(raw, der.SequenceTag)
	if err != nil {
		return q, malformed("request", err)
	}
	if version, err := r.ReadInt(); err != nil || version != 1 {
		return q, malformed("request of an unknown version", err)
	}
	if q.Imprint, err = parseImprint(r); err != nil {
		return q, err
	}
	if tag, ok := r.Peek(); ok && tag == der.ObjectID {
		if q.Policy, err = r.ReadOID(); err != nil {
			return q, malformed("reqPolicy", err)
		}
	}
	if q.Nonce, err = optionalInteger(r); err != nil {
		return q, malformed("nonce", err)
	}
	if e, ok, err := r.Optional(der.Boolean); err != nil {
		return q, malformed("certReq", err)
	} else if ok {
		if q.Certificates, err = der.ParseBool(e.Body); err != nil {
			return q, malformed("certReq", err)
		}
	}
	if q.Extensions, err = readExtensions(r, 0); err != nil {
		return q, err
	}
	if err := r.Done(); err != nil {
		return q, malformed("request", err)
	}
	return q, nil
}

// Status is a PKIStatus (RFC 3161 section 2.4.2).
type Status int

// The statuses. A token is there with the first two and with no other.
const (
	Granted                Status = 0
	GrantedWithMods        Status = 1
	Rejection              Status = 2
	Waiting                Status = 3
	RevocationWarning      Status = 4
	RevocationNotification Status = 5
)

// String returns the status as RFC 3161 writes it.
func (s Status) String() string {
	names := []string{"granted", "grantedWithMods", "rejection", "waiting", "revocationWarning", "revocationNotification"}
	if s < 0 || int(s) >= len(names) {
		return fmt.Sprintf("status %d", int(s))
	}
	return names[s]
}

// Failure is one bit of a PKIFailureInfo.
type Failure int

// The failures that RFC 3161 section 2.4.2 defines.
const (
	BadAlg               Failure = 0
	BadRequest           Failure = 2
	BadDataFormat        Failure = 5
	TimeNotAvailable     Failure = 14
	UnacceptedPolicy     Failure = 15
	UnacceptedExtension  Failure = 16
	AddInfoNotAvailable  Failure = 17
	SystemFailure        Failure = 25
	maxFailureLen                = 4 // octets
	maxTexts, maxTextLen         = 16, 4096
)

// String returns the failure as RFC 3161 writes it.
func (f Failure) String() string {
	switch f {
	case BadAlg:
		return "badAlg"
	case BadRequest:
		return "badRequest"
	case BadDataFormat:
		return "badDataFormat"
	case TimeNotAvailable:
		return "timeNotAvailable"
	case UnacceptedPolicy:
		return "unacceptedPolicy"
	case UnacceptedExtension:
		return "unacceptedExtension"
	case AddInfoNotAvailable:
		return "addInfoNotAvailable"
	case SystemFailure:
		return "systemFailure"
	}
	return fmt.Sprintf("failure %d", int(f))
}

// StatusInfo is a PKIStatusInfo: how an authority received a request.
type StatusInfo struct {
	Status   Status
	Text     []string
	Failures []Failure // in ascending order
}

// Granted reports whether a token was given.
func (s StatusInfo) Granted() bool { return s.Status == Granted || s.Status == GrantedWithMods }

// String describes the status in one line.
func (s StatusInfo) String() string {
	var b strings.Builder
	b.WriteString(s.Status.String())
	for _, f := range s.Failures {
		b.WriteString(", " + f.String())
	}
	if len(s.Text) > 0 {
		fmt.Fprintf(&b, ": %.200q", strings.Join(s.Text, "; "))
	}
	return b.String()
}

// DER returns the encoding.
func (s StatusInfo) DER() []byte {
	var text, failures []byte
	if len(s.Text) > 0 {
		list := make([][]byte, len(s.Text))
		for i, t := range s.Text {
			list[i] = der.Text(t)
		}
		text = der.Sequence(list...)
	}
	if len(s.Failures) > 0 {
		last := slices.Max(s.Failures)
		bits := make([]byte, int(last)/8+1)
		for _, f := range s.Failures {
			bits[f/8] |= 0x80 >> (f % 8)
		}
		failures = der.Encode(der.BitString, []byte{byte(7 - last%8)}, bits)
	}
	return der.Sequence(der.Int(big.NewInt(int64(s.Status))), text, failures)
}

// Response is a TimeStampResp.
type Response struct {
	Status StatusInfo
	Token  []byte // complete element, not read yet; nil when there is none
}

// DER returns the encoding.
func (p Response) DER() []byte { return der.Sequence(p.Status.DER(), p.Token) }

// ParseResponse reads one response, DER or BER, with nothing after it. The
// token inside is left for [ParseToken]. A response that grants
// without a token, or refuses with one, is malformed. The error wraps
// [ErrMalformed].
func ParseResponse(raw []byte) (Response, error) {
	var p Response
	if len(raw) > MaxSize {
		return p, malformed("response is too large", nil)
	}
	normal, err := der.FromBER(raw)
	if errors.Is(err, der.ErrTooManyElements) {
		return p, err
	}
	if err != nil {
		return p, malformed("response", err)
	}
	r, err := der.Inside(normal, der.SequenceTag)
	if err != nil {
		return p, malformed("response", err)
	}
	if p.Status, err = parseStatusInfo(r); err != nil {
		return p, err
	}
	if e, ok, err := r.Optional(der.SequenceTag); err != nil {
		return p, malformed("timeStampToken", err)
	} else if ok {
		p.Token = e.Raw
	}
	if err := r.Done(); err != nil {
		return p, malformed("response", err)
	}
	if p.Status.Granted() != (p.Token != nil) {
		return p, malformed("the status and the presence of a token contradict each other", nil)
	}
	return p, nil
}

func parseStatusInfo(r *der.Reader) (StatusInfo, error) {
	var s StatusInfo
	in, err := r.Enter(der.SequenceTag)
	if err != nil {
		return s, malformed("status", err)
	}
	n, err := in.ReadInt()
	if err != nil || n > int(RevocationNotification) {
		return s, malformed("unknown status", err)
	}
	s.Status = Status(n)
	if list, ok, err := in.Optional(der.SequenceTag); err != nil {
		return s, malformed("statusString", err)
	} else if ok {
		if s.Text, err = parseFreeText(list.Body); err != nil {
			return s, err
		}
	}
	if e, ok, err := in.Optional(der.BitString); err != nil {
		return s, malformed("failInfo", err)
	} else if ok {
		if s.Failures, err = parseFailures(e.Body); err != nil {
			return s, err
		}
	}
	if err := in.Done(); err != nil {
		return s, malformed("status", err)
	}
	return s, nil
}

func parseFreeText(body []byte) ([]string, error) {
	var text []string
	for r := der.NewReader(body); !r.Empty(); {
		e, err := r.Next()
		if err != nil {
			return nil, malformed("statusString", err)
		}
		t, ok := der.ParseText(e)
		if !ok || len(text) == maxTexts || len(t) > maxTextLen {
			return nil, malformed("statusString", nil)
		}
		text = append(text, t)
	}
	return text, nil
}

func parseFailures(body []byte) ([]Failure, error) {
	bits, _, err := der.ParseBitString(body)
	if err != nil || len(bits) > maxFailureLen {
		return nil, malformed("failInfo", err)
	}
	var failures []Failure
	for i := range 8 * len(bits) {
		if bits[i/8]&(0x80>>(i%8)) != 0 {
			failures = append(failures, Failure(i))
		}
	}
	return failures, nil
}
