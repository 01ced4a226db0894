package inbox_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/documents/regulation"
	"tamga/signing/creation"
)

// bad is a message that is refused, and by which code.
type bad struct {
	form gateways.Form
	body []byte
	want message.Code
}

// edited is an envelope that was changed after it was signed.
func edited(t *testing.T, envelope []byte, from, to string) []byte {
	t.Helper()
	out := bytes.Replace(envelope, []byte(from), []byte(to), 1)
	if bytes.Equal(out, envelope) {
		t.Errorf("%q is not in the envelope", from)
	}
	return out
}

// between cuts a part out of an envelope.
func between(envelope []byte, from, to string) string {
	_, rest, _ := strings.Cut(string(envelope), from)
	inner, _, _ := strings.Cut(rest, to)
	return from + inner + to
}

// envelopes are those that are no message of anybody.
func (p *post) envelopes(t *testing.T) map[string]bad {
	good := p.applied(gateways.FormSOAP, "m-1", request("r-1", "TEC"))
	soap := func(body []byte, want message.Code) bad { return bad{gateways.FormSOAP, body, want} }
	body := between(good, "<soapenv:Body", "</soapenv:Body>")
	header := between(good, "<soapenv:Header", "</soapenv:Header>")
	forged := strings.Replace(body, "m-1", "m-2", 1)
	var laughs strings.Builder
	laughs.WriteString(`<!DOCTYPE a [<!ENTITY a0 "ha">`)
	for i := range 9 {
		laughs.WriteString(`<!ENTITY a` + string(rune('1'+i)) + ` "` + strings.Repeat("&a"+string(rune('0'+i))+";", 10) + `">`)
	}
	laughs.WriteString("]>")
	unsigned, err := message.SOAPRequest(letter("m-1", inbox.ServiceApplication, "PEP", p.asks(request("r-1", "TEC"), p.own)))
	must(t, err)
	sign := func(m message.Message, key creation.Key) []byte { return p.packed(gateways.FormSOAP, m, key) }
	return map[string]bad{
		"nothing":                   soap(nil, message.Malformed),
		"no XML":                    soap([]byte("hello"), message.Malformed),
		"JSON":                      soap(p.applied(gateways.FormJSON, "m-1", request("r-1", "TEC")), message.Malformed),
		"cut off":                   soap(good[:len(good)-20], message.Malformed),
		"too long":                  soap(append(bytes.Clone(good), bytes.Repeat([]byte(" "), message.MaxSize)...), message.Malformed),
		"not signed":                soap(unsigned, message.Malformed),
		"a document type":           soap(edited(t, good, "<soapenv:Envelope", `<!DOCTYPE a [<!ENTITY b "c">]><soapenv:Envelope`), message.Malformed),
		"an outside entity":         soap(edited(t, good, "<soapenv:Envelope", `<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><soapenv:Envelope`), message.Malformed),
		"entities of entities":      soap(edited(t, good, "<soapenv:Envelope", laughs.String()+"<soapenv:Envelope"), message.Malformed),
		"another id after signing":  soap(edited(t, good, ">m-1<", ">m-2<"), message.Unsigned),
		"another field after":       soap(edited(t, good, "<request>", "<request> "), message.Unsigned),
		"the body wrapped away":     soap([]byte(strings.Replace(strings.Replace(string(good), body, forged, 1), "</soapenv:Header>", "<x>"+body+"</x></soapenv:Header>", 1)), message.Malformed),
		"a second body":             soap([]byte(strings.Replace(string(good), body, forged+body, 1)), message.Malformed),
		"a second header":           soap([]byte(strings.Replace(string(good), header, header+"<soapenv:Header/>", 1)), message.Malformed),
		"of another organisation":   soap(sign(letter("m-1", inbox.ServiceApplication, "PEP", p.asks(request("r-1", "TEC"), p.own)), p.register.Key), message.Unsigned),
		"of a person":               soap(sign(letter("m-1", inbox.ServiceApplication, "PEP", p.asks(request("r-1", "TEC"), p.own)), p.own), message.Unsigned),
		"of a sender nobody knows":  soap(sign(letter("m-1", inbox.ServiceApplication, "PEP2", message.Fields{}), p.portal), message.Unknown),
		"of a sender in small type": soap(sign(letter("m-1", inbox.ServiceApplication, "pep", message.Fields{}), p.portal), message.Unknown),
	}
}

// Envelopes that nobody whom we know has sent as they are, are refused by what is wrong
// with them, and nothing comes of them.
func TestBadEnvelopes(t *testing.T) {
	p := open(t, t.TempDir()+"/register.sqlite")
	for what, b := range p.envelopes(t) {
		a, err := p.Take(t.Context(), b.form, b.body)
		var refused *inbox.RefusedError
		if !errors.As(err, &refused) || refused.Code != b.want || len(a.Body) != 0 {
			t.Errorf("%s: %v, not %s", what, err, b.want)
		}
		if err != nil && strings.Contains(err.Error(), string(knownIIN)) {
			t.Errorf("%s: the reason names the person", what)
		}
	}
	if n := p.count("applications"); n != 0 {
		t.Errorf("there are %d applications", n)
	}
	late := letter("m-9", inbox.ServiceApplication, "PEP", p.asks(request("r-9", "TEC"), p.own))
	old := p.packed(gateways.FormSOAP, late, p.portal)
	p.advance(4 * time.Minute) // a comment is no part of what is signed
	if a, err := p.Take(t.Context(), gateways.FormSOAP, edited(t, old, "<request>", "<request><!-- -->")); err != nil || a.Code != message.Success {
		t.Errorf("a message that comes late, with a comment: %s, %v", a.Code, err)
	}
	p.advance(time.Hour)
	var refused *inbox.RefusedError
	if _, err := p.Take(t.Context(), gateways.FormSOAP, old); !errors.As(err, &refused) || !refused.Code.Later() {
		t.Errorf("an envelope that has run out: %v", err)
	}
	if a, err := p.Take(t.Context(), gateways.FormSOAP, p.packed(gateways.FormSOAP, late, p.portal)); err != nil || !a.Replayed {
		t.Errorf("the same message, signed anew: %s, %v", a.Code, err)
	}
}

