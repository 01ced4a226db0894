package api

import (
	"time"

	"github.com/labstack/echo/v4"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/messages"
	"tamga/documents/registry"
)

// reminderView is a day of a document that its holder is reminded of, and what became of
// that: whom it reached stands with the application.
type reminderView struct {
	Event    documents.ComingEvent  `json:"event"`
	Day      documents.Date         `json:"day"`
	State    registry.ReminderState `json:"state"`
	At       time.Time              `json:"at,omitzero"` // zero while it waits
	Messages []reminderMessage      `json:"messages,omitempty"`
}

type reminderMessage struct {
	Channel string         `json:"channel"`
	State   messages.State `json:"state"`
}

// remindersOf are the days of a document for whoever may read documents whole.
func (v *service) remindersOf(c echo.Context, number string) (all []reminderView, err error) {
	found, err := v.Registry.Reminders(contextOf(c), number)
	if err != nil {
		return nil, err
	}
	for _, r := range found {
		view := reminderView{Event: r.Event, Day: r.Day.Day, State: r.State, At: r.At}
		if r.State == registry.ReminderTold && v.Messages != nil {
			sent, err := v.Messages.About(contextOf(c), applications.Reminds(r.Day))
			if err != nil {
				return nil, err
			}
			for _, m := range sent {
				view.Messages = append(view.Messages, reminderMessage{m.Channel, m.State})
			}
		}
		all = append(all, view)
	}
	return all, nil
}
