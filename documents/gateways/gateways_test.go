package gateways_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/gateways/message"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

const (
	ourBIN      certs.BIN = "120741000014"
	registerBIN certs.BIN = "250040999998"
	strangerBIN certs.BIN = "250040999988"
	knownIIN    certs.IIN = "900701300108"
	unknownIIN  certs.IIN = "850101010003"
)

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

// world is a register over real HTTP and what asks it.
type world struct {
	t        *testing.T
	pki      *signtest.PKI
	register *demo.Register
	caller   *gateways.Caller
	clock    *clock
	base     string
	asked    atomic.Int32 // messages that have reached the register
	recovers int32        // at which of them persons are answered again; 0 for none
}

func systemKey(t *testing.T, pki *signtest.PKI, bin certs.BIN) creation.Key {
	t.Helper()
	h, err := pki.Authority.IssueSystem(ca.System{
		Name: "ЖҮЙЕ", Organisation: "«ЖҮЙЕ» ЖШС", BIN: bin, NotBefore: signtest.Now().AddDate(0, -6, 0), NotAfter: signtest.Now().AddDate(0, 6, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	return creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{pki.Authority.Issuing()})
}

func newWorld(t *testing.T) *world {
	t.Helper()
	pki := signtest.New(t, ca.RSA)
	c := &clock{at: signtest.Now()}
	w := &world{t: t, pki: pki, clock: c}
	w.register = &demo.Register{
		Prefix: "/demo/gateways", Key: systemKey(t, pki, registerBIN), WrongKey: systemKey(t, pki, strangerBIN),
		Make: pki.Make, Verifier: pki.Verifier, Client: ourBIN, Now: c.now, Control: true,
		Persons:       []message.Fields{{"iin": string(knownIIN), "surname": "СЕЙІТҚАЛИ", "givenName": "АЙГҮЛ", "patronymic": "БОЛАТҚЫЗЫ"}},
		Organisations: []message.Fields{{"bin": string(ourBIN), "nameKk": "«Мұра» ЖШС", "nameRu": "ТОО «Мұра»", "addressKk": "Астана қ.", "addressRu": "г. Астана"}},
		Powers:        []demo.Power{{Number: "KZ-1", Principal: string(ourBIN), Agent: string(knownIIN), From: "2026-01-01", Until: "2026-06-30", May: gateways.MaySign}},
	}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.asked.Add(1) == w.recovers {
			w.set(gateways.SystemPersons, demo.Answer)
		}
		w.register.ServeHTTP(rw, r)
	}))
	t.Cleanup(s.Close)
	w.base = s.URL
	w.caller = &gateways.Caller{
		Sender: "tamga", Key: systemKey(t, pki, ourBIN), Make: pki.Make, Verifier: pki.Verifier, Now: c.now,
		Timeout: 5 * time.Second, Deadline: 20 * time.Second, Pause: time.Millisecond, Rest: time.Minute,
	}
	return w
}

func (w *world) peer(s gateways.System, f gateways.Form) gateways.Peer {
	return gateways.Peer{System: s, Form: f, Address: w.base + "/demo/gateways/" + string(s) + "/" + string(f), Service: string(s) + "_SYNC", BIN: registerBIN}
}

func (w *world) client(s gateways.System, f gateways.Form) *gateways.Client {
	w.t.Helper()
	c, err := w.caller.Connect(w.peer(s, f))
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) set(s gateways.System, b demo.Behaviour) {
	w.t.Helper()
	if err := w.register.Set(s, b); err != nil {
		w.t.Fatal(err)
	}
}

// once makes calls have one attempt, which is soon given up where nothing comes.
func (w *world) once(b demo.Behaviour) {
	if w.caller.Pause = time.Minute; b == demo.Hang {
		w.caller.Timeout = 300 * time.Millisecond
	}
}

var forms = []gateways.Form{gateways.FormJSON, gateways.FormSOAP}

// What the systems know comes back the same in both forms, and what they do not know
// is no data and nothing else.
func TestSystemsAnswer(t *testing.T) {
	w := newWorld(t)
	for _, form := range forms {
		t.Run(string(form), func(t *testing.T) {
			ctx := t.Context()
			persons := w.client(gateways.SystemPersons, form)
			p, err := persons.Person(ctx, gateways.MessageID(string(form), "p"), knownIIN)
			if err != nil || p.Surname != "СЕЙІТҚАЛИ" || p.GivenName != "АЙГҮЛ" || p.Patronymic != "БОЛАТҚЫЗЫ" || p.IIN != knownIIN {
				t.Errorf("the person is %+v, %v", p, err)
			}
			if _, err := persons.Person(ctx, gateways.MessageID(string(form), "q"), unknownIIN); !errors.Is(err, gateways.ErrNoData) {
				t.Errorf("a person that nobody knows: %v", err)
			}
			if s := persons.State(); s.State != "answers" || !s.Since.Equal(w.clock.now()) {
				t.Errorf("the state is %+v", s)
			}
			o, err := w.client(gateways.SystemOrganisations, form).Organisation(ctx, gateways.MessageID(string(form), "o"), ourBIN)
			if err != nil || o.Name.KK != "«Мұра» ЖШС" || o.BIN != ourBIN {
				t.Errorf("the organisation is %+v, %v", o, err)
			}
			w.power(t, form)
		})
	}
}

