package inbox

import (
	"context"
	"errors"

	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
	"tamga/signing"
)

// incoming is a message of a sender who is known, as it was signed.
type incoming struct {
	message.Message
	form        gateways.Form
	sender      Sender
	plain       []byte // what it says, written in one way and without the password
	application string // that came of it; empty while it is being taken
}

// read verifies a message and reads what was signed of it: nothing else of the bytes
// counts. The error is a *[RefusedError].
func (b *Box) read(ctx context.Context, form gateways.Form, body []byte) (incoming, error) {
	in := incoming{form: form}
	if len(body) > message.MaxSize {
		return in, refuse(message.Malformed, "the message is longer than %d bytes", message.MaxSize)
	}
	v, payload, err := b.verify(ctx, form, body)
	if err != nil {
		return in, err
	}
	if err := accepted(v); err != nil {
		return in, err
	}
	in.Message, err = decoded(form, v, payload)
	if err == nil {
		in.plain, err = message.EncodeJSON(in.Message)
	}
	if errors.Is(err, message.ErrMalformed) {
		err = refuse(message.Malformed, "%v", err)
	}
	if err != nil {
		return in, err
	}
	s, known := b.sender(in.Sender)
	if !known {
		return in, refuse(message.Unknown, "the sender is not known here")
	}
	if id := v.Signers[0].Identity; id == nil || id.BIN != string(s.BIN) {
		return in, refuse(message.Unsigned, "the message is signed by another organisation than the sender's")
	}
	in.sender = s
	return in, nil
}

// verify judges the signature of a message in its form, and in no other. Of JSON it
// returns what the signature is to be over.
func (b *Box) verify(ctx context.Context, form gateways.Form, body []byte) (v *signing.Verdict, payload []byte, err error) {
	question := signing.Question{At: b.store().Moment()}
	if form == gateways.FormSOAP {
		v, err = b.Caller.Verifier.VerifyXML(ctx, body, question)
	} else {
		var signature []byte
		if payload, signature, err = message.Unpack(body); err != nil {
			return nil, nil, refuse(message.Malformed, "%v", err)
		}
		question.Content = payload
		v, err = b.Caller.Verifier.VerifyCMS(ctx, signature, question)
	}
	if err != nil {
		return nil, nil, refuse(message.Malformed, "the signature cannot be read")
	}
	return v, payload, nil
}

// decoded reads a message out of what was signed.
func decoded(form gateways.Form, v *signing.Verdict, payload []byte) (message.Message, error) {
	if form == gateways.FormJSON {
		return message.DecodeJSON(payload)
	}
	body, err := gateways.SignedBody(v)
	if err != nil {
		return message.Message{}, refuse(message.Unsigned, "the signature does not cover the body")
	}
	return message.ReadSOAPRequest(body)
}

// accepted refuses what our verifier does not take for rightly signed, once.
func accepted(v *signing.Verdict) error {
	switch {
	case v.Acceptance == signing.Undecided:
		return refuse(message.Undecided, "it cannot be told now whether the signature holds (%s %s)", v.Indication, v.SubIndication)
	case v.SubIndication == signing.FormatFailure || v.Indication == "":
		return refuse(message.Malformed, "there is no signature that can be read without doubt (%s)", v.SubIndication)
	case !v.Passed():
		return refuse(message.Unsigned, "the signature is not accepted (%s %s)", v.Indication, v.SubIndication)
	case len(v.Signers) != 1:
		return refuse(message.Unsigned, "it has %d signatures, and one is needed", len(v.Signers))
	}
	return nil
}
