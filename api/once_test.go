package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"tamga/documents/store"
)

// TestSignOnce holds that an Idempotency-Key makes a signature once: asked again, also
// of a service that was started anew, the client gets the same, and the key is used
// for no other request.
func TestSignOnce(t *testing.T) {
	s, header := everyRight(t)
	other, err := s.server.Registry.Store.AddClient(t.Context(), "other", []string{store.ScopeSign})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(format, body string, more map[string]string) (*http.Response, string) {
		t.Helper()
		h := maps.Clone(header)
		maps.Copy(h, more)
		return s.ask(t, http.MethodPost, "/v1/sign/"+format, body, h)
	}
	bodies := map[string]string{
		"cms": `{"content": "YQ=="}`,
		"pdf": fmt.Sprintf(`{"pdf": %q}`, base64.StdEncoding.EncodeToString(s.files["pdf"])),
		"xml": fmt.Sprintf(`{"xml": %q}`, base64.StdEncoding.EncodeToString(s.files["xml"])),
	}
	first := map[string]string{}
	for format, body := range bodies {
		key := map[string]string{"Idempotency-Key": "sign " + format}
		res, answer := ask(format, body, key)
		if res.StatusCode != http.StatusOK || res.Header.Get("Idempotency-Replayed") != "" {
			t.Fatalf("%s: %d %.300s", format, res.StatusCode, answer)
		}
		first[format] = answer
	}
	s.start(t) // another process, on the same register
	for format, body := range bodies {
		key := map[string]string{"Idempotency-Key": "sign " + format}
		// White space and the order of members are not the request.
		for _, again := range []string{body, strings.Replace(body, "{", " {\n \"format\": \""+format+"\", ", 1)} {
			res, answer := ask(format, again, key)
			if res.StatusCode != http.StatusOK || res.Header.Get("Idempotency-Replayed") != "true" || answer != first[format] {
				t.Errorf("%s again: %d %s\n%.300s\n%.300s", format, res.StatusCode, res.Header.Get("Idempotency-Replayed"), answer, first[format])
			}
		}
		res, answer := ask("cms", `{"content": "Yg=="}`, key)
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(answer, "idempotency_key_reused") {
			t.Errorf("%s, another request: %d %.300s", format, res.StatusCode, answer)
		}
		res, answer = ask(format, body, map[string]string{"Idempotency-Key": "sign " + format, "Authorization": "Bearer " + other})
		if res.StatusCode != http.StatusOK || res.Header.Get("Idempotency-Replayed") != "" || answer == first[format] {
			t.Errorf("%s, another client: %d %.300s", format, res.StatusCode, answer)
		}
		res, answer = ask(format, body, map[string]string{"Idempotency-Key": "another " + format})
		if res.StatusCode != http.StatusOK || res.Header.Get("Idempotency-Replayed") != "" || answer == first[format] {
			t.Errorf("%s, another key: %d %.300s", format, res.StatusCode, answer)
		}
	}
	for key, code := range map[string]string{strings.Repeat("k", 201): "idempotency_key_malformed", "ключ": "idempotency_key_malformed"} {
		if res, answer := ask("cms", bodies["cms"], map[string]string{"Idempotency-Key": key}); res.StatusCode != http.StatusBadRequest || !strings.Contains(answer, code) {
			t.Errorf("%q: %d %.300s", key, res.StatusCode, answer)
		}
	}
	if res, answer := ask("cms", bodies["cms"], map[string]string{"Idempotency-Key": ""}); res.StatusCode != http.StatusBadRequest || !strings.Contains(answer, "idempotency_key_required") {
		t.Errorf("an empty key: %d %.300s", res.StatusCode, answer)
	}
	// What fails uses up no key.
	key := map[string]string{"Idempotency-Key": "failed"}
	if res, answer := ask("cms", `{"content": "YQ==", "key": "minister"}`, key); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(answer, "unknown_signing_key") {
		t.Errorf("%d %.300s", res.StatusCode, answer)
	}
	if res, answer := ask("cms", bodies["cms"], key); res.StatusCode != http.StatusOK {
		t.Errorf("after what failed: %d %.300s", res.StatusCode, answer)
	}
	if err := s.server.Registry.VerifyLog(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSignBatchOnce holds that a batch that is sent again under its key gets what it
// has had, line by line, and makes only what is new.
func TestSignBatchOnce(t *testing.T) {
	s, header := everyRight(t)
	header = maps.Clone(header)
	header["Content-Type"], header["Idempotency-Key"] = "application/x-ndjson", "batch"
	ask := func(lines ...string) (files []string) {
		t.Helper()
		status, answer := s.post(t, "/v1/sign/batch", strings.Join(lines, "\n"), header)
		d := json.NewDecoder(strings.NewReader(answer))
		for range lines {
			var a struct {
				ID     string
				Status int
				Result struct{ CMS string }
			}
			if err := d.Decode(&a); err != nil || status != http.StatusOK || a.Status != http.StatusOK || a.Result.CMS == "" {
				t.Fatalf("%v %d %.300s", err, status, answer)
			}
			files = append(files, a.ID+" "+a.Result.CMS)
		}
		return files
	}
	one, two := `{"id": "1", "format": "cms", "content": "YQ=="}`, `{"id": "2", "format": "cms", "content": "Yg=="}`
	first := ask(one, two)
	again := ask(two, one, `{"id": "3", "format": "cms", "content": "Yw=="}`)
	if again[0] != first[1] || again[1] != first[0] || !strings.HasPrefix(again[2], "3 ") {
		t.Errorf("%.300s\n%.300s", first, again)
	}
}
