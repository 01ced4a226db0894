package xmlattack

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"tamga/certs"
	"tamga/signing/xmldsig"
)

const plain = "<doc><sum>good</sum></doc>"

// signedBy puts a signature into the plain document.
func signedBy(signature string) []byte {
	return []byte(replace(plain, "</doc>", signature+"</doc>"))
}

// structures are signatures whose parts are not what they should be.
func structures(m *maker, _ time.Time) []Case {
	whole := reference{transforms: enveloped + exclusively, over: []byte(plain)}
	good := string(signedBy(m.signature("", "", whole)))
	info := m.info(m.signatureMethod(), whole)
	manifest := `<ds:Manifest xmlns:ds="` + nsDS + `" Id="m"><ds:Reference URI="http://` + Marker + `.example/"></ds:Reference></ds:Manifest>`
	return []Case{
		{Name: "the signed plain document itself", Signed: plain, File: []byte(good)},
		{Name: "no reference", Code: xmldsig.CodeStructure, File: signedBy(m.signature("", ""))},
		{Name: "only a manifest is signed", Code: xmldsig.CodeManifest,
			File: signedBy(m.signature("", "<ds:Object>"+manifest+"</ds:Object>", reference{uri: "#m", transforms: exclusively, over: []byte(manifest)}))},
		{Name: "two SignedInfo", Code: xmldsig.CodeStructure, File: []byte(replace(good, "<ds:SignedInfo", strings.Replace(info, "good", Marker, 1)+"<ds:SignedInfo"))},
		{Name: "SignedInfo in a wrapper", Code: xmldsig.CodeStructure, File: []byte(replace(replace(good, "<ds:SignedInfo", "<w><ds:SignedInfo"), "</ds:SignedInfo>", "</ds:SignedInfo></w>"))},
		{Name: "text in SignedInfo", Code: xmldsig.CodeStructure, File: []byte(replace(good, "<ds:SignatureMethod", Marker+"<ds:SignatureMethod"))},
		{Name: "comment in a digest", Code: xmldsig.CodeStructure, File: []byte(replace(good, "</ds:DigestValue>", "<!--"+Marker+"--></ds:DigestValue>"))},
		{Name: "comment in the value", Code: xmldsig.CodeStructure, File: []byte(replace(good, "</ds:SignatureValue>", "<!--"+Marker+"--></ds:SignatureValue>"))},
		{Name: "no value", Code: xmldsig.CodeStructure, File: []byte(replace(good, between(good, "<ds:SignatureValue>", "</ds:SignatureValue>"), "<ds:SignatureValue></ds:SignatureValue>"))},
		{Name: "value of something else", WrongValue: true, File: signedBy(m.around("", info, m.value(info+" "), m.certificate(), ""))},
		{Name: "value with a byte more", WrongValue: true, File: signedBy(m.around("", info, longer(m.value(info)), m.certificate(), ""))},
		{Name: "SignedInfo changed", WrongValue: true, File: []byte(replace(good, "<ds:Reference ", `<ds:Reference Id="`+Marker+`" `))},
		{Name: "key without certificate", Code: xmldsig.CodeNoCertificate,
			File: signedBy(m.around("", info, m.value(info), "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>", ""))},
		{Name: "certificate elsewhere", Code: xmldsig.CodeNoCertificate,
			File: signedBy(m.around("", info, m.value(info), `<ds:RetrievalMethod URI="http://`+Marker+`.example/"></ds:RetrievalMethod>`, ""))},
		{Name: "certificate named and not there", Code: xmldsig.CodeNoCertificate,
			File: signedBy(m.around("", info, m.value(info), m.certificate()+"<ds:X509Data><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>", ""))},
	}
}

func longer(value string) string {
	b, _ := base64.StdEncoding.DecodeString(value)
	return base64.StdEncoding.EncodeToString(append([]byte{0}, b...))
}

