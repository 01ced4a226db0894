package xmlattack

import (
	"strings"
	"time"

	"tamga/signing/xmldsig"
)

const envelope = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:typ="urn:typ"><s:Header></s:Header><s:Body><typ:pay>good</typ:pay></s:Body></s:Envelope>`

const evilBody = `<s:Body><typ:pay>` + Marker + `</typ:pay></s:Body>`

// soapWrapping moves the signed parts of a message to where nobody looks, and
// puts others in their place.
func soapWrapping(m *maker, at time.Time) []Case {
	signed := m.soap(envelope, xmldsig.SOAPOptions{At: at, Validity: time.Minute})
	body := between(signed, "<s:Body", "</s:Body>")
	security := between(signed, "<wsse:Security ", "</wsse:Security>")
	timestamp := between(signed, "<wsu:Timestamp", "</wsu:Timestamp>")
	token := between(signed, "<wsse:BinarySecurityToken", "</wsse:BinarySecurityToken>")
	signature := between(signed, "<ds:Signature ", "</ds:Signature>")
	header := func(more string) string { return replace(signed, "</s:Header>", more+"</s:Header>") }
	id := between(body, `wsu:Id="`, `"`)
	wsu := ` xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"`
	all := []Case{
		{Name: "body in a header block, another in its place", Code: xmldsig.CodePosition,
			File: []byte(replace(header("<w>"+body+"</w>"), body+"</s:Envelope>", evilBody+"</s:Envelope>"))},
		{Name: "body itself as a header block, another in its place", Code: xmldsig.CodeNothingSigned,
			File: []byte(replace(header(body), body+"</s:Envelope>", evilBody+"</s:Envelope>"))},
		{Name: "body in a header block, another with its identifier", Code: xmldsig.CodeDuplicateID,
			File: []byte(replace(header("<w>"+body+"</w>"), body+"</s:Envelope>", replace(evilBody, "<s:Body", "<s:Body"+wsu+" "+id)+"</s:Envelope>"))},
		{Name: "another element with the body's identifier under another name", Code: xmldsig.CodeDuplicateID,
			File: []byte(header(`<w ` + strings.TrimPrefix(id, "wsu:") + `>` + Marker + `</w>`))},
		{Name: "body in the security header", Code: xmldsig.CodePosition,
			File: []byte(replace(replace(signed, body, evilBody), "</wsse:Security>", "<w>"+body+"</w></wsse:Security>"))},
		{Name: "body inside another body", Code: xmldsig.CodePosition,
			File: []byte(replace(signed, body, replace(evilBody, "</s:Body>", body+"</s:Body>")))},
		{Name: "two bodies, the signed one last", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(signed, body, evilBody+body))},
		{Name: "two bodies, the signed one first", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(signed, body, body+evilBody))},
		{Name: "body beside the body in a wrapper", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(signed, body, evilBody+"<w>"+body+"</w>"))},
		{Name: "body in an Object of the signature", Code: xmldsig.CodePosition,
			File: []byte(replace(replace(signed, body, evilBody), "</ds:Signature>", "<ds:Object>"+body+"</ds:Object></ds:Signature>"))},
		{Name: "whole message in the header of another", Code: xmldsig.CodeSignaturePosition,
			File: []byte(replace(envelope, "<s:Header></s:Header><s:Body><typ:pay>good</typ:pay></s:Body>", "<s:Header>"+signed+"</s:Header>"+evilBody))},
		{Name: "whole message in a document that is none", Code: xmldsig.CodePosition,
			File: []byte("<" + Marker + ">" + signed + "</" + Marker + ">")},
		{Name: "signature in the body", Code: xmldsig.CodePosition,
			File: []byte(replace(replace(signed, signature, ""), body, replace(evilBody, "</s:Body>", signature+body+"</s:Body>")))},
		{Name: "security header in the body", Code: xmldsig.CodeSignaturePosition,
			File: []byte(replace(replace(signed, security, ""), "<typ:pay>good", security+"<typ:pay>good"))},
		{Name: "two headers", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(signed, "<s:Header>", "<s:Header><typ:to>"+Marker+"</typ:to></s:Header><s:Header>"))},
		{Name: "two security headers for one recipient", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(signed, "<s:Header>", `<s:Header><w:Security xmlns:w="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd">`+Marker+`</w:Security>`))},
		{Name: "old timestamp elsewhere, a new one in its place", Code: xmldsig.CodePosition,
			File: []byte(replace(header("<w>"+timestamp+"</w>"), timestamp, "<wsu:Timestamp"+wsu+"><wsu:Created>2099-01-01T00:00:00Z</wsu:Created><!--"+Marker+"--></wsu:Timestamp>"))},
		{Name: "identifier of the token twice", Code: xmldsig.CodeDuplicateID,
			File: []byte(header("<w>" + token + "</w>"))},
		{Name: "token elsewhere", Code: xmldsig.CodeKeyInfo,
			File: []byte(replace(replace(signed, token, ""), "</s:Header>", "<w>"+token+"</w></s:Header>"))},
		{Name: "body removed", Code: xmldsig.CodeUnresolved, File: []byte(replace(signed, body, evilBody))},
		{Name: "a prefix of the body stands for something else", Code: xmldsig.CodeDigest,
			File: []byte(replace(signed, `xmlns:typ="urn:typ"`, `xmlns:typ="urn:`+Marker+`"`))},
		{Name: "a declaration that the body does not use", Signed: between(signed, "<wsu:Created>", "</wsu:Created>"),
			File: []byte(replace(signed, `xmlns:typ="urn:typ"`, `xmlns:typ="urn:typ" xmlns:x="urn:`+Marker+`"`))},
		{Name: "unsigned header block", Signed: "",
			File: []byte(header("<typ:amount>" + Marker + "</typ:amount>"))},
	}
	all = append(all, m.timestampOnly(signed, timestamp))
	return append(all, m.messageTimes(signed, body, timestamp)...)
}

