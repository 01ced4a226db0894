package messages

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
	"tamga/language/words"
)

// CodeLife is how long a one-time code counts. It is not handed over any more after it.
const CodeLife = 10 * time.Minute

// ErrUnreached means that no code can be sent: there is no gateway, or the applicant has
// said neither a phone nor an address of e-mail.
var ErrUnreached = errors.New("no message reaches the applicant outside his cabinet")

// codeEvent is the event of messages with a one-time code, which no edition names.
const codeEvent = "consent_code"

// hiddenCode stands for a code wherever the message is read.
const hiddenCode = "••••••"

// SendCode queues a one-time code to the applicant of an application, by its id, in the
// caller's transaction: by SMS, or by e-mail where he has said no phone, and by nothing
// else. The code counts until a moment, of which there is one message. The error is
// [ErrUnreached].
func (b *Book) SendCode(ctx context.Context, tx *store.Tx, application, code string, until time.Time) error {
	if b.Gateway == nil {
		return fmt.Errorf("%w: %w", ErrUnreached, errNoGateway)
	}
	contact, err := contactOf(ctx, tx, application)
	if err != nil {
		return err
	}
	channel := regulation.SMS
	switch {
	case contact.Phone != "":
	case contact.Email != "":
		channel = regulation.Email
	default:
		return ErrUnreached
	}
	t := Tidings{
		Application: application, Event: codeEvent, Occasion: application + " " + strconv.FormatInt(store.Micros(until), 10),
		Values: codeValues(code),
	}
	return Queue(ctx, tx, until.Add(-CodeLife), t, []regulation.MessageRule{{Channels: []string{channel}}})
}

func codeValues(code string) map[string]language.Text {
	minutes := strconv.Itoa(int(CodeLife.Minutes()))
	return map[string]language.Text{"code": {KK: code, RU: code, EN: code}, "minutes": {KK: minutes, RU: minutes, EN: minutes}}
}

// shown returns the text as everybody but the gateway reads it: a code is for who holds
// the phone, and for nobody who may only look at the application.
func (m Message) shown() string {
	if m.Event != codeEvent {
		return m.Text
	}
	text := words.Of("message." + codeEvent)
	for place, value := range codeValues(hiddenCode) {
		text = text.Put(place, value)
	}
	return text.In(m.Language)
}

// within is how long a message may wait for a gateway that takes it.
func (m Message) within() time.Duration {
	if m.Event == codeEvent {
		return CodeLife
	}
	return sendWithin
}
