package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/api"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents/people"
	"tamga/documents/people/cast"
	"tamga/documents/registry"
	"tamga/documents/rulebook"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// town is a running service whose people are those of the demonstration.
type town struct {
	*stage
	t    *testing.T
	pki  *signtest.PKI
	keys map[string]creation.Key
}

func openTown(t *testing.T) *town {
	t.Helper()
	return openTownOn(t, filepath.Join(t.TempDir(), "tamga.db"))
}

func openTownOn(t *testing.T, dsn string) *town {
	t.Helper()
	pki := signtest.New(t, ca.GOST2015)
	w := &town{stage: openOn(t, pki, dsn), t: t, pki: pki, keys: map[string]creation.Key{}}
	w.server.People = &people.Book{
		Store: w.server.Registry.Store, Rulebook: &rulebook.Book{Store: w.server.Registry.Store}, Verifier: pki.Verifier, Address: w.server.BaseURL,
		Cost: people.Cost{Passes: 1, Memory: 8 << 10, Threads: 1, Together: 2, WaitMost: 8},
	}
	w.start(t)
	for _, m := range cast.Members(signtest.Now().Add(-time.Hour)) {
		w.keys[m.Name] = pki.Person(m.Person)
		if m.Fault == cast.Revoked {
			pki.Authority.Revoke(w.keys[m.Name].Certificate.Serial, signtest.Now().AddDate(0, 0, -1), revocation.Superseded)
		}
	}
	for _, issue := range []func(this, next time.Time) ([]byte, error){pki.Authority.CRL, pki.Authority.RootCRL} {
		raw, err := issue(signtest.Now(), signtest.Now().AddDate(0, 2, 0))
		if err != nil {
			t.Fatal(err)
		}
		list, err := revocation.ParseCRL(raw)
		if err != nil {
			t.Fatal(err)
		}
		pki.Verifier.Revocation.Add(list)
	}
	if err := cast.Seed(t.Context(), w.server.People); err != nil {
		t.Fatal(err)
	}
	return w
}

// said is an answer in JSON.
type said struct {
	code int
	body map[string]any
	head http.Header
}

// text follows a path such as session.person.id.
func (s said) text(path string) string {
	var at any = s.body
	for _, step := range strings.Split(path, ".") {
		m, ok := at.(map[string]any)
		if !ok {
			return ""
		}
		at = m[step]
	}
	text, _ := at.(string)
	return text
}

// ask sends JSON by a bearer key; either may be missing.
func (w *town) ask(method, path, bearer string, body any) said {
	w.t.Helper()
	return w.askFrom("", method, path, bearer, body)
}

func (w *town) askFrom(address, method, path, bearer string, body any) said {
	w.t.Helper()
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			w.t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, bytes.NewReader(raw))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	if address != "" {
		req.Header.Set("X-Forwarded-For", address)
	}
	if strings.HasPrefix(path, "/v1/applications") && (method == http.MethodPost || strings.HasSuffix(path, "/form")) {
		req.Header.Set("Idempotency-Key", fmt.Sprintf("t-%d", idempotency.Add(1)))
		req.Header.Set("If-Match", "*")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	s := said{code: res.StatusCode, head: res.Header}
	if len(text) > 0 && res.Header.Get("Content-Type") != "application/pdf" {
		if err := json.Unmarshal(text, &s.body); err != nil {
			w.t.Fatalf("%s %s: %v\n%s", method, path, err, text)
		}
	}
	return s
}

// proof answers a new challenge with a key of the cast, with more members besides.
func (w *town) proof(purpose, member string, more map[string]any) map[string]any {
	w.t.Helper()
	c := w.ask("POST", "/v1/sessions/challenge", "", map[string]any{"purpose": purpose})
	if c.code != http.StatusCreated {
		w.t.Fatalf("challenge: %d %v", c.code, c.body)
	}
	body := map[string]any{"challenge": c.body["id"], "cms": w.signed(c.text("text"), member)}
	for name, value := range more {
		body[name] = value
	}
	return body
}

// signed signs the text of a challenge, with any key of the cast.
func (w *town) signed(text, member string) []byte {
	w.t.Helper()
	content, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		w.t.Fatal(err)
	}
	return signedAnyway(w.t, content, w.keys[member])
}

