package pkcs12

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"hash"
	"unicode/utf16"
	"unicode/utf8"

	"tamga/certs"
	"tamga/certs/der"
)

var oidPBMAC1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}

// integrity is MacData (RFC 7292 section 4): an HMAC over the safes.
type integrity struct {
	name       string
	hash       func() hash.Hash // nil when the algorithm is not supported
	mac        []byte
	salt       []byte
	iterations int
}

func parseIntegrity(r *der.Reader) (*integrity, error) {
	bad := malformed("integrity code")
	data, err := r.Enter(der.SequenceTag)
	if err != nil {
		return nil, bad
	}
	info, err := data.Enter(der.SequenceTag)
	if err != nil {
		return nil, bad
	}
	alg, err := readAlgorithm(info)
	if err != nil {
		return nil, bad
	}
	mac, err := info.Expect(der.OctetString)
	if err != nil || info.Done() != nil {
		return nil, bad
	}
	salt, err := data.Expect(der.OctetString)
	if err != nil {
		return nil, bad
	}
	m := &integrity{mac: mac.Body, salt: salt.Body, iterations: 1}
	m.name, m.hash = macHash(alg.OID)
	if !data.Empty() {
		if m.iterations, err = data.ReadInt(); err != nil || data.Done() != nil {
			return nil, bad
		}
	}
	return m, nil
}

// macHash finds the hash of the integrity code.
func macHash(oid asn1.ObjectIdentifier) (string, func() hash.Hash) {
	known := []struct {
		digest certs.Digest
		hash   func() hash.Hash
	}{
		{certs.SHA1, sha1.New}, {certs.SHA256, sha256.New},
		{certs.SHA384, sha512.New384}, {certs.SHA512, sha512.New},
	}
	for _, k := range known {
		if k.digest.OID.Equal(oid) {
			return "HMAC-" + k.digest.Name, k.hash
		}
	}
	if oid.Equal(oidPBMAC1) {
		return "PBMAC1", nil
	}
	return oid.String(), nil
}

// verify checks the code over the safes and returns the password in the forms
// that decryption needs. An empty password is tried in both forms that are in
// use: two zero bytes, and nothing at all.
func (m *integrity) verify(safes []byte, text string, w *work) (password, error) {
	if m.hash == nil {
		return password{}, fmt.Errorf("%w: integrity code %s", ErrUnsupported, m.name)
	}
	p, err := newPassword(text)
	if err != nil {
		return password{}, err
	}
	forms := []password{p}
	if text == "" {
		forms = append(forms, password{})
	}
	for _, form := range forms {
		if err := w.spend(m.iterations); err != nil {
			return password{}, err
		}
		d := derivation{hash: m.hash, password: form.wide, salt: m.salt, iterations: m.iterations}
		h := hmac.New(m.hash, d.derive(purposeMAC, m.hash().Size()))
		h.Write(safes)
		if hmac.Equal(h.Sum(nil), m.mac) {
			return form, nil
		}
	}
	return password{}, ErrPassword
}

// password is a password in its two forms: as PBKDF2 takes it, and in 16-bit
// units with a zero one at the end, as PKCS#12 takes it (RFC 7292 appendix
// B.1).
type password struct {
	text string
	wide []byte
}

func newPassword(text string) (password, error) {
	if !utf8.ValidString(text) {
		return password{}, ErrPassword
	}
	p := password{text: text}
	for _, unit := range utf16.Encode([]rune(text + "\x00")) {
		p.wide = binary.BigEndian.AppendUint16(p.wide, unit)
	}
	return p, nil
}

// purpose is the ID of RFC 7292 appendix B.3: what the derived bytes are for.
type purpose byte

const (
	purposeKey purpose = 1
	purposeIV  purpose = 2
	purposeMAC purpose = 3
)

// derivation is the key derivation of RFC 7292 appendix B.2.
type derivation struct {
	hash       func() hash.Hash
	password   []byte
	salt       []byte
	iterations int
}

// derive returns n bytes. The letters are those of the appendix.
func (d derivation) derive(id purpose, n int) []byte {
	h := d.hash()
	v := h.BlockSize()
	diversifier := make([]byte, v)
	for i := range diversifier {
		diversifier[i] = byte(id)
	}
	input := append(fill(d.salt, v), fill(d.password, v)...) // I = S || P
	var out []byte
	for {
		h.Reset()
		h.Write(diversifier)
		h.Write(input)
		a := h.Sum(nil)
		for range d.iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= n {
			return out[:n]
		}
		b := fill(a, v)
		for i := 0; i < len(input); i += v {
			addOne(input[i:i+v], b)
		}
	}
}

// fill repeats b to the next multiple of v bytes, the last copy cut short.
func fill(b []byte, v int) []byte {
	if len(b) == 0 {
		return nil
	}
	out := make([]byte, (len(b)+v-1)/v*v)
	for i := range out {
		out[i] = b[i%len(b)]
	}
	return out
}

// addOne sets x to x + b + 1, both big-endian and of the same length, the
// carry dropped.
func addOne(x, b []byte) {
	carry := 1
	for i := len(x) - 1; i >= 0; i-- {
		carry += int(x[i]) + int(b[i])
		x[i] = byte(carry)
		carry >>= 8
	}
}