// messageTimes are messages whose body and timestamp are signed anew, so that
// nothing is wrong but what the timestamp says.
func (m *maker) messageTimes(signed, body, timestamp string) []Case {
	identifier := func(element string) string { return strings.Split(between(element, `Id="`, `"`), `"`)[1] }
	canonical := replace(replace(body, "<s:Body", `<s:Body xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"`), "<typ:pay", `<typ:pay xmlns:typ="urn:typ"`)
	message := func(says string) string {
		said := between(timestamp, "<wsu:Created>", "</wsu:Expires>")
		other := replace(timestamp, said, says)
		signature := m.signature("", "",
			reference{uri: "#" + identifier(timestamp), transforms: exclusively, over: []byte(other)},
			reference{uri: "#" + identifier(body), transforms: exclusively, over: []byte(canonical)})
		return replace(replace(signed, timestamp, other), between(signed, "<ds:Signature ", "</ds:Signature>"), signature)
	}
	const (
		created = "<wsu:Created>2026-06-01T12:00:00Z</wsu:Created>"
		expires = "<wsu:Expires>2026-06-01T12:05:00Z</wsu:Expires>"
	)
	good := message(created + expires)
	all := []Case{
		{Name: "times of a message that hold", Signed: created + expires, File: []byte(good)},
		{Name: "a second timestamp before the signed one", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(good, "<wsu:Timestamp", replace(timestamp, identifier(timestamp), Marker)+"<wsu:Timestamp"))},
		{Name: "a second timestamp after the signature", Code: xmldsig.CodeEnvelope,
			File: []byte(replace(good, "</ds:Signature>", "</ds:Signature>"+replace(timestamp, identifier(timestamp), Marker)))},
	}
	for name, says := range map[string]string{
		"a message that expires before it was created": created + "<wsu:Expires>2026-06-01T11:59:59Z</wsu:Expires>",
		"a message created twice":                      created + created + expires,
		"a message that expires twice":                 created + expires + expires,
		"a creation that is no moment":                 "<wsu:Created>yesterday</wsu:Created>" + expires,
		"a creation without a zone":                    "<wsu:Created>2026-06-01T12:00:00</wsu:Created>" + expires,
		"an end that is no moment":                     created + "<wsu:Expires>" + Marker + "</wsu:Expires>",
		"an end that is empty":                         created + "<wsu:Expires></wsu:Expires>",
	} {
		all = append(all, Case{Name: name, Code: xmldsig.CodeSignedProperties, File: []byte(message(says))})
	}
	return append(all, m.messageTimesAround()...)
}

