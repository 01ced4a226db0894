package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tamga/api"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
)

// everywhere is a service that is asked with the number of a person in every place, and
// what it said to those who may not know it.
type everywhere struct {
	*counter
	number string
	told   strings.Builder // problems, and what anybody gets
}

// asks sends a request, and keeps the answer if it is a problem or for anybody; an address
// to which it leads never holds the number.
func (e *everywhere) asks(method, path, bearer, body string, more ...string) int {
	e.t.Helper()
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": "n" + base64.StdEncoding.EncodeToString([]byte(method+path+body)), "If-Match": "*"}
	if len(header["Idempotency-Key"]) > 200 {
		header["Idempotency-Key"] = header["Idempotency-Key"][:200]
	}
	if bearer != "" {
		header["Authorization"] = "Bearer " + bearer
	}
	for i := 0; i+1 < len(more); i += 2 {
		header[more[i]] = more[i+1]
	}
	res, answer := e.stage.ask(e.t, method, path, body, header)
	if location := res.Header.Get("Location"); strings.Contains(location, e.number) {
		e.t.Errorf("%s %s leads to %s", method, path, location)
	}
	if res.StatusCode >= 400 || bearer == "" {
		fmt.Fprintf(&e.told, "%s %s: %s %v\n", method, strings.ReplaceAll(path, e.number, "NUMBER"), answer, res.Header)
	}
	if res.StatusCode >= 500 {
		e.t.Errorf("%s %s: %d %.200s", method, path, res.StatusCode, answer)
	}
	return res.StatusCode
}

