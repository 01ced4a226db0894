package signing_test

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// kindFiles are files of every kind without a signature to verify.
func kindFiles(t *testing.T) map[signing.FileKind][][]byte {
	t.Helper()
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	crl, err := pki.Authority.CRL(signtest.Now(), signtest.Now().AddDate(0, 0, 1))
	if err != nil {
		t.Fatal(err)
	}
	status, err := pki.Responding().Respond(t.Context(), key.Certificate, pki.Authority.Issuing(), signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	tsa := pki.TSA()
	request := tsp.Request{Imprint: tsp.NewImprint(certs.SHA256, []byte("x")), Certificates: true}
	response := tsa.Respond(request.DER(), signtest.Now())
	granted, err := tsp.ParseResponse(response)
	if err != nil || granted.Token == nil {
		t.Fatal(err, granted.Status)
	}
	armoured := func(label string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: label, Bytes: b}) }
	version := func(n int64) []byte { return der.Int(big.NewInt(n)) }
	return map[signing.FileKind][][]byte{
		signing.FileCRL:               {crl, armoured("X509 CRL", crl)},
		signing.FileOCSP:              {status, armoured("OCSP RESPONSE", status), der.Sequence(der.Encode(der.Enumerated, []byte{6}))},
		signing.FileTimestamp:         {granted.Token, armoured("TIMESTAMP", granted.Token)},
		signing.FileTimestampResponse: {response, tsa.Respond([]byte("no request"), signtest.Now())},
		signing.FileKeyStore:          {der.Sequence(version(3), der.Sequence(), der.Sequence())},
		signing.FilePrivateKey:        {der.Sequence(version(0), der.Sequence(), der.Octets(nil)), armoured("EC PRIVATE KEY", der.Sequence(version(1)))},
		signing.FileText: {
			[]byte("text"), []byte("Құрметті қызметкер!\r\n"), []byte("\xef\xbb\xbfтекст"), []byte("{\"json\": 1}"),
			[]byte(strings.Repeat("а", 1<<20)), []byte("Ministry of Culture"),
		},
	}
}

// What holds no signature is named as what it is: it is no signature that failed,
// and nothing of it is accepted.
func TestFilesWithoutSignature(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	for kind, files := range kindFiles(t) {
		for i, file := range files {
			if got := signing.Sniff(file); got != kind {
				t.Errorf("%s %d: it is taken for %s", kind, i, got)
			}
			got, err := pki.Verifier.Verify(t.Context(), file, signing.Question{Content: []byte("x"), IIN: "900701300108"})
			if err != nil {
				t.Fatal(err)
			}
			if got.Kind != string(kind) || got.Indication != "" || got.SubIndication != "" || got.Acceptance != signing.Refused || got.Passed() ||
				len(got.Reasons) != 1 || !strings.Contains(got.Summary.EN, kind.Words().EN) || !strings.Contains(got.Summary.KK, kind.Words().KK) || !strings.Contains(got.Summary.RU, kind.Words().RU) {
				t.Errorf("%s %d: %s", kind, i, asJSON(got))
			}
			if err := signtest.CheckConclusions(got); err != nil {
				t.Errorf("%s %d: %v", kind, i, err)
			}
		}
	}
}

