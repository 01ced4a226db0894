package inbox_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/calendar"
	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store/storetest"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// cluster is set once, before any test runs.
var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	if os.Getenv(dies) != "" {
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

const (
	ourBIN      certs.BIN = "120741000014"
	registerBIN certs.BIN = "250040999998"
	portalBIN   certs.BIN = "250040999988"
	knownIIN    certs.IIN = "900701300108"
	otherIIN    certs.IIN = "850101010003"
)

// post is a service to which other systems send, with the demonstration's register behind
// it, which also is the portal that is told.
type post struct {
	*inbox.Box
	t        testing.TB
	pki      *signtest.PKI
	register *demo.Register
	address  string // of the register
	consents *gateways.Consents
	portal   creation.Key // of the system that sends
	own      creation.Key // of the applicant
	steps    []string     // of the first application that came in
	mu       sync.Mutex
	at       time.Time
}

func (p *post) now() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.at
}

func (p *post) advance(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = p.at.Add(d)
}

func (p *post) system(bin certs.BIN) creation.Key {
	p.t.Helper()
	h, err := p.pki.Authority.IssueSystem(ca.System{
		Name: "ЖҮЙЕ", Organisation: "«ЖҮЙЕ» ЖШС", BIN: bin, NotBefore: signtest.Now().AddDate(0, -6, 0), NotAfter: signtest.Now().AddDate(0, 6, 0),
	})
	must(p.t, err)
	return creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{p.pki.Authority.Issuing()})
}

func open(t *testing.T, dsn string) *post {
	t.Helper()
	return opened(t, dsn, signtest.New(t, ca.RSA), "")
}

// opened is open with the persons of an authority, and with the register at an address;
// empty for one of its own.
func opened(t *testing.T, dsn string, pki *signtest.PKI, register string) *post {
	t.Helper()
	return openedIn(t, dsn, pki, told{register, gateways.FormJSON})
}

// told is where senders are told, and in which form.
type told struct {
	register string
	form     gateways.Form
}

func openedIn(t *testing.T, dsn string, pki *signtest.PKI, to told) *post {
	t.Helper()
	register := to.register
	p := &post{t: t, pki: pki, at: signtest.Now()}
	p.portal, p.own = p.system(portalBIN), p.pki.Person(signtest.Applicant())
	p.register = &demo.Register{
		Prefix: "/d", Key: p.system(registerBIN), WrongKey: p.portal, Make: p.pki.Make, Verifier: p.pki.Verifier, Client: ourBIN, Now: p.now,
		Persons:       []message.Fields{{"iin": string(knownIIN), "surname": "СЕЙІТҚАЛИ", "givenName": "АЙГҮЛ"}},
		Organisations: []message.Fields{{"bin": string(ourBIN), "nameKk": "«Мұра» ЖШС", "nameRu": "ТОО «Мұра»"}},
	}
	if p.address = register; register == "" {
		s := httptest.NewServer(p.register)
		t.Cleanup(s.Close)
		p.address = s.URL
	}
	caller := &gateways.Caller{
		Sender: "tamga", Key: p.system(ourBIN), Make: p.pki.Make, Verifier: p.pki.Verifier, Now: p.now,
		Timeout: 5 * time.Second, Deadline: 5 * time.Second, Pause: time.Minute, Rest: time.Second,
	}
	peer := func(system gateways.System) gateways.Peer {
		return gateways.Peer{System: system, Form: gateways.FormJSON, Address: p.address + "/d/" + string(system) + "/json", Service: string(system) + "_SYNC", BIN: registerBIN}
	}
	connect := func(system gateways.System) *gateways.Client {
		c, err := caller.Connect(peer(system))
		must(t, err)
		return c
	}
	db, err := registry.Open(t.Context(), dsn)
	must(t, err)
	t.Cleanup(func() { must(t, db.Close()) })
	db.Now = p.now
	p.consents = &gateways.Consents{Store: db, Verifier: p.pki.Verifier}
	bills := &gateways.Bills{Store: db, Gateway: connect(gateways.SystemPayments)}
	checks := &gateways.Checks{Persons: connect(gateways.SystemPersons), Organisations: connect(gateways.SystemOrganisations), Bills: bills, Consents: p.consents}
	p.Box = &inbox.Box{Caller: caller, Bills: bills, Applications: &applications.Book{
		Register: &registry.Registry{Store: db, Verifier: p.pki.Verifier, Make: p.pki.Make, Key: p.pki.Person(signtest.Head()), Layouts: layouts(), Calendar: days()}, Rulebook: &rulebook.Book{Store: db}, Ask: inbox.Asks(checks),
	}}
	portal := peer(demo.Portal)
	portal.Form, portal.Address = to.form, p.address+"/d/"+string(demo.Portal)+"/"+string(to.form)
	must(t, p.Know(
		inbox.Sender{Name: "PEP", BIN: portalBIN, Channels: []regulation.Channel{regulation.Portal, regulation.Centre}, Tell: portal},
		inbox.Sender{Name: "PSHEP", BIN: registerBIN, Payments: true},
	))
	return p
}

