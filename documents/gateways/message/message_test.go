package message

import (
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the golden envelopes anew")

func asked() Message {
	return Message{
		ID: "ccb1010b-8446-8937-913f-c87a717f6809", Service: "GBDFL_SYNC", Date: time.Date(2026, time.June, 1, 12, 0, 0, 24e6, time.UTC),
		Sender: "tamga", Password: `a&b<"`, Data: Fields{"iin": "900701300108", "name": "«Ұлы» & <дала>\n"},
	}
}

func replied() Reply {
	return Reply{ID: "r-1", Correlation: asked().ID, Date: asked().Date, Code: Success, Text: "Message has been processed successfully", Data: asked().Data}
}

// bodyOf cuts the body out of an envelope of ours, with the declaration that a canonical
// form of it has.
func bodyOf(envelope []byte) []byte {
	_, rest, _ := strings.Cut(string(envelope), "<soapenv:Body>")
	inner, _, _ := strings.Cut(rest, "</soapenv:Body>")
	return []byte(`<soapenv:Body xmlns:soapenv="` + nsSOAP11 + `">` + inner + `</soapenv:Body>`)
}

// The envelopes are pinned: a changed byte is seen.
func TestGoldenEnvelopes(t *testing.T) {
	request, err := SOAPRequest(asked())
	if err != nil {
		t.Fatal(err)
	}
	reply, err := SOAPReply(replied())
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{
		"request.xml": request, "reply.xml": reply, "fault.xml": SOAPFault(Away, "The system does not answer now"),
	} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || string(want) != string(got) {
			t.Errorf("%s differs (%v):\n%s", path, err, got)
		}
	}
}

// What goes in comes out, in both forms.
func TestRoundTrip(t *testing.T) {
	envelope, err := SOAPRequest(asked())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadSOAPRequest(bodyOf(envelope)); err != nil || !reflect.DeepEqual(got, asked()) {
		t.Errorf("the envelope says %+v, %v", got, err)
	}
	if envelope, err = SOAPReply(replied()); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadSOAPReply(bodyOf(envelope)); err != nil || !reflect.DeepEqual(got, replied()) {
		t.Errorf("the reply says %+v, %v", got, err)
	}
	payload, err := EncodeJSON(asked())
	if err != nil {
		t.Fatal(err)
	}
	want := asked()
	want.Password = "" // of the envelope only
	if got, err := DecodeJSON(payload); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("JSON says %+v, %v", got, err)
	}
	packed, err := Pack(payload, []byte("signature"))
	if err != nil {
		t.Fatal(err)
	}
	if p, s, err := Unpack(packed); err != nil || string(p) != string(payload) || string(s) != "signature" {
		t.Errorf("unpacked: %v", err)
	}
}

// The shape that members of the gateway send: other prefixes, a route, a session and
// properties, which are the gateway's own.
func TestEnvelopesOfOthers(t *testing.T) {
	m, err := ReadSOAPRequest([]byte(`<SOAP-ENV:Body xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/" Id="b">
		<ns3:SendMessage xmlns:ns3="http://bip.bee.kz/SyncChannel/v10/Types" xmlns=""><request><requestInfo>
		<messageId>m-1</messageId><correlationId/><serviceId>S</serviceId><messageDate>2019-12-25T18:48:21.024+06:00</messageDate><routeId>r</routeId>
		<sender><senderId>smartbridge</senderId><password>123</password></sender><sessionId>{s}</sessionId>
		<properties><key>CONNECTOR_CLIENT</key><value>true</value></properties></requestInfo>
		<requestData><ns4:data xmlns:ns4="http://bip.bee.kz/SyncChannel/v10/Interfaces"><iin>1</iin></ns4:data></requestData></request></ns3:SendMessage></SOAP-ENV:Body>`))
	if err != nil || m.ID != "m-1" || m.Sender != "smartbridge" || m.Data["iin"] != "1" || m.Date.Hour() != 12 {
		t.Errorf("%+v, %v", m, err)
	}
}

