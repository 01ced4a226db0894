package pkcs12

import (
	"crypto/rand"
	"encoding/asn1"
	"errors"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

// checkSigns signs with the entry's key and verifies under its certificate.
func checkSigns(t *testing.T, e Entry) {
	t.Helper()
	alg, _, err := certs.SigningAlgorithm(e.Key.Public())
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("a licence")
	sig, err := e.Key.Sign(rand.Reader, alg.Digest.Sum(message), alg.Digest.SignerOpts())
	if err != nil {
		t.Fatal(err)
	}
	if err := alg.Verify(e.Certificate.PublicKey, message, sig); err != nil {
		t.Errorf("a signature of the key under its certificate: %v", err)
	}
	if err := alg.Verify(e.Certificate.PublicKey, []byte("a licence!"), sig); !errors.Is(err, certs.ErrSignature) {
		t.Errorf("the signature over other bytes: %v", err)
	}
}

func TestReadEveryFamily(t *testing.T) {
	for _, f := range []ca.Family{ca.RSA, ca.ECDSA, ca.GOST2004, ca.GOST2015} {
		t.Run(f.String(), func(t *testing.T) {
			a := authority(t, f)
			h := person(t, a)
			b := pfx(der.Sequence(
				plainSafe(shroudedBag(t, h.Key, 1000, localID("1"), friendly("Әсемнің кілті"))),
				encryptedSafe(t, certificateBag(h.Certificate, localID("1")), certificateBag(a.Issuing())),
			))
			s, err := Read(b, testPassword)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.Entries) != 1 || len(s.Certificates) != 1 {
				t.Fatalf("%d entries and %d certificates", len(s.Entries), len(s.Certificates))
			}
			e := s.Entries[0]
			if e.FriendlyName != "Әсемнің кілті" || e.Certificate.Fingerprint() != h.Certificate.Fingerprint() {
				t.Errorf("entry %q, certificate of %s", e.FriendlyName, e.Certificate.Subject)
			}
			if s.Certificates[0].Fingerprint() != a.Issuing().Fingerprint() {
				t.Errorf("chain: %s", s.Certificates[0].Subject)
			}
			checkSigns(t, e)
			if _, err := Read(b, testPassword+" "); !errors.Is(err, ErrPassword) {
				t.Errorf("wrong password: %v", err)
			}
		})
	}
}

// TestReadShapes reads stores that are unusual or hostile, all with a right
// integrity code.
func TestReadShapes(t *testing.T) {
	a := authority(t, ca.ECDSA)
	h, other := person(t, a), person(t, a)
	key := func(attributes ...[]byte) []byte { return bagOf(1, plainKey(t, h.Key), attributes...) }
	cert := func(attributes ...[]byte) []byte { return certificateBag(h.Certificate, attributes...) }
	unknownCipher := der.Sequence(der.Algorithm(asn1.ObjectIdentifier{1, 2, 3}), der.Octets(make([]byte, 16)))
	nested := der.Sequence(key(), cert())
	for range maxNesting {
		nested = der.Sequence(bagOf(6, nested))
	}
	for _, c := range []struct {
		name  string
		safes []byte
		want  error
		keys  int
	}{
		{"plain key, matched by its public key", der.Sequence(plainSafe(key(), certificateBag(other.Certificate), cert())), nil, 1},
		{"two keys with identifiers", der.Sequence(plainSafe(
			key(localID("a")), bagOf(1, plainKey(t, other.Key), localID("b")),
			certificateBag(other.Certificate, localID("b")), cert(localID("a")))), nil, 2},
		{"certificates only", der.Sequence(plainSafe(cert())), nil, 0},
		{"nothing", der.Sequence(), nil, 0},
		{"secrets and lists are passed over", der.Sequence(plainSafe(bagOf(5, der.NullValue()), bagOf(4, der.NullValue()), key(), cert())), nil, 1},
		{"as deep as may be", der.Sequence(info(oidData, der.Octets(nested))), nil, 1},
		{"one deeper", der.Sequence(plainSafe(bagOf(6, nested))), ErrUnsupported, 0},
		{"a key without a certificate", der.Sequence(plainSafe(key())), ErrUnsupported, 0},
		{"identifier of another's certificate", der.Sequence(plainSafe(key(localID("1")), certificateBag(other.Certificate, localID("1")))), ErrMalformed, 0},
		{"identifier of no certificate", der.Sequence(plainSafe(key(localID("1")), cert(localID("2")))), ErrUnsupported, 0},
		{"broken key", der.Sequence(plainSafe(bagOf(1, der.Sequence()), cert())), ErrMalformed, 0},
		{"broken certificate", der.Sequence(plainSafe(bagOf(3, der.Sequence(der.OID(oidX509), explicit(der.Octets([]byte{1})))))), ErrMalformed, 0},
		{"certificate of another kind", der.Sequence(plainSafe(bagOf(3, der.Sequence(der.OID(oidData), explicit(der.Octets(nil)))))), ErrUnsupported, 0},
		{"unknown cipher", der.Sequence(plainSafe(bagOf(2, unknownCipher))), ErrUnsupported, 0},
		{"ten million and one iterations", der.Sequence(plainSafe(shroudedBag(t, h.Key, maxIterations+1), cert())), ErrUnsupported, 0},
		{"no iteration", der.Sequence(plainSafe(shroudedBag(t, h.Key, 0), cert())), ErrMalformed, 0},
		{"too many bags", der.Sequence(plainSafe(slices.Repeat([][]byte{bagOf(5, der.NullValue())}, maxBags+1)...)), ErrUnsupported, 0},
		{"too many bags in two safes", der.Sequence(
			plainSafe(slices.Repeat([][]byte{bagOf(5, der.NullValue())}, maxBags)...), plainSafe(bagOf(5, der.NullValue()))), ErrUnsupported, 0},
		{"enveloped", der.Sequence(info(oidEnvelopedData, der.Sequence())), ErrUnsupported, 0},
		{"unknown content", der.Sequence(info(oidSignedData, der.Sequence())), ErrMalformed, 0},
		{"no sequence", der.NullValue(), ErrMalformed, 0},
		{"empty", nil, ErrMalformed, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Read(pfx(c.safes), testPassword)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want == nil && len(s.Entries) != c.keys {
				t.Errorf("%d entries, want %d", len(s.Entries), c.keys)
			}
		})
	}
}

