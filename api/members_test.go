package api_test

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/api"
	"tamga/api/strictjson"
	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents/people"
	"tamga/documents/store"
	"tamga/signing/signtest"
)

// member is one member of a request: where it stands, and what a right value
// of it begins with in JSON.
type member struct {
	path  []string // names, and "0" in a list
	kind  byte     // '"', '0', 't', '{' or '['
	value string   // of the right kind
	empty bool     // may be an empty text
}

// aMoment is a right value of a member that is a time.
const aMoment = `"2026-06-01T12:00:00Z"`

func (m member) pointer() string { return "/" + strings.Join(m.path, "/") }

// members walks a type and returns every member in it.
func members(t reflect.Type, path []string) []member {
	if t.Kind() == reflect.Pointer {
		return members(t.Elem(), path)
	}
	m := member{path: slices.Clone(path)}
	switch {
	case t == reflect.TypeFor[strictjson.Object]():
		m.kind, m.value = '{', `{"a": "b"}`
	case t == reflect.TypeFor[[]byte](), t == reflect.TypeFor[strictjson.Bytes](), t == reflect.TypeFor[strictjson.Content]():
		m.kind, m.value, m.empty = '"', `"YQ=="`, t == reflect.TypeFor[strictjson.Content]()
	case t == reflect.TypeFor[time.Time]():
		m.kind, m.value = '"', aMoment
	case reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		m.kind, m.value = '"', `"2026-06-01"`
	case t.Kind() == reflect.String:
		m.kind, m.value = '"', `"a"`
	case t.Kind() == reflect.Bool:
		m.kind, m.value = 't', `true`
	case t.Kind() == reflect.Map:
		m.kind, m.value = '{', `{"a": "b"}`
		return append([]member{m}, members(t.Elem(), append(slices.Clone(path), "a"))...)
	case t.Kind() == reflect.Slice:
		inside := members(t.Elem(), append(slices.Clone(path), "0"))
		m.kind, m.value = '[', "["+inside[0].value+"]"
		return append([]member{m}, inside...)
	case t.Kind() == reflect.Struct:
		m.kind = '{'
		return structMembers(t, m)
	default:
		m.kind, m.value = '0', `1`
	}
	return []member{m}
}

func structMembers(t reflect.Type, m member) []member {
	var all []member
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			all = append(all, members(f.Type, m.path)[1:]...) // its members are here
			continue
		}
		if name == "-" { // no member at all
			continue
		}
		inside := members(f.Type, append(slices.Clone(m.path), name))
		if m.value == "" {
			m.value = fmt.Sprintf(`{%q: %s}`, name, inside[0].value)
		}
		all = append(all, inside...)
	}
	return append([]member{m}, all...)
}

// body writes a JSON object in which only this member stands, with a value;
// beside it stands what else is written.
func (m member) body(value, beside string) string {
	last := len(m.path) - 1
	text := fmt.Sprintf("%q: %s%s", m.path[last], value, beside)
	if m.path[last] == "0" {
		text = value + beside
	}
	for i := last; i >= 0; i-- {
		if m.path[i] == "0" {
			text = "[" + text + "]"
		} else {
			text = "{" + text + "}"
		}
		if i > 0 && m.path[i-1] != "0" {
			text = fmt.Sprintf("%q: %s", m.path[i-1], text)
		}
	}
	return text
}

// refused is what a test reads of a problem.
type refused struct {
	Code   string
	Errors []struct {
		Pointer, Code string
		Offset        *int64
	}
}

func (r refused) String() string { return fmt.Sprintf("%s %+v", r.Code, r.Errors) }

