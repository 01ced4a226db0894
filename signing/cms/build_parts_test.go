package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"errors"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/der"
)

// How each kind of key signs, as standards and tokens want it.
func TestSchemes(t *testing.T) {
	for _, c := range keyCases(t) {
		want, known := map[string]struct {
			digest certs.Digest
			oid    string
			opts   crypto.Hash
			whole  bool
		}{
			"RSA":     {certs.SHA256, "1.2.840.113549.1.1.11", crypto.SHA256, false},
			"RSA-PSS": {certs.SHA256, "1.2.840.113549.1.1.10", crypto.SHA256, false},
			"P-256":   {certs.SHA256, "1.2.840.10045.4.3.2", crypto.SHA256, false},
			"P-384":   {certs.SHA384, "1.2.840.10045.4.3.3", crypto.SHA384, false},
			"P-521":   {certs.SHA512, "1.2.840.10045.4.3.4", crypto.SHA512, false},
			"Ed25519": {certs.SHA512, "1.3.101.112", 0, true},
		}[c.name]
		if !known {
			continue // national keys name their digest alone
		}
		s, err := schemeOf(c.key.Public(), c.opt.PSS)
		if err != nil {
			t.Fatal(err)
		}
		if s.digest.Name != want.digest.Name || s.id.OID.String() != want.oid || s.opts == nil || s.opts.HashFunc() != want.opts || s.whole != want.whole {
			t.Errorf("%s: %+v", c.name, s)
		}
		if salt, ok := s.opts.(*rsa.PSSOptions); ok != c.opt.PSS || ok && salt.SaltLength != 32 {
			t.Errorf("%s: options %+v", c.name, s.opts)
		}
		if d, err := DigestOf(c.key.Public()); err != nil || d.Name != want.digest.Name {
			t.Errorf("%s: digest %s, %v", c.name, d.Name, err)
		}
	}
	small, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := schemeOf(small.Public(), false); err != nil || s.digest.Name != certs.SHA256.Name {
		t.Errorf("P-224: %s, %v", s.digest.Name, err)
	}
	if _, err := DigestOf("no key"); !errors.Is(err, certs.ErrAlgorithm) {
		t.Errorf("no key: %v", err)
	}
}

