package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/signing"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/receipt"
	"tamga/signing/signtest"
)

// concluded is one question about signatures and what every surface must say.
type concluded struct {
	person     func() ca.Person
	iin        string
	revoked    bool // for a reason that leaves older signatures good
	spoilt     bool
	indication signing.Indication
	sub        signing.SubIndication
	acceptance signing.Acceptance
	check      signing.CheckName // of the first reason
}

func conclusions() map[string]concluded {
	of := func(change func(*ca.Person)) func() ca.Person {
		return func() ca.Person {
			p := signtest.Applicant()
			change(&p)
			return p
		}
	}
	applicant := of(func(*ca.Person) {})
	return map[string]concluded{
		"right":              {person: applicant, iin: "900701300108", indication: "TOTAL-PASSED", acceptance: "accepted"},
		"another person's":   {applicant, otherIIN, false, false, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "refused", signing.CheckIdentity},
		"a key to log in":    {of(func(p *ca.Person) { p.Use = certs.UseLogin }), "", false, false, "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE", "refused", signing.CheckKeyUsage},
		"a key of Treasury":  {of(func(p *ca.Person) { p.Roles = []certs.Role{certs.RoleTreasury} }), "", false, false, "INDETERMINATE", "CHAIN_CONSTRAINTS_FAILURE", "refused", signing.CheckPolicy},
		"revoked, no proof":  {applicant, "", true, false, "INDETERMINATE", "REVOKED_NO_POE", "undecided", signing.CheckRevocation},
		"revoked, another's": {applicant, otherIIN, true, false, "INDETERMINATE", "SIG_CONSTRAINTS_FAILURE", "refused", signing.CheckIdentity},
		"spoilt":             {applicant, otherIIN, true, true, "TOTAL-FAILED", "HASH_FAILURE", "refused", signing.CheckSignatureValue},
	}
}

// judged is what a client reads of an answer.
type judged struct {
	Indication    string
	SubIndication string `json:"sub_indication"`
	Acceptance    string
	Reasons       []signing.Reason
	Summary       signing.Text
	Simple        *signing.SimpleReport   `json:"simple_report"`
	Detailed      *signing.DetailedReport `json:"detailed_report"`
	Receipt       struct{ CMS, PDF []byte }
}

// TestEveryDoorTellsTheAcceptance asks every question in every format at every
// door, and finds the same in the answers, their reports and their receipts: the
// words of EN 319 102-1, and what the policy makes of them.
func TestEveryDoorTellsTheAcceptance(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	for name, c := range conclusions() {
		key := pki.Person(c.person())
		files := map[string][]byte{"cms": signedAnyway(t, s.files["content"], key)}
		if c.check != signing.CheckKeyUsage { // such keys sign nothing here
			files["xml"], files["pdf"] = signedXML(t, s.files["xml"], key), signedPDF(t, s.files["pdf"], key)
		}
		if c.spoilt {
			files["cms"] = bytes.Replace(files["cms"], []byte("лицензия"), []byte("лицензиЯ"), 1)
			files["xml"] = bytes.Replace(files["xml"], []byte("лицензия"), []byte("лицензиЯ"), 1)
			files["pdf"] = bytes.Replace(files["pdf"], []byte("0 0 200 100"), []byte("0 0 900 100"), 1)
		}
		if c.revoked {
			pki.Authority.Revoke(key.Certificate.Serial, signtest.Now().AddDate(0, 0, -1), revocation.Superseded)
			pki.Refresh()
			s.server.Verifier.Revocation = pki.Verifier.Revocation
		}
		for kind, file := range files {
			for _, door := range []string{kind, "auto", "form", "batch"} {
				t.Run(fmt.Sprint(name, " ", kind, " ", door), func(t *testing.T) {
					c.compare(t, s.askAt(t, door, kind, file, c.iin))
				})
			}
		}
	}
}

// signedAnyway signs with a key that signs nothing of ours.
func signedAnyway(t *testing.T, content []byte, key creation.Key) []byte {
	t.Helper()
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file, err := m.Make(cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content)})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// askAt sends a file to one of the doors, wanting everything.
func (s *stage) askAt(t *testing.T, door, kind string, file []byte, iin string) judged {
	t.Helper()
	path, header := "/v1/verify/"+kind, map[string]string{"Content-Type": "application/json"}
	member := kind
	if door == "auto" {
		path, member = "/v1/verify/auto", "file"
	}
	report := "detailed"
	body := fmt.Sprintf(`{"%s": "%s", "receipt_pdf": true, "report": "%s"`, member, base64.StdEncoding.EncodeToString(file), report)
	if iin != "" {
		body += `, "iin": "` + iin + `"`
	}
	body += "}"
	switch door {
	case "form":
		body, header["Content-Type"] = form(t, kind, file, iin)
	case "batch":
		path, header["Content-Type"] = "/v1/verify/batch", "application/x-ndjson"
	}
	status, answer := s.post(t, path, body, header)
	if status != http.StatusOK {
		t.Fatalf("%d %.300s", status, answer)
	}
	var got judged
	into := any(&got)
	if door == "batch" {
		into = &struct{ Result *judged }{&got}
	}
	if err := json.Unmarshal([]byte(answer), into); err != nil {
		t.Fatal(err)
	}
	return got
}