var days = sync.OnceValue(func() *calendar.Calendar {
	data, err := calendar.Shipped()
	if err != nil {
		panic(err)
	}
	c, err := calendar.Compile(data)
	if err != nil {
		panic(err)
	}
	return c
})

var layouts = sync.OnceValue(func() *pdf.Layouts {
	law, err := regulation.ShippedLaw()
	if err != nil {
		panic(err)
	}
	l, err := pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
	if err != nil {
		panic(err)
	}
	return l
})

// acceptance is what the registrar issues to the organisation.
func (p *post) acceptance() *documents.Draft {
	p.t.Helper()
	var d documents.Draft
	raw, err := os.ReadFile("../../testdata/acceptance.json")
	must(p.t, err)
	must(p.t, json.Unmarshal(raw, &d))
	a := d.Acceptance
	a.Authority, a.Position, a.Signatory = documents.Text{KK: "Демо Мәдениет комитеті", RU: "Демо Мәдениет комитеті"}, documents.Text{KK: "Төраға", RU: "Председатель"}, "Әбілов Ғ.Ү."
	a.Applicant, a.ReceivedAt, a.ResultDate, a.Application = organisation(), time.Time{}, documents.Date{}, documents.Application{}
	return &d
}

// verified holds that the log tells the same as the rows.
func (p *post) verified() {
	p.t.Helper()
	must(p.t, p.Applications.Register.VerifyLog(p.t.Context()))
}

// request is what the applicant signs.
func request(id, service string) inbox.Request {
	return inbox.Request{Kind: inbox.RequestKind, ID: id, Service: service, Channel: regulation.Portal, Applicant: documents.Holder{
		Natural: &documents.NaturalPerson{Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", Patronymic: "БОЛАТҚЫЗЫ", IIN: knownIIN},
	}}
}

// centre is a request that an operator signs for the applicant.
func centre(id, service string) inbox.Request {
	q := request(id, service)
	q.Channel, q.Operator = regulation.Centre, "ОМАРОВА БОТА"
	return q
}

func organisation() documents.Holder {
	return documents.Holder{Legal: &documents.LegalEntity{
		Name: documents.Text{KK: "«Мұра» ЖШС", RU: "ТОО «Мұра»"}, Address: documents.Text{KK: "Астана қ.", RU: "г. Астана"}, BIN: ourBIN,
	}}
}

func (p *post) operator(bin certs.BIN) creation.Key {
	return p.pki.Person(ca.Person{
		Surname: "ОМАРОВА", GivenName: "БОТА", IIN: otherIIN, Organisation: "ХҚКО", BIN: bin, Roles: []certs.Role{certs.RoleEmployee},
		NotBefore: signtest.Now().AddDate(0, -6, 0), NotAfter: signtest.Now().AddDate(0, 6, 0),
	})
}

// asks are the fields of a message with a request that somebody has signed.
func (p *post) asks(q inbox.Request, by creation.Key) message.Fields {
	p.t.Helper()
	raw, err := json.Marshal(q)
	must(p.t, err)
	return message.Fields{"request": string(raw), "signature": base64.StdEncoding.EncodeToString(p.pki.Detached(raw, by))}
}

func letter(id, service, sender string, data message.Fields) message.Message {
	return message.Message{ID: id, Service: service, Sender: sender, Date: signtest.Now(), Data: data}
}

// packed signs a message in a form.
func (p *post) packed(form gateways.Form, m message.Message, key creation.Key) []byte {
	p.t.Helper()
	if form == gateways.FormSOAP {
		envelope, err := message.SOAPRequest(m)
		must(p.t, err)
		made, err := p.pki.Make(p.t.Context(), creation.Order{
			Form: creation.XML{File: envelope, Form: creation.XMLSOAP, KeyIdentifier: true, Validity: 5 * time.Minute}, Key: key, Time: p.now(),
		})
		must(p.t, err)
		return made.File
	}
	payload, err := message.EncodeJSON(m)
	must(p.t, err)
	packed, err := message.Pack(payload, p.pki.Detached(payload, key))
	must(p.t, err)
	return packed
}

// applied is a message with a request, signed by the applicant and the portal.
func (p *post) applied(form gateways.Form, id string, q inbox.Request) []byte {
	p.t.Helper()
	return p.packed(form, letter(id, inbox.ServiceApplication, "PEP", p.asks(q, p.own)), p.portal)
}

func (p *post) application(id string) applications.Application {
	p.t.Helper()
	a, err := p.Applications.Application(p.t.Context(), id)
	must(p.t, err)
	return a
}

// count returns how many rows a table has.
func (p *post) count(table string) (n int) {
	p.t.Helper()
	must(p.t, p.Applications.Register.Store.QueryRowContext(p.t.Context(), `SELECT COUNT(*) FROM `+table).Scan(&n))
	return n
}

// steps are the steps that were done on an application.
func steps(a applications.Application) (all []string) {
	for _, e := range a.Entries {
		all = append(all, fmt.Sprintf("%s %s", e.Step, e.Outcome))
	}
	return all
}
