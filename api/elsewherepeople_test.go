package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"tamga/documents"
	"tamga/signing"
)

// fromElsewhere is a licence that an older system has issued.
func fromElsewhere(number string) map[string]any {
	return map[string]any{
		"elsewhere": map[string]any{"source": "elicense.kz", "name": map[string]any{"kk": "«Е-лицензиялау» АЖ", "ru": "ИС «Е-лицензирование»"}, "number": number, "edition": "2012"},
		"issued_on": "2014-10-09", "head": "Досжанов К.А.",
		"holder":   map[string]any{"legal": map[string]any{"name": map[string]any{"kk": "«Қорған» ЖШС", "ru": "ТОО «Қорған»"}, "address": map[string]any{"kk": "Астана қ., Кенесары к-сі, 65", "ru": "г. Астана, ул. Кенесары, 65"}, "bin": "120741000014"}},
		"licensor": map[string]any{"kk": "Мәдениет министрлігі", "ru": "Министерство культуры"},
		"activity": map[string]any{"kk": "археологиялық жұмыстар", "ru": "археологические работы"},
		"place":    map[string]any{"kk": "Астана қ.", "ru": "г. Астана"},
	}
}

// text asks a door for what is signed, in base64, as w.signed takes it.
func (w *town) text(method, path, token string, body any) string {
	w.t.Helper()
	code, raw := w.raw(method, path, token, "application/json", body)
	if code != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", method, path, code, raw)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// raw sends a body, of JSON where it is no text, and returns the bytes of the answer.
func (w *town) raw(method, path, token, media string, body any) (int, []byte) {
	w.t.Helper()
	var sent []byte
	switch b := body.(type) {
	case nil:
	case string:
		sent = []byte(b)
	default:
		var err error
		if sent, err = json.Marshal(b); err != nil {
			w.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(sent))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", media)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Idempotency-Key", fmt.Sprintf("e-%d", idempotency.Add(1)))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return res.StatusCode, raw
}

// does sends JSON with an idempotency key, and reads JSON.
func (w *town) does(path, token string, body any) said {
	w.t.Helper()
	code, raw := w.raw("POST", path, token, "application/json", body)
	s := said{code: code}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &s.body); err != nil {
			w.t.Fatalf("%s: %v\n%s", path, err, raw)
		}
	}
	return s
}

// entersLicence enters a licence that was issued elsewhere, signed by a key of the cast.
func (w *town) entersLicence(token, key, number string) said {
	w.t.Helper()
	body := map[string]any{"licence": fromElsewhere(number)}
	text := w.text("POST", "/v1/elsewhere/text", token, body)
	body["signature"] = w.signed(text, key)
	return w.does("/v1/elsewhere", token, body)
}

// decides decides an act, or an import, signed by a key of the cast.
func (w *town) decides(at, token, key, outcome, reason string) said {
	w.t.Helper()
	body := map[string]any{"outcome": outcome}
	if reason != "" {
		body["reason"] = reason
	}
	signed := map[string]any{"outcome": outcome, "signature": w.signed(w.text("POST", at+"/text", token, body), key)}
	if reason != "" {
		signed["reason"] = reason
	}
	return w.does(at+"/decision", token, signed)
}

