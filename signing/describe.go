package signing

import (
	"math/big"
	"strings"

	"tamga/certs"
)

// DescribeCertificate names a certificate for people and programs, its IIN
// masked.
func DescribeCertificate(c *certs.Certificate) *CertificateInfo {
	d := c.Describe()
	return &CertificateInfo{
		Subject: d.Subject, Issuer: d.Issuer, Serial: serialHex(c.Serial),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter, Key: d.Key, KeyUsage: d.KeyUsage, SHA256: d.SHA256,
	}
}

// serialHex writes a serial number in whole bytes.
func serialHex(n *big.Int) string {
	s := n.Text(16)
	if digits := strings.TrimPrefix(s, "-"); len(digits)%2 == 1 {
		s = strings.Replace(s, digits, "0"+digits, 1)
	}
	return s
}

func pathSteps(path certs.Path) []PathStep {
	steps := make([]PathStep, len(path))
	for i, c := range path {
		d := c.Describe()
		steps[i] = PathStep{
			Subject: d.Subject, SHA256: d.SHA256, Algorithm: d.Algorithm,
			NotBefore: c.NotBefore, NotAfter: c.NotAfter, Anchor: i == len(path)-1,
		}
	}
	return steps
}
