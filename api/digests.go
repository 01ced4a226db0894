package api

import (
	"encoding/hex"
	"strings"

	"tamga/certs"
)

// readDigest reads a digest in hexadecimal under the name of its algorithm.
func readDigest(pointer, name, value string) (certs.Digest, []byte, error) {
	digest, ok := certs.DigestByName(name)
	if !ok {
		return digest, nil, badField(pointer, "unknown", "none of the digest algorithms: "+strings.Join(certs.DigestNames(), ", "))
	}
	sum, err := hex.DecodeString(value)
	if err != nil || len(sum) != digest.New().Size() {
		return digest, nil, badField(pointer, "digest", "is not a digest of "+digest.Name+" in hexadecimal")
	}
	return digest, sum, nil
}
