package message

import (
	"encoding/xml"
	"strings"

	"tamga/signing/xmldsig/xmltree"
)

// The namespaces of the envelope: SOAP's two, and that of the gateway's synchronous
// channel, as its members' public programs write it.
const (
	nsSOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
	nsSOAP12 = "http://www.w3.org/2003/05/soap-envelope"
	nsSync   = "http://bip.bee.kz/SyncChannel/v10/Types"
)

// FaultError is a fault of SOAP with the code that its detail or faultcode names.
type FaultError struct{ Code Code }

func (e *FaultError) Error() string { return "the receiver answers with the fault " + string(e.Code) }

// SOAPRequest returns a message in the envelope of the gateway, which WS-Security signs
// afterwards.
func SOAPRequest(m Message) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	w := &writer{}
	w.open("typ:SendMessage", ` xmlns:typ="`+nsSync+`"`)
	w.open("request", "")
	w.open("requestInfo", "")
	w.element("messageId", m.ID)
	if m.Correlation != "" {
		w.element("correlationId", m.Correlation)
	}
	w.element("serviceId", m.Service)
	w.element("messageDate", moment(m.Date))
	w.open("sender", "")
	w.element("senderId", m.Sender)
	w.element("password", m.Password)
	w.close("sender")
	w.close("requestInfo")
	w.data("requestData", m.Data)
	w.close("request")
	w.close("typ:SendMessage")
	return w.envelope(), nil
}

// SOAPReply returns a reply in the envelope of the gateway.
func SOAPReply(r Reply) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	w := &writer{}
	w.open("typ:SendMessageResponse", ` xmlns:typ="`+nsSync+`"`)
	w.open("response", "")
	w.open("responseInfo", "")
	if r.ID != "" {
		w.element("messageId", r.ID)
	}
	if r.Correlation != "" {
		w.element("correlationId", r.Correlation)
	}
	w.element("responseDate", moment(r.Date))
	w.open("status", "")
	w.element("code", string(r.Code))
	w.element("message", r.Text)
	w.close("status")
	w.close("responseInfo")
	w.data("responseData", r.Data)
	w.close("response")
	w.close("typ:SendMessageResponse")
	return w.envelope(), nil
}

// SOAPFault returns the fault that says a code, before anything of the message counts.
func SOAPFault(code Code, text string) []byte {
	who := "Client"
	if code.Later() {
		who = "Server"
	}
	w := &writer{}
	w.open("soapenv:Fault", "")
	w.element("faultcode", "soapenv:"+who)
	w.element("faultstring", text)
	w.open("detail", "")
	w.open("typ:SendMessageFault1_SendMessageFault", ` xmlns:typ="`+nsSync+`"`)
	w.element("errorCode", string(code))
	w.element("errorMessage", text)
	w.close("typ:SendMessageFault1_SendMessageFault")
	w.close("detail")
	w.close("soapenv:Fault")
	return w.envelope()
}

// writer writes what stands in the body of an envelope.
type writer struct{ b strings.Builder }

func (w *writer) open(name, attributes string) { w.b.WriteString("<" + name + attributes + ">") }
func (w *writer) close(name string)            { w.b.WriteString("</" + name + ">") }

func (w *writer) element(name, text string) {
	w.open(name, "")
	_ = xml.EscapeText(&w.b, []byte(text)) // a strings.Builder never fails
	w.close(name)
}

func (w *writer) data(around string, f Fields) {
	w.open(around, "")
	w.open("data", "")
	for _, name := range f.names() {
		w.element(name, f[name])
	}
	w.close("data")
	w.close(around)
}

func (w *writer) envelope() []byte {
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<soapenv:Envelope xmlns:soapenv="` + nsSOAP11 +
		`"><soapenv:Header></soapenv:Header><soapenv:Body>` + w.b.String() + `</soapenv:Body></soapenv:Envelope>`)
}

// ReadSOAPRequest reads a message out of the body of an envelope: the element Body, as
// it was signed. The error is [ErrMalformed].
func ReadSOAPRequest(body []byte) (Message, error) {
	content, err := contentOf(body)
	if err != nil {
		return Message{}, err
	}
	if !content.Is(nsSync, "SendMessage") {
		return Message{}, malformed("the body holds no SendMessage")
	}
	info, data, err := parts(content, "request")
	if err != nil {
		return Message{}, err
	}
	head, err := members(info, "messageId", "correlationId", "serviceId", "messageDate", "sender")
	if err != nil {
		return Message{}, err
	}
	sender, err := members(head["sender"], "senderId", "password")
	if err != nil {
		return Message{}, err
	}
	m := Message{
		ID: textOf(head["messageId"]), Correlation: textOf(head["correlationId"]), Service: textOf(head["serviceId"]),
		Sender: textOf(sender["senderId"]), Password: textOf(sender["password"]),
	}
	if m.Date, err = parseMoment(textOf(head["messageDate"])); err != nil {
		return Message{}, err
	}
	if m.Data, err = fieldsOf(data); err != nil {
		return Message{}, err
	}
	return m, m.Check()
}

