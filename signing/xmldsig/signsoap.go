package xmldsig

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tamga/signing/xmldsig/xmltree"
)

// SOAPOptions says how to sign a SOAP message.
type SOAPOptions struct {
	// Validity, if not zero, asks for a wsu:Timestamp from At to At plus
	// Validity where the message has none. A timestamp that is there is signed
	// in any case.
	Validity time.Duration
	At       time.Time
	// KeyIdentifier writes the certificate into the reference itself, as the
	// examples of the government gateway (SmartBridge) do, instead of a
	// BinarySecurityToken that the reference points to.
	KeyIdentifier bool
	// Bind signs the certificate where it stands, too, so that the signature
	// says whose it is. The gateway does not ask for it.
	Bind bool
}

// SignSOAP signs the body of a SOAP 1.1 or 1.2 message, and its timestamp, by
// WS-Security: exclusive canonicalisation, one reference to the body by its
// wsu:Id, the certificate as a BinarySecurityToken. Header and security header
// are made if they are not there. Outside them only the tag of the body
// changes, which gets an identifier if it has none.
func SignSOAP(ctx context.Context, message []byte, key Key, opt SOAPOptions) ([]byte, error) {
	before, err := Read(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	for _, prepare := range []func(*Document) []change{addHeader, addSecurity, opt.addTimestamp, addIdentifiers} {
		if message, err = prepareSOAP(message, prepare); err != nil {
			return nil, err
		}
	}
	d, err := Read(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	e := d.envelope
	security := securityOf(e)
	t := template{method: uriExcl}
	for _, n := range append(timestampsOf(security), e.body) {
		t.references = append(t.references, templateReference{uri: "#" + identifiers(n)[0], transforms: []string{uriExcl}})
	}
	id := newID()
	token, keyInfo := opt.token(key, id)
	t.keyInfo = keyInfo
	if opt.Bind {
		t.references = append(t.references, templateReference{uri: "#" + id, transforms: []string{uriExcl}})
	}
	if opt.Bind && opt.KeyIdentifier {
		t.keyInfoID = id
	}
	text, err := t.text(key, Options{})
	if err != nil {
		return nil, err
	}
	c := d.appendTo(security, token+text)
	signed, err := inFile{at: d.placeOf(c, text), key: key}.complete(ctx, d.edit(message, c))
	if err != nil {
		return nil, err
	}
	if err := keeps(ctx, before, signed, false); err != nil {
		return nil, err
	}
	return signed, nil
}

// prepareSOAP makes the changes that a step asks for.
func prepareSOAP(message []byte, prepare func(*Document) []change) ([]byte, error) {
	d, err := Read(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSign, err)
	}
	if d.envelope == nil {
		return nil, fmt.Errorf("%w: it is not a SOAP message", ErrSign)
	}
	if d.malformed != nil {
		return nil, fmt.Errorf("%w: %v", ErrSign, d.malformed)
	}
	return d.edit(message, prepare(d)...), nil
}

func addHeader(d *Document) []change {
	e := d.envelope
	if e.header != nil {
		return nil
	}
	name := strings.TrimSuffix(e.root.Name(), "Envelope") + "Header"
	return []change{{at: e.root.Inner().Start, text: "<" + name + "></" + name + ">"}}
}

// addSecurity adds a security header for the last recipient.
func addSecurity(d *Document) []change {
	e := d.envelope
	if securityOf(e) != nil {
		return nil
	}
	soap, _, prefixed := strings.Cut(e.root.Name(), ":")
	declaration := ""
	if !prefixed {
		soap = "soap"
		declaration = attribute("xmlns:soap", e.root.Space())
	}
	return []change{d.appendTo(e.header, `<wsse:Security xmlns:wsse="`+nsWSSE+`"`+declaration+" "+soap+`:mustUnderstand="1"></wsse:Security>`)}
}

// securityOf returns the security header for the last recipient, nil if there
// is none.
func securityOf(e *envelope) *xmltree.Node {
	if e.header == nil {
		return nil
	}
	for _, n := range e.header.Elements() {
		if n.Is(nsWSSE, "Security") && recipientOf(n, e.root.Space()) == "" {
			return n
		}
	}
	return nil
}

func timestampsOf(security *xmltree.Node) []*xmltree.Node {
	var all []*xmltree.Node
	for _, n := range security.Elements() {
		if n.Is(nsWSU, "Timestamp") {
			all = append(all, n)
		}
	}
	return all
}

func (opt SOAPOptions) addTimestamp(d *Document) []change {
	security := securityOf(d.envelope)
	if opt.Validity == 0 || len(timestampsOf(security)) > 0 {
		return nil
	}
	moment := func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
	return []change{d.appendTo(security, `<wsu:Timestamp xmlns:wsu="`+nsWSU+`" wsu:Id="`+newID()+`"><wsu:Created>`+moment(opt.At)+
		`</wsu:Created><wsu:Expires>`+moment(opt.At.Add(opt.Validity))+`</wsu:Expires></wsu:Timestamp>`)}
}

// addIdentifiers gives a wsu:Id to what is signed and has no identifier.
func addIdentifiers(d *Document) []change {
	var changes []change
	for _, n := range append(timestampsOf(securityOf(d.envelope)), d.envelope.body) {
		if len(identifiers(n)) > 0 {
			continue
		}
		prefix, declaration := wsuPrefix(n)
		changes = append(changes, change{
			at:   n.Outer().Start + len(d.tree.Encode("<"+n.Name())),
			text: declaration + " " + prefix + `:Id="` + newID() + `"`,
		})
	}
	return changes
}

// wsuPrefix returns a prefix for the utility namespace and its declaration if
// it needs one. A prefix that stands for something else is never declared anew,
// since names inside may use it.
func wsuPrefix(n *xmltree.Node) (prefix, declaration string) {
	prefix = "wsu"
	for i := 1; ; i++ {
		uri, bound := n.Resolve(prefix)
		if !bound {
			return prefix, attribute("xmlns:"+prefix, nsWSU)
		}
		if uri == nsWSU {
			return prefix, ""
		}
		prefix = fmt.Sprintf("wsu%d", i)
	}
}

// token writes the security token, if there is to be one, and the contents of
// KeyInfo that refer to it.
func (opt SOAPOptions) token(key Key, id string) (token, keyInfo string) {
	if key.Certificate == nil {
		return "", ""
	}
	const types = ` EncodingType="` + encoding64 + `" ValueType="` + valueX509v3 + `"`
	const reference = `<wsse:SecurityTokenReference xmlns:wsse="` + nsWSSE + `">`
	raw := encode64(key.Certificate.Raw)
	if opt.KeyIdentifier {
		return "", reference + `<wsse:KeyIdentifier` + types + `>` + raw + "</wsse:KeyIdentifier></wsse:SecurityTokenReference>\n"
	}
	token = `<wsse:BinarySecurityToken xmlns:wsse="` + nsWSSE + `" xmlns:wsu="` + nsWSU + `"` + types + ` wsu:Id="` + id + `">` + raw + `</wsse:BinarySecurityToken>`
	return token, reference + `<wsse:Reference URI="#` + id + `" ValueType="` + valueX509v3 + "\"/></wsse:SecurityTokenReference>\n"
}
