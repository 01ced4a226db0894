package site

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tamga/api/web"
	"tamga/language"
	"tamga/language/words"
)

// sessionCookie keeps the token of the session, which /v1 ends when nobody uses it and
// after a time at any rate.
const sessionCookie = "tamga-session"

// account is who is signed in, as GET /v1/me says it.
type account struct {
	Session struct {
		Person struct {
			ID      string  `json:"id"`
			Name    string  `json:"name"`
			Natural natural `json:"natural"`
		} `json:"person"`
		Level string `json:"level"` // "eds" or "password"
		BIN   string `json:"bin"`
	} `json:"session"`
	Duties []struct {
		ID       string        `json:"id"`
		Role     string        `json:"role"`
		RoleName language.Text `json:"role_name"`
		Provider string        `json:"provider"`
	} `json:"duties"`
	ActsFor []struct {
		Name   paper    `json:"name"`
		BIN    string   `json:"bin"`
		Ground string   `json:"ground"`
		May    []string `json:"may"`
		Power  string   `json:"power"`
	} `json:"acts_for"`
}

// official reports whether somebody has any duty.
func (a *account) official() bool { return len(a.Duties) > 0 }

// places are where somebody may go.
func (a *account) places(path string) []web.Place {
	all := []web.Place{{Path: "/cabinet", Title: "site.nav_cabinet"}, {Path: "/services", Title: "site.nav_services"}}
	if a.official() {
		all = append(all, web.Place{Path: "/desk", Title: "site.nav_desk"})
	}
	return at(path, all...)
}

// at marks the place in which a path is.
func at(path string, all ...web.Place) []web.Place {
	for i := range all {
		all[i].Current = path == all[i].Path || strings.HasPrefix(path, all[i].Path+"/")
	}
	return all
}

// signedIn asks who is signed in. Nobody is a [*Problem], which becomes the page to sign
// in.
func (v *visit) signedIn() error {
	if v.who != nil {
		return nil
	}
	if v.token == "" {
		return &Problem{Status: http.StatusUnauthorized}
	}
	var who account
	if err := v.get("/v1/me", &who); err != nil {
		return err
	}
	v.who = &who
	return nil
}

// known is signedIn for pages that anybody sees: nobody is no error.
func (v *visit) known() error {
	err := v.signedIn()
	var p *Problem
	if errors.As(err, &p) && p.Status == http.StatusUnauthorized {
		return nil
	}
	return err
}

// inside is a page for whoever is signed in.
func inside(p page) page {
	return func(v *visit) error {
		if err := v.signedIn(); err != nil {
			return err
		}
		return p(v)
	}
}

func (s *Site) signInRoutes() map[string]page {
	return map[string]page{
		"GET /sign-in":           (*visit).signInPage,
		"POST /sign-in":          (*visit).signInByKey,
		"POST /sign-in/password": (*visit).signInByPassword,
		"POST /sign-out":         (*visit).signOut,
	}
}

// signInView is the page to sign in.
type signInView struct {
	Errors    []Wrong
	Challenge string
	Next      string
	Number    string
	Signing   web.Signing
	KeyNeeded bool    // whoever is signed in by a password must show a key
	Done      string  // key of words: what was done before
	Kept      []Field // of a form that was not done, since a session has ended
	Again     string  // where that form goes
	Files     bool    // it had files, which are not kept
}

// done are the words for what was done before the page to sign in. It is read only.
var done = map[string]string{"registered": "account.register_done", "password": "account.password_done"}

func (v *visit) signInPage() error {
	if err := v.known(); err != nil {
		return err
	}
	asked := v.r.URL.Query()
	next := local(asked.Get("next"), "/cabinet")
	byPassword := v.who != nil && v.who.Session.Level == "password"
	keyNeeded := byPassword && asked.Get("key") != ""
	if v.who != nil && !keyNeeded {
		return v.seeOther(next)
	}
	return v.showSignIn(http.StatusOK, signInView{Next: next, KeyNeeded: keyNeeded, Done: done[asked.Get("done")]})
}

// showSignIn shows the page with a new challenge.
func (v *visit) showSignIn(status int, view signInView) error {
	id, text, err := v.challenged("sign-in", "site.sign_in_text")
	if err != nil {
		return err
	}
	view.Challenge, view.Signing = id, v.signing("sign-in", text)
	return v.show(status, "sign-in", view, with("sign.js"))
}