// messageTimesAround are messages whose timestamp is signed with what is around
// it. The texts are in canonical form.
func (m *maker) messageTimesAround() []Case {
	const (
		created = "<wsu:Created>2026-06-01T12:00:00Z</wsu:Created>"
		expires = "<wsu:Expires>2026-06-01T12:05:00Z</wsu:Expires>"
		soap    = ` xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"`
		payment = `<typ:pay xmlns:typ="urn:typ">good</typ:pay>`
		body    = `<s:Body Id="b">` + payment + `</s:Body>`
	)
	block := func(says, signature string) string {
		return `<wsse:Security xmlns:wsse="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd" Id="h">` +
			`<wsu:Timestamp xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">` + says + `</wsu:Timestamp>` + signature + `</wsse:Security>`
	}
	envelope := func(blocks, body string) string {
		return `<s:Envelope` + soap + ` Id="m"><s:Header>` + blocks + `</s:Header>` + body + `</s:Envelope>`
	}
	signedAs := func(uri string) func(string) string {
		return func(says string) string {
			signature := m.signature("", "", reference{uri: uri, transforms: enveloped + exclusively, over: []byte(envelope(block(says, ""), body))})
			return envelope(block(says, signature), body)
		}
	}
	inBody := func(says string) string {
		signature := m.signature("", "", reference{transforms: enveloped + exclusively, over: []byte(envelope(block(says, ""), body))})
		return envelope(block(says, ""), replace(body, "</s:Body>", signature+"</s:Body>"))
	}
	header := func(says string) string {
		signature := m.signature("", "",
			reference{uri: "#h", transforms: enveloped + exclusively, over: []byte(block(says, ""))},
			reference{uri: "#b", transforms: exclusively, over: []byte(replace(body, "<s:Body", "<s:Body"+soap))})
		return envelope(block(says, signature), body)
	}
	var all []Case
	for name, message := range map[string]func(says string) string{
		"signed whole":                    signedAs(""),
		"signed whole by its identifier":  signedAs("#m"),
		"signed whole from within":        inBody,
		"signed with its security header": header,
	} {
		all = append(all,
			Case{Name: "times of a message " + name, Signed: "Created", File: []byte(message(created + expires))},
			Case{Name: "an end that is no moment, in a message " + name, Code: xmldsig.CodeSignedProperties,
				File: []byte(message(created + "<wsu:Expires>" + Marker + "</wsu:Expires>"))})
	}
	return all
}

// timestampOnly is a message in which only the timestamp is signed.
func (m *maker) timestampOnly(signed, timestamp string) Case {
	id := strings.Split(between(timestamp, `Id="`, `"`), `"`)[1]
	signature := m.signature("", "", reference{uri: "#" + id, transforms: exclusively, over: []byte(timestamp)})
	signed = replace(signed, between(signed, "<ds:Signature ", "</ds:Signature>"), signature)
	return Case{Name: "only the timestamp is signed", Code: xmldsig.CodeNothingSigned,
		File: []byte(replace(signed, "<typ:pay>good", "<typ:pay>"+Marker))}
}

