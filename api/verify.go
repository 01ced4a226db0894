package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/receipt"
	"tamga/signing/spool"
)

// verifyRequest is the body of the verification calls, as JSON or as the parts
// of a form. A pointer is nil when the member is absent.
type verifyRequest struct {
	ID      string  `json:"id"` // of a line of a batch, given back
	CMS     *string `json:"cms"`
	PDF     *string `json:"pdf"`
	XML     *string `json:"xml"`
	File    *string `json:"file"` // of a kind that its contents tell
	Content *string `json:"content"`
	// Digests stand for a content that does not leave the client: hexadecimal,
	// by the names of their algorithms.
	Digests    map[string]string `json:"digests"`
	Evidence   *evidenceRequest  `json:"evidence"`
	IIN        string            `json:"iin"`
	BIN        string            `json:"bin"`
	Role       string            `json:"role"`
	At         string            `json:"at"`
	Receipt    bool              `json:"receipt"`     // a signed receipt is wanted too
	ReceiptPDF bool              `json:"receipt_pdf"` // and one for people
	Report     string            `json:"report"`      // simple or detailed, in the outline of ETSI EN 319 102-2, beside the verdict
	Policy     string            `json:"policy"`      // name of another policy than the service's own
}

// evidenceRequest is what a client knows besides the file, each element base64
// of DER. It is authenticated, and trusted in nothing.
type evidenceRequest struct {
	Certificates []string `json:"certificates"`
	CRLs         []string `json:"crls"`
	OCSPs        []string `json:"ocsps"`
}

// verifyAnswer is the verdict and what else was wanted.
type verifyAnswer struct {
	*signing.Verdict
	Simple   *signing.SimpleReport   `json:"simple_report,omitempty"`
	Detailed *signing.DetailedReport `json:"detailed_report,omitempty"`
	Receipt  *receiptAnswer          `json:"receipt,omitempty"`
}

type receiptAnswer struct {
	ID  string `json:"id"`
	CMS []byte `json:"cms"`           // base64 of DER: an attached signature over the receipt's JSON
	PDF []byte `json:"pdf,omitempty"` // for people, with the JSON attached
}

// The reports that can be had beside the verdict.
const (
	reportSimple   = "simple"
	reportDetailed = "detailed"
)

// The members that hold a file, each of which is a kind of verification.
const (
	kindCMS  = "cms"
	kindPDF  = "pdf"
	kindXML  = "xml"
	kindAuto = "file"
)

// verification is one question about one file.
type verification struct {
	kind       string
	file       *spool.File
	content    *spool.File // nil when none was sent
	question   signing.Question
	receipt    bool
	receiptPDF bool
	report     string
	policy     *signing.Policy // nil for the service's own
}

func (q *verification) close() error {
	err := q.file.Close()
	if q.content != nil {
		err = errors.Join(err, q.content.Close())
	}
	return err
}

// verify answers a verification of one kind with the verdict whatever it is.
func (v *service) verify(kind string) echo.HandlerFunc {
	return func(c echo.Context) error {
		asked, err := v.readVerification(c, kind)
		if err != nil {
			return err
		}
		answer, err := v.answer(contextOf(c), asked)
		if err != nil {
			return err
		}
		return personal(c, http.StatusOK, answer)
	}
}

// answer answers one question and lets the file go.
func (v *service) answer(ctx context.Context, asked *verification) (answer *verifyAnswer, err error) {
	defer func() { err = errors.Join(err, asked.close()) }()
	if asked.receipt && v.ReceiptKey.Signer == nil {
		return nil, badField("/receipt", "not_offered", "this service has no key to sign receipts with")
	}
	answer = &verifyAnswer{}
	verifier := v.Verifier
	if asked.policy != nil {
		other := *v.Verifier
		other.Policy = *asked.policy
		verifier = &other
	}
	err = spool.Guard(func() error {
		if answer.Verdict, err = judge(ctx, verifier, asked); err != nil {
			return err
		}
		switch asked.report {
		case reportSimple:
			answer.Simple = answer.SimpleReport()
		case reportDetailed:
			answer.Detailed = answer.DetailedReport()
		}
		if !asked.receipt {
			return nil
		}
		made := receipt.New(v.BaseURL, asked.file.Bytes(), asked.question, answer.Verdict, v.now())
		answer.Receipt = &receiptAnswer{ID: made.ID}
		if answer.Receipt.CMS, err = made.Sign(v.ReceiptKey); err == nil && asked.receiptPDF {
			answer.Receipt.PDF, err = v.receiptPDF(ctx, made)
		}
		return err
	})
	return answer, err
}

