package site_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"tamga/documents/people/cast"
)

// keys are the keys of idempotency that tests have used.
var keys atomic.Int64

// api asks the programming interface as whoever is signed in, and returns what it answers.
func (v *visitor) api(method, path string, body any) map[string]any {
	v.t.Helper()
	u, err := url.Parse(v.url)
	if err != nil {
		v.t.Fatal(err)
	}
	raw, err := json.Marshal(body)
	if err != nil {
		v.t.Fatal(err)
	}
	req, err := http.NewRequest(method, v.url+path, bytes.NewReader(raw))
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(u) {
		if c.Name == "tamga-session" {
			req.Header.Set("Authorization", "Bearer "+c.Value)
		}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", "*")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("site-%d", keys.Add(1)))
	v.do(req)
	var answer map[string]any
	if err := json.Unmarshal([]byte(v.page), &answer); err != nil || v.status >= http.StatusBadRequest {
		v.t.Fatalf("%s %s: %d %s", method, path, v.status, v.page)
	}
	return answer
}

// An application at the counter waits for the applicant's consent: his page says so, he
// sees what he consents to, and gives it by his signature.
func TestConsent(t *testing.T) {
	registrar, applicant := as(t, "registrar"), as(t, "applicant")
	opened := registrar.api(http.MethodPost, "/v1/applications", map[string]any{
		"service": "SRA", "channel": "provider",
		"applicant": map[string]any{"natural": map[string]string{"surname": "ӨМІРЗАҚОВ", "given_name": "ЕРЖАН", "patronymic": "БОЛАТҰЛЫ", "iin": "851300399990"}},
	})
	at := "/applications/" + opened["id"].(string)
	for _, step := range []string{"S-U-p1", "S-U-p2", "S-U-p3"} {
		registrar.api(http.MethodPost, "/v1"+at+"/entries", map[string]string{"step": step, "outcome": "done"})
	}
	path := "/cabinet" + at
	applicant.get(path)
	applicant.expect(http.StatusOK, path, "Your consent is needed", "Waiting for an answer", "The state database has not answered yet")
	applicant.get(path + "/consent")
	applicant.expect(http.StatusOK, path+"/consent", "waiting for consent", "tamga consent 1")
	applicant.submit(path+"/consent", "stranger", url.Values{"decision": {"give"}})
	applicant.expect(http.StatusUnprocessableEntity, path+"/consent", "Please correct the following")
	applicant.submit(path+"/consent", "applicant", url.Values{"decision": {"give"}})
	applicant.expect(http.StatusOK, path)
	applicant.get(path + "/consent")
	applicant.expect(http.StatusOK, path+"/consent", "given")
	applicant.get(path + "/looks") // the member of staff has not looked, but acted
	applicant.expect(http.StatusOK, path+"/looks", "Who looked at my data")
	registrar.get(path + "/looks")
	if registrar.status != http.StatusForbidden {
		t.Errorf("an official sees who looked: %d", registrar.status)
	}
	registrar.api(http.MethodGet, "/v1"+at, nil)
	applicant.get(path + "/looks")
	applicant.expect(http.StatusOK, path+"/looks", "ТӨЛЕГЕНОВ НҰРБОЛ", "opened the application")
}

// An application is withdrawn with a reason, which is signed with the withdrawal.
func TestWithdraw(t *testing.T) {
	v := as(t, "applicant")
	path := v.begun("SRA")
	v.get(path + "/withdraw")
	v.submit(path+"/withdraw", "", nil)
	v.expect(http.StatusUnprocessableEntity, path+"/withdraw", "The field is missing or empty")
	v.submit(path+"/withdraw", "", url.Values{"reason": {"Енді керек емес"}})
	v.expect(http.StatusOK, path+"/withdraw", "Енді керек емес", "tamga application act 1")
	v.submit(path+"/withdraw", "applicant", nil)
	v.expect(http.StatusOK, path, "withdrawn", "Apply again with these data")
}

// After the registration the page of an application tells its number, until when the
// result is due and how that was counted, and hands out what was issued.
func TestRegisteredApplication(t *testing.T) {
	v, registrar := as(t, "applicant"), as(t, "registrar")
	path := v.begun("SRA")
	v.submit(path+"/form", "", filledIn())
	v.get(path)
	v.submit(path+"/ready", "", nil)
	v.submit(path+"/sign", "applicant", nil)
	v.submit(path+"/sign", "applicant", nil)
	v.expect(http.StatusOK, path, "sent, being registered")
	both := func(kk, ru string) map[string]string { return map[string]string{"kk": kk, "ru": ru} }
	answer := registrar.api(http.MethodPost, "/v1/applications/"+v.at[len("/cabinet/applications/"):]+"/entries", map[string]any{
		"step": "S-aP1", "outcome": "done", "document": map[string]any{"acceptance": map[string]any{
			"authority": both(cast.Office, cast.Office), "requisites": both("Астана қ., Бейбітшілік к-сі, 11", "г. Астана, ул. Бейбітшілік, 11"),
			"applicant": map[string]any{"natural": map[string]string{"surname": "ӨМІРЗАҚОВ", "given_name": "ЕРЖАН", "patronymic": "БОЛАТҰЛЫ", "iin": "851300399990"}},
			"service":   both("«Жобаны келісу»", "«Согласование проекта»"),
		}},
	})
	number := answer["application"].(map[string]any)["number"].(string)
	v.get("/cabinet/applications/" + number)
	v.expect(http.StatusOK, "/cabinet/applications/"+number, "being examined", number, "The result is due:", "How it was counted", "Counted from", "Results and notices")
	v.get("/cabinet")
	v.expect(http.StatusOK, "/cabinet", number, "The result is due:")
	v.get("/cabinet/history")
	v.expect(http.StatusOK, "/cabinet/history", number, "in force")
	v.get("/cabinet/messages")
	v.expect(http.StatusOK, "/cabinet/messages", number)
	stranger := as(t, "stranger")
	stranger.get("/cabinet/applications/" + number)
	if stranger.status != http.StatusNotFound {
		t.Errorf("a stranger sees an application: %d", stranger.status)
	}
}

// The head of an organisation applies for it, and an employee without the right to sign is
// told so before.
func TestApplyForAnOrganisation(t *testing.T) {
	v := as(t, "company-head")
	v.get("/cabinet/apply/TEC")
	v.expect(http.StatusOK, "/cabinet/apply/TEC", "as its first head")
	v.submit("/cabinet/apply/TEC", "", url.Values{"for": {"organisation"}})
	v.expect(http.StatusUnprocessableEntity, "/cabinet/apply/TEC", "The field is missing or empty")
	v.submit("/cabinet/apply/TEC", "", url.Values{"for": {"organisation"}, "name": {"«ҰЛЫ ДАЛА МҰРАСЫ» ЖШС"}, "address": {"010000, Астана, Достық көшесі, 5"}})
	if v.status != http.StatusOK || !strings.HasSuffix(v.at, "/form") {
		t.Fatalf("%d %s: %s", v.status, v.at, v.text())
	}
	v.expect(http.StatusOK, "", "«ҰЛЫ ДАЛА МҰРАСЫ» ЖШС", "Cultural objects")
	path := strings.TrimSuffix(v.at, "/form")
	v.get(path + "/files")
	v.expect(http.StatusOK, path+"/files", "Certificate of registration")
	v.get("/cabinet/apply/TEC")
	if values, _ := v.filled("/cabinet/apply/TEC"); values.Get("address") != "010000, Астана, Достық көшесі, 5" {
		t.Errorf("the next is filled in with %v", values)
	}
	employee := as(t, "company-signer")
	employee.get("/cabinet/apply/TEC")
	employee.expect(http.StatusOK, "", "as an employee with the right to sign")
}

// Whoever was given a power of attorney applies for who gave it, whose number he types.
func TestApplyByPowerOfAttorney(t *testing.T) {
	applicant, representative := as(t, "applicant"), as(t, "representative")
	person := func(surname, given, patronymic, iin string) map[string]string {
		return map[string]string{"surname": surname, "given_name": given, "patronymic": patronymic, "iin": iin}
	}
	applicant.api(http.MethodPost, "/v1/powers", map[string]any{
		"principal":      map[string]any{"natural": person("ӨМІРЗАҚОВ", "ЕРЖАН", "БОЛАТҰЛЫ", "851300399990")},
		"representative": map[string]string{"iin": "871300499980"},
		"kind":           "document", "number": "12", "issued_on": "2026-01-10", "valid_until": "2027-01-10", "may": "fill_in",
	})
	v := representative
	v.get("/cabinet/apply/SRA")
	v.expect(http.StatusOK, "/cabinet/apply/SRA", "ӨМІРЗАҚОВ ЕРЖАН БОЛАТҰЛЫ", "by a power of attorney", "who may sign signs it")
	power := regexp.MustCompile(`value="(power-[0-9a-f]+)"`).FindStringSubmatch(v.page)
	if power == nil {
		t.Fatal(v.page)
	}
	v.submit("/cabinet/apply/SRA", "", url.Values{"for": {power[1]}})
	v.expect(http.StatusUnprocessableEntity, "/cabinet/apply/SRA", "The field is missing or empty")
	v.submit("/cabinet/apply/SRA", "", url.Values{"for": {power[1]}, "number": {"851300399990"}})
	if v.status != http.StatusOK || !strings.HasSuffix(v.at, "/form") {
		t.Fatalf("%d %s: %s", v.status, v.at, v.text())
	}
	path := strings.TrimSuffix(v.at, "/form")
	applicant.get(path)
	applicant.expect(http.StatusOK, path, "being filled in")
}
