package main

import (
	"tamga/documents/messages"
	"tamga/language"
)

// applicationMessagesCommand shows what an applicant was told.
type applicationMessagesCommand struct {
	Name string `arg:"" name:"application" help:"Id or number of the application."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationMessagesCommand) Help() string {
	return `With the state of each message: queued, away (the gateway does not answer, and is asked again), sent, delivered, refused, expired or dropped.

Example:
  tamga application messages 5f0c1d2e3a4b5c6d`
}

// Run prints the messages.
func (cmd applicationMessagesCommand) Run(c *console) error {
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	a, err := book.Application(c.ctx, cmd.Name)
	if err != nil {
		return explainApplication(err)
	}
	all, err := (&messages.Book{Store: book.Register.Store}).Of(c.ctx, a.ID)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, m := range all {
		p.line("%s  %s, %s: %s", m.QueuedAt.Format("2006-01-02 15:04"), m.Event, m.Channel, m.State)
		p.in(func() {
			p.line("%s", m.Text)
			if m.Detail != "" {
				p.line("%s", m.Detail)
			}
		})
	}
	if len(all) == 0 {
		p.line("Nothing was told yet.")
	}
	return p.flush(c.out)
}

// applicationContactCommand says where an applicant is reached.
type applicationContactCommand struct {
	Name     string `arg:"" name:"application" help:"Id or number of the application."`
	Email    string `placeholder:"ADDRESS" help:"Address of e-mail."`
	Phone    string `placeholder:"NUMBER" help:"Number of a phone, such as +77011234567."`
	Language string `default:"kk" enum:"kk,ru,en" help:"Language in which the applicant is written to: kk (default), ru or en."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationContactCommand) Help() string {
	return `What is told from now on goes there. What is left out is taken back.

Example:
  tamga application contact 5f0c1d2e3a4b5c6d --email museum@example.kz --phone +77011234567 --language ru`
}

// Run keeps the contact.
func (cmd applicationContactCommand) Run(c *console) error {
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	a, err := book.Application(c.ctx, cmd.Name)
	if err != nil {
		return explainApplication(err)
	}
	_, err = (&messages.Book{Store: book.Register.Store}).SetContact(c.ctx, a.ID, messages.Contact{
		Language: language.Lang(cmd.Language), Email: cmd.Email, Phone: cmd.Phone,
	})
	if err != nil {
		return explainApplication(err)
	}
	p := &printer{}
	p.line("Kept for application %s", a.ID)
	return p.flush(c.out)
}
