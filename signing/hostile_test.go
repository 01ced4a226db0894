package signing_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// forged is a CMS taken to pieces, to be put together again with something
// wrong. Every field is a complete element, or the body of one.
type forged struct {
	contentType  asn1.ObjectIdentifier
	content      []byte
	certificates [][]byte
	signers      []forgedSigner
	tail         []byte
	detached     bool
}

// forgedSigner is signed with its key when the CMS is put together, so that
// only the intended thing is wrong.
type forgedSigner struct {
	key       creation.Key
	sid       []byte
	digest    []byte
	algorithm []byte
	attrs     [][]byte // nil: the content itself is signed
	unsorted  bool
	flip      bool
	over      []byte   // what is signed instead of what should be
	unsigned  [][]byte // unsigned attributes
}

func attr(id asn1.ObjectIdentifier, values ...[]byte) []byte {
	return der.Sequence(der.OID(id), der.Encode(der.SetTag, values...))
}

var (
	idData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	idContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	idMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	idSigningCertV2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 47}
	idECDSAWithSHA  = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}
	idECPublicKey   = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	idUnknownDigest = asn1.ObjectIdentifier{1, 2, 398, 99, 1}
	forgedContent   = []byte("Мен келісемін")
	forgedSHA256    = certs.SHA256.Sum(forgedContent)
	attrContentType = attr(idContentType, der.OID(idData))
	attrDigest      = attr(idMessageDigest, der.Octets(forgedSHA256))
)

func attrESS(c *certs.Certificate) []byte {
	hash := c.Fingerprint()
	return attr(idSigningCertV2, der.Sequence(der.Sequence(der.Sequence(der.Octets(hash[:])))))
}

// honest returns a CMS with nothing wrong yet, of an ECDSA key.
func honest(pki *signtest.PKI, key creation.Key) *forged {
	c := key.Certificate
	return &forged{
		contentType: idData, content: forgedContent,
		certificates: [][]byte{c.Raw, pki.Authority.Issuing().Raw},
		signers: []forgedSigner{{
			key: key, sid: der.Sequence(c.Issuer.Raw, der.Int(c.Serial)),
			digest: der.Algorithm(certs.SHA256.OID), algorithm: der.Sequence(der.OID(idECDSAWithSHA)),
			attrs: [][]byte{attrContentType, attrDigest, attrESS(c)},
		}},
	}
}

func (f *forged) bytes(t testing.TB) []byte {
	infos := make([][]byte, len(f.signers))
	for i, s := range f.signers {
		signed := f.content
		var field []byte
		if s.attrs != nil {
			set := der.Set(s.attrs...)
			signed = set
			field = append([]byte{0xa0}, set[1:]...)
			if s.unsorted {
				field = der.Encode(der.ContextConstructed(0), s.attrs...)
			}
		}
		if s.over != nil {
			signed = s.over
		}
		sig, err := s.key.Signer.Sign(rand.Reader, certs.SHA256.Sum(signed), certs.SHA256.SignerOpts())
		if err != nil {
			t.Fatal(err)
		}
		if s.flip {
			sig[len(sig)-1] ^= 1
		}
		version := []byte{2, 1, 1}
		if s.sid[0] == 0x80 {
			version = []byte{2, 1, 3}
		}
		var unsigned []byte
		if s.unsigned != nil {
			unsigned = der.Encode(der.ContextConstructed(1), s.unsigned...)
		}
		infos[i] = der.Sequence(version, s.sid, s.digest, field, s.algorithm, der.Octets(sig), unsigned)
	}
	encapsulated := der.Encode(der.ContextConstructed(0), der.Octets(f.content))
	if f.detached {
		encapsulated = nil
	}
	sd := der.Sequence([]byte{2, 1, 1}, der.Set(der.Algorithm(certs.SHA256.OID)),
		der.Sequence(der.OID(f.contentType), encapsulated),
		der.Encode(der.ContextConstructed(0), f.certificates...),
		der.Encode(der.SetTag, infos...))
	oidSignedData := asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	return append(der.Sequence(der.OID(oidSignedData), der.Encode(der.ContextConstructed(0), sd)), f.tail...)
}

