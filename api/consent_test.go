package api_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents/conditions"
	"tamga/documents/gateways"
	register "tamga/documents/gateways/demo"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/documents/messages"
	post "tamga/documents/messages/demo"
	"tamga/documents/messages/gateway"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

const (
	registerBIN  certs.BIN = "250040999998"
	ourBIN       certs.BIN = "120741000014"
	applicantIIN           = "851300399990"
)

// counter is an office whose members of staff take applications, where the database of
// persons is asked by consent, and the demonstration's gateway brings messages.
type counter struct {
	*town
	post         *post.Gateway
	register     *register.Register
	asked        atomic.Int32 // requests that have reached the register
	staff, owner string       // sessions
}

func openCounter(t *testing.T) *counter {
	t.Helper()
	return openTown(t).counter()
}

func (w *town) counter() *counter {
	t := w.t
	t.Helper()
	o := &counter{town: w.office(), post: &post.Gateway{Prefix: "/demo/messages"}}
	desk := httptest.NewServer(o.post)
	t.Cleanup(desk.Close)
	store := o.server.Registry.Store
	o.server.Messages = &messages.Book{Store: store, Gateway: gateway.Client{Address: desk.URL + "/demo/messages"}}
	o.server.Consents = &gateways.Consents{Store: store, Verifier: o.pki.Verifier}
	checks := &gateways.Checks{Persons: o.connected(gateways.SystemPersons), Bills: &gateways.Bills{Store: store}, Consents: o.server.Consents}
	(&conditions.Answers{People: o.server.People, Letterhead: letterhead(), Others: inbox.Asks(checks)}).Wire(o.server.Applications)
	o.start(t)
	o.staff, o.owner = o.session("registrar"), o.session("applicant")
	return o
}

// connected returns a client of a system of a new register over HTTP.
func (o *counter) connected(system gateways.System) *gateways.Client {
	o.t.Helper()
	key := func(bin certs.BIN) creation.Key {
		h, err := o.pki.Authority.IssueSystem(ca.System{Name: "ЖҮЙЕ", Organisation: "«ЖҮЙЕ» ЖШС", BIN: bin, NotBefore: signtest.Now().AddDate(0, -1, 0), NotAfter: signtest.Now().AddDate(0, 1, 0)})
		if err != nil {
			o.t.Fatal(err)
		}
		return creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{o.pki.Authority.Issuing()})
	}
	o.register = &register.Register{
		Prefix: "/d", Key: key(registerBIN), Make: o.pki.Make, Verifier: o.pki.Verifier, Client: ourBIN, Now: o.now,
		Persons: []message.Fields{{"iin": applicantIIN, "surname": "ӨМІРЗАҚОВ", "givenName": "ЕРЖАН"}},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.asked.Add(1)
		o.register.ServeHTTP(w, r)
	}))
	o.t.Cleanup(s.Close)
	caller := &gateways.Caller{
		Sender: "tamga", Key: key(ourBIN), Make: o.pki.Make, Verifier: o.pki.Verifier, Now: o.now,
		Timeout: 2 * time.Second, Deadline: 2 * time.Second, Pause: time.Minute, Rest: time.Nanosecond,
	}
	c, err := caller.Connect(gateways.Peer{System: system, Form: gateways.FormJSON, Address: s.URL + "/d/" + string(system) + "/json", Service: string(system) + "_SYNC", BIN: registerBIN})
	if err != nil {
		o.t.Fatal(err)
	}
	return c
}