// A person's number that is put into sign-in, accounts, powers, names of files, consents,
// contacts, the questionnaire, messages of other systems, imports, addresses and their
// queries stands in no log, no problem, nothing that anybody gets and no record of the log
// of rows.
func TestNumberOfPersonNowhereElse(t *testing.T) {
	e := &everywhere{counter: openTown(t).counter(), number: applicantIIN}
	reg := e.server.Registry
	bills := &gateways.Bills{Store: reg.Store}
	e.server.Inbox = &inbox.Box{
		Applications: &applications.Book{Register: reg, Rulebook: &rulebook.Book{Store: reg.Store}}, Bills: bills,
		Caller: &gateways.Caller{Sender: "tamga", Key: reg.Key, Make: e.pki.Make, Verifier: e.pki.Verifier, Now: e.now},
	}
	if err := e.server.Inbox.Know(inbox.Sender{Name: "PEP", BIN: ourBIN, Channels: []regulation.Channel{regulation.Portal}}); err != nil {
		t.Fatal(err)
	}
	e.start(t)
	e.signsIn()
	e.applies()
	e.comesIn()
	e.imports()
	e.addresses()
	rows, err := reg.Store.QueryContext(t.Context(), `SELECT record FROM log_entries`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var records strings.Builder
	for rows.Next() {
		var record string
		if err := rows.Scan(&record); err != nil {
			t.Fatal(err)
		}
		records.WriteString(record + "\n")
	}
	for where, text := range map[string]string{"the log": e.log.String(), "what is told": e.told.String(), "the log of rows": records.String()} {
		if len(text) < 5000 {
			t.Errorf("%s has only %d bytes", where, len(text))
		}
		for i, d := range disguises(e.number) {
			if at := strings.Index(text, d); at >= 0 {
				t.Errorf("%s holds the number in form %d: …%s…", where, i, text[max(0, at-250):min(len(text), at+60)])
			}
		}
	}
}

func (e *everywhere) signsIn() {
	n := e.number
	expect := func(what string, got, want int) {
		e.t.Helper()
		if got != want {
			e.t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	proof := func(purpose, member string, more map[string]any) string {
		raw, err := json.Marshal(e.proof(purpose, member, more))
		if err != nil {
			e.t.Fatal(err)
		}
		return string(raw)
	}
	for _, typed := range []string{n, n[:4] + " " + n[4:8] + " " + n[8:], n + "0", "x" + n} {
		expect("a wrong password of "+typed[:2], e.asks("POST", "/v1/sessions", "", `{"number": "`+typed+`", "password": "`+n+`"}`), 401)
	}
	expect("a purpose", e.asks("POST", "/v1/sessions/challenge", "", `{"purpose": "`+n+`"}`), 400)
	expect("a challenge", e.asks("POST", "/v1/sessions", "", `{"challenge": "`+n+`", "cms": "AAAA"}`), 401)
	// The pointer of a problem tells the caller, and nobody else, which member of his is unknown.
	expect("a member", e.stage.quietly(e.t, "POST", "/v1/sessions?"+n, ""), 400)
	expect("another's number", e.asks("POST", "/v1/sessions", "", proof("sign-in", "stranger", map[string]any{"number": n})), 401)
	expect("an account again", e.asks("POST", "/v1/accounts", "", proof("register", "applicant", map[string]any{"password": secret})), 409)
	expect("a password", e.asks("POST", "/v1/accounts/password", "", proof("password", "applicant", map[string]any{"password": n})), 422)
	expect("another password", e.asks("POST", "/v1/accounts/password", e.owner, proof("password", "applicant", map[string]any{"password": secret})), 200)
	expect("signed in by it", e.stage.password(e.t, n), 201)
	e.owner = e.session("applicant") // a new password has ended the others
	expect("a session", e.asks("GET", "/v1/me", "tamga_session_"+n+"_"+n, ""), 401)
	powers := `{"kind": "document", "number": "` + n + `", "principal": {"natural": {"iin": "` + n + `"}}, "agent": {"natural": {"iin": "` + n + `"}}}`
	e.asks("POST", "/v1/powers", e.owner, powers)
	e.asks("POST", "/v1/powers/"+n+"/end", e.owner, `{}`)
	e.asks("POST", "/v1/people", e.owner, `{"natural": {"surname": "А", "given_name": "Б", "iin": "`+n+`"}}`)
	e.asks("POST", "/v1/duties", e.owner, `{"person": "`+n+`", "role": "`+n+`"}`)
}

func (e *everywhere) applies() {
	n, at := e.number, e.opened(e.owner)
	for i, name := range []string{n + ".txt", "куәлік " + n + ".pdf", "../" + n, n} {
		e.asks("POST", at+"/attachments", e.owner, fmt.Sprintf(`{"name": %q, "item": "", "content": "dGV4dA=="}`, name))
		e.asks("POST", at+"/attachments", e.owner, fmt.Sprintf(`{"name": "a%d", "item": %q, "replaces": %q, "content": "%s"}`, i, n, n, n))
	}
	e.asks("GET", at+"/attachments/"+n, e.owner, "")
	for _, contact := range []string{`{"language": "kk", "phone": "` + n + `"}`, `{"language": "kk", "email": "` + n + `@example.kz"}`, `{"language": "` + n + `"}`} {
		e.asks("PUT", at+"/contact", e.owner, contact)
	}
	for _, entry := range []string{`{"step": "` + n + `"}`, `{"step": "S-P-p1", "outcome": "` + n + `"}`, `{"step": "S-P-p1", "outcome": "done", "person": "` + n + `", "values": {"a": "` + n + `"}}`, `{"step": "S-P-p1", "outcome": "done", "role": "` + n + `"}`} {
		e.asks("POST", at+"/entries", e.owner, entry)
		e.asks("POST", at+"/act", e.owner, entry)
	}
	waits := e.waiting()
	for _, body := range []string{`{"decision": "` + n + `"}`, `{"decision": "give", "code": "` + n + `"}`, `{"decision": "give", "signature": "` + n + `"}`} {
		e.asks("POST", waits+"/consent", e.owner, body)
	}
	e.consents(waits, map[string]any{"decision": "refuse"})
	e.asks("POST", "/v1/questionnaire", "", `{"token": "`+n+`", "quality": 5, "access": 5}`)
	e.asks("POST", at+"/questionnaire", e.owner, `{"person": "`+n+`"}`)
	e.asks("POST", at+"/payment", e.owner, `{"payer": "`+n+`"}`)
}

func (e *everywhere) comesIn() {
	n := e.number
	for _, body := range []string{`{"payload": "` + n + `"}`, `{"` + n + `": 1}`, n, `{"payload": "` + base64.StdEncoding.EncodeToString([]byte(`{"sender": "`+n+`"}`)) + `", "signature": "` + n + `"}`} {
		e.asks("POST", "/v1/gateway/messages", "", body)
	}
	for _, body := range []string{n, "<" + "a" + n + "/>", `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><iin>` + n + `</iin></s:Body></s:Envelope>`} {
		_, answer := e.stage.ask(e.t, http.MethodPost, "/v1/gateway/soap", body, map[string]string{"Content-Type": "text/xml"})
		e.told.WriteString(answer)
	}
}

func (e *everywhere) imports() {
	n, key := e.number, e.values["key.enter"]
	for _, file := range []string{
		"number,kind," + n + "\n1,licence," + n + "\n", "number,kind,holder_iin\n" + n + "," + n + "," + n + "\n", `[{"number": "` + n + `", "iin": "` + n + `x"}]`, `{"` + n + `": 1}`,
	} {
		for _, form := range []string{"text/csv", "application/json"} {
			_, answer := e.stage.ask(e.t, http.MethodPost, "/v1/elsewhere/imports?dry_run=true", file, map[string]string{"Authorization": "Bearer " + key, "Content-Type": form, "Idempotency-Key": "i" + n})
			e.told.WriteString(answer)
		}
	}
}

// addresses puts the number into every address that there is, as its parts and as its
// query.
func (e *everywhere) addresses() {
	asked := 0
	for address := range api.AllRoutes(e.server) {
		method, route, _ := strings.Cut(address, " ")
		if strings.Contains(route, "*") || !slices.Contains([]string{"GET", "POST", "PUT"}, method) {
			continue
		}
		parts := strings.Split(route, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, ":") {
				parts[i] = e.number
			}
		}
		path := strings.Join(parts, "/")
		for _, query := range []string{"", "?number=" + e.number + "&" + e.number + "=" + e.number, "?after=" + e.number + "&limit=" + e.number} {
			for _, bearer := range []string{"", e.owner, e.values["key.read"]} {
				asked++
				if code := e.stage.quietly(e.t, method, path+query, bearer); code == http.StatusInternalServerError {
					e.t.Errorf("%s %s: %d", method, route, code)
				}
			}
		}
	}
	if asked < 300 {
		e.t.Errorf("only %d addresses were asked", asked)
	}
}

// quietly asks, and returns the status.
func (s *stage) quietly(t *testing.T, method, path, bearer string) int {
	t.Helper()
	header := map[string]string{"Content-Type": "application/json", "Idempotency-Key": "q", "If-Match": "*"}
	if bearer != "" {
		header["Authorization"] = "Bearer " + bearer
	}
	res, _ := s.ask(t, method, path, "{}", header)
	return res.StatusCode
}

// password signs in by the number of a person, whose session is his own to read.
func (s *stage) password(t *testing.T, number string) int {
	t.Helper()
	res, _ := s.ask(t, http.MethodPost, "/v1/sessions", `{"number": "`+number+`", "password": "`+secret+`"}`, map[string]string{"Content-Type": "application/json"})
	return res.StatusCode
}
