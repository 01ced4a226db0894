package site

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"tamga/api/web"
	"tamga/language/words"
)

func (s *Site) accountRoutes() map[string]page {
	return map[string]page{
		"GET /register":  (*visit).registerPage,
		"POST /register": (*visit).register,
		"GET /password":  (*visit).passwordPage,
		"POST /password": (*visit).setPassword,
	}
}

// accountView is the page to register, and the page to set a password.
type accountView struct {
	Errors       []Wrong
	Challenge    string // of what the page is for
	SignIn       string // the challenge of the sign-in that follows a registration
	Next         string
	Organisation bool
	Signing      web.Signing
}

// challenged asks for a challenge, and returns it with the text to sign.
func (v *visit) challenged(purpose, title string) (id string, text web.SignText, err error) {
	var challenge struct {
		ID   string `json:"id"`
		Text []byte `json:"text"`
	}
	err = v.ask(question{Method: http.MethodPost, Path: "/v1/sessions/challenge", Body: map[string]string{"purpose": purpose}}, &challenge)
	return challenge.ID, web.SignText{
		Name: words.Of(title).In(v.lang), File: purpose + ".txt", Data: base64.StdEncoding.EncodeToString(challenge.Text),
	}, err
}

func (v *visit) registerPage() error {
	if err := v.known(); err != nil {
		return err
	}
	next := local(v.r.URL.Query().Get("next"), "/cabinet")
	if v.who != nil {
		return v.seeOther(next)
	}
	return v.showRegister(http.StatusOK, accountView{Next: next})
}

// showRegister shows the page with two challenges: whoever registers is signed in by the
// same press of a button.
func (v *visit) showRegister(status int, view accountView) error {
	var own, signIn web.SignText
	var err error
	if view.Challenge, own, err = v.challenged("register", "account.register_text"); err != nil {
		return err
	}
	if view.SignIn, signIn, err = v.challenged("sign-in", "site.sign_in_text"); err != nil {
		return err
	}
	view.Signing = v.signing("sign-in", own, signIn)
	return v.show(status, "register", view, with("sign.js"))
}

// enrolment registers, or sets a password.
type enrolment struct {
	signedChallenge
	Password     string `json:"password,omitempty"`
	Organisation bool   `json:"organisation,omitempty"`
}

// register registers and signs in. Whoever was registered before is signed in all the
// same.
func (v *visit) register() error {
	view := accountView{Next: local(v.form.Get("next"), "/cabinet"), Organisation: v.form.Get("organisation") != ""}
	given, err := v.form.signatures(2)
	if err != nil {
		return err
	}
	if given[0] == nil {
		view.Errors = []Wrong{{Field: "cms-file-0", Text: words.Of("site.sign_missing").In(v.lang)}}
		return v.showRegister(http.StatusUnprocessableEntity, view)
	}
	body := enrolment{signedChallenge{v.form.Get("challenge"), given[0]}, v.form.Get("password"), view.Organisation}
	err = v.ask(question{Method: http.MethodPost, Path: "/v1/accounts", Body: body}, nil)
	if err != nil && !(refusedFor(err, "already_registered") && body.Password == "" && given[1] != nil) {
		return v.enrolmentRefused(err, view, v.showRegister)
	}
	if given[1] == nil {
		return v.seeOther("/sign-in?done=registered&next=" + url.QueryEscape(view.Next))
	}
	return v.openSession(signedChallenge{v.form.Get("sign_in"), given[1]}, signInView{Next: view.Next})
}

// refusedFor reports whether the interface has refused something by a code.
func refusedFor(err error, code string) bool {
	var p *Problem
	return errors.As(err, &p) && p.Code == code
}

// enrolmentRefused shows the page again, with what was wrong.
func (v *visit) enrolmentRefused(err error, view accountView, show func(int, accountView) error) error {
	var p *Problem
	if !errors.As(err, &p) || p.Status >= http.StatusInternalServerError && p.Status != http.StatusServiceUnavailable {
		return err
	}
	plain := *p
	if plain.Status == http.StatusUnauthorized { // of the signature, and not of a session
		plain.Status = http.StatusForbidden
	}
	if view.Errors, err = wrongs(&plain); err != nil {
		return err
	}
	return show(plain.Status, view)
}

func (v *visit) passwordPage() error {
	if err := v.known(); err != nil {
		return err
	}
	return v.showPassword(http.StatusOK, accountView{})
}

func (v *visit) showPassword(status int, view accountView) error {
	id, text, err := v.challenged("password", "account.password_text")
	if err != nil {
		return err
	}
	view.Challenge, view.Signing = id, v.signing("sign-in", text)
	return v.show(status, "password", view, with("sign.js"))
}

// setPassword sets a password by the key. It ends all sessions, also this one.
func (v *visit) setPassword() error {
	view := accountView{Organisation: v.form.Get("organisation") != ""}
	given, err := v.form.signatures(1)
	if err != nil {
		return err
	}
	if v.form.Get("password") == "" {
		view.Errors = append(view.Errors, v.missing("password"))
	}
	if given[0] == nil {
		view.Errors = append(view.Errors, Wrong{Field: "cms-file-0", Text: words.Of("site.sign_missing").In(v.lang)})
	}
	if view.Errors != nil {
		return v.showPassword(http.StatusUnprocessableEntity, view)
	}
	body := enrolment{signedChallenge{v.form.Get("challenge"), given[0]}, v.form.Get("password"), view.Organisation}
	if err := v.ask(question{Method: http.MethodPost, Path: "/v1/accounts/password", Body: body}, nil); err != nil {
		return v.enrolmentRefused(err, view, v.showPassword)
	}
	v.setCookie(v.cookieName(sessionCookie), "")
	return v.seeOther("/sign-in?done=password")
}
