package walk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"tamga/documents/store"
)

// door is one that takes bodies, with one that would be right in its kind.
type door struct{ method, path string }

// bodied are the doors of applications, people, gateways, licences issued elsewhere,
// attachments and messages that take JSON. It is read only.
var bodied = []door{
	{"POST", "/v1/applications"}, {"POST", "/v1/applications/:a/act"}, {"POST", "/v1/applications/:a/entries"},
	{"POST", "/v1/applications/:a/result/prepare"}, {"POST", "/v1/applications/:a/consent"}, {"POST", "/v1/applications/:a/attachments"},
	{"PUT", "/v1/applications/:a/contact"}, {"POST", "/v1/applications/:a/erasure"}, {"POST", "/v1/applications/:a/erasure/act"},
	{"POST", "/v1/questionnaire"}, {"POST", "/v1/gateway/messages"}, {"POST", "/v1/gateway/soap"},
	{"POST", "/v1/sessions/challenge"}, {"POST", "/v1/sessions"}, {"POST", "/v1/accounts"}, {"POST", "/v1/accounts/password"},
	{"POST", "/v1/people"}, {"POST", "/v1/duties"}, {"POST", "/v1/powers"},
	{"POST", "/v1/elsewhere"}, {"POST", "/v1/elsewhere/text"}, {"POST", "/v1/elsewhere/imports"}, {"POST", "/v1/elsewhere/:x/decision"},
	{"POST", "/v1/elsewhere/:x/text"}, {"POST", "/v1/elsewhere/imports/:x/text"}, {"POST", "/v1/elsewhere/imports/:x/signature"},
	{"POST", "/v1/elsewhere/imports/:x/decision"},
}

// named are doors whose addresses and queries are read. It is read only.
var named = []door{
	{"GET", "/v1/applications/:a"}, {"GET", "/v1/applications/:a/entries"}, {"GET", "/v1/applications/:a/entries/1/proof"},
	{"GET", "/v1/applications/:a/entries/:x/signature"}, {"GET", "/v1/applications/:a/entries/:x/proof"}, {"GET", "/v1/applications/:a/consent"},
	{"GET", "/v1/applications/:a/contact"}, {"GET", "/v1/applications/:a/copy"}, {"GET", "/v1/applications/:a/copy.pdf"},
	{"GET", "/v1/applications/:a/diagram.svg"}, {"GET", "/v1/applications/:a/erasure"}, {"GET", "/v1/applications/:a/looks"},
	{"GET", "/v1/applications/:a/messages"}, {"GET", "/v1/applications/:a/payment"}, {"GET", "/v1/applications/:a/attachments"},
	{"GET", "/v1/applications/:a/attachments/:x/content"}, {"DELETE", "/v1/applications/:a/attachments/:x"},
	{"POST", "/v1/applications/:a/advance"}, {"POST", "/v1/applications/:a/payment"}, {"POST", "/v1/applications/:a/questionnaire"},
	{"POST", "/v1/duties/:x/end"}, {"POST", "/v1/powers/:x/end"}, {"GET", "/v1/elsewhere/:x"}, {"GET", "/v1/elsewhere/:x/text"},
}

// queried are doors that read queries. It is read only.
var queried = []string{
	"/v1/applications", "/v1/me/applications", "/v1/me/history", "/v1/me/messages", "/v1/tasks", "/v1/people", "/v1/elsewhere",
	"/v1/questionnaire", "/v1/questionnaire/results", "/v1/applications/:a/diagram.svg", "/v1/applications/:a/entries",
}

// badBodies are none that any door takes. It is read only.
func badBodies() map[string]string {
	long := strings.Repeat("a", 10<<20)
	return map[string]string{
		"nothing": "", "a space": " ", "half an object": "{", "a list": "[]", "null": "null", "a number": "0", "a text": `"x"`, "true": "true",
		"two objects": "{} {}", "an object and more": "{}x", "NUL": "\x00", "NUL in a name": "{\"a\x00\":1}", "bytes that are no UTF-8": "\xff\xfe{\x00}\x00",
		"no UTF-8 in a text": "{\"step\":\"\xff\xc0\"}", "half a pair": `{"step":"\ud800"}`, "an escaped NUL": `{"step":"\u0000","outcome":"\u0000","person":"\u0000"}`,
		"a byte order mark": "\xef\xbb\xbf{}", "an unknown member": `{"no_such":1}`, "a huge number": `{"step":1e999999}`, "many digits": `{"step":` + strings.Repeat("9", 5000) + `}`,
		"deep": strings.Repeat(`[`, 200_000), "deep objects": strings.Repeat(`{"a":`, 50_000), "NaN": `{"step":NaN}`, "a comment": `/* */{}`, "single quotes": `{'a':1}`,
		"10 MB of a text": `{"step":"` + long + `"}`, "10 MB of nothing": strings.Repeat(" ", 10<<20), "10 MB of garbage": long, "XML": `<?xml version="1.0"?><a/>`, "a form": "a=1&b=2",
		"the same name twice": `{"step":"a","step":"b"}`,
	}
}

