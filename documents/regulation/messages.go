package regulation

import (
	"slices"

	"tamga/documents"
	"tamga/language/words"
)

// MessageRule says which event tells whom, and how.
type MessageRule struct {
	Event    string   `json:"event"`          // such as "registered"; see [MessageEvents]
	To       string   `json:"to"`             // "APPLICANT", the only one who has an address here
	Channels []string `json:"channels"`       // "cabinet", "email", "sms"
	Days     int      `json:"days,omitempty"` // before what is to come
	Source   Source   `json:"source,omitempty"`
}

// The channels of messages.
const (
	Cabinet = "cabinet"
	Email   = "email"
	SMS     = "sms"
)

// The events that messages tell of.
const (
	EventRegistered     = "registered"  // the application has its number
	EventReturned       = "preliminary" // a hearing before a refusal
	EventIssued         = "issued"      // the result is there
	EventRefused        = "refused"     // it ends in a refusal
	EventEnds           = string(documents.TermEnds)
	EventSuspensionEnds = string(documents.SuspensionEnds)
)

// MessageEvents returns the events that there are.
func MessageEvents() []string {
	return []string{EventRegistered, EventReturned, EventIssued, EventRefused, EventEnds, EventSuspensionEnds}
}

// MessageRules returns the rules of this edition about an event.
func (e *Edition) MessageRules(event string) []MessageRule {
	all := e.Messages
	if all == nil {
		all = commonRules().Messages
	}
	return slices.DeleteFunc(slices.Clone(all), func(m MessageRule) bool { return m.Event != event })
}

func (e *Edition) checkMessages() error {
	for _, m := range e.Messages {
		known := slices.Contains(MessageEvents(), m.Event) && words.Of("message."+m.Event).Whole() && m.To == "APPLICANT"
		if !known || len(m.Channels) == 0 || m.Days < 0 || !m.Source.known() {
			return e.bad(RuleValue, "message of %q to %q", m.Event, m.To)
		}
		for _, c := range m.Channels {
			if !slices.Contains([]string{Cabinet, Email, SMS}, c) {
				return e.bad(RuleUnknown, "channel %q of messages", c)
			}
		}
	}
	return nil
}
