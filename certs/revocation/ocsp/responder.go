package ocsp

import (
	"crypto"
	"crypto/rand"
	"encoding/base64"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
)

// Responder answers about the certificates of one issuer: for demonstrations
// and tests. Its fields must not change once it answers; it may be used by
// many goroutines.
type Responder struct {
	Issuer *certs.Certificate
	// Certificate is the responder's own, which goes into each response, or
	// the issuer's; Key belongs to it.
	Certificate *certs.Certificate
	Key         crypto.Signer
	// Status tells what is known under a serial number. Undetermined becomes
	// unknown; the cause and the evidence are not used.
	Status func(serial *big.Int) revocation.Answer
	// Life is how long after thisUpdate the nextUpdate is; zero leaves it out,
	// as the national responder does.
	Life  time.Duration
	ByKey bool             // responderID is the key's hash instead of the name
	Now   func() time.Time // nil means time.Now
}

// maxRequest is more than any request for [maxQuestions] certificates needs.
const maxRequest = 16 << 10

// Respond answers a request. Whatever the bytes are, the result is a response:
// what cannot be read is answered with malformedRequest.
func (r *Responder) Respond(request []byte) []byte {
	q, err := parseRequest(request)
	if err != nil {
		return unsuccessful(MalformedRequest)
	}
	response, err := r.basic(q)
	if err != nil {
		return unsuccessful(InternalError)
	}
	return response
}

func unsuccessful(s ResponseStatus) []byte {
	return der.Sequence(der.Encode(der.Enumerated, []byte{byte(s)}))
}

// basic makes the signed response.
func (r *Responder) basic(q question) ([]byte, error) {
	now := time.Now()
	if r.Now != nil {
		now = r.Now()
	}
	at := generalized(now)
	singles := make([][]byte, len(q.ids))
	for i, id := range q.ids {
		var next []byte
		if r.Life > 0 {
			next = der.Encode(der.ContextConstructed(0), generalized(now.Add(r.Life)))
		}
		singles[i] = der.Sequence(id.DER(), r.certStatus(id), at, next)
	}
	var exts []byte
	if q.nonce != nil {
		exts = der.Encode(der.ContextConstructed(1), der.Sequence(nonceExtension(q.nonce)))
	}
	id := der.Encode(der.ContextConstructed(1), r.Certificate.Subject.Raw)
	if r.ByKey {
		id = der.Encode(der.ContextConstructed(2), der.Octets(certs.SHA1.Sum(r.Certificate.KeyBits)))
	}
	return r.sign(der.Sequence(id, at, der.Sequence(singles...), exts))
}

// certStatus encodes what is known about a certificate. Those of another
// issuer are unknown.
func (r *Responder) certStatus(id CertID) []byte {
	unknown := der.Encode(der.Context(2))
	if !r.issued(id) {
		return unknown
	}
	switch a := r.Status(id.Serial); a.Status {
	case revocation.Good:
		return der.Encode(der.Context(0))
	case revocation.Revoked:
		var reason []byte
		if a.Reason != revocation.Unspecified {
			reason = der.Encode(der.ContextConstructed(0), der.Encode(der.Enumerated, []byte{byte(a.Reason)}))
		}
		return der.Encode(der.ContextConstructed(1), generalized(a.RevokedAt), reason)
	}
	return unknown
}

// issued reports whether a certificate is said to be of the issuer.
func (r *Responder) issued(id CertID) bool {
	digest, ok := certs.DigestByOID(id.HashAlgorithm.OID)
	if !ok {
		return false
	}
	return id.Equal(CertID{
		HashAlgorithm:  id.HashAlgorithm,
		IssuerNameHash: digest.Sum(r.Issuer.Subject.Raw),
		IssuerKeyHash:  digest.Sum(r.Issuer.KeyBits),
		Serial:         id.Serial,
	})
}

func (r *Responder) sign(tbs []byte) ([]byte, error) {
	alg, id, err := certs.SigningAlgorithm(r.Key.Public())
	if err != nil {
		return nil, err
	}
	sig, err := r.Key.Sign(rand.Reader, alg.Digest.Sum(tbs), alg.Digest.SignerOpts())
	if err != nil {
		return nil, err
	}
	chain := der.Encode(der.ContextConstructed(0), der.Sequence(r.Certificate.Raw))
	basic := der.Sequence(tbs, id.DER(), der.Bits(sig), chain)
	return der.Sequence(
		der.Encode(der.Enumerated, []byte{byte(Successful)}),
		der.Encode(der.ContextConstructed(0), der.Sequence(der.OID(oidBasic), der.Octets(basic))),
	), nil
}

// generalized encodes a time as responses do, whatever the year.
func generalized(t time.Time) []byte {
	return der.Encode(der.GeneralizedTime, []byte(t.UTC().Format("20060102150405Z")))
}

// Responders answer for several issuers at one address. There must be one at least.
type Responders []*Responder

// Respond answers a request as the responder does whose issuer it asks about
// first. About certificates of no issuer of theirs any one knows as little.
func (all Responders) Respond(request []byte) []byte {
	q, err := parseRequest(request)
	if err != nil {
		return unsuccessful(MalformedRequest)
	}
	for _, id := range q.ids {
		for _, r := range all {
			if r.issued(id) {
				return r.Respond(request)
			}
		}
	}
	return all[0].Respond(request)
}

// ServeHTTP answers as [Responder.ServeHTTP] does.
func (all Responders) ServeHTTP(w http.ResponseWriter, req *http.Request) { serve(w, req, all.Respond) }

// ServeHTTP answers requests by POST, and by GET with the request as base64 in
// the last part of the path (RFC 6960 appendix A.1).
func (r *Responder) ServeHTTP(w http.ResponseWriter, req *http.Request) { serve(w, req, r.Respond) }

func serve(w http.ResponseWriter, req *http.Request, respond func([]byte) []byte) {
	var request []byte
	switch req.Method {
	case http.MethodPost:
		if req.Header.Get("Content-Type") != mediaRequest {
			http.Error(w, "not "+mediaRequest, http.StatusUnsupportedMediaType)
			return
		}
		b, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxRequest))
		if err != nil {
			http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
			return
		}
		request = b
	case http.MethodGet:
		request = fromPath(req.URL)
	default:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "GET or POST", http.StatusMethodNotAllowed)
		return
	}
	w.Header().Set("Content-Type", mediaResponse)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(respond(request)) // the peer may be gone
}

// fromPath finds the request in the path. Base64 may have slashes in it, which
// clients escape or not; a request begins with a SEQUENCE, in base64 with an M.
func fromPath(u *url.URL) []byte {
	path := u.Path
	for {
		i := strings.Index(path, "/M")
		if i < 0 {
			return nil
		}
		path = path[i+1:]
		if b, err := base64.StdEncoding.DecodeString(path); err == nil {
			return b
		}
	}
}
