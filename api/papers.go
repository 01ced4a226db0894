package api

import (
	"github.com/labstack/echo/v4"

	"tamga/documents"
)

// publicPaper is the paper behind an event, and whether the register holds it.
type publicPaper struct {
	documents.Paper
	Held bool `json:"held"`
}

// holds says of the papers of a history which the register holds.
func (v *service) holds(c echo.Context, history []publicEvent) error {
	for _, e := range history {
		if e.Paper == nil {
			continue
		}
		found, err := v.Registry.Paper(contextOf(c), e.Paper.Paper)
		if err != nil {
			return err
		}
		e.Paper.Held = found.Held()
	}
	return nil
}

// paperView is where an official finds the paper behind an event.
type paperView struct {
	Seq        int    `json:"seq"` // of the event
	Held       bool   `json:"held"`
	Attachment string `json:"attachment,omitempty"` // the address of a file of an application
	Document   string `json:"document,omitempty"`   // the address of a document
}

// papersOf are the papers of a life, for whoever may read documents whole.
func (v *service) papersOf(c echo.Context, life documents.Life) (all []paperView, err error) {
	for _, e := range life.Events {
		if e.Paper == (documents.Paper{}) {
			continue
		}
		found, err := v.Registry.Paper(contextOf(c), e.Paper)
		if err != nil {
			return nil, err
		}
		view := paperView{Seq: e.Seq, Held: found.Held()}
		if found.Attachment != "" {
			view.Attachment = v.BaseURL + "/v1/applications/" + found.Application + "/attachments/" + found.Attachment
		}
		if found.Document != "" {
			view.Document = v.links(found.Document).Self
		}
		all = append(all, view)
	}
	return all, nil
}
