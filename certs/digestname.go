package certs

import "strings"

// DigestByName finds a digest algorithm by the name that [Digest.Name] has,
// whatever its letter case, or by its object identifier in digits and dots;
// false when it is not known.
func DigestByName(name string) (Digest, bool) {
	for _, d := range digests {
		if strings.EqualFold(d.Name, name) || d.OID.String() == name {
			return d, true
		}
	}
	return Digest{}, false
}

// DigestNames returns the names of the digest algorithms.
func DigestNames() []string {
	names := make([]string, len(digests))
	for i, d := range digests {
		names[i] = d.Name
	}
	return names
}