// everyRight is a service and a client that may do everything.
func everyRight(t *testing.T) (*stage, map[string]string) {
	t.Helper()
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.server.Limits = api.DefaultLimits()
	s.server.Limits.Checks = 1 << 20
	s.start(t)
	s.fill(t, pki)
	secret, err := s.server.Registry.Store.AddClient(t.Context(), "all", []string{
		store.ScopeSign, store.ScopeIssue, store.ScopeRead, store.ScopeStatus, store.ScopeEnterDocuments, store.ScopeCorrect, store.ScopeApply, store.ScopeEnter,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.values["session"] = s.administrator(t, pki)
	return s, map[string]string{
		"Authorization": "Bearer " + secret, "Content-Type": "application/json",
		"Idempotency-Key": "a", "If-Match": `"a-1"`,
	}
}

// ofPeople reports whether an address is asked by people, with a session.
func ofPeople(route string) bool {
	for _, begin := range []string{"/v1/people", "/v1/duties", "/v1/powers", "/v1/me"} {
		if strings.HasPrefix(route, begin) {
			return true
		}
	}
	return strings.Contains(route, "/erasure")
}

// administrator is the token of somebody who administers people, signed in by key.
func (s *stage) administrator(t *testing.T, pki *signtest.PKI) string {
	t.Helper()
	person := signtest.Applicant()
	person.Use = certs.UseLogin
	key := pki.Person(person)
	b := &people.Book{Store: s.server.Registry.Store, Verifier: pki.Verifier, Address: s.server.BaseURL}
	proof := func(purpose people.Purpose) people.Proof {
		c, err := b.Challenge(t.Context(), purpose)
		if err != nil {
			t.Fatal(err)
		}
		return people.Proof{Challenge: c.ID, CMS: signedAnyway(t, c.Text, key)}
	}
	p, err := b.Register(t.Context(), people.Enrolment{Proof: proof(people.ForRegistration)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.Appoint(t.Context(), p.Natural); err != nil {
		t.Fatal(err)
	}
	_, token, err := b.SignInByKey(t.Context(), proof(people.ForSignIn))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// askedOf sends a body and returns the problem that it must be, a line's of a
// batch.
func (s *stage) askedOf(t *testing.T, route, body string, header map[string]string) refused {
	t.Helper()
	header = maps.Clone(header)
	if ofPeople(route) {
		header["Authorization"] = "Bearer " + s.values["session"]
	}
	batch := strings.HasSuffix(route, "/batch")
	if batch {
		header["Content-Type"] = "application/x-ndjson"
	}
	method := http.MethodPost
	if strings.HasSuffix(route, "/form") {
		method = http.MethodPut
	}
	status, answer := s.do(t, method, strings.NewReplacer(":number", "26000001", ":application", "5f0c1d2e3a4b5c6d", ":act", "5f0c1d2e3a4b5c6d", ":batch", "5f0c1d2e3a4b5c6d").Replace(route), body, header)
	var line struct {
		Status  int
		Problem json.RawMessage
	}
	raw := []byte(answer)
	if batch {
		if err := json.Unmarshal(raw, &line); err != nil {
			t.Fatalf("%s: %s", route, answer)
		}
		status, raw = line.Status, line.Problem
	}
	var problem refused
	if err := json.Unmarshal(raw, &problem); status != http.StatusBadRequest || err != nil {
		return refused{Code: fmt.Sprintf("%d %.300s", status, answer)}
	}
	return problem
}

// told reports whether the problem names the member, and where it stands.
func (r refused) told(pointer string, codes ...string) bool {
	for _, e := range r.Errors {
		if e.Pointer == pointer && slices.Contains(codes, e.Code) && e.Offset != nil {
			return true
		}
	}
	return false
}

// Every member of every request is refused when it is there and empty, of
// another kind, or there twice; and so is any other name beside it.
func TestEveryMember(t *testing.T) {
	s, header := everyRight(t)
	asked := 0
	for route, body := range api.RequestBodies() {
		for _, m := range members(reflect.TypeOf(body), nil)[1:] {
			wrong := map[byte]string{'"': "7", '0': `"x"`, 't': `"true"`, '{': `"x"`, '[': `"x"`}[m.kind]
			cases := map[string][]string{`null`: {"required"}, wrong: {"type"}}
			switch m.kind {
			case '"':
				cases[`""`], cases[`" \t"`], cases[`"\u00a0"`] = []string{"required"}, []string{"required"}, []string{"required"}
				cases[`{}`], cases[`[]`], cases[`false`] = []string{"type"}, []string{"type"}, []string{"type"}
			case '{':
				cases[`{}`], cases["{ \n}"] = []string{"required"}, []string{"required"}
				cases[`[]`], cases[`""`] = []string{"type"}, []string{"type"}
			case '[':
				cases[`[]`], cases[`[ ]`] = []string{"required"}, []string{"required"}
				cases[`{}`], cases[`""`] = []string{"type"}, []string{"type"}
			default:
				cases[`""`], cases[`{}`], cases[`[]`] = []string{"type"}, []string{"type"}, []string{"type"}
			}
			if m.value == aMoment {
				cases[`"0001-01-01T00:00:00Z"`], cases[`"0001-01-01T00:00:00.5Z"`] = []string{"type"}, []string{"type"}
			}
			if m.empty {
				delete(cases, `""`)
				delete(cases, `" \t"`)
				delete(cases, `"\u00a0"`)
			}
			for value, codes := range cases {
				asked++
				value = strings.ReplaceAll(value, "\n", " ") // a line is a request
				if got := s.askedOf(t, route, m.body(value, ""), header); !got.told(m.pointer(), codes...) {
					t.Errorf("%s %s: %s", route, m.body(value, ""), got)
				}
			}
			if m.path[len(m.path)-1] == "0" {
				continue // of a list, which has no names
			}
			asked += 2
			twice := fmt.Sprintf(", %q: %s", m.path[len(m.path)-1], m.value)
			if got := s.askedOf(t, route, m.body(m.value, twice), header); got.Code != "malformed_request" || !got.told(m.pointer(), "duplicate") {
				t.Errorf("%s %s: %s", route, m.body(m.value, twice), got)
			}
			if m.path[len(m.path)-1] == "a" {
				continue // of a map, which takes any name
			}
			other := strings.TrimSuffix(m.pointer(), m.path[len(m.path)-1]) + strings.ToUpper(m.path[len(m.path)-1])
			beside := fmt.Sprintf(", %q: 1", strings.ToUpper(m.path[len(m.path)-1]))
			if got := s.askedOf(t, route, m.body(m.value, beside), header); !got.told(other, "unknown_field") {
				t.Errorf("%s %s: %s", route, m.body(m.value, beside), got)
			}
		}
	}
	if asked < 3000 {
		t.Errorf("only %d requests were asked", asked)
	}
}

// The table of bodies is whole: every address that something is posted to is in
// it, or takes something else than JSON.
func TestEveryBodyIsKnown(t *testing.T) {
	other := []string{"/v1/photographs", "/v1/applications/:application/payment", "/v1/duties/:duty/end", "/v1/powers/:power/end",
		"/v1/documents/:number/decline", "/v1/applications/:application/advance", "/v1/applications/:application/questionnaire",
		"/v1/elsewhere/imports"} // a picture, a table, and nothing
	for _, r := range api.Routes() {
		_, known := api.RequestBodies()[r.Path]
		if r.Method == http.MethodPost && known == slices.Contains(other, r.Path) {
			t.Errorf("%s %s is not among the bodies", r.Method, r.Path)
		}
	}
}

// form sends parts of a form, with headers.
func (s *stage) form(t *testing.T, route string, parts [][2]string, header map[string]string) (int, refused) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for _, p := range parts {
		part, err := w.CreateFormField(p[0])
		if err == nil {
			_, err = part.Write([]byte(p[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	header = maps.Clone(header)
	if header == nil {
		header = map[string]string{}
	}
	header["Content-Type"] = w.FormDataContentType()
	status, answer := s.post(t, route, body.String(), header)
	var problem refused
	if err := json.Unmarshal([]byte(answer), &problem); err != nil {
		t.Fatal(err, answer)
	}
	return status, problem
}

// Every part of every form is refused when it is empty or there twice, and so
// is a part of another name, whatever stands beside it.
func TestEveryPart(t *testing.T) {
	s, rights := everyRight(t)
	file := string(s.files["cms"])
	for route, parts := range api.RequestForms() {
		main := [2]string{parts[0], file}
		for _, name := range parts {
			for _, value := range []string{"", " ", "\u00a0\t"} {
				rest := [][2]string{main, {name, value}}
				if name == parts[0] {
					rest = rest[1:]
				}
				if (name == parts[0] || name == "content") && value != "" {
					continue // blanks are a file
				}
				status, got := s.form(t, route, rest, rights)
				if name == "content" {
					if status != http.StatusOK { // an empty content is a content
						t.Errorf("%s %s: %d %s", route, name, status, got)
					}
					continue
				}
				if status != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Pointer != "/"+name || got.Errors[0].Code != "required" {
					t.Errorf("%s %s %q: %d %s", route, name, value, status, got)
				}
			}
			status, got := s.form(t, route, [][2]string{{name, file[:9]}, {name, file[:9]}}, rights)
			if status != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Pointer != "/"+name || got.Errors[0].Code != "duplicate" {
				t.Errorf("%s %s twice: %d %s", route, name, status, got)
			}
			status, got = s.form(t, route, [][2]string{main, {strings.ToUpper(name), "a"}}, rights)
			if status != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Code != "unknown_field" {
				t.Errorf("%s %s in capitals: %d %s", route, name, status, got)
			}
		}
		for name, value := range map[string]string{
			"iin": "12", "bin": "x", "identifier": "PASSPORT 1", "role": "king", "at": "yesterday", "receipt": "1", "receipt_pdf": "yes",
			"report": "long", "policy": "none", "digest": "0011", "at ": "0001-01-01T00:00:00Z",
		} {
			name = strings.TrimSpace(name)
			if !slices.Contains(parts, name) {
				continue
			}
			status, got := s.form(t, route, [][2]string{main, {name, value}}, rights)
			pointer := map[string]string{"digest": "/digests"}[name]
			if pointer == "" {
				pointer = "/" + name
			}
			if status != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Pointer != pointer {
				t.Errorf("%s %s = %s: %d %s", route, name, value, status, got)
			}
		}
	}
}

// Parameters of an address that count for nothing, stand twice or are empty are
// refused by the whole programming interface.
func TestEveryQuery(t *testing.T) {
	s, header := everyRight(t)
	for route, taken := range api.Queries() {
		address := strings.NewReplacer(":number", "26000001", ":id", "1", ":edition", "2012-159", ":route", "L-P.svg").Replace(route)
		asked := map[string]string{"?iin=": "unknown_field", "?colour=red": "unknown_field", "?AT=2026-06-01": "unknown_field"}
		for _, name := range taken {
			asked["?"+name+"="], asked["?"+name] = "required", "required"
			asked["?"+name+"=%20"] = "required"
			asked["?"+name+"=2026-06-01&"+name+"=2026-06-01"] = "duplicate"
			asked["?"+name+"=2026-06-01&colour=red"] = "unknown_field"
		}
		for query, code := range asked {
			status, answer := s.get(t, address+query, header)
			var got refused
			if err := json.Unmarshal([]byte(answer), &got); err != nil || status != http.StatusBadRequest || len(got.Errors) != 1 || got.Errors[0].Code != code {
				t.Errorf("%s%s: %d %.300s", address, query, status, answer)
			}
		}
		if status, answer := s.get(t, address+"?%zz", header); status != http.StatusBadRequest {
			t.Errorf("%s: a broken query: %d %.300s", address, status, answer)
		}
	}
	for route := range api.RequestBodies() {
		address := strings.Replace(route, ":number", "26000001", 1)
		if status, answer := s.post(t, address+"?iin=900701300108", "{}", header); status != http.StatusBadRequest || !strings.Contains(answer, "unknown_field") {
			t.Errorf("%s: %d %s", address, status, answer)
		}
	}
}

// A member that belongs to another format is refused: whoever sends it takes it
// to count.
func TestMembersOfOtherFormats(t *testing.T) {
	s, header := everyRight(t)
	files := map[string]string{
		"cms": `"content": "YQ=="`,
		"pdf": fmt.Sprintf(`"pdf": %q`, base64.StdEncoding.EncodeToString(s.files["pdf"])),
		"xml": fmt.Sprintf(`"xml": %q`, base64.StdEncoding.EncodeToString(s.files["xml"])),
	}
	own := map[string][]string{
		"cms": {"content", "cms", "detached", "claim_time"},
		"pdf": {"pdf", "name", "reason", "location", "contact", "field", "certify", "stamp"},
		"xml": {"xml", "form", "cosign"},
	}
	for format, file := range files {
		for _, m := range members(reflect.TypeOf(api.RequestBodies()["/v1/sign/cms"]), nil)[1:] {
			name := m.path[0]
			if len(m.path) > 1 || slices.Contains(own[format], name) || slices.Contains([]string{"id", "format", "key", "level"}, name) {
				continue
			}
			_, answer := s.post(t, "/v1/sign/"+format, fmt.Sprintf(`{%s, %q: %s}`, file, name, m.value), header)
			var got refused
			if err := json.Unmarshal([]byte(answer), &got); err != nil || len(got.Errors) != 1 || got.Errors[0].Pointer != "/"+name || got.Errors[0].Code != "unknown_field" {
				t.Errorf("%s %s: %s", format, name, answer)
			}
		}
	}
}

// The moment that is Go's sign of none is a moment that somebody has sent, and
// not the present.
func TestNoMoment(t *testing.T) {
	s, header := everyRight(t)
	for _, at := range []string{"0001-01-01T00:00:00Z", "0001-01-01T05:00:00+05:00"} {
		for _, route := range []string{"/v1/verify/cms", "/v1/verify/auto", "/v1/verify/batch"} {
			file := map[bool]string{true: "cms", false: "file"}[route == "/v1/verify/cms"]
			body := fmt.Sprintf(`{%q: %q, "at": %q}`, file, base64.StdEncoding.EncodeToString(s.files["cms"]), at)
			if got := s.askedOf(t, route, body, header); len(got.Errors) != 1 || got.Errors[0].Pointer != "/at" || got.Errors[0].Code != "time" {
				t.Errorf("%s %s: %s", route, at, got)
			}
		}
	}
}
