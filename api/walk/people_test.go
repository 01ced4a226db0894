package walk_test

import (
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/api"
	"tamga/api/walk"
	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/conditions"
	"tamga/documents/gateways/inbox"
	"tamga/documents/people"
	"tamga/documents/people/cast"
	"tamga/documents/registry/registrytest"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// troupe is the cast with its keys, of all tests.
type troupe struct {
	keys     map[string]creation.Key
	head     creation.Key // signs what is issued
	ours     creation.Key // signs what is asked of the state systems
	systems  creation.Key // signs what they answer
	verifier *signing.Verifier
}

var makeTroupe = sync.OnceValues(func() (troupe, error) {
	from, until := signtest.Now().Add(-time.Hour), signtest.Now().AddDate(4, 0, 0)
	demo, err := ca.New(ca.GOST2015, signtest.Now(), ca.Options{NotBefore: signtest.Now().AddDate(-6, 0, 0)})
	if err != nil {
		return troupe{}, err
	}
	keyOf := func(p ca.Person) (creation.Key, error) {
		h, err := demo.Issue(p)
		return creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{demo.Issuing()}), err
	}
	all := troupe{keys: map[string]creation.Key{}}
	if all.head, err = keyOf(registrytest.Head(from, until)); err != nil {
		return all, err
	}
	if all.ours, err = systemKey(demo, ourBIN, from, until); err != nil {
		return all, err
	}
	if all.systems, err = systemKey(demo, cast.OfficeBIN, from, until); err != nil {
		return all, err
	}
	for _, m := range cast.Members(from) {
		if all.keys[m.Name], err = keyOf(m.Person); err != nil {
			return all, err
		}
		if m.Fault == cast.Revoked {
			demo.Revoke(all.keys[m.Name].Certificate.Serial, from, revocation.Superseded)
		}
	}
	all.verifier, err = registrytest.Verifier(demo, from, until)
	return all, err
})

// servePeople runs a service whose people act by themselves and whose programs answer the
// conditions, as a wiring that may be changed says.
func servePeople(t *testing.T, dsn string, editions []regulation.Edition, change func(*applications.Book)) running {
	t.Helper()
	c := registrytest.NewClock(signtest.Now())
	all, err := makeTroupe()
	must(t, err)
	verifier := *all.verifier
	verifier.Now = c.Now
	reg := registrytest.Open(t, dsn, c, all.head, &verifier)
	db, days := reg.Store, reg.Calendar
	rules := &rulebook.Book{Store: db, Carried: rulebook.Carried{Editions: editions}}
	town := &people.Book{Store: db, Rulebook: rules, Verifier: &verifier, Address: "https://tamga.example"}
	must(t, cast.Seed(t.Context(), town))
	book := &applications.Book{Register: reg, Rulebook: rules}
	signer := walk.Signer{
		Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Requisites: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
		Position:   documents.Text{KK: "Төраға", RU: "Председатель"}, Name: "Әбдіғали Ж.С.",
	}
	outside := serveSystems(t, all, reg, c.Now)
	(&conditions.Answers{People: town, Others: inbox.Asks(outside.checks), Letterhead: documents.Letter{Authority: signer.Authority, Requisites: signer.Requisites}}).Wire(book)
	if change != nil {
		change(book)
	}
	limits := api.DefaultLimits()
	limits.Checks = 1 << 20
	handler, err := (&api.Server{
		Registry: reg, Verifier: &verifier, Now: c.Now, BaseURL: "https://tamga.example", Limits: limits, Applications: book, People: town,
		Bills: outside.checks.Bills, Consents: outside.checks.Consents, Notaries: outside.notaries,
	}).Handler()
	must(t, err)
	web := httptest.NewServer(handler)
	t.Cleanup(web.Close)
	key, err := db.AddClient(t.Context(), "reader", []string{store.ScopeRead})
	must(t, err)
	law, err := regulation.ShippedLaw()
	must(t, err)
	edition, _ := law.Edition("2026-draft")
	return running{&walk.Walker{
		URL: web.URL, Key: key, Client: web.Client(), Edition: edition, Days: days, Now: c.Now, Wait: lasting(c), Run: "people", Signer: signer,
		People: castOf(web, all, c, outside),
	}, db, outside.Register}
}

// Persons with sessions and keys of their own walk every exit of every flow, and programs
// answer every condition, both ways and by each check: nothing is stated.
func TestWalkOfPersons(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		r := servePeople(t, dsn, shipped(t), nil)
		report, err := r.Walk(t.Context())
		if err != nil {
			t.Fatalf("%v: %d failures, the first %.3000s; missing %v", err, len(report.Failures), strings.Join(report.Failures, "\n"), report.Flows)
		}
		walked, all := report.Steps()
		t.Logf("%d of %d steps by %d applications; documents %v", walked, all, report.Applications, report.Documents)
		if walked != all || len(report.Flows) != 10 {
			t.Errorf("%d of %d steps of %d flows", walked, all, len(report.Flows))
		}
	})
}

// Without an exit of the data of the service, the walk of persons fails, and names it.
func TestWalkOfPersonsMissesWhatWasRemoved(t *testing.T) {
	editions := shipped(t)
	i := slices.IndexFunc(editions, func(e regulation.Edition) bool { return e.ID == "2026-draft" })
	for s := range editions[i].Hearing.Steps {
		step := &editions[i].Hearing.Steps[s]
		step.Exits = slices.DeleteFunc(step.Exits, func(x regulation.Exit) bool { return x.On == "absent" })
	}
	r := servePeople(t, t.TempDir()+"/tamga.db", editions, nil)
	r.Only = func(s *regulation.Service, c regulation.Channel) bool { return c == regulation.Portal && s.ID == "SRA" }
	report, err := r.Walk(t.Context())
	if want := []regulation.WalkedExit{{Step: "S-aP3-fail-h3", On: "absent"}}; !errors.Is(err, walk.ErrIncomplete) || !slices.Equal(report.Flows[0].Missing, want) {
		t.Errorf("%v: missing are %v, want %v", err, report.Flows[0].Missing, want)
	}
}
