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

// digestsOf reads the digests of a form, such as "SHA-256:0011…"; several are parted by
// commas.
func digestsOf(value string) (map[string]string, error) {
	if value == "" {
		return nil, nil
	}
	all := map[string]string{}
	for digest := range strings.SplitSeq(value, ",") {
		name, sum, _ := strings.Cut(digest, ":")
		if _, twice := all[name]; twice {
			return nil, badField("/digests", "duplicate", "names an algorithm twice")
		}
		all[name] = sum
	}
	return all, nil
}
