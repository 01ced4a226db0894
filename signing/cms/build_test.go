package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"io"
	"math/big"
	"slices"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/gost"
)

// remembering keeps what the key made, so that a second container can be built
// of the same signature.
type remembering struct {
	crypto.Signer
	last []byte
}

func (r *remembering) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	var err error
	r.last, err = r.Signer.Sign(rand, digest, opts)
	return r.last, err
}

// selfSigned makes a certificate for a key, as certificates go here: read, not
// trusted.
func selfSigned(t testing.TB, key crypto.Signer, serial int64) *certs.Certificate {
	spki, err := certs.MarshalPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	s, err := schemeOf(key.Public(), false)
	if err != nil {
		t.Fatal(err)
	}
	name := der.Sequence(der.Set(der.Sequence(der.OID(asnCommonName), der.Text("ҚОЛ ҚОЮШЫ"))))
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	tbs := der.Sequence(der.Encode(der.ContextConstructed(0), der.Int(big.NewInt(2))), der.Int(big.NewInt(serial)), s.id.DER(),
		name, der.Sequence(der.Time(at), der.Time(at.AddDate(1, 0, 0))), name, spki)
	message := tbs
	if !s.whole {
		message = s.digest.Sum(tbs)
	}
	sig, err := key.Sign(rand.Reader, message, s.opts)
	if err != nil {
		t.Fatal(err)
	}
	c, err := certs.Parse(der.Sequence(tbs, s.id.DER(), der.Bits(sig)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var asnCommonName = []int{2, 5, 4, 3}

type keyCase struct {
	name string
	key  crypto.Signer
	opt  Options
}

func keyCases(t testing.TB) []keyCase {
	must := func(k crypto.Signer, err error) crypto.Signer {
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	rsaKey := must(rsa.GenerateKey(rand.Reader, 2048))
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	return []keyCase{
		{"RSA", rsaKey, Options{}},
		{"RSA-PSS", rsaKey, Options{PSS: true}},
		{"P-256", must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), Options{}},
		{"P-384", must(ecdsa.GenerateKey(elliptic.P384(), rand.Reader)), Options{}},
		{"P-521", must(ecdsa.GenerateKey(elliptic.P521(), rand.Reader)), Options{}},
		{"Ed25519", must(ed, err), Options{}},
		{"GOST 2004", must(gost.GenerateKey(gost.CryptoProA(), nil)), Options{}},
		{"GOST 2015", must(gost.GenerateKey(gost.TC26A512(), nil)), Options{}},
	}
}

// What a maker splices is what the library writes when it builds the whole
// container, byte for byte, whatever the lengths are.
func TestMakerEqualsTheLibrary(t *testing.T) {
	for _, c := range keyCases(t) {
		t.Run(c.name, func(t *testing.T) {
			key := &remembering{Signer: c.key}
			cert := selfSigned(t, key, 1)
			others := []*certs.Certificate{selfSigned(t, c.key, -5), selfSigned(t, c.key, 1<<40)}
			for _, chain := range [][]*certs.Certificate{nil, others[:1], others} {
				m, err := NewMaker(key, cert, chain, c.opt)
				if err != nil {
					t.Fatal(err)
				}
				for _, content := range [][]byte{nil, {}, []byte("x"), make([]byte, 127), make([]byte, 128), make([]byte, 70000)} {
					for _, extra := range [][]Attribute{nil, {SigningTime(time.Unix(1e9, 0))}, {SigningTime(time.Unix(4e9, 0)), {ID: asnCommonName, Values: [][]byte{der.Text("b"), der.Text("a")}}}} {
						digest := m.Digest().Sum(content)
						got, err := m.Make(ToSign{Content: content, MessageDigest: digest, Attributes: extra})
						if err != nil {
							t.Fatal(err)
						}
						attrs := slices.Concat(extra, []Attribute{
							{ID: OIDContentType, Values: [][]byte{der.OID(OIDData)}},
							{ID: OIDMessageDigest, Values: [][]byte{der.Octets(digest)}},
							{ID: OIDSigningCertificateV2, Values: [][]byte{SigningCertificateV2(cert)}},
						})
						slices.SortFunc(attrs, func(a, b Attribute) int { return bytes.Compare(a.DER(), b.DER()) })
						want, err := container{
							content: content, certificate: cert, chain: chain, digest: m.scheme.digestIdentifier(),
							algorithm: m.scheme.id, signedAttrs: attrs, signature: key.last,
						}.build()
						if err != nil {
							t.Fatal(err)
						}
						if !bytes.Equal(got, want) {
							t.Fatalf("%d certificates, %d bytes, %d attributes:\n%x, the library\n%x", 1+len(chain), len(content), len(attrs), got, want)
						}
					}
				}
			}
		})
	}
}

// Every kind of key makes what our reader and our algorithms verify.
func TestEveryKeySigns(t *testing.T) {
	for _, c := range keyCases(t) {
		cert := selfSigned(t, c.key, 7)
		m, err := NewMaker(c.key, cert, nil, c.opt)
		if err != nil {
			t.Fatal(err)
		}
		b, err := m.Make(ToSign{Content: []byte("мазмұн"), MessageDigest: m.Digest().Sum([]byte("мазмұн"))})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		verifySigner(t, c.name, b, 0, cert)
	}
	if _, err := NewMaker(keyCases(t)[2].key, selfSigned(t, keyCases(t)[2].key, 1), nil, Options{PSS: true}); !errors.Is(err, certs.ErrAlgorithm) {
		t.Errorf("RSASSA-PSS with an ECDSA key: %v", err)
	}
}

func verifySigner(t *testing.T, name string, b []byte, n int, cert *certs.Certificate) {
	t.Helper()
	sd, err := Read(b)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	si := sd.Signers[n]
	alg, err := certs.SignerInfoAlgorithm(si.Algorithm, si.Digest)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := alg.Verify(cert.PublicKey, si.SignedDER, si.Signature); err != nil {
		t.Errorf("%s: %v", name, err)
	}
	if got, _, _ := Single(si.Signed, OIDMessageDigest); !bytes.Equal(got, der.Octets(alg.Digest.Sum(sd.Content))) {
		t.Errorf("%s: the digest is another", name)
	}
}

// What is added to a container changes nothing that was there, and what is
// there already is not added.
func TestDraftKeepsTheOthers(t *testing.T) {
	cases := keyCases(t)
	first, second := cases[2], cases[7]
	one, two := selfSigned(t, first.key, 1), selfSigned(t, second.key, 2)
	m1, err1 := NewMaker(first.key, one, nil, first.opt)
	m2, err2 := NewMaker(second.key, two, []*certs.Certificate{one}, second.opt)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	content := []byte("мазмұн")
	b, err := m1.Make(ToSign{Content: content, MessageDigest: m1.Digest().Sum(content)})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Edit(b)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(d.DER(), b) {
		t.Errorf("unchanged draft\n%x, read\n%x", d.DER(), b)
	}
	old := d.Signers[0].der()
	info, err := m2.MakeSigner(ToSign{MessageDigest: m2.Digest().Sum(content)})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.AddSigner(m2, info); err != nil {
		t.Fatal(err)
	}
	both := d.DER()
	sd, err := Read(both)
	if err != nil {
		t.Fatal(err)
	}
	if len(sd.Signers) != 2 || len(sd.Certificates) != 2 || len(sd.Digests) != 2 || !bytes.Contains(both, old) || !bytes.Contains(both, info) {
		t.Fatalf("%d signers, %d certificates, %d digests", len(sd.Signers), len(sd.Certificates), len(sd.Digests))
	}
	for i, si := range sd.Signers {
		c := one
		if si.Names(two) {
			c = two
		}
		verifySigner(t, "after adding", both, i, c)
	}
	d.AddCertificates(one.Raw, two.Raw)
	if !bytes.Equal(d.DER(), both) {
		t.Error("certificates are there twice")
	}
	d.AddOCSPs(der.Sequence(der.NullValue()))
	d.AddCRLs(der.Sequence())
	d.AddCRLs(der.Sequence())
	d.Signers[0].AddUnsigned(Attribute{ID: asnCommonName, Values: [][]byte{der.Text("x")}})
	sd, err = Read(d.DER())
	if err != nil {
		t.Fatal(err)
	}
	if sd.Version != 5 || len(sd.CRLs) != 1 || len(sd.OCSPs) != 1 || len(sd.Signers[0].Unsigned) != 1 {
		t.Errorf("version %d, %d lists, %d responses, %d attributes", sd.Version, len(sd.CRLs), len(sd.OCSPs), len(sd.Signers[0].Unsigned))
	}
}

// Additions go where DER wants them, and what was out of order stays so.
func TestInsertKeepsTheOrder(t *testing.T) {
	list := func(s string) [][]byte {
		var l [][]byte
		for _, c := range []byte(s) {
			l = append(l, []byte{c})
		}
		return l
	}
	for _, test := range []struct{ have, add, want string }{
		{"", "b", "b"}, {"bd", "c", "bcd"}, {"bd", "a", "abd"}, {"bd", "e", "bde"}, {"db", "c", "cdb"}, {"bd", "bd", "bd"}, {"db", "b", "db"},
	} {
		if got := insert(list(test.have), list(test.add)...); string(bytes.Join(got, nil)) != test.want {
			t.Errorf("%q + %q = %q, want %q", test.have, test.add, bytes.Join(got, nil), test.want)
		}
	}
}
