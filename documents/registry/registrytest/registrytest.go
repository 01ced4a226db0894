// Package registrytest has what tests around a register set up: a clock, an authority
// with its lists, the layouts and the calendar of the program, and the register itself.
//
// A newcomer starts with [Open].
package registrytest

import (
	"context"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents/calendar"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/creation"
)

// Clock is a clock that tests set. It is safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock is a clock that stands at a moment.
func NewClock(at time.Time) *Clock { return &Clock{at: at} }

// Now is what time it is.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Set sets the clock.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// LifeFrom and LifeUntil are when the authorities of tests live: as long as the editions.
func LifeFrom() time.Time { return time.Date(2012, time.January, 1, 0, 0, 0, 0, time.UTC) }

// LifeUntil is when they end.
func LifeUntil() time.Time { return time.Date(2031, time.January, 1, 0, 0, 0, 0, time.UTC) }

// NewAuthority makes an authority of RSA keys, and certifies the head who signs what is
// issued.
func NewAuthority() (*ca.Authority, creation.Key, error) {
	demo, err := ca.New(ca.RSA, LifeUntil().AddDate(-5, 0, 0), ca.Options{NotBefore: LifeFrom()})
	if err != nil {
		return nil, creation.Key{}, err
	}
	head, err := demo.Issue(Head(LifeFrom(), LifeUntil()))
	return demo, creation.NewKey(head.Key, head.Certificate, []*certs.Certificate{demo.Issuing()}), err
}

// Head is the fictional head whom certificates name.
func Head(from, until time.Time) ca.Person {
	return ca.Person{
		Surname: "Әбдіғали", GivenName: "Жанар", Patronymic: "Серікқызы", IIN: "850101400011",
		Organisation: "Мәдениет комитеті", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead}, NotBefore: from, NotAfter: until,
	}
}

// Verifier trusts an authority and knows its lists, which it makes as of a moment: what
// is revoked later they do not tell.
func Verifier(demo *ca.Authority, at, until time.Time) (*signing.Verifier, error) {
	lists := &revocation.Lists{}
	for _, list := range []func(time.Time, time.Time) ([]byte, error){demo.CRL, demo.RootCRL} {
		raw, err := list(at, until)
		if err != nil {
			return nil, err
		}
		crl, err := revocation.ParseCRL(raw)
		if err != nil {
			return nil, err
		}
		lists.Add(crl)
	}
	trust := &certs.Pool{}
	trust.AddAnchor(demo.Root())
	trust.AddIntermediate(demo.Issuing())
	return &signing.Verifier{Trust: trust, Revocation: lists}, nil
}

// layouts compiles the layouts of the program once.
var layouts = sync.OnceValues(func() (*pdf.Layouts, error) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		return nil, err
	}
	return pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
})

// Days is the calendar of the program.
func Days(t testing.TB) *calendar.Calendar {
	t.Helper()
	data, err := calendar.Shipped()
	must(t, err)
	days, err := calendar.Compile(data)
	must(t, err)
	return days
}

// Open opens a new register by a clock, which a key signs for and a verifier judges, until
// the test ends.
func Open(t testing.TB, dsn string, c *Clock, key creation.Key, v *signing.Verifier) *registry.Registry {
	t.Helper()
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	db.Now = c.Now
	all, err := layouts()
	must(t, err)
	r := &registry.Registry{Store: db, Layouts: all, Key: key, Verifier: v, Calendar: Days(t)}
	r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, creation.Services{Verifier: v}, o)
	}
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
