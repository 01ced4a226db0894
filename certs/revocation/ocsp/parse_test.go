package ocsp_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
)

// TestResponsesAreReadStrictly changes one thing of a readable response.
func TestResponsesAreReadStrictly(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	plain := w.honest().encode(t)
	utc := der.Time(now)
	version := func(n byte, more ...byte) []byte {
		return der.Encode(der.ContextConstructed(0), append([]byte{2, 1, n}, more...))
	}
	twice := []certs.Extension{nonce([]byte{1}), nonce([]byte{1})}
	tests := []struct {
		name   string
		change func(r *reply)
		ok     bool
	}{
		{"as it is", func(*reply) {}, true},
		{"version 1 written out", func(r *reply) { r.version = version(0) }, true},
		{"version 2", func(r *reply) { r.version = version(1) }, false},
		{"version with more after it", func(r *reply) { r.version = version(0, 5, 0) }, false},
		{"no certificates", func(r *reply) { r.certs = nil }, true},
		{"seventeen certificates", func(r *reply) {
			r.certs = nil
			for range 17 {
				r.certs = append(r.certs, w.responder.Certificate)
			}
		}, false},
		{"no such certificate", func(r *reply) { r.certs = []*certs.Certificate{{Raw: der.Sequence()}} }, true},
		{"no element in the place of a certificate", func(r *reply) { r.certs = []*certs.Certificate{{Raw: []byte{0x30, 5}}} }, false},
		{"another response type", func(r *reply) { r.kind = oidNobody }, false},
		{"error status with response", func(r *reply) { r.status = 3 }, false},
		{"producedAt as UTCTime", func(r *reply) { r.produced = utc }, false},
		{"thisUpdate as UTCTime", func(r *reply) { r.answers[0].this = utc }, false},
		{"nextUpdate as UTCTime", func(r *reply) { r.answers[0].next = utc }, false},
		{"two times in nextUpdate", func(r *reply) { r.answers[0].next = append(generalized(now), generalized(now)...) }, false},
		{"time with a fraction", func(r *reply) { r.produced = der.Encode(der.GeneralizedTime, []byte("20260601120000.5Z")) }, false},
		{"time of another zone", func(r *reply) { r.produced = der.Encode(der.GeneralizedTime, []byte("20260601120000+0500")) }, false},
		{"responder key hash of 19 bytes", func(r *reply) {
			r.named = der.Encode(der.ContextConstructed(2), der.Octets(make([]byte, 19)))
		}, false},
		{"responder key hash bare", func(r *reply) { r.named = der.Encode(der.ContextConstructed(2), make([]byte, 20)) }, false},
		{"responder named in a third way", func(r *reply) { r.named = der.Encode(der.ContextConstructed(3), der.Octets(make([]byte, 20))) }, false},
		{"good with contents", func(r *reply) { r.answers[0].status = der.Encode(der.Context(0), []byte{0}) }, false},
		{"good as a constructed element", func(r *reply) { r.answers[0].status = der.Encode(der.ContextConstructed(0)) }, false},
		{"a fourth status", func(r *reply) { r.answers[0].status = der.Encode(der.Context(3)) }, false},
		{"revoked without time", func(r *reply) { r.answers[0].status = der.Encode(der.ContextConstructed(1)) }, false},
		{"revoked for reason 7", func(r *reply) { r.answers[0].status = statusRevoked(now, 7) }, false},
		{"revoked for reason 11", func(r *reply) { r.answers[0].status = statusRevoked(now, 11) }, false},
		{"revoked for reason 10", func(r *reply) { r.answers[0].status = statusRevoked(now, revocation.AACompromise) }, true},
		{"more after revoked", func(r *reply) {
			r.answers[0].status = der.Encode(der.ContextConstructed(1), generalized(now), der.NullValue())
		}, false},
		{"response extension twice", func(r *reply) { r.exts = twice }, false},
		{"single extension twice", func(r *reply) { r.answers[0].exts = twice }, false},
		{"extensions in the place of others", func(r *reply) { r.answers[0].next = extensions(0, twice[:1]) }, false},
		{"spoiled structure", func(r *reply) { r.spoil = func(tbs []byte) []byte { return append(tbs, 5, 0) } }, false},
		{"something before the answers", func(r *reply) { r.produced = append(r.produced, 5, 0) }, false},
	}
	for _, test := range tests {
		r := w.honest()
		test.change(r)
		resp, err := ocsp.ParseResponse(r.encode(t))
		if (err == nil) != test.ok || (resp == nil) == test.ok {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && !errors.Is(err, ocsp.ErrMalformed) && !errors.Is(err, ocsp.ErrType) {
			t.Errorf("%s: %v is of no known kind", test.name, err)
		}
	}
	for name, b := range map[string][]byte{
		"trailing bytes": append(bytes.Clone(plain), 0), "cut short": plain[:len(plain)-1], "nothing": nil,
		"status 4": refusal(4), "status 7": refusal(7), "status of two octets": der.Sequence(der.Encode(der.Enumerated, []byte{0, 3})),
		"successful without a response": refusal(0),
		"response is no basic response": wrap(0, oidBasic, der.NullValue()),
		"empty extensions":              withField(der.Encode(der.ContextConstructed(1), der.Sequence())),
	} {
		if _, err := ocsp.ParseResponse(b); !errors.Is(err, ocsp.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// withField returns an unsigned response with no answers and a field where the
// extensions are.
func withField(field []byte) []byte {
	id := der.Encode(der.ContextConstructed(2), der.Octets(make([]byte, 20)))
	tbs := der.Sequence(id, generalized(now), der.Sequence(), field)
	return wrap(0, oidBasic, der.Sequence(tbs, der.Algorithm(oidNobody), der.Bits([]byte{1})))
}

// TestBasicResponse reads what documents keep: the inside of a response.
func TestBasicResponse(t *testing.T) {
	w, p := newWorld(t, ca.ECDSA), ocsp.Policy{}
	raw := w.honest().encode(t)
	basic := raw[len(raw)-basicLength(t, raw):]
	resp, err := ocsp.ParseBasic(basic)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Consider(resp, w.question()); got.Status != good {
		t.Errorf("%v", got)
	}
	for _, b := range [][]byte{raw, append(bytes.Clone(basic), 0), basic[1:], nil} {
		if _, err := ocsp.ParseBasic(b); !errors.Is(err, ocsp.ErrMalformed) {
			t.Errorf("%.20x: %v", b, err)
		}
	}
}

// basicLength is the size of the octets in a response, which end it.
func basicLength(t *testing.T, raw []byte) int {
	r := der.NewReader(raw)
	for _, tag := range []der.Tag{der.SequenceTag, der.ContextConstructed(0), der.SequenceTag} {
		if tag == der.ContextConstructed(0) {
			if _, err := r.Expect(der.Enumerated); err != nil {
				t.Fatal(err)
			}
		}
		inner, err := r.Enter(tag)
		if err != nil {
			t.Fatal(err)
		}
		r = inner
	}
	if _, err := r.ReadOID(); err != nil {
		t.Fatal(err)
	}
	octets, err := r.Expect(der.OctetString)
	if err != nil {
		t.Fatal(err)
	}
	return len(octets.Body)
}

func TestRefusals(t *testing.T) {
	w := newWorld(t, ca.ECDSA)
	p := ocsp.Policy{}
	for _, test := range []struct {
		response []byte
		cause    revocation.Cause
	}{
		{refusal(1), ocsp.CauseMalformedRequest},
		{refusal(2), ocsp.CauseInternalError},
		{refusal(3), ocsp.CauseTryLater},
		{refusal(5), ocsp.CauseSigRequired},
		{refusal(6), ocsp.CauseUnauthorized},
		{refusal(4), ocsp.CauseMalformed},
		{refusal(0), ocsp.CauseMalformed},
		{nil, ocsp.CauseMalformed},
		{[]byte("<html>"), ocsp.CauseMalformed},
		{wrap(0, oidNobody, nil), ocsp.CauseType},
	} {
		if got := p.Judge(test.response, w.question()); got.Status != undetermined || got.Cause != test.cause {
			t.Errorf("%x: %v, want %s", test.response, got, test.cause)
		}
	}
}

// TestRequest compares with a request taken apart by hand: RFC 6960 section
// 4.1.1.
func TestRequest(t *testing.T) {
	w := newWorld(t, ca.GOST2015)
	leaf, issuer := w.person.Certificate, w.authority.Issuing()
	value := bytes.Repeat([]byte{9}, 32)
	r := ocsp.NewRequest(leaf, issuer, certs.SHA256, value)
	id := der.Sequence(
		der.Sequence(der.OID(certs.SHA256.OID), der.NullValue()),
		der.Octets(certs.SHA256.Sum(leaf.Issuer.Raw)),
		// The contents of the BIT STRING: an OCTET STRING of 128 bytes.
		der.Octets(certs.SHA256.Sum(issuer.RawSPKI[len(issuer.RawSPKI)-131:])),
		der.Int(leaf.Serial),
	)
	ext := der.Sequence(der.OID(oidNonce), der.Octets(der.Octets(value)))
	want := der.Sequence(der.Sequence(der.Sequence(der.Sequence(id)), der.Encode(der.ContextConstructed(2), der.Sequence(ext))))
	if !bytes.Equal(r.DER, want) || !bytes.Equal(r.ID.DER(), id) {
		t.Errorf("request %x, want %x", r.DER, want)
	}
	if bare := ocsp.NewRequest(leaf, issuer, certs.SHA1, nil); len(bare.DER) >= len(want) || bytes.Contains(bare.DER, der.OID(oidNonce)) {
		t.Errorf("request without a nonce: %x", bare.DER)
	}
}

// FuzzParseResponse asks that strangers' bytes come to an answer, that what was
// signed is part of what was read, and that nothing passes which no key in
// sight signed. The question goes along, since each process that takes part has
// an authority of its own.
func FuzzParseResponse(f *testing.F) {
	w := newWorld(f, ca.ECDSA)
	leaf, issuer := w.person.Certificate.Raw, w.authority.Issuing().Raw
	full := w.honest()
	full.exts = []certs.Extension{nonce([]byte{1, 2, 3})}
	full.named = byKey(w.responder.Certificate)
	full.answers = append(full.answers, w.about(w.person.Certificate))
	full.answers[0].status = statusRevoked(now, revocation.CertificateHold)
	full.answers[0].exts = []certs.Extension{{ID: oidNobody, Value: []byte{5, 0}}}
	direct := w.honest()
	direct.signedBy(w.issuing)
	for _, s := range [][]byte{refusal(3), w.honest().encode(f), full.encode(f), direct.encode(f)} {
		f.Add(s, leaf, issuer)
	}
	f.Fuzz(func(t *testing.T, b, leaf, issuer []byte) {
		c, err := certs.Parse(leaf)
		if err != nil {
			t.Skip("no certificate to ask about:", err)
		}
		i, err := certs.Parse(issuer)
		if err != nil {
			t.Skip("no certificate of its issuer:", err)
		}
		p, q := ocsp.Policy{}, ocsp.Question{Certificate: c, Issuer: i, At: now}
		answer := p.Judge(b, q)
		resp, err := ocsp.ParseResponse(b)
		if err != nil {
			if answer.Status != undetermined {
				t.Fatalf("%v of what cannot be read: %v", answer, err)
			}
			return
		}
		if !bytes.Contains(b, resp.RawTBS) {
			t.Fatal("the signed part is not in the response")
		}
		signed := false
		for _, c := range append(resp.Certificates, i) {
			signed = signed || resp.CheckSignatureFrom(c) == nil
		}
		if answer.Status != undetermined && !signed {
			t.Fatalf("%v, which nobody signed", answer)
		}
		q.At, q.Now = now.Add(-time.Hour), now
		p.Judge(b, q)
	})
}
