package applications_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store/storetest"
	"tamga/signing"
	"tamga/signing/creation"
)

// cluster is set once, before any test runs.
var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	if os.Getenv(diesAt)+os.Getenv(diesSending) != "" {
		os.Exit(m.Run()) // a program that dies, on the database of its parent
	}
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
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

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

func (c *clock) advance(d time.Duration) { c.set(c.now().Add(d)) }

// civil is a moment as calendars write it.
func civil(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := calendar.ParseMoment(s)
	must(t, err)
	return at
}

func law(t testing.TB) *regulation.Law {
	t.Helper()
	l, err := regulation.ShippedLaw()
	must(t, err)
	return l
}

func days(t testing.TB) *calendar.Calendar {
	t.Helper()
	data, err := calendar.Shipped()
	must(t, err)
	c, err := calendar.Compile(data)
	must(t, err)
	return c
}

// book opens the applications of a new register, at a moment.
func book(t testing.TB, dsn string, at time.Time) (*applications.Book, *clock) {
	t.Helper()
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	c := &clock{at: at}
	db.Now = c.now
	a, err := makeAuthority()
	must(t, err)
	layouts, err := makeLayouts()
	must(t, err)
	calendar := days(t)
	r := &registry.Registry{Store: db, Layouts: layouts, Key: a.key, Verifier: a.verifier, Calendar: calendar}
	r.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, creation.Services{Verifier: a.verifier}, o)
	}
	return &applications.Book{Register: r, Rulebook: &rulebook.Book{Store: db}}, c
}

type authority struct {
	demo     *ca.Authority
	key      creation.Key
	verifier *signing.Verifier
	people   *people
}

// people are the keys of persons, each made when it is needed first.
type people struct {
	mu   sync.Mutex
	keys map[string]creation.Key
}

// keyOf is the key of a person by name, "Person of HEAD", who signs for the museum.
func keyOf(name string) (creation.Key, error) {
	words := strings.Fields(name)
	return keyFor(name, ca.Person{
		Surname: words[0], GivenName: words[1], Patronymic: strings.Join(words[2:], " "), IIN: "850101400011",
		Organisation: "Ұлттық музей", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead}, NotBefore: lifeFrom(), NotAfter: lifeUntil(),
	})
}

// keyFor is the key of a person as given, by a name of the test's own.
func keyFor(name string, p ca.Person) (creation.Key, error) {
	a, err := makeAuthority()
	if err != nil {
		return creation.Key{}, err
	}
	a.people.mu.Lock()
	defer a.people.mu.Unlock()
	if key, ok := a.people.keys[name]; ok {
		return key, nil
	}
	h, err := a.demo.Issue(p)
	if err != nil {
		return creation.Key{}, err
	}
	a.people.keys[name] = creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{a.demo.Issuing()})
	return a.people.keys[name], nil
}

func lifeFrom() time.Time  { return time.Date(2012, time.January, 1, 0, 0, 0, 0, time.UTC) }
func lifeUntil() time.Time { return time.Date(2031, time.January, 1, 0, 0, 0, 0, time.UTC) }

// makeAuthority makes the authority of all tests, which has lived as long as the
// editions: keys cost time.
var makeAuthority = sync.OnceValues(func() (authority, error) {
	from, until := lifeFrom(), lifeUntil()
	demo, err := ca.New(ca.RSA, until.AddDate(-5, 0, 0), ca.Options{NotBefore: from})
	if err != nil {
		return authority{}, err
	}
	head, err := demo.Issue(ca.Person{
		Surname: "Әбдіғали", GivenName: "Жанар", Patronymic: "Серікқызы", IIN: "850101400011",
		Organisation: "Мәдениет комитеті", BIN: "120741000014", Roles: []certs.Role{certs.RoleHead},
		NotBefore: from, NotAfter: until,
	})
	if err != nil {
		return authority{}, err
	}
	lists := &revocation.Lists{}
	for _, list := range []func(time.Time, time.Time) ([]byte, error){demo.CRL, demo.RootCRL} {
		raw, err := list(from, until)
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
		demo,
		creation.Key{Signer: head.Key, Certificate: head.Certificate, Chain: []*certs.Certificate{demo.Issuing()}},
		&signing.Verifier{Trust: trust, Revocation: lists},
		&people{keys: map[string]creation.Key{}},
	}, nil
})

var makeLayouts = sync.OnceValues(func() (*pdf.Layouts, error) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		return nil, err
	}
	options := pages()
	options.Editions = law.Printing()
	return pdf.Compile(*options)
})

func pages() *pdf.Options {
	return &pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }}
}

// current is an edition as the book has it now.
func current(t testing.TB, b *applications.Book, id string) *regulation.Edition {
	t.Helper()
	rules, err := b.Rulebook.Current(t.Context())
	must(t, err)
	e, ok := rules.Law.Edition(id)
	if !ok {
		t.Fatalf("there is no edition %s", id)
	}
	return e
}

// library is the rules of a service that the program does not know.
func library(t testing.TB) regulation.Edition {
	t.Helper()
	raw, err := os.ReadFile("../regulation/testdata/library.json")
	must(t, err)
	e, err := regulation.Parse(raw)
	must(t, err)
	return e
}

