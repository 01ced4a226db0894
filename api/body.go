package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"tamga/signing/spool"
)

// contentType returns the media type of the body if it is one of those taken,
// with its parameters.
func contentType(c echo.Context, taken ...string) (string, map[string]string, error) {
	media, parameters, err := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	if err != nil || !slices.Contains(taken, media) {
		return "", nil, &fault{is: errMediaType, detail: "taken here: " + strings.Join(taken, ", ")}
	}
	if charset := parameters["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return "", nil, &fault{is: errMediaType, detail: "JSON is in UTF-8"}
	}
	return media, parameters, nil
}

// readJSON reads a body that is one JSON object with known members only, each
// at most once.
func (v *service) readJSON(c echo.Context, into any) error {
	if _, _, err := contentType(c, echo.MIMEApplicationJSON); err != nil {
		return err
	}
	// Routes that take large files as forms do not take them as base64.
	body, err := v.receive(c, v.MaxBody)
	if err != nil {
		return err
	}
	return errors.Join(spool.Guard(func() error { return decodeJSON(body.Bytes(), into) }), body.Close())
}

// receive reads a whole body and then waits until it may be worked on. Until
// then it costs nothing but room on the disk.
func (v *service) receive(c echo.Context, limit int64) (*spool.File, error) {
	body, err := v.spool.Read(c.Request().Body, limit)
	if err != nil {
		return nil, bodyError(err)
	}
	if err := v.admitted(c, int64(len(body.Bytes()))); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return body, nil
}

func decodeJSON(raw []byte, into any) error {
	if err := eachOnce(raw); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrongType *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrongType):
		return badField("/"+strings.ReplaceAll(wrongType.Field, ".", "/"), "type",
			"is a "+wrongType.Value+", which is not what belongs here")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		// The library has no type for this error.
		return badField("", "unknown_field", strings.TrimPrefix(err.Error(), "json: "))
	}
	return &fault{is: errMalformed, detail: "a value in the JSON is not of its form"}
}

// bodyError keeps the reason when a body is too long.
func bodyError(err error) error {
	if errors.Is(err, spool.ErrTooLarge) {
		return &fault{is: errBodyTooLarge, detail: err.Error()}
	}
	if errors.Is(err, spool.ErrFull) {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errTooSlow
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &fault{is: errBodyTooLarge, detail: fmt.Sprintf("the body is longer than %d bytes", tooLarge.Limit)}
	}
	return &fault{is: errMalformed, detail: "the body ended early or is broken"}
}

// eachOnce insists on one JSON object, nothing after it, no member twice and
// no great depth. Readers that take the first of two members and readers that
// take the last would otherwise see different documents.
func eachOnce(raw []byte) error {
	const deepest = 32
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var open []container
	for began := false; !began || len(open) > 0; began = true {
		token, err := d.Token()
		if err != nil || !began && token != json.Delim('{') || len(open) > deepest {
			return &fault{is: errMalformed, detail: "the body is not one JSON object"}
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open); n > 0 && !open[n-1].accepts(token) {
			return &fault{is: errMalformed, detail: "a member stands twice in the same JSON object"}
		}
		if delim, ok := token.(json.Delim); ok {
			open = append(open, newContainer(delim))
		}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return &fault{is: errMalformed, detail: "something follows the JSON object"}
	}
	return nil
}

// container is an object or array that is being read.
type container struct {
	names map[string]bool // nil for an array
	value bool            // a name was read, its value is next
}

func newContainer(delim json.Delim) container {
	if delim == '{' {
		return container{names: map[string]bool{}}
	}
	return container{}
}

// accepts takes the next token inside, and reports whether it may stand there.
func (c *container) accepts(token json.Token) bool {
	if c.names == nil {
		return true
	}
	if c.value {
		c.value = false
		return true
	}
	// The library matches members to fields whatever their case.
	name, _ := token.(string)
	name = strings.ToLower(name)
	if c.names[name] {
		return false
	}
	c.names[name], c.value = true, true
	return true
}

// form is a multipart form that was read.
type form struct {
	files  map[string]*spool.File
	values map[string]string
}

func (f *form) close() error {
	var err error
	for _, file := range f.files {
		err = errors.Join(err, file.Close())
	}
	return err
}

// readForm reads a multipart form, each part at most once: files, which may be
// large, and values, which may not.
func (v *service) readForm(c echo.Context, boundary string, files []string, values ...string) (*form, error) {
	f := &form{files: map[string]*spool.File{}, values: map[string]string{}}
	err := f.read(&partReader{body: c.Request().Body}, boundary, files, values, v)
	if err == nil {
		err = v.admitted(c, f.size())
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

func (f *form) size() int64 {
	var n int64
	for _, file := range f.files {
		n += int64(len(file.Bytes()))
	}
	return n
}

// longestHead is the most bytes of the headers of a part, with what the readers
// take in advance.
const longestHead = 16 << 10

// partReader reads the body of a form. Between two parts it gives no more than
// the headers of one may have.
type partReader struct {
	body io.Reader
	head bool // reading one
	left int  // of it
}

func (r *partReader) Read(b []byte) (int, error) {
	if r.head {
		if r.left == 0 {
			return 0, errLongHead
		}
		b = b[:min(len(b), r.left)]
	}
	n, err := r.body.Read(b)
	r.left -= n
	return n, err
}

var errLongHead = errors.New("a part of the form begins too late")

// longestValue is the most bytes of a part that is no file.
const longestValue = 1 << 10

func (f *form) read(body *partReader, boundary string, files, values []string, v *service) error {
	r := multipart.NewReader(body, boundary)
	for {
		body.head, body.left = true, longestHead
		part, err := r.NextRawPart()
		body.head = false
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return bodyError(err)
		}
		name := part.FormName()
		_, file := f.files[name]
		_, value := f.values[name]
		switch {
		case file || value:
			return badField("/"+name, "duplicate", "stands twice")
		case slices.Contains(files, name):
			if f.files[name], err = v.spool.Read(part, v.MaxUpload); err != nil {
				delete(f.files, name)
				return bodyError(err)
			}
		case slices.Contains(values, name):
			text, err := io.ReadAll(io.LimitReader(part, longestValue+1))
			if err != nil {
				return bodyError(err)
			}
			if len(text) > longestValue {
				return badField("/"+name, "too_long", "is too long")
			}
			f.values[name] = string(text)
		default:
			return badField("", "unknown_field", "parts taken here: "+strings.Join(slices.Concat(files, values), ", "))
		}
	}
}

// binary reads a member of JSON that holds bytes: base64 with or without line
// breaks, or PEM as it is.
func binary(pointer, s string) ([]byte, error) {
	trimmed := strings.TrimSpace(s)
	if strings.HasPrefix(trimmed, "-----BEGIN ") {
		return []byte(trimmed), nil
	}
	raw, err := base64.StdEncoding.DecodeString(trimmed)
	if err != nil {
		return nil, badField(pointer, "base64", "is not base64 of RFC 4648 section 4")
	}
	return raw, nil
}
