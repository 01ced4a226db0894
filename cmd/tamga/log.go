package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/registry"
)

// logCommands are about the log that shows tampering with a register.
type logCommands struct {
	Verify logVerifyCommand `cmd:"" help:"Compare every row of a register with its log."`
	Head   logHeadCommand   `cmd:"" help:"Print the head of a register's log, to be kept elsewhere."`
	Prove  logProveCommand  `cmd:"" help:"Prove that the last thing that happened to a document is in the log."`
	Act    logActCommand    `cmd:"" help:"Write the signed act by which a document was withdrawn, or its number given up."`
}

// logVerifyCommand verifies.
type logVerifyCommand struct {
	Size int64  `placeholder:"N" help:"Size of a head that was kept: the log must continue it."`
	Hash string `placeholder:"HASH" help:"Hash of that head."`
	// Proof is checked by itself, for whoever has no register.
	Proof string `placeholder:"FILE" help:"Check this proof of \"tamga log prove\" instead of a register; with --size and --hash, against that head. - reads standard input."`
	registerFlags
}

// Help is shown below the flags' list.
func (logVerifyCommand) Help() string {
	return `Computes the log again and compares it with everything that answers are made from. Exit code 1 names the first row that is not what it was.

Whoever owns the database can rewrite the log with it; a head that was kept elsewhere shows that.

Example:
  tamga log head > head.txt
  tamga log verify --size 128 --hash "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  tamga log verify --proof proof.json --size 128 --hash "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`
}

// Run compares, and prints how many records there are.
func (cmd logVerifyCommand) Run(c *console) error {
	kept, err := base64.StdEncoding.DecodeString(cmd.Hash)
	if cmd.Hash != "" && (err != nil || len(kept) != 32) || (cmd.Hash == "") != (cmd.Size == 0) {
		return usagef("a head is a size and a hash as `tamga log head` prints them")
	}
	if cmd.Proof != "" {
		return cmd.checkProof(c, kept)
	}
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	reg := &registry.Registry{Store: db}
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
	erased, err := reg.Erased(c.ctx)
	if err != nil {
		return err
	}
	unsigned, err := reg.UnsignedVoids(c.ctx)
	if err != nil {
		return err
	}
	p := &printer{}
	p.line("All rows are what the %d records of the log say.", size)
	if erased > 0 {
		p.line("Of %d rows the personal content was erased, by orders and signed acts.", erased)
	}
	if len(unsigned) > 0 {
		p.line("Void, and the record of it waits for a key that signs it: %s.", strings.Join(unsigned, ", "))
	}
	return p.flush(c.out)
}

// maxProof is more than any proof needs.
const maxProof = 1 << 20

// checkProof checks a proof without the register, and prints what it proves.
func (cmd logVerifyCommand) checkProof(c *console, kept []byte) error {
	raw, err := c.read(cmd.Proof, maxProof)
	if err != nil {
		return err
	}
	var p registry.Proof
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("%s is no proof: %w", cmd.Proof, err)
	}
	if err := p.Check(); err != nil {
		return fmt.Errorf("the proof does not hold: %w", err)
	}
	if cmd.Hash != "" && (p.Size != cmd.Size || !bytes.Equal(p.Root[:], kept)) {
		return fmt.Errorf("the proof is about a log of %d records with the head %s, not about the head given", p.Size, p.Root)
	}
	_, err = fmt.Fprintf(c.out, "Record %d of a log of %d records with the head %s:\n%s\n", p.Index, p.Size, p.Root, p.Record)
	return err
}

// logProveCommand proves.
type logProveCommand struct {
	Number string `arg:"" help:"Number of the document, or number or id of an application: of its last entry."`
	Out    string `default:"-" placeholder:"FILE" help:"Where to write the proof, JSON (default: standard output)."`
	Force  bool   `help:"Replace that file if it exists."`
	registerFlags
}

// Help is shown below the flags' list.
func (logProveCommand) Help() string {
	return `The proof leads from the record to the head of the log, and "tamga log verify --proof" checks it without the register. The record names no person: what else it covers stands in it as salted digests.

Example:
  tamga log prove 26000001 --out proof.json`
}

// Run writes the proof.
func (cmd logProveCommand) Run(c *console) error {
	target := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if err := target.check(); err != nil {
		return err
	}
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	proof, err := cmd.prove(c, &registry.Registry{Store: db})
	if err != nil {
		return err
	}
	if err := proof.Check(); err != nil {
		return fmt.Errorf("the log does not prove № %s: %w", cmd.Number, err)
	}
	text, err := json.MarshalIndent(proof, "", "  ")
	if err != nil {
		return err
	}
	return target.write(c, append(text, '\n'))
}

// prove finds the proof of a document, or of the last entry of an application.
func (cmd logProveCommand) prove(c *console, reg *registry.Registry) (registry.Proof, error) {
	number, err := documents.ParseNumber(cmd.Number)
	if err == nil && number.Kind != documents.KindApplication {
		proof, err := reg.Prove(c.ctx, number.String)
		if err != nil {
			return proof, fmt.Errorf("№ %s: %w", number.String, err)
		}
		return proof, nil
	}
	book := &applications.Book{Register: reg}
	a, missing := book.Application(c.ctx, cmd.Number)
	if errors.Is(missing, applications.ErrNotFound) && err != nil {
		return registry.Proof{}, usagef("%q: %w", cmd.Number, err)
	}
	if missing != nil {
		return registry.Proof{}, fmt.Errorf("%s: %w", cmd.Number, missing)
	}
	return book.Prove(c.ctx, a)
}

// logHeadCommand prints the head.
type logHeadCommand struct{ registerFlags }

// Run prints size and hash.
func (cmd logHeadCommand) Run(c *console) error {
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	size, hash, err := (&registry.Registry{Store: db}).Head(c.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.out, "%d %s\n", size, hash)
	return err
}

// logActCommand writes a signed act out.
type logActCommand struct {
	Number string `arg:"" help:"Number of the document."`
	Out    string `required:"" placeholder:"FILE" help:"Where to write the act, a CMS with its content."`
	Force  bool   `help:"Replace that file if it exists."`
	registerFlags
}

// Help is shown below the flags' list.
func (logActCommand) Help() string {
	return `The SHA-256 of the act stands in the record of the log, which "tamga log prove" proves.

Example:
  tamga log act KZ82RNT26000009 --out act.cms
  tamga verify act.cms --trust var/trust`
}

// Run writes the last signed act of a document.
func (cmd logActCommand) Run(c *console) error {
	number, err := documents.ParseNumber(cmd.Number)
	if err != nil {
		return usagef("%q: %w", cmd.Number, err)
	}
	target := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if err := target.check(); err != nil {
		return err
	}
	db, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer db.Close()
	life, err := (&registry.Registry{Store: db}).History(c.ctx, number.String)
	if err != nil {
		return fmt.Errorf("№ %s: %w", number.String, err)
	}
	var act []byte
	for _, e := range life.Events {
		if e.Record != nil {
			act = e.Record
		}
	}
	switch {
	case act == nil && life.VoidUnsigned():
		return fmt.Errorf("№ %s is void, and the record of it waits for a key that signs it", number.String)
	case act == nil:
		return fmt.Errorf("№ %s has no signed act", number.String)
	}
	return target.write(c, act)
}
