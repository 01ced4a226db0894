package xmldsig

import (
	"tamga/signing/xmldsig/xmltree"
)

// envelope is a SOAP message.
type envelope struct {
	root, header, body *xmltree.Node // header is nil when absent
}

// envelopeOf reads a SOAP 1.1 or 1.2 envelope: one Header at most and one Body,
// in that order, and nothing else, so that no second body can hide beside the
// signed one. It is nil when the document is no envelope.
func envelopeOf(tree *xmltree.Document) (*envelope, *Problem) {
	root := tree.Root()
	space := root.Space()
	if root.Local() != "Envelope" || space != nsSOAP11 && space != nsSOAP12 {
		return nil, nil
	}
	e := &envelope{root: root}
	children, problem := elementsOnly(root)
	if problem != nil {
		return e, &Problem{CodeEnvelope, problem.Detail}
	}
	if len(children) > 0 && children[0].Is(space, "Header") {
		e.header, children = children[0], children[1:]
	}
	if len(children) != 1 || !children[0].Is(space, "Body") {
		return e, problemf(CodeEnvelope, "the envelope is not one header and one body")
	}
	e.body = children[0]
	return e, nil
}

// security returns the wsse:Security header block that holds a node directly.
func (e *envelope) security(n *xmltree.Node) *xmltree.Node {
	if p := n.Parent(); e.header != nil && p.Is(nsWSSE, "Security") && p.Parent() == e.header {
		return p
	}
	return nil
}

// timestamps returns those that tell how long what a signature covers may be
// taken: of its security header, or of every one when it stands elsewhere. No
// envelope has none.
func (e *envelope) timestamps(signature *xmltree.Node) []*xmltree.Node {
	if e == nil || e.header == nil {
		return nil
	}
	if own := e.security(signature); own != nil {
		return timestampsOf(own)
	}
	var all []*xmltree.Node
	for _, n := range e.header.Elements() {
		if n.Is(nsWSSE, "Security") {
			all = append(all, timestampsOf(n)...)
		}
	}
	return all
}

// role tells what an element of the message is to a signature in it.
func (e *envelope) role(n, signature *xmltree.Node) Role {
	security := e.security(signature)
	switch {
	case n == e.body:
		return RoleBody
	case security != nil && n.Parent() == security && n.Is(nsWSU, "Timestamp"):
		return RoleTimestamp
	case security != nil && n.Parent() == security && n.Is(nsWSSE, "BinarySecurityToken"):
		return RoleToken
	case e.header != nil && n.Parent() == e.header:
		return RoleHeader
	}
	return RoleOther
}

// place asks whether a signature stands in a security header, and whether there
// is only one such header for its recipient (WS-Security 1.1 section 5).
func (e *envelope) place(signature *xmltree.Node) *Problem {
	security := e.security(signature)
	if security == nil {
		return problemf(CodeSignaturePosition, "the signature of a SOAP message does not stand in its security header")
	}
	if len(timestampsOf(security)) > 1 {
		return problemf(CodeEnvelope, "there are two timestamps in one security header")
	}
	recipient := recipientOf(security, e.root.Space())
	for _, n := range e.header.Elements() {
		if n != security && n.Is(nsWSSE, "Security") && recipientOf(n, e.root.Space()) == recipient {
			return problemf(CodeEnvelope, "there are two security headers for one recipient")
		}
	}
	return nil
}

// recipientOf returns whom a header block is for: SOAP 1.1 actor, 1.2 role.
func recipientOf(block *xmltree.Node, soap string) string {
	name := "role"
	if soap == nsSOAP11 {
		name = "actor"
	}
	v, _ := block.Attribute(soap, name)
	return v
}
