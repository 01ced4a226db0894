// Package site is the pages for people who do something: sign in, apply, decide. Each
// page asks the programming interface (/v1) in process, as the person who is signed in,
// and shows its answer: a page can do nothing that /v1 does not do, and refuses nothing
// by itself.
//
// Forms work without scripts. Every form that changes something carries a token against
// forgery and, where /v1 wants one, a key of idempotency that was made with the form, so
// that a form sent twice does one thing. What an error or a session that is over
// interrupts is shown again with what was typed.
package site

import (
	"log/slog"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"tamga/api/web"
)

// Site is the pages over a programming interface.
type Site struct {
	API   http.Handler // the programming interface
	Pages *web.Pages
	Host  string // the address that people should see in their browser
	// Secure says that people reach the pages by https: their cookies travel by it only.
	Secure bool
	// Demo says that nothing here has legal force, and DemoPeople are the persons whose
	// keys the demonstration signs with, for whoever has none.
	Demo       bool
	DemoPeople []DemoPerson
	// DemoSigner speaks the dialogue of NCALayer with their keys; nil but in the
	// demonstration.
	DemoSigner http.Handler
	// DemoSign is what the phone of the demonstration signs with: the key of a name; nil
	// but there.
	DemoSign  func(key string, content []byte, detached bool) ([]byte, error)
	Now       func() time.Time
	Log       *slog.Logger
	MaxUpload int64 // of a form with files, in bytes
}

// DemoPerson is a person of the demonstration whom people can be.
type DemoPerson struct {
	Key   string   // the name of the key
	Name  string   // of the person
	Roles []string // his duties, as the regulation calls them
	Fault string   // what is wrong with the key; empty for nothing
}

// page is a handler of a page. An error is shown as a page.
type page func(*visit) error

// Handler returns the pages; [Serves] says which addresses are theirs.
func (s *Site) Handler() http.Handler {
	mux := http.NewServeMux()
	for pattern, p := range s.routes() {
		mux.Handle(pattern, s.serve(p))
	}
	mux.Handle("/", s.serve(func(*visit) error { return errNotFound }))
	if s.DemoSigner != nil {
		mux.Handle("GET /signer", s.DemoSigner)
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// routes are the pages by their patterns. Each area has a file of its own.
func (s *Site) routes() map[string]page {
	all := map[string]page{}
	for _, area := range []map[string]page{
		s.signInRoutes(), s.accountRoutes(), s.serviceRoutes(), s.cabinetRoutes(), s.applyRoutes(), s.verifyRoutes(), s.stateRoutes(), s.licenceRoutes(), s.deskRoutes(), s.counterRoutes(),
		s.phoneRoutes(),
	} {
		for pattern, p := range area {
			all[pattern] = p
		}
	}
	// What answers forms alone is asked for by a reload, or by a link to another language:
	// it leads to the page above, where the form stands.
	for pattern := range maps.Clone(all) {
		if path, ok := strings.CutPrefix(pattern, http.MethodPost+" "); ok && all[http.MethodGet+" "+path] == nil {
			all[http.MethodGet+" "+path] = above
		}
	}
	return all
}

// above leads to the page above an address.
func above(v *visit) error { return v.seeOther(path.Dir(v.r.URL.Path)) }

// areas are the first parts of the addresses of the pages. It is read only.
var areas = []string{"sign-in", "sign-out", "register", "password", "cabinet", "desk", "verify", "services", "licences", "state", "signer", "telephone"}

// Serves reports whether a path is that of a page of the site.
func Serves(path string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	return slices.Contains(areas, first)
}

// policy is what the pages may do: load their own style, pictures and scripts, ask their
// own service, and speak to a signer on the same machine.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' blob: data:; script-src 'self'; " +
	"connect-src 'self' wss://127.0.0.1:13579 wss://localhost:13579; frame-src 'self'; media-src blob:; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// headers sets what every page carries.
func (s *Site) headers(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
