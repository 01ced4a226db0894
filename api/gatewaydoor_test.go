package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/gateways/message"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// A message of another system comes in by its signature in both forms, is answered by a
// signed one, and is refused by a problem or a fault; no log names the person.
func TestGatewayDoor(t *testing.T) {
	pki := signtest.New(t, ca.RSA)
	s := open(t, pki)
	const portalBIN certs.BIN = "250040999988"
	h, err := pki.Authority.IssueSystem(ca.System{Name: "ЖҮЙЕ", Organisation: "«ЖҮЙЕ» ЖШС", BIN: portalBIN, NotBefore: signtest.Now().AddDate(0, -1, 0), NotAfter: signtest.Now().AddDate(0, 1, 0)})
	if err != nil {
		t.Fatal(err)
	}
	portal := creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{pki.Authority.Issuing()})
	reg := s.server.Registry
	bills := &gateways.Bills{Store: reg.Store}
	book := &applications.Book{Register: reg, Rulebook: &rulebook.Book{Store: reg.Store}, Ask: inbox.Asks(&gateways.Checks{Bills: bills})}
	s.server.Inbox = &inbox.Box{Applications: book, Bills: bills, Caller: &gateways.Caller{Sender: "tamga", Key: portal, Make: pki.Make, Verifier: pki.Verifier, Now: s.now}}
	if err := s.server.Inbox.Know(inbox.Sender{Name: "PEP", BIN: portalBIN, Channels: []regulation.Channel{regulation.Portal}}); err != nil {
		t.Fatal(err)
	}
	s.start(t)
	m := signedRequest(t, pki)
	envelope, err := message.SOAPRequest(m)
	if err != nil {
		t.Fatal(err)
	}
	made, err := pki.Make(t.Context(), creation.Order{Form: creation.XML{File: envelope, Form: creation.XMLSOAP, KeyIdentifier: true, Validity: time.Minute}, Key: portal, Time: s.now()})
	if err != nil {
		t.Fatal(err)
	}
	m.ID = "m-2"
	payload, err := message.EncodeJSON(m)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := message.Pack(payload, pki.Detached(payload, portal))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := message.Pack(payload, pki.Detached(payload, pki.Person(signtest.Applicant())))
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		path, media string
		body        []byte
		status      int
		says        string
	}{
		"an envelope":             {"soap", "text/xml; charset=utf-8", made.File, http.StatusOK, "SCSS001"},
		"JSON":                    {"messages", "application/json", packed, http.StatusOK, `"payload"`},
		"JSON of a stranger":      {"messages", "application/json", stranger, http.StatusForbidden, "message_refused"},
		"no message":              {"messages", "application/json", []byte(`{}`), http.StatusBadRequest, "message_malformed"},
		"an envelope of nobody":   {"soap", "text/xml", envelope, http.StatusInternalServerError, "<errorCode>MALFORMED</errorCode>"},
		"an envelope as JSON":     {"soap", "application/json", made.File, http.StatusUnsupportedMediaType, "unsupported_media_type"},
		"a message that has 4 MB": {"messages", "application/json", bytes.Repeat([]byte(" "), message.MaxSize+1), http.StatusRequestEntityTooLarge, "body_too_large"},
	} {
		res, err := http.Post(s.url+"/v1/gateway/"+c.path, c.media, bytes.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != c.status || !strings.Contains(string(got), c.says) {
			t.Errorf("%s: %d %s (%v)", what, res.StatusCode, got, err)
		}
	}
	if strings.Contains(s.log.String(), "900701300108") {
		t.Error("the log names the person")
	}
}

func signedRequest(t *testing.T, pki *signtest.PKI) message.Message {
	t.Helper()
	raw, err := json.Marshal(inbox.Request{Kind: inbox.RequestKind, ID: "r-1", Service: "TEC", Channel: regulation.Portal, Applicant: documents.Holder{
		Natural: &documents.NaturalPerson{Surname: "СЕЙІТҚАЛИ", GivenName: "АЙГҮЛ", IIN: "900701300108"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return message.Message{ID: "m-1", Service: inbox.ServiceApplication, Sender: "PEP", Date: signtest.Now(), Data: message.Fields{
		"request": string(raw), "signature": base64.StdEncoding.EncodeToString(pki.Detached(raw, pki.Person(signtest.Applicant()))),
	}}
}