// waiting opens an application at the counter, which waits for the person's consent.
func (o *counter) waiting() string {
	o.t.Helper()
	a := o.ask("POST", "/v1/applications", o.staff, map[string]any{
		"service": "TEC", "channel": "provider", "form": map[string]any{"object": "кілем"},
		"applicant": map[string]any{"natural": map[string]any{"surname": "ӨМІРЗАҚОВ", "given_name": "ЕРЖАН", "patronymic": "БОЛАТҰЛЫ", "iin": applicantIIN}},
	})
	if a.code != http.StatusCreated {
		o.t.Fatalf("open: %d %v", a.code, a.body)
	}
	at := "/v1/applications/" + a.text("id")
	o.stands(o.enters(at, o.staff, "T-U-p1", "done", "registrar"), "T-U-p2")
	o.stands(o.enters(at, o.staff, "T-U-p2", "done", "registrar"), "T-U-p3")
	o.stands(o.enters(at, o.staff, "T-U-p3", "done", "registrar"), "T-U-c1")
	if c := o.ask("GET", at+"/consent", o.owner, nil); c.text("state") != "asked" {
		o.t.Fatalf("the consent: %d %v", c.code, c.body)
	}
	return at
}

func (o *counter) consents(at string, body map[string]any) said {
	o.t.Helper()
	return o.ask("POST", at+"/consent", o.owner, body)
}

// reached says where the applicant is reached.
func (o *counter) reached(at string, contact map[string]any) {
	o.t.Helper()
	if a := o.ask("PUT", at+"/contact", o.owner, contact); a.code != http.StatusOK {
		o.t.Fatalf("contact: %d %v", a.code, a.body)
	}
}

// sends asks for a code, and lets messages go to the gateway.
func (o *counter) sends(at string) {
	o.t.Helper()
	if a := o.consents(at, map[string]any{"decision": "send_code"}); a.code != http.StatusOK {
		o.t.Fatalf("send_code: %d %v", a.code, a.body)
	}
	o.delivers()
}

