package pades

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rc4"
	"crypto/sha256"
	"fmt"
)

// decrypt returns the plain bytes, in memory of their own.
func (e *encryption) decrypt(ref Ref, m method, data []byte) ([]byte, error) {
	switch m {
	case rc4Method:
		c, err := rc4.NewCipher(e.objectKey(ref, m))
		if err != nil {
			return nil, err
		}
		out := make([]byte, len(data))
		c.XORKeyStream(out, data)
		return out, nil
	case aesMethod:
		return decryptCBC(e.objectKey(ref, m), data)
	}
	return data, nil
}

// decryptCBC undoes AES in CBC mode: the initialisation vector comes first, and the
// padding of RFC 8018 last.
func decryptCBC(key, data []byte) ([]byte, error) {
	if len(data) == 0 {
		return nil, nil // as some programs write what is empty
	}
	if len(data) < 2*aes.BlockSize || len(data)%aes.BlockSize != 0 {
		return nil, errCipher
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(data)-aes.BlockSize)
	cipher.NewCBCDecrypter(block, data[:aes.BlockSize]).CryptBlocks(out, data[aes.BlockSize:])
	n := int(out[len(out)-1])
	if n < 1 || n > aes.BlockSize || !bytes.Equal(out[len(out)-n:], bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errCipher
	}
	return out[:len(out)-n], nil
}

// encrypt is the reverse of decrypt, by AES alone. The initialisation vector is made
// of the key and of what is encrypted, so that the same revision is written alike
// each time, and nothing else is encrypted under it.
func (e *encryption) encrypt(ref Ref, data []byte) []byte {
	key := e.objectKey(ref, aesMethod)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic("pades: a key of AES has another length") // open has made it
	}
	h := sha256.New()
	fmt.Fprintf(h, "%x %s ", key, ref)
	h.Write(data)
	n := aes.BlockSize - len(data)%aes.BlockSize
	out := append(h.Sum(nil)[:aes.BlockSize:aes.BlockSize], data...)
	out = append(out, bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, out[:aes.BlockSize]).CryptBlocks(out[aes.BlockSize:], out[aes.BlockSize:])
	return out
}

// toleratesMissingMAC is the bit of /P without which a file must be authenticated as a
// whole (ISO/TS 32004); older programs set it.
const toleratesMissingMAC = 1 << 12
