package api

import (
	"net/http"
	"strings"
	"time"

	"tamga/api/site"
	"tamga/api/web"
	"tamga/language/words"
)

// withSite answers the addresses of the site by its pages, which ask the programming
// interface in process, and all others by the interface itself. Visits are counted apart
// from requests: one that waited for the place that it holds itself would wait for ever.
func (v *service) withSite(programs http.Handler) http.Handler {
	pages := (&site.Site{
		API: programs, Pages: v.pages, Host: v.host, Secure: strings.HasPrefix(v.BaseURL, "https://"),
		Demo: v.Demo, DemoPeople: v.DemoPeople, DemoSigner: v.DemoSigner, DemoSign: v.DemoSign, Now: v.Now, Log: v.Log, MaxUpload: v.MaxUpload,
	}).Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !site.Serves(r.URL.Path) {
			programs.ServeHTTP(w, r)
			return
		}
		client := clientName(v.clientAddress(r))
		if !v.visits.enter(client) {
			v.tooManyVisits(w, r)
			return
		}
		defer v.visits.leave(client)
		if hasBody(r) {
			now := time.Now()
			r.Body = &pacedBody{
				ReadCloser: r.Body, control: http.NewResponseController(w), crowded: v.visits.crowded,
				end: now.Add(wholeTime + v.leisure), piece: now, leisure: v.leisure,
			}
		}
		pages.ServeHTTP(w, r)
	})
}

// tooManyVisits asks a visitor to come again.
func (v *service) tooManyVisits(w http.ResponseWriter, r *http.Request) {
	lang := site.Language(r)
	busy := words.Of("problem.busy").In(lang)
	h := w.Header()
	h.Set("Retry-After", "2")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "text/html; charset=utf-8")
	body, err := v.pages.Message(web.Frame{Lang: lang, Path: "/", Host: v.host, Demo: v.Demo}, web.Message{Title: busy})
	if err != nil {
		http.Error(w, busy, http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write(body) // whoever hung up hears nothing
}
