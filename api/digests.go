package api

import (
	"encoding/hex"
	"strings"

	"tamga/certs"
	"tamga/signing"
)

// readDigest reads a digest in hexadecimal under the name of its algorithm.
func readDigest(pointer, name, value string) (signing.ContentDigest, error) {
	digest, ok := certs.DigestByName(name)
	if !ok {
		return signing.ContentDigest{}, badField(pointer, "unknown", "none of the digest algorithms: "+strings.Join(certs.DigestNames(), ", "))
	}
	sum, err := hex.DecodeString(value)
	if err != nil || len(sum) != digest.New().Size() {
		return signing.ContentDigest{}, badField(pointer, "digest", "is not a digest of "+digest.Name+" in hexadecimal")
	}
	return signing.ContentDigest{Digest: digest, Value: sum}, nil
}
