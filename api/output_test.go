package api_test

import (
	"crypto"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// faultySigner makes wrong signatures of the right form, as a failing device
// does.
type faultySigner struct{ crypto.Signer }

func (s faultySigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	other := make([]byte, len(digest))
	copy(other, digest)
	other[0] ^= 1
	return s.Signer.Sign(rand, other, opts)
}

// What a failing device has signed does not leave the service, in any format,
// nor beside a signature that is right; the client is told that it is the
// service's fault, and gets nothing of it.
func TestFaultySignatures(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	sound := pki.Person(signtest.Applicant())
	faulty := sound
	faulty.Signer = faultySigner{sound.Signer}
	s.server.Keys = map[string]creation.Key{"sound": sound, "faulty": faulty}
	s.server.ReceiptKey = faulty
	s.start(t)
	head := pki.Person(signtest.Head())
	s.files["cms.head"], s.files["pdf.head"] = pki.Signed(s.files["content"], head), signedPDF(t, s.files["pdf"], head)
	soap, err := signtest.Sign(creation.XML{File: s.files["soap"], Form: creation.XMLSOAP}, head, signtest.Now())
	if err != nil {
		t.Fatal(err)
	}
	s.files["soap.signed"] = soap
	signed := map[string]string{"Authorization": "Bearer " + s.values["key.sign"], "Content-Type": "application/json"}
	asked := map[string]string{"Content-Type": "application/json"}
	for name, c := range map[string]struct {
		address, body string
		header        map[string]string
	}{
		"CMS":                 {"/v1/sign/cms", `{"content": "${content}", "key": "%s"}`, signed},
		"CMS, detached":       {"/v1/sign/cms", `{"content": "${content}", "detached": true, "key": "%s"}`, signed},
		"CMS, second signer":  {"/v1/sign/cms", `{"cms": "${cms.head}", "key": "%s"}`, signed},
		"CMS, B-T":            {"/v1/sign/cms", `{"content": "${content}", "level": "B-T", "key": "%s"}`, signed},
		"PDF":                 {"/v1/sign/pdf", `{"pdf": "${pdf}", "key": "%s"}`, signed},
		"PDF, second signer":  {"/v1/sign/pdf", `{"pdf": "${pdf.head}", "key": "%s"}`, signed},
		"XML":                 {"/v1/sign/xml", `{"xml": "${xml}", "key": "%s"}`, signed},
		"XML, detached":       {"/v1/sign/xml", `{"content": "${content}", "form": "detached", "key": "%s"}`, signed},
		"SOAP":                {"/v1/sign/xml", `{"xml": "${soap}", "form": "wsse", "key": "%s"}`, signed},
		"SOAP, second signer": {"/v1/sign/xml", `{"xml": "${soap.signed}", "form": "wsse", "key": "%s"}`, signed},
		"receipt":             {"/v1/verify/cms", `{"cms": "${cms}", "receipt": %s}`, asked},
		"receipt for people":  {"/v1/verify/cms", `{"cms": "${cms}", "receipt_pdf": %s}`, asked},
	} {
		bad, good := "faulty", "sound"
		if strings.Contains(name, "receipt") {
			bad, good = "true", "false"
		}
		body := s.expand(t, c.body)
		status, answer := s.post(t, c.address, fmt.Sprintf(body, bad), c.header)
		var problem refused
		if err := json.Unmarshal([]byte(answer), &problem); err != nil || status != http.StatusServiceUnavailable || problem.Code != "signing_unavailable" || len(problem.Errors) > 0 {
			t.Errorf("%s: %d %.300s", name, status, answer)
		}
		if status, answer := s.post(t, c.address, fmt.Sprintf(body, good), c.header); status != http.StatusOK {
			t.Errorf("%s, sound: %d %.300s", name, status, answer)
		}
	}
}