// badNames are the names of nothing. It is read only.
var badNames = []string{
	"0", "-1", "99999999999999999999", "%00", "a%00b", "%ff", "%C3%28", "..%2f..%2fetc", "%27%20OR%201=1--", "%D3%99", "KZ00RLA26000001", "KZ65RLA26000001",
	"26000001", "5f0c1d2e3a4b5c6d", "5F0C1D2E3A4B5C6D", "%7b%7d", "%0d%0aX:%20y", strings.Repeat("a", 5000), "1e3", "%E2%80%AE", ":a", "%25", "+", "a b"}

// badQueries are queries that mean nothing. It is read only.
var badQueries = []string{
	"limit=-1", "limit=0", "limit=99999999999999999999", "limit=1e3", "limit=%00", "limit=", "after=%00", "after=%ff", "after=" + strings.Repeat("a", 5000),
	"after='%20OR%201=1", "at=yesterday", "at=9999999-01-01T00:00:00Z", "at=%00", "language=xx", "language=%00", "batch=%00", "batch=%ff", "role=%00", "role=%ff", "roles=%00",
	"service=%00", "service=%ff", "going=maybe", "state=%00", "a=%zz", "limit=5&limit=6", "person=%00", "application=%00", "from=%00", "until=%00", "name=%00", "q=%00", "edition=%00", "edition=%ff",
}

// kinds are what bodies say that they are. It is read only.
var kinds = []string{"application/json", "application/json; charset=utf-16", "text/plain", "", "multipart/form-data", "multipart/form-data; boundary=x", "application/xml", "text/csv", "application/x-www-form-urlencoded", "nonsense;;;", "application/json\t"}

// town is the service with those who ask it.
type town struct {
	running
	tokens []string
	own    string // an application of the applicant
}

func badTown(t *testing.T, dsn string) town {
	r := servePeople(t, dsn, shipped(t), nil)
	all := town{running: r}
	for _, who := range []string{"applicant", "registrar", "head", "administrator-1"} {
		token, err := r.People.Token(t.Context(), who)
		must(t, err)
		all.tokens = append(all.tokens, token)
	}
	key, err := r.db.AddClient(t.Context(), "all", []string{store.ScopeIssue, store.ScopeRead, store.ScopeStatus, store.ScopeEnterDocuments, store.ScopeApply, store.ScopeEnter})
	must(t, err)
	all.tokens = append(all.tokens, key, "", "\u0430")
	body := `{"service": "SRA", "channel": "portal", "form": {"monument": "x"}, "applicant": {"natural": {"surname": "ӨМІРЗАҚОВ", "given_name": "ЕРЖАН", "patronymic": "БОЛАТҰЛЫ", "iin": "851300399990"}}}`
	code, _, raw := all.send(t, sent{door{"POST", "/v1/applications"}, all.tokens[0], "application/json", body})
	var opened struct{ ID string }
	if err := json.Unmarshal(raw, &opened); err != nil || code != http.StatusCreated {
		t.Fatalf("open: %d %s", code, raw)
	}
	all.own = opened.ID
	return all
}

// sent is one request.
type sent struct {
	door
	token, media, body string
}

