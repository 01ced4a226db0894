package xmldsig_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing/xmldsig"
)

// judge is xmlsec1 with the key and the certificate of a person.
type judge struct {
	t       testing.TB
	dir     string
	keyFile string // the private key and the certificate
	cert    string
}

func xmlsec(t testing.TB, key xmldsig.Key) judge {
	judgetest.Need(t, "xmlsec1")
	j := judge{t: t, dir: t.TempDir()}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key.Signer)
	if err != nil {
		t.Fatal(err)
	}
	private := j.file("key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})))
	j.cert = j.file("cert.pem", string(ca.MarshalCertificatePEM(key.Certificate)))
	j.keyFile = private + "," + j.cert
	return j
}

func (j judge) file(name, contents string) string {
	path := filepath.Join(j.dir, name)
	if err := os.WriteFile(path, []byte(contents), 0o600); err != nil {
		j.t.Fatal(err)
	}
	return path
}

// identifiers tells xmlsec1 which attributes are identifiers, which without a
// document type it cannot know.
var xmlsecIdentifiers = []string{
	"--id-attr:Id", "http://schemas.xmlsoap.org/soap/envelope/:Body",
	"--id-attr:Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd:Timestamp",
	"--id-attr:Id", "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd:BinarySecurityToken",
	"--id-attr:Id", "http://www.w3.org/2000/09/xmldsig#:KeyInfo",
	"--id-attr:Id", "http://uri.etsi.org/01903/v1.3.2#:SignedProperties",
	"--id-attr:Id", "urn:licence:licence",
}

func (j judge) accepts(file []byte) bool {
	j.t.Helper()
	args := append([]string{"--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem", j.cert}, xmlsecIdentifiers...)
	cmd := exec.Command("xmlsec1", append(args, j.file("file.xml", string(file)))...)
	cmd.Dir = j.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		j.t.Logf("xmlsec1: %s", out)
	}
	return err == nil
}

func TestXmlsecAcceptsOurs(t *testing.T) {
	for _, f := range []ca.Family{ca.RSA, ca.ECDSA} {
		key := person(t, f)
		j := xmlsec(t, key)
		for _, properties := range []bool{false, true} {
			opt := xmldsig.Options{Properties: properties, At: now(), URI: "content.bin"}
			for name, document := range documents {
				file, err := xmldsig.SignEnveloped(t.Context(), []byte(document), key, opt)
				if err != nil {
					t.Fatal(err)
				}
				if !j.accepts(file) {
					t.Errorf("%v, enveloped, %s, properties %v: refused\n%s", f, name, properties, file)
				}
				if name != "plain" {
					continue
				}
				if broken := strings.Replace(string(file), "<ds:SignedInfo>", "<ds:SignedInfo> ", 1); j.accepts([]byte(broken)) {
					t.Errorf("%v, %s: xmlsec1 accepts anything", f, name)
				}
			}
			j.file("content.bin", "some content")
			file, err := xmldsig.SignDetached(t.Context(), []byte("some content"), key, opt)
			if err != nil {
				t.Fatal(err)
			}
			if !j.accepts(file) {
				t.Errorf("%v, detached, properties %v: refused", f, properties)
			}
		}
		for _, opt := range []xmldsig.SOAPOptions{{}, {KeyIdentifier: true}, {Validity: time.Minute, At: now()}, {Bind: true}, {Bind: true, KeyIdentifier: true}} {
			file, err := xmldsig.SignSOAP(t.Context(), []byte(message), key, opt)
			if err != nil {
				t.Fatal(err)
			}
			if !j.accepts(file) {
				t.Errorf("%v, SOAP, %+v: refused\n%s", f, opt, file)
			}
		}
	}
}

// blank is a signature for xmlsec1 to fill in.
func blank(canonicalization, method, digest, uri, transforms string) string {
	return `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="` + canonicalization + `"/>` +
		`<ds:SignatureMethod Algorithm="` + method + `"/><ds:Reference URI="` + uri + `">` + transforms +
		`<ds:DigestMethod Algorithm="` + digest + `"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/>` +
		`<ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>`
}