// documentWrapping wraps documents that are signed by the identifier of the
// document element, and enveloping signatures.
func documentWrapping(m *maker, _ time.Time) []Case {
	const original = `<doc Id="d"><sum>good</sum></doc>`
	signature := m.signature("", "", reference{uri: "#d", transforms: enveloped + exclusively, over: []byte(original)})
	signed := replace(original, "</doc>", signature+"</doc>")
	object := `<ds:Object Id="o"><sum>good</sum></ds:Object>`
	enveloping := m.signature("", object, reference{uri: "#o", transforms: exclusively, over: []byte(replace(object, "<ds:Object", `<ds:Object xmlns:ds="`+nsDS+`"`))})
	nested := m.signature("", "<ds:Object>"+signature+"</ds:Object>", reference{uri: "", transforms: enveloped + exclusively, over: []byte("<a></a>")})
	inObject := func(s string) string {
		return replace(signature, "</ds:Signature>", "<ds:Object>"+s+"</ds:Object></ds:Signature>")
	}
	evil := "<sum>" + Marker + "</sum>"
	moved := m.signature("", "", reference{uri: "#p", transforms: exclusively, over: []byte(`<part Id="p">good</part>`)})
	return []Case{
		{Name: "the signed document itself", Signed: original, File: []byte(signed)},
		{Name: "document element in an Object of the signature", Code: xmldsig.CodePosition,
			File: []byte("<doc>" + evil + inObject(original) + "</doc>")},
		{Name: "the same, with its identifier on the new document element", Code: xmldsig.CodeDuplicateID,
			File: []byte(`<doc Id="d">` + evil + inObject(original) + "</doc>")},
		{Name: "document element inside another", Code: xmldsig.CodePosition,
			File: []byte("<doc>" + evil + signed + "</doc>")},
		{Name: "document element inside another, identifier twice", Code: xmldsig.CodeDuplicateID,
			File: []byte(`<doc Id="d">` + evil + signed + "</doc>")},
		{Name: "document element beside the signature", Code: xmldsig.CodePosition,
			File: []byte("<doc>" + evil + original + signature + "</doc>")},
		{Name: "signature around the document", Code: xmldsig.CodePosition,
			File: []byte(inObject(original))},
		{Name: "identifier in an attribute of another name", Code: xmldsig.CodeUnresolved,
			File: []byte(replace(signed, `Id="d"`, `iD="d"`))},
		{Name: "one part of the document signed", Code: xmldsig.CodePosition,
			File: []byte(`<doc><part Id="p">good</part>` + evil + moved + "</doc>")},
		{Name: "enveloping signature itself", File: []byte(enveloping), Signed: "good"},
		{Name: "enveloping signature in another document", Code: xmldsig.CodeSignaturePosition,
			File: []byte("<doc>" + evil + enveloping + "</doc>")},
		{Name: "enveloping signature with a second object", File: []byte(replace(enveloping, "</ds:Signature>", "<ds:Object>"+Marker+"</ds:Object></ds:Signature>")), Signed: "good"},
		{Name: "two objects with one identifier", Code: xmldsig.CodeDuplicateID,
			File: []byte(replace(enveloping, "<ds:Object ", `<ds:Object Id="o">`+Marker+`</ds:Object><ds:Object `))},
		{Name: "signature inside another one", Code: xmldsig.CodeSignaturePosition,
			File: []byte("<a>" + nested + "</a>")},
		{Name: "later signature left out", Code: xmldsig.CodeLaterSignatures,
			File: []byte(replace(signed, "</doc>", replace(signature, "</ds:Signature>", "<ds:Object>"+Marker+"</ds:Object></ds:Signature>")+"</doc>"))},
		{Name: "comment in signed text", Signed: "<sum>good</sum>",
			File: []byte(replace(signed, "good", "go<!--"+Marker+"-->od"))},
		{Name: "comment as signed text", Code: xmldsig.CodeDigest,
			File: []byte(replace(signed, "good", "go<!--od-->"+Marker))},
		{Name: "text changed", Code: xmldsig.CodeDigest, File: []byte(replace(signed, "good", Marker))},
		{Name: "declaration on the document element", Code: xmldsig.CodeDigest,
			File: []byte(replace(signed, "<doc ", `<doc xmlns="urn:`+Marker+`" `))},
		{Name: "instruction in the document", Code: xmldsig.CodeDigest,
			File: []byte(replace(signed, "<sum>", "<?p "+Marker+"?><sum>"))},
	}
}