// registered opens the accounts of members.
func (w *town) registered(members ...string) {
	w.t.Helper()
	for _, m := range members {
		if a := w.ask("POST", "/v1/accounts", "", w.proof("register", m, nil)); a.code != http.StatusCreated {
			w.t.Fatalf("register %s: %d %v", m, a.code, a.body)
		}
	}
}

// session signs a member in by key, and returns the token.
func (w *town) session(member string) string {
	w.t.Helper()
	a := w.ask("POST", "/v1/sessions", "", w.proof("sign-in", member, nil))
	if a.code != http.StatusCreated {
		w.t.Fatalf("sign in %s: %d %v", member, a.code, a.body)
	}
	return a.text("token")
}

// refused holds that an answer is a problem of a code.
func (w *town) refused(what string, a said, status int, code string) {
	w.t.Helper()
	if a.code != status || a.text("code") != code {
		w.t.Errorf("%s: %d %v, want %d %s", what, a.code, a.body, status, code)
	}
}

const secret = "жеті қат көк 2026"

// Somebody registers by the certificate, signs in by it and by password, is known, and
// signs out; sessions that are over are all answered alike.
func TestSessions(t *testing.T) {
	w := openTown(t)
	w.refused("before the registration", w.ask("POST", "/v1/sessions", "", w.proof("sign-in", "applicant", nil)), 403, "not_registered")
	a := w.ask("POST", "/v1/accounts", "", w.proof("register", "applicant", map[string]any{"password": secret}))
	if a.code != 201 || a.text("natural.surname") != "ӨМІРЗАҚОВ" {
		t.Fatalf("register: %d %v", a.code, a.body)
	}
	w.refused("a second time", w.ask("POST", "/v1/accounts", "", w.proof("register", "applicant", nil)), 409, "already_registered")
	byKey := w.session("applicant")
	in := w.ask("POST", "/v1/sessions", "", map[string]any{"number": "851300399990", "password": secret})
	if in.code != 201 || in.text("session.level") != "password" || in.text("session.person.id") != a.text("id") {
		t.Fatalf("sign in by password: %d %v", in.code, in.body)
	}
	me := w.ask("GET", "/v1/me", byKey, nil)
	if me.code != 200 || me.text("session.level") != "eds" || me.text("session.person.name") != "ӨМІРЗАҚОВ ЕРЖАН БОЛАТҰЛЫ" {
		t.Errorf("me: %d %v", me.code, me.body)
	}
	if out := w.ask("DELETE", "/v1/sessions/current", byKey, nil); out.code != 204 {
		t.Errorf("sign out: %d %v", out.code, out.body)
	}
	over := w.ask("GET", "/v1/me", byKey, nil)
	w.refused("signed out", over, 401, "session_over")
	unknown := w.ask("GET", "/v1/me", "tamga_session_0011223344556677_ab", nil)
	w.refused("unknown", unknown, 401, "session_over")
	idle := in.text("token")
	w.ahead.Add(int64(31 * time.Minute))
	expired := w.ask("GET", "/v1/me", idle, nil)
	w.refused("idle for too long", expired, 401, "session_over")
	for _, other := range []said{unknown, expired} {
		if over.text("detail") != other.text("detail") || over.text("title") != other.text("title") {
			t.Errorf("sessions that are over are told apart: %v and %v", over.body, other.body)
		}
	}
	w.refused("nobody", w.ask("GET", "/v1/me", "", nil), 401, "unauthorized")
	w.refused("a program", w.ask("GET", "/v1/me", w.values["key.apply"], nil), 401, "session_required")
	if log := w.log.String(); strings.Contains(log, "851300399990") || strings.Contains(log, "ӨМІРЗАҚОВ") || strings.Contains(log, "_session_") {
		t.Error("the log names a person, or holds a token")
	}
}