// A forgery has one thing wrong and is refused for that reason; the honest
// oddities among them pass.
func TestForgedContainers(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	head := pki.Person(signtest.Head())
	stranger, err := ca.New(ca.ECDSA, signtest.Now(), ca.Options{NotBefore: signtest.Now().AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	h, err := stranger.Issue(signtest.Applicant())
	if err != nil {
		t.Fatal(err)
	}
	rogue := creation.Key{Signer: h.Key, Certificate: h.Certificate}

	const failed, unsure, ok = signing.TotalFailed, signing.Indeterminate, signing.TotalPassed
	tests := []struct {
		name          string
		change        func(*forged)
		indication    signing.Indication
		subIndication signing.SubIndication
	}{
		{"honest", func(*forged) {}, ok, ""},
		{"signer named by key identifier", func(f *forged) {
			f.signers[0].sid = der.Encode(der.Context(0), key.Certificate.SubjectKeyID)
		}, ok, ""},
		{"bare key identifier as signature algorithm", func(f *forged) {
			f.signers[0].algorithm = der.Sequence(der.OID(idECPublicKey))
		}, ok, ""},
		{"attributes out of order", func(f *forged) {
			f.signers[0].unsorted = true
			slices.Reverse(f.signers[0].attrs)
		}, ok, ""},
		{"no signers", func(f *forged) { f.signers = nil }, failed, signing.FormatFailure},
		{"trailing bytes", func(f *forged) { f.tail = []byte{0} }, failed, signing.FormatFailure},
		{"second container behind", func(f *forged) { f.tail = der.Sequence() }, failed, signing.FormatFailure},
		{"no signed attributes", func(f *forged) { f.signers[0].attrs = nil }, ok, ""},
		{"no signed attributes, another content", func(f *forged) {
			f.signers[0].attrs = nil
			f.signers[0].over = []byte("Мен келіспеймін")
		}, failed, signing.SigCryptoFailure},
		{"no signed attributes around another type of content", func(f *forged) {
			f.signers[0].attrs = nil
			f.contentType = idUnknownDigest
		}, failed, signing.FormatFailure},
		{"signed attributes passed off as content", func(f *forged) {
			f.content = der.Set(f.signers[0].attrs...)
			f.signers[0].attrs = nil
		}, failed, signing.FormatFailure},
		{"no content-type", func(f *forged) { f.signers[0].attrs = [][]byte{attrDigest, attrESS(key.Certificate)} }, failed, signing.FormatFailure},
		{"no message-digest", func(f *forged) { f.signers[0].attrs = [][]byte{attrContentType, attrESS(key.Certificate)} }, failed, signing.FormatFailure},
		{"two message-digests", func(f *forged) { f.signers[0].attrs = append(f.signers[0].attrs, attrDigest) }, failed, signing.FormatFailure},
		{"two content-types", func(f *forged) { f.signers[0].attrs = append(f.signers[0].attrs, attrContentType) }, failed, signing.FormatFailure},
		{"message-digest of two values", func(f *forged) {
			f.signers[0].attrs[1] = attr(idMessageDigest, der.Octets(forgedSHA256), der.Octets(forgedSHA256))
		}, failed, signing.FormatFailure},
		{"message-digest without a value", func(f *forged) { f.signers[0].attrs[1] = attr(idMessageDigest) }, failed, signing.FormatFailure},
		{"content-type of something else", func(f *forged) {
			f.signers[0].attrs[0] = attr(idContentType, der.OID(idUnknownDigest))
		}, failed, signing.FormatFailure},
		{"content changed", func(f *forged) { f.content = []byte("Мен келіспеймін") }, failed, signing.HashFailure},
		{"signature value changed", func(f *forged) { f.signers[0].flip = true }, failed, signing.SigCryptoFailure},
		{"signed by another key", func(f *forged) { f.signers[0].key.Signer = head.Signer }, failed, signing.SigCryptoFailure},
		{"certificate swapped for a colleague's", func(f *forged) {
			f.signers[0].sid = der.Sequence(head.Certificate.Issuer.Raw, der.Int(head.Certificate.Serial))
			f.certificates = append(f.certificates, head.Certificate.Raw)
		}, failed, signing.SigCryptoFailure},
		{"signing-certificate of another", func(f *forged) { f.signers[0].attrs[2] = attrESS(head.Certificate) }, unsure, signing.NoSigningCertificateFound},
		{"signing-certificate twice", func(f *forged) {
			f.signers[0].attrs = append(f.signers[0].attrs, attrESS(key.Certificate))
		}, unsure, signing.NoSigningCertificateFound},
		{"signing-certificate absent", func(f *forged) { f.signers[0].attrs = f.signers[0].attrs[:2] }, ok, ""},
		{"certificate absent", func(f *forged) { f.certificates = f.certificates[1:] }, unsure, signing.NoSigningCertificateFound},
		{"rogue signer, a citizen's certificate first in the bag", func(f *forged) {
			f.signers[0].key = rogue
			f.signers[0].sid = der.Sequence(rogue.Certificate.Issuer.Raw, der.Int(rogue.Certificate.Serial))
			f.signers[0].attrs[2] = attrESS(rogue.Certificate)
			f.certificates = [][]byte{key.Certificate.Raw, rogue.Certificate.Raw, stranger.Issuing().Raw, stranger.Root().Raw}
		}, unsure, signing.NoCertificateChainFound},
		{"second signer is bad", func(f *forged) {
			second := f.signers[0]
			second.flip = true
			f.signers = append(f.signers, second)
		}, failed, signing.SigCryptoFailure},
		{"unknown digest", func(f *forged) { f.signers[0].digest = der.Algorithm(idUnknownDigest) }, unsure, signing.CryptoConstraintsFailure},
		{"digest that the signature algorithm does not sign", func(f *forged) {
			f.signers[0].digest = der.Algorithm(certs.SHA512.OID)
		}, unsure, signing.CryptoConstraintsFailure},
		{"signature algorithm of another key type", func(f *forged) {
			f.signers[0].algorithm = der.Algorithm(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11})
		}, unsure, signing.CryptoConstraintsFailure},
	}
	for _, test := range tests {
		f := honest(pki, key)
		test.change(f)
		got := verify(t, pki.Verifier, f.bytes(t), signing.Question{})
		if got.Indication != test.indication || got.SubIndication != test.subIndication {
			t.Errorf("%s: %s\nwant %s %s", test.name, signtest.Explain(got), test.indication, test.subIndication)
		}
	}
}

// The expected person must be among the signers, and then the others need not
// be that person.
func TestOneOfTwoSignersIsTheApplicant(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key, head := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	f := honest(pki, key)
	f.signers = append(f.signers, honest(pki, head).signers...)
	f.certificates = append(f.certificates, head.Certificate.Raw)
	cms := f.bytes(t)
	for iin, want := range map[certs.IIN]signing.Acceptance{
		"900701300108": signing.Accepted,
		"850101010003": signing.Accepted,
		"851231401208": signing.Refused,
	} {
		if got := verify(t, pki.Verifier, cms, signing.Question{IIN: iin}); got.Acceptance != want {
			t.Errorf("asked about %v: %s", iin, signtest.Explain(got))
		}
	}
}

func TestBytesThatAreNoSignature(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	good := pki.Signed([]byte("content"), pki.Person(signtest.Applicant()))
	tests := map[string][]byte{
		"empty":             {},
		"text":              []byte("Құрметті қызметкер!"),
		"wrong base64":      []byte("MIIB===="),
		"half base64":       []byte("MIIBa"),
		"PEM of nothing":    []byte("-----BEGIN CMS-----\n-----END CMS-----\n"),
		"PEM cut short":     []byte("-----BEGIN CMS-----\nMIIB"),
		"certificate":       pki.Authority.Root().Raw,
		"zip":               []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00"),
		"zeros":             make([]byte, 30<<20),
		"deep":              bytes.Repeat([]byte{0x30, 0x80}, 15<<20),
		"deep octets":       bytes.Repeat([]byte{0x24, 0x80}, 15<<20),
		"announces 4 GiB":   {0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x06},
		"sets without end":  bytes.Repeat([]byte{0x31, 0x80}, 1000),
		"good, then itself": append(bytes.Clone(good), good...),
	}
	for name, b := range tests {
		got := verify(t, pki.Verifier, b, signing.Question{})
		if got.Indication != signing.TotalFailed || got.SubIndication != signing.FormatFailure || len(got.Signers) != 0 {
			t.Errorf("%s: %s", name, signtest.Explain(got))
		}
	}
	for n := range good {
		if got := verify(t, pki.Verifier, good[:n], signing.Question{}); got.SubIndication != signing.FormatFailure {
			t.Fatalf("cut to %d bytes: %s", n, signtest.Explain(got))
		}
	}
	tooLarge := map[string][]byte{
		"long text":              bytes.Repeat([]byte("A"), 30<<20),
		"above the limit":        make([]byte, signing.MaxSize+1),
		"many elements":          der.Sequence(bytes.Repeat([]byte{5, 0}, 15<<20)),
		"many elements, BER":     append([]byte{0x30, 0x80}, bytes.Repeat([]byte{5, 0}, 15<<20)...),
		"many pieces of content": append([]byte{0x24, 0x80}, bytes.Repeat([]byte{4, 0}, 15<<20)...),
	}
	for name, b := range tooLarge {
		got, err := pki.Verifier.VerifyCMS(context.Background(), b, signing.Question{})
		if !errors.Is(err, signing.ErrTooLarge) && (err != nil || got.SubIndication != signing.FormatFailure) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzVerifyCMS(f *testing.F) {
	pki := signtest.New(f, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	good := pki.Signed([]byte("content"), key)
	f.Add(good)
	f.Add(indefinite(good))
	f.Add(pki.Detached([]byte("content"), key))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := pki.Verifier.VerifyCMS(context.Background(), b, signing.Question{Content: []byte("content")})
		if err != nil {
			t.Fatal(err)
		}
		if !got.Passed() {
			return
		}
		for _, s := range got.Signers {
			if !strings.HasPrefix(s.Certificate.Subject, "CN=СЕЙІТҚАЛИ") {
				t.Fatalf("passes as signed by %s", s.Certificate.Subject)
			}
		}
	})
}