func (o *counter) delivers() {
	o.t.Helper()
	if _, err := o.server.Messages.Deliver(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

// behaves tells the gateway of messages how to behave.
func (o *counter) behaves(b post.Behaviour) {
	o.t.Helper()
	if err := o.post.Set(b); err != nil {
		o.t.Fatal(err)
	}
}

// code is the code of the newest message that has come to the gateway, by a channel.
func (o *counter) code(channel string, of int) string {
	o.t.Helper()
	all := o.post.Messages()
	if len(all) != of {
		o.t.Fatalf("%d messages have come, not %d: %+v", len(all), of, all)
	}
	last := all[of-1]
	code := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(last.Text)
	if code == "" || last.Channel != channel {
		o.t.Fatalf("the message is %+v", last)
	}
	return code
}

// told returns the states of the messages with a code as somebody reads them, none of
// which shows it.
func (o *counter) told(at, token string) (states string) {
	o.t.Helper()
	all, _ := o.ask("GET", at+"/messages", token, nil).body["messages"].([]any)
	for _, one := range all {
		m := one.(map[string]any)
		if text, _ := m["text"].(string); m["event"] != "consent_code" || !strings.Contains(text, "••••••") || regexp.MustCompile(`[0-9]{6}`).MatchString(text) {
			o.t.Errorf("a message is shown as %v", m)
		}
		states += m["state"].(string) + " "
	}
	return strings.TrimSpace(states)
}

// discreet holds that a code stands neither in the log nor, any more, in the messages.
func (o *counter) discreet(code string) {
	o.t.Helper()
	if strings.Contains(o.log.String(), code) {
		o.t.Error("the log has the code")
	}
	var n int
	err := o.server.Registry.Store.QueryRowContext(o.t.Context(), `SELECT COUNT(*) FROM messages WHERE text LIKE $1`, "%"+code+"%").Scan(&n)
	if err != nil || n != 0 {
		o.t.Errorf("%d messages keep the code: %v", n, err)
	}
	if err := o.server.Registry.VerifyLog(o.t.Context()); err != nil {
		o.t.Error(err)
	}
}

// A person gives his consent by a code, which comes by SMS, once, and which nobody reads
// anywhere else.
func TestConsentByCode(t *testing.T) {
	o := openCounter(t)
	at := o.waiting()
	o.refused("nobody is reached", o.consents(at, map[string]any{"decision": "send_code"}), http.StatusConflict, "consent_no_code")
	o.reached(at, map[string]any{"language": "kk", "email": "erzhan@example.kz", "phone": "+77011234567"})
	if a := o.consents(at, map[string]any{"decision": "send_code"}); a.code != http.StatusOK {
		t.Fatalf("send_code: %d %v", a.code, a.body)
	}
	if states := o.told(at, o.owner); states != "queued" {
		t.Errorf("before it is sent: %s", states)
	}
	o.delivers()
	code := o.code("sms", 1)
	for _, body := range []map[string]any{{"decision": "give", "code": code}, {"decision": "refuse"}, {"decision": "send_code"}} {
		o.refused("a member of staff for the person", o.ask("POST", at+"/consent", o.staff, body), http.StatusForbidden, "may_not_act")
	}
	o.refused("another while it counts", o.consents(at, map[string]any{"decision": "send_code"}), http.StatusConflict, "consent_no_code")
	o.told(at, o.owner)
	o.told(at, o.staff)
	o.discreet(code)
	wrong := "000000"
	if code == wrong {
		wrong = "000001"
	}
	o.refused("a wrong code", o.consents(at, map[string]any{"decision": "give", "code": wrong}), http.StatusUnprocessableEntity, "consent_code")
	if n := o.asked.Load(); n != 0 {
		t.Errorf("the database was asked %d times before the consent", n)
	}
	if a := o.consents(at, map[string]any{"decision": "give", "code": code}); a.text("state") != "given" || a.text("how") != "code" {
		t.Errorf("the right code: %d %v", a.code, a.body)
	}
	if a := o.ask("GET", at, o.staff, nil); a.text("position.step") == "T-U-c1" || o.asked.Load() != 1 {
		t.Errorf("it stands at %v, and the database was asked %d times", a.body["position"], o.asked.Load())
	}
	o.ahead.Add(int64(time.Minute))
	o.delivers()
	if all := o.post.Messages(); len(all) != 1 || all[0].Times != 1 {
		t.Errorf("the code was sent again: %+v", all)
	}
	if states := o.told(at, o.owner); states != "delivered" {
		t.Errorf("in the end: %s", states)
	}
	o.discreet(code)
}

// A code whose answer was lost is the same message when it is handed over again; one that
// no gateway took is not sent once it is over, and another one may be asked for.
func TestCodeThatIsLost(t *testing.T) {
	o := openCounter(t)
	at := o.waiting()
	o.reached(at, map[string]any{"language": "ru", "email": "erzhan@example.kz"})
	o.behaves(post.Lose)
	o.sends(at)
	code := o.code("email", 1)
	o.behaves(post.Deliver)
	o.ahead.Add(int64(time.Minute))
	o.delivers()
	if again := o.code("email", 1); again != code || o.post.Messages()[0].Times != 2 {
		t.Errorf("handed over again: %+v", o.post.Messages())
	}
	o.behaves(post.Fail)
	o.ahead.Add(int64(9*time.Minute - time.Second))
	o.refused("one counts", o.consents(at, map[string]any{"decision": "send_code"}), http.StatusConflict, "consent_no_code")
	o.ahead.Add(int64(time.Second))
	o.sends(at)
	o.behaves(post.Deliver)
	o.ahead.Add(int64(messages.CodeLife))
	o.delivers()
	o.code("email", 1)
	if states := o.told(at, o.owner); !strings.HasSuffix(states, "expired") {
		t.Errorf("a code that is over: %s", states)
	}
	o.refused("it is too old", o.consents(at, map[string]any{"decision": "give", "code": code}), http.StatusUnprocessableEntity, "consent_code")
	o.sends(at)
	if a := o.consents(at, map[string]any{"decision": "give", "code": o.code("email", 2)}); a.text("state") != "given" {
		t.Errorf("the new code: %d %v", a.code, a.body)
	}
	o.discreet(code)
}
