package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/certs/revocation/fetch"
	"tamga/documents"
)

// live answers GET /livez: the process serves requests.
func (v *service) live(c echo.Context) error {
	return uncached(c, map[string]string{"status": "live"})
}

// readiness says which of the service's acts are possible now: each part is
// "ok" or the reason why not.
type readiness struct {
	Database string `json:"database,omitempty"`
	Verify   string `json:"verify,omitempty"`
	Issue    string `json:"issue,omitempty"`
	Stamp    string `json:"stamp,omitempty"`
}

// readyAnswer is the body of 200.
type readyAnswer struct {
	Status string `json:"status"` // "ready"
	readiness
}

// notReady is the problem of 503, with the reasons.
type notReady struct {
	Problem
	readiness
}

// The acts that GET /readyz/{act} asks about alone. A service without a key is
// ready to verify and never to issue.
const (
	actVerify = "verify"
	actIssue  = "issue"
	actStamp  = "stamp"
)

// patience is how long asking about readiness takes at most.
const patience = 2 * time.Second

// ready answers GET /readyz and GET /readyz/{act}: 200 when everything asked
// about is possible, 503 when not, with the reasons.
func (v *service) ready(act string) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(contextOf(c), patience)
		defer cancel()
		var answer readiness
		ready := true
		say := func(into *string, err error) {
			if *into = "ok"; err != nil {
				*into, ready = err.Error(), false
			}
		}
		if act == "" || act == actVerify {
			say(&answer.Verify, v.canVerify(ctx))
		}
		if act == actStamp { // not of the whole: who gets no requests would never hear of an authority again
			say(&answer.Stamp, v.canStamp(ctx))
		}
		if act == "" || act == actIssue {
			say(&answer.Database, v.hasDatabase(ctx))
			say(&answer.Issue, v.canIssue(ctx))
		}
		if ready {
			return uncached(c, readyAnswer{"ready", answer})
		}
		o, lang := outcomeOf(errNotReady), preferred(c, web.EN)
		v.failureHeaders(c, errNotReady, o)
		localised(c, lang)
		body, err := json.Marshal(notReady{v.problem(c, errNotReady, o, lang), answer})
		if err != nil {
			return err
		}
		return c.Blob(o.status, problemType, body)
	}
}

// hasDatabase keeps what the driver says, which may name hosts, for the log.
func (v *service) hasDatabase(ctx context.Context) error {
	if err := v.Registry.Store.Ping(ctx); err != nil {
		v.Log.ErrorContext(ctx, "the database does not answer", "error", err.Error())
		return errors.New("the database does not answer")
	}
	if err := v.Registry.Store.Writes(ctx); err != nil {
		v.Log.ErrorContext(ctx, "the database takes nothing", "error", err.Error())
		return errors.New("the database takes nothing that is written")
	}
	return nil
}

// canVerify says why nothing can pass.
func (v *service) canVerify(ctx context.Context) error {
	if err := v.spool.Check(); err != nil {
		v.Log.ErrorContext(ctx, "there is no room for what is uploaded", "error", err.Error()) // it names folders
		return errors.New("no room on the disk for what is uploaded")
	}
	if v.Verifier.Trust == nil || len(v.Verifier.Trust.Anchors()) == 0 {
		return errors.New("no trust anchors")
	}
	if v.Verifier.Ask != nil {
		return nil
	}
	lists := v.Verifier.Revocation
	if lists == nil || len(lists.All()) == 0 {
		return errors.New("no revocation lists, and no responders are asked")
	}
	for _, l := range lists.All() {
		if v.now().Before(l.NextUpdate) {
			return nil
		}
	}
	return errors.New("every revocation list is past its date, and no responders are asked")
}

// canStamp says why no timestamps are to be had. What authorities said, with their
// addresses, is for the log.
func (v *service) canStamp(ctx context.Context) error {
	if v.Preservation.Stamp == nil {
		return errors.New("no timestamp authorities")
	}
	if v.Preservation.Answering == nil {
		return nil
	}
	if err := v.Preservation.Answering(); err != nil {
		v.Log.WarnContext(ctx, "nobody stamps", "error", err.Error())
		return errors.New("no timestamp authority gave a token when it was last asked")
	}
	return nil
}

// canIssue says why documents cannot be signed.
func (v *service) canIssue(ctx context.Context) error {
	rules, err := v.rules(ctx)
	if err != nil {
		return err
	}
	if rules.Layouts == nil {
		return errors.New("no layouts")
	}
	if _, err := rules.Layouts.Edition(documents.CivilDate(v.now())); err != nil {
		return err
	}
	return v.Registry.Key.Check(ctx, v.now())
}

// revocationLists answers GET /v1/revocation: how old each revocation list is and
// whether it is still good, for people and for metrics, and which authorities are
// trusted, and which are declared to have ended. What went wrong is given as a word; the details, which may
// name folders, are in the log.
func (v *service) revocationLists(c echo.Context) error {
	sources := []fetch.SourceStatus{}
	if v.Lists != nil {
		sources = v.Lists()
	}
	for i := range sources {
		sources[i].Error = ""
	}
	return uncached(c, map[string]any{
		"lists": sources, "retired": v.Verifier.Retired.Status(v.Verifier.Trust), "authorities": v.trusted(), "in_use": v.listsInUse(),
	})
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
