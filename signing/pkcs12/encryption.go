package pkcs12

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"fmt"
	"hash"
	"slices"

	"tamga/certs"
	"tamga/certs/der"
)

// The password-based encryption of PKCS#12 (RFC 7292 appendix C) and PKCS#5
// (RFC 8018 appendix A).
var (
	oidPBE    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1}
	oidPBES2  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMAC   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2}
	oidTDES   = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
	oidAES    = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1}
)

// scheme is a cipher in CBC mode and the length of its key.
type scheme struct {
	name      string
	keyLength int
	ivLength  int
	decrypt   func(key, iv, data []byte) error // in place
}

// encryption is how something is encrypted: the cipher and how its key comes
// from the password.
type encryption struct {
	scheme     scheme
	salt       []byte
	iterations int
	iv         []byte           // PBES2; nil where it is derived
	prf        func() hash.Hash // PBES2; nil for the derivation of PKCS#12
	prfName    string

	// unsupported names what this package does not know; the other fields are
	// then empty, and nothing can be decrypted.
	unsupported string
}

// name describes the encryption for people.
func (e *encryption) name() string {
	switch {
	case e.unsupported != "":
		return e.unsupported
	case e.prf == nil:
		return "PKCS#12 with SHA-1, " + e.scheme.name
	}
	return "PBES2 with PBKDF2 HMAC-" + e.prfName + ", " + e.scheme.name
}

// parseEncryption reads the AlgorithmIdentifier of an encryption. The error is
// [ErrMalformed]; an unknown algorithm is found out by decrypt.
func parseEncryption(raw []byte) (*encryption, error) {
	id, err := certs.ParseAlgorithmIdentifier(raw)
	if err != nil {
		return nil, malformed("encryption algorithm")
	}
	if id.OID.Equal(oidPBES2) {
		return parsePBES2(id.Parameters)
	}
	e := &encryption{}
	switch lastArc(id.OID, oidPBE) {
	case 3:
		e.scheme = tripleDES()
	case 4:
		e.scheme = tripleDES()
		e.scheme.name, e.scheme.keyLength = "2-key triple DES", 16
	case 5:
		e.scheme = rc2Scheme(128)
	case 6:
		e.scheme = rc2Scheme(40)
	default:
		return &encryption{unsupported: id.OID.String()}, nil
	}
	r, err := der.NewReader(id.Parameters).Enter(der.SequenceTag)
	if err != nil {
		return nil, malformed("encryption parameters")
	}
	salt, err := r.Expect(der.OctetString)
	if err != nil {
		return nil, malformed("encryption salt")
	}
	e.salt = salt.Body
	if e.iterations, err = r.ReadInt(); err != nil || r.Done() != nil {
		return nil, malformed("encryption iteration count")
	}
	return e, nil
}

// parsePBES2 reads PBES2-params (RFC 8018 appendix A.4).
func parsePBES2(parameters []byte) (*encryption, error) {
	bad := malformed("PBES2 parameters")
	r, err := der.NewReader(parameters).Enter(der.SequenceTag)
	if err != nil {
		return nil, bad
	}
	derivation, err := readAlgorithm(r)
	if err != nil {
		return nil, bad
	}
	how, err := readAlgorithm(r)
	if err != nil || r.Done() != nil {
		return nil, bad
	}
	e := &encryption{scheme: pbes2Scheme(how.OID)}
	if e.scheme.decrypt == nil || !derivation.OID.Equal(oidPBKDF2) {
		return &encryption{unsupported: "PBES2 with " + derivation.OID.String() + " and " + how.OID.String()}, nil
	}
	iv, err := der.One(how.Parameters)
	if err != nil || iv.Tag != der.OctetString || len(iv.Body) != e.scheme.ivLength {
		return nil, malformed("initialisation vector")
	}
	e.iv = iv.Body
	return e, e.readPBKDF2(derivation.Parameters)
}

func readAlgorithm(r *der.Reader) (certs.AlgorithmIdentifier, error) {
	e, err := r.Expect(der.SequenceTag)
	if err != nil {
		return certs.AlgorithmIdentifier{}, err
	}
	return certs.ParseAlgorithmIdentifier(e.Raw)
}

// readPBKDF2 reads PBKDF2-params (RFC 8018 appendix A.2).
func (e *encryption) readPBKDF2(parameters []byte) error {
	bad := malformed("PBKDF2 parameters")
	r, err := der.NewReader(parameters).Enter(der.SequenceTag)
	if err != nil {
		return bad
	}
	salt, err := r.Expect(der.OctetString)
	if err != nil {
		return bad
	}
	e.salt = salt.Body
	if e.iterations, err = r.ReadInt(); err != nil {
		return bad
	}
	if tag, ok := r.Peek(); ok && tag == der.Integer {
		if n, err := r.ReadInt(); err != nil || n != e.scheme.keyLength {
			return malformed("PBKDF2 key length")
		}
	}
	e.prf, e.prfName = sha1.New, "SHA-1" // the default
	if !r.Empty() {
		id, err := readAlgorithm(r)
		if err != nil {
			return bad
		}
		if e.prf, e.prfName = hmacHash(id.OID); e.prf == nil {
			*e = encryption{unsupported: "PBES2 with PBKDF2 and " + id.OID.String()}
		}
	}
	if r.Done() != nil {
		return bad
	}
	return nil
}