const (
	dsig     = "http://www.w3.org/2000/09/xmldsig#"
	more     = "http://www.w3.org/2001/04/xmldsig-more#"
	enc      = "http://www.w3.org/2001/04/xmlenc#"
	c14n     = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	c14n11   = "http://www.w3.org/2006/12/xml-c14n11"
	excl     = "http://www.w3.org/2001/10/xml-exc-c14n#"
	comments = "#WithComments"
)

func transforms(all ...string) string {
	var b strings.Builder
	for _, t := range all {
		b.WriteString(`<ds:Transform Algorithm="` + t + `"/>`)
	}
	return "<ds:Transforms>" + b.String() + "</ds:Transforms>"
}

const listed = `<ds:Transforms><ds:Transform Algorithm="` + dsig + `enveloped-signature"/><ds:Transform Algorithm="` + excl + `">` +
	`<ec:InclusiveNamespaces xmlns:ec="` + excl + `" PrefixList="u #default"/></ds:Transform></ds:Transforms>`

const xpath = `<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform></ds:Transforms>`

func TestWeAcceptXmlsec(t *testing.T) {
	cases := []struct {
		family                                        ca.Family
		canonicalization, method, digest, uri, transf string
	}{
		{ca.RSA, c14n, more + "rsa-sha256", enc + "sha256", "", transforms(dsig + "enveloped-signature")},
		{ca.RSA, c14n + comments, more + "rsa-sha384", more + "sha384", "", transforms(dsig+"enveloped-signature", c14n+comments)},
		{ca.RSA, c14n11, more + "rsa-sha512", enc + "sha512", "", transforms(dsig+"enveloped-signature", c14n11)},
		{ca.RSA, c14n11 + comments, more + "rsa-sha256", enc + "sha256", "#l", transforms(dsig+"enveloped-signature", c14n11+comments)},
		{ca.RSA, excl, dsig + "rsa-sha1", dsig + "sha1", "", transforms(dsig+"enveloped-signature", excl)},
		{ca.RSA, excl, more + "rsa-sha256", enc + "sha256", "#l", transforms(dsig+"enveloped-signature", excl)},
		{ca.RSA, c14n, more + "rsa-sha256", enc + "sha256", "#l", transforms(dsig + "enveloped-signature")},
		{ca.ECDSA, excl + comments[1:], more + "ecdsa-sha256", enc + "sha256", "", transforms(dsig+"enveloped-signature", excl+comments[1:])},
		{ca.ECDSA, excl, more + "ecdsa-sha384", enc + "sha256", "", listed},
		{ca.ECDSA, c14n, more + "ecdsa-sha512", enc + "sha512", "", xpath},
	}
	for _, f := range []ca.Family{ca.RSA, ca.ECDSA} {
		key := person(t, f)
		j := xmlsec(t, key)
		for i, c := range cases {
			if c.family != f {
				continue
			}
			document := `<?xml version="1.0"?><!-- out --><licence xmlns="urn:licence" xmlns:u="urn:u" xmlns:v="urn:v" Id="l" xml:lang="kk" xml:base="http://a.example/b/"><!-- in --><v:a b="&#13;"> ә&gt; </v:a>` +
				blank(c.canonicalization, c.method, c.digest, c.uri, c.transf) + "</licence>"
			args := append([]string{"--sign", "--privkey-pem", j.keyFile}, xmlsecIdentifiers...)
			cmd := exec.Command("xmlsec1", append(args, j.file("blank.xml", document))...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			file, err := cmd.Output()
			if err != nil {
				t.Errorf("case %d: xmlsec1 does not sign: %s", i, stderr.String())
				continue
			}
			s := onlySignature(t, file, xmldsig.Supplied{})
			if len(s.Problems) > 0 {
				t.Errorf("case %d: %v\n%s", i, s.Problems, file)
				continue
			}
			if err := s.Verify(s.Signer().PublicKey); err != nil {
				t.Errorf("case %d: %v", i, err)
			}
		}
	}
}