// At the door of one kind a file of another is told apart from a broken one; and
// what is damaged is asked about as the signature that it was.
func TestFilesOfAnotherKind(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	cms, pdf := pki.Signed([]byte("content"), key), signedPDF(t, key)
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "x"}}, key.Signer)
	if err != nil {
		t.Fatal(err)
	}
	const unknownKind = "Not confirmed: the kind of the file is not known, and no signature could be read in it."
	bundle := honest(pki, key)
	bundle.signers = nil
	for name, c := range map[string]struct {
		file      []byte
		at        string
		says, why string
	}{
		"text at CMS":            {[]byte("Құрметті"), "cms", "Not confirmed: this is a text, not a CMS signature.", "neither DER, PEM nor base64"},
		"PDF at CMS":             {pdf, "cms", "Not confirmed: this is a PDF file, not a CMS signature.", "this is a PDF file"},
		"CMS at PDF":             {cms, "pdf", "Not confirmed: this is a CMS signature, not a PDF file.", "this is a CMS signature"},
		"certificate at XML":     {key.Certificate.Raw, "xml", "Not confirmed: this is a certificate, not an XML file.", "this is a certificate"},
		"CMS at certificate":     {cms, "certificate", "Not confirmed: this is a CMS signature, not a certificate.", "this is a CMS signature"},
		"nothing at PDF":         {nil, "pdf", "Not confirmed: the file is empty.", ""},
		"nothing":                {[]byte(" \n"), "", "Not confirmed: the file is empty.", "there is nothing in it"},
		"CMS, cut":               {cms[:len(cms)/2], "", "Not confirmed: the structure of the CMS signature is broken.", ""},
		"PDF, cut":               {[]byte("%PDF-1.7\nand nothing more"), "", "Not confirmed: the structure of the PDF file is broken.", ""},
		"XML, cut":               {[]byte("<a><b></a>"), "", "Not confirmed: the structure of the XML file is broken.", ""},
		"certificate, cut":       {append([]byte("-----BEGIN CERTIFICATE-----\nMIIB"), 'A'), "certificate", "Not confirmed: the structure of the certificate is broken.", "PEM"},
		"base64, damaged":        {[]byte("MIIB!!!!"), "", "Not confirmed: the structure of the CMS signature is broken.", "base64"},
		"base64, two alphabets":  {[]byte("AAAA+-" + strings.Repeat("AAAA", 20)), "", "Not confirmed: the structure of the CMS signature is broken.", "base64"},
		"PDF without signature":  {unsignedPDF(), "", "Not confirmed: the file carries no signature.", "the file carries no signature"},
		"XML without signature":  {[]byte("<a/>"), "", "Not confirmed: the file carries no signature.", ""},
		"certificates in a CMS":  {bundle.bytes(t), "", "Not confirmed: the file carries no signature.", ""},
		"bytes of no known kind": {bytes.Repeat([]byte{0, 1, 2}, 99), "", unknownKind, "neither DER"},
		"ZIP":                    {[]byte("PK\x03\x04\x14\x00\x00\x00"), "", unknownKind, "neither DER"},
		"picture":                {[]byte("\x89PNG\r\n\x1a\n\x00\x00"), "", unknownKind, "neither DER"},
		"timestamp request":      {tsp.Request{Imprint: tsp.NewImprint(certs.SHA256, []byte("x"))}.DER(), "", unknownKind, "CMS"},
		"public key":             {key.Certificate.RawSPKI, "", unknownKind, "CMS"},
		"certificate request":    {request, "", unknownKind, "CMS"},
		"text, one bit wrong":    {[]byte("MIIB\x01AAA"), "", unknownKind, "base64"},
		"UTF-16, cut":            {[]byte("\xff\xfeM\x00I"), "", "Not confirmed: the structure of the CMS signature is broken.", "half a character"},
	} {
		judge := map[string]func() (*signing.Verdict, error){
			"": func() (*signing.Verdict, error) { return pki.Verifier.Verify(t.Context(), c.file, signing.Question{}) },
			"cms": func() (*signing.Verdict, error) {
				return pki.Verifier.VerifyCMS(t.Context(), c.file, signing.Question{})
			},
			"pdf": func() (*signing.Verdict, error) {
				return pki.Verifier.VerifyPDF(t.Context(), c.file, signing.Question{})
			},
			"xml": func() (*signing.Verdict, error) {
				return pki.Verifier.VerifyXML(t.Context(), c.file, signing.Question{})
			},
			"certificate": func() (*signing.Verdict, error) {
				return pki.Verifier.VerifyCertificate(t.Context(), c.file, signing.Question{})
			},
		}[c.at]
		got, err := judge()
		if err != nil {
			t.Fatal(name, err)
		}
		if got.Summary.EN != c.says || !strings.Contains(got.Detail, c.why) || got.Detail == "" || conclusion(got) != "TOTAL-FAILED FORMAT_FAILURE" {
			t.Errorf("%s: %q %q, %s", name, got.Summary.EN, got.Detail, conclusion(got))
		}
		if err := signtest.CheckConclusions(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The kinds of what the national authority and its clients have made.
func TestNationalKinds(t *testing.T) {
	dir := signtest.National(t)
	for name, want := range map[string]signing.FileKind{
		"ocsp/ocsp_response_ceo_2015_revoked.der": signing.FileOCSP, "tsp/tsp_response.der": signing.FileTimestampResponse,
		"tsp/tsp_token.der": signing.FileTimestamp, "crl/2022-07_nca_gost2022_test.crl": signing.FileCRL,
		"cms/2026_individual_gost2015_attached.der": signing.FileCMS, "certs/2020_individual_sign_rsa.cer": signing.FileCertificate,
		"xml/2020_individual_sign_rsa.xml": signing.FileXML,
	} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := signing.Sniff(file); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	stores, err := filepath.Glob(filepath.Join(dir, "p12", "*", "*.p12"))
	if err != nil || len(stores) == 0 {
		t.Fatal(err, len(stores))
	}
	for _, name := range stores {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := signing.Sniff(file); got != signing.FileKeyStore {
			t.Errorf("%s: %s", name, got)
		}
	}
}
