package api_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// oneKeyRequests is the environment variable with how often each client asks with one
// key; 6 without it, 1000 in make one-key.
const oneKeyRequests = "TAMGA_ONE_KEY_REQUESTS"

// Fifty clients who ask for one document with one key, again and again, get one document,
// or are told to come again while it is made.
func TestOneKeyOneDocument(t *testing.T) {
	times := 6
	if s := os.Getenv(oneKeyRequests); s != "" {
		var err error
		if times, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	header := map[string]string{"Authorization": "Bearer " + s.values["key.issue"], "Idempotency-Key": "one", "Content-Type": "application/json"}
	var mu sync.Mutex
	numbers, answers := map[string]int{}, map[string]int{}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range times {
				res, body := s.ask(t, http.MethodPost, "/v1/documents", s.values["person"], header)
				status := res.StatusCode
				var told struct{ Number, Code string }
				if err := json.Unmarshal([]byte(body), &told); err != nil {
					t.Errorf("%d %s: %v", status, body, err)
					return
				}
				mu.Lock()
				answers[strings.TrimSpace(fmt.Sprint(status, " ", told.Code, " ", res.Header.Get("Idempotency-Replayed")))]++
				if told.Number != "" {
					numbers[told.Number]++
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(numbers) != 1 || answers["201"] != 1 {
		t.Errorf("numbers %v, answers %v", numbers, answers)
	}
	for answer := range answers {
		switch answer {
		case "201", "201  true", "409 in_progress", "429 too_many_requests", "503 busy":
		default:
			t.Errorf("%d were answered %s", answers[answer], answer)
		}
	}
	t.Logf("%d requests: %v", 50*times, answers)
	list, err := s.server.Registry.List(t.Context(), "", 10)
	if err != nil || len(list) != 1 {
		t.Errorf("%d documents: %v", len(list), err)
	}
}

// disguises are how the number of a person could stand somewhere without being seen:
// unsalted digests of it are found by trying all numbers.
func disguises(number string) []string {
	all := []string{number, url.QueryEscape(number), base64.StdEncoding.EncodeToString([]byte(number)), hex.EncodeToString([]byte(number))}
	short, long := sha256.Sum256([]byte(number)), sha512.Sum512([]byte(number))
	for _, sum := range [][]byte{short[:], long[:]} {
		all = append(all, hex.EncodeToString(sum), base64.StdEncoding.EncodeToString(sum), base64.RawURLEncoding.EncodeToString(sum))
	}
	return all
}

// An ИИН that is put wherever a request has a place for it does not come back in an
// address, and stands in no log and in nothing that everybody sees.
func TestNumberOfPersonNowhere(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	s := open(t, pki)
	s.fill(t, pki)
	s.play(t, "testdata/parts/issue.txt")
	number := s.values["owner"]
	if number == "" {
		t.Fatal("the document has no owner")
	}
	key := map[string]string{"Authorization": "Bearer " + s.values["key.issue"], "Idempotency-Key": "x" + number, "Content-Type": "application/json"}
	with := func(name, value string) map[string]string {
		h := map[string]string{}
		for k, v := range key {
			h[k] = v
		}
		h[name] = value
		return h
	}
	var public strings.Builder
	ask := func(method, path, body string, header map[string]string) {
		t.Helper()
		res, answer := s.ask(t, method, path, body, header)
		if location := res.Header.Get("Location"); strings.Contains(location, number) {
			t.Errorf("%s %s leads to %s", method, path, location)
		}
		if header["Authorization"] == "" && !strings.Contains(path, number) {
			public.WriteString(answer)
		}
	}
	person := s.values["person"]
	ask(http.MethodPost, "/v1/documents", person, key)
	ask(http.MethodPost, "/v1/documents", strings.ReplaceAll(person, number, number+"0"), with("Idempotency-Key", "bad"))
	ask(http.MethodPost, "/v1/documents", `{"`+number+`":1}`, key)
	ask(http.MethodPost, "/v1/documents", number, with("Content-Type", "text/"+number))
	for _, name := range []string{"Authorization", "Traceparent", "Accept-Language", "If-Match", "If-None-Match", "X-Forwarded-For", "User-Agent", "Range", "Accept"} {
		ask(http.MethodPost, "/v1/documents", person, with(name, number))
	}
	for _, path := range []string{"/v1/documents/", "/check/", "/v1/check/", "/v1/applications/", "/v1/", "/"} {
		ask(http.MethodGet, path+number, "", key)
		ask(http.MethodGet, path+number, "", nil)
		ask(http.MethodGet, path+"?number="+number+"&"+number+"=1", "", nil)
		ask(number, path, "", nil)
	}
	ask(http.MethodPost, "/v1/verify/cms", `{"cms":"AA==","iin":"`+number+`"}`, with("Authorization", ""))
	ask(http.MethodPost, "/v1/applications", `{"service":"`+number+`","channel":"portal","applicant":{"natural":{"iin":"`+number+`"}}}`,
		with("Authorization", "Bearer "+s.values["key.apply"]))
	ask(http.MethodPost, "/v1/applications/"+number+"/entries", `{"step":"`+number+`"}`, with("Authorization", "Bearer "+s.values["key.apply"]))
	for _, path := range []string{"/", "/metrics", "/readyz", "/v1/log/head", "/v1/keys", "/check/" + s.values["number"], "/v1/check/" + s.values["number"]} {
		ask(http.MethodGet, path, "", nil)
	}
	for where, text := range map[string]string{"the log": s.log.String(), "public": public.String()} {
		if len(text) < 1000 {
			t.Errorf("%s has only %d bytes", where, len(text))
		}
		for i, d := range disguises(number) {
			if at := strings.Index(text, d); at >= 0 {
				t.Errorf("%s holds the number in form %d: …%s…", where, i, text[max(0, at-150):min(len(text), at+60)])
			}
		}
	}
}
