package xmldsig

import (
	"testing"

	"tamga/certs"
)

// The identifiers of RFC 9231 for SHA-224 and SHA-3, and neighbours that it does
// not have.
func TestNamesOfRareAlgorithms(t *testing.T) {
	const more, more2007, more2021 = "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2007/05/xmldsig-more#", "http://www.w3.org/2021/04/xmldsig-more#"
	for uri, want := range map[string]string{
		more + "rsa-sha224": "RSA PKCS#1 v1.5, SHA-224", more + "ecdsa-sha224": "ECDSA, SHA-224",
		more2007 + "sha224-rsa-MGF1": "RSASSA-PSS, SHA-224", more2007 + "sha3-224-rsa-MGF1": "RSASSA-PSS, SHA3-224",
		more2007 + "sha3-256-rsa-MGF1": "RSASSA-PSS, SHA3-256", more2007 + "sha3-384-rsa-MGF1": "RSASSA-PSS, SHA3-384",
		more2007 + "sha3-512-rsa-MGF1": "RSASSA-PSS, SHA3-512", more2021 + "ecdsa-sha3-224": "ECDSA, SHA3-224",
		more2021 + "ecdsa-sha3-256": "ECDSA, SHA3-256", more2021 + "ecdsa-sha3-384": "ECDSA, SHA3-384", more2021 + "ecdsa-sha3-512": "ECDSA, SHA3-512",
		more + "rsa-sha3-256": "", more2007 + "ecdsa-sha3-256": "", more + "sha224-rsa-MGF1": "",
	} {
		alg, ok := algorithmByURI(uri)
		if ok != (want != "") || ok && alg.Name() != want {
			t.Errorf("%s is %s, want %q", uri, alg.Name(), want)
		}
	}
	for uri, want := range map[string]certs.Digest{
		more + "sha224": certs.SHA224, more2007 + "sha3-224": certs.SHA3x224, more2007 + "sha3-256": certs.SHA3x256,
		more2007 + "sha3-384": certs.SHA3x384, more2007 + "sha3-512": certs.SHA3x512, more + "sha3-256": {}, more2007 + "sha224": {},
	} {
		if d, _ := digestByURI(uri); d.Name != want.Name {
			t.Errorf("%s is %q, want %q", uri, d.Name, want.Name)
		}
	}
}