// Who signs a challenge wrongly is told why, and nothing opens.
func TestSignInRefused(t *testing.T) {
	w := openTown(t)
	w.registered("applicant")
	for member, says := range map[string]string{"applicant-expired": "validity_period", "applicant-revoked": "revocation"} {
		a := w.ask("POST", "/v1/sessions", "", w.proof("sign-in", member, nil))
		w.refused(member, a, 401, "signature_not_accepted")
		if !strings.Contains(a.text("detail"), says) {
			t.Errorf("%s: %s", member, a.text("detail"))
		}
		facts := []string{a.text("signature.decided_by"), a.text("signature.facts.validity_period"), a.text("signature.facts.not_revoked")}
		want := map[string][]string{
			"applicant-expired": {"validity_period", "refuted", "unknown"}, "applicant-revoked": {"revocation", "established", "refuted"},
		}[member]
		if !slices.Equal(facts, want) {
			t.Errorf("%s: found %v, want %v", member, facts, want)
		}
	}
	another := w.ask("POST", "/v1/sessions", "", w.proof("sign-in", "stranger", map[string]any{"number": "851300399990"}))
	w.refused("another's number", another, 401, "signature_not_accepted")
	// The key that is for logging in signs in, and is the same person.
	w.session("applicant-login")
	used := w.proof("sign-in", "applicant", nil)
	if a := w.ask("POST", "/v1/sessions", "", used); a.code != 201 {
		t.Fatalf("%v", a.body)
	}
	w.refused("replayed", w.ask("POST", "/v1/sessions", "", used), 401, "challenge_not_valid")
	w.refused("for another purpose", w.ask("POST", "/v1/sessions", "", w.proof("register", "applicant", nil)), 401, "challenge_not_valid")
	elsewhere := &people.Book{Store: w.server.Registry.Store, Verifier: w.pki.Verifier, Address: "https://other.example"}
	c, err := elsewhere.Challenge(t.Context(), people.ForSignIn)
	if err != nil {
		t.Fatal(err)
	}
	there := map[string]any{"challenge": c.ID, "cms": signedAnyway(t, c.Text, w.keys["applicant"])}
	w.refused("of another address", w.ask("POST", "/v1/sessions", "", there), 401, "challenge_not_valid")
	late := w.proof("sign-in", "applicant", nil)
	w.ahead.Add(int64(5*time.Minute + time.Second))
	w.refused("late", w.ask("POST", "/v1/sessions", "", late), 401, "challenge_not_valid")
	w.refused("both", w.ask("POST", "/v1/sessions", "", map[string]any{"challenge": c.ID, "cms": []byte("x"), "password": secret}), 400, "invalid_parameter")
	w.refused("neither", w.ask("POST", "/v1/sessions", "", map[string]any{}), 400, "invalid_parameter")
	w.refused("no purpose", w.ask("POST", "/v1/sessions/challenge", "", map[string]any{"purpose": "anything"}), 400, "invalid_parameter")
}

// The account of an organisation is its head's: an employee opens none.
func TestOrganisationAccount(t *testing.T) {
	w := openTown(t)
	for _, member := range []string{"company-signer", "company-employee", "applicant"} {
		a := w.ask("POST", "/v1/accounts", "", w.proof("register", member, map[string]any{"organisation": true, "password": secret}))
		w.refused(member, a, 401, "signature_not_accepted")
	}
	if a := w.ask("POST", "/v1/accounts", "", w.proof("register", "company-head", map[string]any{"organisation": true, "password": secret})); a.code != 201 {
		t.Fatalf("%v", a.body)
	}
	in := w.ask("POST", "/v1/sessions", "", map[string]any{"number": string(cast.CompanyBIN), "password": secret})
	if in.code != 201 || in.text("session.bin") != string(cast.CompanyBIN) {
		t.Fatalf("%v", in.body)
	}
	me := w.ask("GET", "/v1/me", in.text("token"), nil)
	if grounds := w.grounds(me); !slices.Equal(grounds, []string{"self fill_in sign", "head fill_in sign"}) {
		t.Errorf("acts for %q", grounds)
	}
}

// grounds are by what somebody may act, and what.
func (w *town) grounds(me said) []string {
	var all []string
	list, _ := me.body["acts_for"].([]any)
	for _, one := range list {
		m := one.(map[string]any)
		text := fmt.Sprint(m["ground"])
		for _, right := range m["may"].([]any) {
			text += " " + fmt.Sprint(right)
		}
		all = append(all, text)
	}
	return all
}

