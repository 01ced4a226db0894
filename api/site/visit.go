package site

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"

	"tamga/api/web"
	"tamga/language"
	"tamga/language/words"
)

// visit is one request for a page.
type visit struct {
	*Site
	w     http.ResponseWriter
	r     *http.Request
	lang  language.Lang
	trace string // names the request in the log and in the questions that it asks
	token string // of the session; empty for nobody
	csrf  string
	form  form // of a POST
	who   *account
}

// serve makes a handler of a page: whatever every page does stands here.
func (s *Site) serve(p page) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Site: s, w: w, r: r, lang: Language(r), trace: newTrace(), token: cookie(r, s.cookieName(sessionCookie))}
		defer v.recoverPanic()
		s.headers(w.Header())
		w.Header().Set("X-Request-Id", v.trace)
		w.Header().Set("Content-Language", string(v.lang))
		w.Header().Set("Vary", "Accept-Language, Cookie")
		KeepLanguage(w, r)
		v.csrf = v.visitor()
		err := v.receive()
		shown := false
		if err == nil {
			shown, err = v.byPhone()
		}
		if err == nil && !shown {
			err = p(v)
		}
		if err != nil {
			v.fail(err)
		}
	})
}

// receive reads the form of a POST and refuses one that did not come from a page of ours.
func (v *visit) receive() error {
	if v.r.Method != http.MethodPost {
		return nil
	}
	var err error
	most := v.MaxUpload
	if v.token == "" {
		most = mostFields // strangers send no files here
	}
	if v.form, err = readForm(v.w, v.r, most); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(v.form.Get("csrf")), []byte(v.csrf)) != 1 {
		return errForged
	}
	return nil
}

// Errors of pages, which become pages.
var (
	errForged   = errors.New("the form did not come from a page of this service")
	errNotFound = errors.New("there is no such page")
	errForm     = errors.New("the form is broken, or too long")
)

// newTrace names a request by 128 random bits.
func newTrace() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// visitorCookie tells browsers apart: forms are bound to it, also before anybody signs in.
const visitorCookie = "tamga-visitor"

// visitor returns the token that forms of this browser carry.
func (v *visit) visitor() string {
	name := v.cookieName(visitorCookie)
	secret := cookie(v.r, name)
	if len(secret) != 32 {
		secret = newTrace()
		v.setCookie(name, secret)
	}
	sum := sha256.Sum256([]byte("tamga csrf\n" + secret))
	return hex.EncodeToString(sum[:16])
}

// cookieName is the name of a cookie; by https it is bound to this very host (RFC 6265bis).
func (s *Site) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// setCookie sets a cookie that scripts do not read and that ends with the browser; an
// empty value takes it away.
func (v *visit) setCookie(name, value string) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: v.Secure, SameSite: http.SameSiteLaxMode}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

func cookie(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// frame is what surrounds a page.
func (v *visit) frame() web.Frame {
	f := web.Frame{Lang: v.lang, Path: v.r.URL.Path, Host: v.Host, Demo: v.Demo, CSRF: v.csrf}
	if v.r.Method != http.MethodGet && v.r.Method != http.MethodHead {
		f.Path = v.form.from
	} else {
		asked := v.r.URL.Query()
		asked.Del("lang")
		f.Query = template.URL(asked.Encode())
	}
	f.Nav = web.PublicPlaces(v.r.URL.Path)
	if v.who != nil {
		f.Person, f.Nav = v.who.Session.Person.Name, v.who.places(v.r.URL.Path)
		return f
	}
	f.Nav = at(v.r.URL.Path, web.Place{Path: "/services", Title: "site.nav_services"}, web.Place{Path: "/sign-in", Title: "site.sign_in"})
	return f
}

// show answers with a page: a template with its view, under a status.
func (v *visit) show(status int, name string, view any, change ...func(*web.Frame)) error {
	f := v.frame()
	for _, c := range change {
		c(&f)
	}
	body, err := v.Pages.Render(name, f, view)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) // whoever hung up hears nothing
	return nil
}

// with names the scripts that a page gains by.
func with(scripts ...string) func(*web.Frame) {
	return func(f *web.Frame) { f.Script = append(f.Script, scripts...) }
}

// broad gives a page the width that tables need.
func broad(f *web.Frame) { f.Style = "broad" }

// answering marks an answer, which is the first thing to read on a phone.
func answering(f *web.Frame) { f.Style = "answer" }

// seeOther answers a form: the browser goes on to a path of ours.
func (v *visit) seeOther(path string) error {
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
	return nil
}

// local returns a path of this site that a link names, or a fallback: no link leads to
// another site by way of ours.
func local(path, fallback string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return fallback
	}
	return path
}

// fail answers with what went wrong.
func (v *visit) fail(err error) {
	var problem *Problem
	message, status := web.Message{Trace: v.trace, Back: v.form.from}, http.StatusInternalServerError
	switch {
	case errors.As(err, &problem) && problem.Status == http.StatusUnauthorized:
		err = v.askToSignIn()
		if err == nil {
			return
		}
	case errors.As(err, &problem) && problem.Code == "key_session_required":
		if err = v.askForKey(); err == nil {
			return
		}
	case errors.As(err, &problem):
		status, message.Title, message.Retry = problem.Status, problem.Title, v.again(problem)
		if v.lang == language.EN {
			message.Detail = problem.Detail // which is in English alone
		}
	case errors.Is(err, errNotFound):
		status, message.Title = http.StatusNotFound, words.Of("problem.not_found").In(v.lang)
	case errors.Is(err, errForged):
		status, message.Title = http.StatusForbidden, words.Of("site.forged").In(v.lang)
	case errors.As(err, new(*http.MaxBytesError)):
		status, message.Title = http.StatusRequestEntityTooLarge, words.Of("problem.body_too_large").In(v.lang)
	case errors.Is(err, errForm):
		status, message.Title = http.StatusBadRequest, words.Of("problem.malformed_request").In(v.lang)
	}
	if message.Title == "" {
		message.Title = words.Of("problem.internal").In(v.lang)
		v.Log.ErrorContext(v.r.Context(), "page failed", "trace_id", v.trace, "pattern", v.r.Pattern, "error", err.Error())
	}
	// In another language it would be refused again: the links lead to the beginning.
	if err := v.show(status, "message", message, func(f *web.Frame) { f.Path = "/" }); err != nil {
		http.Error(v.w, message.Title, status)
	}
}

// again says when whoever was refused may try again, in the answer's header too; nothing
// when that would not help.
func (v *visit) again(p *Problem) string {
	if p.RetryAfter == "" || p.Status == http.StatusConflict {
		return ""
	}
	v.w.Header().Set("Retry-After", p.RetryAfter)
	seconds, err := strconv.Atoi(p.RetryAfter)
	if err != nil {
		return ""
	}
	return web.TryAgain(seconds).In(v.lang)
}

// recoverPanic answers a panic as any other error, with its stack in the log.
func (v *visit) recoverPanic() {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // the way to tell net/http to drop the connection
	}
	v.Log.ErrorContext(v.r.Context(), "panic", "trace_id", v.trace, "pattern", v.r.Pattern, "stack", string(debug.Stack()))
	v.fail(errors.New("the program panicked"))
}
