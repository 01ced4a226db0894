package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/signing"
	"tamga/signing/receipt"
	"tamga/signing/spool"
)

// verifyRequest is the body of the verification calls, as JSON or as the parts
// of a form. What is absent is empty: what is there and empty was refused.
type verifyRequest struct {
	ID      string             `json:"id"` // of a line of a batch, given back
	CMS     strictjson.Bytes   `json:"cms"`
	PDF     strictjson.Bytes   `json:"pdf"`
	XML     strictjson.Bytes   `json:"xml"`
	File    strictjson.Bytes   `json:"file"`    // of a kind that its contents tell
	Content strictjson.Content `json:"content"` // nil when absent
	// Digests stand for a content that does not leave the client: hexadecimal,
	// by the names of their algorithms.
	Digests    map[string]string `json:"digests"`
	Evidence   *evidenceRequest  `json:"evidence"`
	IIN        string            `json:"iin"`
	BIN        string            `json:"bin"`
	Identifier string            `json:"identifier"` // of EN 319 412-1, of whoever has no IIN or BIN
	Role       string            `json:"role"`
	At         string            `json:"at"`
	Receipt    bool              `json:"receipt"`     // a signed receipt is wanted too
	ReceiptPDF bool              `json:"receipt_pdf"` // and one for people
	Report     string            `json:"report"`      // simple or detailed, in the outline of ETSI EN 319 102-2, beside the verdict
	Policy     string            `json:"policy"`      // name of one of those that the service offers
}

// evidenceRequest is what a client knows besides the file, each element base64
// of DER. It is authenticated, and trusted in nothing.
type evidenceRequest struct {
	Certificates []strictjson.Bytes `json:"certificates"`
	CRLs         []strictjson.Bytes `json:"crls"`
	OCSPs        []strictjson.Bytes `json:"ocsps"`
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
	policy     signing.Policy
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
		answer, err := v.answer(c, asked)
		if err != nil {
			return err
		}
		return personal(c, http.StatusOK, answer)
	}
}

// answer answers one question and lets the file go.
func (v *service) answer(c echo.Context, asked *verification) (answer *verifyAnswer, err error) {
	ctx := contextOf(c)
	defer func() { err = errors.Join(err, asked.close()) }()
	release, err := v.judging(c, asked.file.Bytes())
	if err != nil {
		return nil, err
	}
	defer release()
	answer = &verifyAnswer{}
	verifier := *v.Verifier
	verifier.Policy = asked.policy
	err = spool.Guard(func() error {
		answer.Verdict, err = judge(ctx, &verifier, asked)
		if errors.Is(err, signing.ErrDigestTwice) {
			return badField("/digests", "duplicate", "names an algorithm twice")
		}
		if err != nil {
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
		r := receipt.New(v.BaseURL, asked.file.Bytes(), asked.question, answer.Verdict, v.now())
		answer.Receipt = &receiptAnswer{ID: r.ID}
		if answer.Receipt.CMS, err = v.signReceipt(ctx, r, r.AnsweredAt); err == nil && asked.receiptPDF {
			answer.Receipt.PDF, err = v.receiptPDF(ctx, r)
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
	return v.verification(&body, kind)
}

// verification finds the one file of the request. A kind of "" takes any.
func (v *service) verification(r *verifyRequest, kind string) (*verification, error) {
	var file []byte
	for _, given := range []struct {
		kind string
		file []byte
	}{{kindCMS, r.CMS}, {kindPDF, r.PDF}, {kindXML, r.XML}, {kindAuto, r.File}} {
		switch {
		case given.file == nil:
		case kind == "", kind == given.kind:
			kind, file = given.kind, given.file
		default:
			return nil, badField("/"+given.kind, "unknown_field", "the file belongs into /"+kind)
		}
	}
	if kind == "" {
		kind = kindAuto
	}
	switch {
	case len(file) == 0:
		return nil, badField("/"+kind, "required", "is missing or empty")
	case kind == kindPDF && r.Content != nil:
		return nil, badField("/content", "unknown_field", "a PDF carries its content")
	case kind == kindPDF && r.Digests != nil:
		return nil, badField("/digests", "unknown_field", "a PDF carries its content")
	}
	asked := &verification{kind: kind, file: spool.Of(file), receipt: r.Receipt || r.ReceiptPDF, receiptPDF: r.ReceiptPDF}
	if r.Content != nil {
		asked.content = spool.Of(r.Content)
	}
	return asked, v.ask(r, asked)
}

// readVerificationForm reads a form whose files may be large.
func (v *service) readVerificationForm(c echo.Context, kind, boundary string) (*verification, error) {
	files, values := []string{kind}, []string{"iin", "bin", "identifier", "role", "at", "receipt", "receipt_pdf", "report", "policy"}
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
		IIN: parts.values["iin"], BIN: parts.values["bin"], Identifier: parts.values["identifier"], Role: parts.values["role"], At: parts.values["at"],
		Report: parts.values["report"], Policy: parts.values["policy"],
	}
	if body.Digests, err = digestsOf(parts.values["digest"]); err == nil {
		asked.receipt, err = yes("/receipt", parts.values["receipt"])
	}
	if err == nil {
		asked.receiptPDF, err = yes("/receipt_pdf", parts.values["receipt_pdf"])
		asked.receipt = asked.receipt || asked.receiptPDF
	}
	if err == nil {
		err = v.ask(&body, asked)
	}
	if err != nil {
		return nil, errors.Join(err, parts.close())
	}
	return asked, nil
}

// personal answers with JSON that may hold personal data and is kept nowhere.
func personal(c echo.Context, status int, body any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, body)
}