// ReadSOAPReply reads a reply out of the body of an envelope. A fault is a
// *[FaultError], anything else that is no reply [ErrMalformed].
func ReadSOAPReply(body []byte) (Reply, error) {
	content, err := contentOf(body)
	if err != nil {
		return Reply{}, err
	}
	if content.Is(content.Parent().Space(), "Fault") {
		return Reply{}, faultOf(content)
	}
	if !content.Is(nsSync, "SendMessageResponse") {
		return Reply{}, malformed("the body holds no SendMessageResponse")
	}
	info, data, err := parts(content, "response")
	if err != nil {
		return Reply{}, err
	}
	head, err := members(info, "messageId", "correlationId", "responseDate", "status")
	if err != nil {
		return Reply{}, err
	}
	status, err := members(head["status"], "code", "message")
	if err != nil {
		return Reply{}, err
	}
	r := Reply{
		ID: textOf(head["messageId"]), Correlation: textOf(head["correlationId"]),
		Code: Code(textOf(status["code"])), Text: textOf(status["message"]),
	}
	if r.Date, err = parseMoment(textOf(head["responseDate"])); err != nil {
		return Reply{}, err
	}
	if r.Data, err = fieldsOf(data); err != nil {
		return Reply{}, err
	}
	return r, r.Check()
}

// FaultOf reads the fault in a whole envelope, signed or not: it decides nothing but
// that there is no answer. It is nil for anything else.
func FaultOf(envelope []byte) *FaultError {
	tree, err := xmltree.Parse(envelope)
	if err != nil || tree.Root().Local() != "Envelope" {
		return nil
	}
	for _, body := range tree.Root().Elements() {
		for _, n := range body.Elements() {
			if body.Local() == "Body" && n.Is(tree.Root().Space(), "Fault") {
				return faultOf(n)
			}
		}
	}
	return nil
}

func faultOf(fault *xmltree.Node) *FaultError {
	var code string
	var visit func(*xmltree.Node)
	visit = func(n *xmltree.Node) {
		if name := n.Local(); code == "" && (name == "errorCode" || name == "code") {
			code = textOf(n)
		}
		for _, c := range n.Elements() {
			visit(c)
		}
	}
	visit(fault)
	if !identifier(code) {
		code = string(NoCode)
	}
	return &FaultError{Code(code)}
}

// contentOf returns the one element in the element Body.
func contentOf(body []byte) (*xmltree.Node, error) {
	if len(body) > MaxSize {
		return nil, malformed("it is longer than %d bytes", MaxSize)
	}
	tree, err := xmltree.Parse(body)
	if err != nil {
		return nil, malformed("it is no XML that is read here")
	}
	root := tree.Root()
	all := root.Elements()
	if !root.Is(nsSOAP11, "Body") && !root.Is(nsSOAP12, "Body") || len(all) != 1 || strings.TrimSpace(root.Text()) != "" {
		return nil, malformed("it is no body of SOAP with one element")
	}
	return all[0], nil
}

// parts returns the info and the data of a request or a response.
func parts(content *xmltree.Node, what string) (info, data *xmltree.Node, err error) {
	outer, err := members(content, what)
	if err != nil {
		return nil, nil, err
	}
	inner, err := members(outer[what], what+"Info", what+"Data")
	if err != nil {
		return nil, nil, err
	}
	if inner[what+"Info"] == nil {
		return nil, nil, malformed("there is no %sInfo", what)
	}
	if inner[what+"Data"] == nil {
		return inner[what+"Info"], nil, nil
	}
	around, err := members(inner[what+"Data"], "data")
	return inner[what+"Info"], around["data"], err
}

// members returns the elements of these names, each of which stands once at most:
// of two, one reader takes the first and another the last. What else stands there, such
// as a route or a session, is the gateway's own business.
func members(n *xmltree.Node, names ...string) (map[string]*xmltree.Node, error) {
	found := map[string]*xmltree.Node{}
	if n == nil {
		return found, malformed("an element is missing")
	}
	for _, c := range n.Elements() {
		for _, name := range names {
			if c.Local() != name {
				continue
			}
			if found[name] != nil {
				return nil, malformed("the element %s stands twice", name)
			}
			found[name] = c
		}
	}
	return found, nil
}

// textOf returns the text of an element that holds nothing else; "" of none.
func textOf(n *xmltree.Node) string {
	if n == nil || len(n.Elements()) > 0 {
		return ""
	}
	return n.Text()
}

// fieldsOf returns the fields of a data element: its elements, each a text.
func fieldsOf(data *xmltree.Node) (Fields, error) {
	f := Fields{}
	if data == nil {
		return f, nil
	}
	all := data.Elements()
	if len(all) > maxFields {
		return nil, malformed("there are more than %d fields", maxFields)
	}
	if strings.TrimSpace(data.Text()) != "" {
		return nil, malformed("a text stands beside the fields")
	}
	for _, n := range all {
		if len(n.Elements()) > 0 {
			return nil, malformed("a field is no text")
		}
		if _, twice := f[n.Local()]; twice {
			return nil, malformed("a field stands twice")
		}
		f[n.Local()] = n.Text()
	}
	return f, f.check()
}
