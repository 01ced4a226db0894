package main

import (
	"errors"
	"fmt"
	"strings"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/conditions"
	"tamga/documents/people"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// eraseCommand takes the personal content of a document, or of an application, away.
type eraseCommand struct {
	Number       string `arg:"" help:"Number of the document, or number or id of the application."`
	Order        string `required:"" placeholder:"FILE" help:"The order to erase as JSON, with the members of an event over HTTP: {\"event\": \"erased\", \"order_number\": …}; - reads standard input."`
	DryRun       bool   `help:"Say what would go, and erase nothing."`
	Ground       string `default:"order" enum:"order,retention" help:"Why an application is erased: an order names it, or it was kept for as long as the rules say."`
	Key          string `placeholder:"FILE" help:"Key of the administrator who signs the erasure of an application: PEM or key store (PKCS#12)."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password of the key store."`
	Law          string `placeholder:"FILE" help:"Edition of the rules (JSON) that is added to those that the program carries, or takes the place of the one of its name."`
	registerFlags
	trustFlags
}

// Help is shown below the flags' list.
func (eraseCommand) Help() string {
	return `For good, once nobody needs it to exercise a right. Of a document the file, the content, the check code and the reasons in its events go; what remains is that it existed, and its life. Of an application that has ended all goes that its applicant has filled in, signed, attached, paid and been told, with the documents that it got; what remains is its number, its steps with their outcomes and times, and the act that an administrator signs. An application whose document is in force is kept. The log verifies as before. Copies of the database that were made before are not reached.

Example:
  tamga erase 26000001 --order order.json
  tamga erase 5f0c1d2e3a4b5c6d --order order.json --dry-run --key administrator.pem --trust var/trust`
}

// Run erases.
func (cmd eraseCommand) Run(c *console) error {
	order, err := readOrder(c, cmd.Order)
	if err != nil {
		return err
	}
	number, err := documents.ParseNumber(cmd.Number)
	if err == nil && number.Kind != documents.KindApplication {
		return cmd.document(c, number.String, order)
	}
	if err != nil && !applications.IsID(cmd.Number) {
		return usagef("%q: %w", cmd.Number, err)
	}
	return cmd.application(c, order)
}

// document erases a document.
func (cmd eraseCommand) document(c *console, number string, order documents.NewEvent) error {
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	reg := &registry.Registry{Store: db}
	life, err := reg.History(c.ctx, number)
	if err != nil {
		return err
	}
	last := 0
	if n := len(life.Events); n > 0 {
		last = life.Events[n-1].Seq
	}
	req := registry.EventRequest{Client: cliClient, IdempotencyKey: "erase " + number, Number: number, Last: last, Event: order}
	verb := "Erased"
	if cmd.DryRun {
		verb, err = "Would be erased", reg.TryErase(c.ctx, req)
	} else {
		var before bool
		if _, before, err = reg.Erase(c.ctx, req); before {
			verb = "Erased before by this order"
		}
	}
	if errors.Is(err, store.ErrKeyReused) {
		return fmt.Errorf("document %s was erased by another order", number)
	}
	if err != nil {
		return explainIssue(err)
	}
	p := &printer{}
	p.line("%s: № %s", verb, number)
	book := &applications.Book{Register: reg}
	switch of, err := book.OfDocument(c.ctx, number); {
	case errors.Is(err, applications.ErrNotFound):
	case err != nil:
		return err
	default:
		if _, err := book.Application(c.ctx, of); err == nil {
			p.line("The application %s that it came of has what its applicant has filled in, signed and attached; erase it too.", of)
		}
	}
	return p.flush(c.out)
}

// application erases an application, signed by the administrator whose key it is.
func (cmd eraseCommand) application(c *console, order documents.NewEvent) error {
	if cmd.Key == "" {
		return usagef("--key: an application is erased by an act that an administrator signs")
	}
	flags := administratorFlags{Key: cmd.Key, PasswordFile: cmd.PasswordFile, Law: cmd.Law, registerFlags: cmd.registerFlags, trustFlags: cmd.trustFlags}
	return flags.as(c, func(b *people.Book, by string) error {
		if _, ok, err := people.Holds(c.ctx, b.Store, by, people.Administrator, "", b.Store.Moment()); err != nil || !ok {
			return errors.Join(err, people.ErrNotAdministrator)
		}
		who, err := people.Lookup(c.ctx, b.Store, by)
		if err != nil {
			return err
		}
		book := &applications.Book{Register: &registry.Registry{Store: b.Store}, Rulebook: b.Rulebook, Verifier: b.Verifier}
		(&conditions.Answers{People: b}).WireActs(book)
		return cmd.sign(c, book, applications.EraseRequest{
			Client: cliClient, Application: cmd.Number, Ground: applications.Ground(cmd.Ground), Order: order,
			Actor: applications.Actor{Role: people.Administrator, Person: who.Name(), ID: who.ID},
		})
	})
}

// sign shows what goes or, signed, has it go.
func (cmd eraseCommand) sign(c *console, book *applications.Book, req applications.EraseRequest) error {
	all, err := book.Erasing(c.ctx, req)
	p := &printer{}
	switch {
	case errors.Is(err, applications.ErrErased): // perhaps by this request, which then says so
	case err != nil:
		return explainApplication(err)
	case cmd.DryRun:
		p.line("Would be erased: application %s", cmd.Number)
		tellErasing(p, all)
		return p.flush(c.out)
	default:
		key, err := loadKey(c, cmd.Key, cmd.PasswordFile)
		if err != nil {
			return err
		}
		if req.Signature, err = signedText(key, all.Act); err != nil {
			return err
		}
	}
	done, before, err := book.Erase(c.ctx, req)
	if err != nil {
		return explainApplication(err)
	}
	verb := "Erased"
	if before {
		verb = "Erased before by this order"
	}
	p.line("%s: application %s", verb, strings.TrimSpace(done.Number+" "+done.ID))
	tellErasing(p, all)
	return p.flush(c.out)
}

// tellErasing says what an erasure takes away.
func tellErasing(p *printer, all applications.Erasing) {
	p.in(func() {
		for _, number := range all.Documents {
			p.line("document № %s", number)
		}
		for _, r := range all.Rows {
			p.line("%s: %d rows", r.Table, r.Rows)
		}
		for _, number := range all.Left {
			p.line("not erased: № %s, which repeats a document; erase it by itself", number)
		}
	})
}

// readOrder reads an order from a file.
func readOrder(c *console, path string) (documents.NewEvent, error) {
	var order documents.NewEvent
	b, err := c.read(path, maxDraft)
	if err != nil {
		return order, err
	}
	if err := strictjson.Decode(b, &order); err != nil {
		return order, fmt.Errorf("%s: %w", path, err)
	}
	return order, nil
}
