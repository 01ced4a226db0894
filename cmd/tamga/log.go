package main

import (
	"encoding/base64"
	"fmt"

	"tamga/documents/registry"
)

// logCommands are about the log that shows tampering with a register.
type logCommands struct {
	Verify logVerifyCommand `cmd:"" help:"Compare every row of a register with its log."`
	Head   logHeadCommand   `cmd:"" help:"Print the head of a register's log, to be kept elsewhere."`
}

// logVerifyCommand verifies.
type logVerifyCommand struct {
	Size int64  `placeholder:"N" help:"Size of a head that was kept: the log must continue it."`
	Hash string `placeholder:"HASH" help:"Hash of that head."`
	registerFlags
}

// Help is shown below the flags' list.
func (logVerifyCommand) Help() string {
	return `Computes the log again and compares it with everything that answers are made from. Exit code 1 names the first row that is not what it was.

Whoever owns the database can rewrite the log with it; a head that was kept elsewhere shows that.

Example:
  tamga log head > head.txt
  tamga log verify --size 128 --hash "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`
}

// Run compares, and prints how many records there are.
func (cmd logVerifyCommand) Run(c *console) error {
	kept, err := base64.StdEncoding.DecodeString(cmd.Hash)
	if cmd.Hash != "" && (err != nil || len(kept) != 32) || (cmd.Hash == "") != (cmd.Size == 0) {
		return usagef("a head is a size and a hash as `tamga log head` prints them")
	}
	store, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer store.Close()
	reg := &registry.Registry{Store: store, Now: c.now}
	if err := reg.VerifyLog(c.ctx); err != nil {
		return err
	}
	if cmd.Hash != "" {
		if err := reg.CheckHead(c.ctx, cmd.Size, [32]byte(kept)); err != nil {
			return err
		}
	}
	size, _, err := reg.Head(c.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "All rows are what the %d records of the log say.\n", size)
	return err
}

// logHeadCommand prints the head.
type logHeadCommand struct{ registerFlags }

// Run prints size and hash.
func (cmd logHeadCommand) Run(c *console) error {
	store, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer store.Close()
	size, hash, err := (&registry.Registry{Store: store, Now: c.now}).Head(c.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%d %s\n", size, hash)
	return err
}
