package registry

import (
	"context"
	"crypto"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/pdf"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/documents/store/storetest"
	"tamga/signing"
	"tamga/signing/creation"
)

// cluster is set once, before any test runs.
var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	if dsn := os.Getenv(issuerOf); dsn != "" {
		fmt.Fprintln(os.Stderr, issueUntilKilled(dsn))
		os.Exit(1)
	}
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

// clock is a clock that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// start is when every test begins: on 22 June 2026 at noon in Astana.
var start = time.Date(2026, time.June, 22, 7, 0, 0, 0, time.UTC)

// open opens the register of a data source, with a demo key whose certificate
// the register's own verifier trusts.
func open(t testing.TB, dsn string) (*Registry, *clock) {
	t.Helper()
	db, err := Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c := &clock{at: start}
	db.Now = c.now
	a := authorityOf(t)
	r := &Registry{Store: db, Layouts: layouts(t), Key: a.key, Verifier: a.verifier, Calendar: shippedCalendar(t)}
	r.Make = making(r)
	return r, c
}

func shippedCalendar(t testing.TB) *calendar.Calendar {
	t.Helper()
	data, err := calendar.Shipped()
	must(t, err)
	c, err := calendar.Compile(data)
	must(t, err)
	return c
}

// making is creation.Make with the verifier that the register has then.
func making(r *Registry) func(context.Context, creation.Order) (creation.Made, error) {
	return func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, creation.Services{Verifier: r.Verifier}, o)
	}
}

// onceSigned has something happen, or go wrong, when a document has been signed
// and before it is entered. What is returned takes that back.
func onceSigned(r *Registry, happens func(context.Context) error) (restore func()) {
	make := r.Make
	r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		made, err := make(ctx, o)
		if _, isDocument := o.Form.(creation.Prepared); isDocument && err == nil {
			err = happens(ctx)
		}
		return made, err
	}
	return func() { r.Make = make }
}

// authority is a demo authority with the key of a head of a licensor.
type authority struct {
	key        creation.Key
	verifier   *signing.Verifier
	faulty     creation.Key      // of an HSM that computes wrong signatures
	untrusting *signing.Verifier // has no anchors
	second     creation.Key      // of another person
}

// faultySigner breaks what it signs, as a failing device does.
type faultySigner struct{ crypto.Signer }

func (s faultySigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	sig, err := s.Signer.Sign(rand, digest, opts)
	if err == nil {
		sig[0] ^= 1
	}
	return sig, err
}

// makeAuthority makes the authority of all tests: keys cost time.
var makeAuthority = sync.OnceValues(func() (authority, error) {
	const years = 365 * 24 * time.Hour
	demo, err := ca.New(ca.RSA, start, ca.Options{NotBefore: start.Add(-years)})
	if err != nil {
		return authority{}, err
	}
	head, err := demo.Issue(ca.Person{
		Surname: "Әбдіғали", GivenName: "Жанар", Patronymic: "Серікқызы", IIN: "850101400011",
		Organisation: "Мәдениет комитеті", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead},
		NotBefore: start.Add(-time.Hour), NotAfter: start.Add(3 * years),
	})
	if err != nil {
		return authority{}, err
	}
	second, err := demo.Issue(ca.Person{
		Surname: "Омарова", GivenName: "Бота", Patronymic: "Сериковна", IIN: "901300499989",
		NotBefore: start.Add(-time.Hour), NotAfter: start.Add(3 * years),
	})
	if err != nil {
		return authority{}, err
	}
	lists := &revocation.Lists{}
	for _, list := range []func(time.Time, time.Time) ([]byte, error){demo.CRL, demo.RootCRL} {
		raw, err := list(start.Add(-time.Hour), start.Add(3*years))
		if err != nil {
			return authority{}, err
		}
		crl, err := revocation.ParseCRL(raw)
		if err != nil {
			return authority{}, err
		}
		lists.Add(crl)
	}
	trust := &certs.Pool{}
	trust.AddAnchor(demo.Root())
	trust.AddIntermediate(demo.Issuing())
	return authority{
		key: creation.Key{
			Signer: head.Key, Certificate: head.Certificate, Chain: []*certs.Certificate{demo.Issuing()},
		},
		second:     creation.Key{Signer: second.Key, Certificate: second.Certificate, Chain: []*certs.Certificate{demo.Issuing()}},
		faulty:     creation.Key{Signer: faultySigner{head.Key}, Certificate: head.Certificate},
		verifier:   &signing.Verifier{Trust: trust, Revocation: lists},
		untrusting: &signing.Verifier{Revocation: lists},
	}, nil
})