// send sends a request under a key of its own.
func (w *town) send(t *testing.T, s sent) (int, http.Header, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), s.method, w.URL+s.path, bytes.NewReader([]byte(s.body)))
	if err != nil {
		return http.StatusBadRequest, nil, nil // no client can send it
	}
	if s.media != "" {
		req.Header.Set("Content-Type", s.media)
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	req.Header.Set("Idempotency-Key", fmt.Sprintf("bad %s %p", s.path, req))
	req.Header.Set("If-Match", "*")
	res, err := w.Client.Do(req)
	if err != nil {
		t.Fatalf("%s %.100s: %v", s.method, s.path, err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	must(t, err)
	return res.StatusCode, res.Header, raw
}

// refused holds that a request is refused by a problem that says what is wrong.
func (w *town) refused(t *testing.T, what string, s sent) {
	t.Helper()
	code, head, raw := w.send(t, s)
	if head == nil {
		return
	}
	if s.path == "/v1/elsewhere/imports" && code == http.StatusOK && strings.Contains(string(raw), `"entered":0`) {
		return // a file is told of row by row, and none went in
	}
	var p struct {
		Code   string
		Status int
		Errors []struct{ Pointer, Code string }
	}
	err := json.Unmarshal(raw, &p)
	if code < 400 || code >= 500 || !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") || err != nil || p.Code == "" || p.Status != code {
		if s.path == "/v1/gateway/soap" && strings.HasPrefix(head.Get("Content-Type"), "text/xml") {
			return // the envelope has its own way of saying no
		}
		t.Errorf("%s (%s) to %s %.120s: %d %s %.300s", what, s.media, s.method, s.path, code, head.Get("Content-Type"), raw)
	}
	for _, e := range p.Errors {
		if e.Code == "" || e.Pointer != "" && !strings.HasPrefix(e.Pointer, "/") {
			t.Errorf("%s to %s: points to %q with %q", what, s.path, e.Pointer, e.Code)
		}
	}
}

// stored counts the rows of what doors write.
func (w *town) stored(t *testing.T) []int {
	t.Helper()
	var all []int
	for _, table := range []string{
		"applications", "application_entries", "application_signatures", "attachments", "contacts", "messages", "payments", "consents", "persons", "accounts", "duties", "powers",
		"acts_of_two", "act_signatures", "documents", "events", "gateway_messages", "questionnaire_invitations", "jobs", "log_entries",
	} {
		var n int
		must(t, w.db.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n))
		all = append(all, n)
	}
	return all
}

// Whatever is sent to a door that takes bodies, it answers with a problem that says why,
// and keeps nothing.
func TestBadBodies(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		w := badTown(t, dsn)
		before := w.stored(t)
		for _, d := range bodied {
			d.path = strings.NewReplacer(":a", w.own, ":x", "5f0c1d2e3a4b5c6d").Replace(d.path)
			for what, body := range badBodies() {
				for i, media := range kinds {
					if len(body) > 100_000 && i > 0 || i > 1 && what != "a text" && what != "NUL" {
						continue
					}
					token := w.tokens[(i+len(what))%5]
					w.refused(t, what, sent{d, token, media, body})
				}
			}
		}
		if after := w.stored(t); !slices.Equal(before, after) {
			t.Errorf("rows before %v, after %v", before, after)
		}
	})
}

// Names of nothing, of nobody's and of what no database takes are refused, whoever asks,
// and so are queries that mean nothing and methods that a door does not have.
func TestBadNames(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		w := badTown(t, dsn)
		before := w.stored(t)
		for _, d := range slices.Concat(bodied, named) {
			for i, name := range badNames {
				at := d
				at.path = strings.NewReplacer(":a", name, ":x", name).Replace(d.path)
				if at.path == d.path {
					break
				}
				w.refused(t, "a bad name", sent{at, w.tokens[i%len(w.tokens)], "application/json", "{}"})
				at.path = strings.NewReplacer(":a", w.own, ":x", name).Replace(d.path)
				if strings.Contains(d.path, ":x") {
					w.refused(t, "a bad part", sent{at, w.tokens[i%5], "application/json", "{}"})
				}
			}
			at := d
			at.path = strings.NewReplacer(":a", w.own, ":x", "5f0c1d2e3a4b5c6d").Replace(d.path)
			for _, method := range []string{"PATCH", "TRACE", "BREW", "CONNECT"} {
				at.method = method
				w.refused(t, "a method", sent{at, w.tokens[0], "application/json", "{}"})
			}
		}
		for _, path := range queried {
			path = strings.ReplaceAll(path, ":a", w.own)
			for _, query := range badQueries {
				for _, token := range w.tokens[:5] {
					code, head, raw := w.send(t, sent{door{"GET", path + "?" + query}, token, "", ""})
					if code >= 500 || code >= 400 && !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") {
						t.Errorf("%s?%.60s: %d %s %.300s", path, query, code, head.Get("Content-Type"), raw)
					}
				}
			}
		}
		after := w.stored(t)
		if !slices.Equal(before[:len(before)-1], after[:len(after)-1]) { // officials who look are in the log
			t.Errorf("rows before %v, after %v", before, after)
		}
	})
}

