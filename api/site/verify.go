package site

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"tamga/language/words"
)

func (s *Site) verifyRoutes() map[string]page {
	return map[string]page{
		"GET /verify":          (*visit).verifyPage,
		"POST /verify":         (*visit).verifyFile,
		"POST /verify/receipt": (*visit).verifyReceipt,
	}
}

// verifyForm is the page that asks for a file.
type verifyForm struct {
	Errors  []Wrong
	Retry   string // when to try again, in words
	Most    string // megabytes that are taken
	MostRaw string // and bytes, for the script
}

func (v *visit) verifyPage() error {
	if err := v.known(); err != nil {
		return err
	}
	return v.askForFile(http.StatusOK, verifyForm{})
}

func (v *visit) askForFile(status int, view verifyForm) error {
	view.Most, view.MostRaw = strconv.FormatInt(v.MaxUpload>>20, 10), strconv.FormatInt(v.MaxUpload, 10)
	return v.show(status, "verify", view, with("verify.js"))
}

// upload is what the form brought: a file with a signature, and the document of a
// detached one or its digests, which browsers compute.
type upload struct {
	file, content *multipart.FileHeader
	digests       string // such as "SHA-256:0011…", parted by commas
}

// chosen returns the file of a field; nil when none was chosen, which browsers send as one
// without a name.
func (f form) chosen(field string) *multipart.FileHeader {
	for _, h := range f.files[field] {
		if h.Filename != "" || h.Size > 0 {
			return h
		}
	}
	return nil
}

// uploaded reads the form, or says what it lacks.
func (v *visit) uploaded() (upload, []Wrong) {
	u := upload{file: v.form.chosen("file"), content: v.form.chosen("document"), digests: strings.TrimSpace(v.form.Get("digests"))}
	if u.digests != "" {
		u.content = nil
	}
	switch {
	case u.file == nil:
		return u, []Wrong{{"file", words.Of("verify.no_file").In(v.lang)}}
	case u.file.Size == 0:
		return u, []Wrong{{"file", words.Of("verify.empty").In(v.lang)}}
	}
	return u, nil
}

// judge asks /v1 about what was uploaded, with further values of its form.
func (v *visit) judge(u upload, into any, values ...Field) error {
	if u.digests != "" {
		values = append(values, Field{"digest", u.digests})
	}
	return v.askWithFiles("/v1/verify/auto", []sent{{"file", u.file}, {"content", u.content}}, values, into)
}

// sent is a file that goes on to /v1 under a name.
type sent struct {
	name   string
	header *multipart.FileHeader // nil for none
}

// askWithFiles asks with files, which go through piece by piece and are held whole
// nowhere here.
func (v *visit) askWithFiles(path string, files []sent, values []Field, into any) error {
	r, w := io.Pipe()
	body := multipart.NewWriter(w)
	go func() { w.CloseWithError(writeForm(body, files, values)) }()
	err := v.ask(question{Method: http.MethodPost, Path: path, Body: r, Type: body.FormDataContentType()}, into)
	return errors.Join(err, r.Close())
}

func writeForm(body *multipart.Writer, files []sent, values []Field) error {
	for _, value := range values {
		if err := body.WriteField(value.Name, value.Value); err != nil {
			return err
		}
	}
	for _, f := range files {
		if f.header == nil {
			continue
		}
		if err := writeFile(body, f); err != nil {
			return err
		}
	}
	return body.Close()
}

func writeFile(body *multipart.Writer, f sent) error {
	part, err := body.CreateFormFile(f.name, "file") // its own name may be of a person
	if err != nil {
		return err
	}
	file, err := f.header.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(part, file)
	return err
}

// verifyFile answers the form with the verdict.
func (v *visit) verifyFile() error {
	if err := v.known(); err != nil {
		return err
	}
	u, wrong := v.uploaded()
	if wrong != nil {
		return v.askForFile(http.StatusUnprocessableEntity, verifyForm{Errors: wrong})
	}
	var found verdict
	if err := v.judge(u, &found); err != nil {
		return v.askAgain(err)
	}
	var inspected inspection
	if found.Kind == "certificate" {
		if err := v.inspect(u.file, &inspected); err != nil {
			return v.askAgain(err)
		}
	}
	return v.show(http.StatusOK, "verdict", v.verdictView(found, inspected, u), with("verify.js"), answering)
}

// inspect asks what stands in a certificate.
func (v *visit) inspect(h *multipart.FileHeader, into *inspection) error {
	file, err := h.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	return v.ask(question{Method: http.MethodPost, Path: "/v1/certificates/inspect", Body: file, Type: "application/octet-stream"}, into)
}

// askAgain shows the form again with what /v1 refused, and when to try again.
func (v *visit) askAgain(given error) error {
	wrong, err := wrongs(given)
	if err != nil {
		return err
	}
	for i := range wrong { // /v1 calls the document the content, as the page calls its main part
		if wrong[i].Field == "content" {
			wrong[i].Field = "document"
		}
	}
	view, status := verifyForm{Errors: wrong}, http.StatusUnprocessableEntity
	var p *Problem
	if errors.As(given, &p) {
		view.Retry, status = v.again(p), p.Status
	}
	return v.askForFile(status, view)
}

// verifyReceipt answers with a signed receipt of the verification: as a PDF, or as the
// answer of /v1 with the receipt in it.
func (v *visit) verifyReceipt() error {
	u, wrong := v.uploaded()
	if wrong != nil {
		return v.askForFile(http.StatusUnprocessableEntity, verifyForm{Errors: wrong})
	}
	var raw []byte
	as := Field{"receipt", "true"}
	pdf := v.form.Get("as") == "pdf"
	if pdf {
		as.Name = "receipt_pdf"
	}
	if err := v.judge(u, &raw, as); err != nil {
		return v.askAgain(err)
	}
	return v.sendReceipt(raw, pdf)
}