// Licences that were issued elsewhere are entered and confirmed by two persons, each by a
// duty of his own and by his own signature, and by nobody else.
func TestElsewhereByPersons(t *testing.T) {
	w := openOffice(t)
	registrar, head, signer, executor := w.session("registrar"), w.session("head"), w.session("signer"), w.session("executor")
	body := map[string]any{"licence": fromElsewhere("14014826")}
	w.refused("nobody", w.does("/v1/elsewhere", "", body), 401, "unauthorized")
	w.refused("an applicant enters", w.does("/v1/elsewhere", w.session("applicant"), body), 403, "no_duty")
	w.refused("who confirms enters", w.does("/v1/elsewhere", head, body), 403, "no_duty")
	w.refused("a member of the commission reads", w.ask("GET", "/v1/elsewhere", w.session("member-1"), nil), 403, "no_duty")
	for what, signature := range map[string]any{
		"nobody signs": nil, "another signs": w.signed(w.text("POST", "/v1/elsewhere/text", registrar, body), "executor"),
		"another licence is signed": w.signed(w.text("POST", "/v1/elsewhere/text", registrar, map[string]any{"licence": fromElsewhere("14014827")}), "registrar"),
		"another text is signed":    w.signed(base64.StdEncoding.EncodeToString([]byte("x")), "registrar"),
	} {
		one := map[string]any{"licence": fromElsewhere("14014826")}
		if signature != nil {
			one["signature"] = signature
		}
		a := w.does("/v1/elsewhere", registrar, one)
		if a.code != 422 || a.text("code") != "invalid_document" || !strings.Contains(fmt.Sprint(a.body["errors"]), "/signature") {
			t.Errorf("%s: %d %v", what, a.code, a.body)
		}
	}
	a := w.entersLicence(registrar, "registrar", "14014826")
	if a.code != 201 || !strings.HasPrefix(a.text("entered_by"), "person:") {
		t.Fatalf("entered: %d %v", a.code, a.body)
	}
	at := "/v1/elsewhere/" + a.text("id")
	w.refused("who has entered confirms", w.does(at+"/decision", registrar, map[string]any{"outcome": "confirmed"}), 403, "no_duty")
	if a := w.does(at+"/decision", head, map[string]any{"outcome": "confirmed"}); a.code != 422 || !strings.Contains(fmt.Sprint(a.body["errors"]), "/signature") {
		t.Errorf("confirmed without a signature: %d %v", a.code, a.body)
	}
	if a := w.decides(at, head, "signer", "confirmed", ""); a.code != 422 || !strings.Contains(fmt.Sprint(a.body["errors"]), "/signature") {
		t.Errorf("confirmed by another's key: %d %v", a.code, a.body)
	}
	if a := w.decides(at, head, "head", "confirmed", ""); a.code != 200 || a.text("document") == "" {
		t.Fatalf("confirmed: %d %v", a.code, a.body)
	}
	// Nobody is both, whatever duties he has.
	w.change(t, `UPDATE duties SET role = 'HEAD' WHERE role = 'EXECUTOR'`)
	a = w.entersLicence(registrar, "registrar", "14014828")
	second := "/v1/elsewhere/" + a.text("id")
	w.change(t, `UPDATE duties SET role = 'AUTH_SIGNER' WHERE role = 'REGISTRAR'`)
	w.refused("one person with both duties", w.decides(second, registrar, "registrar", "confirmed", ""), 409, "same_person")
	if a := w.does(second+"/decision", executor, map[string]any{"outcome": "refused"}); a.code != 422 {
		t.Errorf("refused without a reason and a signature: %d %v", a.code, a.body)
	}
	if a := w.decides(second, executor, "executor", "refused", "Көшірмесі жоқ."); a.code != 200 || a.text("outcome") != "refused" {
		t.Errorf("refused: %d %v", a.code, a.body)
	}
	w.refused("decided again", w.decides2(second, signer), 409, "not_waiting")
	w.kept("refused", "14014828")
}

// decides2 decides without asking what to sign.
func (w *town) decides2(at, token string) said {
	return w.does(at+"/decision", token, map[string]any{"outcome": "confirmed", "signature": base64.StdEncoding.EncodeToString([]byte("x"))})
}

// kept holds that a signature over acts of an outcome is kept, which names a licence, and
// passes verification over what is kept.
func (w *town) kept(outcome string, numbers ...string) {
	w.t.Helper()
	var act, signature string
	err := w.server.Registry.Store.QueryRowContext(w.t.Context(), `SELECT act, signature FROM act_signatures WHERE outcome = $1 ORDER BY signed_at DESC`, outcome).Scan(&act, &signature)
	if err != nil {
		w.t.Fatalf("%s: %v", outcome, err)
	}
	for _, n := range numbers {
		if !strings.Contains(act, n) {
			w.t.Errorf("%s: what was signed does not name %s: %s", outcome, n, act)
		}
	}
	for _, personal := range []string{"120741000014", "Қорған"} {
		if strings.Contains(act, personal) {
			w.t.Errorf("%s: what is kept for ever says %s", outcome, personal)
		}
	}
	cms, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		w.t.Fatal(err)
	}
	v, err := w.pki.Verifier.VerifyCMS(w.t.Context(), cms, signing.Question{Content: []byte(act), At: w.now()})
	if err != nil || !v.Passed() {
		w.t.Errorf("%s: the signature that is kept: %v, %v", outcome, v, err)
	}
}

