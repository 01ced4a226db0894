package site

import (
	"encoding/base64"
	"encoding/pem"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tamga/language/words"
)

// form is what a page sent.
type form struct {
	url.Values
	from  string // the path of the page that it stood on
	files map[string][]*multipart.FileHeader
}

// Most of a form: of its fields, and of what is kept in memory of its files, in bytes.
const (
	mostFields = 1 << 20
	inMemory   = 1 << 20
)

func readForm(w http.ResponseWriter, r *http.Request, most int64) (form, error) {
	multi := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
	if !multi {
		most = mostFields
	}
	r.Body = http.MaxBytesReader(w, r.Body, most)
	f := form{from: r.URL.Path}
	var err error
	if multi {
		err = r.ParseMultipartForm(inMemory)
	} else {
		err = r.ParseForm()
	}
	if err != nil {
		return f, errors.Join(errForm, err)
	}
	f.Values = r.PostForm
	if r.MultipartForm != nil {
		f.files = r.MultipartForm.File
	}
	f.from = local(f.Get("from"), f.from)
	return f, nil
}

// signatures are what the part "sign" sent: for each text one, pasted by the script or
// given as a file; nil where one is missing.
func (f form) signatures(n int) ([][]byte, error) {
	pasted, files := f.Values["cms"], f.files["cms_file"]
	all := make([][]byte, n)
	for i := range all {
		var raw []byte
		if i < len(pasted) && strings.TrimSpace(pasted[i]) != "" {
			raw = []byte(pasted[i])
		} else if len(files) == n || i < len(files) {
			var err error
			if raw, err = readFile(files[i], mostFields); err != nil {
				return nil, err
			}
		}
		all[i] = signature(raw)
	}
	return all, nil
}

// signature takes the armour off a signature: PEM or base64; DER stays as it is.
func signature(raw []byte) []byte {
	if len(raw) == 0 {
		return nil
	}
	if block, _ := pem.Decode(raw); block != nil {
		return block.Bytes
	}
	plain := strings.Join(strings.Fields(string(raw)), "")
	if der, err := base64.StdEncoding.DecodeString(plain); err == nil {
		return der
	}
	return raw
}

func readFile(h *multipart.FileHeader, most int64) ([]byte, error) {
	file, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer file.Close()
	raw, err := io.ReadAll(io.LimitReader(file, most+1))
	if int64(len(raw)) > most {
		return nil, errForm
	}
	return raw, err
}

// Wrong is one line of the summary of errors, which leads to its field.
type Wrong struct {
	Field string // the id of the field; empty for the form as a whole
	Text  string
}

// wrongs are the lines for what the interface refused: fields are called by their JSON
// pointers, so that the field "/form/object" has the id "form-object". What is no refusal
// of the sender's is returned as it is.
func wrongs(err error) ([]Wrong, error) {
	var p *Problem
	if !errors.As(err, &p) || p.Status == http.StatusUnauthorized || p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable {
		return nil, err
	}
	if len(p.Errors) == 0 {
		return append([]Wrong{{Text: p.Title}}, p.Signature.lines(p.lang)...), nil
	}
	var all []Wrong
	for _, e := range p.Errors {
		all = append(all, Wrong{Field: FieldID(e.Pointer), Text: e.Title})
	}
	return all, nil
}

// FieldID is the id of the field with a JSON pointer.
func FieldID(pointer string) string {
	return strings.ReplaceAll(strings.Trim(pointer, "/"), "/", "-")
}

// missing is the line for a field that must be filled in.
func (v *visit) missing(field string) Wrong {
	return Wrong{Field: field, Text: words.Of("field.required").In(v.lang)}
}

// kept are the fields of a form, in the order of their names, for a form that is shown
// again.
func (f form) kept() []Field {
	var all []Field
	for name, values := range f.Values {
		for _, value := range values {
			if name != "csrf" && name != "password" {
				all = append(all, Field{Name: name, Value: value})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// withFiles reports whether a form came with files.
func (f form) withFiles() bool {
	for _, files := range f.files {
		if slices.ContainsFunc(files, func(h *multipart.FileHeader) bool { return h.Size > 0 }) {
			return true
		}
	}
	return false
}

// Field is a field with its value.
type Field struct{ Name, Value string }
