package signing_test

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/xmldsig"
)

// TestStackedXML holds that a document which several people have signed one after
// the other passes, and that the answer says what each of them signed.
func TestStackedXML(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	first, second := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	file := []byte("<a><sum>100</sum></a>")
	for i, key := range []creation.Key{first, second, first} {
		if _, err := signtest.Sign(creation.XML{File: file, Form: creation.XMLEnveloped}, key, signtest.Now()); i > 0 && !errors.Is(err, xmldsig.ErrBreaksSignature) {
			t.Errorf("signature %d without being asked to: %v", i+1, err)
		}
		file = signtest.Signed(t, creation.XML{File: file, Form: creation.XMLEnveloped, Cosign: true}, key)
	}
	v, err := pki.Verifier.Verify(t.Context(), file, signing.Question{IIN: signtest.Applicant().IIN})
	if err != nil || !v.Passed() || len(v.Signers) != 3 {
		t.Fatalf("%v %s", err, signtest.Explain(v))
	}
	want := [][2][]int{{nil, {2, 3}}, {{1}, {3}}, {{1, 2}, nil}}
	for i, s := range v.Signers {
		e := s.Signed[0]
		if len(s.Signed) != 1 || e.Role != "document" || !reflect.DeepEqual([2][]int{e.WithSigners, e.WithoutSigners}, want[i]) {
			t.Errorf("signer %d: %+v", i+1, s.Signed)
		}
		if n := strings.Count(e.Content, "</ds:Signature>"); n != i || !strings.HasPrefix(e.Content, "<a><sum>100</sum>") {
			t.Errorf("signer %d signed %s", i+1, e.Content)
		}
		if told := strings.Contains(s.Check(signing.CheckFormat).Detail, "right without them"); told != (i < 2) {
			t.Errorf("signer %d: %q", i+1, s.Check(signing.CheckFormat).Detail)
		}
	}
	for _, form := range []creation.XMLForm{creation.XMLDetached, creation.XMLSOAP} {
		if _, err := signtest.Sign(creation.XML{File: file, Form: form, Address: "a", Cosign: true}, first, signtest.Now()); !errors.Is(err, xmldsig.ErrSign) {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// TestStackedXMLWrongLater holds that a signature which holds only without later
// ones falls with them, each for its own reason, and that what cannot be told of a
// later one cannot be told of it.
func TestStackedXMLWrongLater(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	once := signtest.Signed(t, creation.XML{File: []byte("<a>100</a>"), Form: creation.XMLEnveloped}, key)
	twice := signtest.Signed(t, creation.XML{File: once, Form: creation.XMLEnveloped, Cosign: true}, key)
	last := bytes.LastIndex(twice, []byte("<ds:Signature "))
	change := func(old, with string) []byte {
		tail := bytes.Replace(twice[last:], []byte(old), []byte(with), 1)
		if bytes.Equal(tail, twice[last:]) {
			t.Fatalf("there is no %s", old)
		}
		return append(bytes.Clone(twice[:last]), tail...)
	}
	value := string(twice[bytes.LastIndex(twice, []byte("<ds:SignatureValue>"))+len("<ds:SignatureValue>"):][:8])
	swapped := strings.ToUpper(value)
	if swapped == value {
		swapped = strings.ToLower(value)
	}
	for name, test := range map[string]struct {
		file        []byte
		first, last signing.SubIndication
		says        string
	}{
		"its value":         {change(value, swapped), signing.FormatFailure, signing.SigCryptoFailure, "signer 2, which is wrong itself"},
		"its structure":     {change("<ds:SignedInfo>", "<ds:SignedInfo><ds:More/>"), signing.FormatFailure, signing.FormatFailure, "not sound"},
		"its algorithm":     {change("ecdsa-sha256", "ecdsa-sha-none"), signing.CryptoConstraintsFailure, signing.CryptoConstraintsFailure, "cannot be told"},
		"its digest":        {change("<ds:DigestValue>", "<ds:DigestValue>AAAA"), signing.FormatFailure, signing.HashFailure, "not sound"},
		"its certificate":   {change("<ds:X509Certificate>", "<ds:X509Certificate>AAAA"), signing.FormatFailure, signing.FormatFailure, "not sound"},
		"an object with it": {change("</ds:Signature>", "<ds:Object><b/></ds:Object></ds:Signature>"), "", "", ""},
	} {
		v, err := pki.Verifier.VerifyXML(t.Context(), test.file, signing.Question{})
		if err != nil || len(v.Signers) != 2 {
			t.Fatalf("%s: %v %v", name, err, v)
		}
		var details strings.Builder
		for _, c := range v.Signers[0].Checks {
			details.WriteString(c.Detail + "\n")
		}
		if v.Signers[0].SubIndication != test.first || v.Signers[1].SubIndication != test.last || v.Passed() != (test.first == "") || !strings.Contains(details.String(), test.says) {
			t.Errorf("%s: %s and %s\n%s", name, v.Signers[0].SubIndication, v.Signers[1].SubIndication, &details)
		}
	}
}

// TestStackedXMLByStrangers holds that one signature of a stack whose signer nobody
// trusts does not speak for the file.
func TestStackedXMLByStrangers(t *testing.T) {
	pki, strangers := signtest.New(t, ca.ECDSA), signtest.New(t, ca.ECDSA)
	file := signtest.Signed(t, creation.XML{File: []byte("<a>100</a>"), Form: creation.XMLEnveloped}, pki.Person(signtest.Applicant()))
	file = signtest.Signed(t, creation.XML{File: file, Form: creation.XMLEnveloped, Cosign: true}, strangers.Person(signtest.Applicant()))
	v, err := pki.Verifier.VerifyXML(t.Context(), file, signing.Question{})
	if err != nil || v.Passed() || v.Signers[0].Indication != signing.TotalPassed || v.Signers[1].SubIndication != signing.NoCertificateChainFound {
		t.Errorf("%v %s", err, signtest.Explain(v))
	}
}

// TestStackedXMLByXPath holds that the answer about a stack whose last signature
// leaves out all others, as programs with xmlsec make it, says what each covers.
func TestStackedXMLByXPath(t *testing.T) {
	judgetest.Need(t, "xmlsec1")
	pki := signtest.New(t, ca.RSA)
	first, second := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	file := signtest.Signed(t, creation.XML{File: []byte("<?xml version=\"1.0\"?>\n<a><sum>100</sum></a>"), Form: creation.XMLEnveloped}, first)
	const template = `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>` +
		`<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI=""><ds:Transforms>` +
		`<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::ds:Signature)</ds:XPath></ds:Transform></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature></a>`
	pkcs8, err := x509.MarshalPKCS8PrivateKey(second.Signer)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"key.pem":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
		"cert.pem":  ca.MarshalCertificatePEM(second.Certificate),
		"blank.xml": bytes.Replace(file, []byte("</a>"), []byte(template), 1),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("xmlsec1", "--sign", "--privkey-pem", "key.pem,cert.pem", "--node-xpath", "(//*[local-name()='Signature'])[2]", "blank.xml")
	cmd.Dir = dir
	stack, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	v, err := pki.Verifier.Verify(t.Context(), stack, signing.Question{})
	if err != nil || !v.Passed() || len(v.Signers) != 2 {
		t.Fatalf("%v %s", err, signtest.Explain(v))
	}
	for i, without := range [][]int{{2}, {1}} {
		e := v.Signers[i].Signed[0]
		if e.WithSigners != nil || !reflect.DeepEqual(e.WithoutSigners, without) || e.Content != "<a><sum>100</sum></a>" {
			t.Errorf("signer %d: %+v", i+1, e)
		}
	}
	if got := v.Signers[0].Check(signing.CheckFormat).Detail; !strings.Contains(got, "what signer 2 covers is the document without any signature") {
		t.Errorf("the first: %q", got)
	}
	again := signtest.Signed(t, creation.XML{File: stack, Form: creation.XMLEnveloped, Cosign: true}, first)
	if v, err = pki.Verifier.Verify(t.Context(), again, signing.Question{}); err != nil || !v.Passed() || !reflect.DeepEqual(v.Signers[2].Signed[0].WithSigners, []int{1, 2}) {
		t.Errorf("a third: %v %s", err, signtest.Explain(v))
	}
	broken := bytes.Replace(stack, []byte("100"), []byte("900"), 1)
	if v, err = pki.Verifier.Verify(t.Context(), broken, signing.Question{}); err != nil || v.SubIndication != signing.HashFailure {
		t.Errorf("changed: %v %s", err, signtest.Explain(v))
	}
}
