package main

import (
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/signing/creation"
	"tamga/signing/signtest"
	"tamga/signing/tsp"
)

// TestInspectMessages looks into what is no certificate, list or CMS: the
// signatures of XML, and what authorities answer.
func TestInspectMessages(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	key := pki.Person(signtest.Applicant())
	serial := key.Certificate.Serial.Text(16)
	xml, err := signtest.Sign(creation.XML{File: []byte("<a><b/></a>"), Form: creation.XMLEnveloped}, key, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	status, err := pki.Responding().Respond(t.Context(), key.Certificate, pki.Authority.Issuing(), signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	tsa := pki.TSA()
	imprint := tsp.NewImprint(certs.SHA256, []byte("x"))
	response := tsa.Respond(tsp.Request{Imprint: imprint, Certificates: true}.DER(), signtest.Now())
	granted, err := tsp.ParseResponse(response)
	if err != nil {
		t.Fatal(err)
	}
	stamp := []string{"A timestamp", "Made on        2026-06-01 12:00:00 UTC", "Over           SHA-256 2d711642b726b044", "It carries the certificate", "TIMESTAMP"}
	for name, c := range map[string]struct {
		file []byte
		code int
		says []string
	}{
		"signed XML":         {xml, 0, []string{"An XML file, its root is /a, 1 signature", "A signature at /a/", "Covers         document /a", "СЕЙІТҚАЛИ", "Signed with    ECDSA"}},
		"XML":                {[]byte("<a/>"), 0, []string{"An XML file, its root is /a, 0 signatures"}},
		"broken XML":         {[]byte("<a><b></a>"), 1, []string{"an XML file that cannot be read"}},
		"OCSP":               {status, 0, []string{"An OCSP response about 1 certificate", "The certificate " + serial + " is good", "As of          2026-06-01", "Responder      CN="}},
		"OCSP in PEM":        {pem.EncodeToMemory(&pem.Block{Type: "OCSP RESPONSE", Bytes: status}), 0, []string{"The certificate " + serial + " is good"}},
		"OCSP without":       {der.Sequence(der.Encode(der.Enumerated, []byte{6})), 0, []string{"An OCSP response that tells nothing: unauthorized"}},
		"broken OCSP":        {der.Sequence(der.Encode(der.Enumerated, []byte{0})), 1, []string{"an OCSP response that cannot be read"}},
		"timestamp":          {granted.Token, 0, stamp},
		"timestamp response": {response, 0, append([]string{"A response of a timestamp authority: granted"}, stamp...)},
		"rejection":          {tsa.Respond([]byte("no request"), signtest.Now()), 0, []string{"A response of a timestamp authority: rejection"}},
		"text":               {[]byte("Құрметті"), 1, []string{"this is a text"}},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, c.file, 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, stderr := tamga(t, "inspect", path)
		for _, says := range c.says {
			if code != c.code || !strings.Contains(out+stderr, says) || strings.Contains(out, "0001-01-01") {
				t.Errorf("%s: exit code %d, and not %q\n%s%s", name, code, says, out, stderr)
			}
		}
	}
}
