package gateways_test

import (
	"os"
	"testing"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
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

// opened are applications in a new register, whose log is verified at the end.
type openedBook struct {
	*world
	db    *store.DB
	book  *applications.Book
	bills *gateways.Bills
}

func (w *world) open(t *testing.T, dsn string) *openedBook {
	t.Helper()
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	db.Now = w.clock.now
	r := &registry.Registry{Store: db}
	o := &openedBook{world: w, db: db, book: &applications.Book{Register: r, Rulebook: &rulebook.Book{Store: db}}}
	o.bills = &gateways.Bills{Store: db, Gateway: w.client(gateways.SystemPayments, gateways.FormJSON)}
	t.Cleanup(func() { must(t, db.Close()) })
	return o
}

// verified holds that the log tells the same as the rows.
func (o *openedBook) verified(t *testing.T) {
	t.Helper()
	must(t, (&registry.Registry{Store: o.db}).VerifyLog(t.Context()))
}

// application opens one of a person.
func (o *openedBook) application(t *testing.T, key string, who documents.Holder) applications.Application {
	t.Helper()
	a, _, err := o.book.Open(t.Context(), applications.OpenRequest{
		Client: "portal", IdempotencyKey: key, Service: "LIC-ISSUE", Channel: regulation.Portal, Applicant: who,
	})
	must(t, err)
	return a
}

func (o *openedBook) paying(t *testing.T, key string) gateways.Question {
	t.Helper()
	a := o.application(t, key, person(string(knownIIN)))
	return gateways.Question{
		Application: a.ID, Service: "LIC-ISSUE", Applicant: a.Applicant, Step: "L-P-c2", Check: regulation.CheckPayment, Last: 4, Rules: edition(t, "2026-draft"),
	}
}

func billOf(q gateways.Question) gateways.BillRequest {
	return gateways.BillRequest{Application: q.Application, Service: q.Service, Rules: q.Rules, Client: "portal"}
}
