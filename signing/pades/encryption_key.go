package pades

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"slices"
)

// parameters are the entries of the standard security handler (7.6.4.2).
type parameters struct {
	version, revision int64
	length            int // of the key, in bytes
	permissions       uint32
	metadata          bool
	o, u, oe, ue      []byte
	perms             []byte
}

func readParameters(dict Dict) (p parameters, err error) {
	if p.version, err = dict.integer("V", 0, 0, 100); err != nil {
		return p, err
	}
	if p.revision, err = dict.integer("R", 0, 0, 100); err != nil {
		return p, err
	}
	bits, err := dict.integer("Length", 40, 0, 1<<16)
	if err != nil {
		return p, err
	}
	switch {
	case p.version == 1:
		bits = 40
	case p.version == 4:
		bits = 128
	case p.version == 2 && (bits%8 != 0 || bits < 40 || bits > 128):
		return p, syntaxError(-1, "a key of %d bits in the encryption", bits)
	}
	p.length = int(bits / 8)
	permissions, err := dict.integer("P", 0, -1<<31, 1<<32-1)
	if err != nil {
		return p, err
	}
	if m := dict.Get("EncryptMetadata"); m != nil && m != Object(true) && m != Object(false) {
		return p, syntaxError(-1, "/EncryptMetadata is neither true nor false")
	}
	p.permissions, p.metadata = uint32(permissions), dict.Get("EncryptMetadata") != false
	for _, s := range []struct {
		key  Name
		into *[]byte
	}{{"O", &p.o}, {"U", &p.u}, {"OE", &p.oe}, {"UE", &p.ue}, {"Perms", &p.perms}} {
		text, ok := dict.Get(s.key).(String)
		if dict.Get(s.key) != nil && !ok || text.Malformed {
			return p, syntaxError(-1, "/%s of the encryption is not a string", s.key)
		}
		*s.into = text.Value
	}
	need := 32
	if p.version == 5 {
		need = 48
	}
	if len(p.o) < need || len(p.u) < need || p.version == 5 && (len(p.ue) < 32 || len(p.perms) < 16) {
		return p, syntaxError(-1, "the dictionary of the encryption lacks what its keys are made with")
	}
	p.o, p.u = p.o[:need], p.u[:need] // some programs pad them
	return p, nil
}

// passwordPadding stands for the empty password (7.6.4.3.2).
const passwordPadding = "\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08" +
	"\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A"

// olderKey is the key of the empty user password below version 5 (algorithms 2, 4, 5
// and 6), nil when the file has another one.
func (p parameters) olderKey(id []byte) []byte {
	h := md5.New()
	h.Write([]byte(passwordPadding))
	h.Write(p.o)
	h.Write(binary.LittleEndian.AppendUint32(nil, p.permissions))
	h.Write(id)
	if p.revision >= 4 && !p.metadata {
		h.Write([]byte{0xFF, 0xFF, 0xFF, 0xFF})
	}
	key := h.Sum(nil)
	if p.revision >= 3 {
		for range 50 {
			sum := md5.Sum(key[:p.length])
			key = sum[:]
		}
	}
	key = key[:p.length]
	if p.revision == 2 {
		if !bytes.Equal(rc4Of(key, []byte(passwordPadding)), p.u) {
			return nil
		}
		return key
	}
	sum := md5.Sum(append([]byte(passwordPadding), id...))
	check := sum[:]
	for i := range byte(20) {
		mixed := bytes.Clone(key)
		for k := range mixed {
			mixed[k] ^= i
		}
		check = rc4Of(mixed, check)
	}
	if !bytes.Equal(check, p.u[:16]) {
		return nil
	}
	return key
}

func rc4Of(key, data []byte) []byte {
	c, err := rc4.NewCipher(key)
	if err != nil {
		return nil // of a key of no length, which readParameters lets no one have
	}
	out := make([]byte, len(data))
	c.XORKeyStream(out, data)
	return out
}

// newerKey is the key of the empty user password of version 5 (ISO 32000-2,
// algorithms 2.A and 13), nil when the file has another one.
func (p parameters) newerKey() ([]byte, error) {
	key, err := p.keyWithin(p.u, p.ue, nil)
	if err != nil || key == nil {
		return nil, err
	}
	// Some programs try the empty password as that of the owner first, who may have
	// put another key there: they would decrypt another document.
	if owners, err := p.keyWithin(p.o, p.oe, p.u); err != nil || owners != nil && !bytes.Equal(owners, key) {
		return nil, errTwoKeys
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, aes.BlockSize)
	block.Decrypt(plain, p.perms[:16])
	// What is read in clear and what is not is sealed here.
	if string(plain[9:12]) != "adb" || plain[8] == 'T' && !p.metadata || plain[8] == 'F' && p.metadata {
		return nil, syntaxError(-1, "/Perms of the encryption contradicts the dictionary")
	}
	return key, nil
}

// errTwoKeys means that the empty password opens the file in two ways.
var errTwoKeys = syntaxError(-1, "the empty password of the owner opens the file with another key than that of a user")

// keyWithin returns the key that the empty password opens: of an entry with a hash and
// two salts, the encrypted key that belongs to it, and for the owner's what the hash is
// made over too. It is nil when the password is another one.
func (p parameters) keyWithin(entry, encrypted, more []byte) ([]byte, error) {
	digest := hardened
	if p.revision == 5 { // of Adobe's extension level 3
		digest = func(salt, more []byte) []byte { sum := sha256.Sum256(slices.Concat(salt, more)); return sum[:] }
	}
	if !bytes.Equal(digest(entry[32:40], more), entry[:32]) {
		return nil, nil
	}
	if len(encrypted) < 32 {
		return nil, syntaxError(-1, "the dictionary of the encryption lacks what its keys are made with")
	}
	block, err := aes.NewCipher(digest(entry[40:48], more))
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	cipher.NewCBCDecrypter(block, make([]byte, aes.BlockSize)).CryptBlocks(key, encrypted[:32])
	return key, nil
}

// hardened is the hash of the empty password with a salt, and of the owner's with the
// entry of the user (ISO 32000-2, algorithm 2.B).
func hardened(salt, more []byte) []byte {
	sum := sha256.Sum256(slices.Concat(salt, more))
	k := sum[:]
	for round := 0; ; round++ {
		e := bytes.Repeat(slices.Concat(k, more), 64)
		block, err := aes.NewCipher(k[:16])
		if err != nil {
			return nil // 16 bytes are a key
		}
		cipher.NewCBCEncrypter(block, k[16:32]).CryptBlocks(e, e)
		rest := 0
		for _, b := range e[:16] {
			rest += int(b)
		}
		switch rest % 3 {
		case 0:
			sum := sha256.Sum256(e)
			k = sum[:]
		case 1:
			sum := sha512.Sum384(e)
			k = sum[:]
		default:
			sum := sha512.Sum512(e)
			k = sum[:]
		}
		if round >= 63 && int(e[len(e)-1]) <= round-31 {
			return k[:32]
		}
	}
}