// Wrong passwords are counted: by one client on one account, by one on all, and by all on
// one; a right one counts for nothing, and the key opens whatever was counted.
func TestPasswordGuesses(t *testing.T) {
	w := openTown(t)
	w.server.Limits = api.DefaultLimits()
	w.server.Limits.PasswordsPerPair, w.server.Limits.PasswordsPerClient, w.server.Limits.PasswordsPerAccount = 2, 3, 4
	w.server.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	w.start(t)
	if a := w.ask("POST", "/v1/accounts", "", w.proof("register", "applicant", map[string]any{"password": secret})); a.code != 201 {
		t.Fatalf("%v", a.body)
	}
	try := func(from, number, password string) said {
		return w.askFrom(from, "POST", "/v1/sessions", "", map[string]any{"number": number, "password": password})
	}
	for range 5 { // right ones
		if a := try("203.0.113.1", "851300399990", secret); a.code != 201 {
			t.Fatalf("%v", a.body)
		}
	}
	wrong := func(from, number string) {
		w.refused("wrong", try(from, number, "басқа құпиясөз"), 401, "wrong_credentials")
	}
	wrong("203.0.113.1", "851300399990")
	wrong("203.0.113.1", "851300-399990")
	a := try("203.0.113.1", "8513 0039 9990", secret)
	w.refused("the third of the pair", a, 429, "too_many_requests")
	if a.head.Get("Retry-After") == "" {
		t.Error("nobody is told when to come again")
	}
	wrong("203.0.113.1", "861300399982")
	w.refused("the fourth of the client", try("203.0.113.1", "871300499980", "x"), 429, "too_many_requests")
	wrong("203.0.113.2", "851300399990")
	wrong("203.0.113.3", "851300399990")
	w.refused("the fifth on the account", try("203.0.113.4", "851300399990", secret), 429, "too_many_requests")
	w.session("applicant")
	w.ahead.Add(int64(time.Hour))
	if a := try("203.0.113.1", "851300399990", secret); a.code != 201 {
		t.Errorf("after an hour: %v", a.body)
	}
}

// A crowd that signs in at once takes no more memory than two passwords do: the others
// wait or are told to come again.
func TestPasswordCrowd(t *testing.T) {
	w := openTown(t)
	w.server.People.Cost = people.Cost{Passes: 1, Memory: people.DefaultCost().Memory, Threads: 4, Together: people.DefaultCost().Together, WaitMost: 8}
	w.server.Limits = api.DefaultLimits()
	w.server.Limits.PasswordsPerPair, w.server.Limits.PasswordsPerClient, w.server.Limits.PasswordsPerAccount = 1000, 1000, 1000
	w.start(t)
	var most uint64
	stop, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	var wait sync.WaitGroup
	codes := make([]int, 100)
	for i := range codes {
		wait.Go(func() {
			codes[i] = w.ask("POST", "/v1/sessions", "", map[string]any{"number": "851300399990", "password": "қандай да бір құпиясөз"}).code
		})
	}
	wait.Wait()
	close(stop)
	<-watched
	for _, code := range codes {
		if code != 401 && code != 503 {
			t.Errorf("answered with %d", code)
		}
	}
	if !slices.Contains(codes, 503) || !slices.Contains(codes, 401) {
		t.Errorf("the codes are %v", codes)
	}
	if most > 1<<30 { // a hundred at once would take 6.4 GiB
		t.Errorf("%d MiB were taken", most>>20)
	}
}

