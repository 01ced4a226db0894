package message

import (
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"

	"tamga/jsonfile"
)

// jsonMessage is a message as JSON.
type jsonMessage struct {
	ID          string `json:"message_id"`
	Correlation string `json:"correlation_id,omitempty"`
	Service     string `json:"service_id"`
	Date        string `json:"message_date"`
	Sender      string `json:"sender_id"`
	Data        Fields `json:"data"`
}

// jsonReply is a reply as JSON.
type jsonReply struct {
	ID          string     `json:"message_id,omitempty"`
	Correlation string     `json:"correlation_id,omitempty"`
	Date        string     `json:"response_date"`
	Status      jsonStatus `json:"status"`
	Data        Fields     `json:"data"`
}

type jsonStatus struct {
	Code    Code   `json:"code"`
	Message string `json:"message,omitempty"`
}

// signedJSON is what is carried: the bytes of the message, and a detached CMS over
// these bytes.
type signedJSON struct {
	Payload   []byte `json:"payload"`
	Signature []byte `json:"signature"`
}

// EncodeJSON returns the bytes of a message that are signed.
func EncodeJSON(m Message) ([]byte, error) {
	if err := m.Check(); err != nil {
		return nil, err
	}
	return json.Marshal(jsonMessage{m.ID, m.Correlation, m.Service, moment(m.Date), m.Sender, m.Data.present()})
}

// DecodeJSON reads the bytes of a message that were signed. The error is
// [ErrMalformed].
func DecodeJSON(payload []byte) (Message, error) {
	var in jsonMessage
	if err := strictly(payload, &in); err != nil {
		return Message{}, err
	}
	date, err := parseMoment(in.Date)
	if err != nil {
		return Message{}, err
	}
	m := Message{ID: in.ID, Correlation: in.Correlation, Service: in.Service, Date: date, Sender: in.Sender, Data: in.Data.present()}
	return m, m.Check()
}

// EncodeReplyJSON returns the bytes of a reply that are signed.
func EncodeReplyJSON(r Reply) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	return json.Marshal(jsonReply{r.ID, r.Correlation, moment(r.Date), jsonStatus{r.Code, r.Text}, r.Data.present()})
}

// DecodeReplyJSON reads the bytes of a reply that were signed. The error is
// [ErrMalformed].
func DecodeReplyJSON(payload []byte) (Reply, error) {
	var in jsonReply
	if err := strictly(payload, &in); err != nil {
		return Reply{}, err
	}
	date, err := parseMoment(in.Date)
	if err != nil {
		return Reply{}, err
	}
	r := Reply{in.ID, in.Correlation, date, in.Status.Code, in.Status.Message, in.Data.present()}
	return r, r.Check()
}

// Pack puts the bytes of a message and the signature over them into one body.
func Pack(payload, signature []byte) ([]byte, error) {
	return json.Marshal(signedJSON{payload, signature})
}

// Unpack takes such a body apart. The error is [ErrMalformed].
func Unpack(body []byte) (payload, signature []byte, err error) {
	var in struct {
		Payload   string `json:"payload"`
		Signature string `json:"signature"`
	}
	if err := strictly(body, &in); err != nil {
		return nil, nil, err
	}
	for text, into := range map[*string]*[]byte{&in.Payload: &payload, &in.Signature: &signature} {
		if *into, err = base64.StdEncoding.Strict().DecodeString(*text); err != nil || len(*into) == 0 {
			return nil, nil, malformed("payload or signature is missing, or not in base64")
		}
	}
	return payload, signature, nil
}

// present returns the fields, which are an object also when there are none.
func (f Fields) present() Fields {
	if f == nil {
		return Fields{}
	}
	return f
}

func strictly(body []byte, into any) error {
	if len(body) > MaxSize {
		return malformed("it is longer than %d bytes", MaxSize)
	}
	if !utf8.Valid(body) {
		return malformed("it is not UTF-8")
	}
	if err := jsonfile.Read(body, into); err != nil {
		return malformed("it is no JSON of this form") // the reason would quote it
	}
	return nil
}
