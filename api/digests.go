package api

import (
	"encoding/hex"
	"strings"

	"tamga/certs"
)

// digests are the algorithms that requests can name.
func digests() []certs.Digest {
	return []certs.Digest{
		certs.SHA256, certs.SHA384, certs.SHA512, certs.SHA1,
		certs.GOST34311, certs.Streebog256, certs.Streebog512,
	}
}

// digestNamed finds an algorithm by its name or its object identifier.
func digestNamed(name string) (certs.Digest, bool) {
	for _, d := range digests() {
		if strings.EqualFold(d.Name, name) || d.OID.String() == name {
			return d, true
		}
	}
	return certs.Digest{}, false
}

// readDigest reads a digest in hexadecimal under the name of its algorithm.
func readDigest(pointer, name, value string) (certs.Digest, []byte, error) {
	digest, ok := digestNamed(name)
	if !ok {
		return digest, nil, badField(pointer, "unknown", "none of the digest algorithms: "+digestNames())
	}
	sum, err := hex.DecodeString(value)
	if err != nil || len(sum) != digest.New().Size() {
		return digest, nil, badField(pointer, "digest", "is not a digest of "+digest.Name+" in hexadecimal")
	}
	return digest, sum, nil
}

func digestNames() string {
	var names []string
	for _, d := range digests() {
		names = append(names, d.Name)
	}
	return strings.Join(names, ", ")
}