// algorithms are signatures made by the holder of the key, or not, whose
// algorithms and transforms say more than a verifier may follow.
func algorithms(m *maker, _ time.Time) []Case {
	whole := reference{transforms: enveloped + exclusively, over: []byte(plain)}
	transform := func(uri, inside string) string {
		return `<ds:Transform Algorithm="` + uri + `">` + inside + `</ds:Transform>`
	}
	with := func(r reference) []byte { return signedBy(m.signature("", "", r)) }
	hmacMethod := func(length string) string {
		return `<ds:SignatureMethod Algorithm="` + nsDS + `hmac-sha1">` + length + `</ds:SignatureMethod>`
	}
	keyed := func(length string) []byte {
		info := m.info(hmacMethod(length), whole)
		mac := hmac.New(sha1.New, m.key.Certificate.RawSPKI)
		mac.Write([]byte(info))
		return signedBy(m.around("", info, base64.StdEncoding.EncodeToString(mac.Sum(nil)), m.certificate(), ""))
	}
	sum := certs.SHA1
	none := m.info(`<ds:SignatureMethod Algorithm="urn:none"></ds:SignatureMethod>`, whole)
	const xpathURI = "http://www.w3.org/TR/1999/REC-xpath-19991116"
	return []Case{
		{Name: "HMAC keyed with the public key", Code: xmldsig.CodeAlgorithm, File: keyed("")},
		{Name: "HMAC of no length", Code: xmldsig.CodeAlgorithm, File: keyed("<ds:HMACOutputLength>0</ds:HMACOutputLength>")},
		{Name: "no algorithm", Code: xmldsig.CodeAlgorithm, File: signedBy(m.around("", none, "AAAA", m.certificate(), ""))},
		{Name: "digest of MD5", Code: xmldsig.CodeDigestAlgorithm,
			File: with(reference{transforms: enveloped + exclusively, over: []byte(plain), hashes: "http://www.w3.org/2001/04/xmldsig-more#md5"})},
		{Name: "digest of SHA-1", Weak: true, Signed: plain,
			File: with(reference{transforms: enveloped + exclusively, over: []byte(plain), hashes: nsDS + "sha1", digest: &sum})},
		{Name: "XSLT", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: enveloped + transform("http://www.w3.org/TR/1999/REC-xslt-19991116", `<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform" version="1.0"></x:stylesheet>`), over: nil})},
		{Name: "XPath that selects nothing", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: transform(xpathURI, "<ds:XPath>false()</ds:XPath>"), over: nil})},
		{Name: "XPath whose prefix stands for something else", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: transform(xpathURI, `<ds:XPath xmlns:e="urn:e">not(ancestor-or-self::e:Signature)</ds:XPath>`), over: []byte(plain)})},
		{Name: "XPath filter 2", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: transform("http://www.w3.org/2002/06/xmldsig-filter2", ""), over: nil})},
		{Name: "base64", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: enveloped + transform(nsDS+"base64", ""), over: nil})},
		{Name: "transform after the canonicalisation", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: exclusively + enveloped, over: []byte(plain)})},
		{Name: "canonicalisation twice", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: enveloped + exclusively + exclusively, over: []byte(plain)})},
		{Name: "decryption", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: enveloped + transform("http://www.w3.org/2002/07/decrypt#XML", ""), over: []byte(plain)})},
		{Name: "unknown canonicalisation", Code: xmldsig.CodeTransform,
			File: with(reference{transforms: enveloped + transform("urn:"+Marker, ""), over: nil})},
		{Name: "file outside", Code: xmldsig.CodeExternal, File: with(reference{uri: "file:///etc/passwd", over: []byte(Marker)})},
		{Name: "address outside", Code: xmldsig.CodeExternal, File: with(reference{uri: "http://" + Marker + ".example/", over: []byte(Marker)})},
		{Name: "supplied content signed in a document that is not", Code: xmldsig.CodeSignaturePosition, Content: []byte("content"),
			File: []byte(replace(string(with(reference{uri: "content", over: []byte("content")})), "good", Marker))},
		{Name: "XPointer", Code: xmldsig.CodeUnresolved, File: with(reference{uri: "#xpointer(/)", transforms: enveloped + exclusively, over: []byte(plain)})},
		{Name: "empty fragment", Code: xmldsig.CodeUnresolved, File: with(reference{uri: "#", transforms: enveloped + exclusively, over: []byte(plain)})},
	}
}

