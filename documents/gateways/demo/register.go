// Package demo is the state systems of the demonstration: one register that answers for
// the databases of persons and organisations, the notaries and the payment gateway, in
// both forms of messages, over real HTTP. It can be told how to behave, so that people
// and tests see what an outage does. Its persons are fictional.
//
// A newcomer starts with [Register], whose ServeHTTP answers at
// {prefix}/{system}/{form} and, where [Register.Control] is set, at {prefix}/control.
package demo

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tamga/certs"
	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
	"tamga/signing"
	"tamga/signing/creation"
)

// Behaviour is how a system answers.
type Behaviour string

// The behaviours.
const (
	Answer           Behaviour = "answer"            // the truth; the default
	NoData           Behaviour = "no_data"           // that it has nothing
	Fail             Behaviour = "fail"              // status 503
	Garbage          Behaviour = "garbage"           // bytes that are no message
	Fault            Behaviour = "fault"             // an error code; of SOAP a fault
	WrongSignature   Behaviour = "wrong_signature"   // an answer that another key has signed
	WrongCorrelation Behaviour = "wrong_correlation" // an answer to another message
	Hang             Behaviour = "hang"              // nothing, until the caller gives up
)

// behaviours is read only.
var behaviours = []Behaviour{Answer, NoData, Fail, Garbage, Fault, WrongSignature, WrongCorrelation, Hang}

// Portal is another portal, which sends applications and is told what becomes of them.
const Portal gateways.System = "PEP"

// systems are those that answer.
func systems() []gateways.System { return append(gateways.Systems(), Portal) }

// Power is a power of attorney that the register knows.
type Power struct{ Number, Principal, Agent, From, Until, May string }

// Register is the systems. Its exported fields are not changed after the first request.
type Register struct {
	Prefix   string // of its addresses, such as "/demo/gateways"
	Key      creation.Key
	WrongKey creation.Key // signs what is to be signed wrongly
	Make     func(context.Context, creation.Order) (creation.Made, error)
	Verifier *signing.Verifier
	Client   certs.BIN        // of the organisation whose certificate signs what is asked
	Now      func() time.Time // time.Now when nil
	Run      string           // in the names of its payments, which no other run of it has given
	Control  bool             // anybody may tell it how to behave, pay, and put its clock forward
	// Forward puts the clock that Now reads forward to a moment; nil where nobody can.
	Forward func(until time.Time) error

	Persons       []message.Fields // by "iin"
	Organisations []message.Fields // by "bin"
	Powers        []Power

	mu        sync.Mutex
	behaves   map[gateways.System]Behaviour
	answered  map[string]answered // by system, sender and message id
	payments  []message.Fields
	tidings   []message.Fields // that the portal got
	instances int
}

// answered is what a message was and got.
type answered struct {
	sum   [32]byte
	reply message.Reply
}

// Set tells a system how to behave from now on. Unknown ones are refused.
func (r *Register) Set(s gateways.System, b Behaviour) error {
	if !slices.Contains(systems(), s) || !slices.Contains(behaviours, b) {
		return errors.New("there is no such system or behaviour")
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.behaves == nil {
		r.behaves = map[gateways.System]Behaviour{}
	}
	r.behaves[s] = b
	return nil
}

func (r *Register) behaviour(s gateways.System) Behaviour {
	r.mu.Lock()
	defer r.mu.Unlock()
	if b, ok := r.behaves[s]; ok {
		return b
	}
	return Answer
}

func (r *Register) now() time.Time {
	if r.Now == nil {
		return time.Now()
	}
	return r.Now()
}

// ServeHTTP answers a message, or the control of the demonstration.
func (r *Register) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path := strings.TrimPrefix(strings.TrimPrefix(req.URL.Path, r.Prefix), "/")
	if req.Method != http.MethodPost {
		http.Error(w, "only POST is answered", http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, message.MaxSize))
	if err != nil {
		http.Error(w, "the body is too large, or did not come", http.StatusRequestEntityTooLarge)
		return
	}
	if path == "control" && r.Control {
		r.control(w, body)
		return
	}
	system, form, _ := strings.Cut(path, "/")
	for _, s := range systems() {
		if string(s) == system && (form == string(gateways.FormJSON) || form == string(gateways.FormSOAP)) {
			r.serve(w, req, exchange{s, gateways.Form(form), body})
			return
		}
	}
	http.NotFound(w, req)
}

