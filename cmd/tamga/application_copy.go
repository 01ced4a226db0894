package main

import (
	"errors"
	"time"
)

// applicationCopyCommand shows the stamped copy of an application.
type applicationCopyCommand struct {
	Name  string `arg:"" name:"application" help:"Id or number of the application."`
	Out   string `placeholder:"FILE" help:"Write the PDF there."`
	Force bool   `help:"Replace the file that is there."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationCopyCommand) Help() string {
	return `The copy with the stamp of the registration that whoever brings an application on paper gets: its number, who has received the application, and whether it was made out within the time of the rules.

Example:
  tamga application copy KZ65RLA26000001 --out copy.pdf`
}

// Run prints what the copy is, and writes it.
func (cmd applicationCopyCommand) Run(c *console) error {
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	kase, err := cmd.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	k, ok := kase.Copy()
	if !ok {
		return errors.New("no stamped copy of the application was made out")
	}
	p := &printer{}
	p.field("Copy", "№ %s", k.Document)
	p.field("Received by", "%s", k.By)
	p.field("Made out", "%s, %s after the step began", k.At.Format(time.RFC3339), k.At.Sub(k.From).Round(time.Second))
	if !k.Due.IsZero() {
		p.field("Due", "%s (%s)", k.Due.Format(time.RFC3339), map[bool]string{true: "late", false: "in time"}[k.Late()])
	}
	if cmd.Out != "" {
		file, err := book.Register.PDF(c.ctx, k.Document)
		if err != nil {
			return err
		}
		if err := (output{path: cmd.Out, mode: 0o600, force: cmd.Force}).write(c, file); err != nil {
			return err
		}
	}
	return p.flush(c.out)
}
