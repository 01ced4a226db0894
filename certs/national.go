package certs

import "encoding/hex"

// NationalCA is what the program knows of a production certification authority
// of Kazakhstan: facts to recognise its certificate by and to fetch it from,
// never the certificate itself. Addresses that no official certificate or
// public register gave are empty.
type NationalCA struct {
	Name     string // common name, as the certificate has it
	SHA256   string // of the certificate, hexadecimal
	Root     bool   // self-signed: a trust anchor; others are intermediates
	URL      string // of the certificate
	CRL      string // of the list that this authority issues
	DeltaCRL string
}

// NationalCAs returns the production authorities, the newest generation first.
// Source: the certificates themselves and the registers at root.gov.kz and
// pki.gov.kz.
func NationalCAs() []NationalCA {
	const root, nca = "НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ", "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ"
	return []NationalCA{
		{
			Name: root + " (GOST) 2022", Root: true,
			SHA256: "af77725f8328bb24f89d81da3acdf7cee4324248538b7ba2cd2a860517fb9dca",
			URL:    "http://root.gov.kz/cert/root_gost2015_2022.cer",
			CRL:    "http://crl.root.gov.kz/gost2015_2022.crl",
		},
		{
			Name:     nca + " (GOST) 2022",
			SHA256:   "32c7d233a42703a327f3025543a05b930e3f39a786c68dfa196baa86d5618524",
			URL:      "http://pki.gov.kz/cert/nca_gost_2022.cer",
			CRL:      "http://crl.pki.gov.kz/nca_gost_2022.crl",
			DeltaCRL: "http://crl.pki.gov.kz/nca_d_gost_2022.crl",
		},
		{
			Name: root + " (RSA)", Root: true, // 2020
			SHA256: "9ba06354b626641715182e4d07c9dbaa1777720fa795d03174ffc68876535dcd",
			URL:    "http://root.gov.kz/cert/root_rsa_2020.cer",
			CRL:    "http://crl.root.gov.kz/rsa2020.crl",
		},
		{
			Name:     nca + " (RSA) 2022",
			SHA256:   "84fb799a66140950818c056a5d9730acc2a7622cdd4ef0d47113b132fb892905",
			CRL:      "http://crl.pki.gov.kz/nca_rsa_2022.crl",
			DeltaCRL: "http://crl.pki.gov.kz/nca_d_rsa_2022.crl",
		},
		{
			Name: root + " (GOST)", Root: true, // 2020
			SHA256: "c48164ab5ccaaee6b938299a1e3aeebd6f698bb2bd716a0f0d85befc46166aa2",
			CRL:    "http://crl.root.gov.kz/gost2020.crl",
		},
		{
			Name:   "Удостоверяющий центр Государственных органов",
			SHA256: "eb5a5318299db447a46619d2a541f026b52c1fce8a1d371262da8f6f2d7bb6f5",
		},
		{
			Name:   "BTSD CA",
			SHA256: "74bb80edf34f4594e5e69b79029c64214e67630e3d16b82f952ab6e5956c5fa8",
		},
		{
			Name: root + " (GOST)", Root: true, // 2015
			SHA256: "9ab210e54e6b0343321131202d9edcc2598f598cfdd9ee4ec1056021ab2e9759",
			URL:    "http://root.gov.kz/cert/root_gost.cer",
			CRL:    "http://crl.root.gov.kz/gost.crl",
		},
		{
			Name: root + " (RSA)", Root: true, // 2015
			SHA256: "a7064abc5699827f370c67b09f1a1bfd7ad5e1514d471223df209c08300ea972",
			URL:    "http://root.gov.kz/cert/root_rsa.cer",
			CRL:    "http://crl.root.gov.kz/rsa.crl",
		},
		{
			Name:   nca + " (GOST)", // 2018
			SHA256: "908521d0531e5645e64b34d3588374a3a83582c860e5f7293a04c41217e8cc18",
		},
		{
			Name:   nca + " (RSA)", // 2018
			SHA256: "34d1b311a9873191ae3382805df51e0a5da23315c512a8deeb885668ceeb5834",
		},
	}
}

// National returns what is known of a certificate as a production authority of
// Kazakhstan; false when its fingerprint is none of theirs.
func (c *Certificate) National() (NationalCA, bool) {
	own := hex.EncodeToString(c.fingerprint[:])
	for _, ca := range NationalCAs() {
		if ca.SHA256 == own {
			return ca, true
		}
	}
	return NationalCA{}, false
}
