package web_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"tamga/api/web"
	"tamga/browsertest"
	"tamga/documents"
	"tamga/documents/seal"
)

const bannerOfAnswer = "#answer .banner[data-title]"

// answerIn waits for a verdict and returns its keys: title, note.
func answerIn(t *testing.T, b *browsertest.Browser) string {
	t.Helper()
	b.Run(t, browsertest.See(bannerOfAnswer))
	return b.Ask(t, `(b => b.dataset.title + " " + b.dataset.note)(document.querySelector("`+bannerOfAnswer+`"))`)
}

// service serves the page and what it fetches.
type service struct {
	*httptest.Server
	mu    sync.Mutex
	pages map[string]web.Offline
	keys  any
	list  []byte
}

func serve(t *testing.T) *service {
	t.Helper()
	compiled, err := web.Compile()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{pages: map[string]web.Offline{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		w.Header().Set("Access-Control-Allow-Origin", "*")
		switch r.URL.Path {
		case "/v1/keys":
			_ = json.NewEncoder(w).Encode(s.keys)
		case "/v1/status-list":
			_, _ = w.Write(s.list)
		default:
			view, ok := s.pages[r.URL.Path]
			if !ok {
				http.NotFound(w, r)
				return
			}
			page, policy, err := compiled.Offline(view)
			if err != nil {
				t.Error(err)
			}
			w.Header().Set("Content-Security-Policy", policy)
			w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write(page)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// answer is what the service says from now on.
func (s *service) answer(keys any, list []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.list = keys, list
}

// page adds a page and returns its address.
func (s *service) page(name string, key seal.Key, list []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := map[string]web.OfflineKind{}
	for _, k := range []documents.Kind{documents.KindLicence, documents.KindRefusal, documents.KindExportCertificate, documents.KindDuplicate} {
		kinds[string(k)] = web.OfflineKind{
			Title: k.Title(), GivesRight: k != documents.KindRefusal, Copy: k == documents.KindDuplicate,
		}
	}
	s.pages["/"+name] = web.Offline{
		Lang: web.EN, Host: "tamga.example", BaseURL: s.URL, Demo: true, Keys: jwks(key), StatusList: list,
		Kinds: kinds, ServedAt: time.Now(),
	}
	return s.URL + "/" + name
}
