package main

import (
	"errors"
	"fmt"
	"strings"

	"tamga/documents/store"
)

// clientCommands keep the programs that may sign and issue over HTTP.
type clientCommands struct {
	Add    clientAddCommand    `cmd:"" help:"Give a program a key to the service."`
	List   clientListCommand   `cmd:"" help:"List the programs that have a key."`
	Revoke clientRevokeCommand `cmd:"" help:"Revoke a program's key."`
}

// clientAddCommand makes a key.
type clientAddCommand struct {
	Name  string   `arg:"" help:"Whose key it is, for people: a portal, a department."`
	Scope []string `required:"" placeholder:"RIGHT" help:"What the key may do: sign, documents.issue, documents.read, documents.status, applications.apply, applications.enter. May be given several times."`
	registerFlags
}

// Help is shown below the flags' list.
func (clientAddCommand) Help() string {
	return `Prints the key. It is shown once: the register keeps only its digest. Send it as "Authorization: Bearer KEY".

Example:
  tamga client add "Portal of the akimat" --scope documents.issue --scope documents.read`
}

// Run makes the key and prints it alone on standard output.
func (cmd clientAddCommand) Run(c *console) error {
	db, err := cmd.open(c.ctx, c, defaultDatabase)
	if err != nil {
		return err
	}
	defer db.Close()
	secret, err := db.AddClient(c.ctx, cmd.Name, cmd.Scope)
	if errors.Is(err, store.ErrUnknownScope) || errors.Is(err, store.ErrBadName) {
		return usagef("%w", err)
	}
	if err != nil {
		return err
	}
	c.note("keep this key in a safe place; it cannot be shown again")
	_, err = fmt.Fprintln(c.out, secret)
	return err
}

// clientListCommand lists.
type clientListCommand struct{ registerFlags }

// Run prints a line for each client.
func (cmd clientListCommand) Run(c *console) error {
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	clients, err := db.Clients(c.ctx)
	if err != nil {
		return err
	}
	p := &printer{}
	for _, client := range clients {
		p.line("%s  %s (%s)", client.ID, client.Name, strings.Join(client.Scopes, ", "))
	}
	if len(clients) == 0 {
		p.line("No program has a key.")
	}
	return p.flush(c.out)
}

// clientRevokeCommand revokes.
type clientRevokeCommand struct {
	ID string `arg:"" name:"id" help:"The client's identifier, as the list shows it: the part of the key between the underlines."`
	registerFlags
}

// Run revokes the key.
func (cmd clientRevokeCommand) Run(c *console) error {
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.RevokeClient(c.ctx, cmd.ID); err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "The key of client %s is no longer good.\n", clean(cmd.ID))
	return err
}