func TestReadOutside(t *testing.T) {
	mac := der.Sequence(der.Sequence(der.Algorithm(oidPBMAC1), der.Octets(nil)), der.Octets(nil))
	endless := der.Sequence(der.Sequence(der.Algorithm(certs.SHA1.OID), der.Octets(make([]byte, 20))),
		der.Octets([]byte("salt")), int64Value(1<<30))
	content := info(oidData, der.Octets(der.Sequence()))
	for _, c := range []struct {
		name string
		file []byte
		want error
	}{
		{"empty", nil, ErrMalformed},
		{"garbage", []byte("-----BEGIN CERTIFICATE-----"), ErrMalformed},
		{"version 1", der.Sequence(int64Value(1), content), ErrMalformed},
		{"no integrity code", der.Sequence(int64Value(3), content), ErrUnsupported},
		{"integrity code of another kind", der.Sequence(int64Value(3), content, mac), ErrUnsupported},
		{"endless integrity code", der.Sequence(int64Value(3), content, endless), ErrUnsupported},
		{"signed", der.Sequence(int64Value(3), info(oidSignedData, der.Sequence())), ErrUnsupported},
		{"bytes at the end", append(pfx(der.Sequence()), 0), ErrMalformed},
		{"too large", make([]byte, maxSize+1), ErrUnsupported},
		{"password that is not UTF-8", nil, ErrMalformed},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := Read(c.file, "x"); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	if _, err := Read(pfx(der.Sequence()), "\xff"); !errors.Is(err, ErrPassword) {
		t.Errorf("password that is not UTF-8: %v", err)
	}
}

func TestDescribe(t *testing.T) {
	a := authority(t, ca.ECDSA)
	h := person(t, a)
	unknown := der.Sequence(der.Algorithm(asn1.ObjectIdentifier{1, 2, 3}), der.Octets(nil))
	d, err := Describe(pfx(der.Sequence(
		plainSafe(shroudedBag(t, h.Key, 7, friendly("кілт")), bagOf(2, unknown)),
		encryptedSafe(t, certificateBag(h.Certificate)),
	)))
	if err != nil {
		t.Fatal(err)
	}
	if d.Integrity == nil || *d.Integrity != (Protection{Algorithm: "HMAC-SHA-256", Iterations: 1, Supported: true}) {
		t.Errorf("integrity: %+v", d.Integrity)
	}
	if len(d.Safes) != 2 || len(d.Safes[0].Bags) != 2 || d.Safes[1].Bags != nil || d.Safes[0].Encryption != nil {
		t.Fatalf("safes: %+v", d.Safes)
	}
	bag := d.Safes[0].Bags[0]
	const pbes2 = "PBES2 with PBKDF2 HMAC-SHA-256, AES-256"
	if bag.Kind != "encrypted private key" || bag.FriendlyName != "кілт" || *bag.Encryption != (Protection{pbes2, 7, true}) {
		t.Errorf("bag: %+v, %+v", bag, bag.Encryption)
	}
	if *d.Safes[0].Bags[1].Encryption != (Protection{"1.2.3", 0, false}) || *d.Safes[1].Encryption != (Protection{pbes2, 1, true}) {
		t.Errorf("encryption: %+v, %+v", d.Safes[0].Bags[1].Encryption, d.Safes[1].Encryption)
	}
}
