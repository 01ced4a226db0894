package rulebook_test

import (
	"context"
	"encoding/json"
	"os"
	"sync"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
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

// The two who do everything.
const (
	asel  = "Ә. Ғ. Сейітқали"
	botan = "Б. С. Омарова"
)

// start is when every test begins; every act takes a second.
var start = time.Date(2026, time.June, 22, 7, 0, 0, 0, time.UTC)

// open opens the rulebook of a database, as another instance of the program does.
func open(t *testing.T, dsn string) *rulebook.Book {
	t.Helper()
	db, err := registry.Open(context.WithoutCancel(t.Context()), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	var lock sync.Mutex
	now := start
	db.Now = func() time.Time {
		lock.Lock()
		defer lock.Unlock()
		now = now.Add(time.Second)
		return now
	}
	return &rulebook.Book{Store: db}
}

// printing has a book print, which takes its time.
func printing(b *rulebook.Book) *rulebook.Book {
	b.Pages = &pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }}
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func enter(t *testing.T, b *rulebook.Book, e rulebook.Entry) store.Rule {
	t.Helper()
	if e.By == "" {
		e.By = asel
	}
	row, err := b.Enter(t.Context(), e)
	must(t, err)
	return row
}

// inEffect enters a row and confirms it.
func inEffect(t *testing.T, b *rulebook.Book, e rulebook.Entry) store.Rule {
	t.Helper()
	row := enter(t, b, e)
	must(t, b.Confirm(t.Context(), row.ID, botan))
	return row
}

func current(t *testing.T, b *rulebook.Book) *rulebook.Rules {
	t.Helper()
	rules, err := b.Current(t.Context())
	must(t, err)
	return rules
}

func verified(t *testing.T, b *rulebook.Book) {
	t.Helper()
	must(t, (&registry.Registry{Store: b.Store}).VerifyLog(t.Context()))
}

func days(text string) rulebook.Entry {
	return rulebook.Entry{Kind: rulebook.KindCalendar, Content: []byte(text)}
}

// today is the edition of today with something changed.
func today(t *testing.T, change func(*regulation.Edition)) rulebook.Entry {
	t.Helper()
	all, err := regulation.Shipped()
	must(t, err)
	return changed(t, all[len(all)-1], change)
}

// order159 is the order of 2012, which has steps of its own, with something changed.
func order159(t *testing.T, change func(*regulation.Edition)) rulebook.Entry {
	t.Helper()
	all, err := regulation.Shipped()
	must(t, err)
	return changed(t, all[0], change)
}

func changed(t *testing.T, e regulation.Edition, change func(*regulation.Edition)) rulebook.Entry {
	t.Helper()
	change(&e)
	b, err := json.Marshal(e)
	must(t, err)
	return rulebook.Entry{Kind: rulebook.KindEdition, Content: b}
}

func on(year int) documents.Date { return documents.Date{Year: year, Month: time.June, Day: 15} }
