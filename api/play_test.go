package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A script is a conversation with the service, as a person would write it
// down. A line says by its beginning what it is:
//
//	GET /path           begins an exchange
//	> Name: value       a header of the request
//	| name = value      a part of a multipart form; @name is a file
//	? code == 200       what the answer must be: see player.expect
//	let name = json a.b remembers something of the answer: json PATH or header
//	                    NAME, or all of it as a file: file; NAME.longer is a
//	                    longer one
//	wait 48h            lets time pass on the clock of the service
//	# anything          a remark
//
// Every other line belongs to the body of the request. ${name} stands for a
// value of the scene or one remembered; of a file, for its base64.

// scene is what scripts can name.
type scene struct {
	url      string
	values   map[string]string
	files    map[string][]byte
	personal []string                                 // what no public answer may hold
	ahead    atomic.Int64                             // of the clock, in nanoseconds
	seal     func(t *testing.T, number string) string // of the file that a document has today
}

type exchange struct {
	line         int
	method, path string
	header       http.Header
	parts        [][2]string
	body         []string
	after        []string // expectations and lets, with their lines
	lines        []int
}

func readScript(t *testing.T, name string) []*exchange {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	begins := regexp.MustCompile(`^[A-Z]+ /\S*$`)
	var all []*exchange
	for i, line := range strings.Split(string(raw), "\n") {
		if begins.MatchString(line) {
			method, path, _ := strings.Cut(line, " ")
			all = append(all, &exchange{line: i + 1, method: method, path: path, header: http.Header{}})
			continue
		}
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(all) == 0 {
			t.Fatalf("%s:%d: no exchange has begun", name, i+1)
		}
		e := all[len(all)-1]
		if h, ok := strings.CutPrefix(line, "> "); ok {
			key, value, _ := strings.Cut(h, ": ")
			e.header.Add(key, value)
		} else if p, ok := strings.CutPrefix(line, "| "); ok {
			key, value, _ := strings.Cut(p, " = ")
			e.parts = append(e.parts, [2]string{key, value})
		} else if strings.HasPrefix(line, "? ") || strings.HasPrefix(line, "let ") || strings.HasPrefix(line, "wait ") {
			e.after, e.lines = append(e.after, line), append(e.lines, i+1)
		} else {
			e.body = append(e.body, line)
		}
	}
	return all
}

var variable = regexp.MustCompile(`\$\{([^}]+)\}`)

func (s *scene) expand(t *testing.T, text string) string {
	return variable.ReplaceAllStringFunc(text, func(v string) string {
		name := v[2 : len(v)-1]
		if value, ok := s.values[name]; ok {
			return value
		}
		if file, ok := s.files[name]; ok {
			return base64.StdEncoding.EncodeToString(file)
		}
		t.Fatalf("the scene has no %s", v)
		return ""
	})
}

// play plays a script to its end.
func (s *scene) play(t *testing.T, name string) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, e := range readScript(t, name) {
		req := s.request(t, e)
		res, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s:%d: %v", name, e.line, err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			t.Fatalf("%s:%d: %v", name, e.line, err)
		}
		a := answer{res, body}
		if why := s.invariants(req, a); why != "" {
			t.Errorf("%s:%d: %s\n%s", name, e.line, why, a)
		}
		for i, line := range e.after {
			if why := s.hold(t, a, line); why != "" {
				t.Errorf("%s:%d: %s: %s\n%s", name, e.lines[i], line, why, a)
			}
		}
	}
}