func form(t *testing.T, kind string, file []byte, iin string) (body, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile(kind, "file")
	if err == nil {
		_, err = part.Write(file)
	}
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{"report": "simple", "receipt_pdf": "true"}
	if iin != "" {
		fields["iin"] = iin
	}
	for name, value := range fields {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// compare holds an answer, its reports and its receipt against what must be said.
func (c concluded) compare(t *testing.T, got judged) {
	t.Helper()
	same := func(where, indication, sub, acceptance string) {
		if indication != string(c.indication) || sub != string(c.sub) || acceptance != string(c.acceptance) {
			t.Errorf("%s: %s %s %s, want %s %s %s", where, indication, sub, acceptance, c.indication, c.sub, c.acceptance)
		}
	}
	same("answer", got.Indication, got.SubIndication, got.Acceptance)
	begins := map[signing.Acceptance]string{signing.Accepted: "The signature is confirmed", signing.Refused: "Not confirmed", signing.Undecided: "Cannot be told"}[c.acceptance]
	if len(got.Summary.EN) < len(begins) || got.Summary.EN[:len(begins)] != begins {
		t.Errorf("summary %q", got.Summary.EN)
	}
	var first signing.CheckName
	if len(got.Reasons) > 0 {
		first = got.Reasons[0].Check
	}
	if first != c.check {
		t.Errorf("reasons %+v", got.Reasons)
	}
	switch {
	case got.Simple != nil:
		r := got.Simple.Signatures[0]
		same("simple report", string(r.Indication), string(r.SubIndication), string(c.acceptance))
		if (got.Simple.ValidSignaturesCount == 1) != (c.acceptance == signing.Accepted) {
			t.Errorf("%d valid signatures", got.Simple.ValidSignaturesCount)
		}
	case got.Detailed != nil:
		r := got.Detailed.Signatures[0]
		same("detailed report", string(r.Indication), string(r.SubIndication), string(c.acceptance))
	default:
		t.Error("no report")
	}
	contents, err := signing.ReadCMS(got.Receipt.CMS)
	if err != nil {
		t.Fatal(err)
	}
	r, err := receipt.Parse(contents.Content)
	if err != nil {
		t.Fatal(err)
	}
	same("receipt", string(r.Verdict.Indication), string(r.Verdict.SubIndication), string(r.Verdict.Acceptance))
	if err := signtest.CheckConclusions(r.Verdict); err != nil {
		t.Error(err)
	}
	if !bytes.HasPrefix(got.Receipt.PDF, []byte("%PDF-")) {
		t.Error("no receipt for people")
	}
}

// TestReceiptOfACheck reads the receipt that the service gives of the check of a
// file: of its own document it says that it holds, of a stranger's that it does
// not.
func TestReceiptOfACheck(t *testing.T) {
	s := open(t, signtest.New(t, ca.ECDSA))
	rec, file := s.issued(t, "licence")
	for want, sent := range map[signing.Acceptance][]byte{signing.Accepted: file, signing.Refused: []byte(onePagePDF)} {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		part, err := w.CreateFormFile("file", "file.pdf")
		if err == nil {
			_, err = part.Write(sent)
		}
		if err = errors.Join(err, w.WriteField("receipt", "true"), w.Close()); err != nil {
			t.Fatal(err)
		}
		status, answer := s.post(t, "/v1/check", b.String(), map[string]string{"Content-Type": w.FormDataContentType()})
		var got struct{ Receipt struct{ CMS []byte } }
		if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusOK {
			t.Fatalf("%d %v %.300s", status, err, answer)
		}
		contents, err := signing.ReadCMS(got.Receipt.CMS)
		if err != nil {
			t.Fatal(err)
		}
		r, err := receipt.ReadStatement(contents.Content)
		if err != nil || r.Acceptance != want || !r.About(sent) || r.About([]byte("other")) || want == signing.Accepted && r.Number != rec.Number {
			t.Errorf("%s: %v %+v", want, err, r)
		}
	}
}
