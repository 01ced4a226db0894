package main

import (
	"errors"
	"fmt"

	"tamga/documents"
	"tamga/documents/registry"
)

// registerCommands are about a register as a whole.
type registerCommands struct {
	List registerListCommand `cmd:"" help:"List the documents in the order in which their numbers were taken."`
}

// registerListCommand lists.
type registerListCommand struct {
	After string `placeholder:"NUMBER" help:"Begin after the document with this number."`
	Limit int    `default:"50" help:"So many documents, 200 at most."`
	registerFlags
}

// Help is shown below the flags' list.
func (registerListCommand) Help() string {
	return `A line a document: its number, the day printed on it, what it is today, and its kind; no persons. Exit code 0 when there are none, too.

Example:
  tamga register list --database var/tamga.db --limit 200
  tamga register list --database var/tamga.db --after 26000200`
}

// Run prints a page of the register.
func (cmd registerListCommand) Run(c *console) error {
	if cmd.Limit < 1 || cmd.Limit > registry.MostListed {
		return usagef("--limit: %d is not from 1 to %d", cmd.Limit, registry.MostListed)
	}
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	reg := &registry.Registry{Store: db}
	list, err := reg.List(c.ctx, cmd.After, cmd.Limit)
	if errors.Is(err, registry.ErrNotFound) {
		return fmt.Errorf("--after: the register has no document %s", clean(cmd.After))
	}
	if err != nil {
		return err
	}
	p := &printer{}
	for _, rec := range list {
		status, err := cmd.status(c, reg, rec)
		if err != nil {
			return err
		}
		p.line("%s  %s  %s  %s", rec.Number, rec.IssuedOn(), status.Label().EN, rec.Kind.Title().EN)
	}
	switch {
	case len(list) == 0:
		p.line("No document follows.")
	case len(list) == cmd.Limit:
		p.line("There may be more: --after %s", list[len(list)-1].Number)
	}
	return p.flush(c.out)
}

// status returns what a document is today.
func (registerListCommand) status(c *console, reg *registry.Registry, rec registry.Record) (documents.Status, error) {
	if rec.Status != documents.StatusInForce {
		return rec.Status, nil
	}
	life, err := reg.History(c.ctx, rec.Number)
	if err != nil {
		return "", err
	}
	return life.Standing(c.now()).Status, nil
}