// signing asks for signatures over texts. The demonstration offers the keys of its people.
func (v *visit) signing(purpose string, texts ...web.SignText) web.Signing {
	asked := web.Signing{Purpose: purpose, Texts: texts}
	for _, p := range v.DemoPeople {
		name := p.Key + ": " + p.Name
		if len(p.Roles) > 0 {
			name += " (" + strings.Join(p.Roles, ", ") + ")"
		}
		asked.DemoSigner, asked.DemoKeys = "/signer", append(asked.DemoKeys, web.DemoKey{Key: p.Key, Name: name})
	}
	return asked
}

// signedChallenge is what opens a session.
type signedChallenge struct {
	Challenge string `json:"challenge"`
	CMS       []byte `json:"cms"`
}

func (v *visit) signInByKey() error {
	view := signInView{Next: local(v.form.Get("next"), "/cabinet")}
	given, err := v.form.signatures(1)
	if err != nil {
		return err
	}
	if given[0] == nil {
		view.Errors = []Wrong{{Field: "cms-file-0", Text: words.Of("site.sign_missing").In(v.lang)}}
		return v.showSignIn(http.StatusUnprocessableEntity, view)
	}
	return v.openSession(signedChallenge{v.form.Get("challenge"), given[0]}, view)
}

func (v *visit) signInByPassword() error {
	view := signInView{Next: local(v.form.Get("next"), "/cabinet"), Number: v.form.Get("number")}
	for _, field := range []string{"number", "password"} {
		if v.form.Get(field) == "" {
			view.Errors = append(view.Errors, v.missing(field))
		}
	}
	if view.Errors != nil {
		return v.showSignIn(http.StatusUnprocessableEntity, view)
	}
	return v.openSession(map[string]string{"number": view.Number, "password": v.form.Get("password")}, view)
}

// openSession signs in and goes on, or says on the page why not.
func (v *visit) openSession(body any, view signInView) error {
	var opened struct {
		Token string `json:"token"`
	}
	v.token = ""
	err := v.ask(question{Method: http.MethodPost, Path: "/v1/sessions", Body: body}, &opened)
	var p *Problem
	switch {
	case refusedFor(err, "not_registered"):
		first := Wrong{Text: words.Of("account.register_first").In(v.lang)}
		return v.showRegister(http.StatusForbidden, accountView{Next: view.Next, Errors: []Wrong{first}})
	case errors.As(err, &p) && p.Status < http.StatusInternalServerError:
		view.Errors = append([]Wrong{{Text: p.Title}}, p.Signature.lines(v.lang)...)
		return v.showSignIn(p.Status, view)
	}
	if err != nil {
		return err
	}
	v.setCookie(v.cookieName(sessionCookie), opened.Token)
	return v.seeOther(view.Next)
}

func (v *visit) signOut() error {
	err := v.ask(question{Method: http.MethodDelete, Path: "/v1/sessions/current"}, nil)
	var p *Problem
	if err != nil && (!errors.As(err, &p) || p.Status != http.StatusUnauthorized) {
		return err
	}
	v.setCookie(v.cookieName(sessionCookie), "")
	v.setCookie(v.cookieName(visitorCookie), "")
	return v.seeOther("/sign-in")
}

// askToSignIn answers whoever is not signed in, or not any more. A form that was sent is
// kept: it is sent again from the page, after a sign-in in another one.
func (v *visit) askToSignIn() error {
	v.who, v.token = nil, ""
	return v.signInFirst("")
}

// askForKey answers whoever is signed in by a password where a key must be shown.
func (v *visit) askForKey() error { return v.signInFirst("&key=1") }

func (v *visit) signInFirst(how string) error {
	if v.r.Method == http.MethodGet || v.r.Method == http.MethodHead {
		return v.seeOther("/sign-in?next=" + url.QueryEscape(v.r.URL.RequestURI()) + how)
	}
	view := signInView{Kept: v.form.kept(), Again: v.r.URL.Path, KeyNeeded: how != "", Files: v.form.withFiles()}
	view.Kept = slices.DeleteFunc(view.Kept, func(f Field) bool { return f.Name == "cms" })
	return v.show(http.StatusUnauthorized, "lapsed", view)
}
