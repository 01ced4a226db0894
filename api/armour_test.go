package api_test

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestArmoursOfMembers holds that a file may come in every armour, base64 of JSON
// or not, through every door that takes it.
func TestArmoursOfMembers(t *testing.T) {
	s, header := everyRight(t)
	delete(header, "Idempotency-Key") // each request is another one
	std := base64.StdEncoding.EncodeToString
	armours := func(file []byte) map[string]string {
		block := string(pem.EncodeToMemory(&pem.Block{Type: "CMS", Bytes: file}))
		oneLine := "-----BEGIN CMS-----" + std(file) + "-----END CMS-----"
		return map[string]string{
			"PEM":             block,
			"PEM in one line": oneLine,
			"base64 of PEM":   std([]byte(block)),
			"base64 of PEM in one line and DOS lines": std([]byte("\ufeff\r\n" + oneLine + "\r\n")),
			"base64 of base64":                        std([]byte(std(file))),
			"base64url":                               base64.RawURLEncoding.EncodeToString(file),
			"no padding":                              strings.TrimRight(std(file), "="),
			"spaces":                                  std(file)[:40] + " " + std(file)[40:],
			"data address":                            "data:application/pkcs7-signature;base64," + std(file),
		}
	}
	for name, text := range armours(s.files["cms"]) {
		for route, body := range map[string]string{
			"/v1/verify/cms":  fmt.Sprintf(`{"cms": %q}`, text),
			"/v1/verify/auto": fmt.Sprintf(`{"file": %q}`, text),
			"/v1/sign/cms":    fmt.Sprintf(`{"cms": %q}`, text),
			"/v1/extend":      fmt.Sprintf(`{"cms": %q, "level": "B-T"}`, text),
		} {
			status, answer := s.post(t, route, body, header)
			if status != http.StatusOK || strings.HasPrefix(route, "/v1/verify") && !strings.Contains(answer, `"indication":"TOTAL-PASSED"`) {
				t.Errorf("%s, %s: %d %.300s", route, name, status, answer)
			}
		}
		line := map[string]string{"Content-Type": "application/x-ndjson"}
		status, answer := s.post(t, "/v1/verify/batch", fmt.Sprintf(`{"file": %q}`, text), line)
		if status != http.StatusOK || !strings.Contains(answer, `"indication":"TOTAL-PASSED"`) {
			t.Errorf("batch, %s: %d %.300s", name, status, answer)
		}
		status, answer = s.post(t, "/v1/verify/cms", fmt.Sprintf(`{"cms": %q, "evidence": {"certificates": [%q]}}`, text, armours(s.files["certificate.authority"])[name]), header)
		if status != http.StatusOK || !strings.Contains(answer, `"indication":"TOTAL-PASSED"`) {
			t.Errorf("evidence, %s: %d %.300s", name, status, answer)
		}
	}
	for name, text := range map[string]string{
		"base64url":         base64.RawURLEncoding.EncodeToString(s.files["content"]),
		"no padding":        strings.TrimRight(std(s.files["content"]), "="),
		"lines":             std(s.files["content"])[:40] + "\r\n" + std(s.files["content"])[40:],
		"data with a space": "data:;base64, " + std(s.files["content"]),
	} {
		body := fmt.Sprintf(`{"cms": %q, "content": %q}`, std(s.files["cms.detached"]), text)
		if status, answer := s.post(t, "/v1/verify/cms", body, header); status != http.StatusOK || !strings.Contains(answer, `"indication":"TOTAL-PASSED"`) {
			t.Errorf("content, %s: %d %.300s", name, status, answer)
		}
	}
	for name, before := range map[string]string{"blank lines": "\r\n\n", "a mark": "\ufeff", "both": "\ufeff\n"} {
		file := []byte(before + `<?xml version="1.0" encoding="UTF8"?>` + string(s.files["xml.signed"]))
		for _, member := range []string{"xml", "file"} {
			route := map[string]string{"xml": "/v1/verify/xml", "file": "/v1/verify/auto"}[member]
			status, answer := s.post(t, route, fmt.Sprintf(`{%q: %q}`, member, base64.RawURLEncoding.EncodeToString(file)), header)
			if status != http.StatusOK || !strings.Contains(answer, `"indication":"TOTAL-PASSED"`) {
				t.Errorf("%s, %s: %d %.300s", route, name, status, answer)
			}
		}
	}
}

// TestContentIsDecodedOnce holds that a content is what its base64 says, and words
// that were meant to be a content are not taken for base64.
func TestContentIsDecodedOnce(t *testing.T) {
	s, header := everyRight(t)
	delete(header, "Idempotency-Key") // each request is another one
	content := base64.StdEncoding.EncodeToString([]byte("QUJD"))
	status, answer := s.post(t, "/v1/sign/cms", fmt.Sprintf(`{"content": %q}`, content), header)
	if status != http.StatusOK {
		t.Fatal(status, answer)
	}
	_, file, _ := strings.Cut(answer, `"cms":"`)
	file, _, _ = strings.Cut(file, `"`)
	for text, want := range map[string]string{content: "TOTAL-PASSED", "QUJD": "HASH_FAILURE"} {
		_, answer := s.post(t, "/v1/verify/cms", fmt.Sprintf(`{"cms": %q, "content": %q}`, file, text), header)
		if !strings.Contains(answer, want) {
			t.Errorf("%s: %.300s", text, answer)
		}
	}
	for _, words := range []string{"four good words also", "Hello, world", "QU JD", "QUJ-RA+/", "QUJDRQ=", "QUJDRR"} {
		status, answer := s.post(t, "/v1/sign/cms", fmt.Sprintf(`{"content": %q}`, words), header)
		if status != http.StatusBadRequest || !strings.Contains(answer, `"code":"base64"`) {
			t.Errorf("%s: %d %.300s", words, status, answer)
		}
	}
}

// TestSigningASignature holds that whoever has a signature signed as a document is
// told so, and whoever has a document signed is not.
func TestSigningASignature(t *testing.T) {
	s, header := everyRight(t)
	delete(header, "Idempotency-Key") // each request is another one
	for name, noticed := range map[string]bool{"cms": true, "cms.detached": true, "content": false, "certificate": false, "xml": false} {
		body := fmt.Sprintf(`{"content": %q}`, base64.StdEncoding.EncodeToString(s.files[name]))
		if status, answer := s.post(t, "/v1/sign/cms", body, header); status != http.StatusOK || strings.Contains(answer, `"notice":"the content is a CMS`) != noticed {
			t.Errorf("%s: %d %.300s", name, status, answer)
		}
	}
}
