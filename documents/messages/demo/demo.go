// Package demo is a gateway for messages in the demonstration and in tests, over real
// HTTP: it brings messages to nobody, keeps them in memory and shows them to whoever asks.
//
// [Gateway] answers PUT and GET of {prefix}/{id}, GET of {prefix}, which lists all, and
// POST of {prefix}/control, which tells it how to behave.
package demo

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tamga/documents/messages"
)

// Behaviour is what the gateway does with a message that it does not know yet, and with
// questions about those that it knows.
type Behaviour string

// The behaviours.
const (
	Deliver Behaviour = "deliver" // takes it, and then says that it was delivered; the default
	Refuse  Behaviour = "refuse"  // says that it cannot be delivered
	Hold    Behaviour = "hold"    // takes it, and says no more
	Fail    Behaviour = "fail"    // status 503
	Lose    Behaviour = "lose"    // takes it, and hangs up without an answer
	Garbage Behaviour = "garbage" // bytes that are no answer
)

// behaviours is read only.
var behaviours = []Behaviour{Deliver, Refuse, Hold, Fail, Lose, Garbage}

// most is how many messages are kept.
const most = 1000

// Gateway keeps messages. Its zero value is ready.
type Gateway struct {
	Prefix string // of its addresses, such as "/demo/messages"

	mu      sync.Mutex
	behaves Behaviour
	kept    []*Kept
}

// Kept is a message that has come, and how often.
type Kept struct {
	messages.Outgoing
	State  messages.State `json:"state"`
	Times  int            `json:"times"` // that it was handed over
	CameAt time.Time      `json:"came_at"`
}

// Set tells the gateway how to behave from now on.
func (g *Gateway) Set(b Behaviour) error {
	if !slices.Contains(behaviours, b) {
		return errors.New("there is no such behaviour")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.behaves = b
	return nil
}

// Messages returns what has come, the oldest first.
func (g *Gateway) Messages() []Kept {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := []Kept{}
	for _, k := range g.kept {
		all = append(all, *k)
	}
	return all
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	id := strings.Trim(strings.TrimPrefix(req.URL.Path, g.Prefix), "/")
	switch {
	case req.Method == http.MethodGet && id == "":
		write(w, http.StatusOK, map[string]any{"messages": g.Messages()})
	case req.Method == http.MethodPost && id == "control":
		g.control(w, req)
	case (req.Method == http.MethodPut || req.Method == http.MethodGet) && id != "" && !strings.Contains(id, "/"):
		g.message(w, req, id)
	default:
		http.NotFound(w, req)
	}
}

// control takes {"behaviour": "fail"}.
func (g *Gateway) control(w http.ResponseWriter, req *http.Request) {
	var body struct {
		Behaviour Behaviour `json:"behaviour"`
	}
	err := json.NewDecoder(io.LimitReader(req.Body, 1<<10)).Decode(&body)
	if err == nil {
		err = g.Set(body.Behaviour)
	}
	if err != nil {
		http.Error(w, "there is no such behaviour", http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (g *Gateway) message(w http.ResponseWriter, req *http.Request, id string) {
	var m messages.Outgoing
	if req.Method == http.MethodPut {
		if err := json.NewDecoder(io.LimitReader(req.Body, 64<<10)).Decode(&m); err != nil || m.ID != id || m.To == "" || m.Text == "" {
			http.Error(w, "it is no message", http.StatusBadRequest)
			return
		}
	}
	k, how := g.take(id, m)
	switch {
	case how == Fail:
		http.Error(w, "not now", http.StatusServiceUnavailable)
	case how == Garbage:
		_, _ = w.Write([]byte("<html>"))
	case how == Lose:
		panic(http.ErrAbortHandler)
	case k.State == "":
		http.NotFound(w, req)
	default:
		write(w, http.StatusOK, map[string]any{"state": k.State})
	}
}

// take keeps a message that is handed over, unless it is known, and returns what is known
// of it. A gateway that fails keeps nothing.
func (g *Gateway) take(id string, m messages.Outgoing) (Kept, Behaviour) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.behaves == Fail || g.behaves == Garbage {
		return Kept{}, g.behaves
	}
	i := slices.IndexFunc(g.kept, func(k *Kept) bool { return k.ID == id })
	switch {
	case i < 0 && m.ID == "":
		return Kept{}, g.behaves
	case i < 0:
		k := &Kept{Outgoing: m, State: messages.Sent, Times: 1, CameAt: time.Now().UTC()}
		if g.behaves == Refuse {
			k.State = messages.Refused
		}
		g.kept = append(g.kept, k)
		g.kept = g.kept[max(0, len(g.kept)-most):]
		return *k, g.behaves
	}
	k := g.kept[i]
	if m.ID != "" {
		k.Times++
	}
	if k.State == messages.Sent && g.behaves != Hold && g.behaves != Lose {
		k.State = messages.Delivered
	}
	return *k, g.behaves
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever has hung up asks again
}