func judge(ctx context.Context, v *signing.Verifier, asked *verification) (*signing.Verdict, error) {
	switch asked.kind {
	case kindCMS:
		return v.VerifyCMS(ctx, asked.file.Bytes(), asked.question)
	case kindPDF:
		return v.VerifyPDF(ctx, asked.file.Bytes(), asked.question)
	case kindXML:
		return v.VerifyXML(ctx, asked.file.Bytes(), asked.question)
	}
	return v.Verify(ctx, asked.file.Bytes(), asked.question)
}

// readVerification reads either form of the request.
func (v *service) readVerification(c echo.Context, kind string) (*verification, error) {
	media, parameters, err := contentType(c, echo.MIMEApplicationJSON, echo.MIMEMultipartForm)
	if err != nil {
		return nil, err
	}
	if media == echo.MIMEMultipartForm {
		return v.readVerificationForm(c, kind, parameters["boundary"])
	}
	var body verifyRequest
	if err := v.readJSON(c, &body); err != nil {
		return nil, err
	}
	return body.verification(kind)
}

// verification finds the one file of the request. A kind of "" takes any.
func (r *verifyRequest) verification(kind string) (*verification, error) {
	given := map[string]*string{kindCMS: r.CMS, kindPDF: r.PDF, kindXML: r.XML, kindAuto: r.File}
	for name, file := range given {
		switch {
		case file == nil || name == kind:
		case kind == "":
			kind = name
		default:
			return nil, badField("/"+name, "unknown_field", "the file belongs into /"+kind)
		}
	}
	if kind == "" {
		kind = kindAuto
	}
	if given[kind] == nil || *given[kind] == "" {
		return nil, badField("/"+kind, "required", "is missing or empty")
	}
	if kind == kindPDF && r.Content != nil {
		return nil, badField("/content", "unknown_field", "a PDF carries its content")
	}
	if kind == kindPDF && r.Digests != nil {
		return nil, badField("/digests", "unknown_field", "a PDF carries its content")
	}
	file, err := binary("/"+kind, *given[kind])
	if err != nil {
		return nil, err
	}
	asked := &verification{kind: kind, file: spool.Of(file), receipt: r.Receipt || r.ReceiptPDF, receiptPDF: r.ReceiptPDF}
	if r.Content != nil {
		content, err := binary("/content", *r.Content)
		if err != nil {
			return nil, err
		}
		asked.content = spool.Of(content)
	}
	return asked, r.ask(asked)
}

// readVerificationForm reads a form whose files may be large.
func (v *service) readVerificationForm(c echo.Context, kind, boundary string) (*verification, error) {
	files, values := []string{kind}, []string{"iin", "bin", "role", "at", "receipt", "receipt_pdf", "report", "policy"}
	if kind != kindPDF {
		files, values = append(files, "content"), append(values, "digest")
	}
	parts, err := v.readForm(c, boundary, files, values...)
	if err != nil {
		return nil, err
	}
	asked := &verification{kind: kind, file: parts.files[kind], content: parts.files["content"]}
	if asked.file == nil || len(asked.file.Bytes()) == 0 {
		return nil, errors.Join(badField("/"+kind, "required", "is missing or empty"), parts.close())
	}
	body := verifyRequest{
		IIN: parts.values["iin"], BIN: parts.values["bin"], Role: parts.values["role"], At: parts.values["at"],
		Report: parts.values["report"], Policy: parts.values["policy"],
	}
	if name, value, ok := strings.Cut(parts.values["digest"], ":"); ok {
		body.Digests = map[string]string{name: value} // SHA-256:0011…
	}
	asked.receipt, err = yes("/receipt", parts.values["receipt"])
	if err == nil {
		asked.receiptPDF, err = yes("/receipt_pdf", parts.values["receipt_pdf"])
		asked.receipt = asked.receipt || asked.receiptPDF
	}
	if err == nil {
		err = body.ask(asked)
	}
	if err != nil {
		return nil, errors.Join(err, parts.close())
	}
	return asked, nil
}

