package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/language"
	"tamga/language/words"
	"tamga/signing"
)

// checkCommand tells a document's status.
type checkCommand struct {
	Number string   `arg:"" help:"Number of the licence or refusal; spaces, dashes and Cyrillic look-alikes do not matter."`
	At     string   `placeholder:"TIME" help:"Also tell what the document was on an earlier day or at an earlier moment, such as 2026-11-20 or 2026-11-20T09:30:00+05:00."`
	PDF    string   `name:"pdf" placeholder:"FILE" help:"Also write the stored PDF here; - writes standard output."`
	Force  bool     `help:"Replace that file if it exists."`
	Lang   []string `enum:"kk,ru,en" default:"kk,ru,en" help:"Languages of the answer: kk, ru, en (default: all)."`
	registerFlags
	trustFlags
}

// Help is shown below the flags' list.
func (checkCommand) Help() string {
	return `Reads the register and verifies the stored file again, as of the moment at which the document came into force. Exit code 0 means: in force today, and the signature of the stored file is confirmed; --at changes nothing of that.

Example:
  tamga check 26000001 --trust var/trust --pdf licence.pdf`
}

// Run prints the status.
func (cmd checkCommand) Run(c *console) error {
	at, err := documents.ParseMoment(cmd.At, c.now())
	if err != nil {
		return usagef("--at: %q is %w", cmd.At, err)
	}
	if cmd.PDF != "" {
		if err := (output{path: cmd.PDF, force: cmd.Force}).check(); err != nil {
			return err
		}
	}
	reg, err := cmd.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	number, found, err := cmd.find(c, reg, at)
	if errors.Is(err, registry.ErrNotFound) {
		return cmd.unknown(c, number)
	}
	if err != nil {
		return err
	}
	if found.Record.Elsewhere() != nil && cmd.PDF != "" {
		return fmt.Errorf("№ %s was issued elsewhere: this service has no PDF of it", number)
	}
	p := &printer{}
	cmd.status(p, found)
	if err := cmd.file(c, p, found); err != nil {
		return err
	}
	if err := p.flush(c.answer(cmd.PDF)); err != nil {
		return err
	}
	if !found.Worth() {
		return verdictCode(exitFailed)
	}
	return nil
}

// find checks the document of a number: of our own, or, where there is none, of a
// licence that was issued elsewhere under it.
func (cmd checkCommand) find(c *console, reg *registry.Registry, at time.Time) (number string, found registry.Checked, err error) {
	n, bad := documents.ParseNumber(cmd.Number)
	number = n.String
	if bad == nil {
		found, err = reg.Check(c.ctx, number, registry.CheckQuestion{At: at})
		if !errors.Is(err, registry.ErrNotFound) {
			return number, found, err
		}
	}
	all, err := reg.ByOwnNumber(c.ctx, cmd.Number)
	switch {
	case err != nil:
		return number, found, err
	case len(all) == 0 && bad != nil:
		return number, found, usagef("%q: %w", cmd.Number, bad)
	case len(all) == 0:
		return number, found, registry.ErrNotFound
	case len(all) > 1:
		var several []string
		for _, rec := range all {
			several = append(several, "№ "+rec.Number+" ("+rec.Elsewhere().Source+")")
		}
		return number, found, fmt.Errorf("several licences have the number %q; in the register they are %s", cmd.Number, strings.Join(several, ", "))
	}
	number = all[0].Number
	found, err = reg.Check(c.ctx, number, registry.CheckQuestion{At: at})
	return number, found, err
}

// register opens a register that can check.
func (cmd checkCommand) register(c *console) (*registry.Registry, error) {
	found, err := cmd.load(c)
	if err != nil {
		return nil, err
	}
	verifier, err := judgeFlags{Policy: strictPolicy}.verifier(c, found)
	if err != nil {
		return nil, err
	}
	db, err := cmd.openExisting(c)
	if err != nil {
		return nil, err
	}
	return &registry.Registry{Store: db, Verifier: verifier}, nil
}

func (cmd checkCommand) unknown(c *console, number string) error {
	p := &printer{}
	p.labels(cmd.Lang, words.Of("cli.unknown_document").Put("number", language.Same(number)))
	if err := p.flush(c.out); err != nil {
		return err
	}
	return verdictCode(exitFailed)
}

// labels prints a text in the languages asked for.
func (p *printer) labels(languages []string, text documents.Label) {
	for _, lang := range languages {
		p.wrapped(lang+"  ", text.In(documents.Lang(lang)))
	}
}

// status prints what the public may know: today first.
func (cmd checkCommand) status(p *printer, found registry.Checked) {
	rec := found.Record
	own := found.Own(found.Now).Status
	if rec.Status == documents.StatusReserved {
		own = rec.Status // the register's own people may know
	}
	title, status := rec.Kind.Title(), own.Label()
	p.labels(cmd.Lang, words.Of("cli.document").Put("title", title).Put("number", language.Same(rec.Number)).Put("status", status))
	if found.Original != nil {
		label := found.Original.Standing(found.Now).Status.Label()
		p.field("Original", "№ %s: %s / %s / %s", rec.Content.About(), label.KK, label.RU, label.EN)
	}
	if !found.At.IsZero() {
		p.labels(cmd.Lang, documents.Since(found.At, found.Standing(found.At).Status, found.Standing(found.Now).Status))
	}
	if from := rec.Elsewhere(); from != nil {
		p.labels(cmd.Lang, words.Of("check.elsewhere").Put("source", documents.Label{KK: from.Name.KK, RU: from.Name.RU, EN: from.Name.KK}))
		p.field("Own number", "%s", clean(from.Number))
		p.field("Own edition", "%s", clean(from.Edition))
	}
	holder := rec.Content.Owner()
	p.field("Holder", "%s / %s", holder.PublicName(documents.KK), holder.PublicName(documents.RU))
	p.field("Issued on", "%s", rec.IssuedOn().Printed())
	if rec.Elsewhere() == nil {
		p.field("SHA-256", "%s", rec.FileSHA256)
	}
	p.field("Edition of the rules", "%s", rec.Edition)
	for _, e := range found.Life.Events {
		if e.Kind == documents.EventRectified {
			p.field("Corrected at", "%s: %s / %s", moment(e.RecordedAt), clean(e.Reason.KK), clean(e.Reason.RU))
			p.field("SHA-256 before", "%s", e.FileSHA256)
		}
	}
}

// file prints what the stored file is worth, and writes it where asked.
func (cmd checkCommand) file(c *console, p *printer, found registry.Checked) error {
	verdict := found.Verdict
	switch {
	case found.Integrity == signing.CheckNotApplicable:
		return nil // there is none yet
	case verdict == nil:
		p.line("✗ the stored file is not the one that was signed")
		return nil
	}
	p.field("Issued at", "%s", moment(found.SignedAt))
	p.field("Stored file", "%s, %s", indication(verdict.Indication, verdict.SubIndication), verdict.Policy)
	p.labels(cmd.Lang, verdict.Summary)
	for _, s := range verdict.Signers {
		for _, check := range s.Checks {
			if check.Status == signing.CheckFailed || check.Status == signing.CheckUndetermined {
				p.wrapped("because ", check.Title.EN+": "+check.Detail)
			}
		}
	}
	if cmd.PDF == "" {
		return nil
	}
	return output{path: cmd.PDF, mode: 0o644, force: cmd.Force}.write(c, found.File)
}
