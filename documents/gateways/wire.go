package gateways

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"tamga/certs/exchange"
	"tamga/documents/gateways/message"
	"tamga/signing"
	"tamga/signing/creation"
)

// errSignature means that an answer is not signed by the system that was asked.
var errSignature = errors.New("the answer is not signed by the system")

// messageLife is how long a message in the envelope says that it may be taken: longer
// than all attempts together.
const messageLife = 5 * time.Minute

func (c *Caller) poster(media string) exchange.Poster {
	return exchange.Poster{
		HTTP: c.HTTP, Timeout: or(c.Timeout, usualTimeout), MaxAnswer: message.MaxSize, Asks: media + "; charset=utf-8", Takes: media,
	}
}

func (c *Caller) order(ctx context.Context, f creation.Form) ([]byte, error) {
	made, err := c.Make(ctx, creation.Order{Form: f, Key: c.Key, Time: c.now()})
	return made.File, err
}

// signedBy asks our own verifier whether a file is signed by the organisation of a
// system, and by nobody else.
func (c *Caller) signedBy(ctx context.Context, p Peer, file, content []byte) (*signing.Verdict, error) {
	v, err := c.Verifier.Verify(ctx, file, signing.Question{Content: content, BIN: p.BIN, At: c.now()})
	if err != nil {
		return nil, err
	}
	if !v.Passed() || len(v.Signers) != 1 {
		return nil, fmt.Errorf("%w: %s %s", errSignature, v.Indication, v.SubIndication)
	}
	return v, nil
}

// Reply signs a reply in a form, as it is sent.
func (c *Caller) Reply(ctx context.Context, f Form, r message.Reply) ([]byte, error) {
	if f == FormSOAP {
		envelope, err := message.SOAPReply(r)
		if err != nil {
			return nil, err
		}
		return c.order(ctx, creation.XML{File: envelope, Form: creation.XMLSOAP, KeyIdentifier: true, Validity: messageLife})
	}
	payload, err := message.EncodeReplyJSON(r)
	if err != nil {
		return nil, err
	}
	signature, err := c.order(ctx, creation.CMS{Content: payload, Detached: true, Claim: true})
	if err != nil {
		return nil, err
	}
	return message.Pack(payload, signature)
}

// jsonWire signs the bytes of a message by a detached CMS.
type jsonWire struct {
	*Caller
	peer Peer
}

func (w jsonWire) sign(ctx context.Context, m message.Message) ([]byte, error) {
	payload, err := message.EncodeJSON(m)
	if err != nil {
		return nil, err
	}
	signature, err := w.order(ctx, creation.CMS{Content: payload, Detached: true, Claim: true})
	if err != nil {
		return nil, err
	}
	return message.Pack(payload, signature)
}

func (w jsonWire) carry(ctx context.Context, signed []byte) (message.Reply, error) {
	body, err := w.poster("application/json").Post(ctx, w.peer.Address, signed)
	if err != nil {
		return message.Reply{}, err
	}
	payload, signature, err := message.Unpack(body)
	if err != nil {
		return message.Reply{}, err
	}
	if _, err := w.signedBy(ctx, w.peer, signature, payload); err != nil {
		return message.Reply{}, err
	}
	return message.DecodeReplyJSON(payload)
}

// soapWire signs the body of the gateway's envelope by WS-Security.
type soapWire struct {
	*Caller
	peer Peer
}

func (w soapWire) sign(ctx context.Context, m message.Message) ([]byte, error) {
	envelope, err := message.SOAPRequest(m)
	if err != nil {
		return nil, err
	}
	return w.order(ctx, creation.XML{File: envelope, Form: creation.XMLSOAP, KeyIdentifier: true, Validity: messageLife})
}

func (w soapWire) carry(ctx context.Context, signed []byte) (message.Reply, error) {
	poster := w.poster("text/xml")
	poster.Also = http.StatusInternalServerError // of a fault (SOAP 1.1 section 6.2)
	envelope, err := poster.Post(ctx, w.peer.Address, signed)
	if err != nil {
		return message.Reply{}, err
	}
	if fault := message.FaultOf(envelope); fault != nil {
		return message.Reply{}, fault
	}
	verdict, err := w.signedBy(ctx, w.peer, envelope, nil)
	if err != nil {
		return message.Reply{}, err
	}
	body, err := SignedBody(verdict)
	if err != nil {
		return message.Reply{}, err
	}
	return message.ReadSOAPReply(body)
}

// SignedBody returns the body of an envelope as its one signature covers it: nothing
// else of the envelope was signed by anybody.
func SignedBody(v *signing.Verdict) ([]byte, error) {
	var body []byte
	for _, s := range v.Signers {
		for _, e := range s.Signed {
			if e.Role == "soap-body" && !e.LeftOut && body == nil {
				body = []byte(e.Content)
			}
		}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, fmt.Errorf("%w: it does not cover the body", errSignature)
	}
	return body, nil
}
