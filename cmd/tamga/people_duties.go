package main

import (
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/people"
)

// peopleGiveCommand gives a duty.
type peopleGiveCommand struct {
	Person      string `arg:"" help:"Id of the person, as the list shows it."`
	Role        string `required:"" placeholder:"ROLE" help:"The role: REGISTRAR, EXECUTOR, COMMISSION, HEAD, AUTH_SIGNER, OPERATOR, ADMINISTRATOR; tamga regulation show names them."`
	Provider    string `placeholder:"ID" help:"The provider, such as culture-committee; none for roles that serve all."`
	From        string `placeholder:"TIME" help:"Since when (2026-06-01T09:00:00+05:00). Default: now."`
	Until       string `placeholder:"TIME" help:"Until when. Default: open."`
	OrderNumber string `placeholder:"TEXT" help:"Number of the order by which it is given."`
	OrderDate   string `placeholder:"DATE" help:"Date of the order."`
	DeputyOf    string `placeholder:"ID" help:"The person in whose place this one acts; needs an order, an end and an office."`
	PositionKK  string `name:"position-kk" placeholder:"TEXT" help:"The office as documents print it in Kazakh; of a deputy with «м.а.» at the end."`
	PositionRU  string `name:"position-ru" placeholder:"TEXT" help:"The same in Russian; of a deputy with «и.о.» at the beginning."`
	administratorFlags
}

// Help is shown below the flags' list.
func (peopleGiveCommand) Help() string {
	return `Nobody gives himself a duty.

Example:
  tamga people give 5f0c1d2e3a4b5c6d --role EXECUTOR --provider culture-committee --order-number 12-ж --order-date 2026-05-01 --key administrator.pem --trust var/trust`
}

// Run gives the duty.
func (cmd peopleGiveCommand) Run(c *console) error {
	q := people.DutyRequest{
		Person: cmd.Person, Role: cmd.Role, Provider: cmd.Provider, DeputyOf: cmd.DeputyOf, Order: people.Order{Number: cmd.OrderNumber},
		Position: documents.Text{KK: cmd.PositionKK, RU: cmd.PositionRU},
	}
	var err error
	if q.From, err = flagTime("from", cmd.From); err != nil {
		return err
	}
	if q.Until, err = flagTime("until", cmd.Until); err != nil {
		return err
	}
	if cmd.OrderDate != "" {
		if q.Order.Date, err = documents.ParseDate(cmd.OrderDate); err != nil {
			return usagef("--order-date: %w", err)
		}
	}
	return cmd.as(c, func(b *people.Book, by string) error {
		q.By = by
		d, err := b.GiveDuty(c.ctx, q)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "Given: %s\n", dutyLine(d))
		return err
	})
}

// flagTime reads a moment that may be left out.
func flagTime(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usagef("--%s: %q is no moment such as 2026-06-01T09:00:00+05:00", flag, text)
	}
	return t, nil
}

// peopleEndCommand ends a duty.
type peopleEndCommand struct {
	Duty string `arg:"" help:"Id of the duty, as the list shows it."`
	administratorFlags
}

// Run ends the duty.
func (cmd peopleEndCommand) Run(c *console) error {
	return cmd.as(c, func(b *people.Book, by string) error {
		d, err := b.EndDuty(c.ctx, cmd.Duty, by)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.out, "Ended: %s\n", dutyLine(d))
		return err
	})
}
