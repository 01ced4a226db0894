package signing

// Material is what a signature needs to be judged long after it was made:
// certificates of the paths of its signers and timestamp authorities, and what
// says that they were not revoked (EN 319 122-1 section 5.4, EN 319 142-1
// section 5.4.2). Each element is a complete DER encoding.
type Material struct {
	Certificates [][]byte
	CRLs         [][]byte
	OCSPs        [][]byte // OCSPResponse
}

// Add adds what other has and m does not have yet.
func (m *Material) Add(other Material) {
	m.Certificates = union(m.Certificates, other.Certificates)
	m.CRLs = union(m.CRLs, other.CRLs)
	m.OCSPs = union(m.OCSPs, other.OCSPs)
}

func union(have, more [][]byte) [][]byte {
	seen := make(map[string]bool, len(have)+len(more))
	for _, b := range have {
		seen[string(b)] = true
	}
	for _, b := range more {
		if !seen[string(b)] {
			seen[string(b)] = true
			have = append(have, b)
		}
	}
	return have
}
