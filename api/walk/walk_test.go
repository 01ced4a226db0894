package walk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/api"
	"tamga/api/walk"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/gateways/demo"
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

// lasting lets a walk put a clock forward.
func lasting(c *registrytest.Clock) func(context.Context, time.Time) error {
	return func(_ context.Context, until time.Time) error {
		c.Set(until)
		return nil
	}
}

type authority struct {
	key      creation.Key
	verifier *signing.Verifier
}

// makeAuthority makes the authority of all tests.
var makeAuthority = sync.OnceValues(func() (authority, error) {
	demo, head, err := registrytest.NewAuthority()
	if err != nil {
		return authority{}, err
	}
	verifier, err := registrytest.Verifier(demo, registrytest.LifeFrom(), registrytest.LifeUntil())
	return authority{head, verifier}, err
})

// running is a service that runs, and a walker of it.
type running struct {
	*walk.Walker
	db       *store.DB
	register *demo.Register // of the state systems that persons' walks ask
}

// serve runs a service on a new register with the editions that are given, behind
// whatever changes its requests, with a walker that has the editions of the program.
func serve(t *testing.T, dsn string, editions []regulation.Edition, behind func(http.Handler) http.Handler) running {
	t.Helper()
	at, err := calendar.ParseMoment("2026-06-22T10:00")
	must(t, err)
	c := registrytest.NewClock(at)
	a, err := makeAuthority()
	must(t, err)
	verifier := *a.verifier
	verifier.Now = c.Now
	reg := registrytest.Open(t, dsn, c, a.key, &verifier)
	db, days := reg.Store, reg.Calendar
	book := &rulebook.Book{Store: db, Carried: rulebook.Carried{Editions: editions}}
	limits := api.DefaultLimits()
	limits.Checks = 1 << 20
	handler, err := (&api.Server{
		Registry: reg, Verifier: &verifier, Now: c.Now, BaseURL: "https://tamga.example", Limits: limits,
		Applications: &applications.Book{Register: reg, Rulebook: book, Unsigned: true},
	}).Handler()
	must(t, err)
	if behind != nil {
		handler = behind(handler)
	}
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	key, err := db.AddClient(t.Context(), "walker", []string{store.ScopeApply, store.ScopeEnter, store.ScopeRead})
	must(t, err)
	law, err := regulation.ShippedLaw()
	must(t, err)
	edition, ok := law.Edition("2026-draft")
	if !ok {
		t.Fatal("there is no draft of today's rules")
	}
	return running{&walk.Walker{
		URL: web.URL, Key: key, Client: web.Client(), Edition: edition, Days: days, Now: c.Now, Wait: lasting(c), Run: "test",
		Signer: walk.Signer{
			Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
			Requisites: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
			Position:   documents.Text{KK: "Төраға", RU: "Председатель"}, Name: "Әбдіғали Ж.С.",
		},
	}, db, nil}
}

func shipped(t *testing.T) []regulation.Edition {
	t.Helper()
	all, err := regulation.Shipped()
	must(t, err)
	return all
}

// Every step and every exit of all flows is walked through the service, and all that is
// issued is in force, genuine and found by the public check.
func TestWalk(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := serve(t, dsn, shipped(t), nil)
		report, err := r.Walk(t.Context())
		if err != nil {
			t.Fatalf("%v: %d failures, the first %.1500s", err, len(report.Failures), strings.Join(report.Failures, "\n"))
		}
		walked, all := report.Steps()
		routes := map[string]bool{}
		for _, f := range report.Flows {
			for _, id := range f.Routes {
				routes[id] = true
			}
		}
		t.Logf("%d of %d steps of %d routes, by %d applications; documents %v", walked, all, len(routes), report.Applications, report.Documents)
		if walked != all || len(routes) != 7+4+1 {
			t.Errorf("%d of %d steps of %d routes", walked, all, len(routes))
		}
		for _, k := range []documents.Kind{
			documents.KindLicence, documents.KindRefusal, documents.KindExportCertificate, documents.KindApproval,
			documents.KindApplicationCopy, documents.KindAcceptance, documents.KindNotice, documents.KindConclusion,
		} {
			if report.Documents[k] == 0 {
				t.Errorf("no %s was issued", k)
			}
		}
	})
}

