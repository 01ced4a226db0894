package api

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tamga/api/web"
)

// Pages have places of their own: while all are taken they ask to come again, programs are
// answered, and a page takes no place of theirs beside the one of its own questions.
func TestVisitsAreBounded(t *testing.T) {
	pages, err := web.Compile()
	if err != nil {
		t.Fatal(err)
	}
	v := &service{Server: Server{Now: time.Now, Log: slog.New(slog.DiscardHandler)}, pages: pages, visits: newRequests(), requests: newRequests()}
	h := v.withSite(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	status := func(path string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	if code, _ := status("/cabinet"); code == http.StatusServiceUnavailable || code == http.StatusTeapot {
		t.Errorf("a page while there is room: %d", code)
	}
	v.visits = &crowd{most: 1, perClient: 1, many: 1, all: 1}
	if code, said := status("/cabinet"); code != http.StatusServiceUnavailable || !strings.Contains(said, "</html>") {
		t.Errorf("a page while there is none: %d %s", code, said)
	}
	if code, _ := status("/v1/services"); code != http.StatusTeapot {
		t.Errorf("a program beside them: %d", code)
	}
}