// Duties are given and ended by administrators, with their keys, and never their own:
// also not by a second account, or by ending what stands in the way.
func TestDuties(t *testing.T) {
	w := openTown(t)
	w.registered("administrator-1", "administrator-2", "registrar", "executor")
	first, second, staff := w.session("administrator-1"), w.session("administrator-2"), w.session("registrar")
	id := func(token string) string { return w.ask("GET", "/v1/me", token, nil).text("session.person.id") }
	give := func(token string, body map[string]any) said { return w.ask("POST", "/v1/duties", token, body) }
	one := map[string]any{"person": id(staff), "role": "HEAD", "provider": "culture-committee", "order": map[string]any{"number": "12-ж", "date": "2026-05-01"}}

	w.refused("without a session", give("", one), 401, "unauthorized")
	w.refused("by a program", give(w.values["key.apply"], one), 401, "session_required")
	w.refused("by a registrar", give(staff, one), 403, "administrator_only")
	given := give(first, one)
	if given.code != 201 || given.text("given_by") != id(first) || given.text("order.number") != "12-ж" {
		t.Fatalf("%d %v", given.code, given.body)
	}
	w.refused("twice", give(first, one), 409, "duty_held")
	own := map[string]any{"person": id(first), "role": "HEAD", "provider": "culture-committee"}
	w.refused("to himself", give(first, own), 403, "own_duty")
	// Another key of the same person is no other person.
	w.keys["second-key"] = w.pki.Person(castMember(t, "administrator-1"))
	w.refused("a second account", w.ask("POST", "/v1/accounts", "", w.proof("register", "second-key", nil)), 409, "already_registered")
	w.refused("to himself by another key", give(w.session("second-key"), own), 403, "own_duty")
	w.refused("no such role", give(first, map[string]any{"person": id(staff), "role": "APPLICANT", "provider": "culture-committee"}), 422, "duty_refused")
	w.refused("no such person", give(first, map[string]any{"person": "0011223344556677", "role": "HEAD", "provider": "culture-committee"}), 404, "person_not_found")
	w.refused("from no moment", give(first, map[string]any{"person": id(staff), "role": "HEAD", "provider": "culture-department", "from": "ертең"}), 400, "invalid_parameter")

	// A deputy acts by an order, until a moment, and his office says so.
	executor := id(w.session("executor"))
	deputy := map[string]any{
		"person": executor, "role": "HEAD", "provider": "culture-committee", "deputy_of": id(staff), "until": w.now().Add(24 * time.Hour).Format(time.RFC3339),
		"order": map[string]any{"number": "13-ж", "date": "2026-05-02"}, "position": map[string]any{"kk": "Төраға м.а.", "ru": "И.о. председателя"},
	}
	for _, missing := range []string{"until", "order", "position"} {
		without := map[string]any{}
		for name, value := range deputy {
			if name != missing {
				without[name] = value
			}
		}
		w.refused("a deputy without "+missing, give(first, without), 422, "duty_refused")
	}
	if a := give(first, deputy); a.code != 201 || a.text("position.kk") != "Төраға м.а." || a.text("deputy_of") != id(staff) {
		t.Errorf("a deputy: %v", a.body)
	}

	end := func(token, duty string) said { return w.ask("POST", "/v1/duties/"+duty+"/end", token, nil) }
	mine := w.ask("GET", "/v1/me", first, nil).body["duties"].([]any)[0].(map[string]any)["id"].(string)
	w.refused("his own", end(first, mine), 403, "own_duty")
	w.refused("by a registrar", end(staff, given.text("id")), 403, "administrator_only")
	if a := end(second, given.text("id")); a.code != 200 || a.text("ended_by") != id(second) {
		t.Errorf("end: %v", a.body)
	}
	w.refused("twice", end(second, given.text("id")), 409, "duty_over")
	// Whoever's own duty another has ended administers no more.
	if a := end(second, mine); a.code != 200 {
		t.Errorf("%v", a.body)
	}
	w.refused("after his duty", give(first, one), 403, "administrator_only")
	if err := (&registry.Registry{Store: w.server.Registry.Store}).VerifyLog(t.Context()); err != nil {
		t.Error(err)
	}
}