// Envelopes that two readers would read as two messages are refused.
func TestHostileEnvelopes(t *testing.T) {
	envelope, err := SOAPRequest(asked())
	if err != nil {
		t.Fatal(err)
	}
	good := string(bodyOf(envelope))
	for what, edit := range map[string][2]string{
		"two message ids":    {"<messageId>", "<messageId>other</messageId><messageId>"},
		"two fields":         {"<iin>", "<iin>1</iin><iin>"},
		"a field in a field": {"<iin>", "<iin><b/>"},
		"two data":           {"<data>", "<data></data><data>"},
		"two requests":       {"<request>", "<request></request><request>"},
		"another namespace":  {nsSync, "http://bip.bee.kz/SyncChannel/v11/Types"},
		"no sender":          {"<senderId>tamga</senderId>", ""},
		"no date":            {"2026-06-01T12:00:00.024Z", "2026-06-01"},
		"a document type":    {"<soapenv:Body", "<!DOCTYPE a [<!ENTITY b \"c\">]><soapenv:Body"},
		"text beside":        {"<data>", "<data>x"},
		"an id with a blank": {asked().ID, "a b"},
		"another root":       {"soapenv:Body", "soapenv:Header"},
		"two contents":       {"</soapenv:Body>", "<a/></soapenv:Body>"},
		"cut off":            {"</soapenv:Body>", ""},
	} {
		bad := strings.ReplaceAll(good, edit[0], edit[1])
		if bad == good {
			t.Errorf("%s changes nothing", what)
		}
		if _, err := ReadSOAPRequest([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// A fault is told by its code, signed or not.
func TestFaults(t *testing.T) {
	fault := SOAPFault(Refused, "no")
	if f := FaultOf(fault); f == nil || f.Code != Refused {
		t.Errorf("the fault is %v", f)
	}
	var told *FaultError
	if _, err := ReadSOAPReply(bodyOf(fault)); !errors.As(err, &told) || told.Code != Refused {
		t.Errorf("the body of a fault: %v", err)
	}
	envelope, err := SOAPReply(replied())
	if err != nil || FaultOf(envelope) != nil {
		t.Errorf("a reply is a fault: %v", err)
	}
}

// Each limit at its last value and one beyond.
func TestLimits(t *testing.T) {
	for length, fits := range map[int]bool{1: true, 64: true, 65: false, 0: false} {
		m := asked()
		m.ID = strings.Repeat("a", length)
		if err := m.Check(); (err == nil) != fits || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("an id of %d: %v", length, err)
		}
	}
	for count, fits := range map[int]bool{maxFields: true, maxFields + 1: false} {
		m := asked()
		m.Data = Fields{}
		for i := range count {
			m.Data["f"+strings.Repeat("x", i%60)+string(rune('a'+i/60))] = ""
		}
		if err := m.Check(); len(m.Data) != count || (err == nil) != fits || err != nil && !errors.Is(err, ErrMalformed) {
			t.Errorf("%d fields: %v", len(m.Data), err)
		}
	}
	for _, bad := range []string{`{"payload":"YQ","signature":"YQ=="}`, `{"payload":"YQ==","signature":""}`, `{"payload":"YQ==","Payload":"YQ==","signature":"YQ=="}`, `{}`, `null`, "{\"payload\":\"\xff\"}"} {
		if _, _, err := Unpack([]byte(bad)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Whatever is read can be written, and says the same when it is read again.
func FuzzRead(f *testing.F) {
	envelope, err := SOAPRequest(asked())
	if err != nil {
		f.Fatal(err)
	}
	payload, err := EncodeJSON(asked())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bodyOf(envelope))
	f.Add(payload)
	f.Add(bodyOf(SOAPFault(Away, "x")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := ReadSOAPRequest(b); err == nil {
			again, err := SOAPRequest(m)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ReadSOAPRequest(bodyOf(again)); err != nil || !reflect.DeepEqual(got, m) {
				t.Fatalf("%+v became %+v, %v", m, got, err)
			}
		}
		if m, err := DecodeJSON(b); err == nil {
			again, err := EncodeJSON(m)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := DecodeJSON(again); err != nil || !reflect.DeepEqual(got, m) {
				t.Fatalf("%+v became %+v, %v", m, got, err)
			}
		}
		_, _ = ReadSOAPReply(b)
		_ = FaultOf(b)
	})
}