// exchange is a message as it came.
type exchange struct {
	system gateways.System
	form   gateways.Form
	body   []byte
}

func (r *Register) serve(w http.ResponseWriter, req *http.Request, x exchange) {
	b := r.behaviour(x.system)
	switch b {
	case Hang:
		<-req.Context().Done()
		return
	case Fail:
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	case Garbage:
		r.send(w, x.form, http.StatusOK, []byte("<<{garbage"))
		return
	case Fault:
		if x.form == gateways.FormSOAP {
			r.send(w, x.form, http.StatusInternalServerError, message.SOAPFault(message.Away, "out of order"))
			return
		}
	}
	m, code := r.read(req.Context(), x)
	reply := message.Reply{ID: m.ID, Correlation: m.ID, Date: r.now(), Code: code}
	if m.ID == "" {
		reply.ID, reply.Correlation = "unread", ""
	}
	if code == message.Success {
		reply = r.once(x.system, m)
	}
	key := r.Key
	switch b {
	case NoData:
		reply.Code, reply.Data = message.NoData, nil
	case Fault:
		reply.Code, reply.Data = message.Away, nil
	case WrongCorrelation:
		reply.ID, reply.Correlation = "of-another", "of-another"
	case WrongSignature:
		key = r.WrongKey
	}
	r.reply(req.Context(), w, x.form, key, reply)
}

// read verifies a message and reads what was signed of it.
func (r *Register) read(ctx context.Context, x exchange) (message.Message, message.Code) {
	file, content := x.body, []byte(nil)
	if x.form == gateways.FormJSON {
		payload, signature, err := message.Unpack(x.body)
		if err != nil {
			return message.Message{}, message.Malformed
		}
		file, content = signature, payload
	}
	v, err := r.Verifier.Verify(ctx, file, signing.Question{Content: content, BIN: r.Client, At: r.now()})
	if err != nil || !v.Passed() || len(v.Signers) != 1 {
		return message.Message{}, message.Unsigned
	}
	var m message.Message
	if x.form == gateways.FormJSON {
		m, err = message.DecodeJSON(content)
	} else if body, signed := gateways.SignedBody(v); signed == nil {
		m, err = message.ReadSOAPRequest(body)
	} else {
		return message.Message{}, message.Unsigned
	}
	if err != nil {
		return message.Message{}, message.Malformed
	}
	return m, message.Success
}

// once answers a message, the same one always alike.
func (r *Register) once(s gateways.System, m message.Message) message.Reply {
	r.mu.Lock()
	defer r.mu.Unlock()
	key, sum := string(s)+"\x00"+m.Sender+"\x00"+m.ID, sha256.Sum256([]byte(fmt.Sprint(m.Service, m.Data)))
	if before, ok := r.answered[key]; ok {
		if before.sum != sum {
			return message.Reply{ID: m.ID, Correlation: m.ID, Date: r.now(), Code: message.Reused}
		}
		return before.reply
	}
	data, code := r.answer(s, m.Data)
	reply := message.Reply{ID: m.ID, Correlation: m.ID, Date: r.now(), Code: code, Data: data}
	if r.answered == nil {
		r.answered = map[string]answered{}
	}
	r.answered[key] = answered{sum, reply}
	return reply
}

// answer looks a question up.
func (r *Register) answer(s gateways.System, asked message.Fields) (message.Fields, message.Code) {
	switch s {
	case gateways.SystemPersons:
		return find(r.Persons, "iin", asked["iin"])
	case gateways.SystemOrganisations:
		return find(r.Organisations, "bin", asked["bin"])
	case gateways.SystemNotaries:
		for _, p := range r.Powers {
			if p.Number == asked["number"] && p.Principal == asked["principal"] && p.Agent == asked["agent"] {
				return message.Fields{"number": p.Number, "principal": p.Principal, "agent": p.Agent, "from": p.From, "until": p.Until, "may": p.May}, message.Success
			}
		}
		return nil, message.NoData
	}
	if s == Portal {
		r.tidings = append(r.tidings, asked)
		return nil, message.Success
	}
	if asked["act"] == "create" {
		return r.bill(asked)
	}
	return find(r.payments, "payment", asked["payment"])
}