func (w *world) power(t *testing.T, form gateways.Form) {
	t.Helper()
	principal := documents.Holder{Legal: &documents.LegalEntity{BIN: ourBIN}}
	agent := func(iin certs.IIN) documents.Holder {
		return documents.Holder{Natural: &documents.NaturalPerson{IIN: iin}}
	}
	notaries := w.client(gateways.SystemNotaries, form)
	p, err := notaries.Power(t.Context(), gateways.MessageID(string(form), "n"), "KZ-1", principal, agent(knownIIN))
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]bool{"2025-12-31": false, "2026-01-01": true, "2026-06-30": true, "2026-07-01": false} {
		on, err := documents.ParseDate(day)
		if err != nil || p.InForce(on) != want {
			t.Errorf("on %s the power is in force: %v", day, !want)
		}
	}
	if _, err := notaries.Power(t.Context(), gateways.MessageID(string(form), "m"), "KZ-1", principal, agent(unknownIIN)); !errors.Is(err, gateways.ErrNoData) {
		t.Errorf("a power of somebody else: %v", err)
	}
	foreigner := documents.Holder{Natural: &documents.NaturalPerson{Document: &documents.IdentityDocument{}}}
	if _, err := notaries.Power(t.Context(), gateways.MessageID(string(form), "f"), "KZ-1", principal, foreigner); !errors.Is(err, gateways.ErrNoData) {
		t.Errorf("a power of a person without a number: %v", err)
	}
}

// Each way of failing means that nobody can tell, says why and since when, and names no
// person; when the system answers again, so does the client.
func TestOutageDecidesNothing(t *testing.T) {
	for behaviour, want := range map[demo.Behaviour]gateways.Reason{
		demo.Fail: gateways.ReasonHTTP, demo.Garbage: gateways.ReasonMalformed, demo.Fault: gateways.ReasonCode,
		demo.WrongSignature: gateways.ReasonSignature, demo.WrongCorrelation: gateways.ReasonCorrelation, demo.Hang: gateways.ReasonUnreachable,
	} {
		for _, form := range forms {
			t.Run(string(behaviour)+"/"+string(form), func(t *testing.T) {
				t.Parallel()
				outage(t, behaviour, form, want)
			})
		}
	}
}

func outage(t *testing.T, behaviour demo.Behaviour, form gateways.Form, want gateways.Reason) {
	w := newWorld(t)
	w.once(behaviour)
	w.set(gateways.SystemPersons, behaviour)
	c := w.client(gateways.SystemPersons, form)
	began := w.clock.now()
	_, err := c.Person(t.Context(), gateways.MessageID("x"), knownIIN)
	var undecided *gateways.UndecidedError
	switch {
	case !errors.As(err, &undecided):
		t.Fatalf("the answer is %v", err)
	// Garbage in the form of an envelope is one that nobody has signed.
	case undecided.Reason != want && (behaviour != demo.Garbage || undecided.Reason != gateways.ReasonSignature):
		t.Errorf("the reason is %s, not %s: %v", undecided.Reason, want, errors.Unwrap(err))
	case errors.Is(err, gateways.ErrNoData):
		t.Error("an outage is told as no data")
	case strings.Contains(err.Error(), string(knownIIN)):
		t.Error("the error names the person")
	}
	w.clock.advance(time.Minute)
	if s := c.State(); s.State != "away" || !s.Since.Equal(began) || s.Reason != undecided.Reason {
		t.Errorf("the state is %+v", s)
	}
	w.set(gateways.SystemPersons, demo.Answer)
	w.caller.Timeout = 5 * time.Second
	if _, err := c.Person(t.Context(), gateways.MessageID("x"), knownIIN); err != nil {
		t.Errorf("when it answers again: %v", err)
	}
	if s := c.State(); s.State != "answers" || !s.Since.Equal(w.clock.now()) || s.Reason != "" {
		t.Errorf("the state afterwards is %+v", s)
	}
}

