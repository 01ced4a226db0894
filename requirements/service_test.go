package requirements_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"tamga/api"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/conditions"
	"tamga/documents/registry/registrytest"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
	"tamga/signing"
	"tamga/signing/creation"
)

// cluster is set once, before any test runs.
var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// The times at which the editions of the seeds are asked.
const (
	in2013 = "2013-05-20T10:00" // a Monday under order № 159
	in2015 = "2015-04-14T10:00" // a Tuesday under decree № 105-1613
)

// civil is a moment as calendars write it.
func civil(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := calendar.ParseMoment(s)
	must(t, err)
	return at
}

// authority certifies the keys of all tests, and the head's, who signs what is issued.
type authority struct {
	head       creation.Key
	applicants map[string]creation.Key
	verifier   *signing.Verifier
}

// makeAuthority makes the authority of all tests, which has lived as long as the
// editions: keys cost time.
var makeAuthority = sync.OnceValues(func() (authority, error) {
	demo, head, err := registrytest.NewAuthority()
	if err != nil {
		return authority{}, err
	}
	applicants, err := applicants(demo)
	if err != nil {
		return authority{}, err
	}
	verifier, err := registrytest.Verifier(demo, revokedAt(), registrytest.LifeUntil())
	return authority{head, applicants, verifier}, err
})

// office is a service that runs, and a client of it who may do everything.
type office struct {
	t     *testing.T
	law   *regulation.Law
	clock *registrytest.Clock
	book  *applications.Book
	db    *store.DB
	url   string
	web   *http.Client
	key   string
	asked int
}

// begin runs a service on a new register in SQLite, at a moment.
func begin(t *testing.T, at string) *office {
	t.Helper()
	return beginOn(t, t.TempDir()+"/tamga.db", at)
}

// beginOn runs a service on a new register.
func beginOn(t *testing.T, dsn, at string) *office {
	t.Helper()
	c := registrytest.NewClock(civil(t, at))
	a, err := makeAuthority()
	must(t, err)
	verifier := *a.verifier
	verifier.Now = c.Now
	reg := registrytest.Open(t, dsn, c, a.head, &verifier)
	db := reg.Store
	book := &applications.Book{Register: reg, Rulebook: &rulebook.Book{Store: db}, Unsigned: true, Attached: conditions.Attached}
	handler, err := (&api.Server{Registry: reg, Verifier: &verifier, Now: c.Now, BaseURL: "https://tamga.example", Applications: book}).Handler()
	must(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	key, err := db.AddClient(t.Context(), "office", []string{store.ScopeApply, store.ScopeEnter, store.ScopeRead, store.ScopeIssue})
	must(t, err)
	law, err := regulation.ShippedLaw()
	must(t, err)
	return &office{t: t, law: law, clock: c, book: book, db: db, url: web.URL, web: web.Client(), key: key}
}

// answer is what the service has answered: code is that of a problem.
type answer struct {
	status int
	head   http.Header
	body   []byte
	code   string
}

// ask asks the service; without a key it asks as the public does.
func (o *office) ask(method, path string, head map[string]string, body any) answer {
	o.t.Helper()
	var raw []byte
	if body != nil {
		var err error
		raw, err = json.Marshal(body)
		must(o.t, err)
	}
	req, err := http.NewRequestWithContext(o.t.Context(), method, o.url+path, bytes.NewReader(raw))
	must(o.t, err)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range head {
		req.Header.Set(name, value)
	}
	res, err := o.web.Do(req)
	must(o.t, err)
	defer res.Body.Close()
	a := answer{status: res.StatusCode, head: res.Header}
	a.body, err = io.ReadAll(res.Body)
	must(o.t, err)
	if a.status >= http.StatusBadRequest {
		var problem struct{ Code string }
		must(o.t, json.Unmarshal(a.body, &problem))
		a.code = problem.Code
	}
	return a
}

func (o *office) own() map[string]string {
	return map[string]string{"Authorization": "Bearer " + o.key}
}

// get reads what must be there.
func (o *office) get(path string, into any) answer {
	o.t.Helper()
	a := o.ask(http.MethodGet, path, o.own(), nil)
	if a.status != http.StatusOK {
		o.t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	if into != nil {
		must(o.t, json.Unmarshal(a.body, into))
	}
	return a
}

// post posts under a key of its own, on a state where one is named.
func (o *office) post(path, match string, body any) answer {
	o.t.Helper()
	o.asked++
	head := o.own()
	head["Idempotency-Key"] = fmt.Sprint("requirement ", o.asked)
	if match != "" {
		head["If-Match"] = match
	}
	return o.ask(http.MethodPost, path, head, body)
}
