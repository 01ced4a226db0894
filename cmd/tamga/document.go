package main

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"

	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/registry"
	"tamga/signing"
)

// documentCommands issue documents whose signature is made elsewhere, and keep licences
// that were issued elsewhere.
type documentCommands struct {
	Preview  documentPreviewCommand  `cmd:"" help:"Print a document to be looked at: without a number, marked as a draft."`
	Prepare  documentPrepareCommand  `cmd:"" help:"Take the number of a document and print it, to be signed elsewhere today."`
	Complete documentCompleteCommand `cmd:"" help:"Bring a prepared document into force with the signature made over it."`
	Decline  documentDeclineCommand  `cmd:"" help:"Write down that the signer does not sign what was prepared."`

	Enter   documentEnter   `cmd:"" help:"Enter a licence that was issued on paper or by another system, to be confirmed by another person."`
	Import  documentImport  `cmd:"" help:"Enter the licences of a table (CSV) or a list (JSON), to be confirmed by another person."`
	Waiting documentWaiting `cmd:"" help:"List what waits for another person."`
	Confirm documentConfirm `cmd:"" help:"Confirm what another person has entered: the licence is in the register then."`
	Refuse  documentRefuse  `cmd:"" help:"Refuse what another person has entered."`

	Correct           documentCorrect           `cmd:"" help:"Propose to correct a clerk's mistake in a document, to be confirmed by another person."`
	Corrections       documentCorrections       `cmd:"" help:"List the corrections that wait for another person."`
	ConfirmCorrection documentConfirmCorrection `cmd:"" help:"Confirm a correction: the document has a new file then, under the same number."`
	RefuseCorrection  documentRefuseCorrection  `cmd:"" help:"Refuse a correction that another person has proposed."`
}

// documentEnter enters one licence.
type documentEnter struct {
	File           string `arg:"" help:"The licence as JSON: {\"elsewhere\": {\"source\": \"paper\", \"name\": {\"kk\": …, \"ru\": …}, \"number\": …}, \"issued_on\": …, \"holder\": …}; - reads standard input."`
	As             string `required:"" placeholder:"NAME" help:"Who enters it."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this entry: entering again with the same one makes no second."`
	registerFlags
}