// A register that has nothing while it answers refuses nobody's question as an outage.
func TestNoDataIsAnAnswer(t *testing.T) {
	w := newWorld(t)
	w.set(gateways.SystemPersons, demo.NoData)
	c := w.client(gateways.SystemPersons, gateways.FormJSON)
	if _, err := c.Person(t.Context(), "x", knownIIN); !errors.Is(err, gateways.ErrNoData) {
		t.Errorf("the answer is %v", err)
	}
	if got := int(w.asked.Load()); got != 1 {
		t.Errorf("asked %d times", got)
	}
}

// After two calls that failed a system is left alone for a while, with the beginning of
// its outage told, and asked again afterwards.
func TestOutageRests(t *testing.T) {
	w := newWorld(t)
	w.once(demo.Fail)
	w.set(gateways.SystemPersons, demo.Fail)
	c := w.client(gateways.SystemPersons, gateways.FormJSON)
	began := w.clock.now()
	for _, want := range []gateways.Reason{gateways.ReasonHTTP, gateways.ReasonHTTP, gateways.ReasonResting} {
		_, err := c.Person(t.Context(), "x", knownIIN)
		var undecided *gateways.UndecidedError
		if !errors.As(err, &undecided) || undecided.Reason != want || !undecided.Since.Equal(began) {
			t.Fatalf("the answer is %v, not %s", err, want)
		}
	}
	before := int(w.asked.Load())
	w.set(gateways.SystemPersons, demo.Answer)
	w.clock.advance(time.Minute - time.Millisecond)
	if _, err := c.Person(t.Context(), "x", knownIIN); err == nil || int(w.asked.Load()) != before {
		t.Errorf("asked while it rests: %v", err)
	}
	w.clock.advance(time.Millisecond)
	if _, err := c.Person(t.Context(), "x", knownIIN); err != nil {
		t.Errorf("after the rest: %v", err)
	}
}

// TestAskerLeaves: whoever stops waiting for an answer has found out nothing about the
// system.
func TestAskerLeaves(t *testing.T) {
	w := newWorld(t)
	c := w.client(gateways.SystemPersons, gateways.FormJSON)
	w.set(gateways.SystemPersons, demo.Hang)
	for range 3 {
		ctx, leave := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, leave)
		_, err := c.Person(ctx, "x", knownIIN)
		var undecided *gateways.UndecidedError
		if !errors.As(err, &undecided) || undecided.Reason != gateways.ReasonUnreachable {
			t.Fatalf("the answer is %v", err)
		}
	}
	if s := c.State(); s.State != "unasked" {
		t.Errorf("the system is %+v", s)
	}
	w.set(gateways.SystemPersons, demo.Answer)
	if _, err := c.Person(t.Context(), "x", knownIIN); err != nil {
		t.Errorf("after three that have left: %v", err)
	}
}

// A payment is asked for once, however often.
func TestPayments(t *testing.T) {
	w := newWorld(t)
	for _, form := range forms {
		c := w.client(gateways.SystemPayments, form)
		bill := gateways.Bill{Application: "a1-" + string(form), Tenge: 43250, Purpose: "LIC-ISSUE"}
		id := gateways.MessageID("payment", bill.Application)
		p, err := c.Request(t.Context(), id, bill)
		again, err2 := c.Request(t.Context(), id, bill)
		if err != nil || err2 != nil || p.ID != again.ID || p.State != gateways.PaymentOpen || p.Redirect == "" || p.Receipt != "" {
			t.Fatalf("%s: the payment is %+v %v, then %+v %v", form, p, err, again, err2)
		}
		var undecided *gateways.UndecidedError
		if _, err := c.Request(t.Context(), id, gateways.Bill{Application: "other", Tenge: 1, Purpose: "x"}); !errors.As(err, &undecided) || undecided.Code != message.Reused {
			t.Errorf("another bill under the same message: %v", err)
		}
		if err := w.register.Pay(p.ID, 0); err != nil {
			t.Fatal(err)
		}
		paid, err := c.Status(t.Context(), gateways.MessageID("status", p.ID), p.ID)
		if err != nil || paid.Bill != bill || paid.ID != p.ID || paid.State != gateways.PaymentPaid || paid.Receipt == "" || paid.PaidAt.IsZero() {
			t.Fatalf("%s: paid, it is %+v, %v", form, paid, err)
		}
	}
}

