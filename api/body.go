package api

import (
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

	"tamga/api/strictjson"
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
// at most once and none of them empty.
func (v *service) readJSON(c echo.Context, into any) error {
	if _, _, err := contentType(c, echo.MIMEApplicationJSON); err != nil {
		return err
	}
	// Routes that take large files as forms do not take them as base64. What is read
	// into keeps nothing of the text.
	body, err := v.receiveBy(c, v.MaxBody, v.spool.ReadPassing)
	if err != nil {
		return err
	}
	return errors.Join(spool.Guard(func() error { return decodeJSON(body.Bytes(), into) }), body.Close())
}

// receive reads a whole body and then waits until it may be worked on. Until
// then it costs nothing but room on the disk.
func (v *service) receive(c echo.Context, limit int64) (*spool.File, error) {
	return v.receiveBy(c, limit, v.spool.ReadAbout)
}

func (v *service) receiveBy(c echo.Context, limit int64, read func(r io.Reader, limit, announced int64) (*spool.File, error)) (*spool.File, error) {
	body, err := read(c.Request().Body, limit, c.Request().ContentLength)
	if err != nil {
		return nil, bodyError(err)
	}
	if err := v.admitted(c, bodyCost(int64(len(body.Bytes()))), judgedCost(c.Path())); err != nil {
		return nil, errors.Join(err, body.Close())
	}
	return body, nil
}

func decodeJSON(raw []byte, into any) error {
	err := strictjson.Decode(raw, into)
	var refused *strictjson.Error
	if !errors.As(err, &refused) {
		return err
	}
	f := &fault{is: errParameter}
	if refused.Broken() {
		f.is = errMalformed
	}
	for _, wrong := range refused.Faults {
		f.fields = append(f.fields, FieldError{
			Pointer: wrong.Pointer, Code: string(wrong.Code), Detail: wrong.Detail, Offset: &wrong.Offset,
		})
	}
	return f
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

// readForm reads a multipart form, each part at most once and none of them
// empty: files, which may be large, and values, which may not. A content alone
// may be empty, since an empty one can be signed.
func (v *service) readForm(c echo.Context, boundary string, files []string, values ...string) (*form, error) {
	f := &form{files: map[string]*spool.File{}, values: map[string]string{}}
	err := f.read(&partReader{body: c.Request().Body, announced: c.Request().ContentLength}, boundary, files, values, v)
	if err == nil {
		err = v.admitted(c, 0, 0)
	}
	if err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
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
	// announced is how long the whole body is said to be; -1 when it is not said.
	announced int64
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
			if f.files[name], err = v.spool.ReadAbout(part, v.MaxUpload, body.announced); err != nil {
				delete(f.files, name)
				return bodyError(err)
			}
			if len(f.files[name].Bytes()) == 0 && name != "content" {
				return badField("/"+name, "required", "is there and empty")
			}
		case slices.Contains(values, name):
			text, err := io.ReadAll(io.LimitReader(part, longestValue+1))
			if err != nil {
				return bodyError(err)
			}
			if len(text) > longestValue {
				return badField("/"+name, "too_long", "is too long")
			}
			if strings.TrimSpace(string(text)) == "" {
				return badField("/"+name, "required", "is there and empty: what is not meant is left out")
			}
			f.values[name] = string(text)
		default:
			return badField("", "unknown_field", "parts taken here: "+strings.Join(slices.Concat(files, values), ", "))
		}
	}
}
