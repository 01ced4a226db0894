package api_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/signtest"
)

// The page that works without the network may run its scripts and look through
// the camera, and no other page may.
func TestOfflinePage(t *testing.T) {
	s := open(t, signtest.New(t, ca.ECDSA))
	get := func(path string) (http.Header, string) {
		res, err := http.Get(s.url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", path, res.Status, err)
		}
		return res.Header, string(body)
	}
	const camera = "camera=(self)"
	for _, path := range []string{"/check", "/check?lang=kk"} { // its script scans, and is our own
		header, body := get(path)
		policy := header.Get("Content-Security-Policy")
		if !strings.Contains(header.Get("Permissions-Policy"), camera) || !strings.Contains(policy, "script-src 'self';") || strings.Count(body, "<script") != 1 {
			t.Errorf("%s cannot scan: %s", path, policy)
		}
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || strings.Contains(policy, "http") {
			t.Errorf("%s: the policy is %s", path, policy)
		}
	}
	for _, path := range []string{"/", "/?lang=ru"} {
		header, body := get(path)
		if strings.Contains(header.Get("Permissions-Policy"), camera) || strings.Contains(header.Get("Content-Security-Policy"), "script") || strings.Contains(body, "<script") {
			t.Errorf("%s may run scripts or use the camera", path)
		}
	}
	for _, lang := range []string{"kk", "ru", "en"} {
		header, body := get("/offline?lang=" + lang)
		policy := header.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none';", "script-src 'sha256-", "style-src 'sha256-", "connect-src 'self';",
			"img-src blob: data:;", "form-action 'none';", "base-uri 'none';", "frame-ancestors 'none'",
		} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s: %s", lang, want, policy)
			}
		}
		for _, refused := range []string{"unsafe", "*", "http"} {
			if strings.Contains(policy, refused) {
				t.Errorf("%s: the policy holds %s: %s", lang, refused, policy)
			}
		}
		if !strings.HasPrefix(header.Get("Permissions-Policy"), camera) {
			t.Errorf("%s: %s", lang, header.Get("Permissions-Policy"))
		}
		for _, want := range []string{`<html lang="` + lang + `">`, `"kty":"EC"`, `"status_list":"0oRN`, "Apache License"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %s", lang, want)
			}
		}
		for _, refused := range []string{` src="/`, "stylesheet", "ZgotmplZ", " onclick=", " style="} {
			if strings.Contains(body, refused) {
				t.Errorf("%s: the page holds %s", lang, refused)
			}
		}
	}
}