func museum() documents.Holder {
	return documents.Holder{Legal: &documents.LegalEntity{
		Name:    documents.Text{KK: "Қазақстан Республикасының Ұлттық музейі", RU: "Национальный музей Республики Казахстан"},
		Address: documents.Text{KK: "Астана қ., Тәуелсіздік даңғылы, 54", RU: "г. Астана, пр. Тәуелсіздік, 54"},
		BIN:     "120741000014",
	}}
}

func letter() documents.Letter {
	return documents.Letter{
		Authority:  documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Requisites: documents.Text{KK: "Астана қ., Орынбор к-сі, 8", RU: "г. Астана, ул. Орынбор, 8"},
		Position:   documents.Text{KK: "Төраға", RU: "Председатель"}, Signatory: "Әбдіғали Ж.С.",
	}
}

// sample returns the sample of a kind of document.
func sample(t testing.TB, kind documents.Kind) documents.Draft {
	t.Helper()
	var d documents.Draft
	raw, err := os.ReadFile("../testdata/" + string(kind) + ".json")
	must(t, err)
	must(t, json.Unmarshal(raw, &d))
	return d
}

// facts are what the documents of an application say of what came before.
type facts struct {
	failed     regulation.Check // of the condition before
	conclusion documents.Draft  // the last of the commission
	hearing    documents.Draft  // the notice of the last one
	held       time.Time        // when a hearing is to be held
	refuses    string           // by which ground, after it
}

// draft returns a document of what a step issues, for an application of the museum.
// What it says of the application is left open.
func draft(t testing.TB, issues applications.Issues, f facts) *documents.Draft {
	t.Helper()
	service := documents.Text{KK: "куәлік беру", RU: "выдача свидетельства"}
	var heard documents.Heard
	if n := f.hearing.Notice; n != nil {
		heard = documents.Heard{HearingNumber: n.Number, HearingDate: n.IssuedOn}
	}
	switch issues.Kind {
	case documents.KindLicence:
		return &documents.Draft{Licence: &documents.Licence{
			Holder: museum(), Licensor: letter().Authority, Head: letter().Signatory, Place: documents.Text{KK: "Астана қ.", RU: "г. Астана"},
			Activity: documents.Text{KK: "археологиялық жұмыстар", RU: "археологические работы"},
		}}
	case documents.KindRefusal:
		l := letter()
		return &documents.Draft{Refusal: &documents.Refusal{
			Authority: l.Authority, Requisites: l.Requisites, Position: l.Position, Signatory: l.Signatory, Applicant: museum(),
			Ground: documents.RefusalGround(issues.Ground),
			Reason: documents.Text{KK: "Құжаттар Стандартқа сәйкес емес.", RU: "Документы не соответствуют Стандарту."}, Heard: heard,
		}}
	case documents.KindNotice:
		n := &documents.Notice{Letter: letter(), Ground: documents.NoticeGround(issues.Ground), Applicant: museum(), Service: service}
		n.FailedCheck = map[regulation.Check]documents.FailedCheck{
			regulation.CheckSignaturePeriod: documents.FailedPeriod, regulation.CheckSignatureRevoked: documents.FailedRevoked,
			regulation.CheckSignatureIdentity: documents.FailedIdentity,
		}[f.failed]
		if k := f.conclusion.Conclusion; k != nil && n.Ground == documents.NoticeNoValue {
			n.ConclusionNumber, n.ConclusionDate, n.Heard = k.Number, k.IssuedOn, heard
		}
		if n.Ground == documents.NoticeHearing {
			n.Detail = documents.Text{KK: "Сараптама қорытындысы жоқ.", RU: "Нет заключения экспертизы."}
			n.Hearing = &documents.PreliminaryDecision{Refuses: f.refuses, HeldAt: f.held, Place: letter().Requisites}
		}
		return &documents.Draft{Notice: n}
	}
	d := sample(t, issues.Kind)
	open := documents.Application{}
	switch {
	case d.Acceptance != nil:
		a := d.Acceptance
		a.Letter, a.Applicant, a.Application, a.ReceivedAt, a.ResultDate = letter(), museum(), open, time.Time{}, documents.Date{}
	case d.ApplicationCopy != nil:
		a := d.ApplicationCopy
		a.Letter, a.Applicant, a.IncomingNumber, a.IncomingDate, a.IncomingAt, a.ApplicationDate = letter(), museum(), "", documents.Date{}, time.Time{}, documents.Date{}
		a.Signature = nil // of the sample's own time
	case d.Conclusion != nil:
		d.Conclusion.Letter, d.Conclusion.Applicant, d.Conclusion.Application = letter(), museum(), open
	case d.Approval != nil:
		d.Approval.Letter, d.Approval.Applicant, d.Approval.Application = letter(), museum(), open
	case d.ExportCertificate != nil:
		d.ExportCertificate.Letter, d.ExportCertificate.Holder = letter(), museum()
		if k := f.conclusion.Conclusion; k != nil {
			d.ExportCertificate.ConclusionNumber, d.ExportCertificate.ConclusionDate = k.Number, k.IssuedOn
		}
	}
	return &d
}
