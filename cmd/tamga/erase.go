package main

import (
	"errors"
	"fmt"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/documents/store"
)

// eraseCommand takes the personal content of a document away.
type eraseCommand struct {
	Number string `arg:"" help:"Number of the document."`
	Order  string `required:"" placeholder:"FILE" help:"The order to erase as JSON, with the members of an event over HTTP: {\"event\": \"erased\", \"order_number\": …}; - reads standard input."`
	registerFlags
}

// Help is shown below the flags' list.
func (eraseCommand) Help() string {
	return `For good: the file, the content, the check code and the reasons in its events, once nobody needs them to exercise a right. What remains is that the document existed, and its life. The log verifies as before. Copies of the database that were made before are not reached.

Example:
  tamga erase 26000001 --order order.json`
}

// Run erases.
func (cmd eraseCommand) Run(c *console) error {
	number, err := documents.ParseNumber(cmd.Number)
	if err != nil {
		return usagef("%q: %w", cmd.Number, err)
	}
	order, err := readOrder(c, cmd.Order)
	if err != nil {
		return err
	}
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	reg := &registry.Registry{Store: db}
	life, err := reg.History(c.ctx, number.String)
	if err != nil {
		return err
	}
	last := 0
	if n := len(life.Events); n > 0 {
		last = life.Events[n-1].Seq
	}
	_, before, err := reg.Erase(c.ctx, registry.EventRequest{
		Client: cliClient, IdempotencyKey: "erase " + number.String, Number: number.String, Last: last, Event: order,
	})
	if errors.Is(err, store.ErrKeyReused) {
		return fmt.Errorf("document %s was erased by another order", number.String)
	}
	if err != nil {
		return explainIssue(err)
	}
	verb := "Erased"
	if before {
		verb = "Erased before by this order"
	}
	_, err = fmt.Fprintf(c.out, "%s: № %s\n", verb, number.String)
	return err
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