// Requests that a known sender brings and that ask for what cannot be done are answered
// under our signature by what is wrong with them, the same again, and open nothing.
func TestBadRequests(t *testing.T) {
	p := open(t, t.TempDir()+"/register.sqlite")
	stranger, operator := p.operator(ourBIN), p.operator(portalBIN)
	with := func(edit func(*inbox.Request)) message.Fields {
		q := request("r", "TEC")
		edit(&q)
		return p.asks(q, p.own)
	}
	altered := p.asks(request("r", "TEC"), p.own)
	altered["request"] = strings.Replace(altered["request"], `"id":"r"`, `"id":"s"`, 1)
	without := p.asks(request("r", "TEC"), p.own)
	delete(without, "signature")
	twice := p.asks(request("r", "TEC"), p.own)
	twice["request"] = strings.Replace(twice["request"], `"id":"r"`, `"id":"r","ID":"s"`, 1)
	for what, c := range map[string]struct {
		data message.Fields
		want message.Code
	}{
		"nothing":                       {message.Fields{}, message.Malformed},
		"no signature":                  {without, message.Malformed},
		"altered after it was signed":   {altered, message.Unsigned},
		"a member twice":                {twice, message.Malformed},
		"signed by another person":      {p.asks(request("r", "TEC"), stranger), message.Unsigned},
		"signed by the portal":          {p.asks(request("r", "TEC"), p.portal), message.Unsigned},
		"of another kind":               {with(func(q *inbox.Request) { q.Kind = "tamga consent 1" }), message.Malformed},
		"without an id":                 {with(func(q *inbox.Request) { q.ID = "" }), message.Malformed},
		"of a service that is not":      {with(func(q *inbox.Request) { q.Service = "XYZ" }), message.Refused},
		"by the provider's counter":     {with(func(q *inbox.Request) { q.Channel = regulation.Provider }), message.NoService},
		"with an operator at a portal":  {with(func(q *inbox.Request) { q.Operator = "ОМАРОВА БОТА" }), message.Malformed},
		"for an organisation":           {with(func(q *inbox.Request) { q.Applicant = organisation() }), message.Unsigned},
		"without an applicant":          {with(func(q *inbox.Request) { q.Applicant.Natural = nil }), message.Refused},
		"with a form that is none":      {with(func(q *inbox.Request) { q.Form = []byte(`[1]`) }), message.Malformed},
		"of an operator from elsewhere": {p.asks(centre("r", "LIC-ISSUE"), stranger), message.Unsigned},
		"of another operator": {p.asks(func() inbox.Request {
			q := centre("r", "LIC-ISSUE")
			q.Operator = "БАСҚА АДАМ"
			return q
		}(), operator), message.Unsigned},
	} {
		for _, form := range forms {
			body := p.packed(form, letter("m-"+idOf(what), inbox.ServiceApplication, "PEP", c.data), p.portal)
			if form == gateways.FormSOAP {
				body = p.packed(form, letter("s-"+idOf(what), inbox.ServiceApplication, "PEP", c.data), p.portal)
			}
			a, err := p.Take(t.Context(), form, body)
			if err != nil || a.Code != c.want || len(a.Body) == 0 {
				t.Errorf("%s in %s: %s %v, not %s", what, form, a.Code, err, c.want)
				continue
			}
			again, err := p.Take(t.Context(), form, body)
			if err != nil || !again.Replayed || !bytes.Equal(again.Body, a.Body) {
				t.Errorf("%s in %s, again: %s %v", what, form, again.Code, err)
			}
			if bytes.Contains(a.Body, []byte(knownIIN)) {
				t.Errorf("%s in %s: the answer names the person", what, form)
			}
		}
	}
	if n := p.count("applications"); n != 0 {
		t.Errorf("there are %d applications", n)
	}
	p.verified()
}

// idOf makes an id of a text.
func idOf(what string) string {
	return strings.ReplaceAll(strings.ReplaceAll(what, " ", "-"), "'", "")
}

// A sender that is set up in a way that cannot work is refused, and its neighbour is not.
func TestSenders(t *testing.T) {
	good := inbox.Sender{Name: "PEP", BIN: portalBIN, Channels: []regulation.Channel{regulation.Portal}}
	for what, edit := range map[string]func(*inbox.Sender){
		"no name": func(s *inbox.Sender) { s.Name = "" }, "a name with a blank": func(s *inbox.Sender) { s.Name = "P P" },
		"no BIN": func(s *inbox.Sender) { s.BIN = "" }, "nothing to send": func(s *inbox.Sender) { s.Channels = nil },
		"the counter": func(s *inbox.Sender) { s.Channels = []regulation.Channel{regulation.Provider} },
		"told by no address": func(s *inbox.Sender) {
			s.Tell = gateways.Peer{System: "PEP", Form: gateways.FormJSON, Service: "S", BIN: portalBIN}
		},
	} {
		s := good
		edit(&s)
		if err := (&inbox.Box{Caller: &gateways.Caller{}}).Know(s); !errors.Is(err, gateways.ErrSetting) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := (&inbox.Box{Caller: &gateways.Caller{}}).Know(good, good); !errors.Is(err, gateways.ErrSetting) {
		t.Errorf("a sender twice: %v", err)
	}
	must(t, (&inbox.Box{Caller: &gateways.Caller{}}).Know(good))
}
