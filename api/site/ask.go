package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"

	"tamga/language"
)

// Problem is what the programming interface answers when it refuses (RFC 9457), in the
// language of the page.
type Problem struct {
	Title   string       `json:"title"`
	Detail  string       `json:"detail"`
	Status  int          `json:"status"`
	Code    string       `json:"code"`
	Errors  []FieldError `json:"errors"`
	TraceID string       `json:"trace_id"`
	// Signature is what was found of the signature that was refused; nil for no such thing.
	Signature *foundSignature `json:"signature"`

	RetryAfter string        `json:"-"`
	lang       language.Lang // that the page speaks
}

// FieldError is what is wrong with one field of what was sent.
type FieldError struct {
	Pointer string `json:"pointer"`
	Title   string `json:"title"`
	Detail  string `json:"detail"`
}

func (p *Problem) Error() string { return p.Code + ": " + p.Title }

// question is a request to the programming interface.
type question struct {
	Method string // GET when empty
	Path   string
	Body   any    // an io.Reader as it is, of Type; else it is sent as JSON
	Type   string // of the media
	Key    string // of idempotency
	Match  string // If-Match
}

// ask asks the programming interface in the name of whoever is signed in, and reads its
// answer into a value, unless that is nil. A refusal is a [*Problem].
func (v *visit) ask(q question, into any) error {
	answer := &recorder{header: http.Header{}}
	if err := v.send(answer, q); err != nil {
		return err
	}
	if answer.status >= http.StatusBadRequest {
		p := &Problem{Status: answer.status, RetryAfter: answer.header.Get("Retry-After"), lang: v.lang}
		if err := json.Unmarshal(answer.body.Bytes(), p); err != nil {
			return fmt.Errorf("the interface answered %d without a problem: %w", answer.status, err)
		}
		return p
	}
	if into == nil {
		return nil
	}
	if raw, wanted := into.(*[]byte); wanted {
		*raw = answer.body.Bytes()
		return nil
	}
	if err := json.Unmarshal(answer.body.Bytes(), into); err != nil {
		return fmt.Errorf("the answer of %s: %w", q.Path, err)
	}
	return nil
}

// get asks for what stands at a path.
func (v *visit) get(path string, into any) error { return v.ask(question{Path: path}, into) }

// pass answers with what the programming interface answers, such as a file. Its own
// headers hold: strangers' content never becomes content of a page.
// What it refuses becomes a page.
func (v *visit) pass(q question) error {
	passing := &passer{ResponseWriter: v.w}
	if err := v.send(passing, q); err != nil {
		return err
	}
	passing.WriteHeader(http.StatusOK) // of an answer that holds nothing
	if passing.refused == nil {
		return nil
	}
	return refusal(passing.refused)
}

// passer hands an answer on as it comes, but for a refusal, which it keeps: programs read
// those, and people do not.
type passer struct {
	http.ResponseWriter
	own     http.Header
	begun   bool
	refused *recorder
}

// Header is apart from that of the page until it is known what the answer is.
func (p *passer) Header() http.Header {
	if p.own == nil {
		p.own = http.Header{}
	}
	return p.own
}

func (p *passer) WriteHeader(status int) {
	switch {
	case p.begun:
		return
	case status >= http.StatusBadRequest:
		p.refused = &recorder{header: p.own, status: status}
	default:
		maps.Copy(p.ResponseWriter.Header(), p.own)
		p.ResponseWriter.WriteHeader(status)
	}
	p.begun = true
}

func (p *passer) Write(b []byte) (int, error) {
	p.WriteHeader(http.StatusOK)
	if p.refused != nil {
		return p.refused.Write(b)
	}
	return p.ResponseWriter.Write(b)
}

// Unwrap lets the interface reach what the connection can do.
func (p *passer) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// refusal is the problem that the interface answered with.
func refusal(answer *recorder) error {
	p := &Problem{Status: answer.status, RetryAfter: answer.header.Get("Retry-After")}
	if err := json.Unmarshal(answer.body.Bytes(), p); err != nil {
		return fmt.Errorf("the interface answered %d without a problem: %w", answer.status, err)
	}
	return p
}

func (v *visit) send(w http.ResponseWriter, q question) error {
	body, media := io.Reader(nil), q.Type
	switch b := q.Body.(type) {
	case nil:
	case io.Reader:
		body = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return err
		}
		body, media = bytes.NewReader(raw), "application/json"
	}
	method := q.Method
	if method == "" {
		method = http.MethodGet
	}
	r, err := http.NewRequestWithContext(v.r.Context(), method, q.Path, body)
	if err != nil {
		return err
	}
	r.RemoteAddr, r.Host, r.TLS = v.r.RemoteAddr, v.r.Host, v.r.TLS
	r.RequestURI = q.Path
	for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "User-Agent"} {
		if values := v.r.Header[name]; len(values) > 0 {
			r.Header[name] = values
		}
	}
	r.Header.Set("Accept-Language", string(v.lang))
	r.Header.Set("Accept", "application/json")
	r.Header.Set("Traceparent", "00-"+v.trace+"-"+v.trace[:16]+"-01")
	for name, value := range map[string]string{"Content-Type": media, "Idempotency-Key": q.Key, "If-Match": q.Match} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if v.token != "" {
		r.Header.Set("Authorization", "Bearer "+v.token)
	}
	v.API.ServeHTTP(w, r)
	return nil
}

// segment is a part of a path that a page got from its own address, fit for a question:
// numbers and names of ours have no other characters.
func segment(s string) (string, error) {
	if s == "" || len(s) > 64 || strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") != "" || strings.Trim(s, ".") == "" {
		return "", errNotFound
	}
	return s, nil
}

// recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
