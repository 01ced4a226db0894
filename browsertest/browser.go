// Package browsertest drives a real browser in tests of pages. Where there is none, tests
// are skipped, as with any judge that is not ours.
package browsertest

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"tamga/judgetest"
)

// Browser is a tab of a browser of its own.
type Browser struct {
	ctx      context.Context
	mu       sync.Mutex
	troubles []string // what its console complains about
}

// Step is something done in the browser.
type Step = chromedp.Action[chromedp.Void]

// Open starts a browser, whose camera plays a file unless that is empty. Flags are more of
// its command line, such as "lang=kk".
func Open(t *testing.T, camera string, flags ...string) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		judgetest.Missing(t, "chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.WindowSize(1200, 1100))
	if camera != "" {
		options = append(options, chromedp.Flag("use-fake-device-for-media-stream", true),
			chromedp.Flag("use-fake-ui-for-media-stream", true), chromedp.Flag("use-file-for-fake-video-capture", camera))
	}
	for _, flag := range flags {
		name, value, _ := strings.Cut(flag, "=")
		if options = append(options, chromedp.Flag(name, value)); value == "" {
			options[len(options)-1] = chromedp.Flag(name, true)
		}
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	b := &Browser{ctx: ctx}
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
func (b *Browser) hear(event any) {
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

// longest is how long anything may take.
const longest = time.Minute

// Run does steps, for a minute at most.
func (b *Browser) Run(t *testing.T, steps ...Step) {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, longest)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatalf("%v, on a page that says %q", err, b.Ask(t, `document.body ? document.body.innerText.slice(0, 2000) : ""`))
	}
}

// Ask returns the value of an expression in the page, or what its promise brings.
func (b *Browser) Ask(t *testing.T, expression string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, longest)
	defer cancel()
	value, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// Quiet fails if the console complained since it was asked last, but for complaints
// that hold one of the texts.
func (b *Browser) Quiet(t *testing.T, but ...string) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, trouble := range b.troubles {
		if !slices.ContainsFunc(but, func(s string) bool { return strings.Contains(trouble, s) }) {
			t.Errorf("console: %s", trouble)
		}
	}
	b.troubles = nil
}

// Visit opens an address afresh, even if only its fragment differs.
func Visit(address string) Step {
	return chromedp.Steps(chromedp.Navigate("about:blank"), chromedp.Navigate(address))
}

// Click clicks what a selector finds, once it is visible.
func Click(selector string) Step { return chromedp.Click(chromedp.CSS(selector)) }

// See waits until what a selector finds is visible, and Gone until it is not.
func See(selector string) Step { return chromedp.WaitVisible(chromedp.CSS(selector)) }

// Gone is the contrary of See.
func Gone(selector string) Step { return chromedp.WaitNotVisible(chromedp.CSS(selector)) }

// Fill sets the value of a field.
func Fill(selector, value string) Step {
	return chromedp.Steps(See(selector), chromedp.SetValue(chromedp.CSS(selector), value))
}

// Press sends keys to what a selector finds.
func Press(selector, keys string) Step { return chromedp.SendKeys(chromedp.CSS(selector), keys) }

// Upload chooses files.
func Upload(selector string, files ...string) Step {
	return chromedp.SetUploadFiles(chromedp.CSS(selector), files)
}

// Until waits for a text in what a selector finds.
func Until(selector, text string) Step {
	return holds("(e => e !== null && e.textContent.includes(" + quoted(text) + "))(document.querySelector(" + quoted(selector) + "))")
}

// At waits until the page is at an address that ends with a text.
func At(end string) Step {
	return holds(`document.readyState === "complete" && location.href.endsWith(` + quoted(end) + ")")
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always has a form
	return string(b)
}

// holds waits until a condition holds, also while pages come and go.
func holds(condition string) Step {
	return func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		for {
			ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](condition))
			if err == nil && ok {
				return chromedp.Void{}, nil
			}
			select {
			case <-ctx.Done():
				return chromedp.Void{}, fmt.Errorf("%s never held: %w", condition, errors.Join(ctx.Err(), err))
			case <-time.After(pause):
			}
		}
	}
}

// pause is how long pages are left alone between two looks.
const pause = 20 * time.Millisecond

// Size sets the width and height of the view, in pixels.
func Size(width, height int64) Step { return chromedp.EmulateViewport(width, height) }

// Dark has the page told that people prefer dark colours, or light ones.
func (b *Browser) Dark(t *testing.T, dark bool) {
	t.Helper()
	value := map[bool]string{true: "dark", false: "light"}[dark]
	params := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: value}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, params); err != nil {
		t.Fatal(err)
	}
}

// Pictures is the variable of the environment that names the folder where pictures of
// pages are kept; without it none are made.
const Pictures = "TAMGA_PICTURES"

// Picture keeps the whole page as a picture, under a name.
func (b *Browser) Picture(t *testing.T, name string) {
	t.Helper()
	folder := os.Getenv(Pictures)
	if folder == "" {
		return
	}
	const quality = 100 // PNG
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(quality))
	if err == nil {
		err = os.MkdirAll(folder, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

//go:embed axe/axe.min.js
var axe string

// Accessible fails for whatever axe finds wrong with the page, by the rules of WCAG 2.2 A
// and AA and the practices beside them.
func (b *Browser) Accessible(t *testing.T) {
	t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[chromedp.Void](axe+";undefined")); err != nil {
		t.Fatal(err)
	}
	const run = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.flatMap(v =>
		v.nodes.map(n => v.id + ": " + v.help + ": " + n.html.slice(0, 200) + " " + (n.any.concat(n.all)[0] || {message: ""}).message))))`
	var found []string
	if err := json.Unmarshal([]byte(b.Ask(t, run)), &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s: axe: %s", b.Ask(t, "location.pathname"), f)
	}
}
