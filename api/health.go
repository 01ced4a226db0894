package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/certs/revocation/fetch"
)

// live answers GET /livez: the process serves requests.
func (v *service) live(c echo.Context) error {
	return uncached(c, map[string]string{"status": "live"})
}

// readiness says which of the service's acts are possible now.
type readiness struct {
	Status   string `json:"status"`   // "ready" or "degraded"
	Database string `json:"database"` // "ok"
	Verify   string `json:"verify"`   // "ok", or why nothing can pass
	Issue    string `json:"issue"`    // "ok", or why documents cannot be signed
}

// ready answers GET /readyz. Without the database nothing works: 503. That
// documents cannot be signed or nothing can be trusted is told apart from it,
// because checking goes on.
func (v *service) ready(c echo.Context) error {
	ctx, cancel := context.WithTimeout(contextOf(c), 2*time.Second)
	defer cancel()
	if err := v.Registry.Store.Ping(ctx); err != nil {
		return fmt.Errorf("%w: %w", errNotReady, err)
	}
	answer := readiness{Status: "ready", Database: "ok", Verify: "ok", Issue: "ok"}
	if v.Verifier.Trust == nil || len(v.Verifier.Trust.Anchors()) == 0 {
		answer.Status, answer.Verify = "degraded", "no trust anchors"
	}
	err := v.Registry.Key.Check(v.now())
	if v.Registry.Layouts == nil {
		err = errors.Join(err, errors.New("no layouts"))
	}
	if err != nil {
		answer.Status, answer.Issue = "degraded", err.Error()
	}
	return uncached(c, answer)
}

// revocation answers GET /v1/revocation: how old each revocation list is and
// whether it is still good, for people and for metrics. What went wrong is
// given as a word; the details, which may name folders, are in the log.
func (v *service) revocation(c echo.Context) error {
	sources := []fetch.SourceStatus{}
	if v.Lists != nil {
		sources = v.Lists()
	}
	for i := range sources {
		sources[i].Error = ""
	}
	return uncached(c, map[string]any{"lists": sources})
}

// version answers GET /version with what the program was built from.
func (v *service) version(c echo.Context) error {
	answer := map[string]string{"name": "tamga", "go": runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		answer["version"] = info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				answer["revision"] = s.Value
			case "vcs.time":
				answer["revision_time"] = s.Value
			}
		}
	}
	return uncached(c, answer)
}

func uncached(c echo.Context, body any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, body)
}
