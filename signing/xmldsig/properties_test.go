package xmldsig_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing/xmldsig"
	"tamga/signing/xmldsig/xmltree"
)

// withProperty puts other signing certificate properties, and a claimed time,
// into a signature and makes it right again.
func withProperty(t testing.TB, key xmldsig.Key, signed []byte, from, to, property string) []byte {
	t.Helper()
	before, _, after := cut(t, string(signed), from, to)
	file := strings.TrimSuffix(before, from) + property + strings.TrimPrefix(after, to)
	tree, err := xmltree.Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	var digests []*xmltree.Node
	var canonical []byte
	tree.Walk(func(n *xmltree.Node) bool {
		switch {
		case n.Local() == "DigestValue" && n.Parent().Local() == "Reference":
			digests = append(digests, n)
		case n.Local() == "SignedProperties":
			canonical, err = tree.Canonical(n, xmltree.Method{Exclusive: true}, nil, 1<<20)
		}
		return true
	})
	if err != nil || len(digests) != 2 {
		t.Fatal(err, len(digests))
	}
	place := digests[1].Inner()
	file = file[:place.Start] + base64.StdEncoding.EncodeToString(certs.SHA256.Sum(canonical)) + file[place.End:]
	return resigned(t, file, func(info []byte) []byte {
		sum := crypto.SHA256.New()
		sum.Write(info)
		r, s, err := ecdsa.Sign(rand.Reader, key.Signer.(*ecdsa.PrivateKey), sum.Sum(nil))
		if err != nil {
			t.Fatal(err)
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	})
}

func TestSigningCertificate(t *testing.T) {
	key := person(t, ca.ECDSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{Properties: true, At: now()})
	if err != nil {
		t.Fatal(err)
	}
	cert := func(name, digest, more string) string {
		return `<xades:` + name + `><xades:Cert><xades:CertDigest><ds:DigestMethod Algorithm="` + enc + `sha256"/><ds:DigestValue>` + digest +
			`</ds:DigestValue></xades:CertDigest>` + more + `</xades:Cert></xades:` + name + `>`
	}
	own := key.Certificate
	right := base64.StdEncoding.EncodeToString(certs.SHA256.Sum(own.Raw))
	chain := base64.StdEncoding.EncodeToString(certs.SHA256.Sum(key.Chain[0].Raw))
	serial := func(n string) string {
		return `<xades:IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>` + n + `</ds:X509SerialNumber></xades:IssuerSerial>`
	}
	v2 := func(b []byte) string {
		return `<xades:IssuerSerialV2>` + base64.StdEncoding.EncodeToString(b) + `</xades:IssuerSerialV2>`
	}
	names := der.Sequence(der.Encode(der.ContextConstructed(4), own.Issuer.Raw))
	for _, c := range []struct{ name, property, code string }{
		{"version 1", cert("SigningCertificate", right, serial(own.Serial.String())), ""},
		{"version 1, another serial number", cert("SigningCertificate", right, serial("7")), xmldsig.CodeSigningCertificate},
		{"version 1, no serial number", cert("SigningCertificate", right, serial("x")), xmldsig.CodeSignedProperties},
		{"version 2", cert("SigningCertificateV2", right, v2(der.Sequence(names, der.Int(own.Serial)))), ""},
		{"version 2, another serial number", cert("SigningCertificateV2", right, v2(der.Sequence(names, der.Int(key.Chain[0].Serial)))), xmldsig.CodeSigningCertificate},
		{"version 2, malformed", cert("SigningCertificateV2", right, v2(der.Sequence(names))), xmldsig.CodeSignedProperties},
		{"version 2, not DER", cert("SigningCertificateV2", right, v2([]byte("x"))), xmldsig.CodeSignedProperties},
		{"no certificate", `<xades:SigningCertificateV2/>`, xmldsig.CodeSignedProperties},
		{"no digest", `<xades:SigningCertificateV2><xades:Cert/></xades:SigningCertificateV2>`, xmldsig.CodeSignedProperties},
		{"unknown digest", strings.Replace(cert("SigningCertificateV2", right, ""), "sha256", "sha257", 1), xmldsig.CodeDigestAlgorithm},
		{"two properties", cert("SigningCertificate", right, "") + cert("SigningCertificateV2", right, ""), xmldsig.CodeSignedProperties},
		{"the issuer's certificate", cert("SigningCertificateV2", chain, ""), "value"},
		{"none", "", "unbound"},
	} {
		file := withProperty(t, key, signed, "<xades:SigningCertificateV2>", "</xades:SigningCertificateV2>", c.property)
		s := onlySignature(t, file, xmldsig.Supplied{})
		got, bound := "", s.SigningCertificate == xmldsig.Bound
		switch {
		case len(s.Problems) > 0:
			got = s.Problems[0].Code
		case s.Verify(s.Signer().PublicKey) != nil:
			got = "value"
		case !bound:
			got = "unbound"
		}
		if got != c.code {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.code, s.Problems)
		}
	}
}

func TestClaimedTime(t *testing.T) {
	key := person(t, ca.ECDSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{Properties: true, At: now()})
	if err != nil {
		t.Fatal(err)
	}
	for text, right := range map[string]bool{
		"2026-06-01T17:00:00+05:00": true, "2026-06-01T12:00:00Z": true, " 2026-06-01T12:00:00.000Z\n": true,
		"2026-06-01T12:00:00": false, "2026-06-01": false, "0001-01-01T00:00:00Z": false, "0001-01-01T05:00:00+05:00": false, "yesterday": false, "2026-06-01T12:00:00<!---->Z": false,
	} {
		file := withProperty(t, key, signed, "<xades:SigningTime>", "</xades:SigningTime>", fmt.Sprintf("<xades:SigningTime>%s</xades:SigningTime>", text))
		s := onlySignature(t, file, xmldsig.Supplied{})
		if right != (len(s.Problems) == 0 && s.ClaimedTime.Equal(now())) {
			t.Errorf("%q: %v, %v", text, s.ClaimedTime, s.Problems)
		}
	}
}