// A file is imported by one person and confirmed by another, each by one signature over
// all of it.
func TestImportByPersons(t *testing.T) {
	w := openOffice(t)
	registrar, head, executor := w.session("registrar"), w.session("head"), w.session("executor")
	rows, err := json.Marshal([]any{fromElsewhere("101"), fromElsewhere("102"), fromElsewhere("103")})
	if err != nil {
		t.Fatal(err)
	}
	code, raw := w.raw("POST", "/v1/elsewhere/imports", registrar, "application/json", string(rows))
	var in struct{ Batch string }
	if err := json.Unmarshal(raw, &in); err != nil || code != 200 || in.Batch == "" {
		t.Fatalf("import: %d %s", code, raw)
	}
	at := "/v1/elsewhere/imports/" + in.Batch
	w.refused("who confirms imports", w.doesRaw("/v1/elsewhere/imports", head, string(rows)), 403, "no_duty")
	if a := w.decides(at, head, "head", "confirmed", ""); a.code != 422 || !strings.Contains(fmt.Sprint(a.body["errors"]), "imported") {
		t.Errorf("confirmed before the import was signed: %d %v", a.code, a.body)
	}
	sign := func(token, key string) said {
		return w.does(at+"/signature", token, map[string]any{"signature": w.signed(w.text("POST", at+"/text", registrar, map[string]any{}), key)})
	}
	w.refused("another signs the import", sign(executor, "executor"), 404, "act_not_found")
	if a := sign(registrar, "executor"); a.code != 422 {
		t.Errorf("signed by another's key: %d %v", a.code, a.body)
	}
	for range 2 {
		if a := sign(registrar, "registrar"); a.code != 204 {
			t.Fatalf("sign the import: %d %v", a.code, a.body)
		}
	}
	w.kept("entered", "101", "102", "103")
	if a := w.does(at+"/decision", head, map[string]any{"outcome": "confirmed"}); a.code != 422 || !strings.Contains(fmt.Sprint(a.body["errors"]), "/signature") {
		t.Errorf("confirmed without a signature: %d %v", a.code, a.body)
	}
	if a := w.decides(at, head, "executor", "confirmed", ""); a.code != 422 {
		t.Errorf("confirmed by another's key: %d %v", a.code, a.body)
	}
	// What was signed to refuse does not confirm.
	refusal := w.signed(w.text("POST", at+"/text", head, map[string]any{"outcome": "refused", "reason": "Жоқ."}), "head")
	if a := w.does(at+"/decision", head, map[string]any{"outcome": "confirmed", "signature": refusal}); a.code != 422 {
		t.Errorf("confirmed by what was signed to refuse: %d %v", a.code, a.body)
	}
	if a := w.decides(at, head, "head", "confirmed", ""); a.code != 200 || fmt.Sprint(a.body["decided"]) != "3" {
		t.Fatalf("confirmed: %d %v", a.code, a.body)
	}
	w.kept("confirmed", "101", "102", "103")
	for _, own := range []string{"101", "102", "103"} {
		found, err := w.server.Registry.ByOwnNumber(t.Context(), own)
		if err != nil || len(found) != 1 || found[0].Kind != documents.KindLicence {
			t.Errorf("№ %s: %v, %v", own, found, err)
		}
	}
	if err := w.server.Registry.VerifyLog(t.Context()); err != nil {
		t.Error(err)
	}
}

func (w *town) doesRaw(path, token, body string) said {
	w.t.Helper()
	code, raw := w.raw("POST", path, token, "application/json", body)
	s := said{code: code}
	if err := json.Unmarshal(raw, &s.body); err != nil {
		w.t.Fatalf("%s: %v\n%s", path, err, raw)
	}
	return s
}
