package people_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/documents/registry"
	"tamga/documents/rulebook"
	"tamga/documents/store/storetest"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
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

// cheap is a cost that tests can pay often; what it is made of is the real thing.
func cheap() people.Cost {
	return people.Cost{Passes: 1, Memory: 8 << 10, Threads: 1, Together: 2, WaitMost: 8}
}

// scene is the people of a new register, with an authority and a clock.
type scene struct {
	*people.Book
	t   testing.TB
	pki *signtest.PKI

	mu sync.Mutex
	at time.Time
}

func (s *scene) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *scene) advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

const address = "https://tamga.example"

// start is when tests begin: soon after the authority has published.
func start() time.Time { return signtest.Now() }

func open(t testing.TB, dsn string, family ca.Family) *scene {
	t.Helper()
	s := &scene{t: t, pki: signtest.New(t, family), at: start()}
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() {
		must(t, (&registry.Registry{Store: db}).VerifyLog(context.WithoutCancel(t.Context())))
		must(t, db.Close())
	})
	db.Now = s.now
	s.Book = &people.Book{Store: db, Rulebook: &rulebook.Book{Store: db}, Verifier: s.pki.Verifier, Address: address, Cost: cheap()}
	return s
}

// sqlite is a scene on a file, for what no engine makes a difference to.
func sqlite(t testing.TB) *scene { return open(t, t.TempDir()+"/register.sqlite", ca.GOST2015) }

// signed signs bytes with any key, also with those that sign no document of ours.
func (s *scene) signed(content []byte, key creation.Key) []byte {
	s.t.Helper()
	m, err := cms.NewMaker(key.Signer, key.Certificate, key.Chain, cms.Options{})
	must(s.t, err)
	file, err := m.Make(cms.ToSign{Content: content, MessageDigest: m.Digest().Sum(content)})
	must(s.t, err)
	return file
}

// proof answers a new challenge.
func (s *scene) proof(p people.Purpose, key creation.Key) people.Proof {
	s.t.Helper()
	c, err := s.Challenge(s.t.Context(), p)
	must(s.t, err)
	return people.Proof{Challenge: c.ID, CMS: s.signed(c.Text, key)}
}

// registered makes a person known who signs with a key.
func (s *scene) registered(key creation.Key, password string) people.Person {
	s.t.Helper()
	p, err := s.Register(s.t.Context(), people.Enrolment{Proof: s.proof(people.ForRegistration, key), Password: password})
	must(s.t, err)
	return p
}

// refusedAs holds that an error is one, or fails with what it is.
func refusedAs(t testing.TB, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

// numbered are persons of tests: fictional, with right check digits.
func numbered(i int) documents.NaturalPerson {
	return documents.NaturalPerson{Surname: fmt.Sprintf("Тұлға%c", 'а'+rune(i)), GivenName: "Әсел", IIN: certs.IIN(iin(i))}
}

// iin makes a number of twelve digits whose check digit is right.
func iin(i int) string {
	for n := i * 17; ; n++ {
		for d := range 10 {
			text := fmt.Sprintf("9007013%04d%d", n, d)
			if _, err := certs.ParseIIN(text); err == nil {
				return text
			}
		}
	}
}
