package main

import (
	"errors"
	"fmt"
	"time"

	"tamga/documents"
	"tamga/documents/registry"
	"tamga/signing"
)

// checkCommand tells a document's status.
type checkCommand struct {
	Number string   `arg:"" help:"Number of the licence or refusal; spaces, dashes and Cyrillic look-alikes do not matter."`
	PDF    string   `name:"pdf" placeholder:"FILE" help:"Also write the stored PDF here; - writes standard output."`
	Force  bool     `help:"Replace that file if it exists."`
	Lang   []string `enum:"kk,ru,en" default:"kk,ru,en" help:"Languages of the answer: kk, ru, en (default: all)."`
	registerFlags
	trustFlags
}

// Help is shown below the flags' list.
func (checkCommand) Help() string {
	return `Reads the register and verifies the stored file again, as of the moment at which the document came into force. Exit code 0 means: in force, and the signature of the stored file is confirmed.

Example:
  tamga check 26000001 --trust var/trust --pdf licence.pdf`
}

// Run prints the status.
func (cmd checkCommand) Run(c *console) error {
	number, err := documents.ParseNumber(cmd.Number)
	if err != nil {
		return usagef("%q: %w", cmd.Number, err)
	}
	if cmd.PDF != "" {
		if err := (output{path: cmd.PDF, force: cmd.Force}).check(); err != nil {
			return err
		}
	}
	store, err := cmd.openExisting(c)
	if err != nil {
		return err
	}
	defer store.Close()
	reg := &registry.Registry{Store: store, Now: c.now}
	rec, err := reg.Document(c.ctx, number.String)
	if errors.Is(err, registry.ErrNotFound) {
		return cmd.unknown(c, number.String)
	}
	if err != nil {
		return err
	}
	life, err := reg.History(c.ctx, rec.Number)
	if err != nil {
		return err
	}
	now := life.StatusAt(c.now())
	p := &printer{}
	cmd.status(p, rec, now)
	if now, err = cmd.original(c, p, reg, rec, now); err != nil {
		return err
	}
	ok := false
	if rec.Status == documents.StatusInForce {
		if ok, err = cmd.file(c, p, reg, rec); err != nil {
			return err
		}
		// A file that is as it was signed is no good news about a document
		// that was suspended or terminated since.
		ok = ok && now == documents.StatusInForce
	}
	if err := p.flush(c.answer(cmd.PDF)); err != nil {
		return err
	}
	if !ok {
		return verdictCode(exitFailed)
	}
	return nil
}

func (cmd checkCommand) unknown(c *console, number string) error {
	p := &printer{}
	p.labels(cmd.Lang, documents.Label{
		KK: "№ " + number + " құжат тізілімде жоқ.",
		RU: "Документа № " + number + " в реестре нет.",
		EN: "The register has no document № " + number + ".",
	})
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

// status prints what the public may know.
func (cmd checkCommand) status(p *printer, rec registry.Record, now documents.Status) {
	title, status := rec.Kind.Title(), now.Label()
	p.labels(cmd.Lang, documents.Label{
		KK: fmt.Sprintf("%s № %s: %s.", title.KK, rec.Number, status.KK),
		RU: fmt.Sprintf("%s № %s: %s.", title.RU, rec.Number, status.RU),
		EN: fmt.Sprintf("%s № %s: %s.", title.EN, rec.Number, status.EN),
	})
	holder := rec.Content.Owner()
	p.field("Holder", "%s / %s", holder.PublicName(documents.KK), holder.PublicName(documents.RU))
	p.field("Issued on", "%s", rec.IssuedOn().Printed())
	p.field("SHA-256", "%s", rec.FileSHA256)
}

// original prints the status of the document that a copy repeats, and returns
// the status that counts: a duplicate of a licence that was terminated is worth
// nothing.
func (cmd checkCommand) original(
	c *console, p *printer, reg *registry.Registry, rec registry.Record, own documents.Status,
) (documents.Status, error) {
	if rec.Kind != documents.KindDuplicate && rec.Kind != documents.KindPaperCopy || own != documents.StatusInForce {
		return own, nil
	}
	status, err := reg.StatusAt(c.ctx, rec.Content.About(), c.now())
	if err != nil {
		return "", err
	}
	label := status.Label()
	p.field("Original", "№ %s: %s / %s / %s", rec.Content.About(), label.KK, label.RU, label.EN)
	return status, nil
}

// file verifies the stored file as of the moment at which the register took it
// in, and writes it where asked. It reports whether the file is confirmed.
func (cmd checkCommand) file(c *console, p *printer, reg *registry.Registry, rec registry.Record) (bool, error) {
	file, err := reg.PDF(c.ctx, rec.Number)
	if errors.Is(err, registry.ErrTampered) {
		p.line("✗ %v", err)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	at, err := inForceSince(c, reg, rec.Number)
	if err != nil {
		return false, err
	}
	found, err := cmd.load(c)
	if err != nil {
		return false, err
	}
	verifier, err := judgeFlags{Policy: strictPolicy}.verifier(c, found)
	if err != nil {
		return false, err
	}
	verdict, err := verifier.VerifyPDF(c.ctx, file, signing.Question{At: at})
	if err != nil {
		return false, err
	}
	p.field("Issued at", "%s", moment(at))
	p.field("Stored file", "%s, %s", indication(verdict.Indication, verdict.SubIndication), verdict.Policy)
	p.labels(cmd.Lang, documents.Label(verdict.Summary))
	for _, s := range verdict.Signers {
		for _, check := range s.Checks {
			if check.Status == signing.CheckFailed || check.Status == signing.CheckUndetermined {
				p.wrapped("because ", check.Title.EN+": "+check.Detail)
			}
		}
	}
	if cmd.PDF != "" {
		if err := (output{path: cmd.PDF, mode: 0o644, force: cmd.Force}).write(c, file); err != nil {
			return false, err
		}
	}
	return verdict.Passed(), nil
}

// inForceSince returns when the document came into force.
func inForceSince(c *console, reg *registry.Registry, number string) (time.Time, error) {
	events, err := reg.Events(c.ctx, number)
	if err != nil {
		return time.Time{}, err
	}
	for _, e := range events {
		if e.Kind == documents.EventIssued {
			return e.EffectiveAt, nil
		}
	}
	return time.Time{}, fmt.Errorf("the register does not say since when № %s is in force", number)
}
