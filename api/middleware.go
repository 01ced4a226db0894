package api

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/labstack/echo/v4"
)

// What a request carries for the log.
const (
	traceKey  = "trace_id"
	clientKey = "client"
)

// trace names every request: by the trace id of a valid traceparent header
// (W3C Trace Context), else by 128 random bits.
func (v *service) trace(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, ok := parentTrace(c.Request().Header.Get("Traceparent"))
		if !ok {
			var random [16]byte
			_, _ = rand.Read(random[:]) // never fails
			id = hex.EncodeToString(random[:])
		}
		c.Set(traceKey, id)
		c.Response().Header().Set("X-Request-Id", id)
		return next(c)
	}
}

func traceID(c echo.Context) string {
	id, _ := c.Get(traceKey).(string)
	return id
}

// parentTrace reads version 00 of the header: 00-traceid-parentid-flags.
func parentTrace(header string) (string, bool) {
	parts := strings.Split(header, "-")
	if len(parts) != 4 || parts[0] != "00" || len(parts[1]) != 32 || strings.Trim(parts[1], "0") == "" {
		return "", false
	}
	if strings.Trim(parts[1], "0123456789abcdef") != "" {
		return "", false
	}
	return parts[1], true
}

// access writes one line for every request: the route, never the address as it
// was sent, and nothing that the client wrote.
func (v *service) access(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := v.Now()
		if err := next(c); err != nil {
			v.fail(err, c)
		}
		route := c.Path()
		if route == "" {
			route = "(none)"
		}
		client, _ := c.Get(clientKey).(string)
		v.Log.InfoContext(contextOf(c), "request",
			"trace_id", traceID(c), "method", knownMethod(c.Request().Method), "route", route, "client", client,
			"status", c.Response().Status, "bytes", c.Response().Size, "ms", v.Now().Sub(began).Milliseconds())
		return nil
	}
}

// knownMethod keeps invented methods, which are free text, out of the log.
func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut,
		http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recoverPanic turns a panic into an error that is logged with its stack and
// answered with 500.
func (v *service) recoverPanic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p) // the way to tell net/http to drop the connection
			}
			v.logPanic(c, p)
			err = errPanic
		}()
		return next(c)
	}
}

// logPanic is called while the panic's stack is there.
func (v *service) logPanic(c echo.Context, p any) {
	what := fmt.Sprintf("%T", p) // the value may hold anything
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	v.Log.ErrorContext(contextOf(c), "panic", "trace_id", traceID(c), "route", c.Path(),
		"panic", what, "stack", string(debug.Stack()))
}

// headers sets what every answer carries. Nothing here loads from elsewhere,
// runs scripts or lives in a frame.
func (v *service) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; "+
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if strings.HasPrefix(v.BaseURL, "https://") {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		return next(c)
	}
}

// limitBody refuses long bodies, before reading them where their length is
// announced, and compressed ones always: nothing here needs them, and a small
// one may unpack into gigabytes.
func (v *service) limitBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
			return &fault{is: errMediaType, detail: "compressed bodies are not taken"}
		}
		limit := v.longestBody(c.Path())
		if r.ContentLength > limit {
			return &fault{is: errBodyTooLarge, detail: fmt.Sprintf("the body is longer than %d bytes", limit)}
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, limit)
		return next(c)
	}
}

// longestBody is the longest body that a route takes.
func (v *service) longestBody(route string) int64 {
	switch {
	case isBatch(route):
		return v.MaxBatch
	case strings.HasPrefix(route, "/v1/verify/"), strings.HasPrefix(route, "/v1/sign/"), route == "/v1/extend":
		// Two files of the largest size, and the form around them.
		return max(2*v.MaxUpload, v.MaxBody) + 1<<20
	}
	return v.MaxBody
}