func find(all []message.Fields, name, value string) (message.Fields, message.Code) {
	for _, f := range all {
		if value != "" && f[name] == value {
			return f, message.Success
		}
	}
	return nil, message.NoData
}

// bill opens a payment.
func (r *Register) bill(asked message.Fields) (message.Fields, message.Code) {
	if tenge, err := strconv.Atoi(asked["tenge"]); err != nil || tenge <= 0 || asked["application"] == "" || asked["purpose"] == "" {
		return nil, message.Refused
	}
	r.instances++
	id := "pay-" + r.Run + strconv.Itoa(r.instances)
	p := message.Fields{
		"payment": id, "application": asked["application"], "tenge": asked["tenge"], "purpose": asked["purpose"],
		"state": string(gateways.PaymentOpen), "redirect": r.Prefix + "/pay/" + id,
	}
	r.payments = append(r.payments, p)
	return p, message.Success
}

// Pay pays a payment: a sum, zero for the one that was asked for.
func (r *Register) Pay(id string, tenge int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, p := range r.payments {
		if p["payment"] != id || p["state"] != string(gateways.PaymentOpen) {
			continue
		}
		paid := message.Fields{}
		for name, value := range p {
			paid[name] = value
		}
		if tenge != 0 {
			paid["tenge"] = strconv.Itoa(tenge)
		}
		paid["state"], paid["receipt"], paid["paidAt"] = string(gateways.PaymentPaid), "receipt-"+id, r.now().UTC().Format(time.RFC3339)
		delete(paid, "redirect")
		r.payments[i] = paid
		return nil
	}
	return errors.New("there is no such payment that is open")
}

// Told returns what the portal was told, in the order in which it came.
func (r *Register) Told() []message.Fields {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tidings)
}

// told is what the register is told: {"system", "behaviour"}, {"pay", "tenge"}, {"until"},
// to which its clock is put forward, {"told": true}, which is answered with what the portal
// was told, or {"clock": true}, with what time it is.
type told struct {
	System    gateways.System `json:"system"`
	Behaviour Behaviour       `json:"behaviour"`
	Pay       string          `json:"pay"`
	Tenge     int             `json:"tenge"`
	Until     time.Time       `json:"until"`
	Told      bool            `json:"told"`
	Clock     bool            `json:"clock"`
}

// control does what it is told.
func (r *Register) control(w http.ResponseWriter, body []byte) {
	var in told
	err := json.Unmarshal(body, &in)
	var answer any
	switch {
	case err != nil:
	case in.Told:
		answer = r.Told()
	case in.Clock:
		answer = map[string]time.Time{"now": r.now()}
	case in.Pay != "":
		err = r.Pay(in.Pay, in.Tenge)
	case !in.Until.IsZero() && r.Forward == nil:
		err = errors.New("nobody can put this clock forward")
	case !in.Until.IsZero():
		err = r.Forward(in.Until)
	default:
		err = r.Set(in.System, in.Behaviour)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // the caller has gone
}

// reply signs a reply and sends it.
func (r *Register) reply(ctx context.Context, w http.ResponseWriter, form gateways.Form, key creation.Key, reply message.Reply) {
	body, err := r.signed(ctx, form, key, reply)
	if err != nil {
		http.Error(w, "the register cannot sign", http.StatusInternalServerError)
		return
	}
	r.send(w, form, http.StatusOK, body)
}

func (r *Register) signed(ctx context.Context, form gateways.Form, key creation.Key, reply message.Reply) ([]byte, error) {
	return (&gateways.Caller{Key: key, Make: r.Make, Now: r.now}).Reply(ctx, form, reply)
}

func (r *Register) send(w http.ResponseWriter, form gateways.Form, status int, body []byte) {
	media := "application/json"
	if form == gateways.FormSOAP {
		media = "text/xml; charset=utf-8"
	}
	w.Header().Set("Content-Type", media)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller has gone
}
