package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Whoever is not registered is told so where he signs in, registers there by one button,
// and is signed in by it; signed out, he signs in by his key.
func TestRegistration(t *testing.T) {
	v := visit(t)
	v.get("/sign-in?next=/services")
	v.submit("/sign-in", "member-1", nil)
	v.expect(http.StatusForbidden, "/sign-in", "not registered yet")
	v.submit("/register", "member-1", nil)
	v.expect(http.StatusOK, "/services", "Sign out")
	v.submit("/sign-out", "", nil)
	v.expect(http.StatusOK, "/sign-in")
	v.submit("/sign-in", "member-1", nil)
	v.expect(http.StatusOK, "/cabinet", "Sign out")

	again := as(t, "member-1") // who was registered before is signed in all the same
	again.expect(http.StatusOK, "/services", "Sign out")
}

// The links to other languages lead to the same page, with all that its address asked.
func TestLanguageLinks(t *testing.T) {
	v := visit(t)
	v.get("/sign-in?next=/services/TEC%3Fa%3D1%26b&lang=ru&done=password")
	v.expect(http.StatusOK, "", "Пароль сохранён")
	if want := `href="/sign-in?lang=kk&amp;done=password&amp;next=%2Fservices%2FTEC%3Fa%3D1%26b"`; !strings.Contains(v.page, want) {
		t.Errorf("no link %s in %s", want, v.page)
	}
}

// A password is set by the key, and signs in; a forgotten one is replaced, which ends the
// sessions. What is wrong with one is said beside it.
func TestPasswords(t *testing.T) {
	v := visit(t)
	v.get("/register")
	v.submit("/register", "member-2", url.Values{"password": {"short"}})
	v.expect(http.StatusUnprocessableEntity, "/register", "Please correct the following")
	v.submit("/register", "", nil)
	v.expect(http.StatusUnprocessableEntity, "/register", "The signature is missing")
	v.submit("/register", "member-2", url.Values{"password": {"correct horse battery"}})
	v.expect(http.StatusOK, "/cabinet")

	other := visit(t)
	other.get("/sign-in")
	other.submit("/sign-in/password", "", url.Values{"number": {"821300499981"}, "password": {"correct horse battery"}})
	other.expect(http.StatusOK, "/cabinet")

	v.get("/password")
	v.submit("/password", "member-2", nil)
	v.expect(http.StatusUnprocessableEntity, "/password", "Please correct the following")
	v.submit("/password", "member-2", url.Values{"password": {"another horse, too"}})
	v.expect(http.StatusOK, "/sign-in?done=password", "The password is set")
	other.get("/cabinet")
	other.expect(http.StatusOK, "/sign-in?next=%2Fcabinet")
	other.submit("/sign-in/password", "", url.Values{"number": {"821300499981"}, "password": {"correct horse battery"}})
	if other.status != http.StatusUnauthorized {
		t.Errorf("the forgotten password is answered by %d", other.status)
	}
	other.submit("/sign-in/password", "", url.Values{"number": {"821300499981"}, "password": {"another horse, too"}})
	other.expect(http.StatusOK, "/cabinet")

	// By a password nobody gets further than where a key is asked for.
	other.get("/sign-in?key=1&next=/services")
	other.expect(http.StatusOK, "/sign-in?key=1&next=/services", "This needs a sign-in by the key")
	other.submit("/sign-in", "member-2", nil)
	other.expect(http.StatusOK, "/services")
}

// A form that is sent after the session has ended is kept, and sent again after a sign-in
// on another page: nothing that was typed is lost.
func TestLapsedSession(t *testing.T) {
	v := as(t, "stranger")
	path := v.begun("SRA")
	v.get(path + "/form")
	values, _ := v.filled(path + "/form")
	for name, all := range filledIn() {
		values[name] = all
	}
	v.forget("tamga-session")
	v.send(path+"/form", values, nil)
	v.expect(http.StatusUnauthorized, path+"/form", "Your session has ended", "What you typed is kept")
	lapsed := v.page
	v.get("/sign-in?next=/cabinet")
	v.submit("/sign-in", "stranger", nil)
	v.expect(http.StatusOK, "/cabinet")
	v.page = lapsed
	v.submit(path+"/form", "", nil)
	v.expect(http.StatusOK, path+"/files")
	v.get(path + "/form")
	if kept, _ := v.filled(path + "/form"); kept.Get("/form/monument") != filledIn().Get("/form/monument") {
		t.Errorf("kept is %v", kept)
	}
}
