package tsa

import (
	"crypto"
	"crypto/rand"
	"encoding/asn1"
	"io"
	"math/big"
	"net/http"
	"slices"
	"sync"
	"time"

	"tamga/certs"
	"tamga/signing/cms"
	"tamga/signing/tsp"
)

// Authority is a timestamp authority for demonstrations and tests: its clock is
// the machine's, and nobody audits it. Its certificate should be for
// timestamping alone, as ca.IssueService makes it; that is for whoever verifies
// its tokens to ask. Its fields must not change once it answers; it may be used
// by many goroutines.
type Authority struct {
	Signer      crypto.Signer
	Certificate *certs.Certificate
	// Chain goes into tokens beside the certificate, when one is asked for.
	Chain []*certs.Certificate
	// Policies are the ones it stamps under, the first when none is asked for.
	// Without any it refuses everything.
	Policies []asn1.ObjectIdentifier
	Accuracy time.Duration    // zero states none
	Now      func() time.Time // nil means time.Now

	once  sync.Once
	maker *cms.Maker
	err   error
}

const (
	maxQuery   = 64 << 10
	serialBits = 159 // RFC 3161 section 2.4.2 asks clients to accommodate 160
)

// imprintDigests are those that the authority stamps: what is no longer relied
// on is refused.
func imprintDigests() []certs.Digest {
	return []certs.Digest{certs.SHA256, certs.SHA384, certs.SHA512, certs.GOST34311, certs.Streebog256, certs.Streebog512}
}

// Respond answers a request at a time. Whatever the bytes are, the result is a
// response in DER: what is refused is refused with the failure that RFC 3161
// section 2.4.2 has for it.
func (a *Authority) Respond(request []byte, now time.Time) []byte {
	q, err := tsp.ParseRequest(request)
	if err != nil {
		return refuse(tsp.BadDataFormat, "the request cannot be read")
	}
	policy, failure, why := a.accept(q)
	if why != "" {
		return refuse(failure, why)
	}
	token, err := a.Stamp(q, policy, now)
	if err != nil {
		return refuse(tsp.SystemFailure, "the authority cannot sign")
	}
	return tsp.Response{Status: tsp.StatusInfo{Status: tsp.Granted}, Token: token}.DER()
}

func refuse(f tsp.Failure, why string) []byte {
	return tsp.Response{Status: tsp.StatusInfo{Status: tsp.Rejection, Text: []string{why}, Failures: []tsp.Failure{f}}}.DER()
}

// accept chooses the policy, or says why the request is refused.
func (a *Authority) accept(q tsp.Request) (policy asn1.ObjectIdentifier, failure tsp.Failure, why string) {
	if len(q.Extensions) > 0 {
		return nil, tsp.UnacceptedExtension, "no extension is known here"
	}
	digest, ok := q.Imprint.Digest()
	if !ok || !slices.ContainsFunc(imprintDigests(), func(d certs.Digest) bool { return d.OID.Equal(digest.OID) }) {
		return nil, tsp.BadAlg, "the digest algorithm is not accepted"
	}
	if q.Policy == nil && len(a.Policies) > 0 {
		return a.Policies[0], 0, ""
	}
	if !slices.ContainsFunc(a.Policies, q.Policy.Equal) {
		return nil, tsp.UnacceptedPolicy, "the policy is not one of this authority"
	}
	return q.Policy, 0, ""
}

// Stamp returns a token that says what was asked to be said, under the policy
// at the time: whether it should be said is decided by [Authority.Respond].
func (a *Authority) Stamp(q tsp.Request, policy asn1.ObjectIdentifier, now time.Time) ([]byte, error) {
	a.once.Do(func() {
		a.maker, a.err = cms.NewMaker(a.Signer, a.Certificate, a.Chain, cms.Options{})
	})
	if a.err != nil {
		return nil, a.err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), serialBits))
	if err != nil {
		return nil, err
	}
	info := tsp.TSTInfo{
		Policy: policy, Imprint: q.Imprint, Serial: serial.Add(serial, big.NewInt(1)),
		GenTime: now.UTC().Truncate(time.Millisecond), Nonce: q.Nonce,
		Accuracy: tsp.Accuracy{Present: a.Accuracy > 0, Error: a.Accuracy},
	}.DER()
	return a.maker.Make(cms.ToSign{
		Type: tsp.OIDTSTInfo, Content: info, MessageDigest: a.maker.Digest().Sum(info),
		Attributes: []cms.Attribute{cms.SigningTime(now)}, OmitCertificates: !q.Certificates,
	})
}

// Stamper returns what makes signatures asks for tokens, without a network.
func (a *Authority) Stamper() func(tsp.Imprint) ([]byte, error) {
	return func(m tsp.Imprint) ([]byte, error) {
		q := tsp.Request{Imprint: m, Certificates: true}
		policy, failure, why := a.accept(q)
		if why != "" {
			return nil, &RefusedError{tsp.StatusInfo{Status: tsp.Rejection, Text: []string{why}, Failures: []tsp.Failure{failure}}}
		}
		return a.Stamp(q, policy, a.now())
	}
}

func (a *Authority) now() time.Time {
	if a.Now != nil {
		return a.Now()
	}
	return time.Now()
}

// ServeHTTP answers requests by POST (RFC 3161 section 3.4).
func (a *Authority) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST", http.StatusMethodNotAllowed)
		return
	}
	if req.Header.Get("Content-Type") != mediaQuery {
		http.Error(w, "not "+mediaQuery, http.StatusUnsupportedMediaType)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxQuery))
	if err != nil {
		http.Error(w, "request too large", http.StatusRequestEntityTooLarge)
		return
	}
	w.Header().Set("Content-Type", mediaReply)
	w.Header().Set("Cache-Control", "no-store")
	w.Write(a.Respond(body, a.now())) // the peer may be gone
}
