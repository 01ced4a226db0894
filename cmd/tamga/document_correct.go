package main

import (
	"fmt"
	"strings"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/registry"
)

// documentCorrect proposes to correct a clerk's mistake.
type documentCorrect struct {
	Number         string `arg:"" help:"The number of the document."`
	File           string `arg:"" help:"What is to be corrected, as JSON: {\"changes\": [{\"pointer\": \"/licence/holder/legal/name/kk\", \"value\": …}], \"reason\": {\"kk\": …, \"ru\": …}}; - reads standard input."`
	As             string `required:"" placeholder:"NAME" help:"Who proposes it."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this proposal: proposing again with the same one makes no second."`
	elsewhereFlags
}

// Help is shown below the flags' list.
func (documentCorrect) Help() string {
	return `A mistake of writing is corrected by two persons, for nothing: the document keeps its number and its date and gets a new file, signed with the key of documents; whoever holds the file of before is told so by the check. Who the holder is, what is permitted and how long is changed by re-issuing.

Example:
  tamga document correct 26000001 misspelt.json --as "Ә. Ғ. Сейітқали" --idempotency-key 2026-17
  tamga document confirm-correction 0123456789abcdef --as "Б. С. Омарова" --key head.p12 --out licence.pdf`
}

// Run proposes the correction and prints its act.
func (cmd documentCorrect) Run(c *console) error {
	number, err := documents.ParseNumber(cmd.Number)
	if err != nil {
		return usagef("%q: %w", cmd.Number, err)
	}
	raw, err := c.read(cmd.File, maxDraft)
	if err != nil {
		return err
	}
	var n documents.NewCorrection
	if err := strictjson.Decode(raw, &n); err != nil {
		return fmt.Errorf("%s: %w", cmd.File, err)
	}
	reg, err := cmd.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	a, before, err := reg.ProposeCorrection(c.ctx, registry.CorrectionRequest{
		Signed: registry.Signed{By: cmd.As}, IdempotencyKey: cmd.IdempotencyKey, Number: number.String, NewCorrection: n,
	})
	if err != nil {
		return explainIssue(err)
	}
	said := "Proposed"
	if before {
		said = "Proposed before"
	}
	if a.Outcome != "" {
		_, err = fmt.Fprintf(c.out, "%s: %s, which was %s\n", said, a.ID, a.Outcome)
		return err
	}
	_, err = fmt.Fprintf(c.out, "%s: %s waits for another person: tamga document confirm-correction %s --as NAME\n", said, a.ID, a.ID)
	return err
}

// documentCorrections lists what waits.
type documentCorrections struct {
	Number string `arg:"" optional:"" help:"Only of this document."`
	registerFlags
}

// Run lists the corrections that wait for another person.
func (cmd documentCorrections) Run(c *console) error {
	number := ""
	if cmd.Number != "" {
		n, err := documents.ParseNumber(cmd.Number)
		if err != nil {
			return usagef("%q: %w", cmd.Number, err)
		}
		number = n.String
	}
	reg, err := cmd.registry(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	for after := ""; ; {
		acts, err := reg.Corrections(c.ctx, number, after, registry.MostListed)
		if err != nil {
			return err
		}
		for _, a := range acts {
			after = a.ID
			if err := tellCorrection(c, a); err != nil {
				return err
			}
		}
		if len(acts) == 0 {
			return nil
		}
	}
}

func tellCorrection(c *console, a registry.Act) error {
	p := &printer{}
	p.line("%s  № %s, proposed by %s on %s", a.ID, a.Correction.Number, clean(a.EnteredBy), moment(a.EnteredAt))
	p.in(func() {
		for _, change := range a.Correction.Changes {
			p.field(change.Pointer, "%s", clean(change.Value))
		}
		p.field("Because", "%s / %s", clean(a.Correction.Reason.KK), clean(a.Correction.Reason.RU))
	})
	return p.flush(c.out)
}

// documentConfirmCorrection confirms.
type documentConfirmCorrection struct {
	ID           string `arg:"" help:"The act, as tamga document corrections names it."`
	As           string `required:"" placeholder:"NAME" help:"Who confirms it: another person than the one who has proposed it."`
	Key          string `required:"" placeholder:"FILE" help:"The key of documents, as tamga issue takes it."`
	PasswordFile string `placeholder:"FILE" help:"File with the password of the key; without it the password is asked for."`
	Out          string `placeholder:"FILE" help:"Where to write the new PDF. It is in the register in any case."`
	Force        bool   `help:"Replace the output file if it exists."`
	elsewhereFlags
}

// Run confirms the correction.
func (cmd documentConfirmCorrection) Run(c *console) error {
	out := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if cmd.Out != "" {
		if err := out.check(); err != nil {
			return err
		}
	}
	reg, err := issueCommand{
		Key: cmd.Key, PasswordFile: cmd.PasswordFile,
		BaseURL: cmd.BaseURL, sealFlags: cmd.sealFlags, registerFlags: cmd.registerFlags, rulebookFlags: cmd.rulebookFlags, trustFlags: cmd.trustFlags,
	}.register(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	a, err := reg.DecideCorrection(c.ctx, registry.Decision{Signed: registry.Signed{By: cmd.As}, Act: cmd.ID})
	if err != nil {
		return explainIssue(err)
	}
	if cmd.Out != "" {
		file, err := reg.PDF(c.ctx, a.Document)
		if err != nil {
			return err
		}
		if err := out.write(c, file); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(c.out, "Corrected: № %s\n", a.Document)
	return err
}

// documentRefuseCorrection refuses.
type documentRefuseCorrection struct {
	ID     string `arg:"" help:"The act, as tamga document corrections names it."`
	As     string `required:"" placeholder:"NAME" help:"Who refuses it: another person than the one who has proposed it."`
	Reason string `required:"" placeholder:"TEXT" help:"Why."`
	registerFlags
}

// Run refuses the correction.
func (cmd documentRefuseCorrection) Run(c *console) error {
	reg, err := cmd.registry(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	a, err := reg.DecideCorrection(c.ctx, registry.Decision{Signed: registry.Signed{By: cmd.As}, Act: cmd.ID, Refuse: true, Reason: cmd.Reason})
	if err != nil {
		return explainIssue(err)
	}
	_, err = fmt.Fprintf(c.out, "%s: %s\n", strings.ToUpper(a.Outcome[:1])+a.Outcome[1:], a.ID)
	return err
}