func authorityOf(t testing.TB) authority {
	t.Helper()
	a, err := makeAuthority()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// compileOnce compiles the layouts, which costs too much to do it for every
// test.
var compileOnce = sync.OnceValues(func() (*pdf.Layouts, error) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		return nil, err
	}
	return pdf.Compile(pdf.Options{CheckURL: func(number string) string {
		return "https://tamga.example/check/" + number
	}, Editions: law.Printing()})
})

func layouts(t testing.TB) *pdf.Layouts {
	t.Helper()
	l, err := compileOnce()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// licenceDraft returns a complete licence; n makes it different from others.
func licenceDraft(n int) documents.Draft {
	return documents.Draft{Licence: &documents.Licence{
		Holder: documents.Holder{Legal: &documents.LegalEntity{
			Name: documents.Text{
				KK: fmt.Sprintf("«Көне Қала %d» ЖШС", n),
				RU: fmt.Sprintf("ТОО «Көне Қала %d»", n),
			},
			Address: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
			BIN:     "120741000014",
		}},
		Activity: documents.Text{
			KK: "археологиялық және (немесе) ғылыми-реставрациялау жұмыстары",
			RU: "археологические и (или) научно-реставрационные работы",
		},
		Licensor: documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Head:     "Әбдіғали Ж.С.",
		Place:    documents.Text{KK: "Астана қ.", RU: "г. Астана"},
	}}
}

// refusalOf returns a refusal of another application for every n.
func refusalOf(n int) documents.Draft {
	d := refusalDraft()
	d.Refusal.ApplicationNumber = fmt.Sprint("ЗТ-2026/", n)
	return d
}

// refusalDraft returns a complete reasoned refusal.
func refusalDraft() documents.Draft {
	return documents.Draft{Refusal: &documents.Refusal{
		Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Requisites: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
		Applicant: documents.Holder{Natural: &documents.NaturalPerson{
			Surname: "Сейітқали", GivenName: "Айгүл", Patronymic: "Бекқызы", IIN: "850101400011",
		}},
		ApplicationNumber: "KZ65RLA00000001",
		ApplicationDate:   documents.Date{Year: 2026, Month: time.June, Day: 10},
		Ground:            documents.GroundIncomplete,
		Reason:            documents.Text{KK: "Құжаттар топтамасы толық емес.", RU: "Пакет документов неполный."},
		Position:          documents.Text{KK: "Төраға", RU: "Председатель"},
		Signatory:         "Әбдіғали Ж.С.",
	}}
}

// reserve takes the first step of issuing and no other.
func reserve(t testing.TB, r *Registry, req IssueRequest) (held Reservation, err error) {
	t.Helper()
	err = r.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		held, err = r.Reserve(ctx, tx, req)
		return err
	})
	return held, err
}

// issue issues a document that must come out well.
func issue(t testing.TB, r *Registry, key string, draft documents.Draft) Record {
	t.Helper()
	rec, _, err := r.Issue(t.Context(), IssueRequest{Client: "portal", IdempotencyKey: key, Draft: draft})
	if err != nil {
		t.Fatalf("Issue(%s): %v", key, err)
	}
	return rec
}

// change edits the database behind the register's back.
func change(t testing.TB, r *Registry, statements ...string) {
	t.Helper()
	for _, s := range statements {
		if err := run(t, r, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// run runs a statement in a transaction of its own.
func run(t testing.TB, r *Registry, statement string, args ...any) error {
	return r.Store.Tx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx *store.Tx) error {
		return second(tx.ExecContext(ctx, statement, args...))
	})
}

// column returns the first column of all rows of a query as text.
func column(t testing.TB, r *Registry, query string) []string {
	t.Helper()
	rows, err := r.Store.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