// bombs are files that cost more to read than they are worth.
func bombs(m *maker, _ time.Time) []Case {
	whole := reference{transforms: enveloped + exclusively, over: []byte(plain)}
	good := string(signedBy(m.signature("", "", whole)))
	many := make([]reference, 65)
	for i := range many {
		many[i] = whole
	}
	long := strings.Repeat("x", 1<<14)
	amplified := `<doc xmlns:p="urn:` + long + `">` + strings.Repeat("<p:b></p:b>", 1<<10) + "</doc>"
	return []Case{
		{Name: "document type", Unreadable: true, File: []byte("<!DOCTYPE doc>" + good)},
		{Name: "entity that changes the text", Unreadable: true, File: []byte(`<!DOCTYPE doc [<!ENTITY e "` + Marker + `">]>` + replace(good, "good", "&e;"))},
		{Name: "entity bomb", Unreadable: true, File: []byte(`<!DOCTYPE doc [<!ENTITY a "` + strings.Repeat("a", 100) + `"><!ENTITY b "` + strings.Repeat("&a;", 100) + `">]>` + replace(good, "good", "&b;"))},
		{Name: "external entity", Unreadable: true, File: []byte(`<!DOCTYPE doc [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + replace(good, "good", "&e;"))},
		{Name: "identifier by document type", Unreadable: true, File: []byte(`<!DOCTYPE doc [<!ATTLIST sum x ID #IMPLIED>]>` + good)},
		{Name: "another encoding", Unreadable: true, File: []byte(`<?xml version="1.0" encoding="UTF-7"?>` + good)},
		{Name: "very deep", Unreadable: true, File: []byte("<doc>" + strings.Repeat("<a>", 100000) + strings.Repeat("</a>", 100000) + "</doc>")},
		{Name: "very many references", Code: xmldsig.CodeLimit, File: signedBy(m.signature("", "", many...))},
		{Name: "very many signatures", Code: xmldsig.CodeLimit, File: signedBy(strings.Repeat(m.signature("", "", whole), 70))},
		{Name: "very many certificates", Code: xmldsig.CodeLimit, File: []byte(replace(good, "<ds:KeyInfo>", "<ds:KeyInfo>"+m.manyCertificates()))},
		{Name: "very long canonical form", Code: xmldsig.CodeLimit,
			File: []byte(replace(amplified, "</doc>", m.signature("", "", reference{transforms: enveloped + exclusively, over: nil})+"</doc>"))},
		{Name: "long prefix list", Code: xmldsig.CodeLimit,
			File: []byte(strings.ReplaceAll(good, exclusively, `<ds:Transform Algorithm="`+exclusive+`"><e:InclusiveNamespaces xmlns:e="`+exclusive+`" PrefixList="`+strings.Repeat("a ", 1000)+`"></e:InclusiveNamespaces></ds:Transform>`))},
	}
}

// manyCertificates are different as bytes and all readable: the same one with
// other signatures.
func (m *maker) manyCertificates() string {
	var b strings.Builder
	for i := range 40 {
		raw := append([]byte{}, m.key.Certificate.Raw...)
		raw[len(raw)-1] ^= byte(i + 1)
		b.WriteString("<ds:X509Data><ds:X509Certificate>" + base64.StdEncoding.EncodeToString(raw) + "</ds:X509Certificate></ds:X509Data>")
	}
	return b.String()
}

// properties are XAdES signatures whose signed properties are not, or say
// something else.
func properties(m *maker, at time.Time) []Case {
	good := m.enveloped(plain, xmldsig.Options{Properties: true, At: at})
	withProperties := func(digest []byte, covered bool) []byte {
		props := fmt.Sprintf(`<xades:SignedProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Id="p"><xades:SignedSignatureProperties><xades:SigningCertificateV2><xades:Cert><xades:CertDigest>`+
			`<ds:DigestMethod xmlns:ds="%s" Algorithm="%s"></ds:DigestMethod><ds:DigestValue xmlns:ds="%s">%s</ds:DigestValue>`+
			`</xades:CertDigest></xades:Cert></xades:SigningCertificateV2></xades:SignedSignatureProperties></xades:SignedProperties>`, nsDS, m.hashes, nsDS, base64.StdEncoding.EncodeToString(digest))
		refs := []reference{{transforms: enveloped + exclusively, over: []byte(plain)}}
		if covered {
			refs = append(refs, reference{uri: "#p", kind: "http://uri.etsi.org/01903#SignedProperties", transforms: exclusively, over: []byte(props)})
		}
		return signedBy(m.signature(` Id="s"`, `<ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#s">`+props+`</xades:QualifyingProperties></ds:Object>`, refs...))
	}
	right := m.digest.Sum(m.key.Certificate.Raw)
	return []Case{
		{Name: "signed properties that hold", File: withProperties(right, true), Signed: plain},
		{Name: "another signing certificate", Code: xmldsig.CodeSigningCertificate, File: withProperties(m.digest.Sum([]byte(Marker)), true)},
		{Name: "properties that are not signed", Code: xmldsig.CodeSignedProperties, File: withProperties(right, false)},
		{Name: "properties of another signature", Code: xmldsig.CodeSignedProperties,
			File: []byte(replace(good, between(good, `Target="`, `"`), `Target="#`+Marker+`"`))},
		{Name: "claimed time changed", Code: xmldsig.CodeDigest,
			File: []byte(replace(good, between(good, "<xades:SigningTime>", "</xades:SigningTime>"), "<xades:SigningTime>2001-01-01T00:00:00Z</xades:SigningTime>"))},
		{Name: "properties elsewhere", Code: xmldsig.CodeSignedProperties,
			File: signedBy(m.signature("", `<ds:Object><xades:QualifyingPropertiesReference xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" URI="http://`+Marker+`.example/"></xades:QualifyingPropertiesReference></ds:Object>`,
				reference{transforms: enveloped + exclusively, over: []byte(plain)}))},
	}
}