// hmacHash returns the hash of a pseudo-random function (RFC 8018 appendix
// B.1), or nil.
func hmacHash(oid asn1.ObjectIdentifier) (func() hash.Hash, string) {
	switch lastArc(oid, oidHMAC) {
	case 7:
		return sha1.New, "SHA-1"
	case 8:
		return sha256.New224, "SHA-224"
	case 9:
		return sha256.New, "SHA-256"
	case 10:
		return sha512.New384, "SHA-384"
	case 11:
		return sha512.New, "SHA-512"
	}
	return nil, ""
}

// pbes2Scheme finds the cipher (RFC 8018 appendix B.2); zero when it is not
// known.
func pbes2Scheme(oid asn1.ObjectIdentifier) scheme {
	if oid.Equal(oidTDES) {
		return tripleDES()
	}
	switch lastArc(oid, oidAES) {
	case 2:
		return aesScheme(16)
	case 22:
		return aesScheme(24)
	case 42:
		return aesScheme(32)
	}
	return scheme{}
}

// lastArc returns the arc by which oid continues the parent, or -1.
func lastArc(oid, parent asn1.ObjectIdentifier) int {
	if n := len(parent); len(oid) == n+1 && parent.Equal(oid[:n]) {
		return oid[n]
	}
	return -1
}

func aesScheme(size int) scheme {
	return scheme{
		name: fmt.Sprintf("AES-%d", 8*size), keyLength: size, ivLength: aes.BlockSize,
		decrypt: func(key, iv, data []byte) error {
			block, err := aes.NewCipher(key)
			if err != nil {
				return err
			}
			cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
			return nil
		},
	}
}

// tripleDES takes keys of three parts, or of two, the first standing for the
// third.
func tripleDES() scheme {
	return scheme{
		name: "triple DES", keyLength: 24, ivLength: des.BlockSize,
		decrypt: func(key, iv, data []byte) error {
			if len(key) == 16 {
				key = append(slices.Clone(key), key[:8]...)
			}
			block, err := des.NewTripleDESCipher(key)
			if err != nil {
				return err
			}
			cipher.NewCBCDecrypter(block, iv).CryptBlocks(data, data)
			return nil
		},
	}
}

func rc2Scheme(keyBits int) scheme {
	return scheme{
		name: fmt.Sprintf("RC2-%d", keyBits), keyLength: keyBits / 8, ivLength: rc2BlockSize,
		decrypt: func(key, iv, data []byte) error {
			newRC2(key, keyBits).decryptCBC(iv, data)
			return nil
		},
	}
}

// decrypt returns the plain text. The data is not changed.
func (e *encryption) decrypt(data []byte, p password, w *work) ([]byte, error) {
	if e.unsupported != "" {
		return nil, fmt.Errorf("%w: encryption %s", ErrUnsupported, e.unsupported)
	}
	if len(data) == 0 || len(data)%e.scheme.ivLength != 0 {
		return nil, malformed("length of encrypted data")
	}
	if err := w.spend(e.iterations); err != nil {
		return nil, err
	}
	var key []byte
	iv := e.iv
	if e.prf != nil {
		var err error
		if key, err = pbkdf2.Key(e.prf, p.text, e.salt, e.iterations, e.scheme.keyLength); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
		}
	} else {
		d := derivation{hash: sha1.New, password: p.wide, salt: e.salt, iterations: e.iterations}
		key = d.derive(purposeKey, e.scheme.keyLength)
		iv = d.derive(purposeIV, e.scheme.ivLength)
	}
	plain := slices.Clone(data)
	if err := e.scheme.decrypt(key, iv, plain); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return unpad(plain, e.scheme.ivLength)
}

// unpad takes the padding of PKCS#7 away. The integrity code has been verified
// by now, so that the answer is no oracle: whoever could change the data knows
// the password.
func unpad(b []byte, blockSize int) ([]byte, error) {
	n := int(b[len(b)-1])
	if n < 1 || n > blockSize || n > len(b) {
		return nil, malformed("padding of decrypted data")
	}
	for _, c := range b[len(b)-n:] {
		if int(c) != n {
			return nil, malformed("padding of decrypted data")
		}
	}
	return b[:len(b)-n], nil
}
