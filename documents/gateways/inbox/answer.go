package inbox

import (
	"context"
	"fmt"

	"tamga/documents/gateways"
	"tamga/documents/gateways/message"
)

// answer writes a reply to a message in its form and signs it. In the envelope what is
// refused is a fault, as the gateway has it.
func (b *Box) answer(ctx context.Context, in incoming, r message.Reply) (Answer, error) {
	r.ID, r.Correlation, r.Date = gateways.MessageID("reply", in.row()), in.ID, b.store().Moment()
	a := Answer{Code: r.Code, Sender: in.sender.Name}
	if in.form == gateways.FormSOAP && r.Code != message.Success {
		a.Body = message.SOAPFault(r.Code, r.Text)
		return a, nil
	}
	var err error
	if a.Body, err = b.Caller.Reply(ctx, in.form, r); err != nil {
		return a, fmt.Errorf("failed to sign the answer: %w", err)
	}
	return a, nil
}