// A maker is for the very key and certificates that it was made with.
func TestMakerIsForItsKey(t *testing.T) {
	c, other := keyCases(t)[2], keyCases(t)[3]
	cert, second := selfSigned(t, c.key, 1), selfSigned(t, c.key, 2)
	chain := []*certs.Certificate{second}
	m, err := NewMaker(c.key, cert, chain, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		key   crypto.Signer
		c     *certs.Certificate
		chain []*certs.Certificate
		want  bool
	}{
		"the same":            {c.key, cert, []*certs.Certificate{second}, true},
		"another key":         {other.key, cert, chain, false},
		"another certificate": {c.key, second, chain, false},
		"another path":        {c.key, cert, []*certs.Certificate{cert}, false},
		"no path":             {c.key, cert, nil, false},
	} {
		if got := m.For(test.key, test.c, test.chain); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !same(m.Certificates(), cert.Raw, second.Raw) {
		t.Error("other certificates")
	}
	if _, err := NewMaker(c.key, &certs.Certificate{PublicKey: "no key"}, nil, Options{}); !errors.Is(err, certs.ErrAlgorithm) {
		t.Errorf("a key of no kind: %v", err)
	}
}

// The parts of a container that the caller decides about.
func TestMakeAsAsked(t *testing.T) {
	c := keyCases(t)[2]
	cert := selfSigned(t, c.key, 1)
	m, err := NewMaker(c.key, cert, nil, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	hints := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}
	failing := errors.New("no timestamp")
	late, early := Attribute{ID: OIDContentHints, Values: [][]byte{der.NullValue()}}, attribute
	for _, test := range []struct {
		name              string
		in                ToSign
		version, certs, n int
		kind              asn1.ObjectIdentifier
		err               error
	}{
		{"plain", ToSign{}, 1, 1, 0, OIDData, nil},
		{"data by name", ToSign{Type: OIDData}, 1, 1, 0, OIDData, nil},
		{"another type", ToSign{Type: hints}, 3, 1, 0, hints, nil},
		{"without certificates", ToSign{OmitCertificates: true}, 1, 0, 0, OIDData, nil},
		{"unsigned attributes", ToSign{Unsigned: func([]byte) ([]Attribute, error) { return []Attribute{late, early}, nil }}, 1, 1, 2, OIDData, nil},
		{"no unsigned attributes", ToSign{Unsigned: func([]byte) ([]Attribute, error) { return nil, nil }}, 1, 1, 0, OIDData, nil},
		{"failing", ToSign{Unsigned: func([]byte) ([]Attribute, error) { return nil, failing }}, 0, 0, 0, nil, failing},
	} {
		test.in.Content, test.in.MessageDigest = []byte("x"), m.Digest().Sum([]byte("x"))
		b, err := m.Make(test.in)
		if !errors.Is(err, test.err) {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil {
			continue
		}
		verifySigner(t, test.name, b, 0, cert)
		sd, err := Read(b)
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := Single(sd.Signers[0].Signed, OIDContentType)
		if err != nil || !bytes.Equal(kind, der.OID(test.kind)) || !sd.ContentType.Equal(test.kind) {
			t.Errorf("%s: of type %v, signed as %x, %v", test.name, sd.ContentType, kind, err)
		}
		if sd.Version != test.version || len(sd.Certificates) != test.certs || len(sd.Signers[0].Unsigned) != test.n {
			t.Errorf("%s: version %d, %d certificates, %d attributes", test.name, sd.Version, len(sd.Certificates), len(sd.Signers[0].Unsigned))
		}
		if !slices.IsSortedFunc(sd.Signers[0].Unsigned, func(a, b Attribute) int { return bytes.Compare(a.DER(), b.DER()) }) {
			t.Errorf("%s: not in the order of DER", test.name)
		}
	}
	if got, err := m.MakeSigner(ToSign{MessageDigest: []byte("short")}); err != nil || !bytes.Contains(got, messageDigest([]byte("short"))) {
		t.Errorf("a digest of another length: %v", err)
	}
}

// What an archive timestamp is made over (EN 319 122-1 section 5.5), written
// down part by part.
func TestArchiveInput(t *testing.T) {
	p := good()
	p.signer.unsigned = field(1, Attribute{ID: asnCommonName, Values: [][]byte{number(1), number(2)}}.DER())
	d, err := Edit(p.der())
	if err != nil {
		t.Fatal(err)
	}
	hash := func(parts ...[]byte) []byte { return der.Octets(certs.SHA256.Sum(slices.Concat(parts...))) }
	name := der.OID(asnCommonName)
	index, err := d.HashIndex(0, certs.SHA256)
	want := der.Sequence(sha256Only, der.Sequence(hash(der.Sequence(number(1)))),
		der.Sequence(hash(der.Sequence(number(2))), hash(response)), der.Sequence(hash(name, number(1)), hash(name, number(2))))
	if err != nil || !bytes.Equal(index, want) {
		t.Errorf("index %x, %v, want %x", index, err, want)
	}
	s := p.signer
	input, err := d.ArchiveInput(0, []byte("digest"), index)
	if err != nil || !same(input, der.OID(OIDData), []byte("digest"), s.version, s.sid, s.digest, s.signed, s.algorithm, s.signature, index) {
		t.Errorf("made over %x, %v", input, err)
	}
	if err := d.AddArchiveTimestamp(0, good().der(), index); err != nil {
		t.Fatal(err)
	}
	sd, err := Read(d.DER())
	if err != nil {
		t.Fatal(err)
	}
	token, found, err := Single(sd.Signers[0].Unsigned, OIDArchiveTimestampV3)
	if err != nil || !found {
		t.Fatalf("no timestamp: %v", err)
	}
	inside, err := Read(token)
	if err != nil {
		t.Fatal(err)
	}
	if got, _, err := Single(inside.Signers[0].Unsigned, OIDArchiveHashIndexV3); err != nil || !bytes.Equal(got, index) {
		t.Errorf("the token has the index %x, %v", got, err)
	}
	if err := d.AddArchiveTimestamp(0, number(1), index); !errors.Is(err, der.ErrSyntax) {
		t.Errorf("a token that is none: %v", err)
	}
	const expected = "not valid DER: another element was expected here"
	for name, test := range map[string]struct {
		unsigned []byte
		said     string
	}{
		"no sequence":   {number(1), expected},
		"no identifier": {der.Sequence(number(1)), expected},
		"no values":     {der.Sequence(der.OID(asnCommonName)), expected},
		"64 values":     {der.Sequence(der.OID(asnCommonName), der.Encode(der.SetTag, times(64, number(1)))), ""},
		"65 values":     {der.Sequence(der.OID(asnCommonName), der.Encode(der.SetTag, times(65, number(1)))), "too many elements"},
	} {
		p.signer.unsigned = field(1, test.unsigned)
		d, err := Edit(p.der())
		if err != nil {
			t.Fatal(err)
		}
		_, err = d.HashIndex(0, certs.SHA256)
		said(t, name, err, test.said)
	}
	for name, encap := range map[string][]byte{"no type": der.Sequence(number(1)), "empty": der.Sequence()} {
		d.encap = encap
		if _, err := d.ArchiveInput(0, nil, nil); !errors.Is(err, der.ErrSyntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// ATSHashIndexV3 leaves the parameters of the digest out.
var sha256Only = der.Sequence(der.OID(certs.SHA256.OID))

// Signers stand in the order of DER, the digest of a newcomer is named once,
// and there is an end to how many there may be.
func TestAddSigner(t *testing.T) {
	c := keyCases(t)[2]
	cert := selfSigned(t, c.key, 1)
	m, err := NewMaker(c.key, cert, nil, c.opt)
	if err != nil {
		t.Fatal(err)
	}
	info, err := m.MakeSigner(ToSign{MessageDigest: m.Digest().Sum(nil)})
	if err != nil {
		t.Fatal(err)
	}
	p := good()
	p.signers, p.digests = der.Set(), der.Set(sha256Only) // the same digest without parameters
	d, err := Edit(p.der())
	if err != nil {
		t.Fatal(err)
	}
	for i := range maxSigners {
		if err := d.AddSigner(m, info); err != nil {
			t.Fatalf("signer %d: %v", i+1, err)
		}
	}
	if err := d.AddSigner(m, info); err == nil || err.Error() != "too many signers" {
		t.Errorf("signer 101: %v", err)
	}
	if err := d.AddSigner(m, number(1)); !errors.Is(err, der.ErrSyntax) {
		t.Errorf("no signer: %v", err)
	}
	if d.version != 1 || len(d.digests) != 1 {
		t.Errorf("version %d, %d digests", d.version, len(d.digests))
	}
	d.AddOCSPs()
	if d.version != 1 {
		t.Errorf("nothing added makes version %d", d.version)
	}
	d.Signers = d.Signers[:1]
	for _, signature := range []byte{9, 0, 5} {
		q := good()
		q.signer.signature = der.Octets([]byte{signature})
		if err := d.AddSigner(m, q.signer.der()); err != nil {
			t.Fatal(err)
		}
	}
	order := slices.IsSortedFunc(d.Signers, func(a, b DraftSigner) int { return bytes.Compare(a.der(), b.der()) })
	if !order || len(d.Signers) != 4 {
		t.Errorf("%d signers, in order: %v", len(d.Signers), order)
	}
}
