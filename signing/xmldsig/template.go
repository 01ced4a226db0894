package xmldsig

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"tamga/certs"
)

// template is a signature without its digests and its value.
type template struct {
	method     string // canonicalisation of SignedInfo
	references []templateReference
	keyInfo    string // contents
	keyInfoID  string // may be empty
}

// templateReference is a reference whose digest is still missing.
type templateReference struct {
	id, uri, kind string
	transforms    []string
}

// text writes the template, with signed properties if they are asked for.
func (t template) text(key Key, opt Options) (string, error) {
	if key.Signer == nil || key.Certificate == nil {
		return "", fmt.Errorf("%w: there is no key or no certificate", ErrSign)
	}
	alg, _, err := certs.SigningAlgorithm(key.Certificate.PublicKey)
	if err != nil {
		return "", err
	}
	signature, digest, err := identifiersOf(alg)
	if err != nil {
		return "", err
	}
	id, object := "", ""
	if opt.Properties {
		id = newID()
		t.references[0].id = id + "-reference"
		t.references = append(t.references, templateReference{uri: "#" + id + "-properties", kind: uriProperties, transforms: []string{uriExcl}})
		object = properties(id, digest, alg.Digest, key.Certificate, opt)
	}
	var b strings.Builder
	b.WriteString(`<ds:Signature xmlns:ds="` + nsDSig + `"` + attribute("Id", id) + ">\n<ds:SignedInfo>\n")
	b.WriteString(`<ds:CanonicalizationMethod` + attribute("Algorithm", t.method) + "/>\n")
	b.WriteString(`<ds:SignatureMethod` + attribute("Algorithm", signature) + "/>\n")
	for _, r := range t.references {
		b.WriteString(r.text(digest))
	}
	b.WriteString("</ds:SignedInfo>\n<ds:SignatureValue></ds:SignatureValue>\n<ds:KeyInfo" + attribute("Id", t.keyInfoID) + ">\n" + t.keyInfo + "</ds:KeyInfo>\n" + object + "</ds:Signature>")
	return b.String(), nil
}

func (r templateReference) text(digest string) string {
	var b strings.Builder
	b.WriteString(`<ds:Reference` + attribute("Id", r.id) + attribute("Type", r.kind) + ` URI="` + escaped(r.uri) + "\">\n")
	if len(r.transforms) > 0 {
		b.WriteString("<ds:Transforms>\n")
		for _, uri := range r.transforms {
			b.WriteString("<ds:Transform" + attribute("Algorithm", uri) + "/>\n")
		}
		b.WriteString("</ds:Transforms>\n")
	}
	b.WriteString("<ds:DigestMethod" + attribute("Algorithm", digest) + "/>\n<ds:DigestValue></ds:DigestValue>\n</ds:Reference>\n")
	return b.String()
}

// properties writes the signed properties of a XAdES baseline B-B signature (EN
// 319 132-1 section 6.3).
func properties(id, digestURI string, digest certs.Digest, c *certs.Certificate, opt Options) string {
	return `<ds:Object><xades:QualifyingProperties xmlns:xades="` + nsXAdES + `" Target="#` + id + `">` +
		`<xades:SignedProperties Id="` + id + `-properties"><xades:SignedSignatureProperties>` +
		`<xades:SigningTime>` + opt.At.UTC().Format(time.RFC3339) + `</xades:SigningTime>` +
		`<xades:SigningCertificateV2><xades:Cert><xades:CertDigest><ds:DigestMethod` + attribute("Algorithm", digestURI) + `/>` +
		`<ds:DigestValue>` + encode64(digest.Sum(c.Raw)) + `</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>` +
		`</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>` +
		`<xades:DataObjectFormat ObjectReference="#` + id + `-reference"><xades:MimeType>` + escaped(opt.MIME) + `</xades:MimeType></xades:DataObjectFormat>` +
		`</xades:SignedDataObjectProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object>` + "\n"
}

// x509Data writes the certificates, the signer's first.
func x509Data(key Key) string {
	if key.Certificate == nil {
		return ""
	}
	var b strings.Builder
	b.WriteString("<ds:X509Data>\n")
	for _, c := range append([]*certs.Certificate{key.Certificate}, key.Chain...) {
		b.WriteString("<ds:X509Certificate>" + encode64(c.Raw) + "</ds:X509Certificate>\n")
	}
	b.WriteString("</ds:X509Data>\n")
	return b.String()
}

// attribute writes an attribute, or nothing if it has no value.
func attribute(name, value string) string {
	if value == "" {
		return ""
	}
	return " " + name + `="` + escaped(value) + `"`
}

// escaped makes a text fit for an attribute value and for contents.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#xD;", "\n", "&#xA;", "\t", "&#x9;").Replace(s)
}

// newID returns an identifier that nothing else in any file has.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return "id-" + hex.EncodeToString(b[:])
}