// Run enters the licence and prints its act.
func (cmd documentEnter) Run(c *console) error {
	raw, err := c.read(cmd.File, maxDraft)
	if err != nil {
		return err
	}
	var l documents.Licence
	if err := strictjson.Decode(raw, &l); err != nil {
		return fmt.Errorf("%s: %w", cmd.File, err)
	}
	reg, err := cmd.registry(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	a, before, err := reg.Enter(c.ctx, registry.Entry{Signed: registry.Signed{By: cmd.As}, IdempotencyKey: cmd.IdempotencyKey, Licence: l})
	if err != nil {
		return explainIssue(err)
	}
	switch {
	case a.Outcome != "":
		_, err = fmt.Fprintf(c.out, "Entered before: %s, which was %s%s\n", a.ID, a.Outcome, inRegister(a))
	case before:
		_, err = fmt.Fprintf(c.out, "Entered before: %s waits for another person: tamga document confirm %s --as NAME\n", a.ID, a.ID)
	default:
		_, err = fmt.Fprintf(c.out, "Entered: %s waits for another person: tamga document confirm %s --as NAME\n", a.ID, a.ID)
	}
	return err
}

// inRegister says under which number an act has brought a licence into the register.
func inRegister(a registry.Act) string {
	if a.Document == "" {
		return ""
	}
	return ": № " + a.Document
}

// registry opens a register for acts that need neither key nor layouts.
func (f registerFlags) registry(c *console) (*registry.Registry, error) {
	db, err := f.openExisting(c)
	if err != nil {
		return nil, err
	}
	return &registry.Registry{Store: db}, nil
}

// maxImport is the largest file that is imported.
const maxImport = 256 << 20

// documentImport enters many.
type documentImport struct {
	File   string `arg:"" help:"A table whose name ends in .csv, or JSON: a list of licences, or one after another."`
	As     string `required:"" placeholder:"NAME" help:"Who enters them."`
	DryRun bool   `help:"Only tell what would be done."`
	registerFlags
}

// Help is shown below the flags' list.
func (documentImport) Help() string {
	return `The first line of a table names the members of a licence by their paths, such as elsewhere.number, issued_on, holder.legal.bin; cells are separated by commas or semicolons. Every row is told of. Rows that are refused keep no other out, and the same file can be imported again: what is there is not entered twice.

Example:
  tamga document import old.csv --as "Ә. Ғ. Сейітқали" --dry-run
  tamga document import old.csv --as "Ә. Ғ. Сейітқали"`
}

// Run imports the file, and fails when a row was refused.
func (cmd documentImport) Run(c *console) error {
	raw, err := c.read(cmd.File, maxImport)
	if err != nil {
		return err
	}
	reg, err := cmd.registry(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	done, err := reg.Import(c.ctx, bytes.NewReader(raw), registry.Import{
		By: cmd.As, DryRun: cmd.DryRun, CSV: strings.EqualFold(filepath.Ext(cmd.File), ".csv"),
		Report: func(row registry.ImportedRow) error { return cmd.tell(c, row) },
	})
	if err != nil {
		return err
	}
	verb := "entered"
	if cmd.DryRun {
		verb = "would be entered"
	}
	fmt.Fprintf(c.out, "%d %s, %d there already, %d refused\n", done.Entered, verb, done.Already, done.Refused)
	if done.Batch != "" {
		fmt.Fprintf(c.out, "They wait for another person: tamga document confirm --batch %s --as NAME\n", done.Batch)
	}
	if done.Refused > 0 {
		return verdictCode(exitFailed)
	}
	return nil
}

func (documentImport) tell(c *console, row registry.ImportedRow) error {
	line := fmt.Sprintf("line %d: %s", row.Line, row.Outcome)
	if row.Number != "" {
		line += ", № " + clean(row.Number)
	}
	if row.Document != "" {
		line += ", in the register as № " + row.Document
	}
	if len(row.Errors) > 0 {
		line += ": " + clean(faults(&documents.InvalidError{Fields: row.Errors}))
	}
	_, err := fmt.Fprintln(c.out, line)
	return err
}

// documentWaiting lists.
type documentWaiting struct {
	Batch string `placeholder:"ID" help:"Only what was imported together."`
	registerFlags
}

// Run lists what waits.
func (cmd documentWaiting) Run(c *console) error {
	reg, err := cmd.registry(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	for after := ""; ; {
		acts, err := reg.Acts(c.ctx, cmd.Batch, after, registry.MostListed)
		if err != nil {
			return err
		}
		for _, a := range acts {
			after = a.ID
			from := a.Licence.Elsewhere
			if _, err := fmt.Fprintf(c.out, "%s  № %s of %s (%s), entered by %s on %s\n",
				a.ID, clean(from.Number), a.Licence.IssuedOn.Printed(), from.Source, clean(a.EnteredBy), moment(a.EnteredAt)); err != nil {
				return err
			}
		}
		if len(acts) == 0 {
			return nil
		}
	}
}

// documentConfirm confirms.
type documentConfirm struct {
	ID    string `arg:"" optional:"" help:"The act, as tamga document waiting names it."`
	Batch string `placeholder:"ID" help:"All that was imported together instead."`
	As    string `required:"" placeholder:"NAME" help:"Who confirms it: another person than the one who has entered it."`
	registerFlags
	trustFlags
}

// Run confirms.
func (cmd documentConfirm) Run(c *console) error {
	in := enteredActs{registerFlags: cmd.registerFlags, id: cmd.ID, batch: cmd.Batch}
	// What was signed by whoever has entered it is judged again, which takes anchors.
	if found, err := cmd.load(c); err == nil {
		if in.verifier, err = (judgeFlags{Policy: strictPolicy}).verifier(c, found); err != nil {
			return err
		}
	}
	return in.decide(c, registry.Decision{Signed: registry.Signed{By: cmd.As}})
}

// documentRefuse refuses.
type documentRefuse struct {
	ID     string `arg:"" optional:"" help:"The act, as tamga document waiting names it."`
	Batch  string `placeholder:"ID" help:"All that was imported together instead."`
	As     string `required:"" placeholder:"NAME" help:"Who refuses it: another person than the one who has entered it."`
	Reason string `required:"" placeholder:"TEXT" help:"Why."`
	registerFlags
}

// Run refuses.
func (cmd documentRefuse) Run(c *console) error {
	return enteredActs{registerFlags: cmd.registerFlags, id: cmd.ID, batch: cmd.Batch}.decide(c, registry.Decision{Signed: registry.Signed{By: cmd.As}, Refuse: true, Reason: cmd.Reason})
}

// enteredActs are one act, or those of a batch.
type enteredActs struct {
	registerFlags
	id, batch string
	verifier  *signing.Verifier // nil where there are no anchors
}

// decide decides them.
func (f enteredActs) decide(c *console, d registry.Decision) error {
	if (f.id == "") == (f.batch == "") {
		return usagef("either an act or --batch is needed")
	}
	reg, err := f.registry(c)
	if err != nil {
		return err
	}
	defer reg.Store.Close()
	reg.Verifier = f.verifier
	if f.id != "" {
		d.Act = f.id
		a, err := reg.Decide(c.ctx, d)
		if err != nil {
			return explainIssue(err)
		}
		_, err = fmt.Fprintf(c.out, "%s: %s%s\n", strings.ToUpper(a.Outcome[:1])+a.Outcome[1:], a.ID, inRegister(a))
		return err
	}
	decided, left, err := reg.DecideBatch(c.ctx, f.batch, d)
	if err != nil {
		return explainIssue(err)
	}
	fmt.Fprintf(c.out, "%d decided\n", decided)
	for _, u := range left {
		fmt.Fprintf(c.out, "line %d: waits: %v\n", u.Act.Line, explainIssue(u.Err))
	}
	if len(left) > 0 {
		return verdictCode(exitFailed)
	}
	return nil
}