// ask adds what is asked about the file.
func (r *verifyRequest) ask(asked *verification) error {
	var content []byte
	if asked.content != nil {
		content = present(asked.content.Bytes())
	}
	var err error
	if asked.question, err = r.question(content); err != nil {
		return err
	}
	switch asked.report = r.Report; r.Report {
	case "", reportSimple, reportDetailed:
	default:
		return badField("/report", "unknown", "is neither simple nor detailed")
	}
	if r.Policy != "" {
		policy, err := signing.NamedPolicy(r.Policy)
		if err != nil {
			return badField("/policy", "unknown", "is none of "+strings.Join(signing.PolicyNames(), ", "))
		}
		asked.policy = &policy
	}
	if len(r.Digests) > 0 && content != nil {
		return badField("/digests", "exactly_one", "the content and its digests cannot both be sent")
	}
	for name, value := range r.Digests {
		digest, sum, err := readDigest("/digests", name, value)
		if err != nil {
			return err
		}
		for _, other := range asked.question.Digests {
			if other.Digest.Name == digest.Name {
				return badField("/digests", "duplicate", "names an algorithm twice")
			}
		}
		asked.question.Digests = append(asked.question.Digests, signing.ContentDigest{Digest: digest, Value: sum})
	}
	asked.question.Material, err = r.Evidence.material()
	return err
}

// material decodes the evidence.
func (e *evidenceRequest) material() (signing.Material, error) {
	var m signing.Material
	if e == nil {
		return m, nil
	}
	for _, list := range []struct {
		pointer string
		given   []string
		into    *[][]byte
	}{
		{"/evidence/certificates", e.Certificates, &m.Certificates},
		{"/evidence/crls", e.CRLs, &m.CRLs},
		{"/evidence/ocsps", e.OCSPs, &m.OCSPs},
	} {
		for i, text := range list.given {
			pointer := list.pointer + "/" + strconv.Itoa(i)
			raw, err := binary(pointer, text)
			if err != nil {
				return m, err
			}
			if raw, err = signing.Unarmour(raw); err != nil {
				return m, badField(pointer, "type", "is neither DER nor PEM")
			}
			*list.into = append(*list.into, raw)
		}
	}
	return m, nil
}

// yes reads a truth value of a form.
func yes(pointer, value string) (bool, error) {
	switch value {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, badField(pointer, "type", "is neither true nor false")
}

// present makes an empty content different from none.
func present(content []byte) []byte {
	if content == nil {
		return []byte{}
	}
	return content
}

// question reads what is asked about the file. All that is wrong is reported
// at once.
func (r *verifyRequest) question(content []byte) (signing.Question, error) {
	q := signing.Question{Content: content, Role: certs.Role(r.Role)}
	var wrong []FieldError
	var err error
	if r.IIN != "" {
		if q.IIN, err = certs.ParseIIN(r.IIN); err != nil {
			wrong = append(wrong, FieldError{"/iin", numberCode(err), numberDetail(err)})
		}
	}
	if r.BIN != "" {
		if q.BIN, err = certs.ParseBIN(r.BIN); err != nil {
			wrong = append(wrong, FieldError{"/bin", numberCode(err), numberDetail(err)})
		}
	}
	if r.Role != "" && !slices.Contains(certs.Roles(), q.Role) {
		wrong = append(wrong, FieldError{"/role", "unknown", "is none of the roles of the national profile"})
	}
	if r.At != "" {
		if q.At, err = time.Parse(time.RFC3339, r.At); err != nil {
			wrong = append(wrong, FieldError{"/at", "time", "is not a time of RFC 3339, such as 2026-11-22T09:30:00+05:00"})
		}
	}
	if len(wrong) > 0 {
		return signing.Question{}, &fault{is: errParameter, fields: wrong}
	}
	return q, nil
}

// personal answers with JSON that may hold personal data and is kept nowhere.
func personal(c echo.Context, status int, body any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, body)
}