// What a message says of its signer is not what counts: one that another organisation
// has signed is refused by the register, and nothing is answered.
func TestRegisterRefusesStrangers(t *testing.T) {
	w := newWorld(t)
	w.caller.Key = systemKey(t, w.pki, strangerBIN)
	for _, form := range forms {
		_, err := w.client(gateways.SystemPersons, form).Person(t.Context(), "x", knownIIN)
		var undecided *gateways.UndecidedError
		if !errors.As(err, &undecided) || undecided.Code != message.Unsigned {
			t.Errorf("%s: %v", form, err)
		}
	}
}

// A system that refuses what it is asked is there: it is not left alone, and is told as
// one that refuses, until it answers. A fault that names no code is told by nobody who is
// known to be the system.
func TestRefusalIsNoOutage(t *testing.T) {
	for _, form := range forms {
		w := newWorld(t)
		c := w.client(gateways.SystemPersons, form)
		began, right := w.clock.now(), w.caller.Key
		w.caller.Key = systemKey(t, w.pki, strangerBIN)
		for range 3 {
			_, err := c.Person(t.Context(), "x", knownIIN)
			var undecided *gateways.UndecidedError
			if !errors.As(err, &undecided) || undecided.Code != message.Unsigned || !undecided.Since.Equal(began) {
				t.Fatalf("%s: %v", form, err)
			}
			w.clock.advance(time.Second)
		}
		if s := c.State(); s.State != "refuses" || s.Code != message.Unsigned || !s.Since.Equal(began) || w.asked.Load() != 3 {
			t.Errorf("%s: the state is %+v after %d messages", form, s, w.asked.Load())
		}
		w.caller.Key = right
		if _, err := c.Person(t.Context(), "y", knownIIN); err != nil {
			t.Errorf("%s: with the right key: %v", form, err)
		}
		if s := c.State(); s.State != "answers" || s.Code != "" || !s.Since.Equal(w.clock.now()) {
			t.Errorf("%s: the state is %+v", form, s)
		}
	}
	w := newWorld(t)
	w.caller.Pause = time.Minute
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		w.asked.Add(1)
		rw.Header().Set("Content-Type", "text/xml")
		rw.WriteHeader(http.StatusInternalServerError)
		_, _ = rw.Write([]byte(`<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><e:Fault><faultcode>e:Server</faultcode></e:Fault></e:Body></e:Envelope>`))
	}))
	t.Cleanup(s.Close)
	peer := w.peer(gateways.SystemPersons, gateways.FormSOAP)
	peer.Address = s.URL
	c, err := w.caller.Connect(peer)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, _ = c.Person(t.Context(), "x", knownIIN) // the state is asked below
	}
	if s := c.State(); s.State != "away" || w.asked.Load() != 2 {
		t.Errorf("a fault without a code: %+v after %d messages", s, w.asked.Load())
	}
}

// Settings that cannot work are refused, and their neighbours are not.
func TestSettings(t *testing.T) {
	w := newWorld(t)
	for what, edit := range map[string]func(*gateways.Peer){
		"system": func(p *gateways.Peer) { p.System = "GBD" }, "form": func(p *gateways.Peer) { p.Form = "xml" },
		"address": func(p *gateways.Peer) { p.Address = "ftp://a" }, "address with a password": func(p *gateways.Peer) { p.Address = "http://u:p@a/" },
		"service": func(p *gateways.Peer) { p.Service = "" }, "BIN": func(p *gateways.Peer) { p.BIN = "120741000015" },
		"password": func(p *gateways.Peer) { p.Password = "secret" },
	} {
		p := w.peer(gateways.SystemPersons, gateways.FormJSON)
		edit(&p)
		if _, err := w.caller.Connect(p); !errors.Is(err, gateways.ErrSetting) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", what, err)
		}
	}
	p := w.peer(gateways.SystemPersons, gateways.FormSOAP)
	p.Password = "secret"
	if _, err := w.caller.Connect(p); err != nil {
		t.Errorf("a password of the envelope: %v", err)
	}
	c := w.client(gateways.SystemPersons, gateways.FormJSON)
	if _, err := c.Organisation(t.Context(), "x", ourBIN); !errors.Is(err, gateways.ErrSetting) {
		t.Errorf("the database of persons is asked about organisations: %v", err)
	}
}

// A system that fails for a moment is asked again by the same message, and the caller
// never hears of it.
func TestAskedAgain(t *testing.T) {
	for _, form := range forms {
		w := newWorld(t)
		w.set(gateways.SystemPersons, demo.Fail)
		w.recovers = 3
		p, err := w.client(gateways.SystemPersons, form).Person(t.Context(), "x", knownIIN)
		if err != nil || p.IIN != knownIIN || w.asked.Load() != 3 {
			t.Errorf("%s: %v after %d attempts", form, err, w.asked.Load())
		}
	}
}
