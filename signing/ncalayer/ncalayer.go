// Package ncalayer is a signer that speaks the dialogue of NCALayer (kz.gov.pki.knca.basics
// and commonUtils) over a WebSocket, with keys that it is given. The demonstration offers
// it to people who have nothing installed, and tests to pages: it is no way to sign for
// production, where NCALayer itself holds the key and asks its owner.
//
// The shapes are those of NCALayer 1.4: one greeting, then one request at a time, each
// with one answer. What a person would do at NCALayer's window is [Hand].
package ncalayer

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"tamga/signing/creation"
)

// Signer is an HTTP handler of the dialogue. Its fields are not changed while it serves.
type Signer struct {
	// Key returns a key by the name that a page asks for with ?key=, and whether there is
	// one.
	Key func(name string) (creation.Key, bool)
	Now func() time.Time
	// Hand is what the owner of the key does; nil signs whatever is asked.
	Hand *Hand
	// Origins are the hosts whose pages may speak to it, such as "127.0.0.1:*", beside its
	// own; NCALayer itself hears every page.
	Origins []string
	// Hear is told of every request; nil for nobody.
	Hear func(request []byte)
}

// Hand is what a person does at the window of NCALayer, for tests. It is safe for
// concurrent use; the zero value signs.
type Hand struct {
	mu   sync.Mutex
	key  string
	does Act
}

// Act is what a person, or the program, does with a request.
type Act string

// The acts.
const (
	Signs   Act = ""        // by the key
	Cancels Act = "cancels" // the window is closed
	Fails   Act = "fails"   // the key store has an error
	Hangs   Act = "hangs"   // nothing is answered
	Lacks   Act = "lacks"   // the module basics is not installed
	Garbles Act = "garbles" // what is answered is no JSON
	Drops   Act = "drops"   // the connection breaks while the window is open
	Mute    Act = "mute"    // the program does not even greet
)

// Does sets what happens to the requests that follow, and with which key; an empty key is
// the one that the page asks for.
func (h *Hand) Does(what Act, key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.does, h.key = what, key
}

func (h *Hand) now() (Act, string) {
	if h == nil {
		return Signs, ""
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.does, h.key
}

// longestRequest is above any request of a page: a document of 25 MB in base64.
const longestRequest = 48 << 20

// ServeHTTP speaks with one page. Pages of other origins are refused.
func (s *Signer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{OriginPatterns: s.Origins})
	if err != nil {
		return // it has answered
	}
	defer c.CloseNow()
	c.SetReadLimit(longestRequest)
	d := dialogue{Signer: s, ctx: r.Context(), asked: r.URL.Query().Get("key")}
	if act, _ := s.Hand.now(); act == Mute {
		d.hang(c)
		return
	}
	answer := []byte(`{"result":{"version":"1.4"}}`)
	for {
		if err := c.Write(d.ctx, websocket.MessageText, answer); err != nil {
			return
		}
		_, request, err := c.Read(d.ctx)
		if err != nil {
			return
		}
		if d.Hear != nil {
			d.Hear(request)
		}
		if act, _ := d.Hand.now(); act == Drops {
			return
		}
		if answer = d.answer(request); answer == nil {
			d.hang(c)
			return
		}
	}
}

// hang holds a connection until the page lets it go.
func (d *dialogue) hang(c *websocket.Conn) { <-c.CloseRead(d.ctx).Done() }

// dialogue is one connection.
type dialogue struct {
	*Signer
	ctx   context.Context
	asked string
}

// answer answers one request; nil is no answer.
func (d *dialogue) answer(raw []byte) []byte {
	if string(raw) == "--heartbeat--" {
		return raw
	}
	act, _ := d.Hand.now()
	switch act {
	case Hangs:
		return nil
	case Garbles:
		return []byte("<html>")
	}
	var q struct {
		Module string          `json:"module"`
		Method string          `json:"method"`
		Args   json.RawMessage `json:"args"`
		UUID   json.RawMessage `json:"uuid"`
	}
	var a any
	switch err := json.Unmarshal(raw, &q); {
	case err != nil:
		a = basicsFailure("INVOCATION_ERROR", "the request is not JSON")
	case q.Module == "kz.gov.pki.knca.basics" && act != Lacks:
		a = d.basics(q.Method, q.Args)
	case q.Module == "kz.gov.pki.knca.commonUtils":
		a = withUUID(d.commonUtils(q.Method, q.Args), q.UUID)
	default:
		a = map[string]any{"success": false, "errorCode": "MODULE_NOT_FOUND"}
	}
	out, err := json.Marshal(a)
	if err != nil {
		return []byte("{}")
	}
	return out
}

func withUUID(a map[string]any, uuid json.RawMessage) map[string]any {
	if uuid != nil {
		a["uuid"] = uuid
	}
	return a
}
