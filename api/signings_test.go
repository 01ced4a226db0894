package api_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whoever signs in has a challenge signed by a phone: the phone scans, fetches, and brings
// the signatures back in the shape that it got, once. Hostile phones are told no.
func TestSignings(t *testing.T) {
	w := openTown(t)
	w.registered("applicant")
	challenge := w.ask("POST", "/v1/sessions/challenge", "", map[string]any{"purpose": "sign-in"})
	text := challenge.text("text")
	open := func(bearer, content string, detached bool) said {
		return w.ask("POST", "/v1/signings", bearer, map[string]any{"texts": []any{map[string]any{"name": "Кіру мәтіні", "content": content}}, "detached": detached})
	}
	own := base64.StdEncoding.EncodeToString([]byte("I owe you 1000 tenge"))
	w.refused("a stranger's own text", open("", own, false), http.StatusBadRequest, "invalid_parameter")
	s := open("", text, false)
	if s.code != http.StatusCreated || s.text("state") != "waiting" {
		t.Fatalf("open: %d %v", s.code, s.body)
	}
	at, owner := "/v1/signings/"+s.text("id"), s.text("token")
	code, ok := strings.CutPrefix(s.text("code"), "mobileSign:"+w.server.BaseURL)
	link, err := url.Parse(s.text("links.egov_mobile"))
	if !ok || err != nil || link.Host != "mgovsign.page.link" || link.Query().Get("link") != w.server.BaseURL+code || link.Query().Get("isi") != "1476128386" {
		t.Errorf("code %s, link %v", s.text("code"), link)
	}
	w.refused("asked by nobody", w.ask("GET", at, "", nil), http.StatusUnauthorized, "unauthorized")
	w.refused("asked by another", w.ask("GET", at, "tamga_signing_"+strings.Repeat("0", 64), nil), http.StatusNotFound, "signing_not_found")
	w.refused("asked in a session", w.ask("GET", at, w.session("applicant"), nil), http.StatusNotFound, "signing_not_found")

	w.refused("a wrong code", w.ask("GET", at+"/phone/"+strings.Repeat("0", 64), "", nil), http.StatusUnauthorized, "signing_secret")
	first := w.ask("GET", code, "", nil)
	phone := first.text("document.auth_token")
	if _, err := time.Parse(time.RFC3339, first.text("expiry_date")); err != nil || first.text("document.auth_type") != "Token" || first.text("document.uri") != w.server.BaseURL+at+"/documents" {
		t.Errorf("the first address: %v %v", first.body, err)
	}
	w.refused("without the token", w.ask("GET", at+"/documents", "", nil), http.StatusUnauthorized, "signing_secret")
	w.refused("with the owner's", w.ask("GET", at+"/documents", owner, nil), http.StatusUnauthorized, "signing_secret")
	docs := w.ask("GET", at+"/documents", phone, nil)
	if one := fmt.Sprint(docs.body["documentsToSign"]); docs.text("signMethod") != "CMS_WITH_DATA" || !strings.Contains(one, "id:1 ") || strings.Contains(one, "meta") || !strings.Contains(one, text) {
		t.Errorf("the documents: %v", docs.body)
	}
	if state := w.ask("GET", at, owner, nil).text("state"); state != "fetched" {
		t.Errorf("after the phone has looked: %s", state)
	}
	put := func(id any, data string) said {
		return w.ask("PUT", at+"/documents", phone, map[string]any{"signMethod": "CMS_WITH_DATA", "version": 2, "documentsToSign": []any{
			map[string]any{"id": id, "meta": nil, "document": map[string]any{"file": map[string]any{"mime": "", "data": data}}}}})
	}
	b64 := base64.StdEncoding.EncodeToString
	right := b64(w.signed(text, "applicant"))
	no := put(1, b64(w.signed(own, "applicant")))
	w.refused("over another text", no, http.StatusForbidden, "signing_other_text")
	if no.text("message") != no.text("title") || no.text("message") == "" {
		t.Errorf("the phone shows %q", no.text("message"))
	}
	w.refused("no signature", put(1, own), http.StatusForbidden, "signing_other_text")
	w.refused("for another document", put(2, right), http.StatusForbidden, "signing_other_text")
	w.refused("huge", put(1, strings.Repeat("A", 2<<20)), http.StatusRequestEntityTooLarge, "body_too_large")
	w.refused("by the owner", w.ask("PUT", at+"/documents", owner, map[string]any{}), http.StatusUnauthorized, "signing_secret")
	for _, id := range []any{1, "1"} { // the second time is a phone that has heard no answer
		if a := put(id, right); a.code != http.StatusOK {
			t.Errorf("the right one: %d %v", a.code, a.body)
		}
	}
	w.refused("another one after it", put(1, b64(w.signed(text, "stranger"))), http.StatusForbidden, "signing_over")
	done := w.ask("GET", at, owner, nil)
	if done.text("state") != "signed" || fmt.Sprint(done.body["signers"]) != "[ӨМІРЗАҚОВ ЕРЖАН БОЛАТҰЛЫ]" {
		t.Errorf("signed: %v", done.body)
	}
	in := w.ask("POST", "/v1/sessions", "", map[string]any{"challenge": challenge.body["id"], "cms": done.body["signatures"].([]any)[0]})
	if in.code != http.StatusCreated {
		t.Errorf("sign in: %d %v", in.code, in.body)
	}

	// In a session any text is signed, also apart from it, and told to that session alone.
	mine := in.text("token")
	s = open(mine, own, true)
	if a := w.ask("GET", "/v1/signings/"+s.text("id"), mine, nil); a.text("state") != "waiting" || s.text("token") != "" {
		t.Errorf("in a session: %v %v", s.body, a.body)
	}
	w.refused("in another session of the same person", w.ask("GET", "/v1/signings/"+s.text("id"), w.session("applicant"), nil), http.StatusNotFound, "signing_not_found")
	if log := w.log.String(); strings.Contains(log, phone) || strings.Contains(log, strings.TrimPrefix(code, at+"/phone/")) || strings.Contains(log, owner) {
		t.Error("the log holds a secret")
	}

}