// Where a condition always answers yes, the walk fails and names its refusal.
func TestDemoWalkMissesRefusals(t *testing.T) {
	for condition, of := range map[string]struct {
		service string
		channel regulation.Channel
	}{
		"L-P-c1": {"LIC-ISSUE", regulation.Portal}, "L-P-c2": {"LIC-ISSUE", regulation.Portal}, "L-P-c3": {"LIC-ISSUE", regulation.Portal},
		"L-U-c2": {"LIC-ISSUE", regulation.Provider}, "L-C-d1": {"LIC-REISSUE", regulation.Centre}, "S-P-c2": {"SRA", regulation.Portal},
	} {
		t.Run(condition, func(t *testing.T) {
			r := serve(t, t.TempDir()+"/tamga.db", shipped(t), func(next http.Handler) http.Handler { return agreeing{next, condition} })
			r.Only = func(s *regulation.Service, c regulation.Channel) bool { return s.ID == of.service && c == of.channel }
			report, err := r.Walk(t.Context())
			if !errors.Is(err, walk.ErrIncomplete) {
				t.Fatalf("the walk is told to be whole: %v", err)
			}
			if left := report.Flows[0].Missing; !slices.Contains(left, regulation.WalkedExit{Step: condition, On: regulation.OutcomeFail}) {
				t.Errorf("missing are %v", left)
			}
			if !slices.ContainsFunc(report.Failures, func(f string) bool { return strings.Contains(f, condition+" ok") }) {
				t.Errorf("told is %q", report.Failures)
			}
		})
	}
}

// agreeing makes a condition always true: whoever fails it is taken to have passed it.
type agreeing struct {
	http.Handler
	condition string
}

func (a agreeing) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	if before, after, ok := bytes.Cut(body, []byte(`"step":"`+a.condition+`","outcome":"fail"`)); ok {
		body = slices.Concat(before, []byte(`"step":"`+a.condition+`","outcome":"ok"`), after)
		for _, check := range []string{"signature.period", "signature.revoked", "signature.identity"} {
			body = bytes.Replace(body, []byte(`,"failed":"`+check+`"`), nil, 1)
		}
	}
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	a.Handler.ServeHTTP(w, req)
}

// Where an exit was removed from the data of the service, the walk fails and names it.
func TestDemoWalkMissesWhatWasRemoved(t *testing.T) {
	for _, gone := range []string{"absent", "record"} {
		editions := shipped(t)
		i := slices.IndexFunc(editions, func(e regulation.Edition) bool { return e.ID == "2026-draft" })
		for s := range editions[i].Hearing.Steps {
			step := &editions[i].Hearing.Steps[s]
			step.Exits = slices.DeleteFunc(step.Exits, func(x regulation.Exit) bool { return x.On == gone })
		}
		r := serve(t, t.TempDir()+"/tamga.db", editions, nil)
		r.Only = func(s *regulation.Service, c regulation.Channel) bool { return s.ID == "SRA" && c == regulation.Portal }
		report, err := r.Walk(t.Context())
		if !errors.Is(err, walk.ErrIncomplete) {
			t.Fatalf("the walk is told to be whole: %v", err)
		}
		if want := []regulation.WalkedExit{{Step: "S-aP3-fail-h3", On: gone}}; !slices.Equal(report.Flows[0].Missing, want) {
			t.Errorf("missing are %v, want %v", report.Flows[0].Missing, want)
		}
	}
}

// Who cannot let time pass misses what comes after a hearing, and nothing else.
func TestWalkWithoutTime(t *testing.T) {
	r := serve(t, t.TempDir()+"/tamga.db", shipped(t), nil)
	r.Wait = nil
	r.Only = func(s *regulation.Service, c regulation.Channel) bool { return s.ID == "SRA" && c == regulation.Portal }
	report, err := r.Walk(t.Context())
	if !errors.Is(err, walk.ErrIncomplete) || len(report.Failures) != 0 {
		t.Fatalf("%v %q", err, report.Failures)
	}
	for _, x := range report.Flows[0].Missing {
		if !strings.HasPrefix(x.Step, "S-aP3-fail-h") && x.Step != "S-aP-d2" && x.Step != "S-P-d1" {
			t.Errorf("missing is %v", x)
		}
	}
}

// A key that the service does not know walks nothing, and the report says why.
func TestWalkWithoutKey(t *testing.T) {
	r := serve(t, t.TempDir()+"/tamga.db", shipped(t), nil)
	r.Key = "tamga_0000000000000000_x"
	report, err := r.Walk(t.Context())
	if !errors.Is(err, walk.ErrIncomplete) || report.Applications != 0 || !strings.Contains(report.Failures[0], "401 unauthorized") {
		t.Errorf("%v %d %.200q", err, report.Applications, report.Failures)
	}
}
