package api

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/labstack/echo/v4"
)

// entered is how many requests of a client come in before one does not.
func (c *crowd) entered(client string) int {
	n := 0
	for c.enter(client) {
		n++
	}
	return n
}

// One client takes its part; while many are open each of the others still finds
// a place, until there is none.
func TestCrowd(t *testing.T) {
	for name, c := range map[string]*crowd{"requests": newRequests(), "batches": newBatches()} {
		t.Run(name, func(t *testing.T) {
			if n := c.entered("first"); n != c.perClient {
				t.Errorf("the first client has %d open, want %d", n, c.perClient)
			}
			if n := c.entered("second"); n != c.many-c.perClient {
				t.Errorf("the second client has %d open, want %d", n, c.many-c.perClient)
			}
			if n := c.entered("third"); n != c.fewer {
				t.Errorf("while many are open the third client has %d open, want %d", n, c.fewer)
			}
			clients := 0
			for c.enter(strconv.Itoa(clients)) {
				clients++
			}
			if want := c.most - c.many - c.fewer; clients != want {
				t.Errorf("%d more clients find a place, want %d", clients, want)
			}
			c.leave("third")
			if !c.enter("last") || c.enter("last") {
				t.Error("a place that became free is not given once")
			}
			c.leave("first")
			if c.enter("first") {
				t.Error("a client that has more than its share gets another place")
			}
		})
	}
}

// A crowd remembers nobody who is gone.
func TestCrowdForgets(t *testing.T) {
	c := newRequests()
	for i := range 10_000 {
		client := strconv.Itoa(i)
		for range 2 {
			if !c.enter(client) {
				t.Fatal("an empty crowd has no place")
			}
		}
		c.leave(client)
		c.leave(client)
	}
	if c.all != 0 || len(c.each) != 0 {
		t.Errorf("%d open, %d clients", c.all, len(c.each))
	}
}

// Batches and other requests do not take places from each other; who asks
// whether the service is well is always answered.
func TestOpenRequests(t *testing.T) {
	const address = "192.0.2.1" // of httptest's requests
	full := func() *crowd { return &crowd{most: 1, perClient: 1, many: 1, all: 1} }
	for route, c := range map[string]struct {
		requests, batches *crowd
		want              error
	}{
		"/v1/verify/cms":   {full(), newBatches(), errBusy},
		"/check/:number":   {newRequests(), full(), nil},
		"/v1/verify/batch": {newRequests(), full(), errBusy},
		"/v1/sign/batch":   {full(), newBatches(), errBusy},
		"/v1/extend/batch": {newRequests(), full(), nil},
		"/livez":           {full(), full(), nil},
		"/readyz":          {full(), full(), nil},
		"/readyz/verify":   {full(), full(), nil},
		"":                 {full(), newBatches(), errBusy},
	} {
		v := &service{requests: c.requests, batches: c.batches}
		open := 0
		h := v.pace(func(echo.Context) error {
			open = c.requests.each[address] + c.batches.each[address]
			return nil
		})
		e := echo.New().NewContext(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil), httptest.NewRecorder())
		e.SetPath(route)
		before := c.requests.all + c.batches.all
		if err := h(e); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", route, err, c.want)
		}
		if counted := open == 1; counted != (c.want == nil && v.crowdOf(route) != nil) {
			t.Errorf("%q: counted while it is open: %t", route, counted)
		}
		if after := c.requests.all + c.batches.all; after != before {
			t.Errorf("%q: %d are open afterwards", route, after)
		}
	}
}
