package ocsp

import (
	"tamga/certs"
	"tamga/certs/der"
)

// Request is a question to a responder about one certificate.
type Request struct {
	DER   []byte
	ID    CertID
	Nonce []byte // nil when none is sent
}

// NewRequest asks about one certificate of an issuer, naming it under the
// digest algorithm. The nonce, if it is not empty, must have at most 128
// octets; RFC 9654 section 2.1 wants 32 random ones from a client.
func NewRequest(cert, issuer *certs.Certificate, digest certs.Digest, nonce []byte) Request {
	r := Request{ID: NewCertID(cert, issuer, digest), Nonce: nonce}
	var exts []byte
	if len(nonce) > 0 {
		exts = der.Encode(der.ContextConstructed(2), der.Sequence(nonceExtension(nonce)))
	}
	list := der.Sequence(der.Sequence(r.ID.DER()))
	r.DER = der.Sequence(der.Sequence(list, exts))
	return r
}

// question is a request as a responder reads it.
type question struct {
	ids   []CertID
	nonce []byte
}

// maxQuestions is how many certificates one request may ask about.
const maxQuestions = 32

// parseRequest reads a request. A signature on it is passed over: nobody is
// refused an answer here. An unknown critical extension is an error.
func parseRequest(raw []byte) (question, error) {
	outer, err := der.Inside(raw, der.SequenceTag)
	if err != nil {
		return question{}, messageError("request", err)
	}
	tbs, err := outer.Enter(der.SequenceTag)
	if err != nil {
		return question{}, messageError("tbsRequest", err)
	}
	if _, _, err := outer.Optional(der.ContextConstructed(0)); err != nil || outer.Done() != nil {
		return question{}, messageError("optionalSignature", err)
	}
	if err := readVersion(tbs); err != nil {
		return question{}, err
	}
	if _, _, err := tbs.Optional(der.ContextConstructed(1)); err != nil {
		return question{}, messageError("requestorName", err)
	}
	list, err := tbs.Enter(der.SequenceTag)
	if err != nil {
		return question{}, messageError("requestList", err)
	}
	var q question
	if q.ids, err = readQuestions(list); err != nil {
		return question{}, err
	}
	exts, err := readExtensions(tbs, 2)
	if err != nil || tbs.Done() != nil || unprocessed(exts) != nil {
		return question{}, messageError("requestExtensions", err)
	}
	q.nonce, _, err = nonceIn(exts)
	return q, err
}

func readQuestions(list *der.Reader) ([]CertID, error) {
	var ids []CertID
	for !list.Empty() {
		one, err := list.Enter(der.SequenceTag)
		if err != nil {
			return nil, messageError("request", err)
		}
		id, err := readCertID(one)
		if err != nil {
			return nil, err
		}
		exts, err := readExtensions(one, 0)
		if err != nil || one.Done() != nil || unprocessed(exts) != nil {
			return nil, messageError("singleRequestExtensions", err)
		}
		ids = append(ids, id)
	}
	if len(ids) == 0 || len(ids) > maxQuestions {
		return nil, messageError("number of questions", nil)
	}
	return ids, nil
}

// readVersion takes the version field. Written out, version 1 is not DER, but
// harmless; there is no other.
func readVersion(r *der.Reader) error {
	field, ok, err := r.Optional(der.ContextConstructed(0))
	if err != nil {
		return messageError("version", err)
	}
	if !ok {
		return nil
	}
	inner := der.NewReader(field.Body)
	if n, err := inner.ReadInt(); err != nil || n != 0 || inner.Done() != nil {
		return messageError("version", err)
	}
	return nil
}
