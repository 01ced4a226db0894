package api

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/certs"
	"tamga/signing"
)

// verifyRequest is the body of the verification calls, as JSON or as the parts
// of a form. A pointer is nil when the member is absent.
type verifyRequest struct {
	CMS     *string `json:"cms"`
	PDF     *string `json:"pdf"`
	Content *string `json:"content"`
	IIN     string  `json:"iin"`
	BIN     string  `json:"bin"`
	Role    string  `json:"role"`
	At      string  `json:"at"`
}

// verifyCMS answers POST /v1/verify/cms.
func (v *service) verifyCMS(c echo.Context) error { return v.verify(c, "cms", v.Verifier.VerifyCMS) }

// verifyPDF answers POST /v1/verify/pdf.
func (v *service) verifyPDF(c echo.Context) error { return v.verify(c, "pdf", v.Verifier.VerifyPDF) }

// verify reads the file and what is asked of it, and answers with the verdict
// whatever it is.
func (v *service) verify(c echo.Context, name string,
	judge func([]byte, signing.Question) (*signing.Verdict, error)) error {
	file, q, err := readVerification(c, name)
	if err != nil {
		return err
	}
	verdict, err := judge(file, q)
	if err != nil {
		return err
	}
	return personal(c, http.StatusOK, verdict)
}

// readVerification reads either form of the request. name is the member that
// holds the file.
func readVerification(c echo.Context, name string) ([]byte, signing.Question, error) {
	media, parameters, err := contentType(c, echo.MIMEApplicationJSON, echo.MIMEMultipartForm)
	if err != nil {
		return nil, signing.Question{}, err
	}
	if media == echo.MIMEMultipartForm {
		return readVerificationForm(c, name, parameters["boundary"])
	}
	var body verifyRequest
	if err := readJSON(c, &body); err != nil {
		return nil, signing.Question{}, err
	}
	given, other := body.CMS, body.PDF
	if name == "pdf" {
		given, other = body.PDF, body.CMS
		if other == nil && body.Content != nil {
			return nil, signing.Question{}, badField("/content", "unknown_field", "a PDF carries its content")
		}
	}
	switch {
	case other != nil:
		return nil, signing.Question{}, badField("", "unknown_field", "the file belongs into /"+name)
	case given == nil || *given == "":
		return nil, signing.Question{}, badField("/"+name, "required", "is missing or empty")
	}
	file, err := binary("/"+name, *given)
	if err != nil {
		return nil, signing.Question{}, err
	}
	var content []byte
	if body.Content != nil {
		if content, err = binary("/content", *body.Content); err != nil {
			return nil, signing.Question{}, err
		}
		content = present(content)
	}
	q, err := body.question(content)
	return file, q, err
}

func readVerificationForm(c echo.Context, name, boundary string) ([]byte, signing.Question, error) {
	names := []string{name, "iin", "bin", "role", "at"}
	if name == "cms" {
		names = append(names, "content")
	}
	parts, err := readForm(c, boundary, names...)
	if err != nil {
		return nil, signing.Question{}, err
	}
	if len(parts[name]) == 0 {
		return nil, signing.Question{}, badField("/"+name, "required", "is missing or empty")
	}
	var content []byte
	if given, ok := parts["content"]; ok {
		content = present(given)
	}
	body := verifyRequest{
		IIN: string(parts["iin"]), BIN: string(parts["bin"]),
		Role: string(parts["role"]), At: string(parts["at"]),
	}
	q, err := body.question(content)
	return parts[name], q, err
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
func (r verifyRequest) question(content []byte) (signing.Question, error) {
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
	if r.Role != "" && !slices.Contains(roles(), q.Role) {
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

// roles are those that a request may ask for.
func roles() []certs.Role {
	return []certs.Role{
		certs.RoleIndividual, certs.RoleIndividualSystem, certs.RoleLegalEntity, certs.RoleHead,
		certs.RoleSignRight, certs.RoleFinanceSignRight, certs.RoleHR, certs.RoleEmployee,
		certs.RoleSystem, certs.RoleTreasury, certs.RoleAdministrator, certs.RoleManager, certs.RoleOperator,
	}
}

// personal answers with JSON that may hold personal data and is kept nowhere.
func personal(c echo.Context, status int, body any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(status, body)
}
