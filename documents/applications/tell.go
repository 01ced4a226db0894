package applications

import (
	"context"

	"tamga/documents"
	"tamga/documents/messages"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
)

// tell queues what the applicant is told of an entry, in its transaction. What happens
// before the registration has no number to speak of, and is told on the spot.
func (c Case) tell(ctx context.Context, tx *store.Tx, m regulation.Move, e Entry) error {
	if c.Number == "" {
		return nil
	}
	for _, t := range c.tidings(m, e) {
		t.Application, t.Values = c.ID, map[string]language.Text{"number": language.Same(c.Number)}
		if err := messages.Queue(ctx, tx, e.At, t, c.Rules.MessageRules(t.Event)); err != nil {
			return err
		}
	}
	return nil
}

// tidings are what an entry brings about, without what they have in common. An
// application is registered once and ends once; there may be more hearings. A result is
// told of when it is signed, which may be before it is handed out.
func (c Case) tidings(m regulation.Move, e Entry) (all []messages.Tidings) {
	issues := c.Issues(m)
	if registering(m) {
		all = append(all, messages.Tidings{Event: regulation.EventRegistered, Occasion: c.ID})
	}
	switch {
	case m.Step.Result != "" && e.Document != "", m.Exit.End == regulation.EndIssued:
		all = append(all, messages.Tidings{Event: regulation.EventIssued, Occasion: c.ID, Document: e.Document})
	case m.Exit.End == regulation.EndRefused:
		all = append(all, messages.Tidings{Event: regulation.EventRefused, Occasion: c.ID, Document: e.Document})
	case issues.Kind == documents.KindNotice && issues.Ground == string(documents.NoticeHearing):
		all = append(all, messages.Tidings{Event: regulation.EventReturned, Occasion: e.ID, Document: e.Document})
	}
	return all
}