// texts are bodies with a text that no database takes, or that is none, at @. It is read
// only.
var texts = map[door][]string{
	{"POST", "/v1/applications"}: {
		`{"service":"@","channel":"portal","applicant":{"natural":{"surname":"А","given_name":"Б","iin":"851300399990"}}}`, `{"service":"SRA","channel":"@","applicant":{"natural":{"surname":"А","given_name":"Б","iin":"851300399990"}}}`,
		`{"service":"SRA","channel":"portal","applicant":{"natural":{"surname":"@","given_name":"Б","iin":"851300399990"}}}`, `{"service":"SRA","channel":"portal","applicant":{"natural":{"surname":"А","given_name":"Б","iin":"@"}}}`,
		`{"service":"SRA","channel":"portal","form":{"a":"@"},"applicant":{"natural":{"surname":"ӨМІРЗАҚОВ","given_name":"ЕРЖАН","patronymic":"БОЛАТҰЛЫ","iin":"851300399990"}}}`,
		`{"service":"SRA","channel":"portal","form":{"@":"a"},"applicant":{"natural":{"surname":"ӨМІРЗАҚОВ","given_name":"ЕРЖАН","patronymic":"БОЛАТҰЛЫ","iin":"851300399990"}}}`,
	},
	{"POST", "/v1/applications/:a/entries"}: {
		`{"step":"@","outcome":"done"}`, `{"step":"S-P-p1","outcome":"@"}`, `{"step":"S-P-p1","outcome":"done","role":"@"}`, `{"step":"S-P-p1","outcome":"done","person":"@"}`,
		`{"step":"S-P-p1","outcome":"done","failed_check":"@"}`, `{"step":"withdraw","outcome":"done","values":{"reason":"@"}}`,
	},
	{"POST", "/v1/applications/:a/act"}:     {`{"step":"@","outcome":"done"}`, `{"step":"S-P-p1","outcome":"done","role":"@","person":"@"}`},
	{"PUT", "/v1/applications/:a/contact"}:  {`{"phone":"@"}`, `{"email":"@"}`, `{"email":"a@b.kz","language":"@"}`, `{"language":"@"}`},
	{"POST", "/v1/applications/:a/consent"}: {`{"decision":"@"}`, `{"decision":"give","code":"@"}`},
	{"POST", "/v1/sessions"}:                {`{"challenge":"@","cms":"YQ=="}`, `{"login":"@","password":"x"}`, `{"login":"851300399990","password":"@"}`},
	{"POST", "/v1/accounts"}:                {`{"challenge":"@","cms":"YQ=="}`},
	{"POST", "/v1/sessions/challenge"}:      {`{"purpose":"@"}`},
	{"POST", "/v1/duties"}:                  {`{"person":"@","role":"HEAD"}`, `{"person":"x","role":"@"}`, `{"person":"x","role":"HEAD","provider":"@"}`},
	{"POST", "/v1/powers"}:                  {`{"person":"@","kind":"document","number":"1"}`, `{"person":"x","kind":"document","number":"@"}`, `{"kind":"@"}`},
	{"POST", "/v1/people"}:                  {`{"natural":{"surname":"@","given_name":"Б","iin":"851300399990"}}`, `{"natural":{"surname":"А","given_name":"Б","iin":"@"}}`},
	{"POST", "/v1/questionnaire"}:           {`{"token":"@","answers":{}}`, `{"token":"x","answers":{"@":1}}`},
	{"POST", "/v1/elsewhere"}:               {`{"licence":{"elsewhere":{"number":"@","source":"paper"}}}`, `{"licence":{"place":{"kk":"@","ru":"x"}}}`},
	{"POST", "/v1/elsewhere/imports"}:       {`[{"elsewhere":{"number":"@","source":"@"}}]`},
	{"POST", "/v1/elsewhere/:x/decision"}:   {`{"outcome":"@"}`, `{"outcome":"refused","reason":"@"}`, `{"outcome":"confirmed","signature":"@"}`},
}

// Wherever a text stands, one that no database takes is an answer and no failure.
func TestTextsThatNoDatabaseTakes(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		w := badTown(t, dsn)
		for d, bodies := range texts {
			d.path = strings.NewReplacer(":a", w.own, ":x", "5f0c1d2e3a4b5c6d").Replace(d.path)
			for _, body := range bodies {
				for _, text := range []string{`\u0000`, `a\u0000b`, `\ud800`, "\xff", `\u202e`, `\ufffe`, strings.Repeat(`ә`, 5000), "\x7f", `'; DROP TABLE x --`} {
					for _, token := range w.tokens[:5] {
						code, head, raw := w.send(t, sent{d, token, "application/json", strings.ReplaceAll(body, "@", text)})
						if code >= 500 || code >= 400 && !strings.HasPrefix(head.Get("Content-Type"), "application/problem+json") {
							t.Errorf("%s %s %.200s: %d %.300s", d.method, d.path, strings.ReplaceAll(body, "@", text), code, raw)
						}
					}
				}
			}
		}
	})
}