func (s *scene) request(t *testing.T, e *exchange) *http.Request {
	t.Helper()
	body := []byte(s.expand(t, strings.Join(e.body, "\n")))
	if len(e.parts) > 0 {
		var form bytes.Buffer
		w := multipart.NewWriter(&form)
		for _, p := range e.parts {
			value := []byte(s.expand(t, p[1]))
			if file, ok := strings.CutPrefix(p[1], "@"); ok {
				value = s.files[file]
			}
			part, err := w.CreateFormFile(p[0], "file")
			if err == nil {
				_, err = part.Write(value)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		body = form.Bytes()
		e.header.Set("Content-Type", w.FormDataContentType())
	}
	req, err := http.NewRequestWithContext(t.Context(), e.method, s.url+s.expand(t, e.path), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for key, values := range e.header {
		for _, v := range values {
			req.Header.Add(key, s.expand(t, v))
		}
	}
	return req
}

type answer struct {
	*http.Response
	body []byte
}

func (a answer) String() string {
	return fmt.Sprintf("%s %v\n%.1500s", a.Status, a.Header, a.body)
}

// invariants are what every answer keeps to; it returns what is broken.
func (s *scene) invariants(req *http.Request, a answer) string {
	isProblem := a.Header.Get("Content-Type") == "application/problem+json"
	isPage := strings.HasPrefix(a.Header.Get("Content-Type"), "text/html")
	switch {
	case a.StatusCode >= 400 && !isProblem && !isPage:
		return "an error that is neither a problem nor a page"
	case isPage && strings.HasPrefix(req.URL.Path, "/v1/"):
		return "a page from the programming interface"
	case isPage && !strings.Contains(string(a.body), `<html lang="`+a.Header.Get("Content-Language")+`">`):
		return "the language of the page is not the one announced"
	case isPage && (strings.Contains(string(a.body), " style=") || strings.Count(string(a.body), "<script") != strings.Count(string(a.body), `<script src="/static/`)):
		return "a page with inline styles or scripts"
	case !strings.Contains(a.Header.Get("Content-Security-Policy"), "default-src 'none'"):
		return "no content security policy"
	}
	if isProblem && req.Method != http.MethodHead {
		var p map[string]any
		if err := json.Unmarshal(a.body, &p); err != nil {
			return "the problem is no JSON"
		}
		for _, member := range []string{"type", "title", "status", "instance", "code", "trace_id"} {
			if p[member] == nil || p[member] == "" {
				return "the problem has no " + member
			}
		}
		if p["status"] != float64(a.StatusCode) {
			return "the problem has another status than the answer"
		}
	}
	asked := strings.HasPrefix(req.URL.Path, "/v1/verify") || strings.HasPrefix(req.URL.Path, "/v1/certificates")
	if req.Header.Get("Authorization") != "" || asked || a.Header.Get("Content-Type") == "application/pdf" {
		return ""
	}
	for _, p := range s.personal {
		if bytes.Contains(a.body, []byte(p)) {
			return "a public answer holds personal data: " + p
		}
	}
	return ""
}

// hold checks an expectation or remembers a value, and returns what is wrong.
//
//	? code == N
//	? header NAME == VALUE, contains VALUE, absent
//	? json PATH == VALUE, contains VALUE, absent
//	? body contains TEXT, lacks TEXT
func (s *scene) hold(t *testing.T, a answer, line string) string {
	t.Helper()
	if rest, ok := strings.CutPrefix(line, "wait "); ok {
		passed, err := time.ParseDuration(rest)
		if err != nil {
			return err.Error()
		}
		s.ahead.Add(int64(passed))
		return ""
	}
	if rest, ok := strings.CutPrefix(line, "let "); ok {
		name, from, _ := strings.Cut(rest, " = ")
		what, of, _ := strings.Cut(from, " ")
		if what == "file" {
			s.files[name] = a.body
			s.files[name+".longer"] = append(bytes.Clone(a.body), "\n% more\n"...)
			return ""
		}
		value, ok := a.find(what, of)
		if what == "seal" {
			value, ok = s.seal(t, s.expand(t, of)), true
		}
		if !ok {
			return "not there"
		}
		s.values[name] = value
		return ""
	}
	words := strings.SplitN(strings.TrimPrefix(line, "? "), " ", 2)
	what, rest := words[0], words[1]
	of := ""
	if what == "header" || what == "json" {
		of, rest, _ = strings.Cut(rest, " ")
	}
	operator, want, _ := strings.Cut(rest, " ")
	want = s.expand(t, want)
	got, ok := a.find(what, of)
	switch {
	case (operator == "contains" || operator == "lacks") && want == "":
		return "nothing to look for: the expectation says nothing"
	case operator == "absent" && ok:
		return "it is " + got
	case operator == "==" && (!ok || got != want):
		return "it is " + got
	case operator == "contains" && !strings.Contains(got, want):
		return "it does not"
	case operator == "lacks" && strings.Contains(got, want):
		return "it does not"
	case operator != "absent" && operator != "==" && operator != "contains" && operator != "lacks":
		return "unknown operator"
	}
	return ""
}

// find returns a piece of the answer.
func (a answer) find(what, of string) (string, bool) {
	switch what {
	case "code":
		return strconv.Itoa(a.StatusCode), true
	case "body":
		return string(a.body), true
	case "size":
		return strconv.Itoa(len(a.body)), true
	case "header":
		values := a.Header.Values(of)
		return strings.Join(values, ", "), len(values) > 0
	case "json":
		return a.json(of)
	}
	return "", false
}

// json follows a path such as signers.0.indication; an answer of many lines is
// an array.
func (a answer) json(path string) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.UseNumber()
	var at any
	if a.Header.Get("Content-Type") == "application/x-ndjson" {
		lines := []any{}
		for {
			var line any
			if err := d.Decode(&line); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return "", false
			}
			lines = append(lines, line)
		}
		at = lines
	} else if err := d.Decode(&at); err != nil {
		return "", false
	}
	for _, step := range strings.Split(path, ".") {
		switch v := at.(type) {
		case map[string]any:
			next, ok := v[step]
			if !ok {
				return "", false
			}
			at = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return "", false
			}
			at = v[i]
		default:
			return "", false
		}
	}
	return fmt.Sprint(at), true
}
