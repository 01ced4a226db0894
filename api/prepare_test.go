package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// preparedNow is what is told of a document that waits for its signature.
type preparedNow struct {
	Number    string    `json:"number"`
	Status    string    `json:"status"`
	Round     int       `json:"round"`
	IssuedOn  string    `json:"issued_on"`
	Until     time.Time `json:"until"`
	SubFilter string    `json:"sub_filter"`
	Digest    []byte    `json:"digest"`
	ToSign    []byte    `json:"to_sign"`
}

// posted posts to an address and reads the answer, whose status and, of a problem, code
// must be these.
func (s *stage) posted(t *testing.T, path, body, want string, more ...string) (p preparedNow) {
	t.Helper()
	header := map[string]string{"Authorization": "Bearer " + s.values["key.issue"], "Content-Type": "application/json"}
	for i := 0; i+1 < len(more); i += 2 {
		header[more[i]] = more[i+1]
	}
	status, answer := s.post(t, path, body, header)
	var problem struct{ Code string }
	if status >= 400 {
		if err := json.Unmarshal([]byte(answer), &problem); err != nil {
			t.Fatalf("%s: %d %s", path, status, answer)
		}
	}
	if got := strings.TrimSpace(fmt.Sprint(status, " ", problem.Code)); got != want {
		t.Errorf("%s: %s, want %s: %.300s", path, got, want, answer)
	}
	if status < 300 && status != http.StatusNoContent {
		if err := json.Unmarshal([]byte(answer), &p); err != nil {
			t.Fatalf("%s: %v: %.300s", path, err, answer)
		}
	}
	return p
}

// cmsOver is what NCALayer returns for bytes, as the body of a request: with a
// signing-time attribute and a certificate.
func cmsOver(t *testing.T, content []byte, key creation.Key, at time.Time) string {
	t.Helper()
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := m.Make(cms.ToSign{MessageDigest: m.Digest().Sum(content), Attributes: []cms.Attribute{cms.SigningTime(at)}})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(`{"cms": %q}`, base64.StdEncoding.EncodeToString(file))
}

// A portal looks at a document, prepares it, has it signed in a browser and gets it in
// force; what a portal gets wrong is told by a code each.
func TestPrepareOverHTTP(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	s := open(t, pki)
	licence, err := os.ReadFile("testdata/licence.json")
	if err != nil {
		t.Fatal(err)
	}
	issue := map[string]string{"Authorization": "Bearer " + s.values["key.issue"], "Content-Type": "application/json"}
	response, file := s.ask(t, http.MethodPost, "/v1/documents/preview", string(licence), issue)
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(file, "%PDF-") {
		t.Errorf("preview: %d %.200s", response.StatusCode, file)
	}
	prepare := func(key, signer, want string) preparedNow {
		t.Helper()
		return s.posted(t, "/v1/documents/prepare", fmt.Sprintf(`{"document": %s%s}`, licence, signer), want, "Idempotency-Key", key)
	}
	head, other := pki.Person(signtest.Head()), pki.Person(signtest.Applicant())
	s.posted(t, "/v1/documents/prepare", fmt.Sprintf(`{"document": %s}`, licence), "400 idempotency_key_required")
	s.posted(t, "/v1/documents/prepare", `{"document": {}}`, "400 invalid_parameter", "Idempotency-Key", "x")
	s.posted(t, "/v1/documents/prepare", fmt.Sprintf(`{"document": %s}`, licence), "403 insufficient_scope", "Idempotency-Key", "x", "Authorization", "Bearer "+s.values["key.read"])
	prepare("x", `, "signer": {"sub_filter": "adbe.pkcs7.sha1"}`, "400 invalid_parameter")
	prepare("x", `, "signer": {"level": "B-X"}`, "400 invalid_parameter")
	prepare("x", `, "signer": {"certificate": "AAAA"}`, "400 invalid_parameter")
	prepare("x", fmt.Sprintf(`, "signer": {"certificate": %q}`, base64.StdEncoding.EncodeToString(other.Certificate.Raw)), "422 signature_signer")

	p := prepare("a", "", "200")
	if p.Status != "prepared" || p.Round != 1 || p.SubFilter != "adbe.pkcs7.detached" || !bytes.Equal(p.Digest, certs.SHA256.Sum(p.ToSign)) || p.Number != "26000001" {
		t.Errorf("prepared: %+v", p)
	}
	if again := prepare("a", "", "200"); again.Round != 1 || !bytes.Equal(again.ToSign, p.ToSign) {
		t.Errorf("prepared again: %+v", again)
	}
	if status, body := s.get(t, "/v1/documents/26000001/prepared", issue); status != http.StatusOK || !strings.Contains(body, `"status":"prepared"`) {
		t.Errorf("GET: %d %s", status, body)
	}
	if status, body := s.get(t, "/v1/check/26000001", nil); status != http.StatusNotFound {
		t.Errorf("the public is told of what is prepared: %d %s", status, body)
	}
	const to = "/v1/documents/26000001/"
	s.posted(t, to+"signature", cmsOver(t, p.ToSign, other, s.now()), "422 signature_signer")
	s.posted(t, to+"signature", cmsOver(t, []byte("other"), head, s.now()), "422 signature_other_content")
	s.posted(t, to+"signature", cmsOver(t, p.ToSign, head, s.now().AddDate(0, 0, -2)), "422 signature_claimed_day")
	s.posted(t, to+"signature", `{"cms": "AAAA"}`, "422 signature_no_certificate")
	s.posted(t, to+"signature", `{}`, "400 invalid_parameter")
	s.posted(t, "/v1/documents/26000077/signature", cmsOver(t, p.ToSign, head, s.now()), "404 document_not_found")

	s.ahead.Store(int64(time.Second))
	s.posted(t, to+"decline", "", "204")
	s.posted(t, to+"signature", cmsOver(t, p.ToSign, head, s.now()), "409 signature_declined")
	next := s.posted(t, to+"prepare-again", `{}`, "200", "Idempotency-Key", "again")
	if same := s.posted(t, to+"prepare-again", `{}`, "200", "Idempotency-Key", "again"); next.Round != 2 || same.Round != 2 || !bytes.Equal(same.ToSign, next.ToSign) {
		t.Errorf("prepared anew: round %d, then %d", next.Round, same.Round)
	}
	s.posted(t, to+"signature", cmsOver(t, p.ToSign, head, s.now()), "409 signature_replaced")
	signature := cmsOver(t, next.ToSign, head, s.now())
	issued := s.posted(t, to+"signature", signature, "201")
	if again := s.posted(t, to+"signature", signature, "201"); again.Number != "26000001" || issued.IssuedOn != again.IssuedOn {
		t.Errorf("in force: %+v, then %+v", issued, again)
	}
	s.posted(t, to+"decline", "", "409 signature_issued")
	s.posted(t, to+"prepare-again", `{}`, "409 signature_issued", "Idempotency-Key", "late")
	if done := prepare("a", "", "200"); done.Status != "issued" {
		t.Errorf("prepared when issued: %+v", done)
	}
	document, err := s.server.Registry.PDF(t.Context(), "26000001")
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := pki.Verifier.VerifyPDF(t.Context(), document, signing.Question{At: s.now()})
	if err != nil || !verdict.Passed() {
		t.Errorf("the document: %v, %v", verdict, err)
	}
	if status, body := s.get(t, "/v1/check/26000001", nil); status != http.StatusOK {
		t.Errorf("the public check: %d %s", status, body)
	}
	s.logIsDiscreet(t)
}
