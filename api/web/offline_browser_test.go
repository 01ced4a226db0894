package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tamga/api/web"
	"tamga/documents"
	"tamga/documents/seal"
	"tamga/judgetest"
)

// browser is a page of the service in a real browser.
type browser struct {
	context.Context
	mu       sync.Mutex
	troubles []string // what the browser's console complains about
}

// open starts a browser whose camera plays a file, and skips the test where
// there is no browser.
func open(t *testing.T, camera string) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		judgetest.Missing(t, "chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.WindowSize(800, 1100))
	if camera != "" {
		options = append(options, chromedp.Flag("use-fake-device-for-media-stream", true),
			chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", camera))
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &browser{Context: ctx}
	_, err = chromedp.Call(ctx, log.Enable, cdp.Empty{})
	if err == nil {
		err = chromedp.Listen(ctx, b.hear)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hear keeps what the console complains about: scripts that fail, and what the
// content security policy refuses.
func (b *browser) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, fmt.Sprintf("%s %+v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.troubles = append(b.troubles, e.Entry.Text+" "+e.Entry.URL)
		}
	}
}

type step = chromedp.Action[chromedp.Void]

func (b *browser) run(t *testing.T, steps ...step) {
	t.Helper()
	const longest = time.Minute
	ctx, cancel := context.WithTimeout(b, longest)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// ask returns the value of an expression in the page, or what its promise
// brings.
func (b *browser) ask(t *testing.T, expression string) string {
	t.Helper()
	value, err := chromedp.Run(b, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// quiet fails if the console complained since it was asked last.
func (b *browser) quiet(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, trouble := range b.troubles {
		t.Errorf("console: %s", trouble)
	}
	b.troubles = nil
}

// visit opens an address afresh, even if only its fragment differs.
func visit(address string) step {
	return chromedp.Steps(chromedp.Navigate("about:blank"), chromedp.Navigate(address))
}

func click(selector chromedp.CSS) step { return chromedp.Click(selector) }

func see(selector chromedp.CSS) step { return chromedp.WaitVisible(selector) }

func upload(selector chromedp.CSS, file string) step {
	return chromedp.SetUploadFiles(selector, []string{file})
}

// until waits for a text in an element.
func until(id, text string) step {
	return chromedp.Poll[chromedp.Void](`document.getElementById("` + id + `").textContent.includes("` + text + `")`)
}

const bannerOfAnswer = "#answer .banner[data-title]"

// answer waits for a verdict and returns its keys: title, note.
func (b *browser) answer(t *testing.T) string {
	t.Helper()
	b.run(t, see(bannerOfAnswer))
	return b.ask(t, `(b => b.dataset.title + " " + b.dataset.note)(document.querySelector("`+bannerOfAnswer+`"))`)
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
