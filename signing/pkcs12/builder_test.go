package pkcs12

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"testing"
	"time"
	"unicode/utf16"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/gost"
)

// testPassword opens every store that the builder makes.
const testPassword = "құпия сөз"

// noon is a time in the lives of all test certificates.
var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// authority makes a demo authority.
func authority(t testing.TB, f ca.Family) *ca.Authority {
	a, err := ca.New(f, noon, ca.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// person makes a holder.
func person(t testing.TB, a *ca.Authority) ca.Holder {
	h, err := a.Issue(ca.Person{Surname: "СЕРІКОВА", GivenName: "ӘСЕМ", IIN: "900701300108"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func int64Value(n int) []byte { return der.Int(big.NewInt(int64(n))) }

func explicit(b []byte) []byte { return der.Encode(der.ContextConstructed(0), b) }

func info(kind asn1.ObjectIdentifier, content []byte) []byte {
	return der.Sequence(der.OID(kind), explicit(content))
}

// pfx wraps safes with an integrity code of one iteration, which is right.
func pfx(safes []byte) []byte {
	p, err := newPassword(testPassword)
	if err != nil {
		return nil
	}
	salt := []byte("salt of mac")
	d := derivation{hash: sha256.New, password: p.wide, salt: salt, iterations: 1}
	h := hmac.New(sha256.New, d.derive(purposeMAC, sha256.Size))
	h.Write(safes)
	return der.Sequence(int64Value(3), info(oidData, der.Octets(safes)), der.Sequence(
		der.Sequence(der.Algorithm(certs.SHA256.OID), der.Octets(h.Sum(nil))), der.Octets(salt)))
}

func bagOf(kind int, value []byte, attributes ...[]byte) []byte {
	id := append(append(asn1.ObjectIdentifier{}, oidBags...), kind)
	var set []byte
	if len(attributes) > 0 {
		set = der.Set(attributes...)
	}
	return der.Sequence(der.OID(id), explicit(value), set)
}

func certificateBag(c *certs.Certificate, attributes ...[]byte) []byte {
	return bagOf(3, der.Sequence(der.OID(oidX509), explicit(der.Octets(c.Raw))), attributes...)
}

func localID(id string) []byte {
	return der.Sequence(der.OID(oidLocalKeyID), der.Set(der.Octets([]byte(id))))
}

func friendly(name string) []byte {
	var wide []byte
	for _, u := range utf16.Encode([]rune(name)) {
		wide = append(wide, byte(u>>8), byte(u))
	}
	return der.Sequence(der.OID(oidFriendlyName), der.Set(der.Encode(0x1e, wide)))
}

func plainKey(t testing.TB, key crypto.Signer) []byte {
	var b []byte
	var err error
	if k, ok := key.(*gost.PrivateKey); ok {
		b, err = gost.MarshalPKCS8PrivateKey(k)
	} else {
		b, err = x509.MarshalPKCS8PrivateKey(key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// encryptionOf is PBES2 with HMAC-SHA-256 and AES-256: its identifier and the
// data under it.
func encryptionOf(t testing.TB, plain []byte, iterations int) (id, data []byte) {
	salt, iv := []byte("8 bytes!"), []byte("sixteen bytes iv")
	key, err := pbkdf2.Key(sha256.New, testPassword, salt, min(iterations, 1000), 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	pad := 16 - len(plain)%16
	for range pad {
		plain = append(plain[:len(plain):len(plain)], byte(pad))
	}
	data = make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(data, plain)
	prf := append(append(asn1.ObjectIdentifier{}, oidHMAC...), 9)
	aes256 := append(append(asn1.ObjectIdentifier{}, oidAES...), 42)
	id = der.Sequence(der.OID(oidPBES2), der.Sequence(
		der.Sequence(der.OID(oidPBKDF2), der.Sequence(der.Octets(salt), int64Value(iterations), der.Algorithm(prf))),
		der.Sequence(der.OID(aes256), der.Octets(iv))))
	return id, data
}

func shroudedBag(t testing.TB, key crypto.Signer, iterations int, attributes ...[]byte) []byte {
	id, data := encryptionOf(t, plainKey(t, key), iterations)
	return bagOf(2, der.Sequence(id, der.Octets(data)), attributes...)
}

// plainSafe and encryptedSafe make elements of the authenticated safe.
func plainSafe(bags ...[]byte) []byte { return info(oidData, der.Octets(der.Sequence(bags...))) }

func encryptedSafe(t testing.TB, bags ...[]byte) []byte {
	id, data := encryptionOf(t, der.Sequence(bags...), 1)
	return info(oidEncryptedData, der.Sequence(int64Value(0),
		der.Sequence(der.OID(oidData), id, der.Encode(der.Context(0), data))))
}