// An administrator who has signed in by password gives nothing.
func TestDutiesByKeyOnly(t *testing.T) {
	w := openTown(t)
	if a := w.ask("POST", "/v1/accounts", "", w.proof("register", "administrator-1", map[string]any{"password": secret})); a.code != 201 {
		t.Fatalf("%v", a.body)
	}
	in := w.ask("POST", "/v1/sessions", "", map[string]any{"number": string(castMember(t, "administrator-1").IIN), "password": secret})
	w.refused("by password", w.ask("GET", "/v1/people", in.text("token"), nil), 403, "key_session_required")
	key := w.session("administrator-1")
	added := map[string]any{"natural": map[string]any{"surname": "Жаңа", "given_name": "Қызметкер", "iin": "900701300108"}}
	if a := w.ask("POST", "/v1/people", key, added); a.code != 201 {
		t.Fatalf("%v", a.body)
	}
	bad := w.ask("POST", "/v1/people", key, map[string]any{"natural": map[string]any{"surname": "Жаңа", "given_name": "Қызметкер", "iin": "900701300109"}})
	w.refused("a wrong number", bad, 422, "invalid_document")
	if list, _ := bad.body["errors"].([]any); len(list) != 1 || list[0].(map[string]any)["pointer"] != "/natural/iin" {
		t.Errorf("a wrong number: %v", bad.body)
	}
	if a := w.ask("POST", "/v1/people", key, added); a.code != 200 {
		t.Errorf("known already: %d %v", a.code, a.body)
	}
	seen, after := 0, ""
	for {
		a := w.ask("GET", "/v1/people?limit=7"+after, key, nil)
		if a.code != 200 {
			t.Fatalf("%v", a.body)
		}
		seen += len(a.body["people"].([]any))
		next := a.text("next")
		if next == "" {
			break
		}
		after = "&after=" + next[strings.LastIndex(next, "=")+1:]
	}
	if want := len(cast.Members(w.now())) - 3 + 1; seen != want { // three are the applicant again
		t.Errorf("%d people, want %d", seen, want)
	}
}

// A power of attorney is entered by its principal or an official to whom it was shown,
// counts until its last day, and ends before by whoever gave or got it.
func TestPowers(t *testing.T) {
	w := openTown(t)
	w.registered("company-head", "company-employee", "representative", "stranger", "registrar")
	head, employee, representative := w.session("company-head"), w.session("company-employee"), w.session("representative")
	power := map[string]any{
		"principal":      map[string]any{"legal": map[string]any{"name": map[string]any{"kk": "«Ұлы дала мұрасы» ЖШС", "ru": "ТОО «Улы дала мурасы»"}, "address": map[string]any{"kk": "Астана қ.", "ru": "г. Астана"}, "bin": string(cast.CompanyBIN)}},
		"representative": map[string]any{"iin": string(castMember(t, "representative").IIN)},
		"kind":           "document", "number": "7", "issued_on": "2026-05-01", "valid_until": "2026-06-02", "may": "sign",
	}
	enter := func(token string) said { return w.ask("POST", "/v1/powers", token, power) }
	w.refused("by an employee", enter(employee), 403, "may_not_act")
	w.refused("by whom it is for", enter(representative), 403, "may_not_act")
	w.refused("by a stranger", enter(w.session("stranger")), 403, "may_not_act")
	given := enter(head)
	if given.code != 201 || given.text("principal.kk") != "«Ұлы дала мұрасы» ЖШС" {
		t.Fatalf("%d %v", given.code, given.body)
	}
	if again := enter(w.session("registrar")); again.code != 201 || again.text("id") != given.text("id") {
		t.Errorf("shown to an official: %d %v", again.code, again.body)
	}
	me := w.ask("GET", "/v1/me", representative, nil)
	if got := w.grounds(me); !slices.Equal(got, []string{"self fill_in sign", "power fill_in sign"}) {
		t.Errorf("acts for %q", got)
	}
	w.refused("ended by a stranger", w.ask("POST", "/v1/powers/"+given.text("id")+"/end", w.session("stranger"), nil), 403, "may_not_act")
	if a := w.ask("POST", "/v1/powers/"+given.text("id")+"/end", head, nil); a.code != 200 || a.text("ended_at") == "" {
		t.Errorf("end: %v", a.body)
	}
	if got := w.grounds(w.ask("GET", "/v1/me", representative, nil)); !slices.Equal(got, []string{"self fill_in sign"}) {
		t.Errorf("after its end he acts for %q", got)
	}
	power["representative"] = map[string]any{"iin": "900701300108"}
	w.refused("for nobody", enter(head), 400, "invalid_parameter")
}

// castMember is what the certificate of a member of the cast says.
func castMember(t *testing.T, name string) ca.Person {
	t.Helper()
	for _, m := range cast.Members(signtest.Now().Add(-time.Hour)) {
		if m.Name == name {
			return m.Person
		}
	}
	t.Fatalf("the cast has no %s", name)
	return ca.Person{}
}

// idempotency counts requests that are done once.
var idempotency atomic.Int64
